/*
 * compact: merge segments. First the documents of all inputs in order of
 * their groups, which gives each its new number; then the words
 * (compact_words.c). Reads with dict and post, writes through segwrite.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "search/compact_priv.h"

/* ---- documents ---- */

static bool
is_dead(const struct compact_input *input, uint32_t doc)
{
	return input->dead != NULL && input->dead[doc >> 6] >> (doc & 63) & 1;
}

/* numbers[] holds 0 for the alive so far. */
static void
count_alive(struct compaction *c, const struct compact_input *inputs)
{
	uint32_t doc;
	size_t i;

	for (i = 0; i < c->n_sources; i++) {
		struct source *source = &c->sources[i];

		source->segment = inputs[i].segment;
		source->numbers = xcalloc((size_t)source->segment->n_docs + 1,
		    sizeof(uint32_t));
		for (doc = 0; doc < source->segment->n_docs; doc++)
			if (is_dead(&inputs[i], doc))
				source->numbers[doc] = GONE;
			else
				c->n_docs++;
	}
}

/* The next alive document; its group, with the sign bit turned so that it
 * sorts as a number without sign. False when there is none. */
static bool
next_alive(struct source *source, uint64_t *ret_key)
{
	const struct segment *segment = source->segment;

	while (source->next_doc < segment->n_docs &&
	       source->numbers[source->next_doc] == GONE)
		source->next_doc++;
	if (source->next_doc == segment->n_docs)
		return false;
	*ret_key = (uint64_t)segment_group(segment, source->next_doc) ^
		   (uint64_t)1 << 63;
	return true;
}

static uint16_t
value_number(struct compaction *c, struct source *source, uint16_t value)
{
	const struct filters *filters = &source->segment->filters;
	const struct seg_value *entry = &filters->values[value];

	if (source->values[value] == GONE)
		source->values[value] = filter_builder_value(c->filters,
		    (enum search_facet)entry->facet,
		    filters_text(filters, value), entry->len);
	return (uint16_t)source->values[value];
}

static void
copy_values(struct compaction *c, struct source *source, uint32_t doc,
    uint16_t *numbers)
{
	const struct filters *filters = &source->segment->filters;
	size_t n = 0, i;
	uint32_t at;

	for (i = 0; i < filters->n_lanes; i++) {
		const struct lane *lane = &filters->lanes[i];
		uint32_t code = lane_code(lane, doc);

		for (at = lane->starts[code];
		     at < lane->starts[code + 1] && n < UINT16_MAX; at++) {
			uint16_t number = value_number(c, source,
			    lane->values[at]);

			/* 0: there are more values than can be numbered. */
			if (number != 0)
				numbers[n++] = number;
		}
	}
	filter_builder_add(c->filters, numbers, n);
}

static void
copy_doc(struct compaction *c, struct source *source, uint16_t *numbers)
{
	const struct segment *segment = source->segment;
	uint32_t doc = source->next_doc;
	struct doc_facts facts = { .group = segment_group(segment, doc),
		.modified = segment->modified[doc],
		.checked = segment->checked[doc],
		.year = segment->years[doc],
		.length = segment->lengths[doc],
		.prior = segment->priors[doc] };

	segwrite_doc(c->out, &facts);
	copy_values(c, source, doc, numbers);
}

static int
merge_docs(struct compaction *c, struct err *err)
{
	struct queue *queue = &c->runs;
	uint16_t *numbers = xmalloc(UINT16_MAX * sizeof(*numbers));
	uint64_t key, last = 0;
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < c->n_sources; i++)
		if (next_alive(&c->sources[i], &key))
			compact_push(queue, key, &c->sources[i]);
	while (queue->n > 0) {
		struct source *source = queue->items[0].source;

		if (n > 0 && queue->items[0].key == last) {
			free(numbers);
			return err_set(err, ERR_FORMAT,
			    "two search segments hold the same record");
		}
		last = queue->items[0].key;
		copy_doc(c, source, numbers);
		source->numbers[source->next_doc++] = n++;
		if (next_alive(source, &queue->items[0].key))
			compact_sink(queue);
		else
			compact_pop(queue);
	}
	free(numbers);
	return 0;
}

static void
copy_points(struct compaction *c)
{
	size_t i, k;

	for (i = 0; i < c->n_sources; i++) {
		struct source *source = &c->sources[i];
		const struct places *places = &source->segment->places;

		for (k = 0; k < places->n_points; k++) {
			struct seg_point point = places->points[k];

			point.doc = source->numbers[point.doc];
			if (point.doc != GONE)
				place_builder_add_point(c->places, &point);
		}
		/* Nobody needs them now, and what follows needs memory. */
		free(source->numbers);
		source->numbers = NULL;
	}
}

/* ---- all of it ---- */

static int
write_all(struct compaction *c, const char *path, struct err *err)
{
	int result = -1;

	c->out = segwrite_new(path, err);
	if (c->out == NULL)
		return -1;
	c->filters = filter_builder_new();
	c->places = place_builder_new();
	if (compact_look(c, err) == -1 || merge_docs(c, err) == -1)
		goto out;
	if (compact_words(c, err) == -1)
		goto out;
	copy_points(c);
	result = segwrite_finish(c->out, c->filters, c->places, NULL, err);
out:
	filter_builder_free(c->filters);
	place_builder_free(c->places);
	segwrite_free(c->out);
	return result;
}

int
compact(const struct compact_input *inputs, size_t n, const char *path,
    const atomic_bool *cancel, uint32_t *ret_docs, struct err *err)
{
	struct compaction c = { .n_sources = n, .cancel = cancel };
	int result = 0;
	size_t i;

	c.sources = xcalloc(n + 1, sizeof(*c.sources));
	c.same = xcalloc(n + 1, sizeof(struct source *));
	c.words.items = xcalloc(n + 1, sizeof(*c.words.items));
	c.runs.items = xcalloc(n + 1, sizeof(*c.runs.items));
	count_alive(&c, inputs);
	for (i = 0; i < n; i++) {
		size_t values = inputs[i].segment->filters.n_values;

		c.sources[i].values = xmalloc((values + 1) * sizeof(uint32_t));
		memset(c.sources[i].values, 0xff, values * sizeof(uint32_t));
	}
	if (c.n_docs > 0)
		result = write_all(&c, path, err);
	if (result == 0)
		*ret_docs = c.n_docs;
	for (i = 0; i < n; i++) {
		free(c.sources[i].numbers);
		free(c.sources[i].values);
		free(c.sources[i].terms);
	}
	free(c.sources);
	free(c.same);
	free(c.words.items);
	free(c.runs.items);
	return result;
}
