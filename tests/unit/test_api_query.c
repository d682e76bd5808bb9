/*
 * Parameters of a search's address: places, distances, days, flags, and what
 * is said of bad ones. The places are this file's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "api/api.h"

static const char *asked; /* the last place looked up */
static enum err_code trouble;

/* Places as records name them; share: of the points that are there. */
static const struct {
	const char *name;
	const char *country;
	double lat, lon, share;
} places[] = {
	{ "Leeds", "GB", 53.8, -1.55, 1 },
	{ "Porto", "PT", 41.15, -8.61, 0.9 },
	{ "Vitoria", "BR", -20.3, -40.3, 0.6 },
	{ "Vitoria", "ES", 42.85, -2.67, 1 },
	{ "Hamilton", "CA", 43.25, -79.87, 1 },
	{ "Singapore", "SG", 1.35, 103.82, 1 },
	{ "Scotland", "GB", 56.5, -4.2, 0.7 },
	{ "school", "GB", 52, -1, 0.2 },
	{ "La Rochelle", "FR", 46.16, -1.15, 1 },
	{ "Angers", "FR", 47.47, -0.55, 1 },
	{ "東京", "JP", 35.68, 139.76, 1 },
	{ "القاهرة", "EG", 30.04, 31.24, 1 },
};

int
search_place(struct search *search, const char *name, const char *country,
    struct search_where *ret_where, struct err *err)
{
	(void)search;
	asked = name;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (strcmp(name, places[i].name) != 0 ||
		    (country != NULL &&
			strcmp(country, places[i].country) != 0))
			continue;
		*ret_where = (struct search_where){ places[i].lat,
			places[i].lon, places[i].share };
		return 0;
	}
	return err_set(err, trouble, "no such place");
}

static int
begin(void **state)
{
	trouble = ERR_NOTFOUND;
	asked = NULL;
	*state = arena_new();
	return 0;
}

static int
end(void **state)
{
	arena_free(*state);
	return 0;
}

static int
read_query(struct arena *arena, const char *text, struct api_query *ret_query,
    struct err *err)
{
	struct http_params params;

	if (http_params_read(arena, text, &params, err) == -1)
		return -1;
	return api_query_read(arena, &params, ret_query, err);
}

static enum api_near
near_of(struct arena *arena, const char *text, struct api_query *ret_query)
{
	enum api_near near;
	struct err err;

	if (read_query(arena, text, ret_query, &err) == -1)
		fail_msg("%s: %s", text, err.text);
	assert_int_equal(api_query_near(NULL, ret_query, &near, &err), 0);
	return near;
}

