/*
 * check: one scalar against its type, its vocabulary and its length. Called
 * by validate.c for each value; rules across fields are in rules.c. Every
 * message says what is wrong and what to do. Design: records.md.
 */
#include "record/check.h"

#include <stdio.h>
#include <string.h>

#include "record/scheme.h"

#define YEAR_FIRST    1500
#define YEAR_LAST     2199
#define LANG_MAX      35
#define CODES_MAX     400
#define CODES_SHOWN   90 /* bytes of a list of codes in a message */
#define EMAIL_LOCAL   64
#define DIGITS        "0123456789"
#define LETTERS_UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LETTERS_LOWER "abcdefghijklmnopqrstuvwxyz"
#define LETTERS       LETTERS_UPPER LETTERS_LOWER

#define WRONG(...)                                                             \
	problems_add(check->problems, false, path, value->text, __VA_ARGS__)
#define WARN(...)                                                              \
	problems_add(check->problems, true, path, value->text, __VA_ARGS__)

int
valid_lang(const char *lang)
{
	size_t n = strspn(lang, LETTERS_LOWER);

	if (n < 2 || n > 3 || strnlen(lang, LANG_MAX + 1) > LANG_MAX)
		return 0;
	for (lang += n; *lang == '-'; lang += n) {
		lang++;
		n = strspn(lang, DIGITS LETTERS);
		if (n < 1 || n > 8)
			return 0;
	}
	return *lang == '\0';
}

/* -?(0|[1-9][0-9]*)(.[0-9]+)?  as JSON and XML both read it. */
static int
valid_number(const char *text)
{
	size_t n;

	if (*text == '-')
		text++;
	n = strspn(text, DIGITS);
	if (n == 0 || (n > 1 && *text == '0'))
		return 0;
	text += n;
	if (*text == '\0')
		return 1;
	n = strspn(text + 1, DIGITS);
	return *text == '.' && n > 0 && text[1 + n] == '\0';
}

static int
valid_int(const char *text)
{
	size_t n = strspn(text, DIGITS);

	return n > 0 && text[n] == '\0' && (n == 1 || *text != '0');
}

static int
valid_year(const char *text)
{
	int year = 0;

	if (strlen(text) != 4 || strspn(text, DIGITS) != 4)
		return 0;
	for (int i = 0; i < 4; i++)
		year = 10 * year + (text[i] - '0');
	return year >= YEAR_FIRST && year <= YEAR_LAST;
}

/* RFC 5321 as people use it: no quoted local part, no address literal. */
static int
valid_email(const char *text)
{
	const char *at = strchr(text, '@');
	const char *dot;

	if (at == NULL || at == text || at - text > EMAIL_LOCAL ||
	    strchr(at + 1, '@') != NULL || strstr(text, "..") != NULL)
		return 0;
	for (const char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p <= ' ' || *p == 0x7f ||
		    strchr("()<>[]:;,\\\"", *p) != NULL)
			return 0;
	}
	dot = strrchr(at, '.');
	return *text != '.' && at[-1] != '.' && at[1] != '.' && dot != NULL &&
	       strlen(dot) > 2;
}

static int
valid_currency(const char *text)
{
	return strlen(text) == 3 && strspn(text, LETTERS_UPPER) == 3;
}

/* "arts, nature, exercise ..." as far as it fits. */
static void
list_codes(enum vocab vocab, char *ret_text, size_t len)
{
	size_t at = 0;

	ret_text[0] = '\0';
	for (size_t i = 0; i < vocab_size(vocab); i++) {
		const char *code = vocab_code(vocab, i);
		int n = snprintf(ret_text + at, len - at, "%s%s",
		    i > 0 ? ", " : "", code);

		if (n < 0 || (size_t)n >= len - at) {
			snprintf(ret_text + at, len - at, "%.*s",
			    (int)(len - at - 1), " ...");
			return;
		}
		at += (size_t)n;
	}
}

