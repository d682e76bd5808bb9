/*
 * postgres: PostgreSQL's own full text search. A cluster of its own in the
 * index folder, a unix socket only, as user postgres when this runs as root;
 * the server is a child and ends with this program.
 *
 * Fast as documented: words as tsvector with the weights A, B, D, kept in the
 * row and not compressed; one GIN index over words and an array of codes, so
 * that filters are met in the index; one statement a query that ranks the
 * matches (ts_rank: PostgreSQL has no BM25) and counts all facets in one pass
 * by GROUPING SETS. Nothing is logged or synced, memory is plenty, no JIT. One
 * thread is one process: no parallel workers inside a query.
 */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef PG_BIN
#define PG_BIN "/usr/lib/postgresql/15/bin"
#endif

const char *const peer_name = "postgresql";

#define BACKENDS_MAX 16

struct peer {
	PGconn *conn;
};

static pid_t server;
static int backends[BACKENDS_MAX];
static unsigned n_backends;

/* In the child: become postgres when root, and run a program. */
static void
run_as_postgres(const char *log, char *const *argv)
{
	struct passwd *user = getpwnam("postgres");
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);

	if (fd != -1) {
		dup2(fd, 1);
		dup2(fd, 2);
	}
	fd = open("/dev/null", O_RDONLY);
	if (fd != -1)
		dup2(fd, 0);
	if (geteuid() == 0 &&
	    (user == NULL || initgroups("postgres", user->pw_gid) != 0 ||
		setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGINT);
	if (chdir("/") == 0)
		execv(argv[0], argv);
	_exit(127);
}

static void
make_cluster(const char *index)
{
	char data[4096], log[4096];
	char *const argv[] = { PG_BIN "/initdb", "-D", data, "-A", "trust",
		"-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync",
		NULL };
	struct passwd *user = getpwnam("postgres");
	pid_t child;
	int status;

	mkdir(index, 0755);
	if (geteuid() == 0 &&
	    (user == NULL || chown(index, user->pw_uid, user->pw_gid) != 0))
		peer_fail("%s: no user postgres", index);
	snprintf(data, sizeof(data), "%s/data", index);
	snprintf(log, sizeof(log), "%s.log", index);
	child = fork();
	if (child == 0)
		run_as_postgres(log, argv);
	if (waitpid(child, &status, 0) != child || status != 0)
		peer_fail("initdb failed, see %s", log);
}

static PGconn *
connect_to(const char *index)
{
	const char *const keys[] = { "host", "user", "dbname", NULL };
	const char *const values[] = { index, "postgres", "postgres", NULL };

	return PQconnectdbParams(keys, values, 0);
}

static void
start_server(const char *index)
{
	char data[4096], log[4096], buffers[100];
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	long mb = pages / 1024 * page / 1024 / 4;
	char *const argv[] = { PG_BIN "/postgres", "-D", data, "-k",
		(char *)(uintptr_t)index, "-c", "listen_addresses=", "-c",
		buffers, "-c", "fsync=off", "-c", "full_page_writes=off", "-c",
		"wal_level=minimal", "-c", "max_wal_senders=0", "-c",
		"max_wal_size=16GB", "-c", "synchronous_commit=off", "-c",
		"autovacuum=off", "-c", "work_mem=256MB", "-c",
		"maintenance_work_mem=1GB", "-c", "jit=off", "-c",
		"max_parallel_workers_per_gather=0", "-c",
		"max_parallel_maintenance_workers=0", "-c",
		"random_page_cost=1.1", "-c", "effective_cache_size=8GB", "-c",
		"plan_cache_mode=force_custom_plan", NULL };
	PGconn *conn;

	snprintf(data, sizeof(data), "%s/data", index);
	snprintf(log, sizeof(log), "%s.log", index);
	snprintf(buffers, sizeof(buffers), "shared_buffers=%ldMB",
	    mb > 4096 ? 4096 : mb);
	server = fork();
	if (server == 0)
		run_as_postgres(log, argv);
	for (int i = 0; i < 300; i++) {
		struct timespec pause = { 0, 100000000 };

		nanosleep(&pause, NULL);
		if (waitpid(server, NULL, WNOHANG) == server)
			break;
		conn = connect_to(index);
		if (PQstatus(conn) == CONNECTION_OK) {
			PQfinish(conn);
			return;
		}
		PQfinish(conn);
	}
	peer_fail("the server did not start, see %s", log);
}

