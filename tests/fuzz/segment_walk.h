/*
 * segment_walk: read all that a segment holds, in all the ways there are,
 * and assert what must be true even if its bytes lie. For fuzz_segment and
 * test_segment.
 */
#ifndef SEGMENT_WALK_H
#define SEGMENT_WALK_H

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "search/segment.h"

/* A lying file may say anything of how many postings there are: enough. */
#define WALK_BLOCKS 200

static inline void
walk_positions(struct post *post)
{
	uint32_t got[40];
	size_t n, i;

	n = post_positions(post, got, ARRAY_LEN(got));
	assert(n <= ARRAY_LEN(got) && (n > 0) == !post->is_damaged);
	for (i = 0; i < n; i++)
		assert(got[i] >> SPOT_BITS < SEARCH_FIELD_COUNT &&
		       (i == 0 || got[i] >= got[i - 1]));
}

static inline void
walk_postings(struct segment *segment, uint32_t term, unsigned step)
{
	uint32_t last = 0, blocks = 0, i;
	unsigned char sum = 0;
	struct post post;

	if (post_init(&post, segment, term) == -1)
		return;
	for (; post.doc != POST_END && blocks++ < WALK_BLOCKS;
	     post_next_block(&post)) {
		assert(post.doc < segment->n_docs);
		if (post_load(&post) == -1)
			break;
		for (i = 0; i < post.n; i++) {
			assert(post.docs[i] < segment->n_docs);
			assert((blocks == 1 && i == 0) || post.docs[i] > last);
			last = post.docs[i];
			sum ^= post.weights[i];
		}
	}
	assert(post.doc == POST_END || blocks > WALK_BLOCKS);
	if (post_init(&post, segment, term) == -1)
		return;
	for (i = sum & 1; post_seek(&post, i) != POST_END;
	     i = post.doc + step) {
		assert(post.doc >= i && post.doc < segment->n_docs);
		walk_positions(&post);
		if (post.doc == POST_END)
			break;
	}
	if (post_init(&post, segment, term) == -1 || post_load(&post) == -1)
		return;
	for (i = 0; i < 300 && post.doc != POST_END; i++, post_next(&post)) {
		size_t len;

		if (post_bytes(&post, 1, &len) == NULL) {
			assert(post.is_damaged);
			break;
		}
		assert(len > 0);
	}
}

static inline void
walk_dictionary(struct segment *segment)
{
	uint32_t i, first, end, found[8];
	size_t len, n, k;

	for (i = 0; i < segment->n_terms; i++) {
		const char *text = dict_text(segment, i, &len);

		assert(dict_find(segment, text, len) == i);
		dict_prefix(segment, text, len / 2, &first, &end);
		assert(first <= i && i < end && end <= segment->n_terms);
	}
	for (i = 0; i < segment->n_stems; i++) {
		n = dict_stems(segment, segment->stems[i].key, found,
		    ARRAY_LEN(found));
		assert(n > 0);
		for (k = 0; k < n; k++)
			assert(found[k] < segment->n_terms);
	}
	for (i = 0; i < segment->n_docs; i++)
		assert(segment_find_group(segment, segment_group(segment, i)) ==
		       i);
}

static inline void
walk_filters(struct segment *segment)
{
	const struct filters *filters = &segment->filters;
	size_t words = (size_t)segment->n_docs / 64 + 1, i;
	uint64_t *bits = xcalloc(words, sizeof(*bits));
	int64_t *counts = xcalloc(filters->n_values + 1, sizeof(*counts));
	uint32_t *docs = xcalloc((size_t)segment->n_docs + 1, sizeof(*docs));
	struct arena *arena = arena_new();
	struct tally tally;

	for (i = 0; i < filters->n_values; i++) {
		assert(filters_find(filters,
			   (enum search_facet)filters->values[i].facet,
			   filters_text(filters, i)) == i);
		filters_or(filters, i, 0, segment->n_docs, bits);
	}
	tally_init(&tally, arena, filters, (1u << SEARCH_FACET_COUNT) - 1);
	for (i = 0; i < segment->n_docs; i++)
		docs[i] = (uint32_t)i;
	tally_add_docs(&tally, docs, segment->n_docs);
	tally_finish(&tally, counts);
	arena_free(arena);
	free(docs);
	free(counts);
	free(bits);
}

static inline void
walk_places(struct segment *segment)
{
	static const struct circle circles[] = {
		{ 0, 0, PLACE_KM_MAX },
		{ 51, -1, 500 },
		{ -89, 170, 2000 },
	};
	size_t words = (size_t)segment->n_docs / 64 + 1, i;
	uint64_t *bits = xcalloc(words, sizeof(*bits));
	float *km = xcalloc((size_t)segment->n_docs + 1, sizeof(*km));

	for (i = 0; i < ARRAY_LEN(circles); i++) {
		memset(bits, 0, words * sizeof(*bits));
		places_within(&segment->places, &circles[i], bits, km);
	}
	free(km);
	free(bits);
}

static inline void
segment_walk(struct segment *segment)
{
	uint32_t i;

	for (i = 0; i < segment->n_terms; i++)
		walk_postings(segment, i, 1 + i % 200);
	walk_dictionary(segment);
	walk_filters(segment);
	walk_places(segment);
}

#endif
