/*
 * Every statement of every <room>_sql.h: prepared against the real schema,
 * its plan looked at, and each schema reached from every older version of
 * it. A new table of statements only needs a row in `tables`; one that is
 * forgotten fails here.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "catalogue/catalogue.h"
#include "catalogue/catalogue_sql.h"
#include "db/db_sql.h"
#include "ledger/ledger.h"
#include "ledger/ledger_sql.h"

static const struct {
	const char *header;
	const char *file;
	const char *const *sql;
	size_t n;
} tables[] = {
	{ "catalogue/catalogue_sql.h", "catalogue.db", catalogue_sql,
	    CATALOGUE_SQL_COUNT },
	{ "db/db_sql.h", "ledger.db", db_sql, DB_SQL_COUNT },
	{ "ledger/ledger_sql.h", "ledger.db", ledger_sql, LEDGER_SQL_COUNT },
};

static char dir[64];
static struct err err;

static int
setup(void **state)
{
	struct catalogue *cat;
	struct ledger *ledger;

	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/gspd-sql-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	ledger = ledger_open(dir, true, &err);
	cat = catalogue_open(dir, CATALOGUE_WRITE, &err);
	if (ledger == NULL || cat == NULL)
		return -1;
	catalogue_close(cat);
	ledger_close(ledger);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	return file_remove_tree(dir, &err);
}

static sqlite3 *
open_file(const char *name)
{
	char path[128];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	return db;
}

static void
test_all_prepare(void **state)
{
	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
		sqlite3 *db = open_file(tables[t].file);

		for (size_t i = 0; i < tables[t].n; i++) {
			const char *tail;
			sqlite3_stmt *stmt;

			if (tables[t].sql[i] == NULL)
				fail_msg("%s: statement %zu is missing",
				    tables[t].header, i);
			if (sqlite3_prepare_v2(db, tables[t].sql[i], -1, &stmt,
				&tail) != SQLITE_OK)
				fail_msg("%s: %s: %s", tables[t].header,
				    tables[t].sql[i], sqlite3_errmsg(db));
			assert_non_null(stmt);
			assert_int_equal(*tail, '\0');
			sqlite3_finalize(stmt);
		}
		sqlite3_close(db);
	}
}

/* A table that is read from end to end; a virtual one reads by its index. */
static bool
is_scan(const char *detail)
{
	return strncmp(detail, "SCAN ", 5) == 0 &&
	       strstr(detail, "VIRTUAL TABLE INDEX") == NULL &&
	       strncmp(detail, "SCAN CONSTANT ROW", 17) != 0 &&
	       strncmp(detail, "SCAN (subquery", 14) != 0;
}

/* The first step of a plan that scans, or NULL; malloc'd. */
static char *
find_scan(sqlite3 *db, const char *sql)
{
	char *plan = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
	sqlite3_stmt *stmt;
	char *found = NULL;

	if (sqlite3_prepare_v2(db, plan, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", plan, sqlite3_errmsg(db));
	while (found == NULL && sqlite3_step(stmt) == SQLITE_ROW) {
		const char *detail = (const char *)sqlite3_column_text(stmt, 3);

		if (is_scan(detail))
			found = xstrdup(detail);
	}
	sqlite3_finalize(stmt);
	sqlite3_free(plan);
	return found;
}

static void
test_no_scans(void **state)
{
	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(tables); t++) {
		sqlite3 *db = open_file(tables[t].file);

		for (size_t i = 0; i < tables[t].n; i++) {
			const char *sql = tables[t].sql[i];
			bool is_allowed = strncmp(sql, "/* scan: ", 9) == 0;
			char *scan = find_scan(db, sql);

			if (scan != NULL && !is_allowed)
				fail_msg("%s: %s: %s", tables[t].header, sql,
				    scan);
			if (scan == NULL && is_allowed)
				fail_msg("%s: %s: does not scan any more",
				    tables[t].header, sql);
			free(scan);
		}
		sqlite3_close(db);
	}
}

static void
test_finds_a_scan(void **state)
{
	sqlite3 *db = open_file("ledger.db");
	char *scan;

	(void)state;
	scan = find_scan(db, "SELECT id FROM record WHERE id = ?1");
	assert_non_null(scan);
	free(scan);
	scan = find_scan(db, "SELECT hash FROM name WHERE len = ?1");
	assert_non_null(scan);
	free(scan);
	assert_null(find_scan(db, "SELECT len FROM name WHERE hash = ?1"));
	sqlite3_close(db);
}

static void
test_no_table_is_forgotten(void **state)
{
	const char *source = getenv("GSPD_SOURCE");
	char pattern[512];
	glob_t found;

	(void)state;
	if (source == NULL)
		skip();
	snprintf(pattern, sizeof(pattern), "%s/src/*/*_sql.h", source);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		size_t t, len = strlen(found.gl_pathv[i]);

		for (t = 0; t < ARRAY_LEN(tables); t++) {
			size_t tail = strlen(tables[t].header);

			if (len > tail && strcmp(found.gl_pathv[i] + len - tail,
					      tables[t].header) == 0)
				break;
		}
		if (t == ARRAY_LEN(tables))
			fail_msg("%s is not in this test: add a row",
			    found.gl_pathv[i]);
	}
	globfree(&found);
}

