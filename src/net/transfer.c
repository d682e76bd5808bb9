/*
 * transfer: one request on one libcurl handle, and every limit on it
 * (feed-protocol.md section 9). libcurl's own body limit lets chunked bodies
 * and gzip bombs through, so bytes are counted as they arrive and gzip is
 * unpacked here, with a cap. net.c decides which transfer runs when.
 */
#include "net/transfer.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define QUOTE_MAX 100 /* bytes of foreign text in an error */

struct transfer *
transfer_new(const struct net_request *request, struct err *err)
{
	struct arena *arena = arena_new();
	struct transfer *transfer = NULL;
	struct url url;

	if (url_parse(arena, request->url, &url, err) == -1)
		goto out;
	if (strcmp(url.scheme, "https") != 0 && !request->insecure) {
		err_set(err, ERR_TRUST,
		    "%s: not https (insecure = yes in peers.conf allows it)",
		    request->url);
		goto out;
	}
	transfer = xcalloc(1, sizeof(*transfer));
	transfer->request = *request;
	transfer->url = xstrdup(request->url);
	transfer->etag = xstrdup(request->etag != NULL ? request->etag : "");
	transfer->request.url = transfer->url;
	transfer->request.etag = transfer->etag;
	if (transfer->request.max > NET_BODY_MAX)
		transfer->request.max = NET_BODY_MAX;
	transfer->wire_max = transfer->request.max +
			     (request->take_gzip ? NET_PACK_SLACK : 0);
	strbuf_init(&transfer->body, transfer->wire_max);
out:
	arena_free(arena);
	return transfer;
}

void
transfer_free(struct transfer *transfer)
{
	if (transfer == NULL)
		return;
	curl_slist_free_all(transfer->headers);
	strbuf_release(&transfer->body);
	free(transfer->url);
	free(transfer->etag);
	free(transfer);
}

static void
quote_into(char *ret_text, size_t size, const char *text, size_t len)
{
	struct strbuf sb;

	strbuf_init(&sb, 8 * QUOTE_MAX);
	log_quote(&sb, text, len, QUOTE_MAX);
	(void)snprintf(ret_text, size, "%s", sb.buf);
	strbuf_release(&sb);
}

/* "couldn\'t" reads badly, and nobody puts these texts between quotes. */
static void
plain_apostrophes(char *text)
{
	char *to = text;

	for (const char *p = text; *p != '\0'; p++)
		if (p[0] != '\\' || p[1] != '\'')
			*to++ = *p;
	*to = '\0';
}

/* ---- libcurl calls these ---- */

static curl_socket_t
on_socket(void *ctx, curlsocktype type, struct curl_sockaddr *address)
{
	struct transfer *transfer = ctx;
	char text[INET6_ADDRSTRLEN] = "?";
	const struct sockaddr *sa = &address->addr;

	(void)type;
	if (!transfer->request.allow_private && address_is_private(sa)) {
		transfer->stop = TRANSFER_PRIVATE;
		if (sa->sa_family == AF_INET)
			(void)inet_ntop(AF_INET,
			    &((const struct sockaddr_in *)(const void *)sa)
				 ->sin_addr,
			    text, sizeof(text));
		else if (sa->sa_family == AF_INET6)
			(void)inet_ntop(AF_INET6,
			    &((const struct sockaddr_in6 *)(const void *)sa)
				 ->sin6_addr,
			    text, sizeof(text));
		(void)snprintf(transfer->detail, sizeof(transfer->detail), "%s",
		    text);
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

/* A kept connection may have been opened for a peer with other rights. */
static int
on_connected(void *ctx, char *address, char *own, int port, int own_port)
{
	struct transfer *transfer = ctx;

	(void)own;
	(void)port;
	(void)own_port;
	if (transfer->request.allow_private || !net_address_is_private(address))
		return CURL_PREREQFUNC_OK;
	transfer->stop = TRANSFER_PRIVATE;
	quote_into(transfer->detail, sizeof(transfer->detail), address,
	    strlen(address));
	return CURL_PREREQFUNC_ABORT;
}

static size_t
on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct transfer *transfer = ctx;
	size_t len = size * n;
	long status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200) {
		transfer->stop = TRANSFER_STATUS;
		return CURL_WRITEFUNC_ERROR;
	}
	if (len > transfer->wire_max - transfer->body.len) {
		transfer->stop = TRANSFER_LONG;
		return CURL_WRITEFUNC_ERROR;
	}
	strbuf_add(&transfer->body, data, len);
	return len;
}

