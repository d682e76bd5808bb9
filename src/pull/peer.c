/*
 * peer: the state machine of one peer in one round (feed-protocol.md 7 to
 * 10): head, indexes, pages, apply. Each step ends in the next one, in a
 * re-read of the head, or in a verdict of state.c. The callbacks run inside
 * net_run(); round.c owns the loop and the catalogue's turn.
 */
#include "pull/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void ask_head(struct peer *peer);
static void step_indexes(struct peer *peer);
static void step_pages(struct peer *peer);

/* Trouble of ours ends the round, not the peer. */
static void
fail_round(struct peer *peer, const struct err *err)
{
	if (!peer->round->is_failed)
		peer->round->err = *err;
	peer->round->is_failed = true;
}

static bool
is_ours(const struct err *err)
{
	return err->code == ERR_SYS || err->code == ERR_DB ||
	       err->code == ERR_BUSY;
}

/* What the ledger accepted is what the catalogue shows and the folder holds. */
static bool
is_in_step(const struct peer *peer)
{
	return peer->row.serial != 0 && peer->feed.serial == peer->row.serial &&
	       strcmp(peer->feed.digest, peer->row.digest) == 0;
}

static void
tell_progress(struct peer *peer)
{
	const struct pull_env *env = &peer->round->env;

	if (env->progress == NULL)
		return;
	env->progress(env->ctx, peer->row.name,
	    (int64_t)(peer->plan.n_pages - peer->n_missing) +
		peer->result.pages_fetched,
	    (int64_t)peer->plan.n_pages, peer->result.bytes);
}

static struct net_request
request_for(struct peer *peer, const char *url, size_t max)
{
	return (struct net_request){
		.url = url,
		.max = max,
		.insecure = peer->conf.is_insecure,
		.allow_private = peer->conf.allow_private,
		.no_cache = peer->rereads > 0,
		.lane = peer,
	};
}

/* ---- objects: indexes and pages ---- */

static void forget_plan(struct peer *peer);

/* Not there, or not what was signed: the head may have moved on. */
static void
object_failed(struct peer *peer, const struct err *err)
{
	if (err->code == ERR_NOTFOUND || err->code == ERR_TRUST ||
	    err->code == ERR_LIMIT || err->code == ERR_FORMAT) {
		if (peer->rereads < PULL_REREADS) {
			peer->rereads++;
			ask_head(peer);
			return;
		}
		if (err->code != ERR_NOTFOUND) {
			peer_settle(peer, PEER_REJECTED, err->text);
			return;
		}
	}
	peer_settle_unreachable(peer, err->text);
}

static void on_object(void *ctx, const struct net_answer *answer,
    struct err *err);

static void
send_ask(struct ask *ask)
{
	struct peer *peer = ask->peer;
	const char *name = arena_printf(peer->arena, "feed/p/%s.xml",
	    ask->ref.hash);
	struct net_request request = request_for(peer,
	    url_join(peer->arena, peer->conf.url, name), ask->ref.len);
	struct err err = { 0 };

	request.take_gzip = true;
	request.done = on_object;
	request.ctx = ask;
	ask->applies = peer->round->applies;
	if (net_add(peer->round->net, &request, &err) == -1)
		peer_settle(peer, PEER_UNREACHABLE, err.text);
}

static bool
ask_object(struct peer *peer, const struct feed_ref *ref, size_t index)
{
	for (size_t i = 0; i < ARRAY_LEN(peer->asks); i++) {
		struct ask *ask = &peer->asks[i];

		if (ask->is_used)
			continue;
		*ask = (struct ask){ .peer = peer,
			.is_used = true,
			.ref = *ref,
			.index = index };
		peer->in_flight++;
		send_ask(ask);
		return true;
	}
	return false;
}

