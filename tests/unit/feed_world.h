/*
 * A node on the disk for tests of publish/ and pull/: a folder with ledger
 * and keys, records numbered from 0, a clock that stands still.
 */
#ifndef TESTS_FEED_WORLD_H
#define TESTS_FEED_WORLD_H

#include "crypto/crypto.h"
#include "feed/feed.h"
#include "ledger/ledger.h"
#include "publish/publish.h"
#include "verify/verify.h"

#define WORLD_NOW 1795000000 /* 2026-11 */

struct world {
	char folder[200];
	const char *node;
	struct ledger *ledger;
	struct key *key;
	char key_hash[65];
	char nextkey[65];
	int64_t now;
	size_t pad;                   /* bytes of description in each record */
	const struct feed_seen *seen; /* what its heads say of others */
	size_t n_seen;
};

/* A new node in a new folder. Everything here aborts the test on trouble. */
void world_init(struct world *world, const char *node);
void world_release(struct world *world); /* removes the folder */
/* Close and open the ledger, as around fork(). */
void world_close(struct world *world);
void world_open(struct world *world);

const char *world_id(const struct world *world, struct arena *arena, int i);
void world_save(struct world *world, int i, const char *name);
/* Records first to first + n - 1 in one transaction. */
void world_save_many(struct world *world, int first, int n, const char *name);
void world_retire(struct world *world, int i);
/* Those of the range that are there; how many. */
int world_retire_many(struct world *world, int first, int n);
/* One that is written as an entry but is not valid. */
void world_save_bad(struct world *world, int i);

int world_try_publish(struct world *world, bool force, bool full,
    struct publish_result *ret_result, struct err *err);
struct publish_result world_publish(struct world *world);
/* feed/ is whole and signed: how many records it has. */
uint64_t world_verify(const struct world *world, struct feed_head *ret_head,
    struct arena *arena);
char *world_path(const struct world *world, struct arena *arena,
    const char *rest);

/* So many times: new keys, and no head yet. */
void world_rotate(struct world *world, int times);

#endif
