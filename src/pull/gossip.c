/*
 * gossip: what members say they took (`seen` of their heads) held against
 * what was shown to us: forks, freezes, heads of our own that we never
 * published (feed-protocol.md 13). Claims change no state; proof.c looks for
 * the signed head behind one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pull/peer.h"

static const char *
own_node(const struct round *round)
{
	return round->env.node != NULL ? round->env.node : "";
}

static bool
is_witness(const struct round *round, const char *name)
{
	return round->env.peers != NULL &&
	       conf_peer_find(round->env.peers, name) != NULL;
}

static void
tell(const struct round *round, const char *event, const char *node,
    const char *witness, bool is_grave, const char *text)
{
	struct pull_notice notice = { event, node, witness, is_grave, text };

	if (round->env.notice != NULL)
		round->env.notice(round->env.ctx, &notice);
}

/* The alarm of this kind by this witness, or NULL. */
static const struct ledger_alarm *
find_alarm(const struct ledger_alarm *alarms, size_t n, enum alarm_kind kind,
    const char *witness)
{
	for (size_t i = 0; i < n; i++)
		if (alarms[i].kind == kind &&
		    strcmp(alarms[i].witness, witness) == 0)
			return &alarms[i];
	return NULL;
}

static int
raise_alarm(struct round *round, enum alarm_kind kind,
    const struct ledger_seen *claim, const char *held, bool *ret_is_new,
    struct err *err)
{
	struct ledger_alarm alarm = { .kind = kind,
		.serial = claim->serial,
		.since = round_now(round) };

	(void)snprintf(alarm.node, sizeof(alarm.node), "%s", claim->node);
	(void)snprintf(alarm.witness, sizeof(alarm.witness), "%s",
	    claim->witness);
	(void)snprintf(alarm.digest, sizeof(alarm.digest), "%s", claim->digest);
	(void)snprintf(alarm.held, sizeof(alarm.held), "%s", held);
	return ledger_alarm_put(round->env.ledger, &alarm, ret_is_new, err);
}

/* What is only said, and turned out well: it may have been a mistake. */
static int
end_claim(struct round *round, struct arena *arena, enum alarm_kind kind,
    const struct ledger_seen *claim, struct err *err)
{
	const struct ledger_alarm *alarm;
	struct ledger_alarm *alarms;
	size_t n;

	if (ledger_alarms(round->env.ledger, arena, claim->node, &alarms, &n,
		err) == -1)
		return -1;
	alarm = find_alarm(alarms, n, kind, claim->witness);
	if (alarm == NULL || alarm->is_proven)
		return 0;
	return ledger_alarm_end(round->env.ledger, claim->node, kind,
	    claim->witness, err);
}

/* ---- forks ---- */

int
gossip_held(struct round *round, const char *node, int64_t serial,
    char ret_digest[65], struct err *err)
{
	struct ledger_peer row;
	struct err why = { 0 };

	ret_digest[0] = '\0';
	if (ledger_peer_get(round->env.ledger, node, &row, err) == -1)
		return -1;
	if (row.serial == serial) {
		memcpy(ret_digest, row.digest, sizeof(row.digest));
		return 0;
	}
	if (ledger_accepted(round->env.ledger, node, serial, ret_digest,
		&why) == 0 ||
	    why.code == ERR_NOTFOUND)
		return 0;
	*err = why;
	return -1;
}

int
gossip_shown(struct peer *peer, const char *relay, const char *held,
    struct err *err)
{
	struct ledger_alarm alarm = { .kind = ALARM_FORK,
		.serial = peer->row.serial,
		.is_proven = true,
		.since = round_now(peer->round) };
	bool is_new;

	if (*relay == '\0')
		return 0;
	(void)snprintf(alarm.node, sizeof(alarm.node), "%s", peer->conf.name);
	(void)snprintf(alarm.witness, sizeof(alarm.witness), "%s", relay);
	(void)snprintf(alarm.digest, sizeof(alarm.digest), "%s", peer->digest);
	(void)snprintf(alarm.held, sizeof(alarm.held), "%s", held);
	return ledger_alarm_put(peer->round->env.ledger, &alarm, &is_new, err);
}

static int
claim_fork(struct round *round, const struct ledger_seen *claim,
    const char *held, struct err *err)
{
	char text[200];
	bool is_new;

	if (raise_alarm(round, ALARM_FORK, claim, held, &is_new, err) == -1)
		return -1;
	if (!is_new)
		return 0;
	(void)snprintf(text, sizeof(text),
	    "it says it took another head of serial %lld than %s did; a claim, "
	    "until that head is seen here",
	    (long long)claim->serial,
	    *held != '\0' ? "this node" : "another member");
	tell(round, "gossip.fork", claim->node, claim->witness, false, text);
	proof_start(round, claim);
	return 0;
}

