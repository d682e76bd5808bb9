/*
 * Validation: each type with good and bad values, each rule across fields,
 * warnings, hostile trees.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/record.h"

#define ID    "urn:gspd:ca:0b5a6f0e-3a51-4a2b-8a55-0f1e2d3c4b5a"
#define OTHER "urn:gspd:ca:0b5a6f0e-3a51-4a2b-8a55-0f1e2d3c4b5b"

static struct arena *arena;
static struct problems problems;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	problems_init(&problems);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	problems_release(&problems);
	arena_free(arena);
	return 0;
}

static struct value *
group(struct record *rec, enum field_id id)
{
	return record_add(rec, NULL, id, NULL, NULL);
}

static struct record *
programme(void)
{
	struct record *rec = record_new(arena, RECORD_KIND_PROGRAMME, ID, "en");
	struct value *v;

	v = group(rec, FIELD_ASSURED);
	record_add(rec, v, FIELD_ASSURED_DATE, "2026-11-01", NULL);
	record_add(rec, v, FIELD_ASSURED_METHOD, "call", NULL);
	record_add(rec, NULL, FIELD_NAME, "Garden choir", "en");
	record_add(rec, NULL, FIELD_SUMMARY, "We sing.", NULL);
	record_add(rec, NULL, FIELD_STATUS, "active", NULL);
	record_add(rec, NULL, FIELD_ZONE, "arts", NULL);
	record_add(rec, NULL, FIELD_ACCESS, "self", NULL);
	v = group(rec, FIELD_AREA);
	record_add(rec, v, FIELD_AREA_COUNTRY, "CA", NULL);
	v = group(rec, FIELD_ORGANISATION);
	record_add(rec, v, FIELD_ORGANISATION_NAME, "Example", NULL);
	return rec;
}

static struct record *
evidence(void)
{
	struct record *rec = record_new(arena, RECORD_KIND_EVIDENCE, ID, "en");

	record_add(rec, NULL, FIELD_TITLE, "A study", "en");
	record_add(rec, NULL, FIELD_YEAR, "2024", NULL);
	record_add(rec, NULL, FIELD_TYPE, "article", NULL);
	record_add(rec, NULL, FIELD_DESIGN, "rct", NULL);
	record_add(rec, NULL, FIELD_URL, "https://example.org/1", NULL);
	return rec;
}

static size_t
errors(const struct record *rec)
{
	struct err err = { 0 };
	int result;

	problems_release(&problems);
	result = record_validate(rec, &problems, &err);
	assert_int_equal(result == 0, problems.errors == 0);
	if (result == -1) {
		assert_int_equal(err.code, ERR_SCHEMA);
		assert_null(strchr(err.text, '\n'));
	}
	return problems.errors;
}

/* 1 when a problem of that sort stands at path and says `what`. */
static int
said(const char *path, bool is_warning, const char *what)
{
	for (size_t i = 0; i < problems.len; i++) {
		const struct problem *p = &problems.items[i];

		if (strcmp(p->path, path) == 0 && p->is_warning == is_warning &&
		    strstr(p->text, what) != NULL)
			return 1;
	}
	return 0;
}

static void
test_good(void **state)
{
	(void)state;
	assert_int_equal(errors(programme()), 0);
	assert_int_equal(problems.len, 0);
	assert_int_equal(errors(evidence()), 0);
	assert_int_equal(problems.len, 0);
}

static void
test_required(void **state)
{
	static const enum field_id ids[] = { FIELD_NAME, FIELD_SUMMARY,
		FIELD_STATUS, FIELD_ZONE, FIELD_ACCESS, FIELD_AREA,
		FIELD_ORGANISATION };
	struct record *rec;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		rec = programme();
		record_remove(rec, NULL, ids[i]);
		assert_int_equal(errors(rec), 1);
		assert_true(said(field_get(ids[i])->name, false, "is missing"));
	}
	rec = record_new(arena, RECORD_KIND_CHAMPION, ID, "en");
	assert_int_equal(errors(rec), 4);
	group(rec, FIELD_CONSENT);
	errors(rec);
	assert_true(said("consent", false, "is empty"));
	assert_true(said("consent.expires", false, "is missing"));
}

