/*
 * HSDS and Open Referral UK: what each part of a service becomes, the
 * shapes files come in, and the real files.
 */
#include "import_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UUID "5bc27d12-1b1c-40b5-a798-76cbd0502002"
#define ORG  "6a84f8e7-f0a8-445d-9abc-d24a7b462f82"

static const char service[] =
    "{\"id\":\"5BC27D12-1b1c-40b5-a798-76cbd0502002\","
    "\"name\":\" Walking\\r\\n group \",\"status\":\"temporarily closed\","
    "\"description\":\"We walk.\\r\\nEvery week.\","
    "\"url\":\"www.example.org/walk\",\"email\":\"walk@example.org\","
    "\"minimum_age\":18,\"maximum_age\":999,"
    "\"eligibility_description\":\"Adults\","
    "\"fees_description\":\"Free to everyone\","
    "\"application_process\":\"Walk-in, or telephone for an appointment\","
    "\"assured_date\":\"2024-01-02\","
    "\"last_modified\":\"2023-03-15T10:30:45.123Z\","
    "\"phones\":[{\"number\":\"555-0100\",\"extension\":12}],"
    "\"contacts\":[{\"name\":\"Ann Persona\",\"title\":\"Reception\","
    "\"email\":\"r@example.org\"}],"
    "\"languages\":[{\"code\":\"FR\"},{\"name\":\"Spanish\"}],"
    "\"service_areas\":[{\"name\":\"Broward County\"}],"
    "\"attributes\":[{\"taxonomy_term\":{\"name\":\"Nature\"}},"
    "{\"value\":\"Loneliness\"},{\"value\":\"Custody\"},"
    "{\"value\":\"Custody\"}],"
    "\"service_at_locations\":[{\"location\":{"
    "\"location_type\":\"physical\",\"name\":\"Park\","
    "\"latitude\":45.5,\"longitude\":-73.6,\"addresses\":[{"
    "\"address_1\":\"1 Main St\",\"city\":\"Town\",\"country\":\"US\"}],"
    "\"schedules\":[{\"freq\":\"WEEKLY\",\"byday\":\"TH,FR\","
    "\"dtstart\":\"2024-01-04\",\"opens_at\":\"10:00:00\","
    "\"closes_at\":\"12:00:00\",\"timezone\":-5}]}}],"
    "\"organization\":{\"id\":\"" ORG "\",\"name\":\"Walkers\","
    "\"website\":\"http://example.org\"}}";

static const char *
get(const struct value *parent, enum field_id id)
{
	const char *text = value_get(parent, id);

	return text != NULL ? text : "(none)";
}

static bool
has(const struct record *rec, enum field_id id, const char *text)
{
	const struct value *v = value_find(&rec->root, id);

	for (; v != NULL; v = value_next(v)) {
		if (strcmp(v->text, text) == 0)
			return true;
	}
	return false;
}

static void
check_service(const struct record *rec)
{
	const struct value *v;

	assert_string_equal(get(&rec->root, FIELD_NAME), "Walking group");
	assert_string_equal(get(&rec->root, FIELD_DESCRIPTION),
	    "We walk.\nEvery week.");
	assert_string_equal(get(&rec->root, FIELD_SUMMARY),
	    "We walk. Every week.");
	assert_string_equal(get(&rec->root, FIELD_STATUS), "paused");
	assert_true(has(rec, FIELD_ZONE, "nature"));
	assert_true(has(rec, FIELD_NEED, "loneliness"));
	assert_true(has(rec, FIELD_TERM, "Custody"));
	assert_null(value_next(value_find(&rec->root, FIELD_TERM)));
	assert_true(has(rec, FIELD_ACCESS, "drop-in"));
	assert_true(has(rec, FIELD_ACCESS, "self"));
	assert_true(has(rec, FIELD_ACCESS, "appointment"));
	assert_true(has(rec, FIELD_LANGUAGE_OFFERED, "fr"));
	assert_true(has(rec, FIELD_LANGUAGE_OFFERED, "es"));
	v = value_find(&rec->root, FIELD_AUDIENCE);
	assert_string_equal(get(v, FIELD_AUDIENCE_MIN_AGE), "18");
	assert_null(value_get(v, FIELD_AUDIENCE_MAX_AGE));
	v = value_find(&rec->root, FIELD_COST);
	assert_string_equal(get(v, FIELD_COST_KIND), "free");
	v = value_find(&rec->root, FIELD_AREA);
	assert_string_equal(get(v, FIELD_AREA_COUNTRY), "US");
	assert_string_equal(get(v, FIELD_AREA_NAME), "Broward County");
	v = value_find(&rec->root, FIELD_ASSURED);
	assert_string_equal(get(v, FIELD_ASSURED_METHOD), "imported");
	assert_int_equal(rec->modified_at, 1678876245);
}

