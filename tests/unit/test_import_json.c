/*
 * Our own JSON out and in again: equal records; and what is refused.
 */
#include "import_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export/export.h"

#define ID "urn:gspd:ca:6f6c2b8e-3d0a-4c43-9a53-2c9a7a1f6e21"

static const char programme[] =
    "{\"id\":\"" ID "\",\"kind\":\"programme\",\"lang\":\"fr\","
    "\"modified\":\"2024-05-01T10:00:00Z\",\"name\":\"Ch\\u0153ur\","
    "\"alternate_name\":{\"fr\":\"Chanter\",\"en\":{\"text\":\"Sing\","
    "\"made\":\"machine\",\"of\":\"2024\"}},"
    "\"summary\":\"On chante.\",\"zone\":[\"arts\"],\"status\":\"active\","
    "\"activity\":[\"choir\",\"singing\"],\"access\":[\"self\"],"
    "\"audience\":{\"min_age\":18,\"text\":\"Adultes\"},"
    "\"cost\":{\"kind\":\"fee\",\"amount\":5.50,\"currency\":\"CAD\"},"
    "\"site\":[{\"name\":\"Salle\",\"lat\":45.500,\"lon\":-73.60,"
    "\"schedule\":[{\"rrule\":\"FREQ=WEEKLY;BYDAY=MO\","
    "\"start\":\"2026-11-21T10:00\",\"timezone\":\"America/Toronto\"}]},"
    "{\"name\":\"Parc\"}],"
    "\"area\":[{\"country\":\"CA\",\"subdivision\":[\"CA-QC\"]}],"
    "\"organisation\":[{\"name\":\"Ville\",\"role\":\"provider\"}]}";

static struct record *
read_one(struct bench *b, const char *text, struct problems *problems)
{
	struct json *json = json_parse(text, strlen(text), &b->err);
	struct record *rec = NULL;

	assert_non_null(json);
	assert_int_equal(import_record_json(b->arena, json, "ca", &rec,
			     problems, &b->err),
	    0);
	json_free(json);
	return rec;
}

static void
test_round_trip(void **state)
{
	struct bench *b = *state;
	struct problems problems;
	struct strbuf first, second, text;
	struct json_writer w;
	struct record *rec, *again;

	problems_init(&problems);
	strbuf_init(&first, 1 << 16);
	strbuf_init(&second, 1 << 16);
	strbuf_init(&text, 1 << 16);
	rec = read_one(b, programme, &problems);
	assert_int_equal(problems.len, 0);
	assert_int_equal(record_validate(rec, &problems, &b->err), 0);
	assert_int_equal(rec->modified_at, 1714557600);
	rec->published_at = 1714557601;
	json_writer_init(&w, &text, 2);
	export_record_json(&w, rec);
	again = read_one(b, text.buf, &problems);
	record_pack(rec, &first);
	record_pack(again, &second);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.buf, second.buf, first.len);
	/* Numbers stay as written, also behind the decimal point. */
	assert_non_null(strstr(text.buf, "45.500"));
	assert_non_null(strstr(text.buf, "\"amount\": 5.50"));
	assert_non_null(strstr(text.buf, "\"node\": \"ca\""));
	strbuf_release(&text);
	strbuf_release(&second);
	strbuf_release(&first);
	problems_release(&problems);
}

static void
test_unknown_xml_is_not_taken(void **state)
{
	struct bench *b = *state;
	struct problems problems;
	struct record *rec;

	problems_init(&problems);
	rec = read_one(b,
	    "{\"kind\":\"term\",\"unknown\":[\"</entry><evil/>\"],"
	    "\"code\":\"x\",\"nmae\":\"y\"}",
	    &problems);
	assert_int_equal(problems.len, 2);
	assert_int_equal(problems.errors, 0);
	assert_string_equal(problems.items[1].path, "nmae");
	assert_string_equal(rec->id, "");
	for (const struct value *v = rec->root.first; v != NULL; v = v->next)
		assert_non_null(v->field);
	problems_release(&problems);
}

static void
test_wrong_shapes(void **state)
{
	static const char *const bad[] = {
		"{\"kind\":\"programme\",\"site\":\"here\"}",
		"{\"kind\":\"programme\",\"status\":{}}",
		"{\"kind\":\"programme\",\"name\":[\"x\"]}",
		"{\"kind\":\"programme\",\"zone\":[[\"arts\"]]}",
		"{\"kind\":\"programme\",\"name\":{\"en\":{\"of\":\"x\"}}}",
	};
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct problems problems;

		problems_init(&problems);
		(void)read_one(b, bad[i], &problems);
		assert_int_equal(problems.errors, 1);
		assert_string_not_equal(problems.items[0].path, "");
		problems_release(&problems);
	}
}

