/*
 * reader: bytes -> one request, strictly by the grammar of RFC 9112: what two
 * programs could read differently is refused, so that no second request can
 * hide in one. A pure function, fuzzed (design: http.md, "The reader").
 * Neighbours: conn.c feeds it.
 */
#include <string.h>
#include <strings.h>

#include "http/http.h"

struct cursor {
	const char *p;
	const char *end;
};

/* What the headers say about framing, judged after the last of them. */
struct framing {
	int n_host;
	int n_length;
	bool has_coding;
	bool has_expect;
	bool keep_alive;
	size_t length;
};

static bool
is_token(unsigned char ch)
{
	if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
	    (ch >= '0' && ch <= '9'))
		return true;
	return ch != '\0' && strchr("!#$%&'*+-.^_`|~", ch) != NULL;
}

static bool
is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

static size_t
token_len(const struct cursor *c)
{
	size_t n = 0;

	while (c->p + n < c->end && is_token((unsigned char)c->p[n]))
		n++;
	return n;
}

/* ---- the request line ---- */

/* Methods we know of but serve nowhere: 405 tells more than 501. */
static bool
is_known_method(const char *name)
{
	static const char *const names[] = { "PUT", "DELETE", "PATCH",
		"OPTIONS", "TRACE", "CONNECT" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static int
read_method(struct arena *arena, struct cursor *c, struct http_request *req)
{
	size_t n = token_len(c);
	const char *name;

	if (n == 0 || n > HTTP_METHOD_MAX || c->p + n == c->end ||
	    c->p[n] != ' ')
		return 400;
	name = arena_strndup(arena, c->p, n);
	c->p += n + 1;
	if (strcmp(name, "GET") == 0)
		req->method = HTTP_GET;
	else if (strcmp(name, "HEAD") == 0)
		req->method = HTTP_HEAD;
	else if (strcmp(name, "POST") == 0)
		req->method = HTTP_POST;
	else
		return is_known_method(name) ? 405 : 501;
	return 0;
}

/* A path that means what it says: decoded, no dot segments, no controls. */
static int
read_path(struct arena *arena, const char *raw, size_t len,
    struct http_request *req)
{
	char *path;
	struct err err;

	if (url_decode(arena, raw, len, false, &path, &err) == -1)
		return 400;
	for (const char *p = path; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == '\\')
			return 400;
		if (*p != '/')
			continue;
		if (p[1] == '.' &&
		    (p[2] == '/' || p[2] == '\0' ||
			(p[2] == '.' && (p[3] == '/' || p[3] == '\0'))))
			return 400;
	}
	req->path = path;
	return 0;
}

static int
read_target(struct arena *arena, struct cursor *c, struct http_request *req)
{
	const char *start = c->p;
	const char *mark;
	size_t len;

	while (c->p<c->end && * c->p> 0x20 && *c->p < 0x7f && *c->p != '#')
		c->p++;
	len = (size_t)(c->p - start);
	if (len > HTTP_TARGET_MAX)
		return 414;
	if (len == 0 || *start != '/' || c->p == c->end || *c->p != ' ')
		return 400;
	c->p++;
	req->target = arena_strndup(arena, start, len);
	mark = strchr(req->target, '?');
	req->query = mark != NULL ? mark + 1 : "";
	return read_path(arena, req->target,
	    mark != NULL ? (size_t)(mark - req->target) : len, req);
}

static int
read_version(struct cursor *c, struct http_request *req)
{
	const char *p = c->p;

	if (c->end - p < 10 || memcmp(p, "HTTP/", 5) != 0 || !is_digit(p[5]) ||
	    p[6] != '.' || !is_digit(p[7]) || p[8] != '\r' || p[9] != '\n')
		return 400;
	if (p[5] != '1' || p[7] > '1')
		return 505;
	req->minor = p[7] - '0';
	c->p += 10;
	return 0;
}

/* ---- headers ---- */

/* Is word in the comma-separated list (any case)? */
static bool
list_has(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (*list != '\0') {
		size_t n;

		list += strspn(list, ", \t");
		n = strcspn(list, ", \t");
		if (n == len && strncasecmp(list, word, n) == 0)
			return true;
		list += n;
	}
	return false;
}

static int
read_length(const char *value, struct framing *f)
{
	size_t n = strlen(value);

	if (f->n_length++ != 0 || n == 0 || n > 10)
		return 400;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(value[i]))
			return 400;
		f->length = f->length * 10 + (size_t)(value[i] - '0');
	}
	return 0;
}

static int
read_host(const char *value, struct framing *f)
{
	if (f->n_host++ != 0 || *value == '\0')
		return 400;
	for (const char *p = value; *p != '\0'; p++) {
		if (!is_token((unsigned char)*p) && *p != ':' && *p != '[' &&
		    *p != ']')
			return 400;
	}
	return 0;
}