static void
test_fields(void **state)
{
	struct bench *b = *state;
	const struct record *rec;
	const struct value *v;

	assert_int_equal(bench_text(b, "s.json", service), 0);
	bench_print(b);
	assert_int_equal(b->report.n_new, 1);
	rec = bench_record(b, "urn:gspd:ca:" UUID);
	check_service(rec);
	v = value_find(&rec->root, FIELD_SITE);
	assert_string_equal(get(v, FIELD_SITE_LON), "-73.6");
	assert_string_equal(get(v, FIELD_SITE_ADDRESS), "1 Main St, Town");
	v = value_find(v, FIELD_SITE_SCHEDULE);
	assert_string_equal(get(v, FIELD_SITE_SCHEDULE_RRULE),
	    "FREQ=WEEKLY;BYDAY=TH,FR");
	assert_string_equal(get(v, FIELD_SITE_SCHEDULE_START),
	    "2024-01-04T10:00");
	assert_null(value_get(v, FIELD_SITE_SCHEDULE_ZONE));
	v = value_find(&rec->root, FIELD_CONTACT);
	assert_string_equal(get(v, FIELD_CONTACT_PHONE), "555-0100 ext. 12");
	assert_string_equal(get(v, FIELD_CONTACT_URL),
	    "http://www.example.org/walk");
	/* The role, and nobody's name. */
	v = value_next(v);
	assert_string_equal(get(v, FIELD_CONTACT_ROLE), "Reception");
	v = value_find(&rec->root, FIELD_ORGANISATION);
	assert_string_equal(get(v, FIELD_ORGANISATION_ID), "urn:gspd:ca:" ORG);
	assert_string_equal(get(v, FIELD_ORGANISATION_NAME), "Walkers");
}

/* The same service in every wrapping is the same record. */
static void
test_shapes(void **state)
{
	static const char *const shapes[] = { "%s", "[%s]", "\n[\n%s\n]\n",
		"{\"total_items\":1,\"contents\":[%s]}",
		"{\"totalElements\":1,\"content\":[%s]}", "\xef\xbb\xbf%s\n",
		"{\"id\":\"x\",\"service\":%s}" };
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		const char *at = strstr(shapes[i], "%s");
		const char *text = arena_printf(b->arena, "%.*s%s%s",
		    (int)(at - shapes[i]), shapes[i], service, at + 2);

		assert_int_equal(bench_text(b, "s.json", text), 0);
		bench_print(b);
		assert_int_equal(b->report.rows, 1);
		assert_int_equal(b->report.n_errors, 0);
		assert_int_equal(b->report.n_same, i > 0);
	}
}

