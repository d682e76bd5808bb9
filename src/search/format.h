/*
 * format: one segment file as it lies on the disk, in the order of bytes of
 * the machine that made it (it never travels). docs/search-index.md says the
 * same in words. segwrite.c writes it, segment.c maps and checks it.
 *
 *   struct seg_header | postings | terms | text | stems | groups | modified |
 *   checked | years | lengths | priors | values | value text | filters |
 *   lanes | cells | points | sums
 *
 * Every section starts at a multiple of 64 bytes. Postings come first because
 * they are by far the most and are written as they are made.
 *
 * Inside search/.
 */
#ifndef SEARCH_FORMAT_H
#define SEARCH_FORMAT_H

#include "base/base.h"

#define SEGMENT_MAGIC   "gspdseg"
#define SEGMENT_ORDER   0x01020304u
#define SEGMENT_VERSION 4
#define SEGMENT_ALIGN   64
/* Bytes under one checksum: small enough to check on first reading. */
#define SEGMENT_CHUNK ((size_t)65536)
/* Bytes behind postings, filters and text that may be read and mean
 * nothing, so that eight bytes can be loaded at once anywhere. */
#define SEGMENT_SLACK 16

/* Documents of one segment, words of one document, bytes of one word. */
#define SEGMENT_DOCS_MAX ((uint32_t)1 << 30)
#define DOC_WORDS_MAX    60000
#define TERM_MAX         255

/* Bytes of a word that are kept: TERM_MAX, but whole characters. Index and
 * query cut alike. */
static inline size_t
term_cut(const char *text, size_t len)
{
	if (len <= TERM_MAX)
		return len;
	for (len = TERM_MAX; len > 0 && (text[len] & 0xc0) == 0x80;)
		len--;
	return len > 0 ? len : TERM_MAX;
}

enum section {
	SECTION_POSTINGS,
	SECTION_TERMS,    /* struct seg_term, sorted by text as bytes */
	SECTION_TEXT,     /* of terms, one behind the other */
	SECTION_STEMS,    /* struct seg_stem, sorted by (key, term) */
	SECTION_GROUPS,   /* uint32_t a document: group - base_group, rising */
	SECTION_MODIFIED, /* uint32_t, seconds UTC */
	SECTION_CHECKED,  /* uint32_t, 20261121; 0 never */
	SECTION_YEARS,    /* uint16_t, 0 none */
	SECTION_LENGTHS,  /* uint8_t, length_code() */
	SECTION_PRIORS,   /* uint8_t, quality that breaks ties, 255 best */
	SECTION_VALUES,   /* struct seg_value, sorted by (facet, text) */
	SECTION_VALUE_TEXT,
	SECTION_FILTERS, /* documents of each value: list or bitmap */
	SECTION_LANES,   /* struct seg_lanes: facet codes of each document */
	SECTION_CELLS,   /* struct seg_cell, sorted by cell, and one more */
	SECTION_POINTS,  /* struct seg_point, by cell */
	SECTION_SUMS,    /* uint64_t XXH3 of each chunk of the file before
			  * this section, the header counted as zeros */
	SECTION_COUNT
};

struct seg_section {
	uint64_t offset;
	uint64_t size;
};

struct seg_header {
	char magic[8];
	uint32_t order;
	uint32_t version;
	uint32_t n_docs;
	uint32_t n_terms;
	uint64_t words; /* sum of length_of() of all documents */
	int64_t base_group;
	uint64_t file_size;
	struct seg_section sections[SECTION_COUNT];
	uint64_t sums_sum; /* XXH3 of SECTION_SUMS */
	uint64_t sum;      /* XXH3 of this header up to here */
};

/* ---- words ---- */

/* Parts of a record that words stand in, and what an occurrence weighs. */
enum search_field {
	SEARCH_TITLE,
	SEARCH_SUMMARY,
	SEARCH_PEOPLE,
	SEARCH_PLACE,
	SEARCH_REST,
	SEARCH_FIELD_COUNT
};
static const uint8_t field_weights[SEARCH_FIELD_COUNT] = { 10, 4, 2, 2, 1 };

struct seg_term {
	uint64_t offset;  /* in SECTION_POSTINGS, multiple of 4 */
	uint32_t text;    /* in SECTION_TEXT */
	uint32_t df;      /* documents, at least 1 */
	uint32_t langs;   /* stem.h: languages of records it stands in */
	uint16_t letters; /* or of 1 << (byte & 15): sieve for typos */
	uint8_t len;
	uint8_t zero;
};

