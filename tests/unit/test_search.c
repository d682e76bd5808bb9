/*
 * test_search: what is found, counted and shown, on a small hand-made world
 * in many languages. test_search_many has the random ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search_world.h"

#define P(...) world_view(w, RECORD_KIND_PROGRAMME, __VA_ARGS__, FIELD_ROOT)
#define E(...) world_view(w, RECORD_KIND_EVIDENCE, __VA_ARGS__, FIELD_ROOT)

static void
fill_programmes(struct world *w)
{
	world_put(w, 1,
	    P("ca", "en", FIELD_NAME, "Harbour Choirs", FIELD_SUMMARY,
		"Singing together for people who feel lonely.", FIELD_ZONE,
		"arts", FIELD_NEED, "loneliness", FIELD_AREA_COUNTRY, "CA",
		FIELD_ORGANISATION_NAME, "O'Brien Trust", FIELD_ASSURED_DATE,
		"2026-03-01", FIELD_LANGUAGE_OFFERED, "en",
		FIELD_LANGUAGE_OFFERED, "fr-CA"));
	world_put(w, 2,
	    P("ca", "fr", FIELD_NAME, "Chœur de l’Hôpital", FIELD_SUMMARY,
		"Une activité pour le bien-être, avec l'aide d'un chef.",
		FIELD_ZONE, "arts", FIELD_AREA_COUNTRY, "CA",
		FIELD_ASSURED_DATE, "2026-05-01"));
	world_put(w, 3,
	    P("gb-eng", "en", FIELD_NAME, "Well-being walks", FIELD_SUMMARY,
		"Guided walks in nature; a choir meets before.", FIELD_ZONE,
		"nature", FIELD_ZONE, "movement", FIELD_NEED, "loneliness",
		FIELD_AREA_COUNTRY, "GB", FIELD_SITE_NAME, "Penrith Hall"));
	world_put(w, 4,
	    P("jp", "ja", FIELD_NAME, "高齢者の合唱団", FIELD_SUMMARY,
		"歌うことで孤独を減らす活動です。", FIELD_ZONE, "arts",
		FIELD_AREA_COUNTRY, "JP", FIELD_SITE_ADDRESS, "東京都港区"));
	world_put(w, 5,
	    P("sg", "zh", FIELD_NAME, "社区花园", FIELD_SUMMARY,
		"邻居们一起种菜。", FIELD_AREA_COUNTRY, "SG"));
	world_put(w, 6,
	    P("th", "th", FIELD_NAME, "ชมรมร้องเพลงผู้สูงอายุ", FIELD_SUMMARY,
		"ร้องเพลงด้วยกันทุกสัปดาห์", FIELD_AREA_COUNTRY, "TH"));
	world_put(w, 7,
	    P("kr", "ko", FIELD_NAME, "어르신 합창단", FIELD_SUMMARY,
		"외로움을 줄이는 합창단을 운영합니다.", FIELD_AREA_COUNTRY,
		"KR"));
	world_put(w, 8,
	    P("eg", "ar", FIELD_NAME, "جوقة المسنين", FIELD_SUMMARY,
		"الغناء معًا في المدرسة", FIELD_AREA_COUNTRY, "EG"));
	world_put(w, 9,
	    P("pt", "pt", FIELD_NAME, "Canções na praça", FIELD_NAME,
		":enSongs in the square", FIELD_SUMMARY,
		"Encontros para idosos.", FIELD_AREA_COUNTRY, "PT",
		FIELD_AREA_NAME, "Évora"));
}

static void
fill_evidence(struct world *w)
{
	world_put(w, 20,
	    E("gb-eng", "en", FIELD_TITLE,
		"Choir singing and loneliness: a randomised trial",
		FIELD_AUTHOR_FAMILY, "Müller", FIELD_AUTHOR_GIVEN, "Zoë",
		FIELD_YEAR, "2021", FIELD_TYPE, "article", FIELD_DESIGN, "rct",
		FIELD_COUNTRY, "DE", FIELD_IDENTIFIER_SCHEME, "doi",
		FIELD_IDENTIFIER_VALUE, "10.1136/bmj.K1234", FIELD_ABSTRACT,
		"We randomised 120 older people to a community choir."));
	world_put(w, 21,
	    E("gb-eng", "en", FIELD_TITLE, "Gardens in general practice",
		FIELD_AUTHOR_LITERAL, "Green Working Group", FIELD_YEAR, "2019",
		FIELD_TYPE, "report", FIELD_DESIGN, "qualitative",
		FIELD_COUNTRY, "GB", FIELD_COUNTRY, "IE",
		FIELD_IDENTIFIER_SCHEME, "doi", FIELD_IDENTIFIER_VALUE,
		"10.1136/bmj.k1234.5", FIELD_ABSTRACT,
		"News of the new, ill with illness."));
}

static int
setup(void **state)
{
	struct world *w = world_new();

	fill_programmes(w);
	fill_evidence(w);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	return 0;
}

static const struct {
	const char *query, *groups;
} finds[] = {
	/* capitals, accents, plurals */
	{ "CHOIR", "1 3 20" },
	{ "choirs", "1 3 20" },
	{ "hopital", "2" },
	{ "hôpitaux", "2" },
	{ "choeur", "2" },
	{ "muller", "20" },
	{ "zoe", "20" },
	{ "canção", "9" },
	{ "song", "9" },
	{ "evora", "9" },
	{ "activités", "2" },
	/* apostrophes and hyphens, joined, split, left out */
	{ "wellbeing", "3" },
	{ "well-being", "3" },
	{ "\"well being\"", "3" },
	{ "l'aide", "2" },
	{ "aide", "2" },
	{ "d’un", "2" },
	{ "obrien", "1" },
	{ "O'Brien", "1" },
	{ "brien", "1" },
	/* words of other tongues about the same thing do not meet */
	{ "news", "21" },
	{ "bien etre", "2 3" }, /* 3 has it as a label */
	/* scripts without spaces, also one and two characters */
	{ "合唱", "4" },
	{ "合唱団", "4" },
	{ "歌", "4" },
	{ "団", "4" },
	{ "東京", "4" },
	{ "港区", "4" },
	{ "京東", "" },
	{ "唱合", "" },
	{ "花园", "5" },
	{ "社区 花园", "5" },
	{ "เพลง", "6" },
	{ "ผู้สูงอายุ", "6" },
	{ "합창단", "7" },
	{ "합창", "7" },
	{ "외로움", "7" },
	{ "مسنين", "8" },
	{ "للمسنين", "8" },
	{ "مدرسه", "8" },
	{ "المدرسة", "8" },
	{ "معا", "8" },
	/* labels of codes and countries */
	{ "Portugal", "9" },
	{ "Japan choir OR 合唱", "4" },
	/* all words, OR, without, phrases, starts */
	{ "choir loneliness", "1 3 20" },
	{ "choir walks", "3" },
	{ "walks choir OR garden", "3" },
	{ "gardens OR walks", "3 21" },
	{ "gardens | walks", "3 21" },
	{ "choir -walks", "1 20" },
	{ "choir NOT walks", "1 20" },
	{ "choir -\"randomised trial\"", "1 3" },
	{ "\"community choir\"", "20" },
	{ "\"choir community\"", "" },
	{ "“community choir”", "20" },
	{ "random*", "20" },
	{ "\"zone practice\"", "" },
	{ "choir AND walks", "3" },
	/* field words */
	{ "country:ca", "1 2" },
	{ "country:CA choir", "1" },
	{ "country:\"United Kingdom\" country:de", "3 20 21" },
	{ "zone:arts", "1 2 4" },
	{ "zone:arts country:jp", "4" },
	{ "zone:nature zone:arts choir", "1 3" },
	{ "-zone:arts kind:programme", "3 5 6 7 8 9" },
	{ "need:loneliness", "1 3" },
	{ "kind:evidence", "20 21" },
	{ "node:gb-eng", "3 20 21" },
	{ "lang:fr", "1 2" },
	{ "language:fr-FR", "1 2" },
	{ "design:rct", "20" },
	{ "type:report", "21" },
	{ "year:2021", "20" },
	{ "year:2018-2020", "21" },
	{ "year:2020-", "20" },
	{ "year:2019..2021", "20 21" },
	{ "country:zz", "" },
	{ "title:gardens", "21" },
	{ "title:community", "" },
	{ "author:muller", "20" },
	{ "place:penrith", "3" },
	{ "place:walks", "" },
	/* identifiers: the whole, not its start */
	{ "doi:10.1136/bmj.k1234", "20" },
	{ "doi:https://doi.org/10.1136/BMJ.k1234", "20" },
	{ "10.1136/bmj.k1234.5", "21" },
	{ "doi:10.9999/none", "" },
	/* odd, and still valid */
	{ "foo:bar", "" },
	{ "choir,walks;", "3" },
	{ "(choir) [walks]", "3" },
	{ "\"community choir", "20" },
};