struct row {
	enum field_id id;
	const char *good[4];
	const char *bad[10];
};

/* Types, each at a field of a programme or of evidence. */
static const struct row programme_rows[] = {
	{ FIELD_REVIEW_DUE, { "2026-11-21", "2027-02", "2027" },
	    { "2026-02-30", "21/11/2026", "26", "2026-1-1", "2026-11-21T10:00",
		"" } },
	{ FIELD_ACCESS_URL, { "https://example.org/", "http://a.example/?q=1" },
	    { "example.org", "ftp://example.org/", "javascript:alert(1)",
		"https://u:p@example.org/", "https://a b/", "https://" } },
	{ FIELD_LANGUAGE_OFFERED, { "en", "pt-BR", "zh-Hant-SG" },
	    { "EN", "english", "e", "en_GB", "en-", "en-toolongsubtag" } },
	{ FIELD_SDG, { "1", "17" }, { "0", "18", "one" } },
	{ FIELD_STATUS, { "active" }, { "Active", "activ", "\n" } },
	{ FIELD_ACTIVITY, { "choir", "a\tb" },
	    { "", " ", "a\x01", "\xff", "a\r", "\xed\xa0\x80" } },
};

static const struct row evidence_rows[] = {
	{ FIELD_YEAR, { "1999", "2026" }, { "99", "2026-11", "MMXX", "0000" } },
	{ FIELD_N, { "0", "4621" }, { "-1", "1.5", "007", "1e3", "١٢" } },
	{ FIELD_COUNTRY, { "CA", "GB" },
	    { "ca", "England", "XX", "GBR", "UK" } },
	{ FIELD_DESIGN, { "rct", "cohort" }, { "RCT", "trial" } },
};

static void
check_rows(const struct row *row, size_t n, struct record *(*make)(void))
{
	for (; n > 0; n--, row++) {
		for (size_t i = 0; i < 4 && row->good[i] != NULL; i++) {
			struct record *rec = make();

			record_remove(rec, NULL, row->id);
			record_add(rec, NULL, row->id, row->good[i], NULL);
			if (errors(rec) != 0)
				fail_msg("%s: %s", row->good[i],
				    problems.items[0].text);
		}
		for (size_t i = 0; i < 10 && row->bad[i] != NULL; i++) {
			struct record *rec = make();

			record_remove(rec, NULL, row->id);
			record_add(rec, NULL, row->id, row->bad[i], NULL);
			if (errors(rec) != 1)
				fail_msg("%s takes '%s' (%zu)",
				    field_get(row->id)->name, row->bad[i],
				    problems.errors);
		}
	}
}

static void
test_types(void **state)
{
	(void)state;
	check_rows(programme_rows, ARRAY_LEN(programme_rows), programme);
	check_rows(evidence_rows, ARRAY_LEN(evidence_rows), evidence);
}

