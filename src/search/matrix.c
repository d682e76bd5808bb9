/*
 * matrix: records of a query by two facets, and by a third in each cell. Of
 * each segment, either the bits of values are laid over each other, which is
 * fastest when there are few values (matrix_bits.c); or documents are counted
 * by their combination of values, and combinations taken apart once, at the
 * end. Neighbours: run.c finds the documents, filter.h has bits and lanes.
 */
#include <stdlib.h>
#include <string.h>

#include "search/matrix.h"

static uint32_t
part_of(uint64_t key, unsigned role)
{
	return (uint32_t)(key >> (PART - role) * PART_BITS) &
	       ((1u << PART_BITS) - 1);
}

/* ---- numbers by key ---- */

#define COUNTS_FIRST 1024

static void
counts_init(struct counts *counts)
{
	counts->size = COUNTS_FIRST;
	counts->n = 0;
	counts->slots = xcalloc(counts->size, sizeof(*counts->slots));
}

static struct count *
counts_slot(const struct counts *counts, uint64_t key)
{
	uint64_t hash = (key + 1) * UINT64_C(0x9e3779b97f4a7c15);
	size_t at = (size_t)(hash >> 20) & (counts->size - 1);

	while (counts->slots[at].key != 0 && counts->slots[at].key != key + 1)
		at = (at + 1) & (counts->size - 1);
	return &counts->slots[at];
}

static void
counts_grow(struct counts *counts)
{
	struct counts wide = { NULL, counts->size * 4, counts->n };

	wide.slots = xcalloc(wide.size, sizeof(*wide.slots));
	for (size_t i = 0; i < counts->size; i++) {
		if (counts->slots[i].key != 0)
			*counts_slot(&wide,
			    counts->slots[i].key - 1) = counts->slots[i];
	}
	free(counts->slots);
	*counts = wide;
}

void
counts_add(struct counts *counts, uint64_t key, int64_t n)
{
	struct count *count = counts_slot(counts, key);

	if (count->key == 0) {
		if (counts->n >= counts->size / 2) {
			counts_grow(counts);
			count = counts_slot(counts, key);
		}
		count->key = key + 1;
		counts->n++;
	}
	count->n += n;
}

