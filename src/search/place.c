/*
 * place: which documents have a point in a circle, and how far it is
 * (place.h). Rows of cells are cut to the longitudes that the circle reaches
 * in them; the points of these cells are compared by the length of the chord,
 * squared. place_build.c wrote them. docs/search-index.md, "Places".
 */
#include "search/place.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define EARTH_KM   6371.0088
#define RADIANS(d) ((d) * (M_PI / 180))
#define DEGREES(r) ((r) * (180 / M_PI))
#define CELL       0.5 /* degrees */
/* Cells this near to the circle are looked at too: far more than rounding
 * does, 6 m. */
#define MARGIN 1e-6

uint32_t
place_cell(const struct seg_point *point)
{
	double lat, lon;
	int row, column;

	place_degrees(point, &lat, &lon);
	row = (int)((lat + 90) / CELL);
	column = (int)((lon + 180) / CELL);
	if (row >= PLACE_ROWS)
		row = PLACE_ROWS - 1;
	if (column >= PLACE_COLUMNS)
		column = 0;
	return (uint32_t)(row * PLACE_COLUMNS + column);
}

void
place_degrees(const struct seg_point *point, double *ret_lat, double *ret_lon)
{
	double x = (double)point->x, y = (double)point->y, z = (double)point->z;

	*ret_lat = DEGREES(atan2(z, sqrt(x * x + y * y)));
	*ret_lon = DEGREES(atan2(y, x));
}

int
places_open(struct places *places, uint32_t n_docs,
    const struct place_sections *s)
{
	const struct seg_cell *cells = s->cells;
	const struct seg_point *points = s->points;
	size_t n_points = s->points_len / sizeof(*points), n_cells, i;

	if ((uintptr_t)s->cells % 4 != 0 || (uintptr_t)s->points % 4 != 0 ||
	    s->cells_len % sizeof(*cells) != 0 || s->cells_len == 0 ||
	    s->points_len % sizeof(*points) != 0 || n_points > UINT32_MAX)
		return -1;
	n_cells = s->cells_len / sizeof(*cells) - 1;
	if (cells[0].first != 0 || cells[n_cells].first != n_points ||
	    cells[n_cells].cell != UINT32_MAX)
		return -1;
	for (i = 0; i < n_cells; i++)
		if (cells[i].cell >= PLACE_ROWS * PLACE_COLUMNS ||
		    cells[i].cell >= cells[i + 1].cell ||
		    cells[i].first >= cells[i + 1].first)
			return -1;
	for (i = 0; i < n_points; i++) {
		float x = points[i].x, y = points[i].y, z = points[i].z;
		float length = x * x + y * y + z * z;

		/* Not a number fails this too. */
		if (!(length > 0.999f && length < 1.001f) ||
		    points[i].doc >= n_docs)
			return -1;
	}
	memset(places, 0, sizeof(*places));
	places->n_docs = n_docs;
	places->cells = cells;
	places->n_cells = n_cells;
	places->points = points;
	places->n_points = n_points;
	return 0;
}

/* ---- which cells ---- */

/* At one latitude: how far from the centre's longitude the circle reaches.
 * Negative: not at all. */
static double
reach_at(const struct disc *disc, double lat)
{
	double radius = disc->radius + MARGIN;
	double up = cos(radius) - sin(lat) * sin(disc->lat);
	double down = cos(lat) * cos(disc->lat);

	/* At a pole, or around one: all longitudes or none. */
	if (radius >= M_PI || up <= -down)
		return M_PI;
	if (up >= down)
		return down < 1e-9 && up < 1e-9 ? M_PI : -1;
	return acos(up / down);
}

/* The most of it between two latitudes. */
static double
reach(const struct disc *disc, double south, double north)
{
	double most = fmax(reach_at(disc, south), reach_at(disc, north));
	double radius = disc->radius + MARGIN, widest;

	if (disc->lat >= south && disc->lat <= north)
		most = fmax(most, reach_at(disc, disc->lat));
	/* Where the meridian just touches the circle. */
	if (fabs(sin(disc->lat)) < fabs(cos(radius))) {
		widest = asin(sin(disc->lat) / cos(radius));
		if (widest >= south && widest <= north)
			most = fmax(most, reach_at(disc, widest));
	}
	return most;
}