/* The value when the line is this header (name with colon), trimmed. */
static const char *
header_is(const char *line, size_t len, const char *name, size_t *ret_len)
{
	size_t at = strlen(name);

	if (len < at || strncasecmp(line, name, at) != 0)
		return NULL;
	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	while (len > at && strchr(" \t\r\n", line[len - 1]) != NULL)
		len--;
	*ret_len = len - at;
	return line + at;
}

static bool
text_is(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && strncasecmp(text, word, len) == 0;
}

static bool
take_encoding(struct transfer *transfer, const char *text, size_t len)
{
	if (text_is(text, len, "identity") && !transfer->has_encoding)
		return true;
	if (transfer->request.take_gzip && !transfer->has_encoding &&
	    (text_is(text, len, "gzip") || text_is(text, len, "x-gzip"))) {
		transfer->has_encoding = true;
		transfer->is_gzip = true;
		return true;
	}
	transfer->stop = TRANSFER_ENCODING;
	quote_into(transfer->detail, sizeof(transfer->detail), text, len);
	return false;
}

static void
take_etag(struct transfer *transfer, const char *text, size_t len)
{
	transfer->etag_new[0] = '\0';
	if (len < 2 || len >= NET_ETAG_MAX)
		return;
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x21 || text[i] > 0x7e)
			return;
	memcpy(transfer->etag_new, text, len);
	transfer->etag_new[len] = '\0';
}

static size_t
on_header(char *line, size_t size, size_t n, void *ctx)
{
	struct transfer *transfer = ctx;
	size_t len = size * n, value_len;
	const char *value;

	transfer->header_bytes += len;
	if (transfer->header_bytes > NET_HEADER_BYTES ||
	    ++transfer->header_lines > NET_HEADER_LINES) {
		transfer->stop = TRANSFER_HEADERS;
		return 0;
	}
	value = header_is(line, len, "etag:", &value_len);
	if (value != NULL)
		take_etag(transfer, value, value_len);
	value = header_is(line, len, "location:", &value_len);
	if (value != NULL)
		quote_into(transfer->location, sizeof(transfer->location),
		    value, value_len);
	value = header_is(line, len, "content-encoding:", &value_len);
	if (value != NULL && !take_encoding(transfer, value, value_len))
		return 0;
	value = header_is(line, len, "transfer-encoding:", &value_len);
	if (value != NULL && !text_is(value, value_len, "chunked")) {
		transfer->stop = TRANSFER_ENCODING;
		quote_into(transfer->detail, sizeof(transfer->detail), value,
		    value_len);
		return 0;
	}
	return len;
}

/* ---- options ---- */

static int
add_header(struct transfer *transfer, const char *line)
{
	struct curl_slist *more = curl_slist_append(transfer->headers, line);

	if (more == NULL)
		return -1;
	transfer->headers = more;
	return 0;
}

static int
add_headers(struct transfer *transfer)
{
	char line[NET_ETAG_MAX + 32];

	if (add_header(transfer, transfer->request.take_gzip
				     ? "Accept-Encoding: gzip"
				     : "Accept-Encoding: identity") == -1)
		return -1;
	if (transfer->request.no_cache &&
	    add_header(transfer, "Cache-Control: no-cache") == -1)
		return -1;
	if (transfer->etag[0] == '\0' || strlen(transfer->etag) >= NET_ETAG_MAX)
		return 0;
	(void)snprintf(line, sizeof(line), "If-None-Match: %s", transfer->etag);
	return add_header(transfer, line);
}

