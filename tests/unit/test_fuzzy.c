/*
 * test_fuzzy: distance against the table one fills by hand; words near a word
 * and how a word goes on against looking at everything, for words of several
 * alphabets, in one segment and in many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/edit.h"
#include "search/fuzzy.h"

static uint64_t seed = 21;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

/* ---- the table ---- */

#define CHARS_MAX 300

static size_t
chars_of(const char *text, size_t len, uint32_t *ret)
{
	const char *p = text;
	size_t n = 0;

	while (p < text + len)
		ret[n++] = utf8_next(&p, text + len);
	return n;
}

static unsigned
distance_slowly(const char *a, size_t a_len, const char *b, size_t b_len)
{
	static unsigned t[CHARS_MAX][CHARS_MAX];
	uint32_t x[CHARS_MAX], y[CHARS_MAX];
	size_t n = chars_of(a, a_len, x), m = chars_of(b, b_len, y), i, j;

	for (i = 0; i <= n; i++)
		for (j = 0; j <= m; j++) {
			unsigned best = (unsigned)(i + j);

			if (i > 0 && t[i - 1][j] + 1 < best)
				best = t[i - 1][j] + 1;
			if (j > 0 && t[i][j - 1] + 1 < best)
				best = t[i][j - 1] + 1;
			if (i > 0 && j > 0 &&
			    t[i - 1][j - 1] + (x[i - 1] != y[j - 1]) < best)
				best = t[i - 1][j - 1] + (x[i - 1] != y[j - 1]);
			if (i > 1 && j > 1 && x[i - 1] == y[j - 2] &&
			    x[i - 2] == y[j - 1] && t[i - 2][j - 2] + 1 < best)
				best = t[i - 2][j - 2] + 1;
			t[i][j] = best;
		}
	return t[n][m];
}

static unsigned
distance(const char *a, const char *b, unsigned max)
{
	struct edit_word word;

	assert_int_equal(edit_init(&word, a, strlen(a)), 0);
	return edit_distance(&word, b, strlen(b), max);
}

static void
test_distance(void **state)
{
	(void)state;
	assert_int_equal(distance("choir", "choir", 2), 0);
	assert_int_equal(distance("choir", "chior", 2), 1);
	assert_int_equal(distance("choir", "choirs", 2), 1);
	assert_int_equal(distance("choir", "hoir", 2), 1);
	assert_int_equal(distance("choir", "quire", 9), 4);
	assert_int_equal(distance("ca", "abc", 9), 3);
	assert_int_equal(distance("abc", "", 9), 3);
	assert_int_equal(distance("abc", "", 2), 3);
	assert_int_equal(distance("χορος", "χορο", 2), 1);
	assert_int_equal(distance("хор", "хро", 2), 1);
	assert_int_equal(distance("naive", "naïve", 2), 1);
	/* broken bytes count as one character each */
	assert_int_equal(distance("abc",
			     "a\xff\xff"
			     "c",
			     9),
	    2);
}

/* Words that are alike: few letters, of one alphabet. */
static size_t
draw_word(char *to, unsigned alphabet, size_t max_chars)
{
	static const char *const letters[][6] = {
		{ "a", "b", "c", "d", "e", "n" },
		{ "а", "б", "в", "р", "с", "т" },
		{ "a", "ß", "é", "þ", "b", "c" },
		{ "क", "ख", "ग", "त", "न", "म" },
	};
	size_t n = 1 + draw((uint32_t)max_chars), len = 0;

	while (n-- > 0) {
		const char *letter = letters[alphabet][draw(6)];

		memcpy(to + len, letter, strlen(letter));
		len += strlen(letter);
	}
	to[len] = '\0';
	return len;
}

static void
test_distance_many(void **state)
{
	struct edit_word word;
	char a[CHARS_MAX], b[CHARS_MAX];
	unsigned i, max, want;
	size_t a_len, b_len;

	(void)state;
	for (i = 0; i < 20000; i++) {
		unsigned alphabet = draw(4);
		size_t longest = draw(10) == 0 ? EDIT_MAX : 9;

		a_len = draw_word(a, alphabet, longest);
		b_len = draw_word(b, draw(9) == 0 ? draw(4) : alphabet,
		    longest);
		if (draw(2) == 0)
			b_len = (size_t)snprintf(b, sizeof(b), "%s", a);
		max = draw(5);
		want = distance_slowly(a, a_len, b, b_len);
		assert_int_equal(edit_init(&word, a, a_len), 0);
		assert_int_equal(edit_distance(&word, b, b_len, max),
		    want > max ? max + 1 : want);
	}
	memset(a, 'x', EDIT_MAX + 1);
	assert_int_equal(edit_init(&word, a, EDIT_MAX), 0);
	assert_int_equal(edit_distance(&word, a, EDIT_MAX + 1, 2), 1);
	assert_int_equal(edit_init(&word, a, EDIT_MAX + 1), -1);
	assert_int_equal(edit_init(&word, a, 0), -1);
}

