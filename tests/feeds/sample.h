/*
 * Records, pages and heads for tests: always the same ones for the same
 * numbers. Used by unit tests, by the generator of the corpus (make.c) and by
 * the bench.
 */
#ifndef TESTS_FEEDS_SAMPLE_H
#define TESTS_FEEDS_SAMPLE_H

#include "crypto/crypto.h"
#include "feed/feed.h"

#define SAMPLE_NOW 1800000000 /* 2027-01-15T08:00:00Z */

struct sample_page {
	struct feed_ref ref;
	const char *bytes;
	size_t len;
};

struct sample_feed {
	struct feed_head head; /* refs are those of the pages */
	struct sample_page *pages;
	size_t n_pages;
};

/* A valid record; kinds take turns. */
struct record *sample_record(struct arena *arena, const char *node, unsigned n);
/* Records 0 to n - 1 of a node, cut into pages, and their unsigned head. */
void sample_feed(struct arena *arena, const char *node, int64_t serial,
    unsigned n, struct sample_feed *ret_feed);
/* One page of the records first to first + n - 1, whatever their buckets. */
void sample_page(struct arena *arena, const char *node, const char *prefix,
    unsigned first, unsigned n, struct sample_page *ret_page);
/* tests/feeds/key-NAME.pem: "ecdsa", "rsa", "other". Aborts without it. */
struct key *sample_key(const char *name);

#endif