static CURLcode
set_time(CURL *easy, const struct net_options *options)
{
	CURLcode rc = CURLE_OK;

#define SET(option, value)                                                     \
	(rc = rc != CURLE_OK ? rc : curl_easy_setopt(easy, option, value))
	SET(CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(options->connect_ms > 0 ? options->connect_ms
					   : NET_CONNECT_MS));
	SET(CURLOPT_TIMEOUT_MS,
	    (long)(options->request_ms > 0 ? options->request_ms
					   : NET_REQUEST_MS));
	SET(CURLOPT_LOW_SPEED_LIMIT, (long)NET_SLOW_BYTES_S);
	SET(CURLOPT_LOW_SPEED_TIME, (long)NET_SLOW_S);
	return rc;
}

static CURLcode
set_trust(CURL *easy, const struct transfer *transfer,
    const struct net_options *options)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR,
	    transfer->request.insecure ? "https,http" : "https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_MAXREDIRS, 0L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (options->ca_file != NULL)
		SET(CURLOPT_CAINFO, options->ca_file);
	SET(CURLOPT_HTTP09_ALLOWED, 0L);
	SET(CURLOPT_HTTP_CONTENT_DECODING, 0L);
	return rc;
}

int
transfer_start(struct transfer *transfer, CURL *easy,
    const struct net_options *options, struct err *err)
{
	CURLcode rc = CURLE_OK;

	transfer->easy = easy;
	transfer->started_ms = clock_monotonic_ms();
	if (add_headers(transfer) == -1)
		return err_set(err, ERR_SYS, "libcurl: out of memory");
	SET(CURLOPT_URL, transfer->url);
	SET(CURLOPT_PRIVATE, transfer);
	SET(CURLOPT_NOSIGNAL, 1L);
	/* Do not wait for a name server that stalls when time is over. */
	SET(CURLOPT_QUICK_EXIT, 1L);
	SET(CURLOPT_USERAGENT, options->user_agent);
	SET(CURLOPT_HTTPHEADER, transfer->headers);
	SET(CURLOPT_ERRORBUFFER, transfer->error);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	/* Without TLS only an answer tells the version: that may take long. */
	SET(CURLOPT_PIPEWAIT,
	    strncmp(transfer->url, "https", 5) == 0 ? 1L : 0L);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, transfer);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, transfer);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SET(CURLOPT_OPENSOCKETDATA, transfer);
	SET(CURLOPT_PREREQFUNCTION, on_connected);
	SET(CURLOPT_PREREQDATA, transfer);
	rc = rc != CURLE_OK ? rc : set_time(easy, options);
	rc = rc != CURLE_OK ? rc : set_trust(easy, transfer, options);
#undef SET
	if (rc != CURLE_OK)
		return err_set(err, ERR_SYS, "libcurl: %s",
		    curl_easy_strerror(rc));
	return 0;
}

/* ---- verdict ---- */

static void
explain_stop(const struct transfer *transfer, struct err *err)
{
	switch (transfer->stop) {
	case TRANSFER_PRIVATE:
		err_set(err, ERR_NET,
		    "%s: its address %s is not a public one (allow-private = "
		    "yes in peers.conf, or gspd peer add --allow-private, "
		    "allows it)",
		    transfer->url, transfer->detail);
		break;
	case TRANSFER_LONG:
		err_set(err, ERR_LIMIT,
		    "%s: the answer is longer than %zu bytes", transfer->url,
		    transfer->request.max);
		break;
	case TRANSFER_HEADERS:
		err_set(err, ERR_LIMIT,
		    "%s: the answer has more than %d bytes or %d lines of "
		    "headers",
		    transfer->url, NET_HEADER_BYTES, NET_HEADER_LINES);
		break;
	case TRANSFER_ENCODING:
		err_set(err, ERR_FORMAT,
		    "%s: the answer comes in the encoding \"%s\", which was "
		    "not asked for",
		    transfer->url, transfer->detail);
		break;
	case TRANSFER_CUT:
		err_set(err, ERR_NET,
		    "%s: ended after %lld s, it was slow and others waited",
		    transfer->url,
		    (long long)(clock_monotonic_ms() - transfer->started_ms) /
			1000);
		break;
	default: err_set(err, ERR_NET, "%s: stopped", transfer->url);
	}
}

