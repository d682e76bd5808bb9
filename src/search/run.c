/*
 * run: the course of a search: read the query, look its words up, collect
 * what matches from each segment; when nothing does, correct words that are
 * not in the index, or leave some out (partial.c), and say so. Section "Query
 * language" of the search design.
 */
#include <string.h>

#include "search/run.h"

/* ---- what is asked ---- */

static void
choose(struct run *run, enum search_facet facet, const char *value)
{
	if (run->n_chosen == CHOSEN_MAX)
		return;
	run->chosen[run->n_chosen].facet = facet;
	run->chosen[run->n_chosen++].value = value;
	run->selected |= 1u << facet;
}

static void
choose_all(struct run *run)
{
	const struct search_query *asked = run->asked;
	const struct query *query = run->query;

	run->n_chosen = 0;
	run->selected = 0;
	for (size_t i = 0; i < asked->n_filters && i < SEARCH_FILTERS_MAX;
	     i++) {
		enum search_facet facet = asked->filters[i].facet;

		if (asked->filters[i].value != NULL)
			choose(run, facet,
			    facet_value(run->arena, facet,
				asked->filters[i].value));
	}
	for (size_t i = 0; i < query->n_filters; i++)
		choose(run, query->filters[i].facet, query->filters[i].value);
}

static void
choose_order(struct run *run)
{
	if (run->asked->is_newest) {
		run->order = ORDER_NEWEST;
		return;
	}
	switch (run->asked->sort) {
	case SEARCH_BY_CHECKED: run->order = ORDER_CHECKED; return;
	case SEARCH_BY_YEAR: run->order = ORDER_YEAR; return;
	case SEARCH_BY_STRENGTH: run->order = ORDER_STRENGTH; return;
	case SEARCH_BY_DISTANCE:
		if (run->asked->near.km > 0) {
			run->order = ORDER_DISTANCE;
			return;
		}
		break;
	case SEARCH_BY_RELEVANCE: break;
	}
	/* Without words there is no relevance: nearest, or newest first. */
	if (run->query->n_groups > 0)
		run->order = ORDER_SCORE;
	else
		run->order = run->asked->near.km > 0 ? ORDER_DISTANCE
						     : ORDER_NEWEST;
}

static void
read_query(struct run *run, const char *text)
{
	run->query = query_parse(run->arena, text);
	choose_all(run);
	choose_order(run);
}

static void
read_cursor(struct run *run)
{
	const char *text = run->asked->cursor;
	struct cursor cursor;

	run->cursor = NULL;
	if (text == NULL || text[0] == '\0' ||
	    cursor_parse(run->arena, (char)run->order, text, &cursor) == -1)
		return;
	run->cursor = arena_items(run->arena, &cursor, 1, sizeof(cursor));
}

static size_t
limit_of(const struct run *run)
{
	size_t limit = run->asked->limit;

	if (limit < 1)
		return 1;
	return limit > SEARCH_LIMIT_MAX ? SEARCH_LIMIT_MAX : limit;
}

/* Look the query up, in what the cursor says of the first page. */
static void
make_plan(struct run *run)
{
	const struct plan_stats *stats = NULL;
	size_t offset = run->asked->offset;

	read_cursor(run);
	if (run->cursor != NULL) {
		offset = 0;
		if (run->order == ORDER_SCORE)
			stats = &run->cursor->stats;
	}
	run->plan = plan_make(run->arena, run->snapshot, run->search->stemmer,
	    run->query, stats);
	scorer_set(run->search->scorer,
	    run->plan->stats.docs == 0 ? 1
				       : (double)run->plan->stats.words /
					     (double)run->plan->stats.docs);
	/* One more than shown tells whether there is a next page. */
	run->keep = limit_of(run) + 1;
	if (offset >= (uint64_t)run->snapshot->docs)
		run->keep = 0;
	else
		run->keep += offset;
	run->has_words = run->query->n_groups > 0;
}

/* ---- when nothing is found ---- */

/* Words that are not in the index, replaced by near ones that are. */
static int
correct(struct run *run, struct search_result *result, bool *ret_found,
    struct err *err)
{
	struct query *query = run->query;
	struct plan *plan = run->plan;
	const char *text = meant_text(run, false);

	*ret_found = false;
	if (text == NULL)
		return 0;
	read_query(run, text);
	make_plan(run);
	if (match_all(run, err) == -1)
		return -1;
	if (run->is_found) {
		*ret_found = true;
		result->did_you_mean = text;
		result->is_corrected = true;
		return 0;
	}
	run->query = query;
	choose_all(run);
	choose_order(run);
	run->plan = plan;
	/* With more words, drop_words() matches what it keeps. */
	return query->n_groups > 1 ? 0 : match_all(run, err);
}

