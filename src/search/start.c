/*
 * start: a word's start that very many terms go on from, alone ("a*") or at
 * the end of a phrase ("well-b*"). Its terms are walked one after the other,
 * each from its first document to its last, into one array with the weight
 * of every document: so it takes a byte a document however many terms there
 * are, and is made once for all that ask the same in a search. Neighbours:
 * leaf.c, phrase.c.
 */
#include <stdlib.h>
#include <string.h>

#include "search/leaf.h"

/* A start of fewer terms is walked as they are, by leaf.c. */
#define FEW_TERMS 32

static const struct plan_set *
last_set(const struct plan_leaf *plan, size_t segment)
{
	return &plan->words[plan->n_words - 1].sets[segment];
}

bool
start_is_wide(const struct plan_leaf *plan, size_t segment)
{
	const struct plan_set *set;

	if (plan->start == NULL || plan->n_words == 0)
		return false;
	set = last_set(plan, segment);
	return set->end - set->first > (plan->n_words > 1 ? 1 : FEW_TERMS);
}

/* ---- one word ---- */

static void
add_term(struct post *post, uint8_t *weights)
{
	while (post->doc != POST_END && post_load(post) == 0) {
		for (uint32_t i = 0; i < post->n; i++) {
			uint8_t *at = &weights[post->docs[i]];

			if (post->weights[i] > *at)
				*at = post->weights[i];
		}
		post_next_block(post);
	}
}

static void
add_term_field(struct post *post, enum search_field field, uint8_t *weights)
{
	for (uint32_t doc = post_seek(post, 0); doc != POST_END;
	     doc = post_next(post)) {
		uint8_t all = post_weight(post), weight;

		/* What it weighs in all fields is no less. */
		if (all < field_weights[field] || all <= weights[doc])
			continue;
		weight = phrase_field_weight(post, field);
		if (weight > weights[doc])
			weights[doc] = weight;
	}
}

static void
make_word(struct leaf *leaf, uint8_t *weights)
{
	const struct plan_set *set = last_set(leaf->plan, leaf->number);
	enum search_field field = leaf->plan->term->field;
	struct post *post = &leaf->posts[0];

	for (uint32_t term = set->first; term < set->end; term++) {
		if (post_init(post, leaf->segment, term) == 0) {
			if (field == QUERY_ANY_FIELD)
				add_term(post, weights);
			else
				add_term_field(post, field, weights);
		}
		if (post->is_damaged) {
			leaf->is_damaged = true;
			return;
		}
	}
}

/* ---- the end of a phrase ---- */

/* Set in a row that the start has followed: it counts once. */
#define ROW_TAKEN ((uint32_t)1 << 31)

/* Where the words before the start stand in a row, document after document. */
struct rows {
	uint32_t *at;    /* by document: in items, 0 none */
	uint32_t *items; /* how many follow, then these */
	size_t n;
	size_t cap;
};

static void
add_rows(struct rows *rows, uint32_t doc, const uint32_t *found, size_t n)
{
	/* No more than that can be numbered; nor is it thinkable. */
	if (n == 0 || rows->n + n >= UINT32_MAX)
		return;
	rows->at[doc] = (uint32_t)rows->n;
	VEC_PUSH(rows->items, rows->n, rows->cap, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		VEC_PUSH(rows->items, rows->n, rows->cap, found[i]);
}

static void
find_rows(struct leaf *leaf, struct rows *rows)
{
	struct window *window = xcalloc(1, sizeof(*window));
	uint32_t n_docs = leaf->segment->n_docs, found[OCCURRENCES_MAX];
	uint64_t bits[WINDOW_WORDS];

	rows->at = xcalloc((size_t)n_docs + 1, sizeof(*rows->at));
	VEC_PUSH(rows->items, rows->n, rows->cap, 0);
	for (; window->base < n_docs; window->base += WINDOW_DOCS) {
		window->n = n_docs - window->base < WINDOW_DOCS
				? n_docs - window->base
				: WINDOW_DOCS;
		phrase_bits(leaf, window, bits, NULL);
		for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
			for (uint64_t left = bits[w]; left != 0;
			     left &= left - 1) {
				uint32_t doc = window->base + w * 64 +
					       (uint32_t)__builtin_ctzll(left);

				add_rows(rows, doc, found,
				    phrase_rows(leaf, doc, found));
			}
		}
	}
	/* Has any post seen damage? */
	(void)phrase_next(leaf, n_docs);
	free(window);
}

