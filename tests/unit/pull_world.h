/*
 * A node that reads feeds, and a site that serves one over HTTP and can be
 * told to lie, for tests of pull/.
 */
#ifndef TESTS_PULL_WORLD_H
#define TESTS_PULL_WORLD_H

#include <stdatomic.h>

#include "feed_world.h"
#include "liar.h"
#include "pull/pull.h"

enum site_mode {
	SITE_GOOD,
	SITE_STALLS,      /* never answers */
	SITE_BUSY,        /* 503, Retry-After: 120 */
	SITE_PAGES_GONE,  /* 404 for all objects */
	SITE_PAGES_WRONG, /* other bytes for all objects */
	SITE_OLD_CACHE,   /* wrong bytes unless asked past caches */
	SITE_SOME_GONE    /* 404 from the sixth object on */
};

struct site {
	struct liar *liar;
	const char *folder; /* holds feed/ */
	char *url;
	atomic_int mode;
	atomic_int heads;
	atomic_int unchanged; /* 304 among them */
	atomic_int objects;
	atomic_int asked; /* requests of any kind */
	atomic_int hints; /* among them */
	atomic_bool no_hints;
};

void site_init(struct site *site, const char *folder);
void site_release(struct site *site);
void site_reset(struct site *site); /* counters to 0, mode good */

struct reader {
	char folder[200];
	struct ledger *ledger;
	struct catalogue *catalogue;
	struct search *search;
	struct pull_env env;
	int64_t now;
	int changes; /* how often env.changed was called */
	int64_t changed_ms;
};

void reader_init(struct reader *reader, const char *node);
/* On a folder that has a ledger already (and feed/). */
void reader_init_at(struct reader *reader, const char *folder,
    const char *node);
void reader_open(struct reader *reader);
void reader_close(struct reader *reader);
void reader_release(struct reader *reader); /* removes the folder */

struct conf_peer reader_peer(const struct site *site,
    const struct world *origin);
/* One round with one peer; aborts the test on trouble of ours. */
struct pull_result reader_pull(struct reader *reader,
    const struct conf_peer *peer);
int64_t reader_records(struct reader *reader);
struct ledger_peer reader_row(struct reader *reader, const char *name);

#endif
