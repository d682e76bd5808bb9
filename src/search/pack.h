/*
 * pack: the postings of one term into blocks of 128 documents (format.h).
 * A term is packed in memory, because its blocks stand before its payloads
 * and these before its positions. Inside search/.
 */
#ifndef SEARCH_PACK_H
#define SEARCH_PACK_H

#include "search/bytes.h"
#include "search/format.h"

struct packer {
	/* the block being filled */
	uint32_t docs[BLOCK_DOCS];
	uint8_t weights[BLOCK_DOCS];
	size_t n;
	size_t positions_start;
	/* the term until now; offsets inside blocks count from the beginning
	 * of payload and positions until packer_finish() */
	uint32_t df;
	struct bytes blocks, payload, positions;
};

void packer_release(struct packer *p);

/* Pack the block being filled; lengths: length_code() by document. */
void packer_block(struct packer *p, const uint8_t *lengths);

/* Documents that have room before a block is full. */
static inline uint32_t
packer_room(const struct packer *p)
{
	return p->n == BLOCK_DOCS ? BLOCK_DOCS : (uint32_t)(BLOCK_DOCS - p->n);
}

/* Documents beyond the last one, at most packer_room(), and all of their
 * occurrences. */
static inline void
packer_add(struct packer *p, const uint8_t *lengths, uint32_t n,
    const uint32_t *docs, const uint8_t *weights, const uint8_t *positions,
    size_t len)
{
	if (p->n == BLOCK_DOCS)
		packer_block(p, lengths);
	memcpy(p->docs + p->n, docs, n * sizeof(*docs));
	memcpy(p->weights + p->n, weights, n);
	p->n += n;
	p->df += n;
	memcpy(bytes_room(&p->positions, len), positions, len);
	p->positions.len += len;
}

/*
 * The term is complete: its bytes are blocks, payload and positions, padded
 * to a multiple of 4. -1 when they are more than 32 bits can count.
 */
int packer_finish(struct packer *p, const uint8_t *lengths) MUST_CHECK;
/* Ready for the next term. */
void packer_clear(struct packer *p);

#endif
