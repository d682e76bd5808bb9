/*
 * Pages of studies as people see them: verdicts that claim no more than the
 * record does, forest plots that never mix what does not belong together, and
 * the evidence map with whatever a peer may have put into its cells.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "catalogue/catalogue.h"
#include "search/search.h"
#include "xml/xml.h"
#include "visit.h"

#define ID(n) "urn:gspd:ca:77777777-7777-4777-8777-77777777770" n

enum bent { BENT_NOT, BENT_HOSTILE, BENT_UNREADY };
static atomic_int bent;

int __real_search_matrix(struct search *search, struct arena *arena,
    const struct search_query *query, enum search_facet row,
    enum search_facet column, enum search_facet part,
    struct search_matrix *ret_matrix, struct err *err);
int __wrap_search_matrix(struct search *search, struct arena *arena,
    const struct search_query *query, enum search_facet row,
    enum search_facet column, enum search_facet part,
    struct search_matrix *ret_matrix, struct err *err);

int
__wrap_search_matrix(struct search *search, struct arena *arena,
    const struct search_query *query, enum search_facet row,
    enum search_facet column, enum search_facet part,
    struct search_matrix *ret_matrix, struct err *err)
{
	static struct search_count parts[] = { { "trial", 2, false },
		{ SITE_EVIL, 1, false } };
	static struct search_cell cells[200];

	if (bent == BENT_NOT)
		return __real_search_matrix(search, arena, query, row, column,
		    part, ret_matrix, err);
	*ret_matrix = (struct search_matrix){ .is_ready = bent != BENT_UNREADY,
		.cells = cells,
		.n = ARRAY_LEN(cells),
		.count = 1234,
		.rest = 1 };
	for (size_t i = 0; i < ARRAY_LEN(cells); i++)
		cells[i] = (struct search_cell){ arena_printf(arena, "o%zu%s",
						     i, SITE_EVIL),
			arena_printf(arena, "z%zu%s", i, SITE_EVIL), 4, parts,
			ARRAY_LEN(parts) };
	cells[0].row = "LONELINESS";
	cells[0].column = "arts";
	return 0;
}

/* ---- records ---- */

static struct record *
study(struct arena *arena, const char *id, const char *type, const char *design,
    const char *direction)
{
	struct record *rec = record_new(arena, RECORD_KIND_EVIDENCE, id, "en");

	rec->published_at = rec->first_at = SITE_NOW - 3600;
	record_add(rec, NULL, FIELD_TITLE, "Study of walks", NULL);
	record_add(rec, NULL, FIELD_YEAR, "2024", NULL);
	record_add(rec, NULL, FIELD_TYPE, type, NULL);
	record_add(rec, NULL, FIELD_DESIGN, design, NULL);
	record_add(rec, NULL, FIELD_URL, "https://example.org/", NULL);
	if (direction != NULL)
		record_add(rec, NULL, FIELD_DIRECTION, direction, NULL);
	return rec;
}

/* "outcome|measure|estimate|low|high|better|analysis|unit|instrument|pooled";
 * empty ones are left out. */
static void
effect(struct record *rec, const char *text)
{
	static const enum field_id ids[] = { FIELD_EFFECT_OUTCOME,
		FIELD_EFFECT_MEASURE, FIELD_EFFECT_ESTIMATE,
		FIELD_EFFECT_CI_LOW, FIELD_EFFECT_CI_HIGH,
		FIELD_EFFECT_BETTER_IF, FIELD_EFFECT_ANALYSIS,
		FIELD_EFFECT_UNIT, FIELD_EFFECT_INSTRUMENT,
		FIELD_EFFECT_POOLED };
	struct value *group = record_add(rec, NULL, FIELD_EFFECT, NULL, NULL);
	char buf[400];

	for (size_t i = 0; i < ARRAY_LEN(ids) && *text != '\0'; i++) {
		size_t len = strcspn(text, "|");

		(void)snprintf(buf, sizeof(buf), "%.*s", (int)len, text);
		if (len != 0)
			record_add(rec, group, ids[i], buf, NULL);
		text += len + (text[len] == '|');
	}
}

