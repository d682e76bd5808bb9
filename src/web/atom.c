/*
 * atom: a search as a feed (RFC 4287), newest change first, for people who
 * follow it. The same bytes as long as nothing in it changed: no time of
 * today stands in it. Neighbours: exports.c brings requests here, opensearch.c
 * tells programs of it.
 */
#include "web/export_page.h"
#include "web/routes.h"
#include "xml/xml.h"

#include <string.h>

#define FEED_ITEMS 50
#define ATOM_URI   "http://www.w3.org/2005/Atom"

struct feed {
	const struct page *page;
	struct xml_writer *w;
	const struct http_params *params;
	const struct api_query *query;
	const struct search_result *result;
};

static int64_t
changed_at(const struct record *rec)
{
	return rec->modified_at != 0 ? rec->modified_at : rec->published_at;
}

/* The same search elsewhere: an address that stays the same however the
 * arguments were written. */
static const char *
address(const struct feed *feed, const char *path, int64_t number)
{
	static const char *const left_out[] = { "page", "cursor", "limit",
		"explain", "keep" };
	const struct page *page = feed->page;
	struct link link;
	const char *text;

	link_start_plain(&link, page,
	    arena_printf(page->arena, "%s%s", page->prefix, path));
	for (size_t i = 0; i < feed->params->n; i++) {
		const struct http_param *param = &feed->params->items[i];
		size_t k = 0;

		while (k < ARRAY_LEN(left_out) &&
		       strcmp(param->name, left_out[k]) != 0)
			k++;
		if (k == ARRAY_LEN(left_out))
			link_add(&link, param->name, param->value);
	}
	if (number > 1)
		link_add(&link, "page",
		    arena_printf(page->arena, "%lld", (long long)number));
	text = link_end(&link);
	return url_join(page->arena, page->conf->url, text + 1);
}

static void
add_link(const struct feed *feed, const char *rel, const char *type,
    const char *href)
{
	xml_writer_start(feed->w, "link");
	xml_writer_attr(feed->w, "rel", rel);
	xml_writer_attr(feed->w, "type", type);
	if (strcmp(type, "text/html") == 0)
		xml_writer_attr(feed->w, "hreflang", feed->page->lang);
	xml_writer_attr(feed->w, "href", href);
	xml_writer_end(feed->w);
}

static void
add_time(struct xml_writer *w, const char *name, int64_t at)
{
	char text[CLOCK_TEXT_LEN];

	clock_format(at, text);
	xml_writer_element(w, name, text);
}

static void
add_category(struct xml_writer *w, const char *term, const char *label)
{
	xml_writer_start(w, "category");
	xml_writer_attr(w, "term", term);
	xml_writer_attr(w, "label", label);
	xml_writer_end(w);
}

static void
add_categories(const struct feed *feed, const struct record *rec)
{
	static const enum field_id ids[] = { FIELD_ZONE, FIELD_NEED };
	const char *kind = record_kind_name(rec->kind);

	add_category(feed->w, kind, page_label(feed->page, VOCAB_KIND, kind));
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		const struct value *v = value_find(&rec->root, ids[i]);

		for (; v != NULL; v = value_next(v))
			add_category(feed->w, v->text,
			    page_label(feed->page, field_get(ids[i])->vocab,
				v->text));
	}
}

/* A text in the language it is in. */
static void
add_said(struct xml_writer *w, const char *name, struct said said)
{
	if (said.text == NULL)
		return;
	xml_writer_start(w, name);
	xml_writer_attr(w, "type", "text");
	if (said.lang != NULL)
		xml_writer_attr(w, "xml:lang", said.lang);
	xml_writer_text(w, said.text);
	xml_writer_end(w);
}

static void
add_author(const struct feed *feed, const char *node)
{
	const struct conf *conf = feed->page->conf;
	bool is_own = strcmp(node, conf->node) == 0;

	xml_writer_start(feed->w, "author");
	xml_writer_element(feed->w, "name", is_own ? conf->organisation : node);
	if (is_own)
		xml_writer_element(feed->w, "uri", conf->url);
	xml_writer_end(feed->w);
}

static void
add_entry(const struct feed *feed, const struct record *rec)
{
	const struct page *page = feed->page;
	char node[RECORD_NODE_MAX] = "";
	char uuid[37];

	(void)record_id_split(rec->id, node, uuid);
	xml_writer_start(feed->w, "entry");
	xml_writer_element(feed->w, "id", rec->id);
	add_said(feed->w, "title", page_title(page, rec));
	add_time(feed->w, "updated", changed_at(rec));
	if (rec->first_at != 0)
		add_time(feed->w, "published", rec->first_at);
	add_author(feed, node);
	add_link(feed, "alternate", "text/html",
	    url_join(page->arena, page->conf->url,
		arena_printf(page->arena, "%s/record/%s", page->prefix,
		    rec->id) +
		    (*page->prefix != '\0' ? 1 : 0)));
	add_categories(feed, rec);
	add_said(feed->w, "summary", page_summary(page, rec));
	xml_writer_end(feed->w);
}

