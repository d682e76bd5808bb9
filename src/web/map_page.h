/*
 * Inside web/ only: the map of a search: where it looks, dots, squares for
 * countries, and the same numbers as a table.
 */
#ifndef WEB_MAP_PAGE_H
#define WEB_MAP_PAGE_H

#include "web/project.h"
#include "web/results_page.h"

/* The part of the map that is shown, in its units. */
struct map_view {
	double x, y; /* of its middle */
	double width, height;
	const char *place; /* what it is called; NULL: the whole world */
	const char *area;  /* code of a country or a region, NULL: none */
};

/* A circle or a square, with the numbers of its attributes written out. */
struct map_mark {
	double x, y, r;
	int64_t n;
	const char *cx, *cy, *size, *base;
	const char *left, *top, *side; /* of a square */
	const char *line; /* from where it should stand, NULL: it does */
	const char *text; /* what stands in it; NULL: does not fit */
	const char *href;
	const char *words; /* for its title */
};

struct map_country {
	const char *code;
	const char *label;
	const char *placed, *all; /* as text */
	int64_t n_placed, n;
	const char *map_href, *href;
	bool is_shown; /* the map looks at it */
};

struct map_step {
	const char *label;
	const char *href;
	bool is_here;
};

struct map_page {
	const char *heading;
	const char *summary; /* how many have a place */
	const char *lost;    /* what could not be understood, NULL: none */
	const char *wrong;
	const char *box, *font; /* viewBox, size of its digits */
	const char *words;      /* of the whole picture */
	struct map_mark *spots;
	size_t n_spots;
	struct map_mark *squares;
	size_t n_squares;
	const char *left_out; /* marks for which there is no room */
	struct map_step *regions;
	size_t n_regions;
	struct map_step moves[6];
	size_t n_moves;
	struct map_country *countries;
	size_t n_countries;
	struct active *active;
	size_t n_active;
	const char *clear;
	const char *results;
	struct http_param *hidden; /* what the form carries along */
	size_t n_hidden;
};

/* ---- map_view.c: where to look ---- */

/* From area= and zoom=, else from the search's own place or country. False
 * when they can not be understood: then the whole world is shown. */
bool map_view_read(const struct page *page, const struct http_params *params,
    const struct api_query *query, struct map_view *ret_view);
/* Where a country as a whole is; false: not known. */
bool map_country_point(const char *code, double *ret_lat, double *ret_lon,
    double *ret_km);
/* Links to regions and around. */
void map_view_steps(const struct page *page, const struct map_view *view,
    const struct api_query *query, struct map_page *map);
/* The map of this search, elsewhere. */
const char *map_link(const struct page *page, const struct api_query *query,
    const char *area, const char *zoom);
/* Degrees of a square of this view. */
double map_view_step(const struct map_view *view);
/* What it shows, for search_spots(). */
struct search_box map_view_box(const struct map_view *view);
bool map_view_holds(const struct map_view *view, double x, double y);

/* ---- map_marks.c: dots and squares ---- */

/* What was found by squares, as circles that do not touch. */
void map_add_spots(const struct page *page, const struct map_view *view,
    const struct api_query *query, const struct search_spots *spots,
    struct map_page *map);
/* Countries with records that have no point, as squares. */
void map_add_squares(const struct page *page, const struct map_view *view,
    const struct api_query *query, struct map_page *map);

void tmpl_land(struct strbuf *out);
void tmpl_map(struct strbuf *out, const struct page *page,
    const struct map_page *map);

#endif
