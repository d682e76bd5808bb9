/*
 * edit: distance of two words (edit.h), a column of the usual table at a time
 * as bits of one number: Hyyrö, "A bit-vector algorithm for computing
 * Levenshtein and Damerau edit distances" (2003). fuzzy.c sieves and asks.
 */
#include "search/edit.h"

#include <string.h>

static uint64_t
places_of(const struct edit_word *word, uint32_t ch)
{
	unsigned i;

	if (ch < 128)
		return word->ascii[ch];
	for (i = 0; i < word->n_chars; i++)
		if (word->chars[i] == ch)
			return word->places[i];
	return 0;
}

static void
add_place(struct edit_word *word, uint32_t ch, uint64_t bit)
{
	unsigned i;

	if (ch < 128) {
		word->ascii[ch] |= bit;
		return;
	}
	for (i = 0; i < word->n_chars && word->chars[i] != ch; i++)
		;
	if (i == word->n_chars) {
		word->chars[word->n_chars++] = ch;
		word->places[i] = 0;
	}
	word->places[i] |= bit;
}

int
edit_init(struct edit_word *word, const char *text, size_t len)
{
	const char *p = text, *end = text + len, *before;

	word->len = 0;
	word->wide = 1;
	word->n_chars = 0;
	memset(word->ascii, 0, sizeof(word->ascii));
	while (p < end) {
		uint32_t ch;

		if (word->len == EDIT_MAX)
			return -1;
		before = p;
		ch = utf8_next(&p, end);
		if ((unsigned)(p - before) > word->wide)
			word->wide = (unsigned)(p - before);
		add_place(word, ch, (uint64_t)1 << word->len++);
	}
	return word->len == 0 ? -1 : 0;
}

unsigned
edit_distance(const struct edit_word *word, const char *text, size_t len,
    unsigned max)
{
	const char *p = text, *end = text + len;
	uint64_t last = (uint64_t)1 << (word->len - 1);
	/* Names of the paper: differences down a column, +1 and -1; cells that
	 * equal their diagonal; a swap; differences along a row. */
	uint64_t vp = ~(uint64_t)0, vn = 0, d0 = 0, hp, hn, swap;
	uint64_t match, match_before = 0;
	unsigned distance = word->len;

	while (p < end) {
		uint32_t ch = (unsigned char)*p < 128 ? (uint32_t)*p++
						      : utf8_next(&p, end);

		match = places_of(word, ch);
		swap = ((~d0 & match) << 1) & match_before;
		d0 = (((match & vp) + vp) ^ vp) | match | vn | swap;
		hp = vn | ~(d0 | vp);
		hn = d0 & vp;
		distance += (hp & last) != 0;
		distance -= (hn & last) != 0;
		/* Each character to come mends one error at most. */
		if (distance > max + (size_t)(end - p))
			return max + 1;
		hp = hp << 1 | 1;
		hn <<= 1;
		vp = hn | ~(d0 | hp);
		vn = hp & d0;
		match_before = match;
	}
	return distance > max ? max + 1 : distance;
}
