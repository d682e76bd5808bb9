/*
 * about: the pages about this directory itself: about, accessibility,
 * privacy, interfaces. Neighbours: about.tmpl has their order, texts/about.def
 * their words.
 */
#include "web/home_page.h"
#include "web/routes.h"

int
show_about(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	(void)rest;
	(void)err;
	page->title = page_text(page, TEXT_ABOUT_TITLE);
	page->canonical = "/about";
	tmpl_about(&res->body, page);
	return 0;
}

int
show_accessibility(struct page *page, const char *rest,
    struct http_response *res, struct err *err)
{
	(void)rest;
	(void)err;
	page->title = page_text(page, TEXT_ACCESS_TITLE);
	page->canonical = "/accessibility";
	tmpl_accessibility(&res->body, page);
	return 0;
}

int
show_privacy(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	(void)rest;
	(void)err;
	page->title = page_text(page, TEXT_PRIVACY_TITLE);
	page->canonical = "/privacy";
	tmpl_privacy(&res->body, page);
	return 0;
}

int
show_developers(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	(void)rest;
	(void)err;
	page->title = page_text(page, TEXT_DEVELOPERS_TITLE);
	page->canonical = "/developers";
	tmpl_developers(&res->body, page);
	return 0;
}