/* One or two children of one group, and how many errors they make. */
static const struct pair {
	enum field_id group;
	enum field_id one;
	const char *one_text;
	enum field_id two;
	const char *two_text;
	size_t errors;
	const char *path;
} pairs[] = {
	{ FIELD_AUDIENCE, FIELD_AUDIENCE_MIN_AGE, "18", FIELD_AUDIENCE_MAX_AGE,
	    "17", 1, "audience.max_age" },
	{ FIELD_AUDIENCE, FIELD_AUDIENCE_MIN_AGE, "18", FIELD_AUDIENCE_MAX_AGE,
	    "18", 0, "" },
	{ FIELD_AUDIENCE, FIELD_AUDIENCE_MAX_AGE, "999", 0, NULL, 1,
	    "audience.max_age" },
	{ FIELD_SITE, FIELD_SITE_LAT, "45", 0, NULL, 1, "site[1].lon" },
	{ FIELD_SITE, FIELD_SITE_LON, "45", 0, NULL, 1, "site[1].lat" },
	{ FIELD_SITE, FIELD_SITE_LAT, "91", FIELD_SITE_LON, "0", 1,
	    "site[1].lat" },
	{ FIELD_SITE, FIELD_SITE_LAT, "-90", FIELD_SITE_LON, "-180", 0, "" },
	{ FIELD_SITE, FIELD_SITE_LAT, "1", FIELD_SITE_LON, "180.5", 1,
	    "site[1].lon" },
	{ FIELD_SITE, FIELD_SITE_LAT, "1,5", FIELD_SITE_LON, "0x10", 2,
	    "site[1].lat" },
	{ FIELD_SITE, FIELD_SITE_LAT, "nan", FIELD_SITE_LON, "inf", 3,
	    "site[1].lat" },
	{ FIELD_COST, FIELD_COST_KIND, "free", 0, NULL, 0, "" },
	{ FIELD_COST, FIELD_COST_KIND, "fee", FIELD_COST_AMOUNT, "5", 1,
	    "cost.currency" },
	{ FIELD_COST, FIELD_COST_AMOUNT, "-5", FIELD_COST_CURRENCY, "eur", 3,
	    "cost.amount" },
	{ FIELD_CAPACITY, FIELD_CAPACITY_AVAILABLE, "5", FIELD_CAPACITY_MAXIMUM,
	    "4", 1, "capacity.available" },
	{ FIELD_FUNDING, FIELD_FUNDING_FROM, "2026-05", FIELD_FUNDING_TO,
	    "2025", 2, "funding[1].to" },
	{ FIELD_FUNDING, FIELD_FUNDING_SOURCE, "x", FIELD_FUNDING_AMOUNT, "1",
	    1, "funding[1].currency" },
	{ FIELD_SCHEDULE, FIELD_SCHEDULE_RRULE, "FREQ=WEEKLY;BYDAY=TU", 0, NULL,
	    0, "" },
	{ FIELD_SCHEDULE, FIELD_SCHEDULE_RRULE, "every Tuesday", 0, NULL, 1,
	    "schedule[1].rrule" },
	{ FIELD_SCHEDULE, FIELD_SCHEDULE_RRULE, "BYDAY=TU", 0, NULL, 1,
	    "schedule[1].rrule" },
	{ FIELD_SCHEDULE, FIELD_SCHEDULE_RRULE, "FREQ=;", 0, NULL, 1,
	    "schedule[1].rrule" },
	{ FIELD_SCHEDULE, FIELD_SCHEDULE_START, "2026-11-21T10:00",
	    FIELD_SCHEDULE_END, "2026-11-21T09:00", 1, "schedule[1].end" },
	{ FIELD_SCHEDULE, FIELD_SCHEDULE_START, "2026-11-21T24:00",
	    FIELD_SCHEDULE_ZONE, "London", 2, "schedule[1].start" },
	{ FIELD_SCHEDULE, FIELD_SCHEDULE_START, "2026-02-30T10:00",
	    FIELD_SCHEDULE_ZONE, "Europe/London", 1, "schedule[1].start" },
	{ FIELD_AREA, FIELD_AREA_COUNTRY, "CA", FIELD_AREA_SUBDIVISION, "CA-QC",
	    0, "" },
	{ FIELD_AREA, FIELD_AREA_COUNTRY, "CA", FIELD_AREA_SUBDIVISION,
	    "GB-WLS", 1, "area[2].subdivision" },
	{ FIELD_AREA, FIELD_AREA_COUNTRY, "CA", FIELD_AREA_SUBDIVISION,
	    "Quebec", 1, "area[2].subdivision" },
	{ FIELD_ORGANISATION, FIELD_ORGANISATION_ROLE, "funder", 0, NULL, 1,
	    "organisation[2].name" },
	{ FIELD_ORGANISATION, FIELD_ORGANISATION_ID, "urn:gspd:x", 0, NULL, 1,
	    "organisation[2].id" },
	{ FIELD_IDENTIFIER, FIELD_IDENTIFIER_SCHEME, "doi",
	    FIELD_IDENTIFIER_VALUE, "nonsense", 1, "identifier[1].value" },
	{ FIELD_SAME_AS, FIELD_SAME_AS_ID, ID, 0, NULL, 1, "same_as[1].id" },
	{ FIELD_SAME_AS, FIELD_SAME_AS_ID, OTHER, 0, NULL, 0, "" },
	{ FIELD_RELATION, FIELD_RELATION_TYPE, "uses", FIELD_RELATION_ID, ID, 1,
	    "relation[1].id" },
	{ FIELD_CONTACT, FIELD_CONTACT_EMAIL, "office@example.org", 0, NULL, 0,
	    "" },
	{ FIELD_CONTACT, FIELD_CONTACT_EMAIL, "office@localhost", 0, NULL, 1,
	    "contact[1].email" },
	{ FIELD_CONTACT, FIELD_CONTACT_EMAIL, "a@b@example.org", 0, NULL, 1,
	    "contact[1].email" },
	{ FIELD_CONTACT, FIELD_CONTACT_EMAIL, "<a@example.org>", 0, NULL, 1,
	    "contact[1].email" },
};

