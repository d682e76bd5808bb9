/*
 * link: addresses of our own pages, with their arguments, the language in
 * front and the reader's list behind. Neighbours: everything that links.
 */
#include "web/page.h"

#include <string.h>

#define LINK_BYTES 8192
/* Less what is put behind some of them: an area of the map. */
#define LINK_MAX (HTTP_TARGET_MAX - 60)

static void
add_pair(struct link *link, const char *name, const char *value)
{
	strbuf_addch(&link->text, link->has_query ? '&' : '?');
	strbuf_addstr(&link->text, name);
	strbuf_addch(&link->text, '=');
	url_encode(&link->text, value, strlen(value));
	link->has_query = true;
}

void
link_start_plain(struct link *link, const struct page *page, const char *path)
{
	link->page = page;
	link->is_page = false;
	link->has_query = strchr(path, '?') != NULL;
	strbuf_init(&link->text, LINK_BYTES);
	strbuf_addstr(&link->text, path);
}

void
link_start(struct link *link, const struct page *page, const char *path)
{
	link_start_plain(link, page, page->prefix);
	strbuf_addstr(&link->text, path);
	link->has_query = strchr(path, '?') != NULL;
	link->is_page = true;
}

void
link_add(struct link *link, const char *name, const char *value)
{
	if (value != NULL && *value != '\0')
		add_pair(link, name, value);
}

const char *
link_end(struct link *link)
{
	const char *result;

	/* As it is, commas and all: encoded it would be longer. Without the
	 * list when there is no room: a link that is refused leads nowhere. */
	if (link->is_page && link->page->keep != NULL &&
	    link->text.len + strlen("&keep=") + strlen(link->page->keep) <=
		LINK_MAX) {
		strbuf_addstr(&link->text,
		    link->has_query ? "&keep=" : "?keep=");
		strbuf_addstr(&link->text, link->page->keep);
	}
	result = arena_strndup(link->page->arena, link->text.buf,
	    link->text.len);
	strbuf_release(&link->text);
	return result;
}

const char *
page_link(const struct page *page, const char *path)
{
	const char *hash = strchr(path, '#');
	struct link link;

	if (*page->prefix == '\0' && page->keep == NULL)
		return path;
	/* A place within the page comes last. */
	if (hash != NULL) {
		path = arena_strndup(page->arena, path, (size_t)(hash - path));
		link_start(&link, page, path);
		return arena_printf(page->arena, "%s%s", link_end(&link), hash);
	}
	link_start(&link, page, path);
	return link_end(&link);
}

const char *
record_path(const struct page *page, const char *id)
{
	const char *path;
	struct strbuf sb;

	strbuf_init(&sb, LINK_BYTES);
	strbuf_addstr(&sb, "/record/");
	tmpl_path(&sb, id);
	path = arena_strndup(page->arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return path;
}

const char *
page_record_link(const struct page *page, const char *id)
{
	return page_link(page, record_path(page, id));
}
