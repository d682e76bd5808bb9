/*
 * map_marks: from squares of a grid to circles that do not touch, the area of
 * each by its records; and from countries to squares beside them. Neighbours:
 * map.c finds the numbers, map_view.c says where the map looks.
 */
#include "web/map_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Parts of the width. The style sheet makes marks larger on a telephone, so
 * that the smallest is 24 pixels across there too. */
#define RADIUS_MIN 0.019
#define RADIUS_MAX 0.03
#define LARGER     1.85  /* there: .map a of the style sheet */
#define APART      0.058 /* less between two, and they are one */
#define APART_ALL  0.075 /* the same of countries */
#define FONT       0.0165
#define CHARACTER  0.0098
#define MARKS_MAX  120
#define RINGS      12
#define TURNS      16
/* A circle round what a square held: half its diagonal, and some. */
#define ROUND     0.75
#define DEGREE_KM 111.2

struct pile {
	double x, y, reach; /* km: what a search near it must hold */
	int64_t n, group;
	size_t parts;
};

static const char *
number(const struct page *page, double value)
{
	return arena_printf(page->arena, "%.2f", value);
}

static double
radius(const struct map_view *view, int64_t n, int64_t most)
{
	double part = most > 1 ? (double)(n - 1) / (double)(most - 1) : 0;
	double low = RADIUS_MIN * RADIUS_MIN, high = RADIUS_MAX * RADIUS_MAX;

	return view->width * sqrt(low + part * (high - low));
}

static void
write_mark(const struct page *page, const struct map_view *view,
    struct map_mark *mark)
{
	const char *text = page_number(page, mark->n);
	double font = view->width * FONT;

	mark->cx = number(page, mark->x);
	mark->cy = number(page, mark->y);
	mark->size = number(page, mark->r);
	mark->left = number(page, mark->x - mark->r);
	mark->top = number(page, mark->y - mark->r);
	mark->side = number(page, 2 * mark->r);
	/* Its baseline, so that the digits stand in the middle. */
	mark->base = number(page, mark->y + font * 0.36);
	if ((double)strlen(text) * CHARACTER * view->width <= 2 * mark->r)
		mark->text = text;
}

/* So much room that nothing is covered on a telephone either. */
static double
room(const struct map_mark *mark)
{
	return mark->r * LARGER;
}

static bool
is_inside(const struct map_view *view, const struct map_mark *mark, double x,
    double y)
{
	return fabs(x - view->x) <= view->width / 2 - room(mark) &&
	       fabs(y - view->y) <= view->height / 2 - room(mark);
}

/* Not over the edge, where its number would be cut. */
static void
keep_inside(const struct map_view *view, struct map_mark *mark)
{
	double wide = view->width / 2 - room(mark);
	double high = view->height / 2 - room(mark);

	mark->x = fmax(view->x - wide, fmin(view->x + wide, mark->x));
	mark->y = fmax(view->y - high, fmin(view->y + high, mark->y));
}

/* ---- circles ---- */

/* Squares into piles: one joins the first that it would touch. */
static size_t
make_piles(const struct map_view *view, const struct search_spots *spots,
    struct pile *piles)
{
	double reach = map_view_step(view) * DEGREE_KM * ROUND;
	double near = view->width * APART;
	size_t n = 0;

	for (size_t i = 0; i < spots->n; i++) {
		const struct search_spot *spot = &spots->items[i];
		struct pile pile = { .reach = reach,
			.n = spot->n,
			.group = spot->group,
			.parts = 1 };
		size_t k = 0;

		map_project(spot->lat, spot->lon, &pile.x, &pile.y);
		if (!map_view_holds(view, pile.x, pile.y))
			continue;
		while (k < n &&
		       hypot(piles[k].x - pile.x, piles[k].y - pile.y) >= near)
			k++;
		if (k == n && n < MARKS_MAX) {
			piles[n++] = pile;
		} else if (k < n) {
			double apart = hypot(piles[k].x - pile.x,
					   piles[k].y - pile.y) /
				       MAP_PER_KM;

			piles[k].n += pile.n;
			piles[k].parts++;
			piles[k].reach = fmax(piles[k].reach, apart + reach);
		}
	}
	return n;
}

/* What one circle leads to: a record alone, or the search around it. */
static void
link_pile(const struct page *page, const struct api_query *query,
    const struct pile *pile, struct map_mark *mark)
{
	struct api_query around = *query;
	struct merge_view *view;
	struct err err;
	double lat, lon;

	if (pile->n == 1 && catalogue_group(page->api->cat, page->arena,
				pile->group, &view, &err) == 0) {
		mark->href = page_record_link(page, view->rec->id);
		mark->words = page_title(page, view->rec).text;
		return;
	}
	map_unproject(pile->x, pile->y, &lat, &lon);
	around.near = arena_printf(page->arena, "%.3f,%.3f", lat, lon);
	around.within = arena_printf(page->arena, "%.0f",
	    fmax(1, fmin(API_WITHIN_MAX, ceil(pile->reach))));
	mark->href = search_link(page, "/search", &around,
	    around.search.n_filters, 1);
	mark->words = page_say(page, TEXT_MAP_SPOT, pile->n, "n",
	    page_number(page, pile->n), "km", around.within, NULL);
}

static int
by_count(const void *a, const void *b)
{
	const struct pile *p = a, *q = b;

	if (p->n != q->n)
		return p->n > q->n ? -1 : 1;
	return p->x < q->x ? -1 : p->x > q->x;
}

