/*
 * test_search_matrix: records by two facets and a third, and by where they
 * are, are what looking at every document gives, in whatever segments they
 * lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "search_proof.h"

#define V CORPUS_VALUES_MAX

static struct search_matrix
ask_matrix(struct scene *s, const struct search_query *query,
    enum search_facet row, enum search_facet column, enum search_facet part)
{
	struct search_matrix matrix;
	struct err err;

	if (search_matrix(s->search, s->arena, query, row, column, part,
		&matrix, &err) == -1)
		fail_msg("%s: %s", query->text, err.text);
	assert_true(matrix.is_ready);
	return matrix;
}

static struct search_spots
ask_spots(struct scene *s, const struct search_query *query, double step)
{
	struct search_spots spots;
	struct err err;

	if (search_spots(s->search, s->arena, query, step, NULL, SEARCH_COUNTRY,
		&spots, &err) == -1)
		fail_msg("%s: %s", query->text, err.text);
	assert_true(spots.is_ready);
	return spots;
}

/* V: of documents that have none. */
static size_t
value_number(enum search_facet facet, const char *value)
{
	size_t v = 0;

	if (*value == '\0')
		return V;
	while (strcmp(corpus_value(facet, v), value) != 0)
		v++;
	return v;
}

static void
check_parts(const struct search_cell *cell, enum search_facet part,
    const int64_t *want)
{
	size_t some = 0;

	for (size_t v = 0; v < V; v++)
		some += want[v] > 0;
	assert_int_equal(cell->n_parts, some);
	for (size_t i = 0; i < cell->n_parts; i++) {
		const struct search_count *item = &cell->parts[i];

		assert_int_equal(item->n,
		    want[value_number(part, item->value)]);
		if (i > 0)
			assert_true(
			    item[-1].n > item->n ||
			    (item[-1].n == item->n &&
				strcmp(item[-1].value, item->value) < 0));
	}
}

static void
check_matrix(const struct search_matrix *got, const struct ref_result *want,
    enum search_facet row, enum search_facet column, enum search_facet part,
    int64_t *none, int64_t *half)
{
	static int64_t parts[V + 1][V + 1][V];
	int64_t cells[V + 1][V + 1] = { { 0 } };
	size_t some = 0;

	memset(parts, 0, sizeof(parts));
	for (size_t i = 0; i < want->n; i++) {
		const uint32_t *values = want->hits[i].doc->values;
		uint32_t rows = values[row] != 0 ? values[row] : 1u << V;
		uint32_t columns = values[column] != 0 ? values[column]
						       : 1u << V;

		for (size_t rc = 0; rc < (size_t)(V + 1) * (V + 1); rc++) {
			size_t r = rc / (V + 1), c = rc % (V + 1);

			if ((rows >> r & 1) == 0 || (columns >> c & 1) == 0)
				continue;
			cells[r][c]++;
			for (size_t p = 0; p < V; p++)
				parts[r][c][p] += values[part] >> p & 1;
		}
	}
	assert_int_equal(got->count, want->n);
	assert_int_equal(got->rest, cells[V][V]);
	*none += got->rest;
	cells[V][V] = 0;
	for (size_t rc = 0; rc < (size_t)(V + 1) * (V + 1); rc++)
		some += cells[rc / (V + 1)][rc % (V + 1)] > 0;
	assert_int_equal(got->n, some);
	for (size_t i = 0; i < got->n; i++) {
		const struct search_cell *cell = &got->cells[i];
		size_t r = value_number(row, cell->row);
		size_t c = value_number(column, cell->column);

		*half += r == V || c == V;
		assert_int_equal(cell->n, cells[r][c]);
		check_parts(cell, part, parts[r][c]);
		if (i > 0) {
			int order = strcmp(cell[-1].row, cell->row);

			assert_true(
			    order < 0 || (order == 0 && strcmp(cell[-1].column,
							    cell->column) < 0));
		}
	}
}

/* ---- the same for places ---- */

struct ref_square {
	long number;
	double lat, lon;
	int64_t points, n, group;
};

