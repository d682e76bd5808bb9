/*
 * fast: what is answered on a loop thread, because it never waits for a
 * database: style sheet, icon, robots.txt, healthz, and our own feed's files
 * (feed.c). Neighbours: handler.c for the rest.
 */
#include <string.h>
#include <stdio.h>

#include "web/assets.h"
#include "web/inside.h"

static const char forever[] = "public, max-age=31536000, immutable";

/* Crawlers have records, lists to browse and the sitemap; the endless
 * combinations of filters, and what carries a reader's list, are not for
 * them. "/" and a star stand for any language. */
static const char robots[] = "User-agent: *\n"
			     "Disallow: /search?\n"
			     "Disallow: /*/search?\n"
			     "Disallow: /search.\n"
			     "Disallow: /*/search.\n"
			     "Disallow: /list\n"
			     "Disallow: /*/list\n"
			     "Disallow: /compare\n"
			     "Disallow: /*/compare\n"
			     "Disallow: /map?\n"
			     "Disallow: /*/map?\n"
			     "Disallow: /*?*keep=\n"
			     "Disallow: /*/report$\n"
			     "Disallow: /api/\n"
			     "Disallow: /feed/\n"
			     "Disallow: /metrics\n";

static void
serve_robots(struct web *web, const struct http_request *req,
    struct http_response *res)
{
	http_response_text(res, 200, robots);
	strbuf_addf(&res->body, "\nSitemap: %s\n",
	    url_join(req->arena, web_conf(web)->url, "sitemap.xml"));
	handler_headers(res);
	http_response_header(res, "Cache-Control", "public, max-age=86400");
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
	if (strncmp(path, "/feed/m/", 8) == 0)
		return false;
	if (strncmp(path, "/feed/", 6) == 0)
		feed_serve(req,
		    arena_printf(req->arena, "%s/feed", web->folder), path + 6,
		    res);
	else if (strcmp(path, asset_style_path()) == 0)
		serve_asset(req, "text/css; charset=utf-8", forever, web_style,
		    web_style_len, res);
	else if (strcmp(path, "/favicon.svg") == 0)
		serve_asset(req, "image/svg+xml", "public, max-age=86400",
		    web_icon, web_icon_len, res);
	else if (strcmp(path, "/robots.txt") == 0)
		serve_robots(web, req, res);
	else if (strcmp(path, "/healthz") == 0) {
		http_response_text(res, 200, "ok\n");
		http_response_header(res, "Cache-Control", "no-store");
	} else
		return false;
	return true;
}
