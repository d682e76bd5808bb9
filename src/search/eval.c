/*
 * eval: AND, OR and NOT over windows of documents. A term's ways to match
 * give the larger score, terms joined by OR add up, and so do groups. Section
 * "Postings" of the search design.
 */
#include <stdlib.h>
#include <string.h>

#include "search/eval.h"

void
eval_space_release(struct eval_space *space)
{
	free(space->posts);
	for (size_t i = 0; i < ARRAY_LEN(space->windows); i++)
		free(space->windows[i]);
	memset(space, 0, sizeof(*space));
}

static size_t
term_need(const struct plan_term *term, size_t number)
{
	size_t need = 0;

	for (size_t i = 0; i < term->n; i++)
		need += leaf_need(&term->leaves[i], number);
	return need;
}

/* Posts of all groups that are asked; 0 when one of them can not match. */
static size_t
plan_need(const struct plan *plan, size_t number, bool *ret_possible)
{
	size_t need = 0;

	*ret_possible = true;
	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct plan_group *group = &plan->groups[i];
		size_t mine = 0;

		if (group->group->is_dropped)
			continue;
		for (size_t j = 0; j < group->n; j++)
			mine += term_need(&group->terms[j], number);
		if (mine == 0)
			*ret_possible = false;
		need += mine;
	}
	for (size_t i = 0; i < plan->n_without; i++)
		need += term_need(&plan->without[i], number);
	return need;
}

static void
reserve(struct eval_space *space, size_t n_posts)
{
	if (n_posts > space->n_posts) {
		free(space->posts);
		space->posts = xmalloc(n_posts * sizeof(*space->posts));
		space->n_posts = n_posts;
	}
	for (size_t i = 0; i < ARRAY_LEN(space->windows); i++) {
		if (space->windows[i] == NULL)
			space->windows[i] = xmalloc(sizeof(struct window));
	}
}

struct maker {
	struct eval *eval;
	struct arena *arena;
	size_t number;
	size_t used; /* posts */
};

static void
make_term(struct maker *m, struct eval_term *made, const struct plan_term *term,
    const struct scorer *scorer)
{
	made->leaves = arena_alloc(m->arena,
	    (term->n + 1) * sizeof(*made->leaves));
	for (size_t i = 0; i < term->n; i++) {
		const struct plan_leaf *leaf = &term->leaves[i];
		size_t need = leaf_need(leaf, m->number);

		if (need == 0)
			continue;
		leaf_init(&made->leaves[made->n], leaf, m->eval->segment,
		    m->number, scorer, m->eval->space->posts + m->used);
		if (made->leaves[made->n].is_damaged)
			m->eval->is_damaged = true;
		made->n++;
		m->used += need;
	}
}

static int
compare_groups(const void *a, const void *b)
{
	const struct eval_group *x = a, *y = b;

	return (x->df > y->df) - (x->df < y->df);
}

static int
compare_terms(const void *a, const void *b)
{
	const struct eval_term *x = a, *y = b;

	return (x->df > y->df) - (x->df < y->df);
}

/* The most frequent term comes last: what it has alone stays lazy. */
static void
make_group(struct maker *m, struct eval_group *made,
    const struct plan_group *group, const struct scorer *scorer)
{
	made->df = group->df;
	made->n = group->n;
	made->terms = arena_alloc(m->arena,
	    (group->n + 1) * sizeof(*made->terms));
	for (size_t i = 0; i < group->n; i++) {
		make_term(m, &made->terms[i], &group->terms[i], scorer);
		for (size_t j = 0; j < group->terms[i].n; j++)
			made->terms[i].df += group->terms[i].leaves[j].df;
	}
	qsort(made->terms, made->n, sizeof(*made->terms), compare_terms);
}

void
eval_init(struct eval *eval, struct arena *arena, const struct plan *plan,
    size_t number, const struct scorer *scorer, struct eval_space *space)
{
	struct maker m = { eval, arena, number, 0 };
	bool is_possible;

	memset(eval, 0, sizeof(*eval));
	eval->segment = plan->snapshot->segments[number].segment;
	eval->scorer = scorer;
	eval->space = space;
	reserve(space, plan_need(plan, number, &is_possible));
	if (!is_possible) {
		eval->is_empty = true;
		return;
	}
	eval->groups = arena_alloc(arena,
	    (plan->n_groups + 1) * sizeof(*eval->groups));
	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct plan_group *group = &plan->groups[i];

		if (!group->group->is_dropped)
			make_group(&m, &eval->groups[eval->n_groups++], group,
			    scorer);
	}
	qsort(eval->groups, eval->n_groups, sizeof(*eval->groups),
	    compare_groups);
	eval->without = arena_alloc(arena,
	    (plan->n_without + 1) * sizeof(*eval->without));
	for (size_t i = 0; i < plan->n_without; i++)
		make_term(&m, &eval->without[i], &plan->without[i], NULL);
	eval->n_without = plan->n_without;
}

/* ---- one window ---- */

static void
window_clear(struct window *window, uint32_t base, uint32_t n_docs)
{
	window->base = base;
	window->n = n_docs - base < WINDOW_DOCS ? n_docs - base : WINDOW_DOCS;
	window->is_fresh = true;
	window->is_zeroed = false;
	window->is_lazy = false;
	memset(window->bits, 0, sizeof(window->bits));
}

static void
fill_term(struct eval *eval, struct eval_term *term, struct window *window,
    const uint64_t *among, size_t n_among)
{
	for (size_t i = 0; i < term->n; i++) {
		leaf_fill(&term->leaves[i], window, among, n_among);
		if (term->leaves[i].is_damaged)
			eval->is_damaged = true;
	}
}

