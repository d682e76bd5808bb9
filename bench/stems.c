/*
 * stems: words on standard input, one a line -> those that no other of them
 * shares a stem with, in any language of the corpus. gspd finds other forms of
 * a word and its peers do not: with these words all count the same
 * (bench/queries --alone).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/stem.h"

#define WORDS_MAX 100000

struct pair {
	uint32_t key;
	uint32_t word;
};

static const char *const languages[] = { "en", "fr", "es", "pt", "de", "ja",
	"zh", "ar", "cy", "nl", "fi", "da" };

static char *words[WORDS_MAX];
static bool is_shared[WORDS_MAX];

static int
by_key(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static size_t
read_words(void)
{
	char *line = NULL;
	size_t size = 0, n = 0;
	ssize_t len;

	while (n < WORDS_MAX && (len = getline(&line, &size, stdin)) != -1) {
		if (len > 0 && line[len - 1] == '\n')
			line[len - 1] = '\0';
		words[n++] = xstrdup(line);
	}
	free(line);
	return n;
}

static size_t
read_keys(struct pair *pairs, size_t n)
{
	struct stemmer *stemmer = stemmer_new();
	uint32_t keys[STEM_KEYS_MAX], langs = 0;
	size_t total = 0;

	for (size_t i = 0; i < ARRAY_LEN(languages); i++)
		langs |= stem_lang(languages[i]);
	for (size_t i = 0; i < n; i++) {
		size_t n_keys = stem_keys(stemmer, words[i], strlen(words[i]),
		    langs, keys);

		for (size_t k = 0; k < n_keys; k++)
			pairs[total++] = (struct pair){ keys[k], (uint32_t)i };
	}
	stemmer_free(stemmer);
	return total;
}

int
main(void)
{
	size_t n = read_words(), total;
	struct pair *pairs = xcalloc(n * STEM_KEYS_MAX + 1, sizeof(*pairs));

	total = read_keys(pairs, n);
	qsort(pairs, total, sizeof(*pairs), by_key);
	for (size_t i = 1; i < total; i++) {
		if (pairs[i].key == pairs[i - 1].key &&
		    pairs[i].word != pairs[i - 1].word)
			is_shared[pairs[i].word] =
			    is_shared[pairs[i - 1].word] = true;
	}
	for (size_t i = 0; i < n; i++) {
		if (!is_shared[i])
			puts(words[i]);
		free(words[i]);
	}
	free(pairs);
	return 0;
}