/*
 * Postings of one term: a struct seg_block for each 128 documents (the last
 * may have fewer), then the payloads, then the positions, and up to 3 zero
 * bytes so that the next term stands at a multiple of 4.
 *
 * Payload of a block: n weights of one byte (absent when flag ONE_WEIGHT is
 * set: then all are max_weight), then (n - 1) gaps of `bits` bits each, low
 * bit first, without holes: gap = document - the one before - 1. Rounded up
 * to whole bytes.
 *
 * The weight of a document is the sum of field_weights of the occurrences,
 * at most 255.
 *
 * Positions of a block: for each of its documents the occurrences in rising
 * order of field, then position. Each field counts its words from 0. Words of
 * one value follow each other by 1; between values at least one number is
 * left out, so that no phrase crosses. An occurrence is a varint (7 bits a
 * byte, low first, high bit: goes on), `since` being the position less the
 * one before in this field:
 *
 *   position << 1 | 1         of a document of weight 1: its only
 *                             occurrence, in SEARCH_REST
 *   since << 2 | is_last      in the field of the one before; the first of a
 *                             document: in occurrence_field(weight)
 *   since << 5 | field << 2 | OCCURRENCE_OTHER | is_last
 *                             in another field
 */
#define BLOCK_DOCS       128
#define BLOCK_ONE_WEIGHT 1
#define OCCURRENCE_LAST  1
#define OCCURRENCE_OTHER 2

/* The field that a document's first occurrence most likely stands in. */
static inline enum search_field
occurrence_field(uint8_t weight)
{
	return weight >= 10  ? SEARCH_TITLE
	       : weight >= 4 ? SEARCH_SUMMARY
			     : SEARCH_REST;
}

struct seg_block {
	uint32_t first; /* documents */
	uint32_t last;
	uint32_t payload;   /* from the term's offset */
	uint32_t positions; /* from the term's offset */
	uint8_t bits;       /* 0 to 30 */
	uint8_t max_weight;
	uint8_t min_length; /* least length_code() among them */
	uint8_t flags;
};

/* A word can be found by the key of any of its stems (stem.h). */
struct seg_stem {
	uint32_t key;
	uint32_t term;
};

/*
 * Length of a document in words as one byte: exact below 128, above it in
 * steps of 1/16 of a power of two. length_of() gives what a code stands
 * for; BM25 is computed with that.
 */
static inline uint8_t
length_code(uint32_t words)
{
	unsigned shift = 0;
	uint32_t code;

	if (words < 128)
		return (uint8_t)words;
	while (words >> shift >= 32)
		shift++;
	/* words >> shift is 16 to 31, shift is 3 or more. */
	code = 128 + (shift - 3) * 16 + ((words >> shift) - 16);
	return code > 255 ? 255 : (uint8_t)code;
}

static inline uint32_t
length_of(uint8_t code)
{
	if (code < 128)
		return code;
	return (uint32_t)(16 + (code - 128) % 16) << (3 + (code - 128) / 16);
}

/* ---- facets: see filter.h ---- */

#define FILTER_LIST   0 /* uint32_t documents, rising */
#define FILTER_BITMAP 1 /* uint64_t, bit doc & 63 of word doc >> 6 */

struct seg_value {
	uint64_t offset; /* in SECTION_FILTERS, multiple of 8 */
	uint32_t n;      /* documents */
	uint32_t text;   /* in SECTION_VALUE_TEXT, NUL-terminated */
	uint16_t len;    /* without the NUL */
	uint8_t facet;
	uint8_t form; /* FILTER_x */
	uint32_t zero;
};

/*
 * SECTION_LANES: struct seg_lanes, n_lanes struct seg_lane, then the arrays,
 * each at a multiple of 8 from the start of the section. The code of a
 * document is the number of its combination of values of the lane's facets;
 * the most frequent combination is 0; every facet is in one lane or, when no
 * document has a value, in none.
 */
struct seg_lanes {
	uint32_t n_lanes;
	uint32_t zero;
};

struct seg_lane {
	uint64_t starts; /* uint32_t[n_codes + 1]: of a code, in values */
	uint64_t values; /* uint16_t[n_values]: numbers in SECTION_VALUES */
	uint64_t codes;  /* of width bytes, one a document */
	uint32_t facets; /* one bit each */
	uint32_t width;  /* 1, 2 or 4 */
	uint32_t n_codes;
	uint32_t n_values;
};

/* ---- place: see place.h ---- */

/* Rows of half a degree from -90, columns from -180: cell = row * 720 +
 * column. The one more at the end has cell UINT32_MAX. */
#define PLACE_ROWS    360
#define PLACE_COLUMNS 720

struct seg_cell {
	uint32_t cell;
	uint32_t first; /* in SECTION_POINTS; the next one's: end */
};

struct seg_point {
	float x, y, z; /* on the unit sphere */
	uint32_t doc;
};

#endif
