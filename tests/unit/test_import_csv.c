/*
 * Tables: cells, encodings, delimiters, columns, and what is wrong where.
 */
#include "import_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "import/csv.h"

#define HEAD "name,summary,zone,organisation.name,access,status"
#define ROW  "Choir,We sing.,arts,Town,self,active"

static const char *
get(const struct value *parent, enum field_id id)
{
	const char *text = value_get(parent, id);

	return text != NULL ? text : "(none)";
}

/* The one record there is. */
struct only {
	struct bench *b;
	const char *id;
};

static int
on_entry(void *ctx, const struct ledger_entry *entry, struct err *err)
{
	struct only *only = ctx;

	(void)err;
	assert_null(only->id);
	only->id = arena_strdup(only->b->arena, entry->id);
	return 0;
}

static const struct record *
only_record(struct bench *b)
{
	struct only only = { b, NULL };

	assert_int_equal(ledger_entries(b->ledger, "", on_entry, &only,
			     &b->err),
	    0);
	assert_non_null(only.id);
	return bench_record(b, only.id);
}

static void
check_cells(struct bench *b, const char *text, const char *const *cells,
    size_t n)
{
	struct csv_reader reader;

	csv_init(&reader, text, strlen(text), ',', b->arena);
	assert_true(csv_next(&reader));
	assert_null(reader.broken);
	assert_int_equal(reader.n, n);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(reader.cells[i].text, cells[i]);
		assert_int_equal(reader.cells[i].len, strlen(cells[i]));
	}
	assert_false(csv_next(&reader));
	csv_release(&reader);
}

static void
test_cells(void **state)
{
	static const char *const abc[] = { "a", "b", "c" };
	static const char *const odd[] = { "a,b", "", "say \"x\"", "l1\nl2",
		"" };
	struct bench *b = *state;

	check_cells(b, "a,b,c\r\n", abc, 3);
	check_cells(b, "a,b,c", abc, 3);
	check_cells(b, "\n\r\n , ,\n\"a\" ,\"b\",\"c\"\r", abc, 3);
	check_cells(b, "\"a,b\",,\"say \"\"x\"\"\",\"l1\nl2\",\n", odd, 5);
}

static void
test_lines_and_breaks(void **state)
{
	static const char text[] =
	    "a\n\"x\ny\"\n\nb\r\nc\rd\n\"open\nto the end";
	static const int64_t lines[] = { 1, 2, 5, 6, 7, 8 };
	struct bench *b = *state;
	struct csv_reader reader;
	size_t n = 0;

	csv_init(&reader, text, sizeof(text) - 1, ',', b->arena);
	while (csv_next(&reader)) {
		assert_true(n < ARRAY_LEN(lines));
		assert_int_equal(reader.row_line, lines[n]);
		n++;
	}
	assert_int_equal(n, ARRAY_LEN(lines));
	assert_non_null(reader.broken);
	csv_release(&reader);
	assert_int_equal(csv_delimiter("a;b,c;d\n,,,,", 12), ';');
	assert_int_equal(csv_delimiter("a\tb\n", 4), '\t');
	assert_int_equal(csv_delimiter("\"a;b;c\",d", 9), ',');
	assert_int_equal(csv_delimiter("a|b", 3), '|');
	assert_int_equal(csv_delimiter("a", 1), ',');
}

static void
test_row(void **state)
{
	static const char text[] =
	    "Name,Summary,summary@fr,ZONE,Organization,access,Status,"
	    "E-Mail,Web site,Latitude,longitude,Address,Post code,"
	    "site[2].name,Min Age,languages,area.country,colour\n"
	    "Choir,We sing.,On chante.,Arts,Town,self; drop-in,Active,"
	    "a@example.org,example.org,\"45,5\",-73.6,1 Main St,H0H 0H0,"
	    "Hall,18,English|fr,Canada,red\n";
	struct bench *b = *state;
	const struct record *rec;
	const struct value *v;

	assert_int_equal(bench_text(b, "p.csv", text), 0);
	bench_print(b);
	assert_int_equal(b->report.format, IMPORT_CSV);
	assert_string_equal(b->report.read_as, "UTF-8, ',', header row 1");
	assert_int_equal(b->report.n_new, 1);
	assert_int_equal(b->report.n_problems, 0);
	assert_string_equal(b->report.warnings[0].column, "colour");
	rec = only_record(b);
	assert_string_equal(value_text(rec, &rec->root, FIELD_SUMMARY, "fr",
				NULL),
	    "On chante.");
	assert_string_equal(get(&rec->root, FIELD_ZONE), "arts");
	v = value_find(&rec->root, FIELD_ACCESS);
	assert_string_equal(v->text, "self");
	assert_string_equal(value_next(v)->text, "drop-in");
	v = value_find(&rec->root, FIELD_LANGUAGE_OFFERED);
	assert_string_equal(v->text, "en");
	assert_string_equal(value_next(v)->text, "fr");
	v = value_find(&rec->root, FIELD_SITE);
	assert_string_equal(get(v, FIELD_SITE_LAT), "45.5");
	assert_string_equal(get(v, FIELD_SITE_ADDRESS), "1 Main St, H0H 0H0");
	assert_string_equal(get(value_next(v), FIELD_SITE_NAME), "Hall");
	v = value_find(&rec->root, FIELD_CONTACT);
	assert_string_equal(get(v, FIELD_CONTACT_EMAIL), "a@example.org");
	assert_string_equal(get(v, FIELD_CONTACT_URL), "http://example.org");
	assert_null(value_next(v));
	v = value_find(&rec->root, FIELD_AREA);
	assert_string_equal(get(v, FIELD_AREA_COUNTRY), "CA");
	assert_int_equal(bench_text(b, "p.csv", text), 0);
	assert_int_equal(b->report.n_same, 1);
}

