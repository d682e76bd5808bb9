/*
 * explain: the parts of a hit's score, so that anybody can add them up. Each
 * term is asked again for the one document. Section "Ranking" of the search
 * design.
 */
#include <stdlib.h>
#include <string.h>

#include "search/run.h"

struct best {
	struct search_part part;
	uint32_t score;
};

static void
keep_best(struct run *run, const struct plan_leaf *leaf,
    const struct segment *segment, uint32_t doc, uint8_t weight, bool is_other,
    const char *word, size_t len, struct best *best)
{
	uint32_t score =
	    (is_other ? leaf->other : leaf->idf) *
	    run->search->scorer->part[weight][segment->lengths[doc]];

	if (weight == 0 || (best->part.word != NULL && score <= best->score))
		return;
	best->score = score;
	best->part.typed = leaf->term->typed;
	best->part.word = arena_strndup(run->arena, word, len);
	best->part.df = leaf->df;
	best->part.idf = leaf->idf / 256.0 / leaf->alt->factor;
	best->part.weight = weight;
	best->part.factor = (is_other ? SCORE_OTHER_FORM : 1) *
			    leaf->alt->factor;
	best->part.score = score_real(score);
}

/* Weight of a term's current document in what is asked of; 0 when it is not
 * more than `least`. */
static uint8_t
weight_in(struct post *post, enum search_field field, uint8_t least)
{
	uint8_t weight = post_weight(post);

	if (weight <= least || field == QUERY_ANY_FIELD)
		return weight > least ? weight : 0;
	weight = phrase_field_weight(post, field);
	return weight > least ? weight : 0;
}

/* One leaf of few terms: each is asked. */
static int
ask_word(struct run *run, const struct plan_leaf *leaf, const struct hit *hit,
    struct best *best)
{
	struct segment *segment = run->snapshot->segments[hit->segment].segment;
	const struct plan_set *set = &leaf->words[0].sets[hit->segment];
	size_t n_same = set->end - set->first;

	for (size_t i = 0; i < n_same + set->n_others; i++) {
		uint32_t term = i < n_same ? set->first + (uint32_t)i
					   : set->others[i - n_same];
		struct post post;
		const char *text;
		uint8_t weight = 0;
		size_t len;

		if (post_init(&post, segment, term) == 0 &&
		    post_seek(&post, hit->doc) == hit->doc)
			weight = weight_in(&post, leaf->term->field, 0);
		if (post.is_damaged)
			return -1;
		text = dict_text(segment, term, &len);
		keep_best(run, leaf, segment, hit->doc, weight, i >= n_same,
		    text, len, best);
	}
	return 0;
}

/* ---- a start of many terms ---- */

/* The term that gives a hit its weight. */
struct plan_winner {
	const struct hit *hit;
	uint32_t term;
	uint8_t weight;
};

static int
by_doc(const void *a, const void *b)
{
	const struct plan_winner *x = a, *y = b;

	return (x->hit->doc > y->hit->doc) - (x->hit->doc < y->hit->doc);
}

/* Each term is walked once, for all hits of the page in one segment. */
static int
ask_terms(struct run *run, const struct plan_leaf *leaf, size_t number,
    struct plan_winner *winners, size_t n)
{
	struct segment *segment = run->snapshot->segments[number].segment;
	const struct plan_set *set = &leaf->words[0].sets[number];

	for (uint32_t term = set->first; n > 0 && term < set->end; term++) {
		struct post post;

		if (post_init(&post, segment, term) == -1)
			return -1;
		for (size_t i = 0; i < n && post.doc != POST_END; i++) {
			struct plan_winner *winner = &winners[i];
			uint32_t doc = winner->hit->doc;
			uint8_t weight;

			if (doc < post.doc || post_seek(&post, doc) != doc)
				continue;
			weight = weight_in(&post, leaf->term->field,
			    winner->weight);
			if (weight == 0)
				continue;
			winner->weight = weight;
			winner->term = term;
		}
		if (post.is_damaged)
			return -1;
	}
	return 0;
}

