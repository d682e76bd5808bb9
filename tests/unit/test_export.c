/*
 * export: every format of a record, with authors of all kinds, letters of
 * many scripts, empty records, and texts that would break out of a line, a
 * cell, a field or a page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "export/export.h"

#define ID   "urn:gspd:ca:22222222-2222-4222-8222-222222222222"
#define BASE "https://ca.example/"
#define PAGE BASE "record/" ID

static struct arena *arena;
static struct strbuf out;

static int
begin(void **state)
{
	(void)state;
	arena = arena_new();
	strbuf_init(&out, 1 << 20);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(arena);
	strbuf_release(&out);
	return 0;
}

static struct record *
work(const char *type, const char *title)
{
	struct record *rec = record_new(arena, RECORD_KIND_EVIDENCE, ID, "en");

	record_add(rec, NULL, FIELD_TITLE, title, NULL);
	record_add(rec, NULL, FIELD_TYPE, type, NULL);
	return rec;
}

static void
add_author(struct record *rec, const char *family, const char *given)
{
	struct value *group = record_add(rec, NULL, FIELD_AUTHOR, NULL, NULL);

	record_add(rec, group, FIELD_AUTHOR_FAMILY, family, NULL);
	if (given != NULL)
		record_add(rec, group, FIELD_AUTHOR_GIVEN, given, NULL);
}

static void
add_group(struct record *rec, const char *name)
{
	struct value *group = record_add(rec, NULL, FIELD_AUTHOR, NULL, NULL);

	record_add(rec, group, FIELD_AUTHOR_LITERAL, name, NULL);
}

static void
add_identifier(struct record *rec, const char *scheme, const char *value)
{
	struct value *group = record_add(rec, NULL, FIELD_IDENTIFIER, NULL,
	    NULL);

	record_add(rec, group, FIELD_IDENTIFIER_SCHEME, scheme, NULL);
	record_add(rec, group, FIELD_IDENTIFIER_VALUE, value, NULL);
}

static struct record *
article(void)
{
	struct record *rec = work("article", "Singing & loneliness");

	add_author(rec, "Müller", "Anna-Maria J");
	add_author(rec, "O'Brien", "AM");
	record_add(rec, NULL, FIELD_YEAR, "2021", NULL);
	record_add(rec, NULL, FIELD_DATE, "2021-03-09", NULL);
	record_add(rec, NULL, FIELD_CONTAINER, "Arts & Health", NULL);
	record_add(rec, NULL, FIELD_VOLUME, "12", NULL);
	record_add(rec, NULL, FIELD_ISSUE, "3", NULL);
	record_add(rec, NULL, FIELD_PAGES, "284-287", NULL);
	add_identifier(rec, "doi", "https://doi.org/10.1000/SONG");
	add_identifier(rec, "pmid", "123456");
	return rec;
}

typedef void (*writer)(const struct record *rec, const char *base,
    struct strbuf *ret_out);

static const char *
write_with(writer write, const struct record *rec, const char *base)
{
	strbuf_reset(&out);
	write(rec, base, &out);
	return out.buf != NULL ? out.buf : "";
}

#define APA(rec)       write_with(export_apa, (rec), BASE)
#define VANCOUVER(rec) write_with(export_vancouver, (rec), BASE)

/* ---- citations ---- */

static void
test_journal(void **state)
{
	struct record *rec = article();

	(void)state;
	assert_string_equal(APA(rec),
	    "Müller, A.-M. J., & O'Brien, A. M. (2021). Singing & "
	    "loneliness. Arts & Health, 12(3), 284\xe2\x80\x93"
	    "287. https://doi.org/10.1000/song");
	assert_string_equal(VANCOUVER(rec),
	    "Müller AM, O'Brien AM. Singing & loneliness. Arts & Health. "
	    "2021;12(3):284-287. https://doi.org/10.1000/song");
}

static void
test_authors(void **state)
{
	static const int counts[] = { 1, 2, 3, 6, 7, 20, 21, 60 };
	char name[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		struct record *rec = work("article", "T");
		int n = counts[i];

		for (int k = 1; k <= n; k++) {
			(void)snprintf(name, sizeof(name), "F%02d", k);
			add_author(rec, name, "Bo");
		}
		(void)APA(rec);
		(void)snprintf(name, sizeof(name), "F%02d, B. (", n);
		assert_non_null(strstr(out.buf, name));
		assert_int_equal(strstr(out.buf, ", & ") != NULL,
		    n > 1 && n <= 20);
		assert_int_equal(strstr(out.buf, ", . . . ") != NULL, n > 20);
		assert_int_equal(strstr(out.buf, "F19") != NULL, n >= 19);
		assert_int_equal(strstr(out.buf, "F20") != NULL, n == 20);
		(void)VANCOUVER(rec);
		assert_int_equal(strstr(out.buf, "F06") != NULL, n >= 6);
		assert_null(strstr(out.buf, "F07"));
		assert_int_equal(strstr(out.buf, "F06 B, et al. T.") != NULL,
		    n > 6);
	}
}

