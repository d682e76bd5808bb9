/* db: what its .c files share. Not a door. */
#ifndef DB_DB_PRIV_H
#define DB_DB_PRIV_H

#include <sqlite3.h>

#include "db/db.h"

#define DB_TABLES_MAX 8

struct db_stmt {
	struct db *db;
	sqlite3_stmt *stmt;
	int bad; /* first binding that failed: reported by db_step() */
};

struct db_table {
	struct db_stmt *stmts;
	size_t n;
};

struct db {
	sqlite3 *handle;
	char *path;
	enum db_mode mode;
	struct db_table own; /* db_sql.h */
	struct db_table tables[DB_TABLES_MAX];
	size_t n_tables;
	int log_pages; /* of the log, behind db_commit_early() */
};

/* Fill err from what SQLite says; returns -1. `what` may be NULL. */
int db_fail(struct db *db, int rc, const char *what, struct err *err);

/* Prepare one table; undone when a statement fails. */
int db_table_prepare(struct db *db, struct db_table *table,
    const char *const *sql, size_t n, struct err *err) MUST_CHECK;
void db_table_release(struct db_table *table);
struct db_stmt *db_table_stmt(struct db_table *table, size_t i);

/* First column of the first row of a statement that is not kept. */
int db_one_int(struct db *db, const char *sql, int64_t *ret_value,
    struct err *err) MUST_CHECK;

/* Look at the bytes before SQLite may write: ERR_DB when they can not be a
 * whole database. */
int db_look(const char *path, enum db_mode mode, struct err *err) MUST_CHECK;

#endif
