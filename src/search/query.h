/*
 * query: what somebody typed, taken apart. query.c reads the language,
 * term.c makes each word into the ways in which the index may hold it, plan.c
 * looks these up. Inside search/.
 */
#ifndef SEARCH_QUERY_H
#define SEARCH_QUERY_H

#include "search/format.h"
#include "search/search.h"

#define QUERY_ALTS_MAX   8
#define QUERY_TOKENS_MAX 32 /* in one phrase */

/* One way to match a term: folded words in a row. */
struct query_alt {
	const char *phrase; /* space-separated, no space at either end */
	bool is_prefix;     /* the last word may go on */
	double factor;      /* of its score: 1, less for what was not typed */
};

#define QUERY_ANY_FIELD SEARCH_FIELD_COUNT

struct query_term {
	const char *typed;
	size_t start; /* of the word in the query's text, and its bytes */
	size_t len;
	enum search_field field; /* or QUERY_ANY_FIELD */
	bool is_exact;           /* quoted, an identifier: no other forms */
	struct query_alt alts[QUERY_ALTS_MAX];
	size_t n_alts;
};

/* Terms joined by OR. */
struct query_group {
	struct query_term *terms[SEARCH_TERMS_MAX];
	size_t n;
	bool is_dropped;
};

struct query_filter {
	enum search_facet facet;
	const char *value;
};

struct query {
	struct query_group groups[SEARCH_TERMS_MAX]; /* all must match */
	size_t n_groups;
	struct query_term *without[SEARCH_TERMS_MAX];
	size_t n_without;
	struct query_filter filters[SEARCH_FILTERS_MAX];
	size_t n_filters;
	struct query_filter not_filters[SEARCH_FILTERS_MAX];
	size_t n_not_filters;
	int year_from; /* 0: any */
	int year_to;
};

/* Everything in the arena; never fails. */
struct query *query_parse(struct arena *arena, const char *text);
/* term.c: the ways to match one typed word or phrase; 0 when it has no
 * letter or digit. */
size_t query_term_init(struct arena *arena, struct query_term *term,
    const char *text, size_t len, bool is_quoted, bool is_prefix);
/* term.c: the words in a row are one more way to match the term. */
void query_term_may_be(struct query_term *term, const char *phrase,
    double factor);
/* label.c: words that are labels in some language may be the English one. */
void query_labels(struct arena *arena, struct query *query);
/* term.c: "doi10113..." of an identifier, NULL when it is none. */
const char *query_identifier(struct arena *arena, const char *scheme,
    const char *value);
/* facet.c: the form in which a value is stored: "ca" -> "CA", "fr-CA" ->
 * "fr", "Portugal" -> "PT". */
const char *facet_value(struct arena *arena, enum search_facet facet,
    const char *value);

#endif
