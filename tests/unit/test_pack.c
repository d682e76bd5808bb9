/*
 * test_pack: gaps of every width up to 30 bits, which no test has enough
 * documents for; lengths come from a zeroed mapping that costs nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/mman.h>

#include "search/pack.h"

static uint64_t
get_bits(const unsigned char *from, size_t at, unsigned n)
{
	uint64_t value = 0;
	unsigned i;

	for (i = 0; i < n; i++, at++)
		value |= (uint64_t)(from[at / 8] >> at % 8 & 1) << i;
	return value;
}

static void
check(const uint32_t *docs, size_t n, const uint8_t *lengths)
{
	const struct seg_block *block;
	struct packer p = { 0 };
	const unsigned char *gaps;
	const uint8_t position = 1, weight = 1;
	size_t i;

	for (i = 0; i < n; i++)
		packer_add(&p, lengths, 1, &docs[i], &weight, &position, 1);
	assert_int_equal(packer_finish(&p, lengths), 0);
	assert_int_equal(p.blocks.len, sizeof(*block));
	block = (const void *)p.blocks.data;
	assert_int_equal(block->first, docs[0]);
	assert_int_equal(block->last, docs[n - 1]);
	assert_int_equal(block->flags, BLOCK_ONE_WEIGHT);
	assert_int_equal(block->payload, sizeof(*block));
	assert_int_equal(p.payload.len, ((n - 1) * block->bits + 7) / 8);
	assert_int_equal(block->positions, sizeof(*block) + p.payload.len);
	gaps = p.payload.data;
	for (i = 1; i < n; i++)
		assert_int_equal(get_bits(gaps, (i - 1) * block->bits,
				     block->bits),
		    docs[i] - docs[i - 1] - 1);
	assert_int_equal((p.blocks.len + p.payload.len + p.positions.len) % 4,
	    0);
	packer_release(&p);
}

static void
test_widths(void **state)
{
	uint8_t *lengths = mmap(NULL, SEGMENT_DOCS_MAX, PROT_READ,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint32_t docs[BLOCK_DOCS], gap;
	unsigned bits, i, n;

	(void)state;
	assert_true(lengths != MAP_FAILED);
	for (bits = 0; bits <= 30; bits++) {
		gap = (uint32_t)(((uint64_t)1 << bits) - 1);
		/* as many of them as there is room for */
		docs[0] = 0;
		for (n = 1; n < BLOCK_DOCS; n++) {
			if (docs[n - 1] + (uint64_t)gap + 1 >= SEGMENT_DOCS_MAX)
				break;
			docs[n] = docs[n - 1] + gap + 1;
		}
		check(docs, n, lengths);
		/* and among small ones, at each end */
		for (i = 1; i < BLOCK_DOCS; i++)
			docs[i] = i;
		docs[BLOCK_DOCS - 1] = BLOCK_DOCS - 1 + gap;
		if (docs[BLOCK_DOCS - 1] < SEGMENT_DOCS_MAX)
			check(docs, BLOCK_DOCS, lengths);
		for (i = 1; i < BLOCK_DOCS; i++)
			docs[i] = i + gap;
		if (docs[BLOCK_DOCS - 1] < SEGMENT_DOCS_MAX)
			check(docs, BLOCK_DOCS, lengths);
	}
	/* the widest there is */
	docs[0] = 0;
	docs[1] = SEGMENT_DOCS_MAX - 1;
	check(docs, 2, lengths);
	munmap(lengths, SEGMENT_DOCS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_widths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
