/*
 * meant: did you mean. Words that the index does not hold, or hardly, are
 * replaced in the text of the query by the nearest one that it does. Section
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
	struct near_word found;

	if (term->is_near_known)
		return;
	term->is_near_known = true;
	if (fuzzy_find(run->snapshot, run->arena, word->text, word->len, &found,
		1) == 0)
		return;
	term->near = arena_strndup(run->arena, found.text, found.len);
	term->near_df = found.df;
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
