/*
 * References: RIS, BibTeX and CSL-JSON as tools and people write them, the
 * same record from each, and out and in again.
 */
#include "import_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export/export.h"
#include "import/citation.h"

static const char *
get(const struct value *parent, enum field_id id)
{
	const char *text = value_get(parent, id);

	return text != NULL ? text : "(none)";
}

static const char *
identifier(const struct record *rec, const char *scheme)
{
	const struct value *v = value_find(&rec->root, FIELD_IDENTIFIER);

	for (; v != NULL; v = value_next(v)) {
		if (strcmp(get(v, FIELD_IDENTIFIER_SCHEME), scheme) == 0)
			return get(v, FIELD_IDENTIFIER_VALUE);
	}
	return "(none)";
}

/* "Muhl, Caitlin; WHO" of all authors. */
static const char *
authors(struct bench *b, const struct record *rec)
{
	const struct value *v = value_find(&rec->root, FIELD_AUTHOR);
	const char *text = "";

	for (; v != NULL; v = value_next(v)) {
		const char *literal = value_get(v, FIELD_AUTHOR_LITERAL);

		text = literal != NULL
			   ? arena_printf(b->arena, "%s%s; ", text, literal)
			   : arena_printf(b->arena, "%s%s, %s; ", text,
				 get(v, FIELD_AUTHOR_FAMILY),
				 get(v, FIELD_AUTHOR_GIVEN));
	}
	return text;
}

static void
test_ris(void **state)
{
	static const char text[] =
	    "\xef\xbb\xbfProvider: somebody\r\n\r\n"
	    "TY  - JOUR\r\n"
	    "ID  - one\r\n"
	    "TI  - A title that goes on\r\n"
	    "in the next line\r\n"
	    "A1  - Muhl, Caitlin\r\n"
	    "AU  - WHO,\r\n"
	    "AU  - Kiely B\r\n"
	    "PY  - 2023/05/01/\r\n"
	    "JO  - BMJ Open\r\n"
	    "SP  - 265\r\n"
	    "EP  - 276\r\n"
	    "DO  - https://doi.org/10.1136/BMJOPEN-2022-070184\r\n"
	    "AN  - 36741971\r\n"
	    "C2  - 10351285\r\n"
	    "UR  - https://example.org/x\r\n"
	    "KW  - loneliness\r\n"
	    "KW  - Stockport\r\n"
	    "LA  - en\r\n"
	    "ER  - \r\n";
	struct bench *b = *state;
	const struct record *rec;

	assert_int_equal(bench_text(b, "refs.ris", text), 0);
	bench_print(b);
	assert_int_equal(b->report.format, IMPORT_RIS);
	assert_int_equal(b->report.n_new, 1);
	rec = bench_by_key(b, "refs", "one");
	assert_string_equal(record_title(rec, "en"),
	    "A title that goes on in the next line");
	assert_string_equal(authors(b, rec), "Muhl, Caitlin; WHO; Kiely, B; ");
	assert_string_equal(get(&rec->root, FIELD_YEAR), "2023");
	assert_string_equal(get(&rec->root, FIELD_DATE), "2023-05-01");
	assert_string_equal(get(&rec->root, FIELD_PAGES), "265-276");
	assert_string_equal(identifier(rec, "doi"),
	    "10.1136/bmjopen-2022-070184");
	assert_string_equal(identifier(rec, "pmid"), "36741971");
	assert_string_equal(identifier(rec, "pmcid"), "PMC10351285");
	assert_string_equal(get(&rec->root, FIELD_URL),
	    "https://example.org/x");
	assert_string_equal(get(&rec->root, FIELD_NEED), "loneliness");
	assert_string_equal(get(&rec->root, FIELD_TERM), "Stockport");
	assert_string_equal(get(&rec->root, FIELD_TYPE), "article");
	assert_string_equal(get(&rec->root, FIELD_DESIGN), "not-stated");
}

