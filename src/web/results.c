/*
 * results: the page of a search: cards, filters with counts, active filters
 * with a cross, sort, paging, and help when nothing is found. Every link is
 * the same search with one thing changed. Neighbours: api/query.c reads the
 * address, cards.c makes the cards.
 */
#include "web/results_page.h"
#include "web/routes.h"

#include <string.h>
#include <strings.h>

#define FACET_SHOWN 6  /* the rest folds away */
#define FACET_MAX   60 /* more is no help on a page */

static const char *
sort_name(enum search_sort sort)
{
	static const char *const names[] = { "relevance", "checked", "year",
		"strength", "distance" };

	return names[sort];
}

/* "2026-11-21" from 20261121 */
static const char *
day_iso(const struct page *page, int32_t day)
{
	return arena_printf(page->arena, "%04d-%02d-%02d", (int)(day / 10000),
	    (int)(day / 100 % 100), (int)(day % 100));
}

/* The search without filter `skip` (n_filters: with all), on a page. */
static const char *
search_link(const struct page *page, const char *path,
    const struct api_query *query, size_t skip, int64_t number)
{
	const struct search_query *s = &query->search;
	struct link link;

	if (strncmp(path, "/search", 7) == 0)
		link_start(&link, page, path);
	else
		link_start_plain(&link, page, path);
	link_add(&link, "q", s->text);
	for (size_t i = 0; i < s->n_filters; i++) {
		if (i != skip)
			link_add(&link, search_facet_name(s->filters[i].facet),
			    s->filters[i].value);
	}
	/* Not an order that follows from the rest. */
	if (query->has_sort && s->sort != SEARCH_BY_RELEVANCE)
		link_add(&link, "sort", sort_name(s->sort));
	if (query->near != NULL && *query->near != '\0') {
		link_add(&link, "near", query->near);
		if (query->within != NULL && *query->within != '\0')
			link_add(&link, "within", query->within);
	}
	if (s->checked_since != 0)
		link_add(&link, "checked_since",
		    day_iso(page, s->checked_since));
	if (number > 1)
		link_add(&link, "page",
		    arena_printf(page->arena, "%lld", (long long)number));
	return link_end(&link);
}

static void
fill_choice(const struct page *page, enum search_facet facet,
    const struct search_count *count, struct choice *choice)
{
	struct link link;

	choice->value = count->value;
	choice->label = api_facet_label(facet, count->value, page->lang);
	choice->count = page_number(page, count->n);
	choice->is_selected = count->is_selected;
	link_start(&link, page, "/search");
	link_add(&link, search_facet_name(facet), count->value);
	choice->href = link_end(&link);
}

struct choice *
choices_of(const struct page *page, const struct search_result *result,
    enum search_facet facet, size_t max, size_t *ret_n)
{
	size_t total = result->facets[facet].n;
	size_t n = 0;
	struct choice *choices;

	if (total > max)
		total = max;
	choices = arena_alloc(page->arena, total * sizeof(*choices));
	/* What is chosen comes first, so that it never folds away. */
	for (int chosen = 1; chosen >= 0; chosen--) {
		for (size_t i = 0; i < result->facets[facet].n && n < total;
		     i++) {
			const struct search_count *count =
			    &result->facets[facet].items[i];

			if (count->is_selected == (chosen == 1))
				fill_choice(page, facet, count, &choices[n++]);
		}
	}
	*ret_n = n;
	return choices;
}

static void
fill_facets(const struct page *page, const struct search_result *result,
    struct results *view)
{
	static const struct {
		enum search_facet facet;
		enum text_id title;
	} table[] = {
		{ SEARCH_KIND, TEXT_FACET_KIND },
		{ SEARCH_NEED, TEXT_FACET_NEED },
		{ SEARCH_ZONE, TEXT_FACET_ZONE },
		{ SEARCH_COUNTRY, TEXT_FACET_COUNTRY },
		{ SEARCH_LANGUAGE, TEXT_FACET_LANGUAGE },
		{ SEARCH_DESIGN, TEXT_FACET_DESIGN },
		{ SEARCH_TYPE, TEXT_FACET_TYPE },
		{ SEARCH_NODE, TEXT_FACET_NODE },
	};

