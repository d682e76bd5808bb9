/* publish's own: the rotations of this node. Under publish.lock only. */
#ifndef PUBLISH_CHAIN_H
#define PUBLISH_CHAIN_H

#include "crypto/crypto.h"
#include "feed/feed.h"
#include "publish/publish.h"

/* In keys/. The new ones lie there until a statement names them. */
#define CHAIN_ONLINE     "online.pem"
#define CHAIN_ONLINE_NEW "online.new.pem"
#define CHAIN_NEXT       "next.pem"
#define CHAIN_NEXT_NEW   "next.new.pem"
#define CHAIN_NEXT_HASH  "next.hash"
#define CHAIN_NEXT_MADE  "next.new.hash" /* of a key written elsewhere */

struct chain {
	struct arena *arena;
	const char *folder;
	const char *node;
	int64_t epoch; /* of the newest statement; 0 for none */
	struct feed_rotation newest;
	char signer[65]; /* hash of the offline key that signed it: spent */
};

/* Finish what a rotation that was cut short left to do, and read the newest
 * statement. ERR_CONF when that one is damaged. */
int chain_finish(struct chain *chain, struct arena *arena, const char *folder,
    const char *node, struct err *err) MUST_CHECK;
/* The key given is the one that signs now; else *ret_fresh is, just read (to
 * be freed). ERR_CONF when it is not there. */
int chain_signer(const struct chain *chain, const struct key *given,
    struct key **ret_fresh, struct err *err) MUST_CHECK;
/* The newest epoch of the statements that lie there, 0 for none; changes
 * nothing and needs no lock. */
int chain_newest(struct arena *arena, const char *folder, int64_t *ret_epoch,
    struct err *err) MUST_CHECK;
char *chain_served(const struct chain *chain, int64_t epoch);
char *chain_key_path(const struct chain *chain, const char *name);
/* Hash of the key in a PEM file. */
int chain_key_hash(const char *path, char ret_hash[65],
    struct err *err) MUST_CHECK;

#endif