static void
test_points(void **state)
{
	static const struct {
		const char *text;
		double lat, lon, km;
	} table[] = {
		{ "near=51.5,-0.12", 51.5, -0.12, 25 },
		{ "near=+51.5%2C+-0.12&within=3", 51.5, -0.12, 3 },
		{ "near=%2B51.5;0.12&within=2.5", 51.5, 0.12, 2.5 },
		{ "near=-33.87,151.21&within=", -33.87, 151.21, 25 },
		{ "near=%E2%88%9233.87,%E2%88%920.5", -33.87, -0.5, 25 },
		{ "near=0,0&within=20000", 0, 0, 20000 },
		{ "near=-90,180&within=0.001", -90, 180, 0.001 },
		{ "near=.5,1.", 0.5, 1, 25 },
		{ "near=51.123456789012345678901234567890,7", 51.123456789, 7,
		    25 },
		{ "near=%209%20,%20%208%20&within=%201%20", 9, 8, 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct api_query query;

		assert_int_equal(near_of(*state, table[i].text, &query),
		    API_NEAR_POINT);
		assert_true(fabs(query.search.near.lat - table[i].lat) < 1e-9);
		assert_true(fabs(query.search.near.lon - table[i].lon) < 1e-9);
		assert_true(fabs(query.search.near.km - table[i].km) < 1e-9);
		assert_null(asked);
	}
}

static void
test_bad_points(void **state)
{
	static const struct {
		const char *text;
		enum api_near near;
	} table[] = {
		{ "", API_NEAR_NONE },
		{ "near=", API_NEAR_NONE },
		{ "near=%20%20", API_NEAR_NONE },
		{ "within=nonsense", API_NEAR_NONE },
		{ "near=91,0", API_NEAR_WRONG },
		{ "near=-90.0001,0", API_NEAR_WRONG },
		{ "near=0,180.5", API_NEAR_WRONG },
		{ "near=0,-1000", API_NEAR_WRONG },
		{ "near=1,", API_NEAR_WRONG },
		{ "near=,1", API_NEAR_WRONG },
		{ "near=,", API_NEAR_WRONG },
		{ "near=1,2,3", API_NEAR_WRONG },
		{ "near=51,5,-0,12", API_NEAR_WRONG },
		{ "near=1,--2", API_NEAR_WRONG },
		{ "near=1..2,3", API_NEAR_WRONG },
		{ "near=9999999999999999999999999999999999999999,0",
		    API_NEAR_WRONG },
		{ "near=nan,nan", API_NEAR_UNKNOWN },
		{ "near=inf,0", API_NEAR_UNKNOWN },
		{ "near=1e1,0", API_NEAR_UNKNOWN },
		{ "near=0x10,0", API_NEAR_UNKNOWN },
		{ "near=Nowhere", API_NEAR_UNKNOWN },
		{ "near=10115", API_NEAR_UNKNOWN },
		{ "near=1,1&within=0", API_NEAR_WITHIN },
		{ "near=1,1&within=-5", API_NEAR_WITHIN },
		{ "near=1,1&within=20001", API_NEAR_WITHIN },
		{ "near=1,1&within=99999999999999999999", API_NEAR_WITHIN },
		{ "near=1,1&within=nan", API_NEAR_WITHIN },
		{ "near=1,1&within=inf", API_NEAR_WITHIN },
		{ "near=1,1&within=1e3", API_NEAR_WITHIN },
		{ "near=1,1&within=5km", API_NEAR_WITHIN },
		{ "near=Leeds&within=x", API_NEAR_WITHIN },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct api_query query;
		enum api_near near = near_of(*state, table[i].text, &query);
		struct err err;
		int rc = api_near_check(&query, near, &err);

		if (near != table[i].near)
			fail_msg("%s: %d", table[i].text, (int)near);
		assert_true(query.search.near.km == 0);
		assert_int_equal(rc, near == API_NEAR_NONE ? 0 : -1);
		if (rc == -1) {
			assert_int_equal(err.code, ERR_FORMAT);
			assert_null(strchr(err.text, '\n'));
			assert_true(strncmp(err.text, "near: ", 6) == 0 ||
				    strncmp(err.text, "within: ", 8) == 0);
		}
	}
}

static void
test_places(void **state)
{
	struct api_query query;
	enum api_near near;
	struct strbuf sb;
	struct err err;

	assert_int_equal(near_of(*state, "near=Leeds&within=7", &query),
	    API_NEAR_POINT);
	assert_string_equal(asked, "Leeds");
	assert_true(query.search.near.lat == 53.8);
	assert_true(query.search.near.lon == -1.55);
	assert_true(query.search.near.km == 7);
	/* Longer than any name is not even looked up. */
	asked = NULL;
	strbuf_init(&sb, 20000);
	strbuf_addstr(&sb, "near=");
	for (int i = 0; i < 10240; i++)
		strbuf_addch(&sb, 'a');
	assert_int_equal(near_of(*state, sb.buf, &query), API_NEAR_UNKNOWN);
	assert_null(asked);
	assert_int_equal(api_near_check(&query, API_NEAR_UNKNOWN, &err), -1);
	assert_true(strlen(err.text) < 400);
	strbuf_release(&sb);
	/* Nor what is no text. */
	query.near = "Le\xff"
		     "eds";
	assert_int_equal(api_query_near(NULL, &query, &near, &err), 0);
	assert_int_equal(near, API_NEAR_UNKNOWN);
	assert_null(asked);
	/* A cut name stays whole characters. */
	query.near = "ééééééééééééééééééééééééééééééééééééééééééééééééééaéééé";
	assert_int_equal(api_near_check(&query, API_NEAR_UNKNOWN, &err), -1);
	assert_true(valid_utf8(err.text, strlen(err.text), NULL));
	/* Trouble is not an unknown place. */
	trouble = ERR_DB;
	query.near = "Elsewhere";
	assert_int_equal(api_query_near(NULL, &query, &near, &err), -1);
	assert_int_equal(err.code, ERR_DB);
}

static void
test_distances(void **state)
{
	static const struct {
		const char *text;
		const char *near;
		double km;
	} table[] = {
		{ "near=Porto, 20 km", "Porto", 20 },
		{ "near=Porto,20km", "Porto", 20 },
		{ "near=Porto , 1.5 KM", "Porto", 1.5 },
		{ "near=Porto, 10 miles", "Porto", 16.09 },
		{ "near=Porto, 10 mi&within=", "Porto", 16.09 },
		{ "near=Porto, 20 km&within=25", "Porto", 20 },
		{ "near=Porto, 20 km&within=7", "Porto", 7 },
		{ "near=Porto, Portugal, 20 km", "Porto, Portugal", 20 },
		{ "near=Porto, 20 kilómetros", "Porto", 20 },
		{ "near=東京、20キロ", "東京", 20 },
		{ "near=القاهرة، 20 كم", "القاهرة", 20 },
		{ "near=41.1,-8.6, 3 km", "41.1,-8.6", 3 },
	};
	static const char *const bad[] = { "near=Porto, 0 km",
		"near=Porto, 20001 km", "near=Porto, 20 kmh", "near=Porto, 20",
		"near=Porto, -3 km", "near=, 20 km",
		"near=Porto, 99999999999999999999999999999 km",
		"near=Porto, 1e3 km", "near=Porto, km" };
	struct api_query query;

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		enum api_near near = near_of(*state, table[i].text, &query);

		if (near != API_NEAR_POINT)
			fail_msg("%s: %d", table[i].text, (int)near);
		assert_string_equal(query.near, table[i].near);
		assert_true(fabs(query.search.near.km - table[i].km) < 1e-9);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		enum api_near near = near_of(*state, bad[i], &query);

		/* Porto is found where what is behind it is no country. */
		if (near == API_NEAR_POINT)
			assert_true(query.search.near.km == API_WITHIN_KM);
	}
}

