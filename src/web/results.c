/*
 * results: the page of a search: cards, filters with counts, active filters
 * with a cross, sort, paging, and help when nothing is found. Every link is
 * the same search with one thing changed. Neighbours: api/query.c reads the
 * address, cards.c makes the cards.
 */
#include "web/results_page.h"
#include "web/routes.h"

#include <string.h>

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
	if (here > pages)
		view->beyond = page_say(page, TEXT_RESULTS_BEYOND, pages,
		    "page", page_number(page, here), "n",
		    page_number(page, pages), NULL);
	else
		view->position = page_say(page, TEXT_RESULTS_PAGE, 0, "page",
		    page_number(page, here), "pages", page_number(page, pages),
		    NULL);
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

/* Words that records do have; without filters, as their numbers are. */
static void
fill_nearest(const struct page *page, const struct search_result *result,
    struct results *view)
{
	view->nearest = arena_alloc(page->arena,
	    result->n_nearest * sizeof(*view->nearest));
	for (size_t i = 0; i < result->n_nearest; i++) {
		struct choice *choice = &view->nearest[view->n_nearest++];
		struct link link;

		link_start(&link, page, "/search");
		link_add(&link, "q", result->nearest[i].text);
		*choice = (struct choice){ .label = result->nearest[i].text,
			.count = page_number(page, result->nearest[i].n),
			.href = link_end(&link) };
	}
}

/* "350 m away", "2.4 km away", "120 km away" */
const char *
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

/* What a reader can do with the whole of it. */
static void
fill_take(struct page *page, const struct api_query *query, int64_t count,
    struct results *view)
{
	struct api_query newest = *query;
	size_t all = query->search.n_filters;
	const char *query_text;

	/* A feed has an order of its own. */
	newest.has_sort = false;
	view->atom = search_link(page, "/search.atom", &newest, all, 1);
	page->atom = view->atom;
	if (count > API_EXPORT_RECORDS)
		view->files_cut = page_say(page, TEXT_EXPORT_CUT, 0, "n",
		    page_number(page, API_EXPORT_RECORDS), NULL);
	query_text = strchr(search_link(page, "/search.ris", query, all, 1),
	    '?');
	export_links(page, "/search", query_text != NULL ? query_text + 1 : "",
	    view->files);
	view->n_files = EXPORT_LINKS;
	view->map = search_link(page, "/map", query, all, 1);
}

/* A search that can not be read: the words alone may do. */
static void
offer_words(struct page *page)
{
	struct link link;

	if (*page->q == '\0')
		return;
	link_start(&link, page, "/search");
	link_add(&link, "q", page->q);
	page->again = link_end(&link);
	page->again_text = page_say(page, TEXT_ERROR_400_AGAIN, 0, "q", page->q,
	    NULL);
}

/* An index is on its way: say so, and when to come again. */
int
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
	offer_words(page);
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
	fill_nearest(page, &result, &view);
	fill_facets(page, &query.search, &result, &view);
	fill_active(page, &query, &result, &view);
	fill_sorts(page, &query, &view);
	fill_paging(page, &query, &result, &view);
	fill_cards(page, &result, &view);
	view.has_filters = view.n_facets != 0 || *view.near != '\0' ||
			   *view.since != '\0';
	if (!view.is_empty)
		fill_take(page, &query, result.count, &view);
	page->title = view.heading;
	if (view.beyond != NULL)
		res->status = 404;
	tmpl_results(&res->body, page, &view);
	return 0;
}
