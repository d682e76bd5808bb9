/*
 * catalogue: opening, transactions, counters. put.c takes records, edges.c
 * what they share, group.c makes groups of them at commit, feed.c keeps
 * what is applied of each feed, read.c answers. Section "Two stores" of the
 * architecture.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue/catalogue_priv.h"
#include "catalogue/catalogue_sql.h"

extern const char catalogue_script[]; /* sql/catalogue.sql */

#define CATALOGUE_FILE    "catalogue.db"
#define CATALOGUE_VERSION 3 /* as in sql/catalogue.sql */
#define PACKED_MAX        ((size_t)1 << 20)

static char *
file_in(const char *folder, const char *suffix)
{
	struct strbuf sb;

	strbuf_init(&sb, 8192);
	strbuf_addf(&sb, "%s/%s%s", folder, CATALOGUE_FILE, suffix);
	return strbuf_detach(&sb, NULL);
}

static int
id_load(struct catalogue *cat, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_ID);
	const char *id;
	int rc;

	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	id = rc == 1 ? db_column_text(stmt, 0) : NULL;
	if (id == NULL || strlen(id) != CATALOGUE_ID_LEN) {
		db_reset(stmt);
		return err_set(err, ERR_DB,
		    "the catalogue has lost its name: rebuild it");
	}
	memcpy(cat->id, id, sizeof(cat->id));
	db_reset(stmt);
	return 0;
}

struct catalogue *
catalogue_open(const char *folder, enum catalogue_mode mode, struct err *err)
{
	const struct db_migration script[] = { { CATALOGUE_VERSION,
	    catalogue_script } };
	char *path = file_in(folder, "");
	struct catalogue *cat = NULL;
	struct db *db;

	db = db_open(path,
	    mode == CATALOGUE_READ ? DB_MODE_READ : DB_MODE_WRITE, script, 1,
	    err);
	if (db == NULL)
		goto out;
	if (db_prepare(db, catalogue_sql, CATALOGUE_SQL_COUNT, err) == -1) {
		db_close(db);
		goto out;
	}
	cat = xcalloc(1, sizeof(*cat));
	cat->db = db;
	cat->folder = xstrdup(folder);
	cat->mode = mode;
	cat->component_max = MERGE_COMPONENT_MAX;
	cat->data_version = db_data_version(db);
	cat->arena = arena_new();
	strbuf_init(&cat->packed, PACKED_MAX);
	if (id_load(cat, err) == -1) {
		catalogue_close(cat);
		cat = NULL;
	}
out:
	free(path);
	return cat;
}

/* What only grouping needs. */
static void
forget_edges(struct catalogue *cat)
{
	edges_clear(&cat->proofs);
	edges_clear(&cat->removed);
	edges_clear(&cat->links);
	free(cat->seeds);
	cat->seeds = NULL;
	cat->n_seeds = cat->alloc_seeds = 0;
}

static void
forget(struct catalogue *cat)
{
	cat->is_writing = false;
	notes_clear(&cat->notes);
	forget_edges(cat);
	memset(&cat->last, 0, sizeof(cat->last));
	cat->gone_first = 0;
	arena_reset(cat->arena);
}

void
catalogue_close(struct catalogue *cat)
{
	if (cat == NULL)
		return;
	forget(cat);
	db_close(cat->db);
	free(cat->folder);
	arena_free(cat->arena);
	strbuf_release(&cat->packed);
	free(cat);
}

int
catalogue_destroy(const char *folder, struct err *err)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(suffixes); i++) {
		char *path = file_in(folder, suffixes[i]);

		rc = file_remove(path, err);
		free(path);
	}
	return rc;
}

bool
catalogue_is_readonly(const struct catalogue *cat)
{
	return cat->mode == CATALOGUE_READ;
}

bool
catalogue_is_inside(const struct catalogue *cat)
{
	return db_in_transaction(cat->db);
}

const char *
catalogue_folder(const struct catalogue *cat)
{
	return cat->folder;
}

const char *
catalogue_id(const struct catalogue *cat)
{
	return cat->id;
}

