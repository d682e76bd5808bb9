/*
 * What compiled templates call (tools/tmplc.c chooses which): append a text
 * so that it can be nothing but text where it stands. NULL appends nothing.
 */
#ifndef WEB_TMPL_H
#define WEB_TMPL_H

#include "base/base.h"

void tmpl_text(struct strbuf *out, const char *text);
void tmpl_attr(struct strbuf *out, const char *text);
/*
 * A whole URL at the start of href, src, action: http, https, mailto:, tel:
 * or a path of our own; anything else becomes "#".
 */
void tmpl_url(struct strbuf *out, const char *url);
/* One segment of a path; a value of a query string. */
void tmpl_path(struct strbuf *out, const char *text);
void tmpl_arg(struct strbuf *out, const char *text);
/* Text that is JSON, inside a script element that is data: what could end
 * the element is written as \u003c and its like, which JSON reads the same. */
void tmpl_json(struct strbuf *out, const char *json);
void tmpl_int(struct strbuf *out, int64_t value);

#endif