/* ---- dictionaries ---- */

struct entry {
	char *text;
	size_t len;
	uint32_t df;
};

static int
by_bytes(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->text, y->text);
}

struct world {
	struct snapshot snapshot;
	struct entry *all; /* sorted, each once, df of all segments */
	size_t n;
};

static size_t
unite(struct entry *entries, size_t n)
{
	size_t i, kept = 0;

	qsort(entries, n, sizeof(*entries), by_bytes);
	for (i = 0; i < n; i++)
		if (kept > 0 &&
		    strcmp(entries[kept - 1].text, entries[i].text) == 0) {
			entries[kept - 1].df += entries[i].df;
			free(entries[i].text);
		} else
			entries[kept++] = entries[i];
	return kept;
}

/* The dictionary of a segment, as segwrite.c makes it. */
static struct segment *
make_segment(struct entry *entries, size_t n)
{
	struct segment *s = xcalloc(1, sizeof(*s));
	struct seg_term *terms = xcalloc(n + 1, sizeof(*terms));
	char *text = xcalloc(n + 1, 64 * 4), *at = text;
	size_t i, k;

	for (i = 0; i < n; i++) {
		terms[i].text = (uint32_t)(at - text);
		terms[i].len = (uint8_t)entries[i].len;
		terms[i].df = entries[i].df;
		for (k = 0; k < entries[i].len; k++)
			terms[i].letters |=
			    (uint16_t)(1u
				       << ((uint8_t)entries[i].text[k] & 15));
		memcpy(at, entries[i].text, entries[i].len);
		at += entries[i].len;
	}
	s->terms = terms;
	s->n_terms = (uint32_t)n;
	s->text = text;
	dict_sample(s);
	return s;
}

/* n words, each in one or several segments. */
static void
make_world(struct world *w, size_t n, size_t n_segments, unsigned df)
{
	struct entry *part = xcalloc(n, sizeof(*part));
	size_t i, k, n_part;

	memset(w, 0, sizeof(*w));
	w->snapshot.n = n_segments;
	w->snapshot.segments = xcalloc(n_segments + 1,
	    sizeof(*w->snapshot.segments));
	w->all = xcalloc(n * n_segments + 1, sizeof(*w->all));
	for (i = 0; i < n_segments; i++) {
		for (k = 0; k < n; k++) {
			char word[CHARS_MAX];

			part[k].len = draw_word(word, draw(4), 8);
			part[k].text = xstrdup(word);
			part[k].df = 1 + draw(df) / (1 + draw(df));
		}
		n_part = unite(part, n);
		w->snapshot.segments[i].segment = make_segment(part, n_part);
		memcpy(w->all + w->n, part, n_part * sizeof(*part));
		w->n += n_part;
	}
	w->n = unite(w->all, w->n);
	free(part);
}

static void
release_world(struct world *w)
{
	size_t i;

	for (i = 0; i < w->snapshot.n; i++) {
		struct segment *s = w->snapshot.segments[i].segment;

		free((void *)(uintptr_t)s->terms);
		free((void *)(uintptr_t)s->text);
		free((void *)(uintptr_t)s->samples);
		free(s);
	}
	for (i = 0; i < w->n; i++)
		free(w->all[i].text);
	free(w->all);
	free(w->snapshot.segments);
}

struct ranked {
	const struct entry *entry;
	unsigned distance;
};

static int
by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	if (x->entry->df != y->entry->df)
		return x->entry->df > y->entry->df ? -1 : 1;
	return strcmp(x->entry->text, y->entry->text);
}

static void
check(struct ranked *want, size_t n_want, const struct near_word *got,
    size_t n_got, size_t max)
{
	size_t i;

	qsort(want, n_want, sizeof(*want), by_rank);
	assert_int_equal(n_got, n_want < max ? n_want : max);
	for (i = 0; i < n_got; i++) {
		assert_string_equal(got[i].text, want[i].entry->text);
		assert_int_equal(got[i].len, want[i].entry->len);
		assert_int_equal(got[i].df, want[i].entry->df);
		assert_int_equal(got[i].distance, want[i].distance);
	}
}

/* Most bytes of a character. */
static unsigned
wide(const char *text)
{
	struct edit_word word;

	assert_int_equal(edit_init(&word, text, strlen(text)), 0);
	return word.wide;
}

static void
check_find(const struct world *w, struct arena *arena, const char *word)
{
	struct ranked *want = xcalloc(w->n + 1, sizeof(*want));
	size_t chars = utf8_count(word, strlen(word)), i, n = 0;
	unsigned errors = chars < 3 ? 0 : chars < 6 ? 1 : 2, d;
	struct near_word got[30];
	size_t max = 1 + draw(30);

	for (i = 0; i < w->n; i++) {
		/* A wider alphabet may be found but need not be. */
		if (wide(w->all[i].text) > wide(word))
			continue;
		d = distance_slowly(word, strlen(word), w->all[i].text,
		    w->all[i].len);
		if (d > 0 && d <= errors)
			want[n++] = (struct ranked){ &w->all[i], d };
	}
	i = fuzzy_find(&w->snapshot, arena, word, strlen(word), got, max);
	if (wide(word) == 1) {
		/* take out what need not be there */
		size_t k, kept = 0;

		for (k = 0; k < i; k++)
			if (wide(got[k].text) == 1)
				got[kept++] = got[k];
		if (kept < i)
			max = kept;
		i = kept;
	}
	check(want, n, got, i, max);
	free(want);
}