static void
grade(struct record *rec, const char *scale, const char *level)
{
	struct value *group = record_add(rec, NULL, FIELD_GRADE, NULL, NULL);

	record_add(rec, group, FIELD_GRADE_SCALE, scale, NULL);
	record_add(rec, group, FIELD_GRADE_LEVEL, level, NULL);
}

static void
relate(struct record *rec, const char *type, const char *id)
{
	struct value *group = record_add(rec, NULL, FIELD_RELATION, NULL, NULL);

	record_add(rec, group, FIELD_RELATION_TYPE, type, NULL);
	record_add(rec, group, FIELD_RELATION_ID, id, NULL);
}

static struct record *
review(struct arena *arena)
{
	struct record *rec = study(arena, ID("1"), "review",
	    "systematic-review", "benefit");
	struct value *group;

	effect(rec, "depression|smd|-0.50|-0.84|-0.16|lower|controlled|SD||"
		    "true");
	effect(rec, "depression as improvement|smd|0.50|0.16|0.84|higher|"
		    "controlled|SD");
	effect(rec, "change in mood|smd|0.4|0.1|0.7|higher|pre-post|SD");
	effect(rec, "pressure|md|-4.9|-9.6|-0.1|lower|controlled|mmHg");
	effect(rec, "steps|md|900|790|1010|higher|controlled|steps/day");
	effect(rec, "admission|rr|0.8|0.6|0.9|lower|controlled");
	effect(rec, "Wards saved|md|-78.37|||lower|pre-post|"
		    "GBP per participant");
	group = record_add(rec, NULL, FIELD_EFFECT, NULL, NULL);
	record_add(rec, group, FIELD_EFFECT_OUTCOME, "spread", NULL);
	record_add(rec, group, FIELD_EFFECT_MEASURE, "smd", NULL);
	record_add(rec, group, FIELD_EFFECT_I2, "79.4", NULL);
	grade(rec, "grade", "Moderate");
	grade(rec, "cebm", "2b");
	record_add(rec, NULL, FIELD_N, "120", NULL);
	record_add(rec, NULL, FIELD_RISK_OF_BIAS, "high " SITE_EVIL, NULL);
	record_add(rec, NULL, FIELD_ZONE, "nature", NULL);
	group = record_add(rec, NULL, FIELD_OUTCOME, NULL, NULL);
	record_add(rec, group, FIELD_OUTCOME_TERM, "depression", NULL);
	relate(rec, "evaluates", SITE_PROGRAMME);
	return rec;
}

static struct record *
preprint(struct arena *arena)
{
	struct record *rec = study(arena, ID("2"), "preprint", "pre-post",
	    NULL);

	effect(rec, "return|sroi|3.42|||higher||GBP per GBP 1");
	relate(rec, "version-of", ID("1"));
	return rec;
}

/* More than anybody draws, and numbers that no plot can take. */
static struct record *
hostile(struct arena *arena)
{
	struct record *rec = study(arena, ID("3"), "article", "rct", "mixed");
	char text[200];

	for (int i = 0; i < 200; i++) {
		(void)snprintf(text, sizeof(text),
		    "o%d|smd|0.%02d|-0.5|1.5|higher|controlled", i, i % 100);
		effect(rec, text);
	}
	for (int i = 0; i < 20; i++) {
		(void)snprintf(text, sizeof(text), "u%d|md|1|0|2|higher||kg%d",
		    i, i);
		effect(rec, text);
	}
	effect(rec, "bad1|smd|1e308|-1e308|1e308|higher|controlled");
	effect(rec, "bad2|smd|1|2|0|higher|controlled");
	effect(rec, "bad3|smd|nan|nan|nan|higher|controlled");
	effect(rec, "bad4|rr|-1|-2|3|higher|controlled");
	effect(rec, "bad5|smd|9|1|2|higher|controlled");
	effect(rec, "<b>\"&'﷽﷽﷽﷽|or|1|0.5|2|lower|controlled");
	return rec;
}

static void
put(struct catalogue *cat, struct record *rec, uint8_t byte)
{
	uint8_t digest[32];
	struct err err;

	memset(digest, byte, sizeof(digest));
	assert_int_equal(catalogue_put(cat, rec, digest, &err), 0);
}

