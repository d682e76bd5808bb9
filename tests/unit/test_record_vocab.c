/*
 * Vocabularies: every one is complete in all eight languages, codes are well
 * formed, labels fall back, and what people write is matched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/record.h"

static const char *const langs[] = { "en", "fr", "es", "pt", "de", "cy", "ja",
	"ar" };

static void
test_complete(void **state)
{
	(void)state;
	for (int v = VOCAB_NONE + 1; v < VOCAB_COUNT; v++) {
		enum vocab vocab = (enum vocab)v, found;

		assert_true(vocab_size(vocab) > 1);
		assert_int_equal(vocab_parse(vocab_name(vocab), &found), 0);
		assert_int_equal(found, vocab);
		for (size_t i = 0; i < vocab_size(vocab); i++) {
			const char *code = vocab_code(vocab, i);

			assert_true(vocab_has(vocab, code));
			for (size_t k = 0; k < ARRAY_LEN(langs); k++) {
				const char *label = vocab_label(vocab, code,
				    langs[k]);

				assert_true(strlen(label) > 1);
				assert_true(
				    valid_xml_text(label, strlen(label), NULL));
			}
		}
	}
	assert_int_equal(vocab_size(VOCAB_NONE), 0);
}

/* A label in Japanese or Arabic that holds no such letter was forgotten. */
static void
test_translated(void **state)
{
	(void)state;
	for (int v = VOCAB_NONE + 1; v < VOCAB_COUNT; v++) {
		enum vocab vocab = (enum vocab)v;

		for (size_t i = 0; i < vocab_size(vocab); i++) {
			const char *code = vocab_code(vocab, i);

			for (size_t k = 6; k < 8; k++) {
				const char *label = vocab_label(vocab, code,
				    langs[k]);
				int foreign = 0;

				for (const char *p = label; *p; p++)
					foreign |= (*p & 0x80) != 0;
				if (!foreign)
					fail_msg("%s %s: no %s label",
					    vocab_name(vocab), code, langs[k]);
			}
		}
	}
}

/* Whole vocabularies that no language leaves as they are in English. */
static void
test_not_english(void **state)
{
	static const enum vocab vocabs[] = { VOCAB_ZONE, VOCAB_NEED,
		VOCAB_SITUATION, VOCAB_ACCESS, VOCAB_DESIGN, VOCAB_OUTCOME };

	(void)state;
	for (size_t v = 0; v < ARRAY_LEN(vocabs); v++) {
		for (size_t k = 1; k < ARRAY_LEN(langs); k++) {
			size_t same = 0;

			for (size_t i = 0; i < vocab_size(vocabs[v]); i++) {
				const char *code = vocab_code(vocabs[v], i);

				same += strcmp(vocab_label(vocabs[v], code,
						   "en"),
					    vocab_label(vocabs[v], code,
						langs[k])) == 0;
			}
			assert_true(same * 2 < vocab_size(vocabs[v]));
		}
	}
}

static void
test_codes(void **state)
{
	(void)state;
	for (int v = VOCAB_NONE + 1; v < VOCAB_COUNT; v++) {
		const char *set = "abcdefghijklmnopqrstuvwxyz0123456789-";

		if (v == VOCAB_COUNTRY)
			set = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
		for (size_t i = 0; i < vocab_size((enum vocab)v); i++) {
			const char *code = vocab_code((enum vocab)v, i);

			assert_true(strlen(code) > 0);
			assert_int_equal(strspn(code, set), strlen(code));
		}
	}
	/* What must be there for the rest of the program. */
	assert_true(vocab_has(VOCAB_ZONE, "not-stated"));
	assert_true(vocab_has(VOCAB_ACCESS, "not-stated"));
	assert_true(vocab_has(VOCAB_DESIGN, "not-stated"));
	assert_true(vocab_has(VOCAB_EVIDENCE_TYPE, "not-stated"));
	assert_int_equal(vocab_size(VOCAB_SDG), 17);
	assert_true(vocab_size(VOCAB_COUNTRY) >= 249);
	assert_true(vocab_size(VOCAB_LANGUAGE) >= 60);
	assert_false(vocab_has(VOCAB_ZONE, "Arts"));
	assert_false(vocab_has(VOCAB_ZONE, ""));
}

static void
test_label(void **state)
{
	(void)state;
	assert_string_equal(vocab_label(VOCAB_ZONE, "arts", "pt-BR"), "Artes");
	assert_string_equal(vocab_label(VOCAB_ZONE, "arts", "FR"), "Arts");
	assert_string_equal(vocab_label(VOCAB_ZONE, "nature", "de_AT"),
	    "Natur");
	assert_string_equal(vocab_label(VOCAB_ZONE, "nature", "ta"), "Nature");
	assert_string_equal(vocab_label(VOCAB_ZONE, "nature", NULL), "Nature");
	assert_string_equal(vocab_label(VOCAB_ZONE, "nature", ""), "Nature");
	assert_string_equal(vocab_label(VOCAB_ZONE, "none", "en"), "none");
	assert_string_equal(vocab_label(VOCAB_COUNTRY, "DE", "cy"),
	    "Yr Almaen");
}

static void
test_match(void **state)
{
	char huge[2000];

	(void)state;
	assert_string_equal(vocab_match(VOCAB_ZONE, "arts"), "arts");
	assert_string_equal(vocab_match(VOCAB_ZONE, " ARTS "), "arts");
	assert_string_equal(vocab_match(VOCAB_ZONE, "Physical activity"),
	    "exercise");
	assert_string_equal(vocab_match(VOCAB_ZONE, "Doethineb"), "wisdom");
	assert_string_equal(vocab_match(VOCAB_ZONE, "芸術"), "arts");
	assert_string_equal(vocab_match(VOCAB_NEED, "Long term condition"),
	    "long-term-condition");
	assert_string_equal(vocab_match(VOCAB_COUNTRY, "United Kingdom"), "GB");
	assert_string_equal(vocab_match(VOCAB_COUNTRY, "england"), "GB");
	assert_string_equal(vocab_match(VOCAB_COUNTRY, "gb"), "GB");
	assert_string_equal(vocab_match(VOCAB_COUNTRY, "GBR"), "GB");
	assert_string_equal(vocab_match(VOCAB_COUNTRY, "Deutschland"), "DE");
	assert_string_equal(vocab_match(VOCAB_MEASURE, "MD"), "md");
	assert_string_equal(vocab_match(VOCAB_LANGUAGE, "Welsh"), "cy");
	assert_null(vocab_match(VOCAB_ZONE, "metaphysics"));
	assert_null(vocab_match(VOCAB_ZONE, ""));
	assert_null(vocab_match(VOCAB_ZONE, " - "));
	assert_null(vocab_match(VOCAB_ZONE, "\xff\xfe"));
	assert_null(vocab_match(VOCAB_NONE, "arts"));
	memset(huge, 'a', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	assert_null(vocab_match(VOCAB_ZONE, huge));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_translated),
		cmocka_unit_test(test_not_english),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_label),
		cmocka_unit_test(test_match),
	};

	return cmocka_run_group_tests_name("record_vocab", tests, NULL, NULL);
}
