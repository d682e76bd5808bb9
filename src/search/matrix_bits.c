/*
 * matrix_bits: records by two facets and a third where values are few: their
 * bits laid over each other, window after window. Neighbours: matrix.c chooses
 * this way and says what was counted.
 */
#include <stdlib.h>
#include <string.h>

#include "search/matrix.h"

/* Values of one facet for which bits are kept, 2 KB each. */
#define OVER_MAX 256
/* Laying a window over another costs as much as so many documents by
 * combination. */
#define OVER_DOCS 3

struct over {
	size_t values[OVER_MAX]; /* of the segment */
	size_t n;
	uint64_t (*bits)[WINDOW_WORDS]; /* last: of documents with no value */
};

static size_t
count_local(const struct filters *filters, enum search_facet facet)
{
	size_t n = 0;

	for (size_t v = 0; v < filters->n_values; v++)
		n += filters->values[v].facet == (uint8_t)facet;
	return n;
}

bool
matrix_is_small(const struct matrix *m, size_t number)
{
	const struct segment *segment =
	    m->run.snapshot->segments[number].segment;
	size_t windows = segment->n_docs / WINDOW_DOCS + 1, found = 0;
	size_t n[N_ROLES];

	for (unsigned role = 0; role < N_ROLES; role++) {
		n[role] = count_local(&segment->filters, m->values[role].facet);
		if (n[role] > OVER_MAX)
			return false;
	}
	for (size_t w = 0; w * 64 < segment->n_docs; w++)
		found += (size_t)__builtin_popcountll(m->run.found[number][w]);
	return (n[ROW] + 1) * (n[COLUMN] + 1) * (n[PART] + 1) * windows <=
	       found * OVER_DOCS;
}

static void
over_init(struct over *over, const struct filters *filters,
    enum search_facet facet)
{
	over->n = 0;
	for (size_t v = 0; v < filters->n_values; v++) {
		if (filters->values[v].facet == (uint8_t)facet)
			over->values[over->n++] = v;
	}
	over->bits = xmalloc((over->n + 1) * sizeof(*over->bits));
}

/* The bits of all values in one window. */
static void
over_load(struct over *over, const struct segment *segment, uint32_t base)
{
	uint64_t *none = over->bits[over->n];

	memset(over->bits, 0, over->n * sizeof(*over->bits));
	memset(none, 0xff, sizeof(*over->bits));
	for (size_t i = 0; i < over->n; i++) {
		filters_or(&segment->filters, over->values[i], base,
		    WINDOW_DOCS, over->bits[i]);
		for (size_t w = 0; w < WINDOW_WORDS; w++)
			none[w] &= ~over->bits[i][w];
	}
}

/* counts: by row, column and part, the cell itself behind its parts. */
static void
over_window(const uint64_t *found, const struct over over[N_ROLES],
    int64_t *counts)
{
	uint64_t row[WINDOW_WORDS], cell[WINDOW_WORDS], rest[WINDOW_WORDS];
	size_t wide = over[PART].n + 1, n;

	for (size_t r = 0; r <= over[ROW].n; r++) {
		if (window_and(found, over[ROW].bits[r], row) == 0)
			continue;
		for (size_t c = 0; c <= over[COLUMN].n; c++) {
			int64_t *to = counts +
				      (r * (over[COLUMN].n + 1) + c) * wide;

			n = window_and(row, over[COLUMN].bits[c], cell);
			to[over[PART].n] += (int64_t)n;
			for (size_t p = 0; n > 0 && p < over[PART].n; p++)
				to[p] += (int64_t)window_and(cell,
				    over[PART].bits[p], rest);
		}
	}
}

/* False: a value that is not counted. */
static bool
over_rank(const struct matrix *m, const struct snapshot_segment *entry,
    const struct over *over, unsigned role, size_t i, uint32_t *ret_rank)
{
	*ret_rank = i == over->n
			? 0
			: m->values[role].ranks[entry->values[over->values[i]]];
	return i == over->n || *ret_rank != 0;
}

static void
over_add(struct matrix *m, const struct snapshot_segment *entry,
    const struct over over[N_ROLES], const int64_t *counts)
{
	uint32_t row, column, part;

	for (size_t r = 0; r <= over[ROW].n; r++) {
		for (size_t c = 0; c <= over[COLUMN].n; c++) {
			for (size_t p = 0; p <= over[PART].n; p++, counts++) {
				if (*counts == 0 ||
				    !over_rank(m, entry, &over[ROW], ROW, r,
					&row) ||
				    !over_rank(m, entry, &over[COLUMN], COLUMN,
					c, &column) ||
				    !over_rank(m, entry, &over[PART], PART, p,
					&part))
					continue;
				if (row != 0 || column != 0)
					counts_add(&m->cells,
					    key_of(row, column, part), *counts);
				else if (part == 0)
					m->rest += *counts;
			}
		}
	}
}

void
matrix_bits(struct matrix *m, size_t number)
{
	const struct snapshot_segment *entry =
	    &m->run.snapshot->segments[number];
	const struct segment *segment = entry->segment;
	struct over *over = xcalloc(N_ROLES, sizeof(*over));
	int64_t *counts;

	for (unsigned role = 0; role < N_ROLES; role++)
		over_init(&over[role], &segment->filters,
		    m->values[role].facet);
	counts = xcalloc((over[ROW].n + 1) * (over[COLUMN].n + 1) *
			     (over[PART].n + 1),
	    sizeof(*counts));
	for (uint32_t base = 0; base < segment->n_docs; base += WINDOW_DOCS) {
		const uint64_t *found = m->run.found[number] + base / 64;

		for (unsigned role = 0; role < N_ROLES; role++)
			over_load(&over[role], segment, base);
		over_window(found, over, counts);
	}
	over_add(m, entry, over, counts);
	for (unsigned role = 0; role < N_ROLES; role++)
		free(over[role].bits);
	free(counts);
	free(over);
}
