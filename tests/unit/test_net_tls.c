/*
 * net over TLS, and by names: certificates that are good, expired, still to
 * come, of another host, of nobody known; a name that resolves to loopback.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "http/http.h"
#include "net/net.h"

#define DAY 86400L

static int64_t
fixed_now(void)
{
	return 1795255200;
}

static void
handle(void *ctx, void *worker, const struct http_request *req,
    struct http_response *res)
{
	(void)ctx;
	(void)worker;
	(void)req;
	http_response_text(res, 200, "hello\n");
}

struct site {
	char folder[32];
	char certificate[64];
	char key[64];
	struct http_server *server;
	int fd;
	int port;
};

/* A self-signed pair: valid from and to, in seconds from now. */
static void
make_pair(const struct site *site, const char *names, long from, long to)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_NAME *subject = X509_get_subject_name(x);
	X509_EXTENSION *san;
	FILE *f;

	assert_non_null(pkey);
	assert_int_equal(X509_set_version(x, 2), 1);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), from);
	X509_gmtime_adj(X509_getm_notAfter(x), to);
	X509_set_pubkey(x, pkey);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	    (const unsigned char *)"node", -1, -1, 0);
	X509_set_issuer_name(x, subject);
	san = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
	assert_non_null(san);
	X509_add_ext(x, san, -1);
	X509_EXTENSION_free(san);
	assert_true(X509_sign(x, pkey, EVP_sha256()) > 0);
	f = fopen(site->certificate, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, x), 1);
	fclose(f);
	f = fopen(site->key, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_PrivateKey(f, pkey, NULL, NULL, 0, NULL,
			     NULL),
	    1);
	fclose(f);
	X509_free(x);
	EVP_PKEY_free(pkey);
}

static void
site_open(struct site *site, const char *names, long from, long to)
{
	struct http_options options = { .loops = 1,
		.workers = 1,
		.handle = handle,
		.now = fixed_now,
		.grace_ms = 20 };
	struct err err = { 0 };

	snprintf(site->folder, sizeof(site->folder), "/tmp/gspd-tls-XXXXXX");
	assert_non_null(mkdtemp(site->folder));
	snprintf(site->certificate, sizeof(site->certificate), "%s/c.pem",
	    site->folder);
	snprintf(site->key, sizeof(site->key), "%s/k.pem", site->folder);
	make_pair(site, names, from, to);
	site->fd = http_listen("127.0.0.1:0", &err);
	assert_true(site->fd >= 0);
	site->port = http_listen_port(site->fd);
	options.tls_certificate = site->certificate;
	options.tls_key = site->key;
	options.listen_fds = &site->fd;
	options.n_listen_fds = 1;
	site->server = http_server_start(&options, &err);
	assert_non_null(site->server);
}

static void
site_close(struct site *site)
{
	struct err err;

	http_server_stop(site->server);
	close(site->fd);
	assert_int_equal(file_remove_tree(site->folder, &err), 0);
}

/* 0 when "hello" came, else -1 and why. */
static int
fetch(const struct site *site, const char *ca_file, const char *scheme,
    const char *host, bool allow_private, struct err *err)
{
	struct net_options options = { .user_agent = "test",
		.ca_file = ca_file };
	struct net *net = net_new(&options, err);
	struct net_request request = { .max = 100,
		.insecure = strcmp(scheme, "http") == 0,
		.allow_private = allow_private };
	struct net_answer answer;
	struct strbuf body;
	char url[100];
	int rc;

	assert_non_null(net);
	snprintf(url, sizeof(url), "%s://%s:%d/", scheme, host, site->port);
	request.url = url;
	strbuf_init(&body, 1000);
	rc = net_get(net, &request, &body, &answer, err);
	if (rc == 0)
		assert_string_equal(body.buf, "hello\n");
	strbuf_release(&body);
	net_free(net);
	return rc;
}

static void
test_certificates(void **state)
{
	static const struct {
		const char *names;
		long from, to;
		bool is_known;
		const char *why; /* NULL: good */
	} cases[] = {
		{ "IP:127.0.0.1", -DAY, DAY, true, NULL },
		{ "IP:127.0.0.1", -2 * DAY, -DAY, true, "expired" },
		{ "IP:127.0.0.1", -2, -1, true, "expired" },
		{ "IP:127.0.0.1", DAY, 2 * DAY, true, "not yet valid" },
		{ "DNS:other.example", -DAY, DAY, true, "127.0.0.1" },
		{ "IP:127.0.0.2", -DAY, DAY, true, "127.0.0.1" },
		{ "IP:127.0.0.1", -DAY, DAY, false, "certificate" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };
		struct site site;
		int rc;

		site_open(&site, cases[i].names, cases[i].from, cases[i].to);
		rc = fetch(&site, cases[i].is_known ? site.certificate : NULL,
		    "https", "127.0.0.1", true, &err);
		site_close(&site);
		if (cases[i].why == NULL) {
			assert_int_equal(rc, 0);
			continue;
		}
		assert_int_equal(rc, -1);
		assert_int_equal(err.code, ERR_NET);
		if (strstr(err.text, cases[i].why) == NULL)
			fail_msg("case %zu: %s", i, err.text);
	}
}

/* The address counts, whatever name led to it. */
static void
test_names_of_loopback(void **state)
{
	static const char *const names[] = { "localhost", "127.1", "2130706433",
		"0x7f000001", "0177.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0" };
	struct err err = { 0 };
	struct site site;

	(void)state;
	site_open(&site, "DNS:localhost", -DAY, DAY);
	assert_int_equal(fetch(&site, site.certificate, "https", "localhost",
			     true, &err),
	    0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		err.text[0] = '\0';
		assert_int_equal(fetch(&site, site.certificate, "https",
				     names[i], false, &err),
		    -1);
		/* Refused as an address, or no URL of ours at all. */
		if (strstr(err.text, "not a public") == NULL &&
		    err.code != ERR_FORMAT)
			fail_msg("%s: %s", names[i], err.text);
	}
	site_close(&site);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_names_of_loopback),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("net_tls", tests, NULL, NULL);
}
