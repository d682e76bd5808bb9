/*
 * The fetcher against a server that lies in every way it can: each answer is
 * written byte for byte (net.h, feed-protocol.md section 9).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base.h"
#include "liar.h"
#include "net/net.h"

#define BODY "hello, peer"

struct bench {
	struct liar *liar;
	struct net *net;
};

static void
send_packed(int fd, const char *encoding, const void *data, size_t len)
{
	struct strbuf packed, headers;

	strbuf_init(&packed, 1 << 24);
	strbuf_init(&headers, 1000);
	gzip_pack(data, len, &packed);
	strbuf_addf(&headers, "Content-Encoding: %s\r\n", encoding);
	liar_answer(fd, "200 OK", headers.buf, packed.buf, packed.len);
	strbuf_release(&packed);
	strbuf_release(&headers);
}

static void
send_bomb(int fd)
{
	char *zeros = xcalloc(1, 8 << 20);

	send_packed(fd, "gzip", zeros, 8 << 20);
	free(zeros);
}

static void
send_endless(int fd, bool is_chunked)
{
	char junk[4096];

	memset(junk, 'x', sizeof(junk));
	liar_text(fd,
	    is_chunked ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		       : "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
	for (;;)
		if ((is_chunked && liar_text(fd, "1000\r\n") == -1) ||
		    liar_send(fd, junk, sizeof(junk)) == -1 ||
		    (is_chunked && liar_text(fd, "\r\n") == -1))
			return;
}

static void
send_flood(int fd, bool is_interim)
{
	if (!is_interim)
		liar_text(fd, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 100000; i++)
		if (liar_text(fd,
			is_interim ? "HTTP/1.1 103 Early\r\n\r\n"
				   : "X-Flood: yes, and more of it\r\n") == -1)
			return;
}

static void
send_drops(int fd)
{
	liar_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n");
	while (liar_text(fd, "x") == 0)
		usleep(50000);
}

/* Answers that are the same for every question: path -> bytes. */
static const struct {
	const char *path;
	const char *bytes;
} canned[] = {
	{ "/short", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello" },
	{ "/move", "HTTP/1.1 302 Found\r\nLocation: http://example.org/x\r\n"
		   "Content-Length: 0\r\n\r\n" },
	{ "/file", "HTTP/1.1 301 Moved\r\nLocation: file:///etc/passwd\x1b\r\n"
		   "Content-Length: 0\r\n\r\n" },
	{ "/204", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello" },
	{ "/09", "hello, this is HTTP/0.9 and goes on for a while\n" },
	{ "/404", "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone" },
	{ "/503", "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n"
		  "Content-Length: 4\r\n\r\nbusy" },
	{ "/503ever", "HTTP/1.1 503 Busy\r\nRetry-After: 99999999\r\n"
		      "Content-Length: 4\r\n\r\nbusy" },
	{ "/br", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n"
		 "Content-Length: 5\r\n\r\nhello" },
	{ "/twice", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
		    "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx" },
	{ "/te", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
		 "0\r\n\r\n" },
	{ "/damaged", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
		      "Content-Length: 5\r\n\r\nhello" },
	{ "/nothing", "" },
	{ "/oddtag", "HTTP/1.1 200 OK\r\nETag: \"a\x01\"\r\n"
		     "Content-Length: 11\r\n\r\n" BODY },
	{ "/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		      "b\r\n" BODY "\r\n0\r\n\r\n" },
};

static void
answer(void *ctx, const struct liar_request *request, int fd)
{
	const char *path = request->path;

	(void)ctx;
	for (size_t i = 0; i < ARRAY_LEN(canned); i++)
		if (strcmp(path, canned[i].path) == 0) {
			liar_text(fd, canned[i].bytes);
			return;
		}
	if (strcmp(path, "/good") == 0 &&
	    liar_has(request, "If-None-Match: \"v1\""))
		liar_answer(fd, "304 Not Modified", "ETag: \"v1\"\r\n", "", 0);
	else if (strcmp(path, "/good") == 0)
		liar_answer(fd, "200 OK", "ETag: \"v1\"\r\n", BODY,
		    strlen(BODY));
	else if (strcmp(path, "/always304") == 0)
		liar_answer(fd, "304 Not Modified", "", "", 0);
	else if (strcmp(path, "/gzip") == 0)
		send_packed(fd, "gzip", BODY, strlen(BODY));
	else if (strcmp(path, "/bomb") == 0)
		send_bomb(fd);
	else if (strcmp(path, "/endless") == 0)
		send_endless(fd, false);
	else if (strcmp(path, "/endlesschunks") == 0)
		send_endless(fd, true);
	else if (strcmp(path, "/flood") == 0)
		send_flood(fd, false);
	else if (strcmp(path, "/interim") == 0)
		send_flood(fd, true);
	else if (strcmp(path, "/stall") == 0)
		liar_stall(fd);
	else if (strcmp(path, "/drops") == 0)
		send_drops(fd);
	else if (strcmp(path, "/nocache") == 0)
		liar_answer(fd,
		    liar_has(request, "Cache-Control: no-cache") ? "200 OK"
								 : "500 No",
		    "", "", 0);
	else
		liar_answer(fd, "200 OK", "", path, strlen(path));
}

static int
setup(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));
	struct net_options options = {
		.user_agent = "gspd/test",
		.connect_ms = 2000,
		.request_ms = 1500,
	};
	struct err err = { 0 };

	bench->liar = liar_new(answer, NULL);
	bench->net = net_new(&options, &err);
	*state = bench;
	return bench->net == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	net_free(bench->net);
	liar_free(bench->liar);
	free(bench);
	return 0;
}

static int
get(struct bench *bench, const char *path, struct net_request *request,
    struct strbuf *body, struct net_answer *ret_answer, struct err *err)
{
	char *url = liar_url(bench->liar, path);
	int rc;

	request->url = url;
	request->max = request->max == 0 ? 1000 : request->max;
	request->insecure = true;
	request->allow_private = true;
	strbuf_init(body, 1 << 20);
	rc = net_get(bench->net, request, body, ret_answer, err);
	free(url);
	return rc;
}

static void
test_good(void **state)
{
	struct net_request request = { 0 };
	struct net_answer a;
	struct strbuf body;
	struct err err = { 0 };

	assert_int_equal(get(*state, "good", &request, &body, &a, &err), 0);
	assert_int_equal(a.status, 200);
	assert_string_equal(body.buf, BODY);
	assert_string_equal(a.etag, "\"v1\"");
	strbuf_release(&body);

	request.etag = a.etag;
	assert_int_equal(get(*state, "good", &request, &body, &a, &err), 0);
	assert_int_equal(a.status, 304);
	assert_int_equal(body.len, 0);
	strbuf_release(&body);

	request = (struct net_request){ .no_cache = true };
	assert_int_equal(get(*state, "nocache", &request, &body, &a, &err), 0);
	strbuf_release(&body);

	request = (struct net_request){ .take_gzip = true };
	assert_int_equal(get(*state, "gzip", &request, &body, &a, &err), 0);
	assert_string_equal(body.buf, BODY);
	strbuf_release(&body);

	request = (struct net_request){ .max = strlen(BODY) };
	assert_int_equal(get(*state, "chunked", &request, &body, &a, &err), 0);
	assert_string_equal(body.buf, BODY);
	strbuf_release(&body);

	request = (struct net_request){ 0 };
	assert_int_equal(get(*state, "oddtag", &request, &body, &a, &err), 0);
	assert_string_equal(a.etag, "");
	strbuf_release(&body);
}

static void
test_lies(void **state)
{
	static const struct {
		const char *path;
		bool take_gzip;
		enum err_code code;
		const char *word;
	} rows[] = {
		{ "short", false, ERR_NET, "transfer closed" },
		{ "move", false, ERR_NET, "http://example.org/x" },
		{ "file", false, ERR_NET, "file:///etc/passwd\\x1b" },
		{ "204", false, ERR_NET, "204" },
		{ "09", false, ERR_NET, "HTTP/0.9" },
		{ "404", false, ERR_NOTFOUND, "404" },
		{ "503", false, ERR_NET, "503" },
		{ "br", false, ERR_FORMAT, "br" },
		{ "br", true, ERR_FORMAT, "br" },
		{ "gzip", false, ERR_FORMAT, "gzip" },
		{ "twice", true, ERR_FORMAT, "gzip" },
		{ "te", true, ERR_FORMAT, "gzip, chunked" },
		{ "damaged", true, ERR_FORMAT, "damaged" },
		{ "bomb", true, ERR_LIMIT, "" },
		{ "nothing", false, ERR_NET, "" },
		{ "endless", false, ERR_LIMIT, "1000 bytes" },
		{ "endless", true, ERR_LIMIT, "1000 bytes" },
		{ "endlesschunks", false, ERR_LIMIT, "1000 bytes" },
		{ "flood", false, ERR_LIMIT, "headers" },
		{ "interim", false, ERR_LIMIT, "headers" },
		{ "always304", false, ERR_NET, "304" },
		{ "stall", false, ERR_NET, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct net_request request = { .take_gzip = rows[i].take_gzip };
		struct net_answer a = { 0 };
		struct strbuf body;
		struct err err = { 0 };

		if (get(*state, rows[i].path, &request, &body, &a, &err) != -1)
			fail_msg("%s was taken", rows[i].path);
		if (err.code != rows[i].code ||
		    strstr(err.text, rows[i].word) == NULL)
			fail_msg("%s: %s: %s", rows[i].path,
			    err_code_name(err.code), err.text);
		assert_int_equal(body.len, 0);
		strbuf_release(&body);
	}
}

static void
test_one_byte_more(void **state)
{
	struct net_request request = { .max = strlen(BODY) - 1 };
	struct net_answer a;
	struct strbuf body;
	struct err err = { 0 };

	assert_int_equal(get(*state, "good", &request, &body, &a, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	strbuf_release(&body);
	/* Room for a gzip wrapper is no room for plain bytes. */
	request = (struct net_request){ .max = strlen(BODY) - 1,
		.take_gzip = true };
	assert_int_equal(get(*state, "good", &request, &body, &a, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	strbuf_release(&body);
	request = (struct net_request){ .max = strlen(BODY) - 1,
		.take_gzip = true };
	assert_int_equal(get(*state, "gzip", &request, &body, &a, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	strbuf_release(&body);
}

static void
test_retry_after(void **state)
{
	struct net_request request = { 0 };
	struct net_answer a;
	struct strbuf body;
	struct err err = { 0 };

	assert_int_equal(get(*state, "503", &request, &body, &a, &err), -1);
	assert_int_equal(a.status, 503);
	assert_int_equal(a.retry_after_s, 120);
	strbuf_release(&body);
	assert_int_equal(get(*state, "503ever", &request, &body, &a, &err), -1);
	assert_int_equal(a.retry_after_s, NET_RETRY_MAX_S);
	strbuf_release(&body);
}

static void
test_private_refused(void **state)
{
	struct bench *bench = *state;
	char *url = liar_url(bench->liar, "good");
	struct net_request request = { .url = url,
		.max = 100,
		.insecure = true };
	struct net_answer a;
	struct strbuf body;
	struct err err = { 0 };

	strbuf_init(&body, 1000);
	assert_int_equal(net_get(bench->net, &request, &body, &a, &err), -1);
	assert_non_null(strstr(err.text, "127.0.0.1 is not a public"));
	/* Not through a connection another peer was allowed to open either. */
	request.allow_private = true;
	assert_int_equal(net_get(bench->net, &request, &body, &a, &err), 0);
	request.allow_private = false;
	assert_int_equal(net_get(bench->net, &request, &body, &a, &err), -1);
	request.allow_private = true;
	request.insecure = false;
	assert_int_equal(net_get(bench->net, &request, &body, &a, &err), -1);
	assert_int_equal(err.code, ERR_TRUST);
	request.url = "file:///etc/passwd";
	assert_int_equal(net_get(bench->net, &request, &body, &a, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	strbuf_release(&body);
	free(url);
}

static void
test_addresses(void **state)
{
	static const char *const inside[] = { "127.0.0.1", "10.1.2.3",
		"172.16.0.1", "172.31.255.255", "192.168.1.1",
		"169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
		"255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1",
		"fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
		"2002:7f00:1::", "2001:db8::1", "2001::1", "fec0::1",
		"nonsense", "" };
	static const char *const outside[] = { "8.8.8.8", "172.32.0.1",
		"172.15.255.255", "192.169.0.1", "100.128.0.1", "11.0.0.1",
		"223.255.255.255", "2606:4700::1", "2a00:1450::1",
		"::ffff:8.8.8.8" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(inside); i++)
		if (!net_address_is_private(inside[i]))
			fail_msg("%s passes", inside[i]);
	for (size_t i = 0; i < ARRAY_LEN(outside); i++)
		if (net_address_is_private(outside[i]))
			fail_msg("%s is refused", outside[i]);
}

/* ---- lanes ---- */

struct count {
	size_t good;
	size_t bad;
	size_t cut;
};

static void
on_done(void *ctx, const struct net_answer *a, struct err *err)
{
	struct count *count = ctx;

	if (err == NULL)
		count->good++;
	else
		count->bad++;
	if (err != NULL && strstr(err->text, "others waited") != NULL) {
		assert_true(a->is_timeout);
		count->cut++;
	}
}

static void
test_stalled_lane(void **state)
{
	struct bench *bench = *state;
	char *slow = liar_url(bench->liar, "stall");
	char *fast = liar_url(bench->liar, "good");
	struct count stalled = { 0 }, quick = { 0 };
	struct net_request request = { .max = 100,
		.insecure = true,
		.allow_private = true,
		.done = on_done };
	struct err err = { 0 };
	int64_t start = clock_monotonic_ms();
	size_t left = 1;

	request.url = slow;
	request.lane = request.ctx = &stalled;
	for (int i = 0; i < 40; i++)
		assert_int_equal(net_add(bench->net, &request, &err), 0);
	request.url = fast;
	request.lane = request.ctx = &quick;
	for (int i = 0; i < 40; i++)
		assert_int_equal(net_add(bench->net, &request, &err), 0);
	while (quick.good < 40 && left > 0)
		assert_int_equal(net_run(bench->net, 1000, &left, &err), 0);
	assert_int_equal(quick.good, 40);
	assert_int_equal(stalled.good + stalled.bad, 0);
	assert_true(clock_monotonic_ms() - start < 1400);
	net_cancel(bench->net, &stalled);
	assert_int_equal(net_run(bench->net, 0, &left, &err), 0);
	assert_int_equal(left, 0);
	assert_int_equal(stalled.bad, 0);
	/* Lanes work on after a cancel. */
	request.url = fast;
	assert_int_equal(net_add(bench->net, &request, &err), 0);
	for (left = 1; left > 0;)
		assert_int_equal(net_run(bench->net, 1000, &left, &err), 0);
	assert_int_equal(quick.good, 41);
	free(slow);
	free(fast);
}

/*
 * Twenty peers stall or send drop by drop in all their transfers, and were
 * there first; 4 places. Each of those takes 1.5 s, so ten good peers would
 * wait for 7.5 s at the least, were places not free again after 0.1 s.
 */
static void
test_stalled_lanes(void **state)
{
	struct bench *bench = *state;
	struct net_options options = { .request_ms = 1500,
		.transfers = 4,
		.patience_ms = 100 };
	struct err err = { 0 };
	struct net *net = net_new(&options, &err);
	char *slow = liar_url(bench->liar, "stall");
	char *drops = liar_url(bench->liar, "drops");
	char *fast = liar_url(bench->liar, "good");
	struct count bad[20] = { 0 }, good[10] = { 0 };
	struct net_request request = { .max = 100,
		.insecure = true,
		.allow_private = true,
		.done = on_done };
	size_t left, n = 0, cut = 0;
	int64_t start = clock_monotonic_ms();

	assert_non_null(net);
	for (size_t i = 0; i < 20 * NET_LANE_TRANSFERS; i++) {
		request.url = i % 2 == 0 ? slow : drops;
		request.lane = request.ctx = &bad[i / NET_LANE_TRANSFERS];
		assert_int_equal(net_add(net, &request, &err), 0);
	}
	request.url = fast;
	for (size_t i = 0; i < 30; i++) {
		request.lane = request.ctx = &good[i / 3];
		assert_int_equal(net_add(net, &request, &err), 0);
	}
	while (n < 30 && clock_monotonic_ms() - start < 20000) {
		assert_int_equal(net_run(net, 1000, &left, &err), 0);
		n = 0;
		for (size_t i = 0; i < ARRAY_LEN(good); i++)
			n += good[i].good;
	}
	assert_int_equal(n, 30);
	assert_true(clock_monotonic_ms() - start < 5000);
	do
		assert_int_equal(net_run(net, 1000, &left, &err), 0);
	while (left > 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(bad[i].bad, NET_LANE_TRANSFERS);
		cut += bad[i].cut;
	}
	/* 4 places and 48 slow ones are fewer than 80. */
	assert_in_range(cut, 1, 80);
	net_free(net);
	free(slow);
	free(drops);
	free(fast);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_byte_more, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_retry_after, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_private_refused, setup,
		    teardown),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test_setup_teardown(test_stalled_lane, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_stalled_lanes, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
