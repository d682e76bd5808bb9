/*
 * Inside web/ only: files with all records of a search or of a list.
 */
#ifndef WEB_EXPORT_PAGE_H
#define WEB_EXPORT_PAGE_H

#include "web/page.h"

/*
 * Answer with these views as a file. `ending` is what was asked for ("ris",
 * "bib", "csl", "csv", "json", "ndjson"), `stem` what the file is called by
 * ("gspd-list"; the day and the ending follow). ERR_NOTFOUND for other
 * endings. Inside catalogue_read_begin(), as every controller is.
 */
int export_answer(struct page *page, const char *ending, const char *stem,
    const struct merge_view *const *views, size_t n, struct http_response *res,
    struct err *err) MUST_CHECK;

/* The files that a page offers: "/search.ris?..." from "/search". */
struct export_link {
	const char *label;
	const char *href;
};
#define EXPORT_LINKS 6
/* `query`: what follows the "?", encoded; NULL or "": nothing. */
void export_links(const struct page *page, const char *path, const char *query,
    struct export_link ret_links[EXPORT_LINKS]);
/* "atom" and "/search?a=b" make "/pt/search.atom?a=b": the address of the
 * search on this page with another ending, language and arguments kept. */
const char *export_address(const struct page *page, const char *path,
    const char *ending, const char *query);

#endif
