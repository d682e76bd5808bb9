/*
 * peers: see peers.h. The stalling ones take turns: no word at all; an answer
 * that comes byte by byte; a good head, and pages that stop half-way.
 */
#define _GNU_SOURCE /* accept4() */
#include "peers.h"

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "feed/feed.h"
#include "ledger/ledger.h"
#include "publish/publish.h"

#define DRIP_MS 100

/* ---- the feeds ---- */

static int
save_records(struct ledger *ledger, const char *node, int records, int64_t now,
    struct err *err)
{
	struct arena *arena = arena_new();
	enum ledger_change change;
	int rc = ledger_begin(ledger, err);

	for (int i = 0; rc == 0 && i < records; i++) {
		struct record *rec;

		arena_reset(arena);
		rec = record_new(arena, RECORD_KIND_ORGANISATION,
		    arena_printf(arena,
			"urn:gspd:%s:%08x-0000-4000-8000-000000000000", node,
			(unsigned)i),
		    "en");
		record_add(rec, NULL, FIELD_NAME,
		    arena_printf(arena, "Choir %d of %s", i, node), NULL);
		record_add(rec, NULL, FIELD_ORGANISATION_TYPE, "charity", NULL);
		record_add(rec, NULL, FIELD_COUNTRY, "CA", NULL);
		rc = ledger_save(ledger, rec, now, "bench", "",
		    feed_entry_write, &change, err);
	}
	arena_free(arena);
	return rc == 0 ? ledger_commit(ledger, err) : -1;
}

static int
make_feed(const char *folder, struct conf_peer *conf, int records, int64_t now,
    struct err *err)
{
	struct publish_options options = { .folder = folder,
		.node = conf->name,
		.now = now,
		.next_s = FEED_NEXT_S,
		.expires_s = FEED_EXPIRES_S,
		.resign_s = FEED_RESIGN_S };
	struct publish_result result;
	struct ledger *ledger = NULL;
	struct key *key = NULL;
	char next[65];
	int rc = -1;

	conf->key = xcalloc(1, 65);
	if (file_mkdirs(folder, 0700, err) == -1 ||
	    (ledger = ledger_open(folder, true, err)) == NULL ||
	    publish_keys_new(folder, err) == -1 ||
	    (key = publish_key_read(folder, err)) == NULL ||
	    publish_nextkey_read(folder, next, err) == -1 ||
	    save_records(ledger, conf->name, records, now, err) == -1)
		goto out;
	key_hash(key, conf->key);
	rc = publish_run(ledger, key, next, &options, &result, err);
out:
	key_free(key);
	ledger_close(ledger);
	return rc;
}

static int
listen_at(struct conf_peer *conf, int *ret_fd, struct err *err)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)&at, len) == -1 ||
	    listen(fd, 64) == -1 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) == -1)
		return err_set(err, ERR_SYS, "no port on 127.0.0.1");
	conf->url = xcalloc(1, 64);
	(void)snprintf(conf->url, 64, "http://127.0.0.1:%d/",
	    ntohs(at.sin_port));
	*ret_fd = fd;
	return 0;
}

/* ---- the process that plays them ---- */

struct visit {
	int fd;
	size_t peer;
	bool is_dripping;
	size_t len;
	char request[4096];
	struct visit *next;
};

struct stage {
	struct peers *peers;
	int epoll;
	struct visit *visits;
};

static void
send_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

static void
answer(int fd, const char *status, const char *header, const char *body,
    size_t len, size_t sent)
{
	char head[512];
	int n = snprintf(head, sizeof(head),
	    "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, len,
	    header);

	send_all(fd, head, (size_t)n);
	send_all(fd, body, sent);
}

static void
answer_file(struct stage *stage, struct visit *visit, const char *path,
    bool is_head, bool stops)
{
	struct strbuf bytes;
	char name[400], tag[65], header[128];

	(void)snprintf(name, sizeof(name), "%s/%zu%s%s", stage->peers->folder,
	    visit->peer, path, is_head ? "" : ".gz");
	if (file_read(name, FEED_PAGE_MAX, &bytes, NULL) == -1) {
		answer(visit->fd, "404 Not Found", "", "", 0, 0);
		strbuf_release(&bytes);
		return;
	}
	sha256_hex(bytes.buf, bytes.len, tag);
	(void)snprintf(header, sizeof(header), "ETag: \"%s\"\r\n%s", tag,
	    is_head ? "" : "Content-Encoding: gzip\r\n");
	if (is_head && strstr(visit->request, tag) != NULL)
		answer(visit->fd, "304 Not Modified", header, "", 0, 0);
	else
		answer(visit->fd, "200 OK", header, bytes.buf, bytes.len,
		    stops ? bytes.len / 2 : bytes.len);
	strbuf_release(&bytes);
}

