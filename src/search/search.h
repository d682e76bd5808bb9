/*
 * search: words, filters, place -> groups, counts, ranking. An index of our
 * own in the folder index/ beside the catalogue: immutable segments, mapped
 * (docs/search-index.md). Derived: lost or damaged, it is made again.
 */
#ifndef SEARCH_SEARCH_H
#define SEARCH_SEARCH_H

#include "base/base.h"
#include "record/record.h"
#include "catalogue/catalogue.h"

enum search_facet {
	SEARCH_KIND,
	SEARCH_COUNTRY,
	SEARCH_ZONE,
	SEARCH_NEED,
	SEARCH_LANGUAGE,
	SEARCH_NODE,
	SEARCH_DESIGN,
	SEARCH_TYPE,
	SEARCH_STRENGTH, /* of evidence: record_strength() */
	SEARCH_OUTCOME,  /* terms that a study measured */
	SEARCH_AUDIENCE, /* situations of the people it is for */
	SEARCH_SETTING,  /* where one takes part */
	SEARCH_BLOCK,    /* building block of a scheme */
	SEARCH_FACET_COUNT
};
const char *search_facet_name(enum search_facet facet); /* "country" */
int search_facet_parse(const char *name, enum search_facet *ret_facet);
/*
 * Vocabulary that a value of a facet has its label from, VOCAB_NONE for node.
 * Works and resources both have a type, each in a vocabulary of its own.
 */
enum vocab search_facet_vocab(enum search_facet facet, const char *value);

enum search_sort {
	SEARCH_BY_RELEVANCE, /* by newest when the query has no words */
	SEARCH_BY_CHECKED,   /* newest assured date first */
	SEARCH_BY_YEAR,
	SEARCH_BY_STRENGTH, /* of evidence, the strongest and newest first */
	SEARCH_BY_DISTANCE  /* nearest first; needs `near`, else by relevance */
};
int search_sort_parse(const char *name, enum search_sort *ret_sort);

#define SEARCH_QUERY_MAX   10240 /* bytes looked at */
#define SEARCH_TERMS_MAX   32
#define SEARCH_TERM_BYTES  256
#define SEARCH_FILTERS_MAX 64
#define SEARCH_LIMIT_MAX   100

struct search_query {
	const char *text; /* anything; NULL or "" matches all */
	struct {
		enum search_facet facet;
		const char *value;     /* "ca" and "CA" both match */
	} filters[SEARCH_FILTERS_MAX]; /* ORed within a facet, else ANDed */
	size_t n_filters;
	/* Only records with a point in this circle, when km > 0. */
	struct {
		double lat, lon; /* degrees */
		double km;
	} near;
	int32_t checked_since; /* 20261121: assured then or later; 0 any */
	enum search_sort sort;
	bool is_newest; /* latest change first, whatever `sort` says */
	bool explain;   /* fill search_hit.parts */
	size_t limit;   /* 1 to SEARCH_LIMIT_MAX */
	size_t offset;
	const char *cursor; /* from a former result; beats offset */
	bool no_facets;
	bool no_views; /* numbers and scores only */
};

/* One word's part of a score. */
struct search_part {
	const char *typed; /* what was asked for */
	const char *word;  /* the term of the index that was found */
	int64_t df;        /* records with any form of what was asked for */
	double idf;
	unsigned weight; /* occurrences by weight of their field */
	double factor;   /* 1 the word as typed, less for another form */
	double score;    /* all together; the parts add up to the hit's */
};

struct search_hit {
	int64_t group;
	struct merge_view *view; /* NULL when not asked for */
	double score;
	double km;                 /* from the centre of `near`; < 0 without */
	const char *snippet;       /* plain text; hits between \x01 and \x02 */
	struct search_part *parts; /* when asked to explain */
	size_t n_parts;
	unsigned length; /* words of the record, for explaining */
	unsigned prior;  /* 0 to 255: breaks ties */
};

struct search_count {
	const char *value;
	int64_t n;
	bool is_selected;
};

/* A word of the index. */
struct search_word {
	const char *text;
	int64_t n; /* records with it, about */
};
#define SEARCH_NEAREST_MAX 6

struct search_result {
	int64_t count; /* all matches */
	struct search_hit *hits;
	size_t n_hits;
	struct {
		struct search_count *items; /* most frequent first */
		size_t n;
	} facets[SEARCH_FACET_COUNT]; /* a facet ignores its own selection */
	const char *next_cursor;      /* NULL on the last page */
	int64_t version;              /* catalogue version searched */
	bool is_ready;       /* false: no index yet, nothing was searched */
	const char *dropped; /* words dropped to find anything, or NULL */
	/* What may have been meant: a whole query, or NULL. */
	const char *did_you_mean;
	bool is_corrected; /* nothing was found; these are the hits of it */
	/* When nothing was found as typed: words that come nearest to those that
	 * no record has, by spelling or by their start, most records first. */
	struct search_word *nearest;
	size_t n_nearest;
	double mean_length; /* words of a record, for explaining */
	int64_t took_us;
};

struct search;
/*
 * A searcher on a catalogue handle, for the handle's thread; one per handle.
 * Open for writing it brings the index to the catalogue's state first: what
 * a kill left is finished, what is absent, damaged or of another catalogue is
 * made again. Open for reading it finds nothing until a writer has made it.
 */
struct search *search_open(struct catalogue *cat, struct err *err) MUST_CHECK;
/* An index without a catalogue, for reading: hits have no views. `folder` is
 * the one that holds index/. For tests and benchmarks. */
struct search *search_open_index(const char *folder);
void search_close(struct search *search);

