/*
 * plan: words -> terms of each segment. A word finds itself and what shares
 * a stem with it; a start finds all that go on from it. Sections "Tokens" and
 * "Query language" of the search design.
 */
#include <string.h>

#include "search/plan.h"

struct planner {
	struct arena *arena;
	const struct snapshot *snapshot;
	struct stemmer *stemmer;
	const struct plan_stats *given;
	struct plan *plan;
	struct plan_start *starts[SEARCH_TERMS_MAX * QUERY_ALTS_MAX * 2];
	size_t n_starts;
	size_t n_phrase_starts;
};

static void
add_df(const struct planner *p, struct plan_word *word, const uint32_t *terms,
    size_t first, size_t end, const struct segment *segment)
{
	for (size_t i = first; i < end; i++) {
		size_t term = terms == NULL ? i : terms[i];

		word->df += segment->terms[term].df;
	}
	if (word->df > p->snapshot->docs)
		word->df = p->snapshot->docs;
}

/* Languages that a word was seen in; all of them when it never was. */
static uint32_t
langs_of(const struct planner *p, const struct plan_word *word)
{
	uint32_t langs = 0;
	bool is_known = false;

	for (size_t s = 0; s < p->snapshot->n; s++) {
		const struct plan_set *set = &word->sets[s];

		if (set->first == set->end)
			continue;
		is_known = true;
		langs |=
		    p->snapshot->segments[s].segment->terms[set->first].langs;
	}
	return is_known ? langs : UINT32_MAX;
}

/* Other forms of a word, from any segment: what shares a stem does not depend
 * on which segment knows the word in which language. */
struct others {
	struct {
		const char *text;
		size_t len;
	} items[PLAN_OTHERS_MAX];
	size_t n;
};

static bool
is_new(const struct others *others, const struct plan_word *word,
    const char *text, size_t len)
{
	if (len == word->len && memcmp(text, word->text, len) == 0)
		return false;
	for (size_t i = 0; i < others->n; i++) {
		if (others->items[i].len == len &&
		    memcmp(others->items[i].text, text, len) == 0)
			return false;
	}
	return true;
}

static void
collect_others(struct planner *p, const struct plan_word *word, size_t s,
    uint32_t key, uint32_t langs, struct others *others)
{
	const struct segment *segment = p->snapshot->segments[s].segment;
	uint32_t found[PLAN_OTHERS_MAX];
	size_t n = dict_stems(segment, key, found, PLAN_OTHERS_MAX);

	for (size_t i = 0; i < n && others->n < PLAN_OTHERS_MAX; i++) {
		size_t len;
		const char *text = dict_text(segment, found[i], &len);

		if (!is_new(others, word, text, len) ||
		    !stem_is_same(p->stemmer, word->text, word->len, text, len,
			langs & segment->terms[found[i]].langs))
			continue;
		others->items[others->n].text = text;
		others->items[others->n++].len = len;
	}
}

static void
find_others(struct planner *p, struct plan_word *word)
{
	uint32_t keys[STEM_KEYS_MAX], langs = langs_of(p, word);
	size_t n_keys = stem_keys(p->stemmer, word->text, word->len, langs,
	    keys);
	struct others others = { .n = 0 };

	for (size_t s = 0; n_keys > 0 && s < p->snapshot->n; s++) {
		for (size_t k = 0; k < n_keys; k++)
			collect_others(p, word, s, keys[k], langs, &others);
	}
	for (size_t s = 0; others.n > 0 && s < p->snapshot->n; s++) {
		const struct segment *segment =
		    p->snapshot->segments[s].segment;
		struct plan_set *set = &word->sets[s];
		uint32_t terms[PLAN_OTHERS_MAX];
		size_t n = 0;

		for (size_t i = 0; i < others.n; i++) {
			uint32_t term = dict_find(segment, others.items[i].text,
			    others.items[i].len);

			if (term != TERM_NONE)
				terms[n++] = term;
		}
		set->others = arena_items(p->arena, terms, n, sizeof(*terms));
		set->n_others = n;
		add_df(p, word, terms, 0, n, segment);
	}
}

static void
find_word(struct planner *p, struct plan_word *word, bool wants_others)
{
	word->sets = arena_alloc(p->arena,
	    (p->snapshot->n + 1) * sizeof(*word->sets));
	for (size_t s = 0; s < p->snapshot->n; s++) {
		const struct segment *segment =
		    p->snapshot->segments[s].segment;
		struct plan_set *set = &word->sets[s];

		if (word->is_prefix) {
			dict_prefix(segment, word->text, word->len, &set->first,
			    &set->end);
		} else {
			uint32_t term = dict_find(segment, word->text,
			    word->len);

			if (term != TERM_NONE) {
				set->first = term;
				set->end = term + 1;
			}
		}
		add_df(p, word, NULL, set->first, set->end, segment);
	}
	if (wants_others && !word->is_prefix)
		find_others(p, word);
}

