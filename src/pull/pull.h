/*
 * pull: one peer's state machine, the schedule, and the five calls in a
 * row: fetch, verify, read, merge, store (design: feed-protocol.md 7, 9, 10).
 * The only room that brings bytes of peers in.
 */
#ifndef PULL_PULL_H
#define PULL_PULL_H

#include "base/base.h"
#include "catalogue/catalogue.h"
#include "conf/conf.h"
#include "ledger/ledger.h"
#include "search/search.h"
#include "verify/verify.h"

struct key;

struct pull_notice {
	const char *event; /* "relay.lied", "gossip.fork" */
	const char *node;  /* whom it is about */
	const char *witness;
	bool is_grave;
	const char *text; /* ours, but for reasons of refused bytes */
};

struct pull_env {
	const char *folder;
	const char *node; /* ours */
	const char *user_agent;
	/* The program that reads the bytes of peers (parse/parse.h), NULL:
	 * they are read in this process. */
	const char *parser;
	int64_t transfers; /* at once in all; 0: the limit of net/ */
	int64_t
	    request_ms; /* for tests, like patience_ms; 0: the limit of net/ */
	int64_t patience_ms;
	int64_t churn_min; /* for tests; 0: PULL_CHURN_MIN */
	bool no_hints;     /* pages alone, to measure what hints save */
	struct ledger *ledger;
	struct catalogue *catalogue; /* CATALOGUE_WRITE */
	struct search *search;       /* on that catalogue */
	int64_t (*now)(void *ctx);   /* Unix time */
	void *now_ctx;
	/* Progress, may be NULL: bytes and pages done of all. */
	void (*progress)(void *ctx, const char *peer, int64_t pages,
	    int64_t pages_all, int64_t bytes);
	/* One line per state change of a peer; may be NULL. */
	void (*changed)(void *ctx, const struct ledger_peer *peer,
	    enum peer_state before);
	/* What an operator is to know, said once; may be NULL. */
	void (*notice)(void *ctx, const struct pull_notice *notice);
	void *ctx;
	/* Every peer, as relays and witnesses; may be NULL. Read while the
	 * loop lives, so it must be what stands in peers.conf then. */
	const struct conf_peers *peers;
	int64_t interval_s; /* between polls; 0: no address is spared */
};

struct pull_result {
	char name[RECORD_NODE_MAX];
	enum peer_state state;
	char reason[256];
	int64_t records;
	int64_t bad_records;
	int64_t pages_fetched;
	int64_t pages;
	int64_t hints; /* used in place of pages */
	int64_t bytes;
	int64_t serial;
	int64_t took_ms;
	bool is_changed;
};

/*
 * One round over these peers, all at once within the limits. Fills one
 * result per peer (caller's array of n). Trouble of a peer is in its result;
 * -1 only for trouble of ours (disk, database).
 */
int pull_round(struct pull_env *env, const struct conf_peer *const *peers,
    size_t n, struct pull_result *ret_results, struct err *err) MUST_CHECK;

/*
 * The same without an end, for a process with other things to do: a peer is
 * started when it is due and ends when it ends, told by `done`, however long
 * another one takes. Between calls of pull_loop_run() no transaction is
 * open, so publish_run() and pull_self() may have their turn. env and peers
 * are copied. After -1 (trouble of ours) only pull_loop_free() is left; what
 * was staged stays on the disk.
 */
struct pull_loop;
typedef void (*pull_done_cb)(void *ctx, const struct pull_result *result);
struct pull_loop *pull_loop_new(const struct pull_env *env, pull_done_cb done,
    void *ctx, struct err *err) MUST_CHECK;
void pull_loop_free(struct pull_loop *loop); /* NULL is legal */
/* Nothing happens when it is under way already. */
int pull_loop_start(struct pull_loop *loop, const struct conf_peer *peer,
    struct err *err) MUST_CHECK;
bool pull_loop_has(const struct pull_loop *loop, const char *name);
/* Work for at most wait_ms, or until something ended. *ret_left: peers still
 * under way; returns at once when there are none. */
int pull_loop_run(struct pull_loop *loop, int64_t wait_ms, size_t *ret_left,
    struct err *err) MUST_CHECK;

