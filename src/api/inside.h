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
bool api_etag(const struct http_request *req, struct http_response *res,
    const struct catalogue_status *status);
/* The same of an answer that also depends on the index's state. */
bool api_etag_index(const struct http_request *req, struct http_response *res,
    const struct catalogue_status *status, int64_t index);

#endif
