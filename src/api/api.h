/*
 * api: machine interfaces over HTTP: search, records and peers as JSON,
 * records as files for reference managers. Errors are problem details (RFC
 * 9457) with the request's id. Shares with web/ how a query string becomes a
 * search, so that a page and its JSON never differ.
 */
#ifndef API_API_H
#define API_API_H

#include "base/base.h"
#include "conf/conf.h"
#include "http/http.h"
#include "json/json.h"
#include "catalogue/catalogue.h"
#include "ledger/ledger.h"
#include "search/search.h"

/* What one worker thread reads from. Members may be NULL: not there yet. */
struct api {
	const char *folder;
	const struct conf *conf;
	struct catalogue *cat;
	struct search *search; /* NULL when cat is */
	struct ledger *ledger;
	char why[512]; /* why cat is NULL */
	int64_t now;
	int64_t started; /* the process, for metrics; 0: not said */
	/* Seconds until a peer is asked again; NULL: nobody can say. */
	int64_t (*due)(const struct ledger_peer *peer, int64_t interval_s,
	    int64_t now);
	/* Peers as the caller has them; NULL: read here. */
	const struct conf_peers *peers;
	bool is_broken; /* set by handlers: reopen what is above */
};

#define API_PAGE_ITEMS 20    /* where no limit is asked for */
#define API_OFFSET_MAX 10000 /* further on: the cursor */

/* ---- the query, shared with web/ ---- */

struct api_query {
	struct search_query search; /* its near: by api_query_near() only */
	int64_t page;               /* 1 .. */
	bool has_sort;
	const char *near;   /* as typed; NULL or "": anywhere */
	const char *within; /* kilometres as typed; NULL or "": the default */
	/* What api_query_near() makes of a place lives here; NULL: it is left
	 * as typed, and none is read from the words. */
	struct arena *arena;
	const char *country; /* near named one: its code, now a filter too */
	const char *typed;   /* the words, when near was read from their end */
};
/*
 * From q, the facets' names (repeated or comma-separated), near, within,
 * checked_since, sort, explain, limit, page, cursor. Unknown parameters are
 * left alone. ERR_FORMAT names the parameter that is wrong; ERR_LIMIT: page
 * beyond API_OFFSET_MAX results.
 */
int api_query_read(struct arena *arena, const struct http_params *params,
    struct api_query *ret_query, struct err *err) MUST_CHECK;

#define API_WITHIN_KM  25    /* where near is given alone */
#define API_WITHIN_MAX 20000 /* half way round the world */
enum api_near {
	API_NEAR_NONE,
	API_NEAR_POINT,   /* query.search.near is set */
	API_NEAR_UNKNOWN, /* no record names that place */
	API_NEAR_WRONG,   /* no position on Earth */
	API_NEAR_WITHIN,  /* `within` is no sensible distance */
	API_NEAR_COUNTRY  /* a country: a filter of search.filters, no circle */
};
/* As far as can be told without an index: UNKNOWN for every name. */
enum api_near api_near_read(struct api_query *query);
/*
 * From what was typed to a circle; a place by the records that name it. A
 * country becomes a filter. Where nothing is typed, the end of the words may
 * name a place ("choir near Porto, 20 km", in each language of the pages):
 * known, it leaves the words. Then, and when a distance stands behind a
 * place, near, within and search.text are as somebody would have typed them
 * in their fields. Sorts by distance what has no words to sort by relevance.
 * ERR_DB.
 */
int api_query_near(struct search *search, struct api_query *query,
    enum api_near *ret_near, struct err *err) MUST_CHECK;
/* What is wrong about it, for programs and on terminals: ERR_FORMAT. */
int api_near_check(const struct api_query *query, enum api_near near,
    struct err *err) MUST_CHECK;
/* The member "near" of a JSON object: the circle or the country, when there is
 * one. */
void api_near_facts(struct json_writer *w, const struct api_query *query);
/* 20261121 from "2026-11-21", when there is such a day. */
int api_day_read(const char *text, int32_t *ret_day) MUST_CHECK;

/* What people call a facet's value; the value itself when nobody knows. */
const char *api_facet_label(enum search_facet facet, const char *value,
    const char *lang);