static int64_t
square_of(double lat, double lon, double step)
{
	int64_t columns = (int64_t)ceil(360 / step);

	if (lon >= 180)
		lon -= 360;
	return (int64_t)((lat + 90) / step) * columns +
	       (int64_t)((lon + 180) / step);
}

/* So near to the edge of a square, or of a circle, that rounding decides. */
static bool
is_at_edge(double degrees, double step)
{
	double at = degrees / step;

	return fabs(at - round(at)) * step < 1e-4;
}

/* False: a point lies where rounding decides. */
static bool
make_squares(const struct ref_result *want, double step,
    struct ref_square *squares, size_t *ret_n, int64_t *ret_placed)
{
	size_t n = 0;

	*ret_placed = 0;
	for (size_t i = 0; i < want->n; i++) {
		const struct corpus_doc *doc = want->hits[i].doc;
		int64_t seen[CORPUS_POINTS_MAX];

		*ret_placed += doc->n_points > 0;
		for (size_t p = 0; p < doc->n_points; p++) {
			int64_t number = square_of(doc->lat[p], doc->lon[p],
			    step);
			bool is_seen = false, is_twice = false;
			size_t at;

			if (is_at_edge(doc->lat[p] + 90, step) ||
			    is_at_edge(doc->lon[p] + 180, step))
				return false;
			for (size_t q = 0; q < p; q++) {
				is_seen |= seen[q] == number;
				is_twice |= doc->lat[q] == doc->lat[p] &&
					    doc->lon[q] == doc->lon[p];
			}
			seen[p] = number;
			for (at = 0; at < n && squares[at].number != number;)
				at++;
			if (at == n)
				squares[n++] = (struct ref_square){ number, 0,
					0, 0, 0, INT64_MAX };
			if (!is_twice) {
				squares[at].lat += doc->lat[p];
				squares[at].lon += doc->lon[p];
				squares[at].points++;
			}
			squares[at].n += !is_seen;
			if (doc->group < squares[at].group)
				squares[at].group = doc->group;
		}
	}
	*ret_n = n;
	return true;
}

/* Each country with its records, and those selected in any case. */
static void
check_placed(const struct search_query *query, const struct search_spots *got,
    const struct ref_result *want)
{
	size_t some = 0;

	for (size_t i = 0; i < got->n_values; i++) {
		const struct search_placed *item = &got->values[i];
		size_t v = value_number(SEARCH_COUNTRY, item->value);
		int64_t n = 0, placed = 0;
		bool is_selected = false;

		for (size_t k = 0; k < want->n; k++) {
			const struct corpus_doc *doc = want->hits[k].doc;
			bool has = (doc->values[SEARCH_COUNTRY] >> v & 1) != 0;

			n += has;
			placed += has && doc->n_points > 0;
		}
		for (size_t k = 0; k < query->n_filters; k++)
			is_selected |= query->filters[k].facet ==
					   SEARCH_COUNTRY &&
				       strcasecmp(query->filters[k].value,
					   item->value) == 0;
		assert_int_equal(item->n, n);
		assert_int_equal(item->placed, placed);
		/* Words of the query may select too. */
		if (is_selected)
			assert_true(item->is_selected);
		assert_true(n > 0 || item->is_selected);
		if (i > 0)
			assert_true(item[-1].n >= n);
		some += n > 0;
	}
	for (size_t v = 0; v < V; v++) {
		bool has = false;

		for (size_t k = 0; k < want->n; k++)
			has |= (want->hits[k].doc->values[SEARCH_COUNTRY] >> v &
				   1) != 0;
		some -= has;
	}
	assert_int_equal(some, 0);
}

