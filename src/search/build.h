/*
 * build: documents word by word -> a segment file. Holds an inverted index
 * in memory: words in a hash table, postings in chains of growing slices.
 * document.c feeds it, invert.c holds the words, segwrite.c writes the file.
 * Inside search/.
 */
#ifndef SEARCH_BUILD_H
#define SEARCH_BUILD_H

#include "search/format.h"
#include "search/search.h"
#include "search/stem.h"

/* Bytes of memory at which builder_is_full() says so. */
#define BUILDER_BYTES  ((size_t)96 * 1024 * 1024)
#define DOC_VALUES_MAX 4096

struct builder;

struct builder *builder_new(void);
void builder_free(struct builder *b); /* NULL is legal */

/* A document; groups rise from call to call. All calls down to
 * builder_doc_end() are about it. */
void builder_doc(struct builder *b, int64_t group);
/* A folded word at the next position. Longer ones than TERM_MAX are cut
 * (term_cut()), words beyond DOC_WORDS_MAX and empty ones ignored. */
void builder_word(struct builder *b, const char *text, size_t len,
    enum search_field field, uint32_t langs);
/* Another form, where the word before stands; it counts in the weight of the
 * form, not in the length of the document. A form that is already
 * there at this position is not taken again, nor one of an ignored word. */
void builder_form(struct builder *b, const char *text, size_t len,
    uint32_t langs);
/* No phrase reaches from the words before to those behind. */
void builder_gap(struct builder *b);
/* A value of a facet; twice is once. At most DOC_VALUES_MAX a document. */
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
/*
 * Write what is there to path, which must not exist, and clear, whether that
 * went well or not; without it no file is left. ERR_SYS; ERR_LIMIT when
 * builder_is_full() was ignored for gigabytes; ERR_FORMAT for groups that do
 * not rise.
 */
int builder_write(struct builder *b, const char *path,
    struct err *err) MUST_CHECK;

#endif
