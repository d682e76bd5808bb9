/*
 * label: what people call a need, an outcome, a zone in their own language
 * finds the records of all countries that have it: "solidão" may also be
 * "Loneliness", the label with which every such record was indexed
 * (document.c); and "isolation" in English too. "saúde mental" is two words: each of them may be the whole
 * label. Neighbours: query.c calls this last, term.c makes the ways to match.
 */
#include <string.h>
#include <strings.h>

#include "search/query.h"

#define LABEL_WORDS_MAX 4
/* Of the score of the word as typed; shared by the words of a label. */
#define LABEL_FACTOR 0.5

/* Whose labels document.c gives to a record's words. */
static const enum vocab vocabs[] = { VOCAB_NEED, VOCAB_OUTCOME, VOCAB_ZONE,
	VOCAB_SITUATION, VOCAB_RESOURCE_TYPE, VOCAB_DESIGN,
	VOCAB_BUILDING_BLOCK, VOCAB_ATTENDANCE, VOCAB_MODEL, VOCAB_KIND };

/* A plain word of its own, not quoted, not of a field, not in an OR. */
static bool
is_plain(const struct query_group *group)
{
	return group->n == 1 && !group->terms[0]->is_exact &&
	       group->terms[0]->field == QUERY_ANY_FIELD &&
	       group->terms[0]->n_alts > 0 &&
	       !group->terms[0]->alts[0].is_prefix;
}

/* The English label of what is called so: in another language, or, of needs,
 * with other words ("isolation"). NULL when it is the label itself. */
static const char *
label_of(const char *text)
{
	const char *label = vocab_in_english(vocabs, ARRAY_LEN(vocabs), text);
	const char *code;

	if (label != NULL)
		return label;
	code = vocab_match(VOCAB_NEED, text);
	if (code == NULL)
		return NULL;
	label = vocab_label(VOCAB_NEED, code, "en");
	return strcasecmp(label, text) == 0 ? NULL : label;
}

static void
add_label(struct arena *arena, struct query *query, size_t first, size_t n,
    const char *label)
{
	struct query_term term;

	if (query_term_init(arena, &term, label, strlen(label), true, false) ==
	    0)
		return;
	for (size_t i = first; i < first + n; i++)
		query_term_may_be(query->groups[i].terms[0],
		    term.alts[0].phrase, LABEL_FACTOR / (double)n);
}

void
query_labels(struct arena *arena, struct query *query)
{
	for (size_t first = 0; first < query->n_groups; first++) {
		const char *text = "";

		for (size_t n = 1;
		     n <= LABEL_WORDS_MAX && first + n <= query->n_groups &&
		     is_plain(&query->groups[first + n - 1]);
		     n++) {
			const char *word =
			    query->groups[first + n - 1].terms[0]->typed;
			const char *label;

			text = n == 1
				   ? word
				   : arena_printf(arena, "%s %s", text, word);
			label = label_of(text);
			if (label != NULL)
				add_label(arena, query, first, n, label);
		}
	}
}
