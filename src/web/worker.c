/*
 * worker: the read handles of one worker thread: catalogue, search, ledger.
 * Files can be replaced under us (rebuild, restore): then they are opened
 * anew. Neighbours: handler.c asks before each request.
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "web/inside.h"

struct identity { /* of a file; zero: none */
	dev_t dev;
	ino_t ino;
};

struct worker {
	struct web *web;
	struct api api;
	struct identity catalogue;
	struct identity ledger;
};

static struct identity
identify(const char *folder, const char *name)
{
	struct identity id = { 0 };
	char path[4096];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (stat(path, &st) == 0) {
		id.dev = st.st_dev;
		id.ino = st.st_ino;
	}
	return id;
}

static bool
is_same(struct identity a, struct identity b)
{
	return a.ino == b.ino && a.dev == b.dev;
}

static void
close_catalogue(struct worker *worker)
{
	search_close(worker->api.search);
	catalogue_close(worker->api.cat);
	worker->api.search = NULL;
	worker->api.cat = NULL;
}

static void
open_catalogue(struct worker *worker)
{
	struct api *api = &worker->api;
	struct err err;

	api->cat = catalogue_open(api->folder, CATALOGUE_READ, &err);
	if (api->cat != NULL &&
	    (api->search = search_open(api->cat, &err)) == NULL) {
		catalogue_close(api->cat);
		api->cat = NULL;
	}
	if (api->cat == NULL)
		(void)snprintf(api->why, sizeof(api->why), "%s", err.text);
}

static void
refresh_catalogue(struct worker *worker)
{
	struct identity now = identify(worker->api.folder, "catalogue.db");

	if (worker->api.cat != NULL && is_same(now, worker->catalogue) &&
	    !worker->api.is_broken)
		return;
	if (worker->api.cat != NULL)
		close_catalogue(worker);
	worker->catalogue = now;
	(void)snprintf(worker->api.why, sizeof(worker->api.why),
	    "there is no catalogue.db yet");
	if (now.ino != 0)
		open_catalogue(worker);
}

static void
refresh_ledger(struct worker *worker)
{
	struct identity now = identify(worker->api.folder, "ledger.db");
	struct err err;

	if (worker->api.ledger != NULL && is_same(now, worker->ledger) &&
	    !worker->api.is_broken)
		return;
	ledger_close(worker->api.ledger);
	worker->api.ledger = NULL;
	worker->ledger = now;
	/* Without it peers show no states, and nothing else is missing. */
	if (now.ino != 0)
		worker->api.ledger = ledger_open(worker->api.folder, false,
		    &err);
}

struct api *
worker_api(struct worker *worker)
{
	refresh_catalogue(worker);
	refresh_ledger(worker);
	worker->api.is_broken = false;
	worker->api.conf = web_conf(worker->web);
	worker->api.now = worker->web->options.now();
	if (worker->api.cat != NULL)
		catalogue_set_now(worker->api.cat, worker->api.now);
	return &worker->api;
}

void
worker_idle(void *ctx, void *arg)
{
	struct worker *worker = arg;
	struct err err;

	(void)ctx;
	/* What never answered holds nothing. */
	if (worker->api.cat == NULL)
		return;
	refresh_catalogue(worker);
	/* What is wrong is said by whoever searches. */
	if (worker->api.search != NULL)
		(void)!search_refresh(worker->api.search, &err);
}

void *
worker_new(void *ctx, unsigned i)
{
	struct worker *worker = xcalloc(1, sizeof(*worker));

	(void)i;
	worker->web = ctx;
	worker->api.folder = worker->web->folder;
	worker->api.started = worker->web->started;
	worker->api.due = worker->web->options.due;
	return worker;
}

void
worker_free(void *ctx, void *arg)
{
	struct worker *worker = arg;

	(void)ctx;
	if (worker->api.cat != NULL)
		close_catalogue(worker);
	ledger_close(worker->api.ledger);
	free(worker);
}
