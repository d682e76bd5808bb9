/* pull's own: one peer in one round. */
#ifndef PULL_PEER_H
#define PULL_PEER_H

#include "pull/plan.h"

enum step {
	STEP_HEAD,    /* the head is on its way */
	STEP_HINTS,   /* hints are */
	STEP_INDEXES, /* index documents are */
	STEP_PAGES,   /* pages are */
	STEP_APPLY,   /* all is here: waits for its turn at the catalogue */
	STEP_DONE     /* the verdict stands in row and result */
};

struct round;
struct peer;

struct hints;
typedef void (*peer_step)(struct peer *peer);

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
	struct parser *parser; /* of its bytes, in this round */
	struct arena *fixed;   /* lives for the round */
	struct arena *arena;   /* of the head being followed */
	int64_t started_ms;
	int64_t retry_after_s;
	struct source *sources; /* its own first */
	size_t n_sources;
	size_t cap_sources;
	size_t source;             /* being asked */
	bool has_relays;           /* they were looked for */
	enum peer_state own_state; /* verdict if relays can not help */
	const char *own_trouble;   /* why its own address failed, or NULL */
	int64_t own_retry_s;       /* it asked to be left alone for */
	bool has_same;             /* somebody gave the head we hold ... */
	size_t same_source;        /* ... and who did first */
	bool is_origins;           /* a signed object itself is wrong */
	bool is_taken;             /* a new head was accepted */
	/* The head being followed. */
	struct strbuf head_bytes;
	struct feed_head head;
	char digest[65];
	char etag[NET_ETAG_MAX];
	int head_tries;
	size_t head_applies;
	int rereads;
	int rotations;            /* followed in this round */
	const char *head_trouble; /* why the head made us look for one */
	struct plan plan;
	struct feed_ref *missing;
	size_t n_missing;
	size_t cap_missing;
	size_t next_missing;
	struct ask asks[NET_LANE_TRANSFERS];
	size_t in_flight;
	struct hints *hints; /* on their way, or NULL */
	bool is_hinted;      /* that was tried in this round */
	struct bad_list bad;
	bool has_bad; /* the list is to be told to the ledger */
	int64_t changed;
	int64_t requests;      /* in this round */
	bool is_refusal_noted; /* by guard.c */
	bool was_released;     /* when the round began */
};

