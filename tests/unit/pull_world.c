/*
 * pull_world: see pull_world.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pull_world.h"

/* ---- the site ---- */

static void
serve_head(struct site *site, const struct liar_request *request, int fd)
{
	struct arena *arena = arena_new();
	struct strbuf bytes;
	char hash[65];
	const char *tag;

	atomic_fetch_add(&site->heads, 1);
	if (file_read(arena_printf(arena, "%s/feed/head.xml", site->folder),
		FEED_HEAD_MAX, &bytes, NULL) == -1) {
		liar_answer(fd, "404 Not Found", "", "", 0);
		goto out;
	}
	sha256_hex(bytes.buf, bytes.len, hash);
	tag = arena_printf(arena, "\"%s\"", hash);
	if (liar_has(request, arena_printf(arena, "If-None-Match: %s", tag))) {
		atomic_fetch_add(&site->unchanged, 1);
		liar_answer(fd, "304 Not Modified", "", "", 0);
	} else {
		liar_answer(fd, "200 OK",
		    arena_printf(arena, "ETag: %s\r\n", tag), bytes.buf,
		    bytes.len);
	}
out:
	strbuf_release(&bytes);
	arena_free(arena);
}

static void
serve_object(struct site *site, const struct liar_request *request, int fd)
{
	struct arena *arena = arena_new();
	struct strbuf bytes;
	int nth = atomic_fetch_add(&site->objects, 1);
	int mode = atomic_load(&site->mode);

	if (strncmp(request->path, "/feed/h/", 8) == 0) {
		atomic_fetch_add(&site->hints, 1);
		if (atomic_load(&site->no_hints))
			mode = SITE_PAGES_GONE;
	}
	if (file_read(arena_printf(arena, "%s%s.gz", site->folder,
			  request->path),
		2 * FEED_PAGE_MAX, &bytes, NULL) == -1 ||
	    mode == SITE_PAGES_GONE || (mode == SITE_SOME_GONE && nth >= 5))
		liar_answer(fd, "404 Not Found", "", "", 0);
	else if (mode == SITE_PAGES_WRONG ||
		 (mode == SITE_OLD_CACHE &&
		     !liar_has(request, "Cache-Control: no-cache")))
		liar_answer(fd, "200 OK", "", "other bytes", 11);
	else
		liar_answer(fd, "200 OK", "Content-Encoding: gzip\r\n",
		    bytes.buf, bytes.len);
	strbuf_release(&bytes);
	arena_free(arena);
}

/* Rotation statements, as they lie there. */
static void
serve_statement(struct site *site, const struct liar_request *request, int fd)
{
	struct arena *arena = arena_new();
	struct strbuf bytes;

	if (file_read(arena_printf(arena, "%s%s", site->folder, request->path),
		FEED_HEAD_MAX, &bytes, NULL) == -1)
		liar_answer(fd, "404 Not Found", "", "", 0);
	else
		liar_answer(fd, "200 OK", "", bytes.buf, bytes.len);
	strbuf_release(&bytes);
	arena_free(arena);
}

static void
serve(void *ctx, const struct liar_request *request, int fd)
{
	struct site *site = ctx;
	int mode = atomic_load(&site->mode);

	atomic_fetch_add(&site->asked, 1);
	if (mode == SITE_STALLS)
		liar_stall(fd);
	else if (mode == SITE_BUSY)
		liar_answer(fd, "503 Busy", "Retry-After: 120\r\n", "", 0);
	else if (strcmp(request->path, "/feed/head.xml") == 0)
		serve_head(site, request, fd);
	else if (strncmp(request->path, "/feed/rot/", 10) == 0)
		serve_statement(site, request, fd);
	else
		serve_object(site, request, fd);
}

void
site_init(struct site *site, const char *folder)
{
	memset(site, 0, sizeof(*site));
	site->folder = folder;
	site->liar = liar_new(serve, site);
	site->url = liar_url(site->liar, "");
}

