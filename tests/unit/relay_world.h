/*
 * A member that carries other nodes' feeds, for tests of pull/: a reader of
 * its own, whose pages/ are served below feed/m/, and that can be told to lie.
 */
#ifndef TESTS_RELAY_WORLD_H
#define TESTS_RELAY_WORLD_H

#include "pull_world.h"

enum relay_mode {
	RELAY_GOOD,
	RELAY_GONE,         /* 404 for everything */
	RELAY_STALLS,       /* never answers */
	RELAY_WRONG_PAGES,  /* other bytes for all objects */
	RELAY_GARBAGE,      /* for a head */
	RELAY_ENDLESS,      /* a head without an end */
	RELAY_OTHER_HEAD,   /* `other` for every head */
	RELAY_OTHER_ONCE,   /* `other` for the first one */
	RELAY_NO_SUCH_PAGES /* 404 for all objects */
};

struct relay {
	struct liar *liar;
	struct reader reader; /* what it carries */
	char *url;
	const char *own; /* folder of its own feed, or NULL */
	atomic_int mode;
	atomic_int heads;
	atomic_int unchanged; /* 304 among them */
	atomic_int objects;
	struct strbuf other;
};

void relay_init(struct relay *relay, const char *node);
void relay_release(struct relay *relay);
void relay_reset(struct relay *relay); /* counters to 0, mode good */
/* As a line of peers.conf; key: NULL for one that nobody checks. */
struct conf_peer relay_peer(const struct relay *relay, const char *key);

#endif
