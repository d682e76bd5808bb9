/*
 * segment_fault: what can be wrong with the numbers in a segment file. Every
 * one that later leads to a place in the file, or is an index, is looked at
 * once, so that dict.c and those who use columns need no checks; post.c
 * checks blocks itself. The sections of facets and points are checked by
 * those who read them.
 */
#include "config.h"

#include <string.h>

#include <xxhash.h>

#include "search/segment.h"

static const char *
header_fault(const struct seg_header *header, uint64_t size, bool is_trusting)
{
	if (memcmp(header->magic, SEGMENT_MAGIC, sizeof(header->magic)) != 0)
		return "not a search segment";
	if (header->order != SEGMENT_ORDER)
		return "made by a machine with another order of bytes";
	if (header->version != SEGMENT_VERSION)
		return "of another version";
	if (!is_trusting && XXH3_64bits(header, offsetof(struct seg_header,
						    sum)) != header->sum)
		return "the checksum of the header differs";
	if (header->file_size != size)
		return "truncated, or longer than it was written";
	if (header->n_docs > SEGMENT_DOCS_MAX)
		return "too many documents";
	/* segment_group() must not overflow. */
	if (header->base_group > INT64_MAX - UINT32_MAX)
		return "group out of range";
	return NULL;
}

/* As many items as there are documents, terms, chunks. */
static bool
size_is_right(const struct seg_header *header, enum section section)
{
	uint64_t size = header->sections[section].size;
	uint64_t sums = header->sections[SECTION_SUMS].offset;

	switch (section) {
	case SECTION_TERMS:
		return size == header->n_terms * sizeof(struct seg_term);
	case SECTION_STEMS: return size % sizeof(struct seg_stem) == 0;
	case SECTION_GROUPS:
	case SECTION_MODIFIED:
	case SECTION_CHECKED: return size == header->n_docs * sizeof(uint32_t);
	case SECTION_YEARS: return size == header->n_docs * sizeof(uint16_t);
	case SECTION_LENGTHS:
	case SECTION_PRIORS: return size == header->n_docs;
	case SECTION_SUMS:
		return size == (sums + SEGMENT_CHUNK - 1) / SEGMENT_CHUNK *
				   sizeof(uint64_t);
	default: return true; /* filters_open(), places_open(), terms_fault() */
	}
}

static const char *
sections_fault(const struct seg_header *header)
{
	uint64_t end = sizeof(*header), size = header->file_size;
	int i;

	for (i = 0; i < SECTION_COUNT; i++) {
		const struct seg_section *section = &header->sections[i];

		if (section->offset % SEGMENT_ALIGN != 0 ||
		    section->offset < end || section->offset > size ||
		    section->size > size - section->offset)
			return "a section lies outside the file";
		if (!size_is_right(header, (enum section)i))
			return "a section has another size than it must";
		end = section->offset + section->size;
		if ((i == SECTION_POSTINGS || i == SECTION_TEXT ||
			i == SECTION_FILTERS) &&
		    size - end < SEGMENT_SLACK)
			return "nothing behind a section that needs it";
	}
	return end == size ? NULL : "bytes behind the last section";
}

/* a < b as bytes, then by length. */
static bool
is_rising(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t len = a_len < b_len ? a_len : b_len;
	int order = memcmp(a, b, len);

	return order != 0 ? order < 0 : a_len < b_len;
}

static const char *
terms_fault(const struct segment *segment)
{
	const struct seg_section *sections = segment->header->sections;
	uint64_t text_size = sections[SECTION_TEXT].size;
	uint64_t room = sections[SECTION_POSTINGS].size;
	const struct seg_term *term = segment->terms, *last = NULL;
	const struct seg_term *end = term + segment->n_terms;

	for (; term < end; last = term++) {
		uint64_t next = term + 1 < end ? term[1].offset : room;
		uint64_t blocks;

		if (term->text > text_size ||
		    term->len > text_size - term->text || term->len == 0)
			return "a word lies outside its section";
		if (last != NULL &&
		    !is_rising(segment->text + last->text, last->len,
			segment->text + term->text, term->len))
			return "words out of order";
		if (term->df == 0 || term->df > segment->n_docs)
			return "a word in more documents than there are";
		blocks = ((uint64_t)term->df + BLOCK_DOCS - 1) / BLOCK_DOCS *
			 sizeof(struct seg_block);
		/* Offsets rise, because each term has a block. */
		if (term->offset % 4 != 0 || term->offset > next ||
		    next > room || blocks > next - term->offset)
			return "postings lie outside their section";
	}
	return NULL;
}

static const char *
rows_fault(const struct segment *segment)
{
	const struct seg_stem *stem = segment->stems;
	uint32_t codes[256] = { 0 };
	uint64_t words = 0, last = 0;
	size_t i;

	for (i = 0; i < segment->n_stems; i++, stem++) {
		uint64_t key = (uint64_t)stem->key << 32 | stem->term;

		if (stem->term >= segment->n_terms)
			return "a stem of no word";
		if (i > 0 && key <= last)
			return "stems out of order";
		last = key;
	}
	for (i = 1; i < segment->n_docs; i++)
		if (segment->groups[i - 1] >= segment->groups[i])
			return "documents out of order";
	for (i = 0; i < segment->n_docs; i++)
		codes[segment->lengths[i]]++;
	for (i = 0; i < 256; i++)
		words += (uint64_t)codes[i] * length_of((uint8_t)i);
	return words == segment->header->words ? NULL : "lengths do not add up";
}

const char *
segment_layout_fault(const struct seg_header *header, uint64_t size,
    bool is_trusting)
{
	const char *why = header_fault(header, size, is_trusting);

	return why != NULL ? why : sections_fault(header);
}

const char *
segment_content_fault(const struct segment *segment)
{
	const char *why = terms_fault(segment);

	return why != NULL ? why : rows_fault(segment);
}
