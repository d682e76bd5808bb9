/*
 * Inside web/ only: what every page knows and says the same way. All of it
 * lives in the request's arena. The models of single pages stand in
 * record_page.h, results_page.h, home_page.h, peers_page.h and their like;
 * routes.h lists the controllers.
 */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "base/base.h"
#include "api/api.h"
#include "web/text.h"
#include "web/tmpl.h"

struct page {
	const struct http_request *req;
	struct arena *arena;
	struct api *api;
	const struct conf *conf;
	int64_t now;
	const char *lang;   /* of the interface */
	const char *dir;    /* its direction: "ltr", "rtl" */
	const char *own;    /* language of addresses without one */
	const char *prefix; /* "" or "/en": in front of our own links */
	/* My list as it stands in the address ("ca.Kx3..,pt.9aZ.."), NULL when
	 * it is empty: page_link() carries it along (list.c). */
	const char *keep;
	const char *path; /* without prefix */
	const char *title;
	const char *q;         /* what stands in the search box */
	const char *canonical; /* path of the page's one address, or NULL */
	bool no_index;         /* search engines: leave it out */
	int64_t records;       /* in the catalogue; 0 when unknown */
	/* What is applied of each node; none without a catalogue. */
	const struct catalogue_feed *feeds;
	size_t n_feeds;
	/* A page of failure offers this instead: a search; or NULL. */
	const char *again, *again_text;
	const struct cite *cite;
	const char *json_ld; /* what the page is about, for programs; or NULL */
	const char *atom;    /* address of the same as a feed, or NULL */
};

/* A text of a record with its language where that is not the page's. */
struct said {
	const char *text; /* NULL: none */
	const char *lang; /* NULL: the page's */
};

/* Of the Web or a telephone: runs from left to right in every language. */
bool said_is_address(struct said said);

const char *page_text(const struct page *page, enum text_id id);
/* page_say(page, TEXT_X, n, "name", value, ..., NULL) */
const char *page_say(const struct page *page, enum text_id id, int64_t n, ...)
    __attribute__((sentinel));
/*
 * prefix + path, where path starts with "/" and may hold a query: every link
 * to a page of ours is made here or by link_end(), which carry language and
 * list along. Files (.ris, .json), assets and the API have neither.
 */
const char *page_link(const struct page *page, const char *path);
const char *page_record_link(const struct page *page, const char *id);
/* The node that a record's id names; "" when it is none. */
const char *page_node(const struct page *page, const char *id);
/* "/record/urn..." without language and list. */
const char *record_path(const struct page *page, const char *id);
/* "21 November 2026" from 2026-11-21, 2026-11, 2026; from a time. */
const char *page_date(const struct page *page, const char *date);
const char *page_day(const struct page *page, int64_t at);
/* The same as 2026-11-21, for <time datetime>. */
const char *page_day_iso(const struct page *page, int64_t at);
const char *page_time_iso(const struct page *page, int64_t at);
/* "3 hours ago"; "never" for 0. "in about 3 hours". */
const char *page_age(const struct page *page, int64_t at);
const char *page_soon(const struct page *page, int64_t seconds);
/* "12,345"; "−0.42" from "-0.42" (what is no plain number stays as it is);
 * "95%" from "95". As the language writes them. */
const char *page_number(const struct page *page, int64_t n);
const char *page_decimal(const struct page *page, const char *number);
const char *page_percent(const struct page *page, const char *number);
/* "a, b and c" of a sentence; "a, b" from "a" (or NULL) and "b" of a row. */
const char *page_list(const struct page *page, const char *const *items,
    size_t n);
const char *page_join(const struct page *page, const char *list,
    const char *next);
/* Address of this page, its query and all, in another language. */
const char *page_in_language(const struct page *page, const char *code);
/* The whole address of page->canonical in a language, for machines. */
const char *page_canonical_in(const struct page *page, const char *code);
const char *page_label(const struct page *page, enum vocab vocab,
    const char *code);
/* The best of a language map for the page. */
struct said page_said(const struct page *page, const struct record *rec,
    const struct value *parent, enum field_id id);
struct said page_title(const struct page *page, const struct record *rec);
struct said page_summary(const struct page *page, const struct record *rec);
/* 1 for what may follow mailto: (one plain address). */
int valid_mail(const char *text);

/*
 * Links with arguments (link.c): link_start(&link, page, "/search"), then
 * link_add() for each pair, then link_end() gives the address in the arena.
 */
struct link {
	const struct page *page;
	struct strbuf text;
	bool has_query;
	bool is_page; /* else a file or the API: no language, no list */
};
void link_start(struct link *link, const struct page *page, const char *path);
void link_start_plain(struct link *link, const struct page *page,
    const char *path);
/* Encodes value; NULL and "" add nothing. */
void link_add(struct link *link, const char *name, const char *value);
const char *link_end(struct link *link);

/* A page of failure, also instead of what was begun (failure.c). */
void show_failure(struct page *page, int status, const char *text,
    struct http_response *res);

/* The same for a search while there is no index (results.c). Returns 0. */
int show_unready(struct page *page, struct http_response *res);

/* assets.c: embedded files */
const char *asset_style_path(void); /* "/style.<hash>.css" */

/*
 * frame.c. The address of a page of ours as others would write it, without
 * language; from "/" on. And what the foot says of the sources: NULL, none.
 */
const char *page_address(const struct page *page, const char *path);
const char *page_sources(const struct page *page);
const char *page_late(const struct page *page);

/* Parts of every template (layout.tmpl). */
void tmpl_top(struct strbuf *out, const struct page *page);
void tmpl_bottom(struct strbuf *out, const struct page *page);
/* In every form that goes to a page of ours: what links carry along. */
void tmpl_carry(struct strbuf *out, const struct page *page);
void tmpl_said(struct strbuf *out, struct said said);

#endif
