/*
 * test_segwrite: segment files made by hand, read back byte by byte with
 * seg_decode.c: block borders, widest gaps, weights, order, a full disk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "search/segwrite.h"
#include "seg_decode.h"

struct scene {
	char folder[64];
	char path[128];
	struct segwrite *w;
	struct filter_builder *filters;
	struct place_builder *places;
	struct stemmer *stemmer;
	uint32_t n_docs;
};

static int
setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct err err;

	assert_non_null(s);
	snprintf(s->folder, sizeof(s->folder), "/tmp/gspd-segwrite-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->path, sizeof(s->path), "%s/a.seg", s->folder);
	s->filters = filter_builder_new();
	s->places = place_builder_new();
	s->stemmer = stemmer_new();
	s->w = segwrite_new(s->path, &err);
	assert_non_null(s->w);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;
	struct err err;

	segwrite_free(s->w);
	filter_builder_free(s->filters);
	place_builder_free(s->places);
	stemmer_free(s->stemmer);
	assert_int_equal(file_remove_tree(s->folder, &err), 0);
	free(s);
	return 0;
}

static void
docs(struct scene *s, uint32_t n)
{
	struct doc_facts facts;

	for (; n > 0; n--, s->n_docs++) {
		facts = (struct doc_facts){ .group = 100 + 3 * s->n_docs,
			.modified = 1000 + s->n_docs,
			.checked = 20260101 + s->n_docs % 28,
			.year = (uint16_t)(1990 + s->n_docs % 30),
			.length = (uint8_t)(7 + s->n_docs % 100),
			.prior = (uint8_t)s->n_docs };
		segwrite_doc(s->w, &facts);
		filter_builder_add(s->filters, NULL, 0);
	}
}

static int
finish(struct scene *s, struct err *err)
{
	return segwrite_finish(s->w, s->filters, s->places, s->stemmer, err);
}

static void
finish_and_load(struct scene *s, struct seg *ret_seg)
{
	struct err err;

	if (finish(s, &err) == -1)
		fail_msg("%s", err.text);
	segwrite_free(s->w);
	s->w = NULL;
	seg_load(ret_seg, s->path);
}

static void
term(struct scene *s, const char *text)
{
	segwrite_term(s->w, text, strlen(text), 0);
}

/* One occurrence at position 5 in the title, summary, ...: weight 10, 4, 2 */
static void
posting(struct scene *s, uint32_t doc, enum search_field field)
{
	/* 255: not the most likely field of its weight */
	static const uint8_t codes[SEARCH_FIELD_COUNT] = { 5 << 2 | 1,
		5 << 2 | 1, 255, 255, 5 << 1 | 1 };
	uint32_t code = 5 << 5 | (unsigned)field << 2 | 3;
	const uint8_t other[] = { (uint8_t)(code | 128), (uint8_t)(code >> 7) };
	bool is_other = codes[field] == 255;

	segwrite_posting(s->w, doc, field_weights[field],
	    is_other ? other : &codes[field], is_other ? 2 : 1);
}

static void
test_empty(void **state)
{
	struct scene *s = *state;
	struct seg seg;

	finish_and_load(s, &seg);
	assert_int_equal(seg.h->n_docs, 0);
	assert_int_equal(seg.h->n_terms, 0);
	assert_int_equal(seg.h->words, 0);
	seg_release(&seg);
}

static void
test_bytes(void **state)
{
	static const uint8_t two[] = { 11 << 2,
		0x80 | ((13 << 5 | 4 << 2 | 3) & 127), 13 >> 2 };
	static const unsigned char postings[] = {
		/* first, last, payload, positions, bits, weight, length */
		0, 0, 0, 0, 4, 0, 0, 0, 20, 0, 0, 0, 24, 0, 0, 0, 2, 10, 7, 0,
		/* weights, gaps 0 and 2 of two bits each */
		10, 5, 10, 0x08,
		/* position 5 title; 11 summary, 13 rest; 5 title */
		0x15, 0x2c, 0xb3, 0x03, 0x15, 0, 0, 0
	};
	struct scene *s = *state;
	const struct seg_term *found;
	const unsigned char *bytes;
	struct seg seg;
	size_t len;

	docs(s, 5);
	segwrite_term(s->w, "ab", 2, 6);
	posting(s, 0, SEARCH_TITLE);
	segwrite_posting(s->w, 1, 5, two, sizeof(two));
	posting(s, 4, SEARCH_TITLE);
	finish_and_load(s, &seg);
	bytes = seg_section(&seg, SECTION_POSTINGS, &len);
	assert_int_equal(len, sizeof(postings));
	/* The machine's own order of bytes is only tested on little ends. */
	if (*(const uint8_t *)&(const uint16_t){ 1 } == 1)
		assert_memory_equal(bytes, postings, len);
	found = seg_find(&seg, "ab", 2);
	assert_int_equal(found->df, 3);
	assert_int_equal(found->langs, 6);
	assert_int_equal(found->letters, 1 << 1 | 1 << 2);
	seg_release(&seg);
}

