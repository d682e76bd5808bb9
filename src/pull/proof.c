/*
 * proof: the signed head behind a witness's claim. It is asked for once, at
 * the witness's relay; when it bears the pinned key, both heads are kept as
 * evidence and the peer is forked (feed-protocol.md 13). gossip.c starts it,
 * round.c lets it end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pull/peer.h"

#define PER_WITNESS 2 /* of PULL_PROOFS */

struct proof {
	struct ledger_seen claim;
	struct arena *arena;
	const char *key; /* pinned */
	bool is_done;
	bool is_answered;
	struct strbuf bytes;
};

static void
on_answer(void *ctx, const struct net_answer *answer, struct err *err)
{
	struct proof *proof = ctx;

	proof->is_done = true;
	if (err != NULL || answer->status != 200)
		return;
	proof->is_answered = true;
	strbuf_add(&proof->bytes, answer->body, answer->len);
}

static void
proof_free(struct proof *proof)
{
	strbuf_release(&proof->bytes);
	arena_free(proof->arena);
	free(proof);
}

/* The key that signs now, after rotations from the pinned one. */
static const char *
key_of(struct round *round, struct arena *arena, const char *node)
{
	const struct conf_peer *conf = conf_peer_find(round->env.peers, node);
	struct ledger_peer row;

	if (conf == NULL)
		return NULL;
	if (ledger_peer_get(round->env.ledger, node, &row, NULL) == -1)
		return NULL;
	return arena_strdup(arena, keys_signer(&row, conf));
}

void
proof_start(struct round *round, const struct ledger_seen *claim)
{
	const struct conf_peer *witness = conf_peer_find(round->env.peers,
	    claim->witness);
	struct net_request request;
	struct proof *proof;
	struct err err = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < round->n_proofs; i++)
		n += strcmp(round->proofs[i]->claim.witness, claim->witness) ==
		     0;
	if (witness == NULL || n >= PER_WITNESS ||
	    round->n_proofs >= PULL_PROOFS)
		return;
	proof = xcalloc(1, sizeof(*proof));
	proof->claim = *claim;
	proof->arena = arena_new();
	strbuf_init(&proof->bytes, FEED_HEAD_MAX);
	proof->key = key_of(round, proof->arena, claim->node);
	request = (struct net_request){
		.url = url_join(proof->arena, witness->url,
		    arena_printf(proof->arena, "feed/m/%s/head.xml",
			claim->node)),
		.max = FEED_HEAD_MAX,
		.insecure = witness->is_insecure,
		.allow_private = witness->allow_private,
		.no_cache = true,
		.lane = proof,
		.done = on_answer,
		.ctx = proof,
	};
	if (proof->key == NULL || net_add(round->net, &request, &err) == -1) {
		proof_free(proof);
		return;
	}
	VEC_PUSH(round->proofs, round->n_proofs, round->cap_proofs, proof);
}

void
proof_release(struct round *round)
{
	for (size_t i = 0; i < round->n_proofs; i++)
		proof_free(round->proofs[i]);
	free(round->proofs);
}

/* ---- the verdict ---- */

/* The head that was spoken of: signed, of that serial and digest. */
static bool
is_as_said(const struct round *round, const struct proof *proof)
{
	struct parser *parser = parser_new(round->env.parser, PULL_PROOF_MS);
	struct verify_reader reader = parser_reader(parser);
	struct verify_policy policy = { .node = proof->claim.node,
		.key_hash = proof->key,
		.now = round_now(round),
		.epoch = -1,
		.reader = &reader };
	enum verify_verdict verdict;
	struct feed_head head;
	char got[65];

	verdict = verify_head(proof->arena, proof->bytes.buf, proof->bytes.len,
	    &policy, &head, got, NULL);
	parser_free(parser);
	return (verdict == VERIFY_NEW || verdict == VERIFY_EXPIRED) &&
	       head.serial == proof->claim.serial &&
	       strcmp(got, proof->claim.digest) == 0;
}

static int
put_forked(struct round *round, const struct ledger_seen *claim,
    struct err *err)
{
	struct ledger_peer row, before;
	struct peer *peer = NULL;

