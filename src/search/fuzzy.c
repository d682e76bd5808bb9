/*
 * fuzzy: words near a word, over all segments (fuzzy.h). Every term of the
 * dictionaries is looked at, but nearly all fall through a sieve of two
 * numbers that stand with them, their length and a signature of their bytes;
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
	const char *text;
	size_t len; /* bytes */
	struct edit_word word;
	unsigned max;     /* errors */
	unsigned bytes;   /* that max errors change */
	unsigned letters; /* as in struct seg_term */
	uint64_t marks;
	struct found *found;
	size_t n;
	size_t cap;
};

/* Terms that are sieved at a time. */
#define SIEVE 1024

/*
 * Numbers of the terms from `first` to before `end` whose length and letters
 * are as near as max errors allow. Hardly a term passes, and which one does
 * cannot be foreseen: so there is nothing to jump over here.
 */
static size_t
sieve(const struct nearby *near, const struct seg_term *terms, uint32_t first,
    uint32_t end, uint32_t *ret_terms)
{
	unsigned least = near->len > near->bytes
			     ? (unsigned)near->len - near->bytes
			     : 0;
	unsigned span = (unsigned)near->len + near->bytes - least;
	unsigned have = near->letters, lost, gained, i;
	size_t n = 0;

	for (; first < end; first++) {
		lost = have & ~(unsigned)terms[first].letters;
		gained = terms[first].letters & ~have;
		for (i = 0; i < near->bytes; i++) {
			lost &= lost - 1;
			gained &= gained - 1;
		}
		ret_terms[n] = first;
		n += ((lost | gained) == 0) &
		     (terms[first].len - least <= span);
	}
	return n;
}

/* As letters, but finer: made from the text of what passed the sieve. */
static uint64_t
marks_of(const char *text, size_t len)
{
	uint64_t marks = 0;
	size_t i;

	for (i = 0; i < len; i++)
		marks |= (uint64_t)1 << ((uint8_t)text[i] & 63);
	return marks;
}

/* No more than n bits are set. */
static bool
is_at_most(uint64_t bits, unsigned n)
{
	while (n-- > 0)
		bits &= bits - 1;
	return bits == 0;
}

static void
compare(struct nearby *near, const struct segment *segment, uint32_t term)
{
	struct found found;
	size_t len;
	uint64_t marks;

	found.text = dict_text(segment, term, &len);
	marks = marks_of(found.text, len);
	if (!is_at_most(near->marks & ~marks, near->bytes) ||
	    !is_at_most(marks & ~near->marks, near->bytes))
		return;
	found.distance = (uint8_t)edit_distance(&near->word, found.text, len,
	    near->max);
	if (found.distance > near->max ||
	    (len == near->len && memcmp(found.text, near->text, len) == 0))
		return;
	found.len = (uint8_t)len;
	found.df = segment->terms[term].df;
	VEC_PUSH(near->found, near->n, near->cap, found);
}

static void
find_in(struct nearby *near, const struct segment *segment)
{
	uint32_t passed[SIEVE], first, end;
	size_t n, i;

	for (first = 0; first < segment->n_terms; first = end) {
		end = segment->n_terms - first < SIEVE ? segment->n_terms
						       : first + SIEVE;
		n = sieve(near, segment->terms, first, end, passed);
		for (i = 0; i < n; i++)
			compare(near, segment, passed[i]);
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
	near.text = word;
	near.len = len;
	near.marks = marks_of(word, len);
	for (i = 0; i < len; i++)
		near.letters |= 1u << ((uint8_t)word[i] & 15);
	near.bytes = near.max * near.word.wide;
	for (i = 0; i < snapshot->n; i++)
		find_in(&near, snapshot->segments[i].segment);
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
