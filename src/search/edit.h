/*
 * edit: how many typing errors lie between two words: letters put in, left
 * out, changed, or two neighbours swapped (optimal string alignment: nothing
 * is changed twice). Counted in characters of UTF-8. Inside search/.
 */
#ifndef SEARCH_EDIT_H
#define SEARCH_EDIT_H

#include "base/base.h"

#define EDIT_MAX 64 /* characters of a word */

struct edit_word {
	unsigned len;             /* characters */
	unsigned wide;            /* most bytes of one of them */
	uint64_t ascii[128];      /* where a character stands, a bit each */
	uint32_t chars[EDIT_MAX]; /* others than ASCII, each once */
	uint64_t places[EDIT_MAX];
	unsigned n_chars;
};

/* Ready a word for comparing; -1 when it is empty or has over EDIT_MAX. */
int edit_init(struct edit_word *word, const char *text, size_t len);
/* Errors between the word and a text, or max + 1 when more than max. */
unsigned edit_distance(const struct edit_word *word, const char *text,
    size_t len, unsigned max);

#endif
