/*
 * relay_world: see relay_world.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "relay_world.h"

static void
endless(int fd)
{
	static const char more[] = "and more, and more, and more, and more\n";

	if (liar_text(fd, "HTTP/1.1 200 OK\r\n\r\n") == -1)
		return;
	for (int i = 0; i < 1000000; i++)
		if (liar_text(fd, more) == -1)
			return;
}

static void
serve_head(struct relay *relay, struct arena *arena,
    const struct liar_request *request, const char *path, int fd)
{
	int mode = atomic_load(&relay->mode);
	int nth = atomic_fetch_add(&relay->heads, 1);
	bool is_other = mode == RELAY_OTHER_HEAD ||
			(mode == RELAY_OTHER_ONCE && nth == 0);
	struct strbuf bytes;
	char hash[65];
	const char *tag;

	if (mode == RELAY_GARBAGE) {
		liar_answer(fd, "200 OK", "", "<html>hello</html>", 18);
		return;
	}
	if (mode == RELAY_ENDLESS) {
		endless(fd);
		return;
	}
	if (is_other) {
		liar_answer(fd, "200 OK", "", relay->other.buf,
		    relay->other.len);
		return;
	}
	if (file_read(path, FEED_HEAD_MAX, &bytes, NULL) == -1) {
		liar_answer(fd, "404 Not Found", "", "", 0);
	} else {
		sha256_hex(bytes.buf, bytes.len, hash);
		tag = arena_printf(arena, "\"%s\"", hash);
		if (liar_has(request,
			arena_printf(arena, "If-None-Match: %s", tag))) {
			atomic_fetch_add(&relay->unchanged, 1);
			liar_answer(fd, "304 Not Modified", "", "", 0);
		} else {
			liar_answer(fd, "200 OK",
			    arena_printf(arena, "ETag: %s\r\n", tag), bytes.buf,
			    bytes.len);
		}
	}
	strbuf_release(&bytes);
}

static void
serve_object(struct relay *relay, const char *path, int fd)
{
	int mode = atomic_load(&relay->mode);
	struct strbuf bytes;

	atomic_fetch_add(&relay->objects, 1);
	if (file_read(path, 2 * FEED_PAGE_MAX, &bytes, NULL) == -1 ||
	    mode == RELAY_NO_SUCH_PAGES)
		liar_answer(fd, "404 Not Found", "", "", 0);
	else if (mode == RELAY_WRONG_PAGES)
		liar_answer(fd, "200 OK", "", "other bytes", 11);
	else
		liar_answer(fd, "200 OK", "Content-Encoding: gzip\r\n",
		    bytes.buf, bytes.len);
	strbuf_release(&bytes);
}

static void
serve_own(const char *path, int fd)
{
	struct strbuf bytes;

	if (file_read(path, 2 * FEED_PAGE_MAX, &bytes, NULL) == -1)
		liar_answer(fd, "404 Not Found", "", "", 0);
	else
		liar_answer(fd, "200 OK",
		    strstr(path, ".gz") != NULL ? "Content-Encoding: gzip\r\n"
						: "",
		    bytes.buf, bytes.len);
	strbuf_release(&bytes);
}

static void
serve(void *ctx, const struct liar_request *request, int fd)
{
	struct relay *relay = ctx;
	struct arena *arena = arena_new();
	const char *path = request->path;

	if (strncmp(path, "/feed/m/", 8) != 0 && relay->own != NULL) {
		serve_own(arena_printf(arena, "%s%s%s", relay->own, path,
			      strstr(path, "/p/") != NULL ? ".gz" : ""),
		    fd);
	} else if (atomic_load(&relay->mode) == RELAY_STALLS) {
		liar_stall(fd);
	} else if (strncmp(path, "/feed/m/", 8) != 0 ||
		   atomic_load(&relay->mode) == RELAY_GONE) {
		liar_answer(fd, "404 Not Found", "", "", 0);
	} else if (strstr(path, "/head.xml") != NULL) {
		serve_head(relay, arena, request,
		    arena_printf(arena, "%s/pages/%s", relay->reader.folder,
			path + 8),
		    fd);
	} else {
		serve_object(relay,
		    arena_printf(arena, "%s/pages/%s.gz", relay->reader.folder,
			path + 8),
		    fd);
	}
	arena_free(arena);
}

void
relay_init(struct relay *relay, const char *node)
{
	memset(relay, 0, sizeof(*relay));
	reader_init(&relay->reader, node);
	strbuf_init(&relay->other, FEED_HEAD_MAX);
	relay->liar = liar_new(serve, relay);
	relay->url = liar_url(relay->liar, "");
}

void
relay_release(struct relay *relay)
{
	liar_free(relay->liar);
	free(relay->url);
	strbuf_release(&relay->other);
	reader_release(&relay->reader);
}

void
relay_reset(struct relay *relay)
{
	atomic_store(&relay->mode, RELAY_GOOD);
	atomic_store(&relay->heads, 0);
	atomic_store(&relay->unchanged, 0);
	atomic_store(&relay->objects, 0);
}

struct conf_peer
relay_peer(const struct relay *relay, const char *key)
{
	static char nobody[] = "0000000000000000000000000000000000000000000000"
			       "000000000000000000";

	return (struct conf_peer){
		.name = (char *)(uintptr_t)relay->reader.env.node,
		.url = relay->url,
		.key = key != NULL ? (char *)(uintptr_t)key : nobody,
		.is_insecure = true,
		.allow_private = true,
		.max_records = 100000,
		.max_bytes = 256 << 20,
	};
}
