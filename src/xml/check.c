/*
 * Belts and braces: canonical form by libxml2 (another hand than write.c),
 * and RelaxNG. Both take a whole document in memory, behind the same filter
 * and limits as the reader.
 */
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <limits.h>
#include <string.h>

#include "xml/scan.h"

#define SCHEMA_MAX (1024 * 1024)

#if LIBXML_VERSION >= 21200
#define XML_ERROR_CONST const
#else
#define XML_ERROR_CONST
#endif

static xmlDocPtr
parse(const char *data, size_t len, struct err *err)
{
	xmlDocPtr doc;

	if (xml_prefilter(data, len, err) != 0 ||
	    xml_scan_limits(data, len, err) != 0)
		return NULL;
	if (len > INT_MAX) {
		err_set(err, ERR_LIMIT, "XML: larger than %d bytes", INT_MAX);
		return NULL;
	}
	doc = xmlReadMemory(data, (int)len, NULL, "UTF-8",
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (doc == NULL)
		err_set(err, ERR_FORMAT, "XML: not well-formed");
	return doc;
}

/* libxml2's C14N knows no handler but the thread's: keep it off stderr. */
static void
quiet(void *ctx, XML_ERROR_CONST xmlError *error)
{
	(void)ctx;
	(void)error;
}

int
xml_canonical(const char *data, size_t len, struct strbuf *ret_out,
    struct err *err)
{
	xmlDocPtr doc = parse(data, len, err);
	xmlOutputBufferPtr out = NULL;
	int rc = -1;

	if (doc == NULL)
		return -1;
	out = xmlAllocOutputBuffer(NULL);
	if (out == NULL) {
		err_set(err, ERR_SYS, "XML: libxml2 gave no buffer");
		goto out;
	}
	xmlSetStructuredErrorFunc(NULL, quiet);
	if (xmlC14NExecute(doc, NULL, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0,
		out) < 0) {
		err_set(err, ERR_FORMAT, "XML: has no canonical form");
		goto out;
	}
	strbuf_add(ret_out, xmlOutputBufferGetContent(out),
	    xmlOutputBufferGetSize(out));
	rc = strbuf_check(ret_out, "canonical form", err);
out:
	xmlSetStructuredErrorFunc(NULL, NULL);
	if (out != NULL)
		(void)xmlOutputBufferClose(out);
	xmlFreeDoc(doc);
	return rc;
}

/* Keeps the first complaint. */
static void
on_complaint(void *ctx, XML_ERROR_CONST xmlError *error)
{
	struct err *err = ctx;
	char text[200];
	size_t n;

	if (err->code != ERR_NONE || error == NULL || error->message == NULL)
		return;
	n = strcspn(error->message, "\n");
	if (n >= sizeof(text))
		n = sizeof(text) - 1;
	n = utf8_floor(error->message, n);
	memcpy(text, error->message, n);
	text[n] = '\0';
	err_set(err, ERR_SCHEMA, "line %d: %s", error->line, text);
}

int
xml_validate(const char *data, size_t len, const char *rng_path,
    struct err *err)
{
	struct err why = { .code = ERR_NONE };
	xmlRelaxNGParserCtxtPtr parser = NULL;
	xmlRelaxNGValidCtxtPtr valid = NULL;
	xmlRelaxNGPtr schema = NULL;
	struct strbuf rng;
	xmlDocPtr doc = parse(data, len, err);
	int rc = -1;

	if (doc == NULL)
		return -1;
	if (file_read(rng_path, SCHEMA_MAX, &rng, err) != 0)
		goto out;
	/* By path: a schema may refer to another one beside it. */
	parser = xmlRelaxNGNewParserCtxt(rng_path);
	if (parser != NULL) {
		xmlRelaxNGSetParserStructuredErrors(parser, on_complaint, &why);
		schema = xmlRelaxNGParse(parser);
	}
	if (schema != NULL)
		valid = xmlRelaxNGNewValidCtxt(schema);
	if (valid == NULL) {
		err_set(err, ERR_CONF, "%s: not a RelaxNG schema%s%s", rng_path,
		    why.code != ERR_NONE ? ": " : "",
		    why.code != ERR_NONE ? why.text : "");
		goto out;
	}
	why.code = ERR_NONE;
	xmlRelaxNGSetValidStructuredErrors(valid, on_complaint, &why);
	if (xmlRelaxNGValidateDoc(valid, doc) != 0) {
		if (why.code == ERR_NONE)
			err_set(&why, ERR_SCHEMA, "not valid");
		if (err != NULL)
			*err = why;
		goto out;
	}
	rc = 0;
out:
	xmlRelaxNGFreeValidCtxt(valid);
	xmlRelaxNGFree(schema);
	xmlRelaxNGFreeParserCtxt(parser);
	strbuf_release(&rng);
	xmlFreeDoc(doc);
	return rc;
}
