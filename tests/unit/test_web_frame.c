/*
 * What stands around every page, results with all filters, browsing, the
 * pages about the directory, and addresses that make no sense. The engine is
 * bent where a small site has too little of something.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "search/search.h"
#include "visit.h"

#define PAGE_BYTES 30720
#define CARDS      20

/* Every facet with every value that there is, and a full page of cards. */
static atomic_bool is_full;

int __real_search_run(struct search *search, struct arena *arena,
    const struct search_query *query, struct search_result *ret_result,
    struct err *err);
int __wrap_search_run(struct search *search, struct arena *arena,
    const struct search_query *query, struct search_result *ret_result,
    struct err *err);

static enum vocab
vocab_of(enum search_facet facet)
{
	if (facet == SEARCH_TYPE)
		return VOCAB_RESOURCE_TYPE;
	return search_facet_vocab(facet, "");
}

static void
fill_facet(struct arena *arena, enum search_facet facet,
    struct search_result *result)
{
	enum vocab vocab = vocab_of(facet);
	size_t n = vocab != VOCAB_NONE ? vocab_size(vocab) : 200;
	struct search_count *items = arena_alloc(arena, n * sizeof(*items));

	for (size_t i = 0; i < n; i++) {
		items[i].value = vocab != VOCAB_NONE
				     ? vocab_code(vocab, i)
				     : arena_printf(arena, "x%zu", i);
		items[i].n = (int64_t)(1000 - i * 3);
		items[i].is_selected = i == n - 1;
	}
	result->facets[facet].items = items;
	result->facets[facet].n = n;
}

int
__wrap_search_run(struct search *search, struct arena *arena,
    const struct search_query *query, struct search_result *ret_result,
    struct err *err)
{
	struct search_hit *hits;

	if (__real_search_run(search, arena, query, ret_result, err) == -1)
		return -1;
	if (!is_full || ret_result->n_hits == 0)
		return 0;
	for (unsigned i = 0; i < SEARCH_FACET_COUNT; i++)
		fill_facet(arena, (enum search_facet)i, ret_result);
	hits = arena_alloc(arena, CARDS * sizeof(*hits));
	for (size_t i = 0; i < CARDS; i++)
		hits[i] = ret_result->hits[i % ret_result->n_hits];
	ret_result->hits = hits;
	ret_result->n_hits = CARDS;
	ret_result->count = 12345;
	return 0;
}

static int
count(const char *part)
{
	int n = 0;

	for (const char *p = client_body(&out); (p = strstr(p, part)) != NULL;
	     p += strlen(part))
		n++;
	return n;
}

/* Position in the page, which must have it. */
static size_t
place(const char *text)
{
	const char *p = strstr(client_body(&out), text);

	if (p == NULL)
		fail_msg("no '%s' in: %s", text, client_body(&out));
	return (size_t)(p - client_body(&out));
}

static void
test_around(void **state)
{
	static const char *const pages[] = { "/", "/search?q=choir", "/browse",
		"/about", "/accessibility", "/privacy", "/developers", "/peers",
		"/record/" SITE_ORG };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		get(pages[i], "", 200);
		assert_true(place("role=\"search\"") < place("<main"));
		assert_has("href=\"/search?kind=programme\">Programmes</a>");
		assert_has("href=\"/browse\"");
		assert_has("href=\"/map\">Map</a>");
		assert_has("The copies of 2 nodes were all last checked on 21 "
			   "November 2026 or later.");
		assert_lacks("in time.");
		assert_has("href=\"/peers\">How fresh each source is</a>");
		assert_has("href=\"/accessibility\">Accessibility</a>");
		assert_has("href=\"/privacy\">Privacy</a>");
		assert_has("href=\"/developers\">Data and interfaces</a>");
		assert_has("mailto:who@example.org");
		/* On paper the page says where it was. */
		assert_has("<p class=\"paper\">http://127.0.0.1/");
	}
	get("/browse", "", 200);
	assert_has("<a href=\"/browse\" aria-current=\"page\">Browse</a>");
	get("/en/search?q=a%3Cb&sort=year", "", 200);
	assert_has("<p class=\"paper\">http://127.0.0.1/en/search?q=a%3Cb&amp;"
		   "sort=year</p>");
	assert_has("action=\"/en/search\"");
	assert_has("href=\"/en/privacy\"");
	/* The same page in each language, by its own name. */
	assert_has("<a href=\"/ja/search?q=a%3Cb&amp;sort=year\" "
		   "hreflang=\"ja\" lang=\"ja\" dir=\"ltr\">");
	assert_has("hreflang=\"ar\" lang=\"ar\" dir=\"rtl\">");
	get("/about", "", 200);
	assert_has("rel=\"canonical\" href=\"http://127.0.0.1/about\"");
}

