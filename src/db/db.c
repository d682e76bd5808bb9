/*
 * db: opening a database the one way this program does, its migrations and
 * transactions. stmt.c has the statements, fail.c the words for trouble.
 * Sections "Two stores" and "Processes" of the architecture.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/db_priv.h"
#include "db/db_sql.h"

/* A writer of the other process holds the lock for one commit; a first pull
 * of a big peer may take some seconds. */
#define BUSY_MS 15000
/* As in DB_SQL_SETUP_WRITE. */
#define LOG_PAGES 4000

int
db_script(struct db *db, const char *sql, struct err *err)
{
	int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : db_fail(db, rc, NULL, err);
}

int
db_one_int(struct db *db, const char *sql, int64_t *ret_value, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc;

	rc = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*ret_value = sqlite3_column_int64(stmt, 0);
	else
		db_fail(db, rc, NULL, err);
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW ? 0 : -1;
}

static int
migrate_one(struct db *db, const struct db_migration *migration,
    struct err *err)
{
	int64_t version, tables;

	if (db_begin(db, err) == -1)
		return -1;
	/* Another process may have been faster. */
	if (db_one_int(db, DB_SQL_VERSION, &version, err) == -1)
		goto fail;
	if (version >= migration->version) {
		db_rollback(db);
		return 0;
	}
	if (version == 0 && db_one_int(db, DB_SQL_TABLES, &tables, err) == -1)
		goto fail;
	if (version == 0 && tables > 0) {
		err_set(err, ERR_DB,
		    "%s is a database of another program: move it away",
		    db->path);
		goto fail;
	}
	if (db_script(db, migration->sql, err) == -1 ||
	    db_one_int(db, DB_SQL_VERSION, &version, err) == -1) {
		err_prefix(err, "migration to version %d", migration->version);
		goto fail;
	}
	if (version != migration->version) {
		err_set(err, ERR_DB,
		    "%s: the script of version %d sets user_version %lld",
		    db->path, migration->version, (long long)version);
		goto fail;
	}
	return db_commit(db, err);
fail:
	db_rollback(db);
	return -1;
}

/* Is the file's version one that the migrations can work with? */
static int
check_version(struct db *db, const struct db_migration *migrations, size_t n,
    int64_t version, struct err *err)
{
	int64_t first = n == 0 ? 0 : migrations[0].version;
	int64_t last = n == 0 ? 0 : migrations[n - 1].version;

	if (n == 0)
		return 0;
	if (version > last)
		return err_set(err, ERR_DB,
		    "%s has version %lld, newer than this program's %lld: "
		    "use a newer gspd",
		    db->path, (long long)version, (long long)last);
	if (version < first && version != 0)
		return err_set(err, ERR_DB,
		    "%s has version %lld, this program needs %lld: rebuild it",
		    db->path, (long long)version, (long long)last);
	if (db->mode == DB_MODE_READ && version != last)
		return err_set(err, ERR_DB,
		    "%s has version %lld, this program needs %lld: open it "
		    "for writing or rebuild it",
		    db->path, (long long)version, (long long)last);
	return 0;
}

static int
migrate(struct db *db, const struct db_migration *migrations, size_t n,
    struct err *err)
{
	int64_t version;

	if (db_one_int(db, DB_SQL_VERSION, &version, err) == -1 ||
	    check_version(db, migrations, n, version, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (migrations[i].version > version &&
		    migrate_one(db, &migrations[i], err) == -1)
			return -1;
	}
	return 0;
}

static int
open_handle(struct db *db, struct err *err)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int rc, fd;

	flags |= db->mode == DB_MODE_READ
		     ? SQLITE_OPEN_READONLY
		     : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	/* The log and its index take the mode of the file. */
	if (db->mode == DB_MODE_PRECIOUS) {
		fd = open(db->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd == -1)
			return err_sys(err, "cannot open %s", db->path);
		close(fd);
	}
	rc = sqlite3_open_v2(db->path, &db->handle, flags, NULL);
	if (rc != SQLITE_OK)
		return db_fail(db, rc, NULL, err);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_limit(db->handle, SQLITE_LIMIT_ATTACHED, 1);
	return 0;
}

static int
setup(struct db *db, struct err *err)
{
	int64_t tables;

	/* The first read of all: a damaged schema shows here, before
	 * anything could be written. */
	if (db_one_int(db, DB_SQL_TABLES, &tables, err) == -1)
		return -1;
	if (tables == 0 && db->mode != DB_MODE_READ &&
	    db_script(db, DB_SQL_NEW, err) == -1)
		return -1;
	if (db_script(db, DB_SQL_SETUP, err) == -1)
		return -1;
	if (db->mode == DB_MODE_READ)
		return db_script(db, DB_SQL_SETUP_READ, err);
	if (db_script(db, DB_SQL_SETUP_WRITE, err) == -1)
		return -1;
	if (db->mode == DB_MODE_PRECIOUS)
		return db_script(db, DB_SQL_SETUP_PRECIOUS, err);
	return 0;
}

struct db *
db_open(const char *path, enum db_mode mode,
    const struct db_migration *migrations, size_t n, struct err *err)
{
	struct db *db;

	if (db_look(path, mode, err) == -1)
		return NULL;
	db = xcalloc(1, sizeof(*db));
	db->path = xstrdup(path);
	db->mode = mode;
	if (open_handle(db, err) == -1 || setup(db, err) == -1 ||
	    db_table_prepare(db, &db->own, db_sql, DB_SQL_COUNT, err) == -1 ||
	    migrate(db, migrations, n, err) == -1) {
		db_close(db);
		return NULL;
	}
	return db;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	db_rollback(db);
	for (size_t i = 0; i < db->n_tables; i++)
		db_table_release(&db->tables[i]);
	db_table_release(&db->own);
	sqlite3_close(db->handle);
	free(db->path);
	free(db);
}

