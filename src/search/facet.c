/*
 * facet: names of what is counted, and the form of its values. Section
 * "Filters and counts" of the search design.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "search/query.h"

static const struct {
	const char *name;
	const char *alias; /* also understood in a query */
	enum vocab vocab;
} facets[SEARCH_FACET_COUNT] = {
	[SEARCH_KIND] = { "kind", NULL, VOCAB_KIND },
	[SEARCH_COUNTRY] = { "country", NULL, VOCAB_COUNTRY },
	[SEARCH_ZONE] = { "zone", NULL, VOCAB_ZONE },
	[SEARCH_NEED] = { "need", NULL, VOCAB_NEED },
	[SEARCH_LANGUAGE] = { "language", "lang", VOCAB_LANGUAGE },
	[SEARCH_NODE] = { "node", NULL, VOCAB_NONE },
	[SEARCH_DESIGN] = { "design", NULL, VOCAB_DESIGN },
	[SEARCH_TYPE] = { "type", NULL, VOCAB_EVIDENCE_TYPE },
	[SEARCH_STRENGTH] = { "strength", NULL, VOCAB_STRENGTH },
	[SEARCH_OUTCOME] = { "outcome", NULL, VOCAB_OUTCOME },
	[SEARCH_AUDIENCE] = { "audience", "for", VOCAB_SITUATION },
	[SEARCH_SETTING] = { "setting", NULL, VOCAB_ATTENDANCE },
	[SEARCH_BLOCK] = { "block", NULL, VOCAB_BUILDING_BLOCK },
};

const char *
search_facet_name(enum search_facet facet)
{
	return facets[facet].name;
}

int
search_facet_parse(const char *name, enum search_facet *ret_facet)
{
	for (size_t i = 0; i < SEARCH_FACET_COUNT; i++) {
		if (strcasecmp(name, facets[i].name) == 0 ||
		    (facets[i].alias != NULL &&
			strcasecmp(name, facets[i].alias) == 0)) {
			*ret_facet = (enum search_facet)i;
			return 0;
		}
	}
	return -1;
}

enum vocab
search_facet_vocab(enum search_facet facet, const char *value)
{
	if (facet == SEARCH_TYPE && !vocab_has(VOCAB_EVIDENCE_TYPE, value) &&
	    vocab_has(VOCAB_RESOURCE_TYPE, value))
		return VOCAB_RESOURCE_TYPE;
	return facets[facet].vocab;
}

int
search_sort_parse(const char *name, enum search_sort *ret_sort)
{
	static const char *const names[] = { "relevance", "checked", "year",
		"strength", "distance" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			*ret_sort = (enum search_sort)i;
			return 0;
		}
	}
	return -1;
}

/* Upper or lower case of an ASCII copy. */
static char *
cased(struct arena *arena, const char *text, bool upper)
{
	char *copy = arena_strdup(arena, text);

	for (char *p = copy; *p != '\0'; p++) {
		if (!upper && *p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
		else if (upper && *p >= 'a' && *p <= 'z')
			*p = (char)(*p - 32);
	}
	return copy;
}

const char *
facet_value(struct arena *arena, enum search_facet facet, const char *value)
{
	enum vocab vocab = search_facet_vocab(facet, value);
	const char *label;
	char *text = cased(arena, value, facet == SEARCH_COUNTRY);

	if (facet == SEARCH_LANGUAGE && strpbrk(text, "-_") != NULL)
		*strpbrk(text, "-_") = '\0';
	if (vocab == VOCAB_NONE)
		return text;
	if (vocab_has(vocab, text))
		return text;
	label = vocab_match(vocab, value);
	if (label == NULL && facet == SEARCH_TYPE)
		label = vocab_match(VOCAB_RESOURCE_TYPE, value);
	return label != NULL ? label : text;
}