static void
test_ris_types(void **state)
{
	static const char text[] =
	    "TY  - GEN\nID  - a\nTI  - X\nPY  - 2020\nT2  - medRxiv\nER  - \n"
	    "TY  - GEN\nID  - b\nTI  - X\nPY  - 2020\nDO  - 10.1101/2\nER  -\n"
	    "TY  - JOUR\nID  - c\nTI  - X: study protocol\nPY  - 2020\nER  -\n"
	    "TY  - GEN\nID  - d\nTI  - X: a systematic review\nPY  - 2020\n"
	    "ER  -\n"
	    "TY  - THES\nID  - e\nTI  - X\nPY  - 2020\nER  -\n"
	    "TY  - CHAP\nID  - f\nTI  - X\nPY  - 2020\nT2  - bioRxiv\nER  -\n"
	    "TY  - JOUR\nID  - g\nTI  - X\nPY  - 2020\nM3  - review; cohort\n"
	    "UR  - http://www.ncbi.nlm.nih.gov/pubmed/123?x=1\nER  -\n";
	static const char *const expect[][3] = {
		{ "a", "preprint", "not-stated" },
		{ "b", "preprint", "not-stated" },
		{ "c", "protocol", "not-stated" },
		{ "d", "article", "systematic-review" },
		{ "e", "thesis", "not-stated" },
		{ "f", "preprint", "not-stated" }, { "g", "review", "cohort" }
	};
	struct bench *b = *state;
	const struct record *rec;

	assert_int_equal(bench_text(b, "refs.ris", text), 0);
	bench_print(b);
	assert_int_equal(b->report.n_new, ARRAY_LEN(expect));
	for (size_t i = 0; i < ARRAY_LEN(expect); i++) {
		rec = bench_by_key(b, "refs", expect[i][0]);
		assert_string_equal(get(&rec->root, FIELD_TYPE), expect[i][1]);
		assert_string_equal(get(&rec->root, FIELD_DESIGN),
		    expect[i][2]);
	}
	rec = bench_by_key(b, "refs", "g");
	assert_string_equal(identifier(rec, "pmid"), "123");
	rec = bench_by_key(b, "refs", "e");
	assert_string_equal(identifier(rec, "citation-key"), "e");
}

static void
test_ris_broken(void **state)
{
	static const char text[] =
	    "TY  - JOUR\nID  - a\nTI  - No end\n"
	    "TY  - JOUR\nID  - b\nTI  - M\xfcller\nPY  - 2020\nER  - \n"
	    "TY  - JOUR\nID  - c\nTI  - X\nPY  - soon\nER  - \n"
	    "TY  - JOUR\nID  - d\nTI  - X\nPY  - 2020\nDO  - not a doi\nER  -\n"
	    "TY  - JOUR\nID  - b\nTI  - Y\nPY  - 2020\nER  - \n"
	    "TY  - JOUR\nID  - f\nTI  - Cut off";
	struct bench *b = *state;
	const char *errors;

	assert_int_equal(bench_text(b, "refs.ris", text), 0);
	bench_print(b);
	assert_string_equal(b->report.read_as, "Windows-1252, ris");
	assert_int_equal(b->report.rows, 6);
	assert_int_equal(b->report.n_errors, 5);
	assert_string_equal(record_title(bench_by_key(b, "refs", "b"), "en"),
	    "M\xc3\xbcller");
	errors = bench_errors(b);
	assert_non_null(strstr(errors, "\r\n1,"));
	assert_non_null(strstr(errors, "\r\n9,year,soon,"));
	assert_non_null(strstr(errors, "\r\n14,doi,not a doi,"));
	assert_non_null(strstr(errors, "same record as row 4"));
	assert_int_equal(bench_text(b, "x.ris", "nothing here\n"), -1);
	assert_int_equal(b->err.code, ERR_FORMAT);
}

