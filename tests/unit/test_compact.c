/*
 * test_compact: documents spread over any number of segments, with dead ones
 * among them, give after merging the very bytes that the alive ones give when
 * they are written at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "search/compact.h"
#include "search/segwrite.h"

#include "../fuzz/segment_walk.h"
#include "segment_world.h"

#define DOCS_MAX  1200
#define WORDS     90
#define PARTS_MAX 40

/* All about a document follows from its number and its version. */
struct plan {
	uint32_t docs[DOCS_MAX]; /* rising */
	bool is_old[DOCS_MAX];   /* another version, to be dead */
	uint64_t dead[DOCS_MAX / 64 + 1];
	uint32_t n;
};

static uint32_t
chance(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t z = a * UINT64_C(0x9e3779b97f4a7c15) + b * 7919 + c * 104729;

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(z >> 20);
}

static void
add_facts(struct segwrite *w, struct filter_builder *filters,
    struct place_builder *places, uint32_t number, uint32_t doc)
{
	struct doc_facts facts = { .group = 1000 + 3 * (int64_t)doc,
		.modified = chance(doc, 1, 0),
		.checked = chance(doc, 2, 0),
		.year = (uint16_t)chance(doc, 3, 0),
		.length = (uint8_t)chance(doc, 4, 0),
		.prior = (uint8_t)chance(doc, 5, 0) };
	uint16_t values[SEARCH_FACET_COUNT * 2];
	uint32_t facet, i;
	char text[24];
	size_t n = 0;

	segwrite_doc(w, &facts);
	for (facet = 0; facet < SEARCH_FACET_COUNT; facet++) {
		uint32_t first = chance(doc, 6, facet) % (2 + facet * facet);

		for (i = 0; i < chance(doc, 7, facet) % 3; i++) {
			(void)snprintf(text, sizeof(text), "v%u", first + i);
			values[n++] = filter_builder_value(filters,
			    (enum search_facet)facet, text, strlen(text));
		}
	}
	filter_builder_add(filters, values, n);
	for (i = 0; i < chance(doc, 8, 0) % 4; i++)
		place_builder_add(places, number,
		    chance(doc, 9, i) % 18001 / 100.0 - 90,
		    chance(doc, 10, i) % 36001 / 100.0 - 180);
}

/* Occurrences as in format.h. */
static size_t
make_bytes(uint32_t doc, uint32_t word, uint8_t *bytes)
{
	uint32_t n = 1 + chance(doc, 11, word) % 4, i;
	size_t len = 0;

	for (i = 0; i < n; i++) {
		uint32_t value = chance(doc, 12, word + i * 1000) % 400 << 4 |
				 chance(doc, 13, word + i) % 5 << 1 |
				 (i + 1 == n);

		for (; value > 0x7f; value >>= 7)
			bytes[len++] = (uint8_t)(value | 0x80);
		bytes[len++] = (uint8_t)value;
	}
	return len;
}

static void
word_text(uint32_t word, char text[16])
{
	(void)snprintf(text, 16, "%s%03u", word < 50 ? "aword" : "manywords",
	    word);
}

/* Word 0 is in all, word 1 in one in ten, the others rarer; the last in
 * none but old ones. */
static bool
has_word(uint32_t doc, bool is_old, uint32_t word)
{
	if (word == WORDS - 1)
		return is_old;
	return chance(doc, 14, word + (is_old ? 5 : 0)) % (1 + word * 9) == 0;
}

