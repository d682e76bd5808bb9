/*
 * The pages of single records: what each kind says, what is hostile, what is
 * gone, lapsed or hidden, and what one node says itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "catalogue/catalogue.h"
#include "search/search.h"
#include "visit.h"

#define ID(node, n) "urn:gspd:" node ":" n "0000000-0000-4000-8000-000000000000"
#define FULL        ID("pt", "1")
#define CLOSED      ID("pt", "2")
#define MANY        ID("pt", "3")
#define BARE        ID("pt", "4")
#define STUDY       ID("pt", "5")
#define CLUB        ID("pt", "6")
#define CALL        ID("pt", "7")
#define PERSON      ID("pt", "8")
#define LAPSED      ID("pt", "9")
#define LAPSED_CODE "kAAAAAAAQACAAAAAAAAAAA"
#define PERSON_CODE "gAAAAAAAQACAAAAAAAAAAA"
#define WORD        ID("pt", "a")
#define GONE        ID("pt", "b")
#define NEXT        ID("pt", "c")
#define HIDDEN      ID("us", "1")
#define STRANGER    ID("zz", "1")
#define BIDI        "\xe2\x80\xae" /* right-to-left override */
#define VALUES      2000
#define BIG_BYTES   (30 * 1024)

static struct arena *arena;

static struct record *
begin_record(enum record_kind kind, const char *id)
{
	struct record *rec = record_new(arena, kind, id, "en");

	rec->published_at = SITE_NOW - 3600;
	rec->first_at = SITE_NOW - 40 * 86400;
	rec->modified_at = SITE_NOW - 50 * 86400;
	return rec;
}

static struct value *
group(struct record *rec, enum field_id id)
{
	return record_add(rec, NULL, id, NULL, NULL);
}

static void
add_area(struct record *rec)
{
	record_add(rec, group(rec, FIELD_AREA), FIELD_AREA_COUNTRY, "PT", NULL);
}

static void
add_runner(struct record *rec, const char *role)
{
	struct value *v = group(rec, FIELD_ORGANISATION);

	record_add(rec, v, FIELD_ORGANISATION_ID, CLUB, NULL);
	record_add(rec, v, FIELD_ORGANISATION_ROLE, role, NULL);
}

static void
add_relation(struct record *rec, const char *type, const char *id)
{
	struct value *v = group(rec, FIELD_RELATION);

	record_add(rec, v, FIELD_RELATION_TYPE, type, NULL);
	record_add(rec, v, FIELD_RELATION_ID, id, NULL);
}

static void
add_site(struct record *rec, const char *name, const char *lat, const char *lon)
{
	struct value *v = group(rec, FIELD_SITE);

	record_add(rec, v, FIELD_SITE_NAME, name, NULL);
	record_add(rec, v, FIELD_SITE_LAT, lat, NULL);
	record_add(rec, v, FIELD_SITE_LON, lon, NULL);
}

static struct record *
make_programme(const char *id, const char *name, const char *status)
{
	struct record *rec = begin_record(RECORD_KIND_PROGRAMME, id);

	record_add(rec, NULL, FIELD_NAME, name, NULL);
	record_add(rec, NULL, FIELD_SUMMARY, "Something to join.", NULL);
	record_add(rec, NULL, FIELD_STATUS, status, NULL);
	record_add(rec, NULL, FIELD_ZONE, "arts", NULL);
	record_add(rec, NULL, FIELD_NEED, "loneliness", NULL);
	record_add(rec, NULL, FIELD_ACCESS, "link-worker", NULL);
	add_area(rec);
	return rec;
}

static struct record *
make_full(void)
{
	struct record *rec = make_programme(FULL, "Coro do Rio", "active");
	struct value *v;

	record_add(rec, NULL, FIELD_ACCESS_NOTE, "Ring before noon.", NULL);
	v = group(rec, FIELD_CONTACT);
	record_add(rec, v, FIELD_CONTACT_PHONE, "+351 21 000 0000 (mornings)",
	    NULL);
	record_add(rec, v, FIELD_CONTACT_EMAIL, "coro@example.pt", NULL);
	add_site(rec, "Hall", "38.7223", "-9.1393");
	add_runner(rec, "provider");
	v = group(rec, FIELD_ASSURED);
	record_add(rec, v, FIELD_ASSURED_DATE, "2026-10-01", NULL);
	record_add(rec, v, FIELD_ASSURED_METHOD, "call", NULL);
	record_add(rec, v, FIELD_ASSURED_ROLE, "editor" BIDI, NULL);
	record_add(rec, NULL, FIELD_REVIEW_DUE, "2026-11-20", NULL);
	record_add(rec, NULL, FIELD_LICENCE, "CC-BY-4.0", NULL);
	v = group(rec, FIELD_SOURCE);
	record_add(rec, v, FIELD_SOURCE_PUBLISHER, "City list", NULL);
	record_add(rec, v, FIELD_SOURCE_URL, "https://list.example/1", NULL);
	record_add(rec, v, FIELD_SOURCE_RETRIEVED, "2026-09-01", NULL);
	return rec;
}

