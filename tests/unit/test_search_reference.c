/*
 * test_search_reference: the engine against the slow reference, on random
 * documents, random layouts of segments and random queries. The same
 * documents must give the same answer, to the last bit of a score, as one
 * segment and as a hundred.
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

/* What scores in whole numbers may be off: 1 %, and for each word a step of
 * idf (1/256, also the least there is) times the largest part. */
#define OFF_SHARE 0.01
#define OFF_WORD  0.009
#define FIRST     20

/* The first hits that both have, of those looked at, in one test. */
static size_t agreed, compared;

/* ---- one query ---- */

static int64_t
count_of(const struct search_result *result, size_t facet, const char *value)
{
	for (size_t i = 0; i < result->facets[facet].n; i++) {
		if (strcmp(result->facets[facet].items[i].value, value) == 0)
			return result->facets[facet].items[i].n;
	}
	return 0;
}

static void
check_counts(const struct asked *asked, const struct search_result *got,
    const struct ref_result *want)
{
	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
		for (size_t v = 0; v < CORPUS_VALUES_MAX; v++) {
			const char *value = corpus_value((enum search_facet)f,
			    v);

			if (value != NULL &&
			    count_of(got, f, value) != want->counts[f][v])
				fail_msg("%s: %d with %s, not %d",
				    asked->query.text,
				    (int)count_of(got, f, value), value,
				    (int)want->counts[f][v]);
		}
		for (size_t i = 1; i < got->facets[f].n; i++)
			assert_true(got->facets[f].items[i - 1].n >=
				    got->facets[f].items[i].n);
	}
}

static const struct ref_hit *
find_hit(const struct ref_result *want, int64_t group)
{
	for (size_t i = 0; i < want->n; i++) {
		if (want->hits[i].doc->group == group)
			return &want->hits[i];
	}
	return NULL;
}

static double
slack(const struct ref_query *query, double score)
{
	size_t words = 0;

	for (size_t g = 0; g < query->n_groups; g++)
		words += query->groups[g].n;
	return OFF_SHARE * score + OFF_WORD * (double)words;
}

/* Values of the corpus stand in the order of the vocabulary. */
static double
strength_key(const struct corpus_doc *doc)
{
	uint32_t values = doc->values[SEARCH_STRENGTH];
	int rank = values == 0 ? 0 : CORPUS_VALUES_MAX - __builtin_ctz(values);

	return rank * 10000 + doc->year;
}

/* Larger comes first. */
static double
sort_key(const struct asked *asked, const struct ref_hit *hit)
{
	switch (asked->query.sort) {
	case SEARCH_BY_CHECKED: return hit->doc->checked;
	case SEARCH_BY_YEAR: return hit->doc->year;
	case SEARCH_BY_STRENGTH: return strength_key(hit->doc);
	case SEARCH_BY_DISTANCE:
	case SEARCH_BY_RELEVANCE: break;
	}
	/* Without words: nearest, or newest. */
	if (hit->km >= 0 && (asked->query.sort == SEARCH_BY_DISTANCE ||
				asked->ref.n_groups == 0))
		return -hit->km;
	return asked->ref.n_groups == 0 ? hit->doc->modified : hit->score;
}

static bool
is_by_score(const struct asked *asked)
{
	return asked->ref.n_groups > 0 &&
	       (asked->query.sort == SEARCH_BY_RELEVANCE ||
		   (asked->query.sort == SEARCH_BY_DISTANCE &&
		       !(asked->ref.km > 0)));
}