/* A term stands in a document where a row does: what they weigh together. */
static unsigned
follow(const struct leaf *leaf, struct post *post, uint32_t *row)
{
	uint32_t found[OCCURRENCES_MAX], n = *row++;
	uint32_t step = (uint32_t)leaf->plan->n_words - 1;
	size_t n_found = post_positions(post, found, OCCURRENCES_MAX), j = 0;
	enum search_field wanted = leaf->plan->term->field;
	unsigned weight = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t start = row[i] & ~ROW_TAKEN, want = start + step;
		uint32_t field = start >> SPOT_BITS;

		while (j < n_found && found[j] < want)
			j++;
		if (j == n_found)
			break;
		if (found[j] != want || (row[i] & ROW_TAKEN) != 0 ||
		    (wanted != QUERY_ANY_FIELD && field != wanted))
			continue;
		row[i] |= ROW_TAKEN;
		weight += field_weights[field];
	}
	return weight;
}

static void
make_phrase(struct leaf *leaf, uint8_t *weights)
{
	const struct plan_set *set = last_set(leaf->plan, leaf->number);
	struct post *post = &leaf->posts[2 * leaf->n_posts];
	struct rows rows = { 0 };

	find_rows(leaf, &rows);
	for (uint32_t term = set->first; term < set->end && !leaf->is_damaged;
	     term++) {
		if (post_init(post, leaf->segment, term) == 0) {
			for (uint32_t doc = post_seek(post, 0); doc != POST_END;
			     doc = post_next(post)) {
				unsigned sum = weights[doc];

				if (rows.at[doc] == 0)
					continue;
				sum += follow(leaf, post,
				    &rows.items[rows.at[doc]]);
				weights[doc] = sum > 255 ? 255 : (uint8_t)sum;
			}
		}
		if (post->is_damaged)
			leaf->is_damaged = true;
	}
	free(rows.at);
	free(rows.items);
}

/* ---- asked by window ---- */

static void
make(struct leaf *leaf)
{
	struct plan_start *start = leaf->plan->start;
	uint8_t *weights = start->weights[leaf->number];

	if (weights == NULL) {
		weights = arena_alloc(start->arena,
		    (size_t)leaf->segment->n_docs + sizeof(uint64_t));
		if (leaf->plan->n_words > 1)
			make_phrase(leaf, weights);
		else
			make_word(leaf, weights);
		if (!leaf->is_damaged)
			start->weights[leaf->number] = weights;
	}
	leaf->weights = weights;
}

static inline uint64_t
load64(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

uint32_t
start_next(struct leaf *leaf, uint32_t base)
{
	uint32_t n = leaf->segment->n_docs;

	if (leaf->weights == NULL)
		make(leaf);
	for (; base < n; base++) {
		if (base % 8 == 0 && load64(leaf->weights + base) == 0)
			base += 7;
		else if (leaf->weights[base] != 0)
			return base;
	}
	return POST_END;
}

void
start_fill(struct leaf *leaf, struct window *window, const uint64_t *among)
{
	const uint8_t *weights;

	if (leaf->weights == NULL)
		make(leaf);
	weights = leaf->weights + window->base;
	if (window->is_fresh || leaf->scorer == NULL) {
		if (leaf->scorer != NULL)
			leaf_be_lazy(leaf, window, leaf->plan->idf);
		memcpy(window->weights, weights, window->n);
		memset(window->weights + window->n, 0, WINDOW_DOCS - window->n);
		window_bits(window->weights, window->bits);
		return;
	}
	window_settle(window);
	for (uint32_t at = 0; at < window->n; at += 8) {
		if ((among != NULL &&
			(among[at >> 6] >> (at & 63) & 255) == 0) ||
		    load64(weights + at) == 0)
			continue;
		for (uint32_t i = at; i < at + 8; i++) {
			if (weights[i] != 0)
				leaf_add(leaf, window, window->base + i,
				    weights[i], leaf->plan->idf);
		}
	}
}

uint8_t
start_weight(struct leaf *leaf, uint32_t doc)
{
	if (leaf->weights == NULL)
		make(leaf);
	return leaf->weights[doc];
}
