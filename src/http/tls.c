/*
 * tls: certificate and key -> a context; a reload swaps it for connections
 * to come (design: http.md: TLS 1.2 and newer, no renegotiation).
 */
#include <openssl/err.h>

#include "http/server.h"

static int
tls_error(struct err *err, const char *what, const char *path)
{
	unsigned long code = ERR_get_error();
	const char *reason = ERR_reason_error_string(code);

	ERR_clear_error();
	return err_set(err, ERR_CONF, "%s %s: %s", what, path,
	    reason != NULL ? reason : "can not be used");
}

SSL_CTX *
tls_load(const char *certificate, const char *key, struct err *err)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL) {
		err_set(err, ERR_SYS, "no TLS context");
		return NULL;
	}
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION |
				     SSL_OP_NO_COMPRESSION |
				     SSL_OP_CIPHER_SERVER_PREFERENCE);
	if (SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1)
		tls_error(err, "certificate", certificate);
	else if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
		tls_error(err, "key", key);
	else if (SSL_CTX_check_private_key(ctx) != 1)
		tls_error(err, "key does not belong to", certificate);
	else
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

SSL *
tls_session(struct http_server *server, bool *ret_wanted)
{
	SSL *ssl = NULL;

	pthread_mutex_lock(&server->tls_lock);
	*ret_wanted = server->tls != NULL;
	if (server->tls != NULL)
		ssl = SSL_new(server->tls);
	pthread_mutex_unlock(&server->tls_lock);
	return ssl;
}

int
http_server_tls(struct http_server *server, const char *certificate,
    const char *key, struct err *err)
{
	SSL_CTX *fresh = tls_load(certificate, key, err);
	SSL_CTX *old;

	if (fresh == NULL)
		return -1;
	pthread_mutex_lock(&server->tls_lock);
	old = server->tls;
	server->tls = fresh;
	pthread_mutex_unlock(&server->tls_lock);
	SSL_CTX_free(old);
	return 0;
}
