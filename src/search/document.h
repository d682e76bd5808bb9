/*
 * document: a view of the catalogue -> words, values, points for the index.
 * Inside search/.
 */
#ifndef SEARCH_DOCUMENT_H
#define SEARCH_DOCUMENT_H

#include "merge/merge.h"
#include "search/build.h"

/* One whole document, from builder_doc() to builder_doc_end(). The arena is
 * for the call. */
void document_add(struct builder *builder, struct arena *arena, int64_t group,
    const struct merge_view *view);

/* ---- quality.c ---- */

/* Day of the last check as 20261121, parts of it 0; 0 never. */
uint32_t document_checked(const struct record *rec);
/* 0 to 255, best last: checked lately, complete. */
uint8_t document_quality(const struct record *rec, uint32_t checked);

/* ---- values as the index holds them, for documents and queries ---- */

/* facet.c: "ca" -> "CA", "fr-CA" -> "fr", "Portugal" -> "PT". */
const char *facet_value(struct arena *arena, enum search_facet facet,
    const char *value);
/* term.c: "doi10113..." of an identifier, NULL when it is none. */
const char *query_identifier(struct arena *arena, const char *scheme,
    const char *value);

#endif
