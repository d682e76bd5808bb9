/*
 * compact: merge segments. First the documents of all inputs in order of
 * their groups, which gives each its new number; then the words in order of
 * their bytes, and of each word the postings in order of the new numbers.
 * Occurrences go over as they are. Reads with dict and post, writes through
 * segwrite.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "search/compact.h"
#include "search/segwrite.h"

#define GONE UINT32_MAX
/* Postings between two looks at the wish to stop. */
#define LOOK_EVERY 65536

struct source {
	struct segment *segment;
	uint32_t *numbers;  /* new ones by document, GONE when dead */
	uint32_t *values;   /* numbers in the filter builder, by value */
	uint32_t next_doc;  /* while documents are merged */
	uint32_t next_term; /* while words are */
	struct post post;   /* of the word being written */
	uint32_t block[BLOCK_DOCS]; /* new numbers of its block */
};

/* The source with the smallest key on top; words may tie on theirs. */
struct queue {
	struct queued {
		uint64_t key;
		struct source *source;
	} * items;
	size_t n;
	bool by_word;
};

struct compaction {
	struct source *sources;
	size_t n_sources;
	struct queue words, runs;
	struct source **same; /* those that have the word */
	uint32_t n_docs;
	struct segwrite *out;
	struct filter_builder *filters;
	struct place_builder *places;
	const atomic_bool *cancel;
	uint32_t until_look;
};

/* ---- queue ---- */

static int
compare_words(const struct source *a, const struct source *b)
{
	size_t a_len, b_len, len;
	const char *left = dict_text(a->segment, a->next_term, &a_len);
	const char *right = dict_text(b->segment, b->next_term, &b_len);
	int order;

	len = a_len < b_len ? a_len : b_len;
	order = memcmp(left, right, len);
	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

static bool
is_before(const struct queue *queue, const struct queued *a,
    const struct queued *b)
{
	if (a->key != b->key)
		return a->key < b->key;
	return queue->by_word && compare_words(a->source, b->source) < 0;
}

/* The top may be too large: let it sink to its place. */
static void
queue_sink(struct queue *queue)
{
	struct queued item = queue->items[0];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < queue->n) {
		if (child + 1 < queue->n &&
		    is_before(queue, &queue->items[child + 1],
			&queue->items[child]))
			child++;
		if (!is_before(queue, &queue->items[child], &item))
			break;
		queue->items[at] = queue->items[child];
		at = child;
	}
	queue->items[at] = item;
}

