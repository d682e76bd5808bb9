/*
 * handler: one request on a worker thread: which page, common headers,
 * errors as pages, the log line of a failure. Neighbours: fast.c took what
 * needs no database, the controllers fill the pages.
 */
#include <string.h>

#include "web/inside.h"
#include "web/keep.h"
#include "web/routes.h"

void
handler_headers(struct http_response *res)
{
	http_response_header(res, "Content-Security-Policy",
	    "default-src 'none'; style-src 'self'; img-src 'self'; "
	    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
	http_response_header(res, "X-Content-Type-Options", "nosniff");
	http_response_header(res, "Referrer-Policy",
	    "strict-origin-when-cross-origin");
}

/* People meet this one: too long a text in the search box. */
static void
refuse_long(struct web *web, struct http_response *res)
{
	struct page page = { .arena = arena_new(),
		.conf = web_conf(web),
		.q = "" };

	negotiate_page(&page, "/");
	show_failure(&page, 414, NULL, res);
	res->type = "text/html; charset=utf-8";
	arena_free(page.arena);
}

void
handler_refuse(void *ctx, const struct http_request *req, int status,
    struct http_response *res)
{
	if (status == 414)
		refuse_long(ctx, res);
	handler_headers(res);
	http_response_header(res, "Cache-Control", "no-store");
	if (status == 414)
		return;
	if (req != NULL && strncmp(req->path, "/api/", 5) == 0) {
		api_problem(req, res, status, "busy",
		    "too many requests just now: try again in a second");
		return;
	}
	http_response_text(res, status, "");
	strbuf_addf(&res->body, "%d %s\n\n%s\n", status, http_reason(status),
	    status == 503
		? "This node is busy just now. Please try again in a moment."
		: "This request can not be read. Please go to the home page "
		  "and search from there.");
}

static void
serve_ready(struct api *api, const struct http_request *req,
    struct http_response *res)
{
	bool is_ready = false;
	struct err err;

	http_response_header(res, "Cache-Control", "no-store");
	if (api->cat == NULL || api->search == NULL)
		http_response_text(res, 503,
		    arena_printf(req->arena, "not ready: %s\n", api->why));
	else if (api_is_ready(api->search, &is_ready, &err) == -1) {
		api->is_broken = true;
		http_response_text(res, 503,
		    arena_printf(req->arena, "not ready: %s\n", err.text));
	} else if (!is_ready)
		http_response_text(res, 503,
		    "not ready: the search index is being made\n");
	else
		http_response_text(res, 200, "ready\n");
}

/* Whatever is wrong with the rest of a query is its page's business. */
static void
read_list(struct page *page)
{
	struct http_params params;
	struct err err;

	if (strstr(page->req->query, "keep=") == NULL ||
	    http_params_read(page->arena, page->req->query, &params, &err) ==
		-1)
		return;
	page->keep = keep_parse(page->arena, http_param(&params, "keep"));
	/* The same page without a list is the one to be found. */
	page->no_index = page->keep != NULL;
}

static int
show_route(struct page *page, struct http_response *res, struct err *err)
{
	const char *rest;
	const struct route *route = route_find(page->path, &rest);

	if (route == NULL)
		return err_set(err, ERR_NOTFOUND, "no such page");
	if (route->needs_catalogue &&
	    (page->api->cat == NULL || page->api->search == NULL))
		return err_set(err, ERR_STALE, "no catalogue yet: %s",
		    page->api->why);
	return route->show(page, rest, res, err);
}

static int
status_of(enum err_code code)
{
	switch (code) {
	case ERR_NOTFOUND: return 404;
	case ERR_FORMAT:
	case ERR_SCHEMA:
	case ERR_LIMIT: return 400;
	case ERR_DB:
	case ERR_BUSY:
	case ERR_STALE: return 503;
	default: return 500;
	}
}

static void
log_failure(const struct http_request *req, int status, const char *text)
{
	log_event(LOG_LEVEL_WARN, "web.error",
	    "request=%s status=%d path=%s error=%s", req->id, status,
	    quoted(req->arena, req->path), text);
}

/* An ETag of the bytes: the same page again costs the line nothing. */
static void
tag_page(const struct page *page, struct http_response *res)
{
	char *etag;

	if (res->status != 200 || res->etag != NULL || res->body.overflow)
		return;
	etag = arena_alloc(page->arena, HTTP_ETAG_LEN);
	http_etag(res->body.buf, res->body.len, etag);
	res->etag = etag;
}

static void
show_page(struct page *page, struct http_response *res)
{
	struct catalogue_status status;
	struct catalogue_feed *feeds;
	struct err err;
	int rc = 0;

	if (page->api->cat != NULL) {
		rc = catalogue_read_begin(page->api->cat, &err);
		if (rc == 0)
			rc = catalogue_status(page->api->cat, &status, &err);
		if (rc == 0)
			page->records = status.groups;
		if (rc == 0)
			rc = catalogue_feeds(page->api->cat, page->arena,
			    &feeds, &page->n_feeds, &err);
		if (rc == 0)
			page->feeds = feeds;
	}
	if (rc == 0)
		rc = show_route(page, res, &err);
	if (page->api->cat != NULL)
		catalogue_read_end(page->api->cat);
	if (rc == -1) {
		show_failure(page, status_of(err.code), NULL, res);
		if (err.code == ERR_DB)
			page->api->is_broken = true;
		if (res->status >= 500 && err.code != ERR_STALE)
			log_failure(page->req, res->status, err.text);
		if (res->status == 503)
			http_response_header(res, "Retry-After", "5");
	}
}

static bool
takes_post(const struct page *page)
{
	const char *rest;
	const struct route *route = route_find(page->path, &rest);

	return route != NULL && route->takes_post;
}

static void
handle_page(struct api *api, const struct http_request *req,
    struct http_response *res)
{
	struct page page = { .req = req,
		.arena = req->arena,
		.api = api,
		.conf = api->conf,
		.now = api->now,
		.q = "" };

	negotiate_page(&page, req->path);
	if (req->method != HTTP_POST && negotiate_home(&page, res)) {
		handler_headers(res);
		return;
	}
	read_list(&page);
	if (req->method == HTTP_POST && !takes_post(&page)) {
		show_failure(&page, 405, NULL, res);
		http_response_header(res, "Allow", "GET, HEAD");
	} else
		show_page(&page, res);
	/* Files beside records have a type and headers of their own. */
	if (res->type != NULL)
		return;
	res->type = "text/html; charset=utf-8";
	handler_headers(res);
	http_response_header(res, "Cache-Control", "no-cache");
	http_response_header(res, "Content-Language", "%s", page.lang);
	tag_page(&page, res);
}

void
handler_handle(void *ctx, void *worker, const struct http_request *req,
    struct http_response *res)
{
	struct api *api = worker_api(worker);

	(void)ctx;
	if (strncmp(req->path, "/api/", 5) == 0) {
		api_handle(api, req, res);
		if (res->status >= 500 && api->cat != NULL)
			log_failure(req, res->status, "see the answer");
	} else if (strncmp(req->path, "/feed/m/", 8) == 0 &&
		   req->method != HTTP_POST)
		relay_handle(api, req, req->path + 8, res);
	else if (strcmp(req->path, "/readyz") == 0 && req->method != HTTP_POST)
		serve_ready(api, req, res);
	else if (strcmp(req->path, "/metrics") == 0 && req->method != HTTP_POST)
		api_metrics(api, req, res);
	else
		handle_page(api, req, res);
}