void
map_add_spots(const struct page *page, const struct map_view *view,
    const struct api_query *query, const struct search_spots *spots,
    struct map_page *map)
{
	struct pile piles[MARKS_MAX];
	size_t n = make_piles(view, spots, piles);

	qsort(piles, n, sizeof(*piles), by_count);
	map->spots = arena_alloc(page->arena, n * sizeof(*map->spots));
	for (size_t i = 0; i < n; i++) {
		struct map_mark *mark = &map->spots[map->n_spots++];

		mark->x = piles[i].x;
		mark->y = piles[i].y;
		mark->n = piles[i].n;
		mark->r = radius(view, mark->n, piles[0].n);
		keep_inside(view, mark);
		link_pile(page, query, &piles[i], mark);
		write_mark(page, view, mark);
	}
}

/* ---- squares ---- */

static bool
is_free(const struct map_page *map, const struct map_mark *mark, double x,
    double y)
{
	for (size_t i = 0; i < map->n_spots; i++) {
		const struct map_mark *other = &map->spots[i];

		if (hypot(other->x - x, other->y - y) <
		    room(other) + room(mark))
			return false;
	}
	for (size_t i = 0; i < map->n_squares; i++) {
		const struct map_mark *other = &map->squares[i];

		if (fmax(fabs(other->x - x), fabs(other->y - y)) <
		    room(other) + room(mark))
			return false;
	}
	return true;
}

/* The nearest place without a mark, in rings round where it should be. */
static bool
find_room(const struct map_view *view, const struct map_page *map,
    struct map_mark *mark)
{
	double step = mark->r / 2;

	for (int ring = 0; ring <= RINGS; ring++) {
		for (int k = 0; k < (ring == 0 ? 1 : TURNS); k++) {
			double turn = 2 * M_PI * k / TURNS;
			double x = mark->x + ring * step * cos(turn);
			double y = mark->y + ring * step * sin(turn);

			if (!is_inside(view, mark, x, y) ||
			    !is_free(map, mark, x, y))
				continue;
			mark->x = x;
			mark->y = y;
			return true;
		}
	}
	return false;
}

/* Countries close to each other, as the map is now, become one pile: its
 * `group` is the number of the first and largest of them. */
static size_t
pile_countries(const struct map_view *view, const struct map_page *map,
    struct pile *piles, int64_t *ret_lost)
{
	double near = view->width * APART_ALL;
	size_t n = 0;

	for (size_t i = 0; i < map->n_countries; i++) {
		const struct map_country *country = &map->countries[i];
		struct pile pile = { .n = country->n - country->n_placed,
			.group = (int64_t)i,
			.parts = 1 };
		double lat, lon, km;
		size_t k = 0;

		if (pile.n <= 0)
			continue;
		if (!map_country_point(country->code, &lat, &lon, &km)) {
			*ret_lost += pile.n;
			continue;
		}
		map_project(lat, lon, &pile.x, &pile.y);
		if (!map_view_holds(view, pile.x, pile.y))
			continue;
		while (k < n &&
		       hypot(piles[k].x - pile.x, piles[k].y - pile.y) >= near)
			k++;
		if (k < n) {
			piles[k].n += pile.n;
			piles[k].parts++;
		} else if (n < MARKS_MAX)
			piles[n++] = pile;
		else
			*ret_lost += pile.n;
	}
	return n;
}

/* One country leads to its records, several to the map of where they are. */
static void
link_countries(const struct page *page, const struct map_view *view,
    const struct api_query *query, const struct map_page *map,
    const struct pile *pile, struct map_mark *mark)
{
	const struct map_country *first = &map->countries[pile->group];
	double lat, lon;

	if (pile->parts == 1) {
		mark->href = first->href;
		mark->words = page_say(page, TEXT_MAP_SQUARE, mark->n, "n",
		    page_number(page, mark->n), "country", first->label, NULL);
		return;
	}
	map_unproject(pile->x, pile->y, &lat, &lon);
	mark->href = map_link(page, query, NULL,
	    arena_printf(page->arena, "%.2f,%.2f,%.0f", lat, lon,
		view->width * APART_ALL * 2 / MAP_PER_KM));
	mark->words = page_say(page, TEXT_MAP_SQUARES, (int64_t)pile->parts,
	    "n", page_number(page, mark->n), "m",
	    page_number(page, (int64_t)pile->parts), NULL);
}

void
map_add_squares(const struct page *page, const struct map_view *view,
    const struct api_query *query, struct map_page *map)
{
	struct pile piles[MARKS_MAX];
	int64_t lost = 0;
	size_t n = pile_countries(view, map, piles, &lost);

	qsort(piles, n, sizeof(*piles), by_count);
	map->squares = arena_alloc(page->arena, n * sizeof(*map->squares));
	for (size_t i = 0; i < n; i++) {
		struct map_mark mark = { .x = piles[i].x,
			.y = piles[i].y,
			.n = piles[i].n,
			.r = view->width * RADIUS_MIN };

		if (!find_room(view, map, &mark)) {
			lost += mark.n;
			continue;
		}
		if (hypot(mark.x - piles[i].x, mark.y - piles[i].y) > mark.r)
			mark.line = arena_printf(page->arena,
			    "M%.2f %.2fL%.2f %.2f", piles[i].x, piles[i].y,
			    mark.x, mark.y);
		link_countries(page, view, query, map, &piles[i], &mark);
		write_mark(page, view, &mark);
		map->squares[map->n_squares++] = mark;
	}
	if (lost > 0)
		map->left_out = page_say(page, TEXT_MAP_LEFT_OUT, lost, "n",
		    page_number(page, lost), NULL);
}