int
db_check(struct db *db, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *text;
	int rc;

	rc = sqlite3_prepare_v2(db->handle, DB_SQL_CHECK, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc != SQLITE_ROW) {
		sqlite3_finalize(stmt);
		return db_fail(db, rc, NULL, err);
	}
	text = (const char *)sqlite3_column_text(stmt, 0);
	if (text == NULL || strcmp(text, "ok") != 0) {
		err_set(err, ERR_DB, "%s is damaged: %.200s", db->path,
		    text == NULL ? "no answer" : text);
		sqlite3_finalize(stmt);
		return -1;
	}
	sqlite3_finalize(stmt);
	rc = sqlite3_prepare_v2(db->handle, DB_SQL_CHECK_KEYS, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		err_set(err, ERR_DB,
		    "%s: a row of table %s has lost its parent", db->path,
		    (const char *)sqlite3_column_text(stmt, 0));
	else if (rc != SQLITE_DONE)
		db_fail(db, rc, NULL, err);
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? 0 : -1;
}

int
db_prepare(struct db *db, const char *const *sql, size_t n, struct err *err)
{
	if (db->n_tables == DB_TABLES_MAX)
		abort();
	if (db_table_prepare(db, &db->tables[db->n_tables], sql, n, err) == -1)
		return -1;
	db->n_tables++;
	return 0;
}

struct db_stmt *
db_stmt(struct db *db, size_t table, size_t i)
{
	if (table >= db->n_tables)
		abort();
	return db_table_stmt(&db->tables[table], i);
}

int
db_begin(struct db *db, struct err *err)
{
	return db_exec(db_table_stmt(&db->own, DB_SQL_BEGIN), err);
}

int
db_begin_read(struct db *db, struct err *err)
{
	return db_exec(db_table_stmt(&db->own, DB_SQL_BEGIN_READ), err);
}

int
db_commit(struct db *db, struct err *err)
{
	if (db_exec(db_table_stmt(&db->own, DB_SQL_COMMIT), err) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

static int
on_log(void *ctx, sqlite3 *handle, const char *name, int pages)
{
	struct db *db = ctx;

	(void)handle;
	(void)name;
	db->log_pages = pages;
	return SQLITE_OK;
}

int
db_commit_early(struct db *db, struct err *err)
{
	int rc;

	db->log_pages = 0;
	(void)sqlite3_wal_hook(db->handle, on_log, db);
	rc = db_commit(db, err);
	(void)sqlite3_wal_autocheckpoint(db->handle, LOG_PAGES);
	return rc;
}

void
db_log(struct db *db)
{
	/* Readers that are in its way leave it for the next time. */
	if (db->log_pages >= LOG_PAGES)
		(void)sqlite3_wal_checkpoint_v2(db->handle, NULL,
		    SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	db->log_pages = 0;
}

void
db_rollback(struct db *db)
{
	struct err err;

	if (!db_in_transaction(db))
		return;
	/* A statement that still walks would keep the read lock. */
	for (size_t k = 0; k < db->n_tables; k++) {
		for (size_t i = 0; i < db->tables[k].n; i++)
			sqlite3_reset(db->tables[k].stmts[i].stmt);
	}
	if (db_exec(db_table_stmt(&db->own, DB_SQL_ROLLBACK), &err) == -1)
		return; /* closing the handle rolls back as well */
}

bool
db_in_transaction(struct db *db)
{
	return db->handle != NULL && !sqlite3_get_autocommit(db->handle);
}

int64_t
db_changes(struct db *db)
{
	return sqlite3_changes64(db->handle);
}

int64_t
db_last_rowid(struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

int64_t
db_data_version(struct db *db)
{
	struct db_stmt *stmt = db_table_stmt(&db->own, DB_SQL_DATA_VERSION);
	int64_t version = -1;
	struct err err;

	if (db_step(stmt, &err) == 1)
		version = db_column_int(stmt, 0);
	db_reset(stmt);
	return version;
}

void
db_rest(struct db *db)
{
	/* What is to be written goes to the log now instead of at commit. */
	(void)sqlite3_db_cacheflush(db->handle);
	(void)sqlite3_db_release_memory(db->handle);
#ifdef __GLIBC__
	/* Pages lie between things that stay: by itself it keeps them. */
	(void)malloc_trim(0);
#endif
}

void
db_cache(struct db *db, bool is_small)
{
	const char *sql = is_small ? DB_SQL_CACHE_SMALL : DB_SQL_CACHE_LARGE;
	struct err err;

	if (db->mode != DB_MODE_WRITE)
		return;
	/* A cache of another size than wished harms nobody. */
	(void)!db_script(db, sql, &err);
	if (is_small)
		db_rest(db);
}

void
db_patience(struct db *db, int ms)
{
	sqlite3_busy_timeout(db->handle, ms > 0 ? ms : BUSY_MS);
}

void
db_checkpoint(struct db *db)
{
	struct err err;

	if (db->mode == DB_MODE_READ)
		return;
	/* Readers that stay too long just leave it for the next time. */
	sqlite3_busy_timeout(db->handle, 500);
	if (db_exec(db_table_stmt(&db->own, DB_SQL_CHECKPOINT), &err) == -1)
		db_reset(db_table_stmt(&db->own, DB_SQL_CHECKPOINT));
	sqlite3_busy_timeout(db->handle, BUSY_MS);
}
