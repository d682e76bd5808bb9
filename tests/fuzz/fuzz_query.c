/*
 * fuzz_query: whatever is typed is a valid query. The bytes are parsed, looked
 * up and run on an index of six documents in two segments; they are tried as
 * a cursor, finished as a word, and sought as a place.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "search/document.h"
#include "search/manifest.h"
#include "search/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct search *search;
static char folder[] = "fuzz-query-XXXXXX";

static void
finish(void)
{
	struct err err;

	search_close(search);
	if (file_remove_tree(folder, &err) == -1)
		fprintf(stderr, "%s\n", err.text);
}

static void
die(const struct err *err)
{
	fprintf(stderr, "fuzz_query: %s\n", err->text);
	abort();
}

static struct merge_view *
make_view(struct arena *arena)
{
	struct merge_view *view = arena_alloc(arena, sizeof(*view));

	view->rec = record_new(arena, RECORD_KIND_PROGRAMME,
	    "urn:gspd:ca:00000000-0000-4000-8000-000000000001", "en");
	record_add(view->rec, NULL, FIELD_NAME, "Choir of the harbour", "en");
	record_add(view->rec, NULL, FIELD_SUMMARY,
	    "Well-being for all, choirs, 東京 合唱団, المسنين", "en");
	return view;
}

/* Two segments of three documents, with one dead. */
static void
start(void)
{
	struct arena *arena = arena_new(), *scratch = arena_new();
	struct builder *builder = builder_new();
	struct merge_view *view = make_view(arena);
	struct manifest manifest;
	char path[96], name[32];
	struct err err;

	if (mkdtemp(folder) == NULL)
		abort();
	atexit(finish);
	manifest_init(&manifest);
	snprintf(path, sizeof(path), "%s/index", folder);
	if (file_mkdirs(path, 0700, &err) == -1)
		die(&err);
	for (int i = 0; i < 2; i++) {
		for (int64_t group = 1; group <= 3; group++) {
			arena_reset(scratch);
			document_add(builder, scratch, i * 3 + group, view);
		}
		snprintf(name, sizeof(name), "%08x.seg", (unsigned)i);
		snprintf(path, sizeof(path), "%s/index/%s", folder, name);
		if (builder_write(builder, path, &err) == -1)
			die(&err);
		manifest_add(&manifest, name, 3);
	}
	manifest_kill(&manifest, 1, 1);
	snprintf(manifest.catalogue, sizeof(manifest.catalogue), "%032x", 1);
	snprintf(path, sizeof(path), "%s/index/manifest", folder);
	if (manifest_write(path, &manifest, &err) == -1)
		die(&err);
	manifest_release(&manifest);
	builder_free(builder);
	arena_free(scratch);
	arena_free(arena);
	search = search_open_index(folder);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct search_query query = { .limit = 3 };
	struct search_suggestion *items;
	struct search_result result;
	struct arena *arena;
	struct search_where at;
	struct err err;
	char *text;
	size_t n;

	if (search == NULL)
		start();
	if (size > 2 * SEARCH_QUERY_MAX)
		return 0;
	text = xstrndup((const char *)data, size);
	arena = arena_new();
	query.text = text;
	/* The first byte also chooses the order and tries it as a cursor. */
	if (size > 0)
		query.sort = (enum search_sort)(data[0] % 4);
	query.explain = size % 2 == 0;
	query.near.km = size % 3 == 0 ? 100 : 0;
	if (size > 2)
		query.cursor = text + size / 2;
	if (search_run(search, arena, &query, &result, &err) == -1)
		die(&err);
	if (!result.is_ready || result.count > 5 ||
	    (result.did_you_mean != NULL &&
		!valid_utf8(result.did_you_mean, strlen(result.did_you_mean),
		    NULL)))
		abort();
	if (search_suggest(search, arena, text, SEARCH_SUGGEST_MAX, &items, &n,
		&err) == -1)
		die(&err);
	if (search_place(search, text, NULL, &at, &err) == -1 &&
	    err.code != ERR_NOTFOUND)
		die(&err);
	arena_free(arena);
	free(text);
	return 0;
}
