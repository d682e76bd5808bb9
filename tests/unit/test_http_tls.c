/*
 * http over TLS: an answer, a large file, a certificate swapped under way,
 * old protocols and plain HTTP refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "client.h"
#include "http/http.h"

#define LARGE (3 * 1024 * 1024)

static char folder[] = "/tmp/gspd-tls-XXXXXX";
static char certificate[64], key[64], file[64];
static struct http_server *server;
static int listen_fd;
static int port;

static int64_t
fixed_now(void)
{
	return 1795255200;
}

/* A self-signed pair for this name, valid for a day. */
static void
make_pair(const char *name)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_NAME *subject = X509_get_subject_name(x);
	FILE *f;

	assert_non_null(pkey);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, pkey);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	    (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x, subject);
	assert_true(X509_sign(x, pkey, EVP_sha256()) > 0);
	f = fopen(certificate, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, x), 1);
	fclose(f);
	f = fopen(key, "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_PrivateKey(f, pkey, NULL, NULL, 0, NULL,
			     NULL),
	    1);
	fclose(f);
	X509_free(x);
	EVP_PKEY_free(pkey);
}

static void
handle(void *ctx, void *worker, const struct http_request *req,
    struct http_response *res)
{
	struct err err;

	(void)ctx;
	(void)worker;
	assert_true(req->is_tls);
	if (strcmp(req->path, "/large") == 0) {
		res->type = "application/octet-stream";
		assert_int_equal(http_response_file(req, res, file, false,
				     LARGE, &err),
		    0);
		return;
	}
	http_response_text(res, 200, "hello\n");
}

static int
setup(void **state)
{
	struct http_options options = { .tls_certificate = certificate,
		.tls_key = key,
		.loops = 1,
		.workers = 1,
		.handle = handle,
		.now = fixed_now,
		.grace_ms = 20,
		.head_ms = 500 };
	char *zeros = xcalloc(1, LARGE);
	struct err err;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(certificate, sizeof(certificate), "%s/c.pem", folder);
	(void)snprintf(key, sizeof(key), "%s/k.pem", folder);
	(void)snprintf(file, sizeof(file), "%s/large", folder);
	assert_int_equal(file_put(file, zeros, LARGE, 0600, &err), 0);
	free(zeros);
	make_pair("first");
	listen_fd = http_listen("127.0.0.1:0", &err);
	port = http_listen_port(listen_fd);
	options.listen_fds = &listen_fd;
	options.n_listen_fds = 1;
	server = http_server_start(&options, &err);
	return server != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct err err;

	(void)state;
	http_server_stop(server);
	close(listen_fd);
	return file_remove_tree(folder, &err);
}

/*
 * One request over TLS of at most this version; the bytes that come, and the
 * name in the certificate. -1 when no connection comes about.
 */
static int
talk(const char *path, int version, struct strbuf *out, char name[64])
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(ctx);
	int fd = client_connect(port);
	char buf[16384];
	X509 *x;
	int n;
	int rc = -1;

	strbuf_reset(out);
	/* OpenSSL itself would not offer old versions otherwise. */
	SSL_set_security_level(ssl, 0);
	SSL_set_min_proto_version(ssl, 0);
	SSL_set_max_proto_version(ssl, version);
	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) != 1)
		goto out;
	x = SSL_get1_peer_certificate(ssl);
	assert_non_null(x);
	X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName,
	    name, 64);
	X509_free(x);
	n = snprintf(buf, sizeof(buf),
	    "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", path);
	assert_int_equal(SSL_write(ssl, buf, n), n);
	while ((n = SSL_read(ssl, buf, sizeof(buf))) > 0)
		strbuf_add(out, buf, (size_t)n);
	rc = 0;
out:
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
	return rc;
}

static void
test_answers(void **state)
{
	struct strbuf out;
	char name[64];

	(void)state;
	strbuf_init(&out, 8 << 20);
	assert_int_equal(talk("/", 0, &out, name), 0);
	assert_int_equal(client_status(&out), 200);
	assert_string_equal(client_body(&out), "hello\n");
	assert_int_equal(talk("/", TLS1_2_VERSION, &out, name), 0);
	assert_int_equal(client_status(&out), 200);
	assert_int_equal(talk("/large", 0, &out, name), 0);
	assert_int_equal(client_body_len(&out), LARGE);
	strbuf_release(&out);
}

static void
test_refused(void **state)
{
	struct strbuf out;
	char name[64];

	(void)state;
	strbuf_init(&out, 1 << 20);
	assert_int_equal(talk("/", TLS1_1_VERSION, &out, name), -1);
	client_get(port, "/", "", &out);
	assert_int_equal(client_status(&out), 0);
	strbuf_release(&out);
}

static void
test_swap(void **state)
{
	struct strbuf out;
	char name[64];
	struct err err;

	(void)state;
	strbuf_init(&out, 1 << 20);
	assert_int_equal(talk("/", 0, &out, name), 0);
	assert_string_equal(name, "first");
	/* A key of another certificate is not taken. */
	assert_int_equal(http_server_tls(server, file, key, &err), -1);
	assert_int_equal(err.code, ERR_CONF);
	assert_int_equal(http_server_tls(server, certificate, "/nonexistent",
			     &err),
	    -1);
	assert_int_equal(talk("/", 0, &out, name), 0);
	assert_string_equal(name, "first");
	make_pair("second");
	assert_int_equal(http_server_tls(server, certificate, key, &err), 0);
	assert_int_equal(talk("/", 0, &out, name), 0);
	assert_string_equal(name, "second");
	strbuf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_swap),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