static const struct pair evidence_pairs[] = {
	{ FIELD_AUTHOR, FIELD_AUTHOR_GIVEN, "Ann", 0, NULL, 1,
	    "author[1].family" },
	{ FIELD_AUTHOR, FIELD_AUTHOR_LITERAL, "The group", FIELD_AUTHOR_ORCID,
	    "0000-0002-1825-0098", 1, "author[1].orcid" },
	{ FIELD_OUTCOME, FIELD_OUTCOME_INSTRUMENT, "UCLA-3", 0, NULL, 1,
	    "outcome[1].term" },
	{ FIELD_GRADE, FIELD_GRADE_SCALE, "grade", FIELD_GRADE_LEVEL, "low", 0,
	    "" },
};

static void
check_pairs(const struct pair *pair, size_t n, struct record *(*make)(void))
{
	for (; n > 0; n--, pair++) {
		struct record *rec = make();
		struct value *v = group(rec, pair->group);

		record_add(rec, v, pair->one, pair->one_text, NULL);
		if (pair->two_text != NULL)
			record_add(rec, v, pair->two, pair->two_text, NULL);
		if (errors(rec) != pair->errors)
			fail_msg("%s %s: %zu errors, first %s: %s",
			    pair->one_text, pair->path, problems.errors,
			    problems.len > 0 ? problems.items[0].path : "",
			    problems.len > 0 ? problems.items[0].text : "");
		if (pair->errors > 0 && !said(pair->path, false, ""))
			fail_msg("nothing at %s but %s", pair->path,
			    problems.items[0].path);
	}
}

static void
test_groups(void **state)
{
	(void)state;
	check_pairs(pairs, ARRAY_LEN(pairs), programme);
	check_pairs(evidence_pairs, ARRAY_LEN(evidence_pairs), evidence);
}

static size_t
effect(const char *measure, const char *estimate, const char *low,
    const char *high)
{
	struct record *rec = evidence();
	struct value *v = group(rec, FIELD_EFFECT);

	record_add(rec, v, FIELD_EFFECT_OUTCOME, "depression", NULL);
	record_add(rec, v, FIELD_EFFECT_MEASURE, measure, NULL);
	record_add(rec, v, FIELD_EFFECT_BETTER_IF, "lower", NULL);
	if (estimate != NULL)
		record_add(rec, v, FIELD_EFFECT_ESTIMATE, estimate, NULL);
	if (low != NULL)
		record_add(rec, v, FIELD_EFFECT_CI_LOW, low, NULL);
	if (high != NULL)
		record_add(rec, v, FIELD_EFFECT_CI_HIGH, high, NULL);
	return errors(rec);
}

