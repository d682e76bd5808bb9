/*
 * identifier: one canonical form for each public identifier, so that two
 * nodes that wrote it differently still say the same. The outer shell
 * (prefixes, addresses, blanks) is peeled here; the shape of each scheme is
 * checked in scheme.c. Design: records.md, "Merging".
 */
#include <string.h>
#include <strings.h>

#include "record/record.h"
#include "record/scheme.h"

#define SCHEME_MAX 60
#define VALUE_MAX  300
#define ROUNDS_MAX 6

static int
is_alnum(char ch)
{
	return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') ||
	       (ch >= 'A' && ch <= 'Z');
}

static char
upper(char ch)
{
	return ch >= 'a' && ch <= 'z' ? (char)(ch - 'a' + 'A') : ch;
}

static char
lower(char ch)
{
	return ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
}

/* "GB-CHC": a register of org-id.guide, written in capitals. */
static int
is_register(const char *scheme)
{
	return strlen(scheme) > 3 && scheme[2] == '-' && is_alnum(scheme[0]) &&
	       is_alnum(scheme[1]) && scheme[0] > '9' && scheme[1] > '9';
}

static const char *
fold_scheme(struct arena *arena, const char *scheme, struct err *err)
{
	static const struct {
		const char *also;
		const char *name;
	} names[] = {
		{ "pubmed", "pmid" },
		{ "pmc", "pmcid" },
		{ "isbn-10", "isbn" },
		{ "isbn-13", "isbn" },
		{ "isbn10", "isbn" },
		{ "isbn13", "isbn" },
		{ "trial-id", "trial" },
		{ "nct", "trial" },
		{ "isrctn", "trial" },
		{ "trial-registration", "trial" },
		{ "citation_key", "citation-key" },
	};
	size_t len = strnlen(scheme, SCHEME_MAX + 1);
	char *text;
	int capitals;

	while (len > 0 && *scheme == ' ') {
		scheme++;
		len--;
	}
	while (len > 0 && scheme[len - 1] == ' ')
		len--;
	if (len == 0 || len > SCHEME_MAX) {
		err_set(err, ERR_FORMAT,
		    "an identifier needs a scheme of 1 to "
		    "%d bytes, such as doi or GB-CHC",
		    SCHEME_MAX);
		return NULL;
	}
	text = arena_strndup(arena, scheme, len);
	capitals = is_register(text);
	for (char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p <= ' ') {
			err_set(err, ERR_FORMAT,
			    "an identifier scheme holds no blanks: write it "
			    "like doi or GB-CHC");
			return NULL;
		}
		*p = capitals ? upper(*p) : lower(*p);
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(text, names[i].also) == 0)
			return names[i].name;
	}
	return text;
}

/* Blanks off both ends, addresses and labels off the front. */
static char *
peel(struct arena *arena, const char *value)
{
	static const char *const fronts[] = {
		"https://",
		"http://",
		"www.",
		"dx.doi.org/",
		"doi.org/",
		"info:doi/",
		"urn:doi:",
		"doi:",
		"doi ",
		"info:pmid/",
		"pubmed.ncbi.nlm.nih.gov/",
		"ncbi.nlm.nih.gov/pubmed/",
		"ncbi.nlm.nih.gov/pmc/articles/",
		"pmc.ncbi.nlm.nih.gov/articles/",
		"europepmc.org/article/med/",
		"europepmc.org/article/pmc/",
		"europepmc.org/articles/",
		"pmid:",
		"pmid ",
		"pmcid:",
		"pmcid ",
		"urn:isbn:",
		"isbn-13:",
		"isbn-10:",
		"isbn:",
		"isbn ",
		"issn:",
		"issn ",
		"ror.org/",
		"orcid.org/",
		"clinicaltrials.gov/study/",
		"clinicaltrials.gov/ct2/show/",
		"isrctn.com/",
		"doi.org/10.1186/isrctn",
		"trialsearch.who.int/trial2.aspx?trialid=",
		"org-id.guide/list/",
		"wikidata.org/wiki/",
		"wikidata.org/entity/",
	};
	size_t len;
	int again = 1;

	while (again) {
		again = 0;
		while (*value == ' ' || *value == '\t' || *value == '\n')
			value++;
		for (size_t i = 0; i < ARRAY_LEN(fronts); i++) {
			size_t n = strlen(fronts[i]);

			if (strncasecmp(value, fronts[i], n) == 0) {
				value += n;
				again = 1;
			}
		}
	}
	len = strlen(value);
	while (len > 0 && (strchr(" \t\n.,;/", value[len - 1]) != NULL))
		len--;
	return arena_strndup(arena, value, len);
}

int
identifier_normalise(struct arena *arena, const char *scheme, const char *value,
    const char **ret_scheme, const char **ret_value, struct err *err)
{
	const char *name = fold_scheme(arena, scheme, err);
	const char *canonical;
	char *text;

	if (name == NULL)
		return -1;
	if (strnlen(value, VALUE_MAX + 1) > VALUE_MAX ||
	    !valid_xml_text(value, strlen(value), NULL))
		return err_set(err, ERR_FORMAT,
		    "the value of an identifier is text of at most %d bytes",
		    VALUE_MAX);
	/* Decoding may bring another shell to light: peel until it is still. */
	for (int round = 0; round < ROUNDS_MAX; round++) {
		text = peel(arena, value);
		if (*text == '\0')
			return err_set(err, ERR_FORMAT,
			    "the %s has no value: give one or leave it out",
			    name);
		canonical = scheme_normalise(arena, name, text, err);
		if (canonical == NULL)
			return -1;
		if (strcmp(canonical, value) == 0) {
			*ret_scheme = name;
			*ret_value = canonical;
			return 0;
		}
		value = arena_strdup(arena, canonical);
	}
	return err_set(err, ERR_FORMAT,
	    "the %s is encoded more than %d times: write it plainly", name,
	    ROUNDS_MAX);
}
