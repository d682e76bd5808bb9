/*
 * filters: what a page of results can be narrowed by: choices with counts,
 * what is chosen with a cross, order, place, age. Every link is the same
 * search with one thing changed. Neighbours: results.c, browse.c, home.c.
 */
#include "web/results_page.h"

#include <string.h>
#include <strings.h>

#define FACET_SHOWN 6  /* the rest folds away */
#define FACET_MAX   60 /* more is no help on a page */

/* In the order of menus. */
static const struct {
	enum search_sort sort;
	const char *name;
	enum text_id label;
} sorts[] = {
	{ SEARCH_BY_RELEVANCE, "relevance", TEXT_SORT_RELEVANCE },
	{ SEARCH_BY_CHECKED, "checked", TEXT_SORT_CHECKED },
	{ SEARCH_BY_YEAR, "year", TEXT_SORT_YEAR },
	{ SEARCH_BY_STRENGTH, "strength", TEXT_SORT_STRENGTH },
	{ SEARCH_BY_DISTANCE, "distance", TEXT_SORT_DISTANCE },
};

static const char *
sort_name(enum search_sort sort)
{
	size_t i = 0;

	while (sorts[i].sort != sort)
		i++;
	return sorts[i].name;
}

/* "2026-11-21" from 20261121 */
static const char *
day_iso(const struct page *page, int32_t day)
{
	return arena_printf(page->arena, "%04d-%02d-%02d", (int)(day / 10000),
	    (int)(day / 100 % 100), (int)(day % 100));
}

