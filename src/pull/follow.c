/*
 * follow: the membership list and its endorsements on their way: each address
 * in turn, first the list, then one small file for each key of the board
 * (feed-protocol.md 6). alliance.c judges them and writes what comes of it.
 * The callbacks run inside net_run().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pull/follow.h"

static void ask_list(struct pull_follow *follow);

/* The next address; the reason of the first is the one that is told. */
static void
address_failed(struct pull_follow *follow, const char *reason)
{
	if (follow->reason[0] == '\0')
		(void)snprintf(follow->reason, sizeof(follow->reason), "%.255s",
		    reason);
	net_cancel(follow->net, follow);
	follow->in_flight = 0;
	follow->url++;
	ask_list(follow);
}

static struct verify_file
keep(struct pull_follow *follow, const struct net_answer *answer)
{
	return (struct verify_file){ arena_strndup(follow->arena, answer->body,
					 answer->len),
		answer->len };
}

static void
got_all(struct pull_follow *follow)
{
	struct err err = { 0 };

	if (!follow->is_look && !follow_judge(follow, &err)) {
		address_failed(follow, err.text);
		return;
	}
	/* A warning: that it expired. */
	(void)snprintf(follow->reason, sizeof(follow->reason), "%.255s",
	    err.text);
	follow->is_good = true;
	follow->is_done = true;
}

static void
on_endorsement(void *ctx, const struct net_answer *answer, struct err *err)
{
	struct endorsement_ask *ask = ctx;
	struct pull_follow *follow = ask->follow;

	/* One that can not be had counts as one that is not there. */
	if (err == NULL && answer->status == 200) {
		follow->got.keys[follow->got.n] = ask->key;
		follow->got.endorsements[follow->got.n++] = keep(follow,
		    answer);
	}
	follow->in_flight--;
	if (follow->in_flight == 0)
		got_all(follow);
}

static struct net_request
request_for(struct pull_follow *follow, const char *url, size_t max)
{
	return (struct net_request){
		.url = url,
		.max = max,
		.insecure = follow->conf.is_insecure,
		.allow_private = follow->conf.allow_private,
		.lane = follow,
	};
}

static void
ask_endorsements(struct pull_follow *follow)
{
	struct err err = { 0 };
	const char *key;

	follow->got.endorsements = arena_alloc(follow->arena,
	    CONF_ALLIANCE_BOARD * sizeof(*follow->got.endorsements));
	follow->got.keys = arena_alloc(follow->arena,
	    CONF_ALLIANCE_BOARD * sizeof(*follow->got.keys));
	follow->got.n = 0;
	for (size_t i = 0;
	     i < CONF_ALLIANCE_BOARD &&
	     (key = conf_word(follow->arena, follow->conf.board, i)) != NULL;
	     i++) {
		struct net_request request = request_for(follow,
		    arena_printf(follow->arena, "%s%s.xml", follow->base, key),
		    FEED_ENDORSEMENT_MAX);

		follow->asks[i] = (struct endorsement_ask){ follow, key };
		request.done = on_endorsement;
		request.ctx = &follow->asks[i];
		/* A new list with endorsements from a cache is no list. */
		request.no_cache = true;
		if (net_add(follow->net, &request, &err) == -1) {
			address_failed(follow, err.text);
			return;
		}
		follow->in_flight++;
	}
	if (follow->in_flight == 0)
		got_all(follow);
}

static void
on_list(void *ctx, const struct net_answer *answer, struct err *err)
{
	struct pull_follow *follow = ctx;

	follow->in_flight = 0;
	if (err != NULL) {
		if (answer->retry_after_s > follow->retry_after_s)
			follow->retry_after_s = answer->retry_after_s;
		address_failed(follow, err->text);
		return;
	}
	if (answer->status == 304) {
		follow->is_unchanged = follow->is_good = true;
		follow->is_done = true;
		follow->reason[0] = '\0';
		return;
	}
	memcpy(follow->etag, answer->etag, sizeof(follow->etag));
	follow->got.list = keep(follow, answer);
	ask_endorsements(follow);
}

