/*
 * Inside api/ only: one function per route.
 */
#ifndef API_INSIDE_H
#define API_INSIDE_H

#include "api/api.h"
#include "json/json.h"

#define API_BASE "/api/v1/"

int api_search(struct api *api, const struct http_request *req,
    struct http_response *res, struct err *err) MUST_CHECK;
int api_suggest(struct api *api, const struct http_request *req,
    struct http_response *res, struct err *err) MUST_CHECK;
int api_record(struct api *api, const struct http_request *req, const char *id,
    struct http_response *res, struct err *err) MUST_CHECK;
/* The view, or NULL in *ret_view when the client has this version. */
int api_record_view(struct api *api, const struct http_request *req,
    const char *id, struct http_response *res, struct merge_view **ret_view,
    struct err *err) MUST_CHECK;
/* A merged view in our own form, one line. */
void api_record_json(const struct merge_view *view, struct strbuf *out);
/* Of a file to be taken away: its type, and a name of ASCII alone from what
 * is in it. */
void api_file_headers(struct http_response *res, struct arena *arena,
    const char *stem, enum api_format format);
int api_peer_list(struct api *api, const struct http_request *req,
    struct http_response *res, struct err *err) MUST_CHECK;
int api_peer_one(struct api *api, const struct http_request *req,
    const char *name, struct http_response *res, struct err *err) MUST_CHECK;

/*
 * Set the strong ETag of an answer that depends on the catalogue and the
 * address only. True: the client has it, nothing need be built.
 */
bool api_etag(const struct api *api, const struct http_request *req,
    struct http_response *res, const struct catalogue_status *status);
/* The same of an answer that also depends on the index's state. */
bool api_etag_index(const struct api *api, const struct http_request *req,
    struct http_response *res, const struct catalogue_status *status,
    int64_t index);

/* ---- near_place.c ---- */

/* A distance behind the last comma goes from a place, "Porto, 20 km": its
 * kilometres, 0 when there is none. */
double near_distance(char *name);
/*
 * Where a name is: a place, a country, or a place in a country. strict: it
 * must stand for one place, as a word of a query may be anything. Sets the
 * centre of query->search.near or adds a filter: POINT, COUNTRY, UNKNOWN.
 */
int near_resolve(struct search *search, struct api_query *query,
    const char *name, bool strict, enum api_near *ret_near,
    struct err *err) MUST_CHECK;

/* ---- near_words.c ---- */

/* NONE when the words of the query end in no place that is known; else as
 * near_resolve(), and the words are without it. */
int near_words(struct search *search, struct api_query *query,
    enum api_near *ret_near, struct err *err) MUST_CHECK;

/* ---- near.c ---- */

/* Two numbers with a comma: meant as a position, well or badly written. */
bool near_is_point(const char *text);
#define NEAR_BYTES 1000 /* a longer name names no place */

/* ---- query.c ---- */

/* -1 when there are too many; one that is there is not added again. */
int api_add_filter(struct search_query *query, enum search_facet facet,
    const char *value);

#endif