static void
test_finds(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(finds); i++) {
		const char *got = world_set(w, finds[i].query);

		if (strcmp(got, finds[i].groups) != 0)
			fail_msg("%s: found %s, not %s", finds[i].query, got,
			    finds[i].groups);
	}
}

static void
test_matches_all(void **state)
{
	static const char *const queries[] = { NULL, "", " ", "*", "-", "\"",
		"\"\"", "()", "...", "!?*", "OR", "AND", "NOT", "- - -",
		"年:", "\xff\xfe", ":", "|" };
	struct world *w = *state;
	struct search_query query = { .limit = 100 };

	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		struct search_result result;

		query.text = queries[i];
		result = world_run(w, &query);
		if (i != 14)
			assert_int_equal(result.count, 11);
	}
}

static void
test_rank(void **state)
{
	struct world *w = *state;
	struct search_query query = { .text = "choir", .limit = 10 };
	struct search_result result = world_run(w, &query);

	/* In the title beats in the text, also in another form. */
	assert_string_equal(world_find(w, "choir"), "20 1 3");
	assert_int_equal(result.n_hits, 3);
	assert_true(result.hits[0].score >= result.hits[1].score);
	assert_true(result.hits[1].score > result.hits[2].score);
	assert_true(result.hits[2].score > 0);
	assert_null(result.next_cursor);
	assert_int_equal(result.version, w->cat.version);
}

