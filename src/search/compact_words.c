/*
 * compact_words: the words of all inputs in order of their bytes, and of each
 * word the postings in order of the documents' new numbers. Occurrences and
 * keys of stems go over as they are. compact.c has given the numbers.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "search/compact_priv.h"

/* Words sort by this, and then by compact_order(). */
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
			compact_sink(queue);
		} else
			compact_pop(queue);
		if (queue->n == 0 ||
		    compact_order(queue->items[0].source, &before) != 0)
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
	const uint32_t *docs;
	uint32_t n, room;
	size_t len;

	while (number < end && number != GONE && c->until_look > 0) {
		docs = source->block + post->at;
		room = segwrite_room(c->out);
		if (room > post->n - post->at)
			room = post->n - post->at;
		if (room > c->until_look)
			room = c->until_look;
		for (n = 1; n < room && docs[n] < end && docs[n] != GONE;)
			n++;
		bytes = post_bytes(post, n, &len);
		if (bytes == NULL)
			return GONE;
		segwrite_postings(c->out, n, docs, post->weights + post->at,
		    bytes, len);
		post->at += n;
		c->until_look -= n;
		number = alive_posting(source);
	}
	return number;
}

int
compact_look(struct compaction *c, struct err *err)
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
		source->terms[at] = c->n_terms;
		compact_push(queue, number, source);
	}
	if (queue->n > 0) {
		segwrite_term(c->out, text, len, langs);
		c->n_terms++;
	}
	while (queue->n > 0) {
		struct source *source = queue->items[0].source;

		number = copy_run(c, source, compact_second(queue));
		if (source->post.is_damaged)
			goto damaged;
		if (compact_look(c, err) == -1)
			return -1;
		if (number == GONE) {
			compact_pop(queue);
			continue;
		}
		queue->items[0].key = number;
		compact_sink(queue);
	}
	return 0;
damaged:
	return err_set(err, ERR_FORMAT,
	    "search segment is damaged: postings are not as written");
}

/* ---- stems ---- */

/* The next stem of a word that is still there, as a number that sorts as
 * stems do. False when there is none. */
static bool
next_stem(struct source *source, uint64_t *ret_key)
{
	const struct segment *segment = source->segment;
	const struct seg_stem *stem;

	for (; source->next_stem < segment->n_stems; source->next_stem++) {
		stem = &segment->stems[source->next_stem];
		if (source->terms[stem->term] == GONE)
			continue;
		*ret_key = (uint64_t)stem->key << 32 |
			   source->terms[stem->term];
		return true;
	}
	return false;
}

/* A word has the languages of all inputs, and so the keys of all. */
static void
copy_stems(struct compaction *c)
{
	struct queue *queue = &c->runs;
	struct seg_stem stem = { 0, GONE };
	uint64_t key;
	size_t i;

	for (i = 0; i < c->n_sources; i++)
		if (next_stem(&c->sources[i], &key))
			compact_push(queue, key, &c->sources[i]);
	while (queue->n > 0) {
		struct source *source = queue->items[0].source;

		key = queue->items[0].key;
		if (stem.key != key >> 32 || stem.term != (uint32_t)key) {
			stem.key = (uint32_t)(key >> 32);
			stem.term = (uint32_t)key;
			segwrite_stems(c->out, &stem, 1);
		}
		source->next_stem++;
		if (next_stem(source, &queue->items[0].key))
			compact_sink(queue);
		else
			compact_pop(queue);
	}
}

int
compact_words(struct compaction *c, struct err *err)
{
	size_t i;

	c->words.by_word = true;
	for (i = 0; i < c->n_sources; i++) {
		struct source *source = &c->sources[i];
		size_t n_terms = source->segment->n_terms;

		source->terms = xmalloc((n_terms + 1) * sizeof(uint32_t));
		memset(source->terms, 0xff, n_terms * sizeof(uint32_t));
		if (n_terms > 0)
			compact_push(&c->words, word_key(source), source);
	}
	while (c->words.n > 0) {
		/* Words of few documents count too. */
		c->until_look -= c->until_look > 16 ? 16 : c->until_look;
		if (compact_look(c, err) == -1 ||
		    copy_word(c, take_word(c), err) == -1)
			return -1;
	}
	copy_stems(c);
	return 0;
}
