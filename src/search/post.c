/*
 * post: the walk over the documents of one word, the hottest loop of a
 * search. A block is entered (its entry checked), and only if somebody wants
 * to see into it unpacked; what leads out of the term's bytes, or out of the
 * documents, ends the walk. Layout: format.h.
 */
#include "config.h"

#include <string.h>

#include "search/segment.h"

/* A word's position in a field is less; more is damage. */
#define POSITION_MAX ((uint32_t)1 << SPOT_BITS)

static void
post_end(struct post *post)
{
	post->block = post->blocks_end;
	post->doc = POST_END;
	post->at = 0;
	post->n = 0;
	post->is_loaded = false;
}

static int
post_damage(struct post *post)
{
	post_end(post);
	post->is_damaged = true;
	return -1;
}

/* ---- blocks ---- */

/* Stand before a block: what its entry says leads nowhere else. */
static int
enter(struct post *post, const struct seg_block *block)
{
	size_t room = (size_t)(post->limit - post->base);
	const struct seg_block *blocks = (const void *)post->base;
	uint32_t n = BLOCK_DOCS;
	size_t len;

	if (block + 1 == post->blocks_end)
		n = (post->df - 1) % BLOCK_DOCS + 1;
	len = ((size_t)(n - 1) * block->bits + 7) / 8;
	if (!(block->flags & BLOCK_ONE_WEIGHT))
		len += n;
	if (block->bits > 30 || block->first > block->last ||
	    block->last >= post->segment->n_docs || block->payload > room ||
	    len > room - block->payload || block->positions > room ||
	    (block > blocks && block->first <= block[-1].last))
		return post_damage(post);
	post->block = block;
	post->n = n;
	post->at = 0;
	post->doc = block->first;
	post->is_loaded = false;
	return 0;
}

int
post_init(struct post *post, struct segment *segment, uint32_t term)
{
	const struct seg_section *postings =
	    &segment->header->sections[SECTION_POSTINGS];
	const struct seg_term *entry = &segment->terms[term];
	uint64_t end = term + 1 < segment->n_terms ? entry[1].offset
						   : postings->size;
	const struct seg_block *blocks;

	post->segment = segment;
	post->base = segment->map + postings->offset + entry->offset;
	post->limit = segment->map + postings->offset + end;
	post->df = entry->df;
	post->is_damaged = false;
	blocks = (const void *)post->base;
	post->blocks_end = blocks +
			   ((size_t)entry->df + BLOCK_DOCS - 1) / BLOCK_DOCS;
	if (segment_touch(segment, postings->offset + entry->offset,
		end - entry->offset) == -1)
		return post_damage(post);
	return enter(post, blocks);
}

uint32_t
post_next_block(struct post *post)
{
	if (post->block == post->blocks_end)
		return POST_END;
	if (post->block + 1 == post->blocks_end)
		post_end(post);
	else
		(void)enter(post, post->block + 1);
	return post->doc;
}

/* ---- unpacking ---- */

