/* Inside xml/ only: tags found by looking at bytes. */
#ifndef XML_SCAN_H
#define XML_SCAN_H

#include "xml/xml.h"

enum xml_tag_kind { XML_TAG_OPEN, XML_TAG_CLOSE, XML_TAG_EMPTY };

struct xml_tag {
	enum xml_tag_kind kind;
	size_t start;   /* of '<' */
	size_t end;     /* behind '>' */
	size_t n_attrs; /* with xmlns */
};

/*
 * The next tag at or behind *pos, which moves behind it. 1, or 0 at the end
 * of the document, or -1. Only for bytes that passed xml_prefilter().
 */
int xml_tag_next(const char *data, size_t len, size_t *pos,
    struct xml_tag *ret_tag, struct err *err) MUST_CHECK;
/* XML_DEPTH_MAX and XML_ATTRS_MAX hold in the whole document. */
int xml_scan_limits(const char *data, size_t len, struct err *err) MUST_CHECK;

/* The same for one tag after the other; *depth starts at 0. */
int xml_tag_limits(const struct xml_tag *tag, size_t *depth,
    struct err *err) MUST_CHECK;

/* Counts one tag of an element: 1 when it is the last one, 0 when more
 * follow, -1 when it closes what was never opened. *depth starts at 0. */
int xml_tag_ends(const struct xml_tag *tag, size_t *depth);
/* The error for an element without one. -1. */
int xml_no_end(size_t offset, struct err *err);

#endif