static void
test_filters(void **state)
{
	struct world *w = *state;
	struct search_query query = { .text = "choir", .limit = 10 };
	struct search_result r;

	query.filters[0].facet = SEARCH_COUNTRY;
	query.filters[0].value = "ca";
	query.n_filters = 1;
	r = world_run(w, &query);
	assert_int_equal(r.count, 1);
	/* A facet ignores its own selection, the others do not. */
	assert_int_equal(world_count(&r, SEARCH_COUNTRY, "CA"), 1);
	assert_int_equal(world_count(&r, SEARCH_COUNTRY, "GB"), 1);
	assert_int_equal(world_count(&r, SEARCH_COUNTRY, "DE"), 1);
	assert_int_equal(world_count(&r, SEARCH_COUNTRY, "JP"), -1);
	assert_int_equal(world_count(&r, SEARCH_ZONE, "arts"), 1);
	assert_int_equal(world_count(&r, SEARCH_ZONE, "nature"), -1);
	assert_int_equal(world_count(&r, SEARCH_LANGUAGE, "fr"), 1);
	assert_true(r.facets[SEARCH_COUNTRY].items[0].is_selected);
	/* ORed within, ANDed across. */
	query.filters[1].facet = SEARCH_COUNTRY;
	query.filters[1].value = "GB";
	query.n_filters = 2;
	assert_int_equal(world_run(w, &query).count, 2);
	query.filters[2].facet = SEARCH_KIND;
	query.filters[2].value = "evidence";
	query.n_filters = 3;
	r = world_run(w, &query);
	assert_int_equal(r.count, 0);
	assert_int_equal(r.n_hits, 0);
	assert_int_equal(world_count(&r, SEARCH_KIND, "programme"), 2);
	assert_int_equal(world_count(&r, SEARCH_KIND, "evidence"), 0);
	assert_int_equal(world_count(&r, SEARCH_COUNTRY, "DE"), 1);
	/* A value nobody has is shown, selected, with nothing. */
	query.filters[2].facet = SEARCH_NODE;
	query.filters[2].value = "xx";
	r = world_run(w, &query);
	assert_int_equal(r.count, 0);
	assert_int_equal(world_count(&r, SEARCH_NODE, "xx"), 0);
	query.no_facets = true;
	r = world_run(w, &query);
	assert_int_equal(r.facets[SEARCH_NODE].n, 0);
}

