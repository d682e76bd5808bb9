/*
 * The writer: exclusive canonical form (xml-exc-c14n 1.0) as it goes, so
 * that what is written is what is hashed and signed. Characters that XML
 * forbids become U+FFFD; a misuse of the calls is a bug and asserts.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "xml/xml.h"

struct attr {
	size_t name; /* offsets in text */
	size_t value;
};

struct xml_writer {
	struct strbuf *out;
	struct strbuf names; /* of open elements, one behind the other */
	size_t *starts;      /* where each begins in names */
	size_t depth;
	size_t starts_cap;
	bool in_tag; /* start tag still open for attributes */
	struct strbuf text;
	struct attr attrs[XML_ATTRS_MAX];
	size_t n_attrs;
};

struct xml_writer *
xml_writer_new(struct strbuf *out)
{
	struct xml_writer *w = xcalloc(1, sizeof(*w));

	w->out = out;
	strbuf_init(&w->names, 65536);
	strbuf_init(&w->text, out->cap);
	return w;
}

void
xml_writer_free(struct xml_writer *w)
{
	if (w == NULL)
		return;
	strbuf_release(&w->names);
	strbuf_release(&w->text);
	free(w->starts);
	free(w);
}

/* What one byte becomes, or NULL when it stays as it is. */
static const char *
escape_of(char ch, bool in_attr)
{
	switch (ch) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return in_attr ? NULL : "&gt;";
	case '"': return in_attr ? "&quot;" : NULL;
	case '\t': return in_attr ? "&#x9;" : NULL;
	case '\n': return in_attr ? "&#xA;" : NULL;
	case '\r': return "&#xD;";
	default: return (unsigned char)ch < 0x20 ? "\xef\xbf\xbd" : NULL;
	}
}

/* Bytes that escape_of() may have an answer for; most are not. */
#define CONTROLS 0xffffffffu
static const uint32_t special[8] = { CONTROLS,
	1u << ('&' - 32) | 1u << ('<' - 32) | 1u << ('>' - 32) |
	    1u << ('"' - 32) };

static void
escape_piece(struct strbuf *out, const char *text, size_t len, bool in_attr)
{
	size_t i, done = 0;

	for (i = 0; i < len; i++) {
		unsigned char ch = (unsigned char)text[i];
		const char *esc;

		if ((special[ch >> 5] >> (ch & 31) & 1) == 0)
			continue;
		esc = escape_of(text[i], in_attr);
		if (esc == NULL)
			continue;
		strbuf_add(out, text + done, i - done);
		strbuf_addstr(out, esc);
		done = i + 1;
	}
	strbuf_add(out, text + done, len - done);
}

static void
escape(struct strbuf *out, const char *text, bool in_attr)
{
	size_t len = strlen(text);
	const char *p, *end = text + len;

	if (valid_xml_text(text, len, NULL)) {
		escape_piece(out, text, len, in_attr);
		return;
	}
	for (p = text; p < end;) {
		const char *from = p;
		uint32_t ch = utf8_next(&p, end);

		if (ch == 0xfffd || ch == 0xfffe || ch == 0xffff)
			strbuf_addstr(out, "\xef\xbf\xbd");
		else
			escape_piece(out, from, (size_t)(p - from), in_attr);
	}
}

/*
 * Order of attributes: namespace declarations first (default, then by
 * prefix), then attributes without a namespace by name, then those with one.
 * Of these only xml: is written, so its order by name is the right one.
 */
static int
rank(const char *name)
{
	if (strncmp(name, "xmlns", 5) == 0 &&
	    (name[5] == '\0' || name[5] == ':'))
		return 0;
	return strchr(name, ':') == NULL ? 1 : 2;
}

static int
compare_attrs(const char *a, const char *b)
{
	int d = rank(a) - rank(b);

	return d != 0 ? d : strcmp(a, b);
}

static void
close_tag(struct xml_writer *w)
{
	size_t i, k;

	if (!w->in_tag)
		return;
	for (i = 1; i < w->n_attrs; i++) {
		struct attr a = w->attrs[i];

		for (k = i;
		     k > 0 && compare_attrs(w->text.buf + w->attrs[k - 1].name,
				  w->text.buf + a.name) > 0;
		     k--)
			w->attrs[k] = w->attrs[k - 1];
		w->attrs[k] = a;
	}
	for (i = 0; i < w->n_attrs && !w->text.overflow; i++) {
		strbuf_addch(w->out, ' ');
		strbuf_addstr(w->out, w->text.buf + w->attrs[i].name);
		strbuf_addstr(w->out, "=\"");
		escape(w->out, w->text.buf + w->attrs[i].value, true);
		strbuf_addch(w->out, '"');
	}
	if (w->text.overflow)
		w->out->overflow = true;
	strbuf_addch(w->out, '>');
	strbuf_reset(&w->text);
	w->n_attrs = 0;
	w->in_tag = false;
}

void
xml_writer_start(struct xml_writer *w, const char *name)
{
	close_tag(w);
	VEC_PUSH(w->starts, w->depth, w->starts_cap, w->names.len);
	strbuf_add(&w->names, name, strlen(name) + 1);
	strbuf_addch(w->out, '<');
	strbuf_addstr(w->out, name);
	w->in_tag = true;
}

void
xml_writer_attr(struct xml_writer *w, const char *name, const char *value)
{
	struct attr a;

	assert(w->in_tag && w->n_attrs < XML_ATTRS_MAX);
	a.name = w->text.len;
	strbuf_add(&w->text, name, strlen(name) + 1);
	a.value = w->text.len;
	strbuf_add(&w->text, value, strlen(value) + 1);
	w->attrs[w->n_attrs++] = a;
}

void
xml_writer_text(struct xml_writer *w, const char *text)
{
	assert(w->depth > 0);
	close_tag(w);
	escape(w->out, text, false);
}

void
xml_writer_raw(struct xml_writer *w, const char *xml, size_t len)
{
	close_tag(w);
	strbuf_add(w->out, xml, len);
}

void
xml_writer_end(struct xml_writer *w)
{
	assert(w->depth > 0);
	close_tag(w);
	w->depth--;
	strbuf_addstr(w->out, "</");
	strbuf_addstr(w->out, w->names.buf + w->starts[w->depth]);
	strbuf_addch(w->out, '>');
	strbuf_setlen(&w->names, w->starts[w->depth]);
}

void
xml_writer_element(struct xml_writer *w, const char *name, const char *text)
{
	if (text == NULL)
		return;
	xml_writer_start(w, name);
	xml_writer_text(w, text);
	xml_writer_end(w);
}
