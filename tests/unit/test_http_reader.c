/*
 * http/reader.c and request.c: requests that are good, requests that two
 * programs could read differently, and every way of cutting them short.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "http/http.h"

#define H    "Host: a\r\n"
#define LINE "GET / HTTP/1.1\r\n"
#define POST "POST / HTTP/1.1\r\n" H

static int
read_len(struct arena *arena, const char *text, size_t len,
    struct http_request *req)
{
	size_t used = 0;
	int status = http_read(arena, text, len, req, &used);

	if (status == 0)
		assert_in_range(used, 1, len);
	return status;
}

static int
read_text(struct arena *arena, const char *text, struct http_request *req)
{
	return read_len(arena, text, strlen(text), req);
}

static void
test_good(void **state)
{
	struct arena *arena = arena_new();
	const char *text =
	    "GET /search?q=a%20b&kind=x HTTP/1.1\r\n"
	    "Host: gsp.example:8080\r\nUser-Agent:  t \r\nX-A:\r\n"
	    "Connection: keep-alive, Upgrade\r\n\r\nGET /next";
	struct http_request req;
	size_t used;

	(void)state;
	assert_int_equal(http_read(arena, text, strlen(text), &req, &used), 0);
	assert_int_equal(used, strlen(text) - 9);
	assert_int_equal(req.method, HTTP_GET);
	assert_string_equal(req.path, "/search");
	assert_string_equal(req.query, "q=a%20b&kind=x");
	assert_string_equal(http_header_get(&req, "user-agent"), "t");
	assert_string_equal(http_header_get(&req, "x-a"), "");
	assert_null(http_header_get(&req, "x-b"));
	assert_false(req.close);
	arena_free(arena);
}

static void
test_path_is_decoded(void **state)
{
	struct arena *arena = arena_new();
	struct http_request req;

	(void)state;
	assert_int_equal(read_text(arena,
			     "GET /record/urn%3Agspd%3Aca%3a1/%C3%A9 "
			     "HTTP/1.1\r\n" H "\r\n",
			     &req),
	    0);
	assert_string_equal(req.path, "/record/urn:gspd:ca:1/\xc3\xa9");
	assert_string_equal(req.query, "");
	arena_free(arena);
}

static void
test_post_and_close(void **state)
{
	static const char post[] = POST "Content-Length: 5\r\n\r\nab\0de";
	struct arena *arena = arena_new();
	struct http_request req;

	(void)state;
	for (size_t n = 0; n < sizeof(post) - 1; n++)
		assert_int_equal(read_len(arena, post, n, &req),
		    HTTP_READ_MORE);
	assert_int_equal(read_len(arena, post, sizeof(post) - 1, &req), 0);
	assert_int_equal(req.body_len, 5);
	assert_memory_equal(req.body, "ab\0de", 5);
	assert_int_equal(read_text(arena, "GET / HTTP/1.0\r\n\r\n", &req), 0);
	assert_true(req.close);
	assert_int_equal(read_text(arena,
			     "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
			     &req),
	    0);
	assert_false(req.close);
	assert_int_equal(read_text(arena,
			     "HEAD / HTTP/1.1\r\n" H
			     "Connection: x, CLOSE\r\n\r\n",
			     &req),
	    0);
	assert_true(req.close);
	assert_int_equal(req.method, HTTP_HEAD);
	arena_free(arena);
}

/* Each is refused with its status, whole and however it arrives. */
static const struct {
	int status;
	const char *text;
} bad[] = {
	{ 400, LINE "\r\n" },
	{ 400, LINE H "Host: b\r\n\r\n" },
	{ 400, LINE "Host:\r\n\r\n" },
	{ 400, LINE "Host: a b\r\n\r\n" },
	{ 400, LINE "Host: a/b\r\n\r\n" },
	{ 400, "GET  / HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET /  HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET / HTTP/1.1 \r\n" H "\r\n" },
	{ 400, " " LINE H "\r\n" },
	{ 400, "\r\n" LINE H "\r\n" },
	{ 400, "GET\t/ HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET / HTTP/1.10\r\n" H "\r\n" },
	{ 400, "GET / HTTP/11\r\n" H "\r\n" },
	{ 400, "GET / http/1.1\r\n" H "\r\n" },
	{ 400, "GET /\r\n" H "\r\n" },
	{ 505, "GET / HTTP/2.0\r\n" H "\r\n" },
	{ 505, "GET / HTTP/1.2\r\n" H "\r\n" },
	{ 505, "GET / HTTP/0.9\r\n" H "\r\n" },
	{ 400, "GET http://a/ HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET * HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET a HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET /a#b HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET /%00 HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET /%0a HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET /%zz HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET /%c3 HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET /../etc/passwd HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET /feed/%2e%2e/ledger.db HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET /feed/..%2fledger.db HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET /a/./b HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET /a\\..\\b HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET /a/.. HTTP/1.1\r\n" H "\r\n" },
	{ 405, "PUT / HTTP/1.1\r\n" H "\r\n" },
	{ 405, "DELETE /x HTTP/1.1\r\n" H "\r\n" },
	{ 405, "CONNECT a:443 HTTP/1.1\r\n" H "\r\n" },
	{ 501, "BREW /pot HTTP/1.1\r\n" H "\r\n" },
	{ 501, "get / HTTP/1.1\r\n" H "\r\n" },
	{ 400, "ABCDEFGHIJKLMNOPQ / HTTP/1.1\r\n" H "\r\n" },
	{ 400, "G\x01T / HTTP/1.1\r\n" H "\r\n" },
	{ 400, "GET / HTTP/1.1\n" H "\r\n" },
	{ 400, LINE "Host: a\n\r\n" },
	{ 400, LINE "Host: a\r\rX: b\r\n\r\n" },
	{ 400, LINE H "X : b\r\n\r\n" },
	{ 400, LINE H " folded\r\n\r\n" },
	{ 400, LINE H "X: a\r\n\tb\r\n\r\n" },
	{ 400, LINE H ": b\r\n\r\n" },
	{ 400, LINE H "X\r\n\r\n" },
	{ 400, LINE H "X: a\x01\r\n\r\n" },
	{ 400, LINE H "X: a\x7f\r\n\r\n" },
	{ 400, LINE H "X[: a\r\n\r\n" },
	{ 411, POST "\r\n" },
	{ 400, LINE H "Content-Length: 5\r\n\r\nabcde" },
	{ 400, POST "Content-Length: +5\r\n\r\nabcde" },
	{ 400, POST "Content-Length: -5\r\n\r\nabcde" },
	{ 400, POST "Content-Length: 5, 5\r\n\r\nabcde" },
	{ 400, POST "Content-Length: 0x5\r\n\r\nabcde" },
	{ 400, POST "Content-Length:\r\n\r\n" },
	{ 400, POST "Content-Length: 5 5\r\n\r\nabcde" },
	{ 400, POST "Content-Length: 99999999999\r\n\r\n" },
	{ 400, POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde" },
	{ 413, POST "Content-Length: 65537\r\n\r\n" },
	{ 501, POST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
	{ 501, LINE H "Transfer-Encoding: identity\r\n\r\n" },
	{ 400, POST
	    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nabcde" },
	{ 417, POST "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n" },
};

static void
test_bad(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct http_request req = { 0 };
		size_t len = strlen(bad[i].text);
		int status = read_len(arena, bad[i].text, len, &req);

		if (status != bad[i].status)
			fail_msg("%s: %d, not %d", bad[i].text, status,
			    bad[i].status);
		/* A shorter piece is never taken for a request. */
		for (size_t n = 0; n < len; n++)
			assert_int_not_equal(read_len(arena, bad[i].text, n,
						 &req),
			    0);
		arena_reset(arena);
	}
	arena_free(arena);
}

/* Bytes that the table can not hold: NUL in each place. */
static void
test_nul(void **state)
{
	static const char good[] = "GET /a HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
	struct arena *arena = arena_new();
	char text[sizeof(good)];
	struct http_request req;

	(void)state;
	assert_int_equal(read_len(arena, good, sizeof(good) - 1, &req), 0);
	for (size_t i = 0; i < sizeof(good) - 1; i++) {
		memcpy(text, good, sizeof(good));
		text[i] = '\0';
		assert_int_equal(read_len(arena, text, sizeof(good) - 1, &req),
		    400);
	}
	arena_free(arena);
}

static void
fill(struct strbuf *sb, const char *start, size_t len, const char *end)
{
	strbuf_reset(sb);
	strbuf_addstr(sb, start);
	while (sb->len < len)
		strbuf_addch(sb, 'a');
	strbuf_addstr(sb, end);
}

static void
test_limits(void **state)
{
	static const char tail[] = " HTTP/1.1\r\n" H "\r\n";
	struct arena *arena = arena_new();
	struct http_request req;
	struct strbuf sb;

	(void)state;
	strbuf_init(&sb, 1 << 20);
	fill(&sb, "GET /", 4 + HTTP_TARGET_MAX, tail);
	assert_int_equal(read_len(arena, sb.buf, sb.len, &req), 0);
	fill(&sb, "GET /", 5 + HTTP_TARGET_MAX, tail);
	assert_int_equal(read_len(arena, sb.buf, sb.len, &req), 414);
	assert_int_equal(read_len(arena, sb.buf, 2000, &req), HTTP_READ_MORE);
	/* A line without end is refused long before the head is full. */
	fill(&sb, "", 3000, "");
	assert_int_equal(read_len(arena, sb.buf, sb.len, &req), 414);

	fill(&sb, LINE H, 0, "");
	for (int i = 0; i < HTTP_HEADERS_MAX - 1; i++)
		strbuf_addf(&sb, "X-%d: y\r\n", i);
	strbuf_addstr(&sb, "\r\n");
	assert_int_equal(read_len(arena, sb.buf, sb.len, &req), 0);
	assert_int_equal(req.n_headers, HTTP_HEADERS_MAX);
	strbuf_setlen(&sb, sb.len - 2);
	strbuf_addstr(&sb, "Z: y\r\n\r\n");
	assert_int_equal(read_len(arena, sb.buf, sb.len, &req), 431);

	fill(&sb, LINE "X: ", HTTP_HEAD_MAX - 1, "");
	assert_int_equal(read_len(arena, sb.buf, sb.len, &req), HTTP_READ_MORE);
	strbuf_addch(&sb, 'a');
	assert_int_equal(read_len(arena, sb.buf, sb.len, &req), 431);
	fill(&sb, LINE H "X: ", HTTP_HEAD_MAX - 4, "\r\n\r\n");
	assert_int_equal(read_len(arena, sb.buf, sb.len, &req), 0);
	fill(&sb, LINE H "X: ", HTTP_HEAD_MAX - 3, "\r\n\r\n");
	assert_int_equal(read_len(arena, sb.buf, sb.len, &req), 431);
	strbuf_release(&sb);
	arena_free(arena);
}

static bool
accepts(struct arena *arena, const char *value)
{
	char text[200];
	struct http_request req;

	(void)snprintf(text, sizeof(text), LINE H "Accept-Encoding: %s\r\n\r\n",
	    value);
	assert_int_equal(read_text(arena, text, &req), 0);
	return http_accepts_gzip(&req);
}

static void
test_accept_encoding(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_true(accepts(arena, "gzip"));
	assert_true(accepts(arena, "deflate, GZIP;q=0.5, br"));
	assert_true(accepts(arena, "*"));
	assert_true(accepts(arena, "br;q=1.0, *;q=0.1"));
	assert_false(accepts(arena, "gzip;q=0"));
	assert_false(accepts(arena, "gzip; q=0.000, *"));
	assert_false(accepts(arena, "*;q=0"));
	assert_false(accepts(arena, "br, gzipped"));
	assert_false(accepts(arena, ""));
	assert_false(accepts(arena, ",,, ;;"));
	arena_free(arena);
}

static void
test_params(void **state)
{
	struct arena *arena = arena_new();
	struct http_params params;
	struct strbuf many;
	struct err err;

	(void)state;
	assert_int_equal(http_params_read(arena,
			     "q=caf%C3%A9+cr%26me&&kind=a&kind=b&empty=&flag",
			     &params, &err),
	    0);
	assert_int_equal(params.n, 5);
	assert_string_equal(http_param(&params, "q"), "caf\xc3\xa9 cr&me");
	assert_string_equal(http_param(&params, "kind"), "a");
	assert_string_equal(params.items[2].value, "b");
	assert_string_equal(http_param(&params, "empty"), "");
	assert_string_equal(http_param(&params, "flag"), "");
	assert_null(http_param(&params, "none"));
	assert_int_equal(http_params_read(arena, "", &params, &err), 0);
	assert_int_equal(params.n, 0);
	assert_int_equal(http_params_read(arena, "q=%00", &params, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_int_equal(http_params_read(arena, "q=%f", &params, &err), -1);
	assert_int_equal(http_params_read(arena, "q=%ff", &params, &err), -1);
	assert_int_equal(http_params_read(arena, "%ff=q", &params, &err), -1);
	strbuf_init(&many, 65536);
	for (int i = 0; i <= HTTP_PARAMS_MAX; i++)
		strbuf_addstr(&many, "a=b&");
	assert_int_equal(http_params_read(arena, many.buf, &params, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	strbuf_release(&many);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_path_is_decoded),
		cmocka_unit_test(test_post_and_close),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_accept_encoding),
		cmocka_unit_test(test_params),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