/* The first of the cells that is not before a cell. */
static size_t
seek_cell(const struct places *places, uint32_t cell)
{
	size_t low = 0, high = places->n_cells, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (places->cells[middle].cell < cell)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- which points ---- */

struct scan {
	const struct places *places;
	struct disc disc;
	uint64_t *bits;
	float *ret_km;
};

/* Cephes' polynomial for arcsines up to 0.5, whose square is x2. */
static float
short_arcsine(float x, float x2)
{
	float p = 4.2163199048e-2f;

	p = p * x2 + 2.4181311049e-2f;
	p = p * x2 + 4.5470025998e-2f;
	p = p * x2 + 7.4953002686e-2f;
	p = p * x2 + 1.6666752422e-1f;
	return p * x2 * x + x;
}

/* The way of a chord. asinf() would take half of the time of a search for
 * what is near a place. */
static float
km_of_chord2(double chord2)
{
	float half2 = (float)chord2 / 4, half = sqrtf(half2), rest2;

	if (half <= 0.5f)
		return (float)(2 * EARTH_KM) * short_arcsine(half, half2);
	rest2 = half < 1 ? (1 - half) / 2 : 0;
	return (float)(2 * EARTH_KM) *
	       ((float)(M_PI / 2) - 2 * short_arcsine(sqrtf(rest2), rest2));
}

static void
scan_points(const struct scan *scan, uint32_t first, uint32_t end)
{
	const struct seg_point *p = scan->places->points + first;
	const struct seg_point *stop = scan->places->points + end;
	const struct disc disc = scan->disc;
	uint64_t *word, bit;
	double chord2;
	float km;

	for (; p < stop; p++) {
		chord2 = disc_chord2(&disc, p);
		if (chord2 > disc.chord2)
			continue;
		word = &scan->bits[p->doc >> 6];
		bit = (uint64_t)1 << (p->doc & 63);
		if (scan->ret_km != NULL) {
			km = km_of_chord2(chord2);
			if ((*word & bit) == 0 || km < scan->ret_km[p->doc])
				scan->ret_km[p->doc] = km;
		}
		*word |= bit;
	}
}

/* Columns from the first to the last of one row: 0 to 719. */
static void
scan_columns(const struct scan *scan, int row, int first, int last)
{
	const struct places *places = scan->places;
	uint32_t end = (uint32_t)(row * PLACE_COLUMNS + last);
	size_t from, to;

	from = to = seek_cell(places, (uint32_t)(row * PLACE_COLUMNS + first));
	while (to < places->n_cells && places->cells[to].cell <= end)
		to++;
	/* Cells that follow each other hold points that do. */
	if (to > from)
		scan_points(scan, places->cells[from].first,
		    places->cells[to].first);
}

static void
scan_row(const struct scan *scan, int row)
{
	double south = RADIANS(row * CELL - 90);
	double wide = reach(&scan->disc, south, south + RADIANS(CELL));
	double left = DEGREES(scan->disc.lon - wide - MARGIN) + 180;
	double right = DEGREES(scan->disc.lon + wide + MARGIN) + 180;
	int first, last;

	if (wide < 0)
		return;
	first = (int)floor(left / CELL);
	last = (int)floor(right / CELL);
	if (last - first >= PLACE_COLUMNS - 1) {
		scan_columns(scan, row, 0, PLACE_COLUMNS - 1);
		return;
	}
	/* Across the date line: two parts. */
	if (first < 0) {
		scan_columns(scan, row, first + PLACE_COLUMNS,
		    PLACE_COLUMNS - 1);
		first = 0;
	}
	if (last >= PLACE_COLUMNS) {
		scan_columns(scan, row, 0, last - PLACE_COLUMNS);
		last = PLACE_COLUMNS - 1;
	}
	scan_columns(scan, row, first, last);
}

int
disc_init(struct disc *disc, const struct circle *circle)
{
	double lat = circle->lat, chord;

	if (!isfinite(lat) || !isfinite(circle->lon) || !(circle->km >= 0))
		return -1;
	lat = lat > 90 ? 90 : lat < -90 ? -90 : lat;
	disc->lat = RADIANS(lat);
	disc->lon = RADIANS(remainder(circle->lon, 360));
	disc->radius = fmin(circle->km / EARTH_KM, M_PI);
	disc->x = cos(disc->lat) * cos(disc->lon);
	disc->y = cos(disc->lat) * sin(disc->lon);
	disc->z = sin(disc->lat);
	chord = 2 * sin(disc->radius / 2);
	disc->chord2 = disc->radius < M_PI ? chord * chord : DBL_MAX;
	return 0;
}

void
places_within(const struct places *places, const struct circle *circle,
    uint64_t *bits, float *ret_km)
{
	struct scan scan = { .places = places, .bits = bits, .ret_km = ret_km };
	double south, north;
	int row, last;

	if (disc_init(&scan.disc, circle) != 0 || places->n_points == 0)
		return;
	if (scan.disc.radius >= M_PI) {
		scan_points(&scan, 0, (uint32_t)places->n_points);
		return;
	}
	south = DEGREES(scan.disc.lat - scan.disc.radius - MARGIN) + 90;
	north = DEGREES(scan.disc.lat + scan.disc.radius + MARGIN) + 90;
	row = south < 0 ? 0 : (int)(south / CELL);
	last = north >= 180 ? PLACE_ROWS - 1 : (int)(north / CELL);
	for (; row <= last && row < PLACE_ROWS; row++)
		scan_row(&scan, row);
}
