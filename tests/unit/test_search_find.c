/*
 * test_search_find: what search must find, one function for each promise, on
 * a small catalogue in many languages; and what nobody should type, which
 * gets an answer all the same.
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

#include "search_world.h"

#define P(...) world_view(w, RECORD_KIND_PROGRAMME, __VA_ARGS__, FIELD_ROOT)

/* Seconds that any query on this small index may take, slow machines and
 * sanitizers included. */
#define SECONDS_MAX 3.0

static void
fill_latin(struct world *w)
{
	world_put(w, 1,
	    P("ca", "en", FIELD_NAME, "Harbour choir", FIELD_SUMMARY,
		"Singing against loneliness, tea afterwards.",
		FIELD_AREA_COUNTRY, "CA", FIELD_ZONE, "arts",
		FIELD_SITE_ADDRESS, "1 Maple Street, Ottawa", FIELD_SITE_LAT,
		"45.4215", FIELD_SITE_LON, "-75.6972"));
	world_put(w, 2,
	    P("ca", "fr", FIELD_NAME, "Chorale de l'hôpital", FIELD_SUMMARY,
		"Chanter ensemble, sans audition.", FIELD_AREA_COUNTRY, "CA",
		FIELD_ZONE, "arts", FIELD_SITE_ADDRESS,
		"3 rue du Musée, Québec", FIELD_SITE_LAT, "46.8139",
		FIELD_SITE_LON, "-71.2080"));
	world_put(w, 3,
	    P("gb-eng", "en", FIELD_NAME, "Garden neighbours", FIELD_SUMMARY,
		"Gardening and walking for carers of older people.",
		FIELD_AREA_COUNTRY, "GB", FIELD_ZONE, "nature",
		FIELD_ORGANISATION_NAME, "Choir and Garden Trust",
		FIELD_SITE_ADDRESS, "Hill Road, Leeds", FIELD_SITE_LAT, "53.81",
		FIELD_SITE_LON, "-1.56"));
	world_put(w, 4,
	    P("de", "de", FIELD_NAME, "Gärten für alle", FIELD_SUMMARY,
		"Ein Garten mit GROSSEN Beeten, Straße 5.", FIELD_AREA_COUNTRY,
		"DE", FIELD_ZONE, "nature"));
	world_put(w, 5,
	    P("es", "es", FIELD_NAME, "Canción y compañía", FIELD_SUMMARY,
		"Coros para mayores.", FIELD_AREA_COUNTRY, "ES", FIELD_ZONE,
		"arts"));
	world_put(w, 6,
	    P("pt", "pt", FIELD_NAME, "Caminhadas", FIELD_SUMMARY,
		"Passeios contra a solidão dos idosos.", FIELD_AREA_COUNTRY,
		"PT", FIELD_ZONE, "movement"));
}

static void
fill_others(struct world *w)
{
	world_put(w, 10,
	    P("jp", "ja", FIELD_NAME, "ひまわり合唱団", FIELD_SUMMARY,
		"高齢者が歌って孤独を減らすカラオケの会です。",
		FIELD_AREA_COUNTRY, "JP", FIELD_SITE_ADDRESS, "東京都港区"));
	world_put(w, 11,
	    P("sg", "zh", FIELD_NAME, "社区花园", FIELD_SUMMARY,
		"邻居们一起种菜，学书法。", FIELD_AREA_COUNTRY, "SG"));
	world_put(w, 12,
	    P("th", "th", FIELD_NAME, "ชมรมร้องเพลงผู้สูงอายุ", FIELD_SUMMARY,
		"ร้องเพลงด้วยกันเพื่อคลายความเหงา", FIELD_AREA_COUNTRY, "TH"));
	world_put(w, 13,
	    P("kr", "ko", FIELD_NAME, "햇살 합창단", FIELD_SUMMARY,
		"외로운 어르신들이 함께 노래하는 합창단입니다.",
		FIELD_AREA_COUNTRY, "KR"));
	world_put(w, 14,
	    P("eg", "ar", FIELD_NAME, "جوقة المسنين", FIELD_SUMMARY,
		"غناء في الحديقة مع الجيران", FIELD_AREA_COUNTRY, "EG"));
	world_put(w, 15,
	    P("jo", "ar", FIELD_NAME, "حديقة الحي", FIELD_SUMMARY,
		"زراعة للمسنين كل يوم سبت", FIELD_AREA_COUNTRY, "JO"));
}