static void
test_results(void **state)
{
	(void)state;
	get("/search?q=singing", "", 200);
	assert_has("for “singing”");
	/* One form, and one button for all filters. */
	assert_int_equal(count("<form"), 1);
	assert_int_equal(count("<button"), 2);
	assert_has("<button form=\"search\">Apply</button>");
	assert_has("<mark>");
	/* The verdict of evidence comes before its strength. */
	assert_has("<strong>No effect found</strong>");
	assert_has("2021 · Randomised trial");
	assert_has("<p class=\"paper\">http://127.0.0.1/record/urn:gspd:");
	/* What stays open without a kind, and what folds. */
	assert_has("<details class=\"facet\" open>\n<summary>Kind<");
	assert_has("<details class=\"facet\">\n<summary>Strength of evidence<");
	get("/search?kind=evidence", "", 200);
	assert_has("<details class=\"facet\" open>\n<summary>Strength of "
		   "evidence<");
	assert_has("name=\"strength\" value=\"trial\"> <span>Randomised "
		   "trial</span> <span class=\"count\">1</span>");
	assert_has("name=\"robots\" content=\"noindex\"");
	/* What is chosen opens its facet. */
	get("/search?strength=trial", "", 200);
	assert_has("<details class=\"facet\" open>\n<summary>Strength");
	assert_has("value=\"trial\" checked>");
	assert_has("aria-label=\"Remove filter Randomised trial\"");
}

static void
test_take(void **state)
{
	(void)state;
	get("/en/search?q=singing&kind=evidence&sort=year", "", 200);
	assert_has("Take these results with you");
	/* Files carry the language, for titles. */
	assert_has("href=\"/en/search.ris?q=singing&amp;kind=evidence&amp;"
		   "sort=year\">RIS</a>");
	assert_has("href=\"/en/search.ndjson?q=singing&amp;");
	assert_has("href=\"/en/search.atom?q=singing&amp;");
	assert_has("href=\"/en/map?q=singing&amp;");
	get("/search?q=xyzzyx", "", 200);
	assert_lacks("Take these");
}

static void
test_language_of_cards(void **state)
{
	(void)state;
	get("/search?q=choir", "", 200);
	assert_lacks("<span>in English</span>");
	assert_lacks("lang=\"fr\" dir=\"auto\"");
	get("/de/search?q=singing", "", 200);
	assert_has("<span lang=\"en\" dir=\"auto\">Singing and loneliness");
	assert_has("Englisch</span>");
}

/* A filter nobody has: an empty answer that says which one it is. */
static void
test_unknown_filter(void **state)
{
	(void)state;
	get("/search?q=choir&zone=%3Cscript%3E", "", 200);
	assert_has("Nothing found for “choir”");
	assert_has("Zone: no record has “&lt;script&gt;”");
	assert_has("aria-label=\"Remove filter &lt;script&gt;\"");
	assert_has("href=\"/search?q=choir\" aria-label");
	get("/search?node=xx", "", 200);
	assert_has("Node: no record has “xx”");
	/* Beside one that finds something it is a notice. */
	get("/search?zone=arts,artz", "", 200);
	assert_has("Zone: no record has “artz”");
	assert_has("class=\"card\"");
	/* Known ones without records are no mistake. */
	get("/search?zone=nature&node=sg", "", 200);
	assert_lacks("no record has");
	get("/search?country=ca", "", 200);
	assert_lacks("no record has");
}