static int
find_winners(struct run *run, const struct plan_leaf *leaf)
{
	size_t from = run->cursor != NULL ? 0 : run->asked->offset, n = 0;
	struct plan_winner *all = arena_alloc(run->arena,
	    (run->hits.n + 1) * sizeof(*all));

	for (size_t s = 0; s < run->snapshot->n; s++) {
		size_t first = n;

		for (size_t i = from; i < run->hits.n; i++) {
			if (run->hits.items[i].segment == s)
				all[n++].hit = &run->hits.items[i];
		}
		if (n - first > 1)
			qsort(&all[first], n - first, sizeof(*all), by_doc);
		if (ask_terms(run, leaf, s, &all[first], n - first) == -1)
			return -1;
	}
	leaf->start->winners = all;
	leaf->start->n_winners = n;
	return 0;
}

static int
ask_start(struct run *run, const struct plan_leaf *leaf, const struct hit *hit,
    struct best *best)
{
	const struct segment *segment =
	    run->snapshot->segments[hit->segment].segment;
	struct plan_winner one = { .hit = hit }, *winners = &one;
	size_t n = 1;

	if (hit >= run->hits.items && hit < run->hits.items + run->hits.n) {
		if (leaf->start->winners == NULL &&
		    find_winners(run, leaf) == -1)
			return -1;
		winners = leaf->start->winners;
		n = leaf->start->n_winners;
	} else if (ask_terms(run, leaf, hit->segment, &one, 1) == -1) {
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		const struct plan_winner *winner = &winners[i];
		const char *text;
		size_t len;

		if (winner->hit != hit || winner->weight == 0)
			continue;
		text = dict_text(segment, winner->term, &len);
		keep_best(run, leaf, segment, hit->doc, winner->weight, false,
		    text, len, best);
	}
	return 0;
}

/* ---- the rest ---- */

static int
ask_phrase(struct run *run, const struct plan_leaf *leaf, const struct hit *hit,
    struct best *best)
{
	struct segment *segment = run->snapshot->segments[hit->segment].segment;
	size_t need = leaf_need(leaf, hit->segment);
	struct post *posts;
	struct leaf walk;
	uint8_t weight;

	if (need == 0)
		return 0;
	posts = arena_alloc(run->arena, need * sizeof(*posts));
	leaf_init(&walk, leaf, segment, hit->segment, NULL, posts);
	if (walk.is_damaged)
		return -1;
	weight = walk.is_wide ? start_weight(&walk, hit->doc)
			      : phrase_weight(&walk, hit->doc);
	if (walk.is_damaged)
		return -1;
	keep_best(run, leaf, segment, hit->doc, weight, false,
	    leaf->alt->phrase, strlen(leaf->alt->phrase), best);
	return 0;
}

static int
ask(struct run *run, const struct plan_leaf *leaf, const struct hit *hit,
    struct best *best)
{
	if (leaf->n_words > 1)
		return ask_phrase(run, leaf, hit, best);
	if (start_is_wide(leaf, hit->segment))
		return ask_start(run, leaf, hit, best);
	return ask_word(run, leaf, hit, best);
}

int
explain_hit(struct run *run, const struct hit *hit, struct search_hit *ret_hit,
    struct err *err)
{
	struct search_part parts[SEARCH_TERMS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < run->plan->n_groups; i++) {
		const struct plan_group *group = &run->plan->groups[i];

		if (group->group->is_dropped)
			continue;
		for (size_t j = 0; j < group->n && n < SEARCH_TERMS_MAX; j++) {
			const struct plan_term *term = &group->terms[j];
			struct best best;

			memset(&best, 0, sizeof(best));
			for (size_t k = 0; k < term->n; k++) {
				if (ask(run, &term->leaves[k], hit, &best) ==
				    -1)
					return search_damaged(run->snapshot,
					    err);
			}
			if (best.part.word != NULL)
				parts[n++] = best.part;
		}
	}
	ret_hit->parts = arena_items(run->arena, parts, n, sizeof(*parts));
	ret_hit->n_parts = n;
	return 0;
}
