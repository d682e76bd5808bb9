/*
 * Inside http/ only: the parts of a running server, shared by server.c
 * (threads), conn.c (connections), pool.c (workers), address.c (caps), tls.c.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include <event2/event.h>
#include <event2/listener.h>
#include <openssl/ssl.h>

#include "http/http.h"

/* One request on its way through a worker and back. */
struct job {
	struct arena *arena;
	struct http_request req;
	struct http_response res;
	struct conn *conn; /* loop thread only; NULL: the client vanished */
	struct loop *loop;
	struct job *next;
};

/* Connections per client address; IPv6 by /64; loopback is not counted. */
struct address {
	uint8_t bytes[16];
	bool is_counted;
};
struct address_slot {
	uint8_t bytes[16];
	unsigned n;
};
struct addresses {
	pthread_mutex_t lock;
	struct address_slot *slots;
	size_t n_slots; /* power of two, more than twice the connections */
};

/* Workers and the bounded queue before them. */
struct pool {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct job *first;
	struct job **last;
	size_t n;
	size_t max;
	bool is_stopping;
	uint64_t wakes; /* http_server_wake() was called so often */
	pthread_t *threads;
	unsigned n_threads;
};

struct loop {
	struct http_server *server;
	struct event_base *base;
	struct evconnlistener *listeners[HTTP_LISTEN_MAX];
	struct event *wake;  /* jobs are done */
	struct event *stop;  /* drain */
	struct event *grace; /* drain: idle connections go now */
	struct conn *conns;
	bool is_draining;
	struct job *spare;
	size_t n_spare;
	pthread_mutex_t lock; /* over done */
	struct job *done;
	pthread_t thread;
	bool has_thread;
	int64_t date_at;
	char date[30];
};

struct http_server {
	struct http_options options;
	struct timeval head_tv, idle_tv, write_tv, grace_tv, drain_tv;
	pthread_mutex_t tls_lock;
	SSL_CTX *tls;
	struct pool pool;
	struct addresses addresses;
	struct loop *loops;
	unsigned n_loops;
	atomic_size_t connections;
	atomic_uint_least64_t serial; /* request ids */
};

/* conn.c */
void conn_accept(struct loop *loop, int fd, const struct sockaddr *sa);
void conn_free(struct conn *conn);
/* Close what waits for a next request. */
void conn_close_idle(struct loop *loop);
/* A worker is done with conn's job. */
void conn_answer(struct conn *conn, struct job *job);

/* pool.c */
int pool_start(struct http_server *server, struct err *err) MUST_CHECK;
/* -1 when the queue is full. */
int pool_push(struct http_server *server, struct job *job) MUST_CHECK;
void pool_stop(struct http_server *server);
struct job *job_new(struct loop *loop);
void job_free(struct loop *loop, struct job *job);
void job_destroy(struct job *job);

/* address.c */
void addresses_init(struct addresses *a, size_t max_connections);
void addresses_release(struct addresses *a);
/* 0 and counted, or -1 when this address has too many. */
int addresses_take(struct addresses *a, const struct sockaddr *sa,
    struct address *ret) MUST_CHECK;
void addresses_give(struct addresses *a, const struct address *address);

/* tls.c */
SSL_CTX *tls_load(const char *certificate, const char *key,
    struct err *err) MUST_CHECK;
/* A session on the current context, or NULL without TLS. */
SSL *tls_session(struct http_server *server, bool *ret_wanted);

#endif
