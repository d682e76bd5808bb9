/*
 * search: GET /api/v1/search -> {meta, items, facets, links} (design:
 * interfaces.md, 9). Neighbours: query.c reads the parameters.
 */
#include "api/inside.h"

#include <math.h>
#include <string.h>

#define LABEL_LANG "en"

static void
write_item(struct api *api, struct arena *arena, struct json_writer *w,
    const struct search_hit *hit, bool explain)
{
	const struct merge_view *view = hit->view;
	char node[RECORD_NODE_MAX] = "";
	char uuid[37];

	(void)record_id_split(view->rec->id, node, uuid);
	json_object(w);
	json_pair(w, "id", view->rec->id);
	json_pair(w, "kind", record_kind_name(view->rec->kind));
	json_pair(w, "title", record_title(view->rec, NULL));
	json_pair(w, "summary", record_summary(view->rec, NULL));
	json_pair(w, "node", node);
	json_pair(w, "country", record_country(view->rec));
	json_pair(w, "lang", view->rec->lang);
	json_pair(w, "url",
	    url_join(arena, api->conf->url,
		arena_printf(arena, "record/%s", view->rec->id)));
	json_key(w, "members");
	json_array(w);
	for (size_t i = 0; i < view->n_members; i++)
		json_add_string(w, view->members[i]);
	json_array_end(w);
	if (hit->km >= 0)
		json_pair_real(w, "distance_km", round(hit->km * 1000) / 1000);
	if (explain)
		api_explain(w, hit);
	json_object_end(w);
}

void
api_explain(struct json_writer *w, const struct search_hit *hit)
{
	json_key(w, "explain");
	json_object(w);
	json_pair_real(w, "score", hit->score);
	json_pair_int(w, "length", hit->length);
	json_pair_int(w, "prior", hit->prior);
	json_key(w, "parts");
	json_array(w);
	for (size_t i = 0; i < hit->n_parts; i++) {
		const struct search_part *part = &hit->parts[i];

		json_object(w);
		json_pair(w, "typed", part->typed);
		json_pair(w, "word", part->word);
		json_pair_int(w, "df", part->df);
		json_pair_real(w, "idf", part->idf);
		json_pair_int(w, "weight", part->weight);
		json_pair_real(w, "factor", part->factor);
		json_pair_real(w, "score", part->score);
		json_object_end(w);
	}
	json_array_end(w);
	json_object_end(w);
}

static void
write_facets(struct json_writer *w, const struct search_result *result)
{
	json_key(w, "facets");
	json_object(w);
	for (int f = 0; f < SEARCH_FACET_COUNT; f++) {
		json_key(w, search_facet_name((enum search_facet)f));
		json_array(w);
		for (size_t i = 0; i < result->facets[f].n; i++) {
			const struct search_count *count =
			    &result->facets[f].items[i];

			json_object(w);
			json_pair(w, "value", count->value);
			json_pair(w, "label",
			    api_facet_label((enum search_facet)f, count->value,
				LABEL_LANG));
			json_pair_int(w, "count", count->n);
			if (count->is_selected)
				json_pair_bool(w, "selected", true);
			json_object_end(w);
		}
		json_array_end(w);
	}
	json_object_end(w);
}

void
api_nearest(struct json_writer *w, const struct search_result *result)
{
	if (result->n_nearest == 0)
		return;
	json_key(w, "nearest");
	json_array(w);
	for (size_t i = 0; i < result->n_nearest; i++) {
		json_object(w);
		json_pair(w, "word", result->nearest[i].text);
		json_pair_int(w, "count", result->nearest[i].n);
		json_object_end(w);
	}
	json_array_end(w);
}

static void
write_meta(struct json_writer *w, const struct api_query *query,
    const struct search_result *result, const struct catalogue_status *status)
{
	json_key(w, "meta");
	json_object(w);
	json_pair_int(w, "count", result->count);
	json_pair_int(w, "limit", (int64_t)query->search.limit);
	json_key(w, "next_cursor");
	json_add_string(w, result->next_cursor);
	json_pair(w, "dropped", result->dropped);
	json_pair(w, "did_you_mean", result->did_you_mean);
	if (result->is_corrected)
		json_pair_bool(w, "corrected", true);
	api_nearest(w, result);
	api_near_facts(w, query);
	if (query->search.explain)
		json_pair_real(w, "mean_length", result->mean_length);
	json_key(w, "catalogue");
	json_object(w);
	json_pair_int(w, "serial", status->version);
	json_pair(w, "digest", status->digest);
	json_object_end(w);
	/* Of which state of the catalogue the items were found. */
	json_key(w, "index");
	json_object(w);
	json_pair_int(w, "version", result->version);
	json_object_end(w);
	json_pair_real(w, "took_ms", (double)result->took_us / 1000);
	json_object_end(w);
}

/* The same search on from the cursor: what "next" links to. */
static const char *
next_link(struct arena *arena, const struct http_params *params,
    const char *cursor)
{
	const char *link;
	struct strbuf sb;

	if (cursor == NULL)
		return NULL;
	strbuf_init(&sb, URL_MAX * 4);
	strbuf_addstr(&sb, "/api/v1/search?cursor=");
	url_encode(&sb, cursor, strlen(cursor));
	for (size_t i = 0; i < params->n; i++) {
		const struct http_param *param = &params->items[i];

		if (strcmp(param->name, "cursor") == 0 ||
		    strcmp(param->name, "page") == 0)
			continue;
		strbuf_addch(&sb, '&');
		url_encode(&sb, param->name, strlen(param->name));
		strbuf_addch(&sb, '=');
		url_encode(&sb, param->value, strlen(param->value));
	}
	link = arena_strndup(arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return link;
}

static void
write_result(struct api *api, const struct http_request *req,
    const struct http_params *params, const struct api_query *query,
    const struct search_result *result, const struct catalogue_status *status,
    struct strbuf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_object(&w);
	write_meta(&w, query, result, status);
	json_key(&w, "items");
	json_array(&w);
	for (size_t i = 0; i < result->n_hits; i++)
		write_item(api, req->arena, &w, &result->hits[i],
		    query->search.explain);
	json_array_end(&w);
	write_facets(&w, result);
	json_key(&w, "links");
	json_object(&w);
	json_pair(&w, "self", req->target);
	json_pair(&w, "next",
	    next_link(req->arena, params, result->next_cursor));
	json_object_end(&w);
	json_object_end(&w);
	strbuf_addch(out, '\n');
}

int
api_search(struct api *api, const struct http_request *req,
    struct http_response *res, struct err *err)
{
	struct catalogue_status status;
	struct search_result result;
	struct http_params params;
	struct api_query query;
	enum api_near near;

	if (http_params_read(req->arena, req->query, &params, err) == -1 ||
	    api_query_read(req->arena, &params, &query, err) == -1 ||
	    catalogue_status(api->cat, &status, err) == -1 ||
	    api_query_near(api->search, &query, &near, err) == -1 ||
	    search_run(api->search, req->arena, &query.search, &result, err) ==
		-1)
		return -1;
	/* Before the place: without an index none is known. */
	if (!result.is_ready)
		return err_set(err, ERR_STALE,
		    "the search index is being made: try again in a minute");
	if (api_near_check(&query, near, err) == -1)
		return -1;
	if (api_etag_index(api, req, res, &status, result.version))
		return 0;
	write_result(api, req, &params, &query, &result, &status, &res->body);
	return 0;
}