static int
search_words(struct run *run, struct search_result *result, struct err *err)
{
	bool is_corrected;

	make_plan(run);
	run->typed = run->plan;
	if (match_all(run, err) == -1)
		return -1;
	if (!run->has_words)
		return 0;
	if (run->is_found) {
		/* Who asks for a place wants what is there, though all words
		 * be found elsewhere only. */
		if (run->total != 0 || !(run->asked->near.km > 0) ||
		    run->query->n_groups == 1)
			return 0;
		return drop_words(run, &result->dropped, err);
	}
	if (correct(run, result, &is_corrected, err) == -1)
		return -1;
	if (is_corrected || run->query->n_groups == 1)
		return 0;
	return drop_words(run, &result->dropped, err);
}

/* Few hits: a word that is rare may be a mistyped frequent one. */
#define FEW_HITS 3

/* Within a read: index and views are of one moment, or nearly. */
static int
run_inside(struct run *run, struct search_result *result, struct err *err)
{
	if (snapshot_refresh(run->snapshot, err) == -1)
		return -1;
	result->is_ready = search_is_ready(run->search);
	if (!result->is_ready)
		return 0;
	result->version = run->snapshot->manifest.version;
	read_query(run, run->asked->text);
	if (search_words(run, result, err) == -1)
		return -1;
	if (run->has_words && run->total <= FEW_HITS &&
	    result->did_you_mean == NULL)
		result->did_you_mean = meant_text(run, true);
	result->count = run->total;
	if (run->total == 0 || result->is_corrected || result->dropped != NULL)
		meant_nearest(run, result);
	/* What scores rest on: on later pages that of the first. */
	if (run->plan->stats.docs > 0)
		result->mean_length = (double)run->plan->stats.words /
				      (double)run->plan->stats.docs;
	if (!run->asked->no_facets)
		result_facets(run, result);
	return result_hits(run, result, err);
}

/* A reader's step, inside a read of the catalogue. */
static int
run_read(struct run *run, struct search_result *result,
    int (*step)(struct run *, struct search_result *, struct err *),
    struct err *err)
{
	struct search *search = run->search;
	bool is_begun = false;
	int rc;

	if (search->cat != NULL && !catalogue_is_inside(search->cat)) {
		if (catalogue_read_begin(search->cat, err) == -1)
			return -1;
		is_begun = true;
	}
	rc = step(run, result, err);
	if (is_begun)
		catalogue_read_end(search->cat);
	match_release(run);
	return rc == -1 ? search_failed(err) : 0;
}

int
search_run(struct search *search, struct arena *arena,
    const struct search_query *query, struct search_result *ret_result,
    struct err *err)
{
	int64_t started = clock_monotonic_us();
	struct search_result result = { 0 };
	struct run run = { .search = search,
		.snapshot = search->snapshot,
		.arena = arena,
		.asked = query };

	if (run_read(&run, &result, run_inside, err) == -1 ||
	    alive_words(search, arena, result.nearest, &result.n_nearest,
		err) == -1 ||
	    alive_meant(search, &result, err) == -1)
		return -1;
	result.took_us = clock_monotonic_us() - started;
	*ret_result = result;
	return 0;
}

/* ---- all documents at once ---- */

static int
gather_inside(struct run *run, struct search_result *result, struct err *err)
{
	if (snapshot_refresh(run->snapshot, err) == -1)
		return -1;
	result->is_ready = search_is_ready(run->search);
	if (!result->is_ready)
		return 0;
	read_query(run, run->asked->text);
	return search_words(run, result, err);
}

int
run_gather(struct run *run, struct search *search, struct arena *arena,
    const struct search_query *query, bool *ret_is_ready, struct err *err)
{
	struct search_query *asked = arena_items(arena, query, 1,
	    sizeof(*query));
	struct search_result result = { 0 };

	asked->sort = SEARCH_BY_CHECKED; /* needs no score */
	asked->limit = 1;
	asked->offset = 0;
	asked->cursor = NULL;
	asked->explain = false;
	asked->no_facets = true;
	memset(run, 0, sizeof(*run));
	run->search = search;
	run->snapshot = search->snapshot;
	run->arena = arena;
	run->asked = asked;
	run->is_gathering = true;
	if (run_read(run, &result, gather_inside, err) == -1)
		return -1;
	*ret_is_ready = result.is_ready;
	return 0;
}
