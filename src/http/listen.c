/*
 * listen: "127.0.0.1:8080" -> a listening socket. Neighbours: app/ binds
 * before it gives up rights and hands the sockets to server.c.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http.h"

#define BACKLOG 1024

/* "host:port", "[v6]:port", ":port" -> sockaddr. */
static int
address_parse(const char *text, struct sockaddr_storage *ret, socklen_t *ret_n,
    struct err *err)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *list = NULL;
	const char *colon = strrchr(text, ':');
	char host[64];
	size_t len;

	if (colon == NULL || (size_t)(colon - text) >= sizeof(host))
		goto bad;
	len = (size_t)(colon - text);
	if (len >= 2 && text[0] == '[' && colon[-1] == ']') {
		text++;
		len -= 2;
	}
	memcpy(host, text, len);
	host[len] = '\0';
	if (getaddrinfo(len != 0 ? host : NULL, colon + 1, &hints, &list) != 0)
		goto bad;
	memcpy(ret, list->ai_addr, list->ai_addrlen);
	*ret_n = list->ai_addrlen;
	freeaddrinfo(list);
	return 0;
bad:
	return err_set(err, ERR_CONF,
	    "listen address '%.60s': write it as 127.0.0.1:8080 or [::1]:8080",
	    text);
}

int
http_listen(const char *address, struct err *err)
{
	struct sockaddr_storage sa;
	socklen_t len = 0;
	int one = 1;
	int fd;

	if (address_parse(address, &sa, &len, err) == -1)
		return -1;
	fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (fd == -1)
		return err_sys(err, "socket for %s", address);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* Accepted sockets inherit it. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (sa.ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
		    sizeof(one));
	if (bind(fd, (struct sockaddr *)&sa, len) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	if (errno == EADDRINUSE)
		err_set(err, ERR_CONFLICT,
		    "%s is in use: stop the other program or change `listen`",
		    address);
	else
		err_sys(err, "listen on %s", address);
	close(fd);
	return -1;
}

int
http_listen_port(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	if (getsockname(fd, (struct sockaddr *)&sa, &len) == -1)
		return 0;
	if (sa.ss_family == AF_INET)
		return ntohs(((struct sockaddr_in *)(void *)&sa)->sin_port);
	if (sa.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)(void *)&sa)->sin6_port);
	return 0;
}
