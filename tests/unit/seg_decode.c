/*
 * seg_decode: see seg_decode.h. Used by test_segwrite and test_build.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "seg_decode.h"

const void *
seg_section(const struct seg *seg, enum section section, size_t *ret_len)
{
	const struct seg_section *s = &seg->h->sections[section];

	*ret_len = s->size;
	return seg->data + s->offset;
}

const struct seg_term *
seg_terms(const struct seg *seg)
{
	size_t len;

	return seg_section(seg, SECTION_TERMS, &len);
}

const char *
seg_text(const struct seg *seg, const struct seg_term *term)
{
	size_t len;

	return (const char *)seg_section(seg, SECTION_TEXT, &len) + term->text;
}

static int
compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : a_len < b_len ? -1 : a_len > b_len;
}

static void
check_layout(const struct seg *seg)
{
	const struct seg_section *s, *sums = &seg->h->sections[SECTION_SUMS];
	size_t at = (sizeof(*seg->h) + 63) / 64 * 64, i;

	for (i = 0; i < SECTION_COUNT; i++) {
		s = &seg->h->sections[i];
		assert_int_equal(s->offset % SEGMENT_ALIGN, 0);
		assert_int_equal(s->offset, at);
		at += s->size;
		if (i == SECTION_SUMS)
			break;
		at += SEGMENT_SLACK;
		at = (at + SEGMENT_ALIGN - 1) / SEGMENT_ALIGN * SEGMENT_ALIGN;
		assert_true(at <= seg->len);
		for (size_t k = s->offset + s->size; k < at; k++)
			assert_int_equal(seg->data[k], 0);
	}
	assert_int_equal(seg->h->file_size, at);
	assert_int_equal(seg->len, at);
	assert_int_equal(sums->size,
	    (sums->offset + SEGMENT_CHUNK - 1) / SEGMENT_CHUNK * 8);
}

static void
check_sums(const struct seg *seg)
{
	const struct seg_section *s = &seg->h->sections[SECTION_SUMS];
	unsigned char *copy = malloc(s->offset);
	uint64_t sum;
	size_t at, n, k = 0;

	assert_non_null(copy);
	memcpy(copy, seg->data, s->offset);
	memset(copy, 0, sizeof(*seg->h));
	for (at = 0; at < s->offset; at += n) {
		n = s->offset - at;
		if (n > SEGMENT_CHUNK)
			n = SEGMENT_CHUNK;
		memcpy(&sum, seg->data + s->offset + 8 * k++, 8);
		assert_true(sum == XXH3_64bits(copy + at, n));
	}
	free(copy);
	assert_true(
	    seg->h->sums_sum == XXH3_64bits(seg->data + s->offset, s->size));
	assert_true(seg->h->sum ==
		    XXH3_64bits(seg->data, offsetof(struct seg_header, sum)));
}

static void
check_terms(const struct seg *seg)
{
	const struct seg_term *terms = seg_terms(seg);
	const struct seg_stem *stems;
	size_t text_len, len, i, k, at = 0;
	unsigned letters;

	seg_section(seg, SECTION_TERMS, &len);
	assert_int_equal(len, seg->h->n_terms * sizeof(*terms));
	seg_section(seg, SECTION_TEXT, &text_len);
	for (i = 0; i < seg->h->n_terms; i++) {
		assert_int_equal(terms[i].text, at);
		assert_true(terms[i].len > 0);
		at += terms[i].len;
		assert_true(at <= text_len);
		assert_int_equal(terms[i].offset % 4, 0);
		assert_int_equal(terms[i].zero, 0);
		for (k = letters = 0; k < terms[i].len; k++)
			letters |= 1u << (seg_text(seg, &terms[i])[k] & 15);
		assert_int_equal(terms[i].letters, letters);
		if (i == 0)
			continue;
		assert_true(terms[i].offset > terms[i - 1].offset);
		assert_true(
		    compare(seg_text(seg, &terms[i - 1]), terms[i - 1].len,
			seg_text(seg, &terms[i]), terms[i].len) < 0);
	}
	assert_int_equal(at, text_len);
	stems = seg_section(seg, SECTION_STEMS, &len);
	assert_int_equal(len % sizeof(*stems), 0);
	for (i = 0; i < len / sizeof(*stems); i++) {
		assert_true(stems[i].term < seg->h->n_terms);
		if (i > 0)
			assert_true(stems[i - 1].key < stems[i].key ||
				    (stems[i - 1].key == stems[i].key &&
					stems[i - 1].term < stems[i].term));
	}
}

static void
check_docs(const struct seg *seg)
{
	static const struct {
		enum section section;
		size_t size;
	} columns[] = {
		{ SECTION_GROUPS, 4 },
		{ SECTION_MODIFIED, 4 },
		{ SECTION_CHECKED, 4 },
		{ SECTION_YEARS, 2 },
		{ SECTION_LENGTHS, 1 },
		{ SECTION_PRIORS, 1 },
	};
	const uint32_t *groups;
	const uint8_t *lengths;
	uint64_t words = 0;
	size_t i, len;

	for (i = 0; i < ARRAY_LEN(columns); i++) {
		seg_section(seg, columns[i].section, &len);
		assert_int_equal(len, seg->h->n_docs * columns[i].size);
	}
	groups = seg_section(seg, SECTION_GROUPS, &len);
	lengths = seg_section(seg, SECTION_LENGTHS, &len);
	for (i = 0; i < seg->h->n_docs; i++) {
		words += length_of(lengths[i]);
		assert_true(
		    i == 0 ? groups[i] == 0 : groups[i] > groups[i - 1]);
	}
	assert_int_equal(words, seg->h->words);
}

void
seg_load(struct seg *seg, const char *path)
{
	struct strbuf sb;
	struct err err;

	if (file_read(path, (size_t)1 << 30, &sb, &err) == -1)
		fail_msg("%s", err.text);
	seg->data = (unsigned char *)strbuf_detach(&sb, &seg->len);
	assert_true(seg->len >= sizeof(struct seg_header));
	seg->h = (const void *)seg->data;
	assert_memory_equal(seg->h->magic, "gspdseg", 8);
	assert_int_equal(seg->h->order, 0x01020304);
	assert_int_equal(seg->h->version, 4);
	check_layout(seg);
	check_sums(seg);
	check_terms(seg);
	check_docs(seg);
}

void
seg_release(struct seg *seg)
{
	free(seg->data);
	seg->data = NULL;
}

const struct seg_term *
seg_find(const struct seg *seg, const char *text, size_t len)
{
	const struct seg_term *terms = seg_terms(seg);
	size_t i;

	for (i = 0; i < seg->h->n_terms; i++)
		if (terms[i].len == len &&
		    memcmp(seg_text(seg, &terms[i]), text, len) == 0)
			return &terms[i];
	return NULL;
}

/* ---- postings ---- */

