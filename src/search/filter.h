/*
 * filter: values of facets in one segment: which documents have a value (a
 * bitmap or a list, whichever is smaller), and which values a document has (a
 * lane of small codes), for counting. Inside search/.
 *
 * A lane holds one or more facets: the code of a document is the number of
 * its distinct combination of all values of these facets. Counting a match
 * set is one increment a document and lane; combinations are taken apart once
 * at the end. The builder joins facets into a lane while combinations stay
 * few.
 */
#ifndef SEARCH_FILTER_H
#define SEARCH_FILTER_H

#include "search/format.h"
#include "search/search.h"

/*
 * Beside the facets that people see: until when a champion agreed to be shown
 * ("2026-11-21"), "0" when that is not known.
 */
#define FACET_UNTIL SEARCH_FACET_COUNT
#define FACETS_KEPT (SEARCH_FACET_COUNT + 1)

/* ---- building ---- */

struct filter_builder;
struct filter_builder *filter_builder_new(void);
void filter_builder_free(struct filter_builder *b); /* NULL is legal */
void filter_builder_clear(struct filter_builder *b);
/* The number of a value in this builder, for filter_builder_add(). At most
 * 65,535; 0 when there are more (it is not counted then). A value ends at
 * its first NUL. */
uint16_t filter_builder_value(struct filter_builder *b, enum search_facet facet,
    const char *value, size_t len);
/* The next document: its values, any order; zeros are ignored, twice is
 * once. */
void filter_builder_add(struct filter_builder *b, const uint16_t *values,
    size_t n);
size_t filter_builder_bytes(const struct filter_builder *b);
/*
 * Bytes of SECTION_VALUES, _VALUE_TEXT, _FILTERS and _LANES into four
 * buffers owned by the builder, valid until clear or free.
 */
struct filter_sections {
	const void *values, *text, *filters, *lanes;
	size_t values_len, text_len, filters_len, lanes_len;
};
void filter_builder_finish(struct filter_builder *b,
    struct filter_sections *ret_sections);

/* ---- reading ---- */

#define LANES_MAX FACETS_KEPT

struct lane {
	unsigned facets; /* one bit each */
	unsigned width;  /* bytes of a code: 1, 2 or 4 */
	uint32_t n_codes;
	const void *codes;      /* by document */
	const uint32_t *starts; /* n_codes + 1, in values[] */
	const uint16_t *values; /* of each combination */
};

struct filters {
	uint32_t n_docs;
	const struct seg_value *values;
	size_t n_values;
	const char *text;
	const unsigned char *lists; /* SECTION_FILTERS */
	size_t lists_len;
	struct lane lanes[LANES_MAX];
	size_t n_lanes;
};

/*
 * Look at the bytes of the four sections of a segment of n_docs documents;
 * they must stay. Everything is bounds-checked here once, so that nothing
 * below can read outside: -1 when anything does not fit.
 */
int filters_open(struct filters *filters, uint32_t n_docs,
    const struct filter_sections *sections);

/* The lane of a facet, NULL when no document has a value of it. */
const struct lane *filters_lane(const struct filters *filters,
    enum search_facet facet);
/* A document's combination in a lane. */
static inline uint32_t
lane_code(const struct lane *lane, uint32_t doc)
{
	if (lane->width == 1)
		return ((const uint8_t *)lane->codes)[doc];
	if (lane->width == 2)
		return ((const uint16_t *)lane->codes)[doc];
	return ((const uint32_t *)lane->codes)[doc];
}

#define VALUE_NONE SIZE_MAX
/* Index in values[], or VALUE_NONE. */
size_t filters_find(const struct filters *filters, enum search_facet facet,
    const char *value);
static inline const char *
filters_text(const struct filters *filters, size_t value)
{
	return filters->text + filters->values[value].text;
}
/*
 * Set in bits[] (bit 0: document `base`, a multiple of 64) those of the n
 * documents from base on that have the value.
 */
void filters_or(const struct filters *filters, size_t value, uint32_t base,
    uint32_t n, uint64_t *bits);

/* ---- counting ---- */

/* Documents by code, for the lanes that hold one of the facets. */
struct tally {
	const struct filters *filters;
	unsigned facets;
	size_t n_lanes;
	struct {
		const struct lane *lane;
		uint32_t *counts; /* two by code, taken in turns */
	} lanes[LANES_MAX];
};

/* Counters in the arena, zero. facets: one bit each. */
void tally_init(struct tally *tally, struct arena *arena,
    const struct filters *filters, unsigned facets);
/* Documents base + offsets[i]. */
void tally_add(struct tally *tally, uint32_t base, const uint16_t *offsets,
    size_t n);
/* Documents docs[i]. */
void tally_add_docs(struct tally *tally, const uint32_t *docs, size_t n);
/* ret_counts[value] += documents, for values of the tally's facets. */
void tally_finish(const struct tally *tally, int64_t *ret_counts);

#endif
