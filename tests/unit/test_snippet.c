/*
 * test_snippet: the words that were searched for, marked in a text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "search/snippet.h"

static struct arena *arena;

/* Words separated by spaces; "x*" is a start. */
static const char *
mark(const char *words, const char *summary, const char *description)
{
	struct snippet_word list[64];
	struct merge_view view;
	struct record *rec = record_new(arena, RECORD_KIND_PROGRAMME,
	    "urn:gspd:xx:00000000-0000-4000-8000-000000000001", "en");
	size_t n = 0;

	if (summary != NULL)
		record_add(rec, NULL, FIELD_SUMMARY, summary, NULL);
	if (description != NULL)
		record_add(rec, NULL, FIELD_DESCRIPTION, description, NULL);
	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		list[n].word = words;
		list[n].is_prefix = len > 0 && words[len - 1] == '*';
		list[n].len = len - list[n].is_prefix;
		n++;
		words += len;
		words += *words == ' ';
	}
	memset(&view, 0, sizeof(view));
	view.rec = rec;
	return snippet(arena, list, n, &view);
}

static void
test_marks(void **state)
{
	static const struct {
		const char *words, *summary, *description, *snippet;
	} rows[] = {
		{ "choir choirs", "Two Choirs, one choir.", NULL,
		    "Two \x01"
		    "Choirs\x02, one \x01"
		    "choir\x02." },
		/* only what was asked for: no form is guessed here */
		{ "choir", "Two choirs.", NULL, "Two choirs." },
		{ "choi*", "Two choirs.", NULL,
		    "Two \x01"
		    "choirs\x02." },
		{ "hopital", "À l’Hôpital", NULL, "À l’\x01Hôpital\x02" },
		{ "合唱 唱団", "市の合唱団です", NULL,
		    "市の\x01合唱団\x02です" },
		/* the text that has more of them */
		{ "sing tea", "We sing.", "Sing, and have tea.",
		    "\x01Sing\x02, and have \x01tea\x02." },
		/* nothing: the summary */
		{ "", "We sing.", "Tea.", "We sing." },
		{ "cake", "We sing.", "Tea.", "We sing." },
		{ "tea", NULL, NULL, "" },
		{ "* ", "We", NULL, "We" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(mark(rows[i].words, rows[i].summary,
					rows[i].description),
		    rows[i].snippet);
}

static void
test_hostile(void **state)
{
	char text[30001];
	uint32_t seed = 5;
	const char *got;

	(void)state;
	for (int round = 0; round < 40; round++) {
		size_t len = (size_t)round * 700;

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525u + 1013904223u;
			text[i] = (char)(seed >> 24);
			if (text[i] == '\0')
				text[i] = 'a';
		}
		text[len] = '\0';
		got = mark("a* b c 1", text, text);
		assert_true(strlen(got) < 1000);
	}
	/* Nothing but hits. */
	for (size_t i = 0; i < sizeof(text) - 1; i += 2)
		memcpy(text + i, "a ", 2);
	text[sizeof(text) - 1] = '\0';
	got = mark("a", text, NULL);
	assert_true(strlen(got) < 1000);
	assert_non_null(strstr(got, "\x01"
				    "a\x02 \x01"
				    "a\x02"));
	arena_reset(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_hostile),
	};
	int rc;

	arena = arena_new();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(arena);
	return rc;
}
