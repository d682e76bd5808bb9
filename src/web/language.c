/*
 * language: the table of interface languages, after CLDR. Numbers in Arabic
 * pages have the digits 0 to 9 with comma and point, as health services from
 * Morocco to the Gulf write them beside Latin names and addresses; readers of
 * both kinds of digits know these. Neighbours: text.c, locale.c.
 */
#include "web/language.h"

#include <string.h>

#define NARROW_SPACE "\xe2\x80\xaf" /* U+202F */
#define WIDE_SPACE   "\xc2\xa0"     /* U+00A0 */
#define MINUS        "\xe2\x88\x92" /* U+2212 */
#define LEFT_MARK    "\xe2\x80\x8e" /* U+200E: keeps the sign in front */

static unsigned
form_one(uint64_t n)
{
	return n != 1;
}

static unsigned
form_french(uint64_t n)
{
	return n > 1;
}

static unsigned
form_same(uint64_t n)
{
	(void)n;
	return 0;
}

static unsigned
form_welsh(uint64_t n)
{
	if (n <= 3)
		return (unsigned)n;
	return n == 6 ? 4 : 5;
}

static unsigned
form_arabic(uint64_t n)
{
	if (n <= 2)
		return (unsigned)n;
	if (n % 100 >= 3 && n % 100 <= 10)
		return 3;
	return n % 100 >= 11 ? 4 : 5;
}

#define ONE_AND_MANY "nplurals=2; plural=(n != 1);"

static const struct language languages[] = {
	{ "en", "English", "ltr", 2, form_one, ONE_AND_MANY, ",", ".", MINUS,
	    4 },
	{ "fr", "Français", "ltr", 2, form_french,
	    "nplurals=2; plural=(n > 1);", NARROW_SPACE, ",", MINUS, 4 },
	{ "es", "Español", "ltr", 2, form_one, ONE_AND_MANY, ".", ",", MINUS,
	    5 },
	{ "pt", "Português", "ltr", 2, form_one, ONE_AND_MANY, WIDE_SPACE, ",",
	    MINUS, 5 },
	{ "de", "Deutsch", "ltr", 2, form_one, ONE_AND_MANY, ".", ",", MINUS,
	    4 },
	{ "cy", "Cymraeg", "ltr", 6, form_welsh,
	    "nplurals=6; plural=(n==0) ? 0 : (n==1) ? 1 : (n==2) ? 2 : "
	    "(n==3) ? 3 : (n==6) ? 4 : 5;",
	    ",", ".", MINUS, 4 },
	{ "ja", "日本語", "ltr", 1, form_same, "nplurals=1; plural=0;", ",",
	    ".", MINUS, 4 },
	{ "ar", "العربية", "rtl", 6, form_arabic,
	    "nplurals=6; plural=(n==0) ? 0 : (n==1) ? 1 : (n==2) ? 2 : "
	    "(n%100>=3 && n%100<=10) ? 3 : (n%100>=11) ? 4 : 5;",
	    ",", ".", LEFT_MARK MINUS, 4 },
};

const struct language *
language_find(const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
		if (strcmp(languages[i].code, code) == 0)
			return &languages[i];
	}
	return NULL;
}

const struct language *
language_at(size_t i)
{
	return i < ARRAY_LEN(languages) ? &languages[i] : NULL;
}