static void
test_group_counts_once(void **state)
{
	struct world *w = *state;
	struct merge_view *view = P("ca", "en", FIELD_NAME, "Twin choir",
	    FIELD_AREA_COUNTRY, "CA", FIELD_AREA_COUNTRY, "CA");
	struct search_query query = { .text = "twin", .limit = 10 };
	struct search_result r;
	const char *members[3];

	members[0] = view->rec->id;
	members[1] = "urn:gspd:fr:00000000-0000-4000-8000-0000000000f1";
	members[2] = "urn:gspd:fr:00000000-0000-4000-8000-0000000000f2";
	view->members = members;
	view->n_members = 3;
	world_put(w, 30, view);
	r = world_run(w, &query);
	assert_int_equal(r.count, 1);
	assert_int_equal(world_count(&r, SEARCH_NODE, "ca"), 1);
	assert_int_equal(world_count(&r, SEARCH_NODE, "fr"), 1);
	assert_int_equal(world_count(&r, SEARCH_COUNTRY, "CA"), 1);
	world_put(w, 30, NULL);
	assert_int_equal(world_run(w, &query).count, 0);
}

static void
test_dropped(void **state)
{
	static const struct {
		const char *query, *groups, *dropped;
	} rows[] = {
		{ "choir xylophone", "1 3 20", "xylophone" },
		{ "xylophone qqq choir walks", "3", "xylophone qqq" },
		{ "walks gardens loneliness", "3 21", NULL },
		{ "xylophone", "", NULL },
		{ "xylophone qqq", "", NULL },
		{ "choir walks", "3", NULL },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct search_query query = { .text = rows[i].query,
			.limit = 10 };
		struct search_result result = world_run(w, &query);

		if (i == 2) {
			/* Both occur, never together: the rarer goes. */
			assert_non_null(result.dropped);
			assert_true(result.count > 0);
			continue;
		}
		if (rows[i].dropped == NULL)
			assert_null(result.dropped);
		else
			assert_string_equal(result.dropped, rows[i].dropped);
		assert_string_equal(world_set(w, rows[i].query),
		    rows[i].groups);
	}
}

