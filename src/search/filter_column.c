/*
 * filter_column: the values of one facet by document, kept while a segment is
 * built (filter_column.h). Documents have few different combinations of
 * values, so each combination gets a number when it is first met, and a
 * document costs two bytes. Columns are joined to lanes by filter_lanes.c.
 */
#include "search/filter_column.h"

#include <stdlib.h>
#include <string.h>

#define NARROW_CODES 65536
#define TABLE_FIRST  64
#define MIX          UINT64_C(0x9e3779b97f4a7c15)

static void
push_combination(struct filter_column *c)
{
	c->n_codes++;
	c->starts = vec_grow(c->starts, c->n_codes, &c->cap_starts,
	    sizeof(*c->starts));
	c->starts[c->n_codes] = (uint32_t)c->n_values;
}

void
filter_column_init(struct filter_column *c, unsigned facets)
{
	memset(c, 0, sizeof(*c));
	c->facets = facets;
	c->starts = vec_grow(NULL, 0, &c->cap_starts, sizeof(*c->starts));
	c->starts[0] = 0;
}

void
filter_column_release(struct filter_column *c)
{
	free(c->codes);
	free(c->starts);
	free(c->values);
	free(c->table);
	memset(c, 0, sizeof(*c));
}

size_t
filter_column_bytes(const struct filter_column *c)
{
	return (size_t)c->cap_docs * (c->is_wide ? 4 : 2) +
	       c->cap_starts * sizeof(*c->starts) +
	       c->cap_values * sizeof(*c->values) +
	       (size_t)c->table_size * sizeof(*c->table);
}

static uint64_t
hash_values(const uint16_t *values, size_t n)
{
	uint64_t hash = n;
	size_t i;

	for (i = 0; i < n; i++)
		hash = (hash ^ values[i]) * MIX;
	return hash ^ hash >> 32;
}

static void
grow_table(struct filter_column *c)
{
	uint32_t code, slot, n;

	c->table_size = c->table_size == 0 ? TABLE_FIRST : c->table_size * 2;
	free(c->table);
	c->table = xcalloc(c->table_size, sizeof(*c->table));
	for (code = 0; code < c->n_codes; code++) {
		n = c->starts[code + 1] - c->starts[code];
		slot = (uint32_t)hash_values(c->values + c->starts[code], n);
		while (c->table[slot &= c->table_size - 1] != 0)
			slot++;
		c->table[slot] = code + 1;
	}
}

/* The number of a combination, a new one when it was not met before. */
static uint32_t
find_combination(struct filter_column *c, const uint16_t *values, size_t n)
{
	uint32_t slot, code;
	size_t i;

	if (c->n_codes + 1 > c->table_size / 2)
		grow_table(c);
	slot = (uint32_t)hash_values(values, n);
	for (; (code = c->table[slot &= c->table_size - 1]) != 0; slot++) {
		code--;
		if (c->starts[code + 1] - c->starts[code] == n &&
		    (n == 0 || memcmp(c->values + c->starts[code], values,
				   n * sizeof(*values)) == 0))
			return code;
	}
	for (i = 0; i < n; i++)
		VEC_PUSH(c->values, c->n_values, c->cap_values, values[i]);
	push_combination(c);
	c->table[slot] = c->n_codes;
	return c->n_codes - 1;
}

static void
widen(struct filter_column *c)
{
	const uint16_t *narrow = c->codes;
	uint32_t *wide = xmalloc((size_t)c->cap_docs * sizeof(*wide));
	uint32_t i;

	for (i = 0; i < c->n_docs; i++)
		wide[i] = narrow[i];
	free(c->codes);
	c->codes = wide;
	c->is_wide = true;
}

static void
push_code(struct filter_column *c, uint32_t code)
{
	size_t cap = c->cap_docs;

	if (code >= NARROW_CODES && !c->is_wide)
		widen(c);
	c->codes = vec_grow(c->codes, c->n_docs, &cap, c->is_wide ? 4 : 2);
	c->cap_docs = (uint32_t)cap;
	if (c->is_wide)
		((uint32_t *)c->codes)[c->n_docs++] = code;
	else
		((uint16_t *)c->codes)[c->n_docs++] = (uint16_t)code;
}

void
filter_column_pad(struct filter_column *c, uint32_t n_docs)
{
	uint32_t empty;

	if (c->n_docs >= n_docs)
		return;
	empty = find_combination(c, NULL, 0);
	while (c->n_docs < n_docs)
		push_code(c, empty);
}

void
filter_column_add(struct filter_column *c, const uint16_t *values, size_t n)
{
	push_code(c, find_combination(c, values, n));
}

/* ---- joining ---- */

/* Pairs of codes by hash: at most half full at JOIN_MAX. */
#define JOIN_BITS 13
struct pair {
	uint32_t a, b;
	uint32_t code; /* + 1; 0 free */
};

static void
join_combination(struct filter_column *to, const struct filter_column *a,
    uint32_t code)
{
	uint32_t i;

	for (i = a->starts[code]; i < a->starts[code + 1]; i++)
		VEC_PUSH(to->values, to->n_values, to->cap_values,
		    a->values[i]);
}

uint32_t
filter_column_join(const struct filter_column *a, const struct filter_column *b,
    uint32_t limit, struct filter_column *ret_column)
{
	struct pair *table, *p;
	uint32_t doc, code_a, code_b, slot, n = 0;

	if (a->n_codes > limit || b->n_codes > limit)
		return JOIN_MANY;
	table = xcalloc((size_t)1 << JOIN_BITS, sizeof(*table));
	if (ret_column != NULL)
		filter_column_init(ret_column, a->facets | b->facets);
	for (doc = 0; doc < a->n_docs; doc++) {
		code_a = filter_column_code(a, doc);
		code_b = filter_column_code(b, doc);
		slot = (uint32_t)(((uint64_t)code_a << 32 | code_b) * MIX >>
				  (64 - JOIN_BITS));
		for (p = table + slot;
		     p->code != 0 && (p->a != code_a || p->b != code_b);
		     p = table + slot)
			slot = (slot + 1) & ((1 << JOIN_BITS) - 1);
		if (p->code == 0) {
			if (n == limit) {
				n = JOIN_MANY;
				break;
			}
			*p = (struct pair){ code_a, code_b, ++n };
			if (ret_column != NULL) {
				join_combination(ret_column, a, code_a);
				join_combination(ret_column, b, code_b);
				push_combination(ret_column);
			}
		}
		if (ret_column != NULL)
			push_code(ret_column, p->code - 1);
	}
	free(table);
	return n;
}