static int
setup(void **state)
{
	struct world *w = world_new();

	fill_latin(w);
	fill_others(w);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* Pairs of a query and the groups that it must find, no others. */
static void
expect(struct world *w, const char *const rows[][2], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *got = world_set(w, rows[i][0]);

		if (strcmp(got, rows[i][1]) != 0)
			fail_msg("%s: found %s, not %s", rows[i][0], got,
			    rows[i][1]);
	}
}
#define EXPECT(...)                                                            \
	do {                                                                   \
		static const char *const rows[][2] = { __VA_ARGS__ };          \
		expect(*state, rows, ARRAY_LEN(rows));                         \
	} while (0)

static void
test_accents(void **state)
{
	EXPECT({ "hopital", "2" }, { "hôpital", "2" }, { "cancion", "5" },
	    { "canción", "5" }, { "cancíon", "5" }, { "solidao", "1 6" },
	    { "quebec", "2" }, { "compania", "5" }, { "Ho\xcc\x82pital", "2" });
}

static void
test_case(void **state)
{
	EXPECT({ "HARBOUR", "1" }, { "harbour", "1" }, { "hArBoUr", "1" },
	    { "CANCIÓN", "5" }, { "grossen", "4" }, { "STRASSE", "4" });
}

static void
test_british_and_american(void **state)
{
	EXPECT({ "harbor", "1" }, { "harbour", "1" }, { "neighbors", "3" });
}

static void
test_plural(void **state)
{
	EXPECT({ "choirs", "1 3" }, { "gardens", "3" }, { "carer", "3" },
	    { "neighbour", "3" }, { "chorales", "2" }, { "hôpitaux", "2" },
	    { "canciones", "5" }, { "coro", "5" }, { "caminhada", "6" },
	    { "idoso", "6" });
}

/* What a need is called anywhere finds it in other languages, own ones
 * first; words between quotes are meant as they are. */
static void
test_labels(void **state)
{
	EXPECT({ "Einsamkeit", "1" }, { "solidão", "1 6" },
	    { "\"solidão\"", "6" }, { "unigrwydd", "1" }, { "الوحدة", "1" },
	    { "proches aidants", "3" }, { "Natur", "3 4" });
	assert_string_equal(world_find(*state, "solidão"), "6 1");
	/* Other words for a need; what a record is, in two languages. */
	EXPECT({ "isolation", "1" }, { "social isolation", "1" },
	    { "\"isolation\"", "" }, { "programme harbour", "1" },
	    { "programa harbour", "1" }, { "Programm Beeten", "4" },
	    { "evidence", "" });
}

static void
test_japanese(void **state)
{
	EXPECT({ "合唱団", "10" }, { "合唱", "10" }, { "孤独", "1 10" },
	    { "高齢者", "3 10" }, { "カラオケ", "10" }, { "ｶﾗｵｹ", "10" },
	    { "東京", "10" }, { "孤独を減らす", "10" }, { "京東", "" });
}

static void
test_chinese(void **state)
{
	EXPECT({ "花园", "11" }, { "社区花园", "11" }, { "种菜 花园", "11" },
	    { "书法", "11" }, { "园花", "" });
}

static void
test_thai(void **state)
{
	EXPECT({ "เพลง", "12" }, { "ร้องเพลง", "12" }, { "ผู้สูงอายุ", "12" },
	    { "เหงา", "12" });
}

static void
test_korean(void **state)
{
	/* The stem, without the endings that stand in the text. */
	EXPECT({ "합창단", "13" }, { "합창", "13" }, { "어르신", "13" },
	    { "외로", "13" }, { "노래", "13" });
}

static void
test_arabic_article(void **state)
{
	EXPECT({ "مسنين", "14 15" }, { "المسنين", "14 15" },
	    { "للمسنين", "14 15" }, { "حديقة", "14 15" },
	    { "الحديقة", "14 15" }, { "جوقه", "14" });
}