static void
test_groups(void **state)
{
	struct record *rec = work("report", "Plan: what now?");

	(void)state;
	add_group(rec, "World Health Organization");
	record_add(rec, NULL, FIELD_YEAR, "2022", NULL);
	record_add(rec, NULL, FIELD_PUBLISHER, "WHO Press", NULL);
	record_add(rec, NULL, FIELD_PLACE, "Manila", NULL);
	record_add(rec, NULL, FIELD_URL, "https://who.example/a?b=1", NULL);
	assert_string_equal(APA(rec),
	    "World Health Organization. (2022). Plan: what now? WHO Press. "
	    "https://who.example/a?b=1");
	assert_string_equal(VANCOUVER(rec),
	    "World Health Organization. Plan: what now? Manila: WHO Press; "
	    "2022. Available from: https://who.example/a?b=1");
	/* A person and a group. */
	rec = work("article", "T");
	add_author(rec, "Lee", NULL);
	add_group(rec, "The Group");
	assert_string_equal(APA(rec), "Lee, & The Group. (n.d.). T. " PAGE);
}

static void
test_odd_works(void **state)
{
	struct record *rec = work("thesis", "Gardens");

	(void)state;
	assert_string_equal(APA(rec), "Gardens [Thesis]. (n.d.). " PAGE);
	assert_string_equal(VANCOUVER(rec),
	    "Gardens [thesis]. [date unknown]. Available from: " PAGE);
	add_author(rec, "Sato", "\xe5\xa4\xaa\xe9\x83\x8e");
	record_add(rec, NULL, FIELD_YEAR, "2020", NULL);
	record_add(rec, NULL, FIELD_PUBLISHER, "Kyoto University", NULL);
	assert_string_equal(APA(rec),
	    "Sato, \xe5\xa4\xaa\xe9\x83\x8e. (2020). Gardens [Thesis, Kyoto "
	    "University]. " PAGE);
	rec = work("preprint", "Early");
	record_add(rec, NULL, FIELD_CONTAINER, "medRxiv", NULL);
	record_add(rec, NULL, FIELD_YEAR, "2023", NULL);
	assert_string_equal(APA(rec),
	    "Early [Preprint]. (2023). medRxiv. " PAGE);
	assert_string_equal(VANCOUVER(rec),
	    "Early [preprint]. medRxiv. 2023. Available from: " PAGE);
	/* Nothing but what must be there; no base, no address. */
	rec = work("not-stated", "Bare");
	assert_string_equal(write_with(export_apa, rec, NULL), "Bare. (n.d.).");
}

static void
test_other_kinds(void **state)
{
	struct record *rec = record_new(arena, RECORD_KIND_RESOURCE, ID, "en");
	struct value *group;

	(void)state;
	record_add(rec, NULL, FIELD_TITLE, "Starting a group", NULL);
	record_add(rec, NULL, FIELD_RESOURCE_TYPE, "toolkit", NULL);
	record_add(rec, NULL, FIELD_PUBLISHER, "Alliance", NULL);
	record_add(rec, NULL, FIELD_URL, "https://a.example/start", NULL);
	assert_string_equal(APA(rec),
	    "Alliance. (n.d.). Starting a group [Toolkit]. "
	    "https://a.example/start");
	(void)write_with(export_ris, rec, BASE);
	assert_memory_equal(out.buf, "TY  - GEN\r\n", 11);
	assert_non_null(strstr(out.buf, "AU  - Alliance,\r\n"));
	assert_non_null(strstr(out.buf, "UR  - https://a.example/start\r\n"));
	assert_non_null(strstr(out.buf, "UR  - " PAGE "\r\n"));
	rec = record_new(arena, RECORD_KIND_PROGRAMME, ID, "en");
	record_add(rec, NULL, FIELD_NAME, "Choir", NULL);
	record_add(rec, NULL, FIELD_SUMMARY, "Singing", NULL);
	group = record_add(rec, NULL, FIELD_ORGANISATION, NULL, NULL);
	record_add(rec, group, FIELD_ORGANISATION_NAME, "Arts, Inc", NULL);
	(void)write_with(export_bibtex, rec, BASE);
	assert_memory_equal(out.buf, "@misc{22222222", 14);
	assert_non_null(strstr(out.buf, "author = {{Arts, Inc}}"));
	assert_non_null(strstr(out.buf, "url = {" PAGE "}"));
	assert_non_null(strstr(out.buf, "note = {Singing}"));
	assert_string_equal(write_with(export_coins, rec, BASE), "");
}