/* Hits are those of the reference, in an order that its scores allow. */
static void
check_hits(const struct asked *asked, const struct search_result *got,
    const struct ref_result *want)
{
	size_t n = want->n < asked->query.limit ? want->n : asked->query.limit;
	const struct search_hit *before = NULL;
	double last = INFINITY;
	bool by_score = is_by_score(asked);

	assert_int_equal(got->n_hits, n);
	for (size_t i = 0; i < n; i++) {
		const struct search_hit *hit = &got->hits[i];
		const struct ref_hit *ref = find_hit(want, hit->group);
		double off, key;

		if (ref == NULL)
			fail_msg("%s: group %d does not match",
			    asked->query.text, (int)hit->group);
		off = by_score ? slack(&asked->ref, ref->score) : 0.01;
		key = sort_key(asked, ref);
		if (by_score && fabs(hit->score - ref->score) > off)
			fail_msg("%s: group %d scores %f, not %f",
			    asked->query.text, (int)hit->group, hit->score,
			    ref->score);
		if (key > last + 2 * off)
			fail_msg("%s: group %d stands too low",
			    asked->query.text, (int)hit->group);
		if (ref->km >= 0)
			assert_true(fabs(hit->km - ref->km) < 0.05);
		/* Equal by its own measure: better prior, then lower group. */
		if (by_score && before != NULL) {
			assert_true(before->score >= hit->score);
			if (before->score == hit->score)
				assert_true(before->prior > hit->prior ||
					    (before->prior == hit->prior &&
						before->group < hit->group));
		}
		assert_int_equal(hit->prior, ref->doc->prior);
		before = hit;
		last = key;
	}
	/* None that is left out would have come before the last shown. */
	for (size_t i = 0; by_score && i < n; i++) {
		double off = slack(&asked->ref, want->hits[i].score);

		if (want->hits[i].score > last + 2 * off) {
			bool is_shown = false;

			for (size_t j = 0; j < n && !is_shown; j++)
				is_shown = got->hits[j].group ==
					   want->hits[i].doc->group;
			assert_true(is_shown);
		}
	}
	for (size_t i = 0; by_score && i < n && i < FIRST; i++) {
		compared++;
		for (size_t j = 0; j < n && j < FIRST; j++)
			agreed += got->hits[j].group ==
				  want->hits[i].doc->group;
	}
}

/* Whether the words alone find nothing, or nothing in the circle that is asked
 * for; then the engine may drop some, or ask for others. */
static bool
finds_nothing(struct scene *s, const struct ref_query *query)
{
	struct ref_query words = *query;
	struct ref_result result;

	if (query->km > 0) {
		reference_run(s->ref, query, &result);
		return result.n == 0 || result.is_close;
	}
	memset(words.filters, 0, sizeof(words.filters));
	memset(words.not_filters, 0, sizeof(words.not_filters));
	words.year_from = words.year_to = 0;
	words.km = 0;
	words.checked_since = 0;
	reference_run(s->ref, &words, &result);
	return result.n == 0;
}

/* False when the answer is to another question. */
static bool
check_query(struct scene *s, const struct asked *asked,
    struct search_result *ret_got)
{
	struct ref_result want;

	*ret_got = scene_run(s, &asked->query);
	if (ret_got->dropped != NULL || ret_got->is_corrected) {
		if (!finds_nothing(s, &asked->ref))
			fail_msg("%s: words dropped (%s), though all of them "
				 "find something",
			    asked->query.text, ret_got->dropped);
		return false;
	}
	reference_run(s->ref, &asked->ref, &want);
	if (want.is_close)
		return false;
	if (ret_got->count != (int64_t)want.n)
		fail_msg("%s: %d found, not %d", asked->query.text,
		    (int)ret_got->count, (int)want.n);
	check_counts(asked, ret_got, &want);
	check_hits(asked, ret_got, &want);
	return true;
}

/* ---- many queries, many layouts ---- */

struct answer {
	int64_t count;
	size_t n;
	int64_t groups[SEARCH_LIMIT_MAX];
	double scores[SEARCH_LIMIT_MAX];
};

static void
keep_answer(const struct search_result *got, struct answer *answer)
{
	answer->count = got->count;
	answer->n = got->n_hits;
	for (size_t i = 0; i < got->n_hits; i++) {
		answer->groups[i] = got->hits[i].group;
		answer->scores[i] = got->hits[i].score;
	}
}

/* To the last bit. */
static void
compare_answers(const char *text, const struct answer *a,
    const struct answer *b)
{
	if (a->count != b->count || a->n != b->n ||
	    memcmp(a->groups, b->groups, a->n * sizeof(*a->groups)) != 0 ||
	    memcmp(a->scores, b->scores, a->n * sizeof(*a->scores)) != 0)
		fail_msg("%s: another layout gives another answer", text);
}

/* All layouts give the answer of the reference, and all the same. */
static void
prove(struct scene *s, const size_t *layouts, size_t n_layouts, size_t queries)
{
	static const struct ref_draw draw = { .has_filters = true };
	struct asked *asked = xcalloc(queries, sizeof(*asked));
	struct answer *first = xcalloc(queries, sizeof(*first));
	struct answer answer;

	for (size_t i = 0; i < queries; i++)
		ask_draw(s, &draw, &asked[i]);
	for (size_t k = 0; k < n_layouts; k++) {
		scene_layout(s, layouts[k], false);
		for (size_t i = 0; i < queries; i++) {
			struct search_result got;

			check_query(s, &asked[i], &got);
			keep_answer(&got, k == 0 ? &first[i] : &answer);
			if (k > 0)
				compare_answers(asked[i].query.text, &first[i],
				    &answer);
			arena_free(s->arena);
			s->arena = arena_new();
		}
	}
	for (size_t i = 0; i < queries; i++)
		ask_release(&asked[i]);
	free(asked);
	free(first);
}

