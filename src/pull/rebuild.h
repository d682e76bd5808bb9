/*
 * pull's own: from the pages that are held and what a hint says changed to
 * the pages and indexes there should be now (feed-protocol.md 8).
 */
#ifndef PULL_REBUILD_H
#define PULL_REBUILD_H

#include "feed/feed.h"

struct rebuild {
	const char *node;
	const struct feed_ref *held; /* pages, sorted by prefix */
	size_t n_held;
	/* The bytes of one that is held (*ret_bytes is initialised by it). */
	int (*read)(void *ctx, const struct feed_ref *ref,
	    struct strbuf *ret_bytes, struct err *err);
	/* A page or index that is not among those held. */
	int (*emit)(void *ctx, const struct feed_ref *ref,
	    const struct strbuf *bytes, struct err *err);
	void *ctx;
};

/*
 * Apply the changes, in this order, and hand over what becomes of it: first
 * the pages, then the indexes. Whether that is what the origin has, the
 * hashes must tell. -1: they can not be applied, or a callback said so.
 */
int rebuild_run(const struct rebuild *rebuild,
    const struct feed_changes *changes, size_t n, struct err *err) MUST_CHECK;

#endif