static void
write_plan(const struct plan *plan, const char *name)
{
	struct filter_builder *filters = filter_builder_new();
	struct place_builder *places = place_builder_new();
	struct stemmer *stemmer = stemmer_new();
	struct segwrite *w;
	struct err err;
	uint32_t i, word;
	uint8_t bytes[64];
	char text[16];

	w = segwrite_new(world_path(name), &err);
	assert_non_null(w);
	for (i = 0; i < plan->n; i++)
		add_facts(w, filters, places, i, plan->docs[i]);
	for (word = 0; word < WORDS; word++) {
		bool is_begun = false;

		for (i = 0; i < plan->n; i++) {
			if (!has_word(plan->docs[i], plan->is_old[i], word))
				continue;
			word_text(word, text);
			if (!is_begun)
				segwrite_term(w, text, strlen(text), 1 + word);
			is_begun = true;
			segwrite_posting(w, i,
			    (uint8_t)(1 +
				      chance(plan->docs[i], 15, word) % 255),
			    bytes, make_bytes(plan->docs[i], word, bytes));
		}
	}
	if (segwrite_finish(w, filters, places, stemmer, &err) == -1)
		fail_msg("%s", err.text);
	segwrite_free(w);
	stemmer_free(stemmer);
	filter_builder_free(filters);
	place_builder_free(places);
}

static void
plan_add(struct plan *plan, uint32_t doc, bool is_old, bool is_dead)
{
	uint32_t n = plan->n++;

	plan->docs[n] = doc;
	plan->is_old[n] = is_old;
	if (is_dead)
		plan->dead[n >> 6] |= (uint64_t)1 << (n & 63);
}

struct parts {
	struct plan *plans;
	struct segment *segments[PARTS_MAX];
	struct compact_input inputs[PARTS_MAX];
	size_t n;
	struct plan *alive;
};

/* dead_of: one in so many is dead, 1: all, 0: none. in_runs: each part has
 * neighbours, else they interleave. */
static void
parts_make(struct parts *parts, uint64_t seed, uint32_t docs, size_t n,
    uint32_t dead_of, bool in_runs)
{
	uint32_t doc;
	size_t i;

	memset(parts, 0, sizeof(*parts));
	parts->plans = xcalloc(n + 1, sizeof(*parts->plans));
	parts->alive = xcalloc(1, sizeof(*parts->alive));
	parts->n = n;
	for (doc = 0; doc < docs; doc++) {
		size_t part = in_runs ? doc * n / docs
				      : chance(doc, seed, 20) % n;
		bool is_dead = dead_of > 0 &&
			       chance(doc, seed, 21) % dead_of == 0;

		plan_add(&parts->plans[part], doc, is_dead, is_dead);
		/* Some are dead because another segment has a newer one. */
		if (is_dead && n > 1 && dead_of > 1 && doc % 2 == 0) {
			plan_add(&parts->plans[(part + 1) % n], doc, false,
			    false);
			is_dead = false;
		}
		if (!is_dead)
			plan_add(parts->alive, doc, false, false);
	}
	for (i = 0; i < n; i++) {
		char name[32];
		struct err err;

		(void)snprintf(name, sizeof(name), "part%zu", i);
		(void)unlink(world_path(name));
		write_plan(&parts->plans[i], name);
		parts->segments[i] = segment_open(world_path(name), 0, &err);
		if (parts->segments[i] == NULL)
			fail_msg("%s", err.text);
		parts->inputs[i].segment = parts->segments[i];
		parts->inputs[i].dead = dead_of == 0 ? NULL
						     : parts->plans[i].dead;
	}
	(void)unlink(world_path("merged"));
	(void)unlink(world_path("direct"));
}

static void
parts_release(struct parts *parts)
{
	size_t i;

	for (i = 0; i < parts->n; i++)
		segment_close(parts->segments[i]);
	free(parts->plans);
	free(parts->alive);
}

static void
assert_same_section(const struct segment *a, const struct segment *b, int i)
{
	const struct seg_section *left = &a->header->sections[i];
	const struct seg_section *right = &b->header->sections[i];

	if (left->offset != right->offset || left->size != right->size ||
	    memcmp(a->map + left->offset, b->map + right->offset, left->size) !=
		0)
		fail_msg("section %d differs", i);
}

