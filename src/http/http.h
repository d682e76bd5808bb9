/*
 * http: the HTTP/1.1 server: a strict reader of requests, responses, static
 * files, TLS. libevent moves the bytes; worker threads do what may be slow.
 * Knows nothing of records or pages. The only user of libevent and, for TLS
 * and ETags, of OpenSSL's libssl (design: http.md).
 *
 * Threads: a request and its response belong to one thread at a time. All
 * memory of a request lives in its arena, gone once the answer is built.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdatomic.h>

#include "base/base.h"
#include "http/limits.h"

/* ---- requests ---- */

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST };

struct http_header {
	const char *name; /* lower case */
	const char *value;
};

struct http_request {
	struct arena *arena;
	enum http_method method;
	const char *target; /* as sent */
	const char *path;   /* percent-decoded UTF-8, starts with "/" */
	const char *query;  /* as sent, behind "?"; "" when there is none */
	struct http_header *headers;
	size_t n_headers;
	const char *body; /* POST only */
	size_t body_len;
	int minor;  /* HTTP/1.minor */
	bool close; /* the client wants no further answer */
	bool is_tls;
	char id[24]; /* for the log and for error pages */
};

#define HTTP_READ_MORE 1

/*
 * Read one request from bytes: a pure function. 0: *ret_req is filled (in
 * the arena, which it does not set) and *ret_used bytes belong to it.
 * HTTP_READ_MORE: nothing wrong so far, more bytes are needed. Else the
 * status to refuse it with: 400, 405, 411, 413, 414, 417, 431, 501, 505;
 * the connection can not be used any more.
 */
int http_read(struct arena *arena, const char *data, size_t len,
    struct http_request *ret_req, size_t *ret_used) MUST_CHECK;

/* Value of a header (name in lower case), or NULL. */
const char *http_header_get(const struct http_request *req, const char *name);
/* Does the client take Content-Encoding: gzip (RFC 9110 section 12.5.3)? */
bool http_accepts_gzip(const struct http_request *req);

struct http_param {
	const char *name;
	const char *value;
};
struct http_params {
	struct http_param *items;
	size_t n;
};
/* Split and decode "a=1&b=x+y". ERR_FORMAT for bad escapes, ERR_LIMIT. */
int http_params_read(struct arena *arena, const char *query,
    struct http_params *ret_params, struct err *err) MUST_CHECK;
/* First value of that name, or NULL. */
const char *http_param(const struct http_params *params, const char *name);

/* ---- responses ---- */

struct http_response {
	int status;         /* 200 until set */
	const char *type;   /* Content-Type, static text or in the arena */
	const char *etag;   /* opaque text without quotes, or NULL */
	struct strbuf head; /* further header lines */
	struct strbuf body;
	int fd; /* -1, or a file that is the body */
	int64_t fd_len;
	atomic_int *held; /* one less when fd is closed; or NULL */
	bool is_gzip;     /* body or fd holds gzip already */
	bool is_identity; /* never packed, whatever the client takes */
};

#define HTTP_RESPONSE_MAX (16 * 1024 * 1024)

/* Close fd and give back what it held; -1 and NULL then. */
void http_file_close(int *fd, atomic_int **held);

void http_response_init(struct http_response *res);
void http_response_release(struct http_response *res);
/* Forget what was built; status 200 again. */
void http_response_clear(struct http_response *res);
/*
 * Add a header line. Control characters in the value end it (no header can
 * be smuggled in). Not for Content-Type, ETag, Content-Length, Connection.
 */
void http_response_header(struct http_response *res, const char *name,
    const char *fmt, ...) ERR_PRINTF(3, 4);
/* A body of plain text for simple answers and errors. */
void http_response_text(struct http_response *res, int status,
    const char *text);
/* 303/301/308 to a path or URL. */
void http_response_redirect(struct http_response *res, int status,
    const char *location);