static uint32_t
get_bits(const unsigned char *from, size_t at, unsigned n)
{
	uint32_t value = 0;
	unsigned i;

	for (i = 0; i < n; i++, at++)
		value |= (uint32_t)(from[at / 8] >> at % 8 & 1) << i;
	return value;
}

/* Returns the end of the payload, as an offset from the term's. */
static size_t
block_docs(const unsigned char *term, const struct seg_block *block, size_t n,
    struct list *list)
{
	const unsigned char *p = term + block->payload;
	uint32_t doc = block->first, gap, widest = 0;
	unsigned least = 255, most = 0, weight;
	bool one = block->flags & BLOCK_ONE_WEIGHT;
	size_t i, gaps = one ? 0 : n;

	for (i = 0; i < n; i++) {
		if (i > 0) {
			gap = get_bits(p + gaps, (i - 1) * block->bits,
			    block->bits);
			widest = gap > widest ? gap : widest;
			doc += gap + 1;
		}
		weight = one ? block->max_weight : p[i];
		least = weight < least ? weight : least;
		most = weight > most ? weight : most;
		VEC_PUSH(list->postings, list->n, list->cap,
		    ((struct posting){ .doc = doc, .weight = weight }));
	}
	assert_int_equal(doc, block->last);
	assert_int_equal(most, block->max_weight);
	assert_true(one == (least == most));
	assert_true(block->bits <= 30);
	assert_true(widest < (uint64_t)1 << block->bits);
	assert_true(block->bits == 0 || widest >> (block->bits - 1) == 1);
	assert_int_equal(block->flags & ~BLOCK_ONE_WEIGHT, 0);
	return block->payload + gaps + ((n - 1) * block->bits + 7) / 8;
}

