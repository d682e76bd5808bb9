/*
 * leaf: one word. A term with few candidates is sought document by document,
 * one with many is walked block by block. Section "Postings" of the search
 * design; phrase.c has phrases, start.c starts of many terms.
 */
#include <string.h>

#include "search/leaf.h"

/* A candidate costs this much more than a posting in a row. */
#define SEEK_COST 4

static size_t
set_size(const struct plan_set *set)
{
	return set->end - set->first + set->n_others;
}

size_t
leaf_need(const struct plan_leaf *plan, size_t segment)
{
	bool is_wide = start_is_wide(plan, segment);

	for (size_t i = 0; i < plan->n_words; i++) {
		if (set_size(&plan->words[i].sets[segment]) == 0)
			return 0;
	}
	if (plan->n_words > 1) /* it walks twice */
		return 2 * (plan->n_words - is_wide) + is_wide;
	if (plan->n_words == 0 || is_wide)
		return plan->n_words;
	return set_size(&plan->words[0].sets[segment]);
}

static uint32_t
idf_of(const struct leaf *leaf, size_t post)
{
	return post < leaf->n_same ? leaf->plan->idf : leaf->plan->other;
}

static void
word_init(struct leaf *leaf)
{
	const struct plan_set *set = &leaf->plan->words[0].sets[leaf->number];

	leaf->n_same = set->end - set->first;
	leaf->n_posts = set_size(set);
	for (size_t i = 0; i < leaf->n_posts; i++) {
		uint32_t term = i < leaf->n_same
				    ? set->first + (uint32_t)i
				    : set->others[i - leaf->n_same];

		if (post_init(&leaf->posts[i], leaf->segment, term) == -1)
			leaf->is_damaged = true;
	}
}

void
leaf_init(struct leaf *leaf, const struct plan_leaf *plan,
    struct segment *segment, size_t number, const struct scorer *scorer,
    struct post *posts)
{
	memset(leaf, 0, sizeof(*leaf));
	leaf->plan = plan;
	leaf->segment = segment;
	leaf->number = number;
	leaf->scorer = scorer;
	leaf->posts = posts;
	leaf->is_wide = start_is_wide(plan, number);
	if (plan->n_words > 1)
		phrase_init(leaf);
	else if (!leaf->is_wide)
		word_init(leaf);
}

/* ---- where the next document is ---- */

uint32_t
leaf_next(struct leaf *leaf, uint32_t base)
{
	uint32_t least = POST_END;

	if (leaf->is_wide)
		return start_next(leaf, base);
	if (leaf->plan->n_words > 1)
		return phrase_next(leaf, base);
	for (size_t i = 0; i < leaf->n_posts; i++) {
		struct post *post = &leaf->posts[i];

		if (post->doc < base)
			post_seek(post, base);
		if (post->doc < least)
			least = post->doc;
		if (post->is_damaged)
			leaf->is_damaged = true;
	}
	return least;
}

/* ---- into a window ---- */

/* Bits of documents that rise, a word of bits at a time: a read and a write
 * for each document would wait for each other. */
static void
add_bits(uint64_t *into, uint32_t base, const uint32_t *docs, uint32_t n)
{
	uint32_t at = 0;
	uint64_t bits = 0;

	if (n > 0)
		at = (docs[0] - base) >> 6;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t doc = docs[i] - base;

		if (doc >> 6 != at) {
			into[at] |= bits;
			at = doc >> 6;
			bits = 0;
		}
		bits |= (uint64_t)1 << (doc & 63);
	}
	if (n > 0)
		into[at] |= bits;
}

/* More documents in a window than this: a byte for each, then bits of all. */
#define DENSE_DOCS 512

/* How a window is written. */
enum fill {
	FILL_LAZY,  /* weights: no document is there, and none comes twice */
	FILL_DENSE, /* the same for so many that their bits come at the end */
	FILL_MAX,   /* all scores are 0 or real */
	FILL_CHECK  /* scores of documents that are not there mean nothing */
};

/* The block's postings from the current one to the end of the window. Nothing
 * but this runs for each posting of a common word. */
static void
add_block(struct leaf *leaf, struct window *window, struct post *post,
    uint32_t end, uint32_t idf, enum fill fill)
{
	const uint8_t *lengths = leaf->segment->lengths;
	const uint32_t *docs = post->docs;
	uint32_t first = post->at, n = post->n;

	while (n > first && docs[n - 1] >= end)
		n--;
	if (fill == FILL_LAZY || fill == FILL_DENSE) {
		for (uint32_t i = first; i < n; i++)
			window->weights[docs[i] - window->base] =
			    post->weights[i];
	} else if (fill == FILL_MAX) {
		for (uint32_t i = first; i < n; i++) {
			uint32_t *at = &window->scores[docs[i] - window->base];
			uint32_t score = idf *
					 leaf->scorer->part[post->weights[i]]
							   [lengths[docs[i]]];

			*at = score > *at ? score : *at;
		}
	} else {
		for (uint32_t i = first; i < n; i++)
			leaf_add(leaf, window, docs[i], post->weights[i], idf);
	}
	if (fill == FILL_LAZY || fill == FILL_MAX)
		add_bits(window->bits, window->base, docs + first, n - first);
	post->at = n;
	if (n < post->n)
		post->doc = docs[n];
}

/* All documents of a term in the window. */
static void
add_all(struct leaf *leaf, struct window *window, struct post *post,
    uint32_t idf, enum fill fill)
{
	uint32_t end = window->base + window->n;

	if (post->doc < window->base)
		post_seek(post, window->base);
	while (post->doc < end) {
		if (post_load(post) == -1)
			return;
		add_block(leaf, window, post, end, idf, fill);
		if (post->at < post->n)
			return;
		post_next_block(post);
	}
}

