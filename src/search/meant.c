/*
 * meant: did you mean. Words that the index does not hold, or hardly, are
 * replaced in the text of the query by the nearest one that it does; and words
 * near to them are told where nothing was found. Section
 * "Typos and suggestions" of the search design.
 */
#include <string.h>

#include "search/fuzzy.h"
#include "search/run.h"

/* A rare word is doubted when a near one is so much more frequent. */
#define RARE_DF     2
#define RARE_FACTOR 50

struct swap {
	size_t start;
	size_t len;
	const char *word;
};

/* The documents of the one word of a term; -1 when it is not just a word. */
static int64_t
word_df(const struct plan_term *term)
{
	const struct plan_leaf *leaf = &term->leaves[0];

	if (term->n == 0 || term->term->is_exact || leaf->n_words != 1 ||
	    leaf->words[0].is_prefix)
		return -1;
	return plan_term_is_unknown(term) ? 0 : leaf->found;
}

/* All dictionaries are gone through: once for a term. */
static void
find_near(struct run *run, struct plan_term *term)
{
	const struct plan_word *word = &term->leaves[0].words[0];
	struct near_word found[SEARCH_NEAREST_MAX];

	if (term->is_near_known)
		return;
	term->is_near_known = true;
	term->n_nears = fuzzy_find(run->snapshot, run->arena, word->text,
	    word->len, found, SEARCH_NEAREST_MAX);
	if (term->n_nears == 0)
		return;
	term->nears = arena_items(run->arena, found, term->n_nears,
	    sizeof(*found));
	term->near = arena_strndup(run->arena, found[0].text, found[0].len);
	term->near_df = found[0].df;
}

/* A better word for a term, or NULL. */
static const char *
nearer(struct run *run, struct plan_term *term, bool rare)
{
	int64_t df = word_df(term);

	if (df < 0 || df > (rare ? RARE_DF : 0))
		return NULL;
	find_near(run, term);
	return df > 0 && term->near_df < RARE_FACTOR * df ? NULL : term->near;
}

const char *
meant_text(struct run *run, bool rare)
{
	const char *text = run->asked->text, *made;
	struct swap swaps[SEARCH_TERMS_MAX];
	size_t n = 0, at = 0;
	struct strbuf sb;

	for (size_t i = 0; i < run->plan->n_groups; i++) {
		const struct plan_group *group = &run->plan->groups[i];

		for (size_t j = 0; j < group->n; j++) {
			const char *word = nearer(run, &group->terms[j], rare);

			if (word == NULL || n == SEARCH_TERMS_MAX)
				continue;
			swaps[n].start = group->terms[j].term->start;
			swaps[n].len = group->terms[j].term->len;
			swaps[n++].word = word;
		}
	}
	if (n == 0)
		return NULL;
	strbuf_init(&sb, (size_t)SEARCH_QUERY_MAX * 2);
	for (size_t i = 0; i < n; i++) {
		strbuf_add(&sb, text + at, swaps[i].start - at);
		strbuf_addstr(&sb, swaps[i].word);
		at = swaps[i].start + swaps[i].len;
	}
	strbuf_addstr(&sb, text + at);
	made = sb.overflow || !valid_utf8(sb.buf, sb.len, NULL)
		   ? NULL
		   : arena_strndup(run->arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return made;
}

/* ---- words near by ---- */

/* Characters of a start that two words must share. */
#define START_MIN 4
/* Looked at for each: some are numbers. */
#define STARTS_MAX ((size_t)4 * SEARCH_NEAREST_MAX)

/* A word once, and no numbers or identifiers. */
static void
add_near(struct search_result *result, struct arena *arena,
    const struct near_word *word)
{
	struct search_word *to = result->nearest;
	size_t at = result->n_nearest;

	for (size_t i = 0; i < word->len; i++) {
		if (word->text[i] >= '0' && word->text[i] <= '9')
			return;
	}
	for (size_t i = 0; i < result->n_nearest; i++) {
		if (strlen(to[i].text) == word->len &&
		    memcmp(to[i].text, word->text, word->len) == 0)
			return;
	}
	while (at > 0 && to[at - 1].n < (int64_t)word->df)
		at--;
	if (at == SEARCH_NEAREST_MAX)
		return;
	if (result->n_nearest < SEARCH_NEAREST_MAX)
		result->n_nearest++;
	memmove(to + at + 1, to + at,
	    (result->n_nearest - at - 1) * sizeof(*to));
	to[at].text = arena_strndup(arena, word->text, word->len);
	to[at].n = word->df;
}

/* The words that share the longest start with it. */
static void
add_starts(struct run *run, const struct plan_word *word,
    struct search_result *result)
{
	struct near_word found[STARTS_MAX];
	const char *end = word->text + word->len, *p = word->text;
	size_t ends[TERM_MAX], n = 0, some = 0;

	while (p < end && n < ARRAY_LEN(ends)) {
		utf8_next(&p, end);
		ends[n++] = (size_t)(p - word->text);
	}
	/* Not the whole of it: the word itself is not there. */
	while (some == 0 && n-- > START_MIN)
		some = fuzzy_complete(run->snapshot, run->arena, word->text,
		    ends[n - 1], found, STARTS_MAX);
	for (size_t i = 0; i < some; i++)
		add_near(result, run->arena, &found[i]);
}

void
meant_nearest(struct run *run, struct search_result *result)
{
	const struct plan *plan = run->typed;

	result->nearest = arena_alloc(run->arena,
	    (SEARCH_NEAREST_MAX + 1) * sizeof(*result->nearest));
	for (size_t i = 0; i < plan->n_groups; i++) {
		for (size_t j = 0; j < plan->groups[i].n; j++) {
			struct plan_term *term = &plan->groups[i].terms[j];

			if (word_df(term) != 0)
				continue;
			find_near(run, term);
			for (size_t k = 0; k < term->n_nears; k++)
				add_near(result, run->arena, &term->nears[k]);
			add_starts(run, &term->leaves[0].words[0], result);
		}
	}
}
