/*
 * welsh: Welsh words change at their start (gardd, ardd, cardiau, chardiau)
 * more than at their end. A word has the stems of all words that it may come
 * from: "gath" those of "gath" and of "cath". Plurals lose the commonest
 * endings. libstemmer has no Welsh; stem.c calls this.
 */
#include <string.h>

#include "search/stem_priv.h"

/* How words start when they are changed, and without: soft, nasal and
 * aspirate mutation. Signs of several letters come first and stand alone. */
static const struct {
	const char *now;
	const char *radical;
} mutations[] = {
	{ "ngh", "c" },
	{ "mh", "p" },
	{ "nh", "t" },
	{ "ng", "g" },
	{ "ph", "p" },
	{ "th", "t" },
	{ "ch", "c" },
	{ "dd", "d" },
	{ "ll", "ll" },
	{ "rh", "rh" },
	{ "b", "p" },
	{ "d", "t" },
	{ "g", "c" },
	{ "f", "b" },
	{ "f", "m" },
	{ "m", "b" },
	{ "n", "d" },
	{ "l", "ll" },
	{ "l", "gl" },
	{ "r", "rh" },
	{ "r", "gr" },
	/* g falls away */
	{ "a", "ga" },
	{ "e", "ge" },
	{ "i", "gi" },
	{ "o", "go" },
	{ "u", "gu" },
	{ "w", "gw" },
	{ "y", "gy" },
};

static const struct {
	const char *tail;
	size_t cut;
} endings[] = {
	{ "nnau", 3 }, /* canolfannau */
	{ "oedd", 4 },
	{ "iaid", 4 },
	{ "iau", 3 },
	{ "ion", 3 },
	{ "au", 2 },
};

/* Letters that stay before an ending. */
#define REST_MIN 3

static size_t
cut_ending(const char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		size_t n = strlen(endings[i].tail);

		if (len >= n + REST_MIN &&
		    memcmp(word + len - n, endings[i].tail, n) == 0)
			return len - endings[i].cut;
	}
	return len;
}

size_t
welsh_stems(const char *word, size_t len,
    char ret_stems[WELSH_STEMS_MAX][STEM_WORD_MAX + 4])
{
	size_t n = 1, long_sign = 0;

	len = cut_ending(word, len);
	memcpy(ret_stems[0], word, len);
	ret_stems[0][len] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(mutations) && n < WELSH_STEMS_MAX;
	     i++) {
		size_t now = strlen(mutations[i].now);
		size_t radical = strlen(mutations[i].radical);

		if (now < long_sign || len < now ||
		    memcmp(word, mutations[i].now, now) != 0)
			continue;
		if (now > 1)
			long_sign = now;
		memcpy(ret_stems[n], mutations[i].radical, radical);
		memcpy(ret_stems[n] + radical, word + now, len - now);
		ret_stems[n][radical + len - now] = '\0';
		n++;
	}
	return n;
}
