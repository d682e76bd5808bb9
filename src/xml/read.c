/*
 * The reader: libxml2's SAX2 with everything switched off that could reach
 * outside or blow up. scan.c has looked at the bytes before and tells the
 * place of every tag (design: feed-protocol.md 5 and 9).
 */
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "xml/scan.h"

#if LIBXML_VERSION >= 21200
#define XML_ERROR_CONST const
#else
#define XML_ERROR_CONST
#endif

struct reader {
	const struct xml_handler *handler;
	void *ctx;
	struct err *err;
	bool failed;
	xmlParserCtxtPtr parser;
	const char *data;
	size_t len;
	size_t pos;                 /* of scan.c, keeps step with libxml2 */
	const struct xml_tag *tags; /* found before; NULL: scan.c is asked */
	size_t n_tags;
	size_t empty_end; /* behind <e/>, until its end is reported */
	struct strbuf values;
};

void
xml_init(void)
{
	xmlInitParser();
	LIBXML_TEST_VERSION;
}

void
xml_cleanup(void)
{
	xmlCleanupParser();
}

/* xml_tag_next(), from the tags that are known or from the bytes. */
static int
next_tag(struct reader *r, struct xml_tag *ret_tag)
{
	if (r->tags == NULL)
		return xml_tag_next(r->data, r->len, &r->pos, ret_tag, r->err);
	if (r->n_tags == 0)
		return 0;
	*ret_tag = *r->tags++;
	r->n_tags--;
	r->pos = ret_tag->end;
	return 1;
}

static void
stop(struct reader *r)
{
	r->failed = true;
	xmlStopParser(r->parser);
}

static void
fail(struct reader *r, const char *what)
{
	err_set(r->err, ERR_FORMAT, "XML: %s before byte %zu", what, r->pos);
	stop(r);
}

static void
on_error(void *ctx, XML_ERROR_CONST xmlError *error)
{
	struct reader *r = ctx;
	char text[120];
	size_t n;

	if (r->failed || error == NULL || error->level < XML_ERR_ERROR)
		return;
	n = strcspn(error->message != NULL ? error->message : "", "\n");
	if (n >= sizeof(text))
		n = sizeof(text) - 1;
	n = utf8_floor(error->message != NULL ? error->message : "", n);
	memcpy(text, error->message != NULL ? error->message : "", n);
	text[n] = '\0';
	err_set(r->err, ERR_FORMAT, "XML: not well-formed near byte %zu: %s",
	    r->pos, text);
	stop(r);
}

/*
 * libxml2 hands out attribute values with '&' still written as "&#38;" and
 * nothing else left to decode (entities are off, so no other '&' remains).
 */
static void
add_value(struct strbuf *sb, const char *value, const char *end)
{
	const char *amp;

	while ((amp = memchr(value, '&', (size_t)(end - value))) != NULL) {
		strbuf_add(sb, value, (size_t)(amp - value) + 1);
		value = amp + 1;
		if (end - amp >= 5 && memcmp(amp, "&#38;", 5) == 0)
			value = amp + 5;
	}
	strbuf_add(sb, value, (size_t)(end - value));
	strbuf_addch(sb, '\0');
}

static void
on_start(void *ctx, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int n_ns, const xmlChar **ns, int n_attrs,
    int n_defaulted, const xmlChar **raw)
{
	struct reader *r = ctx;
	struct xml_attr attrs[XML_ATTRS_MAX];
	size_t offsets[XML_ATTRS_MAX];
	struct xml_tag tag;
	int i, rc;

	(void)n_ns;
	(void)ns;
	(void)n_defaulted;
	if (r->failed)
		return;
	rc = next_tag(r, &tag);
	if (rc < 0) {
		stop(r);
		return;
	}
	if (rc == 0 || tag.kind == XML_TAG_CLOSE || n_attrs > XML_ATTRS_MAX) {
		fail(r, "tags out of step");
		return;
	}
	if (prefix != NULL && uri == NULL) {
		fail(r, "a prefix that nobody declared");
		return;
	}
	r->empty_end = tag.kind == XML_TAG_EMPTY ? tag.end : 0;
	strbuf_reset(&r->values);
	for (i = 0; i < n_attrs; i++, raw += 5) {
		attrs[i].name = (const char *)raw[0];
		attrs[i].ns = raw[2] != NULL ? (const char *)raw[2] : "";
		offsets[i] = r->values.len;
		add_value(&r->values, (const char *)raw[3],
		    (const char *)raw[4]);
	}
	for (i = 0; i < n_attrs; i++)
		attrs[i].value = r->values.buf + offsets[i];
	if (r->handler->start != NULL &&
	    r->handler->start(r->ctx, (const char *)name,
		uri != NULL ? (const char *)uri : "", attrs, (size_t)n_attrs,
		tag.start, r->err) != 0)
		stop(r);
}

