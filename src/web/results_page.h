/*
 * Inside web/ only: the page of a search: cards, filters with counts, paging;
 * and what other pages with cards or counts share with it.
 */
#ifndef WEB_RESULTS_PAGE_H
#define WEB_RESULTS_PAGE_H

#include "web/keep.h"
#include "web/page.h"

struct mark {
	const char *text;
	bool is_hit;
};

struct card {
	const char *href;
	const char *kind_code;
	const char *kind;
	struct said title;
	struct said summary;
	struct mark *marks; /* of the summary when words were found */
	size_t n_marks;
	const char *place;
	const char *distance; /* NULL: not asked for */
	const char *facts;    /* languages, design, verdict ... */
	const char *checked;
	const char *checked_iso; /* NULL: not checked */
	const char *node;
	const char *also; /* other nodes, NULL: none */
	struct keep_offer keep;
	const char *pick; /* its box in form "compare", NULL: none */
	const char *pick_label;
};

struct choice {
	const char *value;
	const char *label;
	const char *count;
	const char *href; /* the search with just this */
	bool is_selected;
};

struct facet {
	const char *name;
	const char *title;
	struct choice *choices;
	size_t n;
	size_t n_shown; /* the rest folds away */
	const char *more;
};

struct active {
	const char *label;
	const char *remove; /* what to tell a screen reader */
	const char *href;   /* the search without it */
};

struct results {
	const char *heading;
	const char *dropped;
	const char *corrected; /* whose results these are instead */
	const char *meant;     /* what may have been meant; and its search */
	const char *meant_href;
	const char *lost; /* why there is no distance although one was asked */
	const char *too_far;
	bool is_empty;
	bool has_filters;
	const char *near, *within, *since; /* as they stand in the form */
	struct card *cards;
	size_t n_cards;
	struct active *active;
	size_t n_active;
	const char *clear;
	struct facet *facets;
	size_t n_facets;
	struct choice *sorts;
	size_t n_sorts;
	const char *previous, *next; /* NULL: none */
	const char *position;
	const char *json;
};

/* cards.c */
struct card *card_make(const struct page *page, const struct merge_view *view,
    const char *snippet);

/* Facets as choices, and links of searches (results.c). */
struct choice *choices_of(const struct page *page,
    const struct search_result *result, enum search_facet facet, size_t max,
    size_t *ret_n);

void tmpl_results(struct strbuf *out, const struct page *page,
    const struct results *results);
/* layout.tmpl */
void tmpl_card(struct strbuf *out, const struct card *card);

#endif
