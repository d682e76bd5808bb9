/*
 * test_build_random: documents by chance against a naive list of all
 * occurrences, and joined segments against one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/compact.h"
#include "build_scene.h"

struct occurrence {
	uint32_t word, doc, position;
	unsigned field;
};

static uint32_t
chance(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Few words are frequent, many are rare, some are long. */
static size_t
random_word(uint32_t *seed, uint32_t *ret_word, char text[300])
{
	uint32_t word = chance(seed) % (1u << chance(seed) % 14);
	int len = snprintf(text, 300, "w%x", word * 2654435761u);

	if (word % 17 == 3)
		len += snprintf(text + len, 300 - (size_t)len, "%0*d",
		    (int)(word % 200), 7);
	*ret_word = word;
	return (size_t)len;
}

static int
compare(const void *a, const void *b)
{
	const struct occurrence *x = a, *y = b;

	if (x->word != y->word)
		return x->word < y->word ? -1 : 1;
	if (x->doc != y->doc)
		return x->doc < y->doc ? -1 : 1;
	if (x->field != y->field)
		return x->field < y->field ? -1 : 1;
	return x->position < y->position ? -1 : x->position > y->position;
}

static void
check_word(const struct seg *seg, const struct seg_term *found,
    const struct occurrence *o, size_t n)
{
	struct list list;
	size_t i, k, at = 0;

	assert_non_null(found);
	seg_list(seg, found, &list);
	assert_int_equal(list.n_places, n);
	for (i = 0; i < list.n; i++) {
		for (k = 0; k < list.postings[i].n; k++, at++) {
			assert_int_equal(o[at].doc, list.postings[i].doc);
			assert_int_equal(o[at].position,
			    list.places[at].position);
			assert_int_equal(o[at].field, list.places[at].field);
		}
	}
	assert_int_equal(at, n);
	list_release(&list);
}

static void
random_document(struct scene *s, uint32_t *seed, uint32_t doc,
    struct occurrence **all, size_t *n, size_t *cap)
{
	uint32_t words = chance(seed) % 100, w, i, field;
	uint32_t next[SEARCH_FIELD_COUNT] = { 0 }, has_gap = 0;
	struct occurrence o;
	char text[300];
	size_t len;

	if (chance(seed) % 100 == 0)
		words *= 40;
	builder_doc(s->b, 1000 + 2 * doc);
	for (i = 0; i < words; i++) {
		len = random_word(seed, &w, text);
		field = chance(seed) % SEARCH_FIELD_COUNT;
		if ((has_gap >> field & 1) != 0 && next[field] > 0)
			next[field]++;
		has_gap &= ~(1u << field);
		o = (struct occurrence){ w, doc, next[field]++, field };
		builder_word(s->b, text, len, o.field, 0);
		VEC_PUSH(*all, *n, *cap, o);
		if (chance(seed) % 8 == 0) {
			len = random_word(seed, &o.word, text);
			builder_form(s->b, text, len, 0);
			if (o.word != w)
				VEC_PUSH(*all, *n, *cap, o);
		}
		if (chance(seed) % 10 != 0)
			continue;
		builder_gap(s->b);
		has_gap = (1u << SEARCH_FIELD_COUNT) - 1;
	}
	builder_doc_end(s->b);
}

static void
test_random(void **state)
{
	struct scene *s = *state;
	struct occurrence *all = NULL;
	size_t n = 0, cap = 0, i, first, n_words, len;
	uint32_t seed = 4711, doc, w;
	char text[300];
	struct seg seg;
	int round;

	for (round = 0; round < 3; round++) {
		n = n_words = 0;
		for (doc = 0; doc < (round == 1 ? 100 : 1500); doc++)
			random_document(s, &seed, doc, &all, &n, &cap);
		write_and_load(s, &seg);
		assert_int_equal(seg.h->n_docs, doc);
		qsort(all, n, sizeof(*all), compare);
		for (first = 0, i = 1; i <= n; i++) {
			if (i < n && all[i].word == all[first].word)
				continue;
			w = all[first].word;
			len = (size_t)snprintf(text, sizeof(text), "w%x",
			    w * 2654435761u);
			if (w % 17 == 3)
				len += (size_t)snprintf(text + len,
				    sizeof(text) - len, "%0*d", (int)(w % 200),
				    7);
			check_word(&seg, seg_find(&seg, text, len), all + first,
			    i - first);
			first = i;
			n_words++;
		}
		assert_int_equal(n_words, seg.h->n_terms);
		seg_release(&seg);
	}
	free(all);
}