static int
compare_keys(const void *a, const void *b)
{
	const struct count *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

/* The counts in order of their keys, in the place of the table. */
static void
counts_sort(struct counts *counts)
{
	size_t n = 0;

	for (size_t i = 0; i < counts->size; i++) {
		if (counts->slots[i].key != 0)
			counts->slots[n++] = counts->slots[i];
	}
	if (n > 1)
		qsort(counts->slots, n, sizeof(*counts->slots), compare_keys);
}

/* ---- values of a facet ---- */

static int
compare_values(const void *a, const void *b)
{
	const struct snapshot_value *const *x = a, *const *y = b;

	return strcmp((*x)->text, (*y)->text);
}

static void
values_init(struct facet_values *values, struct arena *arena,
    const struct snapshot *snapshot, enum search_facet facet)
{
	const struct snapshot_value **sorted = arena_alloc(arena,
	    (snapshot->n_values + 1) * sizeof(*sorted));
	size_t n = 0;

	for (size_t v = 0; v < snapshot->n_values; v++) {
		if (snapshot->values[v].facet == facet)
			sorted[n++] = &snapshot->values[v];
	}
	if (n > 1)
		qsort(sorted, n, sizeof(*sorted), compare_values);
	values->facet = facet;
	values->n = n > PART_MAX ? PART_MAX : (uint32_t)n;
	values->texts = arena_alloc(arena, (n + 1) * sizeof(*values->texts));
	values->ranks = arena_alloc(arena,
	    (snapshot->n_values + 1) * sizeof(*values->ranks));
	for (uint32_t i = 0; i < values->n; i++) {
		values->texts[i] = sorted[i]->text;
		values->ranks[sorted[i] - snapshot->values] = i + 1;
	}
}

/* ---- combinations of one facet in one segment ---- */

struct sets {
	const struct filters *filters;
	const struct lane *lane; /* NULL: no document has a value */
	enum search_facet facet;
	uint32_t *number; /* by code of the lane: of its set, + 1; 0 unknown */
	uint32_t *codes;  /* by number of a set: a code that has it */
	uint32_t n;
	uint32_t *table; /* numbers + 1, by hash */
	uint32_t mask;
};

static void
sets_init(struct sets *sets, struct arena *arena, const struct filters *filters,
    enum search_facet facet)
{
	uint32_t size = 16;

	memset(sets, 0, sizeof(*sets));
	sets->filters = filters;
	sets->facet = facet;
	sets->lane = filters_lane(filters, facet);
	if (sets->lane == NULL)
		return;
	while (size / 2 < sets->lane->n_codes)
		size *= 2;
	sets->mask = size - 1;
	sets->number = arena_alloc(arena,
	    sets->lane->n_codes * sizeof(*sets->number));
	sets->codes = arena_alloc(arena,
	    sets->lane->n_codes * sizeof(*sets->codes));
	sets->table = arena_alloc(arena, size * sizeof(*sets->table));
}

/* Values of the facet in a combination of the lane; they rise. */
static size_t
set_values(const struct sets *sets, uint32_t code, uint16_t *ret_values)
{
	const struct lane *lane = sets->lane;
	size_t n = 0;

	for (uint32_t i = lane->starts[code];
	     i < lane->starts[code + 1] && n < SEARCH_MATRIX_VALUES; i++) {
		uint16_t value = lane->values[i];

		if (sets->filters->values[value].facet == (uint8_t)sets->facet)
			ret_values[n++] = value;
	}
	return n;
}

/* The number of a code's set, which other codes may share. */
static uint32_t
set_find(struct sets *sets, uint32_t code)
{
	uint16_t values[SEARCH_MATRIX_VALUES], other[SEARCH_MATRIX_VALUES];
	size_t n = set_values(sets, code, values);
	uint32_t hash = (uint32_t)n, at;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ values[i]) * 0x9e3779b1u;
	for (at = (hash ^ hash >> 15) & sets->mask; sets->table[at] != 0;
	     at = (at + 1) & sets->mask) {
		uint32_t number = sets->table[at] - 1;

		if (set_values(sets, sets->codes[number], other) == n &&
		    memcmp(values, other, n * sizeof(*values)) == 0)
			return number;
	}
	sets->codes[sets->n] = code;
	sets->table[at] = ++sets->n;
	return sets->n - 1;
}

/* The number of a document's set, + 1; 0 when there are no values at all. */
static inline uint32_t
set_of(struct sets *sets, uint32_t doc)
{
	uint32_t code, *number;

	if (sets->lane == NULL)
		return 0;
	code = lane_code(sets->lane, doc);
	number = &sets->number[code];
	if (*number == 0)
		*number = set_find(sets, code) + 1;
	return *number <= PART_MAX ? *number : 0;
}

/* ---- all together ---- */

/* Ranks of the values of a set, each + 1. None in a row or a column: 0, as if
 * that were a value. */
static size_t
set_ranks(const struct matrix *m, const struct snapshot_segment *entry,
    const struct sets *sets, unsigned role, uint32_t set, uint32_t *ret_ranks)
{
	uint16_t values[SEARCH_MATRIX_VALUES];
	size_t n, known = 0;

	n = set == 0 ? 0 : set_values(sets, sets->codes[set - 1], values);
	for (size_t i = 0; i < n; i++) {
		ret_ranks[known] =
		    m->values[role].ranks[entry->values[values[i]]];
		known += ret_ranks[known] != 0;
	}
	if (known == 0 && role != PART)
		ret_ranks[known++] = 0;
	return known;
}

static void
take_combination(struct matrix *m, const struct snapshot_segment *entry,
    const struct sets *sets, uint64_t key, int64_t count)
{
	uint32_t ranks[N_ROLES][SEARCH_MATRIX_VALUES];
	size_t n[N_ROLES];

	for (unsigned role = 0; role < N_ROLES; role++)
		n[role] = set_ranks(m, entry, &sets[role], role,
		    part_of(key, role), ranks[role]);
	if (ranks[ROW][0] == 0 && ranks[COLUMN][0] == 0) {
		m->rest += count;
		return;
	}
	for (size_t r = 0; r < n[ROW]; r++) {
		for (size_t c = 0; c < n[COLUMN]; c++) {
			uint64_t cell = key_of(ranks[ROW][r], ranks[COLUMN][c],
			    0);

			counts_add(&m->cells, cell, count);
			for (size_t p = 0; p < n[PART]; p++)
				counts_add(&m->cells, cell | ranks[PART][p],
				    count);
		}
	}
}