	view->facets = arena_alloc(page->arena,
	    ARRAY_LEN(table) * sizeof(*view->facets));
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct facet *facet = &view->facets[view->n_facets];

		facet->choices = choices_of(page, result, table[i].facet,
		    FACET_MAX, &facet->n);
		if (facet->n == 0)
			continue;
		facet->name = search_facet_name(table[i].facet);
		facet->title = page_text(page, table[i].title);
		facet->n_shown = facet->n;
		/* Folding one or two away would save nothing. */
		if (facet->n > FACET_SHOWN + 2) {
			facet->n_shown = FACET_SHOWN;
			while (facet->n_shown < facet->n &&
			       facet->choices[facet->n_shown].is_selected)
				facet->n_shown++;
			facet->more = page_say(page, TEXT_FILTER_MORE, 0, "n",
			    page_number(page,
				(int64_t)(facet->n - facet->n_shown)),
			    NULL);
		}
		view->n_facets++;
	}
}

/* The value as the catalogue writes it, for its label: "ca" is "CA". */
static const char *
written(const struct search_result *result, enum search_facet facet,
    const char *value)
{
	for (size_t i = 0; i < result->facets[facet].n; i++) {
		const char *item = result->facets[facet].items[i].value;

		if (strcasecmp(item, value) == 0)
			return item;
	}
	return value;
}

/* The chip of a place or a day: the same search but for that. */
static void
add_active(const struct page *page, const struct api_query *without,
    const char *label, struct results *view)
{
	struct active *active = &view->active[view->n_active++];

	active->label = label;
	active->remove = page_say(page, TEXT_FILTER_REMOVE, 0, "name", label,
	    NULL);
	active->href = search_link(page, "/search", without,
	    without->search.n_filters, 1);
}

/* Without the place; an order by distance goes with it. */
static struct api_query
anywhere(const struct api_query *query)
{
	struct api_query plain = *query;

	plain.near = plain.within = NULL;
	if (plain.search.sort == SEARCH_BY_DISTANCE)
		plain.has_sort = false;
	return plain;
}

static void
fill_active(const struct page *page, const struct api_query *query,
    const struct search_result *result, struct results *view)
{
	const struct search_query *s = &query->search;
	struct api_query plain = *query;
	const char *path = "/search";

	view->active = arena_alloc(page->arena,
	    (s->n_filters + 2) * sizeof(*view->active));
	for (size_t i = 0; i < s->n_filters; i++) {
		enum search_facet facet = s->filters[i].facet;
		struct active *active = &view->active[view->n_active++];

		active->label = api_facet_label(facet,
		    written(result, facet, s->filters[i].value), page->lang);
		active->remove = page_say(page, TEXT_FILTER_REMOVE, 0, "name",
		    active->label, NULL);
		active->href = search_link(page, path, query, i, 1);
	}
	if (s->near.km > 0) {
		plain = anywhere(query);
		add_active(page, &plain,
		    page_say(page, TEXT_NEAR_ACTIVE, 0, "km", view->within,
			"place", query->near, NULL),
		    view);
	}
	if (s->checked_since != 0) {
		plain = *query;
		plain.search.checked_since = 0;
		add_active(page, &plain,
		    page_say(page, TEXT_SINCE_ACTIVE, 0, "date",
			page_date(page, view->since), NULL),
		    view);
	}
	plain = anywhere(query);
	plain.search.checked_since = 0;
	plain.search.n_filters = 0;
	view->clear = search_link(page, path, &plain, 0, 1);
}

