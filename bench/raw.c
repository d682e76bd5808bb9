/*
 * raw: the raw limits that gspd's own figures stand beside, doing with the
 * same bytes and the same libraries the least that could be called the job.
 *
 *   raw import FILE DB     read lines, parse each by jansson, INSERT its bytes
 *   raw publish FOLDER     gunzip pages, then (timed) SHA-256 and gzip them
 *   raw pull FOLDER DB     gunzip, SHA-256, SAX, INSERT one row per entry
 *
 * FOLDER holds *.xml.gz. Prints one JSON object: seconds of the wall clock
 * and of the processor for the timed part, items and bytes.
 */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <zlib.h>

#define PAGE_MAX   (4u << 20)
#define GZIP_LEVEL 6

struct stopwatch {
	double wall;
	double cpu;
};

struct count {
	long items;
	long long bytes;
};

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "raw: %s: %s\n", what, why);
	exit(1);
}

static void *
need(void *memory)
{
	if (memory == NULL)
		die("memory", "gone");
	return memory;
}

static struct stopwatch
look(void)
{
	struct stopwatch now;
	struct timespec ts;
	struct rusage usage;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	getrusage(RUSAGE_SELF, &usage);
	now.wall = (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
	now.cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) /
		      1e6;
	return now;
}

static void
report(struct stopwatch from, struct count count)
{
	struct stopwatch to = look();

	printf("{\"wall\": %.6f, \"cpu\": %.6f, \"items\": %ld, "
	       "\"bytes\": %lld}\n",
	    to.wall - from.wall, to.cpu - from.cpu, count.items, count.bytes);
}

/* ---- the database: as gspd opens one, with a single bare table ---- */

static void
run_sql(sqlite3 *db, const char *sql)
{
	char *message = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		die(sql, message);
}

static sqlite3 *
open_db(const char *path, const char *sync, sqlite3_stmt **ret_insert)
{
	char pragma[64];
	sqlite3 *db;

	if (sqlite3_open(path, &db) != SQLITE_OK)
		die(path, sqlite3_errmsg(db));
	run_sql(db, "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;");
	snprintf(pragma, sizeof(pragma), "PRAGMA synchronous = %s", sync);
	run_sql(db, pragma);
	run_sql(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB)");
	run_sql(db, "BEGIN");
	if (sqlite3_prepare_v2(db, "INSERT INTO t (data) VALUES (?1)", -1,
		ret_insert, NULL) != SQLITE_OK)
		die(path, sqlite3_errmsg(db));
	return db;
}

static void
insert(sqlite3_stmt *stmt, const void *data, size_t len)
{
	sqlite3_bind_blob64(stmt, 1, data, len, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		die("INSERT", sqlite3_errmsg(sqlite3_db_handle(stmt)));
	sqlite3_reset(stmt);
}

static void
close_db(sqlite3 *db, sqlite3_stmt *stmt)
{
	sqlite3_finalize(stmt);
	run_sql(db, "COMMIT");
	if (sqlite3_close(db) != SQLITE_OK)
		die("close", "database busy");
}

/* ---- import ---- */

static int
raw_import(const char *path, const char *db_path)
{
	struct stopwatch from = look();
	struct count count = { 0, 0 };
	sqlite3_stmt *stmt;
	sqlite3 *db = open_db(db_path, "FULL", &stmt);
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t alloc = 0;
	ssize_t len;

	if (f == NULL)
		die(path, strerror(errno));
	while ((len = getline(&line, &alloc, f)) > 0) {
		json_error_t error;
		json_t *json = json_loadb(line, (size_t)len, 0, &error);

		if (json == NULL)
			die(path, error.text);
		insert(stmt, line, (size_t)len);
		json_decref(json);
		count.items++;
		count.bytes += len;
	}
	free(line);
	fclose(f);
	close_db(db, stmt);
	report(from, count);
	return 0;
}

/* ---- pages ---- */

struct page {
	char *path;
	char *data; /* plain; NULL when read later */
	size_t len;
};

struct pages {
	struct page *items;
	size_t n;
};

static size_t
inflate_file(const char *path, char *ret_data)
{
	gzFile gz = gzopen(path, "rb");
	int n;

	if (gz == NULL)
		die(path, strerror(errno));
	n = gzread(gz, ret_data, PAGE_MAX);
	if (n < 0 || n == (int)PAGE_MAX)
		die(path, "not a page");
	gzclose(gz);
	return (size_t)n;
}

static struct pages
list_pages(const char *folder)
{
	struct pages pages = { NULL, 0 };
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t alloc = 0;

	if (dir == NULL)
		die(folder, strerror(errno));
	while ((entry = readdir(dir)) != NULL) {
		size_t len = strlen(entry->d_name);
		struct page *page;

		if (len < 7 || strcmp(entry->d_name + len - 7, ".xml.gz") != 0)
			continue;
		if (pages.n == alloc) {
			alloc = alloc == 0 ? 256 : 2 * alloc;
			pages.items = need(
			    realloc(pages.items, alloc * sizeof(*pages.items)));
		}
		page = &pages.items[pages.n++];
		len += strlen(folder) + 2;
		page->path = need(malloc(len));
		snprintf(page->path, len, "%s/%s", folder, entry->d_name);
		page->data = NULL;
		page->len = 0;
	}
	closedir(dir);
	return pages;
}

static void
free_pages(struct pages *pages)
{
	for (size_t i = 0; i < pages->n; i++) {
		free(pages->items[i].path);
		free(pages->items[i].data);
	}
	free(pages->items);
}

static void
hash(const void *data, size_t len)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n;

	if (EVP_Digest(data, len, digest, &n, EVP_sha256(), NULL) != 1)
		die("SHA-256", "failed");
}

