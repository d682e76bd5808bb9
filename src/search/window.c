/*
 * window: what is done to all documents of a window at once: bytes to bits,
 * and scores that were put off. The first is in the inner loop of every
 * search for a common word, so it takes sixteen documents at a time where the
 * machine can.
 */
#include "search/leaf.h"

#ifdef __SSE2__
#include <emmintrin.h>

static uint64_t
bits_of_64(const uint8_t *bytes)
{
	const __m128i zero = _mm_setzero_si128();
	uint64_t bits = 0;

	for (int i = 0; i < 4; i++) {
		const void *at = bytes + 16 * i;
		__m128i some = _mm_loadu_si128(at);
		unsigned none = (unsigned)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(some, zero));

		bits |= (uint64_t)(~none & 0xffff) << (16 * i);
	}
	return bits;
}
#else
static uint64_t
bits_of_64(const uint8_t *bytes)
{
	uint64_t bits = 0;

	for (int i = 0; i < 64; i++)
		bits |= (uint64_t)(bytes[i] != 0) << i;
	return bits;
}
#endif

void
window_bits(const uint8_t *bytes, uint64_t *bits)
{
	for (size_t w = 0; w < WINDOW_WORDS; w++)
		bits[w] |= bits_of_64(bytes + 64 * w);
}

void
window_settle(struct window *window)
{
	for (uint32_t w = 0; window->is_lazy && w < WINDOW_WORDS; w++) {
		for (uint64_t left = window->bits[w]; left != 0;
		     left &= left - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(left);

			window->scores[at] = window_score(window, at);
		}
	}
	window->is_lazy = false;
}
