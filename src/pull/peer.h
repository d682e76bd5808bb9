/* pull's own: one peer in one round. */
#ifndef PULL_PEER_H
#define PULL_PEER_H

#include "pull/plan.h"

enum step {
	STEP_HEAD,    /* the head is on its way */
	STEP_INDEXES, /* index documents are */
	STEP_PAGES,   /* pages are */
	STEP_APPLY,   /* all is here: waits for its turn at the catalogue */
	STEP_DONE     /* the verdict stands in row and result */
};

struct round;
struct peer;

struct ask { /* one object on its way */
	struct peer *peer;
	bool is_used;
	struct feed_ref ref;
	size_t index;   /* in plan.indexes, when ref.is_index */
	size_t applies; /* of the round, when it was asked */
	int tries;
};

struct source {           /* an address where the feed may be had */
	const char *base; /* head.xml, p/ are below it */
	bool is_insecure;
	bool allow_private;
	const char *relay; /* the member that carries it; "" for its own */
};

struct peer {
	struct round *round;
	struct conf_peer conf; /* a copy: the list may be read again */
	enum step step;
	struct ledger_peer row;
	enum peer_state before;
	struct pull_result result;
	struct catalogue_feed feed; /* what is applied */
	struct store store;
	struct arena *fixed; /* lives for the round */
	struct arena *arena; /* of the head being followed */
	int64_t started_ms;
	int64_t retry_after_s;
	struct source *sources; /* its own first */
	size_t n_sources;
	size_t cap_sources;
	size_t source;           /* being asked */
	const char *own_trouble; /* why its own address failed, or NULL */
	/* The head being followed. */
	struct strbuf head_bytes;
	struct feed_head head;
	char digest[65];
	char etag[NET_ETAG_MAX];
	int head_tries;
	size_t head_applies;
	int rereads;
	struct plan plan;
	struct feed_ref *missing;
	size_t n_missing;
	size_t cap_missing;
	size_t next_missing;
	struct ask asks[NET_LANE_TRANSFERS];
	size_t in_flight;
	struct bad_list bad;
	bool has_bad; /* the list is to be told to the ledger */
	int64_t changed;
};

struct round {
	struct pull_env env;
	struct net *net;
	struct peer **peers;
	size_t n;
	size_t cap;
	pull_done_cb done;
	void *done_ctx;
	size_t applies; /* how often the loop stood still for a peer */
	bool is_failed; /* trouble of ours: err says what */
	struct err err;
};

/* ---- peer.c: the machine ---- */

int peer_begin(struct peer *peer, struct round *round,
    const struct conf_peer *conf, struct err *err) MUST_CHECK;
void peer_release(struct peer *peer);
/* STEP_APPLY: go through with it. -1: trouble of ours. */
int peer_apply(struct peer *peer, struct err *err) MUST_CHECK;
/* The round's time for this peer is over. */
void peer_expire(struct peer *peer);

/* Trouble of ours ends the round, not the peer. */
void peer_fail_round(struct peer *peer, const struct err *err);
bool peer_is_ours(const struct err *err);
/* What the ledger accepted is what the catalogue shows and the folder holds. */
bool peer_is_in_step(const struct peer *peer);

/* ---- head.c: ask for the head and judge it ---- */

/* From the current source; what followed from an older head is forgotten. */
void peer_ask_head(struct peer *peer);

/* ---- objects.c: indexes and pages ---- */

/* peer->head is good and new: fetch what is missing of it. */
void peer_follow_head(struct peer *peer);
void peer_forget_plan(struct peer *peer);
/* Not there, or not what was signed: the head may have moved on. */
void peer_object_failed(struct peer *peer, const struct err *err);

/* ---- source.c: where the feed may be had ---- */

void peer_source_init(struct peer *peer);
/* relay "": an address of its own. Strings are copied. */
void peer_source_add(struct peer *peer, const char *base, bool insecure,
    bool allow_private, const char *relay);
const struct source *peer_source(const struct peer *peer);
/* For an object below the current source's base, in the peer's lane. */
struct net_request peer_request(struct peer *peer, const char *name,
    size_t max);
/* The current source can not be had: the next one, or unreachable. */
void peer_source_failed(struct peer *peer, const char *reason);
/* What the current source gave was refused: rejected. */
void peer_refuse(struct peer *peer, const char *reason);

/* ---- state.c: verdicts ---- */

int64_t round_now(const struct round *round);
/* The peer is done; reason may be "". */
void peer_settle(struct peer *peer, enum peer_state state, const char *reason);
/* Good, by the promises of the head that is accepted. */
void peer_settle_good(struct peer *peer);
/* It could not be read; the data it gave before may have gone stale. */
void peer_settle_unreachable(struct peer *peer, const char *reason);
/* The shrink guard spoke. true: let it through after all. */
bool peer_is_let_through(struct peer *peer);
/* Take the accepted head into the row. */
void peer_take_head(struct peer *peer);

#endif