/* As much as a peer can put into a record, and all of it nasty. */
static struct record *
make_many(void)
{
	struct record *rec = make_programme(MANY, BIDI "Many " SITE_EVIL,
	    "active");

	for (int i = 0; i < VALUES; i++) {
		char text[40];
		struct value *v;

		snprintf(text, sizeof(text), "Activity %d <b>", i);
		record_add(rec, NULL, FIELD_ACTIVITY, text, NULL);
		if (i >= 300)
			continue;
		add_site(rec, "Site <b>", i % 2 ? "nan" : "1e999", "200");
		v = group(rec, FIELD_CONTACT);
		record_add(rec, v, FIELD_CONTACT_EMAIL,
		    "a@example.org?bcc=x@y.z", NULL);
		record_add(rec, v, FIELD_CONTACT_PHONE, "javascript:alert(1)",
		    NULL);
		record_add(rec, v, FIELD_CONTACT_URL, "javascript:alert(1)",
		    NULL);
	}
	record_add(rec, NULL, FIELD_ACCESS_URL, "data:text/html,x", NULL);
	record_add(rec, NULL, FIELD_LICENCE, "../../" SITE_EVIL, NULL);
	return rec;
}

static struct record *
make_person(const char *id, const char *name, const char *expires)
{
	struct record *rec = begin_record(RECORD_KIND_CHAMPION, id);
	struct value *v;

	record_add(rec, NULL, FIELD_DISPLAY_NAME, name, NULL);
	record_add(rec, NULL, FIELD_CHAMPION_ROLE, "nurse", NULL);
	record_add(rec, NULL, FIELD_COUNTRY, "PT", NULL);
	record_add(rec, NULL, FIELD_TOPIC, "singing groups", NULL);
	add_runner(rec, "provider");
	v = group(rec, FIELD_CONSENT);
	record_add(rec, v, FIELD_CONSENT_DATE, "2025-11-20", NULL);
	record_add(rec, v, FIELD_CONSENT_VERSION, "1", NULL);
	if (expires != NULL)
		record_add(rec, v, FIELD_CONSENT_EXPIRES, expires, NULL);
	return rec;
}

static struct record *
make_study(void)
{
	struct record *rec = begin_record(RECORD_KIND_EVIDENCE, STUDY);

	record_add(rec, NULL, FIELD_TITLE, "What choirs do", NULL);
	record_add(rec, NULL, FIELD_YEAR, "2024", NULL);
	record_add(rec, NULL, FIELD_TYPE, "article", NULL);
	record_add(rec, NULL, FIELD_DESIGN, "rct", NULL);
	record_add(rec, NULL, FIELD_ZONE, "arts", NULL);
	record_add(rec, NULL, FIELD_NEED, "loneliness", NULL);
	record_add(rec, NULL, FIELD_URL, "https://study.example/", NULL);
	return rec;
}

static struct record *
make_club(void)
{
	struct record *rec = begin_record(RECORD_KIND_ORGANISATION, CLUB);

	record_add(rec, NULL, FIELD_NAME, "Clube do Rio", NULL);
	record_add(rec, NULL, FIELD_COUNTRY, "PT", NULL);
	record_add(rec, NULL, FIELD_ORGANISATION_TYPE, "charity", NULL);
	return rec;
}

static struct record *
make_call(void)
{
	struct record *rec = begin_record(RECORD_KIND_RESOURCE, CALL);

	record_add(rec, NULL, FIELD_TITLE, "Grants for choirs", NULL);
	record_add(rec, NULL, FIELD_RESOURCE_TYPE, "funding-call", NULL);
	record_add(rec, NULL, FIELD_URL, "https://call.example/", NULL);
	record_add(rec, NULL, FIELD_LANGUAGE, "pt", NULL);
	record_add(rec, NULL, FIELD_DEADLINE, "2026-10", NULL);
	return rec;
}

