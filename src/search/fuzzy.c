/*
 * fuzzy: words near a word, over all segments (fuzzy.h). Every term of the
 * dictionaries is looked at, but nearly all fall through a sieve of two
 * numbers that stand beside them: their length and a signature of their bytes;
 * edit.c compares the rest. complete.c finds how a word goes on.
 */
#include "search/fuzzy.h"

#include <stdlib.h>
#include <string.h>

#include "search/edit.h"
#include "search/token.h"

/* Characters of words that may have one error, and two. */
#define ONE_ERROR  3
#define TWO_ERRORS 6

struct found {
	const char *text; /* in a segment */
	uint8_t len;
	uint8_t distance;
	uint32_t df;
};

struct nearby {
	struct edit_word word;
	unsigned max;     /* errors */
	size_t len;       /* bytes */
	unsigned letters; /* as in struct seg_term */
	unsigned bytes;   /* that max errors change */
	struct found *found;
	size_t n;
	size_t cap;
};

/* No more than n bits are set. */
static bool
is_at_most(unsigned bits, unsigned n)
{
	while (n-- > 0)
		bits &= bits - 1;
	return bits == 0;
}

static void
find_in(struct nearby *near, const struct segment *segment, const char *text)
{
	const struct seg_term *t = segment->terms;
	const struct seg_term *end = t + segment->n_terms;
	size_t least = near->len > near->bytes ? near->len - near->bytes : 0;
	size_t most = near->len + near->bytes;
	struct found found;

	for (; t < end; t++) {
		if (t->len < least || t->len > most ||
		    !is_at_most(near->letters & ~(unsigned)t->letters,
			near->bytes) ||
		    !is_at_most(t->letters & ~near->letters, near->bytes))
			continue;
		found.text = segment->text + t->text;
		found.distance = (uint8_t)edit_distance(&near->word, found.text,
		    t->len, near->max);
		if (found.distance > near->max ||
		    (t->len == near->len &&
			memcmp(found.text, text, t->len) == 0))
			continue;
		found.len = t->len;
		found.df = t->df;
		VEC_PUSH(near->found, near->n, near->cap, found);
	}
}

static int
compare_text(const struct found *x, const struct found *y)
{
	size_t len = x->len < y->len ? x->len : y->len;
	int order = memcmp(x->text, y->text, len);

	return order != 0 ? order : (int)x->len - (int)y->len;
}

static int
by_text(const void *a, const void *b)
{
	return compare_text(a, b);
}

static int
by_rank(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->distance != y->distance)
		return (int)x->distance - (int)y->distance;
	if (x->df != y->df)
		return x->df > y->df ? -1 : 1;
	return compare_text(x, y);
}

/* The same word of several segments becomes one. */
static void
merge(struct nearby *near)
{
	size_t i, n = 0;

	qsort(near->found, near->n, sizeof(*near->found), by_text);
	for (i = 0; i < near->n; i++)
		if (n > 0 &&
		    compare_text(&near->found[n - 1], &near->found[i]) == 0)
			near->found[n - 1].df += near->found[i].df;
		else
			near->found[n++] = near->found[i];
	near->n = n;
}

/* Errors that are looked for, 0 for words that have none. */
static unsigned
errors_of(const struct edit_word *word, const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	bool is_number = true;
	uint32_t ch;

	while (p < end) {
		ch = utf8_next(&p, end);
		if (token_is_clustered(ch))
			return 0;
		is_number = is_number && utf8_class(ch) == UTF8_DIGIT;
	}
	if (is_number || word->len < ONE_ERROR)
		return 0;
	return word->len < TWO_ERRORS ? 1 : 2;
}

size_t
fuzzy_find(const struct snapshot *snapshot, struct arena *arena,
    const char *word, size_t len, struct near_word *ret_words, size_t max)
{
	struct nearby near;
	size_t i;

	memset(&near, 0, sizeof(near));
	if (max == 0 || len > TERM_MAX || edit_init(&near.word, word, len) != 0)
		return 0;
	near.max = errors_of(&near.word, word, len);
	if (near.max == 0)
		return 0;
	near.len = len;
	for (i = 0; i < len; i++)
		near.letters |= 1u << ((uint8_t)word[i] & 15);
	near.bytes = near.max * near.word.wide;
	for (i = 0; i < snapshot->n; i++)
		find_in(&near, snapshot->segments[i].segment, word);
	if (near.n > 0) {
		if (snapshot->n > 1)
			merge(&near);
		qsort(near.found, near.n, sizeof(*near.found), by_rank);
	}
	if (max > near.n)
		max = near.n;
	for (i = 0; i < max; i++) {
		const struct found *f = &near.found[i];

		ret_words[i].text = arena_strndup(arena, f->text, f->len);
		ret_words[i].len = f->len;
		ret_words[i].df = f->df;
		ret_words[i].distance = f->distance;
	}
	free(near.found);
	return max;
}
