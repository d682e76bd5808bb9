/*
 * first: a feed of which nothing is known yet. Its head is checked with the
 * key it brings along, which proves only that it is whole: whose key that is
 * an operator decides (`gspd peer add`), and `gspd verify URL` says.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "pull/peer.h"

struct visit {
	struct pull_env *env;
	struct net *net;
	struct parser *parser;
	const char *url;
	bool insecure;
	bool allow_private;
	struct arena *arena;
	struct strbuf head_bytes;
	struct feed_head head;
	char key_hash[SHA256_HEX_LEN];
};

static int
visit_open(struct visit *visit, struct err *err)
{
	struct net_options options = { .user_agent = visit->env->user_agent };

	visit->arena = arena_new();
	strbuf_init(&visit->head_bytes, FEED_HEAD_MAX);
	visit->parser = parser_new(visit->env->parser, 0);
	visit->net = net_new(&options, err);
	return visit->net == NULL ? -1 : 0;
}

static void
visit_close(struct visit *visit)
{
	strbuf_release(&visit->head_bytes);
	net_free(visit->net);
	parser_free(visit->parser);
	arena_free(visit->arena);
}

static struct net_request
visit_request(const struct visit *visit, const char *name, size_t max)
{
	return (struct net_request){
		.url = url_join(visit->arena, visit->url, name),
		.max = max,
		.insecure = visit->insecure,
		.allow_private = visit->allow_private,
		.lane = visit,
	};
}

static int
visit_head(struct visit *visit, struct err *err)
{
	struct net_request request = visit_request(visit, "feed/head.xml",
	    FEED_HEAD_MAX);
	struct net_answer answer;
	struct verify_reader reader = parser_reader(visit->parser);
	struct verify_policy policy = {
		.key_hash = visit->key_hash,
		.now = visit->env->now(visit->env->now_ctx),
		.epoch = -1,
		.reader = &reader,
	};
	char digest[65];

	if (net_get(visit->net, &request, &visit->head_bytes, &answer, err) ==
		-1 ||
	    verify_own_key(FEED_DOC_HEAD, visit->head_bytes.buf,
		visit->head_bytes.len, visit->key_hash, err) == -1)
		return -1;
	switch (verify_head(visit->arena, visit->head_bytes.buf,
	    visit->head_bytes.len, &policy, &visit->head, digest, err)) {
	case VERIFY_NEW:
	case VERIFY_EXPIRED: return 0;
	default: return -1;
	}
}

int
pull_discover(struct pull_env *env, const char *url, bool insecure,
    bool allow_private, char ret_node[RECORD_NODE_MAX], char ret_key_hash[65],
    struct err *err)
{
	struct visit visit = { .env = env,
		.url = url,
		.insecure = insecure,
		.allow_private = allow_private };
	int ret = -1;

	if (visit_open(&visit, err) == -1 || visit_head(&visit, err) == -1)
		goto out;
	memcpy(ret_node, visit.head.node, RECORD_NODE_MAX);
	memcpy(ret_key_hash, visit.key_hash, SHA256_HEX_LEN);
	ret = 0;
out:
	visit_close(&visit);
	return ret;
}

/* ---- mirror ---- */

struct fetch {
	struct visit *visit;
	struct store *store;
	struct plan *plan;
	const struct feed_ref *ref;
	size_t index;
	struct err *err;
	bool *is_failed;
};

static void
on_fetched(void *ctx, const struct net_answer *answer, struct err *err)
{
	struct fetch *fetch = ctx;

	if (*fetch->is_failed)
		return;
	if (err != NULL) {
		if (fetch->err != NULL)
			*fetch->err = *err;
		*fetch->is_failed = true;
		return;
	}
	if (verify_bytes(fetch->ref, answer->body, answer->len, fetch->err) ==
		-1 ||
	    store_stage(fetch->store, fetch->ref->hash, answer->body,
		answer->len, answer->packed, answer->packed_len,
		fetch->err) == -1 ||
	    (fetch->ref->is_index &&
		plan_read(fetch->plan, fetch->index, answer->body, answer->len,
		    fetch->err) == -1)) {
		err_prefix(fetch->err, "page %.8s", fetch->ref->hash);
		*fetch->is_failed = true;
	}
}

/* Fetch n objects, several at once; refs must stay where they are. */
static int
fetch_batch(struct visit *visit, struct store *store, struct plan *plan,
    const struct feed_ref *refs, size_t first_index, size_t n, struct err *err)
{
	struct fetch fetches[PULL_MIRROR_BATCH];
	bool is_failed = false;
	size_t left = 1;

	for (size_t i = 0; i < n; i++) {
		struct net_request request = visit_request(visit,
		    arena_printf(visit->arena, "feed/p/%s.xml", refs[i].hash),
		    refs[i].len);

		fetches[i] = (struct fetch){ visit, store, plan, &refs[i],
			first_index + i, err, &is_failed };
		request.take_gzip = true;
		request.done = on_fetched;
		request.ctx = &fetches[i];
		if (net_add(visit->net, &request, err) == -1)
			return -1;
	}
	while (left > 0 && !is_failed)
		if (net_run(visit->net, 1000, &left, err) == -1)
			return -1;
	net_cancel(visit->net, visit);
	return is_failed ? -1 : 0;
}

static int
mirror_indexes(struct visit *visit, struct store *store, struct plan *plan,
    struct err *err)
{
	size_t at = 0;

	while (at < plan->n_indexes) {
		struct feed_ref refs[PULL_MIRROR_BATCH];
		size_t n = plan->n_indexes - at;

		if (n > PULL_MIRROR_BATCH)
			n = PULL_MIRROR_BATCH;
		for (size_t i = 0; i < n; i++)
			refs[i] = plan->indexes[at + i].ref;
		if (fetch_batch(visit, store, plan, refs, at, n, err) == -1)
			return -1;
		at += n;
	}
	return 0;
}

static int
mirror_all(struct visit *visit, struct store *store, struct plan *plan,
    const char *into, struct err *err)
{
	if (plan_init(plan, &visit->head, visit->parser, PULL_MIRROR_RECORDS,
		PULL_MIRROR_BYTES, err) == -1 ||
	    mirror_indexes(visit, store, plan, err) == -1)
		return -1;
	for (size_t at = 0; at < plan->n_pages; at += PULL_MIRROR_BATCH) {
		size_t n = plan->n_pages - at;

		if (n > PULL_MIRROR_BATCH)
			n = PULL_MIRROR_BATCH;
		if (fetch_batch(visit, store, plan, plan->pages + at, 0, n,
			err) == -1)
			return -1;
	}
	return file_replace(arena_printf(visit->arena, "%s/head.xml", into),
	    visit->head_bytes.buf, visit->head_bytes.len, 0644, err);
}

int
pull_mirror(struct pull_env *env, const char *url, const char *into,
    struct err *err)
{
	/* An operator typed this address: it may be any. */
	struct visit visit = { .env = env,
		.url = url,
		.insecure = true,
		.allow_private = true };
	struct store store;
	struct plan plan = { 0 };
	int ret = -1;

	if (visit_open(&visit, err) == -1)
		goto out;
	store_init_mirror(&store, visit.arena, into);
	if (file_mkdirs(store.objects, 0755, err) == -1 ||
	    visit_head(&visit, err) == -1 ||
	    mirror_all(&visit, &store, &plan, into, err) == -1)
		goto out;
	ret = 0;
out:
	plan_release(&plan);
	visit_close(&visit);
	return ret;
}
