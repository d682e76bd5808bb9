/*
 * test_search_where: where a place is that somebody names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "search_world.h"

#define P(...) world_view(w, RECORD_KIND_PROGRAMME, __VA_ARGS__, FIELD_ROOT)

static struct search_where
where(struct world *w, const char *name, const char *country)
{
	struct search_where at = { 0 };
	struct err err;

	if (search_place(w->search, name, country, &at, &err) == -1) {
		assert_int_equal(err.code, ERR_NOTFOUND);
		at.share = -1;
	}
	return at;
}

static bool
is_at(struct search_where at, double lat, double lon)
{
	return fabs(at.lat - lat) < 0.1 && fabs(at.lon - lon) < 0.1;
}

static void
put_site(struct world *w, int64_t group, const char *country,
    const char *address, const char *lat, const char *lon)
{
	world_put(w, group,
	    P("xx", "en", FIELD_NAME, "Walk", FIELD_AREA_COUNTRY, country,
		FIELD_SITE_ADDRESS, address, FIELD_SITE_LAT, lat,
		FIELD_SITE_LON, lon));
}

/* Accents and scripts; one name in two countries; a word that is no name. */
static void
test_names(void **state)
{
	struct world *w = *state;
	int64_t group = 900;

	put_site(w, group++, "BR", "Rua A, São Paulo", "-23.55", "-46.63");
	put_site(w, group++, "JP", "東京都新宿区西新宿", "35.69", "139.70");
	put_site(w, group++, "EG", "شارع النيل، القاهرة", "30.04", "31.24");
	put_site(w, group++, "ES", "Plaza, Vitoria", "42.85", "-2.67");
	put_site(w, group++, "ES", "Calle 2, Vitoria School", "42.84", "-2.68");
	put_site(w, group++, "BR", "Rua B, Vitória", "-20.31", "-40.30");
	put_site(w, group++, "BR", "Rua C, Vitória", "-20.32", "-40.31");
	put_site(w, group++, "BR", "Rua D, Vitória School", "-20.33", "-40.32");
	put_site(w, group++, "NZ", "School Lane, Dunedin", "-45.87", "170.5");
	put_site(w, group++, "US", "Old School, Boston", "42.36", "-71.06");
	assert_true(is_at(where(w, "Sao Paulo", NULL), -23.55, -46.63));
	assert_true(is_at(where(w, "SÃO PAULO", NULL), -23.55, -46.63));
	assert_true(is_at(where(w, "東京", NULL), 35.69, 139.70));
	assert_true(is_at(where(w, "القاهرة", NULL), 30.04, 31.24));
	/* The most of them, and never between the two. */
	assert_true(is_at(where(w, "vitoria", NULL), -20.32, -40.31));
	assert_true(fabs(where(w, "vitoria", NULL).share - 0.6) < 0.01);
	assert_true(is_at(where(w, "Vitória", "ES"), 42.85, -2.67));
	assert_true(where(w, "Vitória", "ES").share == 1);
	assert_true(where(w, "school", NULL).share < 0.5);
	while (--group >= 900)
		world_put(w, group, NULL);
}

static void
test_one_place(void **state)
{
	struct world *w = *state;

	put_site(w, 1, "CA", "1 Maple Street, Ottawa", "45.4215", "-75.6972");
	put_site(w, 2, "CA", "3 rue du Musée, Québec", "46.8139", "-71.2080");
	assert_true(is_at(where(w, "Ottawa", NULL), 45.42, -75.7));
	assert_true(is_at(where(w, "quebec", NULL), 46.81, -71.2));
	assert_true(where(w, "Ottawa", NULL).share == 1);
	assert_true(where(w, "Ottawa", "CA").share == 1);
	assert_true(where(w, "Ottawa", "GB").share < 0);
	assert_true(where(w, "Atlantis", NULL).share < 0);
	assert_true(where(w, "", NULL).share < 0);
	assert_true(where(w, "\xff,;", NULL).share < 0);
}

static int
begin(void **state)
{
	*state = world_new();
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
		cmocka_unit_test_setup_teardown(test_one_place, begin, end),
		cmocka_unit_test_setup_teardown(test_names, begin, end),
	};

	return cmocka_run_group_tests_name("search_where", tests, NULL, NULL);
}