static void
on_end(void *ctx, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct reader *r = ctx;
	struct xml_tag tag;
	size_t end = r->empty_end;

	(void)prefix;
	if (r->failed)
		return;
	if (end == 0) {
		int rc = next_tag(r, &tag);

		if (rc < 0) {
			stop(r);
			return;
		}
		if (rc == 0 || tag.kind != XML_TAG_CLOSE) {
			fail(r, "tags out of step");
			return;
		}
		end = tag.end;
	}
	r->empty_end = 0;
	if (r->handler->end != NULL &&
	    r->handler->end(r->ctx, (const char *)name,
		uri != NULL ? (const char *)uri : "", end, r->err) != 0)
		stop(r);
}

static void
on_text(void *ctx, const xmlChar *text, int len)
{
	struct reader *r = ctx;

	if (r->failed || r->handler->text == NULL)
		return;
	if (r->handler->text(r->ctx, (const char *)text, (size_t)len, r->err) !=
	    0)
		stop(r);
}

/* None of these can happen behind the prefilter. */
static void
on_subset(void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *sys)
{
	(void)name;
	(void)id;
	(void)sys;
	fail(ctx, "a DOCTYPE");
}

static void
on_reference(void *ctx, const xmlChar *name)
{
	(void)name;
	fail(ctx, "an entity");
}

static void
on_comment(void *ctx, const xmlChar *text)
{
	(void)text;
	fail(ctx, "a comment");
}

static void
on_pi(void *ctx, const xmlChar *target, const xmlChar *data)
{
	(void)target;
	(void)data;
	fail(ctx, "a processing instruction");
}

static void
on_cdata(void *ctx, const xmlChar *text, int len)
{
	(void)text;
	(void)len;
	fail(ctx, "CDATA");
}

static void
set_handlers(xmlSAXHandler *sax)
{
	memset(sax, 0, sizeof(*sax));
	sax->initialized = XML_SAX2_MAGIC;
	sax->startElementNs = on_start;
	sax->endElementNs = on_end;
	sax->characters = on_text;
	sax->ignorableWhitespace = on_text;
	sax->internalSubset = on_subset;
	sax->externalSubset = on_subset;
	sax->reference = on_reference;
	sax->comment = on_comment;
	sax->processingInstruction = on_pi;
	sax->cdataBlock = on_cdata;
	sax->serror = on_error;
}

/* Tags of one element that are kept; one with more is scanned again. */
#define TAGS_KEPT 8192

struct xml_reader {
	xmlParserCtxtPtr parser;
	struct strbuf values;
	/* The element that xml_reader_element() found last. */
	const char *data;
	size_t len;
	struct xml_tag *tags;
	size_t n_tags;
	size_t alloc;
	bool has_all_tags;
	struct err limit; /* which one it is over */
};

struct xml_reader *
xml_reader_new(struct err *err)
{
	struct xml_reader *reader = xcalloc(1, sizeof(*reader));

	reader->parser = xmlNewParserCtxt();
	if (reader->parser == NULL) {
		free(reader);
		err_set(err, ERR_SYS, "XML: libxml2 gave no parser");
		return NULL;
	}
	set_handlers(reader->parser->sax);
	strbuf_init(&reader->values, 0);
	return reader;
}

void
xml_reader_free(struct xml_reader *reader)
{
	if (reader == NULL)
		return;
	xmlFreeParserCtxt(reader->parser);
	strbuf_release(&reader->values);
	free(reader->tags);
	free(reader);
}