static int
take_object(struct ask *ask, const struct net_answer *answer, struct err *err)
{
	struct peer *peer = ask->peer;

	if (verify_bytes(&ask->ref, answer->body, answer->len, err) == -1)
		return err_prefix(err, "page %.8s", ask->ref.hash);
	if (store_stage(&peer->store, ask->ref.hash, answer->body, answer->len,
		answer->packed, answer->packed_len, err) == -1)
		return -1;
	if (ask->ref.is_index)
		return plan_read(&peer->plan, ask->index, answer->body,
		    answer->len, err);
	peer->result.pages_fetched++;
	return 0;
}

static void
on_object(void *ctx, const struct net_answer *answer, struct err *err)
{
	struct ask *ask = ctx;
	struct peer *peer = ask->peer;
	struct err why = { 0 };

	peer->result.bytes += (int64_t)answer->bytes;
	if (err != NULL && answer->is_timeout &&
	    ask->applies != peer->round->applies &&
	    ask->tries++ < PULL_RETRIES) {
		/* Time ran out while this process was busy elsewhere. */
		send_ask(ask);
		return;
	}
	ask->is_used = false;
	peer->in_flight--;
	if (err != NULL) {
		peer->retry_after_s = answer->retry_after_s;
		object_failed(peer, err);
		return;
	}
	if (take_object(ask, answer, &why) == -1) {
		if (is_ours(&why))
			fail_round(peer, &why);
		else
			object_failed(peer, &why);
		return;
	}
	tell_progress(peer);
	if (ask->ref.is_index)
		step_indexes(peer);
	else
		step_pages(peer);
}

/* ---- steps ---- */

/* An index that rests here already: 1 read, 0 not here, -1 settled. */
static int
read_stored_index(struct peer *peer, size_t i)
{
	struct plan_index *index = &peer->plan.indexes[i];
	struct strbuf bytes;
	struct err err = { 0 };
	int rc;

	if (!store_has(&peer->store, index->ref.hash))
		return 0;
	rc = store_read(&peer->store, &index->ref, &bytes, &err);
	if (rc == -1) {
		strbuf_release(&bytes);
		return 0; /* damaged: fetch it */
	}
	rc = plan_read(&peer->plan, i, bytes.buf, bytes.len, &err);
	strbuf_release(&bytes);
	if (rc == 0)
		return 1;
	/* It has the signed hash: the origin itself wrote it so. */
	peer_settle(peer, PEER_REJECTED, err.text);
	return -1;
}

static void
plan_pages(struct peer *peer)
{
	struct catalogue_page *applied;
	struct err err = { 0 };
	size_t n;

	plan_finish(&peer->plan);
	peer->result.pages = (int64_t)peer->plan.n_pages;
	if (store_trim(&peer->store, &peer->plan, &err) == -1 ||
	    catalogue_pages(peer->round->env.catalogue, peer->arena,
		peer->conf.name, &applied, &n, &err) == -1) {
		fail_round(peer, &err);
		return;
	}
	/* Both are sorted by prefix. */
	for (size_t i = 0, k = 0; i < peer->plan.n_pages; i++) {
		const struct feed_ref *page = &peer->plan.pages[i];

		while (k < n && strcmp(applied[k].prefix, page->prefix) < 0)
			k++;
		if (k < n && strcmp(applied[k].prefix, page->prefix) == 0 &&
		    strcmp(applied[k].hash, page->hash) == 0)
			continue;
		if (!store_is_good(&peer->store, page))
			VEC_PUSH(peer->missing, peer->n_missing,
			    peer->cap_missing, *page);
	}
	peer->step = STEP_PAGES;
	tell_progress(peer);
	step_pages(peer);
}

static void
step_indexes(struct peer *peer)
{
	/* Reading one may add more behind it. */
	for (size_t i = 0; i < peer->plan.n_indexes; i++) {
		struct plan_index *index = &peer->plan.indexes[i];
		int rc;

		if (index->is_read || index->is_asked)
			continue;
		rc = read_stored_index(peer, i);
		if (rc == -1)
			return;
		if (rc == 1)
			continue;
		if (!ask_object(peer, &index->ref, i))
			break;
		peer->plan.indexes[i].is_asked = true;
		if (peer->step == STEP_DONE)
			return;
	}
	if (peer->in_flight == 0 && plan_is_complete(&peer->plan))
		plan_pages(peer);
}