static void
test_countries(void **state)
{
	static const struct {
		const char *text;
		const char *country;
	} table[] = {
		{ "near=Portugal", "PT" },
		{ "near=portugal, 20 km", "PT" },
		{ "near=Allemagne", "DE" },
		{ "near=Deutschland&sort=year", "DE" },
		{ "near=日本", "JP" },
		{ "near=البرتغال", "PT" },
		{ "near=Yr Almaen", "DE" },
		{ "near=GB", "GB" },
		{ "near=UK", "GB" },
		{ "near=England", "GB" },
		/* Small, but no record is there. */
		{ "near=Malta", "MT" },
	};
	struct api_query query;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		enum api_near near = near_of(*state, table[i].text, &query);

		if (near != API_NEAR_COUNTRY)
			fail_msg("%s: %d", table[i].text, (int)near);
		assert_string_equal(query.country, table[i].country);
		assert_int_equal(query.search.n_filters, 1);
		assert_int_equal(query.search.filters[0].facet, SEARCH_COUNTRY);
		assert_string_equal(query.search.filters[0].value,
		    table[i].country);
		assert_true(query.search.near.km == 0);
		assert_null(query.near);
		assert_int_equal(api_near_check(&query, near, &err), 0);
	}
	/* Chosen twice is once. */
	(void)near_of(*state, "near=Portugal&country=PT", &query);
	assert_int_equal(query.search.n_filters, 1);
	/* Small ones and parts of countries are places, if records say so. */
	assert_int_equal(near_of(*state, "near=Singapour", &query),
	    API_NEAR_POINT);
	assert_true(query.search.near.lat == 1.35);
	assert_int_equal(near_of(*state, "near=Scotland", &query),
	    API_NEAR_POINT);
	assert_int_equal(query.search.n_filters, 0);
	/* By distance from a country makes no sense. */
	assert_int_equal(api_near_check(&query,
			     near_of(*state, "near=Portugal&sort=distance",
				 &query),
			     &err),
	    -1);
}

