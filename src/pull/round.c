/*
 * round: many peers at once. One loop drives the transfers, gives each peer
 * whose pages are all here its turn at the catalogue, and writes verdicts to
 * the ledger in batches (feed-protocol.md 9 and 10).
 */
#include <stdlib.h>
#include <string.h>

#include "pull/peer.h"

#define LOOP_MS 500

/* Records of a peer that nobody vouches for any more leave the results. */
static int
hide_if_old(struct peer *peer, struct err *err)
{
	struct catalogue *catalogue = peer->round->env->catalogue;

	if (peer->feed.serial == 0 || peer->feed.is_hidden ||
	    peer->row.state != PEER_STALE ||
	    round_now(peer->round) - peer->row.expires <= PULL_HIDE_S)
		return 0;
	peer->feed.is_hidden = true;
	if (catalogue_begin(catalogue, err) == -1)
		return -1;
	if (catalogue_feed_put(catalogue, &peer->feed, err) == -1) {
		catalogue_rollback(catalogue);
		return -1;
	}
	return catalogue_commit(catalogue,
	    peer->round->env->search != NULL ? search_update : NULL,
	    peer->round->env->search, err);
}

static void
fill_result(struct peer *peer)
{
	struct pull_result *result = peer->result;
	const struct ledger_peer *row = &peer->row;

	result->state = row->state;
	memcpy(result->reason, row->reason, sizeof(result->reason));
	result->records = row->records;
	result->bad_records = row->bad_records;
	result->serial = row->serial;
	result->took_ms = clock_monotonic_ms() - peer->started_ms;
}

static int
write_row(struct peer *peer, struct err *err)
{
	struct ledger *ledger = peer->round->env->ledger;
	const struct pull_result *result = peer->result;
	struct ledger_pull pull = {
		.at = peer->row.last_try,
		.state = peer->row.state,
		.took_ms = result->took_ms,
		.pages = result->pages_fetched,
		.bytes = result->bytes,
		.changed = peer->changed,
	};

	if (ledger_peer_put(ledger, &peer->row, err) == -1)
		return -1;
	if (peer->row.state == PEER_PAUSED)
		return 0;
	if (ledger_pull_add(ledger, peer->row.name, &pull, err) == -1)
		return -1;
	return peer->has_bad ? bad_tell(&peer->bad, ledger, peer->row.name, err)
			     : 0;
}

/* Everybody who is done and not yet in the ledger, in one transaction. */
static int
flush_done(struct round *round, struct err *err)
{
	struct pull_env *env = round->env;
	bool is_begun = false;

	for (size_t i = 0; i < round->n; i++) {
		struct peer *peer = &round->peers[i];

		if (peer->step != STEP_DONE || peer->is_flushed)
			continue;
		if (hide_if_old(peer, err) == -1)
			goto fail;
		if (!is_begun && ledger_begin(env->ledger, err) == -1)
			return -1;
		is_begun = true;
		fill_result(peer);
		if (write_row(peer, err) == -1)
			goto fail;
	}
	if (!is_begun)
		return 0;
	if (ledger_commit(env->ledger, err) == -1)
		return -1;
	for (size_t i = 0; i < round->n; i++) {
		struct peer *peer = &round->peers[i];

		if (peer->step != STEP_DONE || peer->is_flushed)
			continue;
		peer->is_flushed = true;
		if (env->changed != NULL && peer->before != peer->row.state)
			env->changed(env->ctx, &peer->row, peer->before);
	}
	return 0;
fail:
	if (is_begun)
		ledger_rollback(env->ledger);
	return -1;
}

/* Give turns, end what took too long; *ret_busy: somebody is not done. */
static int
tend(struct round *round, bool *ret_busy, struct err *err)
{
	*ret_busy = false;
	for (size_t i = 0; i < round->n; i++) {
		struct peer *peer = &round->peers[i];

		if (peer->step == STEP_APPLY) {
			if (peer_apply(peer, err) == -1)
				return err_prefix(err, "peer %s",
				    peer->conf->name);
		} else if (peer->step != STEP_DONE) {
			peer_expire(peer);
		}
		if (peer->step != STEP_DONE)
			*ret_busy = true;
	}
	return 0;
}

static int
run(struct round *round, struct err *err)
{
	bool is_busy = true;
	size_t left;

	for (;;) {
		if (round->is_failed) {
			*err = round->err;
			return -1;
		}
		if (tend(round, &is_busy, err) == -1 ||
		    flush_done(round, err) == -1)
			return -1;
		if (!is_busy)
			return 0;
		if (net_run(round->net, LOOP_MS, &left, err) == -1)
			return -1;
	}
}

int
pull_round(struct pull_env *env, const struct conf_peer *const *peers, size_t n,
    struct pull_result *ret_results, struct err *err)
{
	struct net_options options = { .user_agent = env->user_agent,
		.transfers = env->transfers,
		.request_ms = env->request_ms };
	struct round round = { .env = env };
	struct err local = { 0 };
	int ret = -1;

	round.net = net_new(&options, &local);
	if (round.net == NULL)
		goto out;
	round.peers = xcalloc(n + 1, sizeof(*round.peers));
	for (; round.n < n; round.n++)
		if (peer_begin(&round.peers[round.n], &round, peers[round.n],
			&ret_results[round.n], &local) == -1) {
			round.n++;
			goto out;
		}
	ret = run(&round, &local);
out:
	for (size_t i = 0; i < round.n; i++)
		peer_release(&round.peers[i]);
	free(round.peers);
	net_free(round.net);
	if (ret == -1 && err != NULL)
		*err = local;
	return ret;
}
