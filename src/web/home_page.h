/*
 * Inside web/ only: the front page, the page about this directory, and pages
 * of failure.
 */
#ifndef WEB_HOME_PAGE_H
#define WEB_HOME_PAGE_H

#include "web/results_page.h"

struct home {
	bool is_empty;
	struct choice *needs, *zones, *countries, *kinds;
	size_t n_needs, n_zones, n_countries, n_kinds;
	struct card *cards;
	size_t n_cards;
	const char *peers;
};

void tmpl_home(struct strbuf *out, const struct page *page,
    const struct home *home);
void tmpl_about(struct strbuf *out, const struct page *page);

struct failure {
	int status;
	const char *heading;
	const char *text;
	const char *again; /* a search that may help, or NULL */
	const char *id;    /* request number, or NULL */
};

void tmpl_failure(struct strbuf *out, const struct page *page,
    const struct failure *failure);

#endif
