/*
 * results: the page of a search: cards, filters with counts, active filters
 * with a cross, sort, paging, and help when nothing is found. Every link is
 * the same search with one thing changed. Neighbours: api/query.c reads the
 * address, cards.c makes the cards.
 */
#include "web/page.h"

#include <string.h>
#include <strings.h>

#define FACET_SHOWN 6  /* the rest folds away */
#define FACET_MAX   60 /* more is no help on a page */
#define LINK_BYTES  8192

static void
link_pair(struct strbuf *sb, const char *name, const char *value)
{
	strbuf_addch(sb, strchr(sb->buf, '?') != NULL ? '&' : '?');
	strbuf_addstr(sb, name);
	strbuf_addch(sb, '=');
	url_encode(sb, value, strlen(value));
}

static const char *
sort_name(enum search_sort sort)
{
	static const char *const names[] = { "relevance", "checked", "year",
		"distance" };

	return names[sort];
}

/* The search without filter `skip` (n_filters: with all), on a page. */
static const char *
search_link(const struct page *page, const char *path,
    const struct api_query *query, size_t skip, int64_t number)
{
	const struct search_query *s = &query->search;
	const char *link;
	struct strbuf sb;

	strbuf_init(&sb, LINK_BYTES);
	strbuf_addstr(&sb, path);
	if (*s->text != '\0')
		link_pair(&sb, "q", s->text);
	for (size_t i = 0; i < s->n_filters; i++) {
		if (i != skip)
			link_pair(&sb, search_facet_name(s->filters[i].facet),
			    s->filters[i].value);
	}
	if (query->has_sort && s->sort != SEARCH_BY_RELEVANCE)
		link_pair(&sb, "sort", sort_name(s->sort));
	if (number > 1)
		link_pair(&sb, "page",
		    arena_printf(page->arena, "%lld", (long long)number));
	link = arena_strndup(page->arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return link;
}

static void
fill_choice(const struct page *page, enum search_facet facet,
    const struct search_count *count, struct choice *choice)
{
	struct strbuf sb;

	choice->value = count->value;
	choice->label = api_facet_label(facet, count->value, page->lang);
	choice->count = page_number(page, count->n);
	choice->is_selected = count->is_selected;
	strbuf_init(&sb, LINK_BYTES);
	strbuf_addstr(&sb, page_link(page, "/search"));
	link_pair(&sb, search_facet_name(facet), count->value);
	choice->href = arena_strndup(page->arena, sb.buf, sb.len);
	strbuf_release(&sb);
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

static void
fill_active(const struct page *page, const struct api_query *query,
    const struct search_result *result, struct results *view)
{
	const struct search_query *s = &query->search;
	struct api_query plain = *query;
	const char *path = page_link(page, "/search");

	view->active = arena_alloc(page->arena,
	    s->n_filters * sizeof(*view->active));
	for (size_t i = 0; i < s->n_filters; i++) {
		enum search_facet facet = s->filters[i].facet;
		struct active *active = &view->active[view->n_active++];

		active->label = api_facet_label(facet,
		    written(result, facet, s->filters[i].value), page->lang);
		active->remove = page_say(page, TEXT_FILTER_REMOVE, 0, "name",
		    active->label, NULL);
		active->href = search_link(page, path, query, i, 1);
	}
	plain.search.n_filters = 0;
	view->clear = search_link(page, path, &plain, 0, 1);
}

static void
fill_paging(const struct page *page, const struct api_query *query,
    const struct search_result *result, struct results *view)
{
	const char *path = page_link(page, "/search");
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
	view->n_sorts = SEARCH_BY_YEAR + 1;
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
	const char *q = query->search.text;
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

static int
fill_cards(const struct page *page, const struct search_result *result,
    struct results *view, struct err *err)
{
	view->cards = arena_alloc(page->arena,
	    result->n_hits * sizeof(*view->cards));
	for (size_t i = 0; i < result->n_hits; i++) {
		struct merge_view *merged;

		if (catalogue_group(page->api->cat, page->arena,
			result->hits[i].group, &merged, err) == -1) {
			if (err->code != ERR_NOTFOUND)
				return -1;
			continue;
		}
		view->cards[view->n_cards++] = *card_make(page, merged,
		    result->hits[i].snippet);
	}
	return 0;
}

int
show_results(struct page *page, struct http_response *res, struct err *err)
{
	struct results view = { 0 };
	struct search_result result;
	struct http_params params;
	struct api_query query;

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
	if (search_run(page->api->search, page->arena, &query.search, &result,
		err) == -1)
		return -1;
	page->q = query.search.text;
	page->no_index = true;
	fill_heading(page, &query, &result, &view);
	fill_facets(page, &result, &view);
	fill_active(page, &query, &result, &view);
	fill_sorts(page, &query, &view);
	fill_paging(page, &query, &result, &view);
	if (fill_cards(page, &result, &view, err) == -1)
		return -1;
	view.json = search_link(page, "/api/v1/search", &query,
	    query.search.n_filters, query.page);
	page->title = view.heading;
	tmpl_results(&res->body, page, &view);
	return 0;
}
