/*
 * dict: words of a segment. Terms are sorted by their bytes; the first eight
 * of every DICT_STEP-th stand side by side in memory, as a number that sorts
 * alike, so that a look-up reads the file only at its last few steps.
 */
#include "config.h"

#include <string.h>

#include "search/segment.h"

/* The first eight bytes, most significant first, and `pad` behind the end. */
static uint64_t
key_of(const char *text, size_t len, unsigned char pad)
{
	uint64_t key = 0;
	size_t i;

	for (i = 0; i < 8; i++)
		key = key << 8 | (i < len ? (unsigned char)text[i] : pad);
	return key;
}

void
dict_sample(struct segment *segment)
{
	size_t i, len;

	segment->n_samples = ((size_t)segment->n_terms + DICT_STEP - 1) /
			     DICT_STEP;
	segment->samples = xcalloc(segment->n_samples + 1,
	    sizeof(*segment->samples));
	for (i = 0; i < segment->n_samples; i++) {
		const char *text = dict_text(segment, (uint32_t)(i * DICT_STEP),
		    &len);

		segment->samples[i] = key_of(text, len, 0);
	}
}

/* How many samples are less than key. */
static size_t
samples_below(const struct segment *segment, uint64_t key)
{
	const uint64_t *at = segment->samples;
	size_t n = segment->n_samples;

	while (n > 1) {
		size_t half = n / 2;

		at = at[half - 1] < key ? at + half : at;
		n -= half;
	}
	if (n == 1 && *at < key)
		at++;
	return (size_t)(at - segment->samples);
}

/*
 * The first term that is not less than the text; or, when is_end, the first
 * that is greater and does not start with it.
 */
static uint32_t
term_bound(const struct segment *segment, const char *text, size_t len,
    bool is_end)
{
	uint64_t key = key_of(text, len, 0);
	uint64_t high = is_end ? key_of(text, len, 0xff) : key;
	size_t below = samples_below(segment, key), above;
	size_t first, end;

	/* Those whose eight bytes are the same decide nothing. */
	above = high == UINT64_MAX ? segment->n_samples
				   : samples_below(segment, high + 1);
	first = below > 0 ? (below - 1) * DICT_STEP : 0;
	end = above < segment->n_samples ? above * DICT_STEP : segment->n_terms;
	while (first < end) {
		size_t mid = first + (end - first) / 2, n;
		const char *other = dict_text(segment, (uint32_t)mid, &n);
		int order = memcmp(other, text, n < len ? n : len);
		bool is_less = order != 0 ? order < 0 : n < len || is_end;

		if (is_less)
			first = mid + 1;
		else
			end = mid;
	}
	return (uint32_t)first;
}

uint32_t
dict_find(const struct segment *segment, const char *text, size_t len)
{
	uint32_t term = term_bound(segment, text, len, false);
	const char *other;
	size_t n;

	if (term == segment->n_terms)
		return TERM_NONE;
	other = dict_text(segment, term, &n);
	return n == len && memcmp(other, text, n) == 0 ? term : TERM_NONE;
}

void
dict_prefix(const struct segment *segment, const char *text, size_t len,
    uint32_t *ret_first, uint32_t *ret_end)
{
	*ret_first = term_bound(segment, text, len, false);
	*ret_end = term_bound(segment, text, len, true);
}

size_t
dict_stems(const struct segment *segment, uint32_t key, uint32_t *ret_terms,
    size_t max)
{
	const struct seg_stem *stem = segment->stems;
	const struct seg_stem *end = stem + segment->n_stems;
	size_t n = segment->n_stems;

	while (n > 0) {
		size_t half = n / 2;

		if (stem[half].key < key) {
			stem += half + 1;
			n -= half + 1;
		} else
			n = half;
	}
	for (n = 0; n < max && stem < end && stem->key == key; n++, stem++)
		ret_terms[n] = stem->term;
	return n;
}
