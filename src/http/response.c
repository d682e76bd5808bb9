/*
 * response: what goes back: status, headers, a body in memory or in a file;
 * at the end conditional requests, gzip and HEAD are settled in one place.
 * Neighbours: handlers fill it, conn.c writes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "http/http.h"

#define HEAD_LINES_MAX (16 * 1024)
#define HEADER_MAX     4096

void
http_file_close(int *fd, atomic_int **held)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
	if (*held != NULL)
		atomic_fetch_sub(*held, 1);
	*held = NULL;
}

void
http_response_init(struct http_response *res)
{
	memset(res, 0, sizeof(*res));
	res->status = 200;
	res->fd = -1;
	strbuf_init(&res->head, HEAD_LINES_MAX);
	strbuf_init(&res->body, HTTP_RESPONSE_MAX);
}

void
http_response_release(struct http_response *res)
{
	http_file_close(&res->fd, &res->held);
	strbuf_release(&res->head);
	strbuf_release(&res->body);
}

void
http_response_clear(struct http_response *res)
{
	http_response_release(res);
	http_response_init(res);
}

void
http_response_header(struct http_response *res, const char *name,
    const char *fmt, ...)
{
	char value[HEADER_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	for (char *p = value; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '\0';
		if (*p == '\0')
			break;
	}
	strbuf_addf(&res->head, "%s: %s\r\n", name, value);
}

void
http_response_text(struct http_response *res, int status, const char *text)
{
	res->status = status;
	res->type = "text/plain; charset=utf-8";
	strbuf_reset(&res->body);
	strbuf_addstr(&res->body, text);
}

void
http_response_redirect(struct http_response *res, int status,
    const char *location)
{
	http_response_text(res, status, "");
	http_response_header(res, "Location", "%s", location);
}

static int
file_open(const char *path, struct stat *ret_st, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd == -1) {
		if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
			return err_set(err, ERR_NOTFOUND, "no such file");
		return err_sys(err, "%s", path);
	}
	if (fstat(fd, ret_st) == -1 || !S_ISREG(ret_st->st_mode)) {
		close(fd);
		return err_set(err, ERR_NOTFOUND, "not a file");
	}
	return fd;
}

int
http_response_file(const struct http_request *req, struct http_response *res,
    const char *path, bool is_gzip, size_t max, struct err *err)
{
	struct strbuf packed;
	struct stat st;
	int fd, rc;

	if ((fd = file_open(path, &st, err)) == -1)
		return -1;
	if ((uint64_t)st.st_size > max) {
		close(fd);
		return err_set(err, ERR_LIMIT, "%s: larger than %zu bytes",
		    path, max);
	}
	if (!is_gzip || http_accepts_gzip(req)) {
		res->fd = fd;
		res->fd_len = st.st_size;
		res->is_gzip = is_gzip;
		return 0;
	}
	close(fd);
	rc = file_read(path, max, &packed, err);
	if (rc == 0) {
		strbuf_reset(&res->body);
		rc = gzip_unpack(packed.buf, packed.len, max, &res->body, err);
		/* It was at rest as gzip: a client without it gets it plain. */
		res->is_gzip = false;
	}
	strbuf_release(&packed);
	return rc;
}

const char *
http_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} table[] = { { 200, "OK" }, { 301, "Moved Permanently" },
		{ 303, "See Other" }, { 304, "Not Modified" },
		{ 308, "Permanent Redirect" }, { 400, "Bad Request" },
		{ 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 406, "Not Acceptable" },
		{ 408, "Request Timeout" }, { 410, "Gone" },
		{ 411, "Length Required" }, { 413, "Content Too Large" },
		{ 414, "URI Too Long" }, { 417, "Expectation Failed" },
		{ 422, "Unprocessable Content" }, { 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" }, { 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" } };

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (table[i].status == status)
			return table[i].reason;
	}
	return "Error";
}

void
http_etag(const void *data, size_t len, char ret_etag[HTTP_ETAG_LEN])
{
	uint8_t digest[EVP_MAX_MD_SIZE] = { 0 };
	unsigned n = 0;

	(void)EVP_Digest(len != 0 ? data : "", len, digest, &n, EVP_sha256(),
	    NULL);
	hex_encode(digest, (HTTP_ETAG_LEN - 1) / 2, ret_etag);
}

/*
 * If-None-Match against etag and its gzip variant; ret_gzip says which. The
 * comparison is the weak one (RFC 9110 section 13.1.2).
 */
static bool
none_match(const struct http_request *req, const char *etag, bool *ret_gzip)
{
	const char *p = http_header_get(req, "if-none-match");
	size_t len = strlen(etag);

	while (p != NULL && *p != '\0') {
		size_t n;

		p += strspn(p, ", \t");
		if (*p == '*') {
			*ret_gzip = false;
			return true;
		}
		if (p[0] == 'W' && p[1] == '/')
			p += 2;
		if (*p != '"')
			return false;
		n = strcspn(++p, "\"");
		if (p[n] != '"')
			return false;
		if (n >= len && memcmp(p, etag, len) == 0 &&
		    (n == len ||
			(n == len + 3 && memcmp(p + len, "-gz", 3) == 0))) {
			*ret_gzip = n != len;
			return true;
		}
		p += n + 1;
	}
	return false;
}

bool
http_matches(const struct http_request *req, const char *etag)
{
	bool is_gzip;

	return none_match(req, etag, &is_gzip);
}

/* Worth packing: text that is not packed yet. */
static bool
wants_gzip(const struct http_request *req, const struct http_response *res)
{
	return res->fd == -1 && !res->is_gzip && !res->is_identity &&
	       res->type != NULL && res->body.len >= HTTP_GZIP_MIN &&
	       http_accepts_gzip(req);
}

static void
pack_body(struct http_response *res)
{
	struct strbuf packed;

	strbuf_init(&packed, HTTP_RESPONSE_MAX);
	gzip_pack_once(res->body.buf, res->body.len, &packed);
	if (packed.overflow) {
		strbuf_release(&packed);
		return;
	}
	strbuf_release(&res->body);
	res->body = packed;
	res->is_gzip = true;
}

static void
drop_body(struct http_response *res)
{
	http_file_close(&res->fd, &res->held);
	strbuf_reset(&res->body);
}

void
http_response_finish(const struct http_request *req, struct http_response *res)
{
	bool is_gzip = false;
	int64_t len;

	if (res->body.overflow || res->head.overflow) {
		http_response_clear(res);
		http_response_text(res, 500, "The answer grew too large.\n");
	}
	strbuf_addstr(&res->head, "Vary: Accept-Encoding\r\n");
	if (res->etag != NULL && res->status == 200 &&
	    none_match(req, res->etag, &is_gzip)) {
		res->status = 304;
		drop_body(res);
		strbuf_addf(&res->head, "ETag: \"%s%s\"\r\n", res->etag,
		    is_gzip ? "-gz" : "");
		return;
	}
	if (wants_gzip(req, res))
		pack_body(res);
	if (res->type != NULL)
		strbuf_addf(&res->head, "Content-Type: %s\r\n", res->type);
	if (res->is_gzip)
		strbuf_addstr(&res->head, "Content-Encoding: gzip\r\n");
	if (res->etag != NULL && res->status == 200)
		strbuf_addf(&res->head, "ETag: \"%s%s\"\r\n", res->etag,
		    res->is_gzip ? "-gz" : "");
	len = res->fd != -1 ? res->fd_len : (int64_t)res->body.len;
	strbuf_addf(&res->head, "Content-Length: %lld\r\n", (long long)len);
	if (req->method == HTTP_HEAD)
		drop_body(res);
}
