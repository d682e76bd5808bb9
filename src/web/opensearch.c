/*
 * opensearch: what browsers and programs read to search here themselves
 * (OpenSearch 1.1): addresses of the page, the feed and the suggestions.
 */
#include "web/routes.h"
#include "xml/xml.h"

#include <string.h>

#define OPENSEARCH_URI "http://a9.com/-/spec/opensearch/1.1/"
#define SHORT_NAME_MAX 16 /* characters, says the specification */

static void
add_url(const struct page *page, struct xml_writer *w, const char *type,
    const char *rel, const char *path)
{
	xml_writer_start(w, "Url");
	xml_writer_attr(w, "type", type);
	xml_writer_attr(w, "rel", rel);
	/* The blanks for words are no part of an address yet. */
	xml_writer_attr(w, "template",
	    url_join(page->arena, page->conf->url, path + 1));
	xml_writer_end(w);
}

/* At most so many characters, and no half of one. */
static const char *
short_name(const struct page *page)
{
	const char *name = page->conf->node;
	const char *text = arena_printf(page->arena, "GSPD %s", name);
	const char *p = text;

	for (int i = 0; i < SHORT_NAME_MAX && *p != '\0'; i++)
		(void)utf8_next(&p, text + strlen(text));
	return arena_strndup(page->arena, text, (size_t)(p - text));
}

int
show_opensearch(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	struct xml_writer *w = xml_writer_new(&res->body);
	struct arena *arena = page->arena;

	(void)rest;
	(void)err;
	xml_writer_start(w, "OpenSearchDescription");
	xml_writer_attr(w, "xmlns", OPENSEARCH_URI);
	xml_writer_element(w, "ShortName", short_name(page));
	xml_writer_element(w, "LongName", page_text(page, TEXT_SITE));
	xml_writer_element(w, "Description",
	    page_text(page, TEXT_OPENSEARCH_TEXT));
	add_url(page, w, "text/html", "results",
	    arena_printf(arena, "%s/search?q={searchTerms}", page->prefix));
	add_url(page, w, "application/atom+xml", "results",
	    arena_printf(arena, "%s/search.atom?q={searchTerms}",
		page->prefix));
	add_url(page, w, "application/x-suggestions+json", "suggestions",
	    "/api/v1/suggest?format=opensearch&q={searchTerms}");
	add_url(page, w, "application/opensearchdescription+xml", "self",
	    arena_printf(arena, "%s/opensearch.xml", page->prefix));
	xml_writer_start(w, "Image");
	xml_writer_attr(w, "type", "image/svg+xml");
	xml_writer_attr(w, "height", "16");
	xml_writer_attr(w, "width", "16");
	xml_writer_text(w, url_join(arena, page->conf->url, "favicon.svg"));
	xml_writer_end(w);
	xml_writer_element(w, "Language", page->lang);
	xml_writer_element(w, "InputEncoding", "UTF-8");
	xml_writer_element(w, "OutputEncoding", "UTF-8");
	xml_writer_end(w);
	xml_writer_free(w);
	strbuf_addch(&res->body, '\n');
	res->type = "application/opensearchdescription+xml; charset=utf-8";
	http_response_header(res, "Cache-Control", "public, max-age=86400");
	http_response_header(res, "X-Content-Type-Options", "nosniff");
	return 0;
}