/* ---- what would break out ---- */

#define EVIL                                                                   \
	"a\r\nER  - \r\nTY  - JOUR\nb\xe2\x80\xa8"                             \
	"c\xc2\x85"                                                            \
	"d} @x{,\x01\"<b>"

static struct record *
hostile(void)
{
	struct record *rec = work("article", EVIL);

	add_author(rec, EVIL, EVIL);
	add_group(rec, EVIL);
	record_add(rec, NULL, FIELD_CONTAINER, EVIL, NULL);
	record_add(rec, NULL, FIELD_PAGES, EVIL, NULL);
	record_add(rec, NULL, FIELD_YEAR, EVIL, NULL);
	record_add(rec, NULL, FIELD_DATE, EVIL, NULL);
	record_add(rec, NULL, FIELD_URL, "javascript:alert(1)", NULL);
	record_add(rec, NULL, FIELD_ABSTRACT, EVIL, NULL);
	record_add(rec, NULL, FIELD_TERM, EVIL, NULL);
	add_identifier(rec, "doi", EVIL);
	return rec;
}

static size_t
count(const char *part)
{
	size_t n = 0;

	for (const char *p = out.buf; (p = strstr(p, part)) != NULL;
	     p += strlen(part))
		n++;
	return n;
}

static void
test_ris(void **state)
{
	struct record *rec = article();

	(void)state;
	(void)write_with(export_ris, rec, BASE);
	assert_memory_equal(out.buf, "TY  - JOUR\r\nID  - 22222222", 25);
	assert_non_null(strstr(out.buf, "AU  - Müller, Anna-Maria J\r\n"));
	assert_non_null(strstr(out.buf, "SP  - 284\r\nEP  - 287\r\n"));
	assert_non_null(strstr(out.buf, "DA  - 2021/03/09/\r\n"));
	assert_non_null(strstr(out.buf, "DO  - 10.1000/song\r\n"));
	assert_non_null(strstr(out.buf,
	    "UR  - https://pubmed.ncbi.nlm.nih.gov/123456\r\n"));
	assert_int_equal(count("UR  - "), 1);
	(void)write_with(export_ris, hostile(), BASE);
	assert_int_equal(count("\nTY  - "), 0);
	assert_int_equal(count("\nER  - "), 1);
	assert_int_equal(count("\xe2\x80\xa8"), 0);
	assert_int_equal(count("\xc2\x85"), 0);
	assert_int_equal(count("javascript"), 0);
	assert_int_equal(count("\n"), count("\r\n"));
}

/* Depth of braces, as BibTeX counts: behind a backslash too. */
static void
test_bibtex(void **state)
{
	struct record *rec = article();
	long depth = 0;

	(void)state;
	record_add(rec, NULL, FIELD_ABSTRACT, "50% of {all} & $x_1^2$ ~\\",
	    NULL);
	(void)write_with(export_bibtex, rec, BASE);
	assert_memory_equal(out.buf, "@article{22222222", 17);
	assert_non_null(strstr(out.buf,
	    "author = {Müller, Anna-Maria J and O'Brien, AM},"));
	assert_non_null(strstr(out.buf, "pages = {284--287},"));
	assert_non_null(strstr(out.buf,
	    "50\\% of \\{all\\} \\& \\$x\\_1\\textasciicircum{}2\\$ "
	    "\\textasciitilde{}\\textbackslash{}"));
	rec = work("article", "x");
	add_author(rec, "Smith and Sons", "B, C");
	(void)write_with(export_bibtex, rec, BASE);
	assert_non_null(strstr(out.buf, "author = {{Smith and Sons}, {B, C}}"));
	(void)write_with(export_bibtex, hostile(), BASE);
	for (size_t i = 0; i < out.len; i++) {
		depth += out.buf[i] == '{' ? 1 : out.buf[i] == '}' ? -1 : 0;
		assert_true(depth >= 0);
		if (depth == 0)
			assert_true(out.buf[i] == '}' || out.buf[i] == '\n' ||
				    i < strlen("@article"));
	}
	assert_int_equal(depth, 0);
	assert_int_equal(count("javascript"), 0);
}