static void
test_two_of_one_name(void **state)
{
	struct api_query query;

	(void)near_of(*state, "near=Vitoria", &query);
	assert_true(query.search.near.lat < 0);
	assert_int_equal(near_of(*state, "near=Vitoria, Spain", &query),
	    API_NEAR_POINT);
	assert_true(query.search.near.lat > 0);
	(void)near_of(*state, "near=Vitoria, España, 5 km", &query);
	assert_true(query.search.near.lat > 0 && query.search.near.km == 5);
	(void)near_of(*state, "near=Vitoria,BR", &query);
	assert_true(query.search.near.lat < 0);
	assert_int_equal(near_of(*state, "near=Hamilton, Canada", &query),
	    API_NEAR_POINT);
	/* Not in that country: elsewhere is not meant. */
	assert_int_equal(near_of(*state, "near=Hamilton, Portugal", &query),
	    API_NEAR_UNKNOWN);
	/* A county that no record names does no harm. */
	assert_int_equal(near_of(*state, "near=Leeds, West Yorkshire", &query),
	    API_NEAR_POINT);
}

static void
test_words(void **state)
{
	static const struct {
		const char *text;
		const char *words;
		const char *near; /* NULL: nothing is read */
		double km;
	} table[] = {
		{ "choir near Porto", "choir", "Porto", 25 },
		{ "near Porto", "", "Porto", 25 },
		{ "choir NEAR Porto, 20 km", "choir", "Porto", 20 },
		{ "a near b near Leeds, 10 miles", "a near b", "Leeds", 16.09 },
		{ "choir close to Leeds ", "choir", "Leeds", 25 },
		{ "chœur près de La Rochelle", "chœur", "La Rochelle", 25 },
		{ "chœur près d'Angers", "chœur", "Angers", 25 },
		{ "chœur près d\u2019Angers", "chœur", "Angers", 25 },
		{ "coro cerca de Vitoria, España", "coro", "Vitoria, España",
		    25 },
		{ "coro perto do Porto", "coro", "Porto", 25 },
		{ "Chor in der Nähe von Leeds", "Chor", "Leeds", 25 },
		{ "Chor bei Leeds", "Chor", "Leeds", 25 },
		{ "côr ger Leeds", "côr", "Leeds", 25 },
		{ "東京の近く", "", "東京", 25 },
		{ "合唱 東京の近く", "合唱", "東京", 25 },
		{ "東京の近くの合唱", "合唱", "東京", 25 },
		{ "جوقة قرب القاهرة", "جوقة", "القاهرة", 25 },
		{ "جوقة بالقرب من القاهرة، 5 كم", "جوقة", "القاهرة", 5 },
		{ "near death", "", NULL, 0 },
		{ "walks near school", "", NULL, 0 },
		{ "choir near me", "", NULL, 0 },
		{ "choir near \"Porto\"", "", NULL, 0 },
		{ "choir near", "", NULL, 0 },
		{ "choir near ", "", NULL, 0 },
		{ "nearPorto", "", NULL, 0 },
		{ "linear Porto", "", NULL, 0 },
		{ "near Porto choir", "", NULL, 0 },
		{ "の近く", "", NULL, 0 },
	};
	struct api_query query;

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct http_params params = { 0 };
		enum api_near near;
		struct err err;

		assert_int_equal(api_query_read(*state, &params, &query, &err),
		    0);
		query.search.text = table[i].text;
		query.within = "25";
		assert_int_equal(api_query_near(NULL, &query, &near, &err), 0);
		if (table[i].near == NULL) {
			if (near != API_NEAR_NONE)
				fail_msg("%s: %d", table[i].text, (int)near);
			assert_string_equal(query.search.text, table[i].text);
			assert_null(query.typed);
			continue;
		}
		if (near != API_NEAR_POINT)
			fail_msg("%s: %d", table[i].text, (int)near);
		assert_string_equal(query.search.text, table[i].words);
		assert_string_equal(query.near, table[i].near);
		assert_string_equal(query.typed, table[i].text);
		assert_true(fabs(query.search.near.km - table[i].km) < 1e-9);
	}
}

static void
test_words_or_field(void **state)
{
	struct api_query query;
	enum api_near near;
	struct err err;

	/* A country, in capitals when it is a code. */
	assert_int_equal(near_of(*state, "q=choir near Portugal", &query),
	    API_NEAR_COUNTRY);
	assert_string_equal(query.search.text, "choir");
	assert_int_equal(near_of(*state, "q=choir near UK", &query),
	    API_NEAR_COUNTRY);
	assert_int_equal(near_of(*state, "q=choir near uk", &query),
	    API_NEAR_NONE);
	/* What is typed into its own field stands. */
	(void)near_of(*state, "q=choir near Porto&near=Leeds", &query);
	assert_string_equal(query.search.text, "choir near Porto");
	assert_true(query.search.near.lat == 53.8);
	/* Trouble is trouble here, too. */
	trouble = ERR_DB;
	query.near = NULL;
	query.search.text = "choir near Elsewhere";
	assert_int_equal(api_query_near(NULL, &query, &near, &err), -1);
}

