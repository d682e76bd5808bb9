/*
 * guard: what a peer may cost and change although every signature is good:
 * quarantine, shrink guard, and budgets of changes, bytes and requests
 * (feed-protocol.md 7 and 9). Only numbers and the peer's row; the hooks are
 * in head.c, objects.c, peer.c and state.c. Whatever waits here goes on by
 * itself within a day, or at once when an operator releases it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pull/peer.h"

/* ---- budgets: what was used drains away within a day ---- */

static int64_t
still_used(int64_t used, int64_t at, int64_t limit, int64_t now)
{
	int64_t age = now - at;

	/* A clock that was set back must not silence a peer. */
	if (age < 0 || age >= PULL_BUDGET_S || used <= 0)
		return 0;
	if (used > limit)
		used = limit;
	/* limit may be bytes: no product of two large numbers. */
	used -= limit / PULL_BUDGET_S * age +
		limit % PULL_BUDGET_S * age / PULL_BUDGET_S;
	return used > 0 ? used : 0;
}

static int64_t
bytes_limit(const struct peer *peer)
{
	return peer->conf.max_bytes > INT64_MAX / PULL_BYTES_DAY
		   ? INT64_MAX
		   : peer->conf.max_bytes * PULL_BYTES_DAY;
}

static int64_t
bytes_used(const struct peer *peer)
{
	const struct ledger_peer *row = &peer->row;

	return still_used(row->fetched, row->fetched_at, bytes_limit(peer),
		   round_now(peer->round)) +
	       peer->result.bytes;
}

bool
guard_may_ask(struct peer *peer)
{
	if (++peer->requests > PULL_REQUESTS) {
		peer_settle_unreachable(peer,
		    "it takes too many requests; what was fetched is kept, the "
		    "next round goes on from there");
		return false;
	}
	if (bytes_used(peer) >= bytes_limit(peer)) {
		peer_settle_unreachable(peer,
		    "it made this node fetch more than max-bytes allows for a "
		    "day: it goes on when some of that is over");
		return false;
	}
	return true;
}

void
guard_count_bytes(struct peer *peer)
{
	peer->row.fetched = bytes_used(peer);
	peer->row.fetched_at = round_now(peer->round);
}

static int64_t
churn_limit(const struct peer *peer)
{
	int64_t least = peer->round->env.churn_min > 0
			    ? peer->round->env.churn_min
			    : PULL_CHURN_MIN;

	return peer->feed.records > least ? peer->feed.records : least;
}

static int64_t
churn_used(const struct peer *peer)
{
	return still_used(peer->row.churn, peer->row.churn_at,
	    churn_limit(peer), round_now(peer->round));
}

/* ---- what is held ---- */

static bool
is_released(const struct peer *peer)
{
	const struct ledger_peer *row = &peer->row;

	return row->is_released &&
	       (row->held_serial != 0 || row->held_until != 0);
}

/* Later than the clock can have said: it was set back since. */
static bool
is_over(int64_t until, int64_t now)
{
	return now >= until || until - now > PULL_BUDGET_S;
}

static bool
shrink_is_agreed(const struct ledger_peer *row, int64_t now)
{
	return row->held_heads >= PULL_HELD_HEADS &&
	       now - row->held_since >= PULL_HELD_S;
}

static bool
agrees(const struct peer *peer)
{
	int64_t held = peer->row.held_records;
	int64_t off = llabs((int64_t)peer->head.records - held);

	return off <= PULL_SHRINK_RECORDS ||
	       off <= held / 100 * PULL_AGREE_PERCENT;
}

/*
 * Heads that alternate between this and that never agree: every one that
 * differs from the first begins the day anew.
 */
