/*
 * list: the page of the reader's list: its records in the order in which they
 * were added, what is gone, and its address to be kept or given away.
 * Neighbours: keep.c reads the list, compare.c sets records side by side.
 */
#include "web/list_page.h"
#include "web/routes.h"

#include <string.h>

#define MAIL_BYTES 8192

/* One that this node does not hold, or holds no more. */
static void
fill_gone(const struct page *page, const char *id, struct list_item *item)
{
	item->href = page_record_link(page, id);
	item->text = page_say(page, TEXT_MINE_GONE_TEXT, 0, "node",
	    page_node(page, id), NULL);
	item->remove = keep_remove(page, id);
}

static int
fill_items(const struct page *page, struct list_view *view, struct err *err)
{
	const char **ids;

	view->n = keep_ids(page->arena, page->keep, &ids);
	view->items = arena_alloc(page->arena, view->n * sizeof(*view->items));
	for (size_t i = 0; i < view->n; i++) {
		struct list_item *item = &view->items[i];
		struct merge_view *merged;
		struct card *card;

		item->id = ids[i];
		if (catalogue_view(page->api->cat, page->arena, ids[i], &merged,
			err) == -1) {
			if (err->code != ERR_NOTFOUND)
				return -1;
			fill_gone(page, ids[i], item);
			continue;
		}
		card = card_make(page, merged, NULL);
		card->pick = keep_entry(page->arena, ids[i]);
		card->pick_label = page_text(page, TEXT_MINE_PICK);
		item->card = card;
		view->n_cards++;
	}
	return 0;
}

static void
fill_share(const struct page *page, struct list_view *view)
{
	const char *host = page->conf->url != NULL ? page->conf->url : "";
	size_t len = strlen(host);
	const char *subject, *body;
	struct strbuf sb;

	if (len != 0 && host[len - 1] == '/')
		len--;
	view->address = arena_printf(page->arena, "%.*s%s", (int)len, host,
	    page_link(page, "/list"));
	subject = page_say(page, TEXT_MINE_MAIL_SUBJECT, (int64_t)view->n, "n",
	    page_number(page, (int64_t)view->n), NULL);
	body = page_say(page, TEXT_MINE_MAIL_BODY, 0, "address", view->address,
	    NULL);
	strbuf_init(&sb, MAIL_BYTES);
	strbuf_addstr(&sb, "mailto:?subject=");
	url_encode(&sb, subject, strlen(subject));
	strbuf_addstr(&sb, "&body=");
	url_encode(&sb, body, strlen(body));
	view->mail = arena_strndup(page->arena, sb.buf, sb.len);
	view->clear = arena_printf(page->arena, "%s/list", page->prefix);
	strbuf_release(&sb);
	export_links(page, "/list",
	    arena_printf(page->arena, "keep=%s", page->keep), view->files);
}

/* "/list.ris?keep=...": what is here of the list, as a file. */
int
show_list_file(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	const struct merge_view *views[KEEP_MAX];
	const char **ids;
	size_t n = keep_ids(page->arena, page->keep, &ids);
	size_t n_views = 0;

	for (size_t i = 0; i < n; i++) {
		struct merge_view *view;

		if (catalogue_view(page->api->cat, page->arena, ids[i], &view,
			err) == 0)
			views[n_views++] = view;
		else if (err->code != ERR_NOTFOUND)
			return -1;
	}
	return export_answer(page, rest, "gspd-list", views, n_views, res, err);
}

int
show_list(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	struct list_view view = { 0 };
	int64_t most = COMPARE_MAX;

	(void)rest;
	page->title = page_text(page, TEXT_MINE_TITLE);
	page->no_index = true;
	view.heading = page_text(page, TEXT_MINE_EMPTY);
	if (page->keep != NULL) {
		if (fill_items(page, &view, err) == -1)
			return -1;
		fill_share(page, &view);
		view.heading = page_say(page, TEXT_MINE_COUNT, (int64_t)view.n,
		    "n", page_number(page, (int64_t)view.n), NULL);
		view.compare_how = page_say(page, TEXT_COMPARE_HOW, most, "n",
		    page_number(page, most), NULL);
	}
	tmpl_list(&res->body, page, &view);
	return 0;
}
