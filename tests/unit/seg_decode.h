/*
 * seg_decode: a second reader of segment files, for tests alone: slow, byte
 * by byte, and written from docs/search-index.md without a look at the one
 * that searches use. It asserts everything that must hold of a file.
 */
#ifndef SEG_DECODE_H
#define SEG_DECODE_H

#include "search/format.h"

struct seg {
	unsigned char *data;
	size_t len;
	const struct seg_header *h;
};

struct posting {
	uint32_t doc;
	unsigned weight;
	size_t first, n; /* in list.places */
};
struct list {
	struct posting *postings;
	size_t n, cap;
	struct {
		uint32_t position;
		unsigned field;
	} * places;
	size_t n_places, cap_places;
};

/* Read and check header, sections, padding, sums, terms, stems, numbers. */
void seg_load(struct seg *seg, const char *path);
void seg_release(struct seg *seg);
/* The bytes of a section, and how many. */
const void *seg_section(const struct seg *seg, enum section section,
    size_t *ret_len);
const struct seg_term *seg_terms(const struct seg *seg);
const char *seg_text(const struct seg *seg, const struct seg_term *term);
/* NULL when it is not there. */
const struct seg_term *seg_find(const struct seg *seg, const char *text,
    size_t len);
/* All postings of a term, every rule checked. */
void seg_list(const struct seg *seg, const struct seg_term *term,
    struct list *ret_list);
void list_release(struct list *list);

#endif