/* Members of a JSON object, as API and commands say them: "items" with what
 * may be meant; "explain" with each part of a score. */
void api_suggestions(struct json_writer *w,
    const struct search_suggestion *items, size_t n);
void api_explain(struct json_writer *w, const struct search_hit *hit);
/* The member "nearest": words near to those that no record has, if any. */
void api_nearest(struct json_writer *w, const struct search_result *result);
/* Can anything be searched by now? Not while the first index is made. */
int api_is_ready(struct search *search, bool *ret_is_ready,
    struct err *err) MUST_CHECK;

/* ---- requests ---- */

/* Everything below /api/. */
void api_handle(struct api *api, const struct http_request *req,
    struct http_response *res);
/* application/problem+json; detail may hold foreign text. */
void api_problem(const struct http_request *req, struct http_response *res,
    int status, const char *code, const char *detail);

/* ---- files to take away (files.c, export.c) ---- */

enum api_format {
	API_JSON,
	API_NDJSON,
	API_RIS,
	API_BIBTEX,
	API_CSL,
	API_CSV,
	API_JSONLD,
	API_FORMAT_COUNT
};
/* Of "ris", "bib", "csl", "csl.json", "jsonld" ...: -1 for others. */
int api_format_parse(const char *ending, enum api_format *ret_format);
const char *api_format_ending(enum api_format format); /* "bib" */
/*
 * A record (merged view) as a file. `id` is any member's. Inside
 * catalogue_read_begin(). ERR_NOTFOUND also when there is no such format for
 * its kind: champions and terms are nothing to cite, and one record needs no
 * NDJSON.
 */
int api_record_file(struct api *api, const struct http_request *req,
    const char *id, enum api_format format, struct http_response *res,
    struct err *err) MUST_CHECK;

/* Further records are left out, and the file says so where its format can. */
#define API_EXPORT_RECORDS 100000
#define API_EXPORT_BYTES   (INT64_C(256) * 1024 * 1024)
#define API_EXPORT_MS      60000
/* More records than this are one at a time in a process; the others are told
 * to come again. */
#define API_EXPORT_LARGE 1000

struct api_export {
	enum api_format format; /* not JSONLD */
	const char *lang;       /* of titles where one must be chosen */
	const char *stem;       /* "gspd-choir": the name of the file's start */
};
/*
 * All records of a search, in its order, as a file. `query` has gone through
 * api_query_near(); page and cursor in it do not count. Inside
 * catalogue_read_begin(). A header "Gspd-Cut: 100000 of 123456" tells that
 * not all of them are in it. ERR_BUSY: another large one is being made.
 */
int api_export_search(struct api *api, const struct http_request *req,
    const struct api_query *query, const struct api_export *what,
    struct http_response *res, struct err *err) MUST_CHECK;
/* The same of views that the caller has. */
int api_export_views(struct api *api, const struct http_request *req,
    const struct merge_view *const *views, size_t n,
    const struct api_export *what, struct http_response *res,
    struct err *err) MUST_CHECK;

/*
 * An answer that may be large (spool.c): add to res->body and call
 * api_spool_step() often; what grows too long goes to a file without a name
 * in <folder>/tmp, which becomes the answer at the end.
 */
#define API_SPOOL_FILES 8 /* at a time in a process; ERR_BUSY for more */
struct api_spool {
	const char *folder;
	struct http_response *res;
	int64_t len; /* in the file so far */
};
void api_spool_start(struct api_spool *spool, const char *folder,
    struct http_response *res);
int api_spool_step(struct api_spool *spool, struct err *err) MUST_CHECK;
int api_spool_end(struct api_spool *spool, struct err *err) MUST_CHECK;
/* Bytes so far, in the file or not. */
int64_t api_spool_len(const struct api_spool *spool);

/* ---- peers, shared with web/ and the commands (peers.c) ---- */