static struct record *
make_word(void)
{
	struct record *rec = begin_record(RECORD_KIND_TERM, WORD);

	record_add(rec, NULL, FIELD_VOCABULARY, "zone", NULL);
	record_add(rec, NULL, FIELD_VERSION, "1", NULL);
	record_add(rec, NULL, FIELD_CODE, "arts", NULL);
	record_add(rec, NULL, FIELD_LABEL, "Arts", NULL);
	record_add(rec, NULL, FIELD_LABEL, "\xd9\x81\xd9\x86\xd9\x88\xd9\x86",
	    "ar");
	record_add(rec, NULL, FIELD_DEFINITION, "Making and seeing.", NULL);
	record_add(rec, NULL, FIELD_EXACT_MATCH, "javascript:alert(1)", NULL);
	return rec;
}

static void
put(struct catalogue *cat, const struct record *rec)
{
	uint8_t digest[32];
	struct err err;

	memset(digest, 0, sizeof(digest));
	memcpy(digest, rec->id + 9, 20);
	assert_int_equal(catalogue_put(cat, rec, digest, &err), 0);
}

static void
commit(struct catalogue *cat, const char *node, int64_t serial, bool is_hidden)
{
	struct catalogue_feed feed = { .serial = serial,
		.verified_at = SITE_NOW - 86400,
		.expires_at = is_hidden ? SITE_NOW - 86400 : SITE_NOW + 86400,
		.is_hidden = is_hidden };
	struct search *search;
	struct err err;

	(void)snprintf(feed.node, sizeof(feed.node), "%s", node);
	memset(feed.digest, 'b', 64);
	assert_int_equal(catalogue_feed_put(cat, &feed, &err), 0);
	search = search_open(cat, &err);
	assert_non_null(search);
	assert_int_equal(catalogue_commit(cat, search_watch(search), &err), 0);
	search_close(search);
}

static void
fill_pt(struct catalogue *cat)
{
	struct record *rec = make_study();

	add_relation(rec, "evaluates", FULL);
	put(cat, rec);
	put(cat, make_full());
	rec = make_programme(CLOSED, "Coro fechado", "closed");
	add_site(rec, "Near", "38.73", "-9.14");
	add_runner(rec, "funder");
	put(cat, rec);
	put(cat, make_many());
	put(cat, begin_record(RECORD_KIND_PROGRAMME, BARE));
	put(cat, make_club());
	put(cat, make_call());
	put(cat, make_person(PERSON, "Ana Modelo", "2026-11"));
	put(cat, make_person(LAPSED, "Rui Secreto", "2026-11-20"));
	put(cat, make_word());
	put(cat, make_programme(GONE, "Coro antigo " SITE_EVIL, "active"));
	rec = make_programme(NEXT, "Coro novo", "planned");
	add_relation(rec, "replaces", GONE);
	put(cat, rec);
}

static int
begin_site(void **state)
{
	struct catalogue *cat;
	struct err err;

	if (visit_begin(state) == -1)
		return -1;
	arena = arena_new();
	cat = catalogue_open(site.folder, CATALOGUE_WRITE, &err);
	assert_non_null(cat);
	assert_int_equal(catalogue_begin(cat, &err), 0);
	fill_pt(cat);
	commit(cat, "pt", SITE_NOW - 9 * 86400, false);
	assert_int_equal(catalogue_begin(cat, &err), 0);
	assert_int_equal(catalogue_remove(cat, GONE, &err), 0);
	commit(cat, "pt", SITE_NOW - 2 * 86400, false);
	assert_int_equal(catalogue_begin(cat, &err), 0);
	put(cat, make_programme(HIDDEN, "Coro escondido", "active"));
	commit(cat, "us", SITE_NOW - 9 * 86400, true);
	catalogue_close(cat);
	return 0;
}

static int
end_site(void **state)
{
	arena_free(arena);
	return visit_end(state);
}

