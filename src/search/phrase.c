/*
 * phrase: words in a row, by their positions. Documents that hold all words
 * are found first, the rarest word leading; only these have their positions
 * read. Scripts without spaces come here as well: their words are rows of
 * pairs.
 */
#include <string.h>

#include "search/leaf.h"

/* Occurrences of one word in one document that are looked at. */
#define OCCURRENCES_MAX 4096

static uint8_t
capped(unsigned weight)
{
	return weight > 255 ? 255 : (uint8_t)weight;
}

uint8_t
phrase_field_weight(struct post *post, enum search_field field)
{
	uint32_t found[OCCURRENCES_MAX];
	size_t n = post_positions(post, found, OCCURRENCES_MAX);
	unsigned weight = 0;

	for (size_t i = 0; i < n && weight < 255; i++) {
		if ((found[i] & 7) == field)
			weight += field_weights[field];
	}
	return capped(weight);
}

/* The first terms of the words; those of the last, a start, come behind. */
void
phrase_init(struct leaf *leaf, size_t number)
{
	const struct plan_leaf *plan = leaf->plan;
	struct post *walkers;

	for (size_t i = 0; i < plan->n_words; i++) {
		const struct plan_set *set = &plan->words[i].sets[number];
		uint32_t end = set->end;

		if (plan->words[i].df < plan->words[leaf->lead].df)
			leaf->lead = i;
		if (end - set->first > PLAN_ENDS_MAX)
			end = set->first + PLAN_ENDS_MAX;
		for (uint32_t term = set->first; term < end; term++) {
			if (post_init(&leaf->posts[leaf->n_posts++],
				leaf->segment, term) == -1)
				leaf->is_damaged = true;
		}
	}
	walkers = leaf->posts + leaf->n_posts;
	memcpy(walkers, leaf->posts, leaf->n_posts * sizeof(*walkers));
}

/* The posts from here on are all of the last word. */
static size_t
ends_at(const struct leaf *leaf)
{
	return leaf->plan->n_words - 1;
}

/* The posts of the i-th word: of the last, any term will do. */
static size_t
posts_of(const struct leaf *leaf, size_t i)
{
	return i < ends_at(leaf) ? 1 : leaf->n_posts - ends_at(leaf);
}

uint32_t
phrase_next(struct leaf *leaf, uint32_t base)
{
	struct post *walkers = leaf->posts + leaf->n_posts + leaf->lead;
	size_t n = posts_of(leaf, leaf->lead);
	uint32_t least = POST_END;

	for (size_t i = 0; i < n; i++) {
		uint32_t doc = walkers[i].doc < base
				   ? post_seek(&walkers[i], base)
				   : walkers[i].doc;

		if (doc < least)
			least = doc;
	}
	return least;
}

/* Into bits[], which is clear: documents of the window with the i-th word. */
static void
word_bits(struct leaf *leaf, size_t i, const struct window *window,
    uint64_t *bits, const uint64_t *among)
{
	struct post *walkers = leaf->posts + leaf->n_posts + i;
	size_t n = posts_of(leaf, i), n_among = 0;

	for (size_t w = 0; among != NULL && w < WINDOW_WORDS; w++) {
		if (among[w] != 0)
			n_among += (size_t)__builtin_popcountll(among[w]);
	}
	if (among != NULL && n_among == 0)
		return;
	for (size_t j = 0; j < n; j++)
		leaf_bits(&walkers[j], window, bits, among, n_among);
}

/* Documents of the window with all words, the rarest asked first. */
static void
all_bits(struct leaf *leaf, const struct window *window, uint64_t *bits,
    const uint64_t *among)
{
	memset(bits, 0, WINDOW_WORDS * sizeof(*bits));
	word_bits(leaf, leaf->lead, window, bits, among);
	for (size_t w = 0; among != NULL && w < WINDOW_WORDS; w++)
		bits[w] &= among[w];
	for (size_t i = 0; i < leaf->plan->n_words; i++) {
		uint64_t mine[WINDOW_WORDS] = { 0 };

		if (i == leaf->lead)
			continue;
		word_bits(leaf, i, window, mine, bits);
		for (size_t w = 0; w < WINDOW_WORDS; w++)
			bits[w] &= mine[w];
	}
}

/* Stand at a document that has all words; false when it has not. */
static bool
stand_at(struct leaf *leaf, uint32_t doc)
{
	bool has_end = false;

	for (size_t i = 0; i < ends_at(leaf); i++) {
		if (post_seek(&leaf->posts[i], doc) != doc)
			return false;
	}
	for (size_t i = ends_at(leaf); i < leaf->n_posts; i++)
		has_end |= post_seek(&leaf->posts[i], doc) == doc;
	return has_end;
}

