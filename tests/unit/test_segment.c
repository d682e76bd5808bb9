/*
 * test_segment: what segment_open() believes, what it refuses, and that words
 * and groups are found. The file is of segment_world's making.
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

#include "../fuzz/segment_walk.h"
#include "segment_world.h"

static struct segment *
open_good(struct world *world)
{
	struct segment *segment;
	struct strbuf bytes;
	struct err err;

	world_bytes(world, &bytes);
	segment = world_open("good", bytes.buf, bytes.len, 0, &err);
	if (segment == NULL)
		fail_msg("%s", err.text);
	strbuf_release(&bytes);
	return segment;
}

/* ---- words ---- */

static uint32_t
plain_find(const struct world *world, const char *text)
{
	uint32_t i;

	for (i = 0; i < world->n_terms; i++)
		if (strcmp(world->terms[i].text, text) == 0)
			return i;
	return TERM_NONE;
}

static void
check_word(const struct world *world, const struct segment *segment,
    const char *text, size_t len)
{
	char copy[40] = "";
	uint32_t first, end, i, want_first = 0, want_n = 0;

	memcpy(copy, text, len);
	if (strlen(copy) == len)
		assert_int_equal(dict_find(segment, text, len),
		    plain_find(world, copy));
	for (i = 0; i < world->n_terms; i++) {
		const char *term = world->terms[i].text;
		size_t n = strlen(term);
		int order = memcmp(term, text, n < len ? n : len);

		if (order < 0 || (order == 0 && n < len))
			want_first++;
		if (order == 0 && n >= len)
			want_n++;
	}
	dict_prefix(segment, text, len, &first, &end);
	assert_int_equal(first, want_first);
	assert_int_equal(end, want_first + want_n);
}

static void
test_words(void **state)
{
	static const char *const others[] = { "", "\x01", "\xff",
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "commonplac",
		"commonplace", "commonplacf", "common", "commonp", "zzzzzzzzz",
		"a", "\xc3" };
	static const uint32_t sizes[] = { 0, 1, 2, 15, 16, 17, 33, 400 };
	size_t k;
	uint32_t i, found[5];

	(void)state;
	for (k = 0; k < ARRAY_LEN(sizes); k++) {
		struct world *world = world_new(k, 3, sizes[k]);
		struct segment *segment = open_good(world);

		for (i = 0; i < sizes[k]; i++) {
			char text[40];
			size_t len = strlen(world->terms[i].text), cut;

			(void)snprintf(text, sizeof(text), "%s%c",
			    world->terms[i].text, "\x01z"[i % 2]);
			check_word(world, segment, text, len + 1);
			text[len] = '\0'; /* a NUL is a byte */
			check_word(world, segment, text, len + 1);
			for (cut = 0; cut <= len; cut++)
				check_word(world, segment, text, cut);
		}
		for (i = 0; i < ARRAY_LEN(others); i++)
			check_word(world, segment, others[i],
			    strlen(others[i]));
		/* segment_world gives the key 5 * k to terms 3k to 3k + 2 */
		for (i = 0; i < sizes[k]; i++) {
			size_t n = dict_stems(segment, i / 3 * 5, found, 5);

			assert_int_equal(found[0], i / 3 * 3);
			assert_int_equal(found[n - 1],
			    found[0] + (uint32_t)n - 1);
			assert_int_equal(n, sizes[k] - i / 3 * 3 < 3
						? sizes[k] - i / 3 * 3
						: 3);
			assert_int_equal(dict_stems(segment, i / 3 * 5, found,
					     1),
			    1);
			assert_int_equal(dict_stems(segment, i * 5 + 1, found,
					     5),
			    0);
		}
		segment_close(segment);
		world_free(world);
	}
}