static bool
check_spots(struct scene *s, const struct search_query *query,
    const struct ref_result *want, double step)
{
	static struct ref_square squares[3000];
	struct search_spots got = ask_spots(s, query, step);
	int64_t placed;
	size_t n;

	assert_int_equal(got.count, want->n);
	check_placed(query, &got, want);
	if (!make_squares(want, step, squares, &n, &placed))
		return false;
	assert_int_equal(got.placed, placed);
	assert_int_equal(got.n, n);
	for (size_t i = 0; i < got.n; i++) {
		const struct search_spot *spot = &got.items[i];
		int64_t number = square_of(spot->lat, spot->lon, step);
		size_t at = 0;

		while (at < n && squares[at].number != number)
			at++;
		assert_true(at < n);
		assert_int_equal(spot->n, squares[at].n);
		assert_int_equal(spot->group, squares[at].group);
		assert_true(
		    fabs(spot->lat -
			 squares[at].lat / (double)squares[at].points) < 1e-4);
		assert_true(
		    fabs(spot->lon -
			 squares[at].lon / (double)squares[at].points) < 1e-4);
		if (i > 0)
			assert_true(spot[-1].n > spot->n ||
				    (spot[-1].n == spot->n &&
					square_of(spot[-1].lat, spot[-1].lon,
					    step) < number));
	}
	return true;
}

/* ---- */

static const struct corpus_kind kind = { .docs = 400,
	.entries = 60,
	.doc_words = 10,
	.dead = 10 };

static void
test_reference(void **state)
{
	static const struct ref_draw draw = { .has_filters = true };
	static const double steps[] = { 0.37, 1, 5, 45, 0.25 };
	size_t found = 0, places = 0;
	int64_t none = 0, half = 0;

	(void)state;
	for (uint64_t seed = 701; seed <= 704; seed++) {
		struct corpus_kind own = kind;
		struct scene s;

		own.seed = seed;
		scene_start(&s, &own);
		for (size_t layout = 0; layout < 3; layout++) {
			scene_layout(&s, layout == 0 ? 1 : 4, layout == 2);
			for (int i = 0; i < 40; i++) {
				enum search_facet f[3];
				struct ref_result want;
				struct asked asked;
				struct search_matrix got;

				for (size_t k = 0; k < 3; k++)
					f[k] = (enum search_facet)
					    corpus_below(&s.corpus->rng,
						SEARCH_FACET_COUNT);
				ask_draw(&s, &draw, &asked);
				reference_run(s.ref, &asked.ref, &want);
				got = ask_matrix(&s, &asked.query, f[0], f[1],
				    f[2]);
				/* Words put right or left out: another
				 * question. */
				if (want.n > 0 && !want.is_close) {
					found++;
					check_matrix(&got, &want, f[0], f[1],
					    f[2], &none, &half);
					if (!(asked.ref.km > 0))
						places += check_spots(&s,
						    &asked.query, &want,
						    steps[i % 5]);
				}
				ask_release(&asked);
			}
		}
		scene_end(&s);
	}
	assert_true(found > 200);
	assert_true(places > 100);
	assert_true(none > 0);
	assert_true(half > 0);
}

/* All layouts give the same bytes. */
static void
test_layouts(void **state)
{
	struct search_query query = { .text = "", .limit = 1 };
	struct corpus_kind own = kind;
	struct search_spots first = { 0 }, got;
	struct scene s;

	(void)state;
	own.seed = 711;
	scene_start(&s, &own);
	for (size_t n = 1; n <= 6; n++) {
		scene_layout(&s, n, false);
		got = ask_spots(&s, &query, 0.5);
		assert_true(got.n > 10);
		if (n == 1)
			first = got;
		assert_int_equal(got.n, first.n);
		assert_memory_equal(got.items, first.items,
		    got.n * sizeof(*got.items));
	}
	scene_end(&s);
}

