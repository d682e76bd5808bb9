/*
 * leaf: documents that hold one word (any of its terms) or one phrase, window
 * by window, with their part of the score. eval.c joins leaves by AND, OR and
 * NOT. Inside search/.
 */
#ifndef SEARCH_LEAF_H
#define SEARCH_LEAF_H

#include "search/plan.h"

/* Documents looked at together: their scores fit the second cache. */
#define WINDOW_DOCS  16384
#define WINDOW_WORDS (WINDOW_DOCS / 64)

/*
 * Scores of documents whose bit is set are in scores[], or, while is_lazy, to
 * be made of weights[] by window_score(): most documents of a common word
 * never need theirs.
 */
struct window {
	uint32_t base;  /* first document, a multiple of WINDOW_DOCS */
	uint32_t n;     /* documents of the segment in it */
	bool is_fresh;  /* no leaf was filled in */
	bool is_zeroed; /* scores of bits that are not set are 0 */
	bool is_lazy;
	uint32_t idf;                /* of the lazy */
	const struct scorer *scorer; /* of the lazy */
	const uint8_t *lengths; /* of the lazy: of the window's documents */
	uint64_t bits[WINDOW_WORDS];
	uint32_t scores[WINDOW_DOCS];
	uint8_t weights[WINDOW_DOCS];
};

static inline uint32_t
window_score(const struct window *window, uint32_t at)
{
	if (!window->is_lazy)
		return window->scores[at];
	return window->idf *
	       window->scorer->part[window->weights[at]][window->lengths[at]];
}

/* window.c: make the scores that are still lazy. */
void window_settle(struct window *window);
/* window.c: set the bit of each of WINDOW_DOCS bytes that is not 0. */
void window_bits(const uint8_t *bytes, uint64_t *bits);

static inline bool
window_has(const uint64_t *bits, uint32_t at)
{
	return (bits[at >> 6] >> (at & 63) & 1) != 0;
}

struct leaf {
	const struct plan_leaf *plan;
	struct segment *segment;
	const struct scorer *scorer; /* NULL: scores are not wanted */
	struct post *posts; /* of a word: its terms; of a phrase: its words,
			     * then the terms of the last; then all these
			     * again, for the documents alone */
	size_t n_posts;
	size_t n_same; /* of a word: this many are no other form */
	size_t lead;   /* of a phrase: the rarest word */
	/* Many terms: lists of those whose next document is in a window. */
	uint32_t *next;
	uint32_t *heads;
	uint32_t swept; /* windows before this one are empty */
	bool is_damaged;
};

/* Posts that a leaf needs in a segment; 0: no document can match. */
size_t leaf_need(const struct plan_leaf *plan, size_t segment);
/* posts[] has room for leaf_need() and stays as long as the leaf. */
void leaf_init(struct leaf *leaf, struct arena *arena,
    const struct plan_leaf *plan, struct segment *segment, size_t number,
    const struct scorer *scorer, struct post *posts);
/* No document before this one matches, from `base` on; POST_END: none. */
uint32_t leaf_next(struct leaf *leaf, uint32_t base);
/*
 * Add to a window (its base rises from call to call) the documents that
 * match; one that is there already keeps the larger score. Only those in
 * `among` matter (n_among of them), when it is not NULL.
 */
void leaf_fill(struct leaf *leaf, struct window *window, const uint64_t *among,
    size_t n_among);

/* Set the bits of a term's documents in the window; with `among`, at least
 * of those that are in it. */
void leaf_bits(struct post *post, const struct window *window, uint64_t *bits,
    const uint64_t *among, size_t n_among);

/* phrase.c */
void phrase_init(struct leaf *leaf, size_t number);
void phrase_fill(struct leaf *leaf, struct window *window,
    const uint64_t *among);
uint32_t phrase_next(struct leaf *leaf, uint32_t base);
/* Weight of a phrase in one document; the leaf was not moved beyond it. */
uint8_t phrase_weight(struct leaf *leaf, uint32_t doc);
/* Weight of the current document's occurrences of a word in one field. */
uint8_t phrase_field_weight(struct post *post, enum search_field field);

#endif
