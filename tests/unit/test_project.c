/*
 * The projection of the map against values of the Equal Earth formula as
 * computed once with another program, and there and back over the Earth.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"
#include "web/project.h"

static void
assert_near(double got, double want, double most)
{
	if (!(fabs(got - want) <= most))
		fail_msg("%f, not %f", got, want);
}

static void
test_known(void **state)
{
	static const struct {
		double lat, lon, x, y;
	} table[] = {
		{ 0, 0, 1000.0000, 486.7170 },
		{ 0, 180, 2000.0000, 486.7170 },
		{ 0, -180, 0.0000, 486.7170 },
		{ 90, 0, 1000.0000, 0.0000 },
		{ 1.36, 103.82, 1576.7002, 476.5384 },
		{ 35.89, 14.44, 1072.8448, 227.5492 },
		{ 26.04, 50.54, 1267.0606, 295.3767 },
		{ 38.72, -9.14, 954.6400, 208.8472 },
		{ -33.87, 151.21, 1771.1077, 732.3013 },
		{ 64.15, -21.94, 911.9902, 64.9229 },
		{ -55, -70, 692.7326, 862.7712 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		double x, y;

		map_project(table[i].lat, table[i].lon, &x, &y);
		assert_near(x, table[i].x, 0.01);
		assert_near(y, table[i].y, 0.01);
	}
}

static void
test_back(void **state)
{
	(void)state;
	for (int lat = -85; lat <= 85; lat += 5) {
		for (int lon = -180; lon <= 180; lon += 15) {
			double x, y, back_lat, back_lon;

			map_project(lat, lon, &x, &y);
			map_unproject(x, y, &back_lat, &back_lon);
			assert_near(back_lat, lat, 1e-6);
			assert_near(back_lon, lon, 1e-6);
		}
	}
}

/* Outside of the Earth there is still a position on it. */
static void
test_outside(void **state)
{
	static const double xs[] = { -1e9, -1, 0, 1000, 2000, 1e9 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(xs); i++) {
		for (size_t k = 0; k < ARRAY_LEN(xs); k++) {
			double lat, lon;

			map_unproject(xs[i], xs[k], &lat, &lon);
			assert_true(lat >= -90 && lat <= 90);
			assert_true(lon >= -180 && lon <= 180);
		}
	}
}

/* It keeps areas: MAP_PER_KM is right anywhere. */
static void
test_equal(void **state)
{
	(void)state;
	for (int lat = -80; lat <= 80; lat += 20) {
		double x1, y1, x2, y2, x3, y3, area, want;
		double rad = M_PI / 180;

		map_project(lat - 0.05, 40, &x1, &y1);
		map_project(lat + 0.05, 40, &x2, &y2);
		map_project(lat - 0.05, 40.1, &x3, &y3);
		area = fabs((x2 - x1) * (y3 - y1) - (x3 - x1) * (y2 - y1));
		want = 6371.0 * 6371.0 * 0.1 * rad * 0.1 * rad *
		       cos(lat * rad) * MAP_PER_KM * MAP_PER_KM;
		assert_near(area / want, 1, 0.01);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
