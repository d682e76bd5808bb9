/*
 * stir: SQLite FTS5 filled from the views of a catalogue, tuned as
 * peers/fts5.c is: what gspd's own index is compared with.
 */
#include <sqlite3.h>
#include <stdio.h>

#include "stir.h"

struct fts {
	sqlite3 *db;
	sqlite3_stmt *insert;
	struct strbuf columns[STIR_COLUMNS];
};

int
stir_column(enum field_id id)
{
	switch (id) {
	case FIELD_NAME:
	case FIELD_DISPLAY_NAME:
	case FIELD_TITLE: return STIR_TITLE;
	case FIELD_SUMMARY:
	case FIELD_PLAIN_SUMMARY: return STIR_SUMMARY;
	default: return STIR_REST;
	}
}

static void
fts_values(struct fts *fts, const struct value *group, int depth)
{
	for (const struct value *v = group->first; v != NULL; v = v->next) {
		if (v->field == NULL)
			continue;
		if (v->field->type == FIELD_TYPE_GROUP) {
			if (depth < RECORD_MAX_DEPTH)
				fts_values(fts, v, depth + 1);
		} else if (v->text != NULL &&
			   (v->field->flags & FIELD_INDEXED) != 0) {
			struct strbuf *to =
			    &fts->columns[stir_column(v->field->id)];

			strbuf_addstr(to, v->text);
			strbuf_addstr(to, "\n");
		}
	}
}

static int
fts_view(void *ctx, int64_t group, const struct merge_view *view,
    struct err *err)
{
	struct fts *fts = ctx;
	int rc;

	for (int i = 0; i < STIR_COLUMNS; i++)
		strbuf_reset(&fts->columns[i]);
	fts_values(fts, &view->rec->root, 1);
	sqlite3_bind_int64(fts->insert, 1, group);
	for (int i = 0; i < STIR_COLUMNS; i++)
		sqlite3_bind_text(fts->insert, i + 2, fts->columns[i].buf,
		    (int)fts->columns[i].len, SQLITE_STATIC);
	rc = sqlite3_step(fts->insert);
	sqlite3_reset(fts->insert);
	if (rc == SQLITE_DONE)
		return 0;
	err_set(err, ERR_DB, "fts5: %s", sqlite3_errmsg(fts->db));
	return -1;
}

static int
fts_run(struct fts *fts, const char *sql, struct err *err)
{
	if (sqlite3_exec(fts->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	err_set(err, ERR_DB, "fts5: %s", sqlite3_errmsg(fts->db));
	return -1;
}

static int
fts_fill(struct fts *fts, struct catalogue *cat, struct err *err)
{
	if (fts_run(fts,
		"PRAGMA page_size = 8192; PRAGMA journal_mode = OFF;"
		"PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;"
		"CREATE VIRTUAL TABLE t USING fts5(title, summary, rest, "
		"content = '', tokenize = 'unicode61 remove_diacritics 2');"
		"INSERT INTO t(t, rank) VALUES ('hashsize', 67108864); BEGIN",
		err) == -1)
		return -1;
	if (sqlite3_prepare_v2(fts->db,
		"INSERT INTO t(rowid, title, summary, rest) "
		"VALUES (?, ?, ?, ?)",
		-1, &fts->insert, NULL) != SQLITE_OK) {
		err_set(err, ERR_DB, "fts5: %s", sqlite3_errmsg(fts->db));
		return -1;
	}
	if (catalogue_each_view(cat, fts_view, fts, err) == -1)
		return -1;
	return fts_run(fts, "INSERT INTO t(t) VALUES ('optimize'); COMMIT",
	    err);
}

int
stir_fts5(const char *folder, const char *path, struct err *err)
{
	struct catalogue *cat = catalogue_open(folder, CATALOGUE_READ, err);
	struct fts fts = { .db = NULL };
	double wall = wall_s(), cpu = cpu_s();
	int rc = -1;

	for (int i = 0; i < STIR_COLUMNS; i++)
		strbuf_init(&fts.columns[i], (size_t)1 << 24);
	if (cat == NULL)
		goto out;
	if (sqlite3_open(path, &fts.db) != SQLITE_OK) {
		err_set(err, ERR_DB, "%s: cannot be opened", path);
		goto out;
	}
	if (fts_fill(&fts, cat, err) == -1)
		goto out;
	printf("{\"wall\": %.6f, \"cpu\": %.6f, \"groups\": %lld}\n",
	    wall_s() - wall, cpu_s() - cpu, (long long)groups_of(cat));
	rc = 0;
out:
	sqlite3_finalize(fts.insert);
	sqlite3_close(fts.db);
	for (int i = 0; i < STIR_COLUMNS; i++)
		strbuf_release(&fts.columns[i]);
	catalogue_close(cat);
	return rc;
}
