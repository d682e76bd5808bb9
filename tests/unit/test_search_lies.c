/*
 * test_search_lies: searches of an index whose bytes were changed and whose
 * checksums were then made right again, as nobody but an attacker on this
 * machine does. Anything may be found, or an error told, but nothing outside
 * the file is read: a sanitizer looks on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "search/compact.h"
#include "search_proof.h"

#define SEEDS   4
#define ROUNDS  25
#define QUERIES 16

/* Make all checksums what they must be. */
static void
seal(unsigned char *bytes)
{
	unsigned char first[SEGMENT_CHUNK];
	struct seg_header header;
	uint64_t end, sum;

	memcpy(&header, bytes, sizeof(header));
	end = header.sections[SECTION_SUMS].offset;
	for (uint64_t at = 0; at < end; at += SEGMENT_CHUNK) {
		size_t len = end - at < SEGMENT_CHUNK ? (size_t)(end - at)
						      : SEGMENT_CHUNK;
		const unsigned char *chunk = bytes + at;

		if (at == 0) {
			memcpy(first, bytes, len);
			memset(first, 0, sizeof(header));
			chunk = first;
		}
		sum = XXH3_64bits(chunk, len);
		memcpy(bytes + end + at / SEGMENT_CHUNK * sizeof(sum), &sum,
		    sizeof(sum));
	}
	header.sums_sum = XXH3_64bits(bytes + end,
	    (size_t)header.sections[SECTION_SUMS].size);
	header.sum = XXH3_64bits(&header, offsetof(struct seg_header, sum));
	memcpy(bytes, &header, sizeof(header));
}

/* Some bytes of a section become others, most often of the postings. */
static void
spoil(unsigned char *bytes, uint64_t *rng)
{
	struct seg_header header;

	memcpy(&header, bytes, sizeof(header));
	for (size_t n = 1 + corpus_below(rng, 6); n > 0; n--) {
		size_t section = corpus_below(rng, 3) > 0
				     ? SECTION_POSTINGS
				     : corpus_below(rng, SECTION_SUMS);
		size_t size = (size_t)header.sections[section].size;
		unsigned char *at = bytes + header.sections[section].offset;

		if (size == 0)
			continue;
		at += corpus_below(rng, size);
		if (corpus_below(rng, 2) == 0)
			*at ^= (unsigned char)(1 << corpus_below(rng, 8));
		else
			*at = (unsigned char)corpus_random(rng);
	}
	seal(bytes);
}

static size_t n_answers, n_errors;

static void
ask_all(struct scene *s)
{
	static const char *const starts[] = { "a*", "s* t*", "a-b*", "title:a*",
		"-a*", "place:e*", "o* OR e*" };
	static const struct ref_draw draw = { .has_filters = true };
	struct search_suggestion *items;
	struct search_where at;
	size_t n;

	for (size_t i = 0; i < QUERIES; i++) {
		struct search_result result;
		struct asked asked;
		struct err err = { 0 };

		ask_draw(s, &draw, &asked);
		if (i < ARRAY_LEN(starts))
			asked.query.text = starts[i];
		asked.query.explain = i % 2 == 0;
		if (search_run(s->search, s->arena, &asked.query, &result,
			&err) == 0)
			n_answers++;
		else
			n_errors++;
		assert_true(err.code == ERR_NONE || err.code == ERR_DB);
		ask_release(&asked);
	}
	(void)!search_suggest(s->search, s->arena, "a", 10, &items, &n, NULL);
	(void)!search_place(s->search, "leeds", NULL, &at, NULL);
}

static void
join(struct scene *s, const char *path)
{
	struct segment *segment = segment_open(path, 0, NULL);
	struct compact_input input = { .segment = segment };
	char joined[100];
	uint32_t docs;
	struct err err;

	if (segment == NULL)
		return;
	snprintf(joined, sizeof(joined), "%s/joined", s->folder);
	if (compact(&input, 1, joined, NULL, &docs, &err) == 0)
		assert_int_equal(remove(joined), 0);
	segment_close(segment);
}

static void
test_lies(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const struct corpus_kind kind = { .seed = seed,
			.docs = 100 + 200 * seed,
			.entries = 150 * seed,
			.doc_words = 3 + 4 * seed,
			.dead = seed % 2 == 0 ? 10 : 0 };
		char path[100], marker[100];
		struct strbuf good;
		struct scene s;
		struct err err;

		scene_start(&s, &kind);
		scene_layout(&s, 1, false);
		snprintf(path, sizeof(path), "%s/index/00000001.seg", s.folder);
		snprintf(marker, sizeof(marker), "%s/index/damaged", s.folder);
		assert_int_equal(file_read(path, 1 << 26, &good, &err), 0);
		for (int i = 0; i < ROUNDS; i++) {
			unsigned char *bytes = xmalloc(good.len);

			memcpy(bytes, good.buf, good.len);
			spoil(bytes, &s.corpus->rng);
			search_close(s.search);
			assert_int_equal(file_put(path, bytes, good.len, 0600,
					     &err),
			    0);
			free(bytes);
			(void)remove(marker);
			s.search = search_open_index(s.folder);
			ask_all(&s);
			join(&s, path);
			arena_free(s.arena);
			s.arena = arena_new();
		}
		strbuf_release(&good);
		scene_end(&s);
	}
	/* Both happen: lies that are seen through, and others. */
	assert_true(n_answers > 100 && n_errors > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lies),
	};

	return cmocka_run_group_tests_name("search_lies", tests, NULL, NULL);
}
