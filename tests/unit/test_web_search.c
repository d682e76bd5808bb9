/*
 * What pages and JSON make of all that a search can say: places and
 * distances, corrections, explanations, completions, no index yet. The
 * engine's answers are bent on their way (the linker's --wrap), so that each
 * case is met whatever the engine finds; texts out of it are hostile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <stdatomic.h>

#include <cmocka.h>

#include "search/search.h"
#include "visit.h"

static atomic_bool is_unready, is_broken;
static atomic_int last_sort;

int __real_search_run(struct search *search, struct arena *arena,
    const struct search_query *query, struct search_result *ret_result,
    struct err *err);
int __wrap_search_run(struct search *search, struct arena *arena,
    const struct search_query *query, struct search_result *ret_result,
    struct err *err);
int __wrap_search_place(struct search *search, const char *name,
    const char *country, struct search_where *ret_where, struct err *err);
int __wrap_search_suggest(struct search *search, struct arena *arena,
    const char *text, size_t limit, struct search_suggestion **ret_items,
    size_t *ret_n, struct err *err);

static void
bend(struct arena *arena, const struct search_query *query,
    struct search_result *result)
{
	static struct search_part parts[] = {
		{ "singing" SITE_EVIL, "song", 84, 3.25, 10, 0.5, 1.75 },
		{ "lonely", "lonely", 1, 2, 14, 1, 0.5 },
	};

	for (size_t i = 0; i < result->n_hits; i++) {
		struct search_hit *hit = &result->hits[i];

		hit->km = query->near.km > 0 ? 2.34567 : -1;
		if (!query->explain)
			continue;
		hit->parts = parts;
		hit->n_parts = ARRAY_LEN(parts);
		hit->score = 2.25;
		hit->length = 96;
		hit->prior = 140;
	}
	result->mean_length = 80.5;
	if (strcmp(query->text, "xyzzyx") == 0) {
		static struct search_word near_words[] = {
			{ "choir" SITE_EVIL, 1234 }, { "song", 5 }
		};

		result->nearest = near_words;
		result->n_nearest = ARRAY_LEN(near_words);
	}
	if (strncmp(query->text, "choirr", 6) == 0) {
		result->did_you_mean = arena_strdup(arena, "choir " SITE_EVIL);
		result->is_corrected = query->text[6] == 'r';
	}
}

int
__wrap_search_run(struct search *search, struct arena *arena,
    const struct search_query *query, struct search_result *ret_result,
    struct err *err)
{
	struct search_query plain = *query;

	last_sort = (int)query->sort;
	plain.near.km = 0;
	plain.checked_since = 0;
	if (plain.sort == SEARCH_BY_DISTANCE)
		plain.sort = SEARCH_BY_CHECKED;
	if (query->text != NULL && strncmp(query->text, "choirr", 6) == 0)
		plain.text = "choir";
	if (__real_search_run(search, arena, &plain, ret_result, err) == -1)
		return -1;
	if (is_unready)
		*ret_result = (struct search_result){ 0 };
	else if (query->text != NULL)
		bend(arena, query, ret_result);
	return 0;
}

int
__wrap_search_place(struct search *search, const char *name,
    const char *country, struct search_where *ret_where, struct err *err)
{
	(void)search;
	(void)country;
	if (is_unready || strcmp(name, "Leeds" SITE_EVIL) != 0)
		return err_set(err, ERR_NOTFOUND, "no place");
	*ret_where = (struct search_where){ 53.8, -1.55, 1 };
	return 0;
}

int
__wrap_search_suggest(struct search *search, struct arena *arena,
    const char *text, size_t limit, struct search_suggestion **ret_items,
    size_t *ret_n, struct err *err)
{
	(void)search;
	if (is_broken)
		return err_set(err, ERR_DB, "the index is damaged");
	*ret_items = arena_alloc(arena, limit * sizeof(**ret_items));
	for (size_t i = 0; i < limit; i++) {
		(*ret_items)[i].text = arena_printf(arena, "%s%zu" SITE_EVIL,
		    text, i);
		(*ret_items)[i].n = (int64_t)(100 - i);
	}
	*ret_n = *text != '\0' ? limit : 0;
	return 0;
}

#define EVIL                                                                   \
	"Leeds%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%3Cimg%20src%3D"        \
	"x%20onerror%3D'a'%3E%26"

static void
problem(const char *target, int status, const char *says)
{
	struct json *json;

	get(target, "", status);
	assert_header("Content-Type", "application/problem+json");
	json = body_json();
	assert_int_equal(json_int(json_get(json, "status")), status);
	assert_non_null(json_get_string(json, "request"));
	if (strstr(json_get_string(json, "detail"), says) == NULL)
		fail_msg("%s: %s", target, json_get_string(json, "detail"));
	assert_lacks("<");
	json_free(json);
}

static void
test_near_page(void **state)
{
	(void)state;
	get("/search?q=singing", "", 200);
	assert_lacks("km away");
	assert_lacks("value=\"distance\"");
	assert_has("name=\"near\" form=\"search\"");
	assert_has("name=\"within\" form=\"search\" type=\"number\" min=\"1\" "
		   "max=\"20000\" step=\"any\" value=\"25\"");
	get("/search?q=singing&near=53.8,-1.55&within=7.5&sort=distance", "",
	    200);
	assert_has("2.3 km away");
	assert_has("value=\"distance\"");
	assert_has("value=\"53.8,-1.55\"");
	assert_has("step=\"any\" value=\"7.5\"");
	assert_has("Remove filter Within 7.5 km of 53.8,-1.55");
	/* Its cross takes the order by distance along. */
	assert_has("<a href=\"/search?q=singing\" aria-label");
	assert_has("<a href=\"/search.ris?q=singing&amp;sort=distance&amp;"
		   "near=53.8%2C-1.55&amp;within=7.5\">RIS</a>");
	assert_int_equal(last_sort, SEARCH_BY_DISTANCE);
	/* A place by its name, as outsiders may write it. */
	get("/search?near=" EVIL, "", 200);
	assert_has("2.3 km away");
	assert_has("Within 25 km of Leeds&quot;&gt;");
	assert_lacks("<script");
	assert_lacks("<img");
	assert_int_equal(last_sort, SEARCH_BY_DISTANCE);
}

