/*
 * test_hits: the first k of many, from a place on; and cursors as text, back
 * as they were, or refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/hits.h"

#define MANY 500

static uint64_t rng = 11;

static uint64_t
draw(uint64_t n)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (rng >> 33) % n;
}

static int
compare(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->key != y->key)
		return x->key > y->key ? -1 : 1;
	return (x->group > y->group) - (x->group < y->group);
}

/* In whatever order they come: the first of those behind the cursor. */
static void
test_first(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 20, MANY, MANY + 5 };

	(void)state;
	for (size_t round = 0; round < 60; round++) {
		struct hit all[MANY], want[MANY];
		struct arena *arena = arena_new();
		struct cursor cursor = { .key = draw(40),
			.group = (int64_t)draw(MANY) };
		bool is_after = round % 2 == 0;
		size_t max = sizes[round % ARRAY_LEN(sizes)], n = 0;
		struct hits hits;

		hits_init(&hits, arena, max, is_after ? &cursor : NULL);
		for (size_t i = 0; i < MANY; i++) {
			all[i].key = draw(40);
			all[i].group = (int64_t)(i * 7 % MANY);
			if (all[i].key >= hits.least)
				hits_add(&hits, all[i].key, all[i].group, 0, 0);
		}
		hits_sort(&hits);
		qsort(all, MANY, sizeof(*all), compare);
		for (size_t i = 0; i < MANY && n < max; i++) {
			if (!is_after || all[i].key < cursor.key ||
			    (all[i].key == cursor.key &&
				all[i].group > cursor.group))
				want[n++] = all[i];
		}
		assert_int_equal(hits.n, n);
		for (size_t i = 0; i < n; i++) {
			assert_true(hits.items[i].key == want[i].key);
			assert_true(hits.items[i].group == want[i].group);
		}
		arena_free(arena);
	}
}

/* The longest one, too, is read as it was written. */
static void
test_cursors(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t n = 0; n <= PLAN_STATS_MAX; n++) {
		struct hit hit = { .key = UINT64_MAX - n, .group = INT64_MAX };
		struct plan_stats stats = { .docs = (int64_t)1 << 40,
			.words = (int64_t)1 << 40,
			.n = n };
		struct cursor cursor;
		const char *text;

		for (size_t i = 0; i < n; i++)
			stats.dfs[i] = ((int64_t)1 << 40) - (int64_t)i;
		text = cursor_make(arena, CURSOR_BY_SCORE, &hit, &stats);
		assert_int_equal(cursor_parse(arena, CURSOR_BY_SCORE, text,
				     &cursor),
		    0);
		assert_true(cursor.key == hit.key);
		assert_true(cursor.group == hit.group);
		assert_int_equal(cursor.stats.n, n);
		assert_memory_equal(cursor.stats.dfs, stats.dfs,
		    n * sizeof(*stats.dfs));
		assert_int_equal(cursor_parse(arena, 'n', text, &cursor), -1);
		text = cursor_make(arena, 'n', &hit, &stats);
		assert_int_equal(cursor_parse(arena, 'n', text, &cursor), 0);
		assert_true(cursor.key == hit.key);
		assert_int_equal(cursor_parse(arena, CURSOR_BY_SCORE, text,
				     &cursor),
		    -1);
	}
	arena_free(arena);
}

/* Any bytes: refused, or numbers that nothing overflows with. */
static void
test_any_bytes(void **state)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
				     "opqrstuvwxyz0123456789-_=. ";
	struct arena *arena = arena_new();
	struct hit hit = { .key = 12345, .group = 678 };
	struct plan_stats stats = { .docs = 9, .words = 99, .n = 2 };
	const char *good = cursor_make(arena, CURSOR_BY_SCORE, &hit, &stats);

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		char text[200];
		struct cursor cursor;

		(void)snprintf(text, sizeof(text), "%s", good);
		for (size_t n = 1 + draw(3); n > 0; n--)
			text[draw(strlen(good))] =
			    digits[draw(sizeof(digits) - 1)];
		if (cursor_parse(arena, CURSOR_BY_SCORE, text, &cursor) == -1)
			continue;
		assert_true(cursor.group >= 0);
		assert_true(cursor.stats.docs > 0 && cursor.stats.words >= 0);
		assert_true(cursor.stats.n <= PLAN_STATS_MAX);
	}
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_cursors),
		cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests_name("hits", tests, NULL, NULL);
}