static void
test_groups(void **state)
{
	struct world *world = world_new(3, 1000, 2);
	struct segment *segment;
	uint32_t i, next = 0;
	int64_t group;

	(void)state;
	world->base_group = -5;
	segment = open_good(world);
	for (group = -10; group < 4000; group++) {
		uint32_t want = UINT32_MAX;

		if (next < 1000 && (int64_t)world->groups[next] - 5 == group)
			want = next++;
		assert_int_equal(segment_find_group(segment, group), want);
	}
	assert_int_equal(next, 1000);
	assert_int_equal(segment_find_group(segment, INT64_MIN), UINT32_MAX);
	assert_int_equal(segment_find_group(segment, INT64_MAX), UINT32_MAX);
	for (i = 0; i < 1000; i++)
		assert_int_equal(segment_group(segment, i),
		    (int64_t)world->groups[i] - 5);
	segment_close(segment);
	world_free(world);
}

/* ---- damage ---- */

static void
assert_refused(const void *bytes, size_t len, const char *why)
{
	struct err err = { 0 };
	struct segment *segment = world_open("bad", bytes, len, 0, &err);

	assert_null(segment);
	assert_int_equal(err.code, ERR_FORMAT);
	if (strstr(err.text, why) == NULL)
		fail_msg("'%s' is not about '%s'", err.text, why);
}

static void
test_truncated(void **state)
{
	struct world *world = world_new(1, 300, 30);
	struct seg_header header;
	struct strbuf bytes;
	struct err err = { 0 };
	size_t i;

	(void)state;
	world_bytes(world, &bytes);
	memcpy(&header, bytes.buf, sizeof(header));
	for (i = 0; i < SECTION_COUNT; i++) {
		size_t at = header.sections[i].offset;
		size_t end = at + header.sections[i].size;

		assert_refused(bytes.buf, at, "truncated");
		assert_refused(bytes.buf, at - 1, "truncated");
		assert_refused(bytes.buf, at + 1, "truncated");
		if (end != bytes.len)
			assert_refused(bytes.buf, end, "truncated");
	}
	assert_refused(bytes.buf, 0, "empty");
	for (i = 0; i < 200; i++)
		assert_refused(bytes.buf,
		    1 + world_random(world) % (bytes.len - 1), "truncated");
	strbuf_add(&bytes, "", 1);
	assert_refused(bytes.buf, bytes.len, "longer");
	assert_null(segment_open(world_path("none"), 0, &err));
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_null(segment_open("/", 0, &err));
	assert_int_equal(err.code, ERR_FORMAT);
	strbuf_release(&bytes);
	world_free(world);
}

/* One bit anywhere: seen at open, or when the postings are read. */
static void
test_altered(void **state)
{
	struct world *world = world_new(2, 4000, 60);
	struct seg_header header;
	struct strbuf bytes;
	uint32_t i, k, late = 0, damaged;
	struct err err;

	(void)state;
	world_bytes(world, &bytes);
	memcpy(&header, bytes.buf, sizeof(header));
	assert_true(header.sections[SECTION_POSTINGS].size > 200000);
	for (i = 0; i < 300; i++) {
		size_t at = world_random(world) % bytes.len;
		struct segment *segment;

		if (i % 3 == 0)
			at = i * 3 % sizeof(header);
		else if (i % 3 == 1)
			at = header.sections[i / 3 % SECTION_COUNT].offset;
		bytes.buf[at] = (char)(bytes.buf[at] ^ 1 << i % 8);
		segment = world_open("altered", bytes.buf, bytes.len, 0, &err);
		if (segment != NULL) {
			late++;
			damaged = 0;
			for (k = 0; k < world->n_terms; k++) {
				struct post post;

				if (post_init(&post, segment, k) == -1) {
					assert_int_equal(post.doc, POST_END);
					damaged++;
				}
			}
			assert_true(damaged > 0 && damaged < world->n_terms);
			assert_int_equal(segment_check(segment, &err), -1);
			assert_int_equal(err.code, ERR_FORMAT);
		} else
			assert_int_equal(err.code, ERR_FORMAT);
		segment_close(segment);
		bytes.buf[at] = (char)(bytes.buf[at] ^ 1 << i % 8);
	}
	assert_true(late > 10);
	strbuf_release(&bytes);
	world_free(world);
}

