/*
 * round: many peers at once. One loop drives the transfers, gives each peer
 * whose pages are all here its turn at the catalogue, and writes verdicts to
 * the ledger in batches (feed-protocol.md 9 and 10).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pull/peer.h"

#define LOOP_MS 500

/*
 * Records of a peer that nobody vouches for any more leave the results; they
 * are back with the first good answer, also when only the clock was wrong.
 */
static int
hide_or_show(struct peer *peer, struct err *err)
{
	struct catalogue *catalogue = peer->round->env.catalogue;
	const struct ledger_peer *row = &peer->row;
	bool is_good = row->state == PEER_FRESH || row->state == PEER_LATE;
	bool is_old = row->expires != 0 &&
		      round_now(peer->round) - row->expires > PULL_HIDE_S;

	if (peer->feed.serial == 0 ||
	    (peer->feed.is_hidden ? !is_good : !is_old))
		return 0;
	peer->feed.is_hidden = is_old;
	if (catalogue_begin(catalogue, err) == -1)
		return -1;
	if (catalogue_feed_put(catalogue, &peer->feed, err) == -1) {
		catalogue_rollback(catalogue);
		return -1;
	}
	return catalogue_commit(catalogue,
	    search_watch(peer->round->env.search), err);
}

static void
fill_result(struct peer *peer)
{
	struct pull_result *result = &peer->result;
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
	struct ledger *ledger = peer->round->env.ledger;
	const struct pull_result *result = &peer->result;
	struct ledger_pull pull = {
		.at = peer->row.last_try,
		.state = peer->row.state,
		.took_ms = result->took_ms,
		.pages = result->pages_fetched,
		.bytes = result->bytes,
		.changed = peer->changed,
	};
	struct ledger_peer now;

	/* What an operator said meanwhile stands. */
	if (ledger_peer_get(ledger, peer->row.name, &now, err) == -1)
		return -1;
	peer->row.is_paused = now.is_paused;
	if ((peer->row.state == PEER_HELD ||
		peer->row.state == PEER_REJECTED) &&
	    !peer->was_released)
		peer->row.is_released = now.is_released;
	if (ledger_peer_put(ledger, &peer->row, err) == -1)
		return -1;
	if (peer->row.state == PEER_PAUSED)
		return 0;
	if (ledger_pull_add(ledger, peer->row.name, &pull, err) == -1 ||
	    gossip_note(peer, err) == -1)
		return -1;
	return peer->has_bad ? bad_tell(&peer->bad, ledger, peer->row.name, err)
			     : 0;
}

/* Everybody who is done, in one transaction of the ledger. */
static int
write_done(struct round *round, struct err *err)
{
	struct pull_env *env = &round->env;
	bool is_begun = false;

	for (size_t i = 0; i < round->n; i++) {
		struct peer *peer = round->peers[i];

		if (peer->step != STEP_DONE)
			continue;
		if (hide_or_show(peer, err) == -1)
			goto fail;
		if (!is_begun && ledger_begin(env->ledger, err) == -1)
			return -1;
		is_begun = true;
		fill_result(peer);
		if (write_row(peer, err) == -1)
			goto fail;
	}
	return is_begun ? ledger_commit(env->ledger, err) : 0;
fail:
	if (is_begun)
		ledger_rollback(env->ledger);
	return -1;
}

/* Tell of those who are done, and let them go. */
static void
dismiss_done(struct round *round)
{
	struct pull_env *env = &round->env;
	size_t kept = 0;

	for (size_t i = 0; i < round->n; i++) {
		struct peer *peer = round->peers[i];

		if (peer->step != STEP_DONE) {
			round->peers[kept++] = peer;
			continue;
		}
		if (env->changed != NULL && peer->before != peer->row.state)
			env->changed(env->ctx, &peer->row, peer->before);
		if (round->done != NULL)
			round->done(round->done_ctx, &peer->result);
		peer_release(peer);
		free(peer);
	}
	round->n = kept;
}

