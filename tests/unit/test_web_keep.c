/*
 * The reader's list on the pages of a site: it is read from any address,
 * carried along, changed in place, and never trusted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "visit.h"

#define PROGRAMME "ca.ERERERERQRGBEREREREREQ"
#define EVIDENCE  "ca.IiIiIiIiQiKCIiIiIiIiIg"
#define GONE      "pt.mZmZmZmZSZmJmZmZmZmZmQ"

static void
test_carried(void **state)
{
	(void)state;
	get("/", "", 200);
	assert_has("<a href=\"/list\">My list</a>");
	assert_lacks("name=\"robots\"");
	get("/?keep=" PROGRAMME, "", 200);
	assert_has("<a href=\"/list?keep=" PROGRAMME "\">My list (1)</a>");
	assert_has("name=\"robots\" content=\"noindex\"");
	assert_has("rel=\"canonical\" href=\"/\"");
	assert_has(
	    "<input type=\"hidden\" name=\"keep\" value=\"" PROGRAMME "\">");
	assert_has("href=\"/peers?keep=" PROGRAMME "\"");
	get("/en/peers?keep=" PROGRAMME "," EVIDENCE, "", 200);
	assert_has("<a href=\"/en/list?keep=" PROGRAMME "," EVIDENCE
		   "\">My list (2)</a>");
}

static void
test_changed(void **state)
{
	(void)state;
	get("/search?q=singing", "", 200);
	assert_has("href=\"/search?q=singing&amp;keep=" EVIDENCE
		   "#r-IiIiIiIiQiKCIiIiIiIiIg\" rel=\"nofollow\">Add to my "
		   "list<span class=\"unseen\">: Singing and loneliness");
	assert_has("<li class=\"card\" id=\"r-IiIiIiIiQiKCIiIiIiIiIg\"");
	get("/search?q=singing&keep=" PROGRAMME "%2C" EVIDENCE, "", 200);
	assert_has("href=\"/search?q=singing&amp;keep=" PROGRAMME
		   "#r-IiIiIiIiQiKCIiIiIiIiIg\" rel=\"nofollow\">On my list: "
		   "remove<span class=\"unseen\">: Singing and loneliness");
	get("/record/" SITE_EVIDENCE, "", 200);
	assert_has("href=\"/record/" SITE_EVIDENCE "?keep=" EVIDENCE
		   "\" rel=\"nofollow\">Add to my list");
	get("/record/" SITE_EVIDENCE "?keep=" EVIDENCE, "", 200);
	assert_has("href=\"/record/" SITE_EVIDENCE
		   "\" rel=\"nofollow\">On my list: remove");
	/* By the id that another node gave it. */
	get("/record/" SITE_EVIDENCE "?keep=sg.MzMzMzMzQzODMzMzMzMzMw", "",
	    200);
	assert_has("On my list: remove");
}

static void
test_hostile(void **state)
{
	static const char *const bad[] = { "%3Cscript%3E", "%22%3E", "%00",
		"..", "%FF%FE", ",,,,,,,,", "ca.%3C%3E%22%27aaaaaaaaaaaaaaaaaa",
		"javascript:alert(1)", "%zz" };
	char target[400];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		(void)snprintf(target, sizeof(target), "/about?keep=%s",
		    bad[i]);
		get(target, "", 200);
		assert_has(">My list</a>");
		assert_lacks("keep=");
		assert_lacks("name=\"keep\"");
		assert_lacks("<script");
		assert_lacks("javascript:");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_carried),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_hostile),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, visit_begin, visit_end);
}