static void
test_bibtex(void **state)
{
	static const char text[] =
	    "Words and mail@example.org between entries.\n"
	    "@string{bmj = \"BMJ \"}\n@comment{@article{no, title={No}}}\n"
	    "@preamble{\"x\"}\n"
	    "@Article{one,\n"
	    "  title = {{The {GP}'s \\& the na{\\\"\\i}ve \\textit{choir}}},\n"
	    "  author = {van Beethoven, Ludwig and {World Health and Care} "
	    "and Andr\\'{e} G{\\'o}mez\n and Mu\\~noz, Jr, Ana and Muhl C "
	    "and others},\n"
	    "  journal = bmj # {Open}, year = 2023, month = may,\n"
	    "  pages = {265--276},\n"
	    "  doi = {10.1000/A\\_b},\n"
	    "  url = {https://example.org/a_b?x=1\\&y=2},\n"
	    "  keywords = {arts, Stockport}, language = \"english\",\n"
	    "  pmid = 36741971, }\n"
	    "@misc(two, title = \"Quoted {\"}title{\"}\", year = {2020},\n"
	    "  eprint = {2001.00001}, archivePrefix = {arXiv})\n";
	struct bench *b = *state;
	const struct record *rec;

	assert_int_equal(bench_text(b, "refs.bib", text), 0);
	bench_print(b);
	assert_int_equal(b->report.n_errors, 0);
	assert_int_equal(b->report.n_new, 2);
	rec = bench_by_key(b, "refs", "one");
	assert_string_equal(record_title(rec, "en"),
	    "The GP's & the na\xc3\xafve choir");
	assert_string_equal(authors(b, rec),
	    "van Beethoven, Ludwig; World Health and Care; "
	    "G\xc3\xb3mez, Andr\xc3\xa9; Mu\xc3\xb1oz, Ana Jr; Muhl, C; ");
	assert_string_equal(get(&rec->root, FIELD_CONTAINER), "BMJ Open");
	assert_string_equal(get(&rec->root, FIELD_DATE), "2023-05");
	assert_string_equal(get(&rec->root, FIELD_PAGES), "265-276");
	assert_string_equal(identifier(rec, "doi"), "10.1000/a_b");
	assert_string_equal(identifier(rec, "pmid"), "36741971");
	assert_string_equal(get(&rec->root, FIELD_URL),
	    "https://example.org/a_b?x=1&y=2");
	assert_string_equal(get(&rec->root, FIELD_ZONE), "arts");
	assert_string_equal(rec->lang, "en");
	rec = bench_by_key(b, "refs", "two");
	assert_string_equal(record_title(rec, "en"), "Quoted \"title\"");
	assert_string_equal(get(&rec->root, FIELD_TYPE), "preprint");
}

static void
test_bibtex_broken(void **state)
{
	static const char text[] = "@article{a, title = {No end, year = 2020\n"
				   "@article{b, title = {B}, year = 2020}\n"
				   "@article{c, title}\n"
				   "@article{d, title = {D}, year = 2020}\n";
	struct bench *b = *state;

	assert_int_equal(bench_text(b, "refs.bib", text), 0);
	bench_print(b);
	/* The first swallows the rest: its brace has no end. */
	assert_int_equal(b->report.n_errors, 1);
	assert_int_equal(bench_text(b, "refs.bib", strchr(text, '\n') + 1), 0);
	assert_int_equal(b->report.n_new, 2);
	assert_int_equal(b->report.n_errors, 1);
	assert_int_equal(bench_text(b, "refs.bib", "@"), -1);
	assert_int_equal(bench_text(b, "refs.bib", "@@@{{{"), -1);
}

static void
test_tex(void **state)
{
	static const char *const pairs[][2] = {
		{ "\\'e\\`{a}\\^{\\i}\\\"O", "\xc3\xa9\xc3\xa0\xc3\xae"
					     "\xc3\x96" },
		{ "{\\ss}{\\AA}\\o{} \\L odz", "\xc3\x9f\xc3\x85\xc3\xb8 "
					       "\xc5\x81odz" },
		{ "\\v{s}\\c c\\H{o}\\k{a}", "\xc5\xa1\xc3\xa7\xc5\x91"
					     "\xc4\x85" },
		{ "100\\% \\$5 a\\_b \\#1", "100% $5 a_b #1" },
		{ "a---b--c ``q''", "a\xe2\x80\x94"
				    "b\xe2\x80\x93"
				    "c \xe2\x80\x9cq\xe2\x80\x9d" },
		{ "\\emph{x} $y$~z", "x y z" },
		{ "\\unknown{arg}\\", "arg" },
		{ "\\'", NULL },
		{ "{}{{}}", NULL },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		const char *text = tex_text(b->arena, pairs[i][0],
		    strlen(pairs[i][0]));

		if (pairs[i][1] == NULL)
			assert_null(text);
		else
			assert_string_equal(text, pairs[i][1]);
	}
}

