/*
 * api: routes of the machine interfaces, common headers, errors as problems
 * (design: interfaces.md, 9). Neighbours: search.c, suggest.c,
 * record.c, peers.c.
 */
#include "api/api.h"

#include <string.h>

#include "api/inside.h"

static int
status_of(enum err_code code)
{
	switch (code) {
	case ERR_NOTFOUND: return 404;
	case ERR_FORMAT:
	case ERR_LIMIT:
	case ERR_SCHEMA: return 400;
	case ERR_DB:
	case ERR_BUSY:
	case ERR_STALE: return 503;
	default: return 500;
	}
}

static int
route(struct api *api, const struct http_request *req,
    struct http_response *res, struct err *err)
{
	const char *path = req->path + strlen(API_BASE);

	if (strcmp(path, "search") == 0)
		return api_search(api, req, res, err);
	if (strcmp(path, "suggest") == 0)
		return api_suggest(api, req, res, err);
	if (strcmp(path, "peers") == 0)
		return api_peer_list(api, req, res, err);
	if (strncmp(path, "peers/", 6) == 0 && path[6] != '\0')
		return api_peer_one(api, req, path + 6, res, err);
	if (strncmp(path, "records/", 8) == 0 && path[8] != '\0')
		return api_record(api, req, path + 8, res, err);
	return err_set(err, ERR_NOTFOUND,
	    "no such resource; there are " API_BASE "search, " API_BASE
	    "suggest, " API_BASE "records/{id}, " API_BASE "peers and " API_BASE
	    "peers/{node}");
}

void
api_handle(struct api *api, const struct http_request *req,
    struct http_response *res)
{
	struct err err;
	int rc;

	if (req->method == HTTP_POST) {
		api_problem(req, res, 405, "method", "use GET or HEAD");
		http_response_header(res, "Allow", "GET, HEAD");
		return;
	}
	http_response_header(res, "Access-Control-Allow-Origin", "*");
	http_response_header(res, "Access-Control-Expose-Headers", "ETag");
	http_response_header(res, "X-Content-Type-Options", "nosniff");
	http_response_header(res, "Cache-Control", "no-cache");
	res->type = "application/json";
	if (strncmp(req->path, API_BASE, strlen(API_BASE)) != 0)
		rc = err_set(&err, ERR_NOTFOUND,
		    "the interface is under " API_BASE);
	else if (api->cat == NULL || api->search == NULL)
		rc = err_set(&err, ERR_STALE, "no catalogue yet: %s", api->why);
	else if ((rc = catalogue_read_begin(api->cat, &err)) == 0) {
		/* One state of the catalogue for the whole answer. */
		rc = route(api, req, res, &err);
		catalogue_read_end(api->cat);
	}
	if (rc == -1) {
		if (err.code == ERR_DB)
			api->is_broken = true;
		api_problem(req, res, status_of(err.code),
		    err_code_name(err.code), err.text);
	}
}

int
api_is_ready(struct search *search, bool *ret_is_ready, struct err *err)
{
	struct search_query query = { .limit = 1, .no_facets = true };
	struct arena *arena = arena_new();
	struct search_result result;
	int ret = search_run(search, arena, &query, &result, err);

	if (ret == 0)
		*ret_is_ready = result.is_ready;
	arena_free(arena);
	return ret;
}

bool
api_etag(const struct api *api, const struct http_request *req,
    struct http_response *res, const struct catalogue_status *status)
{
	return api_etag_index(api, req, res, status, 0);
}

bool
api_etag_index(const struct api *api, const struct http_request *req,
    struct http_response *res, const struct catalogue_status *status,
    int64_t index)
{
	char *etag = arena_alloc(req->arena, HTTP_ETAG_LEN);
	char day[CLOCK_TEXT_LEN];
	const char *text;

	/* Consent ends with a day, and nothing else changes. */
	clock_format(api->now, day);
	text = arena_printf(req->arena, "%lld %s %lld %.10s %s",
	    (long long)status->version, status->digest, (long long)index, day,
	    req->target);
	http_etag(text, strlen(text), etag);
	res->etag = etag;
	return http_matches(req, etag);
}