struct api_peer {
	const char *name;
	const char *url; /* "" for this node */
	const char *key; /* its hash: what signs now, else what is pinned */
	bool is_self;
	bool is_member;  /* the membership list names it */
	bool is_by_hand; /* peers.conf does */
	bool is_paused;
	int64_t records; /* shown; without a catalogue: as pulled */
	/* At api->now, the clock taken into account (ledger_peer_health()). */
	enum peer_state state;
	int64_t state_since;  /* 0: not known */
	const char *reason;   /* "" when there is none; foreign text */
	int64_t published_at; /* serial of what is shown */
	int64_t last_good;
	int64_t next_pull; /* seconds from now, as estimated; -1: none */
	/* As the ledger has it. This node: its head's serial, epoch, digest,
	 * expires, and nothing else. */
	struct ledger_peer row;
	const struct ledger_alarm *alarms; /* about this node */
	size_t n_alarms;
	const struct ledger_liar *liars; /* relays that lied about it */
	size_t n_liars;
	/* From api_peer_pulls(), newest first. */
	const struct ledger_pull *pulls;
	size_t n_pulls;
	size_t n_pulls_good;
	/* From api_peer_details(): records skipped (the first 100), and who
	 * says to have seen which head of it. */
	const char **bad_ids;
	const char **bad_reasons;
	size_t n_bad;
	const struct ledger_seen *seen;
	size_t n_seen;
};
/*
 * This node first, then its peers in their order. The one provider of the
 * pages, the JSON, the metrics and `gspd peer list`: three queries and one
 * a peer, no scan. Needs folder, conf, now; cat, ledger, due may be NULL.
 */
int api_peers(struct api *api, struct arena *arena, struct api_peer **ret_peers,
    size_t *ret_n, struct err *err) MUST_CHECK;
/* Fill what a list does not need for each. */
int api_peer_pulls(struct api *api, struct arena *arena, struct api_peer *peer,
    struct err *err) MUST_CHECK;
int api_peer_details(struct api *api, struct arena *arena,
    struct api_peer *peer, struct err *err) MUST_CHECK;
/* NULL: nobody of that name. */
struct api_peer *api_peer_find(struct api_peer *peers, size_t n,
    const char *name);
/*
 * How a pull ended, as one character: '.' good, 's' stale, 'u' unreachable,
 * '!' refused or held.
 */
char api_pull_mark(enum peer_state state);
/* The marks of the pulls, oldest first. */
#define API_MARKS_LEN (LEDGER_PULLS_KEPT + 1)
void api_peer_marks(const struct api_peer *peer, char ret_marks[API_MARKS_LEN]);
/* The key that is pinned, when rotations led on from it to the one that signs
 * now; else "". */
const char *api_peer_pin(const struct api_peer *peer);
/* Members of a JSON object: what `gspd peer list` and the API both say. The
 * second: the details. */
void api_peer_facts(struct json_writer *w, const struct api_peer *peer,
    int64_t now);
void api_peer_more_facts(struct json_writer *w, const struct api_peer *peer);

/* ---- the membership list that is followed (alliance.c) ---- */

enum api_list_state {
	API_LIST_NONE,    /* no list is in force yet */
	API_LIST_GOOD,    /* in force, and the last look at it went well */
	API_LIST_TROUBLE, /* in force, but could not be looked at anew */
	API_LIST_EXPIRED  /* in force, but the board has not renewed it */
};
const char *api_list_state_name(enum api_list_state state); /* "good" */
struct api_alliance {
	bool is_followed; /* else nothing below is said */
	enum api_list_state state;
	const char *url; /* where it was had from, else the first to ask */
	int64_t board;   /* so many keys it has */
	int64_t needed;  /* and so many must endorse a list */
	int64_t members; /* named as such, this node included */
	/* Of the list in force: serial, digest, expires, endorsed, name; all
	 * zero while there is none. And how asking for it goes. */
	struct ledger_alliance row;
};
/* The one provider of the page, the JSON and the metrics. Two queries. Needs
 * folder and now; ledger may be NULL. */
int api_alliance(struct api *api, struct arena *arena,
    struct api_alliance *ret_alliance, struct err *err) MUST_CHECK;

/* ---- metrics (metrics.c) ---- */

#define API_METRICS_TYPE                                                       \
	"application/openmetrics-text; version=1.0.0; charset=utf-8"
/* GET /metrics: OpenMetrics 1.0; says without a catalogue what it can. */
void api_metrics(struct api *api, const struct http_request *req,
    struct http_response *res);

#endif
