/*
 * peer: one peer in one round, from beginning to end (feed-protocol.md 7 to
 * 10): head.c, objects.c, then its turn at the catalogue here. Each step ends
 * in the next one, in a re-read of the head, in the next address, or in a
 * verdict of state.c. round.c owns the loop.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pull/peer.h"

/* Trouble of ours ends the round, not the peer. */
void
peer_fail_round(struct peer *peer, const struct err *err)
{
	if (!peer->round->is_failed)
		peer->round->err = *err;
	peer->round->is_failed = true;
}

bool
peer_is_ours(const struct err *err)
{
	return err->code == ERR_SYS || err->code == ERR_DB ||
	       err->code == ERR_BUSY;
}

/* What the ledger accepted is what the catalogue shows and the folder holds. */
bool
peer_is_in_step(const struct peer *peer)
{
	/* Hidden: it is back, and shows what it holds once it was judged. */
	return peer->row.serial != 0 && !peer->feed.is_hidden &&
	       peer->feed.serial == peer->row.serial &&
	       strcmp(peer->feed.digest, peer->row.digest) == 0;
}

int
peer_begin(struct peer *peer, struct round *round, const struct conf_peer *conf,
    struct err *err)
{
	struct err why = { 0 };

	*peer = (struct peer){
		.round = round,
		.conf = *conf,
		.fixed = arena_new(),
		.arena = arena_new(),
		.started_ms = clock_monotonic_ms(),
	};
	strbuf_init(&peer->head_bytes, FEED_HEAD_MAX);
	bad_init(&peer->bad);
	peer->parser = parser_new(round->env.parser, 0);
	peer->conf.name = arena_strdup(peer->fixed, conf->name);
	peer->conf.url = arena_strdup(peer->fixed, conf->url);
	peer->conf.key = arena_strdup(peer->fixed, conf->key);
	if (conf->more_urls != NULL)
		peer->conf.more_urls = arena_strdup(peer->fixed,
		    conf->more_urls);
	(void)snprintf(peer->result.name, sizeof(peer->result.name), "%s",
	    conf->name);
	store_init(&peer->store, peer->fixed, round->env.folder, conf->name);
	if (ledger_peer_get(round->env.ledger, conf->name, &peer->row, err) ==
	    -1)
		return -1;
	keys_init(peer);
	peer_source_init(peer);
	peer->before = peer->row.state;
	peer->was_released = peer->row.is_released;
	if (catalogue_feed_get(round->env.catalogue, conf->name, &peer->feed,
		&why) == -1) {
		if (why.code != ERR_NOTFOUND) {
			*err = why;
			return -1;
		}
		peer->feed = (struct catalogue_feed){ 0 };
	}
	if (round->env.node != NULL && strcmp(conf->name, round->env.node) == 0)
		peer_settle(peer, PEER_REJECTED,
		    "this is the name of this node itself: remove it from "
		    "peers.conf");
	else if (conf->is_paused || peer->row.is_paused)
		peer_settle(peer, PEER_PAUSED,
		    "paused by an operator of this node");
	else
		peer_ask_head(peer);
	return 0;
}

void
peer_release(struct peer *peer)
{
	peer_hints_release(peer);
	plan_release(&peer->plan);
	parser_free(peer->parser);
	free(peer->missing);
	free(peer->sources);
	strbuf_release(&peer->head_bytes);
	bad_release(&peer->bad);
	arena_free(peer->arena);
	arena_free(peer->fixed);
}

int
peer_apply(struct peer *peer, struct err *err)
{
	struct apply apply = {
		.env = &peer->round->env,
		.store = &peer->store,
		.plan = &peer->plan,
		.head = &peer->head,
		.parser = peer->parser,
		.digest = peer->digest,
		.now = round_now(peer->round),
		.bad = &peer->bad,
	};
	struct err why = { 0 };
	enum apply_end end;

	guard_prepare(peer, &apply);
	end = apply_run(&apply, &why);
	if (end == APPLY_HELD && guard_lets_shrink(peer)) {
		bad_release(&peer->bad);
		bad_init(&peer->bad);
		apply.is_guarded = false;
		apply.changed = apply.churn_limit = 0;
		end = apply_run(&apply, &why);
	}
	peer->round->applies++;
	switch (end) {
	case APPLY_DONE: break;
	case APPLY_HELD: peer_settle(peer, PEER_HELD, why.text); return 0;
	case APPLY_CHURN: guard_hold_churn(peer, &apply); return 0;
	case APPLY_WRONG:
		bad_release(&peer->bad);
		bad_init(&peer->bad);
		if (why.code == ERR_NOTFOUND)
			peer_object_failed(peer, &why);
		else
			peer_refuse(peer, why.text);
		return 0;
	case APPLY_OURS: *err = why; return -1;
	}
	if (store_accept(&peer->store, &peer->plan, &peer->head_bytes, err) ==
		-1 ||
	    bad_write(&peer->bad, &peer->store, err) == -1)
		return -1;
	peer->has_bad = true;
	peer->changed = apply.changed;
	guard_count_churn(peer);
	peer->row.records = apply.records;
	peer->row.bad_records = (int64_t)peer->bad.total;
	peer->feed.is_hidden = false;
	peer->result.is_changed = apply.changed > 0;
	peer_take_head(peer);
	peer_settle_good(peer);
	return 0;
}

void
peer_rest(struct peer *peer)
{
	const struct round *round = peer->round;
	size_t awake = 0;

	for (size_t i = 0; i < round->n; i++)
		awake += parser_is_awake(round->peers[i]->parser);
	if (peer->step == STEP_DONE || awake > PULL_HELPERS)
		parser_rest(peer->parser);
}

void
peer_expire(struct peer *peer)
{
	if (clock_monotonic_ms() - peer->started_ms < PULL_PEER_MS)
		return;
	peer_settle_unreachable(peer,
	    "it took more than 10 minutes; what was fetched is kept, the next "
	    "round goes on from there");
}
