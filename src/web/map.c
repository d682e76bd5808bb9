/*
 * map: where the records of a search are: dots over plain land, and the same
 * numbers as a table of countries. Neighbours: map_view.c says where it
 * looks, map_marks.c makes the marks, search/ counts.
 */
#include "web/map_page.h"
#include "web/routes.h"

#include <string.h>
#include <strings.h>

#define FORM_PARAMS 64

/* ---- the table ---- */

/* The same search in one country alone; false: no room for the filter. */
static bool
in_country(const struct api_query *query, const char *code,
    struct api_query *ret_query)
{
	struct search_query *s = &ret_query->search;
	size_t n = 0;

	*ret_query = *query;
	for (size_t i = 0; i < query->search.n_filters; i++) {
		if (query->search.filters[i].facet != SEARCH_COUNTRY)
			s->filters[n++] = query->search.filters[i];
	}
	if (n == SEARCH_FILTERS_MAX)
		return false;
	s->filters[n].facet = SEARCH_COUNTRY;
	s->filters[n++].value = code;
	s->n_filters = n;
	return true;
}

static bool
has_selection(const struct search_placed *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (items[i].is_selected)
			return true;
	}
	return false;
}

static void
add_country(const struct page *page, const struct map_view *view,
    const struct api_query *query, const struct search_placed *count,
    struct map_page *map)
{
	struct map_country *country = &map->countries[map->n_countries];
	struct api_query alone;
	double lat, lon, km;

	if (!in_country(query, count->value, &alone))
		return;
	country->code = count->value;
	country->label = page_label(page, VOCAB_COUNTRY, count->value);
	country->n = count->n;
	country->n_placed = count->placed;
	country->all = page_number(page, country->n);
	country->placed = page_number(page, country->n_placed);
	country->href = search_link(page, "/search", &alone,
	    alone.search.n_filters, 1);
	country->is_shown = view->area != NULL &&
			    strcmp(view->area, count->value) == 0;
	if (map_country_point(count->value, &lat, &lon, &km))
		country->map_href = map_link(page, query, count->value, NULL);
	map->n_countries++;
}

static void
fill_countries(const struct page *page, const struct map_view *view,
    const struct api_query *query, const struct search_spots *spots,
    struct map_page *map)
{
	const struct search_placed *items = spots->values;
	size_t n = spots->n_values;
	bool only = has_selection(items, n);

	map->countries = arena_alloc(page->arena, n * sizeof(*map->countries));
	for (size_t i = 0; i < n; i++) {
		/* Records of a chosen country may be in others too. */
		if (!only || items[i].is_selected)
			add_country(page, view, query, &items[i], map);
	}
}

/* ---- around it ---- */

static void
add_chip(const struct page *page, const char *label, const char *href,
    struct map_page *map)
{
	struct active *active = &map->active[map->n_active++];

	active->label = label;
	active->href = href;
	active->remove = page_say(page, TEXT_FILTER_REMOVE, 0, "name", label,
	    NULL);
}

static void
fill_chips(const struct page *page, const struct api_query *query,
    struct map_page *map)
{
	const struct search_query *s = &query->search;
	struct api_query plain = *query;

	map->active = arena_alloc(page->arena,
	    (s->n_filters + 2) * sizeof(*map->active));
	for (size_t i = 0; i < s->n_filters; i++)
		add_chip(page,
		    api_facet_label(s->filters[i].facet, s->filters[i].value,
			page->lang),
		    search_link(page, "/map", query, i, 1), map);
	if (s->near.km > 0) {
		plain.near = plain.within = NULL;
		add_chip(page,
		    page_say(page, TEXT_NEAR_ACTIVE, 0, "km",
			arena_printf(page->arena, "%g", s->near.km), "place",
			query->near, NULL),
		    map_link(page, &plain, NULL, NULL), map);
	}
	plain = *query;
	plain.search.n_filters = 0;
	plain.search.checked_since = 0;
	plain.near = plain.within = NULL;
	map->clear = map_link(page, &plain, NULL, NULL);
}

