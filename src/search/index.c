/*
 * index: writing. Opens and makes the tables, adds and removes one group at
 * a time within the catalogue's transaction, and makes everything again.
 * Numbers of documents only rise, so that the full-text index always appends
 * and readers need to read only what is new.
 */
#include <stdlib.h>
#include <string.h>

#include "search/search_priv.h"
#include "search/search_sql.h"

/* Text of one column of one group: some fifty records of the largest size. */
#define COLUMN_MAX (4 * 1024 * 1024)

/* More dead than this and than half of the living: all is made again. */
#define DEAD_MAX 20000

/* Full-text index: bytes gathered in memory before a segment is written, and
 * how many segments may stand side by side. */
#define HASH_BYTES   (64 * 1024 * 1024)
#define AUTOMERGE    4
#define CRISISMERGE  16
#define MERGES_BUILD 64

struct db_stmt *
search_stmt(struct search *search, size_t i)
{
	return db_stmt(search->db, search->table, i);
}

void
search_prepare(struct search *search)
{
	struct err ignored;

	if (search->is_ready)
		return;
	/* Without the tables no statement can be prepared: no index yet. */
	search->table = db_tables(search->db);
	search->is_ready = db_prepare(search->db, search_sql, SEARCH_SQL_COUNT,
			       &ignored) == 0;
}

int
state_get(struct search *search, struct state *ret_state, struct err *err)
{
	struct db_stmt *stmt = search_stmt(search, SEARCH_SQL_STATE);
	int rc = db_step(stmt, err);

	if (rc == 0)
		return err_set(err, ERR_DB,
		    "the search index has no state: run gspd rebuild");
	if (rc == -1)
		return -1;
	ret_state->epoch = db_column_int(stmt, 0);
	ret_state->next_doc = db_column_int(stmt, 1);
	ret_state->dead = db_column_int(stmt, 2);
	ret_state->vals = db_column_int(stmt, 3);
	db_reset(stmt);
	return 0;
}

static int
state_set(struct search *search, const struct state *state, struct err *err)
{
	struct db_stmt *stmt = search_stmt(search, SEARCH_SQL_STATE_SET);

	db_bind_int(stmt, 1, state->epoch);
	db_bind_int(stmt, 2, state->next_doc);
	db_bind_int(stmt, 3, state->dead);
	db_bind_int(stmt, 4, state->vals);
	return db_exec(stmt, err);
}

static int
tune(struct search *search, const char *option, int64_t value, struct err *err)
{
	struct db_stmt *stmt = search_stmt(search, SEARCH_SQL_TUNE);

	db_bind_text(stmt, 1, option);
	db_bind_int(stmt, 2, value);
	return db_exec(stmt, err);
}

static int
tune_daily(struct search *search, struct err *err)
{
	if (tune(search, "hashsize", HASH_BYTES, err) == -1 ||
	    tune(search, "automerge", AUTOMERGE, err) == -1 ||
	    tune(search, "crisismerge", CRISISMERGE, err) == -1)
		return -1;
	return 0;
}

/* ---- values ---- */

struct codes {
	struct search *search;
	uint16_t items[DOC_CODES_MAX];
	size_t n;
	struct err *err;
	bool has_failed;
};

static size_t
value_id(struct search *search, enum search_facet facet, const char *value,
    struct err *err)
{
	size_t id = values_find(&search->values, facet, value);
	struct db_stmt *stmt;

	if (id != 0)
		return id;
	id = values_add(&search->values, facet, value);
	if (id == 0)
		return 0;
	stmt = search_stmt(search, SEARCH_SQL_VALUE_ADD);
	db_bind_int(stmt, 1, (int64_t)id);
	db_bind_int(stmt, 2, (int64_t)facet);
	db_bind_text(stmt, 3, value);
	return db_exec(stmt, err) == -1 ? SIZE_MAX : id;
}

static void
add_code(void *ctx, enum search_facet facet, const char *value)
{
	struct codes *codes = ctx;
	size_t id;

	if (codes->has_failed || codes->n == DOC_CODES_MAX)
		return;
	id = value_id(codes->search, facet, value, codes->err);
	if (id == SIZE_MAX) {
		codes->has_failed = true;
		return;
	}
	if (id == 0)
		return;
	for (size_t i = 0; i < codes->n; i++) {
		if (codes->items[i] == id)
			return;
	}
	codes->items[codes->n++] = (uint16_t)id;
}