static void
test_encodings(void **state)
{
	static const char utf8[] = HEAD "\nCh\xc5\x93ur,S,arts,T,self,active\n";
	static const char cp1252[] = HEAD "\nCh\x9cur,S,arts,T,self,active\n";
	struct bench *b = *state;
	struct strbuf utf16;

	assert_int_equal(bench_text(b, "p.csv", utf8), 0);
	assert_int_equal(b->report.n_new, 1);
	assert_int_equal(bench_text(b, "p.csv",
			     arena_printf(b->arena, "\xef\xbb\xbf%s", utf8)),
	    0);
	assert_string_equal(b->report.read_as,
	    "UTF-8 with BOM, ',', header row 1");
	assert_int_equal(b->report.n_same, 1);
	assert_int_equal(bench_text(b, "p.csv", cp1252), 0);
	assert_string_equal(b->report.read_as,
	    "Windows-1252, ',', header row 1");
	assert_int_equal(b->report.n_same, 1);
	for (int big = 0; big < 2; big++) {
		const char *p = utf8, *end = utf8 + sizeof(utf8) - 1;

		strbuf_init(&utf16, 4096);
		strbuf_add(&utf16, big ? "\xfe\xff" : "\xff\xfe", 2);
		while (p < end) {
			uint32_t ch = utf8_next(&p, end);
			char pair[2] = { (char)(big ? ch >> 8 : ch),
				(char)(big ? ch : ch >> 8) };

			strbuf_add(&utf16, pair, 2);
		}
		assert_int_equal(bench_import(b, "p.csv", utf16.buf, utf16.len),
		    0);
		bench_print(b);
		assert_int_equal(b->report.n_same, 1);
		/* Half a character at the end is a broken file. */
		assert_int_equal(bench_import(b, "p.csv", utf16.buf,
				     utf16.len - 1),
		    -1);
		strbuf_release(&utf16);
	}
}

static void
test_kinds_and_ids(void **state)
{
	static const char text[] =
	    "kind;id;reference;name;type;country;doi;year;authors;title\n"
	    "organisation;6F6C2B8E-3d0a-4c43-9a53-2c9a7a1f6e21;;Town;charity;"
	    "CA;;;;\n"
	    "evidence;;ref1;;article;;10.1000/X;2020;Muhl, C; WHO|Kiely;T\n"
	    "evidence;;ref2;;article;;\"10.1000/Y\";2020;\"Muhl, C; WHO\";T\n"
	    "patient;;;;;;;;;\n";
	struct bench *b = *state;
	const struct record *rec;
	const struct value *v;

	assert_int_equal(bench_text(b, "mixed.csv", text), 0);
	bench_print(b);
	assert_int_equal(b->report.rows, 4);
	/* Row 3: an unquoted ; makes one cell too many. */
	assert_int_equal(b->report.n_errors, 2);
	rec = bench_record(b,
	    "urn:gspd:ca:6f6c2b8e-3d0a-4c43-9a53-2c9a7a1f6e21");
	assert_int_equal(rec->kind, RECORD_KIND_ORGANISATION);
	assert_string_equal(get(&rec->root, FIELD_ORGANISATION_TYPE),
	    "charity");
	rec = bench_by_key(b, "mixed", "ref2");
	v = value_find(&rec->root, FIELD_AUTHOR);
	assert_string_equal(get(v, FIELD_AUTHOR_FAMILY), "Muhl");
	assert_string_equal(get(value_next(v), FIELD_AUTHOR_LITERAL), "WHO");
	v = value_find(&rec->root, FIELD_IDENTIFIER);
	assert_string_equal(get(v, FIELD_IDENTIFIER_VALUE), "10.1000/y");
}