static void
test_two_character_words(void **state)
{
	EXPECT({ "花园", "11" }, { "港区", "10" }, { "合唱", "10" },
	    { "de", "2" }, { "합창", "13" });
}

static void
test_one_character_words(void **state)
{
	EXPECT({ "歌", "10" }, { "菜", "11" }, { "園", "" }, { "y", "5" },
	    { "5", "4" });
}

static void
test_typo(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *typed, *meant, *groups;
	} rows[] = {
		{ "lonelyness", "loneliness", "1" },
		{ "neigbours", "neighbours", "3" },
		{ "chorlae", "chorale", "2" },
		{ "habrour", "harbour", "1" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct search_query query = { .text = rows[i].typed,
			.limit = 10 };
		struct search_result result = world_run(w, &query);

		if (!result.is_corrected)
			fail_msg("%s is not put right", rows[i].typed);
		assert_string_equal(result.did_you_mean, rows[i].meant);
		assert_string_equal(world_set(w, rows[i].typed),
		    rows[i].groups);
	}
}

/* A correction is offered as a whole query, and never takes the place of what
 * is there. */
static void
test_typo_among_words(void **state)
{
	struct world *w = *state;
	struct search_query query = { .text = "harbour lonelyness",
		.limit = 10 };
	struct search_result result = world_run(w, &query);

	assert_string_equal(result.did_you_mean, "harbour loneliness");
	query.text = "harbour";
	result = world_run(w, &query);
	assert_false(result.is_corrected);
	assert_null(result.did_you_mean);
	query.text = "qqqqqqqqqqqq";
	result = world_run(w, &query);
	assert_int_equal(result.count, 0);
	assert_null(result.did_you_mean);
}

static void
test_place_and_radius(void **state)
{
	struct world *w = *state;
	struct search_query query = { .text = "", .limit = 10 };
	struct search_result result;

	/* Montreal: Ottawa lies 166 km away, Quebec 233. */
	query.near.lat = 45.5019;
	query.near.lon = -73.5674;
	query.near.km = 200;
	result = world_run(w, &query);
	assert_int_equal(result.count, 1);
	assert_int_equal(result.hits[0].group, 1);
	assert_true(result.hits[0].km > 160 && result.hits[0].km < 172);
	query.near.km = 250;
	query.sort = SEARCH_BY_DISTANCE;
	result = world_run(w, &query);
	assert_int_equal(result.count, 2);
	assert_int_equal(result.hits[0].group, 1);
	assert_int_equal(result.hits[1].group, 2);
	assert_int_equal(world_count(&result, SEARCH_COUNTRY, "CA"), 2);
	/* With words, and nowhere. */
	query.text = "chorale";
	assert_int_equal(world_run(w, &query).count, 1);
	query.text = "";
	query.near.lat = -45;
	result = world_run(w, &query);
	assert_int_equal(result.count, 0);
	/* Without a radius there is no distance. */
	query.near.km = 0;
	result = world_run(w, &query);
	assert_int_equal(result.count, 12);
	assert_true(result.hits[0].km < 0);
}

static void
test_phrases(void **state)
{
	EXPECT({ "\"older people\"", "3" }, { "\"people older\"", "" },
	    { "“older people”", "3" }, { "\"tea afterwards\" choir", "1" },
	    { "\"older people", "3" }, { "\"choir singing\"", "" });
}

static void
test_prefixes(void **state)
{
	EXPECT({ "neigh*", "3" }, { "harb*", "1" }, { "cho*", "1 2 3" },
	    { "cho* -harb*", "2 3" }, { "zzz*", "" });
}

static void
test_field_words(void **state)
{
	EXPECT({ "country:ca", "1 2" }, { "zone:nature", "3 4" },
	    { "title:choir", "1" }, { "author:choir", "3" },
	    { "place:leeds", "3" }, { "place:choir", "" }, { "node:de", "4" },
	    { "lang:ja", "10" }, { "country:ca country:de zone:arts", "1 2" },
	    { "country:zz", "" }, { "kind:evidence", "" });
}

