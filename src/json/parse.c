/*
 * parse: jansson behind limits. jansson has no depth of our choosing and
 * turns "0.50" into 0.5; so the bytes are walked once before: the walk
 * counts depth, and hands every number that is no plain integer to jansson
 * as a string behind a mark (U+FFFE, which no real string starts with), so
 * that it keeps its text.
 */
/* Before our own door, which renames what both have. */
#include <jansson.h>

#include "json/json.h"
#include "json/mark.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Bytes a marked number grows by: the mark and two quotes. */
#define MARK_GROWTH (JSON_MARK_LEN + 2)
#define INT_DIGITS  18 /* always within int64_t */

struct scan {
	const char *data;
	size_t len;
	size_t at;
	size_t copied; /* bytes of data already in out */
	unsigned depth;
	bool is_changed;
	struct strbuf out;
};

static int
fail_at(const char *data, size_t at, const char *what, struct err *err)
{
	size_t line = 1, start = 0;

	for (size_t i = 0; i < at; i++) {
		if (data[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	return err_set(err, ERR_FORMAT, "JSON line %zu, column %zu: %s", line,
	    at - start + 1, what);
}

/* The string at s->at (its quote): jansson judges the rest of it. */
static int
scan_string(struct scan *s, struct err *err)
{
	const char *p = s->data + s->at + 1, *end = s->data + s->len;
	const char *start = p;

	if ((size_t)(end - p) >= JSON_MARK_LEN &&
	    memcmp(p, JSON_MARK, JSON_MARK_LEN) == 0)
		return fail_at(s->data, s->at, "string starts with U+FFFE",
		    err);
	if (end - p >= 6 && p[0] == '\\' && p[1] == 'u' &&
	    strncasecmp(p + 2, "fffe", 4) == 0)
		return fail_at(s->data, s->at, "string starts with U+FFFE",
		    err);
	while (p < end) {
		const char *quote = memchr(p, '"', (size_t)(end - p));
		size_t slashes = 0;

		if (quote == NULL)
			return fail_at(s->data, s->at, "string has no end",
			    err);
		while (
		    quote - slashes > start && *(quote - slashes - 1) == '\\')
			slashes++;
		p = quote + 1;
		if (slashes % 2 == 0)
			break;
	}
	if (p == start)
		return fail_at(s->data, s->at, "string has no end", err);
	s->at = (size_t)(p - s->data);
	return 0;
}

static const char *
digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

/*
 * End of a JSON number that starts at p, NULL when it is none; ret_plain
 * tells whether int64_t surely holds it as written.
 */
static const char *
number_end(const char *p, const char *end, bool *ret_plain)
{
	const char *start = p, *first;
	bool plain = true;

	if (p < end && *p == '-')
		p++;
	first = p;
	p = digits(p, end);
	if (p == first || (*first == '0' && p - first > 1))
		return NULL;
	if (p - first > INT_DIGITS || (*start == '-' && *first == '0'))
		plain = false;
	if (p < end && *p == '.') {
		first = ++p;
		p = digits(p, end);
		if (p == first)
			return NULL;
		plain = false;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		first = p;
		p = digits(p, end);
		if (p == first)
			return NULL;
		plain = false;
	}
	*ret_plain = plain;
	return p;
}

static void
scan_number(struct scan *s)
{
	const char *start = s->data + s->at, *end = s->data + s->len;
	bool plain = true;
	const char *p = number_end(start, end, &plain);
	size_t len;

	if (p == NULL) { /* jansson says what is wrong with it */
		s->at++;
		return;
	}
	len = (size_t)(p - start);
	/* A marked number must not become a key. */
	while (!plain && p < end && memchr(" \t\r\n", *p, 4) != NULL)
		p++;
	if (!plain && (p == end || *p != ':')) {
		strbuf_add(&s->out, s->data + s->copied, s->at - s->copied);
		strbuf_addstr(&s->out, "\"" JSON_MARK);
		strbuf_add(&s->out, start, len);
		strbuf_addch(&s->out, '"');
		s->copied = s->at + len;
		s->is_changed = true;
	}
	s->at = (size_t)(p - s->data);
}

static int
scan_all(struct scan *s, struct err *err)
{
	while (s->at < s->len) {
		char c = s->data[s->at];

		if (c == '"') {
			if (scan_string(s, err) == -1)
				return -1;
			continue;
		}
		if (c == '-' || (c >= '0' && c <= '9')) {
			scan_number(s);
			continue;
		}
		if (c == '{' || c == '[') {
			if (++s->depth > JSON_DEPTH_MAX)
				return fail_at(s->data, s->at,
				    "nested too deeply", err);
		} else if ((c == '}' || c == ']') && s->depth > 0) {
			s->depth--;
		}
		s->at++;
	}
	if (s->is_changed)
		strbuf_add(&s->out, s->data + s->copied, s->len - s->copied);
	return strbuf_check(&s->out, "JSON", err);
}

/* Where a byte of the marked text stands in the text as it came. */
static size_t
original_offset(const struct scan *s, size_t at)
{
	size_t marks = 0;
	const char *p = s->out.buf, *end;

	if (!s->is_changed)
		return at < s->len ? at : s->len;
	if (at > s->out.len)
		at = s->out.len;
	end = p + at;
	while ((p = strstr(p, "\"" JSON_MARK)) != NULL && p < end) {
		marks++;
		p += JSON_MARK_LEN + 1;
	}
	at = at >= marks * MARK_GROWTH ? at - marks * MARK_GROWTH : 0;
	/* A NUL in the text hides the marks behind it. */
	return at < s->len ? at : s->len;
}

struct json *
json_parse(const char *data, size_t len, struct err *err)
{
	struct scan s = { .data = data, .len = len };
	json_error_t jerr;
	json_t *root = NULL;

	strbuf_init(&s.out, len < SIZE_MAX / 8 ? len * 8 : len);
	if (scan_all(&s, err) == -1)
		goto out;
	root = json_loadb(s.is_changed ? s.out.buf : data,
	    s.is_changed ? s.out.len : len,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &jerr);
	if (root == NULL) {
		char what[160];

		(void)snprintf(what, sizeof(what), "%.150s", jerr.text);
		for (char *p = what; *p != '\0'; p++) {
			if ((unsigned char)*p < 0x20 ||
			    (unsigned char)*p > 0x7e)
				*p = '?';
		}
		(void)fail_at(data,
		    original_offset(&s,
			jerr.position > 0 ? (size_t)jerr.position - 1 : 0),
		    what, err);
	}
out:
	strbuf_release(&s.out);
	return (struct json *)root;
}

void
json_free(struct json *root)
{
	json_decref((json_t *)root);
}
