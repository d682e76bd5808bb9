/*
 * where: where a place is that somebody names: the records that name it in an
 * address or area say so by their points. Points of one name may lie in two
 * countries, or all over the world when the name is a common word: then the
 * closest crowd of them decides, and the caller is told how many it is of.
 * Neighbours: place.h has points, eval.h finds the records.
 */
#include <stdlib.h>
#include <string.h>

#include "search/run.h"

/* Points of records that name the place that are looked at. */
#define PLACE_POINTS_MAX 10000
/* Half of the points so near to their middle are one place. */
#define TOGETHER_KM 100
/* What is counted as being there. */
#define THERE_KM 50

struct named {
	struct seg_point *points; /* doc: its cell, once sorted by that */
	size_t n;
	float *values; /* room for as many */
};

/* The middle one, in mixed order: sorting all of them would take most of the
 * time. Hoare's FIND. */
static float
median(float *values, size_t n)
{
	size_t want = n / 2, low = 0, high = n - 1;

	while (low < high) {
		float pivot = values[low + (high - low) / 2];
		size_t i = low, j = high;

		for (;;) {
			float kept;

			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i >= j)
				break;
			kept = values[i];
			values[i++] = values[j];
			values[j--] = kept;
		}
		/* Up to j nothing is larger, behind it nothing smaller. */
		if (want <= j)
			high = j;
		else
			low = j + 1;
	}
	return values[want];
}

static void
add_points(struct named *named, const struct places *places,
    const uint64_t *bits)
{
	for (size_t i = 0; i < places->n_points && named->n < PLACE_POINTS_MAX;
	     i++) {
		const struct seg_point *point = &places->points[i];

		if ((bits[point->doc >> 6] >> (point->doc & 63) & 1) != 0)
			named->points[named->n++] = *point;
	}
}

/* "Sao Paulo", in a row, where a record says where it is. NULL when no letter
 * is in it. */
static struct query *
place_query(struct arena *arena, const char *name)
{
	struct query *query = arena_alloc(arena, sizeof(*query));
	struct query_term *term = arena_alloc(arena, sizeof(*term));
	size_t len = utf8_floor(name, strnlen(name, SEARCH_TERM_BYTES));

	if (query_term_init(arena, term, name, len, true, false) == 0)
		return NULL;
	term->field = SEARCH_PLACE;
	query->groups[0].terms[0] = term;
	query->groups[0].n = 1;
	query->n_groups = 1;
	return query;
}

/* Only what is in the country. */
static void
keep_country(const struct segment *segment, const char *country, uint64_t *bits)
{
	size_t words = segment->n_docs / 64 + 1;
	uint64_t *in = xcalloc(words, sizeof(*in));
	size_t value = filters_find(&segment->filters, SEARCH_COUNTRY, country);

	if (value != VALUE_NONE)
		filters_or(&segment->filters, value, 0, segment->n_docs, in);
	for (size_t w = 0; w < words; w++)
		bits[w] &= in[w];
	free(in);
}

static int
find_segment(struct search *search, struct arena *arena, struct plan *plan,
    size_t number, const char *country, struct named *named)
{
	const struct snapshot_segment *entry =
	    &search->snapshot->segments[number];
	struct segment *segment = entry->segment;
	uint64_t *bits = xcalloc(segment->n_docs / 64 + WINDOW_WORDS + 1,
	    sizeof(*bits));
	struct window *window;
	struct eval eval;

	eval_init(&eval, arena, plan, number, NULL, &search->space);
	while ((window = eval_next(&eval)) != NULL)
		memcpy(bits + window->base / 64, window->bits,
		    sizeof(window->bits));
	for (size_t w = 0; entry->dead != NULL && w * 64 < segment->n_docs; w++)
		bits[w] &= ~entry->dead[w];
	if (country != NULL)
		keep_country(segment, country, bits);
	add_points(named, &segment->places, bits);
	free(bits);
	return eval.is_damaged ? -1 : 0;
}

