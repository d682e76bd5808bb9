/*
 * test_place: what lies in a circle, against measuring the way to every
 * point: anywhere on the sphere, at the poles, across the date line, from a
 * metre to around the world; and bytes that are not as written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "search/place.h"

/* Great circle by haversine: what distances are held against. */
static double
place_km(double lat1, double lon1, double lat2, double lon2)
{
	double a = sin((lat2 - lat1) * M_PI / 180 / 2),
	       b = sin((lon2 - lon1) * M_PI / 180 / 2), h;

	h = a * a + cos(lat1 * M_PI / 180) * cos(lat2 * M_PI / 180) * b * b;
	return 2 * 6371.0088 * asin(h < 1 ? sqrt(h) : 1);
}

static uint64_t seed = 3;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static double
draw_between(double low, double high)
{
	return low + (high - low) * draw(1u << 30) / (double)((1u << 30) - 1);
}

struct spot {
	uint32_t doc;
	double lat, lon;
};

/* Places people have, and those that are hard. */
static void
draw_spot(double *ret_lat, double *ret_lon)
{
	static const double lats[] = { 90, -90, 89.9999, -89.99, 0, 0.5, -0.5,
		51.5, 66.6 };
	static const double lons[] = { 180, -180, 179.9999, -179.9999, 0, 0.5,
		-0.5, 90, -120.25 };

	*ret_lat = draw_between(-90, 90);
	*ret_lon = draw_between(-180, 180);
	if (draw(4) == 0)
		*ret_lat = lats[draw(ARRAY_LEN(lats))];
	if (draw(4) == 0)
		*ret_lon = lons[draw(ARRAY_LEN(lons))];
	if (draw(4) == 0) {
		*ret_lat = 51 + draw_between(-1, 1);
		*ret_lon = draw_between(-1, 1);
	}
}

/* What may differ: a point is kept within half a metre, and near the other
 * side of the world the way is not well known from the chord. */
static double
slack(double km)
{
	return 0.0005 + km * 1e-5 + (km > 19900 ? 3 : 0);
}

struct world {
	struct place_builder *builder;
	struct place_sections sections;
	struct places places;
	struct spot *spots;
	size_t n;
	uint32_t n_docs;
};

static void
make_world(struct world *w, size_t n)
{
	size_t i;

	memset(w, 0, sizeof(*w));
	w->builder = place_builder_new();
	w->spots = xcalloc(n, sizeof(*w->spots));
	w->n = n;
	for (i = 0; i < n; i++) {
		struct spot *s = &w->spots[i];

		w->n_docs += i == 0 || draw(3) != 0;
		s->doc = w->n_docs - 1;
		draw_spot(&s->lat, &s->lon);
		place_builder_add(w->builder, s->doc, s->lat, s->lon);
	}
	assert_true(place_builder_bytes(w->builder) > 0);
	place_builder_finish(w->builder, &w->sections);
	assert_int_equal(places_open(&w->places, w->n_docs, &w->sections), 0);
}

static void
release_world(struct world *w)
{
	place_builder_free(w->builder);
	free(w->spots);
}

/* Way to the nearest point of each document. */
static void
nearest(const struct world *w, const struct circle *c, double *ret_km)
{
	size_t i;

	for (i = 0; i < w->n_docs; i++)
		ret_km[i] = 1e9;
	for (i = 0; i < w->n; i++) {
		const struct spot *s = &w->spots[i];

		ret_km[s->doc] = fmin(ret_km[s->doc],
		    place_km(c->lat, c->lon, s->lat, s->lon));
	}
}