/* Facets, points and facts by chance, as random_document() does words. */
static void
random_facts(struct scene *s, uint32_t *seed, uint32_t doc)
{
	char value[16];
	int facet, i;

	builder_facts(s->b, chance(seed), chance(seed), (uint16_t)doc,
	    (uint8_t)chance(seed));
	for (facet = 0; facet < SEARCH_FACET_COUNT; facet++)
		for (i = (int)(chance(seed) % 3); i > 0; i--) {
			snprintf(value, sizeof(value), "v%u",
			    chance(seed) % (unsigned)(2 + 9 * facet));
			builder_value(s->b, (enum search_facet)facet, value);
		}
	for (i = (int)(chance(seed) % 3); i > 0; i--)
		builder_point(s->b, chance(seed) % 180 - 90.0,
		    chance(seed) % 360 - 180.0);
}

/* Words that have stems, others in other languages as documents go on. */
static void
stemmed_words(struct scene *s, uint32_t *seed, uint32_t doc)
{
	static const char *const words[] = { "dances", "nations", "running",
		"canciones", "informations", "wellness", "haus", "boxes" };
	static const char *const langs[] = { "en", "fr", "es", "de", "it" };
	uint32_t i;

	for (i = 0; i < 4; i++) {
		const char *word = words[chance(seed) % ARRAY_LEN(words)];

		builder_word(s->b, word, strlen(word), SEARCH_TITLE,
		    stem_lang(langs[chance(seed) % (1 + doc / 100)]));
	}
}

/* Documents in one segment, or in several that are joined: the same file. */
static void
test_joined(void **state)
{
	struct scene *s = *state;
	struct compact_input inputs[4] = { { NULL, NULL } };
	struct occurrence *all = NULL;
	size_t n = 0, cap = 0, i;
	struct strbuf one, joined;
	uint32_t seed, doc, n_docs;
	struct seg seg;
	size_t len;
	char path[160];
	struct err err;
	unsigned parts;

	for (parts = 1; parts <= 4; parts += 3) {
		seed = 99;
		for (doc = i = 0; doc < 400; doc++) {
			random_document(s, &seed, doc, &all, &n, &cap);
			builder_doc(s->b, 1001 + 2 * doc);
			random_facts(s, &seed, doc);
			stemmed_words(s, &seed, doc);
			if ((doc + 1) % (400 / parts) != 0)
				continue;
			snprintf(path, sizeof(path), "%s/%u-%zu", s->folder,
			    parts, i);
			assert_int_equal(builder_write(s->b, path, &err), 0);
			inputs[i++].segment = open_segment(path);
		}
		snprintf(path, sizeof(path), "%s/joined-%u", s->folder, parts);
		if (compact(inputs, i, path, NULL, &n_docs, &err) == -1)
			fail_msg("%s", err.text);
		assert_int_equal(n_docs, 800);
		while (i > 0)
			segment_close(inputs[--i].segment);
		assert_int_equal(file_read(path, 1 << 30, &joined, &err), 0);
		snprintf(path, sizeof(path), "%s/1-0", s->folder);
		assert_int_equal(file_read(path, 1 << 30, &one, &err), 0);
		assert_int_equal(joined.len, one.len);
		assert_memory_equal(joined.buf, one.buf, one.len);
		strbuf_release(&joined);
		strbuf_release(&one);
		snprintf(path, sizeof(path), "%s/joined-%u", s->folder, parts);
		seg_load(&seg, path);
		seg_section(&seg, SECTION_STEMS, &len);
		assert_true(len > 16 * sizeof(struct seg_stem));
		seg_release(&seg);
	}
	free(all);
}

static void
test_full(void **state)
{
	struct scene *s = *state;
	uint32_t i, k, seed = 1;
	struct seg seg;
	char text[32];
	int len;

	assert_false(builder_is_full(s->b));
	for (i = 0; !builder_is_full(s->b); i++) {
		assert_true(i < 100000);
		builder_doc(s->b, i);
		for (k = 0; k < 200; k++) {
			len = snprintf(text, sizeof(text), "%x",
			    chance(&seed) % 2000000);
			builder_word(s->b, text, (size_t)len, SEARCH_REST, 0);
		}
		builder_doc_end(s->b);
	}
	assert_true(i > 1000);
	builder_clear(s->b);
	assert_int_equal(builder_docs(s->b), 0);
	write_and_load(s, &seg);
	assert_int_equal(seg.h->n_terms, 0);
	seg_release(&seg);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
	const struct CMUnitTest tests[] = {
		T(test_random),
		T(test_joined),
		T(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
