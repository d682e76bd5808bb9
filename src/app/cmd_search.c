/*
 * search: the catalogue from the command line, with filters, places and
 * counts; and how a word goes on (design: search.md). search/ does the work,
 * api/ reads what pages and programs may ask for too, search_out.c prints.
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
		    "zone, need, language, node, design, type, strength, "
		    "outcome, audience, setting or block",
		    text);
	if (query->n_filters == SEARCH_FILTERS_MAX)
		return err_set(err, ERR_USAGE, "more than %d filters",
		    SEARCH_FILTERS_MAX);
	query->filters[query->n_filters].facet = facet;
	query->filters[query->n_filters++].value = equals + 1;
	return 0;
}

/* choir "link worker" as two words of a shell are the same two here. */
static const char *
join_words(struct app *app)
{
	const char *text = app->n_words > 0 ? app->words[0] : "";

	for (size_t i = 1; i < app->n_words; i++)
		text = arena_printf(app->arena, "%s %s", text, app->words[i]);
	return text;
}

static int
read_pages(struct app *app, struct api_query *query, struct err *err)
{
	struct search_query *search = &query->search;
	int64_t limit, offset;

	if (args_int(app, "--limit", API_PAGE_ITEMS, 1, SEARCH_LIMIT_MAX,
		&limit, err) == -1 ||
	    args_int(app, "--offset", 0, 0, INT32_MAX, &offset, err) == -1 ||
	    args_int(app, "--page", 1, 1, INT32_MAX / SEARCH_LIMIT_MAX,
		&query->page, err) == -1)
		return -1;
	search->limit = (size_t)limit;
	search->offset = (size_t)offset;
	search->cursor = args_value(app, "--cursor");
	if (args_value(app, "--page") == NULL)
		return 0;
	if (args_value(app, "--offset") != NULL || search->cursor != NULL)
		return err_set(err, ERR_USAGE,
		    "--page, --offset or --cursor: one of them");
	search->offset = (size_t)((query->page - 1) * limit);
	return 0;
}

/* What can be told to be wrong before any file is opened. */
static int
read_near(struct app *app, struct api_query *query, struct err *err)
{
	const char *since = args_value(app, "--checked-since");
	enum api_near near;
	struct err why;

	query->arena = app->arena;
	query->near = args_value(app, "--near");
	query->within = args_value(app, "--within");
	if (since != NULL &&
	    api_day_read(since, &query->search.checked_since) == -1)
		return err_set(err, ERR_USAGE,
		    "--checked-since: a day as in 2026-11-21");
	if (query->within != NULL && query->near == NULL)
		return err_set(err, ERR_USAGE,
		    "--within: of what? say --near too");
	near = api_near_read(query);
	if (query->near != NULL && near == API_NEAR_NONE)
		return err_set(err, ERR_USAGE,
		    "--near: the name of a place, or LAT,LON");
	if (near != API_NEAR_UNKNOWN && api_near_check(query, near, &why) == -1)
		return err_set(err, ERR_USAGE, "--%s", why.text);
	return 0;
}

static int
make_query(struct app *app, struct api_query *query, struct err *err)
{
	const char *sort = args_value(app, "--sort"), *filter;
	struct search_query *search = &query->search;

	search->text = join_words(app);
	for (size_t i = 0; (filter = args_each(app, "--filter", i)); i++)
		if (add_filter(app, search, filter, err) == -1)
			return -1;
	if (sort != NULL && search_sort_parse(sort, &search->sort) == -1)
		return err_set(err, ERR_USAGE,
		    "--sort: relevance, checked, year, strength or distance");
	query->has_sort = sort != NULL;
	search->explain = args_flag(app, "--explain");
	search->no_facets = !app->json;
	if (read_pages(app, query, err) == -1)
		return -1;
	return read_near(app, query, err);
}

static int
no_index(struct err *err)
{
	return err_set(err, ERR_BUSY,
	    "the search index is being made: try again in a minute, or make "
	    "it with gspd rebuild");
}

