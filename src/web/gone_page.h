/*
 * Inside web/ only: the page of a record that is not, or not now, in the
 * catalogue: what it was, since when, by whom, what took its place.
 */
#ifndef WEB_GONE_PAGE_H
#define WEB_GONE_PAGE_H

#include "web/record_page.h"

struct gone_view {
	int status;
	const char *heading;
	const char *kind;  /* NULL: nothing is kept of it */
	struct said title; /* text NULL: the same */
	const char *words; /* what became of it, in a sentence or two */
	const char *more;  /* what that means; NULL: nothing */
	struct item *replaced;
	size_t n_replaced;
	const char *search;           /* a search that may help, or NULL */
	const char *node, *node_href; /* NULL: not a node that is known */
};

/* gone.c: false: nothing is known of it, and nothing was said. */
bool show_gone(struct page *page, const char *id, struct http_response *res);

void tmpl_gone(struct strbuf *out, const struct page *page,
    const struct gone_view *view);

#endif
