/*
 * serve_socket: listening sockets, bound here or handed over by systemd,
 * and the words for its notification socket (sd_listen_fds(3), sd_notify(3)).
 * Neighbour: cmd_serve.c (design: architecture.md, "Processes").
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/serve.h"

#define BACKLOG       1024
#define FIRST_FD      3 /* SD_LISTEN_FDS_START */
#define BIND_AGAIN_US 100000

static int
open_socket(const struct addrinfo *ai)
{
	int fd, on = 1, saved;

	fd = socket(ai->ai_family,
	    ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, ai->ai_protocol);
	if (fd == -1)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (ai->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
		    sizeof(on));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == -1 ||
	    listen(fd, BACKLOG) == -1) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

static int
bind_failed(const char *address, struct err *err)
{
	if (errno == EADDRINUSE)
		return err_set(err, ERR_NET,
		    "listen %s: the port is in use by another program: stop "
		    "it, or change [web] listen in gspd.conf",
		    address);
	if (errno == EACCES)
		return err_set(err, ERR_NET,
		    "listen %s: not allowed: use a port above 1023, or a "
		    "front proxy",
		    address);
	return err_set(err, ERR_NET, "listen %s: %s", address, strerror(errno));
}

static int
listen_one(char *address, int64_t until, struct serve_sockets *sockets,
    struct err *err)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *list = NULL;
	char *whole = xstrdup(address), *host = address, *port;
	int got, ret = -1;

	port = strrchr(address, ':');
	*port++ = '\0';
	if (host[0] == '[') {
		host[strlen(host) - 1] = '\0';
		host++;
	}
	got = getaddrinfo(strcmp(host, "*") == 0 ? NULL : host, port, &hints,
	    &list);
	if (got != 0) {
		err_set(err, ERR_NET,
		    "listen %s: %s: check [web] listen in gspd.conf", whole,
		    gai_strerror(got));
		goto out;
	}
	for (struct addrinfo *ai = list; ai != NULL;) {
		int fd = open_socket(ai);

		if (fd == -1 && errno == EADDRINUSE &&
		    clock_monotonic_ms() < until) {
			usleep(BIND_AGAIN_US);
			continue;
		}
		if (fd == -1) {
			bind_failed(whole, err);
			goto out;
		}
		if (sockets->n == SERVE_SOCKETS_MAX) {
			close(fd);
			err_set(err, ERR_CONF, "[web] listen: more than %d",
			    SERVE_SOCKETS_MAX);
			goto out;
		}
		sockets->fds[sockets->n++] = fd;
		ai = ai->ai_next;
	}
	ret = 0;
out:
	if (list != NULL)
		freeaddrinfo(list);
	free(whole);
	return ret;
}

int
serve_listen(const char *listen, int wait_s, struct serve_sockets *ret_sockets,
    struct err *err)
{
	int64_t until = clock_monotonic_ms() + wait_s * 1000;

	while (*listen != '\0') {
		size_t n = strcspn(listen, " ");
		char *address = xstrndup(listen, n);
		int got = listen_one(address, until, ret_sockets, err);

		free(address);
		if (got == -1)
			return -1;
		listen += n + (listen[n] != '\0');
	}
	return 0;
}

void
serve_inherit(struct serve_sockets *ret_sockets)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	long n;

	if (pid == NULL || fds == NULL || strtol(pid, NULL, 10) != getpid())
		return;
	n = strtol(fds, NULL, 10);
	for (int fd = FIRST_FD; n > 0 && ret_sockets->n < SERVE_SOCKETS_MAX;
	     fd++, n--) {
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		ret_sockets->fds[ret_sockets->n++] = fd;
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
}

void
serve_close(struct serve_sockets *sockets)
{
	for (size_t i = 0; i < sockets->n; i++)
		close(sockets->fds[i]);
	sockets->n = 0;
}

void
serve_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t len;
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@'))
		return;
	len = strlen(path);
	if (len >= sizeof(un.sun_path))
		return;
	memcpy(un.sun_path, path, len);
	if (path[0] == '@')
		un.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return;
	/* Best effort: systemd is told again or times out. */
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL,
	    (struct sockaddr *)&un,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}

int64_t
serve_watchdog_ms(void)
{
	const char *text = getenv("WATCHDOG_USEC");

	return text == NULL ? 0 : strtoll(text, NULL, 10) / 2000;
}