/* What is mistyped in the form costs the distance, never the results. */
static void
test_near_lost(void **state)
{
	(void)state;
	get("/search?q=singing&near=Atlantis%3Cb%3E&sort=distance", "", 200);
	assert_has("No record here names a place “Atlantis&lt;b&gt;”");
	assert_has("value=\"Atlantis&lt;b&gt;\"");
	assert_has("Singing");
	assert_lacks("km away");
	assert_lacks("value=\"distance\"");
	assert_lacks("Remove filter Within");
	assert_int_equal(last_sort, SEARCH_BY_RELEVANCE);
	get("/search?q=singing&near=95,200", "", 200);
	assert_has("“95,200” is no position on Earth");
	get("/search?q=singing&near=1,1&within=%3Ci%3E", "", 200);
	assert_has("“&lt;i&gt;” is no distance");
	assert_has("20,000 at most");
	get("/search?q=singing&within=-4", "", 200);
	assert_lacks("is no distance");
	/* The form as it is sent empty. */
	get("/search?q=singing&sort=relevance&near=&within=25&checked_since=",
	    "", 200);
	assert_lacks("class=\"notice\"");
	assert_lacks("class=\"pills active\"");
	/* The fields stay when nothing is found. */
	get("/search?q=xyzzyx&near=1,1", "", 200);
	assert_has("Nothing found");
	assert_has("value=\"1,1\"");
	/* Words that come near, as searches of their own. */
	assert_has("Words that come near");
	assert_has("<li><a href=\"/search?q=song\" dir=\"auto\">song <span "
		   "class=\"count\">5</span>");
	assert_has("choir&quot;&gt;&lt;script&gt;");
	assert_lacks("<script");
}

static void
test_since_page(void **state)
{
	(void)state;
	get("/search?checked_since=2026-01-31&kind=programme&q=choir", "", 200);
	assert_has("Checked since 31 January 2026");
	/* A day that is none of the choices is one more. */
	assert_has("<option value=\"2026-01-31\" selected>Checked since");
	assert_has("<option value=\"2026-08-21\">3 months");
	assert_has("<option value=\"2025-11-21\">12 months");
	assert_has("<option value=\"2024-11-21\">24 months");
	get("/search?checked_since=2025-11-21&q=choir", "", 200);
	assert_has("<option value=\"2025-11-21\" selected>12 months");
	assert_lacks("<option value=\"\"\nselected");
	get("/search?checked_since=2026-01-31&kind=programme&q=choir", "", 200);
	assert_has("<a href=\"/search?q=choir&amp;kind=programme\" aria-label");
	assert_has("<a href=\"/search?q=choir&amp;checked_since=2026-01-31\" "
		   "aria-label");
	assert_has("<li class=\"take\"><a href=\"/search?q=choir\">");
	get("/search?checked_since=yesterday", "", 400);
}

