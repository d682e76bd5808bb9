/*
 * follow FOLDER WORK PORT HINTS PAGES EDITS POLLS: one day of a node that
 * edits and of two peers that poll, for bench/bandwidth. The clock is made
 * up, all else is real: the publisher, the web process (a child, on PORT),
 * and the puller, once by hints and once by pages alone, each through the
 * port of a proxy that counts. After each part a word is printed and a line
 * awaited.
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "crypto/crypto.h"
#include "ledger/ledger.h"
#include "publish/publish.h"
#include "pull/pull.h"
#include "web/web.h"
#include "xml/xml.h"

#define DAY 86400

struct day {
	const char *folder;
	struct conf conf;
	struct ledger *ledger;
	struct key *key;
	char key_hash[65];
	char next[65];
	int64_t now;
	char **ids;
	size_t n_ids;
	size_t cap_ids;
	size_t hints; /* in the heads published, for the mean */
	size_t heads;
};

struct reader {
	char folder[500];
	char url[100];
	struct ledger *ledger;
	struct catalogue *catalogue;
	struct pull_env env;
	int64_t pages;
	int64_t hints;
};

static uint64_t seed = 1;

static uint64_t
pick(uint64_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % below;
}

static int
number(const char *text)
{
	long value = strtol(text, NULL, 10);

	return value > 0 && value < 1000000 ? (int)value : 0;
}

static int64_t
day_now(void *ctx)
{
	return ((struct day *)ctx)->now;
}

static int
publish(struct day *day, struct err *err)
{
	struct publish_options options = { .folder = day->folder,
		.node = day->conf.node,
		.now = day->now,
		.next_s = day->conf.next_s,
		.expires_s = day->conf.expires_s,
		.resign_s = day->conf.resign_s };
	struct publish_result result;
	struct ledger_hint *hints;
	struct arena *arena = arena_new();
	size_t n;
	int rc = publish_run(day->ledger, day->key, day->next, &options,
	    &result, err);

	if (rc == 0)
		rc = ledger_hints(day->ledger, arena, &hints, &n, err);
	if (rc == 0) {
		day->hints += n;
		day->heads++;
	}
	arena_free(arena);
	return rc;
}

static int
on_entry(void *ctx, const struct ledger_entry *entry, struct err *err)
{
	struct day *day = ctx;

	(void)err;
	VEC_PUSH(day->ids, day->n_ids, day->cap_ids, strdup(entry->id));
	return 0;
}

/* A few words more in one record, as somebody at a desk does it. */
static int
edit(struct day *day, int number, struct err *err)
{
	struct arena *arena = arena_new();
	const char *id = day->ids[pick(day->n_ids)];
	enum ledger_change change;
	struct record *rec;
	int rc = ledger_begin(day->ledger, err);

	if (rc == 0)
		rc = ledger_record(day->ledger, arena, id, &rec, err);
	if (rc == 0) {
		const char *name = record_title(rec, NULL);

		record_remove(rec, NULL, FIELD_NAME);
		record_add(rec, NULL, FIELD_NAME,
		    arena_printf(arena, "%s (edit %d)", name, number), NULL);
		rc = ledger_save(day->ledger, rec, day->now, "bench", "",
		    feed_entry_write, &change, err);
	}
	if (rc == 0)
		rc = ledger_commit(day->ledger, err);
	if (rc == 0)
		rc = publish(day, err);
	arena_free(arena);
	return rc;
}

/* ---- the peers ---- */

static int
reader_open(struct reader *reader, struct day *day, const char *work,
    const char *name, const char *port, struct err *err)
{
	(void)snprintf(reader->folder, sizeof(reader->folder), "%s/%s", work,
	    name);
	(void)snprintf(reader->url, sizeof(reader->url), "http://127.0.0.1:%s/",
	    port);
	if (file_mkdirs(reader->folder, 0700, err) == -1 ||
	    (reader->ledger = ledger_open(reader->folder, true, err)) == NULL ||
	    (reader->catalogue = catalogue_open(reader->folder, CATALOGUE_WRITE,
		 err)) == NULL)
		return -1;
	reader->env = (struct pull_env){ .folder = reader->folder,
		.node = "ca",
		.user_agent = "gspd/0.1.0 (bench)",
		.ledger = reader->ledger,
		.catalogue = reader->catalogue,
		.now = day_now,
		.now_ctx = day };
	reader->env.search = search_open(reader->catalogue, err);
	return reader->env.search == NULL ? -1 : 0;
}

static void
reader_close(struct reader *reader)
{
	search_close(reader->env.search);
	catalogue_close(reader->catalogue);
	ledger_close(reader->ledger);
}

static int
poll_once(struct reader *reader, struct day *day, struct err *err)
{
	struct conf_peer peer = { .name = day->conf.node,
		.url = reader->url,
		.key = day->key_hash,
		.is_insecure = true,
		.allow_private = true,
		.max_records = 10000000,
		.max_bytes = INT64_C(1) << 36 };
	const struct conf_peer *peers[1] = { &peer };
	struct pull_result result;

	if (pull_round(&reader->env, peers, 1, &result, err) == -1)
		return -1;
	if (result.state != PEER_FRESH || (size_t)result.records != day->n_ids)
		return err_set(err, ERR_NET, "%s: %s, %lld records: %s",
		    reader->folder, peer_state_name(result.state),
		    (long long)result.records, result.reason);
	reader->pages += result.pages_fetched;
	reader->hints += result.hints;
	return 0;
}

