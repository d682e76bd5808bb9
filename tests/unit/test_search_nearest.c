/*
 * test_search_nearest: words of the index that come nearest to those that
 * were typed and are not there; and what is near a place where not all are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "search_world.h"

#define P(...) world_view(w, RECORD_KIND_PROGRAMME, __VA_ARGS__, FIELD_ROOT)

/* Up to six words that come near, most records first, when something is not
 * there; none otherwise. */
static void
test_nearest(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *typed, *near; /* among them, NULL: there are none */
	} rows[] = {
		{ "lonelyness", "loneliness" },
		{ "gardenia", "gardening" },
		{ "neighbourhoods", "neighbours" },
		{ "harbour lonelyness", "loneliness" },
		{ "choir qqqqqqqq", NULL },
		{ "harbour", NULL },
		{ "qqqqqqqqqqqq", NULL },
		{ "\"harbour tea\"", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct search_query query = { .text = rows[i].typed,
			.limit = 10 };
		struct search_result result = world_run(w, &query);
		bool is_near = rows[i].near == NULL;

		assert_true(result.n_nearest <= SEARCH_NEAREST_MAX);
		if ((result.n_nearest == 0) != is_near)
			fail_msg("%s: %d words", rows[i].typed,
			    (int)result.n_nearest);
		for (size_t k = 0; k < result.n_nearest; k++) {
			const struct search_word *word = &result.nearest[k];

			assert_true(word->n > 0);
			assert_true(k == 0 || word[-1].n >= word->n);
			is_near |= rows[i].near != NULL &&
				   strcmp(word->text, rows[i].near) == 0;
		}
		if (!is_near)
			fail_msg("%s: not %s", rows[i].typed, rows[i].near);
	}
}

/* Of more than fit those of most records; no numbers. */
static void
test_most(void **state)
{
	static const char *const words[] = { "walked", "walker", "walkers",
		"walking", "walkout", "walks", "walkway", "walk2026" };
	struct world *w = *state;
	struct search_query query = { .text = "walkxxxxxx", .limit = 10 };
	struct search_result result;
	int64_t group = 100;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		for (size_t k = 0; k <= i; k++)
			world_put(w, group++,
			    P("ca", "en", FIELD_NAME, words[i]));
	}
	result = world_run(w, &query);
	assert_int_equal(result.count, 0);
	assert_int_equal(result.n_nearest, SEARCH_NEAREST_MAX);
	assert_string_equal(result.nearest[0].text, "walkway");
	assert_int_equal(result.nearest[0].n, 7);
	for (size_t i = 0; i < result.n_nearest; i++)
		assert_null(strpbrk(result.nearest[i].text, "0123456789"));
}

/* Who asks for a place gets what is there, though all words together are
 * found elsewhere; a single word is meant as it is. */
static void
test_place(void **state)
{
	struct world *w = *state;
	struct search_query query = { .text = "lantern walks", .limit = 5 };
	struct search_result result;

	world_put(w, 50,
	    P("ca", "en", FIELD_NAME, "Lantern makers", FIELD_SITE_LAT, "45.42",
		FIELD_SITE_LON, "-75.69"));
	world_put(w, 51,
	    P("gb-eng", "en", FIELD_NAME, "Lantern walks", FIELD_SITE_LAT,
		"53.81", FIELD_SITE_LON, "-1.56"));
	result = world_run(w, &query);
	assert_int_equal(result.count, 1);
	assert_int_equal(result.hits[0].group, 51);
	query.near.lat = 45.4;
	query.near.lon = -75.7;
	query.near.km = 20;
	result = world_run(w, &query);
	assert_int_equal(result.count, 1);
	assert_int_equal(result.hits[0].group, 50);
	assert_string_equal(result.dropped, "walks");
	query.text = "walks";
	result = world_run(w, &query);
	assert_int_equal(result.count, 0);
	assert_null(result.dropped);
	query.text = "lantern walks";
	query.near.lat = -45;
	result = world_run(w, &query);
	assert_int_equal(result.count, 0);
	assert_null(result.dropped);
}

static int
begin(void **state)
{
	struct world *w = world_new();

	world_put(w, 1,
	    P("ca", "en", FIELD_NAME, "Harbour choir", FIELD_SUMMARY,
		"Singing against loneliness, tea afterwards."));
	world_put(w, 3,
	    P("gb-eng", "en", FIELD_NAME, "Garden neighbours", FIELD_SUMMARY,
		"Gardening and walking for carers of older people."));
	*state = w;
	return 0;
}

static int
end(void **state)
{
	world_free(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nearest, begin, end),
		cmocka_unit_test_setup_teardown(test_most, begin, end),
		cmocka_unit_test_setup_teardown(test_place, begin, end),
	};

	return cmocka_run_group_tests_name("search_nearest", tests, NULL, NULL);
}
