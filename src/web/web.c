/*
 * web: the process that serves: signals, the server, reload of the
 * configuration, drain (design: architecture.md "Processes", http.md).
 * Neighbours: app/serve starts it, handler.c and fast.c answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "web/inside.h"

static int signal_pipe[2] = { -1, -1 };

static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

/* What to put back when we are done. */
struct signal_state {
	struct sigaction old[ARRAY_LEN(signals)];
	struct sigaction old_pipe;
	sigset_t mask;
};

static void
on_signal(int signo)
{
	int saved = errno;
	char byte = (char)signo;

	/* A full pipe has word of a signal already. */
	if (write(signal_pipe[1], &byte, 1) == -1) {
	}
	errno = saved;
}

static int
signals_start(struct signal_state *state, struct err *err)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t block;

	if (pipe(signal_pipe) == -1)
		return err_sys(err, "pipe");
	for (int i = 0; i < 2; i++) {
		(void)fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK);
		(void)fcntl(signal_pipe[i], F_SETFD, FD_CLOEXEC);
	}
	sigemptyset(&sa.sa_mask);
	sigemptyset(&block);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		sigaddset(&block, signals[i]);
		sigaction(signals[i], &sa, &state->old[i]);
	}
	sigaction(SIGPIPE, &ignore, &state->old_pipe);
	/* Threads inherit the mask: only this one sees signals. */
	pthread_sigmask(SIG_BLOCK, &block, &state->mask);
	return 0;
}

static void
signals_unblock(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaddset(&set, signals[i]);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void
signals_stop(struct signal_state *state)
{
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &state->old[i], NULL);
	sigaction(SIGPIPE, &state->old_pipe, NULL);
	pthread_sigmask(SIG_SETMASK, &state->mask, NULL);
	close(signal_pipe[0]);
	close(signal_pipe[1]);
	signal_pipe[0] = signal_pipe[1] = -1;
}

/* ---- configuration ---- */

const struct conf *
web_conf(struct web *web)
{
	const struct conf *conf;

	pthread_mutex_lock(&web->lock);
	conf = web->conf;
	pthread_mutex_unlock(&web->lock);
	return conf;
}

/* Paths in the configuration are meant from the data folder. */
static char *
path_of(const struct web *web, const char *name)
{
	struct strbuf sb;
	size_t len;

	strbuf_init(&sb, 4096);
	if (name != NULL && *name != '\0' && *name != '/')
		strbuf_addf(&sb, "%s/", web->folder);
	strbuf_addstr(&sb, name != NULL ? name : "");
	return strbuf_detach(&sb, &len);
}

static int
reload_tls(struct web *web, struct http_server *server, const struct conf *conf,
    struct err *err)
{
	char *certificate = path_of(web, conf->tls_certificate);
	char *key = path_of(web, conf->tls_key);
	int rc = 0;

	if (*certificate != '\0')
		rc = http_server_tls(server, certificate, key, err);
	free(certificate);
	free(key);
	return rc;
}

static void
reload(struct web *web, struct http_server *server)
{
	struct conf_entry *entry = xcalloc(1, sizeof(*entry));
	struct err err;

	if (conf_read(web->folder, &entry->conf, &err) == -1) {
		free(entry);
		log_event(LOG_LEVEL_WARN, "web.reload", "kept=old error=%s",
		    err.text);
		return;
	}
	if (reload_tls(web, server, &entry->conf, &err) == -1) {
		conf_release(&entry->conf);
		free(entry);
		log_event(LOG_LEVEL_WARN, "web.reload", "kept=old error=%s",
		    err.text);
		return;
	}
	pthread_mutex_lock(&web->lock);
	entry->next = web->reloaded;
	web->reloaded = entry;
	web->conf = &entry->conf;
	pthread_mutex_unlock(&web->lock);
	log_event(LOG_LEVEL_INFO, "web.reload", "done=yes");
}

static void
release_confs(struct web *web)
{
	struct conf_entry *entry;

	while ((entry = web->reloaded) != NULL) {
		web->reloaded = entry->next;
		conf_release(&entry->conf);
		free(entry);
	}
}

/* ---- the process ---- */

static struct http_server *
start(struct web *web, const struct conf *conf, struct err *err)
{
	char *certificate = path_of(web, conf->tls_certificate);
	char *key = path_of(web, conf->tls_key);
	struct http_options options = {
		.listen_fds = web->options.listen_fds,
		.n_listen_fds = web->options.n_listen_fds,
		.tls_certificate = certificate,
		.tls_key = key,
		.workers = conf->workers > 0 ? (unsigned)conf->workers : 0,
		.max_connections = conf->max_connections > 0
				       ? (size_t)conf->max_connections
				       : 0,
		.head_ms = web->options.head_ms,
		.idle_ms = web->options.idle_ms,
		.grace_ms = web->options.grace_ms,
		.ctx = web,
		.worker_new = worker_new,
		.worker_free = worker_free,
		.fast = fast_handle,
		.handle = handler_handle,
		.idle = worker_idle,
		.refuse = handler_refuse,
		.now = web->options.now,
	};
	struct http_server *server = http_server_start(&options, err);

	free(certificate);
	free(key);
	return server;
}

/* Workers look before each request anyway; those that idle would keep files
 * open that are gone by now. */
static void
drain_wake(struct http_server *server, int *fd)
{
	char buf[64];
	ssize_t n = read(*fd, buf, sizeof(buf));

	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		*fd = -1;
	else
		http_server_wake(server);
}

static void
wait_for_end(struct web *web, struct http_server *server)
{
	struct pollfd fds[2] = {
		{ .fd = signal_pipe[0], .events = POLLIN },
		{ .fd = web->options.wake_fd, .events = POLLIN },
	};

	for (;;) {
		char signo;

		if (poll(fds, 2, -1) == -1 && errno != EINTR)
			return;
		if (fds[1].fd >= 0 && (fds[1].revents & (POLLIN | POLLHUP)))
			drain_wake(server, &fds[1].fd);
		while (read(signal_pipe[0], &signo, 1) == 1) {
			if (signo != SIGHUP)
				return;
			reload(web, server);
		}
	}
}

int
web_run(const struct conf *conf, const struct web_options *options,
    struct err *err)
{
	struct web web = { .folder = options->folder,
		.options = *options,
		.started = options->now(),
		.conf = conf };
	struct signal_state state;
	struct http_server *server;
	int rc = -1;

	if (signals_start(&state, err) == -1)
		return -1;
	pthread_mutex_init(&web.lock, NULL);
	server = start(&web, conf, err);
	if (server == NULL)
		goto out;
	signals_unblock();
	if (options->ready_fd >= 0 && write(options->ready_fd, "\n", 1) != 1)
		log_event(LOG_LEVEL_WARN, "web.ready", "nobody listens");
	wait_for_end(&web, server);
	http_server_stop(server);
	rc = 0;
out:
	release_confs(&web);
	pthread_mutex_destroy(&web.lock);
	signals_stop(&state);
	return rc;
}
