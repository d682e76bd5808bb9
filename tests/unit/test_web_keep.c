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

#include "http/limits.h"
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
	assert_has("rel=\"canonical\" href=\"http://127.0.0.1/\"");
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
		assert_lacks("/list?keep=");
		assert_lacks("/peers?keep=");
		assert_lacks("name=\"keep\"");
		assert_lacks("<script");
		assert_lacks("=\"javascript:");
	}
}

static void
test_list(void **state)
{
	(void)state;
	get("/list", "", 200);
	assert_has("<h1>Your list is empty</h1>");
	assert_has("bookmark this page");
	assert_has("name=\"robots\" content=\"noindex\"");
	assert_lacks("Share this list");
	/* In the order in which they were added; what is gone says so. */
	get("/list?keep=" EVIDENCE "," GONE "," PROGRAMME, "", 200);
	assert_has("<h1>3 records on my list</h1>");
	assert_true(strstr(client_body(&out), "Singing and loneliness") <
		    strstr(client_body(&out), "It came from node pt."));
	assert_true(
	    strstr(client_body(&out), "It came from node pt.") <
	    strstr(client_body(&out), "<a href=\"/record/" SITE_PROGRAMME));
	assert_has("href=\"/list?keep=" EVIDENCE "," PROGRAMME
		   "\" rel=\"nofollow\">On my list: remove");
	assert_has("name=\"c\" form=\"compare\" value=\"" PROGRAMME "\"");
	assert_lacks("value=\"" GONE "\"");
	assert_has("http://127.0.0.1/list?keep=" EVIDENCE "," GONE "," PROGRAMME
		   "</textarea>");
	assert_has("href=\"mailto:?subject=3%20records");
	assert_has("http%3A%2F%2F127.0.0.1%2Flist%3Fkeep%3D" EVIDENCE "%2C");
	assert_has("<a href=\"/list\">Remove all");
	assert_lacks("<script");
	assert_has(
	    "href=\"/list.ris?keep=" EVIDENCE "," GONE "," PROGRAMME "\"");
	/* What is here of it as a file, in the same order. */
	get("/list.ris?keep=" GONE "," EVIDENCE "," PROGRAMME, "", 200);
	assert_has("TI  - Singing and loneliness");
	get("/list.csv?keep=" PROGRAMME, "", 200);
	assert_has(SITE_PROGRAMME);
	assert_lacks(SITE_EVIDENCE);
	get("/list.json", "", 200);
	get("/list.exe?keep=" PROGRAMME, "", 404);
	/* Nothing to compare with. */
	get("/list?keep=" EVIDENCE, "", 200);
	assert_lacks("id=\"compare\"");
}

static void
test_compare(void **state)
{
	(void)state;
	get("/compare", "", 200);
	assert_has("<h1>Nothing to compare yet</h1>");
	get("/compare?c=x&c=%3Cb%3E&c=" GONE, "", 200);
	assert_has("Nothing to compare yet");
	assert_has("is not here any more and is left out");
	/* Two of a kind and one of another: rows that both have. */
	get("/compare?c=" PROGRAMME "&c=" EVIDENCE "&keep=" PROGRAMME, "", 200);
	assert_has("<h1>2 records side by side</h1>");
	assert_has("<th scope=\"row\">Zone\n<span class=\"note\">differs");
	assert_has("<th scope=\"row\">Node\n</th>");
	assert_lacks(">Verdict");
	assert_lacks(">Ways in");
	assert_has("href=\"/compare?c=" EVIDENCE "&amp;keep=" PROGRAMME "\"");
	assert_has("href=\"/record/" SITE_EVIDENCE "?keep=" PROGRAMME "\"");
	assert_has("Choir &quot;&gt;&lt;script&gt;");
	assert_lacks("<script");
	assert_lacks("javascript:");
	/* One alone has no differences and nothing to leave out. */
	get("/compare?c=" SITE_EVIDENCE, "", 200);
	assert_has("<h1>1 record to compare</h1>");
	assert_has(">Verdict");
	assert_has(" \u22120.05");
	assert_has("\u22120.2 to 0.1");
	assert_lacks("differs");
	assert_lacks("Leave out");
	get("/fr/compare?c=" SITE_EVIDENCE, "", 200);
	assert_has(" \u22120,05");
	assert_has("\u22120,2 \u00e0 0,1");
	/* The same by another node's id is one record. */
	get("/compare?c=" EVIDENCE "&c=" SITE_SAME "&c=" EVIDENCE, "", 200);
	assert_has("<h1>1 record to compare</h1>");
	get("/compare?c=" PROGRAMME "&c=" EVIDENCE "&c=" SITE_ORG
	    "&c=" SITE_RESOURCE "&c=" GONE,
	    "", 200);
	assert_has("<h1>4 records side by side</h1>");
	assert_has("Only the first 4");
}

/* A link of a page of ours; how long it is, as it would be asked for. */
static size_t
link_len(const char *href, char *ret_link, size_t size)
{
	size_t n = 0;

	for (const char *p = href; *p != '"' && *p != '#' && n + 1 < size;) {
		ret_link[n++] = *p;
		p += strncmp(p, "&amp;", 5) == 0 ? 5 : 1;
	}
	ret_link[n] = '\0';
	return n;
}

/* However long the words are: the list makes no link one that we refuse. */
static void
test_long(void **state)
{
	static const char start[] = "href=\"/";
	char target[2 * HTTP_TARGET_MAX], link[2 * HTTP_TARGET_MAX];
	static const char *const forms[] = { "/search?q=singing+",
		"/pt/search?q=singing+", "/map?q=singing+" };
	char words[HTTP_TARGET_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		for (size_t spare = 0; spare < 300; spare += 23) {
			size_t tail = strlen("&keep=" PROGRAMME "," GONE);
			int n;

			n = (int)(HTTP_TARGET_MAX - tail - strlen(forms[i]) -
				  spare);
			memset(words, 'x', (size_t)n);
			for (int k = 20; k < n; k += 20)
				words[k] = '+';
			words[n] = '\0';
			(void)snprintf(target, sizeof(target),
			    "%s%s&keep=" PROGRAMME "," GONE, forms[i], words);
			get(target, "", 200);
			for (const char *p = client_body(&out);
			     (p = strstr(p, start)) != NULL; p++) {
				if (link_len(p + strlen(start) - 1, link,
					sizeof(link)) > HTTP_TARGET_MAX &&
				    strstr(link, "keep=") != NULL)
					fail_msg("%zu bytes: %s", strlen(link),
					    link);
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_carried),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_long),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, visit_begin, visit_end);
}
