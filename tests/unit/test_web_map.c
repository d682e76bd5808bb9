/*
 * The map of a search: marks where the records are, the same numbers as a
 * table, small countries too, and an address that can say anything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "catalogue/catalogue.h"
#include "search/search.h"
#include "visit.h"
#include "web/project.h"

#define CIRCLE                                                                 \
	"<circle class=\"spot\" vector-effect=\"non-scaling-stroke\" cx=\""
#define OK(call) assert_int_equal((call), 0)

#define LISBON_A  "urn:gspd:sg:a0000000-0000-4000-8000-000000000001"
#define LISBON_B  "urn:gspd:sg:a0000000-0000-4000-8000-000000000002"
#define SINGAPORE "urn:gspd:sg:a0000000-0000-4000-8000-000000000003"
#define MALTA     "urn:gspd:sg:a0000000-0000-4000-8000-000000000004"
#define BAHRAIN   "urn:gspd:sg:a0000000-0000-4000-8000-000000000005"
#define NOWHERE   "urn:gspd:sg:a0000000-0000-4000-8000-000000000006"

static const struct {
	const char *id, *name, *country, *lat, *lon;
} places[] = {
	{ LISBON_A, "Alfama walk", "PT", "38.711", "-9.13" },
	{ LISBON_B, "Belem walk", "PT", "38.697", "-9.206" },
	{ SINGAPORE, "Garden " SITE_EVIL, "SG", "1.30", "103.81" },
	{ MALTA, "Harbour choir", "MT", "35.90", "14.51" },
	{ BAHRAIN, "Pearl circle", "BH", "26.23", "50.58" },
	{ NOWHERE, "Fjord line", "NO", NULL, NULL },
};

static void
put_place(struct catalogue *cat, struct arena *arena, size_t i)
{
	struct record *rec = record_new(arena, RECORD_KIND_PROGRAMME,
	    places[i].id, "en");
	struct value *group;
	uint8_t digest[32];
	struct err err;

	rec->published_at = rec->first_at = SITE_NOW - 100;
	record_add(rec, NULL, FIELD_NAME, places[i].name, NULL);
	record_add(rec, NULL, FIELD_ZONE, "nature", NULL);
	group = record_add(rec, NULL, FIELD_AREA, NULL, NULL);
	record_add(rec, group, FIELD_AREA_COUNTRY, places[i].country, NULL);
	if (places[i].lat != NULL) {
		group = record_add(rec, NULL, FIELD_SITE, NULL, NULL);
		record_add(rec, group, FIELD_SITE_LAT, places[i].lat, NULL);
		record_add(rec, group, FIELD_SITE_LON, places[i].lon, NULL);
	}
	memset(digest, 0x40 + (int)i, sizeof(digest));
	OK(catalogue_put(cat, rec, digest, &err));
}

static int
begin(void **state)
{
	struct arena *arena = arena_new();
	struct catalogue *cat;
	struct search *search;
	struct err err;

	visit_begin(state);
	cat = catalogue_open(site.folder, CATALOGUE_WRITE, &err);
	assert_non_null(cat);
	OK(catalogue_begin(cat, &err));
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		put_place(cat, arena, i);
	search = search_open(cat, &err);
	assert_non_null(search);
	OK(catalogue_commit(cat, search_watch(search), &err));
	search_close(search);
	catalogue_close(cat);
	arena_free(arena);
	return 0;
}

/* The circle at the place of a record, within a unit or two. */
static void
assert_circle(double lat, double lon)
{
	const char *p = client_body(&out);
	double x, y;

	map_project(lat, lon, &x, &y);
	while ((p = strstr(p, CIRCLE)) != NULL) {
		double cx = strtod(p + strlen(CIRCLE), NULL);
		double cy = strtod(strstr(p, "cy=\"") + 4, NULL);

		if (cx > x - 2 && cx < x + 2 && cy > y - 2 && cy < y + 2)
			return;
		p++;
	}
	fail_msg("no circle at %.1f, %.1f (%.1f %.1f): %s", lat, lon, x, y,
	    client_body(&out));
}

static void
test_world(void **state)
{
	(void)state;
	get("/map?zone=nature", "", 200);
	assert_has("<h1 dir=\"auto\">Map of 6 records</h1>");
	assert_has("5 of 6 records have a place on the map");
	assert_has("viewBox=\"0.00 0.00 2000.00 880.00\"");
	assert_circle(38.704, -9.168);
	assert_circle(1.30, 103.81);
	assert_circle(35.90, 14.51);
	assert_circle(26.23, 50.58);
	/* Two in one circle lead to the search around it, one to itself. */
	assert_has("2 records near here: search within");
	assert_has("<a href=\"/search?zone=nature&amp;near=38.70");
	assert_has(
	    "<a href=\"/record/" MALTA "\"><title>Harbour choir</title>");
	assert_has("Garden &quot;&gt;&lt;script&gt;");
	assert_lacks("<script");
	assert_lacks("style=\"");
	/* Without a place: a square, and told. */
	assert_has("<title>1 record of Norway without a place</title>");
	assert_has("<th scope=\"row\"><a href=\"/search?zone=nature&amp;"
		   "country=PT\">Portugal</a></th><td class=\"num\">2</td>"
		   "<td class=\"num\">2</td>");
	assert_has("country=NO\">Norway</a></th><td class=\"num\">0</td>"
		   "<td class=\"num\">1</td>");
	assert_has("<li><a href=\"/map\" aria-label=\"Remove filter Nature\">");
}

