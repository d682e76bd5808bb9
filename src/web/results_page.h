/*
 * Inside web/ only: the page of a search: cards, filters with counts, paging;
 * and what other pages with cards or counts share with it.
 */
#ifndef WEB_RESULTS_PAGE_H
#define WEB_RESULTS_PAGE_H

#include "web/keep.h"
#include "web/export_page.h"
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
	const char *verdict;  /* of evidence, in words */
	const char *facts;    /* languages, strength ... */
	const char *language; /* "in French": where it is not the page's */
	const char *address;  /* for paper */
	const char *checked;
	const char *checked_iso; /* NULL: not checked */
	const char *node;
	const char *also;  /* other nodes, NULL: none */
	const char *coins; /* for reference managers; NULL: no evidence */
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
	bool is_open;   /* else all of it does */
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
	struct choice *nearest; /* words that come near, as searches */
	size_t n_nearest;
	const char *lost; /* why there is no distance although one was asked */
	const char *too_far;
	const char *beyond;   /* a page behind the last was asked for */
	const char **unknown; /* filters with values that nobody has */
	size_t n_unknown;
	bool is_empty;
	bool has_filters;
	const char *near, *within, *since; /* as they stand in the form */
	struct choice *ages;               /* of `since` */
	size_t n_ages;
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
	struct export_link files[EXPORT_LINKS]; /* all of the result */
	size_t n_files;
	const char *files_cut; /* they hold not all; NULL: they do */
	const char *atom, *map;
};

/* cards.c */
struct card *card_make(const struct page *page, const struct merge_view *view,
    const char *snippet);

/* "2.4 km away"; NULL for a distance below 0. (results.c) */
const char *distance_words(const struct page *page, double km);

/*
 * filters.c. A search on another page or as a file ("/map", "/search.ris"),
 * without filter `skip` (n_filters: with all), from page `number` on.
 */
const char *search_link(const struct page *page, const char *path,
    const struct api_query *query, size_t skip, int64_t number);
enum text_id facet_title(enum search_facet facet);
void fill_facets(const struct page *page, const struct search_query *query,
    const struct search_result *result, struct results *view);
void fill_active(const struct page *page, const struct api_query *query,
    const struct search_result *result, struct results *view);
void fill_sorts(const struct page *page, const struct api_query *query,
    struct results *view);
void fill_near(const struct page *page, struct api_query *query,
    enum api_near near, struct results *view);
/* Values of a facet, what is chosen first; in the arena. */
struct choice *choices_of(const struct page *page,
    const struct search_result *result, enum search_facet facet, size_t max,
    size_t *ret_n);

void tmpl_results(struct strbuf *out, const struct page *page,
    const struct results *results);
/* layout.tmpl */
void tmpl_card(struct strbuf *out, const struct card *card);

#endif