static void
test_meant_page(void **state)
{
	(void)state;
	get("/search?q=choirr&kind=programme&near=1,1", "", 200);
	assert_has("Did you mean “choir &quot;&gt;&lt;script&gt;");
	assert_has("<p class=\"notice\" dir=\"auto\"><a href=\"/search?q=choir"
		   "%20%22%3E%3Cscript%3E");
	assert_has("kind=programme&amp;near=1%2C1\">Did you mean");
	assert_has("record for “choirr”");
	assert_lacks("<script");
	get("/search?q=choirrr", "", 200);
	assert_has("Nothing found for “choirrr”. These are the results for "
		   "“choir &quot;&gt;");
	assert_has("record for “choir &quot;");
	assert_lacks("Did you mean");
	/* What was typed stays in the box. */
	assert_has("value=\"choirrr\"");
	assert_lacks("<script");
}

static void
test_api_near(void **state)
{
	const struct json *meta, *item;
	struct json *json;

	(void)state;
	get("/api/v1/search?q=choirr&near=" EVIL "&within=3&explain=1", "",
	    200);
	json = body_json();
	meta = json_get(json, "meta");
	item = json_at(json_get(json, "items"), 0);
	assert_true(json_real(json_get(item, "distance_km")) == 2.346);
	assert_string_equal(json_get_string(meta, "did_you_mean"),
	    "choir " SITE_EVIL);
	assert_null(json_get(meta, "corrected"));
	assert_true(json_real(json_get(json_get(meta, "near"), "lat")) == 53.8);
	assert_true(json_real(json_get(json_get(meta, "near"), "km")) == 3);
	assert_true(json_real(json_get(meta, "mean_length")) == 80.5);
	assert_true(json_int(json_get(json_get(meta, "index"), "version")) > 0);
	assert_true(
	    json_int(json_get(json_get(meta, "catalogue"), "serial")) > 0);
	item = json_get(item, "explain");
	assert_true(json_real(json_get(item, "score")) == 2.25);
	assert_int_equal(json_int(json_get(item, "length")), 96);
	assert_int_equal(json_int(json_get(item, "prior")), 140);
	assert_int_equal(json_size(json_get(item, "parts")), 2);
	item = json_at(json_get(item, "parts"), 0);
	assert_string_equal(json_get_string(item, "typed"),
	    "singing" SITE_EVIL);
	assert_string_equal(json_get_string(item, "word"), "song");
	assert_int_equal(json_int(json_get(item, "df")), 84);
	assert_int_equal(json_int(json_get(item, "weight")), 10);
	assert_true(json_real(json_get(item, "idf")) == 3.25);
	assert_true(json_real(json_get(item, "factor")) == 0.5);
	assert_true(json_real(json_get(item, "score")) == 1.75);
	assert_lacks("<");
	json_free(json);

	get("/api/v1/search?q=choirrr", "", 200);
	json = body_json();
	meta = json_get(json, "meta");
	assert_true(json_bool(json_get(meta, "corrected")));
	assert_null(json_get(meta, "mean_length"));
	assert_null(json_get(meta, "near"));
	item = json_at(json_get(json, "items"), 0);
	assert_null(json_get(item, "explain"));
	assert_null(json_get(item, "distance_km"));
	json_free(json);

	/* The way on keeps what was asked. */
	get("/api/v1/search?near=1,1&within=3&limit=1&checked_since=2020-01-01",
	    "", 200);
	json = body_json();
	assert_non_null(strstr(json_get_string(json_get(json, "links"), "next"),
	    "&near=1%2C1&within=3&limit=1&checked_since=2020-01-01"));
	json_free(json);
}

