/*
 * test_build: what the builder makes of words, forms, gaps, values, points
 * and of too much of them. test_build_random does the rest by chance.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_scene.h"

static void
word(struct scene *s, const char *text, enum search_field field)
{
	builder_word(s->b, text, strlen(text), field, 1);
}

static void
form(struct scene *s, const char *text)
{
	builder_form(s->b, text, strlen(text), 2);
}

/* "doc:weight:position/field,position/field doc:..." */
static void
expect(const struct seg *seg, const char *text, const char *expected)
{
	const struct seg_term *found = seg_find(seg, text, strlen(text));
	struct strbuf out;
	struct list list;
	size_t i, k;

	if (found == NULL)
		fail_msg("no %s", text);
	seg_list(seg, found, &list);
	strbuf_init(&out, 4096);
	for (i = 0; i < list.n; i++) {
		strbuf_addf(&out, "%s%u:%u:", i > 0 ? " " : "",
		    list.postings[i].doc, list.postings[i].weight);
		for (k = 0; k < list.postings[i].n; k++)
			strbuf_addf(&out, "%s%u/%u", k > 0 ? "," : "",
			    list.places[list.postings[i].first + k].position,
			    list.places[list.postings[i].first + k].field);
	}
	strbuf_addstr(&out, "");
	assert_string_equal(out.buf, expected);
	strbuf_release(&out);
	list_release(&list);
}

static const uint8_t *
lengths(const struct seg *seg)
{
	size_t len;

	return seg_section(seg, SECTION_LENGTHS, &len);
}

static void
test_empty(void **state)
{
	struct scene *s = *state;
	struct seg seg;

	/* without a document nothing is taken */
	word(s, "stray", SEARCH_TITLE);
	builder_gap(s->b);
	builder_value(s->b, SEARCH_KIND, "service");
	builder_point(s->b, 1, 1);
	builder_facts(s->b, 1, 2, 3, 4);
	builder_doc_end(s->b);
	write_and_load(s, &seg);
	assert_int_equal(seg.h->n_docs, 0);
	assert_int_equal(seg.h->n_terms, 0);
	seg_release(&seg);
}

static void
test_small(void **state)
{
	struct scene *s = *state;
	struct seg seg;

	builder_doc(s->b, 41);
	form(s, "early");
	word(s, "well", SEARCH_TITLE);
	word(s, "being", SEARCH_TITLE);
	form(s, "wellbeing");
	form(s, "wellbeing");
	form(s, "being");
	builder_gap(s->b);
	builder_gap(s->b);
	form(s, "after");
	word(s, "well", SEARCH_SUMMARY);
	word(s, "", SEARCH_SUMMARY);
	form(s, "none");
	word(s, "well", SEARCH_REST);
	builder_gap(s->b);
	word(s, "well", SEARCH_TITLE);
	builder_doc_end(s->b);
	builder_doc(s->b, 50); /* no words */
	builder_doc_end(s->b);
	builder_doc(s->b, 60);
	builder_gap(s->b); /* nothing before it */
	word(s, "well", SEARCH_PEOPLE);
	word(s, "well", SEARCH_PLACE);
	assert_int_equal(builder_docs(s->b), 3);
	write_and_load(s, &seg); /* ends the document */
	assert_int_equal(seg.h->n_docs, 3);
	assert_int_equal(seg.h->base_group, 41);
	assert_int_equal(seg.h->words, 7);
	assert_int_equal(seg.h->n_terms, 4);
	expect(&seg, "well", "0:25:0/0,3/0,0/1,0/4 2:4:0/2,0/3");
	expect(&seg, "being", "0:10:1/0");
	expect(&seg, "wellbeing", "0:10:1/0");
	expect(&seg, "after", "0:10:1/0");
	assert_int_equal(seg_find(&seg, "well", 4)->langs, 1);
	assert_int_equal(seg_find(&seg, "after", 5)->langs, 2);
	assert_int_equal(lengths(&seg)[0], 5);
	assert_int_equal(lengths(&seg)[1], 0);
	assert_int_equal(lengths(&seg)[2], 2);
	seg_release(&seg);
}

