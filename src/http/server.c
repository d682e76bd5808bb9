/*
 * server: loop threads and their listeners; start, drain, stop (design:
 * http.md, "Structure"). Neighbours: conn.c has the connections, pool.c the
 * workers, tls.c the certificate.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/thread.h>

#include "http/server.h"

#define DEFAULT_WORKERS 4

static pthread_once_t threads_once = PTHREAD_ONCE_INIT;

static void
use_threads(void)
{
	(void)evthread_use_pthreads();
}

static struct timeval
timeval_of(int ms, int standard)
{
	if (ms <= 0)
		ms = standard;
	return (struct timeval){ ms / 1000, ms % 1000 * 1000 };
}

/* ---- one loop ---- */

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *sa, int len, void *arg)
{
	(void)listener;
	(void)len;
	conn_accept(arg, fd, sa);
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;
	struct job *job, *next;

	(void)fd;
	(void)what;
	pthread_mutex_lock(&loop->lock);
	job = loop->done;
	loop->done = NULL;
	pthread_mutex_unlock(&loop->lock);
	for (; job != NULL; job = next) {
		next = job->next;
		if (job->conn != NULL)
			conn_answer(job->conn, job);
		else
			job_free(loop, job);
	}
}

static void
on_grace(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	conn_close_idle(arg);
}

static void
on_stop(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;
	struct http_server *server = loop->server;

	(void)fd;
	(void)what;
	loop->is_draining = true;
	for (size_t i = 0; i < HTTP_LISTEN_MAX; i++) {
		if (loop->listeners[i] != NULL)
			evconnlistener_free(loop->listeners[i]);
		loop->listeners[i] = NULL;
	}
	/*
	 * Idle clients are not cut at once: one may be sending its next
	 * request, and that would be lost.
	 */
	event_add(loop->grace, &server->grace_tv);
	event_base_loopexit(loop->base,
	    loop->conns != NULL ? &server->drain_tv : NULL);
}

static void *
loop_main(void *arg)
{
	struct loop *loop = arg;

	(void)event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
	return NULL;
}

static int
loop_listen(struct loop *loop, struct err *err)
{
	const struct http_options *options = &loop->server->options;

	for (size_t i = 0; i < options->n_listen_fds; i++) {
		int fd = options->listen_fds[i];

		if (evutil_make_socket_nonblocking(fd) == -1)
			return err_sys(err, "listening socket %d", fd);
		loop->listeners[i] = evconnlistener_new(loop->base, on_accept,
		    loop, LEV_OPT_CLOSE_ON_EXEC, 0, fd);
		if (loop->listeners[i] == NULL)
			return err_sys(err, "listening socket %d", fd);
	}
	return 0;
}

static int
loop_start(struct http_server *server, struct loop *loop, struct err *err)
{
	struct event_config *config = event_config_new();

	loop->server = server;
	pthread_mutex_init(&loop->lock, NULL);
	event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
	loop->base = event_base_new_with_config(config);
	event_config_free(config);
	if (loop->base == NULL)
		return err_set(err, ERR_SYS, "no event loop");
	loop->wake = event_new(loop->base, -1, EV_PERSIST, on_wake, loop);
	loop->stop = event_new(loop->base, -1, EV_PERSIST, on_stop, loop);
	loop->grace = event_new(loop->base, -1, 0, on_grace, loop);

	if (loop_listen(loop, err) == -1)
		return -1;
	if (pthread_create(&loop->thread, NULL, loop_main, loop) != 0)
		return err_set(err, ERR_SYS, "can not start a loop thread");
	loop->has_thread = true;
	return 0;
}

