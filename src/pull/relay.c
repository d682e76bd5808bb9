/*
 * relay: members that carry a peer's feed below m/<node>/: who is asked, who
 * lied, and when the peer's own address is asked again (feed-protocol.md 12).
 * source.c walks the list that is made here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "pull/peer.h"

#define BY_CLAIM 2 /* of PULL_RELAYS; the rest go by turns, whatever they say */

struct candidate {
	const struct conf_peer *conf;
	int64_t claim; /* serial of the head it says it took */
	char turn[65];
};

static const struct conf_peers *
all_peers(const struct peer *peer)
{
	static const struct conf_peers nobody;
	const struct conf_peers *peers = peer->round->env.peers;

	return peers != NULL ? peers : &nobody;
}

/* What cannot be yet is no claim. */
static int64_t
claim_of(const struct peer *peer, const struct ledger_seen *seen, size_t n,
    const char *witness)
{
	int64_t latest = round_now(peer->round) + FEED_CLOCK_AHEAD_S;

	for (size_t i = 0; i < n; i++)
		if (strcmp(seen[i].witness, witness) == 0)
			return seen[i].serial <= latest ? seen[i].serial : 0;
	return 0;
}

static bool
is_liar(const struct ledger_liar *liars, size_t n, const char *relay,
    int64_t now)
{
	/* Later than the clock can have said: it was set back since. */
	for (size_t i = 0; i < n; i++)
		if (strcmp(liars[i].relay, relay) == 0)
			return liars[i].until - now <= PULL_LIAR_S;
	return false;
}

static int
by_claim(const void *a, const void *b)
{
	const struct candidate *one = a, *other = b;

	if (one->claim != other->claim)
		return one->claim > other->claim ? -1 : 1;
	return strcmp(one->turn, other->turn);
}

static int
by_turn(const void *a, const void *b)
{
	return strcmp(((const struct candidate *)a)->turn,
	    ((const struct candidate *)b)->turn);
}

static void
take_turn(const struct peer *peer, struct candidate *candidate)
{
	char text[2 * RECORD_NODE_MAX + 32];
	int len = snprintf(text, sizeof(text), "%s %s %lld",
	    candidate->conf->name, peer->conf.name,
	    (long long)round_now(peer->round));

	sha256_hex(text, (size_t)len, candidate->turn);
}

/* Everybody who may be asked; NULL after trouble of ours. */
static struct candidate *
candidates(struct peer *peer, size_t *ret_n)
{
	const struct conf_peers *peers = all_peers(peer);
	struct pull_env *env = &peer->round->env;
	struct candidate *list = arena_alloc(peer->fixed,
	    (peers->n + 1) * sizeof(*list));
	struct ledger_liar *liars;
	struct ledger_seen *seen;
	struct err err = { 0 };
	size_t n_liars, n_seen, n = 0;

	if (ledger_liars(env->ledger, peer->fixed, peer->conf.name,
		round_now(peer->round), &liars, &n_liars, &err) == -1 ||
	    ledger_seen(env->ledger, peer->fixed, NULL, peer->conf.name, &seen,
		&n_seen, &err) == -1) {
		peer_fail_round(peer, &err);
		return NULL;
	}
	for (size_t i = 0; i < peers->n; i++) {
		const struct conf_peer *conf = &peers->items[i];
		int64_t claim = claim_of(peer, seen, n_seen, conf->name);

		if (strcmp(conf->name, peer->conf.name) == 0 ||
		    conf->is_paused ||
		    (env->node != NULL && strcmp(conf->name, env->node) == 0) ||
		    is_liar(liars, n_liars, conf->name,
			round_now(peer->round)) ||
		    (peer->has_same && claim <= peer->row.serial))
			continue;
		list[n].conf = conf;
		list[n].claim = claim >= peer->row.serial ? claim : 0;
		take_turn(peer, &list[n]);
		n++;
	}
	*ret_n = n;
	return list;
}

void
relay_append(struct peer *peer)
{
	struct candidate *list;
	size_t n = 0;

	peer->has_relays = true;
	if (all_peers(peer)->n == 0)
		return;
	list = candidates(peer, &n);
	if (list == NULL)
		return;
	if (n > 1)
		qsort(list, n, sizeof(*list), by_claim);
	if (n > BY_CLAIM + 1)
		qsort(list + BY_CLAIM, n - BY_CLAIM, sizeof(*list), by_turn);
	for (size_t i = 0; i < n && i < PULL_RELAYS; i++) {
		const struct conf_peer *conf = list[i].conf;
		const char *below = arena_printf(peer->fixed, "feed/m/%s/",
		    peer->conf.name);

		peer_source_add(peer, url_join(peer->fixed, conf->url, below),
		    conf->is_insecure, conf->allow_private, conf->name);
	}
}

int64_t
relay_freeze_s(const struct round *round)
{
	int64_t wait = 2 * round->env.interval_s;

	return wait > PULL_FREEZE_S ? wait : PULL_FREEZE_S;
}

