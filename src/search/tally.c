/*
 * tally: how many documents of a set have each value of the facets (filter.h).
 * One increment a document and lane, in the innermost loop of a search: lane
 * by lane, so that the counters of one lane stay in the nearest cache, and
 * with two counters by turns, since the same one twice in a row has to wait
 * for its own store.
 */
#include "search/filter.h"

void
tally_init(struct tally *tally, struct arena *arena,
    const struct filters *filters, unsigned facets)
{
	size_t i;

	tally->filters = filters;
	tally->facets = facets;
	tally->n_lanes = 0;
	for (i = 0; i < filters->n_lanes; i++) {
		const struct lane *lane = &filters->lanes[i];

		if ((lane->facets & facets) == 0)
			continue;
		tally->lanes[tally->n_lanes].lane = lane;
		tally->lanes[tally->n_lanes++].counts = arena_alloc(arena,
		    lane->n_codes * 2 * sizeof(uint32_t));
	}
}

/* counts[2 * code] and the one behind it, by turns. */
#define DEFINE_ADD(name, code_type, index_type)                                \
	static void name(uint32_t *counts, const code_type *codes,             \
	    const index_type *index, size_t n)                                 \
	{                                                                      \
		size_t i;                                                      \
                                                                               \
		for (i = 0; i + 4 <= n; i += 4) {                              \
			size_t a = codes[index[i]];                            \
			size_t b = codes[index[i + 1]];                        \
			size_t c = codes[index[i + 2]];                        \
			size_t d = codes[index[i + 3]];                        \
                                                                               \
			counts[2 * a]++;                                       \
			counts[2 * b + 1]++;                                   \
			counts[2 * c]++;                                       \
			counts[2 * d + 1]++;                                   \
		}                                                              \
		for (; i < n; i++)                                             \
			counts[2 * (size_t)codes[index[i]]]++;                 \
	}
DEFINE_ADD(add1, uint8_t, uint16_t)
DEFINE_ADD(add2, uint16_t, uint16_t)
DEFINE_ADD(add4, uint32_t, uint16_t)
DEFINE_ADD(add1_docs, uint8_t, uint32_t)
DEFINE_ADD(add2_docs, uint16_t, uint32_t)
DEFINE_ADD(add4_docs, uint32_t, uint32_t)

void
tally_add(struct tally *tally, uint32_t base, const uint16_t *offsets, size_t n)
{
	size_t i;

	for (i = 0; i < tally->n_lanes; i++) {
		const struct lane *lane = tally->lanes[i].lane;
		uint32_t *counts = tally->lanes[i].counts;

		if (lane->width == 1)
			add1(counts, (const uint8_t *)lane->codes + base,
			    offsets, n);
		else if (lane->width == 2)
			add2(counts, (const uint16_t *)lane->codes + base,
			    offsets, n);
		else
			add4(counts, (const uint32_t *)lane->codes + base,
			    offsets, n);
	}
}

void
tally_add_docs(struct tally *tally, const uint32_t *docs, size_t n)
{
	size_t i;

	for (i = 0; i < tally->n_lanes; i++) {
		const struct lane *lane = tally->lanes[i].lane;
		uint32_t *counts = tally->lanes[i].counts;

		if (lane->width == 1)
			add1_docs(counts, lane->codes, docs, n);
		else if (lane->width == 2)
			add2_docs(counts, lane->codes, docs, n);
		else
			add4_docs(counts, lane->codes, docs, n);
	}
}

void
tally_finish(const struct tally *tally, int64_t *ret_counts)
{
	size_t i;

	for (i = 0; i < tally->n_lanes; i++) {
		const struct lane *lane = tally->lanes[i].lane;
		const uint32_t *counts = tally->lanes[i].counts;
		uint32_t code, k;

		for (code = 0; code < lane->n_codes; code++) {
			int64_t n = (int64_t)counts[2 * (size_t)code] +
				    counts[2 * (size_t)code + 1];

			if (n == 0)
				continue;
			for (k = lane->starts[code]; k < lane->starts[code + 1];
			     k++) {
				uint16_t value = lane->values[k];
				unsigned facet =
				    tally->filters->values[value].facet;

				if ((tally->facets >> facet & 1) != 0)
					ret_counts[value] += n;
			}
		}
	}
}