/* Give turns, end what took too long. */
static int
tend(struct round *round, struct err *err)
{
	if (round->is_failed) {
		*err = round->err;
		return -1;
	}
	for (size_t i = 0; i < round->n; i++) {
		struct peer *peer = round->peers[i];

		if (peer->step == STEP_APPLY) {
			if (peer_apply(peer, err) == -1)
				return err_prefix(err, "peer %s",
				    peer->conf.name);
		} else if (peer->step != STEP_DONE) {
			peer_expire(peer);
		}
	}
	if (round->is_failed) {
		*err = round->err;
		return -1;
	}
	if (proof_tend(round, err) == -1 || write_done(round, err) == -1)
		return -1;
	dismiss_done(round);
	return 0;
}

/* ---- the door ---- */

struct pull_loop {
	struct round round;
};

struct pull_loop *
pull_loop_new(const struct pull_env *env, pull_done_cb done, void *ctx,
    struct err *err)
{
	struct net_options options = { .user_agent = env->user_agent,
		.transfers = env->transfers,
		.request_ms = env->request_ms,
		.patience_ms = env->patience_ms };
	struct pull_loop *loop = xcalloc(1, sizeof(*loop));

	loop->round.env = *env;
	loop->round.done = done;
	loop->round.done_ctx = ctx;
	loop->round.net = net_new(&options, err);
	if (loop->round.net == NULL) {
		free(loop);
		return NULL;
	}
	return loop;
}

void
pull_loop_free(struct pull_loop *loop)
{
	if (loop == NULL)
		return;
	for (size_t i = 0; i < loop->round.n; i++) {
		peer_release(loop->round.peers[i]);
		free(loop->round.peers[i]);
	}
	free(loop->round.peers);
	proof_release(&loop->round);
	net_free(loop->round.net);
	free(loop);
}

bool
pull_loop_has(const struct pull_loop *loop, const char *name)
{
	for (size_t i = 0; i < loop->round.n; i++)
		if (strcmp(loop->round.peers[i]->conf.name, name) == 0)
			return true;
	return false;
}

int
pull_loop_start(struct pull_loop *loop, const struct conf_peer *conf,
    struct err *err)
{
	struct round *round = &loop->round;
	struct err local = { 0 };
	struct peer *peer;

	if (pull_loop_has(loop, conf->name))
		return 0;
	peer = xcalloc(1, sizeof(*peer));
	if (peer_begin(peer, round, conf, &local) == -1) {
		net_cancel(round->net, peer);
		peer_release(peer);
		free(peer);
		if (err != NULL)
			*err = local;
		return -1;
	}
	VEC_PUSH(round->peers, round->n, round->cap, peer);
	return 0;
}

int
pull_loop_run(struct pull_loop *loop, int64_t wait_ms, size_t *ret_left,
    struct err *err)
{
	struct round *round = &loop->round;
	struct err local = { 0 };
	size_t left;

	/* Some are done without asking anybody. */
	if (tend(round, &local) == -1 ||
	    (round->n + round->n_proofs > 0 &&
		net_run(round->net, wait_ms, &left, &local) == -1) ||
	    tend(round, &local) == -1) {
		if (err != NULL)
			*err = local;
		return -1;
	}
	*ret_left = round->n + round->n_proofs;
	return 0;
}

struct collect {
	struct pull_result *results;
	size_t n;
};

static void
on_result(void *ctx, const struct pull_result *result)
{
	struct collect *collect = ctx;

	for (size_t i = 0; i < collect->n; i++)
		if (strcmp(collect->results[i].name, result->name) == 0)
			collect->results[i] = *result;
}

int
pull_round(struct pull_env *env, const struct conf_peer *const *peers, size_t n,
    struct pull_result *ret_results, struct err *err)
{
	struct collect collect = { ret_results, n };
	struct pull_loop *loop = pull_loop_new(env, on_result, &collect, err);
	size_t left = 1;
	int ret = -1;

	if (loop == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		ret_results[i] = (struct pull_result){ 0 };
		(void)snprintf(ret_results[i].name, RECORD_NODE_MAX, "%s",
		    peers[i]->name);
		if (pull_loop_start(loop, peers[i], err) == -1)
			goto out;
	}
	while (left > 0)
		if (pull_loop_run(loop, LOOP_MS, &left, err) == -1)
			goto out;
	ret = 0;
out:
	pull_loop_free(loop);
	return ret;
}