static void
test_effect(void **state)
{
	(void)state;
	assert_int_equal(effect("smd", "-0.50", "-0.84", "-0.16"), 0);
	assert_int_equal(effect("smd", "-0.9", "-0.84", "-0.16"), 1);
	assert_int_equal(effect("smd", "-0.5", "-0.16", "-0.84"), 1);
	assert_int_equal(effect("smd", "-0.5", "-0.84", NULL), 1);
	assert_true(said("effect[1].ci_high", false, "two ends"));
	assert_int_equal(effect("rr", "0.8", "0.6", "1.1"), 0);
	assert_int_equal(effect("rr", "-0.8", "-1", "1.1"), 1);
	assert_int_equal(effect("SMD", "0.1", NULL, NULL), 1);
	assert_true(said("effect[1].measure", false, "did you mean smd?"));
	assert_int_equal(effect("sroi", NULL, NULL, NULL), 0);
	assert_true(said("effect[1].estimate", true, "not drawn"));
}

static void
test_evidence(void **state)
{
	struct record *rec = evidence();
	struct value *v;

	(void)state;
	record_remove(rec, NULL, FIELD_URL);
	assert_int_equal(errors(rec), 1);
	assert_true(said("identifier", false, "give a DOI"));
	v = group(rec, FIELD_IDENTIFIER);
	record_add(rec, v, FIELD_IDENTIFIER_SCHEME, "citation-key", NULL);
	record_add(rec, v, FIELD_IDENTIFIER_VALUE, "muhl2023", NULL);
	assert_int_equal(errors(rec), 0);
	assert_true(said("identifier", true, "only a citation key"));
	v = group(rec, FIELD_IDENTIFIER);
	record_add(rec, v, FIELD_IDENTIFIER_SCHEME, "pmid", NULL);
	record_add(rec, v, FIELD_IDENTIFIER_VALUE, "37019572", NULL);
	assert_int_equal(errors(rec), 0);
	assert_int_equal(problems.len, 0);
}

static void
test_warnings(void **state)
{
	struct record *rec = programme();
	char text[400];

	(void)state;
	record_remove(rec, NULL, FIELD_ASSURED);
	record_remove(rec, NULL, FIELD_ACCESS);
	record_add(rec, NULL, FIELD_ACCESS, "not-stated", NULL);
	assert_int_equal(errors(rec), 0);
	assert_true(said("assured", true, "nobody has said"));
	assert_true(said("access[1]", true, "nobody has said"));
	record_add(rec, NULL, FIELD_ACCESS, "self", NULL);
	assert_int_equal(errors(rec), 0);
	assert_true(said("access", true, "beside other codes"));
	/* Three hundred characters are not three hundred bytes. */
	rec = programme();
	record_remove(rec, NULL, FIELD_SUMMARY);
	memset(text, 'a', 298);
	memcpy(text + 298, "\xc3\xa9\xc3\xa9", 5);
	record_add(rec, NULL, FIELD_SUMMARY, text, NULL);
	assert_int_equal(errors(rec), 0);
	assert_int_equal(problems.len, 0);
	memcpy(text + 298, "\xc3\xa9\xc3\xa9x", 6);
	record_remove(rec, NULL, FIELD_SUMMARY);
	record_add(rec, NULL, FIELD_SUMMARY, text, NULL);
	assert_int_equal(errors(rec), 0);
	assert_true(said("summary", true, "300 characters"));
}

static void
test_languages(void **state)
{
	struct record *rec = programme();

	(void)state;
	record_add(rec, NULL, FIELD_NAME, "Twice", NULL);
	assert_int_equal(errors(rec), 1);
	assert_true(said("name", false, "stands twice"));
	rec = programme();
	record_add(rec, NULL, FIELD_NAME, "Nom", "fr")->made = "robot";
	assert_int_equal(errors(rec), 1);
	rec = programme();
	record_remove(rec, NULL, FIELD_NAME);
	record_add(rec, NULL, FIELD_NAME, "Nom", "fr");
	assert_int_equal(errors(rec), 0);
	assert_true(said("name", true, "own language en"));
	rec = programme();
	record_add(rec, NULL, FIELD_DESCRIPTION, "x", "klingon!");
	assert_true(errors(rec) > 0);
	rec = programme();
	record_remove(rec, NULL, FIELD_STATUS);
	record_add(rec, NULL, FIELD_STATUS, "active", "en");
	assert_int_equal(errors(rec), 1);
}