static int
find(struct app *app, struct api_query *query, struct strbuf *out,
    struct err *err)
{
	struct search_result result;
	enum api_near near;
	struct err why;

	if (api_query_near(app->search, query, &near, err) == -1 ||
	    search_run(app->search, app->arena, &query->search, &result, err) ==
		-1)
		return -1;
	/* Before the place: without an index none is known. */
	if (!result.is_ready)
		return no_index(err);
	if (api_near_check(query, near, &why) == -1)
		return err_set(err, ERR_NOTFOUND, "--%s", why.text);
	search_print(app, query, &result, out);
	return 0;
}

/* ---- how a word goes on ---- */

static int
suggest(struct app *app, const char *start, size_t limit, struct strbuf *out,
    struct err *err)
{
	struct search_suggestion *items;
	bool is_ready = true;
	struct json_writer w;
	size_t n;

	if (limit > SEARCH_SUGGEST_MAX)
		limit = SEARCH_SUGGEST_MAX;
	if (search_suggest(app->search, app->arena, start, limit, &items, &n,
		err) == -1 ||
	    (n == 0 && api_is_ready(app->search, &is_ready, err) == -1))
		return -1;
	if (!is_ready)
		return no_index(err);
	if (app->json) {
		json_writer_init(&w, out, 0);
		json_object(&w);
		api_suggestions(&w, items, n);
		json_object_end(&w);
		strbuf_addch(out, '\n');
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		strbuf_addf(out, "%8" PRId64 "  ", items[i].n);
		out_safe(out, items[i].text);
		strbuf_addch(out, '\n');
	}
	return 0;
}

static int
run_search(struct app *app, struct err *err)
{
	const char *start = args_value(app, "--suggest");
	struct api_query query = { .page = 1 };
	struct strbuf out;
	int ret = -1;

	if (make_query(app, &query, err) == -1)
		return -1;
	if (start != NULL && app->n_words > 0)
		return err_set(err, ERR_USAGE,
		    "--suggest stands alone: all that was typed is its value");
	if (app_conf(app, err) == -1 ||
	    app_catalogue(app, CATALOGUE_READ, err) == -1 ||
	    catalogue_read_begin(app->catalogue, err) == -1)
		return -1;
	catalogue_set_now(app->catalogue, clock_now());
	strbuf_init(&out, OUT_MAX);
	ret = start != NULL ? suggest(app, start, query.search.limit, &out, err)
			    : find(app, &query, &out, err);
	catalogue_read_end(app->catalogue);
	if (ret == 0)
		ret = out_text(&out, err);
	strbuf_release(&out);
	return ret;
}

static const struct app_option options[] = {
	{ "--filter", "NAME=VALUE",
	    "kind, country, zone, need, language, node, "
	    "design, type, strength, outcome, audience, setting, block; may "
	    "repeat" },
	{ "--near", "PLACE",
	    "close to a place: its name, or LAT,LON as in 51.50,-0.12" },
	{ "--within", "KM", "so close (25)" },
	{ "--checked-since", "DATE", "checked on that day or later" },
	{ "--sort", "NAME", "relevance, checked, year, strength, distance" },
	{ "--limit", "N", "at most so many (20; 100 at most)" },
	{ "--page", "N", "the Nth page of so many" },
	{ "--offset", "N", "skip so many" },
	{ "--cursor", "TEXT", "go on behind a former page" },
	{ "--explain", NULL, "each part of each score" },
	{ "--suggest", "START", "how what was typed may go on, and no search" },
	{ NULL, NULL, NULL },
};

const struct command cmd_search = {
	.name = "search",
	.words = "[WORD...]",
	.summary = "find records in the merged catalogue",
	.help = "Any text is a query. Filters of one name are alternatives, of "
		"different names\nall must hold: --filter country=us --filter "
		"country=ca --filter kind=programme.\nTo leave a word out, put "
		"-- in front: gspd search -- choir -carols",
	.max_words = APP_WORDS_MAX,
	.has_json = true,
	.options = options,
	.run = run_search,
};
