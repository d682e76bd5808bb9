/*
 * filter_build: values of documents -> the four sections of filters
 * (filter.h, format.h). Values get numbers as they come and are sorted at the
 * end; what documents have is kept as one column a facet (filter_column.c),
 * from which lists, bitmaps and lanes (filter_lanes.c) are made at the end.
 */
#include "search/filter_column.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define VALUES_MAX    UINT16_MAX
#define VALUE_LEN_MAX UINT16_MAX

struct built_value {
	enum search_facet facet;
	uint16_t len;
	uint32_t text; /* in text[] */
	uint32_t hash;
};

struct filter_builder {
	struct built_value *values; /* number - 1 */
	size_t n_values;
	size_t cap_values;
	char *text; /* NUL-terminated, one behind the other */
	size_t text_len;
	size_t cap_text;
	uint16_t *table; /* numbers by hash, 0 free */
	size_t table_size;
	uint32_t n_docs;
	struct filter_column columns[FACETS_KEPT];
	uint16_t *of_doc; /* values of the document that is added */
	size_t cap_of_doc;
	/* what filter_builder_finish() made */
	struct seg_value *out_values;
	char *out_text;
	unsigned char *out_filters;
	void *out_lanes;
};

struct filter_builder *
filter_builder_new(void)
{
	struct filter_builder *b = xcalloc(1, sizeof(*b));
	unsigned facet;

	for (facet = 0; facet < FACETS_KEPT; facet++)
		filter_column_init(&b->columns[facet], 1u << facet);
	return b;
}

static void
release(struct filter_builder *b)
{
	unsigned facet;

	for (facet = 0; facet < FACETS_KEPT; facet++)
		filter_column_release(&b->columns[facet]);
	free(b->values);
	free(b->text);
	free(b->table);
	free(b->of_doc);
	free(b->out_values);
	free(b->out_text);
	free(b->out_filters);
	free(b->out_lanes);
}

void
filter_builder_free(struct filter_builder *b)
{
	if (b == NULL)
		return;
	release(b);
	free(b);
}

void
filter_builder_clear(struct filter_builder *b)
{
	unsigned facet;

	release(b);
	memset(b, 0, sizeof(*b));
	for (facet = 0; facet < FACETS_KEPT; facet++)
		filter_column_init(&b->columns[facet], 1u << facet);
}

size_t
filter_builder_bytes(const struct filter_builder *b)
{
	size_t bytes = b->cap_values * sizeof(*b->values) + b->cap_text +
		       b->table_size * sizeof(*b->table);
	unsigned facet;

	for (facet = 0; facet < FACETS_KEPT; facet++)
		bytes += filter_column_bytes(&b->columns[facet]);
	return bytes;
}

/* ---- values ---- */

static void
grow_table(struct filter_builder *b)
{
	size_t i, slot;

	b->table_size = b->table_size == 0 ? 256 : b->table_size * 2;
	free(b->table);
	b->table = xcalloc(b->table_size, sizeof(*b->table));
	for (i = 0; i < b->n_values; i++) {
		slot = b->values[i].hash;
		while (b->table[slot &= b->table_size - 1] != 0)
			slot++;
		b->table[slot] = (uint16_t)(i + 1);
	}
}

static void
push_text(struct filter_builder *b, const char *text, size_t len)
{
	while (b->cap_text < b->text_len + len + 1)
		b->text = vec_grow(b->text, b->cap_text, &b->cap_text, 1);
	memcpy(b->text + b->text_len, text, len);
	b->text[b->text_len + len] = '\0';
	b->text_len += len + 1;
}

uint16_t
filter_builder_value(struct filter_builder *b, enum search_facet facet,
    const char *value, size_t len)
{
	const char *nul = memchr(value, '\0', len);
	const struct built_value *v;
	struct built_value new;
	size_t slot;

	if (nul != NULL)
		len = (size_t)(nul - value);
	if (len > VALUE_LEN_MAX)
		len = utf8_floor(value, VALUE_LEN_MAX);
	if (b->n_values * 2 >= b->table_size)
		grow_table(b);
	new.facet = facet;
	new.len = (uint16_t)len;
	new.text = (uint32_t)b->text_len;
	new.hash = (uint32_t)XXH3_64bits_withSeed(value, len, facet);
	slot = new.hash;
	for (; b->table[slot &= b->table_size - 1] != 0; slot++) {
		v = &b->values[b->table[slot] - 1];
		if (v->hash == new.hash && v->facet == facet &&
		    v->len == len &&memcmp(b->text + v->text, value, len) == 0)
			return b->table[slot];
	}
	if (b->n_values == VALUES_MAX || b->text_len > UINT32_MAX / 2)
		return 0;
	push_text(b, value, len);
	VEC_PUSH(b->values, b->n_values, b->cap_values, new);
	b->table[slot] = (uint16_t)b->n_values;
	return b->table[slot];
}

/* ---- documents ---- */

