/*
 * writer: JSON straight into a strbuf, one call a token. Commas and
 * indentation follow from the calls, so that the text is always well-formed
 * when objects and arrays are closed.
 */
#include "json/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
json_writer_init(struct json_writer *w, struct strbuf *out, int indent)
{
	memset(w, 0, sizeof(*w));
	w->out = out;
	w->indent = indent;
}

static void
line(struct json_writer *w)
{
	if (w->indent <= 0)
		return;
	strbuf_addch(w->out, '\n');
	for (unsigned i = 0; i < w->depth * (unsigned)w->indent; i++)
		strbuf_addch(w->out, ' ');
}

/* What stands before a value or key: nothing, or a comma and a new line. */
static void
before(struct json_writer *w)
{
	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (w->depth == 0)
		return;
	if (w->comma[w->depth - 1])
		strbuf_addch(w->out, ',');
	w->comma[w->depth - 1] = true;
	line(w);
}

static void
open_with(struct json_writer *w, char ch)
{
	before(w);
	strbuf_addch(w->out, ch);
	assert(w->depth < JSON_DEPTH_MAX);
	w->comma[w->depth++] = false;
}

static void
close_with(struct json_writer *w, char ch)
{
	bool had;

	assert(w->depth > 0);
	had = w->comma[--w->depth];
	if (had)
		line(w);
	strbuf_addch(w->out, ch);
}

void
json_object(struct json_writer *w)
{
	open_with(w, '{');
}

void
json_object_end(struct json_writer *w)
{
	close_with(w, '}');
}

void
json_array(struct json_writer *w)
{
	open_with(w, '[');
}

void
json_array_end(struct json_writer *w)
{
	close_with(w, ']');
}

static void
add_escaped(struct strbuf *out, unsigned char c)
{
	switch (c) {
	case '"': strbuf_addstr(out, "\\\""); break;
	case '\\': strbuf_addstr(out, "\\\\"); break;
	case '\n': strbuf_addstr(out, "\\n"); break;
	case '\r': strbuf_addstr(out, "\\r"); break;
	case '\t': strbuf_addstr(out, "\\t"); break;
	default: strbuf_addf(out, "\\u%04x", c); break;
	}
}

static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<' &&
	       c != '>' && c != '&';
}

static void
add_quoted(struct strbuf *out, const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	strbuf_addch(out, '"');
	while (p < end) {
		const char *start = p;
		uint32_t ch;

		while (p < end && is_plain((unsigned char)*p))
			p++;
		strbuf_add(out, start, (size_t)(p - start));
		if (p == end)
			break;
		if ((unsigned char)*p < 0x80) {
			add_escaped(out, (unsigned char)*p++);
			continue;
		}
		ch = utf8_next(&p, end);
		/* Line ends to JavaScript, where such text may be put. */
		if (ch == 0x2028 || ch == 0x2029)
			strbuf_addf(out, "\\u%04x", (unsigned)ch);
		else
			utf8_add(out, ch);
	}
	strbuf_addch(out, '"');
}

void
json_key(struct json_writer *w, const char *key)
{
	before(w);
	add_quoted(w->out, key, strlen(key));
	strbuf_addch(w->out, ':');
	if (w->indent > 0)
		strbuf_addch(w->out, ' ');
	w->after_key = true;
}

void
json_add_string_len(struct json_writer *w, const char *text, size_t len)
{
	before(w);
	add_quoted(w->out, text, len);
}

void
json_add_string(struct json_writer *w, const char *text)
{
	if (text == NULL)
		json_add_null(w);
	else
		json_add_string_len(w, text, strlen(text));
}

void
json_add_int(struct json_writer *w, int64_t value)
{
	before(w);
	strbuf_addf(w->out, "%lld", (long long)value);
}

void
json_add_real(struct json_writer *w, double value)
{
	char text[40];

	if (!isfinite(value)) {
		json_add_null(w);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	before(w);
	strbuf_addstr(w->out, text);
}

void
json_add_bool(struct json_writer *w, bool value)
{
	before(w);
	strbuf_addstr(w->out, value ? "true" : "false");
}

void
json_add_null(struct json_writer *w)
{
	before(w);
	strbuf_addstr(w->out, "null");
}

static const char *
skip_digits(const char *p)
{
	while (*p >= '0' && *p <= '9')
		p++;
	return p;
}

static bool
is_number(const char *text)
{
	const char *p = text, *first;

	if (*p == '-')
		p++;
	first = p;
	p = skip_digits(p);
	if (p == first || (*first == '0' && p - first > 1))
		return false;
	if (*p == '.') {
		first = ++p;
		p = skip_digits(p);
		if (p == first)
			return false;
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		if (*p == '+' || *p == '-')
			p++;
		first = p;
		p = skip_digits(p);
		if (p == first)
			return false;
	}
	return *p == '\0';
}

void
json_add_number(struct json_writer *w, const char *decimal)
{
	if (!is_number(decimal)) {
		json_add_string(w, decimal);
		return;
	}
	before(w);
	strbuf_addstr(w->out, decimal);
}

void
json_pair(struct json_writer *w, const char *key, const char *text)
{
	if (text == NULL)
		return;
	json_key(w, key);
	json_add_string(w, text);
}

void
json_pair_int(struct json_writer *w, const char *key, int64_t value)
{
	json_key(w, key);
	json_add_int(w, value);
}

void
json_pair_real(struct json_writer *w, const char *key, double value)
{
	json_key(w, key);
	json_add_real(w, value);
}

void
json_pair_bool(struct json_writer *w, const char *key, bool value)
{
	json_key(w, key);
	json_add_bool(w, value);
}