static const struct lie {
	const char *why;
	enum section section; /* SECTION_COUNT: the header */
	size_t offset;        /* in it */
	size_t width;
	int64_t add;
} lies[] = {
#define H(field) SECTION_COUNT, offsetof(struct seg_header, field)
#define S(n, field)                                                            \
	SECTION_COUNT, offsetof(struct seg_header, sections) +                 \
			   (n) * sizeof(struct seg_section) +                  \
			   offsetof(struct seg_section, field)
	{ "not a search", H(magic), 1, 1 },
	{ "order of bytes", H(order), 4, 1 },
	{ "version", H(version), 4, 1 },
	{ "too many", H(n_docs), 4, (int64_t)1 << 31 },
	{ "size", H(n_docs), 4, 1 },
	{ "size", H(n_docs), 4, -1 },
	{ "size", H(n_terms), 4, 1 },
	{ "size", H(n_terms), 4, (int64_t)1 << 31 },
	{ "add up", H(words), 8, 1 },
	{ "group", H(base_group), 8, INT64_MAX - 5000 },
	{ "truncated", H(file_size), 8, 64 },
	{ "outside", S(SECTION_POSTINGS, offset), 8, -64 },
	{ "outside", S(SECTION_POSTINGS, offset), 8, -384 },
	{ "outside", S(SECTION_TERMS, offset), 8, 8 },
	{ "outside", S(SECTION_TERMS, offset), 8, -64 },
	{ "outside", S(SECTION_TEXT, offset), 8, 1 << 20 },
	{ "outside", S(SECTION_TEXT, offset), 8, -1024 },
	{ "outside", S(SECTION_TEXT, size), 8, INT64_MAX },
	{ "outside", S(SECTION_STEMS, offset), 8, INT64_MIN },
	{ "size", S(SECTION_STEMS, size), 8, 1 },
	{ "size", S(SECTION_YEARS, size), 8, 1 },
	{ "size", S(SECTION_LENGTHS, size), 8, -1 },
	{ "size", S(SECTION_PRIORS, size), 8, 1 },
	{ "size", S(SECTION_GROUPS, size), 8, 4 },
	{ "size", S(SECTION_MODIFIED, size), 8, -4 },
	{ "size", S(SECTION_CHECKED, size), 8, 8 },
	{ "do not fit", S(SECTION_CELLS, size), 8, -8 },
	{ "do not fit", S(SECTION_POINTS, size), 8, -1 },
	{ "do not fit", S(SECTION_VALUES, size), 8, -1 },
	{ "do not fit", S(SECTION_LANES, size), 8, -8 },
#undef H
#undef S
#define TERM(n, field)                                                         \
	SECTION_TERMS,                                                         \
	    (n) * sizeof(struct seg_term) + offsetof(struct seg_term, field)
	{ "word lies outside", TERM(29, text), 4, 1 },
	{ "word lies outside", TERM(29, len), 1, 1 },
	{ "words out of order", TERM(3, text), 4, 40 },
	{ "word lies outside", TERM(3, len), 1, 256 - 6 },
	{ "more documents", TERM(4, df), 4, 1 << 20 },
	{ "postings", TERM(4, offset), 8, 1 },
	{ "postings", TERM(4, offset), 8, 1 << 24 },
	{ "postings", TERM(29, offset), 8, 1 << 24 },
	{ "postings", TERM(5, offset), 8, INT64_MIN },
#undef TERM
	{ "words out of order", SECTION_TEXT, 0, 1, 0x70 },
	{ "no word", SECTION_STEMS, 4, 4, 30 },
	{ "stems out of", SECTION_STEMS, 0, 4, 1000 },
	{ "documents out of", SECTION_GROUPS, 4, 4, 1000 },
	{ "documents out of", SECTION_GROUPS, 0, 4, 1000 },
	{ "add up", SECTION_LENGTHS, 7, 1, 1 },
};

