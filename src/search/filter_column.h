/*
 * filter_column: one facet, or several joined, as a column: for each document
 * the number of its combination of values. Only for filter_build.c and
 * filter_lanes.c. Inside search/.
 */
#ifndef SEARCH_FILTER_COLUMN_H
#define SEARCH_FILTER_COLUMN_H

#include "search/filter.h"

struct filter_column {
	unsigned facets; /* one bit each */
	bool is_wide;    /* codes of 4 bytes instead of 2 */
	void *codes;
	uint32_t n_docs;
	uint32_t cap_docs;
	/* Combinations by code; 0 is the empty one unless columns are joined */
	uint32_t n_codes;
	uint32_t *starts; /* n_codes + 1, in values[] */
	size_t cap_starts;
	uint16_t *values;
	size_t n_values;
	size_t cap_values;
	uint32_t *table; /* code + 1 by hash of the combination */
	uint32_t table_size;
};

void filter_column_init(struct filter_column *c, unsigned facets);
void filter_column_release(struct filter_column *c);
size_t filter_column_bytes(const struct filter_column *c);
/* Documents up to n_docs get the empty combination. */
void filter_column_pad(struct filter_column *c, uint32_t n_docs);
/* The document behind the last: values rising, each once. */
void filter_column_add(struct filter_column *c, const uint16_t *values,
    size_t n);

static inline uint32_t
filter_column_code(const struct filter_column *c, uint32_t doc)
{
	return c->is_wide ? ((const uint32_t *)c->codes)[doc]
			  : ((const uint16_t *)c->codes)[doc];
}

/* Combinations of both that really occur, or JOIN_MANY. */
#define JOIN_MAX  4096
#define JOIN_MANY UINT32_MAX
/*
 * Count the combinations of two columns of equally many documents, up to a
 * limit of at most JOIN_MAX. ret_column, when not NULL, is initialised to the
 * joined column; there must not be too many then.
 */
uint32_t filter_column_join(const struct filter_column *a,
    const struct filter_column *b, uint32_t limit,
    struct filter_column *ret_column);

/* Bytes of SECTION_LANES (malloc'ed) from columns of n_docs documents; the
 * columns are used up. rank: what a value is called in the file. */
void *filter_lanes(struct filter_column *columns, size_t n, uint32_t n_docs,
    const uint16_t *rank, size_t *ret_len);

#endif
