/*
 * jobs: what both commands and the daemon do: publish, merge our own feed,
 * rebuild (design: architecture.md, "The flow"). Neighbours: context.c opens,
 * publish/ and pull/ do the work.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "parse/parse.h"

/* So many pages written leave the ledger's memory full. */
#define MANY_PAGES 100

static int64_t
wall_clock(void *ctx)
{
	(void)ctx;
	return clock_now();
}

void
app_env(struct app *app, struct pull_env *ret_env)
{
	struct pull_env env = {
		.folder = app->folder,
		.node = app->has_conf ? app->conf.node : NULL,
		.user_agent = APP_AGENT,
		.parser = PARSE_SELF,
		.ledger = app->ledger,
		.catalogue = app->catalogue,
		.search = app->search,
		.now = wall_clock,
		.transfers = app->has_conf ? app->conf.transfers : 0,
		.interval_s = app->has_conf ? app->conf.interval_s : 0,
		.peers = &app->peers,
	};

	*ret_env = env;
}

int
app_publish(struct app *app, bool force, bool full, int64_t ahead_s,
    struct publish_result *ret_result, struct err *err)
{
	struct feed_seen *seen = NULL;
	struct publish_options options = { .folder = app->folder,
		.now = clock_now(),
		.force = force,
		.full = full,
		.ahead_s = ahead_s };
	struct arena *arena;
	struct key *key = NULL;
	char next[65];
	int ret = -1;

	if (app_conf(app, err) == -1 || app_peers(app, err) == -1 ||
	    app_ledger(app, err) == -1)
		return -1;
	arena = arena_new();
	if (app_seen_list(app, arena, &seen, &options.n_seen, err) == -1)
		goto out;
	options.seen = seen;
	options.node = app->conf.node;
	options.next_s = app->conf.next_s;
	options.expires_s = app->conf.expires_s;
	options.resign_s = app->conf.resign_s;
	key = app_key(app, err);
	if (key != NULL && publish_nextkey_read(app->folder, next, err) == 0)
		ret = publish_run(app->ledger, key, next, &options, ret_result,
		    err);
	/* What comes next is the catalogue, which needs the memory. */
	if (ret == 0 && ret_result->pages_written > MANY_PAGES)
		ledger_rest(app->ledger);
	if (ret == 0)
		ret = ledger_reports_purge(app->ledger, options.now, err);
	/* Only those who must take turns need to know when they had one. */
	if (ret == 0 && ret_result->is_new && app->peers.n > PUBLISH_SEEN_MAX)
		ret = app_seen_said(app, seen, options.n_seen,
		    ret_result->serial, err);
out:
	key_free(key);
	arena_free(arena);
	return ret;
}

static int
own_hash(struct app *app, char ret_hash[SHA256_HEX_LEN], struct err *err)
{
	struct key *key = app_key(app, err);

	if (key == NULL)
		return -1;
	key_hash(key, ret_hash);
	key_free(key);
	return 0;
}

/* A rotation stands between its keys and its head: publishing ends that. */
static int
finish_rotation(struct app *app, char ret_hash[SHA256_HEX_LEN], struct err *err)
{
	struct publish_result published;

	if (app_publish(app, false, false, 0, &published, err) == -1)
		return -1;
	return own_hash(app, ret_hash, err);
}

int
app_merge_own(struct app *app, struct pull_result *ret_result, struct err *err)
{
	char hash[SHA256_HEX_LEN];
	struct pull_env env;

	if (own_hash(app, hash, err) == -1)
		return -1;
	app_env(app, &env);
	if (pull_self(&env, hash, ret_result, err) == 0)
		return 0;
	if (err->code != ERR_TRUST || finish_rotation(app, hash, err) == -1)
		return -1;
	return pull_self(&env, hash, ret_result, err);
}

int
app_take_own(struct app *app, bool *ret_is_later, struct err *err)
{
	struct pull_result merged;

	*ret_is_later = false;
	if (app_lock(app, APP_LOCK_S, err) == -1) {
		if (err->code != ERR_BUSY)
			return -1;
		complain("published; whoever writes the catalogue now takes "
			 "it in later");
		*ret_is_later = true;
		return 0;
	}
	if (app_catalogue(app, CATALOGUE_WRITE, err) == -1)
		return -1;
	return app_merge_own(app, &merged, err);
}

int
app_alliance(struct app *app, bool ask, struct err *err)
{
	struct pull_alliance_result result = { 0 };
	struct pull_env env;
	bool changed;

	app_env(app, &env);
	if (pull_alliance_settle(&env, &changed, err) == -1)
		return -1;
	if (ask && app->peers.alliance.line != 0 &&
	    pull_alliance(&env, &app->peers.alliance, &result, err) == -1)
		return -1;
	if (result.reason[0] != '\0')
		complain("alliance: %s%s", result.reason,
		    result.is_good ? "" : "; the members known before stay");
	return changed || result.is_changed ? app_peers_reload(app, err) : 0;
}

int
app_rebuild(struct app *app, struct err *err)
{
	char hash[SHA256_HEX_LEN];
	struct pull_env env;
	int ret = -1;

	if (app_conf(app, err) == -1 || app_peers(app, err) == -1 ||
	    app_ledger(app, err) == -1)
		return -1;
	if (own_hash(app, hash, err) == -1)
		return -1;
	if (file_replace(app_path(app, APP_REBUILD_MARK), "", 0, 0600, err) ==
		-1 ||
	    catalogue_destroy(app->folder, err) == -1)
		return -1;
	app->catalogue = catalogue_open(app->folder, CATALOGUE_WRITE, err);
	if (app->catalogue != NULL)
		app->search = search_open(app->catalogue, err);
	if (app->search != NULL) {
		app_env(app, &env);
		ret = pull_rebuild(&env, &app->peers, hash, err);
		if (ret == -1 && err->code == ERR_TRUST &&
		    finish_rotation(app, hash, err) == 0)
			ret = pull_rebuild(&env, &app->peers, hash, err);
	}
	search_close(app->search);
	catalogue_close(app->catalogue);
	app->search = NULL;
	app->catalogue = NULL;
	if (ret == 0)
		ret = file_remove(app_path(app, APP_REBUILD_MARK), err);
	return ret;
}