static struct json *
csl(const struct record *rec)
{
	struct json_writer w;
	struct json *item;
	struct err err;

	strbuf_reset(&out);
	json_writer_init(&w, &out, 0);
	export_csl(&w, rec, BASE);
	item = json_parse(out.buf, out.len, &err);
	assert_non_null(item);
	return item;
}

static void
test_csl(void **state)
{
	struct json *item = csl(article());
	const struct json *parts;

	(void)state;
	assert_string_equal(json_get_string(item, "type"), "article-journal");
	assert_string_equal(json_get_string(item, "DOI"), "10.1000/song");
	assert_string_equal(json_get_string(item, "PMID"), "123456");
	assert_string_equal(json_get_string(json_at(json_get(item, "author"),
						0),
				"family"),
	    "Müller");
	parts = json_at(json_get(json_get(item, "issued"), "date-parts"), 0);
	assert_int_equal(json_size(parts), 3);
	assert_int_equal(json_int(json_at(parts, 1)), 3);
	json_free(item);
	item = csl(hostile());
	assert_null(json_get(item, "issued"));
	assert_null(json_get(item, "DOI"));
	assert_null(strstr(out.buf, "javascript"));
	json_free(item);
	item = csl(work("preprint", "P"));
	assert_string_equal(json_get_string(item, "type"), "article");
	assert_string_equal(json_get_string(item, "genre"), "Preprint");
	json_free(item);
}

/* ---- CSV ---- */

static const char *
csv(const struct record *rec, const char *lang)
{
	strbuf_reset(&out);
	export_csv(rec, BASE, lang, &out);
	return out.buf;
}

/* Cells of one line as RFC 4180 reads them; -1 when it is none. */
static int
cells(const char *line)
{
	int n = 1;
	bool is_quoted = false;

	for (const char *p = line; *p != '\0'; p++) {
		if (*p == '"')
			is_quoted = !is_quoted;
		else if (!is_quoted && *p == ',')
			n++;
		else if (!is_quoted && *p == '\r')
			return strcmp(p, "\r\n") == 0 ? n : -1;
	}
	return -1;
}

static void
test_csv(void **state)
{
	static const char *const formulas[] = { "=1+1", "+cmd|' /C calc'!A0",
		"-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1",
		"\xef\xbc\x9d"
		"1" };
	struct record *rec = record_new(arena, RECORD_KIND_PROGRAMME, ID, "en");
	struct value *site;
	int columns;

	(void)state;
	strbuf_reset(&out);
	export_csv_header(&out);
	assert_memory_equal(out.buf, "\xef\xbb\xbfid,kind,title,", 17);
	columns = cells(out.buf);
	assert_true(columns > 30);
	record_add(rec, NULL, FIELD_NAME, "Choir, \"big\"", NULL);
	record_add(rec, NULL, FIELD_NAME, "Coral", "pt");
	record_add(rec, NULL, FIELD_ZONE, "arts", NULL);
	record_add(rec, NULL, FIELD_ZONE, "nature", NULL);
	site = record_add(rec, NULL, FIELD_SITE, NULL, NULL);
	record_add(rec, site, FIELD_SITE_LAT, "-33.86", NULL);
	record_add(rec, site, FIELD_SITE_LON, "+151.2", NULL);
	assert_int_equal(cells(csv(rec, NULL)), columns);
	assert_non_null(strstr(out.buf, ",\"Choir, \"\"big\"\"\","));
	assert_non_null(strstr(out.buf, ",-33.86,+151.2,\"arts; nature\","));
	assert_non_null(strstr(out.buf, "," PAGE "\r\n"));
	assert_non_null(strstr(csv(rec, "pt"), ",Coral,"));
	for (size_t i = 0; i < ARRAY_LEN(formulas); i++) {
		rec = work("article", formulas[i]);
		assert_int_equal(cells(csv(rec, NULL)), columns);
		assert_non_null(strstr(out.buf, ",evidence,\"'"));
	}
	assert_int_equal(cells(csv(hostile(), NULL)), columns);
	assert_int_equal(count("\n"), 1);
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		rec = record_new(arena, (enum record_kind)kind, ID, "en");
		assert_int_equal(cells(csv(rec, NULL)), columns);
	}
}

/* ---- COinS and schema.org ---- */