static void
stop_server(void)
{
	kill(server, SIGINT);
	waitpid(server, NULL, 0);
}

static void
run(PGconn *conn, const char *sql)
{
	PGresult *result = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
	    status != PGRES_COPY_IN)
		peer_fail("%.100s: %s", sql, PQerrorMessage(conn));
	PQclear(result);
}

static void
copy(PGconn *conn)
{
	struct peer_record r;
	char *row = NULL;

	run(conn, "COPY s FROM STDIN");
	while (peer_next(&r)) {
		int len = asprintf(&row,
		    "%u\t%s\t%s\t%s\t%u\t%u\t%u\t%u\t%u\t%u\t%u\n", r.id,
		    r.text[0], r.text[1], r.text[2], r.codes[0], r.codes[1],
		    r.codes[2], r.codes[3], r.codes[4], r.codes[5], r.codes[6]);

		if (len == -1 || PQputCopyData(conn, row, len) != 1)
			peer_fail("%s", PQerrorMessage(conn));
		free(row);
	}
	if (PQputCopyEnd(conn, NULL) != 1)
		peer_fail("%s", PQerrorMessage(conn));
	for (PGresult *result; (result = PQgetResult(conn)) != NULL;) {
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			peer_fail("%s", PQerrorMessage(conn));
		PQclear(result);
	}
}

void
peer_build(const char *index)
{
	PGconn *conn;
	PGresult *result;

	make_cluster(index);
	start_server(index);
	conn = connect_to(index);
	run(conn, "CREATE UNLOGGED TABLE s(id int, title text, summary text, "
		  "description text, c0 int2, c1 int2, c2 int2, c3 int2, "
		  "c4 int2, c5 int2, c6 int2)");
	copy(conn);
	run(conn, "CREATE UNLOGGED TABLE d(id int, c0 int2, c1 int2, c2 int2, "
		  "c3 int2, c4 int2, c5 int2, c6 int2, codes int2[], "
		  "words tsvector) WITH (toast_tuple_target = 8160)");
	run(conn, "ALTER TABLE d ALTER COLUMN words SET STORAGE MAIN");
	/* A word between the fields, taken out again, leaves a gap that no
	 * phrase reaches across. */
	run(conn,
	    "INSERT INTO d SELECT id, c0, c1, c2, c3, c4, c5, c6, "
	    "ARRAY[c0, 100 + c1, 200 + c2, 300 + c3, 400 + c4, 500 + c5, "
	    "600 + c6]::int2[], ts_delete(setweight(to_tsvector('simple', "
	    "title), 'A') || 'zzz:1'::tsvector || setweight(to_tsvector("
	    "'simple', summary), 'B') || 'zzz:1'::tsvector || "
	    "to_tsvector('simple', description), 'zzz') FROM s ORDER BY id");
	run(conn, "DROP TABLE s");
	run(conn, "CREATE INDEX ON d USING gin(words, codes) "
		  "WITH (fastupdate = off)");
	run(conn, "VACUUM (ANALYZE, FREEZE) d");
	run(conn, "CHECKPOINT");
	result = PQexec(conn, "SELECT pg_total_relation_size('d')");
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		peer_bytes = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	PQfinish(conn);
	stop_server();
}

/* ---- queries ---- */

/* Processor time of the processes that answer. */
static double
backend_cpu(void)
{
	double ticks = 0;
	char path[64], text[1000], *at;
	unsigned long user, kernel;

	for (unsigned i = 0; i < n_backends; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/stat", backends[i]);
		f = fopen(path, "r");
		if (f == NULL)
			continue;
		if (fgets(text, sizeof(text), f) != NULL &&
		    (at = strrchr(text, ')')) != NULL &&
		    sscanf(at + 1,
			" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u "
			"%*u %lu %lu",
			&user, &kernel) == 2)
			ticks += (double)(user + kernel);
		fclose(f);
	}
	return ticks / (double)sysconf(_SC_CLK_TCK);
}