static void
test_minus(void **state)
{
	EXPECT({ "choir -harbour", "3" }, { "choir NOT harbour", "3" },
	    { "country:ca -chorale", "1" }, { "zone:arts -country:ca", "5" },
	    { "choir -\"garden trust\"", "1" }, { "choir -choir", "" });
}

static void
test_or(void **state)
{
	EXPECT({ "harbour OR chorale", "1 2" }, { "harbour | chorale", "1 2" },
	    { "choir harbour OR leeds", "1 3" }, { "zzz OR harbour", "1" },
	    { "花园 OR 合唱", "10 11" });
}

/* Where no record has all words, those go that say least, and the answer tells
 * which. */
static void
test_words_left_out(void **state)
{
	static const struct {
		const char *query, *groups, *dropped;
	} rows[] = {
		{ "harbour for", "1", "for" },
		{ "for harbour singing against", "1", "for" },
		{ "carers for older ensemble", "3", "ensemble" },
		{ "harbour qqqqqqqqq", "1", "qqqqqqqqq" },
		{ "qqqqqqqqq zzzzzzzzz", "", NULL },
		{ "harbour tea", "1", NULL },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct search_query query = { .text = rows[i].query,
			.limit = 10 };
		struct search_result result = world_run(w, &query);

		if (rows[i].dropped == NULL)
			assert_null(result.dropped);
		else
			assert_string_equal(result.dropped, rows[i].dropped);
		assert_string_equal(world_set(w, rows[i].query),
		    rows[i].groups);
	}
}

/* What is left out is chosen among records that pass the filters. */
static void
test_words_left_out_with_filters(void **state)
{
	struct world *w = *state;
	struct search_query query = { .text = "harbour ensemble", .limit = 10 };
	struct search_result result;

	query.n_filters = 1;
	query.filters[0].facet = SEARCH_NODE;
	query.filters[0].value = "gb-eng";
	result = world_run(w, &query);
	assert_int_equal(result.count, 0);
	query.text = "ensemble gardening";
	result = world_run(w, &query);
	assert_int_equal(result.count, 1);
	assert_string_equal(result.dropped, "ensemble");
	assert_int_equal(world_count(&result, SEARCH_NODE, "gb-eng"), 1);
}

/* ---- what nobody should type ---- */

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* An answer, in time, with pages and suggestions. */
static struct search_result
endure(struct world *w, const char *text)
{
	struct search_query query = { .text = text, .limit = 5 };
	struct search_suggestion *items;
	struct search_result result;
	double begin = now();
	struct err err;
	size_t n;

	query.explain = true;
	result = world_run(w, &query);
	assert_true(result.is_ready);
	if (result.did_you_mean != NULL)
		assert_true(valid_utf8(result.did_you_mean,
		    strlen(result.did_you_mean), NULL));
	query.cursor = result.next_cursor;
	world_run(w, &query);
	query.cursor = text;
	world_run(w, &query);
	assert_int_equal(search_suggest(w->search, w->arena, text, 5, &items,
			     &n, &err),
	    0);
	assert_true(n <= 5);
	assert_true(now() - begin < SECONDS_MAX);
	return result;
}

static void
test_any_bytes(void **state)
{
	uint64_t x = 88172645463325252u;
	char text[400];

	for (int i = 0; i < 300; i++) {
		size_t n = (size_t)i % (sizeof(text) - 1);

		for (size_t j = 0; j < n; j++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			text[j] = (char)(x >> 40);
		}
		text[n] = '\0'; /* and earlier ones, now and then */
		endure(*state, text);
	}
}

static void
test_long(void **state)
{
	static const char *const units[] = { "choir ", "a", "\"", "choir OR ",
		"-", "a* ", "合", "country:ca ", "\xcc\x81", "(", "a-", "' ",
		"title:", "\"a b\" ", "10.1/", "\xf0\x9f\x8e\xb5" };
	struct strbuf sb;

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		strbuf_init(&sb, 200000);
		while (sb.len < SEARCH_QUERY_MAX + 100)
			strbuf_addstr(&sb, units[i]);
		endure(*state, sb.buf);
		strbuf_release(&sb);
	}
}