/* ---- one document ---- */

static int
add_row(struct search *search, int64_t doc, int64_t group,
    const struct merge_view *view, const struct codes *codes, struct err *err)
{
	struct db_stmt *stmt = search_stmt(search, SEARCH_SQL_DOC_ADD);
	unsigned char blob[DOC_CODES_MAX * 2];
	struct strbuf title;
	int rc;

	for (size_t i = 0; i < codes->n; i++) {
		blob[2 * i] = (unsigned char)(codes->items[i] & 0xff);
		blob[2 * i + 1] = (unsigned char)(codes->items[i] >> 8);
	}
	strbuf_init(&title, 64 * DOC_TITLE_MAX);
	doc_title(view->rec, &title);
	db_bind_int(stmt, 1, doc);
	db_bind_int(stmt, 2, group);
	db_bind_int(stmt, 3, view->rec->modified_at);
	db_bind_int(stmt, 4, doc_checked(view->rec));
	db_bind_int(stmt, 5, doc_year(view->rec));
	db_bind_blob(stmt, 6, blob, codes->n * 2);
	db_bind_text(stmt, 7, title.buf);
	rc = db_exec(stmt, err);
	strbuf_release(&title);
	return rc;
}

static int
add_words(struct search *search, int64_t doc, const struct merge_view *view,
    struct err *err)
{
	struct db_stmt *stmt = search_stmt(search, SEARCH_SQL_TEXT_ADD);

	doc_words(search->arena, view, search->columns, search->forms);
	db_bind_int(stmt, 1, doc);
	for (int i = 0; i < DOC_COLUMNS; i++)
		db_bind_text(stmt, i + 2, search->columns[i].buf);
	return db_exec(stmt, err);
}

static int
add_doc(struct search *search, struct state *state, int64_t group,
    const struct merge_view *view, struct err *err)
{
	struct codes codes;
	int64_t doc = state->next_doc;

	codes.search = search;
	codes.n = 0;
	codes.err = err;
	codes.has_failed = false;
	arena_reset(search->arena);
	doc_values(search->arena, view, add_code, &codes);
	if (codes.has_failed ||
	    add_row(search, doc, group, view, &codes, err) == -1 ||
	    add_words(search, doc, view, err) == -1)
		return -1;
	state->next_doc++;
	state->vals = (int64_t)search->values.n;
	return 0;
}

/* The document of a group dies, if it has one. */
static int
drop_doc(struct search *search, struct state *state, int64_t group,
    struct err *err)
{
	struct db_stmt *stmt = search_stmt(search, SEARCH_SQL_FIND);
	int64_t doc;
	int rc;

	db_bind_int(stmt, 1, group);
	rc = db_step(stmt, err);
	if (rc != 1)
		return rc;
	doc = db_column_int(stmt, 0);
	db_reset(stmt);
	stmt = search_stmt(search, SEARCH_SQL_DOC_DROP);
	db_bind_int(stmt, 1, doc);
	if (db_exec(stmt, err) == -1)
		return -1;
	stmt = search_stmt(search, SEARCH_SQL_DEAD_ADD);
	db_bind_int(stmt, 1, state->dead + 1);
	db_bind_int(stmt, 2, doc);
	if (db_exec(stmt, err) == -1)
		return -1;
	state->dead++;
	return 0;
}

/* ---- all documents ---- */

struct rebuild {
	struct search *search;
	struct state *state;
};

static int
rebuild_one(void *ctx, int64_t group, const struct merge_view *view,
    struct err *err)
{
	struct rebuild *rebuild = ctx;

	if (view == NULL)
		return 0;
	return add_doc(rebuild->search, rebuild->state, group, view, err);
}

static int
clear(struct search *search, struct state *state, struct err *err)
{
	static const enum search_sql steps[] = { SEARCH_SQL_CLEAR_DOC,
		SEARCH_SQL_CLEAR_DEAD, SEARCH_SQL_CLEAR_VALUE,
		SEARCH_SQL_CLEAR_TEXT };

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (db_exec(search_stmt(search, steps[i]), err) == -1)
			return -1;
	}
	values_release(&search->values);
	state->epoch++;
	state->next_doc = 1;
	state->dead = 0;
	state->vals = 0;
	return 0;
}

