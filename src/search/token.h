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
 * Other forms of a folded word whatever its language: singulars of English,
 * French, Spanish and Portuguese plurals, Arabic words without the article.
 * They are keys of a word beside its stems (stem.h).
 */
#define TOKEN_VARIANTS_MAX 3
size_t token_variants(const char *word, size_t len,
    char ret_variants[TOKEN_VARIANTS_MAX][TOKEN_MAX]);

#endif