static void
test_snippets(void **state)
{
	static const struct {
		const char *query, *snippet;
	} rows[] = {
		{ "older", "We randomised 120 \x01older\x02 people to a "
			   "community choir." },
		{ "\"community choir\"", "We randomised 120 older people to a "
					 "\x01"
					 "community\x02 \x01"
					 "choir\x02." },
		{ "lonely together", "Singing \x01together\x02 for people who "
				     "feel \x01lonely\x02." },
		{ "孤独", "歌うことで\x01孤独\x02を減らす活動です。" },
		{ "bien etre", "Une activité pour le \x01"
			       "bien\x02-\x01"
			       "être\x02, avec l'aide d'un chef." },
		/* found by its title: the summary as it is */
		{ "harbour", "Singing together for people who feel lonely." },
	};
	struct world *w = *state;
	struct search_result result;
	struct search_query query = { .limit = 10 };
	struct strbuf text;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		query.text = rows[i].query;
		result = world_run(w, &query);
		assert_true(result.n_hits >= 1);
		assert_string_equal(result.hits[0].snippet, rows[i].snippet);
	}
	/* A long text: a window around the hits, cut at words. */
	strbuf_init(&text, 100000);
	for (int i = 0; i < 2000; i++)
		strbuf_addf(&text, i == 1000 ? "kazoo\x01\x02 " : "wörd ");
	world_put(w, 31,
	    P("ca", "en", FIELD_NAME, "Long", FIELD_SUMMARY, text.buf,
		FIELD_AREA_COUNTRY, "CA"));
	strbuf_release(&text);
	query.text = "kazoo";
	result = world_run(w, &query);
	assert_int_equal(result.n_hits, 1);
	assert_non_null(strstr(result.hits[0].snippet, "\x01kazoo\x02"));
	assert_true(strlen(result.hits[0].snippet) < 300);
	assert_true(valid_utf8(result.hits[0].snippet,
	    strlen(result.hits[0].snippet), NULL));
	world_put(w, 31, NULL);
}

static void
test_sorts(void **state)
{
	struct world *w = *state;
	struct search_query query = { .text = "choir OR choeur", .limit = 10 };
	struct search_result r;

	query.sort = SEARCH_BY_CHECKED;
	r = world_run(w, &query);
	assert_int_equal(r.hits[0].group, 2);
	assert_int_equal(r.hits[1].group, 1);
	query.sort = SEARCH_BY_YEAR;
	r = world_run(w, &query);
	assert_int_equal(r.hits[0].group, 20);
	/* evidence first, though it was never checked */
	query.sort = SEARCH_BY_STRENGTH;
	r = world_run(w, &query);
	assert_int_equal(r.hits[0].group, 20);
	/* no words: newest first */
	query.text = "";
	query.sort = SEARCH_BY_RELEVANCE;
	r = world_run(w, &query);
	assert_int_equal(r.hits[0].group, 21);
}

static void
test_names(void **state)
{
	enum search_facet facet;
	enum search_sort sort;

	(void)state;
	for (int i = 0; i < SEARCH_FACET_COUNT; i++) {
		assert_int_equal(search_facet_parse(search_facet_name(
							(enum search_facet)i),
				     &facet),
		    0);
		assert_int_equal(facet, i);
	}
	assert_int_equal(search_facet_parse("colour", &facet), -1);
	assert_int_equal(search_facet_vocab(SEARCH_NODE, "ca"), VOCAB_NONE);
	assert_int_equal(search_facet_vocab(SEARCH_ZONE, "arts"), VOCAB_ZONE);
	assert_int_equal(search_facet_vocab(SEARCH_TYPE, "article"),
	    VOCAB_EVIDENCE_TYPE);
	assert_int_equal(search_facet_vocab(SEARCH_TYPE, "toolkit"),
	    VOCAB_RESOURCE_TYPE);
	assert_int_equal(search_sort_parse("distance", &sort), 0);
	assert_int_equal(sort, SEARCH_BY_DISTANCE);
	assert_int_equal(search_sort_parse("strength", &sort), 0);
	assert_int_equal(sort, SEARCH_BY_STRENGTH);
	assert_int_equal(search_sort_parse("title", &sort), -1);
	assert_int_equal(search_sort_parse("", &sort), -1);
}

static int64_t
read_count(struct world *w, const char *text)
{
	struct search_query query = { .text = text, .limit = 10 };
	struct search_result result;
	struct err err;

	assert_int_equal(search_run(w->reading, w->arena, &query, &result,
			     &err),
	    0);
	return result.count;
}

