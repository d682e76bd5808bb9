/*
 * record: the page of one record of any kind, its files beside it, and what
 * to say of one that is gone. Neighbours: programme.c, evidence.c, others.c
 * fill in the facts, record.tmpl shows them.
 */
#include "web/gone_page.h"
#include "web/record_page.h"
#include "web/report_page.h"
#include "web/routes.h"

#include <string.h>

#define EXAMPLE_WORDS "an invented example"

static void
add_related(const struct page *page, struct record_view *view)
{
	struct section *section = NULL;

	for (const struct value *v =
		 value_find(&view->rec->root, FIELD_RELATION);
	     v != NULL; v = value_next(v)) {
		const char *id = value_get(v, FIELD_RELATION_ID);
		const char *type = value_get(v, FIELD_RELATION_TYPE);
		struct row *row;

		if (id == NULL || type == NULL)
			continue;
		if (section == NULL)
			section = section_add(page, view, "related",
			    TEXT_RELATED);
		row = row_new(page, section, TEXT_RELATED);
		row->label = page_label(page, VOCAB_RELATION, type);
		row_add(page, row, record_item(page, id));
	}
}

/* Made up, and says so where it says where it comes from. */
static bool
is_example(const struct record *rec)
{
	for (const struct value *v = value_find(&rec->root, FIELD_SOURCE);
	     v != NULL; v = value_next(v)) {
		const char *publisher = value_get(v, FIELD_SOURCE_PUBLISHER);

		if (publisher != NULL &&
		    strstr(publisher, EXAMPLE_WORDS) != NULL)
			return true;
	}
	return false;
}

static int
fill_view(struct page *page, const struct merge_view *merged,
    struct record_view *view, struct err *err)
{
	const struct record *rec = merged->rec;

	memset(view, 0, sizeof(*view));
	view->rec = rec;
	view->merged = merged;
	view->last = &view->sections;
	view->kind = page_label(page, VOCAB_KIND, record_kind_name(rec->kind));
	view->title = page_title(page, rec);
	view->keep = keep_offer(page, merged, false);
	view->summary = page_summary(page, rec);
	view->alternate = page_said(page, rec, &rec->root,
	    FIELD_ALTERNATE_NAME);
	view->file_path = arena_printf(page->arena, "/record/%s", rec->id);
	if (is_example(rec))
		view->example = page_text(page, TEXT_EXAMPLE);
	if (rec->kind != RECORD_KIND_EVIDENCE &&
	    fill_links(page, view, err) == -1)
		return -1;
	view->report_href = page_link(page,
	    arena_printf(page->arena, "%s/report", view->file_path));
	if (rec->kind == RECORD_KIND_PROGRAMME)
		fill_programme(page, view);
	else if (rec->kind != RECORD_KIND_EVIDENCE)
		fill_others(page, view);
	if (rec->kind == RECORD_KIND_RESOURCE)
		view->cite = cite_make(page, rec);
	if (rec->kind == RECORD_KIND_EVIDENCE) {
		if (fill_evidence(page, view, err) == -1)
			return -1;
	} else {
		add_related(page, view);
		fill_beside(page, view);
		fill_linked(page, view);
	}
	return fill_provenance(page, view, err);
}

/* Sections that got no rows say nothing. */
static void
drop_empty(struct record_view *view)
{
	struct section **p = &view->sections;

	while (*p != NULL) {
		if ((*p)->rows == NULL)
			*p = (*p)->next;
		else
			p = &(*p)->next;
	}
}

/* A uuid alone: the id of the node that has it, or NULL. */
static const char *
find_node(const struct page *page, const char *uuid)
{
	struct catalogue_feed *feeds;
	struct merge_view *view;
	struct err err;
	size_t n;

	if (!valid_uuid(uuid) || catalogue_feeds(page->api->cat, page->arena,
				     &feeds, &n, &err) == -1)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		const char *id = record_id_make(page->arena, feeds[i].node,
		    uuid);

		if (catalogue_view(page->api->cat, page->arena, id, &view,
			&err) == 0)
			return id;
	}
	return NULL;
}