static void
test_same_again(void **state)
{
	struct scene *s = *state;
	struct seg seg;
	int i;

	/* the builder is as new after a write, and after a failed one */
	for (i = 0; i < 3; i++) {
		struct err err;

		builder_doc(s->b, 7);
		word(s, i == 1 ? "lost" : "kept", SEARCH_TITLE);
		if (i == 1) {
			assert_int_equal(builder_write(s->b, s->path, &err),
			    -1);
			assert_int_equal(err.code, ERR_SYS);
			assert_int_equal(builder_docs(s->b), 0);
			continue;
		}
		write_and_load(s, &seg);
		assert_int_equal(seg.h->n_terms, 1);
		expect(&seg, "kept", "0:10:0/0");
		seg_release(&seg);
	}
}

static void
test_groups(void **state)
{
	struct scene *s = *state;
	struct err err;

	builder_doc(s->b, 7);
	builder_doc(s->b, 7);
	assert_int_equal(builder_write(s->b, s->path, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_false(file_exists(s->path));
}

static void
test_limits(void **state)
{
	struct scene *s = *state;
	char text[400], longest[TERM_MAX + 1];
	const struct seg_term *found;
	struct list list;
	struct seg seg;
	uint32_t i;

	/* cut, and never within a character: 254 + 2 bytes */
	memset(text, 'x', sizeof(text));
	memset(longest, 'x', sizeof(longest));
	builder_doc(s->b, 1);
	builder_word(s->b, text, sizeof(text), SEARCH_REST, 0);
	builder_word(s->b, text, TERM_MAX, SEARCH_REST, 0);
	memcpy(text + 254, "\xc3\xa9", 2);
	builder_word(s->b, text, sizeof(text), SEARCH_REST, 0);
	memset(text, 0x80, sizeof(text)); /* no character at all */
	builder_word(s->b, text, sizeof(text), SEARCH_REST, 0);
	/* around the border of what is kept inside */
	for (i = 26; i < 36; i++) {
		builder_word(s->b, longest, i, SEARCH_REST, 0);
		builder_word(s->b, longest, i, SEARCH_TITLE, 0);
	}
	/* a document longer than there is room for */
	builder_doc(s->b, 2);
	for (i = 0; i < DOC_WORDS_MAX + 100; i++) {
		word(s, "many", SEARCH_REST);
		form(s, "form");
		form(s, "many");
		builder_gap(s->b);
	}
	builder_doc_end(s->b);
	write_and_load(s, &seg);
	assert_int_equal(seg.h->n_terms, 2 + 1 + 10 + 2);
	found = seg_find(&seg, longest, TERM_MAX);
	assert_non_null(found);
	seg_list(&seg, found, &list);
	assert_int_equal(list.postings[0].weight, 2);
	list_release(&list);
	assert_non_null(seg_find(&seg, longest, 254));
	assert_non_null(seg_find(&seg, text, TERM_MAX));
	for (i = 26; i < 36; i++) {
		found = seg_find(&seg, longest, i);
		assert_non_null(found);
		seg_list(&seg, found, &list);
		assert_int_equal(list.postings[0].weight, 11);
		list_release(&list);
	}
	seg_list(&seg, seg_find(&seg, "many", 4), &list);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.postings[0].weight, 255);
	assert_int_equal(list.postings[0].n, DOC_WORDS_MAX);
	for (i = 0; i < DOC_WORDS_MAX; i++)
		assert_int_equal(list.places[i].position, 2 * i);
	list_release(&list);
	seg_list(&seg, seg_find(&seg, "form", 4), &list);
	assert_true(list.postings[0].n > DOC_WORDS_MAX / 3);
	assert_true(list.postings[0].n <= DOC_WORDS_MAX);
	list_release(&list);
	assert_int_equal(lengths(&seg)[1], length_code(DOC_WORDS_MAX));
	seg_release(&seg);
}

static void
test_facets_and_points(void **state)
{
	struct scene *s = *state;
	struct filter_sections f;
	struct place_sections p;
	struct filters filters;
	struct places places;
	const uint32_t *numbers;
	const uint16_t *years;
	const uint8_t *priors;
	struct seg seg;
	uint64_t bits = 0;
	size_t len;
	float km[3];

	builder_doc(s->b, 1);
	builder_value(s->b, SEARCH_KIND, "service");
	builder_value(s->b, SEARCH_KIND, "service");
	builder_value(s->b, SEARCH_COUNTRY, "pt");
	builder_point(s->b, 38.7, -9.1);
	builder_facts(s->b, 99, 20260102, 2020, 77);
	builder_doc(s->b, 2);
	builder_point(s->b, NAN, 0);
	builder_point(s->b, 0, INFINITY);
	builder_point(s->b, 90.1, 0);
	builder_point(s->b, 0, -180.1);
	builder_doc(s->b, 3);
	builder_value(s->b, SEARCH_KIND, "service");
	write_and_load(s, &seg);
	f.values = seg_section(&seg, SECTION_VALUES, &f.values_len);
	f.text = seg_section(&seg, SECTION_VALUE_TEXT, &f.text_len);
	f.filters = seg_section(&seg, SECTION_FILTERS, &f.filters_len);
	f.lanes = seg_section(&seg, SECTION_LANES, &f.lanes_len);
	assert_int_equal(filters_open(&filters, 3, &f), 0);
	filters_or(&filters, filters_find(&filters, SEARCH_KIND, "service"), 0,
	    3, &bits);
	assert_int_equal(bits, 5);
	bits = 0;
	filters_or(&filters, filters_find(&filters, SEARCH_COUNTRY, "pt"), 0, 3,
	    &bits);
	assert_int_equal(bits, 1);
	p.cells = seg_section(&seg, SECTION_CELLS, &p.cells_len);
	p.points = seg_section(&seg, SECTION_POINTS, &p.points_len);
	assert_int_equal(places_open(&places, 3, &p), 0);
	assert_int_equal(places.n_points, 1);
	bits = 0;
	places_within(&places, &(struct circle){ 38.7, -9.1, 1 }, &bits, km);
	assert_int_equal(bits, 1);
	numbers = seg_section(&seg, SECTION_MODIFIED, &len);
	assert_int_equal(numbers[0], 99);
	assert_int_equal(numbers[1], 0);
	numbers = seg_section(&seg, SECTION_CHECKED, &len);
	assert_int_equal(numbers[0], 20260102);
	years = seg_section(&seg, SECTION_YEARS, &len);
	assert_int_equal(years[0], 2020);
	priors = seg_section(&seg, SECTION_PRIORS, &len);
	assert_int_equal(priors[0], 77);
	seg_release(&seg);
}

/* A caller that never asks builder_is_full() gets no file, not a wrong one,
 * and the builder goes on afterwards. */
static void
test_overfull(void **state)
{
	struct scene *s = *state;
	struct seg seg;
	struct err err;
	char text[16];
	uint32_t i;
	int len;

	for (i = 0; i < 2200000; i++) {
		if (i % 50000 == 0)
			builder_doc(s->b, i + 1);
		len = snprintf(text, sizeof(text), "%x", i);
		builder_word(s->b, text, (size_t)len, SEARCH_REST, 0);
	}
	assert_true(builder_is_full(s->b));
	assert_int_equal(builder_write(s->b, s->path, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, s->path));
	assert_false(file_exists(s->path));
	assert_false(builder_is_full(s->b));
	builder_doc(s->b, 1);
	word(s, "again", SEARCH_TITLE);
	write_and_load(s, &seg);
	expect(&seg, "again", "0:10:0/0");
	seg_release(&seg);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
	const struct CMUnitTest tests[] = {
		T(test_empty),
		T(test_small),
		T(test_same_again),
		T(test_groups),
		T(test_limits),
		T(test_facets_and_points),
		T(test_overfull),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
