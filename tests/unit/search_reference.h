/*
 * search_reference: search as its definition says, slow and plain: every
 * document is looked at, every number is a double. The engine is held
 * against it. Nothing of the engine is used but the stemmer's word on which
 * words are forms of one.
 */
#ifndef TESTS_SEARCH_REFERENCE_H
#define TESTS_SEARCH_REFERENCE_H

#include "search_corpus.h"

enum ref_kind {
	REF_WORD,  /* itself, and what shares a stem with it */
	REF_EXACT, /* itself */
	REF_START, /* what starts so */
	REF_PHRASE /* words in a row */
};

#define REF_PHRASE_MAX 8
#define REF_ANY_FIELD  SEARCH_FIELD_COUNT

struct ref_term {
	enum ref_kind kind;
	enum search_field field; /* REF_ANY_FIELD: any */
	char words[REF_PHRASE_MAX][CORPUS_TEXT];
	size_t n;
	char typed[2 * REF_PHRASE_MAX * CORPUS_TEXT];
};

#define REF_TERMS_MAX  3
#define REF_GROUPS_MAX 5

struct ref_query {
	struct {
		struct ref_term terms[REF_TERMS_MAX]; /* any of them */
		size_t n;
	} groups[REF_GROUPS_MAX]; /* all of them */
	size_t n_groups;
	struct ref_term without[REF_TERMS_MAX];
	size_t n_without;
	uint32_t filters[SEARCH_FACET_COUNT]; /* any of the bits; 0: all */
	uint32_t not_filters[SEARCH_FACET_COUNT];
	unsigned year_from, year_to; /* 0: open */
	double lat, lon, km;         /* km 0: anywhere */
	uint32_t checked_since;
};

struct ref_hit {
	const struct corpus_doc *doc;
	double score;
	double km; /* of its nearest point */
};

struct ref_result {
	struct ref_hit *hits; /* best first */
	size_t n;
	int64_t counts[SEARCH_FACET_COUNT][CORPUS_VALUES_MAX];
	/* A point lies so near to the circle that rounding decides. */
	bool is_close;
};

struct reference;
struct reference *reference_new(struct corpus *corpus);
void reference_free(struct reference *ref);
/* The hits live until the next run. */
void reference_run(struct reference *ref, const struct ref_query *query,
    struct ref_result *ret_result);
double reference_mean_length(const struct reference *ref);

/* ---- queries ---- */

struct ref_draw {
	bool is_plain; /* words, starts, phrases; nothing else */
	bool has_filters;
};

/* A random query that makes sense for the corpus. */
void ref_query_draw(struct corpus *corpus, const struct ref_draw *draw,
    struct ref_query *ret_query);
/* The same as somebody would type it. Filters of bits not set in `typed` are
 * left to the caller. */
void ref_query_text(const struct ref_query *query, unsigned typed,
    struct strbuf *ret_text);

#endif