static void
test_update(void **state)
{
	struct world *w = *state;
	struct err err;

	world_open_reader(w);
	assert_int_equal(read_count(w, "choir"), 3);
	world_put(w, 40,
	    P("ca", "en", FIELD_NAME, "Zither choir", FIELD_AREA_COUNTRY,
		"FR"));
	assert_int_equal(read_count(w, "choir"), 4);
	assert_int_equal(read_count(w, "zither country:fr"), 1);
	/* changed: old words are gone, new ones there */
	world_put(w, 40,
	    P("ca", "en", FIELD_NAME, "Ukulele choir", FIELD_AREA_COUNTRY,
		"BE"));
	assert_int_equal(read_count(w, "choir"), 4);
	assert_int_equal(read_count(w, "zither"), 0);
	assert_int_equal(read_count(w, "ukulele country:be"), 1);
	assert_int_equal(read_count(w, "country:fr"), 0);
	/* nothing of a rolled back transaction stays */
	world_begin(w);
	world_put_open(w, 41,
	    P("ca", "en", FIELD_NAME, "Bagpipe choir", FIELD_AREA_COUNTRY,
		"LU"));
	world_rollback(w);
	assert_int_equal(read_count(w, "bagpipe"), 0);
	world_put(w, 42,
	    P("ca", "en", FIELD_NAME, "Banjo choir", FIELD_AREA_COUNTRY, "NL"));
	assert_int_equal(read_count(w, "country:nl"), 1);
	assert_int_equal(read_count(w, "country:lu"), 0);
	world_put(w, 42, NULL);
	world_put(w, 42, NULL); /* twice is once */
	world_put(w, 40, NULL);
	assert_int_equal(read_count(w, "choir"), 3);
	assert_int_equal(read_count(w, ""), 11);
	/* made again: the same, for the reader too */
	assert_int_equal(search_rebuild(w->search, &err), 0);
	assert_int_equal(read_count(w, "choir"), 3);
	assert_int_equal(read_count(w, ""), 11);
	test_finds(state);
	assert_int_equal(search_rebuild(w->reading, &err), -1);
}

static void
test_no_index(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct err err;

	(void)state;
	/* A folder without an index, read only: nothing is found. */
	snprintf(w->cat.folder, sizeof(w->cat.folder), "search-none-XXXXXX");
	assert_non_null(mkdtemp(w->cat.folder));
	w->cat.arena = arena_new();
	w->arena = arena_new();
	world_open_reader(w);
	assert_int_equal(read_count(w, "choir"), 0);
	assert_int_equal(read_count(w, ""), 0);
	/* The writer comes; a catalogue that has groups is indexed at once,
	 * and the reader sees it. */
	w->cat.views[5] = P("ca", "en", FIELD_NAME, "Late choir");
	w->reader.views[5] = w->cat.views[5];
	w->search = search_open(&w->cat, &err);
	assert_non_null(w->search);
	assert_int_equal(read_count(w, "choir"), 1);
	world_free(w);
}

/* Records that are gone say nothing of where a place is. */
static void
test_place_is_gone(void **state)
{
	struct world *w = *state;
	struct search_where at;
	struct err err;

	world_put(w, 99,
	    P("ca", "en", FIELD_NAME, "Walks", FIELD_SITE_ADDRESS, "Zomba",
		FIELD_SITE_LAT, "-15.4", FIELD_SITE_LON, "35.3"));
	assert_int_equal(search_place(w->search, "Zomba", NULL, &at, &err), 0);
	assert_true(at.lat < -15.3 && at.lat > -15.5);
	/* Whatever quotes stand around it. */
	assert_int_equal(search_place(w->search, "“Zomba”", NULL, &at, &err),
	    0);
	world_put(w, 99, NULL);
	assert_int_equal(search_place(w->search, "Zomba", NULL, &at, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds),
		cmocka_unit_test(test_matches_all),
		cmocka_unit_test(test_rank),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_group_counts_once),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_snippets),
		cmocka_unit_test(test_sorts),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_place_is_gone),
		cmocka_unit_test(test_update),
		cmocka_unit_test(test_no_index),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
