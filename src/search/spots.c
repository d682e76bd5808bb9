/*
 * spots: where the records of a query are, as squares of a grid with the
 * number of records in each: what a map draws. Neighbours: run.c finds the
 * documents, place.h has their points.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "search/run.h"

#define STEP_MIN 0.01 /* degrees */
#define STEP_MAX 90.0
/* Degrees are added up as whole numbers, so that a sum is the same in
 * whatever order it is made. */
#define UNITS 1e7

#define RADIANS(d) ((d) * (M_PI / 180))
#define DEGREES(r) ((r) * (180 / M_PI))
#define CELL       (180.0 / PLACE_ROWS)

struct square {
	uint32_t number;  /* row * columns + column, from the south-west */
	int64_t lat, lon; /* sums of UNITS of a degree */
	int64_t points;
	int64_t n;
	int64_t group;
	const struct segment *segment; /* of the document at hand */
	uint32_t doc;                  /* the first of it */
};

/* A record counts once in a square, by the number of both. */
struct pairs {
	uint64_t *slots; /* + 1; 0: free */
	size_t size, n;
};

struct grid {
	double step;
	uint32_t rows, columns;
	struct square *squares;
	size_t n, cap;
	uint32_t *table; /* squares by number: index + 1 */
	size_t size;     /* of the table, a power of two */
	bool is_circle;
	struct disc disc;
	struct search_box asked;
	struct search_box box; /* edges of squares of it, and a little */
	int64_t placed;
	/* By value of the snapshot, for one facet. */
	enum search_facet by;
	int64_t *all, *by_placed;
	/* Of the segment at hand. */
	const struct segment *segment;
	const uint64_t *found;
	uint64_t *seen, *many; /* documents with one point, with more */
	struct pairs pairs;
};

#define TABLE_FIRST 4096
#define MIX         UINT64_C(0x9e3779b97f4a7c15)

/* ---- squares ---- */

static size_t
table_slot(const struct grid *g, uint32_t number)
{
	size_t at = (size_t)((number + 1) * MIX >> 24) & (g->size - 1);

	while (
	    g->table[at] != 0 && g->squares[g->table[at] - 1].number != number)
		at = (at + 1) & (g->size - 1);
	return at;
}

static void
table_grow(struct grid *g)
{
	g->size = g->size == 0 ? TABLE_FIRST : g->size * 4;
	free(g->table);
	g->table = xcalloc(g->size, sizeof(*g->table));
	for (size_t i = 0; i < g->n; i++)
		g->table[table_slot(g, g->squares[i].number)] = (uint32_t)i + 1;
}

/* The square of a number, made when it is new. */
static struct square *
find_square(struct grid *g, uint32_t number)
{
	const struct square fresh = { .number = number, .group = INT64_MAX };
	size_t at;

	if (g->n + 1 > g->size / 2)
		table_grow(g);
	at = table_slot(g, number);
	if (g->table[at] == 0) {
		VEC_PUSH(g->squares, g->n, g->cap, fresh);
		g->table[at] = (uint32_t)g->n;
	}
	return &g->squares[g->table[at] - 1];
}

static uint32_t
number_of(const struct grid *g, double lat, double lon)
{
	uint32_t row = lat <= -90 ? 0 : (uint32_t)((lat + 90) / g->step);
	uint32_t column = lon <= -180 || lon >= 180
			      ? 0
			      : (uint32_t)((lon + 180) / g->step);

	if (row >= g->rows)
		row = g->rows - 1;
	if (column >= g->columns)
		column = g->columns - 1;
	return row * g->columns + column;
}

/* ---- each record once ---- */

static bool
pairs_add(struct pairs *pairs, uint64_t key)
{
	size_t at;

	if (pairs->n + 1 > pairs->size / 2) {
		struct pairs wide = { NULL,
			pairs->size == 0 ? 1024 : pairs->size * 2, 0 };

		wide.slots = xcalloc(wide.size, sizeof(*wide.slots));
		for (size_t i = 0; i < pairs->size; i++) {
			if (pairs->slots[i] != 0)
				(void)pairs_add(&wide, pairs->slots[i] - 1);
		}
		free(pairs->slots);
		*pairs = wide;
	}
	at = (size_t)((key + 1) * MIX >> 20) & (pairs->size - 1);
	for (; pairs->slots[at] != 0; at = (at + 1) & (pairs->size - 1)) {
		if (pairs->slots[at] == key + 1)
			return false;
	}
	pairs->slots[at] = key + 1;
	pairs->n++;
	return true;
}

