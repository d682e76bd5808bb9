/*
 * map_view: which part of the world the map shows: a country, a region or
 * around a place, from the address; and the links to other parts. Neighbours:
 * map.c; project.c has the projection.
 */
#include "web/map_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KM_MIN         5.0
#define KM_MAX         20000.0
#define ZOOM           2.0
#define MARGIN         1.15  /* of what a view is to hold */
#define STEP_PART      0.055 /* of the width: two marks side by side */
#define STEP_MIN       0.01
#define STEP_MAX       60.0
#define SHIFT          0.5 /* of the view, to the side */
#define COUNTRY_KM_MIN 250.0
#define COUNTRY_KM_MAX 2600.0

static const struct {
	const char *code;
	enum text_id name;
	double lat, lon, km;
} regions[] = {
	{ "africa", TEXT_MAP_AFRICA, 1, 18, 4100 },
	{ "asia", TEXT_MAP_ASIA, 30, 95, 4600 },
	{ "europe", TEXT_MAP_EUROPE, 53, 13, 2100 },
	{ "north-america", TEXT_MAP_NORTH_AMERICA, 44, -96, 3700 },
	{ "oceania", TEXT_MAP_OCEANIA, -22, 150, 3000 },
	{ "south-america", TEXT_MAP_SOUTH_AMERICA, -21, -60, 4000 },
};

static const struct {
	const char *code;
	double lat, lon, km;
} countries[] = {
#define COUNTRY(code, lat, lon, km) { code, lat, lon, km },
#include "web/country_points.def"
#undef COUNTRY
};

bool
map_country_point(const char *code, double *ret_lat, double *ret_lon,
    double *ret_km)
{
	for (size_t i = 0; i < ARRAY_LEN(countries); i++) {
		if (strcasecmp(countries[i].code, code) != 0)
			continue;
		*ret_lat = countries[i].lat;
		*ret_lon = countries[i].lon;
		*ret_km = countries[i].km;
		return true;
	}
	return false;
}

static void
look_at(struct map_view *view, double lat, double lon, double km)
{
	double half_height = km * MAP_PER_KM * MARGIN;

	map_project(lat, lon, &view->x, &view->y);
	view->height = fmin(2 * half_height, MAP_HEIGHT);
	view->width = view->height * (MAP_WIDTH / MAP_HEIGHT);
	/* Nothing is to be seen beyond the edges. */
	view->x = fmax(view->width / 2,
	    fmin(MAP_WIDTH - view->width / 2, view->x));
	view->y = fmax(view->height / 2,
	    fmin(MAP_HEIGHT - view->height / 2, view->y));
}

static bool
look_at_area(const struct page *page, const char *area, struct map_view *view)
{
	double lat, lon, km;

	for (size_t i = 0; i < ARRAY_LEN(regions); i++) {
		if (strcasecmp(regions[i].code, area) != 0)
			continue;
		look_at(view, regions[i].lat, regions[i].lon, regions[i].km);
		view->area = regions[i].code;
		view->place = page_text(page, regions[i].name);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(countries); i++) {
		if (strcasecmp(countries[i].code, area) != 0)
			continue;
		lat = countries[i].lat;
		lon = countries[i].lon;
		km = fmax(COUNTRY_KM_MIN,
		    fmin(COUNTRY_KM_MAX, countries[i].km));
		look_at(view, lat, lon, km);
		view->area = countries[i].code;
		view->place = page_label(page, VOCAB_COUNTRY, view->area);
		return true;
	}
	return false;
}

/* A plain number up to `end`; strtod() alone would take "nan" and "0x1p9". */
static bool
take_number(const char **p, char end, double most, double *ret_value)
{
	size_t len = strspn(*p, "+-.0123456789");
	char *stop;
	double value;

	if (len == 0 || len > 20 || (*p)[len] != end)
		return false;
	value = strtod(*p, &stop);
	if (stop != *p + len || !isfinite(value) || fabs(value) > most)
		return false;
	*p = stop + (end != '\0');
	*ret_value = value;
	return true;
}

/* "51.5,-0.12,200" */
static bool
look_around(const char *zoom, struct map_view *view)
{
	double lat, lon, km;

	if (!take_number(&zoom, ',', 90, &lat) ||
	    !take_number(&zoom, ',', 180, &lon) ||
	    !take_number(&zoom, '\0', 1e9, &km) || km <= 0)
		return false;
	look_at(view, lat, lon, fmax(KM_MIN, fmin(KM_MAX, km)));
	return true;
}

