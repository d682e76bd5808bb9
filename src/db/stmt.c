/*
 * stmt: tables of prepared statements, binding, stepping, columns. A bad
 * binding is remembered and reported by the step that follows, so that
 * callers check once.
 */
#include <stdlib.h>
#include <string.h>

#include "db/db_priv.h"

int
db_table_prepare(struct db *db, struct db_table *table, const char *const *sql,
    size_t n, struct err *err)
{
	const char *tail;
	int rc;

	table->stmts = xcalloc(n == 0 ? 1 : n, sizeof(*table->stmts));
	table->n = n;
	for (size_t i = 0; i < n; i++) {
		struct db_stmt *s = &table->stmts[i];

		s->db = db;
		rc = sqlite3_prepare_v3(db->handle, sql[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &s->stmt, &tail);
		if (rc != SQLITE_OK) {
			db_fail(db, rc, NULL, err);
			err_prefix(err, "statement \"%.120s\"", sql[i]);
			db_table_release(table);
			return -1;
		}
		if (s->stmt == NULL || *tail != '\0') {
			err_set(err, ERR_DB,
			    "statement \"%.120s\" is not exactly one", sql[i]);
			db_table_release(table);
			return -1;
		}
	}
	return 0;
}

void
db_table_release(struct db_table *table)
{
	for (size_t i = 0; i < table->n; i++)
		sqlite3_finalize(table->stmts[i].stmt);
	free(table->stmts);
	table->stmts = NULL;
	table->n = 0;
}

struct db_stmt *
db_table_stmt(struct db_table *table, size_t i)
{
	struct db_stmt *s;

	if (i >= table->n)
		abort();
	s = &table->stmts[i];
	sqlite3_reset(s->stmt);
	sqlite3_clear_bindings(s->stmt);
	s->bad = SQLITE_OK;
	return s;
}

static void
note(struct db_stmt *stmt, int rc)
{
	if (rc != SQLITE_OK && stmt->bad == SQLITE_OK)
		stmt->bad = rc;
}

void
db_bind_int(struct db_stmt *stmt, int i, int64_t value)
{
	note(stmt, sqlite3_bind_int64(stmt->stmt, i, value));
}

void
db_bind_text(struct db_stmt *stmt, int i, const char *text)
{
	note(stmt, sqlite3_bind_text(stmt->stmt, i, text, -1, SQLITE_STATIC));
}

void
db_bind_blob(struct db_stmt *stmt, int i, const void *data, size_t len)
{
	/* No bytes are still bytes, not NULL. */
	if (len == 0)
		note(stmt, sqlite3_bind_zeroblob(stmt->stmt, i, 0));
	else
		note(stmt, sqlite3_bind_blob64(stmt->stmt, i, data, len,
			       SQLITE_STATIC));
}

int
db_step(struct db_stmt *stmt, struct err *err)
{
	int rc;

	if (stmt->bad != SQLITE_OK) {
		rc = stmt->bad;
		sqlite3_reset(stmt->stmt);
		return err_set(err, rc == SQLITE_TOOBIG ? ERR_LIMIT : ERR_DB,
		    "%s: cannot bind a value: %s", stmt->db->path,
		    sqlite3_errstr(rc));
	}
	rc = sqlite3_step(stmt->stmt);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		db_fail(stmt->db, rc, NULL, err);
	sqlite3_reset(stmt->stmt);
	return rc == SQLITE_DONE ? 0 : -1;
}

int
db_exec(struct db_stmt *stmt, struct err *err)
{
	int rc;

	while ((rc = db_step(stmt, err)) == 1)
		continue;
	return rc;
}

void
db_reset(struct db_stmt *stmt)
{
	sqlite3_reset(stmt->stmt);
}

int64_t
db_column_int(struct db_stmt *stmt, int i)
{
	return sqlite3_column_int64(stmt->stmt, i);
}

const char *
db_column_text(struct db_stmt *stmt, int i)
{
	return (const char *)sqlite3_column_text(stmt->stmt, i);
}

const void *
db_column_blob(struct db_stmt *stmt, int i, size_t *ret_len)
{
	const void *data = sqlite3_column_blob(stmt->stmt, i);

	*ret_len = (size_t)sqlite3_column_bytes(stmt->stmt, i);
	return data == NULL ? "" : data;
}

bool
db_column_is_null(struct db_stmt *stmt, int i)
{
	return sqlite3_column_type(stmt->stmt, i) == SQLITE_NULL;
}

void
db_prefix_range(const char *prefix, uint8_t ret_low[32], uint8_t ret_high[32])
{
	memset(ret_low, 0, 32);
	memset(ret_high, 0xff, 32);
	for (unsigned i = 0; i < 256 && prefix[i] != '\0'; i++) {
		uint8_t bit = (uint8_t)(0x80u >> (i % 8));

		if (prefix[i] == '1')
			ret_low[i / 8] |= bit;
		else
			ret_high[i / 8] &= (uint8_t)~bit;
	}
}
