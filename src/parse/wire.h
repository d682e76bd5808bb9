/*
 * parse's own: numbers and texts as bytes between the two processes. What is
 * taken off a wire is hostile: nothing is read outside, the first thing that
 * does not fit sets `bad`, and everything after that is zero or empty.
 */
#ifndef PARSE_WIRE_H
#define PARSE_WIRE_H

#include "base/base.h"

struct wire {
	const unsigned char *at;
	const unsigned char *end;
	bool bad;
};

struct wire wire_of(const void *data, size_t len);
uint64_t wire_number(struct wire *in, int bytes); /* 1 to 8 */
/* Bytes with their length before them; points into the wire. */
const char *wire_bytes(struct wire *in, size_t *ret_len);
/* A text without NUL that fits into size, its NUL included. */
void wire_text(struct wire *in, char *ret_text, size_t size);
/* The same of any length, in the arena. */
char *wire_dup(struct wire *in, struct arena *arena);
/* Nothing was wrong, and nothing is left. */
bool wire_end(const struct wire *in);

void wire_put_number(struct strbuf *out, uint64_t n, int bytes);
void wire_put_bytes(struct strbuf *out, const void *data, size_t len);
void wire_put_text(struct strbuf *out, const char *text);
/* The text of an error, which may quote and cut anything: made clean. */
void wire_put_reason(struct strbuf *out, const char *text);
bool wire_is_reason(const char *text);

#endif
