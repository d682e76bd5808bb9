/*
 * The reader of HTTP requests on any bytes: what it accepts has one meaning:
 * no bytes beyond the request, no header or path that hides another.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "http/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check(const struct http_request *req)
{
	size_t lengths = 0;
	size_t hosts = 0;

	assert(req->path[0] == '/' && req->target[0] == '/');
	assert(valid_utf8(req->path, strlen(req->path), NULL));
	assert(strstr(req->path, "/../") == NULL);
	assert(strlen(req->target) <= HTTP_TARGET_MAX);
	assert(req->n_headers <= HTTP_HEADERS_MAX);
	for (size_t i = 0; i < req->n_headers; i++) {
		const struct http_header *h = &req->headers[i];

		assert(*h->name != '\0');
		assert(strpbrk(h->name, " \t\r\n:") == NULL);
		assert(strpbrk(h->value, "\r\n") == NULL);
		assert(strcmp(h->name, "transfer-encoding") != 0);
		lengths += strcmp(h->name, "content-length") == 0;
		hosts += strcmp(h->name, "host") == 0;
	}
	assert(lengths <= 1 && hosts <= 1);
	assert(req->body_len <= HTTP_BODY_MAX);
	assert(req->method == HTTP_POST || req->body_len == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new();
	const char *text = (const char *)data;
	struct http_params params;
	struct http_request req;
	struct http_request again;
	struct err err;
	size_t used = 0;
	size_t same = 0;

	if (http_read(arena, text, len, &req, &used) == 0) {
		assert(used > 0 && used <= len);
		check(&req);
		/* What follows a request does not change it ... */
		assert(http_read(arena, text, used, &again, &same) == 0);
		assert(same == used && again.method == req.method);
		assert(strcmp(again.target, req.target) == 0);
		/* ... and a shorter one is not a request. */
		assert(http_read(arena, text, used - 1, &again, &same) ==
		       HTTP_READ_MORE);
		(void)http_accepts_gzip(&req);
		(void)http_matches(&req, "etag");
		if (http_params_read(arena, req.query, &params, &err) == 0)
			assert(params.n <= HTTP_PARAMS_MAX);
	}
	arena_free(arena);
	return 0;
}
