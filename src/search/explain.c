/*
 * explain: the parts of a hit's score, so that anybody can add them up. Each
 * term is asked again for the one document. Section "Ranking" of the search
 * design.
 */
#include <string.h>

#include "search/run.h"

struct best {
	struct search_part part;
	uint32_t score;
};

static const char *
copy_text(struct run *run, const struct segment *segment, uint32_t term)
{
	size_t len;
	const char *text = dict_text(segment, term, &len);

	return arena_strndup(run->arena, text, len);
}

static void
keep_best(struct run *run, const struct plan_leaf *leaf,
    const struct segment *segment, uint32_t doc, uint8_t weight, bool is_other,
    const char *word, struct best *best)
{
	uint32_t score =
	    (is_other ? leaf->other : leaf->idf) *
	    run->search->scorer->part[weight][segment->lengths[doc]];

	if (weight == 0 || (best->part.word != NULL && score <= best->score))
		return;
	best->score = score;
	best->part.typed = leaf->term->typed;
	best->part.word = word;
	best->part.df = leaf->df;
	best->part.idf = leaf->idf / 256.0;
	best->part.weight = weight;
	best->part.factor = is_other ? SCORE_OTHER_FORM : 1;
	best->part.score = score_real(score);
}

/* One leaf, in a window around the document: its weight from the score is
 * not to be had, so each term is asked. */
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
		uint8_t weight;

		if (post_init(&post, segment, term) == -1)
			return -1;
		if (post_seek(&post, hit->doc) != hit->doc) {
			if (post.is_damaged)
				return -1;
			continue;
		}
		weight = leaf->term->field == QUERY_ANY_FIELD
			     ? post_weight(&post)
			     : phrase_field_weight(&post, leaf->term->field);
		keep_best(run, leaf, segment, hit->doc, weight, i >= n_same,
		    copy_text(run, segment, term), best);
	}
	return 0;
}

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
	leaf_init(&walk, run->arena, leaf, segment, hit->segment, NULL, posts);
	if (walk.is_damaged)
		return -1;
	weight = phrase_weight(&walk, hit->doc);
	keep_best(run, leaf, segment, hit->doc, weight, false,
	    leaf->alt->phrase, best);
	return 0;
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
				const struct plan_leaf *leaf = &term->leaves[k];
				int rc = leaf->n_words == 1
					     ? ask_word(run, leaf, hit, &best)
					     : ask_phrase(run, leaf, hit,
						   &best);

				if (rc == -1)
					return err_set(err, ERR_DB,
					    "the search index is damaged; it "
					    "is being made again");
			}
			if (best.part.word != NULL)
				parts[n++] = best.part;
		}
	}
	ret_hit->parts = arena_items(run->arena, parts, n, sizeof(*parts));
	ret_hit->n_parts = n;
	return 0;
}
