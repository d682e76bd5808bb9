/*
 * complete: how a word goes on, most documents first, over all segments
 * (fuzzy_complete() of fuzzy.h). A start of one letter has tens of thousands
 * of terms in each of many segments; only those are merged that can be among
 * the first: what is to have `floor` documents in n segments together must
 * have at least floor / n in one of them.
 */
#include "search/fuzzy.h"

#include <stdlib.h>
#include <string.h>

struct range {
	const struct segment *segment;
	uint32_t first;
	uint32_t end;
};

struct going_on {
	const char *text; /* in a segment */
	size_t len;
	uint32_t df;
};

/* The max-th largest df of a range; 0 when it has fewer terms. heap: max
 * numbers, the least on top. */
static uint32_t
last_of_first(const struct range *range, uint32_t *heap, size_t max)
{
	const struct seg_term *terms = range->segment->terms;
	uint32_t term;
	size_t at, child;

	if (range->end - range->first < max)
		return 0;
	memset(heap, 0, max * sizeof(*heap));
	for (term = range->first; term < range->end; term++) {
		uint32_t df = terms[term].df;

		if (df <= heap[0])
			continue;
		for (at = 0; (child = 2 * at + 1) < max; at = child) {
			if (child + 1 < max && heap[child + 1] < heap[child])
				child++;
			if (heap[child] >= df)
				break;
			heap[at] = heap[child];
		}
		heap[at] = df;
	}
	return heap[0];
}

static int
compare_text(const struct going_on *x, const struct going_on *y)
{
	int order = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static int
by_text(const void *a, const void *b)
{
	return compare_text(a, b);
}

static int
by_rank(const void *a, const void *b)
{
	const struct going_on *x = a, *y = b;

	if (x->df != y->df)
		return x->df > y->df ? -1 : 1;
	return compare_text(x, y);
}

/* Terms of all ranges that have at least `least` documents in one of them,
 * malloc'ed. */
static struct going_on *
collect(const struct range *ranges, size_t n_ranges, uint32_t least,
    size_t *ret_n)
{
	struct going_on *items = NULL, item;
	size_t n = 0, cap = 0, i;
	uint32_t term;

	for (i = 0; i < n_ranges; i++)
		for (term = ranges[i].first; term < ranges[i].end; term++) {
			if (ranges[i].segment->terms[term].df < least)
				continue;
			item.text = dict_text(ranges[i].segment, term,
			    &item.len);
			item.df = ranges[i].segment->terms[term].df;
			VEC_PUSH(items, n, cap, item);
		}
	*ret_n = n;
	return items;
}

/* Each text once, with the documents of all ranges. */
static size_t
add_up(struct going_on *items, size_t n, const struct range *ranges,
    size_t n_ranges, uint32_t least)
{
	size_t i, kept = 0, k;
	uint32_t term;

	qsort(items, n, sizeof(*items), by_text);
	for (i = 0; i < n; i++) {
		if (kept > 0 && compare_text(&items[kept - 1], &items[i]) == 0)
			items[kept - 1].df += items[i].df;
		else
			items[kept++] = items[i];
	}
	/* Those below `least` were not collected: ask for them. */
	for (i = 0; least > 1 && i < kept; i++)
		for (k = 0; k < n_ranges; k++) {
			const struct segment *s = ranges[k].segment;

			term = dict_find(s, items[i].text, items[i].len);
			if (term != TERM_NONE && s->terms[term].df < least)
				items[i].df += s->terms[term].df;
		}
	return kept;
}

size_t
fuzzy_complete(const struct snapshot *snapshot, struct arena *arena,
    const char *start, size_t len, struct near_word *ret_words, size_t max)
{
	struct range *ranges;
	struct going_on *items;
	uint32_t *heap, floor = 0, least, last;
	size_t i, n = 0, n_ranges = 0;

	if (max == 0 || len == 0 || len > TERM_MAX)
		return 0;
	ranges = xcalloc(snapshot->n + 1, sizeof(*ranges));
	heap = xcalloc(max, sizeof(*heap));
	for (i = 0; i < snapshot->n; i++) {
		struct range *r = &ranges[n_ranges];

		r->segment = snapshot->segments[i].segment;
		dict_prefix(r->segment, start, len, &r->first, &r->end);
		if (r->end <= r->first)
			continue;
		n_ranges++;
		last = last_of_first(r, heap, max);
		if (last > floor)
			floor = last;
	}
	least = n_ranges == 0 ? 0
			      : (uint32_t)((floor + n_ranges - 1) / n_ranges);
	items = collect(ranges, n_ranges, least, &n);
	if (n > 0) {
		if (n_ranges > 1)
			n = add_up(items, n, ranges, n_ranges, least);
		qsort(items, n, sizeof(*items), by_rank);
	}
	if (max > n)
		max = n;
	for (i = 0; i < max; i++) {
		ret_words[i].text = arena_strndup(arena, items[i].text,
		    items[i].len);
		ret_words[i].len = items[i].len;
		ret_words[i].df = items[i].df;
		ret_words[i].distance = 0;
	}
	free(items);
	free(heap);
	free(ranges);
	return max;
}
