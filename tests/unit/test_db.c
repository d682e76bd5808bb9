/*
 * db: opening, migrations, statements, transactions, and what a damaged
 * file or a full disk looks like.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "db/db.h"

#define VERSION(n) "PRAGMA user_version = " #n ";"

static const struct db_migration one[] = { { 1,
    "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, data "
    "BLOB);" VERSION(1) } };
static const struct db_migration two[] = {
	{ 1, "CREATE TABLE t (id INTEGER);" VERSION(1) },
	{ 2, "ALTER TABLE t ADD COLUMN note TEXT;" VERSION(2) }
};
static const struct db_migration derived[] = { { 2,
    "CREATE TABLE u (id INTEGER);" VERSION(2) } };

enum { T_PUT, T_GET, T_COUNT, T_SMALL, T_CACHE, T_N };
static const char *const table[] = {
	[T_PUT] = "INSERT INTO t (name, data) VALUES (?1, ?2)",
	[T_GET] = "SELECT id, name, data FROM t WHERE name = ?1",
	[T_COUNT] = "SELECT count(*) FROM t",
	[T_SMALL] = "PRAGMA max_page_count = 12",
	[T_CACHE] = "PRAGMA cache_size",
};

static char dir[64];
static char path[128];

static int
setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/gspd-db-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/x.db", dir);
	return 0;
}

static int
teardown(void **state)
{
	struct err err;

	(void)state;
	return file_remove_tree(dir, &err);
}

static struct db *
must_open(enum db_mode mode)
{
	struct err err = { 0 };
	struct db *db = db_open(path, mode, one, 1, &err);

	if (db == NULL)
		fail_msg("%s", err.text);
	if (db_prepare(db, table, T_N, &err) == -1)
		fail_msg("%s", err.text);
	return db;
}

static int64_t
count(struct db *db)
{
	struct db_stmt *stmt = db_stmt(db, 0, T_COUNT);
	struct err err;
	int64_t n;

	assert_int_equal(db_step(stmt, &err), 1);
	n = db_column_int(stmt, 0);
	db_reset(stmt);
	return n;
}

static int
put(struct db *db, const char *name, size_t len, struct err *err)
{
	struct db_stmt *stmt = db_stmt(db, 0, T_PUT);
	char *data = xcalloc(1, len + 1);
	int rc;

	db_bind_text(stmt, 1, name);
	db_bind_blob(stmt, 2, data, len);
	rc = db_exec(stmt, err);
	free(data);
	return rc;
}

static void
test_roundtrip(void **state)
{
	static const char hostile[] = "a'; DROP TABLE t; --";
	struct db *db = must_open(DB_MODE_WRITE);
	struct db_stmt *stmt;
	struct err err;
	size_t len;

	(void)state;
	stmt = db_stmt(db, 0, T_PUT);
	db_bind_text(stmt, 1, hostile);
	db_bind_blob(stmt, 2, "x\0y", 3);
	assert_int_equal(db_exec(stmt, &err), 0);
	assert_int_equal(db_last_rowid(db), 1);
	assert_int_equal(db_changes(db), 1);
	stmt = db_stmt(db, 0, T_GET);
	db_bind_text(stmt, 1, hostile);
	assert_int_equal(db_step(stmt, &err), 1);
	assert_int_equal(db_column_int(stmt, 0), 1);
	assert_string_equal(db_column_text(stmt, 1), hostile);
	assert_memory_equal(db_column_blob(stmt, 2, &len), "x\0y", 3);
	assert_int_equal(len, 3);
	assert_int_equal(db_step(stmt, &err), 0);
	/* A second of the same name breaks the constraint. */
	assert_int_equal(put(db, hostile, 0, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	/* No bytes are bytes, not NULL. */
	assert_int_equal(put(db, "b", 0, &err), 0);
	stmt = db_stmt(db, 0, T_GET);
	db_bind_text(stmt, 1, "b");
	assert_int_equal(db_step(stmt, &err), 1);
	assert_false(db_column_is_null(stmt, 2));
	db_reset(stmt);
	assert_int_equal(db_check(db, &err), 0);
	db_close(db);
}

static void
test_bad_statement(void **state)
{
	static const char *const bad[] = { "SELECT nothing FROM nowhere" };
	static const char *const dq[] = { "SELECT \"text\" FROM t" };
	static const char *const pair[] = { "SELECT 1; SELECT 2" };
	struct db *db = must_open(DB_MODE_WRITE);
	struct db_stmt *stmt;
	struct err err;

	(void)state;
	assert_int_equal(db_prepare(db, bad, 1, &err), -1);
	assert_int_equal(err.code, ERR_DB);
	assert_non_null(strstr(err.text, "nowhere"));
	assert_int_equal(db_prepare(db, dq, 1, &err), -1);
	assert_int_equal(db_prepare(db, pair, 1, &err), -1);
	/* A wrong binding is said by the step. */
	stmt = db_stmt(db, 0, T_COUNT);
	db_bind_int(stmt, 1, 5);
	assert_int_equal(db_step(stmt, &err), -1);
	assert_int_equal(count(db), 0);
	db_close(db);
}

static void
test_transactions(void **state)
{
	struct db *db = must_open(DB_MODE_PRECIOUS);
	struct db *reader = must_open(DB_MODE_READ);
	struct stat st;
	struct err err;
	int64_t version = db_data_version(reader);

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	assert_int_equal(db_begin(db, &err), 0);
	assert_true(db_in_transaction(db));
	assert_int_equal(put(db, "a", 10, &err), 0);
	/* The reader sees the old state, and is not kept waiting. */
	assert_int_equal(count(reader), 0);
	db_rollback(db);
	assert_int_equal(count(db), 0);
	assert_int_equal(db_begin(db, &err), 0);
	assert_int_equal(put(db, "a", 10, &err), 0);
	assert_int_equal(db_commit(db, &err), 0);
	assert_int_equal(count(reader), 1);
	assert_int_not_equal(db_data_version(reader), version);
	assert_int_equal(db_begin_read(reader, &err), 0);
	assert_int_equal(count(reader), 1);
	assert_int_equal(put(db, "b", 10, &err), 0);
	assert_int_equal(count(reader), 1);
	assert_int_equal(db_commit(reader, &err), 0);
	assert_int_equal(count(reader), 2);
	/* A reader can not write. */
	assert_int_equal(put(reader, "c", 10, &err), -1);
	db_close(reader);
	db_checkpoint(db);
	db_close(db);
}

static void
test_migrations(void **state)
{
	struct db *db;
	struct err err;

	(void)state;
	assert_null(db_open(path, DB_MODE_READ, two, 2, &err));
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_false(file_exists(path));
	db = db_open(path, DB_MODE_WRITE, two, 1, &err);
	assert_non_null(db);
	db_close(db);
	assert_null(db_open(path, DB_MODE_READ, two, 2, &err));
	assert_int_equal(err.code, ERR_DB);
	/* A derived store of an older version is not migrated. */
	assert_null(db_open(path, DB_MODE_WRITE, derived, 1, &err));
	assert_int_equal(err.code, ERR_DB);
	assert_non_null(strstr(err.text, "rebuild"));
	db = db_open(path, DB_MODE_WRITE, two, 2, &err);
	assert_non_null(db);
	db_close(db);
	assert_null(db_open(path, DB_MODE_WRITE, two, 1, &err));
	assert_int_equal(err.code, ERR_DB);
	assert_non_null(strstr(err.text, "newer"));
	db = db_open(path, DB_MODE_READ, two, 2, &err);
	assert_non_null(db);
	db_close(db);
}

static void
test_failed_migration(void **state)
{
	static const struct db_migration bad[] = {
		{ 1, "CREATE TABLE t (a);" VERSION(1) },
		{ 2, "CREATE TABLE v (a); CREATE TABLE t (b);" VERSION(2) }
	};
	static const struct db_migration none[] = { { 1,
	    "CREATE TABLE w (a);" } };
	struct db *db;
	struct err err;

	(void)state;
	assert_null(db_open(path, DB_MODE_WRITE, bad, 2, &err));
	assert_int_equal(err.code, ERR_DB);
	/* Version 1 stands; nothing of version 2 does. */
	db = db_open(path, DB_MODE_WRITE, bad, 1, &err);
	assert_non_null(db);
	assert_int_equal(db_script(db, "SELECT * FROM v", &err), -1);
	db_close(db);
	assert_int_equal(file_remove(path, &err), 0);
	assert_null(db_open(path, DB_MODE_WRITE, none, 1, &err));
	assert_non_null(strstr(err.text, "user_version"));
}

static void
write_file(const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

static void
assert_refused(const struct strbuf *bytes)
{
	struct strbuf now;
	struct err err = { 0 };

	write_file(bytes->buf, bytes->len);
	assert_null(db_open(path, DB_MODE_PRECIOUS, one, 1, &err));
	assert_int_equal(err.code, ERR_DB);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(file_read(path, 1 << 24, &now, &err), 0);
	assert_int_equal(now.len, bytes->len);
	assert_memory_equal(now.buf, bytes->buf, now.len);
	strbuf_release(&now);
}

static void
fill(struct strbuf *ret_whole)
{
	struct db *db = must_open(DB_MODE_PRECIOUS);
	struct err err;

	for (int i = 0; i < 20; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(put(db, name, 6000, &err), 0);
	}
	db_close(db);
	assert_int_equal(file_read(path, 1 << 24, ret_whole, &err), 0);
	assert_true(ret_whole->len > 100000);
}

static void
copy_of(struct strbuf *bad, const struct strbuf *whole, size_t len)
{
	strbuf_reset(bad);
	strbuf_add(bad, whole->buf, len);
}

static void
test_truncated(void **state)
{
	struct strbuf whole, bad;
	struct err err;

	(void)state;
	fill(&whole);
	strbuf_init(&bad, 1 << 24);
	for (size_t len = 1; len < whole.len; len += 9973) {
		copy_of(&bad, &whole, len);
		assert_refused(&bad);
	}
	write_file("", 0);
	assert_null(db_open(path, DB_MODE_PRECIOUS, one, 1, &err));
	assert_int_equal(err.code, ERR_DB);
	strbuf_release(&bad);
	strbuf_release(&whole);
}

static void
test_garbled(void **state)
{
	struct strbuf whole, bad;
	struct db *db;
	struct err err;

	(void)state;
	fill(&whole);
	strbuf_init(&bad, 1 << 24);
	copy_of(&bad, &whole, whole.len);
	bad.buf[3] ^= 0x55; /* the magic */
	assert_refused(&bad);
	copy_of(&bad, &whole, whole.len);
	memset(bad.buf + 100, 0xa5, 8092); /* the schema */
	assert_refused(&bad);
	strbuf_reset(&bad);
	for (int i = 0; i < 9000; i++)
		strbuf_addch(&bad, (char)(i * 7));
	assert_refused(&bad);
	/* In the middle: the first use and the full check find it. */
	copy_of(&bad, &whole, whole.len);
	memset(bad.buf + 8192, 0xa5, bad.len - 8192);
	write_file(bad.buf, bad.len);
	db = must_open(DB_MODE_READ);
	assert_int_equal(db_check(db, &err), -1);
	assert_int_equal(err.code, ERR_DB);
	assert_int_equal(db_step(db_stmt(db, 0, T_COUNT), &err), -1);
	assert_int_equal(err.code, ERR_DB);
	assert_non_null(strstr(err.text, "damaged"));
	db_close(db);
	strbuf_release(&bad);
	strbuf_release(&whole);
}

static void
test_other_program(void **state)
{
	struct db *db;
	struct err err;

	(void)state;
	db = db_open(path, DB_MODE_WRITE, NULL, 0, &err);
	assert_non_null(db);
	assert_int_equal(db_script(db, "CREATE TABLE theirs (x)", &err), 0);
	db_close(db);
	assert_null(db_open(path, DB_MODE_WRITE, one, 1, &err));
	assert_int_equal(err.code, ERR_DB);
	assert_non_null(strstr(err.text, "another program"));
	assert_null(db_open(dir, DB_MODE_WRITE, one, 1, &err));
	assert_int_equal(err.code, ERR_SYS);
}

static void
test_full(void **state)
{
	struct db *db = must_open(DB_MODE_WRITE);
	struct db_stmt *stmt = db_stmt(db, 0, T_SMALL);
	struct err err = { 0 };
	int rc = 0;

	(void)state;
	assert_int_equal(db_exec(stmt, &err), 0);
	assert_int_equal(db_begin(db, &err), 0);
	assert_int_equal(put(db, "first", 10, &err), 0);
	for (int i = 0; i < 100 && rc == 0; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%d", i);
		rc = put(db, name, 6000, &err);
	}
	assert_int_equal(rc, -1);
	assert_int_equal(err.code, ERR_SYS);
	assert_non_null(strstr(err.text, "no space left on disk for"));
	assert_non_null(strstr(err.text, path));
	db_rollback(db);
	assert_int_equal(count(db), 0);
	assert_int_equal(db_check(db, &err), 0);
	db_close(db);
}

static void
test_copy(void **state)
{
	struct db *db = must_open(DB_MODE_PRECIOUS);
	char to[160];
	struct stat st;
	struct err err;

	(void)state;
	assert_int_equal(put(db, "a", 100, &err), 0);
	snprintf(to, sizeof(to), "%s/copy.db", dir);
	assert_int_equal(db_copy(db, to, &err), 0);
	assert_int_equal(db_copy(db, to, &err), -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	db_close(db);
	assert_int_equal(stat(to, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	db = db_open(to, DB_MODE_PRECIOUS, one, 1, &err);
	assert_non_null(db);
	assert_int_equal(db_prepare(db, table, T_N, &err), 0);
	assert_int_equal(count(db), 1);
	db_close(db);
}

static off_t
size_of(const char *file)
{
	struct stat st;

	return stat(file, &st) == 0 ? st.st_size : -1;
}

static int64_t
cache_of(struct db *db)
{
	struct db_stmt *stmt = db_stmt(db, 0, T_CACHE);
	struct err err;
	int64_t size;

	assert_int_equal(db_step(stmt, &err), 1);
	size = db_column_int(stmt, 0);
	db_reset(stmt);
	return size;
}

/* Each of many readers has a small cache; the one writer a large one. */
static void
test_cache(void **state)
{
	struct db *db = must_open(DB_MODE_WRITE);
	struct db *reader = must_open(DB_MODE_READ);

	(void)state;
	assert_int_equal(cache_of(db), -65536);
	assert_int_equal(cache_of(reader), -8192);
	db_cache(db, true);
	db_cache(reader, false);
	assert_int_equal(cache_of(db), -8192);
	assert_int_equal(cache_of(reader), -8192);
	db_cache(db, false);
	assert_int_equal(cache_of(db), -65536);
	db_close(reader);
	db_close(db);
}

/* A large commit leaves the file as it was until somebody has time. */
static void
test_early_commit(void **state)
{
	struct db *db = must_open(DB_MODE_WRITE);
	struct err err;
	off_t before;
	char name[20];

	(void)state;
	assert_int_equal(put(db, "first", 100, &err), 0);
	db_checkpoint(db);
	before = size_of(path);
	assert_true(before > 0);
	assert_int_equal(db_begin(db, &err), 0);
	for (int i = 0; i < 45; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(put(db, name, 1 << 20, &err), 0);
		/* Less memory in the middle of it changes nothing. */
		if (i == 20)
			db_cache(db, true);
	}
	db_cache(db, false);
	assert_int_equal(db_commit_early(db, &err), 0);
	assert_int_equal(size_of(path), before);
	assert_int_equal(count(db), 46);
	db_log(db);
	assert_true(size_of(path) > before + (44 << 20));
	db_rest(db);
	assert_int_equal(count(db), 46);
	/* A small one is left in the log, and nothing is lost. */
	before = size_of(path);
	assert_int_equal(db_begin(db, &err), 0);
	assert_int_equal(put(db, "last", 100000, &err), 0);
	assert_int_equal(db_commit_early(db, &err), 0);
	db_log(db);
	assert_int_equal(size_of(path), before);
	db_close(db);
	db = must_open(DB_MODE_WRITE);
	assert_int_equal(count(db), 47);
	db_close(db);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_roundtrip),
		TEST(test_bad_statement),
		TEST(test_transactions),
		TEST(test_migrations),
		TEST(test_failed_migration),
		TEST(test_truncated),
		TEST(test_garbled),
		TEST(test_other_program),
		TEST(test_full),
		TEST(test_copy),
		TEST(test_cache),
		TEST(test_early_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