static void
compress_page(const struct page *page, unsigned char *out, size_t room)
{
	z_stream z;

	memset(&z, 0, sizeof(z));
	if (deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8,
		Z_DEFAULT_STRATEGY) != Z_OK)
		die("gzip", "failed");
	z.next_in = (unsigned char *)page->data;
	z.avail_in = (unsigned)page->len;
	z.next_out = out;
	z.avail_out = (unsigned)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		die("gzip", "failed");
	deflateEnd(&z);
}

static int
raw_publish(const char *folder)
{
	struct pages pages = list_pages(folder);
	struct count count = { 0, 0 };
	char *buf = need(malloc(PAGE_MAX));
	struct stopwatch from;

	for (size_t i = 0; i < pages.n; i++) {
		struct page *page = &pages.items[i];

		page->len = inflate_file(page->path, buf);
		page->data = need(malloc(page->len + 1));
		memcpy(page->data, buf, page->len);
	}
	from = look();
	for (size_t i = 0; i < pages.n; i++) {
		hash(pages.items[i].data, pages.items[i].len);
		compress_page(&pages.items[i], (unsigned char *)buf, PAGE_MAX);
		count.items++;
		count.bytes += (long long)pages.items[i].len;
	}
	report(from, count);
	free(buf);
	free_pages(&pages);
	return 0;
}

/* ---- pull ---- */

static void
on_start(void *ctx, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int n_ns, const xmlChar **ns, int n_attrs,
    int n_defaulted, const xmlChar **attrs)
{
	long *elements = ctx;

	(void)name;
	(void)prefix;
	(void)uri;
	(void)n_ns;
	(void)ns;
	(void)n_attrs;
	(void)n_defaulted;
	(void)attrs;
	(*elements)++;
}

static void
parse(const char *data, size_t len)
{
	xmlSAXHandler handler;
	long elements = 0;

	memset(&handler, 0, sizeof(handler));
	handler.initialized = XML_SAX2_MAGIC;
	handler.startElementNs = on_start;
	if (xmlSAXUserParseMemory(&handler, &elements, data, (int)len) != 0)
		die("SAX", "not well-formed");
}

/* One row per entry; an index document has none. */
static long
insert_entries(sqlite3_stmt *stmt, const char *data)
{
	const char *p = data, *end;
	long n = 0;

	while ((p = strstr(p, "<entry")) != NULL &&
	       (end = strstr(p, "</entry>")) != NULL) {
		end += strlen("</entry>");
		insert(stmt, p, (size_t)(end - p));
		p = end;
		n++;
	}
	return n;
}

static int
raw_pull(const char *folder, const char *db_path)
{
	struct stopwatch from = look();
	struct pages pages = list_pages(folder);
	struct count count = { 0, 0 };
	char *buf = need(malloc(PAGE_MAX + 1));
	sqlite3_stmt *stmt;
	sqlite3 *db = open_db(db_path, "NORMAL", &stmt);

	for (size_t i = 0; i < pages.n; i++) {
		size_t len = inflate_file(pages.items[i].path, buf);

		buf[len] = '\0';
		hash(buf, len);
		parse(buf, len);
		count.items += insert_entries(stmt, buf);
		count.bytes += (long long)len;
	}
	close_db(db, stmt);
	report(from, count);
	free(buf);
	free_pages(&pages);
	xmlCleanupParser();
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "import") == 0)
		return raw_import(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "publish") == 0)
		return raw_publish(argv[2]);
	if (argc == 4 && strcmp(argv[1], "pull") == 0)
		return raw_pull(argv[2], argv[3]);
	fprintf(stderr, "usage: raw import FILE DB | raw publish FOLDER | "
			"raw pull FOLDER DB\n");
	return 2;
}