bool
relay_is_behind(struct peer *peer)
{
	struct pull_env *env = &peer->round->env;
	int64_t now = round_now(peer->round);
	int64_t wait = relay_freeze_s(peer->round);
	bool by_relay = *peer_source(peer)->relay != '\0', is_behind = false;
	struct ledger_seen *seen;
	struct err err = { 0 };
	size_t n;

	if (all_peers(peer)->n == 0)
		return false;
	if (ledger_seen(env->ledger, peer->fixed, NULL, peer->conf.name, &seen,
		&n, &err) == -1) {
		peer_fail_round(peer, &err);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		int64_t since = seen[i].ahead_since;

		if (seen[i].serial > peer->row.serial &&
		    seen[i].serial <= now + FEED_CLOCK_AHEAD_S &&
		    conf_peer_find(all_peers(peer), seen[i].witness) != NULL &&
		    (by_relay || (since != 0 && now - since >= wait)))
			is_behind = true;
	}
	return is_behind;
}

/* ---- verdicts ---- */

/*
 * By the key that counts, by the one before the rotations, by the one that it
 * announced, or in a later epoch by whatever key it names: who carries such a
 * head is behind or ahead, but did not lie.
 */
bool
relay_is_honest(struct arena *arena, const struct conf_peer *conf,
    const struct ledger_peer *row, const struct strbuf *head)
{
	struct verify_policy policy = { .epoch = row->epoch };
	char own[65] = "", digest[65];
	const char *keys[] = { conf->key, row->key, row->nextkey, own };
	const char *body;
	size_t len;

	policy.key_hash = own;
	if (verify_own_key(FEED_DOC_HEAD, head->buf, head->len, own, NULL) ==
		-1 ||
	    !verify_is_rotated(head->buf, head->len, &policy))
		own[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (*keys[i] != '\0' &&
		    verify_signed(arena, FEED_DOC_HEAD, head->buf, head->len,
			keys[i], &body, &len, digest, NULL) == 0)
			return true;
	return false;
}

int
relay_brand(struct round *round, const char *node, const char *relay,
    const char *reason, struct err *err)
{
	struct pull_env *env = &round->env;
	struct ledger_liar liar = { .until = round_now(round) + PULL_LIAR_S };
	struct pull_notice notice = { .event = "relay.lied",
		.node = node,
		.witness = relay,
		.is_grave = true,
		.text = reason };

	(void)snprintf(liar.relay, sizeof(liar.relay), "%s", relay);
	(void)snprintf(liar.node, sizeof(liar.node), "%s", node);
	(void)snprintf(liar.reason, sizeof(liar.reason), "%s", reason);
	if (ledger_liar_put(env->ledger, &liar, err) == -1)
		return -1;
	if (env->notice != NULL)
		env->notice(env->ctx, &notice);
	return 0;
}

void
relay_lied(struct peer *peer, const char *reason)
{
	const char *relay = peer_source(peer)->relay;
	struct err err = { 0 };

	if (*relay != '\0' && relay_brand(peer->round, peer->conf.name, relay,
				  reason, &err) == -1)
		peer_fail_round(peer, &err);
}

/* ---- the account of its own address ---- */

bool
relay_is_spared(const struct peer *peer)
{
	const struct ledger_peer *row = &peer->row;
	int64_t now = round_now(peer->round);

	/* A clock that was set back must not keep us from asking. */
	return peer->round->env.interval_s > 0 && all_peers(peer)->n > 0 &&
	       row->own_failures > 0 && row->via[0] != '\0' &&
	       now < row->own_retry_at &&
	       row->own_retry_at - now <= PULL_BACKOFF_MAX_S;
}

void
relay_note_trouble(struct peer *peer)
{
	struct ledger_peer *row = &peer->row;
	int64_t wait = peer->round->env.interval_s;

	for (int64_t i = 0; i <= row->own_failures && wait < PULL_OWN_MAX_S;
	     i++)
		wait *= 2;
	if (wait > PULL_OWN_MAX_S)
		wait = PULL_OWN_MAX_S;
	if (peer->own_retry_s > wait)
		wait = peer->own_retry_s;
	row->own_failures++;
	row->own_retry_at = round_now(peer->round) + wait;
	(void)snprintf(row->own_trouble, sizeof(row->own_trouble), "%s: %s",
	    peer->own_state == PEER_UNREACHABLE
		? "its own address fails"
		: "what its own address gives is refused",
	    peer->own_trouble);
}

void
relay_note_good(struct peer *peer, char *reason, size_t len)
{
	const char *relay = peer_source(peer)->relay;
	/* It was asked, and gave the head that we held. */
	bool is_well = *relay == '\0' ||
		       (peer->has_same &&
			   *peer->sources[peer->same_source].relay == '\0');
	struct ledger_peer *row = &peer->row;
	const char *promise = arena_strdup(peer->fixed, reason);

	(void)snprintf(row->via, sizeof(row->via), "%s", relay);
	if (is_well) {
		row->own_failures = row->own_retry_at = 0;
		row->own_trouble[0] = '\0';
	}
	if (*relay == '\0')
		return;
	(void)snprintf(reason, len, "%s; taken from %s%s%s",
	    row->own_trouble[0] != '\0' ? row->own_trouble
					: "its own address shows an old head",
	    relay, *promise != '\0' ? "; " : "", promise);
}