int64_t
catalogue_before(const struct catalogue *cat)
{
	return cat->is_writing ? cat->before : -1;
}

struct db_stmt *
catalogue_stmt(struct catalogue *cat, size_t i)
{
	return db_stmt(cat->db, 0, i);
}

static int
state_load(struct catalogue *cat, struct state *ret_state, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_META);
	struct state state = { 0 };
	const void *digest;
	size_t len;
	int rc;

	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 0)
		return err_set(err, ERR_DB,
		    "the catalogue has lost its counters: rebuild it");
	state.next = db_column_int(stmt, 0);
	state.records = db_column_int(stmt, 1);
	state.groups = db_column_int(stmt, 2);
	state.version = db_column_int(stmt, 3);
	digest = db_column_blob(stmt, 4, &len);
	if (len == SHA256_LEN)
		memcpy(state.digest, digest, len);
	db_reset(stmt);
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_KINDS);
	while ((rc = db_step(stmt, err)) == 1) {
		int64_t kind = db_column_int(stmt, 0);

		if (kind >= 0 && kind < RECORD_KIND_COUNT)
			state.kinds[kind] = db_column_int(stmt, 1);
	}
	if (rc == -1)
		return -1;
	*ret_state = state;
	return 0;
}

static int
state_save(struct catalogue *cat, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_META_SET);

	db_bind_int(stmt, 1, cat->state.next);
	db_bind_int(stmt, 2, cat->state.records);
	db_bind_int(stmt, 3, cat->state.groups);
	db_bind_int(stmt, 4, cat->state.version);
	db_bind_blob(stmt, 5, cat->state.digest, SHA256_LEN);
	if (db_exec(stmt, err) == -1)
		return -1;
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		stmt = catalogue_stmt(cat, CATALOGUE_SQL_KIND_SET);
		db_bind_int(stmt, 1, kind);
		db_bind_int(stmt, 2, cat->state.kinds[kind]);
		if (db_exec(stmt, err) == -1)
			return -1;
	}
	return 0;
}

int
catalogue_begin(struct catalogue *cat, struct err *err)
{
	forget(cat);
	if (db_begin(cat->db, err) == -1)
		return -1;
	if (state_load(cat, &cat->state, err) == -1) {
		db_rollback(cat->db);
		return -1;
	}
	cat->before = cat->state.version;
	cat->is_writing = true;
	return 0;
}

void
catalogue_rollback(struct catalogue *cat)
{
	db_rollback(cat->db);
	forget(cat);
}

/* What to tell of one number: nothing, its view (of one record or of many:
 * no need to look for members), or that it is gone. */
enum verdict { TELL_NOTHING, TELL_ONE, TELL_MANY, TELL_GONE };
#define VERDICTS 4

static enum verdict
judge(const struct notes *notes, const struct note *note)
{
	bool was = note->was == NOTE_WAS_ONE || note->was == NOTE_WAS_MANY;
	bool is_many = note->is_element != 0;
	bool is_same;

	if (note->is_absent)
		return was ? TELL_GONE : TELL_NOTHING;
	if (is_many)
		is_same = note->was == NOTE_WAS_MANY &&
			  memcmp(notes->elements[note->is_element],
			      notes->elements[note->was_element],
			      SHA256_LEN) == 0;
	else
		is_same = note->was == NOTE_WAS_ONE && !note->is_touched;
	if (is_same)
		return TELL_NOTHING;
	return is_many ? TELL_MANY : TELL_ONE;
}

static int
load(struct catalogue *cat, struct arena *arena, int64_t number, bool is_many,
    struct merge_view **ret_view, struct err *err)
{
	struct record *rec;

	if (is_many && view_load(cat, arena, number, ret_view, err) == -1)
		return -1;
	if (!is_many) {
		if (record_visible(cat, arena, number, &rec, err) == -1)
			return -1;
		*ret_view = rec == NULL ? NULL : merge_view(arena, &rec, 1);
	}
	if (*ret_view == NULL)
		return err_set(err, ERR_DB,
		    "group %lld of the catalogue has no view: rebuild it",
		    (long long)number);
	return 0;
}