static inline uint64_t
load64(const unsigned char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/*
 * Gaps by eight; with `bits` known to the compiler all shifts are constants.
 * Up to 24 bits no sum of a block's gaps passes 32 bits.
 */
static inline __attribute__((always_inline)) uint32_t
unpack_by(const unsigned char *p, uint32_t *docs, uint32_t doc, unsigned groups,
    const unsigned bits)
{
	const uint32_t mask = ((uint32_t)1 << bits) - 1;

#define GAP(i)                                                                 \
	doc += ((uint32_t)(load64(p + (i)*bits / 8) >> ((i)*bits % 8)) &       \
		   mask) +                                                     \
	       1;                                                              \
	docs[i] = doc
	for (; groups > 0; groups--, docs += 8, p += bits) {
		GAP(0);
		GAP(1);
		GAP(2);
		GAP(3);
		GAP(4);
		GAP(5);
		GAP(6);
		GAP(7);
	}
#undef GAP
	return doc;
}

static uint32_t
unpack_groups(const unsigned char *p, uint32_t *docs, uint32_t doc,
    unsigned groups, unsigned bits)
{
#define BITS(n)                                                                \
	case n: return unpack_by(p, docs, doc, groups, n)
	switch (bits) {
		BITS(0);
		BITS(1);
		BITS(2);
		BITS(3);
		BITS(4);
		BITS(5);
		BITS(6);
		BITS(7);
		BITS(8);
		BITS(9);
		BITS(10);
		BITS(11);
		BITS(12);
		BITS(13);
		BITS(14);
		BITS(15);
		BITS(16);
		BITS(17);
		BITS(18);
		BITS(19);
		BITS(20);
		BITS(21);
		BITS(22);
		BITS(23);
	default: return unpack_by(p, docs, doc, groups, 24);
	}
#undef BITS
}

/* Documents of the block; false when they do not end where they should. */
static bool
unpack(struct post *post, const unsigned char *gaps)
{
	uint32_t n = post->n, i, bits = post->block->bits;
	uint64_t mask = ((uint64_t)1 << bits) - 1, doc = post->block->first;
	uint32_t groups = bits <= 24 ? (n - 1) / 8 : 0;

	post->docs[0] = (uint32_t)doc;
	doc = unpack_groups(gaps, post->docs + 1, (uint32_t)doc, groups, bits);
	for (i = groups * 8; i + 1 < n; i++) {
		size_t bit = (size_t)i * bits;

		doc += (load64(gaps + bit / 8) >> bit % 8 & mask) + 1;
		post->docs[i + 1] = (uint32_t)doc;
	}
	return doc == post->block->last;
}

int
post_load(struct post *post)
{
	const struct seg_block *block = post->block;
	const unsigned char *p;

	if (post->is_loaded || block == post->blocks_end)
		return post->is_damaged ? -1 : 0;
	p = post->base + block->payload;
	if (block->flags & BLOCK_ONE_WEIGHT) {
		memset(post->same, block->max_weight, sizeof(post->same));
		post->weights = post->same;
	} else {
		post->weights = p;
		p += post->n;
	}
	if (!unpack(post, p))
		return post_damage(post);
	/* The search below looks at all 128. */
	if (post->n < BLOCK_DOCS)
		memset(post->docs + post->n, 0xff,
		    (BLOCK_DOCS - post->n) * sizeof(post->docs[0]));
	post->spot_at = 0;
	post->spot = post->base + block->positions;
	post->is_loaded = true;
	return 0;
}

/* ---- seeking ---- */

/* The first block behind the current one that ends at target or later. */
static const struct seg_block *
gallop(const struct post *post, uint32_t target)
{
	const struct seg_block *low = post->block + 1;
	size_t left = (size_t)(post->blocks_end - low), step = 1;

	while (step <= left && low[step - 1].last < target) {
		low += step;
		left -= step;
		step *= 2;
	}
	if (step < left)
		left = step;
	while (left > 0) {
		size_t half = left / 2;

		if (low[half].last < target) {
			low += half + 1;
			left -= half + 1;
		} else
			left = half;
	}
	return low;
}

uint32_t
post_seek(struct post *post, uint32_t target)
{
	const uint32_t *docs = post->docs;
	uint32_t at = 0;

	if (post->block == post->blocks_end)
		return POST_END;
	if (target > post->block->last) {
		const struct seg_block *block = gallop(post, target);

		if (block == post->blocks_end) {
			post_end(post);
			return POST_END;
		}
		if (enter(post, block) == -1)
			return POST_END;
	}
	if (post_load(post) == -1)
		return POST_END;
	if (target <= post->doc)
		return post->doc;
	at = docs[63] < target ? 64 : 0;
	at += docs[at + 31] < target ? 32 : 0;
	at += docs[at + 15] < target ? 16 : 0;
	at += docs[at + 7] < target ? 8 : 0;
	at += docs[at + 3] < target ? 4 : 0;
	at += docs[at + 1] < target ? 2 : 0;
	at += docs[at] < target ? 1 : 0;
	post->at = at;
	return post->doc = docs[at];
}

/* ---- positions ---- */

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* Behind the occurrence that starts at p, or NULL. */
static const unsigned char *
occurrence_end(const unsigned char *p, const unsigned char *limit)
{
	while (p < limit && *p & 0x80)
		p++;
	return p < limit ? p + 1 : NULL;
}

/*
 * Behind the occurrences of n documents, or NULL. Eight bytes at a time: a
 * document ends with the number whose first byte has its lowest bit set, and
 * a byte is a first one unless the byte before goes on. Reads up to seven
 * bytes behind the limit (SEGMENT_SLACK).
 */
static inline const unsigned char *
occurrences_skip(const unsigned char *p, const unsigned char *limit, uint32_t n)
{
	uint64_t is_inside = 0; /* of a number that began before p */

	while (n > 0 && p < limit) {
		uint64_t word = load64(p), goes_on = word & HIGHS, stops;
		uint64_t lasts = word & ~(goes_on << 1 | is_inside) & ONES;
		uint32_t ends = (uint32_t)(lasts * ONES >> 56);

		if (ends < n) {
			n -= ends;
			p += 8;
			is_inside = goes_on >> 63;
			continue;
		}
		while (--n > 0)
			lasts &= lasts - 1;
		/* The first byte from the lowest bit on that does not go on. */
		stops = (goes_on ^ HIGHS) & -(lasts & -lasts);
		if (stops == 0)
			return occurrence_end(p + 8, limit);
		p += __builtin_ctzll(stops) / 8 + 1;
		return p <= limit ? p : NULL;
	}
	return n == 0 ? p : NULL;
}

/* Where the current document's occurrences start, or NULL. */
static inline const unsigned char *
find_spot(struct post *post)
{
	if (post->is_loaded && post->at == post->spot_at)
		return post->spot;
	if (post->block == post->blocks_end || !post->is_loaded)
		return NULL;
	if (post->at < post->spot_at) {
		post->spot_at = 0;
		post->spot = post->base + post->block->positions;
	}
	post->spot = occurrences_skip(post->spot, post->limit,
	    post->at - post->spot_at);
	post->spot_at = post->at;
	if (post->spot == NULL)
		(void)post_damage(post);
	return post->spot;
}

const unsigned char *
post_bytes(struct post *post, uint32_t n, size_t *ret_len)
{
	const unsigned char *start = find_spot(post), *end;

	if (start == NULL)
		return NULL;
	end = occurrences_skip(start, post->limit, n);
	if (end == NULL) {
		(void)post_damage(post);
		return NULL;
	}
	*ret_len = (size_t)(end - start);
	post->spot = end;
	post->spot_at = post->at + n;
	return start;
}

/* The number at p, or NULL; numbers are below 2^35. */
static inline const unsigned char *
get_number(const unsigned char *p, const unsigned char *limit,
    uint64_t *ret_value)
{
	uint64_t value = 0;
	unsigned shift = 0;

	do {
		if (p == limit || shift > 28)
			return NULL;
		value |= (uint64_t)(*p & 0x7f) << shift;
		shift += 7;
	} while (*p++ & 0x80);
	*ret_value = value;
	return p;
}

/*
 * All occurrences from p on of a document that has more than one, or one that
 * is not in SEARCH_REST. Behind them, or NULL.
 */
static const unsigned char *
get_occurrences(const unsigned char *p, const unsigned char *limit,
    uint8_t weight, uint32_t *ret_positions, size_t max, size_t *ret_n)
{
	uint64_t position = 0, value;
	uint32_t field = occurrence_field(weight), other;
	size_t n = 0;

	do {
		p = get_number(p, limit, &value);
		if (p == NULL)
			return NULL;
		if (value & OCCURRENCE_OTHER) {
			other = value >> 2 & 7;
			if (other >= SEARCH_FIELD_COUNT ||
			    (n > 0 && other <= field))
				return NULL;
			field = other;
			position = value >> 5;
		} else
			position += value >> 2;
		if (position >= POSITION_MAX)
			return NULL;
		if (n < max)
			ret_positions[n] = field << SPOT_BITS |
					   (uint32_t)position;
		n++;
	} while (!(value & OCCURRENCE_LAST));
	*ret_n = n < max ? n : max;
	return p;
}

size_t
post_positions(struct post *post, uint32_t *ret_positions, size_t max)
{
	const unsigned char *p = find_spot(post);
	uint8_t weight;
	uint64_t value;
	size_t n = 1;

	if (p == NULL)
		return 0;
	weight = post_weight(post);
	if (weight == 1) {
		p = get_number(p, post->limit, &value);
		if (p != NULL && ((value & OCCURRENCE_LAST) == 0 ||
				     value >> 1 >= POSITION_MAX))
			p = NULL;
		if (p != NULL && max > 0)
			ret_positions[0] = (uint32_t)SEARCH_REST << SPOT_BITS |
					   (uint32_t)(value >> 1);
		n = max > 0;
	} else
		p = get_occurrences(p, post->limit, weight, ret_positions, max,
		    &n);
	if (p == NULL) {
		(void)post_damage(post);
		return 0;
	}
	post->spot = p;
	post->spot_at = post->at + 1;
	return n;
}