struct round {
	struct pull_env env;
	struct net *net;
	struct peer **peers;
	size_t n;
	size_t cap;
	pull_done_cb done;
	void *done_ctx;
	struct proof **proofs; /* on their way */
	size_t n_proofs;
	size_t cap_proofs;
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
/* It waits for what it asked for: beside few peers a helper waits, too. */
void peer_rest(struct peer *peer);
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

/* What is in head_bytes: follow it, or a verdict. */
void peer_judge_head(struct peer *peer);
/* Refused, by nobody's or by the source's fault. */
void peer_refuse_head(struct peer *peer, const char *reason);

/* ---- keys.c: the key that signs, through rotations ---- */

/* The row was read: does what it knows go with the key that is pinned? */
void keys_init(struct peer *peer);
/* Key, epoch and nextkey of the policy. */
void keys_policy(const struct peer *peer, struct verify_policy *policy);
/* peer->head is theirs: its key, epoch and nextkey into the row. */
void keys_learn(struct peer *peer);
/*
 * The head in head_bytes was refused by this policy: true when rotation
 * statements are asked for, after which it is judged again. false: err says
 * more about it when it looks as if the keys were rotated.
 */
bool keys_walk(struct peer *peer, const struct verify_policy *policy,
    struct err *err);
/* What the row knows is of the pinned key. Under another pin it waits, for
 * that one may be a mistake. */
bool keys_are_known(const struct ledger_peer *row,
    const struct conf_peer *conf);
/* The key that must sign now. */
const char *keys_signer(const struct ledger_peer *row,
    const struct conf_peer *conf);

/* ---- objects.c: indexes and pages ---- */

/* peer->head is good and new: fetch what is missing of it. */
void peer_follow_head(struct peer *peer);
void peer_forget_plan(struct peer *peer);
/* Not there, or not what was signed: the head may have moved on. */
void peer_object_failed(struct peer *peer, const struct err *err);

/* ---- hint.c: what changed, in place of what it changed ---- */

/*
 * In place of so many bytes that are missing: true when hints are on their
 * way and `then` is to follow, whatever comes of them. Once in a round.
 */
bool peer_hints_start(struct peer *peer, uint64_t missing, peer_step then);
void peer_hints_release(struct peer *peer);

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
/* Its head is of no use: the next source, or this state. */
void peer_source_useless(struct peer *peer, enum peer_state state,
    const char *reason);
/* Its bytes are not what was signed: the next source, or rejected. */
void peer_source_lied(struct peer *peer, const char *reason);
/* It has the head that we hold; somebody else may have a newer one. */
void peer_source_same(struct peer *peer);
/* What the peer itself signed is refused: rejected, whoever gave it. */
void peer_refuse(struct peer *peer, const char *reason);

/* ---- relay.c: members that carry a peer's feed ---- */

/* Its own addresses fail and are not yet to be asked again. */
bool relay_is_spared(const struct peer *peer);
/* Behind the sources there are. */
void relay_append(struct peer *peer);
/* Somebody says that there is a newer head than the one we hold. */
bool relay_is_behind(struct peer *peer);
/* Witnesses may be ahead for so long before it is a freeze. */
int64_t relay_freeze_s(const struct round *round);
/* It is left alone for this node, and that is said. */
int relay_brand(struct round *round, const char *node, const char *relay,
    const char *reason, struct err *err) MUST_CHECK;
/* The same, if the current source is a relay: it gave wrong bytes. */
void relay_lied(struct peer *peer, const char *reason);
/* It ended well: keep the account of its own address, and say in the reason
 * (len bytes) through whom it came. */
void relay_note_good(struct peer *peer, char *reason, size_t len);
/* Its own address failed in this round. */
void relay_note_trouble(struct peer *peer);
/* May who believes in the right keys carry this head? */
bool relay_is_honest(struct arena *arena, const struct conf_peer *conf,
    const struct ledger_peer *row, const struct strbuf *head);

/* ---- guard.c: what a peer may cost and change ---- */

/* One request more for an object; false: settled, the budget is used up. */
bool guard_may_ask(struct peer *peer);
void guard_count_bytes(struct peer *peer);
/* These settle and return true when the head is not to be followed. */
bool guard_quarantines(struct peer *peer);
bool guard_stays_held(struct peer *peer);
/* The same once the pages are known; kept_records: of those that stay. */
bool guard_stops_plan(struct peer *peer, int64_t kept_records);
/* What the guards of apply.c are to hold back. */
void guard_prepare(const struct peer *peer, struct apply *apply);
/* The shrink guard spoke. true: let it through after all. */
bool guard_lets_shrink(struct peer *peer);
/* Too much churn: settles. */
void guard_hold_churn(struct peer *peer, const struct apply *apply);
/* Applied. */
void guard_count_churn(struct peer *peer);
void guard_forget_hold(struct ledger_peer *row);
/* What the head led to is refused; before the step changes. */
void guard_note_refusal(struct peer *peer);
void guard_explain(const struct peer *peer, const char *reason, char *ret_text,
    size_t len);
/* A head was accepted. */
void guard_forgive(struct peer *peer);

/* ---- gossip.c: what witnesses say ---- */

/* The peer is done, its row is written; in the ledger's transaction. */
int gossip_note(struct peer *peer, struct err *err) MUST_CHECK;
/* A relay showed another head of a serial we hold; both are kept. */
int gossip_shown(struct peer *peer, const char *relay, const char *held,
    struct err *err) MUST_CHECK;
/* The digest accepted of this serial; "" when there is none. */
int gossip_held(struct round *round, const char *node, int64_t serial,
    char ret_digest[65], struct err *err) MUST_CHECK;

/* ---- proof.c: the head behind a claim of a fork ---- */

void proof_start(struct round *round, const struct ledger_seen *claim);
/* A head that verifies and is another one than ours: evidence, alarm, state;
 * in the ledger's transaction, if there is one. */
int proof_keep(struct round *round, const struct ledger_seen *claim,
    const struct strbuf *bytes, struct err *err) MUST_CHECK;
/* Judge those that came. */
int proof_tend(struct round *round, struct err *err) MUST_CHECK;
void proof_release(struct round *round);

/* ---- state.c: verdicts ---- */

int64_t round_now(const struct round *round);
/* The peer is done; reason may be "". */
void peer_settle(struct peer *peer, enum peer_state state, const char *reason);
/* Good, by the promises of the head that is accepted. */
void peer_settle_good(struct peer *peer);
/* It could not be read; the data it gave before may have gone stale. */
void peer_settle_unreachable(struct peer *peer, const char *reason);
/* Take the accepted head into the row. */
void peer_take_head(struct peer *peer);

#endif