static void
loop_release(struct loop *loop)
{
	struct job *job;

	if (loop->base == NULL)
		return;
	while (loop->conns != NULL)
		conn_free(loop->conns);
	for (size_t i = 0; i < HTTP_LISTEN_MAX; i++) {
		if (loop->listeners[i] != NULL)
			evconnlistener_free(loop->listeners[i]);
	}
	while ((job = loop->done) != NULL) {
		loop->done = job->next;
		job_destroy(job);
	}
	while ((job = loop->spare) != NULL) {
		loop->spare = job->next;
		job_destroy(job);
	}
	event_free(loop->wake);
	event_free(loop->stop);
	event_free(loop->grace);
	event_base_free(loop->base);
	pthread_mutex_destroy(&loop->lock);
}

/* ---- the server ---- */

static unsigned
cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > HTTP_LOOPS_MAX ? HTTP_LOOPS_MAX : (unsigned)n;
}

static void
set_defaults(struct http_server *server)
{
	struct http_options *options = &server->options;

	if (options->loops == 0 || options->loops > HTTP_LOOPS_MAX)
		options->loops = cores();
	if (options->workers == 0)
		options->workers = DEFAULT_WORKERS;
	if (options->workers > HTTP_WORKERS_MAX)
		options->workers = HTTP_WORKERS_MAX;
	if (options->queue_max == 0)
		options->queue_max = HTTP_QUEUE_MAX;
	if (options->max_connections == 0)
		options->max_connections = HTTP_CONNECTIONS_MAX;
	server->head_tv = timeval_of(options->head_ms, HTTP_HEAD_MS);
	server->idle_tv = timeval_of(options->idle_ms, HTTP_IDLE_MS);
	server->write_tv = timeval_of(options->write_ms, HTTP_WRITE_MS);
	server->grace_tv = timeval_of(options->grace_ms, HTTP_GRACE_MS);
	server->drain_tv = timeval_of(options->drain_ms, HTTP_DRAIN_MS);
}

static int
server_run(struct http_server *server, struct err *err)
{
	const struct http_options *options = &server->options;

	if (options->n_listen_fds == 0 ||
	    options->n_listen_fds > HTTP_LISTEN_MAX)
		return err_set(err, ERR_CONF,
		    "%zu listening sockets: 1 to %d are possible",
		    options->n_listen_fds, HTTP_LISTEN_MAX);
	if (options->tls_certificate != NULL &&
	    *options->tls_certificate != '\0') {
		server->tls = tls_load(options->tls_certificate,
		    options->tls_key != NULL ? options->tls_key : "", err);
		if (server->tls == NULL)
			return -1;
	}
	if (pool_start(server, err) == -1)
		return -1;
	server->loops = xcalloc(options->loops, sizeof(*server->loops));
	for (unsigned i = 0; i < options->loops; i++) {
		server->n_loops++;
		if (loop_start(server, &server->loops[i], err) == -1)
			return -1;
	}
	return 0;
}

struct http_server *
http_server_start(const struct http_options *options, struct err *err)
{
	struct http_server *server = xcalloc(1, sizeof(*server));

	pthread_once(&threads_once, use_threads);
	server->options = *options;
	set_defaults(server);
	pthread_mutex_init(&server->tls_lock, NULL);
	addresses_init(&server->addresses, server->options.max_connections);
	if (server_run(server, err) == -1) {
		http_server_stop(server);
		return NULL;
	}
	return server;
}

void
http_server_stop(struct http_server *server)
{
	if (server == NULL)
		return;
	for (unsigned i = 0; i < server->n_loops; i++) {
		if (server->loops[i].has_thread)
			event_active(server->loops[i].stop, EV_READ, 0);
	}
	for (unsigned i = 0; i < server->n_loops; i++) {
		if (server->loops[i].has_thread)
			pthread_join(server->loops[i].thread, NULL);
	}
	pool_stop(server);
	for (unsigned i = 0; i < server->n_loops; i++)
		loop_release(&server->loops[i]);
	free(server->loops);
	SSL_CTX_free(server->tls);
	pthread_mutex_destroy(&server->tls_lock);
	addresses_release(&server->addresses);
	free(server);
}
