/*
 * facet: names and values of what is counted, and the table that gives each
 * value a small number. Section "Filters and counts" of the search design.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "search/search_priv.h"

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
		"distance" };

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

/* ---- numbers for values ---- */

static uint32_t
hash_value(enum search_facet facet, const char *value)
{
	uint32_t h = 2166136261u ^ (uint32_t)facet;

	for (; *value != '\0'; value++)
		h = (h ^ (unsigned char)*value) * 16777619u;
	return h;
}

/* The slot of a value: its own, or the free one where it belongs. */
static size_t
find_slot(const struct values *values, enum search_facet facet,
    const char *value)
{
	size_t mask = values->n_slots - 1;
	size_t at = hash_value(facet, value) & mask;

	while (values->slots[at] != 0) {
		const struct value_item *item =
		    &values->items[values->slots[at]];

		if (item->facet == facet && strcmp(item->value, value) == 0)
			break;
		at = (at + 1) & mask;
	}
	return at;
}

static void
grow_slots(struct values *values)
{
	free(values->slots);
	values->n_slots = values->n_slots == 0 ? 256 : values->n_slots * 2;
	values->slots = xcalloc(values->n_slots, sizeof(*values->slots));
	for (size_t id = 1; id <= values->n; id++) {
		values->slots[find_slot(values, values->items[id].facet,
		    values->items[id].value)] = (uint32_t)id;
	}
}

void
values_release(struct values *values)
{
	for (size_t id = 1; id <= values->n; id++)
		free(values->items[id].value);
	free(values->items);
	free(values->slots);
	memset(values, 0, sizeof(*values));
}

size_t
values_find(const struct values *values, enum search_facet facet,
    const char *value)
{
	if (values->n_slots == 0)
		return 0;
	return values->slots[find_slot(values, facet, value)];
}

size_t
values_add(struct values *values, enum search_facet facet, const char *value)
{
	if (values->n == VALUES_MAX)
		return 0;
	if ((values->n + 1) * 2 > values->n_slots)
		grow_slots(values);
	if (values->n + 2 > values->alloc) {
		values->alloc = values->alloc == 0 ? 128 : values->alloc * 2;
		values->items = xrealloc(values->items,
		    values->alloc * sizeof(*values->items));
	}
	values->n++;
	values->items[values->n].facet = facet;
	values->items[values->n].value = xstrdup(value);
	values->slots[find_slot(values, facet, value)] = (uint32_t)values->n;
	return values->n;
}