/* The values of a document, one bit each. */
static void
lane_values(const struct segment *segment, uint32_t doc, unsigned char *ret)
{
	const struct filters *filters = &segment->filters;
	size_t i;
	uint32_t at, code;

	memset(ret, 0, filters->n_values);
	for (i = 0; i < filters->n_lanes; i++) {
		const struct lane *lane = &filters->lanes[i];

		code = lane->width == 1 ? ((const uint8_t *)lane->codes)[doc]
		       : lane->width == 2
			   ? ((const uint16_t *)lane->codes)[doc]
			   : ((const uint32_t *)lane->codes)[doc];
		for (at = lane->starts[code]; at < lane->starts[code + 1]; at++)
			ret[lane->values[at]]++;
	}
}

/* All bytes, but that lanes may number combinations as they like. */
static void
assert_same_files(const char *a, const char *b)
{
	struct segment *left, *right;
	unsigned char *of_left, *of_right;
	struct err err;
	uint32_t doc;
	int i;

	left = segment_open(world_path(a), 0, &err);
	assert_non_null(left);
	right = segment_open(world_path(b), 0, &err);
	assert_non_null(right);
	assert_memory_equal(left->header, right->header,
	    offsetof(struct seg_header, sums_sum));
	for (i = 0; i < SECTION_COUNT; i++)
		if (i != SECTION_LANES && i != SECTION_SUMS)
			assert_same_section(left, right, i);
	of_left = xcalloc(left->filters.n_values + 1, 1);
	of_right = xcalloc(left->filters.n_values + 1, 1);
	for (doc = 0; doc < left->n_docs; doc++) {
		lane_values(left, doc, of_left);
		lane_values(right, doc, of_right);
		assert_memory_equal(of_left, of_right, left->filters.n_values);
	}
	segment_walk(left);
	free(of_left);
	free(of_right);
	segment_close(left);
	segment_close(right);
}

static void
test_same_bytes(void **state)
{
	static const struct {
		uint32_t docs;
		size_t parts;
		uint32_t dead_of;
		bool in_runs;
	} rows[] = {
		{ 1, 1, 0, true },
		{ 300, 1, 0, true },
		{ 300, 1, 3, true },
		{ 300, 2, 0, true },
		{ 300, 2, 5, false },
		{ 1000, 3, 2, false },
		{ 1000, 7, 10, true },
		{ 1200, 40, 0, false },
		{ 1200, 40, 7, false },
		{ 20, 40, 2, false }, /* some have no documents at all */
		{ 700, 5, 2, true },
	};
	struct parts parts;
	uint32_t docs;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		parts_make(&parts, i, rows[i].docs, rows[i].parts,
		    rows[i].dead_of, rows[i].in_runs);
		if (compact(parts.inputs, parts.n, world_path("merged"), NULL,
			&docs, &err) == -1)
			fail_msg("%s", err.text);
		assert_int_equal(docs, parts.alive->n);
		write_plan(parts.alive, "direct");
		assert_same_files("merged", "direct");
		parts_release(&parts);
	}
}

static void
test_nothing(void **state)
{
	struct parts parts;
	uint32_t docs = 5;
	struct err err;

	(void)state;
	parts_make(&parts, 1, 100, 3, 1, true);
	assert_int_equal(compact(parts.inputs, 3, world_path("merged"), NULL,
			     &docs, &err),
	    0);
	assert_int_equal(docs, 0);
	assert_false(file_exists(world_path("merged")));
	assert_int_equal(compact(NULL, 0, world_path("merged"), NULL, &docs,
			     &err),
	    0);
	assert_false(file_exists(world_path("merged")));
	parts_release(&parts);
}

static void
assert_fails(struct parts *parts, size_t n, const atomic_bool *cancel,
    enum err_code code)
{
	struct err err = { 0 };
	uint32_t docs = 77;