static void
test_programme(void **state)
{
	(void)state;
	get("/record/" FULL, "", 200);
	assert_has("A link worker or connector refers.");
	assert_has("Ring before noon.");
	assert_has("href=\"tel:+351210000000\"");
	assert_has("href=\"mailto:coro@example.pt\"");
	assert_has("href=\"/map?near=38.72230%2C-9.13930\"");
	assert_has("href=\"geo:38.72230,-9.13930\"");
	assert_has(">Clube do Rio</a>");
	/* Evidence for its kind: the study that evaluated it. */
	assert_has("Evidence for this kind of programme");
	assert_has(">What choirs do</a>");
	assert_has("/search?kind=evidence&amp;zone=arts&amp;need=loneliness");
	/* Similar ones near: the closed one, not itself. */
	assert_has("Similar programmes near");
	assert_has(">Coro fechado</a>");
	assert_lacks("role=\"alert\"");
	assert_lacks("Not open yet.");
}

static void
test_not_running(void **state)
{
	(void)state;
	get("/record/" CLOSED, "", 200);
	assert_has("<strong>Closed.</strong>");
	get("/record/" NEXT, "", 200);
	assert_has("<strong>Not open yet.</strong>");
}

/* Three days, two of them old, each under its own name. */
static void
test_provenance(void **state)
{
	(void)state;
	get("/record/" FULL, "", 200);
	assert_has("1 October 2026");
	assert_has("Telephone call");
	assert_has("20 November 2026 (overdue)");
	assert_has("This version published by its node");
	assert_has("Content last changed at its source");
	assert_has("2 October 2026");  /* changed */
	assert_has("12 October 2026"); /* first published */
	assert_has("verified on 20 November 2026: this is what node pt signed");
	assert_has("href=\"/peers/pt\"");
	assert_has("href=\"https://spdx.org/licenses/CC-BY-4.0.html\"");
	assert_has("href=\"https://list.example/1\"");
	assert_has("retrieved on 1 September 2026");
	assert_has(FULL);
	assert_has("href=\"/about#trust\"");
}

/* The merged view, and what each node says itself. */
static void
test_as_one_node_says(void **state)
{
	(void)state;
	get("/record/" SITE_SAME, "", 200);
	assert_has("what node sg says");
	assert_has("Where nodes disagree");
	get("/record/" SITE_SAME "?as=" SITE_SAME, "", 200);
	assert_has("This is what node sg itself says.");
	assert_has("1-10");
	assert_lacks("Where nodes disagree");
	assert_has("content=\"noindex\"");
	/* Whoever is no member has no say. */
	get("/record/" SITE_SAME "?as=" FULL, "", 200);
	assert_has("Where nodes disagree");
	get("/record/" SITE_SAME "?as=%22%3E%3Cscript%3E", "", 200);
	assert_lacks("<script>");
}

static void
test_hostile(void **state)
{
	(void)state;
	get("/record/" MANY, "", 200);
	assert_lacks("<b>");
	assert_lacks("<script>alert");
	assert_lacks("href=\"javascript");
	assert_lacks("href=\"data:");
	assert_lacks("href=\"mailto:a@example.org?bcc");
	assert_lacks("href=\"tel:");
	assert_lacks("near=");
	assert_lacks("spdx.org");
	assert_has("Activity 59 &lt;b&gt;");
	assert_lacks("Activity 60 &lt;b&gt;");
	assert_has("and 1,940 more");
	/* What turns the direction of text is fenced in or left out. */
	assert_has("<bdi>Many");
	assert_lacks(BIDI);
	assert_has("<title>Many &quot;&gt;&lt;script&gt;");
	get("/record/" MANY, "Accept-Encoding: gzip\r\n", 200);
	assert_true(client_body_len(&out) <= BIG_BYTES);
	/* A record with nothing in it is a page with a title. */
	get("/record/" BARE, "", 200);
	assert_has("no check is recorded");
	get("/record/" BARE "/report", "", 200);
}

static void
test_organisation(void **state)
{
	(void)state;
	get("/record/" CLUB, "", 200);
	assert_has("What it does here");
	assert_has("<dt>Runs</dt>");
	assert_has(">Coro do Rio</a>");
	assert_has("<dt>Funds</dt>");
	assert_has(">Coro fechado</a>");
	assert_has("<dt>Champions who work there</dt>");
	assert_has(">Ana Modelo</a>");
	assert_lacks("Rui Secreto");
}

static void
test_resource(void **state)
{
	(void)state;
	get("/record/" CALL, "", 200);
	assert_has("<strong>The deadline is over.</strong>");
	assert_has("Open or download");
	assert_has("href=\"https://call.example/\"");
}

