/*
 * place: where documents are. A grid of cells of half a degree with the
 * points sorted by cell, and distances on the sphere. Inside search/.
 */
#ifndef SEARCH_PLACE_H
#define SEARCH_PLACE_H

#include "search/format.h"

/* Points of one document that are kept. */
#define DOC_POINTS_MAX 1000
/* Half the way around the world: any distance. */
#define PLACE_KM_MAX 20038.0

struct place_builder;
struct place_builder *place_builder_new(void);
void place_builder_free(struct place_builder *b); /* NULL is legal */
void place_builder_clear(struct place_builder *b);
/* Degrees, -90..90, -180..180, others are ignored; twice the same is once.
 * Documents come one after the other; of each, DOC_POINTS_MAX are kept. */
void place_builder_add(struct place_builder *b, uint32_t doc, double lat,
    double lon);
void place_builder_add_point(struct place_builder *b,
    const struct seg_point *point);
size_t place_builder_bytes(const struct place_builder *b);
/* Bytes of SECTION_CELLS and _POINTS, owned by the builder, valid until
 * clear or free. */
struct place_sections {
	const void *cells, *points;
	size_t cells_len, points_len;
};
void place_builder_finish(struct place_builder *b,
    struct place_sections *ret_sections);

struct places {
	uint32_t n_docs;
	const struct seg_cell *cells; /* n_cells + 1 */
	size_t n_cells;
	const struct seg_point *points;
	size_t n_points;
};

/* As filters_open(): -1 when anything does not fit. */
int places_open(struct places *places, uint32_t n_docs,
    const struct place_sections *sections);

struct circle {
	double lat, lon; /* degrees */
	double km;       /* radius, at most PLACE_KM_MAX */
};

/* A circle ready for comparing; angles in radians. */
struct disc {
	double lat, lon, radius;
	double x, y, z;
	double chord2; /* squared chord that is just inside */
};
/* -1 when it is no circle on Earth. */
int disc_init(struct disc *disc, const struct circle *circle);
/* Squared, from the centre. */
static inline double
disc_chord2(const struct disc *disc, const struct seg_point *point)
{
	double dx = (double)point->x - disc->x;
	double dy = (double)point->y - disc->y;
	double dz = (double)point->z - disc->z;

	return dx * dx + dy * dy + dz * dz;
}

/*
 * Set the bit of every document with a point in the circle, and ret_km[doc]
 * (may be NULL) to the distance of its nearest one. Bits start clear; ret_km
 * of other documents stays.
 */
void places_within(const struct places *places, const struct circle *circle,
    uint64_t *bits, float *ret_km);
/* The point's degrees. */
void place_degrees(const struct seg_point *point, double *ret_lat,
    double *ret_lon);
/* The cell of a point (format.h). */
uint32_t place_cell(const struct seg_point *point);

#endif