/*
 * Whatever is typed is a valid query; ERR_DB only (an index that is not as it
 * was written is one: the writer is told and makes it again). Everything in
 * *ret_result lives in the arena.
 */
int search_run(struct search *search, struct arena *arena,
    const struct search_query *query, struct search_result *ret_result,
    struct err *err) MUST_CHECK;

/* ---- writing ---- */

/* For catalogue_commit(); NULL when it was opened for reading. Readers see
 * what was committed with their next search. */
const struct catalogue_watch *search_watch(struct search *search);
/* Make the whole index again from catalogue_each_view(). */
int search_rebuild(struct search *search, struct err *err) MUST_CHECK;
/*
 * For whoever keeps a catalogue open for writing, about once a second: has
 * the index changed since the last call, other than by our own commits, and
 * is it wanting: absent, damaged, or of another state of the catalogue?
 */
int search_look(struct search *search, bool *ret_new, bool *ret_wanting,
    struct err *err) MUST_CHECK;
/* Make it good again when it is wanting; whoever may write calls this.
 * Readers keep what they have until it is done. ERR_BUSY: the next time. */
int search_tend(struct search *search, struct err *err) MUST_CHECK;

/* ---- how it is ---- */

enum search_state {
	SEARCH_GOOD,
	SEARCH_ABSENT,
	SEARCH_DAMAGED,
	SEARCH_OTHER /* of another state of the catalogue */
};
struct search_facts {
	enum search_state state;
	bool is_locked;  /* somebody changes it right now */
	int64_t version; /* of the catalogue that it was made from */
	int64_t behind;  /* so many versions */
	int64_t segments;
	int64_t docs; /* alive */
	int64_t dead;
	int64_t bytes;
};
/* As the manifest and the sizes of files say. */
int search_facts(struct search *search, struct search_facts *ret_facts,
    struct err *err) MUST_CHECK;
/* Look at every byte. ERR_FORMAT says which file is damaged; the writer is
 * told. */
int search_check(struct search *search, struct err *err) MUST_CHECK;
/* What each search does first; between searches it lets go of files that
 * are not named any more. */
int search_refresh(struct search *search, struct err *err) MUST_CHECK;

/* ---- while typing ---- */

struct search_suggestion {
	const char *text; /* what was typed with its last word finished */
	int64_t n;        /* records with that word */
};
#define SEARCH_SUGGEST_MAX 20
/* Ways in which the last word typed goes on, most frequent first. */
int search_suggest(struct search *search, struct arena *arena, const char *text,
    size_t limit, struct search_suggestion **ret_items, size_t *ret_n,
    struct err *err) MUST_CHECK;
/* ---- counts of many records at once ---- */

/*
 * Records of a query by two facets and, in each cell, by a third: the
 * evidence map. A record with several values counts in each of their cells;
 * one without a value of a row or of a column, in the cell of the value "".
 * The query's words, filters and place count; sort, limit, offset do not.
 * Of a record with more than SEARCH_MATRIX_VALUES values of one facet not
 * all may count.
 */
#define SEARCH_MATRIX_VALUES 64
struct search_cell {
	const char *row, *column; /* values; of vocabularies or nodes; or "" */
	int64_t n;                /* records in the cell */
	/* Of them by the third facet's values, most first; n 0: none. */
	struct search_count *parts;
	size_t n_parts;
};
struct search_matrix {
	struct search_cell *cells; /* that have records, by row, then column */
	size_t n;
	int64_t count; /* records that match the query */
	int64_t rest;  /* of them in no cell: without a row and a column */
	bool is_ready;
};
int search_matrix(struct search *search, struct arena *arena,
    const struct search_query *query, enum search_facet row,
    enum search_facet column, enum search_facet part,
    struct search_matrix *ret_matrix, struct err *err) MUST_CHECK;

/*
 * Points of the records of a query in squares of `step` degrees (0.01 to 90):
 * what a map draws. A record with several sites counts once in each square; a
 * square's place is the middle of its points. When the query has a place,
 * points outside its circle are left out. The same records are counted by the
 * values of a facet, all and those with a point: the table beside a map.
 * box may be NULL: the whole world.
 */
struct search_spot {
	double lat, lon;
	int64_t n;     /* records with a point in the square */
	int64_t group; /* the first of them; the only one when n is 1 */
};
/* Only squares that touch it are told; all records are counted. Degrees; east
 * of west, within -180 to 180. */
struct search_box {
	double south, north, west, east;
};
struct search_placed {
	const char *value;
	int64_t n;      /* records of the query with it */
	int64_t placed; /* of them with a point */
	bool is_selected;
};
struct search_spots {
	struct search_spot
	    *items; /* most records first, then from south-west */
	size_t n;
	struct search_placed *values; /* most records first */
	size_t n_values;
	int64_t count;  /* records that match the query */
	int64_t placed; /* of them with a point */
	bool is_ready;
};
int search_spots(struct search *search, struct arena *arena,
    const struct search_query *query, double step, const struct search_box *box,
    enum search_facet by, struct search_spots *ret_spots,
    struct err *err) MUST_CHECK;

/*
 * Where a place is, from the records that name it in the address or the area
 * of a site: the middle of their points. Of a name that stands for places far
 * apart the one with the most points is meant. ERR_NOTFOUND.
 */
struct search_where {
	double lat, lon;
	double share; /* 0 to 1: of the points that name it, those near here */
};
/* country: only records of it, "GB"; NULL: of any. */
int search_place(struct search *search, const char *name, const char *country,
    struct search_where *ret_where, struct err *err) MUST_CHECK;

#endif