/* Keep the starts (positions of a first word) that the word follows at
 * distance `step`; both rise. */
static size_t
keep_followed(uint32_t *starts, size_t n_starts, const uint32_t *found,
    size_t n_found, uint32_t step)
{
	size_t kept = 0, j = 0;

	for (size_t i = 0; i < n_starts; i++) {
		uint32_t want = (starts[i] >> 3) + step;

		while (j < n_found && found[j] >> 3 < want)
			j++;
		if (j == n_found)
			break;
		if (found[j] >> 3 == want)
			starts[kept++] = starts[i];
	}
	return kept;
}

/* As keep_followed(), by any term of the last word. */
static size_t
keep_ended(struct leaf *leaf, uint32_t doc, uint32_t *starts, size_t n_starts,
    uint32_t *found)
{
	uint32_t some[OCCURRENCES_MAX], mine[OCCURRENCES_MAX];
	uint64_t is_kept[OCCURRENCES_MAX / 64] = { 0 };
	uint32_t step = (uint32_t)ends_at(leaf);
	size_t kept = 0;

	for (size_t i = ends_at(leaf); i < leaf->n_posts; i++) {
		struct post *post = &leaf->posts[i];
		size_t n, at = 0;

		if (post->doc != doc)
			continue;
		n = post_positions(post, found, OCCURRENCES_MAX);
		if (leaf->n_posts == leaf->plan->n_words)
			return keep_followed(starts, n_starts, found, n, step);
		memcpy(mine, starts, n_starts * sizeof(*starts));
		n = keep_followed(mine, n_starts, found, n, step);
		for (size_t j = 0; j < n; j++) {
			while (starts[at] != mine[j])
				at++;
			is_kept[at >> 6] |= (uint64_t)1 << (at & 63);
		}
	}
	for (size_t i = 0; i < n_starts; i++) {
		if ((is_kept[i >> 6] >> (i & 63) & 1) != 0)
			some[kept++] = starts[i];
	}
	memcpy(starts, some, kept * sizeof(*starts));
	return kept;
}

/* What the occurrences of the phrase weigh in this document; 0: none. */
static uint8_t
weigh(struct leaf *leaf, uint32_t doc)
{
	uint32_t starts[OCCURRENCES_MAX], found[OCCURRENCES_MAX];
	enum search_field field = leaf->plan->term->field;
	size_t n = post_positions(&leaf->posts[0], starts, OCCURRENCES_MAX);
	unsigned weight = 0;

	for (size_t i = 1; n > 0 && i < ends_at(leaf); i++) {
		size_t n_found = post_positions(&leaf->posts[i], found,
		    OCCURRENCES_MAX);

		n = keep_followed(starts, n, found, n_found, (uint32_t)i);
	}
	if (n > 0)
		n = keep_ended(leaf, doc, starts, n, found);
	for (size_t i = 0; i < n && weight < 255; i++) {
		unsigned in = starts[i] & 7;

		if ((field == QUERY_ANY_FIELD || in == field) &&
		    in < SEARCH_FIELD_COUNT)
			weight += field_weights[in];
	}
	return capped(weight);
}

uint8_t
phrase_weight(struct leaf *leaf, uint32_t doc)
{
	return stand_at(leaf, doc) ? weigh(leaf, doc) : 0;
}

static void
add(struct leaf *leaf, struct window *window, uint32_t doc, uint8_t weight)
{
	uint32_t at = doc - window->base, score = 0;
	bool is_there = window_has(window->bits, at);

	if (leaf->scorer != NULL)
		score = leaf->plan->idf *
			leaf->scorer->part[weight][leaf->segment->lengths[doc]];
	window->bits[at >> 6] |= (uint64_t)1 << (at & 63);
	if (leaf->scorer != NULL && (!is_there || score > window->scores[at]))
		window->scores[at] = score;
}

void
phrase_fill(struct leaf *leaf, struct window *window, const uint64_t *among)
{
	uint64_t bits[WINDOW_WORDS];

	window_settle(window);
	all_bits(leaf, window, bits, among);
	for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
		for (uint64_t left = bits[w]; left != 0; left &= left - 1) {
			uint32_t doc = window->base + w * 64 +
				       (uint32_t)__builtin_ctzll(left);
			uint8_t weight = phrase_weight(leaf, doc);

			if (weight > 0)
				add(leaf, window, doc, weight);
		}
	}
	window->is_fresh = false;
	for (size_t i = 0; i < 2 * leaf->n_posts; i++) {
		if (leaf->posts[i].is_damaged)
			leaf->is_damaged = true;
	}
}