/*
 * Answer with a regular file (links are not followed). `is_gzip`: it holds
 * gzip; it goes out as it is when the client takes that, else unpacked to at
 * most `max` bytes. ERR_NOTFOUND; ERR_LIMIT when larger than max.
 */
int http_response_file(const struct http_request *req,
    struct http_response *res, const char *path, bool is_gzip, size_t max,
    struct err *err) MUST_CHECK;
/* "Not Found"; "Error" for a status it does not know. */
const char *http_reason(int status);
/* A strong ETag's text: first 128 bits of SHA-256, hex. */
#define HTTP_ETAG_LEN 33
void http_etag(const void *data, size_t len, char ret_etag[HTTP_ETAG_LEN]);
/* 1 when If-None-Match names etag, so that the body need not be built. */
bool http_matches(const struct http_request *req, const char *etag);
/*
 * Last step, done by the server: 304, gzip, HEAD. Tests of handlers may call
 * it. After it head holds all lines but the status line, Date, Connection.
 */
void http_response_finish(const struct http_request *req,
    struct http_response *res);

/* ---- the server ---- */

struct http_options {
	const int *listen_fds; /* bound and listening; stay the caller's */
	size_t n_listen_fds;
	const char *tls_certificate; /* PEM files; NULL or "": no TLS */
	const char *tls_key;
	unsigned loops;         /* 0: one per core */
	unsigned workers;       /* 0: 4 */
	size_t queue_max;       /* 0: HTTP_QUEUE_MAX */
	size_t max_connections; /* 0: HTTP_CONNECTIONS_MAX */
	/* 0: the limit of the same name; shorter ones for tests. */
	int head_ms, idle_ms, write_ms, grace_ms, drain_ms;

	void *ctx; /* handed to the callbacks */
	/* Context of worker i, made on its own thread. NULL is legal. */
	void *(*worker_new)(void *ctx, unsigned i);
	void (*worker_free)(void *ctx, void *worker);
	/*
	 * On a loop thread: answer what never blocks and return true, or
	 * false to hand the request to a worker. May be NULL.
	 */
	bool (*fast)(void *ctx, const struct http_request *req,
	    struct http_response *res);
	/* On a worker thread. */
	void (*handle)(void *ctx, void *worker, const struct http_request *req,
	    struct http_response *res);
	/* On each worker thread that has nothing to do, after
	 * http_server_wake(). May be NULL. */
	void (*idle)(void *ctx, void *worker);
	/*
	 * Body and headers for what the server itself refuses (400, 431,
	 * 503 ...); req is NULL when it could not be read. May be NULL.
	 */
	void (*refuse)(void *ctx, const struct http_request *req, int status,
	    struct http_response *res);
	int64_t (*now)(void); /* wall clock for Date */
};

struct http_server;

/*
 * Start loops and workers; requests are answered from here on. ERR_CONF
 * when certificate or key can not be used, ERR_SYS. Blocks no signals:
 * callers do, before.
 */
struct http_server *http_server_start(const struct http_options *options,
    struct err *err) MUST_CHECK;
/* New certificate and key for new connections; the old stay on failure. */
int http_server_tls(struct http_server *server, const char *certificate,
    const char *key, struct err *err) MUST_CHECK;
/* Let workers that wait for requests call `idle` once. Any thread. */
void http_server_wake(struct http_server *server);
/* Stop accepting, drain (http.md), end all threads, free. NULL is legal. */
void http_server_stop(struct http_server *server);

/*
 * A listening TCP socket for "127.0.0.1:8080", "[::1]:8080" or ":8080"
 * (port 0: any free one). Returns the fd; ERR_CONF for a bad address,
 * ERR_CONFLICT when somebody else listens there, ERR_SYS.
 */
int http_listen(const char *address, struct err *err) MUST_CHECK;
/* The port a listening socket has, or 0. */
int http_listen_port(int fd);

#endif
