/*
 * xml: a reader with hard limits, a writer of canonical form, RelaxNG and
 * exclusive C14N. The only user of libxml2. Hostile bytes are the normal
 * case: the reader takes no DTD, entity, comment, processing instruction or
 * XML declaration, never touches network or files.
 */
#ifndef XML_XML_H
#define XML_XML_H

#include "base/base.h"

#define XML_DEPTH_MAX 32 /* feed-protocol.md 9 */
#define XML_ATTRS_MAX 32

/* Call once before any thread uses this room; and at the very end. */
void xml_init(void);
void xml_cleanup(void);

struct xml_attr {
	const char *name;  /* local name */
	const char *ns;    /* namespace URI or "" */
	const char *value; /* decoded; NUL-terminated */
};

/*
 * What the reader calls; each returns 0, or -1 to stop with err filled.
 * `ns` is the namespace URI ("" for none). Text arrives in pieces, valid
 * UTF-8. Strings live until the call returns. Offsets count bytes from the
 * start of the document: start's is that of its '<', end's of the byte
 * behind its '>'.
 */
struct xml_handler {
	int (*start)(void *ctx, const char *name, const char *ns,
	    const struct xml_attr *attrs, size_t n_attrs, size_t offset,
	    struct err *err);
	int (*text)(void *ctx, const char *text, size_t len, struct err *err);
	int (*end)(void *ctx, const char *name, const char *ns, size_t offset,
	    struct err *err);
};

/*
 * Refuse what libxml2 shall never see: broken UTF-8, C0 controls but tab and
 * newline, "<!", "<?", a first byte that is not '<' (so no byte order mark).
 * ERR_FORMAT with the offset.
 */
int xml_prefilter(const char *data, size_t len, struct err *err) MUST_CHECK;
/*
 * xml_prefilter(), then SAX2 with the limits. ERR_FORMAT, ERR_LIMIT. Members
 * of handler may be NULL. xmlns attributes are not among the attrs.
 */
int xml_read(const char *data, size_t len, const struct xml_handler *handler,
    void *ctx, struct err *err) MUST_CHECK;

/* The same with a parser that is kept: for many small documents in a row, in
 * one thread. */
struct xml_reader;
struct xml_reader *xml_reader_new(struct err *err) MUST_CHECK;
void xml_reader_free(struct xml_reader *reader); /* NULL is legal */
int xml_reader_read(struct xml_reader *reader, const char *data, size_t len,
    const struct xml_handler *handler, void *ctx, struct err *err) MUST_CHECK;

/*
 * xml_element_end() of an element that is to be read next: its tags are
 * counted against the limits on the way and kept, so that xml_reader_again()
 * need not look for them a second time. Over a limit is no error here:
 * xml_reader_again() tells. Only for prefiltered bytes, which must stay as
 * they are in between.
 */
int xml_reader_element(struct xml_reader *reader, const char *data, size_t len,
    size_t offset, size_t *ret_end, struct err *err) MUST_CHECK;
/* xml_reader_read() of the element that xml_reader_element() found last. */
int xml_reader_again(struct xml_reader *reader,
    const struct xml_handler *handler, void *ctx, struct err *err) MUST_CHECK;

/*
 * Where the element that begins at offset ends, by counting tags and without
 * parsing: names may still not match. Only for prefiltered bytes. ERR_FORMAT.
 */
int xml_element_end(const char *data, size_t len, size_t offset,
    size_t *ret_end, struct err *err) MUST_CHECK;

/* ---- writing: exclusive canonical form (xml-exc-c14n), no white space ---- */

struct xml_writer;
struct xml_writer *xml_writer_new(struct strbuf *out);
void xml_writer_free(struct xml_writer *w);
/*
 * Open an element. `name` may carry a prefix ("a:feed"). Give xmlns and
 * xmlns:p as ordinary xml_writer_attr() only where they change; attributes
 * may come in any order and are sorted when the start tag closes. The only
 * prefix of an attribute is xml:. Characters XML forbids become U+FFFD.
 */
void xml_writer_start(struct xml_writer *w, const char *name);
void xml_writer_attr(struct xml_writer *w, const char *name, const char *value);
void xml_writer_text(struct xml_writer *w, const char *text);
/* Canonical bytes that are known to be well-formed. */
void xml_writer_raw(struct xml_writer *w, const char *xml, size_t len);
void xml_writer_end(struct xml_writer *w);
/* <name>text</name>; nothing when text is NULL. */
void xml_writer_element(struct xml_writer *w, const char *name,
    const char *text);

/* ---- belts and braces ---- */

/* Exclusive C14N of a whole parsed document. */
int xml_canonical(const char *data, size_t len, struct strbuf *ret_out,
    struct err *err) MUST_CHECK;
/* Validate against a RelaxNG schema: one file in XML syntax. ERR_SCHEMA; or
 * what is wrong with the schema file (ERR_NOTFOUND, ERR_SYS, ERR_CONF). */
int xml_validate(const char *data, size_t len, const char *rng_path,
    struct err *err) MUST_CHECK;

#endif
