/*
 * run: what the files of one search share.
 *
 *   run.c      the course of a search
 *   match.c    one segment: words, filters, counts, order
 *   result.c   what was found -> struct search_result
 *   meant.c    did you mean
 *   partial.c  what to leave out when not all words are found together
 *   explain.c  the parts of a score
 *   matrix.c   what matches by two facets and a third
 *   spots.c    what matches by where it is
 *   alive.c    which words may be offered
 *
 * Inside search/.
 */
#ifndef SEARCH_RUN_H
#define SEARCH_RUN_H

#include "search/eval.h"
#include "search/hits.h"
#include "search/writer.h"

struct search {
	struct catalogue *cat; /* NULL: an index without one */
	struct writer *writer; /* NULL: reading */
	struct catalogue_watch watch;
	struct snapshot *snapshot;
	struct stemmer *stemmer;
	struct scorer *scorer;
	struct eval_space space;
};

/* Orders, as cursors name them. */
enum order {
	ORDER_SCORE = CURSOR_BY_SCORE,
	ORDER_NEWEST = 'n',
	ORDER_CHECKED = 'c',
	ORDER_YEAR = 'y',
	ORDER_STRENGTH = 's',
	ORDER_DISTANCE = 'd'
};

/* A value selected or refused, by facet. */
struct chosen {
	enum search_facet facet;
	const char *value;
};

#define CHOSEN_MAX (2 * SEARCH_FILTERS_MAX)

struct run {
	struct search *search;
	struct snapshot *snapshot;
	struct arena *arena;
	const struct search_query *asked;
	struct query *query;
	struct plan *plan;
	struct plan *typed; /* the first, before anything was put right */
	enum order order;
	struct chosen chosen[CHOSEN_MAX];
	size_t n_chosen;
	unsigned selected; /* facets with a selection, one bit each */
	const struct cursor *cursor;
	size_t keep; /* hits to collect */
	struct hits hits;
	int64_t total;
	int64_t *counts; /* by value of the snapshot */
	bool has_words;  /* some word is asked for and not dropped */
	bool is_found;   /* the words alone match something */
	float **km;      /* by segment, by document: NULL without a place */
	/* All documents are wanted, a bit each by segment, and no hits. */
	bool is_gathering;
	uint64_t **found;
};

/* search.c: there is an index, and of this catalogue: that of another has
 * other numbers, and is being made again. */
bool search_is_ready(const struct search *search);
/* search.c: a segment is not as written: tell the writer. ERR_DB, -1. */
int search_damaged(struct snapshot *snapshot, struct err *err);
/* search.c: a damaged index is trouble of this node (ERR_DB), and where it
 * lies nothing for those who search. -1. */
int search_failed(struct err *err);

/*
 * run.c: the documents of a query as bits in run->found, as search_run()
 * counts them, words put right or left out too; whatever order and part of
 * them is asked for. *ret_is_ready false: there is no index, found is NULL.
 */
int run_gather(struct run *run, struct search *search, struct arena *arena,
    const struct search_query *query, bool *ret_is_ready,
    struct err *err) MUST_CHECK;

/* match.c: the whole plan over all segments, from nothing. */
int match_all(struct run *run, struct err *err) MUST_CHECK;
void match_release(struct run *run);

/* result.c */
void result_facets(struct run *run, struct search_result *result);
int result_hits(struct run *run, struct search_result *result,
    struct err *err) MUST_CHECK;

/* meant.c: the query's text with words that are not in the index, or are rare
 * (and `rare` is asked for), replaced by near ones; NULL when there are none. */
const char *meant_text(struct run *run, bool rare);

/* alive.c: leave out rare words that only records have which are gone, or
 * whose consent to be shown has ended. Outside of any other run. */
int alive_words(struct search *search, struct arena *arena,
    struct search_word *words, size_t *n, struct err *err) MUST_CHECK;
/* The same of what may have been meant. */
int alive_meant(struct search *search, struct search_result *result,
    struct err *err) MUST_CHECK;

/* meant.c: words near to those typed that are not in the index. */
void meant_nearest(struct run *run, struct search_result *result);

/* partial.c: leave out words, say which, and match what is left. NULL when no
 * document has any of them. */
int drop_words(struct run *run, const char **ret_dropped,
    struct err *err) MUST_CHECK;

/* explain.c */
int explain_hit(struct run *run, const struct hit *hit,
    struct search_hit *ret_hit, struct err *err) MUST_CHECK;

#endif
