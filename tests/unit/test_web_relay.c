/*
 * web: the feeds of peers below feed/m/, as they were accepted: the same
 * headers as at the origin, and nothing else of the folder (relay.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "ledger/ledger.h"
#include "visit.h"

/* What is held of sg, as if it had been accepted. */
static void
hold_peer(int64_t serial, bool is_paused)
{
	struct ledger_peer row = { .name = "sg",
		.state = PEER_FRESH,
		.serial = serial,
		.expires = serial + 86400,
		.is_paused = is_paused };
	struct ledger *ledger;
	struct err err;

	ledger = ledger_open(site.folder, false, &err);
	assert_non_null(ledger);
	assert_int_equal(ledger_peer_put(ledger, &row, &err), 0);
	ledger_close(ledger);
}

static void
put_page(const char *name, const void *data, size_t len)
{
	char path[300];
	struct err err;

	(void)snprintf(path, sizeof(path), "%s/pages/sg/%s", site.folder, name);
	assert_int_equal(file_put(path, data, len, 0600, &err), 0);
}

/* Named by its hash. */
static const char page[] = "<feed>theirs</feed>\n";

static const char *
page_name(void)
{
	static char hash[65];

	sha256_hex(page, strlen(page), hash);
	return hash;
}

static void
put_conf(const char *name, const char *text)
{
	char path[300];
	struct err err;

	(void)snprintf(path, sizeof(path), "%s/%s", site.folder, name);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, &err), 0);
}

static void
put_pages(void)
{
	struct strbuf gz;
	char path[300];
	struct err err;

	strbuf_init(&gz, 4096);
	gzip_pack(page, strlen(page), &gz);
	for (int i = 0; i < 3; i++) {
		static const char *const dirs[] = { "p", "rot", "staging" };

		(void)snprintf(path, sizeof(path), "%s/pages/sg/%s",
		    site.folder, dirs[i]);
		assert_int_equal(file_mkdirs(path, 0700, &err), 0);
	}
	put_page("head.xml", "<head>theirs</head>", 19);
	put_page("fork-1-abcdef01.xml", "<head>fork</head>", 17);
	put_page("bad.txt", "bad", 3);
	put_page("rot/2.xml", "<rotation/>", 11);
	(void)snprintf(path, sizeof(path), "p/%s.xml.gz", page_name());
	put_page(path, gz.buf, gz.len);
	/* As a power cut or a bad disk leaves them. */
	(void)snprintf(path, sizeof(path), "p/%064d.xml.gz", 9);
	put_page(path, gz.buf, gz.len);
	(void)snprintf(path, sizeof(path), "p/%064d.xml.gz", 7);
	put_page(path, gz.buf, gz.len / 2);
	(void)snprintf(path, sizeof(path), "staging/%064d.xml.gz", 8);
	put_page(path, gz.buf, gz.len);
	strbuf_release(&gz);
}

static void
test_carried(void **state)
{
	static const char *const targets[] = { "/feed/m/", "/feed/m/sg",
		"/feed/m/sg/", "/feed/m/sg/bad.txt", "/feed/m/sg/rot/02.xml",
		"/feed/m/sg/fork-1-abcdef01.xml", "/feed/m/sg/rot/3.xml",
		"/feed/m/sg/rot/../bad.txt", "/feed/m/../head.xml",
		"/feed/m/sg/../../ledger.db", "/feed/m/%2e%2e/ledger.db",
		"/feed/m/ca/head.xml", "/feed/m/pt/head.xml",
		"/feed/m/SG/head.xml", "/feed/m/sg/rot/", "/feed/m/sg/p/",
		"/feed/m/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/head.xml" };
	char target[120], etag[60], lines[100];

	(void)state;
	/* Nothing was accepted of it yet. */
	put_pages();
	get("/feed/m/sg/head.xml", "", 404);
	hold_peer(SITE_NOW - 100, false);
	get("/feed/m/sg/head.xml", "Accept-Encoding: gzip\r\n", 200);
	assert_string_equal(client_body(&out), "<head>theirs</head>");
	assert_header("Content-Type", "application/xml");
	assert_header("Cache-Control", "public, max-age=60");
	assert_header("Content-Encoding", "");
	(void)client_header(&out, "ETag", etag, sizeof(etag));
	(void)snprintf(lines, sizeof(lines), "If-None-Match: %s\r\n", etag);
	get("/feed/m/sg/head.xml", lines, 304);
	(void)snprintf(target, sizeof(target), "/feed/m/sg/p/%s.xml",
	    page_name());
	get(target, "", 200);
	assert_string_equal(client_body(&out), "<feed>theirs</feed>\n");
	assert_header("Content-Type", "application/atom+xml");
	assert_header("Cache-Control", "public, max-age=31536000, immutable");
	get(target, "Accept-Encoding: gzip\r\n", 200);
	assert_header("Content-Encoding", "gzip");
	get("/feed/m/sg/rot/2.xml", "", 200);
	assert_string_equal(client_body(&out), "<rotation/>");
	assert_header("Cache-Control", "public, max-age=31536000, immutable");
	/* What is damaged would make liars of us. */
	for (int i = 7; i <= 9; i += 2) {
		(void)snprintf(target, sizeof(target), "/feed/m/sg/p/%064d.xml",
		    i);
		get(target, "", 404);
		get(target, "Accept-Encoding: gzip\r\n", 404);
	}
	/* Neither what was not accepted, nor anybody who is no peer. */
	(void)snprintf(target, sizeof(target), "/feed/m/sg/p/%064d.xml", 8);
	get(target, "", 404);
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		client_get(site.port, targets[i], "", &out);
		assert_true(
		    client_status(&out) == 400 || client_status(&out) == 404);
	}
	hold_peer(SITE_NOW - 100, true);
	get("/feed/m/sg/head.xml", "", 404);
	hold_peer(SITE_NOW - 29 * 86400, false);
	get("/feed/m/sg/head.xml", "", 200);
	/* Nobody vouches for it any more: hidden here, and carried no more. */
	hold_peer(SITE_NOW - 32 * 86400, false);
	get("/feed/m/sg/head.xml", "", 404);
	hold_peer(SITE_NOW - 100, false);
	get("/feed/m/sg/head.xml", "", 200);
	put_conf("peers.conf", "");
	get("/feed/m/sg/head.xml", "", 404);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_carried),
	};

	return cmocka_run_group_tests(tests, visit_begin, visit_end);
}
