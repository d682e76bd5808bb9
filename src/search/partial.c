/*
 * partial: what to leave out when no document holds all words, or none in the
 * circle that is asked for. The document
 * that has most of them, rare ones counting more, decides: what it lacks goes,
 * and the rest must all match as ever. So "respite for carers" keeps the two
 * words that say something where "for" is missing. Section "Query language" of the
 * search design.
 */
#include <string.h>

#include "search/run.h"

/* Documents that are looked at to choose one; fewer when words are many, for
 * each word is looked up in each. */
#define SOME_MAX   20
#define LOOKED_MAX 64

static const char *
dropped_words(struct run *run)
{
	struct strbuf sb;
	char *text;

	strbuf_init(&sb, (size_t)SEARCH_QUERY_MAX * 2);
	for (size_t i = 0; i < run->query->n_groups; i++) {
		const struct query_group *group = &run->query->groups[i];

		for (size_t j = 0; group->is_dropped && j < group->n; j++) {
			if (sb.len > 0)
				strbuf_addch(&sb, ' ');
			strbuf_addstr(&sb, group->terms[j]->typed);
		}
	}
	text = sb.len == 0 ? NULL : arena_strndup(run->arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return text;
}

/* All terms of all groups, any of which will do. */
static void
any_of(struct run *run, struct query_group *whole, struct plan_group *group,
    struct plan *ret_plan)
{
	const struct plan *plan = run->plan;
	size_t n = 0;

	memset(whole, 0, sizeof(*whole));
	memset(group, 0, sizeof(*group));
	for (size_t i = 0; i < plan->n_groups; i++)
		n += plan->groups[i].n;
	group->group = whole;
	group->terms = arena_alloc(run->arena, (n + 1) * sizeof(*group->terms));
	for (size_t i = 0; i < plan->n_groups; i++) {
		for (size_t j = 0; j < plan->groups[i].n; j++)
			group->terms[group->n++] = plan->groups[i].terms[j];
		group->df += plan->groups[i].df;
	}
	*ret_plan = *plan;
	ret_plan->groups = group;
	ret_plan->n_groups = 1;
}

/* The best documents with any of the words, under all filters, into
 * ret_hits. */
static int
find_some(struct run *run, struct hit ret_hits[SOME_MAX], size_t *ret_n,
    struct err *err)
{
	struct search_query asked = *run->asked;
	struct run any = *run;
	struct query_group whole;
	struct plan_group group;
	struct plan plan;
	int rc;

	any_of(run, &whole, &group, &plan);
	asked.no_facets = true;
	any.asked = &asked;
	any.plan = &plan;
	any.order = ORDER_SCORE;
	any.cursor = NULL;
	any.keep = 1 + LOOKED_MAX / run->plan->n_groups;
	if (any.keep > SOME_MAX)
		any.keep = SOME_MAX;
	any.km = NULL;
	rc = match_all(&any, err);
	match_release(&any);
	if (rc == -1)
		return -1;
	*ret_n = any.hits.n;
	if (any.hits.n > 0)
		memcpy(ret_hits, any.hits.items,
		    any.hits.n * sizeof(*ret_hits));
	return 0;
}

/* Groups of words that a document lacks; what the others say by how rare they
 * are, wherever they stand. */
static int
find_lacking(struct run *run, const struct hit *hit, bool *ret_lacks,
    double *ret_worth, struct err *err)
{
	struct query *query = run->query;
	double worth = 0;

	for (size_t i = 0; i < query->n_groups; i++) {
		struct search_hit explained;
		double most = 0;

		for (size_t j = 0; j < query->n_groups; j++)
			query->groups[j].is_dropped = j != i;
		if (explain_hit(run, hit, &explained, err) == -1)
			return -1;
		for (size_t p = 0; p < explained.n_parts; p++) {
			if (explained.parts[p].idf > most)
				most = explained.parts[p].idf;
		}
		ret_lacks[i] = explained.n_parts == 0;
		worth += most;
	}
	*ret_worth = worth;
	return 0;
}

int
drop_words(struct run *run, const char **ret_dropped, struct err *err)
{
	bool lacks[SEARCH_TERMS_MAX], least[SEARCH_TERMS_MAX] = { false };
	struct hit some[SOME_MAX];
	double worth, most = -1;
	size_t n;

	if (find_some(run, some, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (find_lacking(run, &some[i], lacks, &worth, err) == -1)
			return -1;
		if (worth > most) {
			most = worth;
			memcpy(least, lacks, sizeof(least));
		}
	}
	for (size_t i = 0; i < run->query->n_groups; i++)
		run->query->groups[i].is_dropped = least[i];
	*ret_dropped = dropped_words(run);
	return match_all(run, err);
}