/* Held against us, or where we have nothing, against other witnesses. */
static int
judge_claim(struct round *round, struct arena *arena,
    const struct ledger_seen *claim, struct err *err)
{
	struct ledger_seen *seen;
	char held[65];
	size_t n;

	if (gossip_held(round, claim->node, claim->serial, held, err) == -1)
		return -1;
	if (strcmp(held, claim->digest) == 0)
		return end_claim(round, arena, ALARM_FORK, claim, err);
	if (*held != '\0')
		return claim_fork(round, claim, held, err);
	if (ledger_seen(round->env.ledger, arena, NULL, claim->node, &seen, &n,
		err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (seen[i].serial != claim->serial ||
		    strcmp(seen[i].digest, claim->digest) == 0 ||
		    strcmp(seen[i].witness, claim->witness) == 0 ||
		    !is_witness(round, seen[i].witness))
			continue;
		if (claim_fork(round, &seen[i], "", err) == -1)
			return -1;
		return claim_fork(round, claim, "", err);
	}
	return 0;
}

/* ---- ours ---- */

/*
 * Heads between the last one that the ledger knows and the one after a
 * restore, which lies ahead of its time, were ours: the ledger was lost.
 */
static bool
is_lost(const struct ledger_accepted *ours, size_t n, int64_t serial)
{
	for (size_t i = 0; i < n; i++)
		if (ours[i].serial > serial)
			return ours[i].serial - ours[i].at >= PULL_LOST_S;
	return false;
}

static int
judge_ours(struct round *round, struct arena *arena,
    const struct ledger_seen *claim, struct err *err)
{
	struct ledger_accepted *ours;
	const char *held = "";
	char text[240];
	bool is_new;
	size_t n;

	if (ledger_accepted_list(round->env.ledger, arena, claim->node, &ours,
		&n, err) == -1)
		return -1;
	/* What is older than all that is kept can not be judged. */
	if (n == 0 || claim->serial < ours[0].serial)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (ours[i].serial == claim->serial)
			held = ours[i].digest;
	if (strcmp(held, claim->digest) == 0)
		return end_claim(round, arena, ALARM_STOLEN, claim, err);
	if (*held == '\0' && is_lost(ours, n, claim->serial)) {
		(void)snprintf(text, sizeof(text),
		    "it took head %lld of this node, which was lost with the "
		    "ledger that was restored since",
		    (long long)claim->serial);
		tell(round, "gossip.lost", claim->node, claim->witness, false,
		    text);
		return 0;
	}
	if (raise_alarm(round, ALARM_STOLEN, claim, held, &is_new, err) == -1)
		return -1;
	if (!is_new)
		return 0;
	(void)snprintf(text, sizeof(text),
	    "it says it took head %lld of this node, which this node never "
	    "published: its key may be in other hands (gspd key rotate), or "
	    "its folder was copied or put back",
	    (long long)claim->serial);
	tell(round, "gossip.stolen", claim->node, claim->witness, true, text);
	return 0;
}

/* ---- a witness's new head ---- */

/* Of our peers and of us; what cannot be yet is no claim. */
static bool
is_wanted(const struct peer *peer, const struct feed_seen *seen)
{
	const struct round *round = peer->round;

	return seen->serial > 0 &&
	       seen->serial <= round_now(round) + FEED_CLOCK_AHEAD_S &&
	       strcmp(seen->node, peer->conf.name) != 0 &&
	       (strcmp(seen->node, own_node(round)) == 0 ||
		   is_witness(round, seen->node));
}

static const struct ledger_seen *
find_seen(const struct ledger_seen *seen, size_t n, const char *node)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(seen[i].node, node) == 0)
			return &seen[i];
	return NULL;
}

/* And that by no clock that was set back since. */
static bool
is_ahead_since(const struct round *round, const struct ledger_seen *before,
    const struct ledger_peer *row)
{
	return before != NULL && before->serial > row->serial &&
	       before->ahead_since != 0 &&
	       before->ahead_since <= round_now(round);
}

