/*
 * near_words: "choir near Porto, 20 km" typed into the one field that people
 * see first, in each language of the pages. Only a place that is known leaves
 * the words: everything else stays what it was. Neighbours: near.c asks,
 * near_place.c knows places.
 */
#include "api/api.h"
#include "api/inside.h"

#include <string.h>
#include <strings.h>

#define PLACE_MIN 3   /* bytes: "near me" names no place */
#define PLACE_MAX 100 /* bytes */
/* Of the language of queries: no name has them. */
#define QUERY_MARKS "\":*|()"

/* Between spaces, or up to an apostrophe. */
static const char *const markers[] = {
	"near", "close to", /* en */
	"près de", "près du", "près des", "près d'", "près d\u2019", "pres de",
	"pres du", "pres des", "pres d'", "proche de",        /* fr */
	"cerca de", "cerca del",                              /* es */
	"perto de", "perto do", "perto da",                   /* pt */
	"in der nähe von", "in der naehe von", "nahe", "bei", /* de */
	"ger",                                                /* cy */
	"بالقرب من", "قرب",                                   /* ar */
};

/* Japanese says it behind the place; more words may follow. */
static const char *const endings[] = { "の近く", "の付近", "の周辺" };
static const char *const joints[] = { "にある", "での", "の", "で" };
#define WIDE_SPACE "\u3000"

/* Where the place stands in the words, and where they are without it. */
struct spot {
	size_t start; /* of all that goes */
	size_t place;
	size_t place_end;
	size_t end;
};

static bool
is_same(const char *text, const char *marker, size_t len)
{
	/* ASCII letters of either case; others as they are. */
	return strncasecmp(text, marker, len) == 0;
}

/* The last of all markers: what is behind it is the place. */
static bool
find_marker(const char *text, struct spot *ret_spot)
{
	size_t len = strlen(text);
	bool is_found = false;

	for (size_t i = 0; i < ARRAY_LEN(markers); i++) {
		size_t n = strlen(markers[i]);
		bool is_open = markers[i][n - 1] != '\'' &&
			       (unsigned char)markers[i][n - 1] != 0x99;

		for (size_t at = 0; at + n < len; at++) {
			if ((at > 0 && text[at - 1] != ' ') ||
			    !is_same(text + at, markers[i], n) ||
			    (is_open && text[at + n] != ' '))
				continue;
			if (is_found && at + n <= ret_spot->place)
				continue;
			*ret_spot = (struct spot){ at, at + n, len, len };
			is_found = true;
		}
	}
	return is_found;
}

static size_t
skip_joint(const char *text, size_t at)
{
	for (size_t i = 0; i < ARRAY_LEN(joints); i++) {
		size_t n = strlen(joints[i]);

		if (strncmp(text + at, joints[i], n) == 0)
			return at + n;
	}
	return at;
}

static bool
find_ending(const char *text, struct spot *ret_spot)
{
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		const char *found = strstr(text, endings[i]);
		size_t start, end;

		if (found == NULL)
			continue;
		end = (size_t)(found - text);
		for (start = end; start > 0 && text[start - 1] != ' '; start--)
			if (start >= strlen(WIDE_SPACE) &&
			    memcmp(text + start - strlen(WIDE_SPACE),
				WIDE_SPACE, strlen(WIDE_SPACE)) == 0)
				break;
		*ret_spot = (struct spot){ start, start, end,
			skip_joint(text, end + strlen(endings[i])) };
		return true;
	}
	return false;
}

/* "UK" is a country in capitals only; "me" and "us" are words. */
static bool
may_be_place(const char *name)
{
	size_t len = strlen(name);

	if (strpbrk(name, QUERY_MARKS) != NULL || len > PLACE_MAX)
		return false;
	if (len == 2)
		return name[0] >= 'A' && name[0] <= 'Z' && name[1] >= 'A' &&
		       name[1] <= 'Z' &&
		       vocab_match(VOCAB_COUNTRY, name) != NULL;
	return len >= PLACE_MIN;
}

/* The words in front of the place and behind it. */
static const char *
words_without(struct arena *arena, const char *text, const struct spot *spot)
{
	size_t start = spot->start, end = spot->end;

	end += strspn(text + end, " ");
	while (start > 0 && text[start - 1] == ' ')
		start--;
	return arena_printf(arena, "%.*s%s%s", (int)start, text,
	    start > 0 && text[end] != '\0' ? " " : "", text + end);
}

static char *
place_of(struct arena *arena, const char *text, const struct spot *spot)
{
	char *name = arena_strndup(arena, text + spot->place,
	    spot->place_end - spot->place);
	size_t len;

	name += strspn(name, " ");
	for (len = strlen(name); len > 0 && name[len - 1] == ' ';)
		name[--len] = '\0';
	return name;
}

int
near_words(struct search *search, struct api_query *query,
    enum api_near *ret_near, struct err *err)
{
	const char *text = query->search.text;
	enum api_near near;
	struct spot spot;
	double km;
	char *name;

	*ret_near = API_NEAR_NONE;
	if (query->arena == NULL || text == NULL ||
	    strlen(text) > SEARCH_QUERY_MAX ||
	    !valid_utf8(text, strlen(text), NULL) ||
	    (!find_ending(text, &spot) && !find_marker(text, &spot)))
		return 0;
	name = place_of(query->arena, text, &spot);
	if (strlen(name) > PLACE_MAX)
		return 0;
	km = near_distance(name);
	if (!may_be_place(name) || near_is_point(name))
		return 0;
	if (near_resolve(search, query, name, true, &near, err) == -1)
		return -1;
	if (near == API_NEAR_UNKNOWN)
		return 0;
	if (km > 0)
		query->within = arena_printf(query->arena, "%.4g", km);
	query->near = name;
	query->typed = text;
	query->search.text = words_without(query->arena, text, &spot);
	*ret_near = near;
	return 0;
}