static void
test_from_organisations(void **state)
{
	struct bench *b = *state;
	const struct record *rec;

	assert_int_equal(bench_text(b, "o.json",
			     "{\"id\":\"" ORG "\",\"name\":\"Walkers\","
			     "\"organization_identifiers\":[{"
			     "\"identifier_scheme\":\"GB-COH\","
			     "\"identifier\":\"1234567\"}],\"services\":[{"
			     "\"id\":\"one\",\"name\":\"One\","
			     "\"status\":\"active\"},{\"id\":\"two\","
			     "\"name\":\"Two\",\"status\":\"defunct\"}]}"),
	    0);
	bench_print(b);
	assert_int_equal(b->report.n_new, 3);
	rec = bench_record(b, "urn:gspd:ca:" ORG);
	assert_int_equal(rec->kind, RECORD_KIND_ORGANISATION);
	assert_string_equal(get(value_find(&rec->root, FIELD_IDENTIFIER),
				FIELD_IDENTIFIER_VALUE),
	    "01234567");
	rec = bench_by_key(b, "o", "two");
	assert_string_equal(get(&rec->root, FIELD_STATUS), "closed");
	assert_string_equal(get(value_find(&rec->root, FIELD_ORGANISATION),
				FIELD_ORGANISATION_NAME),
	    "Walkers");
	/* What nobody said is said to be unknown. */
	assert_true(has(rec, FIELD_ZONE, "not-stated"));
	assert_true(has(rec, FIELD_ACCESS, "not-stated"));
	assert_string_equal(get(&rec->root, FIELD_SUMMARY), "Two");
}

static void
test_set(void **state)
{
	static const char *const set[] = { "zone=knowledge", "access=self" };
	static const char *const wrong[] = { "zoen=knowledge" };
	struct bench *b = *state;
	const struct record *rec;

	b->options.set = set;
	b->options.n_set = ARRAY_LEN(set);
	assert_int_equal(bench_text(b, "s.ndjson",
			     "{\"id\":\"a\",\"name\":\"A\",\"status\":"
			     "\"active\",\"organization\":{\"name\":\"O\"}}"),
	    0);
	rec = bench_by_key(b, "s", "a");
	assert_true(has(rec, FIELD_ZONE, "knowledge"));
	assert_true(has(rec, FIELD_ACCESS, "self"));
	/* It fills what is empty and changes nothing else. */
	assert_int_equal(bench_text(b, "s.json", service), 0);
	rec = bench_record(b, "urn:gspd:ca:" UUID);
	assert_false(has(rec, FIELD_ZONE, "knowledge"));
	b->options.set = wrong;
	b->options.n_set = 1;
	assert_int_equal(bench_text(b, "s.json", service), -1);
	assert_int_equal(b->err.code, ERR_USAGE);
}

static void
test_bad_rows(void **state)
{
	struct bench *b = *state;
	const char *errors;

	assert_int_equal(bench_text(b, "s.ndjson",
			     "{\"id\":\"a\",\"name\":\"A\",\"status\":"
			     "\"active\",\"organization\":{\"name\":\"O\"}}\n"
			     "{\"id\":\"b\",\"status\":\"active\","
			     "\"organization\":{\"name\":\"O\"}}\n"
			     "{\"id\":\"c\",\"name\":\"=C\",\"status\":"
			     "\"asleep\",\"organization\":{\"name\":\"O\"}}\n"
			     "{\"id\":\"a\",\"name\":\"A\",\"status\":"
			     "\"active\",\"organization\":{\"name\":\"O\"}}\n"
			     "{\"openapi_url\":\"x\"}\n"),
	    0);
	bench_print(b);
	assert_int_equal(b->report.n_new, 1);
	assert_int_equal(b->report.n_errors, 4);
	errors = bench_errors(b);
	assert_non_null(strstr(errors, "row,column,value,what_to_do,id,name"));
	assert_non_null(strstr(errors, "\r\n2,name | summary,"));
	assert_non_null(strstr(errors, "\r\n3,status,asleep,"));
	/* No cell of ours is a formula to a spreadsheet. */
	assert_non_null(strstr(errors, ",'=C"));
	assert_non_null(strstr(errors, "same record as row 1"));
	/* And the file goes when there is nothing to put right. */
	assert_int_equal(bench_text(b, "s.ndjson", service), 0);
	assert_string_equal(b->report.errors_path, "");
	assert_false(
	    file_exists(arena_printf(b->arena, "%s/s.errors.csv", b->folder)));
}

