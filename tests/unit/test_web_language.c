/*
 * Pages in other languages, over HTTP: the address decides, the front page
 * asks the browser, nothing else does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "visit.h"

static void
test_prefixes(void **state)
{
	static const char *const codes[] = { "en", "fr", "es", "pt", "de", "cy",
		"ja", "ar" };
	static const char *const paths[] = { "/", "/search?q=choir", "/about",
		"/peers", "/record/" SITE_PROGRAMME };
	char text[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		for (size_t k = 0; k < ARRAY_LEN(paths); k++) {
			(void)snprintf(text, sizeof(text), "/%s%s", codes[i],
			    paths[k]);
			get(text, "", 200);
			(void)snprintf(text, sizeof(text),
			    "<html lang=\"%s\" dir=\"%s\">", codes[i],
			    i == 7 ? "rtl" : "ltr");
			assert_has(text);
			assert_header("Content-Language", codes[i]);
			assert_header("Vary", "Accept-Encoding");
			(void)snprintf(text, sizeof(text), "href=\"/%s/peers\"",
			    codes[i]);
			assert_has(text);
		}
	}
}

static void
test_words(void **state)
{
	(void)state;
	get("/pt/search?q=choir", "", 200);
	assert_has("1 registo para");
	assert_has("action=\"/pt/search\"");
	get("/ar/search?q=choir", "", 200);
	assert_has("سجل واحد");
	get("/ja/record/" SITE_PROGRAMME, "", 200);
	assert_has("2026年10月1日");
	get("/fr/nowhere", "", 404);
	assert_has("lang=\"fr\"");
	assert_lacks("There is no such page");
	get("/en-GB/", "", 404);
	get("/xx/", "", 404);
	get("/EN/", "", 404);
}

static void
test_front_page(void **state)
{
	char lines[10 * 1024 + 100];

	(void)state;
	get("/", "", 200);
	assert_header("Content-Language", "en");
	get("/", "Accept-Language: pt-PT,pt;q=0.9,en;q=0.5\r\n", 302);
	assert_header("Location", "/pt/");
	assert_header("Vary", "Accept-Language");
	get("/", "Accept-Language: en-GB,fr;q=0.5\r\n", 200);
	get("/", "Accept-Language: tlh\r\n", 200);
	/* Said once, it is not asked again. */
	get("/?keep=", "Accept-Language: pt\r\n", 200);
	get("/en/", "Accept-Language: pt\r\n", 200);
	assert_header("Content-Language", "en");
	get("/about", "Accept-Language: pt\r\n", 200);
	assert_header("Content-Language", "en");
	get("/search?q=choir", "Accept-Language: ar\r\n", 200);
	assert_has("1 record for");
	/* 10 KB of it: refused or passed over, never followed. */
	memset(lines, 'a', sizeof(lines));
	memcpy(lines, "Accept-Language: ", 17);
	memcpy(lines + 10 * 1024, "\r\n", 3);
	client_get(site.port, "/", lines, &out);
	assert_true(client_status(&out) == 200 || client_status(&out) == 431);
	get("/", "Accept-Language: fr\r\nAccept-Language: ../x\r\n", 302);
	assert_header("Location", "/fr/");
}

static void
test_alternates(void **state)
{
	(void)state;
	get("/pt/about", "", 200);
	assert_has("rel=\"canonical\" href=\"http://127.0.0.1/pt/about\"");
	assert_has("hreflang=\"ar\" href=\"http://127.0.0.1/ar/about\"");
	assert_has("hreflang=\"x-default\" href=\"http://127.0.0.1/about\"");
	/* The node's own language has one address, with or without it. */
	get("/en/about", "", 200);
	assert_has("rel=\"canonical\" href=\"http://127.0.0.1/about\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_front_page),
		cmocka_unit_test(test_alternates),
	};

	return cmocka_run_group_tests(tests, visit_begin, visit_end);
}
