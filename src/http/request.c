/*
 * request: what handlers ask a request: headers, parameters, what encodings
 * and which known representation the client has. Neighbours: reader.c made
 * it, response.c answers it.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/http.h"

const char *
http_header_get(const struct http_request *req, const char *name)
{
	for (size_t i = 0; i < req->n_headers; i++) {
		if (strcmp(req->headers[i].name, name) == 0)
			return req->headers[i].value;
	}
	return NULL;
}

/* Is the weight in ";q=0.5" zero? No weight means 1. */
static bool
weight_is_zero(const char *text, size_t len)
{
	const char *p = memchr(text, ';', len);
	const char *end = text + len;

	if (p == NULL)
		return false;
	p++;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (end - p < 3 || (*p != 'q' && *p != 'Q') || p[1] != '=')
		return false;
	for (p += 2; p < end; p++) {
		if (*p >= '1' && *p <= '9')
			return false;
	}
	return true;
}

bool
http_accepts_gzip(const struct http_request *req)
{
	const char *p = http_header_get(req, "accept-encoding");
	bool any = false;

	while (p != NULL && *p != '\0') {
		size_t len, name;

		p += strspn(p, ", \t");
		len = strcspn(p, ",");
		name = strcspn(p, ",; \t");
		if ((name == 4 && strncasecmp(p, "gzip", 4) == 0) ||
		    (name == 6 && strncasecmp(p, "x-gzip", 6) == 0))
			return !weight_is_zero(p, len);
		if (name == 1 && *p == '*')
			any = !weight_is_zero(p, len);
		p += len;
	}
	return any;
}

int
http_params_read(struct arena *arena, const char *query,
    struct http_params *ret_params, struct err *err)
{
	struct http_params params = { 0 };

	params.items = arena_alloc(arena,
	    HTTP_PARAMS_MAX * sizeof(*params.items));
	while (*query != '\0') {
		size_t len = strcspn(query, "&");
		size_t name = strcspn(query, "&=");
		char *key;
		char *value;

		if (len != 0) {
			if (params.n == HTTP_PARAMS_MAX)
				return err_set(err, ERR_LIMIT,
				    "more than %d parameters", HTTP_PARAMS_MAX);
			if (url_decode(arena, query, name, true, &key, err) ==
			    -1)
				return err_prefix(err, "parameter name");
			value = (char *)"";
			if (name < len &&
			    url_decode(arena, query + name + 1, len - name - 1,
				true, &value, err) == -1)
				return err_prefix(err, "parameter %s", key);
			params.items[params.n].name = key;
			params.items[params.n++].value = value;
		}
		query += len;
		if (*query == '&')
			query++;
	}
	*ret_params = params;
	return 0;
}

const char *
http_param(const struct http_params *params, const char *name)
{
	for (size_t i = 0; i < params->n; i++) {
		if (strcmp(params->items[i].name, name) == 0)
			return params->items[i].value;
	}
	return NULL;
}
