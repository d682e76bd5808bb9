/*
 * negotiate: which language a page is in. The address decides ("/fr/about");
 * without a language in it, it is the node's own. Only the front page asks
 * the browser, so that every other address gives all people the same page.
 * Neighbours: handler.c; layout.tmpl names the page's other languages.
 */
#include <string.h>

#include "web/inside.h"

#define ACCEPT_MAX  1024 /* bytes of Accept-Language that are read */
#define WEIGHT_FULL 1000

const char *
negotiate_own(const struct conf *conf)
{
	const char *p = conf != NULL && conf->languages != NULL
			    ? conf->languages
			    : "";
	char code[4] = { 0 };

	while (*p != '\0') {
		size_t len = strcspn(p, " ");

		if (len == 2 || (len > 2 && p[2] == '-')) {
			memcpy(code, p, 2);
			if (text_has_language(code))
				return language_find(code)->code;
		}
		p += len;
		p += strspn(p, " ");
	}
	return "en";
}

void
negotiate_page(struct page *page, const char *path)
{
	char code[4] = { 0 };

	page->own = negotiate_own(page->conf);
	page->lang = page->own;
	page->prefix = "";
	page->path = path;
	if (path[0] == '/' &&
	    strspn(path + 1, "abcdefghijklmnopqrstuvwxyz") == 2 &&
	    (path[3] == '/' || path[3] == '\0')) {
		memcpy(code, path + 1, 2);
		if (text_has_language(code)) {
			page->lang = language_find(code)->code;
			page->prefix = arena_strndup(page->arena, path, 3);
			page->path = path[3] != '\0' ? path + 3 : "/";
		}
	}
	page->dir = language_find(page->lang)->dir;
}

/* "0.8" in thousandths; what is no weight counts as none. */
static int
read_weight(const char *p, size_t len)
{
	int weight = 0;
	int unit = WEIGHT_FULL;

	if (len == 0 || len > 5 || (p[0] != '0' && p[0] != '1') ||
	    (len > 1 && p[1] != '.'))
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (i == 1)
			continue;
		if (p[i] < '0' || p[i] > '9')
			return 0;
		weight += (p[i] - '0') * unit;
		unit /= 10;
	}
	return weight <= WEIGHT_FULL ? weight : 0;
}

/* One "pt-BR;q=0.8": its language when pages exist in it, and its weight. */
static const char *
read_range(const char *p, size_t len, int *ret_weight)
{
	const char *semicolon = memchr(p, ';', len);
	const char *end = semicolon != NULL ? semicolon : p + len;
	char code[4] = { 0 };

	*ret_weight = WEIGHT_FULL;
	while (end > p && end[-1] == ' ')
		end--;
	if (end - p < 2 || (end - p > 2 && p[2] != '-'))
		return NULL;
	for (int i = 0; i < 2; i++)
		code[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] + 32 : p[i]);
	if (!text_has_language(code))
		return NULL;
	if (semicolon != NULL) {
		const char *q = semicolon + 1;

		q += strspn(q, " ");
		if (strncmp(q, "q=", 2) != 0 && strncmp(q, "Q=", 2) != 0)
			return NULL;
		q += 2;
		len = (size_t)(p + len - q);
		while (len > 0 && q[len - 1] == ' ')
			len--;
		*ret_weight = read_weight(q, len);
	}
	return language_find(code)->code;
}

const char *
negotiate_wanted(struct arena *arena, const char *accept)
{
	const char *best = NULL;
	const char *p;
	int best_weight = 0;

	if (accept == NULL)
		return NULL;
	/* Cut at the limit: what is half read there is no language. */
	for (p = arena_strndup(arena, accept, strnlen(accept, ACCEPT_MAX));
	     *p != '\0';) {
		size_t len;
		int weight;
		const char *code;

		p += strspn(p, ", \t");
		len = strcspn(p, ",");
		code = read_range(p, len, &weight);
		if (code != NULL && weight > best_weight) {
			best = code;
			best_weight = weight;
		}
		p += len;
	}
	return best;
}

bool
negotiate_home(const struct page *page, struct http_response *res)
{
	const char *wanted;

	if (*page->prefix != '\0' || strcmp(page->path, "/") != 0 ||
	    *page->req->query != '\0')
		return false;
	http_response_header(res, "Vary", "Accept-Language");
	wanted = negotiate_wanted(page->arena,
	    http_header_get(page->req, "accept-language"));
	if (wanted == NULL || strcmp(wanted, page->own) == 0)
		return false;
	http_response_redirect(res, 302,
	    arena_printf(page->arena, "/%s/", wanted));
	http_response_header(res, "Cache-Control", "no-cache");
	return true;
}

/* "/fr" in front of what is not in the node's own language. */
static const char *
prefix_in(const struct page *page, const char *code)
{
	if (strcmp(code, page->own) == 0)
		return "";
	return arena_printf(page->arena, "/%s", code);
}

const char *
page_in_language(const struct page *page, const char *code)
{
	const char *query = page->req != NULL ? page->req->query : "";
	const char *prefix = prefix_in(page, code);
	struct strbuf sb;
	const char *result;

	/* Of "/" alone the browser would be asked again. */
	if (strcmp(page->path, "/") == 0 && *query == '\0')
		prefix = arena_printf(page->arena, "/%s", code);
	if (page->path[0] != '/')
		return arena_printf(page->arena, "/%s/", code);
	strbuf_init(&sb, strlen(page->path) * 3 + 16);
	strbuf_addstr(&sb, prefix);
	/* Two slashes in front would name another host. */
	for (const char *p = page->path + strspn(page->path, "/") - 1;
	     *p != '\0';) {
		size_t len = strcspn(p, "/");

		tmpl_path(&sb, arena_strndup(page->arena, p, len));
		p += len;
		if (*p == '/') {
			strbuf_addch(&sb, '/');
			p++;
		}
	}
	/* No longer than a request may be. */
	if (sb.len + 1 + strlen(query) > HTTP_TARGET_MAX)
		query = "";
	result = arena_printf(page->arena, "%s%s%s", sb.buf,
	    *query != '\0' ? "?" : "", query);
	strbuf_release(&sb);
	return result;
}

const char *
page_canonical_in(const struct page *page, const char *code)
{
	const char *url = page->conf->url != NULL ? page->conf->url : "";
	size_t len = strlen(url);

	return arena_printf(page->arena, "%.*s%s%s",
	    (int)(len > 0 && url[len - 1] == '/' ? len - 1 : len), url,
	    prefix_in(page, code), page->canonical);
}
