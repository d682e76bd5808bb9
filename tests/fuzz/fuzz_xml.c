/*
 * The XML reader on any bytes: what it accepts has exact, nested offsets and
 * passes the prefilter, and libxml2's canonical form reads again.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "xml/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct walk {
	const char *data;
	size_t len;
	size_t starts[XML_DEPTH_MAX];
	size_t depth;
};

static int
on_start(void *ctx, const char *name, const char *ns,
    const struct xml_attr *attrs, size_t n, size_t offset, struct err *err)
{
	struct walk *w = ctx;
	size_t i;

	(void)err;
	assert(w->depth < XML_DEPTH_MAX && n <= XML_ATTRS_MAX);
	assert(offset < w->len && w->data[offset] == '<');
	assert(strlen(name) > 0 && valid_utf8(ns, strlen(ns), NULL));
	for (i = 0; i < n; i++)
		assert(
		    valid_utf8(attrs[i].value, strlen(attrs[i].value), NULL));
	w->starts[w->depth++] = offset;
	return 0;
}

static int
on_end(void *ctx, const char *name, const char *ns, size_t offset,
    struct err *err)
{
	struct walk *w = ctx;
	struct err why;
	size_t end;

	(void)name;
	(void)ns;
	(void)err;
	assert(w->depth > 0);
	w->depth--;
	assert(xml_element_end(w->data, w->len, w->starts[w->depth], &end,
		   &why) == 0);
	assert(end == offset && w->data[offset - 1] == '>');
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct xml_handler handler = { on_start, NULL, on_end };
	struct walk w = { .data = (const char *)data, .len = len };
	struct strbuf canonical;
	struct err err;

	if (xml_read(w.data, len, &handler, &w, &err) != 0) {
		assert(err.code != ERR_NONE && err.text[0] != '\0');
		return 0;
	}
	assert(w.depth == 0);
	strbuf_init(&canonical, 8 * len + 1024);
	if (xml_canonical(w.data, len, &canonical, &err) == 0) {
		memset(&w, 0, sizeof(w));
		w.data = canonical.buf;
		w.len = canonical.len;
		assert(xml_read(w.data, w.len, &handler, &w, &err) == 0);
	}
	strbuf_release(&canonical);
	return 0;
}