static void
explain_status(const struct transfer *transfer, long status, struct err *err)
{
	if (status >= 300 && status < 400 && transfer->location[0] != '\0')
		err_set(err, ERR_NET,
		    "%s: answered %ld, moved to \"%s\": redirects are not "
		    "followed, change the url in peers.conf if that is right",
		    transfer->url, status, transfer->location);
	else
		err_set(err,
		    status == 404 || status == 410 ? ERR_NOTFOUND : ERR_NET,
		    "%s: answered %ld instead of 200", transfer->url, status);
}

/* 0 when the answer can be used. */
static int
judge(const struct transfer *transfer, CURLcode code, long status,
    struct err *err)
{
	/* One address refused does not matter when another was connected. */
	if (transfer->stop != TRANSFER_RUNS &&
	    transfer->stop != TRANSFER_STATUS &&
	    (transfer->stop != TRANSFER_PRIVATE || code != CURLE_OK)) {
		explain_stop(transfer, err);
		return -1;
	}
	if (transfer->stop == TRANSFER_STATUS ||
	    (code == CURLE_OK && status != 200 && status != 304)) {
		explain_status(transfer, status, err);
		return -1;
	}
	if (code != CURLE_OK) {
		const char *text = transfer->error[0] != '\0'
				       ? transfer->error
				       : curl_easy_strerror(code);
		char safe[300]; /* it may cite what came */

		quote_into(safe, sizeof(safe), text, strlen(text));
		plain_apostrophes(safe);
		return err_set(err, ERR_NET, "%s: %s", transfer->url, safe);
	}
	if (status == 304 && transfer->etag[0] == '\0')
		return err_set(err, ERR_NET,
		    "%s: answered 304 to a question without a condition",
		    transfer->url);
	return 0;
}

void
transfer_finish(struct transfer *transfer, CURLcode code)
{
	struct net_answer answer = { 0 };
	struct err err = { 0 };
	struct strbuf plain;
	long status = 0;
	curl_off_t retry = 0;
	int rc;

	strbuf_init(&plain, transfer->request.max);
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry);
	rc = judge(transfer, code, status, &err);
	answer.status = (int)status;
	answer.is_timeout = code == CURLE_OPERATION_TIMEDOUT;
	answer.retry_after_s = retry < 0                 ? 0
			       : retry > NET_RETRY_MAX_S ? NET_RETRY_MAX_S
							 : (int64_t)retry;
	answer.bytes = transfer->body.len;
	memcpy(answer.etag, transfer->etag_new, sizeof(answer.etag));
	if (rc == 0 && transfer->is_gzip && status == 200) {
		answer.packed = transfer->body.buf;
		answer.packed_len = transfer->body.len;
		rc = gzip_unpack(answer.packed, answer.packed_len,
		    transfer->request.max, &plain, &err);
		if (rc == -1)
			err_prefix(&err, "%s", transfer->url);
		answer.body = plain.buf;
		answer.len = plain.len;
	} else if (rc == 0 && transfer->body.len > transfer->request.max) {
		transfer->stop = TRANSFER_LONG;
		explain_stop(transfer, &err);
		rc = -1;
	} else if (rc == 0 && status == 200) {
		answer.body = transfer->body.buf;
		answer.len = transfer->body.len;
	}
	if (rc == -1)
		answer.body = answer.packed = NULL;
	transfer->request.done(transfer->request.ctx, &answer,
	    rc == -1 ? &err : NULL);
	strbuf_release(&plain);
}
