/*
 * stem_priv: what stem.c shares with restore.c, english.c,
 * arabic.c and welsh.c.
 */
#ifndef SEARCH_STEM_PRIV_H
#define SEARCH_STEM_PRIV_H

#include "search/stem.h"

/* Longer words are compounds, addresses and noise: not stemmed. */
#define STEM_WORD_MAX 120
/* Bytes of a stem; some stemmers write more letters than they read. */
#define STEM_MAX (4 * STEM_WORD_MAX)

/* The number of a language is its bit and part of every key in every index:
 * new ones come at the end, at most 31. */
enum {
	STEM_EN,
	STEM_FR,
	STEM_DE,
	STEM_ES,
	STEM_PT,
	STEM_IT,
	STEM_NL,
	STEM_SV,
	STEM_DA,
	STEM_NO,
	STEM_FI,
	STEM_HU,
	STEM_RO,
	STEM_RU,
	STEM_TR,
	STEM_CA,
	STEM_EU,
	STEM_GA,
	STEM_LT,
	STEM_ID,
	STEM_EL,
	STEM_SR,
	STEM_HY,
	STEM_HI,
	STEM_NE,
	STEM_TA,
	STEM_YI,
	STEM_AR,
	STEM_CY,
	STEM_LANGS,
	STEM_ANY = 31 /* in keys only: forms that hold in any language */
};

/* restore.c: a folded word (room for STEM_MAX bytes) as the stemmer of the
 * language knows it; returns its bytes. */
size_t stem_restore(unsigned lang, char *word, size_t len);
/* restore.c: a stem whose letters stem_restore() or the stemmer chose, in
 * plain ones. */
size_t stem_plain(unsigned lang, char *stem, size_t len);
/* english.c: one of two spellings; the word has room for a byte more. */
size_t english_spelling(char *word, size_t len);
/* english.c: bytes of the start that is the stem of a word which the stemmer
 * takes for another; 0 when it does not. */
size_t english_apart(const char *word, size_t len);
#define WELSH_STEMS_MAX 4
/* welsh.c: stems of a word of at most STEM_WORD_MAX bytes; how many. */
size_t welsh_stems(const char *word, size_t len,
    char ret_stems[WELSH_STEMS_MAX][STEM_WORD_MAX + 4]);
/* arabic.c: move *word to the start of its stem; returns its bytes. */
size_t arabic_stem(const char **word, size_t len);

#endif