static void
test_find(void **state)
{
	static const size_t layouts[] = { 1, 2, 7 };
	struct arena *arena = arena_new();
	struct world w;
	char word[CHARS_MAX];
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(layouts); i++) {
		make_world(&w, 600, layouts[i], 50);
		for (k = 0; k < 120; k++) {
			/* all but the one that mixes narrow and wide */
			unsigned alphabet = draw(3);

			draw_word(word, alphabet == 2 ? 3 : alphabet, 9);
			check_find(&w, arena, word);
			arena_reset(arena);
		}
		release_world(&w);
	}
	arena_free(arena);
}

static void
check_complete(const struct world *w, struct arena *arena, const char *start)
{
	struct ranked *want = xcalloc(w->n + 1, sizeof(*want));
	struct near_word got[40];
	size_t max = 1 + draw(40), i, n = 0;

	for (i = 0; i < w->n; i++)
		if (strncmp(w->all[i].text, start, strlen(start)) == 0)
			want[n++] = (struct ranked){ &w->all[i], 0 };
	i = fuzzy_complete(&w->snapshot, arena, start, strlen(start), got, max);
	check(want, n, got, i, max);
	free(want);
}

static void
test_complete(void **state)
{
	static const size_t layouts[] = { 1, 2, 9 };
	/* every word in one record; some in many */
	static const unsigned dfs[] = { 1, 4, 3000 };
	struct arena *arena = arena_new();
	struct world w;
	char word[CHARS_MAX];
	size_t i, k;

	(void)state;
	for (i = 0; i < 9; i++) {
		make_world(&w, 500, layouts[i % 3], dfs[i / 3]);
		for (k = 0; k < 60; k++) {
			draw_word(word, draw(4), 1 + draw(4));
			check_complete(&w, arena, word);
			arena_reset(arena);
		}
		release_world(&w);
	}
	arena_free(arena);
}

/* Words that have no neighbours by rule, and questions that are none. */
static void
test_none(void **state)
{
	static const char *const words[] = { "", "a", "ab", "2019", "٢٠١٩",
		"健康相談", "สุขภาพ", "건강하다", "\xff\xff\xff\xff" };
	struct entry entries[] = { { (char *)(uintptr_t) "2018", 4, 9 },
		{ (char *)(uintptr_t) "abc", 3, 9 },
		{ (char *)(uintptr_t) "健康相段", 12, 9 } };
	struct snapshot_segment part = { .segment = make_segment(entries, 3) };
	struct snapshot snapshot = { .segments = &part, .n = 1 };
	struct arena *arena = arena_new();
	struct near_word got[4];
	char big[300];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(words); i++)
		assert_int_equal(fuzzy_find(&snapshot, arena, words[i],
				     strlen(words[i]), got, 4),
		    0);
	memset(big, 'x', sizeof(big));
	assert_int_equal(fuzzy_find(&snapshot, arena, big, 300, got, 4), 0);
	assert_int_equal(fuzzy_find(&snapshot, arena, big, 65, got, 4), 0);
	assert_int_equal(fuzzy_find(&snapshot, arena, "abd", 3, got, 0), 0);
	assert_int_equal(fuzzy_find(&snapshot, arena, "abd", 3, got, 4), 1);
	/* the first letter may be the wrong one; the word itself is none */
	assert_int_equal(fuzzy_find(&snapshot, arena, "xbc", 3, got, 4), 1);
	assert_int_equal(fuzzy_find(&snapshot, arena, "abc", 3, got, 4), 0);
	assert_int_equal(fuzzy_complete(&snapshot, arena, "", 0, got, 4), 0);
	assert_int_equal(fuzzy_complete(&snapshot, arena, "a", 1, got, 0), 0);
	assert_int_equal(fuzzy_complete(&snapshot, arena, big, 300, got, 4), 0);
	assert_int_equal(fuzzy_complete(&snapshot, arena, "abc", 3, got, 4), 1);
	snapshot.n = 0;
	assert_int_equal(fuzzy_find(&snapshot, arena, "abd", 3, got, 4), 0);
	assert_int_equal(fuzzy_complete(&snapshot, arena, "a", 1, got, 4), 0);
	free((void *)(uintptr_t)part.segment->terms);
	free((void *)(uintptr_t)part.segment->text);
	free((void *)(uintptr_t)part.segment->samples);
	free(part.segment);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_distance_many),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
