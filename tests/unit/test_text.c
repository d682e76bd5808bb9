/*
 * Words by language: plural forms, dates, numbers, lists, what runs the other
 * way; and which language a page is in. Neighbours: test_web_language.c meets
 * the same as pages; tests/lint/po.sh holds the files of translators.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "web/inside.h"

#define NOW INT64_C(1795255200) /* 2026-11-21T10:00:00Z */

static struct arena *arena;
static char languages[40];
static char url[] = "https://node.example/";
static struct conf conf = { .url = url, .languages = languages };
static struct http_request req = { .query = "" };

static struct page
page_in(const char *lang)
{
	struct page page = { .req = &req,
		.arena = arena,
		.conf = &conf,
		.now = NOW,
		.q = "" };

	(void)snprintf(languages, sizeof(languages), "%s", lang);
	negotiate_page(&page, "/");
	return page;
}

static void
test_forms(void **state)
{
	static const struct {
		const char *lang;
		uint64_t n;
		unsigned form;
	} table[] = {
		{ "en", 0, 1 },
		{ "en", 1, 0 },
		{ "en", 2, 1 },
		{ "de", 0, 1 },
		{ "de", 1, 0 },
		{ "es", 1, 0 },
		{ "es", 0, 1 },
		{ "fr", 0, 0 },
		{ "fr", 1, 0 },
		{ "fr", 2, 1 },
		{ "pt", 0, 1 },
		{ "pt", 1, 0 },
		{ "pt", 2, 1 },
		{ "ja", 0, 0 },
		{ "ja", 1, 0 },
		{ "ja", 1000, 0 },
		{ "cy", 0, 0 },
		{ "cy", 1, 1 },
		{ "cy", 2, 2 },
		{ "cy", 3, 3 },
		{ "cy", 4, 5 },
		{ "cy", 5, 5 },
		{ "cy", 6, 4 },
		{ "cy", 7, 5 },
		{ "cy", 16, 5 },
		{ "ar", 0, 0 },
		{ "ar", 1, 1 },
		{ "ar", 2, 2 },
		{ "ar", 3, 3 },
		{ "ar", 10, 3 },
		{ "ar", 11, 4 },
		{ "ar", 99, 4 },
		{ "ar", 100, 5 },
		{ "ar", 102, 5 },
		{ "ar", 103, 3 },
		{ "ar", 111, 4 },
		{ "ar", 200, 5 },
		{ "ar", UINT64_MAX, 4 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct language *language = language_find(table[i].lang);

		assert_non_null(language);
		if (language->form(table[i].n) != table[i].form)
			fail_msg("%s %llu: %u", table[i].lang,
			    (unsigned long long)table[i].n,
			    language->form(table[i].n));
		assert_true(
		    language->form(table[i].n) < (unsigned)language->n_forms);
	}
}

/* The forms of the pages: each language, several numbers, no brace left. */
static void
test_every_text(void **state)
{
	static const int64_t numbers[] = { 0, 1, 2, 3, 4, 6, 11, 100, -1,
		INT64_MIN };

	(void)state;
	for (size_t i = 0; language_at(i) != NULL; i++) {
		const char *lang = language_at(i)->code;

		for (int id = 0; id < TEXT_COUNT; id++) {
			for (size_t k = 0; k < ARRAY_LEN(numbers); k++) {
				const char *said = text_fill(arena, lang,
				    (enum text_id)id, numbers[k], NULL);

				assert_null(strpbrk(said, "{}|"));
			}
			assert_true(*text_get(lang, (enum text_id)id) != '\0');
			arena_reset(arena);
		}
	}
	assert_string_equal(text_get("tlh", TEXT_SEARCH), "Search");
}

static void
test_languages(void **state)
{
	const char *const *codes;
	size_t n = text_languages(&codes);

	(void)state;
	assert_int_equal(n, 8);
	for (size_t i = 0; i < n; i++) {
		assert_true(text_has_language(codes[i]));
		assert_ptr_equal(language_find(codes[i]), language_at(i));
	}
	assert_null(language_at(n));
	assert_false(text_has_language("tlh"));
	assert_false(text_has_language(""));
	assert_string_equal(language_find("ar")->dir, "rtl");
}

static void
test_numbers(void **state)
{
	static const struct {
		const char *lang, *number, *said;
	} table[] = {
		{ "en", "12345", "12,345" },
		{ "en", "1234567.50", "1,234,567.50" },
		{ "en", "-0.42", "−0.42" },
		{ "en", "+3.1", "+3.1" },
		{ "en", "999", "999" },
		{ "fr", "1234", "1\u202f234" },
		{ "fr", "3.42", "3,42" },
		{ "es", "1234", "1234" },
		{ "es", "12345.6", "12.345,6" },
		{ "pt", "1234", "1234" },
		{ "pt", "12345", "12\u00a0345" },
		{ "de", "12345.6", "12.345,6" },
		{ "cy", "1234", "1,234" },
		{ "ja", "1234.5", "1,234.5" },
		{ "ar", "12345.6", "12,345.6" },
		{ "ar", "-0.5", "\u200e−0.5" },
		/* What is no plain number stays. */
		{ "de", "1.2.3", "1.2.3" },
		{ "de", "1e-5", "1e-5" },
		{ "de", "<0.001", "<0.001" },
		{ "de", "", "" },
		{ "de", "-", "-" },
		{ "de", "1.", "1." },
		{ "de", ".5", ".5" },
		{ "de", "--1", "--1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct page page = page_in(table[i].lang);

		assert_string_equal(page_decimal(&page, table[i].number),
		    table[i].said);
	}
	{
		struct page page = page_in("en");

		assert_string_equal(page_number(&page, INT64_MIN),
		    "−9,223,372,036,854,775,808");
		assert_string_equal(page_percent(&page, "95"), "95%");
		page = page_in("de");
		assert_string_equal(page_percent(&page, "2.5"), "2,5\u00a0%");
	}
}

static void
test_dates(void **state)
{
	static const struct {
		const char *lang, *date, *said;
	} table[] = {
		{ "en", "2026-11-21", "21 November 2026" },
		{ "en", "2026-11", "November 2026" },
		{ "en", "2026", "2026" },
		{ "en", "2026-11-01", "1 November 2026" },
		{ "fr", "2026-11-21", "21 novembre 2026" },
		{ "fr", "2026-11-01", "1er novembre 2026" },
		{ "es", "2026-11-21", "21 de noviembre de 2026" },
		{ "pt", "2026-11-21", "21 de novembro de 2026" },
		{ "pt", "2026-03", "março de 2026" },
		{ "de", "2026-03-05", "5. März 2026" },
		{ "cy", "2026-11-21", "21 Tachwedd 2026" },
		{ "ja", "2026-11-21", "2026年11月21日" },
		{ "ja", "2026", "2026年" },
		{ "ar", "2026-01-09", "9 يناير 2026" },
		{ "fr", "yesterday", "yesterday" },
		{ "fr", "2026-13-01", "2026-13-01" },
		{ "fr", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct page page = page_in(table[i].lang);

		assert_string_equal(page_date(&page, table[i].date),
		    table[i].said);
	}
}

static void
test_ages(void **state)
{
	struct page page = page_in("en");

	(void)state;
	assert_string_equal(page_age(&page, 0), "never");
	assert_string_equal(page_age(&page, NOW + 5), "just now");
	assert_string_equal(page_age(&page, NOW - 59), "just now");
	assert_string_equal(page_age(&page, NOW - 60), "1 minute ago");
	assert_string_equal(page_age(&page, NOW - 7199), "119 minutes ago");
	assert_string_equal(page_age(&page, NOW - 7200), "2 hours ago");
	assert_string_equal(page_age(&page, NOW - 172800), "2 days ago");
	assert_string_equal(page_soon(&page, 0), "in about 1 minute");
	assert_string_equal(page_soon(&page, 7200), "in about 2 hours");
	page = page_in("ar");
	assert_string_equal(page_age(&page, NOW - 7200), "قبل ساعتين");
	assert_string_equal(page_age(&page, NOW - 3 * 3600), "قبل 3 ساعات");
	assert_string_equal(page_age(&page, NOW - 11 * 3600), "قبل 11 ساعة");
	page = page_in("de");
	assert_string_equal(page_age(&page, NOW - 172800), "vor 2 Tagen");
}

static void
test_lists(void **state)
{
	static const char *const items[] = { "a", "b", "c", "d" };
	struct page page = page_in("en");

	(void)state;
	assert_string_equal(page_list(&page, items, 0), "");
	assert_string_equal(page_list(&page, items, 1), "a");
	assert_string_equal(page_list(&page, items, 2), "a and b");
	assert_string_equal(page_list(&page, items, 3), "a, b and c");
	assert_string_equal(page_list(&page, items, 4), "a, b, c and d");
	assert_string_equal(page_join(&page, NULL, "a"), "a");
	assert_string_equal(page_join(&page, "a", "b"), "a, b");
	page = page_in("fr");
	assert_string_equal(page_list(&page, items, 3), "a, b et c");
	page = page_in("ja");
	assert_string_equal(page_join(&page, "a", "b"), "a、b");
}

/* Names of the other direction do not draw in what stands beside them. */
static void
test_directions(void **state)
{
	struct page page = page_in("en");

	(void)state;
	assert_string_equal(page_join(&page, "a", "جوقة"),
	    "a, \u2068جوقة\u2069");
	page = page_in("ar");
	assert_string_equal(page_join(&page, "جوقة", "Leeds"),
	    "جوقة، \u2068Leeds\u2069");
	assert_string_equal(page_join(&page, "12", "5"), "12، 5");
}

static void
test_accept(void **state)
{
	static const struct {
		const char *accept, *wanted;
	} table[] = {
		{ "fr", "fr" },
		{ "FR-ca", "fr" },
		{ "pt-BR,pt;q=0.9", "pt" },
		{ "tlh, ja;q=0.5, de;q=0.8", "de" },
		{ "de;q=0.8,ja;q=0.8", "de" },
		{ "fr;q=0", NULL },
		{ "*", NULL },
		{ "", NULL },
		{ NULL, NULL },
		{ ",,;;q,=", NULL },
		{ "fr;q=2", NULL },
		{ "fr;q=1.000 , de", "fr" },
		{ "fr;q=0.1234", NULL },
		{ "fr;level=1", NULL },
		{ "fra", NULL },
		{ "f", NULL },
		{ "fr;", NULL },
		{ "fr; q=", NULL },
		{ "../../x", NULL },
		{ "\xff\xfe,es", "es" },
		{ "fr;q=-1", NULL },
	};
	static char huge[10 * 1024 + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const char *wanted = negotiate_wanted(arena, table[i].accept);

		if (table[i].wanted == NULL)
			assert_null(wanted);
		else
			assert_string_equal(wanted, table[i].wanted);
	}
	memset(huge, ',', sizeof(huge) - 1);
	assert_null(negotiate_wanted(arena, huge));
	memcpy(huge, "ja", 2);
	memcpy(huge + sizeof(huge) - 4, ",fr", 3);
	assert_string_equal(negotiate_wanted(arena, huge), "ja");
}

static void
test_own(void **state)
{
	static const char *const table[][2] = { { "en fr", "en" },
		{ "pt en", "pt" }, { "tlh ja", "ja" }, { "pt-BR", "pt" },
		{ "tlh", "en" }, { "", "en" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct page page = page_in(table[i][0]);

		assert_string_equal(page.lang, table[i][1]);
		assert_string_equal(page.prefix, "");
	}
}

static void
test_addresses(void **state)
{
	struct page page = page_in("pt en");

	(void)state;
	assert_string_equal(page_in_language(&page, "pt"), "/pt/");
	assert_string_equal(page_in_language(&page, "en"), "/en/");
	negotiate_page(&page, "/ja/search");
	req.query = "q=a+b&keep=x";
	assert_string_equal(page.lang, "ja");
	assert_string_equal(page_in_language(&page, "pt"),
	    "/search?q=a+b&keep=x");
	assert_string_equal(page_in_language(&page, "ar"),
	    "/ar/search?q=a+b&keep=x");
	req.query = "";
	page.canonical = "/about";
	assert_string_equal(page_canonical_in(&page, "pt"),
	    "https://node.example/about");
	assert_string_equal(page_canonical_in(&page, "ja"),
	    "https://node.example/ja/about");
	/* Never the address of another host. */
	negotiate_page(&page, "//evil.example/<b>");
	assert_string_equal(page_in_language(&page, "pt"),
	    "/evil.example/%3Cb%3E");
	negotiate_page(&page, "/en//evil.example");
	assert_string_equal(page_in_language(&page, "pt"), "/evil.example");
	negotiate_page(&page, "/en-GB/about");
	assert_string_equal(page.path, "/en-GB/about");
	assert_string_equal(page.lang, "pt");
	negotiate_page(&page, "/enx");
	assert_string_equal(page.path, "/enx");
	negotiate_page(&page, "/ar");
	assert_string_equal(page.path, "/");
	assert_string_equal(page.dir, "rtl");
}

static int
begin(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_every_text),
		cmocka_unit_test(test_languages),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_directions),
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_addresses),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