/* A whole request is here. */
static void
play(struct stage *stage, struct visit *visit)
{
	struct peers_flags *flags = stage->peers->flags;
	bool stalls = visit->peer < stage->peers->n_stalled &&
		      !atomic_load(&flags->is_calm);
	int kind = stalls ? (int)(visit->peer % 3) : -1;
	char path[256];
	bool is_head;

	if (sscanf(visit->request, "GET %255s ", path) != 1)
		return;
	is_head = strcmp(path, "/feed/head.xml") == 0;
	if (is_head)
		atomic_fetch_add(&flags->heads, 1);
	if (stalls && (kind != 2 || !is_head))
		atomic_fetch_add(&flags->stalled, 1);
	if (kind == 0)
		return;
	if (kind == 1) {
		answer(visit->fd, "200 OK", "", "", 4000, 0);
		visit->is_dripping = true;
		return;
	}
	answer_file(stage, visit, path, is_head, kind == 2 && !is_head);
	visit->len = 0;
}

static void
hear(struct stage *stage, struct visit *visit)
{
	ssize_t n = recv(visit->fd, visit->request + visit->len,
	    sizeof(visit->request) - 1 - visit->len, 0);

	if (n <= 0) {
		struct visit **p = &stage->visits;

		while (*p != visit)
			p = &(*p)->next;
		*p = visit->next;
		close(visit->fd);
		free(visit);
		return;
	}
	visit->len += (size_t)n;
	visit->request[visit->len] = '\0';
	if (strstr(visit->request, "\r\n\r\n") != NULL)
		play(stage, visit);
}

static void
welcome(struct stage *stage, size_t peer)
{
	struct visit *visit;
	int fd = accept4(stage->peers->listeners[peer], NULL, NULL,
	    SOCK_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN };

	if (fd == -1)
		return;
	visit = xcalloc(1, sizeof(*visit));
	visit->fd = fd;
	visit->peer = peer;
	visit->next = stage->visits;
	stage->visits = visit;
	event.data.ptr = visit;
	epoll_ctl(stage->epoll, EPOLL_CTL_ADD, fd, &event);
}

static _Noreturn void
play_all(struct peers *peers)
{
	struct stage stage = { .peers = peers,
		.epoll = epoll_create1(EPOLL_CLOEXEC) };
	struct epoll_event events[64];
	int64_t dripped = 0;

	for (size_t i = 0; i < peers->n; i++) {
		struct epoll_event event = { .events = EPOLLIN };

		event.data.ptr = &peers->listeners[i];
		epoll_ctl(stage.epoll, EPOLL_CTL_ADD, peers->listeners[i],
		    &event);
	}
	for (;;) {
		int n = epoll_wait(stage.epoll, events, 64, DRIP_MS);

		for (int i = 0; i < n; i++) {
			int *at = events[i].data.ptr;

			if (at >= peers->listeners &&
			    at < peers->listeners + peers->n)
				welcome(&stage,
				    (size_t)(at - peers->listeners));
			else
				hear(&stage, events[i].data.ptr);
		}
		if (clock_monotonic_ms() - dripped < DRIP_MS)
			continue;
		dripped = clock_monotonic_ms();
		for (struct visit *v = stage.visits; v != NULL; v = v->next)
			if (v->is_dripping)
				send_all(v->fd, "x", 1);
	}
}

/* ---- the door ---- */

int
peers_start(struct peers *peers, const char *folder, size_t n, size_t n_stalled,
    int records, int64_t now, struct err *err)
{
	pid_t parent = getpid();

	*peers = (struct peers){ .n = n, .n_stalled = n_stalled };
	(void)snprintf(peers->folder, sizeof(peers->folder), "%s/peers",
	    folder);
	peers->confs = xcalloc(n, sizeof(*peers->confs));
	peers->listeners = xcalloc(n, sizeof(*peers->listeners));
	peers->flags = mmap(NULL, sizeof(*peers->flags), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (peers->flags == MAP_FAILED)
		return err_set(err, ERR_SYS, "no shared memory");
	if (file_mkdirs(peers->folder, 0700, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct conf_peer *conf = &peers->confs[i];
		char path[200];

		*conf = (struct conf_peer){ .is_insecure = true,
			.allow_private = true,
			.max_records = 100000,
			.max_bytes = 256 << 20 };
		conf->name = xcalloc(1, RECORD_NODE_MAX);
		(void)snprintf(conf->name, RECORD_NODE_MAX, "ca-%zu", i);
		(void)snprintf(path, sizeof(path), "%s/%zu", peers->folder, i);
		if (make_feed(path, conf,
			i < n_stalled ? records : (records + 9) / 10, now,
			err) == -1 ||
		    listen_at(conf, &peers->listeners[i], err) == -1)
			return -1;
	}
	peers->pid = fork();
	if (peers->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		play_all(peers);
	}
	return peers->pid == -1 ? err_set(err, ERR_SYS, "fork failed") : 0;
}

void
peers_stop(struct peers *peers)
{
	if (peers->pid > 0) {
		kill(peers->pid, SIGKILL);
		waitpid(peers->pid, NULL, 0);
	}
	for (size_t i = 0; i < peers->n; i++) {
		free(peers->confs[i].name);
		free(peers->confs[i].url);
		free(peers->confs[i].key);
		if (peers->listeners[i] > 0)
			close(peers->listeners[i]);
	}
	free(peers->confs);
	free(peers->listeners);
	if (peers->flags != MAP_FAILED)
		munmap(peers->flags, sizeof(*peers->flags));
}
