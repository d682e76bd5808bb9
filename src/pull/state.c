/*
 * state: what a round makes of a peer, in words a person understands, and
 * when it is asked again (feed-protocol.md 7, 9, 10). Only numbers and the
 * peer's row: no network, no files.
 */
#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "pull/peer.h"

int64_t
round_now(const struct round *round)
{
	return round->env.now(round->env.now_ctx);
}

/*
 * Not before, by its own word, or because nobody else had a turn while its
 * bytes were read: many times as long is left to the others.
 */
static int64_t
retry_at(const struct peer *peer, int64_t now)
{
	int64_t wait = parser_slow_ms(peer->parser) * PULL_SLOW_TIMES / 1000;

	if (wait < peer->retry_after_s)
		wait = peer->retry_after_s;
	if (wait > PULL_BACKOFF_MAX_S)
		wait = PULL_BACKOFF_MAX_S;
	return wait > 0 ? now + wait : 0;
}

static void
settle(struct peer *peer, enum peer_state state, const char *reason,
    bool is_failure)
{
	struct ledger_peer *row = &peer->row;
	int64_t now = round_now(peer->round);

	if (peer->step == STEP_DONE)
		return;
	peer->step = STEP_DONE;
	if (peer->round->net != NULL)
		net_cancel(peer->round->net, peer);
	peer->in_flight = 0;
	if (row->state != state)
		row->state_since = now;
	row->state = state;
	guard_explain(peer, reason, row->reason, sizeof(row->reason));
	if (state == PEER_PAUSED)
		return;
	guard_count_bytes(peer);
	/* An operator's word is about what was there when it was said. */
	if (state == PEER_REJECTED || state == PEER_HELD)
		row->is_released = false;
	row->last_try = now;
	row->retry_at = retry_at(peer, now);
	row->failures = is_failure ? row->failures + 1 : 0;
}

void
peer_settle(struct peer *peer, enum peer_state state, const char *reason)
{
	settle(peer, state, reason,
	    state == PEER_UNREACHABLE || state == PEER_REJECTED);
}

void
peer_settle_good(struct peer *peer)
{
	struct ledger_peer *row = &peer->row;
	int64_t now = round_now(peer->round);
	char reason[sizeof(row->reason)];
	enum peer_state state;

	row->last_good = now;
	/* The alarm stays until a head with a higher serial ends it. */
	if (row->state == PEER_FORKED &&
	    strcmp(peer->digest, row->digest) != 0) {
		(void)snprintf(reason, sizeof(reason), "%s", row->reason);
		peer_settle(peer, PEER_FORKED, reason);
		return;
	}
	guard_forget_hold(row);
	state = ledger_peer_promise(row, now, reason, sizeof(reason));
	relay_note_good(peer, reason, sizeof(reason));
	peer_settle(peer, state, reason);
}

void
peer_settle_unreachable(struct peer *peer, const char *reason)
{
	struct ledger_peer *row = &peer->row;
	char promise[128], text[sizeof(row->reason)];
	enum peer_state state = ledger_peer_promise(row, round_now(peer->round),
	    promise, sizeof(promise));

	if (state == PEER_STALE) {
		(void)snprintf(text, sizeof(text), "%s; %s", promise, reason);
		settle(peer, PEER_STALE, text, true);
		return;
	}
	peer_settle(peer, PEER_UNREACHABLE, reason);
}

void
peer_take_head(struct peer *peer)
{
	struct ledger_peer *row = &peer->row;

	row->serial = peer->head.serial;
	row->next_promised = peer->head.next;
	row->expires = peer->head.expires;
	memcpy(row->digest, peer->digest, sizeof(row->digest));
	guard_forgive(peer);
	keys_learn(peer);
	(void)snprintf(row->etag, sizeof(row->etag), "%s", peer->etag);
	peer->is_taken = true;
	if (row->state == PEER_FORKED)
		row->state = PEER_NEW; /* a higher serial ends the alarm */
}

/* 0.8 to 1.2 of base: the same for the same try, spread over peers. */
static int64_t
jitter(const struct ledger_peer *peer, int64_t base)
{
	char text[RECORD_NODE_MAX + 32];
	uint8_t digest[SHA256_LEN];
	int len;

	len = snprintf(text, sizeof(text), "%s %lld", peer->name,
	    (long long)peer->last_try);
	sha256(text, (size_t)len, digest);
	return base * (800 + (digest[0] << 8 | digest[1]) % 401) / 1000;
}

int64_t
pull_due(const struct ledger_peer *peer, int64_t interval_s, int64_t now)
{
	int64_t base = interval_s > 0 ? interval_s : 1, due;

	/* A clock that was set back must not silence a peer. */
	if (peer->last_try == 0 || peer->last_try > now)
		return 0;
	if (peer->is_released &&
	    (peer->state == PEER_HELD || peer->state == PEER_REJECTED))
		return 0;
	if (peer->state == PEER_REJECTED && peer->refusals >= PULL_QUARANTINE)
		base = PULL_BACKOFF_MAX_S;
	for (int64_t i = 0; i < peer->failures && base < PULL_BACKOFF_MAX_S;
	     i++)
		base *= 2;
	if (base > PULL_BACKOFF_MAX_S)
		base = PULL_BACKOFF_MAX_S;
	due = peer->last_try + jitter(peer, base);
	if (peer->retry_at > due)
		due = peer->retry_at;
	if (due > peer->last_try + PULL_BACKOFF_MAX_S)
		due = peer->last_try + PULL_BACKOFF_MAX_S;
	return due > now ? due - now : 0;
}