static int
begin_test(void **state)
{
	(void)state;
	agreed = compared = 0;
	return 0;
}

static int
end_test(void **state)
{
	(void)state;
	if (compared == 0 || (double)agreed < 0.98 * (double)compared) {
		print_error("of %d first hits %d agree\n", (int)compared,
		    (int)agreed);
		return -1;
	}
	return 0;
}

static void
prove_kind(const struct corpus_kind *kind, const size_t *layouts,
    size_t n_layouts, size_t queries)
{
	struct scene s;

	scene_start(&s, kind);
	prove(&s, layouts, n_layouts, queries);
	scene_end(&s);
}

static void
test_small(void **state)
{
	static const size_t layouts[] = { 1, 2, 7 };

	(void)state;
	for (uint64_t seed = 1; seed <= 16; seed++) {
		const struct corpus_kind kind = { .seed = seed,
			.docs = 1 + 25 * (seed % 16),
			.entries = 30 + 40 * (seed % 7),
			.doc_words = 4 + 6 * (seed % 5),
			.is_monotone = seed % 4 == 0 };

		prove_kind(&kind, layouts, ARRAY_LEN(layouts), 24);
	}
}

static void
test_hundred_segments(void **state)
{
	static const size_t layouts[] = { 1, 100 };
	const struct corpus_kind kind = { .seed = 101,
		.docs = 800,
		.entries = 200,
		.doc_words = 15 };

	(void)state;
	prove_kind(&kind, layouts, ARRAY_LEN(layouts), 100);
}

static void
test_dead(void **state)
{
	static const size_t layouts[] = { 1, 3, 20 };

	(void)state;
	for (uint64_t seed = 203; seed <= 206; seed++) {
		const struct corpus_kind kind = { .seed = seed,
			.docs = 300,
			.entries = 120,
			.doc_words = 12,
			.dead = seed == 206 ? 97 : 15,
			.has_versions = seed % 2 == 0 };
		bool skip = kind.has_versions;

		prove_kind(&kind, layouts + skip, ARRAY_LEN(layouts) - skip,
		    24);
	}
}

/* Joined, the dead are forgotten, by the statistics too. */
static void
test_compacted(void **state)
{
	static const struct ref_draw draw = { .has_filters = true };

	(void)state;
	for (uint64_t seed = 301; seed <= 303; seed++) {
		const struct corpus_kind kind = { .seed = seed,
			.docs = 300,
			.entries = 120,
			.doc_words = 12,
			.dead = 20,
			.has_versions = true };
		struct scene s;

		scene_start(&s, &kind);
		scene_layout(&s, 2 + seed % 9, true);
		corpus_compact(s.corpus);
		reference_free(s.ref);
		s.ref = reference_new(s.corpus);
		for (int i = 0; i < 40; i++) {
			struct search_result got;
			struct asked asked;

			ask_draw(&s, &draw, &asked);
			check_query(&s, &asked, &got);
			ask_release(&asked);
		}
		scene_end(&s);
	}
}

/* Several windows of documents and many blocks of postings. */
static void
test_large(void **state)
{
	static const size_t layouts[] = { 1, 3 };
	const struct corpus_kind kind = { .seed = 401,
		.docs = 70000,
		.entries = 1500,
		.doc_words = 5,
		.dead = 3 };

	(void)state;
	prove_kind(&kind, layouts, ARRAY_LEN(layouts), 24);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_small, begin_test,
		    end_test),
		cmocka_unit_test_setup_teardown(test_hundred_segments,
		    begin_test, end_test),
		cmocka_unit_test_setup_teardown(test_dead, begin_test,
		    end_test),
		cmocka_unit_test_setup_teardown(test_compacted, begin_test,
		    end_test),
		cmocka_unit_test_setup_teardown(test_large, begin_test,
		    end_test),
	};

	return cmocka_run_group_tests_name("search_reference", tests, NULL,
	    NULL);
}