static void
test_shape(void **state)
{
	struct record *rec = programme();

	(void)state;
	record_add(rec, NULL, FIELD_TITLE, "of another kind", "en");
	assert_int_equal(errors(rec), 1);
	assert_true(said("title", false, "has no field title"));
	rec = programme();
	record_add(rec, NULL, FIELD_STATUS, "paused", NULL);
	record_add(rec, NULL, FIELD_STATUS, "paused", NULL);
	assert_int_equal(errors(rec), 1);
	rec = programme();
	rec->id = "urn:gspd:CA:1";
	rec->lang = "";
	assert_true(errors(rec) >= 2);
	assert_true(said("id", false, "not a record id"));
	assert_true(said("lang", false, "not a language tag"));
	rec = programme();
	record_add(rec, NULL, FIELD_AUDIENCE, "text in a group", NULL);
	assert_int_equal(errors(rec), 2);
	rec = programme();
	record_add_unknown(rec, NULL, "no element", 10);
	assert_int_equal(errors(rec), 1);
}

static void
test_limits(void **state)
{
	struct record *rec = programme();
	char *huge = xmalloc(70000);

	(void)state;
	memset(huge, 'a', 69999);
	huge[69999] = '\0';
	record_add(rec, NULL, FIELD_DESCRIPTION, huge, "en");
	assert_int_equal(errors(rec), 2);
	assert_true(said("description", false, "69999 bytes"));
	assert_true(said("", false, "bytes of text"));
	free(huge);
	rec = programme();
	for (int i = 0; i < RECORD_MAX_VALUES; i++) {
		char text[20];

		snprintf(text, sizeof(text), "t%d", i);
		record_add(rec, NULL, FIELD_TERM, text, NULL);
	}
	assert_true(errors(rec) > 0);
	assert_true(said("", false, "more than 2000 values"));
	/* A thousand problems are told by a hundred. */
	rec = programme();
	for (int i = 0; i < 1000; i++)
		record_add(rec, NULL, FIELD_NEED, "nonsense", NULL);
	assert_int_equal(errors(rec), 1000);
	assert_int_equal(problems.len, 100);
}

/* Warnings do not push the first error off the list. */
static void
test_full_list(void **state)
{
	(void)state;
	for (int i = 0; i < 150; i++)
		problems_add(&problems, true, "a", NULL, "warning %d", i);
	problems_add(&problems, false, "b", "x\n\x01y", "error %s", "one");
	problems_add(&problems, false, "c", NULL, "error two");
	assert_int_equal(problems.len, 100);
	assert_int_equal(problems.errors, 2);
	assert_true(said("b", false, "error one"));
	assert_string_equal(problems.items[99].value, "x\\n\\x01y");
}

static void
test_suggestion(void **state)
{
	struct record *rec = programme();

	(void)state;
	record_add(rec, NULL, FIELD_ZONE, "natuer", NULL);
	record_add(rec, NULL, FIELD_ZONE, "Physical activity", NULL);
	record_add(rec, NULL, FIELD_ZONE, "metaphysics", NULL);
	assert_int_equal(errors(rec), 3);
	assert_true(said("zone[2]", false, "did you mean nature?"));
	assert_true(said("zone[3]", false, "did you mean exercise?"));
	assert_true(said("zone[4]", false, "use one of arts, nature"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_good),
		CASE(test_required),
		CASE(test_types),
		CASE(test_groups),
		CASE(test_effect),
		CASE(test_evidence),
		CASE(test_warnings),
		CASE(test_languages),
		CASE(test_shape),
		CASE(test_limits),
		CASE(test_full_list),
		CASE(test_suggestion),
	};

	return cmocka_run_group_tests_name("record_validate", tests, NULL,
	    NULL);
}