static int
find_points(struct search *search, struct arena *arena, const char *name,
    const char *country, struct named *named, struct err *err)
{
	struct query *query = place_query(arena, name);
	struct plan *plan;

	if (query == NULL)
		return 0;
	plan = plan_make(arena, search->snapshot, search->stemmer, query, NULL);
	for (size_t i = 0; i < search->snapshot->n; i++) {
		if (find_segment(search, arena, plan, i, country, named) == -1)
			return search_damaged(search->snapshot, err);
	}
	return 0;
}

/* ---- the middle ---- */

/* Of the points from the first on; degrees. */
static void
middle_of(const struct named *named, size_t first, size_t n,
    struct circle *ret_middle)
{
	struct seg_point point = { 0 };

	for (int axis = 0; axis < 3; axis++) {
		float *to = axis == 0   ? &point.x
			    : axis == 1 ? &point.y
					: &point.z;

		for (size_t i = 0; i < n; i++) {
			const struct seg_point *p = &named->points[first + i];

			named->values[i] = axis == 0   ? p->x
					   : axis == 1 ? p->y
						       : p->z;
		}
		*to = median(named->values, n);
	}
	place_degrees(&point, &ret_middle->lat, &ret_middle->lon);
}

/* Points within so many kilometres come to the front; how many they are. */
static size_t
gather(struct named *named, const struct circle *middle, double km)
{
	struct circle circle = { middle->lat, middle->lon, km };
	struct disc disc;
	size_t n = 0;

	if (disc_init(&disc, &circle) != 0)
		return 0;
	for (size_t i = 0; i < named->n; i++) {
		struct seg_point point = named->points[i];

		if (disc_chord2(&disc, &point) > disc.chord2)
			continue;
		named->points[i] = named->points[n];
		named->points[n++] = point;
	}
	return n;
}

static int
compare_cells(const void *a, const void *b)
{
	const struct seg_point *p = a, *q = b;

	return (p->doc > q->doc) - (p->doc < q->doc);
}

/* The middle of the cell of the index that has the most of them. */
static void
find_crowd(struct named *named, struct circle *ret_middle)
{
	size_t best = 0, most = 0;

	for (size_t i = 0; i < named->n; i++)
		named->points[i].doc = place_cell(&named->points[i]);
	qsort(named->points, named->n, sizeof(*named->points), compare_cells);
	for (size_t i = 0, end; i < named->n; i = end) {
		end = i;
		while (end < named->n &&
		       named->points[end].doc == named->points[i].doc)
			end++;
		if (end - i > most) {
			most = end - i;
			best = i;
		}
	}
	middle_of(named, best, most, ret_middle);
}

static void
find_middle(struct named *named, struct search_where *ret_where)
{
	struct circle middle;
	size_t n;

	middle_of(named, 0, named->n, &middle);
	if (gather(named, &middle, TOGETHER_KM) * 2 < named->n) {
		find_crowd(named, &middle);
		n = gather(named, &middle, THERE_KM);
		middle_of(named, 0, n, &middle);
	}
	n = gather(named, &middle, THERE_KM);
	ret_where->lat = middle.lat;
	ret_where->lon = middle.lon;
	ret_where->share = (double)n / (double)named->n;
}

int
search_place(struct search *search, const char *name, const char *country,
    struct search_where *ret_where, struct err *err)
{
	struct arena *arena = arena_new();
	struct named named = {
		.points = arena_alloc(arena,
		    PLACE_POINTS_MAX * sizeof(*named.points)),
		.values = arena_alloc(arena,
		    PLACE_POINTS_MAX * sizeof(*named.values)),
	};
	int rc;

	rc = snapshot_refresh(search->snapshot, err);
	if (rc == 0 && search_is_ready(search))
		rc = find_points(search, arena, name, country, &named, err);
	if (rc == 0 && named.n == 0)
		rc = err_set(err, ERR_NOTFOUND,
		    "no record names a place \"%.100s\"", name);
	if (rc == 0)
		find_middle(&named, ret_where);
	arena_free(arena);
	return rc == -1 ? search_failed(err) : 0;
}