/* Squares that touch a box are as without it, others are not told. */
static void
test_box(void **state)
{
	static const double steps[] = { 0.07, 0.5, 3, 20, 90 };
	struct search_query query = { .text = "", .limit = 1 };
	struct corpus_kind own = kind;
	struct search_spots all, some;
	struct scene s;
	struct err err;
	size_t told = 0;

	(void)state;
	own.seed = 731;
	scene_start(&s, &own);
	scene_layout(&s, 3, false);
	for (size_t i = 0; i < 200; i++) {
		double step = steps[i % 5];
		double lat = (double)corpus_below(&s.corpus->rng, 160) - 85;
		double lon = (double)corpus_below(&s.corpus->rng, 350) - 180;
		struct search_box box = { lat, lat + 5, lon, lon + 9.5 };
		size_t at = 0;

		all = ask_spots(&s, &query, step);
		assert_int_equal(search_spots(s.search, s.arena, &query, step,
				     &box, SEARCH_COUNTRY, &some, &err),
		    0);
		assert_int_equal(some.count, all.count);
		assert_int_equal(some.placed, all.placed);
		assert_int_equal(some.n_values, all.n_values);
		for (size_t k = 0; k < all.n; k++) {
			const struct search_spot *spot = &all.items[k];
			double south = floor((spot->lat + 90) / step) * step -
				       90;
			double west = floor((spot->lon + 180) / step) * step -
				      180;
			bool is_in = south <= box.north &&
				     south + step >= box.south &&
				     west <= box.east &&
				     west + step >= box.west;

			if (!is_in)
				continue;
			assert_true(at < some.n);
			assert_memory_equal(&some.items[at++], spot,
			    sizeof(*spot));
		}
		assert_int_equal(at, some.n);
		told += at;
	}
	assert_true(told > 100);
	scene_end(&s);
}

/* Within a circle, points outside it are not drawn. */
static void
test_circle(void **state)
{
	struct search_query query = { .text = "", .limit = 1 };
	struct corpus_kind own = kind;
	struct search_spots all, near;
	struct scene s;

	(void)state;
	own.seed = 721;
	scene_start(&s, &own);
	scene_layout(&s, 3, false);
	all = ask_spots(&s, &query, 0.01);
	assert_true(all.n > 10);
	for (size_t i = 0; i < all.n; i += all.n / 8) {
		double lat = all.items[i].lat, lon = all.items[i].lon;

		query.near.lat = lat;
		query.near.lon = lon;
		query.near.km = 60;
		near = ask_spots(&s, &query, 0.01);
		assert_true(near.n > 0);
		assert_int_equal(near.placed, near.count);
		for (size_t k = 0; k < near.n; k++)
			assert_true(fabs(near.items[k].lat - lat) * 111.2 < 61);
	}
	scene_end(&s);
}

/* Nothing found, nothing there, and steps of any kind. */
static void
test_edges(void **state)
{
	static const double steps[] = { 0, -1, 1e-300, 0.01, 89.9, 1e300, NAN,
		INFINITY, -INFINITY };
	struct search_query query = { .limit = 1 };
	struct corpus_kind own = kind;
	struct search_matrix matrix;
	struct search_spots spots;
	struct search *absent;
	struct arena *arena;
	struct scene s;
	struct err err;

	(void)state;
	own.seed = 731;
	scene_start(&s, &own);
	scene_layout(&s, 2, false);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		spots = ask_spots(&s, &query, steps[i]);
		assert_true(spots.n > 0);
		assert_true(spots.placed > 0 && spots.placed <= spots.count);
	}
	query.text = "kind:resource -kind:resource";
	spots = ask_spots(&s, &query, 1);
	matrix = ask_matrix(&s, &query, SEARCH_ZONE, SEARCH_NEED, SEARCH_KIND);
	assert_int_equal(spots.n, 0);
	assert_int_equal(spots.count, 0);
	assert_int_equal(matrix.n, 0);
	assert_int_equal(matrix.count, 0);
	assert_int_equal(matrix.rest, 0);
	scene_end(&s);

	arena = arena_new();
	absent = search_open_index("no-such-folder");
	assert_int_equal(search_spots(absent, arena, &query, 1, NULL,
			     SEARCH_COUNTRY, &spots, &err),
	    0);
	assert_false(spots.is_ready);
	assert_int_equal(search_matrix(absent, arena, &query, SEARCH_ZONE,
			     SEARCH_NEED, SEARCH_KIND, &matrix, &err),
	    0);
	assert_false(matrix.is_ready);
	search_close(absent);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_box),
		cmocka_unit_test(test_circle),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests_name("search_matrix", tests, NULL, NULL);
}