static void
take_combinations(struct matrix *m, size_t number)
{
	const struct snapshot_segment *entry =
	    &m->run.snapshot->segments[number];
	const struct segment *segment = entry->segment;
	struct sets sets[N_ROLES];
	struct counts counts;

	for (unsigned role = 0; role < N_ROLES; role++)
		sets_init(&sets[role], m->run.arena, &segment->filters,
		    m->values[role].facet);
	counts_init(&counts);
	for (uint32_t w = 0; w * 64 < segment->n_docs; w++) {
		for (uint64_t left = m->run.found[number][w]; left != 0;
		     left &= left - 1) {
			uint32_t doc = w * 64 + (uint32_t)__builtin_ctzll(left);

			counts_add(&counts,
			    key_of(set_of(&sets[ROW], doc),
				set_of(&sets[COLUMN], doc),
				set_of(&sets[PART], doc)),
			    1);
		}
	}
	for (size_t i = 0; i < counts.size; i++) {
		if (counts.slots[i].key != 0)
			take_combination(m, entry, sets,
			    counts.slots[i].key - 1, counts.slots[i].n);
	}
	free(counts.slots);
}

static int
compare_parts(const void *a, const void *b)
{
	const struct search_count *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->value, y->value);
}

static const char *
text_of(const struct matrix *m, uint64_t key, unsigned role)
{
	uint32_t rank = part_of(key, role);

	return rank == 0 ? "" : m->values[role].texts[rank - 1];
}

/* Cells with their parts, from counts in order. Texts of the snapshot are
 * copied: its segments may go before the arena does. */
static void
fill_cells(struct matrix *m, struct search_matrix *matrix)
{
	struct arena *arena = m->run.arena;
	struct search_cell *cell = NULL;
	struct search_count *parts;

	counts_sort(&m->cells);
	for (unsigned role = 0; role < N_ROLES; role++) {
		for (uint32_t i = 0; i < m->values[role].n; i++)
			m->values[role].texts[i] = arena_strdup(arena,
			    m->values[role].texts[i]);
	}
	matrix->cells = arena_alloc(arena,
	    (m->cells.n + 1) * sizeof(*matrix->cells));
	parts = arena_alloc(arena, (m->cells.n + 1) * sizeof(*parts));
	for (size_t i = 0; i < m->cells.n; i++) {
		uint64_t key = m->cells.slots[i].key - 1;
		uint32_t part = part_of(key, PART);

		if (part == 0) {
			cell = &matrix->cells[matrix->n++];
			cell->row = text_of(m, key, ROW);
			cell->column = text_of(m, key, COLUMN);
			cell->n = m->cells.slots[i].n;
			cell->parts = parts;
			continue;
		}
		parts->value = text_of(m, key, PART);
		parts->n = m->cells.slots[i].n;
		parts++;
		cell->n_parts++;
	}
	for (size_t i = 0; i < matrix->n; i++) {
		if (matrix->cells[i].n_parts > 1)
			qsort(matrix->cells[i].parts, matrix->cells[i].n_parts,
			    sizeof(*parts), compare_parts);
	}
}

int
search_matrix(struct search *search, struct arena *arena,
    const struct search_query *query, enum search_facet row,
    enum search_facet column, enum search_facet part,
    struct search_matrix *ret_matrix, struct err *err)
{
	const enum search_facet facets[N_ROLES] = { row, column, part };
	struct search_matrix matrix = { 0 };
	struct matrix m = { 0 };

	if (run_gather(&m.run, search, arena, query, &matrix.is_ready, err) ==
	    -1)
		return -1;
	if (!matrix.is_ready) {
		*ret_matrix = matrix;
		return 0;
	}
	for (unsigned role = 0; role < N_ROLES; role++)
		values_init(&m.values[role], arena, search->snapshot,
		    facets[role]);
	counts_init(&m.cells);
	for (size_t i = 0; i < search->snapshot->n; i++) {
		if (matrix_is_small(&m, i))
			matrix_bits(&m, i);
		else
			take_combinations(&m, i);
	}
	fill_cells(&m, &matrix);
	free(m.cells.slots);
	matrix.count = m.run.total;
	matrix.rest = m.rest;
	*ret_matrix = matrix;
	return 0;
}
