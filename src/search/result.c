/*
 * result: what was found, for the caller: counts by value, and a page of hits
 * with their views and snippets.
 */
#include <stdlib.h>
#include <string.h>

#include "search/run.h"
#include "search/snippet.h"

/* Words that a snippet marks. */
#define WANTED_MAX 256

static int
compare_counts(const void *a, const void *b)
{
	const struct search_count *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->value, y->value);
}

static bool
is_chosen(const struct run *run, enum search_facet facet, const char *value)
{
	for (size_t i = 0; i < run->n_chosen; i++) {
		if (run->chosen[i].facet == facet &&
		    strcmp(run->chosen[i].value, value) == 0)
			return true;
	}
	return false;
}

static void
add_count(struct run *run, struct search_result *result,
    enum search_facet facet, const char *value, int64_t n, bool is_selected)
{
	struct search_count *item =
	    &result->facets[facet].items[result->facets[facet].n++];

	item->value = arena_strdup(run->arena, value);
	item->n = n;
	item->is_selected = is_selected;
}

/* A selected value that no record has is still shown as selected. */
static void
add_missing(struct run *run, struct search_result *result)
{
	for (size_t i = 0; i < run->n_chosen; i++) {
		enum search_facet f = run->chosen[i].facet;
		bool is_known = false;

		for (size_t j = 0; j < result->facets[f].n; j++) {
			if (strcmp(result->facets[f].items[j].value,
				run->chosen[i].value) == 0)
				is_known = true;
		}
		if (!is_known)
			add_count(run, result, f, run->chosen[i].value, 0,
			    true);
	}
}

void
result_facets(struct run *run, struct search_result *result)
{
	const struct snapshot *snapshot = run->snapshot;
	size_t room[SEARCH_FACET_COUNT] = { 0 };

	for (size_t v = 0; v < snapshot->n_values; v++)
		room[snapshot->values[v].facet]++;
	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++)
		result->facets[f].items = arena_alloc(run->arena,
		    (room[f] + run->n_chosen + 1) *
			sizeof(*result->facets[f].items));
	for (size_t v = 0; v < snapshot->n_values; v++) {
		const struct snapshot_value *value = &snapshot->values[v];
		bool is_selected = (run->selected >> value->facet & 1) != 0 &&
				   is_chosen(run, value->facet, value->text);

		if (run->counts[v] > 0 || is_selected)
			add_count(run, result, value->facet, value->text,
			    run->counts[v], is_selected);
	}
	add_missing(run, result);
	for (size_t f = 0; f < SEARCH_FACET_COUNT; f++) {
		if (result->facets[f].n > 1)
			qsort(result->facets[f].items, result->facets[f].n,
			    sizeof(*result->facets[f].items), compare_counts);
	}
}

/* ---- hits ---- */

struct wanted_list {
	struct snippet_word words[WANTED_MAX];
	size_t n;
};

static void
add_wanted(struct wanted_list *list, const char *text, size_t len,
    bool is_prefix)
{
	if (list->n == WANTED_MAX)
		return;
	for (size_t i = 0; i < list->n; i++) {
		if (list->words[i].len == len &&
		    memcmp(list->words[i].word, text, len) == 0)
			return;
	}
	list->words[list->n].word = text;
	list->words[list->n].len = len;
	list->words[list->n++].is_prefix = is_prefix;
}

/* The words typed and their other forms. */
static void
add_leaf(struct run *run, const struct plan_leaf *leaf,
    struct wanted_list *list)
{
	for (size_t i = 0; i < leaf->n_words; i++) {
		const struct plan_word *word = &leaf->words[i];

		add_wanted(list, word->text, word->len, word->is_prefix);
		for (size_t s = 0; s < run->snapshot->n; s++) {
			const struct plan_set *set = &word->sets[s];

			for (size_t j = 0; j < set->n_others; j++) {
				size_t len;
				const char *text = dict_text(run->snapshot
								 ->segments[s]
								 .segment,
				    set->others[j], &len);

				add_wanted(list, text, len, false);
			}
		}
	}
}

static struct wanted_list *
wanted_words(struct run *run)
{
	struct wanted_list *list = arena_alloc(run->arena, sizeof(*list));

	for (size_t i = 0; i < run->plan->n_groups; i++) {
		const struct plan_group *group = &run->plan->groups[i];

		if (group->group->is_dropped)
			continue;
		for (size_t j = 0; j < group->n; j++) {
			for (size_t k = 0; k < group->terms[j].n; k++)
				add_leaf(run, &group->terms[j].leaves[k], list);
		}
	}
	return list;
}

/* 1 when it is there, 0 when the catalogue has gone on since. */
static int
fill_hit(struct run *run, const struct hit *hit,
    const struct wanted_list *wanted, struct search_hit *ret_hit,
    struct err *err)
{
	const struct segment *segment =
	    run->snapshot->segments[hit->segment].segment;

	memset(ret_hit, 0, sizeof(*ret_hit));
	ret_hit->group = hit->group;
	ret_hit->km = -1;
	ret_hit->length = length_of(segment->lengths[hit->doc]);
	ret_hit->prior = segment->priors[hit->doc];
	if (run->order == ORDER_SCORE)
		ret_hit->score = score_real((uint32_t)(hit->key >> 8));
	if (run->km[hit->segment] != NULL)
		ret_hit->km = (double)run->km[hit->segment][hit->doc];
	if (run->search->cat != NULL && !run->asked->no_views) {
		if (catalogue_group(run->search->cat, run->arena, hit->group,
			&ret_hit->view, err) == -1)
			return err->code == ERR_NOTFOUND ? 0 : -1;
		ret_hit->snippet = snippet(run->arena, wanted->words, wanted->n,
		    ret_hit->view);
	}
	if (run->asked->explain && run->order == ORDER_SCORE &&
	    explain_hit(run, hit, ret_hit, err) == -1)
		return -1;
	return 1;
}

int
result_hits(struct run *run, struct search_result *result, struct err *err)
{
	size_t offset = run->cursor != NULL ? 0 : run->asked->offset;
	size_t n = run->hits.n, shown;
	const struct wanted_list *wanted;

	if (offset >= n)
		return 0;
	/* keep is one more than is shown. */
	shown = n == run->keep ? n - 1 - offset : n - offset;
	result->hits = arena_alloc(run->arena,
	    (shown + 1) * sizeof(*result->hits));
	wanted = wanted_words(run);
	for (size_t i = 0; i < shown; i++) {
		int rc = fill_hit(run, &run->hits.items[offset + i], wanted,
		    &result->hits[result->n_hits], err);

		if (rc == -1)
			return -1;
		result->n_hits += (size_t)rc;
	}
	if (n == run->keep && shown > 0)
		result->next_cursor = cursor_make(run->arena, (char)run->order,
		    &run->hits.items[offset + shown - 1], &run->plan->stats);
	return 0;
}