static void
test_not_a_record(void **state)
{
	static const char *const bad[] = { "[]", "1", "{}",
		"{\"kind\":\"patient\"}", "{\"kind\":1}",
		"{\"kind\":\"term\",\"modified\":\"yesterday\"}" };
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct json *json = json_parse(bad[i], strlen(bad[i]), &b->err);
		struct problems problems;
		struct record *rec = NULL;

		problems_init(&problems);
		assert_int_equal(import_record_json(b->arena, json, "ca", &rec,
				     &problems, &b->err),
		    -1);
		assert_null(rec);
		json_free(json);
		problems_release(&problems);
	}
}

static void
test_file(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_text(b, "own.json", programme), 0);
	bench_print(b);
	assert_int_equal(b->report.format, IMPORT_GSPD);
	assert_int_equal(b->report.n_new, 1);
	assert_string_equal(record_title(bench_record(b, ID), "fr"),
	    "Ch\xc5\x93ur");
	assert_int_equal(bench_text(b, "own.json", programme), 0);
	assert_int_equal(b->report.n_same, 1);
}

static void
test_ids(void **state)
{
	static const char text[] =
	    "{\"kind\":\"term\",\"vocabulary\":\"v\",\"version\":\"1\","
	    "\"code\":\"a\",\"label\":\"A\"}\n"
	    "{\"kind\":\"term\",\"vocabulary\":\"v\",\"version\":\"1\","
	    "\"code\":\"b\",\"label\":\"B\",\"id\":\"urn:gspd:pt:6f6c2b8e-"
	    "3d0a-4c43-9a53-2c9a7a1f6e21\"}\n"
	    "{\"kind\":\"term\",\"vocabulary\":\"v\",\"version\":\"1\","
	    "\"code\":\"a\",\"label\":\"A\"}\n";
	struct bench *b = *state;

	assert_int_equal(bench_text(b, "terms.ndjson", text), 0);
	bench_print(b);
	assert_int_equal(b->report.n_new, 2);
	assert_int_equal(b->report.n_errors, 1);
	assert_non_null(strstr(bench_errors(b), "same record as row 1"));
	/* Another node's id is a name for ours, never ours itself. */
	(void)bench_by_key(b, "terms",
	    "urn:gspd:pt:6f6c2b8e-3d0a-4c43-9a53-2c9a7a1f6e21");
	assert_int_equal(bench_text(b, "terms.ndjson", text), 0);
	assert_int_equal(b->report.n_same, 2);
}

static void
test_hostile(void **state)
{
	struct bench *b = *state;
	struct strbuf deep;

	assert_int_equal(bench_text(b, "a.json", ""), -1);
	assert_int_equal(b->err.code, ERR_FORMAT);
	assert_int_equal(bench_text(b, "a.json", "\xef\xbb\xbf \n"), -1);
	assert_int_equal(bench_import(b, "a.json", "{\"a\":\0}", 7), -1);
	assert_int_equal(bench_text(b, "a.json", "[{\"kind\":\"term\"}"), -1);
	assert_non_null(strstr(b->err.text, "no end"));
	/* Of many lines the broken ones are errors, the others are read. */
	b->options.format = IMPORT_GSPD;
	assert_int_equal(bench_text(b, "a.ndjson",
			     "{\"kind\":\"term\",\n"
			     "{\"kind\":\"term\",\"vocabulary\":\"v\","
			     "\"version\":\"1\",\"code\":\"b\","
			     "\"label\":\"\\ud83d\\ude00\"}\r\n"
			     "{\"kind\":\"term\",\"code\":\"\xff\"}\n"
			     "nonsense\n"),
	    0);
	bench_print(b);
	assert_int_equal(b->report.rows, 4);
	assert_int_equal(b->report.n_new, 1);
	assert_int_equal(b->report.n_errors, 3);
	assert_int_equal(b->report.problems[0].row, 1);
	strbuf_init(&deep, 1 << 20);
	strbuf_addstr(&deep, "{\"kind\":\"term\",\"label\":");
	for (int i = 0; i < 100000; i++)
		strbuf_addch(&deep, '[');
	for (int i = 0; i < 100000; i++)
		strbuf_addch(&deep, ']');
	strbuf_addch(&deep, '}');
	assert_int_equal(bench_import(b, "a.ndjson", deep.buf, deep.len), 0);
	assert_int_equal(b->report.n_errors, 1);
	strbuf_release(&deep);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, bench_setup,
		    bench_teardown),
		cmocka_unit_test_setup_teardown(test_unknown_xml_is_not_taken,
		    bench_setup, bench_teardown),
		cmocka_unit_test_setup_teardown(test_wrong_shapes, bench_setup,
		    bench_teardown),
		cmocka_unit_test_setup_teardown(test_not_a_record, bench_setup,
		    bench_teardown),
		cmocka_unit_test_setup_teardown(test_file, bench_setup,
		    bench_teardown),
		cmocka_unit_test_setup_teardown(test_ids, bench_setup,
		    bench_teardown),
		cmocka_unit_test_setup_teardown(test_hostile, bench_setup,
		    bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