static void
fill_paging(const struct page *page, const struct api_query *query,
    const struct search_result *result, struct results *view)
{
	const char *path = "/search";
	int64_t size = (int64_t)query->search.limit;
	int64_t reach = result->count < API_OFFSET_MAX ? result->count
						       : API_OFFSET_MAX;
	int64_t pages = (reach + size - 1) / size;
	int64_t here = query->page;
	size_t all = query->search.n_filters;

	if (result->count > API_OFFSET_MAX)
		view->too_far = page_say(page, TEXT_RESULTS_MORE, 0, "n",
		    page_number(page, API_OFFSET_MAX), NULL);
	if (pages <= 1 && here <= 1)
		return;
	if (here > 1)
		view->previous = search_link(page, path, query, all,
		    here > pages ? pages : here - 1);
	if (here < pages)
		view->next = search_link(page, path, query, all, here + 1);
	if (here <= pages)
		view->position = page_say(page, TEXT_RESULTS_PAGE, 0, "page",
		    page_number(page, here), "pages", page_number(page, pages),
		    NULL);
}

static void
fill_sorts(const struct page *page, const struct api_query *query,
    struct results *view)
{
	/* Distance, the last, only from somewhere. */
	view->n_sorts = query->search.near.km > 0 ? SEARCH_BY_DISTANCE + 1
						  : SEARCH_BY_DISTANCE;
	view->sorts = arena_alloc(page->arena,
	    view->n_sorts * sizeof(*view->sorts));
	for (size_t i = 0; i < view->n_sorts; i++) {
		view->sorts[i].value = sort_name((enum search_sort)i);
		view->sorts[i].label = page_text(page,
		    TEXT_SORT_RELEVANCE + (unsigned)i);
		view->sorts[i].is_selected = query->search.sort == i;
	}
}

static void
fill_heading(const struct page *page, const struct api_query *query,
    const struct search_result *result, struct results *view)
{
	const char *n = page_number(page, result->count);
	const char *q = result->is_corrected && result->did_you_mean != NULL
			    ? result->did_you_mean
			    : query->search.text;
	bool has_words = *q != '\0';

	view->is_empty = result->count == 0;
	if (view->is_empty)
		view->heading = page_say(page,
		    has_words ? TEXT_RESULTS_NONE_FOR : TEXT_RESULTS_NONE, 0,
		    "q", q, NULL);
	else
		view->heading = page_say(page,
		    has_words ? TEXT_RESULTS_FOR : TEXT_RESULTS_ALL,
		    result->count, "n", n, "q", q, NULL);
	if (result->dropped != NULL && !view->is_empty)
		view->dropped = page_say(page, TEXT_RESULTS_DROPPED, 0, "words",
		    result->dropped, NULL);
}

/* Help with words: what was read instead, or may have been meant. */
static void
fill_meant(const struct page *page, const struct api_query *query,
    const struct search_result *result, struct results *view)
{
	struct api_query other = *query;
	const char *meant = result->did_you_mean;

	if (meant == NULL)
		return;
	if (result->is_corrected) {
		view->corrected = page_say(page, TEXT_RESULTS_CORRECTED, 0, "q",
		    query->search.text, "other", meant, NULL);
		return;
	}
	other.search.text = meant;
	view->meant = page_say(page, TEXT_RESULTS_MEANT, 0, "q", meant, NULL);
	view->meant_href = search_link(page, "/search", &other,
	    other.search.n_filters, 1);
}

