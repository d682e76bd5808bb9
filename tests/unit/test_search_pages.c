/*
 * test_search_pages: pages by cursor, while records stay and while they go;
 * and the parts that a score is made of.
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

#include "search_proof.h"

/* The groups of all pages by cursor. */
static size_t
turn_pages(struct scene *s, const struct asked *asked, size_t limit,
    int64_t *groups, size_t max)
{
	struct search_query query = asked->query;
	size_t n = 0;

	query.limit = limit;
	for (;;) {
		struct search_result got = scene_run(s, &query);

		assert_true(got.n_hits <= limit);
		for (size_t i = 0; i < got.n_hits; i++) {
			assert_true(n < max);
			groups[n++] = got.hits[i].group;
		}
		if (got.next_cursor == NULL)
			return n;
		assert_int_equal(got.n_hits, limit);
		query.cursor = got.next_cursor;
	}
}

static void
test_pages(void **state)
{
	static const struct ref_draw draw = { .has_filters = true };
	const struct corpus_kind kind = { .seed = 501,
		.docs = 300,
		.entries = 60,
		.doc_words = 12,
		.dead = 5 };
	int64_t by_cursor[400], by_offset[400];
	struct scene s;

	(void)state;
	scene_start(&s, &kind);
	scene_layout(&s, 5, false);
	for (int i = 0; i < 60; i++) {
		struct search_result got;
		struct asked asked;
		size_t n, m = 0;

		ask_draw(&s, &draw, &asked);
		n = turn_pages(&s, &asked, 1 + (size_t)i % 40, by_cursor,
		    ARRAY_LEN(by_cursor));
		asked.query.limit = SEARCH_LIMIT_MAX;
		do {
			asked.query.offset = m;
			got = scene_run(&s, &asked.query);
			for (size_t j = 0; j < got.n_hits; j++)
				by_offset[m++] = got.hits[j].group;
		} while (got.n_hits == SEARCH_LIMIT_MAX);
		assert_int_equal(n, got.count);
		assert_int_equal(n, m);
		assert_memory_equal(by_cursor, by_offset, n * sizeof(int64_t));
		ask_release(&asked);
	}
	scene_end(&s);
}

/* While somebody turns pages records go: nothing comes twice, and what is
 * still there and was not shown yet comes. */
static void
test_pages_while_records_go(void **state)
{
	static const struct ref_draw draw = { .is_plain = true };

	(void)state;
	for (uint64_t seed = 601; seed <= 604; seed++) {
		const struct corpus_kind kind = { .seed = seed,
			.docs = 200,
			.entries = 25,
			.doc_words = 12 };
		struct search_result got;
		struct ref_result want;
		struct asked asked;
		int64_t seen[400];
		struct scene s;
		size_t n = 0;

		scene_start(&s, &kind);
		scene_layout(&s, 4, false);
		do {
			ref_query_draw(s.corpus, &draw, &asked.ref);
			reference_run(s.ref, &asked.ref, &want);
		} while (want.n < 50);
		ask_init(&asked, &asked.ref, 0);
		asked.query.limit = 10;
		for (;;) {
			got = scene_run(&s, &asked.query);
			for (size_t i = 0; i < got.n_hits; i++) {
				for (size_t j = 0; j < n; j++)
					assert_true(
					    seen[j] != got.hits[i].group);
				seen[n++] = got.hits[i].group;
			}
			if (got.next_cursor == NULL)
				break;
			asked.query.cursor = got.next_cursor;
			corpus_kill(s.corpus, s.folder, 5);
		}
		reference_run(s.ref, &asked.ref, &want);
		assert_true(want.n > 0);
		for (size_t i = 0; i < want.n; i++) {
			bool is_seen = false;

			for (size_t j = 0; j < n && !is_seen; j++)
				is_seen = seen[j] == want.hits[i].doc->group;
			assert_true(is_seen);
		}
		ask_release(&asked);
		scene_end(&s);
	}
}

/* ---- explaining ---- */