static void
ask_list(struct pull_follow *follow)
{
	const char *url = conf_word(follow->arena, follow->conf.urls,
	    follow->url);
	struct net_request request;
	struct err err = { 0 };

	if (url == NULL) {
		follow->is_done = true;
		return;
	}
	follow->base = arena_strndup(follow->arena, url,
	    (size_t)(strrchr(url, '/') + 1 - url));
	request = request_for(follow, url, FEED_ALLIANCE_MAX);
	request.take_gzip = true;
	request.done = on_list;
	request.ctx = follow;
	if (!follow->is_look &&
	    strcmp(follow->row.source, follow->source) == 0 &&
	    follow->row.failures == 0 && strcmp(follow->row.url, url) == 0 &&
	    file_exists(arena_printf(follow->arena, "%s/" FOLLOW_LIST,
		follow->env.folder)))
		request.etag = follow->row.etag;
	follow->in_flight = 1;
	if (net_add(follow->net, &request, &err) == -1)
		address_failed(follow, err.text);
}

struct pull_follow *
pull_follow_new(const struct pull_env *env,
    const struct conf_alliance *alliance, struct err *err)
{
	struct net_options options = { .user_agent = env->user_agent,
		.request_ms = env->request_ms };
	struct pull_follow *follow = xcalloc(1, sizeof(*follow));

	follow->env = *env;
	follow->arena = arena_new();
	follow->conf = *alliance;
	follow->conf.urls = arena_strdup(follow->arena, alliance->urls);
	follow->conf.board = arena_strdup(follow->arena, alliance->board);
	follow->started_ms = clock_monotonic_ms();
	ledger_alliance_source(alliance, follow->source);
	follow->net = net_new(&options, err);
	if (follow->net == NULL ||
	    (env->ledger != NULL &&
		ledger_alliance_get(env->ledger, &follow->row, err) == -1)) {
		pull_follow_free(follow);
		return NULL;
	}
	return follow;
}

void
pull_follow_free(struct pull_follow *follow)
{
	if (follow == NULL)
		return;
	net_free(follow->net);
	parser_free(follow->parser);
	arena_free(follow->arena);
	free(follow);
}

int
pull_follow_run(struct pull_follow *follow, int64_t wait_ms, bool *ret_done,
    struct err *err)
{
	size_t left;

	if (follow->base == NULL)
		ask_list(follow);
	if (!follow->is_done && net_run(follow->net, wait_ms, &left, err) == -1)
		return -1;
	if (!follow->is_done &&
	    clock_monotonic_ms() - follow->started_ms > PULL_PEER_MS) {
		(void)snprintf(follow->reason, sizeof(follow->reason),
		    "it took more than 10 minutes to fetch the list");
		follow->is_done = true;
	}
	*ret_done = follow->is_done;
	return 0;
}

static int
run_to_end(struct pull_follow *follow, struct err *err)
{
	bool is_done = false;

	while (!is_done)
		if (pull_follow_run(follow, 1000, &is_done, err) == -1)
			return -1;
	return 0;
}

int
pull_alliance(struct pull_env *env, const struct conf_alliance *alliance,
    struct pull_alliance_result *ret_result, struct err *err)
{
	struct pull_follow *follow = pull_follow_new(env, alliance, err);
	int ret = -1;

	if (follow != NULL && run_to_end(follow, err) == 0)
		ret = pull_follow_end(follow, ret_result, err);
	pull_follow_free(follow);
	return ret;
}

int
pull_alliance_look(struct pull_env *env, const struct conf_alliance *alliance,
    struct arena *arena, struct pull_list *ret_list, struct err *err)
{
	struct pull_follow *follow = pull_follow_new(env, alliance, err);
	struct pull_list list = { 0 };
	int ret = -1;

	if (follow == NULL)
		return -1;
	follow->is_look = true;
	if (run_to_end(follow, err) == -1)
		goto out;
	if (!follow->is_good) {
		err_set(err, ERR_NET, "%s", follow->reason);
		goto out;
	}
	list.n = follow->got.n;
	list.list.len = follow->got.list.len;
	list.list.data = arena_strndup(arena, follow->got.list.data,
	    list.list.len);
	list.endorsements = arena_alloc(arena,
	    (list.n + 1) * sizeof(*list.endorsements));
	list.keys = arena_alloc(arena, (list.n + 1) * sizeof(*list.keys));
	for (size_t i = 0; i < list.n; i++) {
		const struct verify_file *file = &follow->got.endorsements[i];

		list.keys[i] = arena_strdup(arena, follow->got.keys[i]);
		list.endorsements[i] = (struct verify_file){
			arena_strndup(arena, file->data, file->len), file->len
		};
	}
	*ret_list = list;
	ret = 0;
out:
	pull_follow_free(follow);
	return ret;
}