static void
test_api_problems(void **state)
{
	char target[2200] = "/api/v1/search?q=";

	(void)state;
	problem("/api/v1/search?near=Atlantis%3Cb%3E", 400,
	    "no record names a place \"Atlantis<b>\"");
	problem("/api/v1/search?near=91,0", 400, "near: a latitude");
	problem("/api/v1/search?near=nan,nan", 400, "no record names");
	problem("/api/v1/search?near=1,1&within=0", 400, "within: ");
	problem("/api/v1/search?near=1,1&within=1e9", 400, "within: ");
	problem("/api/v1/search?sort=distance", 400, "near");
	problem("/api/v1/search?sort=title", 400, "sort: use relevance");
	problem("/api/v1/search?checked_since=2026-02-30", 400,
	    "checked_since: ");
	problem("/api/v1/search?explain=maybe", 400, "explain: ");
	problem("/api/v1/search?q=%ff", 400, "");
	problem("/api/v1/search?near=%c3", 400, "");
	problem("/api/v1/search?q=a%00b", 400, "");
	problem("/api/v1/suggest", 400, "q: ");
	problem("/api/v1/suggest?q=a&limit=0", 400, "limit: ");
	problem("/api/v1/suggest?q=a&limit=21", 400, "limit: ");
	problem("/api/v1/suggest?q=a&limit=x", 400, "limit: ");
	problem("/api/v1/suggest?q=%ff", 400, "");
	problem("/api/v1/suggestions", 404, "/api/v1/suggest");
	/* A filter nobody has is an answer, and an empty one. */
	get("/api/v1/search?kind=%3Cscript%3E", "", 200);
	assert_has("\"count\":0");
	assert_lacks("<");
	memset(target + strlen(target), 'a', 2100 - strlen(target));
	get(target, "", 414);
}

static void
test_suggest(void **state)
{
	const struct json *items;
	struct json *json;
	char etag[60];
	char lines[100];

	(void)state;
	get("/api/v1/suggest?q=cho&limit=3", "", 200);
	assert_header("Content-Type", "application/json");
	assert_header("Access-Control-Allow-Origin", "*");
	json = body_json();
	items = json_get(json, "items");
	assert_int_equal(json_size(items), 3);
	assert_string_equal(json_get_string(json_at(items, 0), "text"),
	    "cho0" SITE_EVIL);
	assert_int_equal(json_int(json_get(json_at(items, 1), "count")), 99);
	assert_int_equal(json_int(json_get(json_get(json, "meta"), "limit")),
	    3);
	assert_lacks("<");
	json_free(json);
	(void)client_header(&out, "ETag", etag, sizeof(etag));
	assert_int_equal(etag[0], '"');
	(void)snprintf(lines, sizeof(lines), "If-None-Match: %s\r\n", etag);
	get("/api/v1/suggest?q=cho&limit=3", lines, 304);
	get("/api/v1/suggest?q=chor&limit=3", lines, 200);
	get("/api/v1/suggest?q=", "", 200);
	json = body_json();
	assert_int_equal(json_size(json_get(json, "items")), 0);
	json_free(json);
	get("/api/v1/suggest?q=a", "", 200);
	json = body_json();
	assert_int_equal(json_size(json_get(json, "items")), 10);
	json_free(json);
	is_broken = true;
	problem("/api/v1/suggest?q=a", 503, "damaged");
	is_broken = false;
}

static void
test_unready(void **state)
{
	(void)state;
	is_unready = true;
	problem("/api/v1/search?q=choir", 503, "search index is being made");
	assert_header("Retry-After", "5");
	/* Without an index no place is known, which says nothing of places. */
	problem("/api/v1/search?near=" EVIL, 503, "search index");
	problem("/api/v1/suggest?q=", 503, "search index");
	get("/search?q=choir&near=Leeds", "", 503);
	assert_header("Retry-After", "5");
	assert_header("Content-Type", "text/html; charset=utf-8");
	assert_has("search index is being made");
	assert_has("value=\"choir\"");
	get("/readyz", "", 503);
	assert_has("index is being made");
	get("/metrics", "", 200);
	assert_has("\ngspd_ready 0\n");
	/* Records are there, and shown. */
	get("/", "", 200);
	assert_lacks("There are no records here yet");
	assert_has("Find a programme");
	get("/record/" SITE_ORG, "", 200);
	is_unready = false;
	get("/readyz", "", 200);
	get("/metrics", "", 200);
	assert_has("\ngspd_ready 1\n");
	get("/search?q=choir", "", 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_near_page),
		cmocka_unit_test(test_near_lost),
		cmocka_unit_test(test_since_page),
		cmocka_unit_test(test_meant_page),
		cmocka_unit_test(test_api_near),
		cmocka_unit_test(test_api_problems),
		cmocka_unit_test(test_suggest),
		cmocka_unit_test(test_unready),
	};

	return cmocka_run_group_tests(tests, visit_begin, visit_end);
}
