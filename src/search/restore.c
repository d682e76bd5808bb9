/*
 * restore: folded words as stemmers know them. Folding took the accents of
 * endings, and some stemmers know an ending only with its accent; here they
 * come back where the letters before leave no doubt. Beside these stand a
 * few endings that stemmers do not know at all. stem.c calls this before
 * libstemmer, and stem_plain() behind it.
 */
#include <string.h>

#include "search/stem_priv.h"

/* What remains before an ending, in bytes. */
#define HEAD_MIN 2

/* The first that fits is taken; longer ones come first. */
static const struct {
	uint8_t lang;
	const char *tail;
	const char *to;
} endings[] = {
	{ STEM_EN, "liness", "ly" }, /* loneliness, lonely */
	{ STEM_FR, "ieres", "ières" },
	{ STEM_FR, "iere", "ière" },
	{ STEM_FR, "ites", "ités" },
	{ STEM_FR, "ite", "ité" },
	{ STEM_FR, "ees", "ées" },
	{ STEM_FR, "ee", "ée" },
	{ STEM_PT, "coes", "ção" }, /* cancoes, cancao */
	{ STEM_PT, "cao", "ção" },
	{ STEM_PT, "oes", "ão" },
	{ STEM_PT, "ao", "ão" },
	{ STEM_PT, "ais", "al" },
	{ STEM_PT, "eis", "el" },
	{ STEM_PT, "ois", "ol" },
	{ STEM_PT, "ns", "m" }, /* jardins, jardim */
	{ STEM_FI, "inen", "isen" },
	{ STEM_RO, "tiunea", "ţiunea" },
	{ STEM_RO, "tiune", "ţiune" },
	{ STEM_RO, "tiuni", "ţiuni" },
	{ STEM_RO, "atie", "aţie" },
	{ STEM_RO, "atii", "aţii" },
	{ STEM_RO, "atia", "aţia" },
	{ STEM_CA, "cions", "ció" },
	{ STEM_CA, "cio", "ció" },
	{ STEM_CA, "ons", "o" }, /* cancons, canco */
	{ STEM_CA, "ins", "i" },
	{ STEM_CA, "ans", "a" },
};

static size_t
restore_ending(unsigned lang, char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		const char *tail = endings[i].tail;
		size_t n, to;

		if (endings[i].lang != lang)
			continue;
		n = strlen(tail);
		to = strlen(endings[i].to);
		if (len < n + HEAD_MIN || memcmp(word + len - n, tail, n) != 0)
			continue;
		memcpy(word + len - n, endings[i].to, to);
		return len - n + to;
	}
	return len;
}

/* A short i lost its breve: at the end of a word behind a vowel it was one.
 * All letters here have two bytes. */
static size_t
restore_russian(char *word, size_t len)
{
	static const char vowels[] = "аеиоуыэюя";

	if (len < 6 || memcmp(word + len - 2, "и", 2) != 0)
		return len;
	for (const char *v = vowels; *v != '\0'; v += 2) {
		if (memcmp(word + len - 4, v, 2) == 0) {
			memcpy(word + len - 2, "й", 2);
			break;
		}
	}
	return len;
}

/* Are the vowels of a word spoken in the front of the mouth? The first that
 * folding left alone says it. */
static bool
is_front(const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == 'e')
			return true;
		if (*p == 'a')
			return false;
	}
	return false;
}

/* Vowels follow each other by harmony, which tells i from dotless i, and u
 * from u with dots. */
static size_t
restore_turkish(char *word, size_t len)
{
	char out[2 * STEM_WORD_MAX];
	bool front = is_front(word, word + len), is_first = true;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char ch = word[i];

		if (ch == 'e' || ch == 'a')
			front = ch == 'e';
		if ((ch == 'i' && !front && !is_first) ||
		    ((ch == 'u' || ch == 'o') && front)) {
			memcpy(out + n,
			    ch == 'i'   ? "ı"
			    : ch == 'u' ? "ü"
					: "ö",
			    2);
			n += 2;
		} else {
			front = front || ch == 'i';
			out[n++] = ch;
		}
		if (strchr("aeiou", ch) != NULL)
			is_first = false;
	}
	memcpy(word, out, n);
	return n;
}

size_t
stem_restore(unsigned lang, char *word, size_t len)
{
	if (lang == STEM_EN)
		len = english_spelling(word, len);
	if (lang == STEM_RU)
		return restore_russian(word, len);
	if (lang == STEM_TR)
		return restore_turkish(word, len);
	return restore_ending(lang, word, len);
}

size_t
stem_plain(unsigned lang, char *stem, size_t len)
{
	static const struct {
		const char *letter; /* two bytes */
		char plain;
	} letters[] = { { "ı", 'i' }, { "ö", 'o' }, { "ü", 'u' }, { "č", 'c' },
		{ "ć", 'c' }, { "š", 's' }, { "ž", 'z' }, { "đ", 'd' },
		{ "ç", 'c' }, { "ğ", 'g' }, { "ş", 's' } };
	size_t n = 0;

	if (lang != STEM_TR && lang != STEM_SR)
		return len;
	for (size_t i = 0; i < len; i++) {
		char ch = stem[i];

		for (size_t k = 0; (unsigned char)ch >= 0x80 && i + 1 < len &&
				   k < ARRAY_LEN(letters);
		     k++) {
			if (memcmp(stem + i, letters[k].letter, 2) == 0) {
				ch = letters[k].plain;
				i++;
			}
		}
		stem[n++] = ch;
	}
	return n;
}
