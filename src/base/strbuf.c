/*
 * strbuf: text that grows up to a cap with a sticky overflow flag.
 */
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static char empty[1] = "";

void
strbuf_init(struct strbuf *sb, size_t cap)
{
	sb->buf = empty;
	sb->len = 0;
	sb->alloc = 0;
	sb->cap = cap;
	sb->overflow = false;
}

void
strbuf_release(struct strbuf *sb)
{
	if (sb->alloc != 0)
		free(sb->buf);
	strbuf_init(sb, sb->cap);
}

void
strbuf_reset(struct strbuf *sb)
{
	sb->len = 0;
	sb->overflow = false;
	if (sb->alloc != 0)
		sb->buf[0] = '\0';
}

char *
strbuf_detach(struct strbuf *sb, size_t *ret_len)
{
	char *p = sb->alloc != 0 ? sb->buf : xstrdup("");

	if (ret_len != NULL)
		*ret_len = sb->len;
	strbuf_init(sb, sb->cap);
	return p;
}

/* Room for len more bytes and a NUL; false (and the flag) past the cap. */
static bool
grow(struct strbuf *sb, size_t len)
{
	size_t want;

	if (sb->overflow || len > sb->cap || sb->len > sb->cap - len) {
		sb->overflow = true;
		return false;
	}
	want = sb->len + len + 1;
	if (want > sb->alloc) {
		size_t size = sb->alloc == 0 ? 256 : sb->alloc * 2;

		if (size < want)
			size = want;
		sb->buf = xrealloc(sb->alloc != 0 ? sb->buf : NULL, size);
		sb->alloc = size;
	}
	return true;
}

void
strbuf_add(struct strbuf *sb, const void *data, size_t len)
{
	if (len == 0 || !grow(sb, len))
		return;
	memcpy(sb->buf + sb->len, data, len);
	sb->len += len;
	sb->buf[sb->len] = '\0';
}

void
strbuf_addstr(struct strbuf *sb, const char *text)
{
	strbuf_add(sb, text, strlen(text));
}

void
strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len <= 0 || !grow(sb, (size_t)len))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(sb->buf + sb->len, (size_t)len + 1, fmt, ap);
	va_end(ap);
	sb->len += (size_t)len;
}

void
strbuf_setlen(struct strbuf *sb, size_t len)
{
	if (len >= sb->len)
		return;
	sb->len = len;
	sb->buf[len] = '\0';
}

int
strbuf_check(const struct strbuf *sb, const char *what, struct err *err)
{
	if (!sb->overflow)
		return 0;
	return err_set(err, ERR_LIMIT, "%s is larger than %zu bytes", what,
	    sb->cap);
}