static void
queue_push(struct queue *queue, uint64_t key, struct source *source)
{
	struct queued item = { key, source };
	size_t at = queue->n++;

	while (at > 0 && is_before(queue, &item, &queue->items[(at - 1) / 2])) {
		queue->items[at] = queue->items[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	queue->items[at] = item;
}

static void
queue_pop(struct queue *queue)
{
	queue->items[0] = queue->items[--queue->n];
	if (queue->n > 1)
		queue_sink(queue);
}

/* The smallest key of all but the top. */
static uint64_t
queue_second(const struct queue *queue)
{
	uint64_t key = UINT64_MAX;

	if (queue->n > 1)
		key = queue->items[1].key;
	if (queue->n > 2 && queue->items[2].key < key)
		key = queue->items[2].key;
	return key;
}

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

static uint32_t
lane_code(const struct lane *lane, uint32_t doc)
{
	switch (lane->width) {
	case 1: return ((const uint8_t *)lane->codes)[doc];
	case 2: return ((const uint16_t *)lane->codes)[doc];
	default: return ((const uint32_t *)lane->codes)[doc];
	}
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
			queue_push(queue, key, &c->sources[i]);
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
			queue_sink(queue);
		else
			queue_pop(queue);
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

/* ---- words ---- */

/* Words sort by this, and then by compare_words(). */
static uint64_t
word_key(const struct source *source)
{
	uint64_t key = 0;
	size_t len, i;
	const char *text = dict_text(source->segment, source->next_term, &len);

	for (i = 0; i < 8; i++)
		key = key << 8 | (i < len ? (unsigned char)text[i] : 0);
	return key;
}

/* The word on top, and who else has it; all of them step on. */
static size_t
take_word(struct compaction *c)
{
	struct queue *queue = &c->words;
	const struct source *first;
	struct source before;
	size_t n = 0;

	first = c->same[n++] = queue->items[0].source;
	before.segment = first->segment;
	before.next_term = first->next_term;
	for (;;) {
		struct source *source = queue->items[0].source;

		if (++source->next_term < source->segment->n_terms) {
			queue->items[0].key = word_key(source);
			queue_sink(queue);
		} else
			queue_pop(queue);
		if (queue->n == 0 ||
		    compare_words(queue->items[0].source, &before) != 0)
			return n;
		c->same[n++] = queue->items[0].source;
	}
}

/* Unpack a block and number its documents anew: all at once, because the
 * loads from numbers[] miss the cache and so wait together. */
static int
load_block(struct source *source)
{
	struct post *post = &source->post;
	uint32_t i;

	if (post_load(post) == -1)
		return -1;
	for (i = 0; i < post->n; i++)
		source->block[i] = source->numbers[post->docs[i]];
	return 0;
}

/* To the first posting, from the current one on, of an alive document:
 * its new number, or GONE. */
static inline uint32_t
alive_posting(struct source *source)
{
	struct post *post = &source->post;

	for (;;) {
		for (; post->at < post->n; post->at++)
			if (source->block[post->at] != GONE)
				return source->block[post->at];
		if (post_next_block(post) == POST_END ||
		    load_block(source) == -1)
			return GONE;
	}
}

/* Postings up to, not with, a new number; the number stopped at, or GONE. */
static uint32_t
copy_run(struct compaction *c, struct source *source, uint64_t end)
{
	struct post *post = &source->post;
	uint32_t number = alive_posting(source);
	const unsigned char *bytes;
	size_t len;

	for (; number < end && number != GONE && c->until_look > 0;
	     number = alive_posting(source), c->until_look--) {
		bytes = post_bytes(post, &len);
		if (bytes == NULL)
			return GONE;
		segwrite_posting(c->out, number, post_weight(post), bytes, len);
		post->at++;
	}
	return number;
}

static int
look(struct compaction *c, struct err *err)
{
	if (c->until_look > 0)
		return 0;
	c->until_look = LOOK_EVERY;
	if (c->cancel != NULL &&
	    atomic_load_explicit(c->cancel, memory_order_relaxed))
		return err_set(err, ERR_BUSY, "merging segments was stopped");
	return 0;
}

static int
copy_word(struct compaction *c, size_t n, struct err *err)
{
	struct queue *queue = &c->runs;
	const struct seg_term *term;
	uint32_t langs = 0, number;
	const char *text = NULL;
	size_t i, len = 0;

	for (i = 0; i < n; i++) {
		struct source *source = c->same[i];
		/* take_word() has stepped on. */
		uint32_t at = source->next_term - 1;

		if (post_init(&source->post, source->segment, at) == -1 ||
		    load_block(source) == -1)
			goto damaged;
		number = alive_posting(source);
		if (source->post.is_damaged)
			goto damaged;
		if (number == GONE)
			continue;
		term = &source->segment->terms[at];
		langs |= term->langs;
		text = dict_text(source->segment, at, &len);
		queue_push(queue, number, source);
	}
	if (queue->n > 0)
		segwrite_term(c->out, text, len, langs);
	while (queue->n > 0) {
		struct source *source = queue->items[0].source;

		number = copy_run(c, source, queue_second(queue));
		if (source->post.is_damaged)
			goto damaged;
		if (look(c, err) == -1)
			return -1;
		if (number == GONE) {
			queue_pop(queue);
			continue;
		}
		queue->items[0].key = number;
		queue_sink(queue);
	}
	return 0;
damaged:
	return err_set(err, ERR_FORMAT,
	    "search segment is damaged: postings are not as written");
}

static int
merge_words(struct compaction *c, struct err *err)
{
	size_t i;

	c->words.by_word = true;
	for (i = 0; i < c->n_sources; i++)
		if (c->sources[i].segment->n_terms > 0)
			queue_push(&c->words, word_key(&c->sources[i]),
			    &c->sources[i]);
	while (c->words.n > 0) {
		/* Words of few documents count too. */
		c->until_look -= c->until_look > 16 ? 16 : c->until_look;
		if (look(c, err) == -1 || copy_word(c, take_word(c), err) == -1)
			return -1;
	}
	return 0;
}

/* ---- all of it ---- */

static int
write_all(struct compaction *c, const char *path, struct err *err)
{
	struct stemmer *stemmer = NULL;
	int result = -1;

	c->out = segwrite_new(path, err);
	if (c->out == NULL)
		return -1;
	c->filters = filter_builder_new();
	c->places = place_builder_new();
	if (look(c, err) == -1 || merge_docs(c, err) == -1)
		goto out;
	if (merge_words(c, err) == -1)
		goto out;
	copy_points(c);
	stemmer = stemmer_new();
	result = segwrite_finish(c->out, c->filters, c->places, stemmer, err);
out:
	stemmer_free(stemmer);
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
	}
	free(c.sources);
	free(c.same);
	free(c.words.items);
	free(c.runs.items);
	return result;
}
