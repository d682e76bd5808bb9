/*
 * search_proof: see its header.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search_proof.h"

void
scene_start(struct scene *s, const struct corpus_kind *kind)
{
	memset(s, 0, sizeof(*s));
	snprintf(s->folder, sizeof(s->folder), "search-proof-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	s->corpus = corpus_new(kind);
	s->ref = reference_new(s->corpus);
	s->arena = arena_new();
}

void
scene_end(struct scene *s)
{
	struct err err;

	search_close(s->search);
	reference_free(s->ref);
	corpus_free(s->corpus);
	arena_free(s->arena);
	assert_int_equal(file_remove_tree(s->folder, &err), 0);
}

void
scene_layout(struct scene *s, size_t segments, bool is_compacted)
{
	search_close(s->search);
	corpus_write(s->corpus, s->folder, segments, is_compacted);
	s->search = search_open_index(s->folder);
	assert_non_null(s->search);
}

void
ask_init(struct asked *asked, const struct ref_query *ref, unsigned typed)
{
	struct search_query *query = &asked->query;

	asked->ref = *ref;
	memset(query, 0, sizeof(*query));
	strbuf_init(&asked->text, SEARCH_QUERY_MAX);
	ref_query_text(ref, typed, &asked->text);
	query->text = asked->text.len > 0 ? asked->text.buf : "";
	query->limit = SEARCH_LIMIT_MAX;
	query->near.lat = ref->lat;
	query->near.lon = ref->lon;
	query->near.km = ref->km;
	query->checked_since = (int32_t)ref->checked_since;
	for (size_t bit = 0; bit < SEARCH_FACET_COUNT * CORPUS_VALUES_MAX;
	     bit++) {
		size_t f = bit / CORPUS_VALUES_MAX;
		size_t v = bit % CORPUS_VALUES_MAX;

		if ((typed >> f & 1) != 0 || (ref->filters[f] >> v & 1) == 0)
			continue;
		query->filters[query->n_filters].facet = (enum search_facet)f;
		query->filters[query->n_filters++].value =
		    corpus_value((enum search_facet)f, v);
	}
}

struct search_result
scene_run(struct scene *s, const struct search_query *query)
{
	struct search_result result;
	struct err err;

	if (search_run(s->search, s->arena, query, &result, &err) == -1)
		fail_msg("%s: %s", query->text, err.text);
	assert_true(result.is_ready);
	return result;
}

void
ask_release(struct asked *asked)
{
	strbuf_release(&asked->text);
}

void
ask_draw(struct scene *s, const struct ref_draw *draw, struct asked *asked)
{
	struct ref_query query;
	uint64_t *rng = &s->corpus->rng;

	ref_query_draw(s->corpus, draw, &query);
	ask_init(asked, &query,
	    (unsigned)corpus_below(rng, (size_t)1 << SEARCH_FACET_COUNT));
	if (corpus_below(rng, 3) == 0)
		asked->query.sort = (enum search_sort)corpus_below(rng,
		    SEARCH_BY_DISTANCE + 1);
	if (corpus_below(rng, 3) == 0)
		asked->query.limit = 1 + corpus_below(rng, 30);
}
