/*
 * A plain blocking HTTP client for tests: sends the bytes it is given and
 * hands back the bytes that come.
 */
#ifndef TESTS_CLIENT_H
#define TESTS_CLIENT_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"

#define CLIENT_WAIT_MS 5000

static inline int
client_connect(int port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd != -1 &&
	    connect(fd, (struct sockaddr *)&sin, sizeof(sin)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static inline void
client_send(int fd, const char *data, size_t len)
{
	while (len != 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

/* Read until the peer closes or says nothing for wait_ms. */
static inline void
client_read(int fd, int wait_ms, struct strbuf *ret_out)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char buf[8192];

	while (poll(&pfd, 1, wait_ms) == 1) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n <= 0)
			return;
		strbuf_add(ret_out, buf, (size_t)n);
	}
}

/* One connection, these bytes, everything that comes back until the end. */
static inline void
client_talk(int port, const char *data, size_t len, struct strbuf *ret_out)
{
	int fd = client_connect(port);

	strbuf_reset(ret_out);
	if (fd == -1)
		return;
	client_send(fd, data, len);
	client_read(fd, CLIENT_WAIT_MS, ret_out);
	close(fd);
}

/* GET target with Connection: close and further header lines. */
static inline void
client_get(int port, const char *target, const char *lines,
    struct strbuf *ret_out)
{
	struct strbuf req;

	strbuf_init(&req, 65536);
	strbuf_addf(&req,
	    "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n",
	    target, lines);
	client_talk(port, req.buf, req.len, ret_out);
	strbuf_release(&req);
}

static inline int
client_status(const struct strbuf *answer)
{
	if (answer->len < 12 || strncmp(answer->buf, "HTTP/1.1 ", 9) != 0)
		return 0;
	return (int)strtol(answer->buf + 9, NULL, 10);
}

static inline const char *
client_body(const struct strbuf *answer)
{
	const char *p = answer->len != 0 ? strstr(answer->buf, "\r\n\r\n")
					 : NULL;

	return p != NULL ? p + 4 : "";
}

static inline size_t
client_body_len(const struct strbuf *answer)
{
	return (size_t)(answer->buf + answer->len - client_body(answer));
}

/* Copies a header's value to buf; "" when it is absent. */
static inline const char *
client_header(const struct strbuf *answer, const char *name, char *buf,
    size_t len)
{
	char line[100];
	const char *end = answer->len != 0 ? strstr(answer->buf, "\r\n\r\n")
					   : NULL;
	const char *p;
	size_t n;

	buf[0] = '\0';
	(void)snprintf(line, sizeof(line), "\r\n%s: ", name);
	p = end != NULL ? strstr(answer->buf, line) : NULL;
	if (p == NULL || p > end)
		return buf;
	p += strlen(line);
	n = strcspn(p, "\r");
	if (n >= len)
		n = len - 1;
	memcpy(buf, p, n);
	buf[n] = '\0';
	return buf;
}

#endif
