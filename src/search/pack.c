/*
 * pack: see pack.h. Its neighbours are segwrite.c, which hands postings in
 * and writes what comes out, and post.c, which reads it.
 */
#include "search/pack.h"

/* Memory that is kept from one term to the next. */
#define PACKER_KEEP ((size_t)1 << 20)

void
packer_release(struct packer *p)
{
	bytes_clear(&p->blocks);
	bytes_clear(&p->payload);
	bytes_clear(&p->positions);
}

/* n - 1 gaps of `bits` bits, low bit first, whatever the machine's order. */
static void
pack_gaps(struct bytes *to, const uint32_t *docs, size_t n, unsigned bits)
{
	unsigned char *p = bytes_room(to, ((n - 1) * bits + 7) / 8 + 4);
	unsigned char *start = p;
	uint64_t acc = 0;
	unsigned held = 0;
	size_t i;

	for (i = 1; i < n; i++) {
		acc |= (uint64_t)(docs[i] - docs[i - 1] - 1) << held;
		held += bits;
		if (held < 32)
			continue;
		p[0] = (unsigned char)acc;
		p[1] = (unsigned char)(acc >> 8);
		p[2] = (unsigned char)(acc >> 16);
		p[3] = (unsigned char)(acc >> 24);
		p += 4;
		acc >>= 32;
		held -= 32;
	}
	for (; held > 0; held -= held < 8 ? held : 8) {
		*p++ = (unsigned char)acc;
		acc >>= 8;
	}
	to->len += (size_t)(p - start);
}

void
packer_block(struct packer *p, const uint8_t *lengths)
{
	uint32_t widest = 0, gap;
	uint8_t most = p->weights[0], least = most, shortest = 255;
	struct seg_block block;
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (p->weights[i] > most)
			most = p->weights[i];
		if (p->weights[i] < least)
			least = p->weights[i];
		if (lengths[p->docs[i]] < shortest)
			shortest = lengths[p->docs[i]];
	}
	for (i = 1; i < p->n; i++) {
		gap = p->docs[i] - p->docs[i - 1] - 1;
		if (gap > widest)
			widest = gap;
	}
	block = (struct seg_block){
		.first = p->docs[0],
		.last = p->docs[p->n - 1],
		.payload = (uint32_t)p->payload.len,
		.positions = (uint32_t)p->positions_start,
		.bits = (uint8_t)(widest > 0 ? 32 - __builtin_clz(widest) : 0),
		.max_weight = most,
		.min_length = shortest,
		.flags = most == least ? BLOCK_ONE_WEIGHT : 0,
	};
	bytes_add(&p->blocks, &block, sizeof(block));
	if (most != least)
		bytes_add(&p->payload, p->weights, p->n);
	if (block.bits > 0)
		pack_gaps(&p->payload, p->docs, p->n, block.bits);
	p->positions_start = p->positions.len;
	p->n = 0;
}

int
packer_finish(struct packer *p, const uint8_t *lengths)
{
	static const unsigned char zeros[3];
	struct seg_block block;
	size_t i, total;

	if (p->n > 0) {
		/* The positions of the block are already behind its start. */
		packer_block(p, lengths);
	}
	total = p->blocks.len + p->payload.len + p->positions.len;
	if (total > UINT32_MAX - 3)
		return -1;
	for (i = 0; i < p->blocks.len; i += sizeof(block)) {
		memcpy(&block, p->blocks.data + i, sizeof(block));
		block.payload += (uint32_t)p->blocks.len;
		block.positions += (uint32_t)(p->blocks.len + p->payload.len);
		memcpy(p->blocks.data + i, &block, sizeof(block));
	}
	bytes_add(&p->positions, zeros, -total & 3);
	return 0;
}

static void
empty(struct bytes *b)
{
	if (b->cap > PACKER_KEEP)
		bytes_clear(b);
	b->len = 0;
}

void
packer_clear(struct packer *p)
{
	empty(&p->blocks);
	empty(&p->payload);
	empty(&p->positions);
	p->n = 0;
	p->df = 0;
	p->positions_start = 0;
}
