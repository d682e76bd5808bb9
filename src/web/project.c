/*
 * project: Equal Earth, there and back. Pure arithmetic. Neighbours: map.c
 * places dots by it, tools/land.py has the same for the land.
 */
#include "web/project.h"

#include <math.h>

#define A1 1.340264
#define A2 (-0.081106)
#define A3 0.000893
#define A4 0.003796
#define M  0.86602540378443864676 /* sqrt(3) / 2 */

#define UNIT    369.46313 /* of the map, in one of the projection */
#define TOP     1.3173627591574133
#define ROUNDS  12
#define NEAR    1e-10
#define RADIANS (M_PI / 180)

static double
slope(double t)
{
	double t2 = t * t;
	double t6 = t2 * t2 * t2;

	return A1 + 3 * A2 * t2 + t6 * (7 * A3 + 9 * A4 * t2);
}

static double
height(double t)
{
	double t2 = t * t;
	double t6 = t2 * t2 * t2;

	return t * (A1 + A2 * t2 + t6 * (A3 + A4 * t2));
}

void
map_project(double lat, double lon, double *ret_x, double *ret_y)
{
	double t = asin(M * sin(lat * RADIANS));

	*ret_x = MAP_WIDTH / 2 + UNIT * lon * RADIANS * cos(t) / (M * slope(t));
	*ret_y = UNIT * (TOP - height(t));
}

void
map_unproject(double x, double y, double *ret_lat, double *ret_lon)
{
	double want = TOP - y / UNIT;
	double t = want;
	double lon, lat;

	want = fmax(-TOP, fmin(TOP, want));
	t = want;
	for (int i = 0; i < ROUNDS; i++) {
		double step = (height(t) - want) / slope(t);

		t -= step;
		if (fabs(step) < NEAR)
			break;
	}
	lat = asin(fmax(-1, fmin(1, sin(t) / M))) / RADIANS;
	lon = (x - MAP_WIDTH / 2) / UNIT * M * slope(t) / cos(t) / RADIANS;
	*ret_lat = lat;
	*ret_lon = fmax(-180, fmin(180, lon));
}