bool
guard_lets_shrink(struct peer *peer)
{
	struct ledger_peer *row = &peer->row;
	int64_t now = round_now(peer->round);

	memcpy(row->held_digest, peer->digest, sizeof(row->held_digest));
	row->held_until = 0;
	if (row->held_serial == 0 || row->held_since > now || !agrees(peer)) {
		row->held_serial = peer->head.serial;
		row->held_since = now;
		row->held_heads = 0;
		row->held_records = (int64_t)peer->head.records;
	} else if (peer->head.serial > row->held_serial) {
		row->held_serial = peer->head.serial;
		row->held_heads++;
	}
	return shrink_is_agreed(row, now);
}

void
guard_prepare(const struct peer *peer, struct apply *apply)
{
	const struct ledger_peer *row = &peer->row;
	int64_t now = round_now(peer->round);

	apply->is_guarded = !is_released(peer);
	/* All of a first pull is new; who waited for his time has had it. */
	if (!apply->is_guarded || peer->feed.serial == 0 ||
	    (row->held_until != 0 && is_over(row->held_until, now)) ||
	    (row->held_serial != 0 && shrink_is_agreed(row, now) &&
		agrees(peer)))
		return;
	apply->churn_limit = churn_limit(peer);
	apply->churn_left = apply->churn_limit - churn_used(peer);
}

void
guard_hold_churn(struct peer *peer, const struct apply *apply)
{
	struct ledger_peer *row = &peer->row;
	int64_t now = round_now(peer->round), wait = PULL_BUDGET_S, until;
	char text[CLOCK_TEXT_LEN], reason[sizeof(row->reason)];

	/* Past the limit counting stops: then nobody knows how many. */
	if (apply->changed <= apply->churn_limit)
		wait = (apply->changed - apply->churn_left) * PULL_BUDGET_S /
			   apply->churn_limit +
		       1;
	until = now + (wait < PULL_BUDGET_S ? wait : PULL_BUDGET_S);
	if (row->held_until == 0 || is_over(row->held_until, now) ||
	    until < row->held_until)
		row->held_until = until;
	memcpy(row->held_digest, peer->digest, sizeof(row->held_digest));
	clock_format(row->held_until, text);
	(void)snprintf(reason, sizeof(reason),
	    "%s%lld changes at once, %lld are left of the %lld a day: held "
	    "until %s, or until it is released",
	    apply->changed > apply->churn_limit ? "more than " : "",
	    (long long)(apply->changed > apply->churn_limit ? apply->churn_limit
							    : apply->changed),
	    (long long)apply->churn_left, (long long)apply->churn_limit, text);
	peer_settle(peer, PEER_HELD, reason);
}

void
guard_count_churn(struct peer *peer)
{
	struct ledger_peer *row = &peer->row;
	int64_t limit = churn_limit(peer), used = churn_used(peer);

	if (peer->feed.serial == 0 || is_released(peer))
		return;
	row->churn = peer->changed > limit - used ? limit
						  : used + peer->changed;
	row->churn_at = round_now(peer->round);
}

/* Settles: the same as before, without asking for anything. */
static void
stay_held(struct peer *peer)
{
	char reason[sizeof(peer->row.reason)];

	(void)snprintf(reason, sizeof(reason), "%s",
	    peer->row.state == PEER_HELD
		? peer->row.reason
		: "a change that it made before is still held");
	peer_settle(peer, PEER_HELD, reason);
}

bool
guard_stays_held(struct peer *peer)
{
	struct ledger_peer *row = &peer->row;
	int64_t now = round_now(peer->round);

	if (strcmp(peer->digest, row->held_digest) != 0 || is_released(peer))
		return false;
	if (row->held_until != 0
		? is_over(row->held_until, now)
		: row->held_since > now || shrink_is_agreed(row, now))
		return false;
	stay_held(peer);
	return true;
}

