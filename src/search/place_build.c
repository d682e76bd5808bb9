/*
 * place_build: points of documents -> the cells and points of a segment
 * (place.h, format.h). A point is three floats on the unit sphere: they put it
 * within half a metre of where it is, and distances need no trigonometry.
 */
#include "search/place.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_CELLS    ((size_t)PLACE_ROWS * PLACE_COLUMNS)
#define RADIANS(d) ((d) * (M_PI / 180))

struct place_builder {
	struct seg_point *points;
	size_t n;
	size_t cap;
	uint32_t last_doc;
	uint32_t n_of_doc;
	/* what place_builder_finish() made */
	struct seg_cell *out_cells;
	struct seg_point *out_points;
};

struct place_builder *
place_builder_new(void)
{
	return xcalloc(1, sizeof(struct place_builder));
}

void
place_builder_clear(struct place_builder *b)
{
	free(b->points);
	free(b->out_cells);
	free(b->out_points);
	memset(b, 0, sizeof(*b));
}

void
place_builder_free(struct place_builder *b)
{
	if (b == NULL)
		return;
	place_builder_clear(b);
	free(b);
}

size_t
place_builder_bytes(const struct place_builder *b)
{
	return b->cap * sizeof(*b->points);
}

void
place_builder_add(struct place_builder *b, uint32_t doc, double lat, double lon)
{
	struct seg_point p;

	if (!(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180))
		return;
	/* One place has many names at the poles, two at the date line. */
	if (lat == 90 || lat == -90)
		lon = 0;
	if (lon == 180)
		lon = -180;
	/* + 0: minus zero is another bit pattern for the same place. */
	p.x = (float)(cos(RADIANS(lat)) * cos(RADIANS(lon))) + 0.0f;
	p.y = (float)(cos(RADIANS(lat)) * sin(RADIANS(lon))) + 0.0f;
	p.z = (float)sin(RADIANS(lat)) + 0.0f;
	p.doc = doc;
	place_builder_add_point(b, &p);
}

static bool
is_same(const struct seg_point *a, const struct seg_point *b)
{
	return a->doc == b->doc && a->x == b->x && a->y == b->y && a->z == b->z;
}

void
place_builder_add_point(struct place_builder *b, const struct seg_point *point)
{
	if (b->n > 0 && point->doc == b->last_doc) {
		if (b->n_of_doc == DOC_POINTS_MAX ||
		    is_same(&b->points[b->n - 1], point))
			return;
	} else {
		b->last_doc = point->doc;
		b->n_of_doc = 0;
	}
	VEC_PUSH(b->points, b->n, b->cap, *point);
	b->n_of_doc++;
}

static int
by_place(const void *a, const void *b)
{
	const struct seg_point *p = a, *q = b;

	if (p->doc != q->doc)
		return p->doc < q->doc ? -1 : 1;
	if (p->x != q->x)
		return p->x < q->x ? -1 : 1;
	if (p->y != q->y)
		return p->y < q->y ? -1 : 1;
	if (p->z != q->z)
		return p->z < q->z ? -1 : 1;
	return 0;
}

/* Points by cell into out_points; starts[cell + 1] becomes its end. */
static void
sort_by_cell(struct place_builder *b, uint32_t *starts)
{
	uint32_t *cells = xmalloc((b->n + 1) * sizeof(*cells));
	size_t i;

	for (i = 0; i < b->n; i++) {
		cells[i] = place_cell(&b->points[i]);
		starts[cells[i] + 2]++;
	}
	for (i = 0; i <= N_CELLS; i++)
		starts[i + 1] += starts[i];
	for (i = 0; i < b->n; i++)
		b->out_points[starts[cells[i] + 1]++] = b->points[i];
	free(cells);
}

/* Sort the points of one cell and append them, each once, at b->out_points +
 * to; returns how many. */
static size_t
keep_cell(struct place_builder *b, size_t from, size_t end, size_t to)
{
	struct seg_point *points = b->out_points + from;
	size_t n = end - from, i, kept = 0;
	bool is_sorted = true;

	for (i = 1; i < n && is_sorted; i++)
		is_sorted = by_place(&points[i - 1], &points[i]) < 0;
	if (!is_sorted)
		qsort(points, n, sizeof(*points), by_place);
	for (i = 0; i < n; i++) {
		if (i > 0 && is_same(&points[i - 1], &points[i]))
			continue;
		b->out_points[to + kept++] = points[i];
	}
	return kept;
}

void
place_builder_finish(struct place_builder *b, struct place_sections *ret)
{
	uint32_t *starts = xcalloc(N_CELLS + 2, sizeof(*starts));
	size_t cell, n_cells = 0, n_used = 0, to = 0, kept;

	b->out_points = xmalloc((b->n + 1) * sizeof(*b->out_points));
	sort_by_cell(b, starts);
	for (cell = 0; cell < N_CELLS; cell++)
		n_used += starts[cell + 1] > starts[cell];
	b->out_cells = xcalloc(n_used + 1, sizeof(*b->out_cells));
	for (cell = 0; cell < N_CELLS; cell++) {
		if (starts[cell + 1] == starts[cell])
			continue;
		kept = keep_cell(b, starts[cell], starts[cell + 1], to);
		b->out_cells[n_cells].cell = (uint32_t)cell;
		b->out_cells[n_cells++].first = (uint32_t)to;
		to += kept;
	}
	b->out_cells[n_cells].cell = UINT32_MAX;
	b->out_cells[n_cells].first = (uint32_t)to;
	free(starts);
	ret->cells = b->out_cells;
	ret->cells_len = (n_cells + 1) * sizeof(*b->out_cells);
	ret->points = b->out_points;
	ret->points_len = to * sizeof(*b->out_points);
}