/* Scores that `from` would still have to make stay to be made in `into`,
 * whose own are made. */
static void
take_lazy(struct window *into, const struct window *from)
{
	memcpy(into->settled, into->bits, sizeof(into->settled));
	memcpy(into->weights, from->weights, sizeof(into->weights));
	into->is_lazy = true;
	into->idf = from->idf;
	into->scorer = from->scorer;
	into->lengths = from->lengths;
}

/* into += from: documents of either, scores of both. */
static void
add_window(struct window *into, const struct window *from, bool has_scores)
{
	bool is_lazy = has_scores && from->is_lazy;

	window_settle(into);
	if (is_lazy)
		take_lazy(into, from);
	for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
		uint64_t both = into->bits[w] & from->bits[w];
		uint64_t fresh = from->bits[w] & ~into->bits[w];

		into->bits[w] |= fresh;
		if (!has_scores)
			continue;
		for (; both != 0; both &= both - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(both);

			into->scores[at] += window_score(from, at);
		}
		for (; !is_lazy && fresh != 0; fresh &= fresh - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(fresh);

			into->scores[at] = window_score(from, at);
		}
	}
}

/* into: documents of both, scores of both. */
static void
join_window(struct window *into, const struct window *from, bool has_scores)
{
	for (uint32_t w = 0; w < WINDOW_WORDS; w++) {
		uint64_t both = into->bits[w] & from->bits[w];

		into->bits[w] = both;
		for (; has_scores && both != 0; both &= both - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(both);

			into->scores[at] = window_score(into, at) +
					   window_score(from, at);
		}
	}
	into->is_lazy = false;
}

/* A group into a cleared window; `spare` is for terms joined by OR. */
static void
fill_group(struct eval *eval, struct eval_group *group, struct window *window,
    struct window *spare, const uint64_t *among, size_t n_among)
{
	for (size_t i = 0; i < group->n; i++) {
		if (i == 0) {
			fill_term(eval, &group->terms[i], window, among,
			    n_among);
			continue;
		}
		window_clear(spare, window->base, eval->segment->n_docs);
		fill_term(eval, &group->terms[i], spare, among, n_among);
		add_window(window, spare, eval->scorer != NULL);
	}
}

/* The window in which the first group goes on. */
static uint32_t
next_base(struct eval *eval)
{
	struct eval_group *group = &eval->groups[0];
	uint32_t least = POST_END;

	for (size_t i = 0; i < group->n; i++) {
		for (size_t j = 0; j < group->terms[i].n; j++) {
			struct leaf *leaf = &group->terms[i].leaves[j];
			uint32_t doc = leaf_next(leaf, eval->next);

			if (leaf->is_damaged)
				eval->is_damaged = true;
			if (doc < least)
				least = doc;
		}
	}
	return least == POST_END ? POST_END : least / WINDOW_DOCS * WINDOW_DOCS;
}

/* Every document; without words there are no scores. */
static void
fill_all(struct window *window)
{
	for (uint32_t w = 0; w * 64 < window->n; w++) {
		uint32_t left = window->n - w * 64;

		window->bits[w] = left >= 64 ? UINT64_MAX
					     : ((uint64_t)1 << left) - 1;
	}
}

static void
take_away(struct eval *eval, struct window *window, struct window *spare)
{
	for (size_t i = 0; i < eval->n_without; i++) {
		size_t n = window_count(window->bits);

		if (n == 0)
			return;
		window_clear(spare, window->base, eval->segment->n_docs);
		fill_term(eval, &eval->without[i], spare, window->bits, n);
		for (uint32_t w = 0; w < WINDOW_WORDS; w++)
			window->bits[w] &= ~spare->bits[w];
	}
}

struct window *
eval_next(struct eval *eval)
{
	struct window *all = eval->space->windows[0];
	struct window *one = eval->space->windows[1];
	struct window *spare = eval->space->windows[2];
	uint32_t n_docs = eval->segment->n_docs;

	while (!eval->is_empty && !eval->is_damaged && eval->next < n_docs) {
		size_t n = 0;

		if (eval->n_groups > 0) {
			uint32_t base = next_base(eval);

			if (base == POST_END)
				return NULL;
			eval->next = base;
		}
		window_clear(all, eval->next, n_docs);
		eval->next += all->n;
		if (eval->n_groups == 0)
			fill_all(all);
		for (size_t i = 0; i < eval->n_groups; i++) {
			if (i == 0) {
				fill_group(eval, &eval->groups[0], all, spare,
				    NULL, 0);
			} else {
				window_clear(one, all->base, n_docs);
				fill_group(eval, &eval->groups[i], one, spare,
				    all->bits, n);
				join_window(all, one, eval->scorer != NULL);
			}
			n = window_count(all->bits);
			if (n == 0)
				break;
		}
		if (n == 0 && eval->n_groups > 0)
			continue;
		if (eval->n_without > 0)
			take_away(eval, all, spare);
		if (!eval->is_damaged)
			return all;
	}
	return NULL;
}

struct leaf *
eval_single(struct eval *eval)
{
	struct leaf *leaf;

	if (eval->is_empty || eval->is_damaged || eval->n_groups != 1 ||
	    eval->n_without > 0 || eval->groups[0].n != 1 ||
	    eval->groups[0].terms[0].n != 1)
		return NULL;
	leaf = &eval->groups[0].terms[0].leaves[0];
	if (leaf->plan->n_words != 1 || leaf->is_wide || leaf->n_posts != 1 ||
	    leaf->plan->term->field != QUERY_ANY_FIELD)
		return NULL;
	return leaf;
}
