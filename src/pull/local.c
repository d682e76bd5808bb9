/*
 * local: feeds that lie on this disk already, into the catalogue by the same
 * code that applies a peer's: our own feed/, and on a rebuild everybody's
 * pages/. No network, no guard: what is here was accepted before.
 */
#include <stdio.h>
#include <string.h>

#include "pull/peer.h"

struct feed_here {
	struct pull_env *env;
	struct store store;
	struct parser *parser;
	const char *node;
	const char *key_hash;
	int64_t now;
	struct arena *arena;
	struct strbuf head_bytes;
	struct feed_head head;
	char digest[65];
	struct plan plan;
	struct bad_list bad;
};

static void
here_init(struct feed_here *here, struct pull_env *env, const char *node,
    const char *key_hash, const char *parser)
{
	*here = (struct feed_here){
		.env = env,
		.node = node,
		.key_hash = key_hash,
		.now = env->now(env->now_ctx),
		.arena = arena_new(),
		.parser = parser_new(parser, 0),
	};
	strbuf_init(&here->head_bytes, FEED_HEAD_MAX);
	bad_init(&here->bad);
}

static void
here_release(struct feed_here *here)
{
	parser_free(here->parser);
	strbuf_release(&here->head_bytes);
	plan_release(&here->plan);
	bad_release(&here->bad);
	arena_free(here->arena);
}

static int
read_head(struct feed_here *here, struct err *err)
{
	struct verify_reader reader = parser_reader(here->parser);
	struct verify_policy policy = {
		.node = here->node,
		.key_hash = here->key_hash,
		.now = here->now,
		.epoch = -1,
		.reader = &reader,
	};
	enum verify_verdict verdict;

	if (store_head(&here->store, &here->head_bytes, err) == -1)
		return -1;
	verdict = verify_head(here->arena, here->head_bytes.buf,
	    here->head_bytes.len, &policy, &here->head, here->digest, err);
	return verdict == VERIFY_REFUSED || verdict == VERIFY_FORK ? -1 : 0;
}

static int
read_plan(struct feed_here *here, struct err *err)
{
	struct plan *plan = &here->plan;

	if (plan_init(plan, &here->head, here->parser, UINT64_MAX, UINT64_MAX,
		err) == -1)
		return -1;
	for (size_t i = 0; i < plan->n_indexes; i++) {
		struct strbuf bytes;
		int rc = store_read(&here->store, &plan->indexes[i].ref, &bytes,
		    err);

		if (rc == 0)
			rc = plan_read(plan, i, bytes.buf, bytes.len, err);
		strbuf_release(&bytes);
		if (rc == -1)
			return -1;
	}
	plan_finish(plan);
	return 0;
}

static enum apply_end
apply_here(struct feed_here *here, struct pull_result *result, struct err *err)
{
	struct apply apply = {
		.env = here->env,
		.store = &here->store,
		.plan = &here->plan,
		.head = &here->head,
		.parser = here->parser,
		.digest = here->digest,
		.now = here->now,
		.bad = &here->bad,
	};
	enum apply_end end;

	/* Nobody vouches for it any more; our own we vouch for ourselves. */
	apply.is_hidden = strcmp(here->node, here->env->node) != 0 &&
			  here->now - here->head.expires > PULL_HIDE_S;
	end = apply_run(&apply, err);
	result->is_changed = apply.changed > 0;
	result->records = apply.records;
	result->bad_records = (int64_t)here->bad.total;
	return end;
}

static int
is_applied(struct feed_here *here, bool *ret_is, struct err *err)
{
	struct catalogue_feed feed = { 0 };
	struct err why = { 0 };

	if (catalogue_feed_get(here->env->catalogue, here->node, &feed, &why) ==
	    -1) {
		if (why.code != ERR_NOTFOUND) {
			*err = why;
			return -1;
		}
		feed.serial = 0;
	}
	*ret_is = feed.serial == here->head.serial &&
		  strcmp(feed.digest, here->digest) == 0;
	return 0;
}

int
pull_self(struct pull_env *env, const char *key_hash,
    struct pull_result *ret_result, struct err *err)
{
	struct feed_here here;
	struct pull_result result = { .state = PEER_FRESH };
	int64_t start = clock_monotonic_ms();
	struct err local = { 0 };
	bool is_done;
	int ret = -1;

	/* Our own bytes are no stranger's. */
	here_init(&here, env, env->node, key_hash, NULL);
	store_init_own(&here.store, here.arena, env->folder);
	(void)snprintf(result.name, sizeof(result.name), "%s", env->node);
	if (read_head(&here, &local) == -1 ||
	    is_applied(&here, &is_done, &local) == -1)
		goto out;
	result.serial = here.head.serial;
	result.records = (int64_t)here.head.records;
	if (!is_done) {
		if (read_plan(&here, &local) == -1)
			goto out;
		result.pages = (int64_t)here.plan.n_pages;
		if (apply_here(&here, &result, &local) != APPLY_DONE)
			goto out;
	}
	result.took_ms = clock_monotonic_ms() - start;
	*ret_result = result;
	ret = 0;
out:
	here_release(&here);
	if (ret == -1 && err != NULL) {
		*err = local;
		err_prefix(err, "our own feed/");
	}
	return ret;
}

/*
 * The head that was accepted shows what it did then, also when a rotation
 * since has made another key the one that signs.
 */
static int
read_accepted(struct feed_here *here, const struct ledger_peer *row,
    struct err *err)
{
	char own[65];

	if (read_head(here, err) == 0)
		return 0;
	if (row->digest[0] == '\0' || here->head_bytes.len == 0 ||
	    verify_own_key(FEED_DOC_HEAD, here->head_bytes.buf,
		here->head_bytes.len, own, err) == -1)
		return -1;
	here->key_hash = arena_strdup(here->arena, own);
	strbuf_release(&here->head_bytes);
	if (read_head(here, err) == -1)
		return -1;
	if (strcmp(here->digest, row->digest) != 0)
		return err_set(err, ERR_TRUST,
		    "the head of %s here is not the one that was accepted",
		    here->node);
	return 0;
}

/* A peer whose folder is absent or damaged is fetched again by and by. */
static int
rebuild_peer(struct pull_env *env, const struct conf_peer *peer,
    struct err *err)
{
	struct feed_here here;
	struct pull_result result = { 0 };
	struct ledger_peer row;
	struct err why = { 0 };
	int ret = 0;

	if (ledger_peer_get(env->ledger, peer->name, &row, err) == -1)
		return -1;
	here_init(&here, env, peer->name, keys_signer(&row, peer), env->parser);
	store_init(&here.store, here.arena, env->folder, peer->name);
	if (read_accepted(&here, &row, &why) == 0 &&
	    read_plan(&here, &why) == 0 &&
	    apply_here(&here, &result, &why) == APPLY_OURS) {
		*err = why;
		ret = -1;
	}
	here_release(&here);
	return ret;
}

int
pull_rebuild(struct pull_env *env, const struct conf_peers *peers,
    const char *key_hash, struct err *err)
{
	struct pull_result result;
	struct arena *arena = arena_new();
	struct err local = { 0 };
	bool has_own = file_exists(
	    arena_printf(arena, "%s/feed/head.xml", env->folder));

	arena_free(arena);
	if (has_own && pull_self(env, key_hash, &result, &local) == -1) {
		if (err != NULL)
			*err = local;
		return -1;
	}
	for (size_t i = 0; i < peers->n; i++)
		if (rebuild_peer(env, &peers->items[i], &local) == -1) {
			if (err != NULL)
				*err = local;
			return err_prefix(err, "peer %s", peers->items[i].name);
		}
	return 0;
}