static void
test_facts(void **state)
{
	struct scene *s = *state;
	const uint16_t *years;
	const uint32_t *numbers;
	const uint8_t *bytes;
	struct seg seg;
	size_t len, i;

	docs(s, 300);
	finish_and_load(s, &seg);
	assert_int_equal(seg.h->base_group, 100);
	for (i = 0; i < 300; i++) {
		numbers = seg_section(&seg, SECTION_GROUPS, &len);
		assert_int_equal(numbers[i], 3 * i);
		numbers = seg_section(&seg, SECTION_MODIFIED, &len);
		assert_int_equal(numbers[i], 1000 + i);
		numbers = seg_section(&seg, SECTION_CHECKED, &len);
		assert_int_equal(numbers[i], 20260101 + i % 28);
		years = seg_section(&seg, SECTION_YEARS, &len);
		assert_int_equal(years[i], 1990 + i % 30);
		bytes = seg_section(&seg, SECTION_LENGTHS, &len);
		assert_int_equal(bytes[i], 7 + i % 100);
		bytes = seg_section(&seg, SECTION_PRIORS, &len);
		assert_int_equal(bytes[i], (uint8_t)i);
	}
	seg_release(&seg);
}

/* Documents step, 2 step, ...: n of them, weights equal or not. */
static void
check_list(const struct seg *seg, const char *text, uint32_t n, uint32_t step,
    bool one_weight)
{
	const struct seg_term *found = seg_find(seg, text, strlen(text));
	const struct seg_block *block;
	struct list list;
	size_t len;
	uint32_t i;

	assert_non_null(found);
	seg_list(seg, found, &list);
	assert_int_equal(list.n, n);
	for (i = 0; i < n; i++) {
		assert_int_equal(list.postings[i].doc, i * step);
		assert_int_equal(list.postings[i].weight,
		    one_weight || i % 2 == 0 ? 10 : 4);
		assert_int_equal(list.postings[i].n, 1);
		assert_int_equal(list.places[i].position, 5);
	}
	block = (const void *)((const char *)seg_section(seg, SECTION_POSTINGS,
				   &len) +
			       found->offset);
	assert_int_equal(block->flags, one_weight || n == 1);
	list_release(&list);
}

static void
test_blocks(void **state)
{
	static const struct {
		const char *text;
		uint32_t n, step;
		bool one_weight;
	} rows[] = {
		{ "a", 1, 1, true },
		{ "b", 127, 1, false },
		{ "c", 128, 1, true },
		{ "d", 128, 1, false },
		{ "e", 129, 1, true },
		{ "f", 129, 1, false },
		{ "g", 256, 2, false },
		{ "h", 257, 3, true },
		{ "i", 3000, 1, false },
		{ "j", 2, 2999, true },
		{ "k", 1000, 3, false },
	};
	struct scene *s = *state;
	struct seg seg;
	uint32_t i, k;

	docs(s, 3000);
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		term(s, rows[i].text);
		for (k = 0; k < rows[i].n; k++)
			posting(s, k * rows[i].step,
			    rows[i].one_weight || k % 2 == 0 ? SEARCH_TITLE
							     : SEARCH_SUMMARY);
	}
	finish_and_load(s, &seg);
	for (i = 0; i < ARRAY_LEN(rows); i++)
		check_list(&seg, rows[i].text, rows[i].n, rows[i].step,
		    rows[i].one_weight);
	seg_release(&seg);
}

static void
test_term_lengths(void **state)
{
	struct scene *s = *state;
	const struct seg_term *found;
	char text[TERM_MAX + 1];
	struct seg seg;
	size_t len;

	docs(s, 1);
	memset(text, 0xf3, sizeof(text));
	for (len = 1; len <= TERM_MAX; len++) {
		segwrite_term(s->w, text, len, (uint32_t)len);
		posting(s, 0, SEARCH_REST);
	}
	finish_and_load(s, &seg);
	assert_int_equal(seg.h->n_terms, TERM_MAX);
	for (len = 1; len <= TERM_MAX; len++) {
		found = seg_find(&seg, text, len);
		assert_non_null(found);
		assert_int_equal(found->langs, len);
	}
	seg_release(&seg);
}