static int
begin(void **state)
{
	struct arena *arena = arena_new();
	struct catalogue *cat;
	struct search *search;
	struct record *rec;
	struct err err;

	(void)visit_begin(state);
	cat = catalogue_open(site.folder, CATALOGUE_WRITE, &err);
	assert_non_null(cat);
	assert_int_equal(catalogue_begin(cat, &err), 0);
	put(cat, review(arena), 101);
	put(cat, preprint(arena), 102);
	put(cat, hostile(arena), 103);
	rec = study(arena, ID("4"), "article", "rct", "harm");
	record_add(rec, NULL, FIELD_ZONE, "arts", NULL);
	put(cat, rec, 104);
	put(cat,
	    study(arena, ID("5"), "article", "qualitative", "not-measured"),
	    105);
	put(cat, study(arena, ID("6"), "protocol", "cluster-rct", NULL), 106);
	rec = study(arena, ID("7"), "article", "not-stated", NULL);
	record_add(rec, record_add(rec, NULL, FIELD_OUTCOME, NULL, NULL),
	    FIELD_OUTCOME_TERM, "loneliness", NULL);
	put(cat, rec, 107);
	search = search_open(cat, &err);
	assert_non_null(search);
	assert_int_equal(catalogue_commit(cat, search_watch(search), &err), 0);
	search_close(search);
	catalogue_close(cat);
	arena_free(arena);
	return 0;
}

/* ---- helpers ---- */

static size_t
count(const char *what)
{
	const char *p = client_body(&out);
	size_t n = 0;

	while ((p = strstr(p, what)) != NULL) {
		p += strlen(what);
		n++;
	}
	return n;
}

/* The drawing that has a text, alone, in the arena. */
static const char *
drawing(struct arena *arena, const char *text)
{
	const char *p = client_body(&out), *end, *svg;

	while ((p = strstr(p, "<svg class=\"forest\"")) != NULL) {
		end = strstr(p, "</svg>");
		assert_non_null(end);
		svg = arena_strndup(arena, p, (size_t)(end - p) + 6);
		if (strstr(svg, text) != NULL)
			return svg;
		p = end;
	}
	fail_msg("no drawing with '%s'", text);
	return NULL;
}

static void
assert_drawings_well_formed(struct arena *arena)
{
	const char *p = client_body(&out);
	struct err err;
	size_t n = 0;

	while ((p = strstr(p, "<svg class=\"forest\"")) != NULL) {
		const char *end = strstr(p, "</svg>");
		size_t len = (size_t)(end - p) + 6;
		const char *svg = arena_strndup(arena, p, len);
		static const struct xml_handler nothing;

		if (xml_read(svg, len, &nothing, NULL, &err) == -1)
			fail_msg("%s in %s", err.text, svg);
		p = end;
		n++;
	}
	assert_true(n > 0);
}

static void
assert_drawn(const char *svg, const char *text, bool is_there)
{
	if ((strstr(svg, text) != NULL) != is_there)
		fail_msg("'%s' in %s", text, svg);
}

/* ---- verdicts ---- */

static void
test_verdict(void **state)
{
	(void)state;
	get("/record/" ID("1"), "", 200);
	assert_has("class=\"verdict good\"");
	assert_has("<strong>Benefit found</strong>");
	assert_has("Systematic review. It sums up many studies");
	assert_has("GRADE: moderate certainty");
	assert_has("CEBM (Oxford levels of evidence): 2b");
	assert_lacks("nobody has graded");
	/* An amount of money is a cost; its note says what it rests on. */
	assert_has("<dd>Wards saved: \xe2\x88\x92"
		   "78.37 GBP per participant&#32;<span class=\"note\"><bdi>"
		   "without a comparison group</bdi></span></dd>");
	assert_lacks("Cost not reported");
	get("/record/" SITE_EVIDENCE, "", 200);
	assert_has("<strong>No effect found</strong>");
	assert_has("Not rated: nobody has graded how certain this is.");
	get("/record/" ID("3"), "", 200);
	assert_has("class=\"verdict mixed\"");
	get("/record/" ID("4"), "", 200);
	assert_has("class=\"verdict bad\"");
	assert_has("<strong>Harm found</strong>");
	assert_has("Cost not reported.");
	get("/record/" ID("5"), "", 200);
	assert_has("<strong>Effect not measured</strong>");
	assert_has("not how large an effect is");
	get("/record/" ID("6"), "", 200);
	assert_has("<strong>No results yet</strong>");
	get("/record/" ID("7"), "", 200);
	assert_has("class=\"verdict unrated\"");
	assert_has("no results are recorded here");
	assert_has("How the study was made is not stated");
}

