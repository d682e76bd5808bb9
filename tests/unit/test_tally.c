/*
 * test_tally: counts of values over a set of documents, by offsets, by bits
 * and by numbers of documents, are what counting one by one gives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/filter.h"

#define VALUES_OF_DOC 10
#define ALL_FACETS    ((1u << SEARCH_FACET_COUNT) - 1)

static uint64_t seed = 11;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

struct world {
	uint32_t n;
	uint16_t (*docs)[VALUES_OF_DOC]; /* builder's numbers, 0 none */
	struct filter_builder *builder;
	struct filters filters;
	struct {
		enum search_facet facet;
		char text[16];
	} names[65536];
};

/* Values of each document: some of facets few, some of facet `wide` many. */
static struct world *
make_world(uint32_t n, unsigned narrow, unsigned wide)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct filter_sections sections;
	uint32_t i;
	size_t k, j;

	w->n = n;
	w->docs = xcalloc(n, sizeof(*w->docs));
	w->builder = filter_builder_new();
	for (i = 0; i < n; i++) {
		uint16_t *doc = w->docs[i];
		size_t n_values = draw(VALUES_OF_DOC + 1);

		for (k = 0; k < n_values; k++) {
			enum search_facet facet = draw(SEARCH_FACET_COUNT);
			unsigned value = draw(
			    facet == SEARCH_NEED ? wide : narrow);
			char text[16];

			snprintf(text, sizeof(text), "%u", value);
			doc[k] = filter_builder_value(w->builder, facet, text,
			    strlen(text));
			w->names[doc[k]].facet = facet;
			memcpy(w->names[doc[k]].text, text, sizeof(text));
			for (j = 0; j < k; j++)
				if (doc[j] == doc[k])
					break;
			if (j < k)
				doc[k] = 0;
		}
		filter_builder_add(w->builder, doc, VALUES_OF_DOC);
	}
	filter_builder_finish(w->builder, &sections);
	assert_int_equal(filters_open(&w->filters, n, &sections), 0);
	return w;
}

static void
free_world(struct world *w)
{
	filter_builder_free(w->builder);
	free(w->docs);
	free(w);
}

/* By numbers of the file, one document after the other. */
static int64_t *
count_slowly(const struct world *w, const uint64_t *bits, unsigned facets)
{
	int64_t *counts = xcalloc(w->filters.n_values + 1, sizeof(*counts));
	int64_t *by_number = xcalloc(65536, sizeof(*by_number));
	uint32_t i;
	size_t k;

	for (i = 0; i < w->n; i++)
		for (k = 0; k < VALUES_OF_DOC; k++)
			by_number[w->docs[i][k]] += bits[i / 64] >> (i % 64) &
						    1;
	for (i = 1; i < 65536; i++)
		if (by_number[i] > 0 && (facets >> w->names[i].facet & 1) != 0)
			counts[filters_find(&w->filters, w->names[i].facet,
			    w->names[i].text)] = by_number[i];
	free(by_number);
	return counts;
}

enum way { BY_OFFSETS, BY_DOCS, N_WAYS };

static void
count(const struct world *w, const uint64_t *bits, unsigned facets,
    enum way way, int64_t *ret_counts)
{
	struct arena *arena = arena_new();
	uint32_t *docs = xmalloc((w->n + 1) * sizeof(*docs)), i, base;
	uint16_t offsets[1000];
	struct tally tally;
	size_t n = 0;

	tally_init(&tally, arena, &w->filters, facets);
	for (i = 0; i < w->n; i++)
		if ((bits[i / 64] >> (i % 64) & 1) != 0)
			docs[n++] = i;
	if (way == BY_DOCS)
		tally_add_docs(&tally, docs, n);
	for (base = 0; way == BY_OFFSETS && base < w->n; base += 1000) {
		for (n = 0, i = base; i < base + 1000 && i < w->n; i++)
			if ((bits[i / 64] >> (i % 64) & 1) != 0)
				offsets[n++] = (uint16_t)(i - base);
		tally_add(&tally, base, offsets, n);
	}
	tally_finish(&tally, ret_counts);
	free(docs);
	arena_free(arena);
}

static void
check_world(const struct world *w)
{
	static const unsigned masks[] = { ALL_FACETS, 0, 1u << SEARCH_NEED,
		1u << SEARCH_KIND | 1u << SEARCH_NODE };
	uint64_t *bits = xcalloc(w->n / 64 + 1, sizeof(*bits));
	int64_t *want, *got;
	unsigned part, mask;
	enum way way;
	uint32_t i;
	size_t v;

	for (part = 0; part <= 10; part += 2) {
		memset(bits, 0, (w->n / 64 + 1) * sizeof(*bits));
		for (i = 0; i < w->n; i++)
			if (draw(10) < part)
				bits[i / 64] |= (uint64_t)1 << (i % 64);
		for (mask = 0; mask < ARRAY_LEN(masks); mask++) {
			want = count_slowly(w, bits, masks[mask]);
			for (way = 0; way < N_WAYS; way++) {
				got = xcalloc(w->filters.n_values + 1,
				    sizeof(*got));
				/* added to what is there */
				got[0] = 5;
				count(w, bits, masks[mask], way, got);
				got[0] -= 5;
				for (v = 0; v < w->filters.n_values; v++)
					assert_int_equal(got[v], want[v]);
				free(got);
			}
			free(want);
		}
	}
	free(bits);
}

static void
test_few_values(void **state)
{
	struct world *w = make_world(5000, 2, 2);

	(void)state;
	check_world(w);
	free_world(w);
}

static void
test_many_values(void **state)
{
	struct world *w = make_world(40000, 6, 6000);
	size_t lane;
	bool is_wide = false;

	(void)state;
	/* one facet has over 5,000 combinations */
	for (lane = 0; lane < w->filters.n_lanes; lane++)
		is_wide |= w->filters.lanes[lane].n_codes > 5000 &&
			   w->filters.lanes[lane].width == 2;
	assert_true(is_wide);
	check_world(w);
	free_world(w);
}

static void
test_small(void **state)
{
	uint32_t n;

	(void)state;
	for (n = 1; n < 140; n += 23) {
		struct world *w = make_world(n, 3, 5);

		check_world(w);
		free_world(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few_values),
		cmocka_unit_test(test_many_values),
		cmocka_unit_test(test_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