/* Every word of these few has keys; a shared one names both. */
static void
test_stems(void **state)
{
	struct scene *s = *state;
	uint32_t keys[STEM_KEYS_MAX], lang = stem_lang("en");
	const struct seg_term *found;
	const struct seg_stem *stems;
	size_t len, i, k, n, hits, total = 0;
	static const char *const words[] = { "dance", "danced", "dances",
		"garden", "gardens" };
	struct seg seg;

	docs(s, 1);
	for (i = 0; i < ARRAY_LEN(words); i++) {
		segwrite_term(s->w, words[i], strlen(words[i]), lang);
		posting(s, 0, SEARCH_REST);
	}
	finish_and_load(s, &seg);
	stems = seg_section(&seg, SECTION_STEMS, &len);
	for (i = 0; i < ARRAY_LEN(words); i++) {
		n = stem_keys(s->stemmer, words[i], strlen(words[i]), lang,
		    keys);
		assert_true(n > 0);
		total += n;
		found = seg_find(&seg, words[i], strlen(words[i]));
		for (; n > 0; n--) {
			for (k = hits = 0; k < len / sizeof(*stems); k++)
				hits += stems[k].key == keys[n - 1] &&
					stems[k].term ==
					    found - seg_terms(&seg);
			assert_int_equal(hits, 1);
		}
	}
	assert_int_equal(len / sizeof(*stems), total);
	seg_release(&seg);
}

static void
test_order(void **state)
{
	static const uint8_t position = 1, weights[129] = { 1, 1 };
	static const uint32_t falling[] = { 2, 1 }, rising[129] = { 1, 2, 3 };
	uint8_t places[129] = { 1, 1 };
	struct scene *s = *state;
	struct doc_facts facts = { .group = 5 };
	struct err err;
	int fault;

	for (fault = 0; fault < 16; fault++) {
		segwrite_free(s->w);
		s->w = segwrite_new(s->path, &err);
		assert_non_null(s->w);
		s->n_docs = 0;
		docs(s, 3);
		if (fault == 0)
			segwrite_doc(s->w, &facts);
		facts.group = INT64_MAX;
		if (fault == 1)
			segwrite_doc(s->w, &facts);
		if (fault == 2)
			posting(s, 0, SEARCH_TITLE);
		term(s, "b");
		if (fault == 3)
			term(s, "c");
		posting(s, 1, SEARCH_TITLE);
		if (fault == 4)
			posting(s, 1, SEARCH_TITLE);
		if (fault == 5)
			posting(s, 0, SEARCH_TITLE);
		if (fault == 6)
			posting(s, 3, SEARCH_TITLE);
		if (fault == 7)
			segwrite_posting(s->w, 2, 0, &position, 1);
		if (fault == 8)
			segwrite_posting(s->w, 2, 1, &position, 0);
		if (fault == 12)
			segwrite_postings(s->w, 2, falling, weights, places, 2);
		if (fault == 13)
			segwrite_postings(s->w, 129, rising, weights, places,
			    129);
		if (fault == 14) /* the second has no occurrence */
			segwrite_postings(s->w, 2, rising + 1, weights, places,
			    1);
		if (fault == 15) /* no such document */
			segwrite_postings(s->w, 2, rising + 1, weights, places,
			    2);
		term(s, fault == 9 ? "b" : fault == 10 ? "abc" : "bc");
		posting(s, 2, SEARCH_TITLE);
		if (fault == 11)
			docs(s, 1);
		assert_int_equal(finish(s, &err), -1);
		assert_int_equal(err.code, fault == 1 ? ERR_LIMIT : ERR_FORMAT);
		assert_non_null(strstr(err.text, s->path));
		segwrite_free(s->w);
		s->w = NULL;
		assert_false(file_exists(s->path));
	}
}

