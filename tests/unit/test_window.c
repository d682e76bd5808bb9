/*
 * test_window: bytes to bits, bits to numbers and counts, in the plain form
 * and in the one for newer machines, at every density. The file itself is
 * taken in, so that both forms are met on one machine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../src/search/window.c"

static uint64_t seed = 88172645463325252u;

static uint64_t
draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static uint8_t bytes[WINDOW_DOCS];
static uint64_t wanted[WINDOW_WORDS];
static uint16_t numbers[WINDOW_DOCS];

/* One in `of` documents; 0: none, 1: all. Returns how many. */
static size_t
fill(unsigned of)
{
	size_t n = 0;

	memset(wanted, 0, sizeof(wanted));
	for (size_t i = 0; i < WINDOW_DOCS; i++) {
		bytes[i] = of != 0 && draw() % of == 0
			       ? (uint8_t)(1 + draw() % 255)
			       : 0;
		if (bytes[i] == 0)
			continue;
		wanted[i / 64] |= (uint64_t)1 << i % 64;
		numbers[n++] = (uint16_t)i;
	}
	return n;
}

static void
check(void (*to_bits)(const uint8_t *, uint64_t *),
    size_t (*to_numbers)(const uint64_t *, uint16_t *),
    size_t (*count)(const uint64_t *))
{
	static const unsigned densities[] = { 0, 1, 2, 3, 8, 60, 1000, 20000 };
	static uint16_t offsets[WINDOW_OFFSETS];

	for (size_t i = 0; i < ARRAY_LEN(densities); i++) {
		size_t n = fill(densities[i]);
		uint64_t bits[WINDOW_WORDS] = { 0 };

		to_bits(bytes, bits);
		assert_memory_equal(bits, wanted, sizeof(bits));
		assert_int_equal(count(bits), n);
		assert_int_equal(to_numbers(bits, offsets), n);
		assert_memory_equal(offsets, numbers, n * sizeof(*numbers));
		/* What was set before stays. */
		memset(bits, 0xff, sizeof(bits));
		to_bits(bytes, bits);
		assert_int_equal(count(bits), WINDOW_DOCS);
	}
}

static void
test_plain(void **state)
{
	(void)state;
	check(bits_plain, offsets_plain, count_plain);
}

static void
test_chosen(void **state)
{
	(void)state;
	check(window_bits, window_offsets, window_count);
}

static void
test_settle(void **state)
{
	static struct scorer scorer;
	static struct window window;
	static uint8_t lengths[WINDOW_DOCS];
	size_t n = fill(5);

	(void)state;
	scorer_set(&scorer, 70);
	for (size_t i = 0; i < WINDOW_DOCS; i++)
		lengths[i] = (uint8_t)draw();
	memcpy(window.bits, wanted, sizeof(wanted));
	memcpy(window.weights, bytes, sizeof(bytes));
	window.is_lazy = true;
	window.idf = 700;
	window.scorer = &scorer;
	window.lengths = lengths;
	/* One was settled before: it keeps what it has. */
	window.settled[numbers[1] / 64] = (uint64_t)1 << numbers[1] % 64;
	window.scores[numbers[1]] = 12345;
	assert_int_equal(window_score(&window, numbers[1]), 12345);
	window_settle(&window);
	assert_false(window.is_lazy);
	for (size_t i = 0; i < n; i++) {
		uint32_t at = numbers[i];

		assert_true(
		    window.scores[at] <= window_most(&window) || i == 1);
		if (i == 1)
			assert_int_equal(window_score(&window, at), 12345);
		else
			assert_int_equal(window_score(&window, at),
			    700u * scorer.part[bytes[at]][lengths[at]]);
	}
	/* Nothing to do is done. */
	window.scores[numbers[0]] = 1;
	window_settle(&window);
	assert_int_equal(window.scores[numbers[0]], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_settle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