static void
test_ten_thousand_words(void **state)
{
	struct strbuf sb;

	strbuf_init(&sb, 200000);
	strbuf_addstr(&sb, "choir");
	for (int i = 0; i < 10000; i++)
		strbuf_addf(&sb, " OR w%d", i);
	assert_int_equal(endure(*state, sb.buf).count, 2);
	strbuf_reset(&sb);
	for (int i = 0; i < 10000; i++)
		strbuf_addf(&sb, " w%d", i);
	endure(*state, sb.buf);
	strbuf_release(&sb);
}

static void
test_nul(void **state)
{
	/* The text ends there. */
	assert_int_equal(endure(*state, "harbour\0 zzzz").count, 1);
	endure(*state, "\0");
}

static void
test_broken_utf8(void **state)
{
	static const char *const texts[] = { "\xff", "\xc3", "\xe5\x90",
		"\xf0\x9f", "\x80\x80", "\xc0\xaf", "\xed\xa0\x80", "\xfe\xff*",
		"\"\xe5", "-\xe5", "title:\xe5" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		endure(*state, texts[i]);
	assert_int_equal(endure(*state, "harbour\xff").count, 1);
	assert_int_equal(endure(*state, "harbour \xe5").count, 1);
}

static void
test_right_to_left_marks(void **state)
{
	EXPECT({ "\u200fجوقة\u200e", "14" },
	    { "\u202bجوقة\u202c \u2066المسنين\u2069", "14" },
	    { "har\u00adbour", "1" }, { "\u200fharbour\u200f", "1" });
	endure(*state, "\u200f\u200e\u202a\u202e");
}

static void
test_only_stop_characters(void **state)
{
	static const char *const texts[] = { "*", "* *", "-", "--", "\"\"",
		"...", "?!,;", "( )", "|", "OR", "OR OR", ":", "'", "-*",
		"\"*\"", "---a", "\t\n\r ", "\u3000", "。、" };
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		endure(w, texts[i]);
	assert_int_equal(endure(w, "*").count, 12);
	assert_int_equal(endure(w, "\u3000").count, 12);
}

static void
test_unknown_values(void **state)
{
	static const char *const values[] = { "", "zz", "Atlantis", "\xff", "*",
		"arts nature", "'; DROP TABLE t; --" };
	struct world *w = *state;

	for (int f = 0; f < SEARCH_FACET_COUNT; f++) {
		for (size_t i = 0; i < ARRAY_LEN(values); i++) {
			struct search_query query = { .text = "choir",
				.limit = 5 };

			query.n_filters = 1;
			query.filters[0].facet = (enum search_facet)f;
			query.filters[0].value = values[i];
			if (world_run(w, &query).count != 0)
				fail_msg("facet %d has '%s'", f, values[i]);
		}
	}
	assert_int_equal(world_run(w, &(struct search_query){ .text = "choir",
					  .limit = 5,
					  .near = { 1e9, -1e9, 1e9 } })
				 .n_hits <= 2,
	    1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accents),
		cmocka_unit_test(test_case),
		cmocka_unit_test(test_british_and_american),
		cmocka_unit_test(test_plural),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_japanese),
		cmocka_unit_test(test_chinese),
		cmocka_unit_test(test_thai),
		cmocka_unit_test(test_korean),
		cmocka_unit_test(test_arabic_article),
		cmocka_unit_test(test_two_character_words),
		cmocka_unit_test(test_one_character_words),
		cmocka_unit_test(test_typo),
		cmocka_unit_test(test_typo_among_words),
		cmocka_unit_test(test_place_and_radius),
		cmocka_unit_test(test_phrases),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_field_words),
		cmocka_unit_test(test_minus),
		cmocka_unit_test(test_or),
		cmocka_unit_test(test_words_left_out),
		cmocka_unit_test(test_words_left_out_with_filters),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_ten_thousand_words),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_broken_utf8),
		cmocka_unit_test(test_right_to_left_marks),
		cmocka_unit_test(test_only_stop_characters),
		cmocka_unit_test(test_unknown_values),
	};

	return cmocka_run_group_tests_name("search_find", tests, setup,
	    teardown);
}