static bool
is_wanted(const struct grid *g, const struct seg_point *point)
{
	return (g->found[point->doc >> 6] >> (point->doc & 63) & 1) != 0 &&
	       (!g->is_circle ||
		   disc_chord2(&g->disc, point) <= g->disc.chord2);
}

/* Documents that have a point, and those that have several. */
static void
look_for_many(struct grid *g)
{
	const struct places *places = &g->segment->places;

	for (size_t i = 0; i < places->n_points; i++) {
		const struct seg_point *point = &places->points[i];
		uint64_t bit = (uint64_t)1 << (point->doc & 63);
		size_t w = point->doc >> 6;

		if (!is_wanted(g, point))
			continue;
		g->many[w] |= g->seen[w] & bit;
		g->seen[w] |= bit;
	}
	for (size_t w = 0; w * 64 < g->segment->n_docs; w++)
		g->placed += __builtin_popcountll(g->seen[w]);
}

/* ---- from points to degrees ---- */

/*
 * The middle of a cell of the index. A point of the cell is less than half a
 * degree away, so that two terms of the series of an arctangent are exact:
 * atan2() for each point would take most of the time.
 */
struct corner {
	double lat, lon;
	double sin_lat, cos_lat, sin_lon, cos_lon;
};
#define NEAR_MIDDLE 0.005 /* radians */

static void
corner_init(struct corner *corner, uint32_t cell)
{
	corner->lat = cell / PLACE_COLUMNS * CELL - 90 + CELL / 2;
	corner->lon = cell % PLACE_COLUMNS * CELL - 180 + CELL / 2;
	corner->sin_lat = sin(RADIANS(corner->lat));
	corner->cos_lat = cos(RADIANS(corner->lat));
	corner->sin_lon = sin(RADIANS(corner->lon));
	corner->cos_lon = cos(RADIANS(corner->lon));
}

static double
short_arctangent(double t)
{
	double t2 = t * t;

	return t * (1 - t2 * (1.0 / 3) + t2 * t2 * (1.0 / 5));
}

static void
degrees_in(const struct corner *corner, const struct seg_point *point,
    double *ret_lat, double *ret_lon)
{
	double x = (double)point->x, y = (double)point->y;
	double z = (double)point->z, r = sqrt(x * x + y * y);
	double up = (z * corner->cos_lat - r * corner->sin_lat) /
		    (r * corner->cos_lat + z * corner->sin_lat);
	double east = (y * corner->cos_lon - x * corner->sin_lon) /
		      (x * corner->cos_lon + y * corner->sin_lon);

	if (!(fabs(up) < NEAR_MIDDLE) || !(fabs(east) < NEAR_MIDDLE)) {
		place_degrees(point, ret_lat, ret_lon);
		return;
	}
	*ret_lat = corner->lat + DEGREES(short_arctangent(up));
	*ret_lon = corner->lon + DEGREES(short_arctangent(east));
}

