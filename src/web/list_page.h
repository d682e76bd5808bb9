/*
 * Inside web/ only: the reader's list as a page, and a few records side by
 * side.
 */
#ifndef WEB_LIST_PAGE_H
#define WEB_LIST_PAGE_H

#include "web/export_page.h"
#include "web/record_page.h"
#include "web/results_page.h"

#define COMPARE_MAX 4

/* A record on the list, or what is known of one that is gone. */
struct list_item {
	const struct card *card; /* NULL: gone */
	const char *id;
	const char *href;
	const char *text;
	const char *remove;
};

struct list_view {
	const char *heading;
	struct list_item *items;
	size_t n;
	size_t n_cards;
	const char *compare_how;
	struct export_link files[EXPORT_LINKS];
	const char *address; /* for others, with scheme and host */
	const char *mail;    /* mailto: */
	const char *clear;   /* this page with an empty list */
};

struct compare_record {
	const struct merge_view *view;
	struct said title;
	const char *whose; /* its title, short */
	const char *kind;
	const char *kind_code;
	const char *href;
	const char *remove; /* the comparison without it; NULL: last */
};

struct compare_row {
	const char *label;
	struct row cells[COMPARE_MAX]; /* only their items */
	bool differs;
	struct compare_row *next;
};

struct compare_view {
	const char *heading;
	const char *many; /* notices, NULL: none */
	const char *lost;
	const char *differing;
	struct compare_record records[COMPARE_MAX];
	size_t n;
	struct compare_row *rows;
};

/* compare_rows.c: what is worth comparing of these records. */
int compare_fill(const struct page *page, struct compare_view *view,
    struct err *err) MUST_CHECK;

void tmpl_list(struct strbuf *out, const struct page *page,
    const struct list_view *view);
void tmpl_compare(struct strbuf *out, const struct page *page,
    const struct compare_view *view);

#endif
