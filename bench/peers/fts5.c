/*
 * fts5: SQLite FTS5 with its own bm25(), the engine of gspd's first version.
 * Three of them from this file:
 *
 *   fts5         contentless, hash of 64 MB, one optimize at the end; facets
 *                are counted in C from rows of codes in memory, which is more
 *                than SQLite offers, for its sake
 *   fts5-prefix  (-DWITH_PREFIX) the same with indexes of prefixes of 3, 4
 *                and 5 letters
 *   fts5-sql     (-DWITH_SQL) on the index of fts5: facets by SQL, GROUP BY
 *                over a temporary table of the matches joined with the table
 *                of codes
 *
 * With filters, rows that do not pass are dropped before they are ranked
 * (pick() in WHERE; SQL computes bm25() for rows that are left only).
 */
#include "peer.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#ifdef WITH_SQL
const char *const peer_name = "fts5-sql";
#elif defined(WITH_PREFIX)
const char *const peer_name = "fts5-prefix";
#else
const char *const peer_name = "fts5";
#endif

struct peer {
	sqlite3 *db;
	sqlite3_stmt *ranked;   /* id and rank of matches */
	sqlite3_stmt *filtered; /* those that pick() keeps */
#ifdef WITH_SQL
	sqlite3_stmt *keep, *drop, *best, *total, *counts[PEER_FACETS];
#endif
	const struct peer_query *query;
};

static struct peer_rows rows;

static void
check(sqlite3 *db, int rc)
{
	if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW)
		peer_fail("%s", sqlite3_errmsg(db));
}

static void
run(sqlite3 *db, const char *sql)
{
	check(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;

	check(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL));
	return stmt;
}

static sqlite3 *
open_db(const char *index)
{
	char path[4096];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/fts5.db", index);
	check(NULL, sqlite3_open_v2(path, &db,
			SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
			    SQLITE_OPEN_NOMUTEX,
			NULL));
	run(db, "PRAGMA cache_size = -262144; PRAGMA temp_store = MEMORY;"
		"PRAGMA mmap_size = 8589934592;");
	return db;
}

static void
rows_path(char *to, size_t size, const char *index)
{
	snprintf(to, size, "%s/rows", index);
}

void
peer_build(const char *index)
{
	struct peer_record r;
	char path[4096];
	sqlite3_stmt *text, *row;
	sqlite3 *db;

	mkdir(index, 0777);
	db = open_db(index);
	run(db, "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF;"
		"PRAGMA synchronous = OFF;"
		"CREATE VIRTUAL TABLE t USING fts5(title, summary, "
		"description, content = '', "
#ifdef WITH_PREFIX
		"prefix = '3 4 5', "
#endif
		"tokenize = 'unicode61 remove_diacritics 2');"
		"INSERT INTO t(t, rank) VALUES ('hashsize', 67108864);"
		"CREATE TABLE r(id INTEGER PRIMARY KEY, f0 INT, f1 INT, "
		"f2 INT, f3 INT, f4 INT, f5 INT, f6 INT);"
		"BEGIN");
	text = prepare(db, "INSERT INTO t(rowid, title, summary, description) "
			   "VALUES (?, ?, ?, ?)");
	row = prepare(db, "INSERT INTO r VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	while (peer_next(&r)) {
		sqlite3_bind_int64(text, 1, r.id);
		for (int i = 0; i < PEER_FIELDS; i++)
			sqlite3_bind_text(text, i + 2, r.text[i], (int)r.len[i],
			    SQLITE_STATIC);
		check(db, sqlite3_step(text));
		sqlite3_reset(text);
		sqlite3_bind_int64(row, 1, r.id);
		for (int i = 0; i < PEER_FACETS; i++)
			sqlite3_bind_int(row, i + 2, r.codes[i]);
		check(db, sqlite3_step(row));
		sqlite3_reset(row);
		peer_rows_add(&rows, &r);
	}
	sqlite3_finalize(text);
	sqlite3_finalize(row);
	run(db, "INSERT INTO t(t) VALUES ('optimize'); COMMIT");
	sqlite3_close(db);
	rows_path(path, sizeof(path), index);
	peer_rows_write(&rows, path);
}