static void
step_pages(struct peer *peer)
{
	while (peer->step == STEP_PAGES &&
	       peer->next_missing < peer->n_missing &&
	       ask_object(peer, &peer->missing[peer->next_missing], 0))
		peer->next_missing++;
	if (peer->step == STEP_PAGES && peer->in_flight == 0 &&
	    peer->next_missing == peer->n_missing)
		peer->step = STEP_APPLY;
}

static void
forget_plan(struct peer *peer)
{
	net_cancel(peer->round->net, peer);
	memset(peer->asks, 0, sizeof(peer->asks));
	peer->in_flight = 0;
	plan_release(&peer->plan);
	free(peer->missing);
	peer->missing = NULL;
	peer->n_missing = peer->cap_missing = peer->next_missing = 0;
	arena_reset(peer->arena);
}

static void
follow_head(struct peer *peer)
{
	struct err err = { 0 };

	peer->step = STEP_INDEXES;
	if (plan_init(&peer->plan, &peer->head,
		(uint64_t)peer->conf.max_records,
		(uint64_t)peer->conf.max_bytes, &err) == -1) {
		peer_settle(peer, PEER_REJECTED, err.text);
		return;
	}
	step_indexes(peer);
}

/* ---- the head ---- */

static void
note_fork(struct peer *peer, const char *held_digest)
{
	struct err err = { 0 };
	char reason[200];

	if (store_fork(&peer->store, peer->row.serial, peer->digest,
		held_digest, peer->head_bytes.buf, peer->head_bytes.len,
		&err) == -1) {
		fail_round(peer, &err);
		return;
	}
	(void)snprintf(reason, sizeof(reason),
	    "two different heads of serial %lld are signed with its key; both "
	    "are kept as pages/%s/fork-*.xml: ask its operator",
	    (long long)peer->row.serial, peer->row.name);
	peer_settle(peer, PEER_FORKED, reason);
}

static void
judge_head(struct peer *peer)
{
	/* A kill between the two stores left the catalogue ahead. */
	bool is_ahead = peer->feed.serial > peer->row.serial;
	struct verify_policy policy = {
		.node = peer->conf.name,
		.key_hash = peer->conf.key,
		.now = round_now(peer->round),
		.min_serial = is_ahead ? peer->feed.serial : peer->row.serial,
		.min_digest = is_ahead ? peer->feed.digest : peer->row.digest,
		.epoch = peer->row.serial != 0 ? peer->row.epoch : -1,
	};
	struct err err = { 0 };

	if (policy.min_serial == 0)
		policy.min_digest = NULL;
	switch (verify_head(peer->arena, peer->head_bytes.buf,
	    peer->head_bytes.len, &policy, &peer->head, peer->digest, &err)) {
	case VERIFY_SAME:
		if (is_in_step(peer)) {
			(void)snprintf(peer->row.etag, sizeof(peer->row.etag),
			    "%s", peer->etag);
			peer->digest[0] = '\0';
			peer_settle_good(peer);
			return;
		}
		follow_head(peer);
		return;
	case VERIFY_NEW: follow_head(peer); return;
	case VERIFY_EXPIRED: peer_settle(peer, PEER_STALE, err.text); return;
	case VERIFY_FORK: note_fork(peer, policy.min_digest); return;
	case VERIFY_REFUSED: peer_settle(peer, PEER_REJECTED, err.text); return;
	}
}

/*
 * Not modified: what we hold is judged again all the same, for since then
 * the pin in peers.conf may have changed.
 */
static void
judge_held_head(struct peer *peer)
{
	struct err why = { 0 };

	strbuf_release(&peer->head_bytes);
	if (store_head(&peer->store, &peer->head_bytes, &why) == -1) {
		peer->row.etag[0] = '\0';
		ask_head(peer);
		return;
	}
	memcpy(peer->etag, peer->row.etag, sizeof(peer->etag));
	judge_head(peer);
}