void
peer_start(const char *index)
{
	start_server(index);
	peer_more_cpu = backend_cpu;
}

void
peer_stop(void)
{
	stop_server();
}

struct peer *
peer_open(const char *index)
{
	struct peer *p = peer_need(1, sizeof(*p));

	p->conn = connect_to(index);
	if (PQstatus(p->conn) != CONNECTION_OK)
		peer_fail("%s", PQerrorMessage(p->conn));
	if (n_backends < BACKENDS_MAX)
		backends[n_backends++] = PQbackendPID(p->conn);
	return p;
}

void
peer_close(struct peer *p)
{
	PQfinish(p->conn);
	free(p);
}

static void
words_of(const struct peer_query *q, char *to, size_t size)
{
	const char *between = q->kind == PEER_ANY      ? " | "
			      : q->kind == PEER_PHRASE ? " <-> "
						       : " & ";
	size_t len = 0;

	to[0] = '\0';
	for (unsigned i = 0; i < q->n_words; i++)
		len += (size_t)snprintf(to + len, size - len, "%s%s%s",
		    i > 0 ? between : "", q->words[i],
		    q->kind == PEER_PREFIX ? ":*" : "");
}

static void
sql_of(const struct peer_query *q, char *to, size_t size)
{
	size_t len;
	char words[400];

	words_of(q, words, sizeof(words));
	len = (size_t)snprintf(to, size,
	    "WITH m AS MATERIALIZED (SELECT id, c0, c1, c2, c3, c4, c5, c6, ");
	len += (size_t)snprintf(to + len, size - len,
	    q->kind == PEER_NONE ? "0 AS r FROM d WHERE true"
				 : "ts_rank('{0.1, 0.1, 0.4, 1}', words, "
				   "to_tsquery('simple', '%s')) AS r FROM d "
				   "WHERE words @@ to_tsquery('simple', '%s')",
	    words, words);
	for (unsigned i = 0; i < q->n_filters; i++)
		len += (size_t)snprintf(to + len, size - len, "%s%u",
		    i == 0 ? " AND codes @> ARRAY[" : ", ",
		    q->filters[i].facet * 100 + q->filters[i].code);
	snprintf(to + len, size - len,
	    "%s) SELECT grouping(c0, c1, c2, c3, c4, c5, c6), "
	    "coalesce(c0, c1, c2, c3, c4, c5, c6), count(*) FROM m GROUP BY "
	    "GROUPING SETS ((c0), (c1), (c2), (c3), (c4), (c5), (c6), ()) "
	    "UNION ALL SELECT -1, id, 0 FROM (SELECT id FROM m %s LIMIT 20) x",
	    q->n_filters > 0 ? "]::int2[]" : "",
	    q->kind == PEER_NONE ? "" : "ORDER BY r DESC");
}

/* grouping() has a bit for each column that is not in the group. */
static void
take_row(struct peer_answer *a, long group, unsigned long value,
    unsigned long count)
{
	if (group == -1) {
		a->top[a->n_top++] = (uint32_t)value;
	} else if (group == 127) {
		a->total = (uint32_t)count;
	} else {
		for (unsigned f = 0; f < PEER_FACETS; f++) {
			if ((group & 64 >> f) == 0 && value < PEER_VALUES)
				a->counts[f][value] = (uint32_t)count;
		}
	}
}

void
peer_ask(struct peer *p, const struct peer_query *q, struct peer_answer *a)
{
	char sql[3000];
	PGresult *result;

	sql_of(q, sql, sizeof(sql));
	result = PQexec(p->conn, sql);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		peer_fail("%s: %s", sql, PQerrorMessage(p->conn));
	for (int i = 0; i < PQntuples(result); i++)
		take_row(a, strtol(PQgetvalue(result, i, 0), NULL, 10),
		    strtoul(PQgetvalue(result, i, 1), NULL, 10),
		    strtoul(PQgetvalue(result, i, 2), NULL, 10));
	PQclear(result);
}