/* To the nearest; llround() is a call for each. */
static int64_t
units(double degrees)
{
	double scaled = degrees * UNITS;

	return (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

/* Groups rise with documents: no look at that of each. */
static void
take_group(const struct grid *g, struct square *square, uint32_t doc)
{
	int64_t group;

	if (square->segment == g->segment && square->doc <= doc)
		return;
	square->segment = g->segment;
	square->doc = doc;
	group = segment_group(g->segment, doc);
	if (group < square->group)
		square->group = group;
}

static void
take_point(struct grid *g, const struct corner *corner,
    const struct seg_point *point, struct square **square)
{
	double lat, lon;
	uint32_t number;

	degrees_in(corner, point, &lat, &lon);
	if (lon >= 180)
		lon -= 360;
	number = number_of(g, lat, lon);
	if (*square == NULL || (*square)->number != number)
		*square = find_square(g, number);
	(*square)->lat += units(lat);
	(*square)->lon += units(lon);
	(*square)->points++;
	if ((g->many[point->doc >> 6] >> (point->doc & 63) & 1) != 0 &&
	    !pairs_add(&g->pairs, (uint64_t)number << 30 | point->doc))
		return;
	(*square)->n++;
	take_group(g, *square, point->doc);
}

/* ---- by value ---- */

static void
count_values(const struct grid *g, struct arena *arena,
    const struct snapshot_segment *entry, const uint64_t *docs, int64_t *counts)
{
	const struct filters *filters = &entry->segment->filters;
	int64_t *own = arena_alloc(arena,
	    (filters->n_values + 1) * sizeof(*own));
	uint16_t offsets[WINDOW_OFFSETS];
	struct tally tally;

	tally_init(&tally, arena, filters, 1U << g->by);
	for (uint32_t base = 0; base < entry->segment->n_docs;
	     base += WINDOW_DOCS)
		tally_add(&tally, base, offsets,
		    window_offsets(docs + base / 64, offsets));
	tally_finish(&tally, own);
	for (size_t v = 0; v < filters->n_values; v++)
		counts[entry->values[v]] += own[v];
}

static void
fill_values(const struct grid *g, struct run *run, struct search_spots *spots)
{
	const struct snapshot *snapshot = run->snapshot;
	struct search_result result = { 0 };
	const struct search_count *items;
	size_t n;

	run->counts = g->all;
	result_facets(run, &result);
	items = result.facets[g->by].items;
	n = result.facets[g->by].n;
	spots->values = arena_alloc(run->arena,
	    (n + 1) * sizeof(*spots->values));
	for (size_t i = 0; i < n; i++) {
		struct search_placed *placed = &spots->values[i];

		placed->value = items[i].value;
		placed->n = items[i].n;
		placed->is_selected = items[i].is_selected;
		for (size_t v = 0; v < snapshot->n_values; v++) {
			if (snapshot->values[v].facet == g->by &&
			    strcmp(snapshot->values[v].text, placed->value) ==
				0)
				placed->placed = g->by_placed[v];
		}
	}
	spots->n_values = n;
}

/* A cell whose points all lie in squares that nobody asks for. */
static bool
is_outside(const struct grid *g, uint32_t cell)
{
	double south = cell / PLACE_COLUMNS * CELL - 90;
	double west = cell % PLACE_COLUMNS * CELL - 180;

	return south > g->box.north || south + CELL < g->box.south ||
	       west > g->box.east || west + CELL < g->box.west;
}

static void
take_segment(struct grid *g, struct arena *arena,
    const struct snapshot_segment *entry, const uint64_t *found)
{
	const struct segment *segment = entry->segment;
	const struct places *places = &segment->places;
	size_t windows = segment->n_docs / WINDOW_DOCS + 1;
	size_t words = windows * WINDOW_WORDS;
	struct square *square = NULL;

	g->segment = segment;
	g->found = found;
	g->seen = xcalloc(words, sizeof(*g->seen));
	g->many = xcalloc(words, sizeof(*g->many));
	memset(&g->pairs, 0, sizeof(g->pairs));
	look_for_many(g);
	count_values(g, arena, entry, found, g->all);
	count_values(g, arena, entry, g->seen, g->by_placed);
	for (size_t c = 0; c < places->n_cells; c++) {
		struct corner corner = { 0 };
		bool is_begun = false;

		if (is_outside(g, places->cells[c].cell))
			continue;
		for (uint32_t i = places->cells[c].first;
		     i < places->cells[c + 1].first; i++) {
			if (!is_wanted(g, &places->points[i]))
				continue;
			if (!is_begun)
				corner_init(&corner, places->cells[c].cell);
			is_begun = true;
			take_point(g, &corner, &places->points[i], &square);
		}
	}
	free(g->seen);
	free(g->many);
	free(g->pairs.slots);
}

/* ---- in order ---- */

struct ranked {
	uint64_t key; /* most records first, then the number of the square */
	size_t square;
};

/* Byte by byte from the lowest: squares may be many. */
static struct ranked *
sort_squares(const struct grid *g, struct arena *arena)
{
	struct ranked *from = arena_alloc(arena, (g->n + 1) * sizeof(*from));
	struct ranked *to = arena_alloc(arena, (g->n + 1) * sizeof(*to));

	for (size_t i = 0; i < g->n; i++) {
		uint64_t n = (uint64_t)g->squares[i].n;

		from[i].key = (UINT32_MAX - n) << 32 | g->squares[i].number;
		from[i].square = i;
	}
	for (unsigned shift = 0; shift < 64; shift += 8) {
		size_t starts[257] = { 0 };
		struct ranked *last = from;

		for (size_t i = 0; i < g->n; i++)
			starts[(from[i].key >> shift & 255) + 1]++;
		if (g->n == 0 ||
		    starts[(from[0].key >> shift & 255) + 1] == g->n)
			continue;
		for (size_t i = 1; i < 257; i++)
			starts[i] += starts[i - 1];
		for (size_t i = 0; i < g->n; i++)
			to[starts[from[i].key >> shift & 255]++] = from[i];
		from = to;
		to = last;
	}
	return from;
}

/* Does a square touch what was asked for? Others may lack points. */
static bool
is_asked(const struct grid *g, uint32_t number)
{
	double south = number / g->columns * g->step - 90;
	double west = number % g->columns * g->step - 180;

	return south <= g->asked.north && south + g->step >= g->asked.south &&
	       west <= g->asked.east && west + g->step >= g->asked.west;
}

static void
fill_spots(const struct grid *g, struct arena *arena,
    struct search_spots *spots)
{
	const struct ranked *order = sort_squares(g, arena);

	spots->items = arena_alloc(arena, (g->n + 1) * sizeof(*spots->items));
	for (size_t i = 0; i < g->n; i++) {
		const struct square *square = &g->squares[order[i].square];
		struct search_spot *spot;

		if (!is_asked(g, square->number))
			continue;
		spot = &spots->items[spots->n++];
		spot->lat = (double)square->lat / (double)square->points /
			    UNITS;
		spot->lon = (double)square->lon / (double)square->points /
			    UNITS;
		spot->n = square->n;
		spot->group = square->group;
	}
	spots->placed = g->placed;
}

static void
grid_init(struct grid *g, struct arena *arena, const struct snapshot *snapshot,
    const struct search_query *query, double step, const struct search_box *box,
    enum search_facet by)
{
	struct circle circle = { query->near.lat, query->near.lon,
		query->near.km };

	memset(g, 0, sizeof(*g));
	g->by = by;
	g->all = arena_alloc(arena, (snapshot->n_values + 1) * sizeof(*g->all));
	g->by_placed = arena_alloc(arena,
	    (snapshot->n_values + 1) * sizeof(*g->by_placed));
	g->step = !(step >= STEP_MIN) ? STEP_MIN : fmin(step, STEP_MAX);
	g->rows = (uint32_t)ceil(180 / g->step);
	g->columns = (uint32_t)ceil(360 / g->step);
	g->asked = box != NULL ? *box
			       : (struct search_box){ -90, 90, -180, 180 };
	/* Squares that touch it are whole; rounding and 180 east on top. */
	g->box = (struct search_box){ g->asked.south - g->step - CELL,
		g->asked.north + g->step + CELL, g->asked.west - g->step - CELL,
		g->asked.east + g->step + CELL };
	if (g->box.west < -180 || g->box.east > 180) {
		g->box.west = -180;
		g->box.east = 180;
	}
	g->is_circle = query->near.km > 0 && disc_init(&g->disc, &circle) == 0;
}

int
search_spots(struct search *search, struct arena *arena,
    const struct search_query *query, double step, const struct search_box *box,
    enum search_facet by, struct search_spots *ret_spots, struct err *err)
{
	const struct snapshot *snapshot = search->snapshot;
	struct search_spots spots = { 0 };
	struct grid g;
	struct run run;

	if (run_gather(&run, search, arena, query, &spots.is_ready, err) == -1)
		return -1;
	if (spots.is_ready) {
		grid_init(&g, arena, snapshot, query, step, box, by);
		for (size_t i = 0; i < snapshot->n; i++)
			take_segment(&g, arena, &snapshot->segments[i],
			    run.found[i]);
		fill_spots(&g, arena, &spots);
		fill_values(&g, &run, &spots);
		spots.count = run.total;
		free(g.squares);
		free(g.table);
	}
	*ret_spots = spots;
	return 0;
}
