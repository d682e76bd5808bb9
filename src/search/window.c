/*
 * window: what is done to all documents of a window at once: bytes to bits
 * to numbers, and scores that were put off. The first two are in the inner
 * loop of every search for a common word, so each has a second form for
 * machines that can do many at a time.
 */
#include "search/leaf.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAVE_WIDE 1
#define WIDE      __attribute__((target("avx512f,avx512bw,avx512vbmi2,popcnt")))

/* What newer machines can: 64 bytes, or 32 numbers, at a time. */
static bool
is_wide(void)
{
	return __builtin_cpu_supports("avx512vbmi2") &&
	       __builtin_cpu_supports("avx512bw");
}
#endif

/* ---- bytes to bits ---- */

#ifdef HAVE_WIDE
WIDE static void
bits_wide(const uint8_t *bytes, uint64_t *bits)
{
	for (size_t w = 0; w < WINDOW_WORDS; w++) {
		__m512i some = _mm512_loadu_si512(bytes + 64 * w);

		bits[w] |= _mm512_test_epi8_mask(some, some);
	}
}

/* Every x86-64 has this. */
static void
bits_plain(const uint8_t *bytes, uint64_t *bits)
{
	const __m128i zero = _mm_setzero_si128();

	for (size_t w = 0; w < WINDOW_WORDS * 4; w++) {
		const void *at = bytes + 16 * w;
		unsigned none = (unsigned)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(_mm_loadu_si128(at), zero));

		bits[w / 4] |= (uint64_t)(~none & 0xffff) << w % 4 * 16;
	}
}
#else
static void
bits_plain(const uint8_t *bytes, uint64_t *bits)
{
	for (size_t i = 0; i < WINDOW_DOCS; i++)
		bits[i / 64] |= (uint64_t)(bytes[i] != 0) << i % 64;
}
#endif

void
window_bits(const uint8_t *bytes, uint64_t *bits)
{
#ifdef HAVE_WIDE
	if (is_wide()) {
		bits_wide(bytes, bits);
		return;
	}
#endif
	bits_plain(bytes, bits);
}

/* ---- bits to numbers ---- */

#ifdef HAVE_WIDE
WIDE static size_t
offsets_wide(const uint64_t *bits, uint16_t *ret_offsets)
{
	uint16_t first[32];
	__m512i numbers;
	size_t n = 0;

	for (uint16_t i = 0; i < 32; i++)
		first[i] = i;
	numbers = _mm512_loadu_si512(first);
	for (size_t w = 0; w < WINDOW_WORDS * 2; w++) {
		uint32_t mask = (uint32_t)(bits[w / 2] >> w % 2 * 32);

		_mm512_storeu_si512(ret_offsets + n,
		    _mm512_maskz_compress_epi16(mask, numbers));
		n += (size_t)__builtin_popcount(mask);
		numbers = _mm512_add_epi16(numbers, _mm512_set1_epi16(32));
	}
	return n;
}

WIDE static size_t
count_wide(const uint64_t *bits)
{
	size_t n = 0;

	for (size_t w = 0; w < WINDOW_WORDS; w++)
		n += (size_t)__builtin_popcountll(bits[w]);
	return n;
}
#endif

static size_t
offsets_plain(const uint64_t *bits, uint16_t *ret_offsets)
{
	size_t n = 0;

	for (size_t w = 0; w < WINDOW_WORDS; w++) {
		for (uint64_t left = bits[w]; left != 0; left &= left - 1)
			ret_offsets[n++] =
			    (uint16_t)(w * 64 + (size_t)__builtin_ctzll(left));
	}
	return n;
}

size_t
window_offsets(const uint64_t *bits, uint16_t *ret_offsets)
{
#ifdef HAVE_WIDE
	if (is_wide())
		return offsets_wide(bits, ret_offsets);
#endif
	return offsets_plain(bits, ret_offsets);
}

static size_t
count_plain(const uint64_t *bits)
{
	size_t n = 0;

	for (size_t w = 0; w < WINDOW_WORDS; w++) {
		if (bits[w] != 0)
			n += (size_t)__builtin_popcountll(bits[w]);
	}
	return n;
}

size_t
window_count(const uint64_t *bits)
{
#ifdef HAVE_WIDE
	if (is_wide())
		return count_wide(bits);
#endif
	return count_plain(bits);
}

/* Inlined into both forms below. */
static inline __attribute__((always_inline)) size_t
and_all(const uint64_t *a, const uint64_t *b, uint64_t *ret_bits)
{
	size_t n = 0;

	for (size_t w = 0; w < WINDOW_WORDS; w++) {
		ret_bits[w] = a[w] & b[w];
		n += (size_t)__builtin_popcountll(ret_bits[w]);
	}
	return n;
}

#ifdef HAVE_WIDE
WIDE static size_t
and_wide(const uint64_t *a, const uint64_t *b, uint64_t *ret_bits)
{
	return and_all(a, b, ret_bits);
}
#endif

size_t
window_and(const uint64_t *a, const uint64_t *b, uint64_t *ret_bits)
{
#ifdef HAVE_WIDE
	if (is_wide())
		return and_wide(a, b, ret_bits);
#endif
	return and_all(a, b, ret_bits);
}

/* ---- scores ---- */

void
window_settle(struct window *window)
{
	for (uint32_t w = 0; window->is_lazy && w < WINDOW_WORDS; w++) {
		for (uint64_t left = window->bits[w] & ~window->settled[w];
		     left != 0; left &= left - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(left);

			window->scores[at] = window_score(window, at);
		}
	}
	window->is_lazy = false;
}
