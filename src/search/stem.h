/*
 * stem: which words are the same word in another form. The index holds words
 * as written; a query asks for all terms that share a key with what was
 * typed. Keys: the stem in each language that the word was seen in
 * (libstemmer's Snowball stemmers), singulars by ending (plural.c), Arabic
 * without its article, and the word itself. Inside search/.
 */
#ifndef SEARCH_STEM_H
#define SEARCH_STEM_H

#include "base/base.h"

#define STEM_KEYS_MAX 32

/* Every language that has a bit. */
#define STEM_LANGS_ALL 0x1fffffffu

/* The bit of a language ("pt-BR" as "pt"); 0 when it has no stemmer. */
uint32_t stem_lang(const char *lang);

struct stemmer;
/* For one thread. Never NULL; languages are made when first needed. */
struct stemmer *stemmer_new(void);
void stemmer_free(struct stemmer *stemmer);
/*
 * Keys of a folded word (token.h) in these languages, each once, at most
 * STEM_KEYS_MAX; none for words of scripts without spaces and for numbers.
 * A key is a hash of (language, stem); two words that share one are checked
 * with stem_is_same() when it matters.
 */
size_t stem_keys(struct stemmer *stemmer, const char *word, size_t len,
    uint32_t langs, uint32_t ret_keys[STEM_KEYS_MAX]);
/* True when the stems behind a shared key are really equal. */
bool stem_is_same(struct stemmer *stemmer, const char *a, size_t a_len,
    const char *b, size_t b_len, uint32_t langs);

/* ---- arabic.c ---- */

/* Bytes of the article at the start of a folded word, 0 without. */
size_t arabic_article(const char *word, size_t len);

#endif
