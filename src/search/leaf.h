/*
 * leaf: documents that hold one word (any of its terms) or one phrase, window
 * by window, with their part of the score. leaf.c has words of few terms,
 * start.c starts of many, phrase.c phrases. eval.c joins leaves by AND, OR
 * and NOT. Inside search/.
 */
#ifndef SEARCH_LEAF_H
#define SEARCH_LEAF_H

#include <string.h>

#include "search/plan.h"

/* Documents looked at together: their scores fit the second cache. */
#define WINDOW_DOCS  16384
#define WINDOW_WORDS (WINDOW_DOCS / 64)

/*
 * Scores of documents whose bit is set are in scores[]; while is_lazy, those
 * that are not settled are still to be made of weights[] by window_score():
 * most documents of a common word never need theirs.
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
	uint64_t settled[WINDOW_WORDS]; /* of the lazy */
	uint32_t scores[WINDOW_DOCS];
	uint8_t weights[WINDOW_DOCS];
};

static inline bool
window_has(const uint64_t *bits, uint32_t at)
{
	return (bits[at >> 6] >> (at & 63) & 1) != 0;
}

static inline uint32_t
window_score(const struct window *window, uint32_t at)
{
	if (!window->is_lazy || window_has(window->settled, at))
		return window->scores[at];
	return window->idf *
	       window->scorer->part[window->weights[at]][window->lengths[at]];
}

/* No score that is still to be made is larger. */
static inline uint32_t
window_most(const struct window *window)
{
	return window->idf * window->scorer->part[255][0];
}

/* window.c: make the scores that are still lazy. */
void window_settle(struct window *window);
/* window.c: numbers of the bits that are set, rising; how many. */
#define WINDOW_OFFSETS (WINDOW_DOCS + 32) /* room that is needed */
size_t window_offsets(const uint64_t *bits, uint16_t *ret_offsets);
/* window.c: how many bits are set. */
size_t window_count(const uint64_t *bits);
/* The documents of both, and how many. */
size_t window_and(const uint64_t *a, const uint64_t *b, uint64_t *ret_bits);
/* window.c: set the bit of each of WINDOW_DOCS bytes that is not 0. */
void window_bits(const uint8_t *bytes, uint64_t *bits);

struct leaf {
	const struct plan_leaf *plan;
	struct segment *segment;
	const struct scorer *scorer; /* NULL: scores are not wanted */
	size_t number;               /* of the segment */
	/* Of a word: its terms; of a phrase: its words, and all these again,
	 * for the documents alone; of a wide start: one, for any term. */
	struct post *posts;
	size_t n_posts; /* once, and without that one */
	size_t n_same;  /* of a word: this many are no other form */
	size_t lead;    /* of a phrase: the rarest word */
	bool is_wide;   /* a start of many terms: start.c walks them */
	/* What such a start weighs, by document, 0 none; NULL: not made yet.
	 * Lives in the plan. */
	const uint8_t *weights;
	bool is_damaged;
};

/* Posts that a leaf needs in a segment; 0: no document can match. */
size_t leaf_need(const struct plan_leaf *plan, size_t segment);
/* posts[] has room for leaf_need() and stays as long as the leaf. */
void leaf_init(struct leaf *leaf, const struct plan_leaf *plan,
    struct segment *segment, size_t number, const struct scorer *scorer,
    struct post *posts);
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

/* One document of a window: its score, or the larger one. */
static inline void
leaf_add(const struct leaf *leaf, struct window *window, uint32_t doc,
    uint8_t weight, uint32_t idf)
{
	uint32_t at = doc - window->base, score;
	bool is_there = window_has(window->bits, at);

	window->bits[at >> 6] |= (uint64_t)1 << (at & 63);
	if (leaf->scorer == NULL)
		return;
	if (window->is_lazy) {
		window->weights[at] = weight;
		return;
	}
	score = idf * leaf->scorer->part[weight][leaf->segment->lengths[doc]];
	if (!is_there || score > window->scores[at])
		window->scores[at] = score;
}

/* Be lazy in a fresh window. */
static inline void
leaf_be_lazy(const struct leaf *leaf, struct window *window, uint32_t idf)
{
	window->is_lazy = true;
	memset(window->settled, 0, sizeof(window->settled));
	window->idf = idf;
	window->scorer = leaf->scorer;
	window->lengths = leaf->segment->lengths + window->base;
}

/* ---- start.c: any of very many terms ---- */

/* Is a leaf one, in this segment? Its last word may go on in more ways than
 * leaf.c walks at once, or in a phrase in more than one. */
bool start_is_wide(const struct plan_leaf *plan, size_t segment);
uint32_t start_next(struct leaf *leaf, uint32_t base);
void start_fill(struct leaf *leaf, struct window *window,
    const uint64_t *among);
/* Its weight in a document; 0: it is not there. */
uint8_t start_weight(struct leaf *leaf, uint32_t doc);

/* ---- phrase.c; a wide start at the end is not looked at ---- */

/* Occurrences of one word in one document that are looked at. */
#define OCCURRENCES_MAX 4096

void phrase_init(struct leaf *leaf);
void phrase_fill(struct leaf *leaf, struct window *window,
    const uint64_t *among);
uint32_t phrase_next(struct leaf *leaf, uint32_t base);
/* Documents of the window with all words, in among when it is not NULL. */
void phrase_bits(struct leaf *leaf, const struct window *window, uint64_t *bits,
    const uint64_t *among);
/* Where in a document the words stand in a row, as post_positions() gives
 * them; how many. Documents rise from call to call. */
size_t phrase_rows(struct leaf *leaf, uint32_t doc,
    uint32_t ret_rows[OCCURRENCES_MAX]);
/* Weight of a phrase in one document; the same holds. */
uint8_t phrase_weight(struct leaf *leaf, uint32_t doc);
/* Weight of the current document's occurrences of a word in one field. */
uint8_t phrase_field_weight(struct post *post, enum search_field field);

#endif