/* "choir · Canada" */
static const char *
title_of(const struct page *page, const struct api_query *query)
{
	const struct search_query *s = &query->search;
	const char *text = s->text;

	for (size_t i = 0; i < s->n_filters; i++) {
		const char *label = api_facet_label(s->filters[i].facet,
		    s->filters[i].value, page->lang);

		text = *text == '\0'
			   ? label
			   : arena_printf(page->arena, "%s · %s", text, label);
	}
	if (s->near.km > 0)
		text = *text == '\0' ? query->near
				     : arena_printf(page->arena, "%s · %s",
					   text, query->near);
	if (*text == '\0')
		return page_text(page, TEXT_FEED_TITLE_ALL);
	return page_say(page, TEXT_FEED_TITLE, 0, "search", text, NULL);
}

static void
add_head(const struct feed *feed)
{
	const struct page *page = feed->page;
	const struct search_result *result = feed->result;
	int64_t here = feed->query->page;
	int64_t updated = 0;

	for (size_t i = 0; i < result->n_hits; i++) {
		int64_t at = changed_at(result->hits[i].view->rec);

		updated = at > updated ? at : updated;
	}
	xml_writer_element(feed->w, "id", address(feed, "/search.atom", 1));
	xml_writer_element(feed->w, "title", title_of(page, feed->query));
	xml_writer_element(feed->w, "subtitle", page_text(page, TEXT_SITE));
	add_time(feed->w, "updated", updated);
	add_author(feed, page->conf->node);
	add_link(feed, "self", "application/atom+xml",
	    address(feed, "/search.atom", here));
	add_link(feed, "alternate", "text/html", address(feed, "/search", 1));
	/* Older ones, by pages as RFC 5005 has them. */
	if (here > 1)
		add_link(feed, "previous", "application/atom+xml",
		    address(feed, "/search.atom", here - 1));
	if (result->next_cursor != NULL && here * FEED_ITEMS < API_OFFSET_MAX)
		add_link(feed, "next", "application/atom+xml",
		    address(feed, "/search.atom", here + 1));
}

static void
write_feed(struct feed *feed, struct strbuf *out)
{
	const struct search_result *result = feed->result;

	feed->w = xml_writer_new(out);
	xml_writer_start(feed->w, "feed");
	xml_writer_attr(feed->w, "xmlns", ATOM_URI);
	xml_writer_attr(feed->w, "xml:lang", feed->page->lang);
	add_head(feed);
	for (size_t i = 0; i < result->n_hits; i++)
		add_entry(feed, result->hits[i].view->rec);
	xml_writer_end(feed->w);
	xml_writer_free(feed->w);
	strbuf_addch(out, '\n');
}

static int
read_query(struct page *page, struct http_params *params,
    struct api_query *ret_query, struct err *err)
{
	enum api_near near;

	if (http_params_read(page->arena, page->req->query, params, err) ==
		-1 ||
	    api_query_read(page->arena, params, ret_query, err) == -1 ||
	    api_query_near(page->api->search, ret_query, &near, err) == -1 ||
	    api_near_check(ret_query, near, err) == -1)
		return -1;
	ret_query->search.limit = FEED_ITEMS;
	ret_query->search.offset = (size_t)(ret_query->page - 1) * FEED_ITEMS;
	if (ret_query->search.offset >= API_OFFSET_MAX)
		return err_set(err, ERR_LIMIT, "no page that far");
	ret_query->search.cursor = NULL;
	ret_query->search.explain = false;
	ret_query->search.no_facets = true;
	ret_query->search.is_newest = !ret_query->has_sort;
	return 0;
}

int
show_atom(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	struct search_result result;
	struct http_params params;
	struct api_query query;
	struct feed feed = { page, NULL, &params, &query, &result };
	char *etag;

	(void)rest;
	if (read_query(page, &params, &query, err) == -1 ||
	    search_run(page->api->search, page->arena, &query.search, &result,
		err) == -1)
		return -1;
	if (!result.is_ready)
		return err_set(err, ERR_STALE,
		    "the search index is being made: try again in a minute");
	/* Who follows a search wants nothing that was meant instead of it. */
	if (result.is_corrected || result.dropped != NULL) {
		result.n_hits = 0;
		result.next_cursor = NULL;
	}
	write_feed(&feed, &res->body);
	res->type = "application/atom+xml; charset=utf-8";
	http_response_header(res, "Cache-Control", "no-cache");
	http_response_header(res, "X-Content-Type-Options", "nosniff");
	http_response_header(res, "Access-Control-Allow-Origin", "*");
	http_response_header(res, "Content-Language", "%s", page->lang);
	etag = arena_alloc(page->arena, HTTP_ETAG_LEN);
	http_etag(res->body.buf, res->body.len, etag);
	res->etag = etag;
	return 0;
}
