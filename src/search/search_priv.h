/*
 * search_priv: what the files of search/ share.
 *
 *   query.c    what somebody typed -> struct query
 *   match.c    struct query -> an expression for the full-text index
 *   cache.c    facets and dates of every document, in memory
 *   run.c      one search: match, filter, count, order
 *   cursor.c   pages
 *   snippet.c  a line of text with the hits marked
 *   doc.c      a view -> words and facet values
 *   index.c    writing: add, remove, make again
 */
#ifndef SEARCH_SEARCH_PRIV_H
#define SEARCH_SEARCH_PRIV_H

#include "db/db.h"
#include "search/document.h"
#include "search/search.h"
#include "search/token.h"

/* ---- what somebody typed ---- */

#define QUERY_ALTS_MAX   8
#define QUERY_TOKENS_MAX 32 /* in one phrase */

/* One way to match a term: folded words in a row. */
struct query_alt {
	const char *phrase; /* space-separated, no space at either end */
	bool is_prefix;     /* the last word may go on */
};

struct query_term {
	const char *typed;
	const char *column; /* NULL: all */
	struct query_alt alts[QUERY_ALTS_MAX];
	size_t n_alts;
};

/* Terms joined by OR. */
struct query_group {
	struct query_term *terms[SEARCH_TERMS_MAX];
	size_t n;
	int64_t hits;
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

/* match.c: groups that are not dropped; NULL when there are none. */
char *match_groups(struct arena *arena, const struct query *query);
char *match_group(struct arena *arena, const struct query_group *group);
char *match_without(struct arena *arena, const struct query *query);

/* ---- facet values ---- */

/* Values have ids 1 to n, at most this many; more are not counted. */
#define VALUES_MAX 65535

struct value_item {
	enum search_facet facet;
	char *value;
};

struct values {
	struct value_item *items; /* [0] is unused */
	size_t n;
	size_t alloc;
	uint32_t *slots; /* hash -> id */
	size_t n_slots;
};

void values_release(struct values *values);
/* 0 when absent. */
size_t values_find(const struct values *values, enum search_facet facet,
    const char *value);
size_t values_add(struct values *values, enum search_facet facet,
    const char *value);

/* ---- one document ---- */

#define DOC_COLUMNS   5
#define DOC_CODES_MAX 512
#define DOC_TITLE_MAX 64

typedef void (
    *doc_value_cb)(void *ctx, enum search_facet facet, const char *value);
/* Words of a view by column, for the index. */
void doc_words(struct arena *arena, const struct merge_view *view,
    struct strbuf columns[DOC_COLUMNS], struct strbuf forms[DOC_COLUMNS]);
void doc_values(struct arena *arena, const struct merge_view *view,
    doc_value_cb callback, void *ctx);
int doc_year(const struct record *rec);
int64_t doc_checked(const struct record *rec);
/* Folded, at most DOC_TITLE_MAX bytes. */
void doc_title(const struct record *rec, struct strbuf *ret_title);

/* ---- in memory ---- */

struct cache_doc {
	int64_t group; /* 0: dead */
	int64_t modified;
	uint32_t codes; /* first in codes[] */
	uint16_t n_codes;
	uint16_t year;
	int32_t checked;
};

struct state {
	int64_t epoch;
	int64_t next_doc;
	int64_t dead;
	int64_t vals;
};

struct cache {
	struct state state;
	struct cache_doc *docs; /* by document number */
	size_t n_docs;          /* state.next_doc */
	size_t alloc_docs;
	uint16_t *codes;
	size_t n_codes;
	size_t alloc_codes;
	struct values values;
	uint32_t *titles; /* by document number, offset; 0: none */
	size_t n_titles;
	struct strbuf title_text;
};

struct search {
	struct catalogue *cat;
	struct db *db;
	bool is_writer;
	struct catalogue_watch watch;
	bool is_ready; /* tables are there and statements prepared */
	size_t table;
	struct cache cache;
	/* writing */
	struct values values;
	struct arena *arena;
	struct strbuf columns[DOC_COLUMNS];
	struct strbuf forms[DOC_COLUMNS];
};

extern const char search_script[]; /* sql/search.sql */

struct db_stmt *search_stmt(struct search *search, size_t i);
/* Prepare if the tables are there; is_ready says. */
void search_prepare(struct search *search);
int state_get(struct search *search, struct state *ret_state,
    struct err *err) MUST_CHECK;
/* Read values with ids above values->n. */
int values_load(struct search *search, struct values *values,
    struct err *err) MUST_CHECK;
/* Bring the cache to what the database says, inside a read. */
int cache_refresh(struct search *search, struct err *err) MUST_CHECK;
int cache_titles(struct search *search, struct err *err) MUST_CHECK;
const char *cache_title(const struct cache *cache, size_t doc);
void cache_release(struct cache *cache);

/* ---- order and pages ---- */

struct match {
	uint32_t doc;
	int64_t group;
	int64_t key; /* larger first; not for titles */
};

struct order {
	const struct cache *cache;
	bool by_title;
	char name; /* of the sort, in cursors */
};

/* < 0: a comes first. Total: groups differ. */
int order_compare(const struct order *order, const struct match *a,
    const struct match *b);
/* Sort the first k of n to the front. */
void order_select(const struct order *order, struct match *items, size_t n,
    size_t k);
char *cursor_make(struct arena *arena, const struct order *order,
    const struct match *last);

struct cursor {
	int64_t key;
	int64_t group;
	const char *title;
};
/* 0, or -1 when it is not one of this order. */
int cursor_parse(struct arena *arena, const struct order *order,
    const char *text, struct cursor *ret_cursor);
bool cursor_is_before(const struct order *order, const struct cursor *cursor,
    const struct match *match);

/* ---- snippets ---- */

/* snippet_query.c: words of a query for snippet.c. */
const char *snippet_of_query(struct arena *arena, const struct query *query,
    const struct merge_view *view);

#endif