static size_t
block_places(const unsigned char *term, const struct seg_block *block,
    struct list *list, size_t from)
{
	const unsigned char *p = term + block->positions;
	unsigned shift, weight, field, likely;
	struct posting *posting;
	uint64_t code, position;
	bool is_last;

	for (posting = list->postings + from;
	     posting < list->postings + list->n; posting++) {
		posting->first = list->n_places;
		position = weight = 0;
		likely = posting->weight >= 10  ? SEARCH_TITLE
			 : posting->weight >= 4 ? SEARCH_SUMMARY
						: SEARCH_REST;
		field = likely;
		do {
			code = shift = 0;
			do {
				assert_true(shift <= 28);
				code |= (uint64_t)(*p & 127) << shift;
				shift += 7;
			} while (*p++ & 128);
			is_last = code & 1;
			if (posting->weight == 1) {
				position = code >> 1;
				assert_true(is_last);
			} else if ((code & 2) != 0) {
				assert_true(posting->n == 0
						? (code >> 2 & 7) != likely
						: (code >> 2 & 7) > field);
				field = code >> 2 & 7;
				position = code >> 5;
			} else
				position += code >> 2;
			assert_true(field < SEARCH_FIELD_COUNT);
			assert_true(position < 2 * DOC_WORDS_MAX);
			weight += field_weights[field];
			list->places = vec_grow(list->places, list->n_places,
			    &list->cap_places, sizeof(*list->places));
			list->places[list->n_places].position = (uint32_t)
			    position;
			list->places[list->n_places++].field = field;
			posting->n++;
		} while (!is_last);
		if (weight > 255)
			weight = 255;
		assert_int_equal(weight, posting->weight);
	}
	return (size_t)(p - term);
}

void
seg_list(const struct seg *seg, const struct seg_term *term,
    struct list *ret_list)
{
	size_t len, i, k, n, n_blocks = (term->df + 127) / 128;
	size_t end = n_blocks * sizeof(struct seg_block), shortest;
	const unsigned char *postings = seg_section(seg, SECTION_POSTINGS,
	    &len);
	const unsigned char *start = postings + term->offset;
	const uint8_t *lengths = seg_section(seg, SECTION_LENGTHS, &len);
	const struct seg_block *blocks = (const void *)start;

	assert_true(term->df > 0);
	*ret_list = (struct list){ 0 };
	for (i = 0; i < n_blocks; i++) {
		n = i + 1 < n_blocks ? 128 : (term->df - 1) % 128 + 1;
		assert_int_equal(blocks[i].payload, end);
		end = block_docs(start, &blocks[i], n, ret_list);
		if (i > 0)
			assert_true(blocks[i].first > blocks[i - 1].last);
		assert_true(blocks[i].last < seg->h->n_docs);
		for (k = ret_list->n - n, shortest = 255; k < ret_list->n; k++)
			if (lengths[ret_list->postings[k].doc] < shortest)
				shortest = lengths[ret_list->postings[k].doc];
		assert_int_equal(blocks[i].min_length, shortest);
	}
	assert_int_equal(ret_list->n, term->df);
	/* The last block's postings are found by walking all before. */
	for (i = k = 0; i < n_blocks; i++) {
		struct list part = *ret_list;

		part.n = k + 128 < ret_list->n ? k + 128 : ret_list->n;
		assert_int_equal(blocks[i].positions, end);
		end = block_places(start, &blocks[i], &part, k);
		k = part.n;
		part.n = ret_list->n;
		*ret_list = part;
	}
	/* Up to the next term there is nothing but padding. */
	seg_section(seg, SECTION_POSTINGS, &len);
	end += term->offset;
	n = (size_t)(term - seg_terms(seg));
	if (n + 1 < seg->h->n_terms)
		len = term[1].offset;
	assert_true(len - end < 4);
	for (; end < len; end++)
		assert_int_equal(postings[end], 0);
}

void
list_release(struct list *list)
{
	free(list->postings);
	free(list->places);
	*list = (struct list){ 0 };
}