/* The leaf's own documents, or those that a cursor brought. */
static int64_t
stats_df(struct planner *p, int64_t df)
{
	struct plan_stats *stats = &p->plan->stats;
	size_t i = stats->n;

	if (i == PLAN_STATS_MAX)
		return df;
	if (p->given != NULL && i < p->given->n)
		df = p->given->dfs[i];
	stats->dfs[stats->n++] = df;
	return df;
}

/* That of an earlier leaf which asks the same, or a new one; NULL when there
 * are too many. */
static struct plan_start *
find_start(struct planner *p, const struct plan_leaf *leaf)
{
	bool is_phrase = strchr(leaf->alt->phrase, ' ') != NULL;
	struct plan_start *start;

	for (size_t i = 0; i < p->n_starts; i++) {
		const struct plan_leaf *other = p->starts[i]->leaf;

		if (other->term->field == leaf->term->field &&
		    strcmp(other->alt->phrase, leaf->alt->phrase) == 0)
			return p->starts[i];
	}
	if (p->n_starts == ARRAY_LEN(p->starts) ||
	    (is_phrase && p->n_phrase_starts == PLAN_PHRASE_STARTS_MAX))
		return NULL;
	p->n_phrase_starts += is_phrase;
	start = arena_alloc(p->arena, sizeof(*start));
	start->leaf = leaf;
	start->arena = p->arena;
	start->weights = arena_alloc(p->arena,
	    (p->snapshot->n + 1) * sizeof(*start->weights));
	return p->starts[p->n_starts++] = start;
}

static void
make_leaf(struct planner *p, struct plan_leaf *leaf,
    const struct query_term *term, const struct query_alt *alt)
{
	const char *at = alt->phrase;

	leaf->term = term;
	leaf->alt = alt;
	leaf->words = arena_alloc(p->arena,
	    QUERY_TOKENS_MAX * sizeof(*leaf->words));
	if (alt->is_prefix)
		leaf->start = find_start(p, leaf);
	while (*at != '\0' && leaf->n_words < QUERY_TOKENS_MAX) {
		struct plan_word *word = &leaf->words[leaf->n_words++];

		word->text = at;
		word->len = strcspn(at, " ");
		at += word->len;
		word->is_prefix = leaf->start != NULL && *at == '\0';
		at += strspn(at, " ");
	}
	for (size_t i = 0; i < leaf->n_words; i++) {
		struct plan_word *word = &leaf->words[i];

		find_word(p, word, !term->is_exact && leaf->n_words == 1);
		if (i == 0 || word->df < leaf->found)
			leaf->found = word->df;
	}
	leaf->df = stats_df(p, leaf->found);
	leaf->idf = score_idf(p->plan->stats.docs, leaf->df, alt->factor);
	leaf->other = score_idf(p->plan->stats.docs, leaf->df,
	    SCORE_OTHER_FORM * alt->factor);
}

static void
make_term(struct planner *p, struct plan_term *made,
    const struct query_term *term)
{
	made->term = term;
	made->n = term->n_alts;
	made->leaves = arena_alloc(p->arena,
	    (made->n + 1) * sizeof(*made->leaves));
	for (size_t i = 0; i < made->n; i++)
		make_leaf(p, &made->leaves[i], term, &term->alts[i]);
}

static void
make_group(struct planner *p, struct plan_group *made,
    struct query_group *group)
{
	made->group = group;
	made->n = group->n;
	made->terms = arena_alloc(p->arena,
	    (made->n + 1) * sizeof(*made->terms));
	for (size_t i = 0; i < made->n; i++) {
		struct plan_term *term = &made->terms[i];

		make_term(p, term, group->terms[i]);
		for (size_t j = 0; j < term->n; j++)
			made->df += term->leaves[j].found;
	}
}

struct plan *
plan_make(struct arena *arena, const struct snapshot *snapshot,
    struct stemmer *stemmer, struct query *query,
    const struct plan_stats *stats)
{
	struct plan *plan = arena_alloc(arena, sizeof(*plan));
	struct planner p = { .arena = arena,
		.snapshot = snapshot,
		.stemmer = stemmer,
		.given = stats,
		.plan = plan };

	plan->snapshot = snapshot;
	plan->stats.docs = stats != NULL ? stats->docs : snapshot->docs;
	plan->stats.words = stats != NULL ? stats->words : snapshot->words;
	plan->groups = arena_alloc(arena,
	    (query->n_groups + 1) * sizeof(*plan->groups));
	for (size_t i = 0; i < query->n_groups; i++)
		make_group(&p, &plan->groups[i], &query->groups[i]);
	plan->n_groups = query->n_groups;
	plan->without = arena_alloc(arena,
	    (query->n_without + 1) * sizeof(*plan->without));
	for (size_t i = 0; i < query->n_without; i++)
		make_term(&p, &plan->without[i], query->without[i]);
	plan->n_without = query->n_without;
	return plan;
}

bool
plan_term_is_unknown(const struct plan_term *term)
{
	for (size_t i = 0; i < term->n; i++) {
		if (term->leaves[i].found > 0)
			return false;
	}
	return true;
}