/* The form's fields as they were typed, and what could not be read in them. */
static void
fill_near(const struct page *page, struct api_query *query, enum api_near near,
    struct results *view)
{
	view->near = query->near != NULL ? query->near : "";
	view->within = query->within != NULL && *query->within != '\0'
			   ? query->within
			   : arena_printf(page->arena, "%d", API_WITHIN_KM);
	view->since = query->search.checked_since != 0
			  ? day_iso(page, query->search.checked_since)
			  : "";
	if (near == API_NEAR_UNKNOWN)
		view->lost = page_say(page, TEXT_NEAR_UNKNOWN, 0, "place",
		    view->near, NULL);
	else if (near == API_NEAR_WRONG)
		view->lost = page_say(page, TEXT_NEAR_WRONG, 0, "place",
		    view->near, NULL);
	else if (near == API_NEAR_WITHIN)
		view->lost = page_say(page, TEXT_NEAR_NO_DISTANCE, 0, "km",
		    view->within, "n", page_number(page, API_WITHIN_MAX), NULL);
	/* An order by distance from nowhere, as of a form just emptied. */
	if (near != API_NEAR_POINT &&
	    query->search.sort == SEARCH_BY_DISTANCE) {
		query->search.sort = SEARCH_BY_RELEVANCE;
		query->has_sort = false;
	}
}

/* "350 m away", "2.4 km away", "120 km away" */
static const char *
distance_words(const struct page *page, double km)
{
	if (km < 0)
		return NULL;
	if (km < 0.995)
		return page_say(page, TEXT_CARD_METRES, 0, "n",
		    page_number(page, (int64_t)(km * 100 + 0.5) * 10), NULL);
	if (km < 9.95)
		return page_say(page, TEXT_CARD_KM, 0, "n",
		    page_decimal(page, arena_printf(page->arena, "%.1f", km)),
		    NULL);
	return page_say(page, TEXT_CARD_KM, 0, "n",
	    page_number(page, (int64_t)(km + 0.5)), NULL);
}

static void
fill_cards(const struct page *page, const struct search_result *result,
    struct results *view)
{
	view->cards = arena_alloc(page->arena,
	    result->n_hits * sizeof(*view->cards));
	for (size_t i = 0; i < result->n_hits; i++) {
		view->cards[view->n_cards] = *card_make(page,
		    result->hits[i].view, result->hits[i].snippet);
		view->cards[view->n_cards++].distance = distance_words(page,
		    result->hits[i].km);
	}
}

/* An index is on its way: say so, and when to come again. */
static int
show_unready(struct page *page, struct http_response *res)
{
	show_failure(page, 503, page_text(page, TEXT_ERROR_503_INDEX), res);
	http_response_header(res, "Retry-After", "5");
	return 0;
}

int
show_results(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	struct results view = { 0 };
	struct search_result result;
	struct http_params params;
	struct api_query query;
	enum api_near near;

	(void)rest;
	if (http_params_read(page->arena, page->req->query, &params, err) == -1)
		return -1;
	/* Also on a page of failure, so that it can be mended. */
	if (http_param(&params, "q") != NULL)
		page->q = http_param(&params, "q");
	if (api_query_read(page->arena, &params, &query, err) == -1)
		return -1;
	/* Pages have one size and no cursor: the same address, the same page. */
	query.search.limit = API_PAGE_ITEMS;
	query.search.offset = (size_t)(query.page - 1) * API_PAGE_ITEMS;
	query.search.cursor = NULL;
	if (query.search.offset >= API_OFFSET_MAX)
		return err_set(err, ERR_LIMIT, "no page that far");
	query.search.explain = false;
	if (api_query_near(page->api->search, &query, &near, err) == -1)
		return -1;
	fill_near(page, &query, near, &view);
	if (search_run(page->api->search, page->arena, &query.search, &result,
		err) == -1)
		return -1;
	page->q = query.search.text;
	if (!result.is_ready)
		return show_unready(page, res);
	page->no_index = true;
	fill_heading(page, &query, &result, &view);
	fill_meant(page, &query, &result, &view);
	fill_facets(page, &result, &view);
	fill_active(page, &query, &result, &view);
	fill_sorts(page, &query, &view);
	fill_paging(page, &query, &result, &view);
	fill_cards(page, &result, &view);
	view.has_filters = view.n_facets != 0 || *view.near != '\0' ||
			   *view.since != '\0';
	view.json = search_link(page, "/api/v1/search", &query,
	    query.search.n_filters, query.page);
	page->title = view.heading;
	tmpl_results(&res->body, page, &view);
	return 0;
}
