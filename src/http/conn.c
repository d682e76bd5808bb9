/*
 * conn: one connection on its loop's thread: bytes in, requests out of them
 * one after the other, answers back, deadlines. Nothing here waits for
 * anything (design: http.md, "Structure"). Neighbours: reader.c, pool.c.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>

#include "http/server.h"

struct conn {
	struct loop *loop;
	struct bufferevent *bev;
	struct event *deadline;
	struct job *job; /* at a worker, or sending its file */
	struct conn *next;
	struct conn **prev;
	struct address address;
	int fd;           /* file sent by pieces, or -1 */
	atomic_int *held; /* goes with fd */
	int64_t left;     /* of it */
	bool is_tls;
	bool in_request;   /* its first byte came, its last did not */
	bool is_closing;   /* close once all is written */
	bool is_lingering; /* refused: let the client read why */
};

static void pump(struct conn *conn);

void
conn_free(struct conn *conn)
{
	struct http_server *server = conn->loop->server;

	if (conn->job != NULL)
		conn->job->conn = NULL;
	http_file_close(&conn->fd, &conn->held);
	*conn->prev = conn->next;
	if (conn->next != NULL)
		conn->next->prev = conn->prev;
	if (conn->loop->is_draining && conn->loop->conns == NULL)
		event_base_loopexit(conn->loop->base, NULL);
	event_free(conn->deadline);
	bufferevent_free(conn->bev);
	addresses_give(&server->addresses, &conn->address);
	atomic_fetch_sub(&server->connections, 1);
	free(conn);
}

static struct evbuffer *
input(const struct conn *conn)
{
	return bufferevent_get_input(conn->bev);
}

static struct evbuffer *
output(const struct conn *conn)
{
	return bufferevent_get_output(conn->bev);
}

static bool
is_written(const struct conn *conn)
{
	return conn->fd == -1 && evbuffer_get_length(output(conn)) == 0;
}

void
conn_close_idle(struct loop *loop)
{
	struct conn *next;

	for (struct conn *conn = loop->conns; conn != NULL; conn = next) {
		next = conn->next;
		if (conn->job == NULL && !conn->in_request &&
		    is_written(conn) && evbuffer_get_length(input(conn)) == 0)
			conn_free(conn);
	}
}

/* ---- writing ---- */

static const char *
date_text(struct loop *loop)
{
	int64_t now = loop->server->options.now();

	if (now != loop->date_at) {
		clock_format_http(now, loop->date);
		loop->date_at = now;
	}
	return loop->date;
}

static void
write_head(struct conn *conn, const struct http_response *res)
{
	char line[200];
	int n;

	n = snprintf(line, sizeof(line), "HTTP/1.1 %d %s\r\nDate: %s\r\n%s",
	    res->status, http_reason(res->status), date_text(conn->loop),
	    conn->is_closing ? "Connection: close\r\n" : "");
	evbuffer_add(output(conn), line, (size_t)n);
	evbuffer_add(output(conn), res->head.buf, res->head.len);
	evbuffer_add(output(conn), "\r\n", 2);
}

/* The next piece of a large file, or of any file under TLS. */
static void
write_piece(struct conn *conn)
{
	char piece[HTTP_PIECE];
	ssize_t n;

	n = read(conn->fd, piece,
	    conn->left < HTTP_PIECE ? (size_t)conn->left : HTTP_PIECE);
	if (n > 0) {
		evbuffer_add(output(conn), piece, (size_t)n);
		conn->left -= n;
	} else {
		/* Shorter than promised: only closing can say so. */
		conn->is_closing = true;
		conn->left = 0;
	}
	if (conn->left == 0)
		http_file_close(&conn->fd, &conn->held);
}

static void
write_file(struct conn *conn, struct http_response *res)
{
	if (!conn->is_tls && res->held == NULL &&
	    res->fd_len <= HTTP_SENDFILE_MAX && res->fd_len > 0) {
		if (evbuffer_add_file(output(conn), res->fd, 0, res->fd_len) ==
		    0) {
			res->fd = -1;
			return;
		}
	}
	if (res->fd_len == 0) {
		http_file_close(&res->fd, &res->held);
		return;
	}
	conn->fd = res->fd;
	conn->held = res->held;
	res->fd = -1;
	res->held = NULL;
	conn->left = res->fd_len;
	write_piece(conn);
}