/* Bytes that passed prefilter and limits, through libxml2. */
static int
parse(struct xml_reader *reader, struct reader *r)
{
	xmlDocPtr doc;

	/* Memory for values is kept from one document to the next. */
	r->values = reader->values;
	r->values.cap = r->len + XML_ATTRS_MAX;
	strbuf_reset(&r->values);
	r->parser = reader->parser;
	r->parser->userData = r;
	doc = xmlCtxtReadMemory(r->parser, r->data, (int)r->len, NULL, NULL,
	    XML_PARSE_NONET);
	if (!r->failed &&
	    (r->parser->wellFormed == 0 || r->parser->nsWellFormed == 0))
		fail(r, "not well-formed");
	if (doc != NULL)
		xmlFreeDoc(doc);
	reader->values = r->values;
	return r->failed ? -1 : 0;
}

int
xml_reader_read(struct xml_reader *reader, const char *data, size_t len,
    const struct xml_handler *handler, void *ctx, struct err *err)
{
	struct reader r = { .handler = handler,
		.ctx = ctx,
		.err = err,
		.data = data,
		.len = len };

	if (len > INT_MAX)
		return err_set(err, ERR_LIMIT, "XML: larger than %d bytes",
		    INT_MAX);
	if (xml_prefilter(data, len, err) != 0 ||
	    xml_scan_limits(data, len, err) != 0)
		return -1;
	return parse(reader, &r);
}

/* One tag of the element that begins at offset; places count from there. */
static void
keep_tag(struct xml_reader *reader, struct xml_tag tag, size_t offset,
    size_t *limit_depth)
{
	tag.start -= offset;
	tag.end -= offset;
	if (reader->limit.code == ERR_NONE &&
	    xml_tag_limits(&tag, limit_depth, &reader->limit) == -1)
		reader->has_all_tags = false;
	if (reader->n_tags == TAGS_KEPT)
		reader->has_all_tags = false;
	if (reader->has_all_tags)
		VEC_PUSH(reader->tags, reader->n_tags, reader->alloc, tag);
}

int
xml_reader_element(struct xml_reader *reader, const char *data, size_t len,
    size_t offset, size_t *ret_end, struct err *err)
{
	size_t pos = offset, depth = 0, limit_depth = 0;
	struct xml_tag tag;
	int rc;

	reader->data = NULL;
	reader->n_tags = 0;
	reader->has_all_tags = true;
	reader->limit.code = ERR_NONE;
	while ((rc = xml_tag_next(data, len, &pos, &tag, err)) == 1) {
		int end = xml_tag_ends(&tag, &depth);

		if (end == -1)
			break;
		keep_tag(reader, tag, offset, &limit_depth);
		if (end == 0)
			continue;
		reader->data = data + offset;
		reader->len = tag.end - offset;
		*ret_end = tag.end;
		return 0;
	}
	return rc < 0 ? -1 : xml_no_end(offset, err);
}

int
xml_reader_again(struct xml_reader *reader, const struct xml_handler *handler,
    void *ctx, struct err *err)
{
	struct reader r = { .handler = handler,
		.ctx = ctx,
		.err = err,
		.data = reader->data,
		.len = reader->len };

	if (reader->data == NULL)
		return err_set(err, ERR_FORMAT, "XML: no element to read");
	if (reader->limit.code != ERR_NONE) {
		if (err != NULL)
			*err = reader->limit;
		return -1;
	}
	if (reader->len > INT_MAX)
		return err_set(err, ERR_LIMIT, "XML: larger than %d bytes",
		    INT_MAX);
	if (reader->has_all_tags) {
		r.tags = reader->tags;
		r.n_tags = reader->n_tags;
	}
	return parse(reader, &r);
}

int
xml_read(const char *data, size_t len, const struct xml_handler *handler,
    void *ctx, struct err *err)
{
	struct xml_reader *reader = xml_reader_new(err);
	int rc;

	if (reader == NULL)
		return -1;
	rc = xml_reader_read(reader, data, len, handler, ctx, err);
	xml_reader_free(reader);
	return rc;
}