static void
test_parts_add_up(void **state)
{
	static const struct ref_draw draw = { .is_plain = true };
	const struct corpus_kind kind = { .seed = 701,
		.docs = 200,
		.entries = 60,
		.doc_words = 12 };
	struct scene s;
	size_t parts = 0;

	(void)state;
	scene_start(&s, &kind);
	scene_layout(&s, 3, false);
	for (int i = 0; i < 60; i++) {
		struct search_result got;
		struct asked asked;

		ask_draw(&s, &draw, &asked);
		asked.query.sort = SEARCH_BY_RELEVANCE;
		asked.query.explain = true;
		got = scene_run(&s, &asked.query);
		assert_true(fabs(got.mean_length -
				 reference_mean_length(s.ref)) < 1e-6);
		for (size_t h = 0; h < got.n_hits; h++) {
			const struct search_hit *hit = &got.hits[h];
			double sum = 0;

			for (size_t p = 0; p < hit->n_parts; p++)
				sum += hit->parts[p].score;
			parts += hit->n_parts;
			if (fabs(sum - hit->score) > 1e-6)
				fail_msg("%s: the parts of group %d add up to "
					 "%f, its score is %f",
				    asked.query.text, (int)hit->group, sum,
				    hit->score);
		}
		ask_release(&asked);
	}
	assert_true(parts > 100);
	scene_end(&s);
}

/* A later page is scored, and explained, by what the first was: also when
 * another index has come meanwhile. And a page beyond all is empty. */
static void
test_later_page(void **state)
{
	const struct corpus_kind kind = { .seed = 801,
		.docs = 200,
		.entries = 20,
		.doc_words = 12,
		.dead = 40 };
	static const size_t far[] = { 199, 200, 10000, SIZE_MAX / 2, SIZE_MAX };
	struct search_query query = { .limit = 3, .explain = true };
	struct search_result first, later;
	struct scene s;

	(void)state;
	scene_start(&s, &kind);
	scene_layout(&s, 2, false);
	query.text = s.corpus->words[0].text;
	first = scene_run(&s, &query);
	assert_non_null(first.next_cursor);
	scene_layout(&s, 2, true);
	query.cursor = first.next_cursor;
	later = scene_run(&s, &query);
	assert_true(later.n_hits > 0);
	assert_true(later.mean_length == first.mean_length);
	assert_true(later.hits[0].parts[0].df == first.hits[0].parts[0].df);
	query.cursor = NULL;
	for (size_t i = 0; i < ARRAY_LEN(far); i++) {
		query.offset = far[i];
		later = scene_run(&s, &query);
		assert_int_equal(later.n_hits, 0);
		assert_null(later.next_cursor);
		assert_true(later.count > 3);
	}
	scene_end(&s);
}

/* Of a query that was corrected, or had words left out, all pages come. */
static void
check_all_pages(struct scene *s, const char *text, bool is_corrected)
{
	struct asked asked = { .query = { .text = text, .limit = 7 } };
	struct search_result got = scene_run(s, &asked.query);
	int64_t groups[1000];
	size_t n;

	assert_true(got.is_corrected == is_corrected);
	assert_true(is_corrected || got.dropped != NULL);
	assert_true(got.count > 14);
	n = turn_pages(s, &asked, 7, groups, ARRAY_LEN(groups));
	if (n != (size_t)got.count)
		fail_msg("%s: %d found, %d on all pages", text, (int)got.count,
		    (int)n);
}

static void
test_pages_of_another_question(void **state)
{
	const struct corpus_kind kind = { .seed = 851,
		.docs = 300,
		.entries = 40,
		.doc_words = 12,
		.is_ascii = true };
	size_t n_corrected = 0, n_dropped = 0;
	struct scene s;

	(void)state;
	scene_start(&s, &kind);
	scene_layout(&s, 3, false);
	for (size_t i = 0; i < s.corpus->n_words; i++) {
		const struct corpus_word *word = &s.corpus->words[i];
		struct search_query query = { .limit = 1 };
		struct search_result got;
		char text[200];

		if (strlen(word->text) < 4 || word->df < 30)
			continue;
		snprintf(text, sizeof(text), "%s", word->text);
		text[2] = text[2] == 'z' ? 'y' : 'z';
		query.text = text;
		got = scene_run(&s, &query);
		if (got.is_corrected && got.count > 14) {
			check_all_pages(&s, text, true);
			n_corrected++;
		}
		snprintf(text, sizeof(text), "%s 8675309", word->text);
		got = scene_run(&s, &query);
		if (got.dropped != NULL && got.count > 14) {
			check_all_pages(&s, text, false);
			n_dropped++;
		}
	}
	assert_true(n_corrected > 2 && n_dropped > 2);
	scene_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_pages_while_records_go),
		cmocka_unit_test(test_parts_add_up),
		cmocka_unit_test(test_later_page),
		cmocka_unit_test(test_pages_of_another_question),
	};

	return cmocka_run_group_tests_name("search_pages", tests, NULL, NULL);
}
