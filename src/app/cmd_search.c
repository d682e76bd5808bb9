/*
 * search: the catalogue from the command line, with filters and counts
 * (design: search.md). search/ does the work.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"

#define OUT_MAX (16 << 20)

static int
add_filter(struct app *app, struct search_query *query, const char *text,
    struct err *err)
{
	const char *equals = strchr(text, '=');
	enum search_facet facet;
	char *name;

	name = equals == NULL
		   ? NULL
		   : arena_strndup(app->arena, text, (size_t)(equals - text));
	if (name == NULL || equals[1] == '\0' ||
	    search_facet_parse(name, &facet) == -1)
		return err_set(err, ERR_USAGE,
		    "--filter %.60s: write NAME=VALUE with kind, country, "
		    "zone, need, language, node, design or type",
		    text);
	if (query->n_filters == SEARCH_FILTERS_MAX)
		return err_set(err, ERR_USAGE, "more than %d filters",
		    SEARCH_FILTERS_MAX);
	query->filters[query->n_filters].facet = facet;
	query->filters[query->n_filters++].value = equals + 1;
	return 0;
}

static int
make_query(struct app *app, struct search_query *query, struct err *err)
{
	const char *sort = args_value(app, "--sort"), *filter;
	int64_t limit, offset;

	query->text = app->n_words > 0 ? app->words[0] : "";
	for (size_t i = 0; (filter = args_each(app, "--filter", i)); i++)
		if (add_filter(app, query, filter, err) == -1)
			return -1;
	if (sort != NULL && search_sort_parse(sort, &query->sort) == -1)
		return err_set(err, ERR_USAGE,
		    "--sort: relevance, checked, year or distance");
	if (args_int(app, "--limit", 20, 1, SEARCH_LIMIT_MAX, &limit, err) ==
		-1 ||
	    args_int(app, "--offset", 0, 0, INT32_MAX, &offset, err) == -1)
		return -1;
	query->limit = (size_t)limit;
	query->offset = (size_t)offset;
	query->cursor = args_value(app, "--cursor");
	query->no_facets = !app->json;
	return 0;
}

/* Countries are lower case here as in filters and addresses. */
static const char *
facet_value(struct app *app, enum search_facet facet, const char *value)
{
	char *low;

	if (facet != SEARCH_COUNTRY)
		return value;
	low = arena_strdup(app->arena, value);
	for (char *p = low; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p |= 0x20;
	return low;
}

static void
json_facets(struct app *app, struct json_writer *w,
    const struct search_result *result)
{
	json_key(w, "facets");
	json_object(w);
	for (int f = 0; f < SEARCH_FACET_COUNT; f++) {
		enum search_facet facet = (enum search_facet)f;

		json_key(w, search_facet_name(facet));
		json_object(w);
		for (size_t i = 0; i < result->facets[f].n; i++)
			json_pair_int(w,
			    facet_value(app, facet,
				result->facets[f].items[i].value),
			    result->facets[f].items[i].n);
		json_object_end(w);
	}
	json_object_end(w);
}

static void
json_item(struct json_writer *w, const struct merge_view *view, double score)
{
	char node[RECORD_NODE_MAX], uuid[37];

	if (record_id_split(view->rec->id, node, uuid) == -1)
		node[0] = '\0';
	json_object(w);
	json_pair(w, "id", view->rec->id);
	json_pair(w, "kind", record_kind_name(view->rec->kind));
	json_pair(w, "title", record_title(view->rec, NULL));
	json_pair(w, "node", node);
	json_pair(w, "country", record_country(view->rec));
	json_pair(w, "lang", view->rec->lang);
	json_pair(w, "summary", record_summary(view->rec, NULL));
	json_key(w, "score");
	json_add_real(w, score);
	json_key(w, "members");
	json_array(w);
	for (size_t i = 0; i < view->n_members; i++)
		json_add_string(w, view->members[i]);
	json_array_end(w);
	json_object_end(w);
}

static void
text_item(struct strbuf *sb, const struct merge_view *view)
{
	const char *title = record_title(view->rec, NULL);

	strbuf_addf(sb, "%-12s %s  ", record_kind_name(view->rec->kind),
	    view->rec->id);
	log_quote(sb, title, strlen(title), 200);
	if (view->n_members > 1)
		strbuf_addf(sb, " (%zu records)", view->n_members);
	strbuf_addch(sb, '\n');
}

static int
add_items(struct app *app, const struct search_result *result,
    struct strbuf *sb, struct json_writer *w, struct err *err)
{
	struct arena *arena = arena_new();
	int ret = 0;

	for (size_t i = 0; i < result->n_hits && ret == 0; i++) {
		struct merge_view *view;

		arena_reset(arena);
		ret = catalogue_group(app->catalogue, arena,
		    result->hits[i].group, &view, err);
		if (ret == 0 && app->json)
			json_item(w, view, result->hits[i].score);
		else if (ret == 0)
			text_item(sb, view);
	}
	arena_free(arena);
	return ret;
}

static int
run_search(struct app *app, struct err *err)
{
	struct search_query query = { 0 };
	struct search_result result;
	struct json_writer w;
	struct strbuf sb;
	int ret = -1;

	strbuf_init(&sb, OUT_MAX);
	json_writer_init(&w, &sb, 0);
	if (make_query(app, &query, err) == -1 || app_conf(app, err) == -1 ||
	    app_catalogue(app, CATALOGUE_READ, err) == -1 ||
	    catalogue_read_begin(app->catalogue, err) == -1)
		goto out;
	ret = search_run(app->search, app->arena, &query, &result, err);
	if (ret == 0 && app->json) {
		json_object(&w);
		json_pair_int(&w, "count", result.count);
		json_key(&w, "items");
		json_array(&w);
	} else if (ret == 0) {
		strbuf_addf(&sb, "%" PRId64 " found%s%s\n", result.count,
		    result.dropped ? ", without: " : "",
		    result.dropped ? result.dropped : "");
	}
	if (ret == 0)
		ret = add_items(app, &result, &sb, &w, err);
	if (ret == 0 && app->json) {
		json_array_end(&w);
		json_facets(app, &w, &result);
		json_pair(&w, "next_cursor", result.next_cursor);
		json_pair(&w, "dropped", result.dropped);
		json_pair_int(&w, "took_us", result.took_us);
		json_object_end(&w);
		strbuf_addch(&sb, '\n');
	}
	catalogue_read_end(app->catalogue);
	if (ret == 0)
		ret = out_text(&sb, err);
out:
	strbuf_release(&sb);
	return ret;
}

static const struct app_option options[] = {
	{ "--filter", "NAME=VALUE",
	    "kind, country, zone, need, language, node, "
	    "design, type; may repeat" },
	{ "--limit", "N", "at most so many (20; 100 at most)" },
	{ "--offset", "N", "skip so many" },
	{ "--cursor", "TEXT", "go on behind a former page" },
	{ "--sort", "NAME", "relevance, checked, year or distance" },
	{ NULL, NULL, NULL },
};

const struct command cmd_search = {
	.name = "search",
	.words = "[QUERY]",
	.summary = "find records in the merged catalogue",
	.help = "Any text is a query. Filters of one name are alternatives, of "
		"different names\nall must hold: --filter country=us --filter "
		"country=ca --filter kind=programme.",
	.max_words = 1,
	.has_json = true,
	.options = options,
	.run = run_search,
};
