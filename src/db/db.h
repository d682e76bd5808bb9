/*
 * db: SQLite, opened the one way this program opens it: WAL, foreign keys,
 * busy timeout, trusted_schema off, defensive mode. The only user of sqlite3.
 *
 * Statements stand in tables (DB_STMT arrays in <room>_sql.h), prepared at
 * open; a room names them by enum. One struct db belongs to one thread.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/base.h"

struct db;
struct db_stmt;

enum db_mode {
	DB_MODE_READ,    /* read-only; the file must exist */
	DB_MODE_WRITE,   /* made when absent; synchronous=NORMAL */
	DB_MODE_PRECIOUS /* as WRITE with synchronous=FULL */
};

/* One numbered script of sql/, compiled in. */
struct db_migration {
	int version; /* PRAGMA user_version after it */
	const char *sql;
};

/*
 * Open path. Migrations above the file's user_version run in one
 * transaction each (not in DB_MODE_READ, where another version is ERR_DB).
 * Each script ends by setting user_version to its own number. The first one
 * is for a new file: an older one is ERR_DB (how a derived store says
 * "rebuild me").
 * A file that is not a database, is damaged (quick look at header and
 * length), is of another program or newer than the last migration is ERR_DB;
 * nothing is overwritten. An empty file is absent in DB_MODE_WRITE, else
 * ERR_DB. Absent in DB_MODE_READ: ERR_NOTFOUND. No n: any version.
 *
 * Errors of this and all functions below: ERR_SYS when the disk is full or
 * fails, ERR_DB when the file is damaged, ERR_BUSY when another process
 * holds it for too long, ERR_CONFLICT when a constraint is broken.
 */
struct db *db_open(const char *path, enum db_mode mode,
    const struct db_migration *migrations, size_t n,
    struct err *err) MUST_CHECK;
void db_close(struct db *db); /* NULL is legal; finalises statements */
/* Full `PRAGMA integrity_check` (slow): ERR_DB says what is wrong. */
int db_check(struct db *db, struct err *err) MUST_CHECK;

/* Run a script of sql/ (constant text only), inside a transaction or not:
 * for a room whose tables live in another room's database. */
int db_script(struct db *db, const char *sql, struct err *err) MUST_CHECK;

/* Prepare table sql[0..n); a typo fails here, with its text. */
int db_prepare(struct db *db, const char *const *sql, size_t n,
    struct err *err) MUST_CHECK;
/*
 * Statement i of the table given to the k-th db_prepare() of this handle
 * (k counts from 0): reset, bindings cleared, ready to bind.
 */
struct db_stmt *db_stmt(struct db *db, size_t table, size_t i);

/* Bind (1-based). Bytes must live until the statement is reset. */
void db_bind_int(struct db_stmt *stmt, int i, int64_t value);
void db_bind_text(struct db_stmt *stmt, int i, const char *text);
void db_bind_blob(struct db_stmt *stmt, int i, const void *data, size_t len);

/* 1 a row, 0 done (and reset), -1 error (and reset). */
int db_step(struct db_stmt *stmt, struct err *err) MUST_CHECK;
/* Step to the end, no rows wanted: 0 or -1. */
int db_exec(struct db_stmt *stmt, struct err *err) MUST_CHECK;
void db_reset(struct db_stmt *stmt);
/* Columns (0-based), valid until the next step or reset. */
int64_t db_column_int(struct db_stmt *stmt, int i);
const char *db_column_text(struct db_stmt *stmt, int i); /* or NULL */
const void *db_column_blob(struct db_stmt *stmt, int i, size_t *ret_len);
bool db_column_is_null(struct db_stmt *stmt, int i);

/* BEGIN IMMEDIATE (for reading: BEGIN), COMMIT, ROLLBACK. */
int db_begin(struct db *db, struct err *err) MUST_CHECK;
int db_begin_read(struct db *db, struct err *err) MUST_CHECK;
int db_commit(struct db *db, struct err *err) MUST_CHECK;
void db_rollback(struct db *db); /* no-op outside a transaction */
bool db_in_transaction(struct db *db);
/* Rows changed by the last statement; last row id. */
int64_t db_changes(struct db *db);
int64_t db_last_rowid(struct db *db);
/* PRAGMA data_version: changes when another connection wrote. */
int64_t db_data_version(struct db *db);
/* First and last 32-byte hash that start with these bits ("0110"; "" for
 * all), for a range scan. */
void db_prefix_range(const char *prefix, uint8_t ret_low[32],
    uint8_t ret_high[32]);
/* A consistent copy into a new file (VACUUM INTO), fsynced; mode 0600.
 * ERR_CONFLICT when the file exists. */
int db_copy(struct db *db, const char *path, struct err *err) MUST_CHECK;
/* How long to wait for another process that writes; 0: as usual. */
void db_patience(struct db *db, int ms);
/* Give the memory of pages back, for what is to come in this process. */
void db_rest(struct db *db);
/* Pages kept in memory: few, for whoever reads from one end to the other and
 * needs the memory for something else, or as many as when it was opened for
 * writing. Not for precious ones. */
void db_cache(struct db *db, bool is_small);
/* As db_commit(), but at once: moving a long log into the file, which can
 * take long, waits for db_log() or db_checkpoint(), due soon. */
int db_commit_early(struct db *db, struct err *err) MUST_CHECK;
void db_log(struct db *db);
/* Checkpoint the WAL (RESTART), best effort. */
void db_checkpoint(struct db *db);

#endif