static void
test_order(void **state)
{
	struct api_query query;
	struct err err;

	/* Near a place and without words the nearest come first ... */
	(void)near_of(*state, "near=1,1", &query);
	assert_int_equal(query.search.sort, SEARCH_BY_DISTANCE);
	(void)near_of(*state, "near=1,1&sort=relevance", &query);
	assert_int_equal(query.search.sort, SEARCH_BY_DISTANCE);
	/* ... unless there is something to sort by. */
	(void)near_of(*state, "near=1,1&sort=year", &query);
	assert_int_equal(query.search.sort, SEARCH_BY_YEAR);
	(void)near_of(*state, "near=1,1&q=choir", &query);
	assert_int_equal(query.search.sort, SEARCH_BY_RELEVANCE);
	(void)near_of(*state, "near=Nowhere", &query);
	assert_int_equal(query.search.sort, SEARCH_BY_RELEVANCE);
	/* By distance from nowhere makes no sense. */
	assert_int_equal(near_of(*state, "sort=distance", &query),
	    API_NEAR_NONE);
	assert_int_equal(api_near_check(&query, API_NEAR_NONE, &err), -1);
	assert_int_equal(near_of(*state, "sort=distance&near=1,1", &query),
	    API_NEAR_POINT);
	assert_int_equal(api_near_check(&query, API_NEAR_POINT, &err), 0);
}

static void
test_days(void **state)
{
	static const char *const bad[] = { "2026-02-30", "2026-13-01", "2026",
		"2026-11", "20261121", "2026-11-21T00:00:00Z", "yesterday",
		"2026-1-1", " 2026-11-21", "-026-11-21", "2026-11-2\xc3" };
	struct api_query query;
	struct err err;
	int32_t day;

	assert_int_equal(read_query(*state, "checked_since=2026-11-21", &query,
			     &err),
	    0);
	assert_int_equal(query.search.checked_since, 20261121);
	assert_int_equal(read_query(*state, "checked_since=", &query, &err), 0);
	assert_int_equal(query.search.checked_since, 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		day = 7;
		assert_int_equal(api_day_read(bad[i], &day), -1);
		assert_int_equal(day, 7);
	}
	assert_int_equal(read_query(*state, "checked_since=2026-02-30", &query,
			     &err),
	    -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_non_null(strstr(err.text, "checked_since"));
}

static void
test_flags(void **state)
{
	struct api_query query;
	struct err err;

	assert_int_equal(read_query(*state, "explain=1", &query, &err), 0);
	assert_true(query.search.explain);
	assert_int_equal(read_query(*state, "explain=0", &query, &err), 0);
	assert_false(query.search.explain);
	assert_int_equal(read_query(*state, "explain=", &query, &err), 0);
	assert_false(query.search.explain);
	assert_int_equal(read_query(*state, "explain=please", &query, &err),
	    -1);
	assert_non_null(strstr(err.text, "explain"));
	assert_int_equal(read_query(*state, "sort=title", &query, &err), -1);
	assert_non_null(strstr(err.text, "distance"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_points, begin, end),
		cmocka_unit_test_setup_teardown(test_bad_points, begin, end),
		cmocka_unit_test_setup_teardown(test_places, begin, end),
		cmocka_unit_test_setup_teardown(test_distances, begin, end),
		cmocka_unit_test_setup_teardown(test_countries, begin, end),
		cmocka_unit_test_setup_teardown(test_two_of_one_name, begin,
		    end),
		cmocka_unit_test_setup_teardown(test_words, begin, end),
		cmocka_unit_test_setup_teardown(test_words_or_field, begin,
		    end),
		cmocka_unit_test_setup_teardown(test_order, begin, end),
		cmocka_unit_test_setup_teardown(test_days, begin, end),
		cmocka_unit_test_setup_teardown(test_flags, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
