/*
 * build: documents word by word -> a segment file. Holds an inverted index
 * in memory: words in a hash table, postings in chains of growing slices.
 * document.c feeds it, segwrite.c writes it. Inside search/.
 */
#ifndef SEARCH_BUILD_H
#define SEARCH_BUILD_H

#include "search/format.h"
#include "search/search.h"
#include "search/stem.h"

/* Bytes of memory at which builder_is_full() says so. */
#define BUILDER_BYTES ((size_t)96 * 1024 * 1024)

struct builder;

struct builder *builder_new(void);
void builder_free(struct builder *b); /* NULL is legal */

/* A document; groups rise from call to call. */
void builder_doc(struct builder *b, int64_t group);
/* A folded word at the next position. Longer ones than TERM_MAX are cut,
 * words beyond DOC_WORDS_MAX ignored. */
void builder_word(struct builder *b, const char *text, size_t len,
    enum search_field field, uint32_t langs);
/* Another form, at the position of the word before; not counted in the
 * length of the document. */
void builder_form(struct builder *b, const char *text, size_t len,
    enum search_field field, uint32_t langs);
/* No phrase reaches from the words before to those behind. */
void builder_gap(struct builder *b);
/* A value of a facet; twice is once. */
void builder_value(struct builder *b, enum search_facet facet,
    const char *value);
/* A point, degrees; others than -90..90, -180..180 are ignored. */
void builder_point(struct builder *b, double lat, double lon);
void builder_facts(struct builder *b, uint32_t modified, uint32_t checked,
    uint16_t year, uint8_t prior);
void builder_doc_end(struct builder *b);

size_t builder_docs(const struct builder *b);
bool builder_is_full(const struct builder *b);
/* Forget all documents. */
void builder_clear(struct builder *b);
/* Write what is there to path, which must not exist, and clear. ERR_SYS. */
int builder_write(struct builder *b, const char *path,
    struct err *err) MUST_CHECK;

#endif
