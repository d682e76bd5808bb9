/*
 * quote: foreign text made harmless for a terminal or a log line; hex;
 * "did you mean" for names that people type.
 */
#include "base/quote.h"

#include <string.h>

#include "base/utf8.h"

/* Characters that change how a line is read without being seen. */
static bool
is_hidden(uint32_t ch)
{
	return ch < 0x20 || (ch >= 0x7f && ch < 0xa0) ||
	       (ch >= 0x200b && ch <= 0x200f) ||
	       (ch >= 0x2028 && ch <= 0x202e) ||
	       (ch >= 0x2066 && ch <= 0x2069) || ch == 0xfeff || ch == 0x061c;
}

void
log_quote(struct strbuf *sb, const char *text, size_t len, size_t max)
{
	const char *p = text, *end;
	bool is_cut = len > max;

	if (is_cut)
		len = utf8_floor(text, max);
	end = text + len;
	while (p < end) {
		const char *start = p;
		uint32_t ch = utf8_next(&p, end);

		if (ch == 0xfffd && p - start == 1) {
			strbuf_addf(sb, "\\x%02x", (unsigned char)*start);
		} else if (ch == '\n') {
			strbuf_addstr(sb, "\\n");
		} else if (ch == '\t') {
			strbuf_addstr(sb, "\\t");
		} else if (is_hidden(ch)) {
			strbuf_addf(sb, ch < 0x80 ? "\\x%02x" : "\\u{%x}", ch);
		} else if (ch == '\'' || ch == '"' || ch == '\\') {
			strbuf_addch(sb, '\\');
			strbuf_addch(sb, (char)ch);
		} else {
			strbuf_add(sb, start, (size_t)(p - start));
		}
	}
	if (is_cut)
		strbuf_addstr(sb, "...");
}

const char *
quoted(struct arena *arena, const char *text)
{
	struct strbuf sb;
	char *out;

	strbuf_init(&sb, 2048);
	strbuf_addch(&sb, '\'');
	log_quote(&sb, text, strlen(text), 120);
	strbuf_addch(&sb, '\'');
	out = arena_strndup(arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return out;
}

void
hex_encode(const void *data, size_t len, char *ret_text)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++) {
		ret_text[2 * i] = hex[p[i] >> 4];
		ret_text[2 * i + 1] = hex[p[i] & 15];
	}
	ret_text[2 * len] = '\0';
}

int
hex_decode(const char *text, void *ret_data, size_t len)
{
	uint8_t *out = ret_data;

	for (size_t i = 0; i < 2 * len; i++) {
		int v;

		if (text[i] >= '0' && text[i] <= '9')
			v = text[i] - '0';
		else if (text[i] >= 'a' && text[i] <= 'f')
			v = text[i] - 'a' + 10;
		else
			return -1;
		if (i % 2 == 0)
			out[i / 2] = (uint8_t)(v << 4);
		else
			out[i / 2] |= (uint8_t)v;
	}
	return text[2 * len] == '\0' ? 0 : -1;
}

#define NAME_MAX_LEN 64
#define PREFIX_LEAST 4

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

static size_t
distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1], la = strlen(a), lb = strlen(b);

	if (la > NAME_MAX_LEN || lb > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t old = row[j];

			row[j] = min3(row[j] + 1, row[j - 1] + 1,
			    corner + (a[i - 1] != b[j - 1]));
			corner = old;
		}
	}
	return row[lb];
}

const char *
nearest_name(const char *text, const char *const *names, size_t n)
{
	const char *best = NULL, *begun = NULL;
	size_t least = 3, n_begun = 0, len = strlen(text);

	/* A name that was only begun is nearer than one misspelt. */
	for (size_t i = 0; i < n && len >= PREFIX_LEAST; i++)
		if (strncmp(names[i], text, len) == 0) {
			begun = names[i];
			n_begun++;
		}
	if (n_begun == 1)
		return begun;
	for (size_t i = 0; i < n; i++) {
		size_t d = distance(text, names[i]);

		if (d < least) {
			least = d;
			best = names[i];
		}
	}
	return best;
}
