/*
 * exports: /search.ris and its like: every record of a search as a file, by
 * the same arguments as the page of results. Neighbours: api/export.c writes
 * the file, atom.c the feed.
 */
#include "web/export_page.h"
#include "web/routes.h"

#include <string.h>

static int
read_format(const char *ending, enum api_format *ret_format, struct err *err)
{
	if (api_format_parse(ending, ret_format) == -1 ||
	    *ret_format == API_JSONLD)
		return err_set(err, ERR_NOTFOUND,
		    "no such format: ris, bib, csl, csv, json or ndjson");
	return 0;
}

/* "gspd-choir" or, without words, "gspd-ca-programme". */
static const char *
stem_of(const struct page *page, const struct search_query *query)
{
	const char *stem = "gspd";

	if (*query->text != '\0')
		return arena_printf(page->arena, "gspd-%s", query->text);
	for (size_t i = 0; i < query->n_filters && i < 3; i++)
		stem = arena_printf(page->arena, "%s-%s", stem,
		    query->filters[i].value);
	return query->n_filters != 0 ? stem : "gspd-all";
}

int
show_export(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	struct api_export what = { .lang = page->lang };
	struct http_params params;
	struct api_query query;
	enum api_near near;

	if (strcmp(rest, "atom") == 0)
		return show_atom(page, rest, res, err);
	if (read_format(rest, &what.format, err) == -1 ||
	    http_params_read(page->arena, page->req->query, &params, err) ==
		-1 ||
	    api_query_read(page->arena, &params, &query, err) == -1 ||
	    api_query_near(page->api->search, &query, &near, err) == -1 ||
	    api_near_check(&query, near, err) == -1)
		return -1;
	what.stem = stem_of(page, &query.search);
	return api_export_search(page->api, page->req, &query, &what, res, err);
}

int
export_answer(struct page *page, const char *ending, const char *stem,
    const struct merge_view *const *views, size_t n, struct http_response *res,
    struct err *err)
{
	struct api_export what = { .lang = page->lang, .stem = stem };

	if (read_format(ending, &what.format, err) == -1)
		return -1;
	return api_export_views(page->api, page->req, views, n, &what, res,
	    err);
}

const char *
export_address(const struct page *page, const char *path, const char *ending,
    const char *query)
{
	bool has_query = query != NULL && *query != '\0';

	return arena_printf(page->arena, "%s%s.%s%s%s", page->prefix, path,
	    ending, has_query ? "?" : "", has_query ? query : "");
}

void
export_links(const struct page *page, const char *path, const char *query,
    struct export_link ret_links[EXPORT_LINKS])
{
	/* Names of formats are the same in every language. */
	static const struct {
		const char *label, *ending;
	} table[EXPORT_LINKS] = { { "RIS", "ris" }, { "BibTeX", "bib" },
		{ "CSL-JSON", "csl" }, { "CSV", "csv" }, { "JSON", "json" },
		{ "NDJSON", "ndjson" } };

	for (size_t i = 0; i < EXPORT_LINKS; i++) {
		ret_links[i].label = table[i].label;
		ret_links[i].href = export_address(page, path, table[i].ending,
		    query);
	}
}