/* "urn:...:uuid.csl.json" -> the id, and which file is asked for. */
static const char *
split_format(const struct page *page, const char *id,
    enum api_format *ret_format, bool *ret_is_file)
{
	const char *dot = strchr(id, '.');

	*ret_is_file = dot != NULL &&
		       api_format_parse(dot + 1, ret_format) == 0;
	return *ret_is_file ? arena_strndup(page->arena, id, (size_t)(dot - id))
			    : id;
}

/* "ID/report" -> the id; NULL for any other path. */
static const char *
report_id(const struct page *page, const char *rest)
{
	static const char tail[] = "/report";
	size_t len = strlen(rest);

	if (len < sizeof(tail) ||
	    strcmp(rest + len - (sizeof(tail) - 1), tail) != 0)
		return NULL;
	return arena_strndup(page->arena, rest, len - (sizeof(tail) - 1));
}

/* "?as=ID": what one of the nodes says itself, instead of the merged view. */
static int
read_as(struct page *page, struct merge_view **merged, bool *ret_is_one,
    struct err *err)
{
	struct http_params params;
	struct record *rec;
	const char *as;
	struct err bad;

	*ret_is_one = false;
	if (http_params_read(page->arena, page->req->query, &params, &bad) ==
	    -1)
		return 0;
	as = http_param(&params, "as");
	if (!is_member(*merged, as) || (*merged)->n_members < 2)
		return 0;
	if (catalogue_record(page->api->cat, page->arena, as, &rec, err) == -1)
		return -1;
	*merged = merge_view(page->arena, &rec, 1);
	*ret_is_one = true;
	page->no_index = true;
	return 0;
}

static void
say_as(const struct page *page, const char *id, struct record_view *view)
{
	char node[RECORD_NODE_MAX] = "", uuid[37];

	(void)record_id_split(view->rec->id, node, uuid);
	view->stated = page_say(page, TEXT_STATED, 0, "node", node, NULL);
	view->whole = page_record_link(page, id);
}

int
show_record(struct page *page, const char *rest, struct http_response *res,
    struct err *err)
{
	struct merge_view *merged;
	struct record_view view;
	bool is_one;
	char node[RECORD_NODE_MAX], uuid[37];
	enum api_format format;
	bool is_file;
	const char *full;
	const char *id = report_id(page, rest);

	if (id != NULL && record_id_split(id, node, uuid) == 0)
		return show_report(page, id, res, err);
	if (page->req->method == HTTP_POST) {
		show_failure(page, 405, NULL, res);
		http_response_header(res, "Allow", "GET, HEAD");
		return 0;
	}
	id = split_format(page, rest, &format, &is_file);
	if ((full = find_node(page, id)) != NULL) {
		http_response_redirect(res, 301,
		    is_file ? arena_printf(page->arena, "/record/%s.%s", full,
				  api_format_ending(format))
			    : page_record_link(page, full));
		return 0;
	}
	if (catalogue_view(page->api->cat, page->arena, id, &merged, err) ==
	    -1) {
		if (err->code == ERR_NOTFOUND && show_gone(page, id, res))
			return 0;
		return -1;
	}
	if (is_file)
		return api_record_file(page->api, page->req, id, format, res,
		    err);
	if (read_as(page, &merged, &is_one, err) == -1 ||
	    fill_view(page, merged, &view, err) == -1)
		return -1;
	if (is_one)
		say_as(page, id, &view);
	drop_empty(&view);
	page->title = view.title.text;
	page->canonical = is_one ? arena_printf(page->arena, "/record/%s", id)
				 : view.file_path;
	page->cite = view.cite;
	page->json_ld = cite_json_ld(page, merged->rec);
	tmpl_record(&res->body, page, &view);
	return 0;
}