static void
test_cost(void **state)
{
	(void)state;
	get("/record/" ID("2"), "", 200);
	assert_has("3.42 GBP of social value for each GBP put in, as the "
		   "authors estimate it (SROI).");
	assert_has("from one study, without a comparison group");
	/* No interval: nothing to draw, but it stands in the table. */
	assert_lacks("<svg class=\"forest\"");
	assert_has("<th scope=\"row\">return");
}

static void
test_limits(void **state)
{
	(void)state;
	get("/record/" ID("1"), "", 200);
	assert_has("120 people took part. With fewer than 400");
	assert_has("differ a great deal (I² up to 79 %)");
	assert_has("2 results compare before with after only");
	assert_has("2 results have no interval");
	assert_has("Risk of bias, as judged: high &quot;&gt;&lt;script");
	assert_lacks("<script>");
	get("/record/" ID("2"), "", 200);
	assert_has("has not been through peer review");
	assert_has("There was no comparison group");
	get("/record/" ID("6"), "", 200);
	assert_has("it says what will be done");
	get("/record/" ID("4"), "", 200);
	assert_lacks("id=\"limits\"");
}

static void
test_related(void **state)
{
	(void)state;
	get("/record/" ID("1"), "", 200);
	assert_has("id=\"programmes\"");
	assert_has("<dt>Its preprint</dt>");
	get("/record/" ID("2"), "", 200);
	assert_has("<dt>Preprint of</dt>");
	assert_lacks("id=\"programmes\"");
}

/* ---- forest plots ---- */

static void
test_plots(void **state)
{
	struct arena *arena = arena_new();
	const char *svg;

	(void)state;
	get("/record/" ID("1"), "", 200);
	/* smd, smd before and after, mmHg, steps, ratios */
	assert_int_equal(count("<svg class=\"forest\""), 5);
	assert_drawings_well_formed(arena);
	svg = drawing(arena, "depression as improvement");
	assert_drawn(svg, ">depression<", true);
	/* +0.5 and -0.50 at one place, to the right of no effect. */
	assert_drawn(svg, "d=\"M65.76 ", true);
	assert_drawn(svg, "L180.00 ", true);
	assert_drawn(svg, "L294.24 ", true);
	assert_drawn(svg, "H294.24", true);
	assert_drawn(svg, "M12.00 ", true);
	/* Numbers as reported; the turned one says so. */
	assert_drawn(svg,
	    "\xe2\x88\x92"
	    "0.50 [\xe2\x88\x92"
	    "0.84; \xe2\x88\x92"
	    "0.16] \xe2\x87\x84<",
	    true);
	assert_drawn(svg, ">0.50 [0.16; 0.84]<", true);
	assert_drawn(svg, ">favours the programme<", true);
	/* What belongs on no axis of theirs. */
	assert_drawn(svg, "change in mood", false);
	assert_drawn(svg, "pressure", false);
	assert_drawn(svg, "spread", false);
	svg = drawing(arena, "change in mood");
	assert_drawn(svg, "depression", false);
	assert_drawn(svg, ">better than before<", true);
	assert_drawn(svg, "favours", false);
	/* Turned as a whole: the axis itself counts down. */
	svg = drawing(arena, "pressure");
	assert_drawn(svg, "\xe2\x87\x84", false);
	assert_drawn(svg,
	    ">\xe2\x88\x92"
	    "10<",
	    true);
	assert_drawn(svg, "steps", false);
	assert_has("2 results without an interval are only in the table.");
	assert_has("<th scope=\"row\">Wards saved");
	arena_free(arena);
}

