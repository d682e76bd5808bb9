/*
 * arabic: a word without article, and without the endings that change least
 * of its meaning. After the "light10" stemmer of Larkey, Ballesteros and
 * Connell, on letters that token.c has made one (alef, teh marbuta, alef
 * maksura). Used by stem.c and plural.c.
 */
#include <string.h>

#include "search/stem_priv.h"
#include "search/token.h"

/* All letters here have two bytes. */
#define LETTER 2

/* Article, alone and behind a one-letter word written together with it. */
static const char *const articles[] = {
	"\xd9\x88\xd8\xa7\xd9\x84", /* wal- */
	"\xd8\xa8\xd8\xa7\xd9\x84", /* bal- */
	"\xd9\x83\xd8\xa7\xd9\x84", /* kal- */
	"\xd9\x81\xd8\xa7\xd9\x84", /* fal- */
	"\xd8\xa7\xd9\x84",         /* al- */
	"\xd9\x84\xd9\x84",         /* lil- */
};

/* Pronouns, plurals, feminine: each is taken off once, in this order. */
static const char *const endings[] = {
	"\xd9\x87\xd8\xa7", /* -ha */
	"\xd8\xa7\xd9\x86", /* -an */
	"\xd8\xa7\xd8\xaa", /* -at */
	"\xd9\x88\xd9\x86", /* -un */
	"\xd9\x8a\xd9\x86", /* -in */
	"\xd9\x8a\xd9\x87", /* -iya, also -ih */
	"\xd9\x87",         /* -a, also -h */
	"\xd9\x8a",         /* -i */
};

size_t
arabic_article(const char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(articles); i++) {
		size_t n = strlen(articles[i]);

		if (len >= n + 2 * LETTER && memcmp(word, articles[i], n) == 0)
			return n;
	}
	return 0;
}

size_t
arabic_stem(const char **word, size_t len)
{
	size_t n = arabic_article(*word, len);

	/* "and" is written together with what follows; a root of three
	 * letters may begin with it. */
	if (n == 0 && len > 4 * LETTER && memcmp(*word, "\xd9\x88", 2) == 0)
		n = LETTER;
	*word += n;
	len -= n;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		n = strlen(endings[i]);
		if (len >= n + 3 * LETTER &&
		    memcmp(*word + len - n, endings[i], n) == 0)
			len -= n;
	}
	return len;
}