static void
test_lies(void **state)
{
	struct world *world = world_new(2, 300, 30);
	struct seg_header header;
	struct strbuf bytes, bad;
	size_t i;

	(void)state;
	world_bytes(world, &bytes);
	memcpy(&header, bytes.buf, sizeof(header));
	for (i = 0; i < ARRAY_LEN(lies); i++) {
		const struct lie *lie = &lies[i];
		size_t at = lie->offset;
		uint64_t value = 0;

		if (lie->section != SECTION_COUNT)
			at += header.sections[lie->section].offset;
		strbuf_init(&bad, (size_t)1 << 30);
		strbuf_add(&bad, bytes.buf, bytes.len);
		memcpy(&value, bad.buf + at, lie->width);
		value += (uint64_t)lie->add;
		memcpy(bad.buf + at, &value, lie->width);
		if (lie->section != SECTION_COUNT)
			world_sums(&bad);
		else
			world_header_sum(&bad);
		assert_refused(bad.buf, bad.len, lie->why);
		strbuf_release(&bad);
	}
	strbuf_release(&bytes);
	world_free(world);
}

/* What the checksums would catch, were they compared: nothing may break. */
static void
test_trusting(void **state)
{
	static const uint32_t docs[] = { 0, 1, 5, 140, 700 };
	uint32_t k, i, times, opened = 0;
	struct err err;

	(void)state;
	for (k = 0; k < ARRAY_LEN(docs); k++) {
		struct world *world = world_new(k, docs[k],
		    docs[k] == 0 ? 0 : 12);
		struct strbuf good;
		char *bytes;

		world->more_bits = 9;
		world_bytes(world, &good);
		bytes = xmalloc(good.len);
		for (i = 0; i < 1500; i++) {
			struct segment *segment;

			memcpy(bytes, good.buf, good.len);
			for (times = 1 + i % 7; i > 0 && times > 0; times--)
				bytes[world_random(world) % good.len] = (char)
				    world_random(world);
			segment = world_open("trusting", bytes, good.len,
			    SEGMENT_TRUSTING | SEGMENT_COPY, &err);
			if (segment != NULL) {
				opened++;
				segment_walk(segment);
			} else
				assert_true(i > 0);
			segment_close(segment);
		}
		free(bytes);
		strbuf_release(&good);
		world_free(world);
	}
	assert_true(opened > 1000);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(((const struct world_term *)a)->text,
	    ((const struct world_term *)b)->text);
}

/* GSPD_BENCH=1: a million words. */
static void
test_speed(void **state)
{
	uint32_t n = 1000000, i, found = 0;
	struct timespec start, end;
	struct segment *segment;
	struct strbuf bytes;
	struct world *world;
	struct err err;
	double ns;

	(void)state;
	if (getenv("GSPD_BENCH") == NULL)
		return;
	world = world_new(1, 1, n);
	for (i = 0; i < n; i++)
		(void)snprintf(world->terms[i].text,
		    sizeof(world->terms[i].text), "%c%06xword", 'a' + i % 26,
		    (unsigned)i);
	qsort(world->terms, n, sizeof(*world->terms), by_text);
	world_bytes(world, &bytes);
	segment = world_open("speed", bytes.buf, bytes.len, 0, &err);
	assert_non_null(segment);
	segment_close(segment);
	clock_gettime(CLOCK_MONOTONIC, &start);
	segment = segment_open(world_path("speed"), 0, &err);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_non_null(segment);
	print_message("opened in %.1f ms",
	    (double)(end.tv_sec - start.tv_sec) * 1e3 +
		(double)(end.tv_nsec - start.tv_nsec) / 1e6);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (i = 0; i < n; i++) {
		const char *text = world->terms[world_random(world) % n].text;

		found += dict_find(segment, text, strlen(text)) != TERM_NONE;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_int_equal(found, n);
	ns = (double)(end.tv_sec - start.tv_sec) * 1e9 +
	     (double)(end.tv_nsec - start.tv_nsec);
	print_message("; %.0f ns to find a word\n", ns / n);
	segment_close(segment);
	strbuf_release(&bytes);
	world_free(world);
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
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_trusting),
		cmocka_unit_test(test_speed),
	};

	return cmocka_run_group_tests_name("segment", tests, NULL, cleanup);
}
