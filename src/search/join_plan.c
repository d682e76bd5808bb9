/*
 * join_plan: which segments are to be joined. As in any log-structured tree:
 * JOIN_WIDTH segments of one size class make one of the next, so that each
 * document is copied once in a class, a handful of times in its life.
 */
#include <stdlib.h>
#include <string.h>

#include "search/writer_priv.h"

/* Below, the dead of one segment are not worth a file of their own. */
#define REWRITE_DOCS 512

struct size {
	size_t i;
	uint32_t alive;
};

static unsigned
class_of(uint32_t alive)
{
	unsigned class = 0;

	for (; alive >= JOIN_WIDTH; alive /= JOIN_WIDTH)
		class ++;
	return class;
}

static int
by_size(const void *a, const void *b)
{
	const struct size *left = a, *right = b;

	if (left->alive != right->alive)
		return left->alive < right->alive ? -1 : 1;
	return (left->i > right->i) - (left->i < right->i);
}

static int
by_number(const void *a, const void *b)
{
	const size_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* The run of sizes[from..to), when it is not too large. */
static size_t
take(const struct size *sizes, size_t from, size_t to, uint64_t min_docs,
    uint64_t max_docs, size_t *ret_which)
{
	uint64_t docs = 0;
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		docs += sizes[i].alive;
	if (docs < min_docs || docs > max_docs)
		return 0;
	for (size_t i = from; i < to; i++)
		ret_which[n++] = sizes[i].i;
	qsort(ret_which, n, sizeof(*ret_which), by_number);
	return n;
}

size_t
join_plan(const struct manifest *manifest, size_t n, uint64_t min_docs,
    uint64_t max_docs, size_t ret_which[MANIFEST_SEGMENTS_MAX])
{
	struct size sizes[MANIFEST_SEGMENTS_MAX];
	size_t end, found = 0;

	for (size_t i = 0; i < n; i++) {
		sizes[i].i = i;
		sizes[i].alive = manifest->segments[i].n_docs -
				 manifest->segments[i].n_dead;
	}
	if (n > 1)
		qsort(sizes, n, sizeof(*sizes), by_size);
	for (size_t i = 0; i < n && found == 0; i = end) {
		end = i + 1;
		while (end < n &&
		       class_of(sizes[end].alive) == class_of(sizes[i].alive))
			end++;
		/* All smaller ones go along: they cost less than any. */
		if (end - i >= JOIN_WIDTH)
			found = take(sizes, 0, end, min_docs, max_docs,
			    ret_which);
	}
	if (found == 0 && n > JOIN_SEGMENTS)
		found = take(sizes, 0, n - JOIN_SEGMENTS + JOIN_WIDTH, min_docs,
		    max_docs, ret_which);
	for (size_t i = 0; i < n && found == 0; i++) {
		const struct manifest_segment *s =
		    &manifest->segments[sizes[i].i];

		if (s->n_docs >= REWRITE_DOCS && s->n_dead > s->n_docs / 3)
			found = take(sizes, i, i + 1, min_docs, max_docs,
			    ret_which);
	}
	return found;
}