static size_t
check_circle(const struct world *w, const struct circle *c, double *want)
{
	uint64_t *bits = xcalloc(w->n_docs / 64 + 1, sizeof(*bits));
	uint64_t *again = xcalloc(w->n_docs / 64 + 1, sizeof(*again));
	float *km = xmalloc(w->n_docs * sizeof(*km));
	size_t n_in = 0;
	uint32_t i;

	for (i = 0; i < w->n_docs; i++)
		km[i] = -7;
	nearest(w, c, want);
	places_within(&w->places, c, bits, km);
	places_within(&w->places, c, again, NULL);
	assert_memory_equal(bits, again, (w->n_docs / 64 + 1) * sizeof(*bits));
	for (i = 0; i < w->n_docs; i++) {
		bool is_in = (bits[i / 64] >> (i % 64) & 1) != 0;

		n_in += is_in;
		if (want[i] < c->km - slack(c->km))
			assert_true(is_in);
		if (want[i] > c->km + slack(c->km))
			assert_false(is_in);
		if (is_in)
			assert_true(
			    fabs((double)km[i] - want[i]) < slack(want[i]));
		else
			assert_true(km[i] < -6);
	}
	free(km);
	free(again);
	free(bits);
	return n_in;
}

static void
test_circles(void **state)
{
	static const double radii[] = { 0, 0.001, 0.01, 1, 10, 40, 100, 500,
		2000, 5000, 9999, 10007, 10020, 15000, 19990, 20014, 20015,
		PLACE_KM_MAX };
	struct world w;
	double *want;
	size_t i, n_in = 0;

	(void)state;
	make_world(&w, 4000);
	want = xcalloc(w.n_docs, sizeof(*want));
	for (i = 0; i < 300; i++) {
		struct circle c = { .km = radii[i % ARRAY_LEN(radii)] };

		draw_spot(&c.lat, &c.lon);
		if (draw(3) == 0) {
			const struct spot *s = &w.spots[draw(4000)];

			c.lat = s->lat;
			c.lon = s->lon;
		}
		if (draw(3) == 0)
			c.km *= draw_between(0.3, 1);
		n_in += check_circle(&w, &c, want);
	}
	assert_true(n_in > 30000);
	free(want);
	release_world(&w);
}

/* Where one is after `part` of the world's turn in a direction, all of them
 * in radians. */
static void
go(const struct circle *from, double part, double direction, double *ret_lat,
    double *ret_lon)
{
	double lat = from->lat * M_PI / 180, z, lon;

	z = sin(lat) * cos(part) + cos(lat) * sin(part) * cos(direction);
	lon = atan2(sin(direction) * sin(part) * cos(lat),
	    cos(part) - sin(lat) * z);
	*ret_lat = asin(fmax(-1, fmin(1, z))) * 180 / M_PI;
	*ret_lon = remainder(from->lon + lon * 180 / M_PI, 360);
}

/* Points just inside the rim, most of them where it reaches farthest east and
 * west, which is not at the centre's latitude; and just outside. */
static void
test_rim(void **state)
{
	struct place_builder *b = place_builder_new();
	struct place_sections s;
	struct places places;
	uint64_t bits[4];
	unsigned i, k;

	(void)state;
	for (i = 0; i < 250; i++) {
		struct circle c = { .lat = draw_between(-1, 1) < 0
					       ? draw_between(-88, 88)
					       : draw_between(80, 89.5),
			.lon = draw_between(-180, 180),
			.km = exp(draw_between(0, log(19000))) };
		double far = c.km / 6371.0088, lat, lon, direction, rim;

		place_builder_clear(b);
		for (k = 0; k < 256; k++) {
			direction = draw_between(-M_PI, M_PI);
			rim = tan(c.lat * M_PI / 180) * tan(far);
			if (k % 4 != 0 && fabs(rim) < 1)
				direction = (k % 4 == 1 ? -1 : 1) *
					    (acos(rim) +
						draw_between(-0.02, 0.02));
			go(&c,
			    far + (k % 8 < 6 ? -1e-6 : 1e-6) * (1 + far * 10),
			    direction, &lat, &lon);
			place_builder_add(b, k, lat, lon);
		}
		place_builder_finish(b, &s);
		assert_int_equal(places_open(&places, 256, &s), 0);
		memset(bits, 0, sizeof(bits));
		places_within(&places, &c, bits, NULL);
		for (k = 0; k < 256; k++)
			assert_int_equal(bits[k / 64] >> (k % 64) & 1,
			    k % 8 < 6);
	}
	place_builder_free(b);
}

