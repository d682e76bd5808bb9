/*
 * wire: numbers, little end first, and texts with their length. One end
 * writes what the other takes apart; neighbours: objects.c and page.c say
 * what stands where.
 */
#include <string.h>

#include "parse/wire.h"

#define CHAR_BYTES_MAX 4

struct wire
wire_of(const void *data, size_t len)
{
	const unsigned char *at = data;

	return (struct wire){ .at = at, .end = at + len };
}

uint64_t
wire_number(struct wire *in, int bytes)
{
	uint64_t n = 0;

	if (in->bad || in->end - in->at < bytes) {
		in->bad = true;
		return 0;
	}
	for (int i = 0; i < bytes; i++)
		n |= (uint64_t)in->at[i] << (8 * i);
	in->at += bytes;
	return n;
}

const char *
wire_bytes(struct wire *in, size_t *ret_len)
{
	size_t len = (size_t)wire_number(in, 4);
	const char *data = (const char *)in->at;

	if (in->bad || len > (size_t)(in->end - in->at)) {
		in->bad = true;
		*ret_len = 0;
		return "";
	}
	in->at += len;
	*ret_len = len;
	return data;
}

void
wire_text(struct wire *in, char *ret_text, size_t size)
{
	size_t len;
	const char *data = wire_bytes(in, &len);

	if (len >= size || memchr(data, '\0', len) != NULL) {
		in->bad = true;
		len = 0;
	}
	memcpy(ret_text, data, len);
	ret_text[len] = '\0';
}

char *
wire_dup(struct wire *in, struct arena *arena)
{
	size_t len;
	const char *data = wire_bytes(in, &len);

	if (memchr(data, '\0', len) != NULL) {
		in->bad = true;
		len = 0;
	}
	return arena_strndup(arena, data, len);
}

bool
wire_end(const struct wire *in)
{
	return !in->bad && in->at == in->end;
}

void
wire_put_number(struct strbuf *out, uint64_t n, int bytes)
{
	for (int i = 0; i < bytes; i++)
		strbuf_addch(out, (char)(n >> (8 * i)));
}

void
wire_put_bytes(struct strbuf *out, const void *data, size_t len)
{
	wire_put_number(out, len, 4);
	strbuf_add(out, data, len);
}

void
wire_put_text(struct strbuf *out, const char *text)
{
	wire_put_bytes(out, text, strlen(text));
}

void
wire_put_reason(struct strbuf *out, const char *text)
{
	const char *p = text, *end = text + strlen(text);
	struct err room;
	struct strbuf clean;

	strbuf_init(&clean, sizeof(room.text) - 1);
	while (p < end && clean.len + CHAR_BYTES_MAX < sizeof(room.text)) {
		uint32_t ch = utf8_next(&p, end);

		if (ch < ' ' || ch == 0x7f || ch == 0xfffe || ch == 0xffff)
			ch = '?';
		utf8_add(&clean, ch);
	}
	if (clean.len == 0)
		strbuf_addch(&clean, '?');
	wire_put_bytes(out, clean.buf, clean.len);
	strbuf_release(&clean);
}

bool
wire_is_reason(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return len > 0 && valid_xml_text(text, len, NULL);
}
