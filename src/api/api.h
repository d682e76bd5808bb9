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
	bool is_broken; /* set by handlers: reopen what is above */
};

#define API_PAGE_ITEMS 20    /* where no limit is asked for */
#define API_OFFSET_MAX 10000 /* further on: the cursor */

/* ---- the query, shared with web/ ---- */

struct api_query {
	struct search_query search;
	int64_t page; /* 1 .. */
	bool has_sort;
};
/*
 * From q, the facets' names (repeated or comma-separated), sort, limit,
 * page, cursor. Unknown parameters are left alone. ERR_FORMAT names the
 * parameter that is wrong; ERR_LIMIT: page beyond API_OFFSET_MAX results.
 */
int api_query_read(struct arena *arena, const struct http_params *params,
    struct api_query *ret_query, struct err *err) MUST_CHECK;

/* What people call a facet's value; the value itself when nobody knows. */
const char *api_facet_label(enum search_facet facet, const char *value,
    const char *lang);

/* ---- requests ---- */

/* Everything below /api/. */
void api_handle(struct api *api, const struct http_request *req,
    struct http_response *res);
/*
 * A record (merged view) as a file: format "json", "ris" or "bib". `id` is
 * any member's. Inside catalogue_read_begin(). ERR_NOTFOUND also when there is no such format for its kind.
 */
int api_record_file(struct api *api, const struct http_request *req,
    const char *id, const char *format, struct http_response *res,
    struct err *err) MUST_CHECK;
/* application/problem+json; detail may hold foreign text. */
void api_problem(const struct http_request *req, struct http_response *res,
    int status, const char *code, const char *detail);

/* ---- peers, shared with web/ ---- */

struct api_peer {
	const char *name;
	const char *url; /* "" for this node */
	bool is_self;
	int64_t records;
	enum peer_state state;
	int64_t published_at; /* serial of what is shown */
	int64_t last_good;
	const char *reason; /* "" when there is none */
};
/* This node first, then peers.conf in its order. */
int api_peers(struct api *api, struct arena *arena, struct api_peer **ret_peers,
    size_t *ret_n, struct err *err) MUST_CHECK;

#endif
