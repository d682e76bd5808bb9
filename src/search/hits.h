/*
 * hits: the first k of many matches, and cursors. A cursor is the sort key
 * and the group of the last hit shown, and for relevance also the statistics
 * that scores rest on: so paging goes on at the right place, with the same
 * scores, also when records came or went in between. Inside search/.
 */
#ifndef SEARCH_HITS_H
#define SEARCH_HITS_H

#include "search/plan.h"

#define CURSOR_BY_SCORE 'r' /* the order whose cursors carry statistics */

struct hit {
	uint64_t key;  /* larger first */
	int64_t group; /* then smaller first */
	uint32_t segment;
	uint32_t doc;
};

struct cursor {
	char order;
	uint64_t key;
	int64_t group;
	struct plan_stats stats;
};

struct hits {
	struct hit *items; /* a heap, the last in order on top */
	size_t n;
	size_t max;
	uint64_t least;             /* keys below this need not be offered */
	const struct cursor *after; /* NULL: from the start */
};

/* The first max of what is offered, memory in the arena. */
void hits_init(struct hits *hits, struct arena *arena, size_t max,
    const struct cursor *after);
void hits_add(struct hits *hits, uint64_t key, int64_t group, uint32_t segment,
    uint32_t doc);
/* Offer it when it has a chance; the group is looked up only then. */
static inline void
hits_offer(struct hits *hits, uint64_t key, const struct segment *segment,
    uint32_t number, uint32_t doc)
{
	int64_t group;

	if (key < hits->least)
		return;
	group = segment_group(segment, doc);
	if (hits->n == hits->max && key == hits->least &&
	    group > hits->items[0].group)
		return;
	hits_add(hits, key, group, number, doc);
}
/* In order. Nothing may be offered after. */
void hits_sort(struct hits *hits);

char *cursor_make(struct arena *arena, char order, const struct hit *last,
    const struct plan_stats *stats);
/* 0, or -1 when it is not one of this order. Any bytes may come in. */
int cursor_parse(struct arena *arena, char order, const char *text,
    struct cursor *ret_cursor);

#endif