/* Every table and index with its text, in order. */
static void
schema_of(const char *path, struct strbuf *ret_schema)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;

	strbuf_init(ret_schema, 1 << 20);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
			     "SELECT name, coalesce(sql, '') FROM"
			     " sqlite_schema ORDER BY name",
			     -1, &stmt, NULL),
	    SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		strbuf_addf(ret_schema, "%s: %s\n",
		    (const char *)sqlite3_column_text(stmt, 0),
		    (const char *)sqlite3_column_text(stmt, 1));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

static bool
run_script(sqlite3 *db, const char *source, int version)
{
	struct strbuf sql;
	char path[512];

	snprintf(path, sizeof(path), "%s/sql/ledger-%d.sql", source, version);
	if (!file_exists(path))
		return false;
	assert_int_equal(file_read(path, 1 << 20, &sql, &err), 0);
	if (sqlite3_exec(db, sql.buf, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", path, sqlite3_errmsg(db));
	strbuf_release(&sql);
	return true;
}

/* A ledger of version v, for each v there is, becomes what a new one is. */
static void
test_ledger_migrations(void **state)
{
	const char *source = getenv("GSPD_SOURCE");
	char fresh[160], folder[128], path[160];
	struct strbuf want, got;
	int last = 0;

	(void)state;
	if (source == NULL)
		skip();
	snprintf(fresh, sizeof(fresh), "%s/ledger.db", dir);
	schema_of(fresh, &want);
	for (int version = 1;; version++) {
		struct ledger *ledger;
		bool there = true;
		sqlite3 *db;

		snprintf(folder, sizeof(folder), "%s/v%d", dir, version);
		snprintf(path, sizeof(path), "%s/ledger.db", folder);
		assert_int_equal(file_mkdirs(folder, 0700, &err), 0);
		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		for (int v = 1; v <= version && there; v++)
			there = run_script(db, source, v);
		sqlite3_close(db);
		if (!there)
			break;
		last = version;
		ledger = ledger_open(folder, false, &err);
		if (ledger == NULL)
			fail_msg("version %d: %s", version, err.text);
		assert_int_equal(ledger_check(ledger, &err), 0);
		ledger_close(ledger);
		schema_of(path, &got);
		assert_string_equal(got.buf, want.buf);
		strbuf_release(&got);
	}
	assert_true(last >= 1);
	strbuf_release(&want);
}

/* A derived store of another version is not migrated, and not touched. */
static void
test_catalogue_is_rebuilt(void **state)
{
	static const char *const versions[] = { "PRAGMA user_version = 0",
		"PRAGMA user_version = 999" };
	struct catalogue *cat;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		sqlite3 *db = open_file("catalogue.db");

		assert_int_equal(sqlite3_exec(db, versions[i], NULL, NULL,
				     NULL),
		    SQLITE_OK);
		sqlite3_close(db);
		for (enum catalogue_mode mode = CATALOGUE_READ;
		     mode <= CATALOGUE_WRITE; mode++) {
			cat = catalogue_open(dir, mode, &err);
			assert_null(cat);
			assert_int_equal(err.code, ERR_DB);
		}
	}
	assert_int_equal(catalogue_destroy(dir, &err), 0);
	cat = catalogue_open(dir, CATALOGUE_WRITE, &err);
	assert_non_null(cat);
	catalogue_close(cat);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_prepare),
		TEST(test_no_scans),
		TEST(test_finds_a_scan),
		TEST(test_no_table_is_forgotten),
		TEST(test_ledger_migrations),
		TEST(test_catalogue_is_rebuilt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
