/*
 * sitemap: addresses of all records for crawlers (sitemaps.org): an index,
 * part 0 with the pages that are no records, and parts by number of group,
 * so that a part is one walk over a range and never too long.
 */
#include "web/routes.h"
#include "xml/xml.h"

#include <string.h>

#define SITEMAP_URI  "http://www.sitemaps.org/schemas/sitemap/0.9"
#define SITEMAP_URLS INT64_C(50000) /* the protocol allows no more */

struct map {
	struct page *page;
	struct xml_writer *w;
	struct api_spool spool;
};

static void
add_place(struct map *map, const char *element, const char *path, int64_t at)
{
	const struct page *page = map->page;
	struct arena *arena = arena_new();
	char day[CLOCK_TEXT_LEN];

	xml_writer_start(map->w, element);
	xml_writer_element(map->w, "loc",
	    url_join(arena, page->conf->url, path + 1));
	if (at != 0) {
		clock_format(at, day);
		xml_writer_element(map->w, "lastmod", day);
	}
	xml_writer_end(map->w);
	arena_free(arena);
}

static int
add_view(void *ctx, int64_t group, const struct merge_view *view,
    struct err *err)
{
	struct map *map = ctx;
	const struct record *rec = view->rec;

	(void)group;
	add_place(map, "url", arena_printf(rec->arena, "/record/%s", rec->id),
	    rec->modified_at != 0 ? rec->modified_at : rec->published_at);
	return api_spool_step(&map->spool, err);
}

static void
add_pages(struct map *map)
{
	static const char *const paths[] = { "/", "/browse", "/map",
		"/evidence", "/evidence-map", "/peers", "/about",
		"/accessibility", "/privacy", "/developers" };
	const char *rest;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		if (route_find(paths[i], &rest) != NULL)
			add_place(map, "url", paths[i], 0);
	}
}

static void
add_parts(struct map *map, int64_t last)
{
	struct page *page = map->page;

	for (int64_t i = 0; i == 0 || (i - 1) * SITEMAP_URLS < last; i++)
		add_place(map, "sitemap",
		    arena_printf(page->arena, "/sitemap.%lld.xml",
			(long long)i),
		    0);
}

/* "17.xml" -> 17; -1 for what names no part. */
static int64_t
read_part(const char *rest)
{
	int64_t n = 0;
	size_t len = strspn(rest, "0123456789");

	if (len == 0 || len > 9 || strcmp(rest + len, ".xml") != 0 ||
	    (len > 1 && *rest == '0'))
		return -1;
	for (size_t i = 0; i < len; i++)
		n = n * 10 + (rest[i] - '0');
	return n;
}

static int
write_map(struct map *map, int64_t part, int64_t last, struct err *err)
{
	struct http_response *res = map->spool.res;
	int rc = 0;

	map->w = xml_writer_new(&res->body);
	xml_writer_start(map->w, part < 0 ? "sitemapindex" : "urlset");
	xml_writer_attr(map->w, "xmlns", SITEMAP_URI);
	if (part < 0)
		add_parts(map, last);
	else if (part == 0)
		add_pages(map);
	else
		rc = catalogue_views(map->page->api->cat,
		    (part - 1) * SITEMAP_URLS, part * SITEMAP_URLS, add_view,
		    map, err);
	if (rc == 0)
		xml_writer_end(map->w);
	xml_writer_free(map->w);
	return rc == 0 ? api_spool_end(&map->spool, err) : -1;
}

int
show_sitemap(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	struct map map = { .page = page };
	struct catalogue_status status;
	bool is_index = strcmp(rest, "xml") == 0;
	int64_t part = is_index ? -1 : read_part(rest);
	const char *text;
	char *etag;

	if (catalogue_status(page->api->cat, &status, err) == -1)
		return -1;
	if (*page->prefix != '\0' || (!is_index && part < 0) ||
	    (part > 0 && (part - 1) * SITEMAP_URLS >= status.last))
		return err_set(err, ERR_NOTFOUND, "no such part");
	text = arena_printf(page->arena, "%s %s %s", status.digest,
	    page->conf->url, rest);
	etag = arena_alloc(page->arena, HTTP_ETAG_LEN);
	http_etag(text, strlen(text), etag);
	res->type = "application/xml; charset=utf-8";
	http_response_header(res, "Cache-Control", "no-cache");
	http_response_header(res, "X-Content-Type-Options", "nosniff");
	res->etag = etag;
	if (http_matches(page->req, etag))
		return 0;
	api_spool_start(&map.spool, page->api->folder, res);
	return write_map(&map, part, status.last, err);
}