static int
take_claim(struct peer *peer, struct arena *arena, const struct feed_seen *seen,
    const struct ledger_seen *before, struct err *err)
{
	struct round *round = peer->round;
	struct ledger_seen claim = { .serial = seen->serial,
		.epoch = seen->epoch,
		.said_at = peer->head.serial };
	struct ledger_peer row;
	bool is_same = before != NULL && before->serial == seen->serial &&
		       strcmp(before->digest, seen->digest) == 0;

	(void)snprintf(claim.witness, sizeof(claim.witness), "%s",
	    peer->conf.name);
	(void)snprintf(claim.node, sizeof(claim.node), "%s", seen->node);
	memcpy(claim.digest, seen->digest, sizeof(claim.digest));
	if (ledger_peer_get(round->env.ledger, seen->node, &row, err) == -1)
		return -1;
	if (claim.serial > row.serial)
		claim.ahead_since = is_ahead_since(round, before, &row)
					? before->ahead_since
					: round_now(round);
	if (ledger_seen_put(round->env.ledger, &claim, 1, err) == -1)
		return -1;
	if (is_same)
		return 0;
	return strcmp(seen->node, own_node(round)) == 0
		   ? judge_ours(round, arena, &claim, err)
		   : judge_claim(round, arena, &claim, err);
}

static int
take_claims(struct peer *peer, struct arena *arena, struct err *err)
{
	struct ledger_seen *before;
	size_t n;

	if (ledger_seen(peer->round->env.ledger, arena, peer->conf.name, NULL,
		&before, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < peer->head.n_seen; i++) {
		const struct feed_seen *seen = &peer->head.seen[i];

		if (is_wanted(peer, seen) &&
		    take_claim(peer, arena, seen,
			find_seen(before, n, seen->node), err) == -1)
			return -1;
	}
	return 0;
}

/* ---- freezes, and forks that show when we get there ---- */

static bool
is_answering(const struct peer *peer)
{
	return (peer->row.state == PEER_FRESH || peer->row.state == PEER_LATE ||
		   peer->row.state == PEER_STALE) &&
	       peer->row.via[0] == '\0' && peer->own_trouble == NULL;
}

static int
judge_freeze(struct peer *peer, const struct ledger_seen *claim,
    const struct ledger_alarm *known, struct err *err)
{
	struct round *round = peer->round;
	bool is_new;
	char text[200];

	if (claim->serial <= peer->row.serial)
		return known != NULL
			   ? ledger_alarm_end(round->env.ledger, claim->node,
				 ALARM_FREEZE, claim->witness, err)
			   : 0;
	if (claim->ahead_since == 0 || !is_answering(peer) ||
	    round_now(round) - claim->ahead_since < relay_freeze_s(round))
		return 0;
	if (raise_alarm(round, ALARM_FREEZE, claim, peer->row.digest, &is_new,
		err) == -1)
		return -1;
	if (known != NULL)
		return 0;
	(void)snprintf(text, sizeof(text),
	    "it says it took head %lld, its own address keeps showing %lld",
	    (long long)claim->serial, (long long)peer->row.serial);
	tell(round, "gossip.freeze", claim->node, claim->witness, false, text);
	return 0;
}

static int
hold_against(struct peer *peer, struct arena *arena, struct err *err)
{
	struct round *round = peer->round;
	struct ledger_alarm *alarms;
	struct ledger_seen *seen;
	size_t n_alarms, n;

	if (ledger_seen(round->env.ledger, arena, NULL, peer->conf.name, &seen,
		&n, err) == -1)
		return -1;
	if (n == 0)
		return 0;
	if (ledger_alarms(round->env.ledger, arena, peer->conf.name, &alarms,
		&n_alarms, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!is_witness(round, seen[i].witness))
			continue;
		if (judge_freeze(peer, &seen[i],
			find_alarm(alarms, n_alarms, ALARM_FREEZE,
			    seen[i].witness),
			err) == -1)
			return -1;
		if (peer->is_taken && seen[i].serial == peer->row.serial &&
		    judge_claim(round, arena, &seen[i], err) == -1)
			return -1;
	}
	if (peer->is_taken && peer->has_same && peer->row.via[0] != '\0')
		tell(round, "gossip.freeze", peer->conf.name, peer->row.via,
		    false,
		    "its own address kept showing an old head: a newer one was "
		    "taken from a member");
	return 0;
}

int
gossip_note(struct peer *peer, struct err *err)
{
	struct round *round = peer->round;
	struct arena *arena;
	int ret = -1;

	if (peer->row.serial == 0)
		return 0;
	arena = arena_new();
	if (peer->is_taken &&
	    (ledger_accepted_add(round->env.ledger, peer->conf.name,
		 peer->row.serial, peer->row.epoch, peer->row.digest,
		 round_now(round), err) == -1 ||
		take_claims(peer, arena, err) == -1))
		goto out;
	ret = hold_against(peer, arena, err);
out:
	arena_free(arena);
	return ret;
}
