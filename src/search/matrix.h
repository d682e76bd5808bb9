/*
 * matrix: what the files that count records by two facets and a third share.
 * Inside search/.
 */
#ifndef SEARCH_MATRIX_H
#define SEARCH_MATRIX_H

#include "search/run.h"

/* A key is three numbers side by side. More values or combinations than that
 * in one facet are not counted. */
#define PART_BITS 21
#define PART_MAX  ((1u << PART_BITS) - 2)

enum { ROW, COLUMN, PART, N_ROLES };

static inline uint64_t
key_of(uint32_t row, uint32_t column, uint32_t part)
{
	return (uint64_t)row << 2 * PART_BITS | (uint64_t)column << PART_BITS |
	       part;
}

struct count {
	uint64_t key; /* + 1; 0: free */
	int64_t n;
};

struct counts {
	struct count *slots;
	size_t size; /* a power of two */
	size_t n;
};

struct facet_values {
	enum search_facet facet;
	const char **texts; /* in order */
	uint32_t n;
	uint32_t *ranks; /* by number in the snapshot: in texts, + 1; 0 none */
};

struct matrix {
	struct run run;
	struct facet_values values[N_ROLES];
	struct counts cells; /* part 0: the cell itself, else the part's rank */
	int64_t rest;
};

/* matrix.c: so many more under a key. */
void counts_add(struct counts *counts, uint64_t key, int64_t n);

/* ---- matrix_bits.c ---- */

/* Are there so few values in a segment that bits are the faster way? */
bool matrix_is_small(const struct matrix *m, size_t number);
/* Count a segment so. */
void matrix_bits(struct matrix *m, size_t number);

#endif