static void
test_csl(void **state)
{
	static const char text[] =
	    "[{\"id\":\"one\",\"type\":\"article-journal\",\"title\":\"T\","
	    "\"author\":[{\"family\":\"Muhl\",\"given\":\"C\"},"
	    "{\"literal\":\"WHO\"}],\"issued\":{\"date-parts\":"
	    "[[2023,5,1]]},\"DOI\":\"10.1000/X\",\"PMID\":36741971,"
	    "\"volume\":13,\"language\":\"en\"},"
	    "{\"id\":\"two\",\"type\":\"article\",\"title\":\"T\","
	    "\"container-title\":[\"medRxiv\"],\"issued\":{\"raw\":\"2020\"}},"
	    "{\"id\":3},17]";
	struct bench *b = *state;
	const struct record *rec;

	assert_int_equal(bench_text(b, "c.json", text), 0);
	bench_print(b);
	assert_int_equal(b->report.format, IMPORT_CSL);
	assert_int_equal(b->report.n_new, 2);
	assert_int_equal(b->report.n_errors, 2);
	rec = bench_by_key(b, "c", "one");
	assert_string_equal(authors(b, rec), "Muhl, C; WHO; ");
	assert_string_equal(get(&rec->root, FIELD_DATE), "2023-05-01");
	assert_string_equal(identifier(rec, "pmid"), "36741971");
	assert_string_equal(get(&rec->root, FIELD_VOLUME), "13");
	rec = bench_by_key(b, "c", "two");
	assert_string_equal(get(&rec->root, FIELD_TYPE), "preprint");
}

/* What the three files say is the same, whichever comes first. */
static void
test_real_files(void **state)
{
	static const char *const files[] = { "evidence/citations.ris",
		"evidence/citations.bib", "evidence/citations.csl.json" };
	struct bench *b = *state;
	const struct record *rec;

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (!bench_has_shared(b, files[i]))
			return;
		assert_int_equal(bench_shared(b, files[i]), 0);
		bench_print(b);
		assert_int_equal(b->report.rows, 37);
		assert_int_equal(b->report.n_errors, 0);
		if (i == 0)
			assert_int_equal(b->report.n_new, 37);
		else
			assert_int_equal(b->report.n_same, 37);
	}
	rec = bench_by_key(b, "citations", "dup-muhl2023-node2");
	assert_string_equal(identifier(rec, "doi"),
	    "10.1136/bmjopen-2022-070184");
	rec = bench_by_key(b, "citations", "dup-mercer2019-node4");
	assert_string_equal(identifier(rec, "pmcid"), "PMC6846279");
	rec = bench_by_key(b, "citations", "foster2021");
	assert_string_equal(identifier(rec, "citation-key"), "foster2021");
	rec = bench_by_key(b, "citations", "muhl2023protocol");
	assert_string_equal(get(&rec->root, FIELD_TYPE), "protocol");
}

/* Effects from their table stay when the references come again. */
static void
test_effects(void **state)
{
	static const char refs[] =
	    "TY  - JOUR\nID  - a\nTI  - A\nPY  - 2020\nER  - \n"
	    "TY  - JOUR\nID  - b\nTI  - B\nPY  - 2020\nER  - \n";
	static const char effects[] =
	    "citation_id,outcome,instrument,measure,timepoint,estimate,"
	    "ci_low,ci_high,ci_level,i2,k_studies,n,unit,better_if,"
	    "comparator,source_seen\n"
	    "a,depression,various,SMD,post,-0.50,-0.84,-0.16,95,,,,SD,lower,"
	    "control,somewhere\n"
	    "b,return,SROI,ratio,programme,3.42,,,,,1,,GBP,higher,none,\n"
	    "a,loneliness,UCLA-3,MD,pre-post,-1.84,-1.91,-1.77,95,,1,2250,"
	    "points,lower,self (no control),\n"
	    "b,wellbeing,ONS4,MD,post,0.4,,,,,1,80,points,higher,"
	    "self-help group,\n"
	    "b,activity,IPAQ,MD,post,0.2,,,,,1,80,,higher,,\n"
	    "zz,x,x,MD,post,1,,,,,,,,,,\n";
	struct bench *b = *state;
	const struct value *v;

	assert_int_equal(bench_text(b, "refs.ris", refs), 0);
	assert_int_equal(bench_text(b, "effects.csv", effects), 0);
	bench_print(b);
	assert_int_equal(b->report.n_changed, 2);
	assert_int_equal(b->report.n_errors, 1);
	assert_non_null(strstr(bench_errors(b), "\r\n7,citation_id,zz,"));
	v = value_find(&bench_by_key(b, "refs", "a")->root, FIELD_EFFECT);
	assert_string_equal(get(v, FIELD_EFFECT_MEASURE), "smd");
	assert_string_equal(get(v, FIELD_EFFECT_ESTIMATE), "-0.50");
	assert_string_equal(get(v, FIELD_EFFECT_ANALYSIS), "controlled");
	v = value_next(v);
	assert_string_equal(get(v, FIELD_EFFECT_ANALYSIS), "pre-post");
	assert_string_equal(get(v, FIELD_EFFECT_N), "2250");
	v = value_find(&bench_by_key(b, "refs", "b")->root, FIELD_EFFECT);
	assert_string_equal(get(v, FIELD_EFFECT_MEASURE), "sroi");
	assert_null(value_get(v, FIELD_EFFECT_ANALYSIS));
	assert_string_equal(get(v, FIELD_EFFECT_COMPARATOR), "none");
	v = value_next(v);
	assert_string_equal(get(v, FIELD_EFFECT_ANALYSIS), "controlled");
	v = value_next(v);
	assert_null(value_get(v, FIELD_EFFECT_ANALYSIS));
	assert_int_equal(bench_text(b, "effects.csv", effects), 0);
	assert_int_equal(b->report.n_same, 2);
	assert_int_equal(bench_text(b, "refs.ris", refs), 0);
	assert_int_equal(b->report.n_same, 2);
}

