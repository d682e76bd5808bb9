/*
 * publish: ledger -> pages, indexes, signed head, as files under
 * <folder>/feed/ (design: feed-protocol.md 2 to 5). Incremental: one edit
 * rewrites one page, its index and the head. Pages first, head last.
 */
#ifndef PUBLISH_PUBLISH_H
#define PUBLISH_PUBLISH_H

#include "base/base.h"
#include "feed/feed.h"
#include "ledger/ledger.h"

struct key;

struct publish_options {
	const char *folder; /* the data folder */
	const char *node;
	int64_t now;
	int64_t next_s;
	int64_t expires_s;
	int64_t resign_s; /* re-sign when the head is older */
	bool force;       /* a new head even when nothing changed */
	bool full;        /* every page again from the records */
	/* At least so far ahead of now the serial is to be: after a restore,
	 * above those of heads that are lost here but not to the peers. */
	int64_t ahead_s;
	/* Gossip for the head: what was accepted of peers; may be empty. At
	 * most PUBLISH_SEEN_MAX are said. */
	const struct feed_seen *seen;
	size_t n_seen;
};
#define PUBLISH_SEEN_MAX 128 /* a head must stay below FEED_HEAD_MAX */
struct publish_result {
	int64_t serial;
	int64_t records;
	int64_t pages_written;
	int64_t pages; /* in all; 0 when a small edit did not count them */
	int64_t indexes_written;
	bool is_new; /* a head was written */
	/* Serial of the head before, when that lay so far ahead of now that
	 * no peer took it (a clock is or was wrong); else 0. */
	int64_t passed_over;
	char digest[65];
};
/*
 * Bring feed/ up to the ledger. Holds <folder>/publish.lock. Killed at any
 * moment, feed/ shows the old head with its pages or the new one; the next
 * run takes up from there. Serials rise strictly, also above the head.xml
 * found on disk, but for heads that lie too far ahead of now.
 *
 * A rotation that was cut short is finished first. After one, the key and the
 * nextkey are those of the newest statement: when the caller's are older they
 * are read again, ERR_CONF when keys/ does not have them.
 */
int publish_run(struct ledger *ledger, const struct key *key,
    const char *nextkey_hash, const struct publish_options *options,
    struct publish_result *ret_result, struct err *err) MUST_CHECK;

/* keys/online.pem and keys/next.pem (to be moved offline). ERR_CONFLICT where
 * there is one, or a next.hash: an offline key that still can rotate. */
int publish_keys_new(const char *folder, struct err *err) MUST_CHECK;
struct key *publish_key_read(const char *folder, struct err *err) MUST_CHECK;
struct rotate_options {
	const char *folder;
	const char *node;
	const char *with;    /* the offline key; NULL: keys/next.pem */
	const char *next_to; /* the new one; NULL: keys/next.pem */
};
struct rotate_result {
	int64_t epoch; /* that begins */
	char key[65];  /* signs from now on */
	char nextkey[65];
};
/*
 * New keys, and feed/rot/<epoch>.xml signed by the offline key: peers follow
 * with the next head (publish_run() is the caller's next step). Holds
 * publish.lock. Killed at any moment, either nothing has happened, or the
 * next publish_run() finishes it. ERR_NOTFOUND when the offline key is not
 * there, ERR_TRUST when it is not the one that was named.
 */
int publish_rotate(struct ledger *ledger, const struct rotate_options *options,
    struct rotate_result *ret_result, struct err *err) MUST_CHECK;
/* For a backup: publish.lock, with no rotation half done. An fd to close. */
int publish_hold(const char *folder, const char *node,
    struct err *err) MUST_CHECK;
/* The epoch that the next head is of; 0 before the first rotation. */
int publish_epoch(struct ledger *ledger, const char *folder, int64_t *ret_epoch,
    struct err *err) MUST_CHECK;

/* keys/next.hash: hex of the offline key; "" when there is none. */
int publish_nextkey_read(const char *folder, char ret_hex[65],
    struct err *err) MUST_CHECK;

#endif
