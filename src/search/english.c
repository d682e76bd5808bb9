/*
 * english: British and American spelling as one, and words that the English
 * stemmer throws together though nobody means both. Both sides of a search
 * go through this, so a spelling that exists nowhere does no harm. stem.c
 * calls it before libstemmer.
 */
#include <string.h>

#include "search/stem_priv.h"

/* Letters before a spelling that has two: "colour" has it, "hour" has not. */
#define HEAD_MIN 3

static bool
is_one_of(char ch, const char *set)
{
	return ch != '\0' && strchr(set, ch) != NULL;
}

/* What stands at word[i] of a word that ends in NUL; *ret_cut of its letters
 * become the text. NULL: it stays. */
static const char *
other_spelling(const char *word, size_t i, size_t *ret_cut)
{
	static const struct {
		const char *from;
		const char *to;
	} rows[] = {
		{ "lyz", "lys" }, /* analyze */
		{ "nroll", "nrol" },
		{ "lfill", "lfil" },
		{ "practis", "practic" },
		{ "licenc", "licens" },
		{ "defenc", "defens" },
		{ "offenc", "offens" },
		{ "dgement", "dgment" },
	};
	const char *p = word + i;

	switch (*p) {
	case 'o':
		/* colour, neighbourhood */
		if (i < HEAD_MIN || strncmp(p, "our", 3) != 0)
			break;
		*ret_cut = 3;
		return "or";
	case 'e':
		/* counselling, counsellor */
		if (i < HEAD_MIN || strncmp(p, "ell", 3) != 0 ||
		    !is_one_of(p[3], "aeio"))
			return NULL;
		*ret_cut = 3;
		return "el";
	case 'i':
		/* organization: the stemmer would make that an organ */
		if (i < HEAD_MIN || p[1] != 'z' || !is_one_of(p[2], "aei"))
			return NULL;
		*ret_cut = 2;
		return "is";
	case 'a':
		/* paediatric, anaesthetic */
		if (p[1] != 'e' || !is_one_of(p[2], "cdmnos"))
			return NULL;
		*ret_cut = 2;
		return "e";
	case 'd':
	case 'l':
	case 'n':
	case 'p': break;
	default: return NULL;
	}
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		size_t n = strlen(rows[k].from);

		if (strncmp(p, rows[k].from, n) == 0) {
			*ret_cut = n;
			return rows[k].to;
		}
	}
	return NULL;
}

/* Endings, with or without -s. None gets longer. */
static const struct {
	const char *tail;
	const char *to;
} tails[] = {
	{ "tre", "ter" },                 /* centre */
	{ "bre", "ber" }, { "mme", "m" }, /* programme */
	{ "logue", "log" },               /* catalogue */
};

static size_t
spell_tail(char *word, size_t len)
{
	bool is_plural = len > 0 && word[len - 1] == 's';
	size_t end = len - is_plural;

	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		size_t n = strlen(tails[i].tail), to = strlen(tails[i].to);

		if (end < n + HEAD_MIN - 1 ||
		    memcmp(word + end - n, tails[i].tail, n) != 0)
			continue;
		memcpy(word + end - n, tails[i].to, to);
		end = end - n + to;
		if (is_plural)
			word[end++] = 's';
		return end;
	}
	return len;
}

size_t
english_spelling(char *word, size_t len)
{
	size_t n = 0, cut;

	len = spell_tail(word, len);
	word[len] = '\0';
	/* What is written never overtakes what is read. */
	for (size_t i = 0; i < len; i += cut) {
		const char *to = other_spelling(word, i, &cut);

		if (to == NULL) {
			cut = 1;
			word[n++] = word[i];
			continue;
		}
		memcpy(word + n, to, strlen(to));
		n += strlen(to);
	}
	return n;
}

size_t
english_apart(const char *word, size_t len)
{
	/* Starts of words that are a stem of their own. */
	static const char *const starts[] = { "authorit", "customer",
		"designat", "emergenc", "executiv", "experiment", "hospitalit",
		"importan", "organic", "paste", "physician", "rational",
		"several", "universal", "universit" };

	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		size_t n = strlen(starts[i]);

		if (len >= n && memcmp(word, starts[i], n) == 0)
			return n;
	}
	return 0;
}