/* No mark reaches over the edge, wherever the map looks. */
static void
test_edges(void **state)
{
	static const char *const targets[] = { "/map", "/map?area=asia",
		"/map?area=europe", "/map?area=MT", "/map?zoom=50,-9,1500",
		"/map?zoom=36.2,14.5,30", "/map?zoom=58,10,900" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		double x, y, w, h;
		const char *p;

		get(targets[i], "", 200);
		p = strstr(client_body(&out), "<svg class=\"map\" viewBox=\"");
		assert_non_null(p);
		p = strchr(strstr(p, "viewBox"), '"') + 1;
		assert_int_equal(sscanf(p, "%lf %lf %lf %lf", &x, &y, &w, &h),
		    4);
		while ((p = strstr(p, CIRCLE)) != NULL) {
			double cx, cy, r;

			p += strlen(CIRCLE);
			assert_int_equal(sscanf(p, "%lf\" cy=\"%lf\" r=\"%lf\"",
					     &cx, &cy, &r),
			    3);
			/* The style sheet makes it larger on a telephone. */
			r *= 1.84;
			assert_true(cx - r >= x && cx + r <= x + w);
			assert_true(cy - r >= y && cy + r <= y + h);
		}
	}
}

/* Countries that the land is too coarse for are dots of it. */
static void
test_small(void **state)
{
	static const struct {
		double lat, lon;
	} table[] = { { 1.36, 103.82 }, { 35.89, 14.44 }, { 26.04, 50.54 } };

	(void)state;
	get("/map", "", 200);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		char dot[40], *p, *body = out.buf;
		double x, y;
		size_t n = 0;

		/* Lines of the path may break between its parts. */
		for (p = body; *p != '\0'; p++) {
			if (*p == '\n')
				*p = ' ';
		}
		map_project(table[i].lat, table[i].lon, &x, &y);
		(void)snprintf(dot, sizeof(dot), "M%.0f %.0fh0", x, y);
		for (p = body; (p = strstr(p, dot)) != NULL; p++)
			n++;
		if (n != 1)
			fail_msg("%s is there %zu times", dot, n);
	}
}

static void
test_zoom(void **state)
{
	(void)state;
	get("/map?zone=nature&area=PT", "", 200);
	assert_has("aria-label=\"Map: Portugal\"");
	assert_has("shown above");
	assert_circle(38.704, -9.168);
	assert_lacks("Harbour choir");
	assert_has(">West</a>");
	get("/map?zone=nature&area=pt&keep="
	    "ca.ERERERERQRGBEREREREREQ",
	    "", 200);
	assert_has("href=\"/map?zone=nature&amp;keep=ca.ERERERERQRGBEREREREREQ"
		   "&amp;area=europe\"");
	/* As close as it gets, the two come apart. */
	get("/map?zone=nature&zoom=38.70,-9.17,5", "", 200);
	assert_has("<title>Alfama walk</title>");
	assert_has("<title>Belem walk</title>");
	assert_lacks(">Closer</a>");
	get("/map?area=europe", "", 200);
	assert_has("aria-current=\"true\">Europe</span>");
	/* The search's own country and place say where to look. */
	get("/map?country=MT", "", 200);
	assert_has("aria-label=\"Map: Malta\"");
	assert_has("Map of 1 record<");
	get("/map?near=1.3,103.8&within=50", "", 200);
	assert_has("aria-label=\"Map: 1.3,103.8\"");
	assert_has("Within 50 km of 1.3,103.8");
	get("/map?country=MT&area=world", "", 200);
	assert_has("viewBox=\"0.00 0.00 2000.00 880.00\"");
	get("/en/map?q=choir&area=world", "", 200);
	assert_has("<input id=\"words\" name=\"q\"");
	assert_has("value=\"choir\"");
	get("/map?q=zzzzqqqq", "", 200);
	assert_has("No record to show on a map");
}

static void
test_hostile(void **state)
{
	static const char *const bad[] = { "zoom=NaN", "zoom=nan,nan,nan",
		"zoom=1e999,0,5", "zoom=1,2", "zoom=1,2,3,4", "zoom=0x10,1,5",
		"zoom=91,0,50", "zoom=0,181,50", "zoom=0,0,-5", "zoom=0,0,0",
		"zoom=,,", "zoom=%3Cscript%3E", "area=ZZ", "area=%3Cscript%3E",
		"area=atlantis", "zoom=1-2,3,4",
		"zoom=11111111111111111111111111111111111,1,1" };
	static const char *const odd[] = { "zoom=0,180,20000",
		"zoom=-90,-180,25", "zoom=90,0,99999999", "zoom=0,0,0.001",
		"area=", "zoom=", "near=NaN", "near=nowhereatall", "within=-5",
		"near=1,2&within=NaN", "country=XX", "country=%3Cb%3E",
		"area=AQ", "area=RU", "area=FJ", "area=TV", "area=KI" };
	char target[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		(void)snprintf(target, sizeof(target), "/map?%s", bad[i]);
		get(target, "", 200);
		assert_has("does not know, so all of it is shown");
		assert_has("viewBox=\"0.00 0.00 2000.00 880.00\"");
		assert_lacks("<script");
	}
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		(void)snprintf(target, sizeof(target), "/map?%s", odd[i]);
		get(target, "", 200);
		assert_lacks("nan");
		assert_lacks("inf ");
		assert_lacks("<b>");
	}
	get("/map?page=-1", "", 400);
	get("/map?q=%FF%FE", "", 400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_world),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_zoom),
		cmocka_unit_test(test_hostile),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, begin, visit_end);
}
