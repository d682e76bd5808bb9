/*
 * jobs: what both commands and the daemon do: publish, merge our own feed,
 * rebuild (design: architecture.md, "The flow"). Neighbours: context.c opens,
 * publish/ and pull/ do the work.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/app.h"

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

static int
compare_seen(const void *a, const void *b)
{
	return strcmp(((const struct feed_seen *)a)->node,
	    ((const struct feed_seen *)b)->node);
}

/*
 * What was accepted of each peer, for the head: who reads heads of several
 * nodes finds the peer that shows each of them another one. Allocated.
 */
static int
list_seen(struct app *app, struct feed_seen **ret_seen, size_t *ret_n,
    struct err *err)
{
	struct feed_seen *seen = xcalloc(app->peers.n + 1, sizeof(*seen));
	size_t n = 0;

	for (size_t i = 0; i < app->peers.n; i++) {
		struct ledger_peer peer;

		if (ledger_peer_get(app->ledger, app->peers.items[i].name,
			&peer, err) == -1) {
			free(seen);
			return -1;
		}
		if (peer.serial == 0 || strlen(peer.digest) != 64)
			continue;
		seen[n].serial = peer.serial;
		seen[n].epoch = peer.epoch;
		memcpy(seen[n].node, peer.name, sizeof(seen[n].node));
		memcpy(seen[n].digest, peer.digest, sizeof(seen[n].digest));
		n++;
	}
	qsort(seen, n, sizeof(*seen), compare_seen);
	*ret_seen = seen;
	*ret_n = n;
	return 0;
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
	struct key *key = NULL;
	char next[65];
	int ret = -1;

	if (app_conf(app, err) == -1 || app_peers(app, err) == -1 ||
	    app_ledger(app, err) == -1 ||
	    list_seen(app, &seen, &options.n_seen, err) == -1)
		return -1;
	options.seen = seen;
	options.node = app->conf.node;
	options.next_s = app->conf.next_s;
	options.expires_s = app->conf.expires_s;
	options.resign_s = app->conf.resign_s;
	key = app_key(app, err);
	if (key != NULL && publish_nextkey_read(app->folder, next, err) == 0)
		ret = publish_run(app->ledger, key, next, &options, ret_result,
		    err);
	key_free(key);
	free(seen);
	return ret;
}

int
app_merge_own(struct app *app, struct pull_result *ret_result, struct err *err)
{
	char hash[SHA256_HEX_LEN];
	struct pull_env env;
	struct key *key = app_key(app, err);

	if (key == NULL)
		return -1;
	key_hash(key, hash);
	key_free(key);
	app_env(app, &env);
	return pull_self(&env, hash, ret_result, err);
}

int
app_rebuild(struct app *app, struct err *err)
{
	char hash[SHA256_HEX_LEN];
	struct pull_env env;
	struct key *key;
	int ret = -1;

	if (app_conf(app, err) == -1 || app_peers(app, err) == -1 ||
	    app_ledger(app, err) == -1)
		return -1;
	key = app_key(app, err);
	if (key == NULL)
		return -1;
	key_hash(key, hash);
	key_free(key);
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
	}
	search_close(app->search);
	catalogue_close(app->catalogue);
	app->search = NULL;
	app->catalogue = NULL;
	if (ret == 0)
		ret = file_remove(app_path(app, APP_REBUILD_MARK), err);
	return ret;
}
