/*
 * strbuf: text or bytes that grow up to a cap. Past the cap nothing more is
 * added and the overflow flag sticks, so that building needs one check at
 * the end. `buf` is always NUL-terminated (also when empty).
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct strbuf {
	char *buf;
	size_t len;
	size_t alloc;
	size_t cap;
	bool overflow;
};

/* An empty strbuf that holds at most cap bytes; allocates nothing yet. */
void strbuf_init(struct strbuf *sb, size_t cap);
void strbuf_release(struct strbuf *sb);
/* Empty it but keep the memory; clears the overflow flag. */
void strbuf_reset(struct strbuf *sb);
/* Hand the malloc'd bytes to the caller (never NULL) and start anew. */
char *strbuf_detach(struct strbuf *sb, size_t *ret_len);

void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_addstr(struct strbuf *sb, const char *text);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) ERR_PRINTF(2, 3);
/* Cut to len bytes (no-op when shorter). */
void strbuf_setlen(struct strbuf *sb, size_t len);

/* One byte: written millions of times, so without a call where it fits. */
static inline void
strbuf_addch(struct strbuf *sb, char ch)
{
	if (sb->len + 1 < sb->alloc && sb->len < sb->cap && !sb->overflow) {
		sb->buf[sb->len++] = ch;
		sb->buf[sb->len] = '\0';
	} else {
		strbuf_add(sb, &ch, 1);
	}
}

/* 0, or -1 with ERR_LIMIT "what is larger than N bytes". */
int strbuf_check(const struct strbuf *sb, const char *what,
    struct err *err) MUST_CHECK;

#endif
