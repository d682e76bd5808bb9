/*
 * snippet_query: the words of a query of the first engine, for snippet.c.
 */
#include <string.h>

#include "search/snippet.h"
#include "search/search_priv.h"

#define WANTED_MAX 256

/* Words of all terms that must match. */
static size_t
collect(const struct query *query, struct snippet_word *ret_wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < query->n_groups; i++) {
		const struct query_group *group = &query->groups[i];

		for (size_t j = 0; !group->is_dropped && j < group->n; j++) {
			const struct query_term *term = group->terms[j];

			for (size_t k = 0; k < term->n_alts; k++) {
				const char *p = term->alts[k].phrase;

				while (*p != '\0' && n < WANTED_MAX) {
					size_t len = strcspn(p, " ");

					ret_wanted[n].word = p;
					ret_wanted[n].len = len;
					p += len;
					ret_wanted[n++].is_prefix =
					    *p == '\0' &&
					    term->alts[k].is_prefix;
					p += *p == ' ';
				}
			}
		}
	}
	return n;
}

const char *
snippet_of_query(struct arena *arena, const struct query *query,
    const struct merge_view *view)
{
	struct snippet_word *words = arena_alloc(arena,
	    WANTED_MAX * sizeof(*words));

	return snippet(arena, words, collect(query, words), view);
}
