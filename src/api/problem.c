/*
 * problem: errors for machines, RFC 9457, with the request's id, which also
 * stands in the log.
 */
#include "api/api.h"

#include "json/json.h"

void
api_problem(const struct http_request *req, struct http_response *res,
    int status, const char *code, const char *detail)
{
	struct json_writer w;

	http_response_clear(res);
	res->status = status;
	res->type = "application/problem+json";
	http_response_header(res, "Access-Control-Allow-Origin", "*");
	http_response_header(res, "Cache-Control", "no-store");
	http_response_header(res, "X-Content-Type-Options", "nosniff");
	if (status == 503)
		http_response_header(res, "Retry-After", "5");
	json_writer_init(&w, &res->body, 0);
	json_object(&w);
	json_pair(&w, "type", "about:blank");
	json_pair(&w, "title", http_reason(status));
	json_pair_int(&w, "status", status);
	json_pair(&w, "detail", detail);
	json_pair(&w, "code", code);
	if (req != NULL) {
		json_pair(&w, "instance", req->target);
		json_pair(&w, "request", req->id);
	}
	json_object_end(&w);
	strbuf_addch(&res->body, '\n');
}
