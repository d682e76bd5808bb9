/*
 * suggest: GET /api/v1/suggest?q=START -> {items:[{text,count}], meta}, for
 * programs that complete while people type; the pages have no script and do
 * without (design: search.md, "Typos and suggestions").
 */
#include "api/inside.h"

#include <string.h>

#define SUGGEST_ITEMS 10 /* where no limit is asked for */

static int
read_params(struct arena *arena, const struct http_params *params,
    const char **ret_text, size_t *ret_limit, struct err *err)
{
	const char *limit = http_param(params, "limit");
	struct http_params only = { 0 };
	struct http_param param;
	struct api_query query;

	*ret_text = http_param(params, "q");
	if (*ret_text == NULL)
		return err_set(err, ERR_FORMAT,
		    "q: what has been typed so far is missing");
	*ret_limit = SUGGEST_ITEMS;
	if (limit == NULL)
		return 0;
	param = (struct http_param){ .name = "limit", .value = limit };
	only.items = &param;
	only.n = 1;
	if (api_query_read(arena, &only, &query, err) == -1 ||
	    query.search.limit > SEARCH_SUGGEST_MAX)
		return err_set(err, ERR_FORMAT, "limit: a number from 1 to %d",
		    SEARCH_SUGGEST_MAX);
	*ret_limit = query.search.limit;
	return 0;
}

void
api_suggestions(struct json_writer *w, const struct search_suggestion *items,
    size_t n)
{
	json_key(w, "items");
	json_array(w);
	for (size_t i = 0; i < n; i++) {
		json_object(w);
		json_pair(w, "text", items[i].text);
		json_pair_int(w, "count", items[i].n);
		json_object_end(w);
	}
	json_array_end(w);
}

/* What browsers read: ["cho", ["choir", "chorus"]]. */
static bool
is_opensearch(const struct http_params *params)
{
	const char *format = http_param(params, "format");

	return format != NULL && strcmp(format, "opensearch") == 0;
}

static void
write_opensearch(const char *text, const struct search_suggestion *items,
    size_t n, struct strbuf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_array(&w);
	json_add_string(&w, text);
	json_array(&w);
	for (size_t i = 0; i < n; i++)
		json_add_string(&w, items[i].text);
	json_array_end(&w);
	json_array_end(&w);
	strbuf_addch(out, '\n');
}

/* Of the bytes: a few hundred, and the index has its own pace. */
static int
tag_answer(const struct http_request *req, struct http_response *res)
{
	char *etag = arena_alloc(req->arena, HTTP_ETAG_LEN);

	http_etag(res->body.buf, res->body.len, etag);
	res->etag = etag;
	return 0;
}

int
api_suggest(struct api *api, const struct http_request *req,
    struct http_response *res, struct err *err)
{
	struct search_suggestion *items;
	struct catalogue_status status;
	struct http_params params;
	struct json_writer w;
	const char *text;
	bool is_ready = true;
	size_t limit, n;

	if (http_params_read(req->arena, req->query, &params, err) == -1 ||
	    read_params(req->arena, &params, &text, &limit, err) == -1 ||
	    catalogue_status(api->cat, &status, err) == -1 ||
	    search_suggest(api->search, req->arena, text, limit, &items, &n,
		err) == -1 ||
	    (n == 0 && api_is_ready(api->search, &is_ready, err) == -1))
		return -1;
	if (!is_ready)
		return err_set(err, ERR_STALE,
		    "the search index is being made: try again in a minute");
	if (is_opensearch(&params)) {
		write_opensearch(text, items, n, &res->body);
		res->type = "application/x-suggestions+json";
		return tag_answer(req, res);
	}
	json_writer_init(&w, &res->body, 0);
	json_object(&w);
	api_suggestions(&w, items, n);
	json_key(&w, "meta");
	json_object(&w);
	json_pair_int(&w, "count", (int64_t)n);
	json_pair_int(&w, "limit", (int64_t)limit);
	json_key(&w, "catalogue");
	json_object(&w);
	json_pair_int(&w, "serial", status.version);
	json_pair(&w, "digest", status.digest);
	json_object_end(&w);
	json_object_end(&w);
	json_object_end(&w);
	strbuf_addch(&res->body, '\n');
	return tag_answer(req, res);
}