/* What a header means for the connection itself. */
static int
read_meaning(const struct http_header *h, struct http_request *req,
    struct framing *f)
{
	if (strcmp(h->name, "content-length") == 0)
		return read_length(h->value, f);
	if (strcmp(h->name, "host") == 0)
		return read_host(h->value, f);
	if (strcmp(h->name, "transfer-encoding") == 0)
		f->has_coding = true;
	else if (strcmp(h->name, "expect") == 0)
		f->has_expect = true;
	else if (strcmp(h->name, "connection") == 0) {
		if (list_has(h->value, "close"))
			req->close = true;
		if (list_has(h->value, "keep-alive"))
			f->keep_alive = true;
	}
	return 0;
}

static int
read_header(struct arena *arena, struct cursor *c, struct http_header *ret)
{
	size_t n = token_len(c);
	const char *start;
	const char *stop;
	char *name;

	/* Also refuses folded lines and a space before the colon. */
	if (n == 0 || c->p + n == c->end || c->p[n] != ':')
		return 400;
	name = arena_strndup(arena, c->p, n);
	for (char *p = name; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p += 'a' - 'A';
	}
	c->p += n + 1;
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t'))
		c->p++;
	start = c->p;
	while (c->p < c->end &&
	       ((unsigned char)*c->p >= 0x20 || *c->p == '\t') && *c->p != 0x7f)
		c->p++;
	if (c->end - c->p < 2 || c->p[0] != '\r' || c->p[1] != '\n')
		return 400;
	stop = c->p;
	c->p += 2;
	while (stop > start && (stop[-1] == ' ' || stop[-1] == '\t'))
		stop--;
	ret->name = name;
	ret->value = arena_strndup(arena, start, (size_t)(stop - start));
	return 0;
}

static int
read_headers(struct arena *arena, struct cursor *c, struct http_request *req,
    struct framing *f)
{
	req->headers = arena_alloc(arena,
	    HTTP_HEADERS_MAX * sizeof(*req->headers));
	while (c->end - c->p > 2) {
		int status;

		if (req->n_headers == HTTP_HEADERS_MAX)
			return 431;
		status = read_header(arena, c, &req->headers[req->n_headers]);
		if (status == 0)
			status = read_meaning(&req->headers[req->n_headers],
			    req, f);
		if (status != 0)
			return status;
		req->n_headers++;
	}
	return 0;
}

static int
judge(struct http_request *req, const struct framing *f)
{
	if (req->minor == 0)
		req->close = !f->keep_alive || req->close;
	if (f->has_coding)
		return f->n_length != 0 ? 400 : 501;
	if (f->n_host == 0 && req->minor == 1)
		return 400;
	if (f->has_expect)
		return 417;
	if (req->method == HTTP_POST && f->n_length == 0)
		return 411;
	if (req->method != HTTP_POST && f->length != 0)
		return 400;
	return f->length > HTTP_BODY_MAX ? 413 : 0;
}

/* A head that is not complete yet: is it wrong already? */
static int
judge_partial(const char *data, size_t len)
{
	const char *line = memchr(data, '\n', len);
	size_t first = line != NULL ? (size_t)(line - data) : len;

	if (len != 0 && !is_token((unsigned char)data[0]))
		return 400;
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\0' ||
		    (data[i] == '\n' && (i == 0 || data[i - 1] != '\r')) ||
		    (data[i] == '\r' && i + 1 < len && data[i + 1] != '\n'))
			return 400;
	}
	if (first > HTTP_METHOD_MAX + HTTP_TARGET_MAX + 16)
		return 414;
	return len >= HTTP_HEAD_MAX ? 431 : HTTP_READ_MORE;
}

/* The empty line behind the last header, or NULL. */
static const char *
find_end(const char *data, size_t len)
{
	const char *end = data + len;
	const char *p = data;

	while (end - p >= 4 &&
	       (p = memchr(p, '\r', (size_t)(end - p) - 3)) != NULL) {
		if (memcmp(p, "\r\n\r\n", 4) == 0)
			return p;
		p++;
	}
	return NULL;
}

int
http_read(struct arena *arena, const char *data, size_t len,
    struct http_request *ret_req, size_t *ret_used)
{
	const char *end = find_end(data, len);
	struct http_request req = { .arena = arena };
	struct framing f = { 0 };
	struct cursor c;
	size_t head;
	int status;

	if (end == NULL || (size_t)(end - data) + 4 > HTTP_HEAD_MAX)
		return judge_partial(data,
		    len < HTTP_HEAD_MAX ? len : HTTP_HEAD_MAX);
	head = (size_t)(end - data) + 4;
	c = (struct cursor){ data, data + head };
	if ((status = read_method(arena, &c, &req)) != 0 ||
	    (status = read_target(arena, &c, &req)) != 0 ||
	    (status = read_version(&c, &req)) != 0 ||
	    (status = read_headers(arena, &c, &req, &f)) != 0 ||
	    (status = judge(&req, &f)) != 0)
		return status;
	if (len - head < f.length)
		return HTTP_READ_MORE;
	req.body = arena_strndup(arena, data + head, f.length);
	req.body_len = f.length;
	*ret_req = req;
	*ret_used = head + f.length;
	return 0;
}
