/*
 * near_place: the name of a place -> a centre or a country. Places are known
 * from the records alone, countries from the vocabulary in all its languages.
 * Neighbours: near.c has positions and circles, search/where.c finds what
 * records name.
 */
#include "api/api.h"
#include "api/inside.h"

#include <string.h>
#include <strings.h>

#define KM_OF_MILE 1.609344
/* So many of the points that have a name must be in one place for it to be
 * one: "school" is in every town. */
#define SHARE_MIN 0.5

/* ---- commas and distances ---- */

static const char *const commas[] = { ",", "\u060c", "\uff0c", "\u3001" };

static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	for (len = strlen(text);
	     len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t');)
		text[--len] = '\0';
	return text;
}

/* What stands behind the last comma, NULL when there is none; *ret_comma is
 * the comma. */
static char *
behind_comma(char *text, char **ret_comma)
{
	char *behind = NULL;

	for (size_t i = 0; i < ARRAY_LEN(commas); i++) {
		size_t len = strlen(commas[i]);

		for (char *p = strstr(text, commas[i]); p != NULL;
		     p = strstr(p + len, commas[i])) {
			if (behind == NULL || p + len > behind) {
				behind = p + len;
				*ret_comma = p;
			}
		}
	}
	return behind == NULL ? NULL : trim(behind);
}

/* Kilometres of a unit of length, 0 when it is none. */
static double
unit_km(const char *unit)
{
	static const char *const km[] = { "km", "kms", "km.", "kilometre",
		"kilometres", "kilometer", "kilometers", "kilomètre",
		"kilomètres", "kilómetro", "kilómetros", "quilómetro",
		"quilómetros", "quilômetro", "quilômetros", "kilometern",
		"cilometr", "cilomedr", "キロ", "キロメートル", "كم", "كلم",
		"كيلومتر", "كيلومترا", "كيلومترًا" };
	static const char *const miles[] = { "mi", "mi.", "mile", "miles",
		"mille", "milles", "milla", "millas", "milha", "milhas",
		"meile", "meilen", "milltir", "filltir", "マイル", "ميل",
		"أميال" };

	for (size_t i = 0; i < ARRAY_LEN(km); i++) {
		if (strcasecmp(unit, km[i]) == 0)
			return 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(miles); i++) {
		if (strcasecmp(unit, miles[i]) == 0)
			return KM_OF_MILE;
	}
	return 0;
}

double
near_distance(char *name)
{
	char *comma, *behind = behind_comma(name, &comma), *p = behind;
	double number = 0, unit = 1;

	if (behind == NULL || *behind < '0' || *behind > '9')
		return 0;
	for (; *p >= '0' && *p <= '9'; p++) {
		number = number * 10 + (*p - '0');
		if (number > API_WITHIN_MAX)
			return 0;
	}
	if (*p == '.') {
		for (p++; *p >= '0' && *p <= '9'; p++)
			number += (*p - '0') * (unit /= 10);
	}
	p += strspn(p, " ");
	number *= unit_km(p);
	if (!(number > 0) || number > API_WITHIN_MAX)
		return 0;
	*comma = '\0';
	memmove(name, trim(name), strlen(trim(name)) + 1);
	return number;
}

/* ---- countries ---- */

/* So small that a circle around its middle is meant, not all of it. */
static bool
is_small(const char *country)
{
	static const char *const small[] = { "AD", "BB", "BH", "GI", "HK", "LI",
		"LU", "MC", "MO", "MT", "SG", "SM", "VA" };

	for (size_t i = 0; i < ARRAY_LEN(small); i++) {
		if (strcmp(small[i], country) == 0)
			return true;
	}
	return false;
}

/* Not a country but a part of one, whose code would say too much. */
static bool
is_part(const char *name)
{
	static const char *const parts[] = { "england", "scotland", "wales",
		"northern ireland" };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (strcasecmp(parts[i], name) == 0)
			return true;
	}
	return false;
}

/* ---- resolving ---- */

struct lookup {
	struct search *search;
	struct api_query *query;
	bool strict;
};

/* 1 when records name it, 0 when none does, -1 for trouble. */
static int
try_place(const struct lookup *l, const char *name, const char *country,
    struct err *err)
{
	struct search_where where;

	if (*name == '\0')
		return 0;
	if (search_place(l->search, name, country, &where, err) == -1)
		return err->code == ERR_NOTFOUND ? 0 : -1;
	if (l->strict && country == NULL && where.share < SHARE_MIN)
		return 0;
	l->query->search.near.lat = where.lat;
	l->query->search.near.lon = where.lon;
	return 1;
}

static int
try_country(const struct lookup *l, const char *country)
{
	if (api_add_filter(&l->query->search, SEARCH_COUNTRY, country) == -1)
		return 0;
	l->query->country = country;
	return 1;
}

/* A small country is a place too, by any of its names. */
static int
try_small(const struct lookup *l, const char *country, struct err *err)
{
	return try_place(l, vocab_label(VOCAB_COUNTRY, country, "en"), country,
	    err);
}

/* "Vitoria, Spain": the part behind the comma says which; "Leeds, West
 * Yorkshire": or is not needed. */
static int
try_parts(const struct lookup *l, const char *name, struct err *err)
{
	char copy[NEAR_BYTES + 1], *comma, *behind;
	const char *country = NULL;
	int found;

	memcpy(copy, name, strlen(name) + 1);
	behind = behind_comma(copy, &comma);
	if (behind != NULL) {
		*comma = '\0';
		country = vocab_match(VOCAB_COUNTRY, behind);
	}
	if (country != NULL &&
	    (found = try_place(l, trim(copy), country, err)) != 0)
		return found;
	if ((found = try_place(l, name, NULL, err)) != 0)
		return found;
	if (behind == NULL || country != NULL || l->strict)
		return 0;
	return try_place(l, trim(copy), NULL, err);
}

int
near_resolve(struct search *search, struct api_query *query, const char *name,
    bool strict, enum api_near *ret_near, struct err *err)
{
	struct lookup l = { search, query, strict };
	char copy[NEAR_BYTES + 1];
	const char *country;
	int found = 0;

	*ret_near = API_NEAR_UNKNOWN;
	if (strlen(name) > NEAR_BYTES)
		return 0;
	memcpy(copy, name, strlen(name) + 1);
	name = trim(copy);
	country = vocab_match(VOCAB_COUNTRY, name);
	if (country != NULL && is_small(country))
		found = try_small(&l, country, err);
	else if (country == NULL || is_part(name))
		found = try_parts(&l, name, err);
	if (found == 1)
		*ret_near = API_NEAR_POINT;
	else if (found == 0 && country != NULL && try_country(&l, country))
		*ret_near = API_NEAR_COUNTRY;
	return found == -1 ? -1 : 0;
}
