/*
 * beside: what stands beside a programme: the evidence for its kind of
 * programme, and similar ones near it. Searches, so what they can not find
 * is left out and never keeps the page from being shown. Neighbours:
 * linked.c, cards.c.
 */
#include "web/record_page.h"
#include "web/results_page.h"

#include <stdlib.h>
#include <string.h>

#define CARDS_SEARCHED 3
#define CARDS_MAX      6
#define NEAR_KM        25

static bool
has_card(struct card *const *cards, size_t n, const char *href)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(cards[i]->href, href) == 0)
			return true;
	}
	return false;
}

static void
add_card(struct cards *to, struct card *card)
{
	if (to->n < CARDS_MAX && !has_card(to->items, to->n, card->href))
		to->items[to->n++] = card;
}

static bool
run(const struct page *page, const struct search_query *query,
    struct search_result *result)
{
	struct err err;

	if (page->api->search == NULL)
		return false;
	if (search_run(page->api->search, page->arena, query, result, &err) ==
	    -1) {
		if (err.code == ERR_DB)
			page->api->is_broken = true;
		return false;
	}
	return result->is_ready;
}

static void
add_filter(struct search_query *query, enum search_facet facet,
    const char *value)
{
	if (query->n_filters == SEARCH_FILTERS_MAX)
		return;
	query->filters[query->n_filters].facet = facet;
	query->filters[query->n_filters++].value = value;
}

static void
add_filters(struct search_query *query, enum search_facet facet,
    const struct value *root, enum field_id id)
{
	int n = 0;

	for (const struct value *v = value_find(root, id); v != NULL && n < 8;
	     v = value_next(v), n++)
		if (v->text != NULL)
			add_filter(query, facet, v->text);
}

static const char *
link_of(const struct page *page, const struct search_query *query,
    const char *near)
{
	struct link link;

	link_start(&link, page, "/search");
	for (size_t i = 0; i < query->n_filters; i++)
		link_add(&link, search_facet_name(query->filters[i].facet),
		    query->filters[i].value);
	link_add(&link, "near", near);
	/* By distance, where there is a place, without being asked. */
	if (query->sort == SEARCH_BY_STRENGTH)
		link_add(&link, "sort", "strength");
	return link_end(&link);
}

/* ---- evidence ---- */

static void
add_evidence_named(const struct page *page, struct record_view *view)
{
	const struct record *rec = view->rec;

	for (const struct value *v = value_find(&rec->root, FIELD_RELATION);
	     v != NULL && view->studies.n < CARDS_MAX; v = value_next(v)) {
		const char *id = value_get(v, FIELD_RELATION_ID);
		struct merge_view *other;
		struct err err;

		if (id != NULL &&
		    catalogue_view(page->api->cat, page->arena, id, &other,
			&err) == 0 &&
		    other->rec->kind == RECORD_KIND_EVIDENCE)
			add_card(&view->studies, card_make(page, other, NULL));
	}
	for (size_t i = 0; i < view->n_links; i++) {
		const struct merge_view *other = view->links[i].view;

		if (other->rec->kind != RECORD_KIND_EVIDENCE ||
		    view->studies.n == CARDS_MAX)
			continue;
		add_card(&view->studies, card_make(page, other, NULL));
		view->links[i].is_shown = true;
	}
}

static void
fill_evidence_for(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	struct search_query query = { .limit = CARDS_SEARCHED,
		.sort = SEARCH_BY_STRENGTH,
		.no_facets = true };
	struct search_result result = { 0 };
	size_t n_plain;

	add_evidence_named(page, view);
	add_filter(&query, SEARCH_KIND, "evidence");
	add_filters(&query, SEARCH_ZONE, root, FIELD_ZONE);
	n_plain = query.n_filters;
	if (n_plain == 1)
		return;
	add_filters(&query, SEARCH_NEED, root, FIELD_NEED);
	if (!run(page, &query, &result))
		return;
	/* Nothing for the same needs: for the same zone. */
	if (result.count == 0 && query.n_filters > n_plain) {
		query.n_filters = n_plain;
		if (!run(page, &query, &result))
			return;
	}
	for (size_t i = 0; i < result.n_hits; i++)
		add_card(&view->studies,
		    card_make(page, result.hits[i].view, NULL));
	if (result.count == 0)
		return;
	view->studies.all = link_of(page, &query, NULL);
	view->studies.words = page_say(page, TEXT_EVIDENCE_ALL, result.count,
	    "n", page_number(page, result.count), NULL);
}

/* ---- near ---- */

static void
fill_similar(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	struct search_query query = { .limit = CARDS_SEARCHED + 1,
		.sort = SEARCH_BY_DISTANCE,
		.no_facets = true };
	struct search_result result = { 0 };
	const char *near = NULL;

	for (const struct value *v = value_find(root, FIELD_SITE);
	     v != NULL && near == NULL; v = value_next(v))
		near = site_point(page, v, &query.near.lat, &query.near.lon);
	if (near == NULL)
		return;
	query.near.km = NEAR_KM;
	add_filter(&query, SEARCH_KIND, "programme");
	add_filters(&query, SEARCH_ZONE, root, FIELD_ZONE);
	if (!run(page, &query, &result))
		return;
	for (size_t i = 0;
	     i < result.n_hits && view->similar.n < CARDS_SEARCHED; i++) {
		struct card *card;

		if (is_member(view->merged, result.hits[i].view->rec->id))
			continue;
		card = card_make(page, result.hits[i].view, NULL);
		card->distance = distance_words(page, result.hits[i].km);
		add_card(&view->similar, card);
	}
	if (view->similar.n == 0)
		return;
	view->similar.all = link_of(page, &query, near);
	view->similar.words = page_say(page, TEXT_SIMILAR_ALL, result.count,
	    "n", page_number(page, result.count), "km",
	    page_number(page, NEAR_KM), NULL);
}

void
fill_beside(const struct page *page, struct record_view *view)
{
	if (view->rec->kind != RECORD_KIND_PROGRAMME)
		return;
	view->studies.items = arena_alloc(page->arena,
	    CARDS_MAX * sizeof(struct card *));
	view->similar.items = arena_alloc(page->arena,
	    CARDS_MAX * sizeof(struct card *));
	fill_evidence_for(page, view);
	fill_similar(page, view);
}