bool
guard_stops_plan(struct peer *peer, int64_t kept_records)
{
	const struct ledger_peer *row = &peer->row;
	int64_t most;

	if (row->held_until == 0 || is_released(peer) ||
	    is_over(row->held_until, round_now(peer->round)))
		return false;
	/* Every record of a page that is not kept, old and new. */
	most = (int64_t)peer->plan.records + peer->feed.records -
	       2 * kept_records;
	if (most <= churn_limit(peer) - churn_used(peer))
		return false;
	stay_held(peer);
	return true;
}

/* ---- quarantine ---- */

void
guard_note_refusal(struct peer *peer)
{
	struct ledger_peer *row = &peer->row;

	/*
	 * Heads that are refused themselves cost nothing more; and what is
	 * only too much for our settings may go on when those change.
	 */
	if (peer->step == STEP_HEAD || peer->step == STEP_DONE ||
	    peer->plan.bytes > peer->plan.max_bytes ||
	    peer->plan.index_bytes > peer->plan.max_bytes ||
	    peer->is_refusal_noted)
		return;
	peer->is_refusal_noted = true;
	memcpy(row->refused_digest, peer->digest, sizeof(row->refused_digest));
	row->refused_at = round_now(peer->round);
	row->refusals++;
}

void
guard_explain(const struct peer *peer, const char *reason, char *ret_text,
    size_t len)
{
	if (!peer->is_refusal_noted || peer->row.state != PEER_REJECTED)
		(void)snprintf(ret_text, len, "%s", reason);
	else if (peer->row.refusals < PULL_QUARANTINE)
		(void)snprintf(ret_text, len,
		    "%.160s; quarantined until it publishes another head",
		    reason);
	else
		(void)snprintf(ret_text, len,
		    "%.140s; quarantined: refused %lld times in a row, asked "
		    "once a day until it is released",
		    reason, (long long)peer->row.refusals);
}

bool
guard_quarantines(struct peer *peer)
{
	const struct ledger_peer *row = &peer->row;
	int64_t age = round_now(peer->round) - row->refused_at;
	char reason[sizeof(row->reason)];

	if (strcmp(peer->digest, row->refused_digest) != 0 ||
	    row->is_released || peer->is_refusal_noted || age < 0 ||
	    age >= PULL_REFUSED_S || peer_source(peer)->relay[0] != '\0')
		return false;
	(void)snprintf(reason, sizeof(reason), "%s",
	    row->state == PEER_REJECTED
		? row->reason
		: "what its head leads to was refused before: quarantined "
		  "until it publishes another head");
	/* Who carries its feed may have pages that are whole. */
	peer_source_useless(peer, PEER_REJECTED, reason);
	return true;
}

void
guard_forgive(struct peer *peer)
{
	struct ledger_peer *row = &peer->row;

	peer->is_refusal_noted = false;
	row->refusals = row->refused_at = 0;
	row->refused_digest[0] = '\0';
}

void
guard_forget_hold(struct ledger_peer *row)
{
	row->held_serial = row->held_since = row->held_heads = 0;
	row->held_records = row->held_until = 0;
	row->held_digest[0] = '\0';
	row->is_released = false;
}

int
pull_release(struct ledger *ledger, const char *name, struct err *err)
{
	struct ledger_peer row;

	if (ledger_begin(ledger, err) == -1)
		return -1;
	if (ledger_peer_get(ledger, name, &row, err) == -1)
		goto fail;
	if (row.state != PEER_HELD &&
	    (row.state != PEER_REJECTED || row.refused_digest[0] == '\0')) {
		err_set(err, ERR_NOTFOUND,
		    "nothing of peer %s is held, and it is not in quarantine",
		    name);
		goto fail;
	}
	/* The end of a quarantine is no word about an older change. */
	if (row.state == PEER_REJECTED) {
		guard_forget_hold(&row);
		row.refusals = row.failures = 0;
	}
	row.is_released = true;
	row.retry_at = 0;
	if (ledger_peer_put(ledger, &row, err) == -1)
		goto fail;
	return ledger_commit(ledger, err);
fail:
	ledger_rollback(ledger);
	return -1;
}