static void
test_real_effects(void **state)
{
	struct bench *b = *state;

	if (!bench_has_shared(b, "evidence/effects.csv"))
		return;
	assert_int_equal(bench_shared(b, "evidence/citations.ris"), 0);
	assert_int_equal(bench_shared(b, "evidence/effects.csv"), 0);
	bench_print(b);
	assert_int_equal(b->report.n_changed, 6);
	assert_int_equal(b->report.n_errors, 0);
}

/* Our RIS and BibTeX of every record give the same records again. */
static void
test_round_trip(void **state)
{
	static const char refs[] =
	    "@article{one, title = {A {\\&} B_{} 100\\% \\{x\\}: systematic "
	    "review}, author = {Muhl, Caitlin and {WHO}}, date = "
	    "{2023-05-01}, journal = {BMJ}, volume = 13, number = 7, "
	    "pages = {1--9}, doi = {10.1000/x_y}, pmid = 36741971, pmcid = "
	    "{PMC10351285}, url = {https://example.org/a_b}, note = {Plain "
	    "words.}, keywords = {arts; loneliness; Stockport}}\n"
	    "@misc{two, title = {P}, year = 2022, howpublished = {medRxiv}, "
	    "doi = {10.1101/2}}\n"
	    "@techreport{three, title = {R}, year = 2021, institution = "
	    "{NHS}, address = {London}}\n";
	static const char *const keys[] = { "one", "two", "three" };
	struct bench *b = *state;
	struct strbuf ris, bib;

	strbuf_init(&ris, 1 << 16);
	strbuf_init(&bib, 1 << 16);
	assert_int_equal(bench_text(b, "refs.bib", refs), 0);
	bench_print(b);
	assert_int_equal(b->report.n_new, 3);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		export_ris(bench_by_key(b, "refs", keys[i]), NULL, &ris);
		export_bibtex(bench_by_key(b, "refs", keys[i]), NULL, &bib);
	}
	assert_non_null(strstr(ris.buf,
	    "UR  - https://pubmed.ncbi.nlm.nih.gov/36741971\r\n"));
	assert_int_equal(bench_import(b, "refs.ris", ris.buf, ris.len), 0);
	bench_print(b);
	assert_int_equal(b->report.n_same, 3);
	assert_int_equal(bench_import(b, "refs.bib", bib.buf, bib.len), 0);
	bench_print(b);
	assert_int_equal(b->report.n_same, 3);
	strbuf_release(&bib);
	strbuf_release(&ris);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_ris),
		TEST(test_ris_types), TEST(test_ris_broken), TEST(test_bibtex),
		TEST(test_bibtex_broken), TEST(test_tex), TEST(test_csl),
		TEST(test_real_files), TEST(test_effects),
		TEST(test_real_effects), TEST(test_round_trip) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
