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

#endif