/* The whole world is really all, and nonsense finds nothing. */
static void
test_ends(void **state)
{
	struct world w;
	uint64_t bits[2];
	struct circle c = { .lat = -33, .lon = 150, .km = PLACE_KM_MAX };
	size_t i, n = 0;

	(void)state;
	make_world(&w, 100);
	memset(bits, 0, sizeof(bits));
	places_within(&w.places, &c, bits, NULL);
	for (i = 0; i < 128; i++)
		n += bits[i / 64] >> (i % 64) & 1;
	assert_int_equal(n, w.n_docs);
	memset(bits, 0, sizeof(bits));
	c.lat = (double)NAN;
	places_within(&w.places, &c, bits, NULL);
	c.lat = 0;
	c.lon = (double)INFINITY;
	places_within(&w.places, &c, bits, NULL);
	c.lon = 0;
	c.km = -1;
	places_within(&w.places, &c, bits, NULL);
	c.km = (double)NAN;
	places_within(&w.places, &c, bits, NULL);
	assert_int_equal(bits[0] | bits[1], 0);
	/* more than around */
	c = (struct circle){ .lat = 99, .lon = 3600, .km = 1e300 };
	places_within(&w.places, &c, bits, NULL);
	assert_true(bits[0] != 0);
	release_world(&w);
}

static void
test_way(void **state)
{
	(void)state;
	/* Lisbon - Porto; half the equator; over the pole */
	assert_true(
	    fabs(place_km(38.7223, -9.1393, 41.1579, -8.6291) - 274) < 1);
	assert_true(fabs(place_km(0, -90, 0, 90) - 20015.1) < 0.1);
	assert_true(fabs(place_km(89, 0, 89, 180) - 222.39) < 0.01);
	assert_true(place_km(12, 34, 12, 34) < 1e-9);
	assert_true(fabs(place_km(10, 179.99, 10, -179.99) - 2.19) < 0.01);
}

/* A thousand metres are right within two, from any point in any direction. */
static void
test_exact(void **state)
{
	struct place_builder *b = place_builder_new();
	struct place_sections s;
	struct places places;
	uint64_t bits[1];
	float km[1];
	double lat, lon, worst = 0;
	int i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		struct circle c = { .km = 2 };

		lat = draw_between(-80, 80);
		lon = draw_between(-179, 179);
		c.lat = lat + draw_between(-0.009, 0.009);
		c.lon = lon + draw_between(-0.009, 0.009);
		place_builder_clear(b);
		place_builder_add(b, 0, lat, lon);
		place_builder_finish(b, &s);
		assert_int_equal(places_open(&places, 1, &s), 0);
		bits[0] = 0;
		places_within(&places, &c, bits, km);
		assert_int_equal(bits[0], 1);
		worst = fmax(worst,
		    fabs((double)km[0] - place_km(lat, lon, c.lat, c.lon)));
	}
	assert_true(worst < 0.002);
	place_builder_free(b);
}