static int
by_number(const void *a, const void *b)
{
	return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

/* Rising, each once; returns how many are left. */
static size_t
sort_numbers(uint16_t *numbers, size_t n)
{
	size_t i, j, k = 0;

	if (n > 32)
		qsort(numbers, n, sizeof(*numbers), by_number);
	else
		for (i = 1; i < n; i++) {
			uint16_t x = numbers[i];

			for (j = i; j > 0 && numbers[j - 1] > x; j--)
				numbers[j] = numbers[j - 1];
			numbers[j] = x;
		}
	for (i = 0; i < n; i++)
		if (k == 0 || numbers[k - 1] != numbers[i])
			numbers[k++] = numbers[i];
	return k;
}

void
filter_builder_add(struct filter_builder *b, const uint16_t *values, size_t n)
{
	size_t facet, i, k;
	unsigned present = 0;

	while (b->cap_of_doc < n)
		b->of_doc = vec_grow(b->of_doc, b->cap_of_doc, &b->cap_of_doc,
		    sizeof(*b->of_doc));
	for (i = 0; i < n; i++)
		if (values[i] != 0 && values[i] <= b->n_values)
			present |= 1u << b->values[values[i] - 1].facet;
	for (facet = 0; facet < FACETS_KEPT; facet++) {
		if ((present >> facet & 1) == 0)
			continue;
		for (i = k = 0; i < n; i++)
			if (values[i] != 0 && values[i] <= b->n_values &&
			    b->values[values[i] - 1].facet == facet)
				b->of_doc[k++] = values[i];
		k = sort_numbers(b->of_doc, k);
		filter_column_pad(&b->columns[facet], b->n_docs);
		filter_column_add(&b->columns[facet], b->of_doc, k);
	}
	b->n_docs++;
}

/* ---- finishing ---- */

struct order {
	const char *text;
	enum search_facet facet;
	uint16_t number;
};

static int
by_text(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	if (x->facet != y->facet)
		return x->facet < y->facet ? -1 : 1;
	return strcmp(x->text, y->text);
}

/* Values and text in their final order; ret_rank[number] is the place. */
static void
write_values(struct filter_builder *b, uint16_t *ret_rank)
{
	struct order *order = xcalloc(b->n_values + 1, sizeof(*order));
	size_t i, at = 0;

	for (i = 0; i < b->n_values; i++) {
		order[i].text = b->text + b->values[i].text;
		order[i].facet = b->values[i].facet;
		order[i].number = (uint16_t)(i + 1);
	}
	qsort(order, b->n_values, sizeof(*order), by_text);
	b->out_values = xcalloc(b->n_values + 1, sizeof(*b->out_values));
	b->out_text = xcalloc(1, b->text_len + 1);
	for (i = 0; i < b->n_values; i++) {
		const struct built_value *v = &b->values[order[i].number - 1];
		struct seg_value *out = &b->out_values[i];

		ret_rank[order[i].number] = (uint16_t)i;
		out->facet = (uint8_t)v->facet;
		out->len = v->len;
		out->text = (uint32_t)at;
		memcpy(b->out_text + at, order[i].text, (size_t)v->len + 1);
		at += (size_t)v->len + 1;
	}
	free(order);
}

static void
count_values(struct filter_builder *b, const uint16_t *rank)
{
	const struct filter_column *c;
	uint32_t *counts, code, doc, i;
	unsigned facet;

	for (facet = 0; facet < FACETS_KEPT; facet++) {
		c = &b->columns[facet];
		counts = xcalloc((size_t)c->n_codes + 1, sizeof(*counts));
		for (doc = 0; doc < c->n_docs; doc++)
			counts[filter_column_code(c, doc)]++;
		for (code = 0; code < c->n_codes; code++)
			for (i = c->starts[code]; i < c->starts[code + 1]; i++)
				b->out_values[rank[c->values[i]]].n +=
				    counts[code];
		free(counts);
	}
}

/* Where each value's documents stand; returns the bytes of all. */
static size_t
place_filters(struct filter_builder *b)
{
	size_t at = 0, list, bitmap, i;

	bitmap = ((size_t)b->n_docs + 63) / 64 * sizeof(uint64_t);
	for (i = 0; i < b->n_values; i++) {
		struct seg_value *v = &b->out_values[i];

		list = ((size_t)v->n * sizeof(uint32_t) + 7) & ~(size_t)7;
		v->form = list <= bitmap ? FILTER_LIST : FILTER_BITMAP;
		v->offset = at;
		at += list <= bitmap ? list : bitmap;
	}
	return at;
}

static void
fill_filters(struct filter_builder *b, const uint16_t *rank)
{
	uint32_t *at = xcalloc(b->n_values + 1, sizeof(*at));
	const struct filter_column *c;
	uint32_t code, doc, i;
	unsigned facet;

	for (facet = 0; facet < FACETS_KEPT; facet++) {
		c = &b->columns[facet];
		for (doc = 0; doc < c->n_docs; doc++) {
			code = filter_column_code(c, doc);
			for (i = c->starts[code]; i < c->starts[code + 1];
			     i++) {
				uint16_t value = rank[c->values[i]];
				const struct seg_value *v =
				    &b->out_values[value];
				void *to = b->out_filters + v->offset;

				if (v->form == FILTER_LIST)
					((uint32_t *)to)[at[value]++] = doc;
				else
					((uint64_t *)to)[doc >> 6] |=
					    (uint64_t)1 << (doc & 63);
			}
		}
	}
	free(at);
}

void
filter_builder_finish(struct filter_builder *b, struct filter_sections *ret)
{
	struct filter_column used[LANES_MAX];
	uint16_t *rank = xcalloc(b->n_values + 1, sizeof(*rank));
	unsigned facet;
	size_t n = 0;

	write_values(b, rank);
	count_values(b, rank);
	ret->filters_len = place_filters(b);
	b->out_filters = xcalloc(1, ret->filters_len + 1);
	fill_filters(b, rank);
	for (facet = 0; facet < FACETS_KEPT; facet++) {
		struct filter_column *c = &b->columns[facet];

		if (c->n_docs == 0)
			continue;
		filter_column_pad(c, b->n_docs);
		used[n++] = *c;
		filter_column_init(c, 1u << facet);
	}
	b->out_lanes = filter_lanes(used, n, b->n_docs, rank, &ret->lanes_len);
	ret->values = b->out_values;
	ret->values_len = b->n_values * sizeof(*b->out_values);
	ret->text = b->out_text;
	ret->text_len = b->text_len;
	ret->filters = b->out_filters;
	ret->lanes = b->out_lanes;
	free(rank);
}