static void
free_body(const void *data, size_t len, void *arg)
{
	(void)data;
	(void)len;
	free(arg);
}

static void
write_response(struct conn *conn, struct http_response *res)
{
	write_head(conn, res);
	if (res->fd != -1)
		write_file(conn, res);
	else if (res->body.len > HTTP_GZIP_MIN) {
		size_t len;
		char *bytes = strbuf_detach(&res->body, &len);

		if (evbuffer_add_reference(output(conn), bytes, len, free_body,
			bytes) == -1)
			free(bytes);
	} else if (res->body.len != 0)
		evbuffer_add(output(conn), res->body.buf, res->body.len);
}

/* Answer and close: the bytes that follow can not be trusted. */
static void
refuse(struct conn *conn, const struct http_request *req, int status)
{
	struct http_server *server = conn->loop->server;
	static const struct http_request nobody = { .path = "", .query = "" };
	struct http_response res;

	http_response_init(&res);
	http_response_text(&res, status, http_reason(status));
	if (server->options.refuse != NULL)
		server->options.refuse(server->options.ctx, req, status, &res);
	if (status == 405)
		http_response_header(&res, "Allow", "GET, HEAD, POST");
	http_response_finish(req != NULL ? req : &nobody, &res);
	conn->is_closing = true;
	conn->is_lingering = true;
	write_response(conn, &res);
	http_response_release(&res);
}

/* ---- requests ---- */

/* Send what the job holds and go on; the job is done with. */
static void
finish_job(struct conn *conn, struct job *job)
{
	if (job->req.close || conn->loop->is_draining)
		conn->is_closing = true;
	write_response(conn, &job->res);
	conn->job = NULL;
	job_free(conn->loop, job);
	event_add(conn->deadline, &conn->loop->server->idle_tv);
}

void
conn_answer(struct conn *conn, struct job *job)
{
	finish_job(conn, job);
	pump(conn);
}

static void
busy(struct conn *conn, struct job *job)
{
	struct http_server *server = conn->loop->server;

	http_response_text(&job->res, 503, "Too many requests just now.\n");
	if (server->options.refuse != NULL)
		server->options.refuse(server->options.ctx, &job->req, 503,
		    &job->res);
	http_response_header(&job->res, "Retry-After", "1");
	http_response_finish(&job->req, &job->res);
	finish_job(conn, job);
}

static void
serve(struct conn *conn, struct job *job)
{
	struct http_server *server = conn->loop->server;
	const struct http_options *options = &server->options;
	uint64_t serial = atomic_fetch_add(&server->serial, 1);

	(void)snprintf(job->req.id, sizeof(job->req.id), "%08llx-%llx",
	    (unsigned long long)(options->now() & 0xffffffff),
	    (unsigned long long)serial & 0xffffffff);
	job->req.is_tls = conn->is_tls;
	job->conn = conn;
	if (options->fast != NULL &&
	    options->fast(options->ctx, &job->req, &job->res)) {
		http_response_finish(&job->req, &job->res);
		finish_job(conn, job);
		return;
	}
	conn->job = job;
	event_del(conn->deadline);
	if (pool_push(server, job) == -1)
		busy(conn, job);
}

/* Read one request from the input. True when there may be another. */
static bool
take_request(struct conn *conn)
{
	struct http_server *server = conn->loop->server;
	struct evbuffer *in = input(conn);
	size_t have = evbuffer_get_length(in);
	struct job *job;
	const char *data;
	size_t used = 0;
	int status;

	if (have == 0)
		return false;
	if (!conn->in_request) {
		/* From the first byte on: however slowly they drip. */
		conn->in_request = true;
		event_add(conn->deadline, &server->head_tv);
	}
	data = (const char *)evbuffer_pullup(in, -1);
	job = job_new(conn->loop);
	status = http_read(job->arena, data, have, &job->req, &used);
	if (status != 0) {
		job_free(conn->loop, job);
		if (status != HTTP_READ_MORE)
			refuse(conn, NULL, status);
		return false;
	}
	evbuffer_drain(in, used);
	conn->in_request = false;
	serve(conn, job);
	return true;
}

