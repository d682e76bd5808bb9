/*
 * Inside web/ only: the form by which readers report a problem of a record.
 */
#ifndef WEB_REPORT_PAGE_H
#define WEB_REPORT_PAGE_H

#include "web/record_page.h"

/* A node that has a say about the record, and how to reach its editors. */
struct report_node {
	const char *words;
	const char *link; /* words of the link */
	const char *href; /* its own form; NULL: not known */
};

struct report_choice {
	const char *value;
	const char *label;
	bool is_chosen;
};

struct report_view {
	const char *id;
	struct said title;
	const char *record_href;
	const char *action;  /* where the form goes; NULL: no form */
	const char *version; /* of the record that is looked at */
	struct report_choice *choices;
	size_t n_choices;
	const char *text, *reply; /* as typed, never NULL */
	/* What is wrong with what was sent; NULL: nothing. */
	const char *problem; /* of the whole */
	const char *bad_kind, *bad_text, *bad_reply;
	bool is_done;
	const char *none; /* why there is no form here; NULL: there is one */
	struct report_node *nodes;
	size_t n_nodes;
	struct row *contacts; /* of the record itself */
};

/* report.c: `id` is that of the record. */
int show_report(struct page *page, const char *id, struct http_response *res,
    struct err *err) MUST_CHECK;

void tmpl_report(struct strbuf *out, const struct page *page,
    const struct report_view *view);

#endif