/* *ret_told: somebody was called. */
static int
tell_changes(struct catalogue *cat, const struct catalogue_watch *watch,
    bool *ret_told, struct err *err)
{
	struct arena *arena = arena_new();
	struct merge_view *view;
	int64_t *numbers;
	size_t n;
	int rc = 0;

	numbers = notes_sorted(&cat->notes, &n);
	/* Number and verdict in one: then the notes can go, whose memory
	 * those who are told need. Numbers never come near 2^61. */
	for (size_t i = 0; i < n; i++)
		numbers[i] = (int64_t)((uint64_t)numbers[i] * VERDICTS +
				       judge(&cat->notes,
					   notes_get(&cat->notes, numbers[i])));
	notes_clear(&cat->notes);
	for (size_t i = 0; i < n && rc == 0; i++) {
		int64_t number = (int64_t)((uint64_t)numbers[i] / VERDICTS);
		enum verdict what = (enum verdict)(
		    (uint64_t)numbers[i] % VERDICTS);

		if (what == TELL_NOTHING)
			continue;
		view = NULL;
		arena_reset(arena);
		if (what != TELL_GONE)
			rc = load(cat, arena, number, what == TELL_MANY, &view,
			    err);
		if (rc == 0) {
			*ret_told = true;
			rc = watch->changed(watch->ctx, number, view, err);
		}
	}
	free(numbers);
	arena_free(arena);
	return rc;
}

static int
tell(struct catalogue *cat, const struct catalogue_watch *watch, bool *ret_told,
    struct err *err)
{
	if (watch == NULL)
		return 0;
	if (watch->changed != NULL &&
	    tell_changes(cat, watch, ret_told, err) == -1)
		return -1;
	if (watch->prepare == NULL)
		return 0;
	*ret_told = true;
	return watch->prepare(watch->ctx, cat->state.version, err);
}

int
catalogue_commit(struct catalogue *cat, const struct catalogue_watch *watch,
    struct err *err)
{
	bool is_large = cat->notes.n > 2000, is_told = false;
	int rc;

	if (edges_flush(cat, err) == -1 || group_all(cat, err) == -1)
		goto fail;
	if (cat->notes.n > 0)
		cat->state.version++;
	if (state_save(cat, err) == -1)
		goto fail;
	forget_edges(cat);
	/* Views are read in their order; who is told needs the memory. */
	if (is_large)
		db_cache(cat->db, true);
	rc = tell(cat, watch, &is_told, err);
	if (is_large)
		db_cache(cat->db, false);
	if (rc == -1)
		goto fail;
	/* Whoever is told is behind until it hears of the commit. */
	if (db_commit_early(cat->db, err) == -1)
		goto fail;
	forget(cat);
	if (is_told && watch->settled != NULL)
		watch->settled(watch->ctx, true);
	if (is_large)
		db_checkpoint(cat->db);
	else
		db_log(cat->db);
	return 0;
fail:
	catalogue_rollback(cat);
	if (is_told && watch->settled != NULL)
		watch->settled(watch->ctx, false);
	return -1;
}

int
catalogue_read_begin(struct catalogue *cat, struct err *err)
{
	return db_begin_read(cat->db, err);
}

void
catalogue_read_end(struct catalogue *cat)
{
	db_rollback(cat->db);
}

int
catalogue_status(struct catalogue *cat, struct catalogue_status *ret_status,
    struct err *err)
{
	struct catalogue_status status = { 0 };
	struct state state;

	if (state_load(cat, &state, err) == -1)
		return -1;
	status.records = state.records;
	status.groups = state.groups;
	status.version = state.version;
	status.last = state.next - 1;
	for (int i = 0; i < SHA256_LEN; i++)
		snprintf(status.digest + 2 * i, 3, "%02x", state.digest[i]);
	memcpy(status.kinds, state.kinds, sizeof(status.kinds));
	*ret_status = status;
	return 0;
}

bool
catalogue_changed(struct catalogue *cat)
{
	int64_t version = db_data_version(cat->db);
	bool changed = version != cat->data_version;

	cat->data_version = version;
	return changed;
}
