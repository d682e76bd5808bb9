/*
 * objects: what a head leads to, indexes and then pages: those that rest here
 * are read, the others asked for; each is checked and staged as it comes
 * (feed-protocol.md 9). When all is here the peer waits for its turn.
 */
#include <stdlib.h>
#include <string.h>

#include "pull/peer.h"

/* Pages and indexes of one head, with a gzip that gains nothing. */
#define STAGED_MAX(max_bytes) (2 * (uint64_t)(max_bytes))

static void step_indexes(struct peer *peer);
static void plan_pages_again(struct peer *peer);
static void step_pages(struct peer *peer);

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

/* Not there, or not what was signed: the head may have moved on. */
void
peer_object_failed(struct peer *peer, const struct err *err)
{
	/* What it was reading has the signed hash: it comes no better. */
	if (parser_is_done(peer->parser)) {
		peer_settle(peer, PEER_REJECTED, err->text);
		return;
	}
	if (err->code == ERR_NOTFOUND || err->code == ERR_TRUST ||
	    err->code == ERR_LIMIT || err->code == ERR_FORMAT) {
		if (peer->rereads < PULL_REREADS) {
			peer->rereads++;
			peer_ask_head(peer);
			return;
		}
		if (err->code != ERR_NOTFOUND) {
			if (peer->is_origins)
				peer_refuse(peer, err->text);
			else
				peer_source_lied(peer, err->text);
			return;
		}
	}
	peer_source_failed(peer, err->text);
}

static void on_object(void *ctx, const struct net_answer *answer,
    struct err *err);

static void
send_ask(struct ask *ask)
{
	struct peer *peer = ask->peer;
	struct net_request request = peer_request(peer,
	    arena_printf(peer->arena, "p/%s.xml", ask->ref.hash), ask->ref.len);
	struct err err = { 0 };

	if (!guard_may_ask(peer))
		return;
	request.take_gzip = true;
	request.done = on_object;
	request.ctx = ask;
	ask->applies = peer->round->applies;
	if (net_add(peer->round->net, &request, &err) == -1)
		peer_source_failed(peer, err.text);
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
	if (ask->ref.is_index) {
		if (plan_read(&peer->plan, ask->index, answer->body,
			answer->len, err) == 0)
			return 0;
		peer->is_origins = true;
		return -1;
	}
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
		peer_object_failed(peer, err);
		return;
	}
	if (take_object(ask, answer, &why) == -1) {
		if (peer_is_ours(&why))
			peer_fail_round(peer, &why);
		else
			peer_object_failed(peer, &why);
		return;
	}
	tell_progress(peer);
	if (ask->ref.is_index) {
		step_indexes(peer);
		peer_rest(peer);
	} else {
		step_pages(peer);
	}
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
	if (peer_is_ours(&err)) {
		peer_fail_round(peer, &err);
		return -1;
	}
	/* It has the signed hash: the origin itself wrote it so. */
	peer_refuse(peer, err.text);
	return -1;
}

static void
plan_pages(struct peer *peer)
{
	struct catalogue_page *applied;
	struct err err = { 0 };
	int64_t kept = 0;
	uint64_t bytes = 0;
	size_t n;

	plan_finish(&peer->plan);
	peer->result.pages = (int64_t)peer->plan.n_pages;
	if (store_trim(&peer->store, &peer->plan, &err) == -1 ||
	    catalogue_pages(peer->round->env.catalogue, peer->arena,
		peer->conf.name, &applied, &n, &err) == -1) {
		peer_fail_round(peer, &err);
		return;
	}
	/* Both are sorted by prefix. */
	for (size_t i = 0, k = 0; i < peer->plan.n_pages; i++) {
		const struct feed_ref *page = &peer->plan.pages[i];

		while (k < n && strcmp(applied[k].prefix, page->prefix) < 0)
			k++;
		if (k < n && strcmp(applied[k].prefix, page->prefix) == 0 &&
		    strcmp(applied[k].hash, page->hash) == 0) {
			kept += page->n;
			continue;
		}
		if (!store_is_good(&peer->store, page))
			VEC_PUSH(peer->missing, peer->n_missing,
			    peer->cap_missing, *page);
	}
	if (guard_stops_plan(peer, kept))
		return;
	/* By now it is known what a hint has to be cheaper than. */
	for (size_t i = 0; i < peer->n_missing; i++)
		bytes += peer->missing[i].len;
	if (peer_hints_start(peer, bytes, plan_pages_again))
		return;
	peer->step = STEP_PAGES;
	tell_progress(peer);
	step_pages(peer);
}

static void
plan_pages_again(struct peer *peer)
{
	peer->n_missing = 0;
	plan_pages(peer);
}

static void
step_indexes(struct peer *peer)
{
	peer->step = STEP_INDEXES;
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

void
peer_forget_plan(struct peer *peer)
{
	net_cancel(peer->round->net, peer);
	memset(peer->asks, 0, sizeof(peer->asks));
	peer->in_flight = 0;
	peer_hints_release(peer);
	plan_release(&peer->plan);
	free(peer->missing);
	peer->missing = NULL;
	peer->n_missing = peer->cap_missing = peer->next_missing = 0;
	arena_reset(peer->arena);
}

/* Bytes of what the head lists and is not here: at least so many. */
static uint64_t
missing_by_head(const struct peer *peer)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < peer->head.n_refs; i++)
		if (!store_has(&peer->store, peer->head.refs[i].hash))
			bytes += peer->head.refs[i].len;
	return bytes;
}

void
peer_follow_head(struct peer *peer)
{
	struct err err = { 0 };

	if (guard_quarantines(peer) || guard_stays_held(peer))
		return;
	if (store_bound(&peer->store, STAGED_MAX(peer->conf.max_bytes), &err) ==
	    -1) {
		peer_fail_round(peer, &err);
		return;
	}
	if (plan_init(&peer->plan, &peer->head, peer->parser,
		(uint64_t)peer->conf.max_records,
		(uint64_t)peer->conf.max_bytes, &err) == -1) {
		peer_settle(peer, PEER_REJECTED, err.text);
		return;
	}
	if (!peer_hints_start(peer, missing_by_head(peer), step_indexes))
		step_indexes(peer);
}