/* The form changes the words and keeps the rest but for where it looks. */
static void
fill_form(const struct page *page, const struct http_params *params,
    struct map_page *map)
{
	static const char *const not [] = { "q", "area", "zoom", "keep",
		"page" };

	map->hidden = arena_alloc(page->arena,
	    FORM_PARAMS * sizeof(*map->hidden));
	for (size_t i = 0; i < params->n && map->n_hidden < FORM_PARAMS; i++) {
		bool is_left_out = *params->items[i].value == '\0';

		for (size_t k = 0; k < ARRAY_LEN(not ); k++)
			is_left_out |= strcmp(params->items[i].name, not [k]) ==
				       0;
		if (!is_left_out)
			map->hidden[map->n_hidden++] = params->items[i];
	}
}

static void
fill_texts(const struct page *page, const struct map_view *view,
    const struct api_query *query, const struct search_spots *spots,
    struct map_page *map)
{
	const char *q = query->search.text;
	const char *n = page_number(page, spots->count);
	enum text_id heading = spots->count == 0 ? TEXT_MAP_OF_NOTHING
			       : *q != '\0'      ? TEXT_MAP_OF
						 : TEXT_MAP_OF_ALL;

	map->heading = page_say(page, heading, spots->count, "n", n, "q", q,
	    NULL);
	map->summary = page_say(page, TEXT_MAP_PLACED, spots->count, "n", n,
	    "placed", page_number(page, spots->placed), NULL);
	map->words = view->place != NULL ? page_say(page, TEXT_MAP_WORDS_OF, 0,
					       "place", view->place, NULL)
					 : page_text(page, TEXT_MAP_WORDS);
	map->box = arena_printf(page->arena, "%.2f %.2f %.2f %.2f",
	    view->x - view->width / 2, view->y - view->height / 2, view->width,
	    view->height);
	map->font = arena_printf(page->arena, "%.2f", view->width * 0.0165);
	map->results = search_link(page, "/search", query,
	    query->search.n_filters, 1);
}

/* ---- the page ---- */

static void
fill_map(const struct page *page, const struct http_params *params,
    const struct api_query *query, const struct map_view *view,
    const struct search_spots *spots, struct map_page *map)
{
	fill_countries(page, view, query, spots, map);
	map_add_spots(page, view, query, spots, map);
	/* What has no point is not known to be within a circle. */
	if (!(query->search.near.km > 0))
		map_add_squares(page, view, query, map);
	map_view_steps(page, view, query, map);
	fill_chips(page, query, map);
	fill_form(page, params, map);
	fill_texts(page, view, query, spots, map);
}

int
show_map(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	struct map_page map = { 0 };
	struct search_spots spots;
	struct search_box box;
	struct http_params params;
	struct api_query query;
	struct map_view view;
	enum api_near near;

	(void)rest;
	if (http_params_read(page->arena, page->req->query, &params, err) == -1)
		return -1;
	if (http_param(&params, "q") != NULL)
		page->q = http_param(&params, "q");
	if (api_query_read(page->arena, &params, &query, err) == -1 ||
	    api_query_near(page->api->search, &query, &near, err) == -1)
		return -1;
	if (near != API_NEAR_POINT) {
		if (near != API_NEAR_NONE)
			map.lost = page_text(page, TEXT_MAP_LOST);
		query.near = query.within = NULL;
	}
	query.has_sort = false;
	query.page = 1;
	if (!map_view_read(page, &params, &query, &view))
		map.wrong = page_text(page, TEXT_MAP_WRONG);
	box = map_view_box(&view);
	if (search_spots(page->api->search, page->arena, &query.search,
		map_view_step(&view), &box, SEARCH_COUNTRY, &spots, err) == -1)
		return -1;
	if (!spots.is_ready)
		return show_unready(page, res);
	fill_map(page, &params, &query, &view, &spots, &map);
	page->no_index = page->no_index || *page->req->query != '\0';
	page->canonical = "/map";
	page->title = map.heading;
	tmpl_map(&res->body, page, &map);
	return 0;
}