bool
map_view_read(const struct page *page, const struct http_params *params,
    const struct api_query *query, struct map_view *ret_view)
{
	const struct search_query *s = &query->search;
	const char *area = http_param(params, "area");
	const char *zoom = http_param(params, "zoom");
	const char *only = NULL;
	size_t n = 0;

	*ret_view = (struct map_view){ .x = MAP_WIDTH / 2,
		.y = MAP_HEIGHT / 2,
		.width = MAP_WIDTH,
		.height = MAP_HEIGHT };
	if (zoom != NULL && *zoom != '\0')
		return look_around(zoom, ret_view);
	if (area != NULL && *area != '\0')
		return strcmp(area, "world") == 0 ||
		       look_at_area(page, area, ret_view);
	/* Nothing said: where the search looks. */
	if (s->near.km > 0) {
		look_at(ret_view, s->near.lat, s->near.lon,
		    fmax(KM_MIN, s->near.km));
		ret_view->place = query->near;
		return true;
	}
	for (size_t i = 0; i < s->n_filters; i++) {
		if (s->filters[i].facet == SEARCH_COUNTRY) {
			only = s->filters[i].value;
			n++;
		}
	}
	if (n == 1)
		(void)look_at_area(page, only, ret_view);
	return true;
}

double
map_view_step(const struct map_view *view)
{
	double step = view->width / MAP_WIDTH * 360 * STEP_PART;

	return fmax(STEP_MIN, fmin(STEP_MAX, step));
}

/* Meridians bend: the longitudes of an edge reach farthest at the top, at the
 * bottom or where the equator crosses it. */
struct search_box
map_view_box(const struct map_view *view)
{
	double left = view->x - view->width / 2;
	double right = view->x + view->width / 2;
	double top = view->y - view->height / 2;
	double bottom = view->y + view->height / 2;
	double middle = fmax(top, fmin(bottom, MAP_HEIGHT / 2));
	const double heights[] = { top, middle, bottom };
	struct search_box box = { 90, -90, 180, -180 };

	for (size_t i = 0; i < ARRAY_LEN(heights); i++) {
		double lat, lon;

		map_unproject(left, heights[i], &lat, &lon);
		box.west = fmin(box.west, lon);
		box.south = fmin(box.south, lat);
		box.north = fmax(box.north, lat);
		map_unproject(right, heights[i], &lat, &lon);
		box.east = fmax(box.east, lon);
	}
	return box;
}

bool
map_view_holds(const struct map_view *view, double x, double y)
{
	return fabs(x - view->x) <= view->width / 2 &&
	       fabs(y - view->y) <= view->height / 2;
}

const char *
map_link(const struct page *page, const struct api_query *query,
    const char *area, const char *zoom)
{
	const char *link = search_link(page, "/map", query,
	    query->search.n_filters, 1);
	const char *name = area != NULL ? "area" : "zoom";

	if (area == NULL && zoom == NULL)
		return link;
	return arena_printf(page->arena, "%s%s%s=%s", link,
	    strchr(link, '?') != NULL ? "&" : "?", name,
	    area != NULL ? area : zoom);
}

static void
add_region(const struct page *page, const struct map_view *view,
    const struct api_query *query, const char *code, const char *name,
    struct map_page *map)
{
	struct map_step *step = &map->regions[map->n_regions++];

	step->label = name;
	step->href = map_link(page, query, code, NULL);
	step->is_here = view->area != NULL ? strcmp(view->area, code) == 0
					   : view->width >= MAP_WIDTH &&
						 strcmp(code, "world") == 0;
}

/* The same map with its middle moved and its height changed. */
static void
add_move(const struct page *page, const struct map_view *view,
    const struct api_query *query, enum text_id label, double east,
    double south, double factor, struct map_page *map)
{
	struct map_step *step = &map->moves[map->n_moves];
	double km = view->height / 2 / (MAP_PER_KM * MARGIN) * factor;
	double x = view->x + east * SHIFT * view->width;
	double y = view->y + south * SHIFT * view->height;
	double lat, lon;

	if (km < KM_MIN * 0.99 || x < 0 || x > MAP_WIDTH || y < 0 ||
	    y > MAP_HEIGHT)
		return;
	step->label = page_text(page, label);
	if (view->height * factor >= MAP_HEIGHT) {
		step->href = map_link(page, query, "world", NULL);
	} else {
		map_unproject(x, y, &lat, &lon);
		step->href = map_link(page, query, NULL,
		    arena_printf(page->arena, "%.2f,%.2f,%.0f", lat, lon, km));
	}
	map->n_moves++;
}

void
map_view_steps(const struct page *page, const struct map_view *view,
    const struct api_query *query, struct map_page *map)
{
	map->regions = arena_alloc(page->arena,
	    (ARRAY_LEN(regions) + 1) * sizeof(*map->regions));
	add_region(page, view, query, "world", page_text(page, TEXT_MAP_WORLD),
	    map);
	for (size_t i = 0; i < ARRAY_LEN(regions); i++)
		add_region(page, view, query, regions[i].code,
		    page_text(page, regions[i].name), map);
	add_move(page, view, query, TEXT_MAP_CLOSER, 0, 0, 1 / ZOOM, map);
	if (view->width >= MAP_WIDTH)
		return;
	add_move(page, view, query, TEXT_MAP_FARTHER, 0, 0, ZOOM, map);
	add_move(page, view, query, TEXT_MAP_NORTH, 0, -1, 1, map);
	add_move(page, view, query, TEXT_MAP_SOUTH, 0, 1, 1, map);
	add_move(page, view, query, TEXT_MAP_WEST, -1, 0, 1, map);
	add_move(page, view, query, TEXT_MAP_EAST, 1, 0, 1, map);
}
