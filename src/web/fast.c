/*
 * fast: what is answered on a loop thread, because it never waits for a
 * database: style sheet, icon, robots.txt, healthz, and the feed's files by
 * sendfile (design: feed-protocol.md 2). Neighbours: handler.c for the rest.
 */
#include <string.h>
#include <stdio.h>

#include "web/assets.h"
#include "web/inside.h"

#define HEAD_MAX (64 * 1024)   /* of feed/head.xml */
#define PAGE_MAX (1024 * 1024) /* of feed/p/, feed/h/ */

static const char forever[] = "public, max-age=31536000, immutable";

static const char robots[] = "User-agent: *\n"
			     "Disallow: /search?\n"
			     "Disallow: /*/search?\n"
			     "Disallow: /api/\n"
			     "Disallow: /feed/\n"
			     "Disallow: /metrics\n";

static void
not_found(struct http_response *res)
{
	http_response_clear(res);
	http_response_text(res, 404, "There is no such file in this feed.\n");
	http_response_header(res, "X-Content-Type-Options", "nosniff");
}

static void
feed_headers(struct http_response *res, const char *type, const char *cache)
{
	res->type = type;
	http_response_header(res, "Cache-Control", "%s", cache);
	http_response_header(res, "Access-Control-Allow-Origin", "*");
	http_response_header(res, "X-Content-Type-Options", "nosniff");
}

static void
serve_head(struct web *web, const struct http_request *req,
    struct http_response *res)
{
	const char *path = arena_printf(req->arena, "%s/feed/head.xml",
	    web->folder);
	char *etag = arena_alloc(req->arena, HTTP_ETAG_LEN);
	struct strbuf bytes;
	struct err err;

	if (file_read(path, HEAD_MAX, &bytes, &err) == -1) {
		strbuf_release(&bytes);
		not_found(res);
		return;
	}
	/* The signed bytes themselves: equal tag, equal head. A peer counts
	 * them against its limit, so they are never packed. */
	res->is_identity = true;
	http_etag(bytes.buf, bytes.len, etag);
	res->etag = etag;
	feed_headers(res, "application/xml", "public, max-age=60");
	strbuf_add(&res->body, bytes.buf, bytes.len);
	strbuf_release(&bytes);
}

/* 64 lower-case hex digits and ".xml", nothing else. */
static bool
is_page_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == 64 &&
	       strcmp(name + 64, ".xml") == 0;
}

/* `name` is p/HASH.xml or h/HASH.xml below feed/. */
static void
serve_object(struct web *web, const struct http_request *req, const char *name,
    struct http_response *res)
{
	struct err err;
	int rc;

	if (!is_page_name(name + 2)) {
		not_found(res);
		return;
	}
	feed_headers(res,
	    name[0] == 'p' ? "application/atom+xml" : "application/xml",
	    forever);
	res->etag = arena_strndup(req->arena, name + 2, 64);
	rc = http_response_file(req, res,
	    arena_printf(req->arena, "%s/feed/%s.gz", web->folder, name), true,
	    PAGE_MAX, &err);
	if (rc == -1 && err.code == ERR_NOTFOUND)
		rc = http_response_file(req, res,
		    arena_printf(req->arena, "%s/feed/%s", web->folder, name),
		    false, PAGE_MAX, &err);
	if (rc == -1)
		not_found(res);
}

static void
serve_asset(const struct http_request *req, const char *type, const char *cache,
    const char *data, size_t len, struct http_response *res)
{
	char *etag = arena_alloc(req->arena, HTTP_ETAG_LEN);

	handler_headers(res);
	http_etag(data, len, etag);
	res->etag = etag;
	res->type = type;
	http_response_header(res, "Cache-Control", "%s", cache);
	strbuf_add(&res->body, data, len);
}

bool
fast_handle(void *ctx, const struct http_request *req,
    struct http_response *res)
{
	struct web *web = ctx;
	const char *path = req->path;

	if (req->method == HTTP_POST)
		return false;
	if (strcmp(path, "/feed/head.xml") == 0)
		serve_head(web, req, res);
	else if (strncmp(path, "/feed/p/", 8) == 0 ||
		 strncmp(path, "/feed/h/", 8) == 0)
		serve_object(web, req, path + 6, res);
	else if (strncmp(path, "/feed/", 6) == 0)
		not_found(res);
	else if (strcmp(path, asset_style_path()) == 0)
		serve_asset(req, "text/css; charset=utf-8", forever, web_style,
		    web_style_len, res);
	else if (strcmp(path, "/favicon.svg") == 0)
		serve_asset(req, "image/svg+xml", "public, max-age=86400",
		    web_icon, web_icon_len, res);
	else if (strcmp(path, "/robots.txt") == 0)
		serve_asset(req, "text/plain; charset=utf-8",
		    "public, max-age=86400", robots, sizeof(robots) - 1, res);
	else if (strcmp(path, "/healthz") == 0) {
		http_response_text(res, 200, "ok\n");
		http_response_header(res, "Cache-Control", "no-store");
	} else
		return false;
	return true;
}