static void
test_coins(void **state)
{
	(void)state;
	(void)write_with(export_coins, article(), BASE);
	assert_memory_equal(out.buf, "ctx_ver=Z39.88-2004&rft_val_fmt=info%3A",
	    39);
	assert_non_null(strstr(out.buf, "&rft.aulast=M%C3%BCller&"));
	assert_non_null(strstr(out.buf, "&rft.spage=284&rft.epage=287&"));
	assert_non_null(strstr(out.buf, "&rft_id=info%3Adoi%2F10.1000%2Fsong"));
	(void)write_with(export_coins, hostile(), BASE);
	assert_null(strpbrk(out.buf, "<>\"\r\n \x01"));
	(void)write_with(export_coins, work("thesis", "T"), BASE);
	assert_non_null(strstr(out.buf, "dissertation"));
}

static struct json *
schema(const struct record *rec)
{
	struct json_writer w;
	struct json *item;
	struct err err;

	strbuf_reset(&out);
	json_writer_init(&w, &out, 0);
	export_schema_org(&w, rec, BASE);
	assert_null(strpbrk(out.buf, "<>&"));
	item = json_parse(out.buf, out.len, &err);
	assert_non_null(item);
	assert_string_equal(json_get_string(item, "@context"),
	    "https://schema.org");
	assert_string_equal(json_get_string(item, "@id"), ID);
	return item;
}

static void
test_service(void **state)
{
	struct record *rec = record_new(arena, RECORD_KIND_PROGRAMME, ID, "en");
	struct value *group;
	struct json *item;
	const struct json *place, *geo;

	(void)state;
	record_add(rec, NULL, FIELD_NAME, "Choir </script><script>", NULL);
	group = record_add(rec, NULL, FIELD_AREA, NULL, NULL);
	record_add(rec, group, FIELD_AREA_COUNTRY, "CA", NULL);
	group = record_add(rec, NULL, FIELD_COST, NULL, NULL);
	record_add(rec, group, FIELD_COST_KIND, "free", NULL);
	group = record_add(rec, NULL, FIELD_AUDIENCE, NULL, NULL);
	record_add(rec, group, FIELD_AUDIENCE_MIN_AGE, "18", NULL);
	group = record_add(rec, NULL, FIELD_SITE, NULL, NULL);
	record_add(rec, group, FIELD_SITE_LAT, "45.5", NULL);
	record_add(rec, group, FIELD_SITE_LON, "-73.6", NULL);
	group = record_add(rec, NULL, FIELD_CONTACT, NULL, NULL);
	record_add(rec, group, FIELD_CONTACT_URL, "javascript:alert(1)", NULL);
	item = schema(rec);
	assert_null(strstr(out.buf, "javascript"));
	assert_string_equal(json_get_string(item, "@type"), "Service");
	assert_string_equal(json_get_string(item, "url"), PAGE);
	assert_string_equal(json_get_string(json_at(json_get(item,
							"areaServed"),
						0),
				"name"),
	    "Canada");
	assert_int_equal(json_int(json_get(json_get(item, "offers"), "price")),
	    0);
	place = json_at(json_get(json_get(item, "availableChannel"),
			    "serviceLocation"),
	    0);
	geo = json_get(place, "geo");
	assert_true(json_real(json_get(geo, "longitude")) < -73);
	json_free(item);
}

static void
test_schema_kinds(void **state)
{
	static const char *const types[RECORD_KIND_COUNT] = {
		[RECORD_KIND_PROGRAMME] = "Service",
		[RECORD_KIND_EVIDENCE] = "CreativeWork",
		[RECORD_KIND_ORGANISATION] = "Organization",
		[RECORD_KIND_RESOURCE] = "CreativeWork",
		[RECORD_KIND_CHAMPION] = "Person",
		[RECORD_KIND_TERM] = "DefinedTerm",
	};
	struct json *item;

	(void)state;
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		item = schema(
		    record_new(arena, (enum record_kind)kind, ID, "en"));
		assert_string_equal(json_get_string(item, "@type"),
		    types[kind]);
		json_free(item);
	}
	item = schema(article());
	assert_string_equal(json_get_string(item, "@type"),
	    "MedicalScholarlyArticle");
	assert_string_equal(json_get_string(item, "sameAs"),
	    "https://doi.org/10.1000/song");
	json_free(item);
	json_free(schema(hostile()));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_journal),
		TEST(test_authors), TEST(test_groups), TEST(test_odd_works),
		TEST(test_other_kinds), TEST(test_ris), TEST(test_bibtex),
		TEST(test_csl), TEST(test_csv), TEST(test_coins),
		TEST(test_service), TEST(test_schema_kinds) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
