/*
 * token: text -> words, for index, query and snippet alike. Inside search/.
 */
#ifndef SEARCH_TOKEN_H
#define SEARCH_TOKEN_H

#include "base/base.h"

/* Bytes of one token; longer words are cut, in index and query alike. */
#define TOKEN_MAX 256

enum token_kind {
	TOKEN_WORD,  /* a word, or a part of "well-being" */
	TOKEN_PAIR,  /* two neighbours of a script without spaces */
	TOKEN_LAST,  /* the last character of such a run, alone */
	TOKEN_JOINED /* "wellbeing" of "well-being", behind its parts */
};

struct token {
	enum token_kind kind;
	const char
	    *text; /* folded; letters and digits only; lives in the call */
	size_t len;
	size_t start; /* bytes of the source it was made from */
	size_t end;
};

typedef void (*token_cb)(void *ctx, const struct token *token);
void token_walk(const char *text, size_t len, token_cb callback, void *ctx);

/* Does a character belong to a word, or join two? */
bool token_is_inside(uint32_t ch);
/* Is it of a script that is written without spaces? */
bool token_is_clustered(uint32_t ch);

/*
 * Other forms under which a folded word is indexed, and which a query for
 * it also asks: singulars of English, French, Spanish and Portuguese
 * plurals, Arabic words without the article. Both sides add the same forms,
 * so that "choir" finds "choirs" and the other way round.
 */
#define TOKEN_VARIANTS_MAX 3
size_t token_variants(const char *word, size_t len,
    char ret_variants[TOKEN_VARIANTS_MAX][TOKEN_MAX]);

/* What stands between values in the index: no query can hold it, so that no
 * phrase reaches across. */
#define TOKEN_GAP "\xee\x80\x80" /* U+E000 */

/*
 * The words of a text as one column of the index holds them: words in order
 * into `words`, other forms (joined, variants) into `forms`, each followed by
 * a space.
 */
void token_index(const char *text, size_t len, struct strbuf *words,
    struct strbuf *forms);

/*
 * Folded words of a text, space-separated: words in order, joined forms and
 * variants behind.
 */
void search_tokens(const char *text, size_t len, struct strbuf *ret_out);

#endif
