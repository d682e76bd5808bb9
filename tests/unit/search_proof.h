/*
 * search_proof: random documents, an index of them and the reference, in one
 * place; and queries as both are asked them.
 */
#ifndef TESTS_SEARCH_PROOF_H
#define TESTS_SEARCH_PROOF_H

#include "search_reference.h"

struct scene {
	char folder[64];
	struct corpus *corpus;
	struct reference *ref;
	struct search *search;
	struct arena *arena;
};

void scene_start(struct scene *s, const struct corpus_kind *kind);
void scene_end(struct scene *s);
/* Write the index so, and open it. */
void scene_layout(struct scene *s, size_t segments, bool is_compacted);

/* A query as the engine is asked it: part of the filters are typed. */
struct asked {
	struct ref_query ref;
	struct search_query query;
	struct strbuf text;
};

void ask_init(struct asked *asked, const struct ref_query *ref, unsigned typed);
void ask_release(struct asked *asked);
/* A random one: order, size of the page and which filters are typed too. */
void ask_draw(struct scene *s, const struct ref_draw *draw,
    struct asked *asked);
/* Run a query that can not fail. */
struct search_result scene_run(struct scene *s,
    const struct search_query *query);

#endif