void
peer_start(const char *index)
{
	char path[4096];

	/* A lock for all threads otherwise, at each allocation. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	rows_path(path, sizeof(path), index);
	peer_rows_read(&rows, path);
}

void
peer_stop(void)
{
}

static void
pick(sqlite3_context *context, int n, sqlite3_value **values)
{
	struct peer *peer = sqlite3_user_data(context);

	(void)n;
	sqlite3_result_int(context,
	    peer_row_passes(peer->query,
		rows.codes[sqlite3_value_int64(values[0])]));
}

struct peer *
peer_open(const char *index)
{
	struct peer *p = peer_need(1, sizeof(*p));

	p->db = open_db(index);
	check(p->db,
	    sqlite3_create_function(p->db, "pick", 1,
		SQLITE_UTF8 | SQLITE_DETERMINISTIC, p, pick, NULL, NULL));
	p->ranked = prepare(p->db, "SELECT rowid, bm25(t, 10, 4, 1) FROM t "
				   "WHERE t MATCH ?");
	p->filtered = prepare(p->db, "SELECT rowid, bm25(t, 10, 4, 1) FROM t "
				     "WHERE t MATCH ? AND pick(rowid)");
#ifdef WITH_SQL
	run(p->db, "CREATE TEMP TABLE m(id INTEGER PRIMARY KEY, rank REAL, "
		   "f0 INT, f1 INT, f2 INT, f3 INT, f4 INT, f5 INT, f6 INT)");
	p->drop = prepare(p->db, "DELETE FROM m");
	p->best = prepare(p->db, "SELECT id FROM m ORDER BY rank LIMIT 20");
	p->total = prepare(p->db, "SELECT count(*) FROM m");
	for (int i = 0; i < PEER_FACETS; i++) {
		char sql[100];

		snprintf(sql, sizeof(sql),
		    "SELECT f%d, count(*) FROM m GROUP BY 1", i);
		p->counts[i] = prepare(p->db, sql);
	}
#endif
	return p;
}

void
peer_close(struct peer *p)
{
	sqlite3_finalize(p->ranked);
	sqlite3_finalize(p->filtered);
#ifdef WITH_SQL
	sqlite3_finalize(p->drop);
	sqlite3_finalize(p->best);
	sqlite3_finalize(p->total);
	for (int i = 0; i < PEER_FACETS; i++)
		sqlite3_finalize(p->counts[i]);
#endif
	sqlite3_close(p->db);
}

/* The query in FTS5's own language. */
static void
match_of(const struct peer_query *q, char *to, size_t size)
{
	const char *between = q->kind == PEER_ANY ? " OR " : " ";
	size_t len = 0;

	to[0] = '\0';
	for (unsigned i = 0; i < q->n_words; i++)
		len += (size_t)snprintf(to + len, size - len, "%s%s",
		    i == 0 ? q->kind == PEER_PHRASE ? "\"" : "" : between,
		    q->words[i]);
	if (q->kind == PEER_PHRASE || q->kind == PEER_PREFIX)
		snprintf(to + len, size - len, "%s",
		    q->kind == PEER_PHRASE ? "\"" : "*");
}

#ifdef WITH_SQL

/* The matches with their codes into the temporary table. */
static void
collect(struct peer *p, const struct peer_query *q, const char *match)
{
	char sql[1000];
	size_t len;
	sqlite3_stmt *stmt;

	len = (size_t)snprintf(sql, sizeof(sql),
	    q->kind == PEER_NONE
		? "INSERT INTO m SELECT id, 0, f0, f1, f2, f3, f4, f5, f6 "
		  "FROM r WHERE 1"
		: "INSERT INTO m SELECT t.rowid, bm25(t, 10, 4, 1), f0, f1, "
		  "f2, f3, f4, f5, f6 FROM t CROSS JOIN r ON r.id = t.rowid "
		  "WHERE t MATCH ?");
	for (unsigned i = 0; i < q->n_filters; i++)
		len += (size_t)snprintf(sql + len, sizeof(sql) - len,
		    " AND f%u = %u", q->filters[i].facet, q->filters[i].code);
	stmt = prepare(p->db, sql);
	if (q->kind != PEER_NONE)
		sqlite3_bind_text(stmt, 1, match, -1, SQLITE_STATIC);
	check(p->db, sqlite3_step(stmt));
	sqlite3_finalize(stmt);
}

void
peer_ask(struct peer *p, const struct peer_query *q, struct peer_answer *a)
{
	char match[400];

	match_of(q, match, sizeof(match));
	run(p->db, "BEGIN");
	check(p->db, sqlite3_step(p->drop));
	sqlite3_reset(p->drop);
	collect(p, q, match);
	check(p->db, sqlite3_step(p->total));
	a->total = (uint32_t)sqlite3_column_int64(p->total, 0);
	sqlite3_reset(p->total);
	while (sqlite3_step(p->best) == SQLITE_ROW)
		a->top[a->n_top++] = (uint32_t)sqlite3_column_int64(p->best, 0);
	sqlite3_reset(p->best);
	for (int i = 0; i < PEER_FACETS; i++) {
		while (sqlite3_step(p->counts[i]) == SQLITE_ROW)
			a->counts[i][sqlite3_column_int(p->counts[i], 0)] =
			    (uint32_t)sqlite3_column_int64(p->counts[i], 1);
		sqlite3_reset(p->counts[i]);
	}
	run(p->db, "COMMIT");
}

#else

/* No words: FTS5 has no part in it, the rows are walked. */
static void
browse(const struct peer_query *q, struct peer_answer *a)
{
	for (uint32_t id = 1; id <= rows.n; id++) {
		if (!peer_row_passes(q, rows.codes[id]))
			continue;
		if (a->n_top < PEER_TOP)
			a->top[a->n_top++] = id;
		peer_row_count(a, rows.codes[id]);
	}
}

void
peer_ask(struct peer *p, const struct peer_query *q, struct peer_answer *a)
{
	sqlite3_stmt *stmt = q->n_filters > 0 ? p->filtered : p->ranked;
	struct peer_best best = { .n = 0 };
	char match[400];
	int rc;

	if (q->kind == PEER_NONE) {
		browse(q, a);
		return;
	}
	match_of(q, match, sizeof(match));
	p->query = q;
	check(p->db, sqlite3_bind_text(stmt, 1, match, -1, SQLITE_STATIC));
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		uint32_t id = (uint32_t)sqlite3_column_int64(stmt, 0);

		peer_row_count(a, rows.codes[id]);
		peer_best_add(&best, -sqlite3_column_double(stmt, 1), id);
	}
	check(p->db, rc);
	sqlite3_reset(stmt);
	peer_best_take(&best, a);
}

#endif