/* Postings in runs make the file that they make one by one. */
static void
test_runs(void **state)
{
	struct scene *s = *state;
	uint32_t numbers[1000], at, n, i;
	uint8_t weights[1000], places[1000];
	struct seg seg[2];
	struct err err;
	int round;

	for (i = 0; i < 1000; i++) {
		numbers[i] = 2 * i + i / 300;
		weights[i] = i % 7 ? 1 : 10;
		places[i] = (uint8_t)((i % 30) << (i % 7 ? 1 : 2) | 1);
	}
	for (round = 0; round < 2; round++) {
		segwrite_free(s->w);
		assert_int_equal(file_remove(s->path, &err), 0);
		s->w = segwrite_new(s->path, &err);
		assert_non_null(s->w);
		s->n_docs = 0;
		docs(s, 2100);
		term(s, "a");
		assert_int_equal(segwrite_room(s->w), 128);
		for (at = 0; at < 1000; at += n) {
			n = round == 0 ? 1 : 1 + at % 97;
			if (n > segwrite_room(s->w))
				n = segwrite_room(s->w);
			if (n > 1000 - at)
				n = 1000 - at;
			segwrite_postings(s->w, n, numbers + at, weights + at,
			    places + at, n);
		}
		finish_and_load(s, &seg[round]);
	}
	assert_int_equal(seg[0].len, seg[1].len);
	assert_memory_equal(seg[0].data, seg[1].data, seg[0].len);
	seg_release(&seg[0]);
	seg_release(&seg[1]);
}

static void
test_paths(void **state)
{
	struct scene *s = *state;
	struct strbuf sb;
	char path[200];
	struct err err;

	/* It exists: not touched. */
	segwrite_free(s->w);
	s->w = NULL;
	assert_false(file_exists(s->path));
	assert_int_equal(file_put(s->path, "here", 4, 0600, &err), 0);
	assert_null(segwrite_new(s->path, &err));
	assert_int_equal(err.code, ERR_SYS);
	assert_int_equal(file_read(s->path, 10, &sb, &err), 0);
	assert_string_equal(sb.buf, "here");
	strbuf_release(&sb);
	snprintf(path, sizeof(path), "%s/no/b.seg", s->folder);
	assert_null(segwrite_new(path, &err));
	assert_int_equal(err.code, ERR_SYS);
	assert_non_null(strstr(err.text, path));
	segwrite_free(NULL);
}

static void
test_disk_full(void **state)
{
	struct scene *s = *state;
	struct rlimit old, limit;
	struct err err;
	char text[8];
	unsigned i;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_IGN);
	limit = old;
	/* Once while postings go out, once in the last bytes. */
	for (limit.rlim_cur = 1000000; limit.rlim_cur > 0;
	     limit.rlim_cur = limit.rlim_cur > 500 ? 500 : 0) {
		segwrite_free(s->w);
		s->w = segwrite_new(s->path, &err);
		assert_non_null(s->w);
		s->n_docs = 0;
		docs(s, 100);
		for (i = 0; i < (limit.rlim_cur > 500 ? 99999 : 10); i++) {
			snprintf(text, sizeof(text), "w%05u", i);
			term(s, text);
			posting(s, i % 50, SEARCH_TITLE);
			posting(s, 50 + i % 50, SEARCH_TITLE);
		}
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		assert_int_equal(finish(s, &err), -1);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
		assert_int_equal(err.code, ERR_SYS);
		assert_non_null(strstr(err.text, "cannot write"));
		segwrite_free(s->w);
		s->w = NULL;
		assert_false(file_exists(s->path));
	}
}

/* More than the write buffer, so that chunks and buffers have borders. */
static void
test_large(void **state)
{
	struct scene *s = *state;
	const struct seg_term *found;
	struct list list;
	struct seg seg;
	char text[16];
	uint32_t i, k;

	docs(s, 20000);
	for (i = 0; i < 30; i++) {
		snprintf(text, sizeof(text), "word%04u", i);
		term(s, text);
		for (k = i % 3; k < 20000; k += 1 + i % 5)
			posting(s, k, (k * 7 + i) % SEARCH_FIELD_COUNT);
	}
	finish_and_load(s, &seg);
	assert_true(seg.len > (size_t)1 << 19);
	for (i = 0; i < 30; i++) {
		snprintf(text, sizeof(text), "word%04u", i);
		found = seg_find(&seg, text, strlen(text));
		assert_non_null(found);
		seg_list(&seg, found, &list);
		assert_int_equal(list.n, (20000 - i % 3 + i % 5) / (1 + i % 5));
		for (k = 0; k < list.n; k++)
			assert_int_equal(list.places[k].field,
			    (list.postings[k].doc * 7 + i) %
				SEARCH_FIELD_COUNT);
		list_release(&list);
	}
	seg_release(&seg);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_empty),
		T(test_bytes),
		T(test_facts),
		T(test_blocks),
		T(test_runs),
		T(test_term_lengths),
		T(test_stems),
		T(test_order),
		T(test_paths),
		T(test_disk_full),
		T(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