static void
test_dry_run(void **state)
{
	struct bench *b = *state;
	int64_t n = -1;

	b->options.dry_run = true;
	assert_int_equal(bench_text(b, "s.json", service), 0);
	assert_int_equal(b->report.n_new, 1);
	assert_int_equal(ledger_count(b->ledger, &n, &b->err), 0);
	assert_int_equal(n, 0);
}

static void
test_hostile(void **state)
{
	struct bench *b = *state;
	struct strbuf sb;

	/* A list longer than any record, values longer than any field. */
	strbuf_init(&sb, 16 << 20);
	strbuf_addstr(&sb, "{\"id\":\"a\",\"name\":\"A\",\"organization\":"
			   "{\"name\":\"O\"},\"service_areas\":[");
	for (int i = 0; i < 100000; i++)
		strbuf_addstr(&sb, "{\"name\":\"x\"},");
	strbuf_addstr(&sb, "{}],\"description\":\"");
	for (int i = 0; i < 100000; i++)
		strbuf_addstr(&sb, "word ");
	strbuf_addstr(&sb, "\"}");
	assert_int_equal(bench_import(b, "s.json", sb.buf, sb.len), 0);
	assert_int_equal(b->report.n_errors, 1);
	strbuf_release(&sb);
	assert_int_equal(bench_text(b, "s.json",
			     "{\"id\":{},\"name\":[],\"status\":1e999,"
			     "\"organization\":[],\"phones\":{},"
			     "\"service_areas\":[[],1,null],"
			     "\"contents\":{\"contents\":[]}}"),
	    0);
	assert_int_equal(b->report.n_errors, 1);
	assert_int_equal(bench_text(b, "s.json", "[1,\"x\",null,[],{}]"), 0);
	assert_int_equal(b->report.n_errors, 5);
}

static void
real_file(struct bench *b, const char *path, int64_t n)
{
	if (!bench_has_shared(b, path))
		return;
	b->options.country = "US";
	assert_int_equal(bench_shared(b, path), 0);
	bench_print(b);
	assert_int_equal(b->report.n_new, n);
	assert_int_equal(b->report.n_errors, 0);
	assert_int_equal(bench_shared(b, path), 0);
	assert_int_equal(b->report.n_same, n);
}

static void
test_real_files(void **state)
{
	real_file(*state, "services/us-florida-legal-advice.hsds3.ndjson", 135);
	real_file(*state, "services/us-illinois-legal-aid.hsds3.ndjson", 430);
}

static void
test_examples(void **state)
{
	static const char *const names[] = { "organization_full",
		"organization_list", "service_at_location_full",
		"service_at_location_list", "service_full", "service_list" };
	static const char *const folders[] = { "hsds-3.0", "oruk-3.0" };
	struct bench *b = *state;

	for (size_t f = 0; f < ARRAY_LEN(folders); f++) {
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			const char *path = arena_printf(b->arena,
			    "examples/%s/%s.json", folders[f], names[i]);

			if (!bench_has_shared(b, path))
				continue;
			assert_int_equal(bench_shared(b, path), 0);
			bench_print(b);
			assert_true(b->report.rows > 0);
			assert_int_equal(b->report.n_errors, 0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fields, bench_setup,
		    bench_teardown),
		cmocka_unit_test_setup_teardown(test_shapes, bench_setup,
		    bench_teardown),
		cmocka_unit_test_setup_teardown(test_from_organisations,
		    bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_set, bench_setup,
		    bench_teardown),
		cmocka_unit_test_setup_teardown(test_bad_rows, bench_setup,
		    bench_teardown),
		cmocka_unit_test_setup_teardown(test_dry_run, bench_setup,
		    bench_teardown),
		cmocka_unit_test_setup_teardown(test_hostile, bench_setup,
		    bench_teardown),
		cmocka_unit_test_setup_teardown(test_real_files, bench_setup,
		    bench_teardown),
		cmocka_unit_test_setup_teardown(test_examples, bench_setup,
		    bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
