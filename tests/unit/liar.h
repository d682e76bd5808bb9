/*
 * A tiny HTTP server in a thread for tests of the fetcher: what it answers,
 * byte for byte, is up to the test.
 */
#ifndef TESTS_LIAR_H
#define TESTS_LIAR_H

#include <stddef.h>

struct liar;
struct liar_request {
	char path[512];
	char head[8192]; /* the whole request head */
};
/* Runs in a thread of its own per connection; fd is closed afterwards. */
typedef void (*liar_cb)(void *ctx, const struct liar_request *request, int fd);

struct liar *liar_new(liar_cb answer, void *ctx);
void liar_free(struct liar *liar); /* wakes and joins every thread */
int liar_port(const struct liar *liar);
/* "http://127.0.0.1:PORT/PATH"; the caller frees it. */
char *liar_url(const struct liar *liar, const char *path);

/* 0 while the other side takes the bytes, else -1. */
int liar_send(int fd, const void *data, size_t len);
int liar_text(int fd, const char *text);
/* A well-formed answer; headers (each with CRLF) may be "". */
void liar_answer(int fd, const char *status, const char *headers,
    const void *body, size_t len);
/* Wait until the other side hangs up or the server is freed. */
void liar_stall(int fd);
/* 1 when the request has this header line (without CRLF), any case. */
int liar_has(const struct liar_request *request, const char *line);

#endif
