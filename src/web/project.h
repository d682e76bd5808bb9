/*
 * Inside web/ only: the Equal Earth projection (Savric, Patterson and Jenny
 * 2018), by which the map's land was drawn (tools/land.py) and its dots are.
 * The whole Earth is MAP_WIDTH wide; x grows eastward, y southward.
 */
#ifndef WEB_PROJECT_H
#define WEB_PROJECT_H

#define MAP_WIDTH  2000.0
#define MAP_HEIGHT 880.0 /* of what is shown: Antarctica is below */
/* Square roots of what one square kilometre measures, anywhere. */
#define MAP_PER_KM 0.05799

void map_project(double lat, double lon, double *ret_x, double *ret_y);
/* The nearest position on Earth for a point that has none. */
void map_unproject(double x, double y, double *ret_lat, double *ret_lon);

#endif