static void
check_code(struct check *check, const struct value *value, const char *path)
{
	enum vocab vocab = value->field->vocab;
	const char *codes[CODES_MAX];
	const char *near;
	char list[CODES_SHOWN];
	size_t n = vocab_size(vocab);

	if (value->field->type == FIELD_TYPE_COUNTRY)
		vocab = VOCAB_COUNTRY;
	if (vocab_has(vocab, value->text)) {
		if (strcmp(value->text, NOT_STATED) == 0)
			WARN("nobody has said: ask and fill it in");
		return;
	}
	near = vocab_match(vocab, value->text);
	n = vocab_size(vocab);
	for (size_t i = 0; i < n && i < CODES_MAX; i++)
		codes[i] = vocab_code(vocab, i);
	if (near == NULL && vocab != VOCAB_COUNTRY)
		near = nearest_name(value->text, codes,
		    n < CODES_MAX ? n : CODES_MAX);
	if (vocab == VOCAB_COUNTRY) {
		if (near != NULL)
			WRONG("not a country code of ISO 3166-1: did you mean "
			      "%s?",
			    near);
		else
			WRONG("not a country code of ISO 3166-1: write two "
			      "capitals such as CA");
		return;
	}
	list_codes(vocab, list, sizeof(list));
	if (near != NULL)
		WRONG("not in the vocabulary %s: did you mean %s?",
		    vocab_name(vocab), near);
	else
		WRONG("not in the vocabulary %s: use one of %s",
		    vocab_name(vocab), list);
}

static void
check_type(struct check *check, const struct value *value, const char *path)
{
	const char *text = value->text;
	char node[RECORD_NODE_MAX], uuid[37];

	switch (value->field->type) {
	case FIELD_TYPE_GROUP:
	case FIELD_TYPE_TEXT:
	case FIELD_TYPE_STRING: break;
	case FIELD_TYPE_CODE:
	case FIELD_TYPE_COUNTRY: check_code(check, value, path); break;
	case FIELD_TYPE_INT:
		if (!valid_int(text))
			WRONG("not a whole number: write digits only, such as "
			      "18");
		break;
	case FIELD_TYPE_NUMBER:
		if (!valid_number(text))
			WRONG("not a decimal number: write it like -0.5, with "
			      "a point and no blanks");
		break;
	case FIELD_TYPE_BOOL:
		if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
			WRONG("neither true nor false: write one of them");
		break;
	case FIELD_TYPE_YEAR:
		if (!valid_year(text))
			WRONG("not a year: write four digits from %d to %d",
			    YEAR_FIRST, YEAR_LAST);
		break;
	case FIELD_TYPE_DATE:
		if (!valid_date(text))
			WRONG("not a date: write 2026-11-21, 2026-11 or 2026");
		break;
	case FIELD_TYPE_URI:
		if (!valid_url(text))
			WRONG("not a web address: write it in full, such as "
			      "https://example.org/page");
		break;
	case FIELD_TYPE_EMAIL:
		if (!valid_email(text))
			WRONG("not an e-mail address: write it like "
			      "office@example.org");
		break;
	case FIELD_TYPE_LANG:
		if (!valid_lang(text))
			WRONG("not a language tag (BCP 47): write it like en, "
			      "cy or pt-BR");
		else if (!vocab_has(VOCAB_LANGUAGE,
			     arena_strndup(check->arena, text,
				 strcspn(text, "-"))))
			WARN("a language without a name here: check the code "
			     "(ISO 639)");
		break;
	case FIELD_TYPE_CURRENCY:
		if (!valid_currency(text))
			WRONG("not a currency (ISO 4217): write three capitals "
			      "such as EUR");
		break;
	case FIELD_TYPE_ID:
		if (record_id_split(text, node, uuid) == -1)
			WRONG("not a record id: write urn:gspd:NODE:UUID in "
			      "lower case");
		break;
	}
}

static int
is_blank(const char *text)
{
	return text[strspn(text, " \t\n")] == '\0';
}

void
check_scalar(struct check *check, const struct value *value, const char *path)
{
	const struct field *field = value->field;
	size_t len, bad;

	if (value->text == NULL || is_blank(value->text)) {
		problems_add(check->problems, false, path, "",
		    "is empty: give a value or leave the field out");
		return;
	}
	len = strlen(value->text);
	if (!valid_xml_text(value->text, len, &bad)) {
		WRONG("byte %zu is no text: remove control characters and "
		      "save the file as UTF-8",
		    bad + 1);
		return;
	}
	/* For a code the message with the right ones is worth more. */
	if (len > field->max && field->type != FIELD_TYPE_CODE &&
	    field->type != FIELD_TYPE_COUNTRY) {
		WRONG("%zu bytes are too long: shorten it to at most %u bytes",
		    len, field->max);
		return;
	}
	check_type(check, value, path);
}
