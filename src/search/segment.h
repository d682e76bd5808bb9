/*
 * segment: one segment file, mapped and checked. Whatever bytes the file
 * holds, nothing here reads outside it, and what fails its checksum is never
 * used: all but the postings is checked at open, postings chunk by chunk when
 * they are first read. dict.c looks up terms, post.c walks postings. For one
 * thread. Inside search/.
 */
#ifndef SEARCH_SEGMENT_H
#define SEARCH_SEGMENT_H

#include "search/filter.h"
#include "search/format.h"
#include "search/place.h"
#include "search/stem.h"

struct segment {
	const unsigned char *map;
	size_t size;
	const struct seg_header *header;
	uint32_t n_docs;
	uint32_t n_terms;
	const struct seg_term *terms;
	const char *text;
	uint64_t *samples; /* first 8 bytes of each DICT_STEP-th term */
	size_t n_samples;
	const struct seg_stem *stems;
	size_t n_stems;
	const uint32_t *groups; /* by document: + header->base_group */
	const uint32_t *modified;
	const uint32_t *checked;
	const uint16_t *years;
	const uint8_t *lengths;
	const uint8_t *priors;
	struct filters filters;
	struct places places;
	unsigned char *is_checked; /* a bit for each chunk */
	bool is_trusting;
	bool is_copy;
};

/* Do not compare checksums: only for tests of what bad bytes can do. */
#define SEGMENT_TRUSTING 1
/* Do not map but read: for tests, where a sanitizer shall see a read behind
 * the last byte. */
#define SEGMENT_COPY 2

/* ERR_NOTFOUND; ERR_FORMAT when damaged, truncated or of another version. */
struct segment *segment_open(const char *path, unsigned flags,
    struct err *err) MUST_CHECK;
void segment_close(struct segment *segment); /* NULL is legal */
/* Every byte, for a writer at its start. ERR_FORMAT. */
int segment_check(struct segment *segment, struct err *err) MUST_CHECK;
/* Bytes of the file are as written? Checks chunks not yet looked at. */
int segment_touch(struct segment *segment, uint64_t offset, uint64_t len);

static inline int64_t
segment_group(const struct segment *segment, uint32_t doc)
{
	return segment->header->base_group + segment->groups[doc];
}
/* The document of a group, or UINT32_MAX. */
uint32_t segment_find_group(const struct segment *segment, int64_t group);

/* ---- segment_fault.c: what is wrong, or NULL ---- */

/* The header, and where sections lie and how large they are. */
const char *segment_layout_fault(const struct seg_header *header, uint64_t size,
    bool is_trusting);
/* Words, stems, groups and lengths. */
const char *segment_content_fault(const struct segment *segment);

/* ---- dict.c ---- */

#define TERM_NONE UINT32_MAX
#define DICT_STEP 16

/* Of segment_open(), when the terms are known to be in order. */
void dict_sample(struct segment *segment);

/* Number of a term, or TERM_NONE. */
uint32_t dict_find(const struct segment *segment, const char *text, size_t len);
/* Terms that start so: *ret_first up to, not with, *ret_end. */
void dict_prefix(const struct segment *segment, const char *text, size_t len,
    uint32_t *ret_first, uint32_t *ret_end);
/* Terms that have this key, at most max, into ret_terms. */
size_t dict_stems(const struct segment *segment, uint32_t key,
    uint32_t *ret_terms, size_t max);
static inline const char *
dict_text(const struct segment *segment, uint32_t term, size_t *ret_len)
{
	*ret_len = segment->terms[term].len;
	return segment->text + segment->terms[term].text;
}

/* ---- post.c ---- */

#define POST_END UINT32_MAX

/* A walk over the documents of one term. */
struct post {
	struct segment *segment;
	const unsigned char *base;     /* of the term */
	const unsigned char *limit;    /* of what may be read */
	const struct seg_block *block; /* the current one */
	const struct seg_block *blocks_end;
	uint32_t df;
	uint32_t doc;     /* current, or POST_END */
	uint32_t at;      /* in docs[] and weights */
	uint32_t n;       /* documents of the block */
	bool is_loaded;   /* docs[] and weights are this block's */
	bool is_damaged;  /* stop: the file is not as written */
	uint32_t spot_at; /* document whose occurrences start at spot */
	const unsigned char *spot;
	const uint8_t *weights;
	uint32_t docs[BLOCK_DOCS + 4]; /* POST_END behind the last */
	uint8_t same[BLOCK_DOCS];      /* weights when all are one */
};

/*
 * Stand before the first document's block: block is set, nothing is loaded,
 * doc is the first document. -1 when the file is damaged.
 */
int post_init(struct post *post, struct segment *segment, uint32_t term);
/*
 * Unpack the current block into docs[] and weights; at and doc are those of
 * its first document unless it is loaded already. -1 when damaged; at the
 * end it does nothing, and n is 0.
 */
int post_load(struct post *post);
/* The next block, not loaded: doc is its first. POST_END behind the last. */
uint32_t post_next_block(struct post *post);
/* The first document that is not less than target (never goes back). The
 * block is loaded unless at the end. */
uint32_t post_seek(struct post *post, uint32_t target);
/* The next document (the block is loaded); loads its block. */
static inline uint32_t
post_next(struct post *post)
{
	if (post->at + 1 < post->n)
		return post->doc = post->docs[++post->at];
	if (post_next_block(post) != POST_END)
		(void)post_load(post);
	return post->doc;
}
/* Weight of the current document (its block is loaded). */
static inline uint8_t
post_weight(const struct post *post)
{
	return post->weights[post->at];
}
/*
 * Occurrences in the current document (its block is loaded), rising: field <<
 * SPOT_BITS | position. At most max; returns how many, 0 when damaged.
 * Cheapest when asked for documents in rising order.
 */
#define SPOT_BITS 24
size_t post_positions(struct post *post, uint32_t *ret_positions, size_t max);
/* The same as they lie in the file, of this document and those behind it in
 * the block, n in all; NULL when damaged. */
const unsigned char *post_bytes(struct post *post, uint32_t n, size_t *ret_len);

#endif
