/*
 * snippet: a line of a record's own words that shows why it was found. Inside
 * search/.
 */
#ifndef SEARCH_SNIPPET_H
#define SEARCH_SNIPPET_H

#include "merge/merge.h"

/* A folded word to mark, every form that was searched for on its own. */
struct snippet_word {
	const char *word;
	size_t len;
	bool is_prefix; /* also longer words that start so */
};

/*
 * At most some 250 bytes of the text with most of the words near each other,
 * these between \x01 and \x02; the start of the summary when there are none.
 * Valid UTF-8 when the record is; never NULL, in the arena.
 */
const char *snippet(struct arena *arena, const struct snippet_word *words,
    size_t n, const struct merge_view *view);

#endif