	if (ledger_peer_get(round->env.ledger, claim->node, &row, err) == -1)
		return -1;
	before = row;
	if (row.state != PEER_FORKED)
		row.state_since = round_now(round);
	row.state = PEER_FORKED;
	(void)snprintf(row.reason, sizeof(row.reason),
	    "two different heads of serial %lld are signed with its key, one "
	    "came from %s: gspd peer evidence %s shows them; ask its operator",
	    (long long)claim->serial, claim->witness, claim->node);
	for (size_t i = 0; i < round->n; i++)
		if (strcmp(round->peers[i]->conf.name, claim->node) == 0)
			peer = round->peers[i];
	/* One that is under way ends with it, unless its head is newer. */
	if (peer != NULL) {
		peer->before = row.state;
		peer->row.state = row.state;
		peer->row.state_since = row.state_since;
		memcpy(peer->row.reason, row.reason, sizeof(row.reason));
	}
	if (ledger_peer_put(round->env.ledger, &row, err) == -1)
		return -1;
	if (round->env.changed != NULL && before.state != PEER_FORKED)
		round->env.changed(round->env.ctx, &row, before.state);
	return 0;
}

int
proof_keep(struct round *round, const struct ledger_seen *claim,
    const struct strbuf *bytes, struct err *err)
{
	struct ledger_alarm alarm = { .kind = ALARM_FORK,
		.serial = claim->serial,
		.since = round_now(round) };
	struct arena *arena = arena_new();
	struct store store;
	bool is_new;
	int ret = -1;

	store_init(&store, arena, round->env.folder, claim->node);
	memcpy(alarm.node, claim->node, sizeof(alarm.node));
	memcpy(alarm.witness, claim->witness, sizeof(alarm.witness));
	memcpy(alarm.digest, claim->digest, sizeof(alarm.digest));
	if (gossip_held(round, claim->node, claim->serial, alarm.held, err) ==
		-1 ||
	    store_evidence(&store, claim->serial, claim->digest, alarm.held,
		bytes->buf, bytes->len, &alarm.is_proven, err) == -1)
		goto out;
	/* That it is another head than the one taken here is known anyhow. */
	if ((alarm.is_proven || alarm.held[0] != '\0') &&
	    put_forked(round, claim, err) == -1)
		goto out;
	ret = ledger_alarm_put(round->env.ledger, &alarm, &is_new, err);
out:
	arena_free(arena);
	return ret;
}

/* Its copy is signed with another key than the one that counts here. */
static int
judge_stranger(struct round *round, struct proof *proof, struct err *err)
{
	const struct ledger_seen *claim = &proof->claim;
	const struct conf_peer *conf = conf_peer_find(round->env.peers,
	    claim->node);
	struct ledger_peer row;

	if (ledger_peer_get(round->env.ledger, claim->node, &row, err) == -1)
		return -1;
	if (conf == NULL ||
	    relay_is_honest(proof->arena, conf, &row, &proof->bytes))
		return 0;
	return relay_brand(round, claim->node, claim->witness,
	    "its copy of the head is not signed with the peer's key", err);
}

static int
judge(struct round *round, struct proof *proof, struct err *err)
{
	const struct ledger_seen *claim = &proof->claim;
	const char *body;
	char digest[65], held[65];
	size_t len;

	if (!proof->is_answered ||
	    gossip_held(round, claim->node, claim->serial, held, err) == -1)
		return proof->is_answered ? -1 : 0;
	if (verify_signed(proof->arena, FEED_DOC_HEAD, proof->bytes.buf,
		proof->bytes.len, proof->key, &body, &len, digest, NULL) != 0)
		return judge_stranger(round, proof, err);
	if (strcmp(held, claim->digest) == 0 || !is_as_said(round, proof))
		return 0;
	return proof_keep(round, claim, &proof->bytes, err);
}

int
proof_tend(struct round *round, struct err *err)
{
	struct ledger *ledger = round->env.ledger;
	size_t kept = 0, n = round->n_proofs;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		struct proof *proof = round->proofs[i];

		if (!proof->is_done || rc == -1) {
			round->proofs[kept++] = proof;
			continue;
		}
		rc = ledger_begin(ledger, err);
		if (rc == 0 && (rc = judge(round, proof, err)) == -1)
			ledger_rollback(ledger);
		if (rc == 0)
			rc = ledger_commit(ledger, err);
		proof_free(proof);
	}
	round->n_proofs = kept;
	return rc;
}