void
site_release(struct site *site)
{
	liar_free(site->liar);
	free(site->url);
}

void
site_reset(struct site *site)
{
	atomic_store(&site->mode, SITE_GOOD);
	atomic_store(&site->heads, 0);
	atomic_store(&site->unchanged, 0);
	atomic_store(&site->objects, 0);
	atomic_store(&site->asked, 0);
	atomic_store(&site->hints, 0);
}

/* ---- the reader ---- */

static int64_t
reader_now(void *ctx)
{
	return ((struct reader *)ctx)->now;
}

static void
on_changed(void *ctx, const struct ledger_peer *peer, enum peer_state before)
{
	struct reader *reader = ctx;

	(void)before;
	reader->changes++;
	if (peer->state == PEER_FRESH)
		reader->changed_ms = clock_monotonic_ms();
}

void
reader_open(struct reader *reader)
{
	struct err err = { 0 };
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/ledger.db", reader->folder);
	reader->ledger = ledger_open(reader->folder, !file_exists(path), &err);
	if (reader->ledger == NULL ||
	    (reader->catalogue = catalogue_open(reader->folder, CATALOGUE_WRITE,
		 &err)) == NULL ||
	    (reader->search = search_open(reader->catalogue, &err)) == NULL)
		fail_msg("%s", err.text);
	reader->env.ledger = reader->ledger;
	reader->env.catalogue = reader->catalogue;
	reader->env.search = reader->search;
}

void
reader_init_at(struct reader *reader, const char *folder, const char *node)
{
	*reader = (struct reader){ .now = WORLD_NOW };
	(void)snprintf(reader->folder, sizeof(reader->folder), "%s", folder);
	reader->env = (struct pull_env){
		.folder = reader->folder,
		.node = node,
		.user_agent = "gspd/test",
		.request_ms = 2000,
		.now = reader_now,
		.now_ctx = reader,
		.changed = on_changed,
		.ctx = reader,
	};
	reader_open(reader);
}

void
reader_init(struct reader *reader, const char *node)
{
	char folder[200] = "/tmp/gspd-reader-XXXXXX";

	if (mkdtemp(folder) == NULL)
		fail();
	reader_init_at(reader, folder, node);
}

void
reader_close(struct reader *reader)
{
	search_close(reader->search);
	catalogue_close(reader->catalogue);
	ledger_close(reader->ledger);
	reader->search = NULL;
	reader->catalogue = NULL;
	reader->ledger = NULL;
}

void
reader_release(struct reader *reader)
{
	struct err err = { 0 };

	reader_close(reader);
	if (file_remove_tree(reader->folder, &err) == -1)
		fail_msg("%s", err.text);
}

struct conf_peer
reader_peer(const struct site *site, const struct world *origin)
{
	return (struct conf_peer){
		.name = (char *)(uintptr_t)origin->node,
		.url = site->url,
		.key = (char *)(uintptr_t)origin->key_hash,
		.is_insecure = true,
		.allow_private = true,
		.max_records = 100000,
		.max_bytes = 256 << 20,
	};
}

struct pull_result
reader_pull(struct reader *reader, const struct conf_peer *peer)
{
	const struct conf_peer *peers[1] = { peer };
	struct pull_result result;
	struct err err = { 0 };

	if (pull_round(&reader->env, peers, 1, &result, &err) == -1)
		fail_msg("%s", err.text);
	return result;
}

int64_t
reader_records(struct reader *reader)
{
	struct catalogue_status status;
	struct err err = { 0 };

	if (catalogue_status(reader->catalogue, &status, &err) == -1)
		fail_msg("%s", err.text);
	return status.records;
}

struct ledger_peer
reader_row(struct reader *reader, const char *name)
{
	struct ledger_peer row;
	struct err err = { 0 };

	if (ledger_peer_get(reader->ledger, name, &row, &err) == -1)
		fail_msg("%s", err.text);
	return row;
}
