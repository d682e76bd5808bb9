/*
 * Inside web/ only: the front page, browsing, the pages about this
 * directory, and pages of failure.
 */
#ifndef WEB_HOME_PAGE_H
#define WEB_HOME_PAGE_H

#include "web/results_page.h"

struct home {
	bool is_empty;
	struct choice *needs, *countries, *kinds;
	size_t n_needs, n_countries, n_kinds;
	struct example {
		const char *label, *href;
	} examples[4]; /* searches to try */
	struct card *cards;
	size_t n_cards;
	const char *peers;
};

void tmpl_home(struct strbuf *out, const struct page *page,
    const struct home *home);
void tmpl_about(struct strbuf *out, const struct page *page);
void tmpl_accessibility(struct strbuf *out, const struct page *page);
void tmpl_privacy(struct strbuf *out, const struct page *page);
void tmpl_developers(struct strbuf *out, const struct page *page);

struct browse_list {
	const char *id; /* to jump to */
	const char *title;
	struct choice *choices;
	size_t n;
};

struct browse {
	struct browse_list *lists;
	size_t n_lists;
};

void tmpl_browse(struct strbuf *out, const struct page *page,
    const struct browse *browse);

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