static void
test_champion(void **state)
{
	(void)state;
	get("/record/" PERSON, "", 200);
	assert_has("Ana Modelo");
	assert_has("Addresses of persons are never listed here.");
	assert_has("Holds until");
	assert_has("November 2026");
	/* Ended yesterday: not a word of it, anywhere. */
	get("/record/" LAPSED, "", 410);
	assert_has("This profile is no longer shown");
	assert_lacks("Rui");
	assert_lacks("nurse");
	get("/record/" LAPSED ".json", "", 410);
	assert_lacks("Rui");
	get("/record/" LAPSED "/report", "", 410);
	assert_lacks("Rui");
	get("/api/v1/records/" LAPSED, "", 404);
	assert_lacks("Rui");
	get("/search?kind=champion", "", 200);
	assert_has("Ana Modelo");
	assert_lacks("Rui");
	get("/api/v1/search?kind=champion", "", 200);
	assert_has("\"count\":1,");
	assert_lacks(LAPSED);
}

/* Nobody finds, keeps, follows or takes away what has lapsed. */
static void
test_lapsed(void **state)
{
	static const char *const paths[] = { "/api/v1/search?q=rui",
		"/search?q=secretx", "/api/v1/search?q=secretx", "/search.json",
		"/search.ndjson", "/search.csv?kind=champion",
		"/search.atom?kind=champion", "/sitemap.0.xml",
		"/list?keep=pt." LAPSED_CODE, "/list.json?keep=pt." LAPSED_CODE,
		"/compare?c=pt." PERSON_CODE "&c=pt." LAPSED_CODE,
		"/map?kind=champion", "/record/" CLUB,
		"/api/v1/suggest?q=secr" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		get(paths[i], "", 200);
		assert_lacks("Rui");
		assert_lacks("secreto");
		assert_lacks("Secreto");
	}
	get("/api/v1/search?q=rui", "", 200);
	assert_has("\"count\":0,");
	/* Counts know as little of it. */
	get("/api/v1/search", "", 200);
	assert_has(
	    "{\"value\":\"champion\",\"label\":\"Champion\",\"count\":1");
	get("/search.csv?kind=champion", "", 200);
	assert_has("Ana Modelo");
	assert_lacks("90000000");
	get("/search.json?kind=champion", "", 200);
	assert_has("\"count\":1,\"exported\":1,");
	get("/sitemap.0.xml", "", 200);
	assert_lacks("90000000");
}

static void
test_term(void **state)
{
	(void)state;
	get("/record/" WORD, "", 200);
	assert_has("Making and seeing.");
	assert_has("<span lang=\"ar\" dir=\"auto\">");
	assert_has("href=\"/search?zone=arts\"");
	assert_lacks("href=\"javascript");
}

static void
test_gone(void **state)
{
	(void)state;
	get("/record/" GONE, "", 410);
	assert_has("This record has been withdrawn");
	assert_has("Coro antigo &quot;&gt;&lt;script&gt;");
	assert_has("Node pt withdrew this record on 19 November 2026.");
	assert_has("It was replaced by:");
	assert_has(">Coro novo</a>");
	assert_has("content=\"noindex\"");
	get("/record/" GONE "/report", "", 410);
	/* By this node itself. */
	get("/record/" SITE_RETIRED, "", 410);
	assert_has("Node ca withdrew this record on 21 November 2026.");
	assert_has("Old &quot;&gt;");
	/* Of a node that is hidden, and of one that nobody knows. */
	get("/record/" HIDDEN, "", 404);
	assert_has("This record is not shown at present");
	assert_has("ended on 20 November 2026");
	assert_lacks("Coro escondido");
	get("/record/" STRANGER, "", 404);
	assert_has("node zz");
	get("/record/" ID("pt", "f"), "", 404);
	assert_has("No record with this id");
	get("/record/" ID("ca", "f"), "", 404);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_programme),
		cmocka_unit_test(test_not_running),
		cmocka_unit_test(test_provenance),
		cmocka_unit_test(test_as_one_node_says),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_organisation),
		cmocka_unit_test(test_resource),
		cmocka_unit_test(test_champion),
		cmocka_unit_test(test_lapsed),
		cmocka_unit_test(test_term),
		cmocka_unit_test(test_gone),
	};

	return cmocka_run_group_tests(tests, begin_site, end_site);
}