static void
test_builder(void **state)
{
	struct place_builder *b = place_builder_new();
	struct place_sections s;
	struct places places;
	double lat, lon;
	int i;

	(void)state;
	place_builder_finish(b, &s);
	assert_int_equal(places_open(&places, 0, &s), 0);
	assert_int_equal(places.n_points, 0);
	place_builder_clear(b);
	/* the same place under other names, also when not in a row */
	place_builder_add(b, 0, 90, 11);
	place_builder_add(b, 0, 5, 180);
	place_builder_add(b, 0, 90, -170);
	place_builder_add(b, 0, 5, -180);
	place_builder_add(b, 0, -0.0, 7);
	place_builder_add(b, 0, 0, 7);
	place_builder_add(b, 1, 0, 7);
	/* no places */
	place_builder_add(b, 1, 90.01, 0);
	place_builder_add(b, 1, 0, -180.5);
	place_builder_add(b, 1, (double)NAN, 0);
	place_builder_add(b, 1, 0, (double)INFINITY);
	place_builder_finish(b, &s);
	assert_int_equal(places_open(&places, 2, &s), 0);
	assert_int_equal(places.n_points, 4);
	assert_int_equal(places_open(&places, 1, &s), -1);
	place_builder_clear(b);
	for (i = 0; i < DOC_POINTS_MAX + 50; i++)
		place_builder_add(b, 4, 1 + i * 0.01, 2);
	place_builder_finish(b, &s);
	assert_int_equal(places_open(&places, 5, &s), 0);
	assert_int_equal(places.n_points, DOC_POINTS_MAX);
	place_degrees(&places.points[0], &lat, &lon);
	assert_true(fabs(lat - 1) < 1e-5 && fabs(lon - 2) < 1e-5);
	place_builder_free(b);
	place_builder_free(NULL);
}

/* A point taken over from a segment ends in the same cell. */
static void
test_taken_over(void **state)
{
	struct place_builder *b = place_builder_new();
	struct place_sections s;
	struct world w;
	uint32_t doc;
	size_t i;

	(void)state;
	make_world(&w, 1000);
	for (doc = 0; doc < w.n_docs; doc++)
		for (i = 0; i < w.places.n_points; i++)
			if (w.places.points[i].doc == doc)
				place_builder_add_point(b, &w.places.points[i]);
	place_builder_finish(b, &s);
	assert_int_equal(s.cells_len, w.sections.cells_len);
	assert_int_equal(s.points_len, w.sections.points_len);
	assert_memory_equal(s.cells, w.sections.cells, s.cells_len);
	assert_memory_equal(s.points, w.sections.points, s.points_len);
	place_builder_free(b);
	release_world(&w);
}

static void *
copy(const void *bytes, size_t len)
{
	void *to = malloc(len == 0 ? 1 : len);

	assert_non_null(to);
	if (len > 0)
		memcpy(to, bytes, len);
	return to;
}

static void
test_damage(void **state)
{
	struct world w;
	struct place_sections bad;
	struct places places;
	uint8_t *cells, *points, *part;
	unsigned round, n_open = 0;
	uint64_t bits[2];
	float km[128];
	size_t len;

	(void)state;
	make_world(&w, 100);
	for (round = 0; round < 6000; round++) {
		struct circle c = { .lat = draw_between(-90, 90),
			.lon = draw_between(-180, 180),
			.km = draw_between(0, PLACE_KM_MAX) };

		bad = w.sections;
		if (draw(4) == 0)
			bad.cells_len = draw((uint32_t)bad.cells_len);
		if (draw(4) == 0)
			bad.points_len = draw((uint32_t)bad.points_len);
		bad.cells = cells = copy(bad.cells, bad.cells_len);
		bad.points = points = copy(bad.points, bad.points_len);
		part = draw(2) == 0 ? cells : points;
		len = part == cells ? bad.cells_len : bad.points_len;
		if (len > 0)
			part[draw((uint32_t)len)] = (uint8_t)draw(256);
		if (places_open(&places, w.n_docs, &bad) == 0) {
			n_open++;
			memset(bits, 0, sizeof(bits));
			places_within(&places, &c, bits, km);
		}
		free(cells);
		free(points);
	}
	/* Both happen: a point may be moved by a little. */
	assert_true(n_open > 50 && n_open < 4000);
	release_world(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_circles),
		cmocka_unit_test(test_rim),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_way),
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_builder),
		cmocka_unit_test(test_taken_over),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