static uint64_t
expected(const struct post *post, const struct window *window)
{
	return (uint64_t)post->df * window->n / (post->segment->n_docs + 1);
}

/* Are the candidates so few that each is sought by itself? */
static bool
is_sought(const struct post *post, const struct window *window,
    const uint64_t *among, size_t n_among)
{
	return among != NULL && n_among * SEEK_COST < expected(post, window);
}

static void
seek_bits(struct post *post, const struct window *window, uint64_t *bits,
    const uint64_t *among)
{
	for (uint32_t w = 0; w * 64 < window->n; w++) {
		for (uint64_t left = among[w]; left != 0; left &= left - 1) {
			uint32_t doc = window->base + w * 64 +
				       (uint32_t)__builtin_ctzll(left);

			if (post_seek(post, doc) == doc)
				bits[w] |= left & -left;
			else if (post->doc == POST_END)
				return;
		}
	}
}

void
leaf_bits(struct post *post, const struct window *window, uint64_t *bits,
    const uint64_t *among, size_t n_among)
{
	uint32_t end = window->base + window->n;
	bool is_dense = expected(post, window) >= DENSE_DOCS;
	uint8_t bytes[WINDOW_DOCS];

	if (is_sought(post, window, among, n_among)) {
		seek_bits(post, window, bits, among);
		return;
	}
	if (is_dense)
		memset(bytes, 0, sizeof(bytes));
	if (post->doc < window->base)
		post_seek(post, window->base);
	while (post->doc < end) {
		uint32_t i, n;

		if (post_load(post) == -1)
			return;
		for (n = post->n; n > post->at && post->docs[n - 1] >= end;)
			n--;
		for (i = post->at; is_dense && i < n; i++)
			bytes[post->docs[i] - window->base] = 1;
		if (!is_dense)
			add_bits(bits, window->base, post->docs + post->at,
			    n - post->at);
		post->at = n;
		if (n < post->n) {
			post->doc = post->docs[n];
			break;
		}
		post_next_block(post);
	}
	if (is_dense)
		window_bits(bytes, bits);
}

/* Only those in a field: the positions say which. */
static void
add_field(struct leaf *leaf, struct window *window, struct post *post,
    const uint64_t *among, uint32_t idf)
{
	uint32_t end = window->base + window->n, doc;
	enum search_field field = leaf->plan->term->field;

	for (doc = post_seek(post, window->base); doc < end;
	     doc = post_seek(post, doc + 1)) {
		uint8_t weight;

		if (among != NULL && !window_has(among, doc - window->base))
			continue;
		weight = phrase_field_weight(post, field);
		if (weight > 0)
			leaf_add(leaf, window, doc, weight, idf);
	}
}

/* Candidates, one after the other. */
static void
add_among(struct leaf *leaf, struct window *window, struct post *post,
    const uint64_t *among, uint32_t idf)
{
	for (uint32_t w = 0; w * 64 < window->n; w++) {
		for (uint64_t left = among[w]; left != 0; left &= left - 1) {
			uint32_t doc = window->base + w * 64 +
				       (uint32_t)__builtin_ctzll(left);

			if (post_seek(post, doc) == doc)
				leaf_add(leaf, window, doc, post_weight(post),
				    idf);
			else if (post->doc == POST_END)
				return;
		}
	}
}

static void
add_term(struct leaf *leaf, struct window *window, size_t i,
    const uint64_t *among, size_t n_among, enum fill fill)
{
	struct post *post = &leaf->posts[i];
	uint32_t idf = idf_of(leaf, i);

	if (leaf->plan->term->field != QUERY_ANY_FIELD)
		add_field(leaf, window, post, among, idf);
	else if (leaf->scorer == NULL)
		leaf_bits(post, window, window->bits, among, n_among);
	else if (is_sought(post, window, among, n_among))
		add_among(leaf, window, post, among, idf);
	else
		add_all(leaf, window, post, idf, fill);
	if (post->is_damaged)
		leaf->is_damaged = true;
}

static enum fill
how_to_fill(const struct leaf *leaf, struct window *window,
    const uint64_t *among, size_t n_among)
{
	const struct post *post = &leaf->posts[0];

	if (leaf->scorer == NULL)
		return FILL_CHECK; /* there is nothing but bits */
	if (window->is_fresh && leaf->n_posts == 1 &&
	    leaf->plan->term->field == QUERY_ANY_FIELD) {
		leaf_be_lazy(leaf, window, idf_of(leaf, 0));
		if (is_sought(post, window, among, n_among) ||
		    expected(post, window) < DENSE_DOCS)
			return FILL_LAZY;
		memset(window->weights, 0, sizeof(window->weights));
		return FILL_DENSE;
	}
	window_settle(window);
	if (window->is_fresh) {
		memset(window->scores, 0, window->n * sizeof(*window->scores));
		window->is_zeroed = true;
	}
	return window->is_zeroed ? FILL_MAX : FILL_CHECK;
}

void
leaf_fill(struct leaf *leaf, struct window *window, const uint64_t *among,
    size_t n_among)
{
	if (leaf->is_wide) {
		start_fill(leaf, window, among);
	} else if (leaf->plan->n_words > 1) {
		phrase_fill(leaf, window, among);
	} else {
		enum fill fill = how_to_fill(leaf, window, among, n_among);

		for (size_t i = 0; i < leaf->n_posts; i++)
			add_term(leaf, window, i, among, n_among, fill);
		if (fill == FILL_DENSE)
			window_bits(window->weights, window->bits);
	}
	window->is_fresh = false;
}