/* Within a transaction. */
static int
rebuild_all(struct search *search, struct err *err)
{
	struct rebuild rebuild = { search, NULL };
	struct state state;

	rebuild.state = &state;
	if (state_get(search, &state, err) == -1 ||
	    clear(search, &state, err) == -1 ||
	    tune(search, "hashsize", HASH_BYTES, err) == -1 ||
	    tune(search, "automerge", 0, err) == -1 ||
	    tune(search, "crisismerge", MERGES_BUILD, err) == -1)
		return -1;
	if (catalogue_each_view(search->cat, rebuild_one, &rebuild, err) == -1)
		return -1;
	if (db_exec(search_stmt(search, SEARCH_SQL_OPTIMIZE), err) == -1 ||
	    tune_daily(search, err) == -1)
		return -1;
	return state_set(search, &state, err);
}

int
search_rebuild(struct search *search, struct err *err)
{
	if (!search->is_writer)
		return err_set(err, ERR_DB,
		    "the catalogue is open for reading only");
	if (db_in_transaction(search->db))
		return rebuild_all(search, err);
	if (db_begin(search->db, err) == -1)
		return -1;
	if (rebuild_all(search, err) == -1) {
		db_rollback(search->db);
		values_release(&search->values);
		return -1;
	}
	return db_commit(search->db, err);
}

/* After a rollback memory may know values that the database does not. */
static int
check_values(struct search *search, const struct state *state, struct err *err)
{
	if ((int64_t)search->values.n == state->vals)
		return 0;
	values_release(&search->values);
	return values_load(search, &search->values, err);
}

int
search_update(void *ctx, int64_t group, const struct merge_view *view,
    struct err *err)
{
	struct search *search = ctx;
	struct state state;

	if (state_get(search, &state, err) == -1)
		return -1;
	if (state.dead > DEAD_MAX && state.dead * 3 > state.next_doc) {
		if (rebuild_all(search, err) == -1 ||
		    state_get(search, &state, err) == -1)
			return -1;
	}
	if (check_values(search, &state, err) == -1 ||
	    drop_doc(search, &state, group, err) == -1)
		return -1;
	if (view != NULL && add_doc(search, &state, group, view, err) == -1)
		return -1;
	return state_set(search, &state, err);
}

/* ---- opening ---- */

/* Tables that are new in a catalogue that is not: fill them. */
static int
open_writer(struct search *search, struct err *err)
{
	struct catalogue_status status;
	struct state state;

	if (db_script(search->db, search_script, err) == -1)
		return -1;
	search_prepare(search);
	if (!search->is_ready)
		return err_set(err, ERR_DB,
		    "the search index can not be read: run gspd rebuild");
	if (state_get(search, &state, err) == -1)
		return -1;
	if (state.epoch > 1 || state.next_doc > 1)
		return 0;
	if (tune_daily(search, err) == -1 ||
	    catalogue_status(search->cat, &status, err) == -1)
		return -1;
	return status.groups > 0 ? search_rebuild(search, err) : 0;
}

struct search *
search_open(struct catalogue *cat, struct err *err)
{
	struct search *search = xcalloc(1, sizeof(*search));

	search->cat = cat;
	search->db = catalogue_db(cat);
	search->is_writer = !db_is_readonly(search->db);
	search->watch.changed = search_update;
	search->watch.ctx = search;
	search->arena = arena_new();
	for (size_t i = 0; i < DOC_COLUMNS; i++) {
		strbuf_init(&search->columns[i], COLUMN_MAX);
		strbuf_init(&search->forms[i], COLUMN_MAX);
	}
	if (!search->is_writer) {
		search_prepare(search);
	} else if (open_writer(search, err) == -1) {
		search_close(search);
		return NULL;
	}
	return search;
}

const struct catalogue_watch *
search_watch(struct search *search)
{
	return search == NULL ? NULL : &search->watch;
}

void
search_close(struct search *search)
{
	if (search == NULL)
		return;
	cache_release(&search->cache);
	values_release(&search->values);
	for (size_t i = 0; i < DOC_COLUMNS; i++) {
		strbuf_release(&search->columns[i]);
		strbuf_release(&search->forms[i]);
	}
	arena_free(search->arena);
	free(search);
}