/* ---- the day ---- */

static void
say(const char *word)
{
	char line[16];

	printf("%s\n", word);
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL)
		exit(1);
}

static int
compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int
live(struct day *day, struct reader *readers, int edits, int polls,
    struct err *err)
{
	int64_t start = day->now, *times = calloc((size_t)edits + 1, 8);
	int done = 0, rc = 0;

	for (int i = 0; i < edits; i++)
		times[i] = (int64_t)pick(DAY);
	qsort(times, (size_t)edits, sizeof(*times), compare_times);
	for (int i = 1; i <= polls && rc == 0; i++) {
		int64_t until = (int64_t)DAY * i / polls;

		while (rc == 0 && done < edits && times[done] < until) {
			day->now = start + times[done++];
			rc = edit(day, done, err);
		}
		day->now = start + until;
		if (rc == 0)
			rc = publish(day, err); /* signs again when due */
		if (rc == 0)
			rc = poll_once(&readers[0], day, err);
		if (rc == 0)
			rc = poll_once(&readers[1], day, err);
	}
	free(times);
	return rc;
}

static int
check_same(struct reader *readers, struct err *err)
{
	struct catalogue_status a, b;

	if (catalogue_status(readers[0].catalogue, &a, err) == -1 ||
	    catalogue_status(readers[1].catalogue, &b, err) == -1)
		return -1;
	if (strcmp(a.digest, b.digest) != 0)
		return err_set(err, ERR_CONFLICT,
		    "the two peers' digests differ");
	return 0;
}

static pid_t
serve(struct day *day, int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct web_options options = { .folder = day->folder,
		.n_listen_fds = 1,
		.wake_fd = -1,
		.ready_fd = -1,
		.now = clock_now };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
	    one = 1;
	struct err err;
	pid_t pid;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd == -1 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
	    listen(fd, 64) == -1)
		return -1;
	pid = fork();
	if (pid == 0) {
		options.listen_fds = &fd;
		if (web_run(&day->conf, &options, &err) == -1)
			fprintf(stderr, "follow: %s\n", err.text);
		_exit(0);
	}
	close(fd);
	return pid;
}

static int
run(struct day *day, char **argv, struct err *err)
{
	struct reader readers[2] = { 0 };
	int rc = -1;

	if ((day->ledger = ledger_open(day->folder, false, err)) == NULL ||
	    (day->key = publish_key_read(day->folder, err)) == NULL ||
	    publish_nextkey_read(day->folder, day->next, err) == -1 ||
	    publish(day, err) == -1 ||
	    ledger_entries(day->ledger, "", on_entry, day, err) == -1 ||
	    reader_open(&readers[0], day, argv[2], "hints", argv[4], err) ==
		-1 ||
	    reader_open(&readers[1], day, argv[2], "pages", argv[5], err) == -1)
		goto out;
	readers[1].env.no_hints = true;
	key_hash(day->key, day->key_hash);
	say("begin");
	if (poll_once(&readers[0], day, err) == -1 ||
	    poll_once(&readers[1], day, err) == -1)
		goto out;
	readers[0].pages = readers[1].pages = 0;
	day->heads = day->hints = 0;
	say("full");
	if (live(day, readers, number(argv[6]), number(argv[7]), err) == -1 ||
	    check_same(readers, err) == -1)
		goto out;
	printf("{\"hints_used\": %lld, \"pages_beside\": %lld, "
	       "\"pages\": %lld, \"listed\": %.1f}\n",
	    (long long)readers[0].hints, (long long)readers[0].pages,
	    (long long)readers[1].pages,
	    day->heads > 0 ? (double)day->hints / (double)day->heads : 0.0);
	say("day");
	rc = 0;
out:
	reader_close(&readers[0]);
	reader_close(&readers[1]);
	return rc;
}

int
main(int argc, char **argv)
{
	struct day day = { 0 };
	struct err err = { 0 };
	pid_t web;
	int rc = -1;

	if (argc != 8) {
		fprintf(stderr, "usage: follow FOLDER WORK PORT HINTS PAGES "
				"EDITS POLLS\n");
		return 2;
	}
	xml_init();
	day.folder = argv[1];
	day.now = clock_now();
	if (conf_read(argv[1], &day.conf, &err) == -1) {
		fprintf(stderr, "follow: %s\n", err.text);
		return 1;
	}
	web = serve(&day, number(argv[3]));
	if (web > 0)
		rc = run(&day, argv, &err);
	if (rc == -1)
		fprintf(stderr, "follow: %s\n",
		    web > 0 ? err.text : "the port is taken");
	if (web > 0) {
		kill(web, SIGTERM);
		waitpid(web, NULL, 0);
	}
	for (size_t i = 0; i < day.n_ids; i++)
		free(day.ids[i]);
	free(day.ids);
	key_free(day.key);
	ledger_close(day.ledger);
	conf_release(&day.conf);
	xml_cleanup();
	return rc == -1;
}
