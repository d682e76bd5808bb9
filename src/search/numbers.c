/*
 * numbers: the same value stands in many segments under numbers of their own;
 * a hash table over (facet, text) gives it one number for all. Made again
 * with each snapshot: some thousand look-ups.
 */
#include "search/numbers.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

struct table {
	uint32_t *slots; /* number + 1, 0: empty */
	size_t mask;
};

static uint32_t
number(struct snapshot *snapshot, struct table *table,
    const struct seg_value *value, const char *text)
{
	size_t at = (size_t)XXH3_64bits_withSeed(text, value->len,
			value->facet) &
		    table->mask;
	struct snapshot_value *added;

	for (; table->slots[at] != 0; at = (at + 1) & table->mask) {
		const struct snapshot_value *have =
		    &snapshot->values[table->slots[at] - 1];

		if ((uint8_t)have->facet == value->facet &&
		    strcmp(have->text, text) == 0)
			return table->slots[at] - 1;
	}
	added = &snapshot->values[snapshot->n_values++];
	added->facet = (enum search_facet)value->facet;
	added->text = text;
	table->slots[at] = (uint32_t)snapshot->n_values;
	return (uint32_t)snapshot->n_values - 1;
}

void
numbers_make(struct snapshot *snapshot)
{
	struct table table = { NULL, 0 };
	size_t total = 0, alloc = 16;

	for (size_t i = 0; i < snapshot->n; i++)
		total += snapshot->segments[i].segment->filters.n_values;
	while (alloc < 2 * total)
		alloc *= 2;
	table.slots = xcalloc(alloc, sizeof(*table.slots));
	table.mask = alloc - 1;
	snapshot->values = xcalloc(total + 1, sizeof(*snapshot->values));
	for (size_t i = 0; i < snapshot->n; i++) {
		struct snapshot_segment *s = &snapshot->segments[i];
		const struct filters *filters = &s->segment->filters;

		s->values = xcalloc(filters->n_values + 1, sizeof(*s->values));
		/* Nothing counts those of no facet: they need no number. */
		for (size_t j = 0;
		     j < filters->n_values &&
		     filters->values[j].facet < SEARCH_FACET_COUNT;
		     j++)
			s->values[j] = number(snapshot, &table,
			    &filters->values[j], filters_text(filters, j));
	}
	free(table.slots);
}

void
numbers_release(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		free(snapshot->segments[i].values);
		snapshot->segments[i].values = NULL;
	}
	free(snapshot->values);
	snapshot->values = NULL;
	snapshot->n_values = 0;
}