static void
on_head(void *ctx, const struct net_answer *answer, struct err *err)
{
	struct peer *peer = ctx;

	peer->in_flight = 0;
	peer->result.bytes += (int64_t)answer->bytes;
	if (err != NULL && answer->is_timeout &&
	    peer->head_applies != peer->round->applies &&
	    peer->head_tries++ < PULL_RETRIES) {
		ask_head(peer);
		return;
	}
	peer->retry_after_s = err != NULL ? answer->retry_after_s : 0;
	if (err != NULL) {
		peer_settle_unreachable(peer, err->text);
		return;
	}
	if (answer->status == 304) {
		judge_held_head(peer);
		return;
	}
	memcpy(peer->etag, answer->etag, sizeof(peer->etag));
	strbuf_reset(&peer->head_bytes);
	strbuf_add(&peer->head_bytes, answer->body, answer->len);
	judge_head(peer);
}

static void
ask_head(struct peer *peer)
{
	struct net_request request;
	struct err err = { 0 };

	forget_plan(peer);
	peer->step = STEP_HEAD;
	request = request_for(peer,
	    url_join(peer->arena, peer->conf.url, "feed/head.xml"),
	    FEED_HEAD_MAX);
	request.etag = peer->rereads == 0 && is_in_step(peer) ? peer->row.etag
							      : NULL;
	request.done = on_head;
	request.ctx = peer;
	peer->head_applies = peer->round->applies;
	peer->in_flight = 1;
	if (net_add(peer->round->net, &request, &err) == -1)
		peer_settle(peer, PEER_UNREACHABLE, err.text);
}

/* ---- begin and end ---- */

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
	peer->conf.name = arena_strdup(peer->fixed, conf->name);
	peer->conf.url = arena_strdup(peer->fixed, conf->url);
	peer->conf.key = arena_strdup(peer->fixed, conf->key);
	(void)snprintf(peer->result.name, sizeof(peer->result.name), "%s",
	    conf->name);
	store_init(&peer->store, peer->fixed, round->env.folder, conf->name);
	if (ledger_peer_get(round->env.ledger, conf->name, &peer->row, err) ==
	    -1)
		return -1;
	peer->before = peer->row.state;
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
		ask_head(peer);
	return 0;
}

void
peer_release(struct peer *peer)
{
	plan_release(&peer->plan);
	free(peer->missing);
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
		.digest = peer->digest,
		.now = round_now(peer->round),
		.is_guarded = true,
		.bad = &peer->bad,
	};
	struct err why = { 0 };
	enum apply_end end;

	end = apply_run(&apply, &why);
	if (end == APPLY_HELD && peer_is_let_through(peer)) {
		bad_release(&peer->bad);
		bad_init(&peer->bad);
		apply.is_guarded = false;
		apply.changed = 0;
		end = apply_run(&apply, &why);
	}
	peer->round->applies++;
	switch (end) {
	case APPLY_DONE: break;
	case APPLY_HELD: peer_settle(peer, PEER_HELD, why.text); return 0;
	case APPLY_WRONG:
		bad_release(&peer->bad);
		bad_init(&peer->bad);
		if (why.code == ERR_NOTFOUND)
			object_failed(peer, &why);
		else
			peer_settle(peer, PEER_REJECTED, why.text);
		return 0;
	case APPLY_OURS: *err = why; return -1;
	}
	if (store_accept(&peer->store, &peer->plan, &peer->head_bytes, err) ==
		-1 ||
	    bad_write(&peer->bad, &peer->store, err) == -1)
		return -1;
	peer->has_bad = true;
	peer->changed = apply.changed;
	peer->row.records = apply.records;
	peer->row.bad_records = (int64_t)peer->bad.total;
	peer->feed.is_hidden = false;
	peer->result.is_changed = apply.changed > 0;
	peer_take_head(peer);
	peer_settle_good(peer);
	return 0;
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
