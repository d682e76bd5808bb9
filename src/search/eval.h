/*
 * eval: the documents of one segment that match a plan, window after window:
 * groups joined by AND, the rarest first, so that a common word is only asked
 * for the documents that are left. Inside search/.
 */
#ifndef SEARCH_EVAL_H
#define SEARCH_EVAL_H

#include "search/leaf.h"

struct eval_term {
	struct leaf *leaves;
	size_t n;
	int64_t df;
};

struct eval_group {
	struct eval_term *terms; /* rarest first */
	size_t n;
	int64_t df;
};

/* Memory that outlives a search, grown when needed. */
struct eval_space {
	struct post *posts;
	size_t n_posts;
	struct window *windows[3];
};
void eval_space_release(struct eval_space *space);

struct eval {
	struct segment *segment;
	struct eval_group *groups; /* rarest first */
	size_t n_groups;
	struct eval_term *without;
	size_t n_without;
	struct eval_space *space;
	const struct scorer *scorer; /* NULL: no scores */
	uint32_t next;               /* first document not looked at */
	bool is_empty;               /* nothing in this segment matches */
	bool is_damaged;
};

/* scorer NULL: documents only. `number`: of the segment in the snapshot. */
void eval_init(struct eval *eval, struct arena *arena, const struct plan *plan,
    size_t number, const struct scorer *scorer, struct eval_space *space);
/*
 * The next window with a match of the words, or NULL at the end or when the
 * segment is damaged (is_damaged). Without groups every document matches, the
 * score 0. The window may be changed until the next call.
 */
struct window *eval_next(struct eval *eval);
/*
 * When the plan is one word of one term: its only post, not yet moved, else
 * NULL. eval_next() is not used then.
 */
struct leaf *eval_single(struct eval *eval);

static inline bool
bits_any(const uint64_t *bits, size_t n_words)
{
	uint64_t any = 0;

	for (size_t i = 0; i < n_words; i++)
		any |= bits[i];
	return any != 0;
}

#endif
