/*
 * fuzz_query: whatever is typed is a valid query. The bytes are parsed, made
 * into an expression, and run on an index of three records; the full-text
 * index must never see a word of its own syntax (that would be an error).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/db.h"
#include "search/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In the place of a catalogue: nothing but a database. */
struct catalogue {
	struct db *db;
};

static struct catalogue cat;
static struct search *search;
static struct merge_view *view;
static char folder[] = "fuzz-query-XXXXXX";

struct db *
catalogue_db(struct catalogue *c)
{
	return c->db;
}

int
catalogue_read_begin(struct catalogue *c, struct err *err)
{
	return db_begin_read(c->db, err);
}

void
catalogue_read_end(struct catalogue *c)
{
	db_rollback(c->db);
}

int
catalogue_status(struct catalogue *c, struct catalogue_status *ret_status,
    struct err *err)
{
	(void)c;
	(void)err;
	memset(ret_status, 0, sizeof(*ret_status));
	return 0;
}

int
catalogue_group(struct catalogue *c, struct arena *arena, int64_t group,
    struct merge_view **ret_view, struct err *err)
{
	(void)c;
	(void)arena;
	(void)group;
	(void)err;
	*ret_view = view;
	return 0;
}

int
catalogue_each_view(struct catalogue *c, catalogue_change_cb callback,
    void *ctx, struct err *err)
{
	(void)c;
	for (int64_t group = 1; group <= 3; group++) {
		if (callback(ctx, group, view, err) == -1)
			return -1;
	}
	return 0;
}

static void
finish(void)
{
	struct err err;

	search_close(search);
	db_close(cat.db);
	if (view != NULL)
		arena_free(view->rec->arena);
	if (file_remove_tree(folder, &err) == -1)
		fprintf(stderr, "%s\n", err.text);
}

static void
die(const struct err *err)
{
	fprintf(stderr, "fuzz_query: %s\n", err->text);
	abort();
}

static void
start(void)
{
	struct arena *arena = arena_new();
	char path[64];
	struct err err;

	if (mkdtemp(folder) == NULL)
		abort();
	atexit(finish);
	snprintf(path, sizeof(path), "%s/c.db", folder);
	view = arena_alloc(arena, sizeof(*view));
	view->rec = record_new(arena, RECORD_KIND_PROGRAMME,
	    "urn:gspd:ca:00000000-0000-4000-8000-000000000001", "en");
	record_add(view->rec, NULL, FIELD_NAME, "Choir of the harbour", "en");
	record_add(view->rec, NULL, FIELD_SUMMARY,
	    "Well-being for all, 東京 合唱団, المسنين", "en");
	cat.db = db_open(path, DB_MODE_WRITE, NULL, 0, &err);
	if (cat.db == NULL)
		die(&err);
	search = search_open(&cat, &err);
	if (search == NULL || search_rebuild(search, &err) == -1)
		die(&err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct search_query query = { .limit = 3 };
	struct search_result result;
	struct arena *arena;
	struct err err;
	char *text;

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
	if (size > 2)
		query.cursor = text + size / 2;
	if (search_run(search, arena, &query, &result, &err) == -1)
		die(&err);
	for (size_t i = 0; i < result.n_hits; i++) {
		if (!valid_utf8(result.hits[i].snippet,
			strlen(result.hits[i].snippet), NULL))
			abort();
	}
	arena_free(arena);
	free(text);
	return 0;
}