	assert_int_equal(compact(parts->inputs, n, world_path("merged"), cancel,
			     &docs, &err),
	    -1);
	assert_int_equal(err.code, code);
	assert_int_equal(docs, 77);
	assert_false(file_exists(world_path("merged")));
}

static void
test_refused(void **state)
{
	const struct segment *segment;
	struct parts parts;
	atomic_bool cancel = true;
	struct err err = { 0 };
	struct strbuf bytes;
	uint32_t docs = 77;
	size_t at;

	(void)state;
	parts_make(&parts, 1, 1200, 3, 4, false);
	assert_fails(&parts, 3, &cancel, ERR_BUSY);
	cancel = false;
	assert_int_equal(compact(parts.inputs, 3, world_path("merged"), &cancel,
			     &docs, &err),
	    0);
	/* what is there stays */
	assert_int_equal(compact(parts.inputs, 3, world_path("merged"), NULL,
			     &docs, &err),
	    -1);
	assert_true(file_exists(world_path("merged")));
	(void)unlink(world_path("merged"));
	/* the same record twice */
	parts.inputs[2] = parts.inputs[1];
	assert_fails(&parts, 3, NULL, ERR_FORMAT);
	parts.inputs[2].segment = parts.segments[2];
	parts.inputs[2].dead = parts.plans[2].dead;
	/* a gap that leads elsewhere, and checksums that are not compared */
	segment = parts.segments[1];
	assert_int_equal(file_read(world_path("part1"), 1 << 28, &bytes, &err),
	    0);
	at = segment->header->sections[SECTION_POSTINGS].offset +
	     offsetof(struct seg_block, last);
	bytes.buf[at]++;
	segment_close(parts.segments[1]);
	parts.inputs[1].segment = parts.segments[1] = world_open("lies",
	    bytes.buf, bytes.len, SEGMENT_TRUSTING, &err);
	assert_non_null(parts.segments[1]);
	assert_fails(&parts, 3, NULL, ERR_FORMAT);
	strbuf_release(&bytes);
	parts_release(&parts);
}

/* Bytes by chance where checksums are not compared: merged or refused. */
static void
test_trusting(void **state)
{
	struct parts parts;
	struct strbuf good;
	struct err err;
	struct seg_header header;
	const struct seg_section *postings = &header.sections[SECTION_POSTINGS];
	uint32_t docs, i, k, merged = 0, refused = 0;
	char *bytes;

	(void)state;
	parts_make(&parts, 3, 300, 2, 3, false);
	assert_int_equal(file_read(world_path("part1"), 1 << 28, &good, &err),
	    0);
	memcpy(&header, good.buf, sizeof(header));
	segment_close(parts.segments[1]);
	bytes = xmalloc(good.len);
	for (i = 0; i < 600; i++) {
		/* Hardly anything else than postings passes. */
		size_t from = sizeof(header), len = good.len - from;

		if (i % 3 > 0)
			len = postings->offset + postings->size - from;
		memcpy(bytes, good.buf, good.len);
		for (k = 0; k <= i % 5; k++)
			bytes[from + chance(i, k, 1) % len] = (char)chance(i, k,
			    2);
		parts.inputs[1].segment = parts.segments[1] = world_open("lies",
		    bytes, good.len, SEGMENT_TRUSTING | SEGMENT_COPY, &err);
		if (parts.segments[1] == NULL)
			continue;
		if (compact(parts.inputs, 2, world_path("merged"), NULL, &docs,
			&err) == 0)
			merged++;
		else
			refused++;
		(void)unlink(world_path("merged"));
		segment_close(parts.segments[1]);
	}
	assert_true(merged > 50 && refused > 50);
	parts.segments[1] = NULL;
	free(bytes);
	strbuf_release(&good);
	parts_release(&parts);
}

static int
cleanup(void **state)
{
	(void)state;
	world_cleanup();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_trusting),
	};

	return cmocka_run_group_tests_name("compact", tests, NULL, cleanup);
}
