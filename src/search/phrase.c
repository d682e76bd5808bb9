/*
 * phrase: words in a row, by their positions. Documents that hold all words
 * are found first, the rarest word leading; only these have their positions
 * read. What stands before a start of many terms is looked for here too, for
 * start.c. Scripts without spaces come here as well: their words are rows of
 * pairs.
 */
#include <string.h>

#include "search/leaf.h"

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
		if (found[i] >> SPOT_BITS == field)
			weight += field_weights[field];
	}
	return capped(weight);
}

void
phrase_init(struct leaf *leaf)
{
	const struct plan_leaf *plan = leaf->plan;
	struct post *walkers;

	leaf->n_posts = plan->n_words - leaf->is_wide;
	for (size_t i = 0; i < leaf->n_posts; i++) {
		const struct plan_set *set = &plan->words[i].sets[leaf->number];

		if (plan->words[i].df < plan->words[leaf->lead].df)
			leaf->lead = i;
		if (post_init(&leaf->posts[i], leaf->segment, set->first) == -1)
			leaf->is_damaged = true;
	}
	walkers = leaf->posts + leaf->n_posts;
	memcpy(walkers, leaf->posts, leaf->n_posts * sizeof(*walkers));
}

static void
note_damage(struct leaf *leaf)
{
	for (size_t i = 0; i < 2 * leaf->n_posts; i++) {
		if (leaf->posts[i].is_damaged)
			leaf->is_damaged = true;
	}
}

uint32_t
phrase_next(struct leaf *leaf, uint32_t base)
{
	struct post *walker = leaf->posts + leaf->n_posts + leaf->lead;

	if (walker->doc < base)
		post_seek(walker, base);
	note_damage(leaf);
	return walker->doc;
}

/* Into bits[], which is clear: documents of the window with the i-th word. */
static void
word_bits(struct leaf *leaf, size_t i, const struct window *window,
    uint64_t *bits, const uint64_t *among)
{
	size_t n_among = 0;

	if (among != NULL)
		n_among = window_count(among);
	if (among != NULL && n_among == 0)
		return;
	leaf_bits(&leaf->posts[leaf->n_posts + i], window, bits, among,
	    n_among);
}

/* The rarest word is asked first. */
void
phrase_bits(struct leaf *leaf, const struct window *window, uint64_t *bits,
    const uint64_t *among)
{
	memset(bits, 0, WINDOW_WORDS * sizeof(*bits));
	word_bits(leaf, leaf->lead, window, bits, among);
	for (size_t w = 0; among != NULL && w < WINDOW_WORDS; w++)
		bits[w] &= among[w];
	for (size_t i = 0; i < leaf->n_posts; i++) {
		uint64_t mine[WINDOW_WORDS] = { 0 };

		if (i == leaf->lead)
			continue;
		word_bits(leaf, i, window, mine, bits);
		for (size_t w = 0; w < WINDOW_WORDS; w++)
			bits[w] &= mine[w];
	}
}

/* Keep the starts (occurrences of a first word) that the word follows at
 * distance `step`; both rise. */
static size_t
keep_followed(uint32_t *starts, size_t n_starts, const uint32_t *found,
    size_t n_found, uint32_t step)
{
	size_t kept = 0, j = 0;

	for (size_t i = 0; i < n_starts; i++) {
		uint32_t want = starts[i] + step;

		while (j < n_found && found[j] < want)
			j++;
		if (j == n_found)
			break;
		if (found[j] == want)
			starts[kept++] = starts[i];
	}
	return kept;
}

size_t
phrase_rows(struct leaf *leaf, uint32_t doc, uint32_t ret_rows[OCCURRENCES_MAX])
{
	uint32_t found[OCCURRENCES_MAX];
	size_t n;

	for (size_t i = 0; i < leaf->n_posts; i++) {
		if (post_seek(&leaf->posts[i], doc) != doc)
			return 0;
	}
	n = post_positions(&leaf->posts[0], ret_rows, OCCURRENCES_MAX);
	for (size_t i = 1; n > 0 && i < leaf->n_posts; i++) {
		size_t n_found = post_positions(&leaf->posts[i], found,
		    OCCURRENCES_MAX);

		n = keep_followed(ret_rows, n, found, n_found, (uint32_t)i);
	}
	return n;
}

uint8_t
phrase_weight(struct leaf *leaf, uint32_t doc)
{
	uint32_t rows[OCCURRENCES_MAX];
	enum search_field field = leaf->plan->term->field;
	size_t n = phrase_rows(leaf, doc, rows);
	unsigned weight = 0;

	for (size_t i = 0; i < n && weight < 255; i++) {
		uint32_t in = rows[i] >> SPOT_BITS;

		if (field == QUERY_ANY_FIELD || in == field)
			weight += field_weights[in];
	}
	return capped(weight);
}

void
phrase_fill(struct leaf *leaf, struct window *window, const uint64_t *among)
{
	uint64_t bits[WINDOW_WORDS];

	window_settle(window);
	phrase_bits(leaf, window, bits, among);
	for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
		for (uint64_t left = bits[w]; left != 0; left &= left - 1) {
			uint32_t doc = window->base + w * 64 +
				       (uint32_t)__builtin_ctzll(left);
			uint8_t weight = phrase_weight(leaf, doc);

			if (weight > 0)
				leaf_add(leaf, window, doc, weight,
				    leaf->plan->idf);
		}
	}
	note_damage(leaf);
}
