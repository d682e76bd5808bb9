/*
 * What can be said of a document by looking at its bytes, before libxml2 and
 * beside it. Without comments, CDATA, processing instructions and DOCTYPE a
 * '<' is a tag and nothing else, so tags are found without parsing: their
 * places are exact (libxml2's own are not), and the limits hold before
 * libxml2 allocates anything (design: feed-protocol.md 5 and 9).
 */
#include "xml/scan.h"

#include <string.h>

int
xml_prefilter(const char *data, size_t len, struct err *err)
{
	const char *p = data, *end = data + len;
	size_t bad;

	if (len == 0)
		return err_set(err, ERR_FORMAT, "XML: no bytes at all");
	if (data[0] != '<')
		return err_set(err, ERR_FORMAT,
		    "XML: does not begin with '<' (byte order mark or another "
		    "encoding?)");
	if (!valid_xml_text(data, len, &bad))
		return err_set(err, ERR_FORMAT,
		    "XML: byte %zu is not UTF-8 or a character XML forbids",
		    bad);
	while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
		if (++p == end)
			break;
		if (*p == '!' || *p == '?')
			return err_set(err, ERR_FORMAT,
			    "XML: '<%c' at byte %zu: no declaration, comment, "
			    "CDATA, DOCTYPE or processing instruction is "
			    "taken",
			    *p, (size_t)(p - 1 - data));
	}
	return 0;
}

/* Behind '<': the rest of a start tag, quotes respected. */
static int
scan_start_tag(const char *data, size_t len, size_t at, struct xml_tag *tag)
{
	while (at < len) {
		const char *q;

		switch (data[at]) {
		case '<': return -1;
		case '>':
			tag->kind = data[at - 1] == '/' ? XML_TAG_EMPTY
							: XML_TAG_OPEN;
			tag->end = at + 1;
			return 0;
		case '"':
		case '\'':
			q = memchr(data + at + 1, data[at], len - at - 1);
			if (q == NULL)
				return -1;
			if (memchr(data + at + 1, '<',
				(size_t)(q - (data + at + 1))) != NULL)
				return -1;
			tag->n_attrs++;
			at = (size_t)(q - data) + 1;
			break;
		default: at++;
		}
	}
	return -1;
}

int
xml_tag_next(const char *data, size_t len, size_t *pos, struct xml_tag *ret_tag,
    struct err *err)
{
	struct xml_tag tag = { .n_attrs = 0 };
	const char *p, *q;

	p = *pos < len ? memchr(data + *pos, '<', len - *pos) : NULL;
	if (p == NULL)
		return 0;
	tag.start = (size_t)(p - data);
	if (tag.start + 1 < len && p[1] == '/') {
		/* Names are short: quicker than two calls of memchr(). */
		for (q = p + 2; q < data + len && *q != '>'; q++)
			if (*q == '<')
				goto out;
		if (q == data + len)
			goto out;
		tag.kind = XML_TAG_CLOSE;
		tag.end = (size_t)(q - data) + 1;
	} else if (scan_start_tag(data, len, tag.start + 1, &tag) != 0) {
		goto out;
	}
	*pos = tag.end;
	*ret_tag = tag;
	return 1;
out:
	return err_set(err, ERR_FORMAT,
	    "XML: the tag at byte %zu does not end (truncated?)", tag.start);
}

int
xml_tag_limits(const struct xml_tag *tag, size_t *depth, struct err *err)
{
	if (tag->n_attrs > XML_ATTRS_MAX)
		return err_set(err, ERR_LIMIT,
		    "XML: more than %d attributes at byte %zu", XML_ATTRS_MAX,
		    tag->start);
	if (tag->kind == XML_TAG_CLOSE && *depth > 0)
		--*depth;
	else if (tag->kind != XML_TAG_CLOSE && *depth + 1 > XML_DEPTH_MAX)
		return err_set(err, ERR_LIMIT,
		    "XML: more than %d elements deep at byte %zu",
		    XML_DEPTH_MAX, tag->start);
	else if (tag->kind == XML_TAG_OPEN)
		++*depth;
	return 0;
}

int
xml_scan_limits(const char *data, size_t len, struct err *err)
{
	struct xml_tag tag;
	size_t pos = 0, depth = 0;
	int rc;

	while ((rc = xml_tag_next(data, len, &pos, &tag, err)) == 1) {
		if (xml_tag_limits(&tag, &depth, err) == -1)
			return -1;
	}
	return rc;
}

int
xml_tag_ends(const struct xml_tag *tag, size_t *depth)
{
	if (tag->kind == XML_TAG_OPEN)
		++*depth;
	else if (tag->kind == XML_TAG_CLOSE && *depth > 0)
		--*depth;
	else if (tag->kind == XML_TAG_CLOSE)
		return -1;
	return *depth == 0;
}

int
xml_no_end(size_t offset, struct err *err)
{
	return err_set(err, ERR_FORMAT,
	    "XML: the element at byte %zu does not end (truncated?)", offset);
}

int
xml_element_end(const char *data, size_t len, size_t offset, size_t *ret_end,
    struct err *err)
{
	struct xml_tag tag;
	size_t pos = offset, depth = 0;
	int rc;

	while ((rc = xml_tag_next(data, len, &pos, &tag, err)) == 1) {
		int end = xml_tag_ends(&tag, &depth);

		if (end == -1)
			break;
		if (end == 1) {
			*ret_end = tag.end;
			return 0;
		}
	}
	return rc < 0 ? -1 : xml_no_end(offset, err);
}
