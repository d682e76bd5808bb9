/*
 * Inside web/ only: which page an address is. A page is a row in routes.c, a
 * controller that fills a model, and a template.
 */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "web/page.h"

/* Fill and render, or -1: an error becomes a page of failure. `rest` is what
 * follows the route's path: "" for whole paths. */
typedef int (*route_show)(struct page *page, const char *rest,
    struct http_response *res, struct err *err);

struct route {
	const char *path; /* "/peers"; one that ends in "/", "." has a rest */
	bool needs_catalogue;
	bool takes_post;
	route_show show;
};

/* The row of a path without language, with what follows it; or NULL. */
const struct route *route_find(const char *path, const char **ret_rest);

int show_home(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_results(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_export(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
/* Behind show_export(): rest is "atom". */
int show_atom(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_sitemap(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_opensearch(struct page *page, const char *rest,
    struct http_response *res, struct err *err) MUST_CHECK;
int show_record(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_evidence_map(struct page *page, const char *rest,
    struct http_response *res, struct err *err) MUST_CHECK;
int show_peers(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_peer(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_browse(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_about(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_map(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_list(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_list_file(struct page *page, const char *rest,
    struct http_response *res, struct err *err) MUST_CHECK;
int show_compare(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_accessibility(struct page *page, const char *rest,
    struct http_response *res, struct err *err) MUST_CHECK;
int show_privacy(struct page *page, const char *rest, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_developers(struct page *page, const char *rest,
    struct http_response *res, struct err *err) MUST_CHECK;

#endif
