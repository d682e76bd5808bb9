/*
 * liar: see liar.h. One thread accepts, one more per connection; each
 * connection carries one request.
 */
#define _GNU_SOURCE /* strcasestr() */
#include "liar.h"

#include <sys/socket.h>

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"

#define THREADS_MAX 4096

struct liar {
	int fd;
	int port;
	liar_cb answer;
	void *ctx;
	pthread_t acceptor;
	pthread_t threads[THREADS_MAX];
	size_t n;
};

struct visit {
	struct liar *liar;
	int fd;
};

static atomic_int stopping;

static void *
visit_run(void *arg)
{
	struct visit *visit = arg;
	struct liar_request request = { 0 };
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(request.head) - 1 &&
	       strstr(request.head, "\r\n\r\n") == NULL) {
		n = recv(visit->fd, request.head + len,
		    sizeof(request.head) - 1 - len, 0);
		if (n <= 0)
			goto out;
		len += (size_t)n;
		request.head[len] = '\0';
	}
	if (sscanf(request.head, "GET %511s HTTP/1.1\r\n", request.path) == 1)
		visit->liar->answer(visit->liar->ctx, &request, visit->fd);
out:
	shutdown(visit->fd, SHUT_RDWR);
	close(visit->fd);
	free(visit);
	return NULL;
}

static void *
accept_run(void *arg)
{
	struct liar *liar = arg;

	for (;;) {
		int fd = accept(liar->fd, NULL, NULL);
		struct visit *visit;

		if (fd == -1 || liar->n == THREADS_MAX)
			return NULL;
		visit = xmalloc(sizeof(*visit));
		visit->liar = liar;
		visit->fd = fd;
		if (pthread_create(&liar->threads[liar->n], NULL, visit_run,
			visit) != 0)
			abort();
		liar->n++;
	}
}

struct liar *
liar_new(liar_cb answer, void *ctx)
{
	struct liar *liar = xcalloc(1, sizeof(*liar));
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);

	atomic_store(&stopping, 0);
	liar->answer = answer;
	liar->ctx = ctx;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	liar->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (liar->fd == -1 ||
	    bind(liar->fd, (struct sockaddr *)&address, len) == -1 ||
	    listen(liar->fd, 128) == -1 ||
	    getsockname(liar->fd, (struct sockaddr *)&address, &len) == -1 ||
	    pthread_create(&liar->acceptor, NULL, accept_run, liar) != 0)
		abort();
	liar->port = ntohs(address.sin_port);
	return liar;
}

void
liar_free(struct liar *liar)
{
	if (liar == NULL)
		return;
	atomic_store(&stopping, 1);
	shutdown(liar->fd, SHUT_RDWR);
	pthread_join(liar->acceptor, NULL);
	for (size_t i = 0; i < liar->n; i++)
		pthread_join(liar->threads[i], NULL);
	close(liar->fd);
	free(liar);
}

int
liar_port(const struct liar *liar)
{
	return liar->port;
}

char *
liar_url(const struct liar *liar, const char *path)
{
	struct strbuf sb;

	strbuf_init(&sb, 4096);
	strbuf_addf(&sb, "http://127.0.0.1:%d/%s", liar->port, path);
	return strbuf_detach(&sb, NULL);
}

int
liar_send(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0 || atomic_load(&stopping))
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int
liar_text(int fd, const char *text)
{
	return liar_send(fd, text, strlen(text));
}

void
liar_answer(int fd, const char *status, const char *headers, const void *body,
    size_t len)
{
	struct strbuf sb;

	strbuf_init(&sb, 1 << 20);
	strbuf_addf(&sb,
	    "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n"
	    "%s\r\n",
	    status, len, headers);
	if (liar_send(fd, sb.buf, sb.len) == 0)
		(void)liar_send(fd, body, len);
	strbuf_release(&sb);
}

void
liar_stall(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char byte;

	while (!atomic_load(&stopping))
		if (poll(&pfd, 1, 20) == 1 && recv(fd, &byte, 1, 0) <= 0)
			return;
}

int
liar_has(const struct liar_request *request, const char *line)
{
	return strcasestr(request->head, line) != NULL;
}
