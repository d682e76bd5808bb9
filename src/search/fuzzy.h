/*
 * fuzzy: words near a word, and how a word goes on. Over all segments of a
 * snapshot, documents of one text added up. Inside search/.
 */
#ifndef SEARCH_FUZZY_H
#define SEARCH_FUZZY_H

#include "search/snapshot.h"

struct near_word {
	const char *text; /* in the arena */
	size_t len;
	uint32_t df;
	unsigned distance;
};

/*
 * Terms within edit distance 1 (words of 3 to 5 characters) or 2 (longer
 * ones; a swap of neighbours counts 1), nearest first, then by documents, at
 * most max. The word itself is not among them. None for words of digits, of 1
 * or 2 characters, of more than 64, or of scripts without spaces. A character
 * of more bytes than any of the word may be missed: errors are looked for
 * within an alphabet.
 */
size_t fuzzy_find(const struct snapshot *snapshot, struct arena *arena,
    const char *word, size_t len, struct near_word *ret_words, size_t max);
/* Terms that start so, the start itself too when it is one, most documents
 * first, at most max. complete.c */
size_t fuzzy_complete(const struct snapshot *snapshot, struct arena *arena,
    const char *start, size_t len, struct near_word *ret_words, size_t max);

#endif