const char *
search_link(const struct page *page, const char *path,
    const struct api_query *query, size_t skip, int64_t number)
{
	const struct search_query *s = &query->search;
	struct link link;

	/* A file, "/search.ris": in the page's language, without the list. */
	if (strchr(path, '.') != NULL)
		link_start_plain(&link, page,
		    arena_printf(page->arena, "%s%s", page->prefix, path));
	else
		link_start(&link, page, path);
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

/* What is chosen comes first, so that it never folds away. Without links. */
static struct choice *
pick_choices(const struct page *page, const struct search_result *result,
    enum search_facet facet, size_t max, size_t *ret_n)
{
	const struct search_count *items = result->facets[facet].items;
	size_t total = result->facets[facet].n;
	size_t room = total < max ? total : max;
	size_t n = 0;
	struct choice *choices = arena_alloc(page->arena,
	    room * sizeof(*choices));

	for (int chosen = 1; chosen >= 0; chosen--) {
		for (size_t i = 0; i < total && n < room; i++) {
			if (items[i].is_selected != (chosen == 1))
				continue;
			choices[n].value = items[i].value;
			choices[n].label = api_facet_label(facet,
			    items[i].value, page->lang);
			choices[n].count = page_number(page, items[i].n);
			choices[n].href = NULL;
			choices[n++].is_selected = items[i].is_selected;
		}
	}
	*ret_n = n;
	return choices;
}

struct choice *
choices_of(const struct page *page, const struct search_result *result,
    enum search_facet facet, size_t max, size_t *ret_n)
{
	struct choice *choices = pick_choices(page, result, facet, max, ret_n);

	for (size_t i = 0; i < *ret_n; i++) {
		struct link link;

		link_start(&link, page, "/search");
		link_add(&link, search_facet_name(facet), choices[i].value);
		choices[i].href = link_end(&link);
	}
	return choices;
}

/* Which kinds of records a facet is open for; folded, it is there all the
 * same. BARE: while no kind is chosen. */
#define BARE         (1U << RECORD_KIND_COUNT)
#define PROGRAMME    (1U << RECORD_KIND_PROGRAMME)
#define EVIDENCE     (1U << RECORD_KIND_EVIDENCE)
#define ORGANISATION (1U << RECORD_KIND_ORGANISATION)
#define RESOURCE     (1U << RECORD_KIND_RESOURCE)
#define CHAMPION     (1U << RECORD_KIND_CHAMPION)
#define ALWAYS       (~0U)

static const struct facet_row {
	enum search_facet facet;
	enum text_id title;
	unsigned open_for;
} facet_rows[] = {
	{ SEARCH_KIND, TEXT_FACET_KIND, ALWAYS },
	{ SEARCH_NEED, TEXT_FACET_NEED, BARE | PROGRAMME },
	{ SEARCH_STRENGTH, TEXT_FACET_STRENGTH, EVIDENCE },
	{ SEARCH_OUTCOME, TEXT_FACET_OUTCOME, EVIDENCE },
	{ SEARCH_ZONE, TEXT_FACET_ZONE, BARE | PROGRAMME },
	{ SEARCH_COUNTRY, TEXT_FACET_COUNTRY,
	    BARE | PROGRAMME | ORGANISATION | CHAMPION },
	{ SEARCH_TYPE, TEXT_FACET_TYPE, RESOURCE },
	{ SEARCH_AUDIENCE, TEXT_FACET_AUDIENCE, 0 },
	{ SEARCH_SETTING, TEXT_FACET_SETTING, 0 },
	{ SEARCH_LANGUAGE, TEXT_FACET_LANGUAGE, 0 },
	{ SEARCH_DESIGN, TEXT_FACET_DESIGN, 0 },
	{ SEARCH_BLOCK, TEXT_FACET_BLOCK, 0 },
	{ SEARCH_NODE, TEXT_FACET_NODE, 0 },
};

enum text_id
facet_title(enum search_facet facet)
{
	size_t i = 0;

	while (facet_rows[i].facet != facet)
		i++;
	return facet_rows[i].title;
}

static unsigned
kinds_shown(const struct search_query *query)
{
	unsigned kinds = 0;
	enum record_kind kind;

	for (size_t i = 0; i < query->n_filters; i++) {
		if (query->filters[i].facet == SEARCH_KIND &&
		    record_kind_parse(query->filters[i].value, &kind) == 0)
			kinds |= 1U << kind;
	}
	return kinds != 0 ? kinds : BARE;
}

/* Long lists fold but for what is chosen. */
static void
fold(const struct page *page, struct facet *facet, size_t n_chosen)
{
	facet->n_shown = facet->n;
	/* Folding one or two away would save nothing. */
	if (facet->n <= FACET_SHOWN + 2)
		return;
	facet->n_shown = n_chosen > FACET_SHOWN ? n_chosen : FACET_SHOWN;
	facet->more = page_say(page, TEXT_FILTER_MORE, 0, "n",
	    page_number(page, (int64_t)(facet->n - facet->n_shown)), NULL);
}

void
fill_facets(const struct page *page, const struct search_query *query,
    const struct search_result *result, struct results *view)
{
	unsigned kinds = kinds_shown(query);

	view->facets = arena_alloc(page->arena,
	    ARRAY_LEN(facet_rows) * sizeof(*view->facets));
	for (size_t i = 0; i < ARRAY_LEN(facet_rows); i++) {
		const struct facet_row *row = &facet_rows[i];
		struct facet *facet = &view->facets[view->n_facets];
		size_t n_chosen = 0;

		*facet = (struct facet){ 0 };
		facet->choices = pick_choices(page, result, row->facet,
		    FACET_MAX, &facet->n);
		if (facet->n == 0)
			continue;
		while (
		    n_chosen < facet->n && facet->choices[n_chosen].is_selected)
			n_chosen++;
		facet->name = search_facet_name(row->facet);
		facet->title = page_text(page, row->title);
		facet->is_open = n_chosen != 0 || (row->open_for & kinds) != 0;
		fold(page, facet, n_chosen);
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

/*
 * Did anybody ever use this value? Else the filter is mistyped, and the page
 * says so. A facet ignores its own selection, so what records have is there.
 */
static bool
is_known(const struct page *page, const struct search_result *result,
    enum search_facet facet, const char *value)
{
	enum vocab vocab = search_facet_vocab(facet, value);

	for (size_t i = 0; i < result->facets[facet].n; i++) {
		const struct search_count *item =
		    &result->facets[facet].items[i];

		if (item->n > 0 && strcasecmp(item->value, value) == 0)
			return true;
	}
	if (vocab != VOCAB_NONE)
		return vocab_match(vocab, value) != NULL;
	for (size_t i = 0; i < page->n_feeds; i++) {
		if (strcmp(page->feeds[i].node, value) == 0)
			return true;
	}
	return false;
}

static void
add_unknown(const struct page *page, enum search_facet facet, const char *value,
    struct results *view)
{
	view->unknown[view->n_unknown++] = page_say(page, TEXT_FILTER_UNKNOWN,
	    0, "value", value, "filter", page_text(page, facet_title(facet)),
	    NULL);
}

void
fill_active(const struct page *page, const struct api_query *query,
    const struct search_result *result, struct results *view)
{
	const struct search_query *s = &query->search;
	struct api_query plain = *query;
	const char *path = "/search";

	view->active = arena_alloc(page->arena,
	    (s->n_filters + 2) * sizeof(*view->active));
	view->unknown = arena_alloc(page->arena,
	    (s->n_filters + 1) * sizeof(*view->unknown));
	for (size_t i = 0; i < s->n_filters; i++) {
		enum search_facet facet = s->filters[i].facet;
		struct active *active = &view->active[view->n_active++];

		active->label = api_facet_label(facet,
		    written(result, facet, s->filters[i].value), page->lang);
		active->remove = page_say(page, TEXT_FILTER_REMOVE, 0, "name",
		    active->label, NULL);
		active->href = search_link(page, path, query, i, 1);
		if (!is_known(page, result, facet, s->filters[i].value))
			add_unknown(page, facet, s->filters[i].value, view);
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

void
fill_sorts(const struct page *page, const struct api_query *query,
    struct results *view)
{
	view->sorts = arena_alloc(page->arena,
	    ARRAY_LEN(sorts) * sizeof(*view->sorts));
	for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
		struct choice *choice = &view->sorts[view->n_sorts];

		/* Distance only from somewhere. */
		if (sorts[i].sort == SEARCH_BY_DISTANCE &&
		    query->search.near.km <= 0)
			continue;
		choice->value = sorts[i].name;
		choice->label = page_text(page, sorts[i].label);
		choice->is_selected = query->search.sort == sorts[i].sort;
		view->n_sorts++;
	}
}

/* The same day so many months before now. */
static const char *
months_ago(const struct page *page, int months)
{
	const char *today = page_day_iso(page, page->now);
	int year = (today[0] - '0') * 1000 + (today[1] - '0') * 100 +
		   (today[2] - '0') * 10 + (today[3] - '0');
	int month = (today[5] - '0') * 10 + (today[6] - '0') - 1;
	int day = (today[8] - '0') * 10 + (today[9] - '0');

	month += year * 12 - months;
	/* A day that each month has. */
	return arena_printf(page->arena, "%04d-%02d-%02d", month / 12,
	    month % 12 + 1, day < 28 ? day : 28);
}

/*
 * Checked within so many months: the form sends the day, not the span, so
 * that an address gives the same results tomorrow.
 */
static void
fill_ages(const struct page *page, struct results *view)
{
	static const int months[] = { 3, 12, 24 };
	size_t n = 0;
	bool is_found = *view->since == '\0';

	view->ages = arena_alloc(page->arena,
	    (ARRAY_LEN(months) + 2) * sizeof(*view->ages));
	view->ages[n++] = (struct choice){ .value = "",
		.label = page_text(page, TEXT_SINCE_ANY),
		.is_selected = is_found };
	for (size_t i = 0; i < ARRAY_LEN(months); i++) {
		struct choice *age = &view->ages[n++];

		*age = (struct choice){ 0 };
		age->value = months_ago(page, months[i]);
		age->label = page_say(page, TEXT_SINCE_MONTHS, months[i], "n",
		    page_number(page, months[i]), NULL);
		age->is_selected = strcmp(age->value, view->since) == 0;
		is_found = is_found || age->is_selected;
	}
	if (!is_found)
		view->ages[n++] = (struct choice){ .value = view->since,
			.label = page_say(page, TEXT_SINCE_ACTIVE, 0, "date",
			    page_date(page, view->since), NULL),
			.is_selected = true };
	view->n_ages = n;
}

/* The form's fields as they were typed, and what could not be read in them. */
void
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
	fill_ages(page, view);
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
