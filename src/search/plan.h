/*
 * plan: a query looked up in the dictionaries of a snapshot: for each way to
 * match a term, the terms of each segment, how many documents hold them, and
 * so what they weigh. leaf.c walks the postings. Inside search/.
 */
#ifndef SEARCH_PLAN_H
#define SEARCH_PLAN_H

#include "search/query.h"
#include "search/score.h"
#include "search/snapshot.h"

/* Other forms of one word that are looked for in one segment. */
#define PLAN_OTHERS_MAX 64
/* Phrases of one query whose last word may go on ("well-b*"); of further ones
 * it must stand as it is. Each costs a look at all that goes on so. */
#define PLAN_PHRASE_STARTS_MAX 4

/* Terms of one segment that may stand for a word. */
struct plan_set {
	uint32_t first; /* up to, not with, end: the word, or its goings-on */
	uint32_t end;
	const uint32_t *others; /* other forms */
	size_t n_others;
};

struct plan_word {
	const char *text;
	size_t len;
	bool is_prefix;
	struct plan_set *sets; /* by segment */
	int64_t df;            /* of all its terms, at most all documents */
};

/* What start.c finds out once for all leaves that ask the same. */
struct plan_start {
	const struct plan_leaf *leaf; /* the first of them */
	struct arena *arena;
	uint8_t **weights; /* by segment, in the arena; NULL: not made yet */
	struct plan_winner *winners; /* explain.c */
	size_t n_winners;
};

struct plan_leaf {
	const struct query_term *term;
	const struct query_alt *alt;
	struct plan_word *words; /* one, or a phrase */
	size_t n_words;
	struct plan_start *start; /* the last word may go on; or NULL */
	int64_t found;  /* documents now: of a phrase, the rarest word's */
	int64_t df;     /* the same, or what a cursor says it was */
	uint32_t idf;   /* score_idf() */
	uint32_t other; /* the same for other forms */
};

struct plan_term {
	const struct query_term *term;
	struct plan_leaf *leaves; /* one for each alt: the best counts */
	size_t n;
	/* meant.c: the nearest other word, once it was sought; or NULL. */
	bool is_near_known;
	const char *near;
	uint32_t near_df;
	const struct near_word *nears; /* that one first */
	size_t n_nears;
};

struct plan_group {
	struct query_group *group;
	struct plan_term *terms; /* any: parts add up */
	size_t n;
	int64_t df; /* at most so many match */
};

/* What scores rest on: kept in a cursor, so that they do not change while
 * somebody turns pages. */
#define PLAN_STATS_MAX 64
struct plan_stats {
	int64_t docs;
	int64_t words;
	int64_t dfs[PLAN_STATS_MAX]; /* of leaves, in order */
	size_t n;
};

struct plan {
	const struct snapshot *snapshot;
	struct plan_group *groups;
	size_t n_groups;
	struct plan_term *without;
	size_t n_without;
	struct plan_stats stats;
};

/*
 * Everything in the arena. `stats` of a cursor (may be NULL) take the place
 * of those of the snapshot where they fit.
 */
struct plan *plan_make(struct arena *arena, const struct snapshot *snapshot,
    struct stemmer *stemmer, struct query *query,
    const struct plan_stats *stats);
/* No term of it is in the index. */
bool plan_term_is_unknown(const struct plan_term *term);

#endif
