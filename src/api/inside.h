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