static void
test_errors_file(void **state)
{
	static const char text[] =
	    "id;" /* kept as the key of the row */
	    "name;summary;zone;organisation.name;access;status;Latitude;"
	    "longitude\n"
	    "1;Choir;We sing.;arts;Town;self;active;45.5;-73.6\n"
	    "2;Walk;\"We\nwalk.\";nowhere;Town;self;active;95;-73.6\n"
	    "1;Choir;We sing.;arts;Town;self;active;;\n"
	    "4;\"Broken\"x;We;arts;Town;self;active;;\n";
	struct bench *b = *state;
	const char *errors, *fixed, *nowhere, *high;

	assert_int_equal(bench_text(b, "p.csv", text), 0);
	bench_print(b);
	assert_int_equal(b->report.n_new, 1);
	assert_int_equal(b->report.n_errors, 3);
	errors = bench_errors(b);
	assert_non_null(
	    strstr(errors, "\xef\xbb\xbfrow;column;value;what_to_do;id;name;"));
	assert_non_null(strstr(errors, "\r\n3;"));
	assert_non_null(strstr(errors, "Latitude"));
	assert_non_null(strstr(errors, "\r\n5;id;"));
	assert_non_null(strstr(errors, "\r\n6;"));
	assert_non_null(strstr(errors, ";'-73.6\r\n"));
	/* Put right, the errors file is imported as it is. */
	nowhere = strstr(errors, ";nowhere;");
	nowhere = strstr(nowhere + 1, ";nowhere;") != NULL
		      ? strstr(nowhere + 1, ";nowhere;")
		      : nowhere;
	high = strstr(nowhere, ";95;");
	assert_non_null(high);
	fixed = arena_printf(b->arena, "%.*s;nature;%.*s;45;'-73.6\r\n",
	    (int)(nowhere - errors), errors, (int)(high - nowhere - 9),
	    nowhere + 9);
	assert_int_equal(bench_text(b, "p.errors.csv", fixed), 0);
	bench_print(b);
	assert_int_equal(b->report.n_errors, 0);
	assert_int_equal(b->report.n_new, 1);
}

static void
test_hostile(void **state)
{
	struct bench *b = *state;
	struct strbuf sb;

	assert_int_equal(bench_text(b, "p.csv", ""), -1);
	assert_int_equal(bench_text(b, "p.csv", "\xef\xbb\xbf"), -1);
	assert_int_equal(bench_text(b, "p.csv", "\xff\xfe"), -1);
	assert_int_equal(bench_text(b, "p.csv", "\n\n  \n"), -1);
	assert_int_equal(bench_text(b, "p.csv", "\"name"), -1);
	assert_int_equal(bench_text(b, "p.csv", "colour,shape\nred,round\n"),
	    -1);
	assert_non_null(strstr(b->err.text, "no column is known"));
	assert_int_equal(bench_import(b, "p.csv", "name\0,x\n", 8), -1);
	assert_non_null(strstr(b->err.text, "line 1"));
	/* A header alone is an empty table, which is fine. */
	assert_int_equal(bench_text(b, "p.csv", HEAD "\n"), 0);
	assert_int_equal(b->report.rows, 0);
	/* A quote never closed costs the rows it swallows, not those before. */
	assert_int_equal(bench_text(b, "p.csv",
			     HEAD "\n" ROW "\n\"Open,S,arts\n" ROW "\n"),
	    0);
	assert_int_equal(b->report.n_new, 1);
	assert_int_equal(b->report.n_errors, 1);
	assert_int_equal(b->report.problems[b->report.n_problems - 1].row, 3);
	strbuf_init(&sb, 64 << 20);
	for (int i = 0; i < 100000; i++)
		strbuf_addstr(&sb, "name,");
	assert_int_equal(bench_import(b, "p.csv", sb.buf, sb.len), -1);
	strbuf_reset(&sb);
	strbuf_addstr(&sb, HEAD ",audience.min_age\n" ROW ",");
	for (int i = 0; i < 1000000; i++)
		strbuf_addch(&sb, '9');
	assert_int_equal(bench_import(b, "p.csv", sb.buf, sb.len), 0);
	assert_int_equal(b->report.n_errors, 1);
	strbuf_release(&sb);
	assert_int_equal(bench_text(b, "site[999999999999].csv",
			     "name,site[99999999999].name,site[0].name,"
			     "site[.name,..,@,name@,site[2]\n"
			     "a,b,c,d,e,f,g,h\n"),
	    0);
	assert_int_equal(b->report.n_errors, 1);
}

/* More bytes in a row than any row has: an error, not a crash. */
static void
test_long_row(void **state)
{
	struct bench *b = *state;
	struct strbuf sb;

	strbuf_init(&sb, IMPORT_ROW_MAX + 1024);
	strbuf_addstr(&sb, HEAD "\n\"");
	for (int i = 0; i <= IMPORT_ROW_MAX / 1000; i++) {
		char block[1001];

		memset(block, 'x', 1000);
		block[1000] = '\0';
		strbuf_addstr(&sb, block);
	}
	assert_false(sb.overflow);
	strbuf_addstr(&sb, "\"\n" ROW "\n");
	assert_int_equal(bench_import(b, "p.csv", sb.buf, sb.len), 0);
	assert_int_equal(b->report.n_errors, 1);
	assert_int_equal(b->report.n_new, 1);
	strbuf_release(&sb);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_cells),
		TEST(test_lines_and_breaks), TEST(test_row),
		TEST(test_encodings), TEST(test_kinds_and_ids),
		TEST(test_errors_file), TEST(test_hostile),
		TEST(test_long_row) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