static void
start_lingering(struct conn *conn)
{
	static const struct timeval tv = { HTTP_LINGER_MS / 1000,
		HTTP_LINGER_MS % 1000 * 1000 };

	/* A close with unread input would be a reset that eats the answer. */
	conn->is_lingering = false;
	shutdown(bufferevent_getfd(conn->bev), SHUT_WR);
	event_add(conn->deadline, &tv);
}

static void
pump(struct conn *conn)
{
	while (!conn->is_closing && conn->job == NULL && conn->fd == -1 &&
	       evbuffer_get_length(output(conn)) < HTTP_WRITE_MAX) {
		if (!take_request(conn))
			break;
	}
	if (conn->is_closing && conn->job == NULL && is_written(conn)) {
		if (conn->is_lingering && !conn->is_tls)
			start_lingering(conn);
		else
			conn_free(conn);
	}
}

/* ---- events ---- */

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct conn *conn = arg;

	(void)bev;
	if (conn->is_closing) {
		evbuffer_drain(input(conn), evbuffer_get_length(input(conn)));
		return;
	}
	pump(conn);
}

static void
on_write(struct bufferevent *bev, void *arg)
{
	struct conn *conn = arg;

	(void)bev;
	if (conn->fd != -1) {
		write_piece(conn);
		return;
	}
	if (!conn->is_closing && conn->job == NULL && !conn->in_request)
		event_add(conn->deadline, &conn->loop->server->idle_tv);
	pump(conn);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT))
		conn_free(arg);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	(void)what;
	/* While bytes go out, the write timeout watches. */
	if (conn->job != NULL || (!conn->in_request && !is_written(conn)))
		return;
	conn_free(conn);
}

static struct bufferevent *
new_bufferevent(struct loop *loop, int fd, bool *ret_tls)
{
	SSL *ssl = tls_session(loop->server, ret_tls);
	struct bufferevent *bev;

	if (!*ret_tls)
		return bufferevent_socket_new(loop->base, fd,
		    BEV_OPT_CLOSE_ON_FREE);
	if (ssl == NULL)
		return NULL;
	bev = bufferevent_openssl_socket_new(loop->base, fd, ssl,
	    BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (bev == NULL)
		SSL_free(ssl);
	else
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

static void
conn_start(struct loop *loop, struct bufferevent *bev, bool is_tls,
    const struct address *address)
{
	struct http_server *server = loop->server;
	struct conn *conn = xcalloc(1, sizeof(*conn));

	conn->loop = loop;
	conn->bev = bev;
	conn->is_tls = is_tls;
	conn->fd = -1;
	conn->address = *address;
	conn->deadline = event_new(loop->base, -1, 0, on_deadline, conn);
	conn->next = loop->conns;
	conn->prev = &loop->conns;
	if (conn->next != NULL)
		conn->next->prev = &conn->next;
	loop->conns = conn;
	bufferevent_set_max_single_write(bev, HTTP_WRITE_MAX);
	bufferevent_set_timeouts(bev, NULL, &server->write_tv);
	bufferevent_setwatermark(bev, EV_READ, 0,
	    HTTP_HEAD_MAX + HTTP_BODY_MAX);
	bufferevent_setcb(bev, on_read, on_write, on_event, conn);
	event_add(conn->deadline, &server->head_tv);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

void
conn_accept(struct loop *loop, int fd, const struct sockaddr *sa)
{
	struct http_server *server = loop->server;
	struct bufferevent *bev = NULL;
	struct address address;
	bool is_tls = false;

	if (atomic_fetch_add(&server->connections, 1) >=
	    server->options.max_connections)
		goto full;
	if (addresses_take(&server->addresses, sa, &address) == -1)
		goto full;
	if ((bev = new_bufferevent(loop, fd, &is_tls)) == NULL) {
		addresses_give(&server->addresses, &address);
		goto full;
	}
	conn_start(loop, bev, is_tls, &address);
	return;
full:
	atomic_fetch_sub(&server->connections, 1);
	close(fd);
}
