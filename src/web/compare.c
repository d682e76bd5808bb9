/*
 * compare: up to four records side by side, row by row, with what differs
 * marked. Neighbours: compare_rows.c fills the rows, list.c leads here.
 */
#include "web/list_page.h"
#include "web/routes.h"

#include <string.h>

#define WHOSE_BYTES 40

/* The start of a title, whole words when there are blanks. */
static const char *
short_title(const struct page *page, const char *title)
{
	size_t len = strlen(title);
	size_t end;

	if (len <= WHOSE_BYTES)
		return title;
	len = utf8_floor(title, WHOSE_BYTES);
	for (end = len; end > WHOSE_BYTES / 2 && title[end] != ' '; end--)
		;
	if (title[end] == ' ')
		len = end;
	return arena_printf(page->arena, "%.*s …", (int)len, title);
}

/* A record is named as on the list ("ca.ERER...") or by its whole id. */
static const char *
id_of(const struct page *page, const char *text)
{
	const char *list = keep_parse(page->arena, text);
	const char **ids;
	char node[RECORD_NODE_MAX];
	char uuid[37];

	if (list != NULL && keep_ids(page->arena, list, &ids) == 1)
		return ids[0];
	return record_id_split(text, node, uuid) == 0 ? text : NULL;
}

static bool
has_record(const struct compare_view *view, const char *id)
{
	for (size_t i = 0; i < view->n; i++) {
		if (strcmp(view->records[i].view->rec->id, id) == 0)
			return true;
	}
	return false;
}

static void
fill_record(const struct page *page, const struct merge_view *merged,
    struct compare_record *record)
{
	const struct record *rec = merged->rec;

	record->view = merged;
	record->title = page_title(page, rec);
	record->whose = short_title(page, record->title.text);
	record->kind_code = record_kind_name(rec->kind);
	record->kind = page_label(page, VOCAB_KIND, record->kind_code);
	record->href = page_record_link(page, rec->id);
}

/* -1 on trouble; what is not here is told on the page. */
static int
take_records(const struct page *page, const struct http_params *params,
    struct compare_view *view, struct err *err)
{
	int64_t most = COMPARE_MAX;

	for (size_t i = 0; i < params->n; i++) {
		const char *id;
		struct merge_view *merged;

		if (strcmp(params->items[i].name, "c") != 0 ||
		    *params->items[i].value == '\0')
			continue;
		if (view->n == COMPARE_MAX) {
			view->many = page_say(page, TEXT_COMPARE_MANY, most,
			    "n", page_number(page, most), NULL);
			break;
		}
		id = id_of(page, params->items[i].value);
		if (id == NULL || catalogue_view(page->api->cat, page->arena,
				      id, &merged, err) == -1) {
			if (id != NULL && err->code != ERR_NOTFOUND)
				return -1;
			view->lost = page_text(page, TEXT_COMPARE_LOST);
		} else if (!has_record(view, merged->rec->id))
			fill_record(page, merged, &view->records[view->n++]);
	}
	return 0;
}

/* The same comparison without record `skip`. */
static const char *
link_without(const struct page *page, const struct compare_view *view,
    size_t skip)
{
	struct link link;

	link_start(&link, page, "/compare");
	for (size_t i = 0; i < view->n; i++) {
		if (i != skip)
			link_add(&link, "c",
			    keep_entry(page->arena,
				view->records[i].view->rec->id));
	}
	return link_end(&link);
}

static void
count_differing(const struct page *page, struct compare_view *view)
{
	int64_t n = 0;

	for (const struct compare_row *row = view->rows; row != NULL;
	     row = row->next)
		n += row->differs;
	if (view->n < 2)
		return;
	view->differing = n == 0 ? page_text(page, TEXT_COMPARE_SAME)
				 : page_say(page, TEXT_COMPARE_DIFFERING, n,
				       "n", page_number(page, n), NULL);
}

int
show_compare(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	struct compare_view view = { 0 };
	struct http_params params;

	(void)rest;
	page->no_index = true;
	if (http_params_read(page->arena, page->req->query, &params, err) ==
		-1 ||
	    take_records(page, &params, &view, err) == -1)
		return -1;
	for (size_t i = 0; view.n > 1 && i < view.n; i++)
		view.records[i].remove = link_without(page, &view, i);
	if (view.n != 0 && compare_fill(page, &view, err) == -1)
		return -1;
	count_differing(page, &view);
	view.heading = view.n == 0
			   ? page_text(page, TEXT_COMPARE_NONE)
			   : page_say(page, TEXT_COMPARE_TITLE, (int64_t)view.n,
				 "n", page_number(page, (int64_t)view.n), NULL);
	page->title = view.heading;
	tmpl_compare(&res->body, page, &view);
	return 0;
}