/* Merge our own feed/ the same way, no network. key_hash is our key's. */
int pull_self(struct pull_env *env, const char *key_hash,
    struct pull_result *ret_result, struct err *err) MUST_CHECK;
/*
 * An empty catalogue filled from feed/ and pages/ (what was accepted), no
 * network: gives the digest it had.
 */
int pull_rebuild(struct pull_env *env, const struct conf_peers *peers,
    const char *key_hash, struct err *err) MUST_CHECK;
/* Seconds until this peer is due (0: now), with jitter and back-off. */
int64_t pull_due(const struct ledger_peer *peer, int64_t interval_s,
    int64_t now);
/* Operator lets a held change through with the next pull, or ends a
 * quarantine; the peer is due at once. ERR_NOTFOUND when there is neither. */
int pull_release(struct ledger *ledger, const char *name,
    struct err *err) MUST_CHECK;

/* ---- the membership list (follow.c, alliance.c; feed-protocol.md 6) ---- */

/* A list with the endorsements found beside it. */
struct pull_list {
	struct verify_file list;
	struct verify_file *endorsements;
	const char **keys; /* whose each is, by the name of its file */
	size_t n;
};
struct pull_alliance_result {
	bool is_good;    /* what was found is, or was, in force */
	bool is_changed; /* other members than before: read the peers anew */
	int64_t joined;
	int64_t left;
	char reason[256]; /* why not, or a warning; "" */
};
/* Seconds until the list is to be asked for (0: now). At once when another
 * board or number of keys is wanted than when it was accepted. */
int64_t pull_alliance_due(const struct conf_alliance *alliance,
    const struct ledger_alliance *row, int64_t interval_s, int64_t now);
/*
 * Ledger and catalogue say what follows from peers.conf and the list in
 * force: under another board the kept list is judged anew, and members that
 * left are hidden. At the start, and whenever peers.conf was changed; needs
 * the writer's lock. *ret_changed: read the peers anew.
 */
int pull_alliance_settle(struct pull_env *env, bool *ret_changed,
    struct err *err) MUST_CHECK;
/*
 * Ask for the list and its endorsements without an end, as pull_loop does for
 * peers. env and alliance are copied. *ret_done: nothing is left to wait for.
 * pull_follow_end() then writes what came of it (writer's lock). Trouble of
 * the board or its server is in the result; -1 only for trouble of ours.
 */
struct pull_follow;
struct pull_follow *pull_follow_new(const struct pull_env *env,
    const struct conf_alliance *alliance, struct err *err) MUST_CHECK;
void pull_follow_free(struct pull_follow *follow); /* NULL is legal */
int pull_follow_run(struct pull_follow *follow, int64_t wait_ms, bool *ret_done,
    struct err *err) MUST_CHECK;
int pull_follow_end(struct pull_follow *follow,
    struct pull_alliance_result *ret_result, struct err *err) MUST_CHECK;
/* All of it, for a command. */
int pull_alliance(struct pull_env *env, const struct conf_alliance *alliance,
    struct pull_alliance_result *ret_result, struct err *err) MUST_CHECK;
/* The list as it is served now, unjudged: for `gspd alliance show URL`. */
int pull_alliance_look(struct pull_env *env,
    const struct conf_alliance *alliance, struct arena *arena,
    struct pull_list *ret_list, struct err *err) MUST_CHECK;
/* list.xml and <64 hex>.xml of a folder. An absent list is ERR_NOTFOUND. */
int pull_list_read(struct arena *arena, const char *folder,
    struct pull_list *ret_list, struct err *err) MUST_CHECK;

/*
 * First contact: fetch <url>feed/head.xml without a pin, only to say whose
 * it is: node, key hash (hex). For `gspd peer add`, which compares the hash
 * with the one the operator was told, or shows it.
 */
int pull_discover(struct pull_env *env, const char *url, bool insecure,
    bool allow_private, char ret_node[RECORD_NODE_MAX], char ret_key_hash[65],
    struct err *err) MUST_CHECK;
/* Whole feed at url into an empty folder, without trust: for `gspd verify
 * URL`, which then calls verify_folder(). */
int pull_mirror(struct pull_env *env, const char *url, const char *into,
    struct err *err) MUST_CHECK;

#endif