static void
test_plots_hostile(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	get("/record/" ID("3"), "", 200);
	assert_drawings_well_formed(arena);
	assert_int_equal(count("<svg class=\"forest\""), 8);
	assert_has("5 results are not drawn because their numbers do not fit "
		   "together.");
	/* 200 - 24, 20 - 7, and the odds ratio. */
	assert_has("190 more results are only in the table.");
	assert_lacks("<b>");
	assert_lacks("nan\"");
	assert_lacks("inf\"");
	arena_free(arena);
}

static void
test_plots_rtl(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	get("/ar/record/" ID("1"), "", 200);
	assert_drawings_well_formed(arena);
	/* Texts from the right; the axis as it was. */
	assert_has("direction=\"rtl\"");
	assert_has("text x=\"358.00\"");
	assert_drawn(drawing(arena, "depression as improvement"), "d=\"M65.76 ",
	    true);
	arena_free(arena);
}

/* ---- the evidence map ---- */

static void
test_map(void **state)
{
	(void)state;
	bent = BENT_NOT;
	get("/evidence-map", "", 200);
	assert_has("<table class=\"matrix\">");
	assert_has("<th scope=\"row\"><a href=");
	assert_has("kind=evidence&amp;zone=nature&amp;outcome=depression");
	assert_has("One study: Review of many studies 1");
	assert_has("109 of 110 cells are empty");
	assert_has("no study yet");
	/* What is not named is a row and a column, but no gap of what has
	 * been studied; no search asks for it. */
	assert_has("<th scope=\"col\">No zone named</th>");
	assert_has("<th scope=\"row\">No outcome named</th>");
	assert_has("<td><span class=\"unseen\">One study: Randomised trial 1");
	assert_has("<td><span class=\"unseen\">One study: Not stated 1");
	assert_int_equal(count("<span class=\"unseen\">One study: "), 3);
	assert_int_equal(count("class=\"gap\""), 23 * 6 - 3);
	assert_lacks("zone=&");
	assert_lacks("outcome=\"");
	assert_has("their records name neither a zone nor an outcome");
	assert_has("<details>");
	get("/search?kind=evidence&zone=nature&outcome=depression", "", 200);
	assert_has("Study of walks");
	/* The trial names a zone only. */
	get("/evidence-map?strength=trial&zone=arts&kind=programme", "", 200);
	assert_int_equal(count("class=\"gap\""), 110 + 4);
	assert_lacks("No zone named");
	assert_has("<option value=\"trial\" selected");
	assert_has("noindex");
	get("/pt/evidence-map?country=ZZ", "", 200);
	assert_has("action=\"/pt/evidence-map\"");
	get("/evidence-map?checked_since=2026-01-01&q=walks", "", 200);
	assert_has("value=\"2026-01-01\"");
}

static void
test_map_hostile(void **state)
{
	(void)state;
	bent = BENT_HOSTILE;
	get("/evidence-map", "", 200);
	assert_lacks("<script>");
	assert_lacks("<img");
	assert_has("zone=arts&amp;outcome=LONELINESS");
	/* What no vocabulary knows of is not stated, not lost. */
	assert_has("4 studies: Randomised trial 2, Not stated 2");
	assert_has("1,234 studies match.");
	assert_true(count("<tr>") < 200);
	bent = BENT_UNREADY;
	get("/evidence-map", "", 503);
	bent = BENT_NOT;
	get("/evidence-map?country=%ff", "", 400);
	get("/evidence-map?checked_since=never", "", 400);
	get("/evidence-map?page=-1", "", 400);
	get("/evidence-map/x", "", 404);
	get("/evidence-map?country=%22%3E%3Cscript%3E", "", 200);
	assert_lacks("<script>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_related),
		cmocka_unit_test(test_plots),
		cmocka_unit_test(test_plots_hostile),
		cmocka_unit_test(test_plots_rtl),
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_map_hostile),
	};

	xml_init();
	return cmocka_run_group_tests(tests, begin, visit_end);
}