static void
test_senseless(void **state)
{
	static const char *const targets[] = { "/search?q=choir&page=-1",
		"/search?q=choir&page=0", "/search?q=choir&page=x",
		"/search?q=choir&page=501", "/search?q=choir&page=99999999999",
		"/search?q=choir&sort=sideways",
		"/search?q=choir&checked_since=2026-02-30" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		get(targets[i], "", 400);
		assert_header("Content-Type", "text/html; charset=utf-8");
		assert_has("value=\"choir\"");
		assert_has("<a href=\"/search?q=choir\">Search again for "
			   "“choir”");
		assert_has("href=\"/browse\"");
		assert_int_equal(count("<h1"), 1);
	}
	get("/search?q=choir&page=2", "", 404);
	assert_has("There is no page 2: this search has one page.");
	assert_has("rel=\"prev\" href=\"/search?q=choir\"");
	assert_has("value=\"choir\"");
	get("/search?q=%ff", "", 400);
	assert_has("This address can not be read");
	assert_lacks("Search again for");
	get("/search?q=%zz&page=1", "", 400);
	get("/browse/nothing", "", 404);
	assert_has("href=\"/browse\"");
	get("/browse?q=%ff", "", 200);
}

static void
test_browse(void **state)
{
	(void)state;
	get("/en/browse", "", 200);
	assert_has("<a href=\"#need\">What a person struggles with</a>");
	assert_has("<h2 id=\"need\">");
	assert_has("<a href=\"/en/search?need=loneliness\">Loneliness</a> "
		   "<span class=\"count\">1</span>");
	assert_has("<a href=\"/en/search?country=SG\">");
	/* By label; strengths from strong to weak. */
	is_full = true;
	get("/browse", "", 200);
	assert_true(place(">Canada</a>") < place(">Cyprus</a>"));
	assert_true(place(">Cyprus</a>") < place(">Singapore</a>"));
	assert_true(place("strength=review") < place("strength=trial"));
	assert_true(place("strength=trial") < place("strength=not-stated"));
	is_full = false;
}

/* As large as a page of results gets. */
static void
test_size(void **state)
{
	(void)state;
	is_full = true;
	get("/search?q=singing", "", 200);
	assert_int_equal(count("<li class=\"card\""), CARDS);
	assert_int_equal(count("class=\"facet\""), SEARCH_FACET_COUNT);
	assert_true(count("type=\"checkbox\"") > 250);
	assert_has("12,345 records");
	get("/search?q=singing", "Accept-Encoding: gzip\r\n", 200);
	if (client_body_len(&out) > PAGE_BYTES)
		fail_msg("%zu bytes", client_body_len(&out));
	get("/browse", "Accept-Encoding: gzip\r\n", 200);
	assert_true(client_body_len(&out) <= PAGE_BYTES);
	is_full = false;
}

static void
test_about(void **state)
{
	(void)state;
	get("/about", "", 200);
	assert_has("Write to who@example.org");
	get("/accessibility", "", 200);
	assert_has("WCAG");
	assert_has("who@example.org");
	get("/privacy", "", 200);
	assert_has("no cookies");
	assert_string_equal(client_header(&out, "Set-Cookie", (char[8]){ 0 },
				8),
	    "");
	get("/developers", "", 200);
	assert_has("href=\"/api/v1/search?q=choir\"");
	assert_has("href=\"/sitemap.xml\"");
	assert_lacks("{");
}

static void
test_front(void **state)
{
	(void)state;
	get("/", "", 200);
	assert_has("class=\"top front\"");
	assert_has("<a href=\"/search?q=lonely%20older%20people\">");
	assert_has("href=\"/evidence-map\"");
	assert_has("href=\"/browse\"><strong>Browse by need</strong>");
	get("/browse", "", 200);
	assert_lacks("top front");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_around),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_language_of_cards),
		cmocka_unit_test(test_unknown_filter),
		cmocka_unit_test(test_senseless),
		cmocka_unit_test(test_browse),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_about),
		cmocka_unit_test(test_front),
	};

	return cmocka_run_group_tests(tests, visit_begin, visit_end);
}
