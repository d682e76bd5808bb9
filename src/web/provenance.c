/*
 * provenance: where a record comes from, who checked it and when, which
 * nodes list it, where they disagree. Neighbours: merge/ computed it,
 * record.c shows it.
 */
#include "web/peers_page.h"

#include <string.h>

#define DISPUTES_MAX 40

static void
add_plain(const struct page *page, struct record_view *view, enum text_id label,
    const char *text, const char *note)
{
	row_item(page, &view->provenance, label,
	    (struct item){ .text = { text, NULL }, .note = note });
}

/* ---- nodes ---- */

static struct item
node_item(const struct page *page, const char *node)
{
	const char *country = peer_country(page, node);

	return (struct item){ .text = { node, NULL },
		.href = peer_link(page, node),
		.note = country };
}

/* When this node last checked what its node has signed. */
static int
add_signature(const struct page *page, struct record_view *view,
    const char *node, struct err *err)
{
	struct catalogue_feed feed;

	if (strcmp(node, page->conf->node) == 0) {
		add_plain(page, view, TEXT_PROV_VERIFIED,
		    page_text(page, TEXT_PROV_OWN), NULL);
		return 0;
	}
	if (catalogue_feed_get(page->api->cat, node, &feed, err) == -1)
		return err->code == ERR_NOTFOUND ? 0 : -1;
	if (feed.verified_at != 0)
		add_plain(page, view, TEXT_PROV_VERIFIED,
		    page_say(page, TEXT_PROV_VERIFIED_ON, 0, "date",
			page_day(page, feed.verified_at), "node", node, NULL),
		    NULL);
	return 0;
}

/* Each node that has it, with what it says itself. */
static void
add_others(const struct page *page, struct record_view *view)
{
	struct row *others = NULL;

	if (view->merged->n_members < 2)
		return;
	for (size_t i = 0; i < view->merged->n_members; i++) {
		const char *id = view->merged->members[i];
		struct item item = { 0 };
		struct link link;

		link_start(&link, page,
		    arena_printf(page->arena, "/record/%s", view->rec->id));
		link_add(&link, "as", id);
		item.text.text = page_say(page, TEXT_PROV_AS, 0, "node",
		    page_node(page, id), NULL);
		item.href = link_end(&link);
		if (others == NULL) {
			row_item(page, &view->provenance, TEXT_PROV_OTHERS,
			    item);
			for (others = view->provenance; others->next != NULL;)
				others = others->next;
		} else
			row_add(page, others, item);
	}
}

/* ---- who checked it, when ---- */

static void
add_check(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	const struct value *assured = value_find(root, FIELD_ASSURED);
	const char *due = value_get(root, FIELD_REVIEW_DUE);
	const char *date, *method, *role;

	if (assured == NULL ||
	    (date = value_get(assured, FIELD_ASSURED_DATE)) == NULL) {
		add_plain(page, view, TEXT_PROV_CHECKED,
		    page_text(page, TEXT_PROV_UNCHECKED), NULL);
		if (view->rec->kind == RECORD_KIND_PROGRAMME)
			view->checked = page_text(page, TEXT_CARD_UNCHECKED);
	} else {
		view->checked = page_say(page, TEXT_CARD_CHECKED, 0, "date",
		    page_date(page, date), NULL);
		method = value_get(assured, FIELD_ASSURED_METHOD);
		role = value_get(assured, FIELD_ASSURED_ROLE);
		add_plain(page, view, TEXT_PROV_CHECKED,
		    method == NULL
			? page_date(page, date)
			: page_say(page, TEXT_PROV_CHECKED_BY, 0, "date",
			      page_date(page, date), "how",
			      page_label(page, VOCAB_METHOD, method), NULL),
		    role);
	}
	if (due == NULL)
		return;
	date = page_date(page, due);
	if (date_is_over(due, page->now))
		date = page_say(page, TEXT_PROV_OVERDUE, 0, "date", date, NULL);
	add_plain(page, view, TEXT_PROV_REVIEW, date, NULL);
}

/* Three different days, and none may pass for another. */
static void
add_versions(const struct page *page, struct record_view *view)
{
	const struct record *rec = view->rec;

	if (rec->modified_at != 0)
		add_plain(page, view, TEXT_PROV_MODIFIED,
		    page_day(page, rec->modified_at), NULL);
	if (rec->published_at != 0)
		add_plain(page, view, TEXT_PROV_PUBLISHED,
		    page_day(page, rec->published_at), NULL);
	if (rec->first_at != 0 && rec->first_at != rec->published_at)
		add_plain(page, view, TEXT_PROV_FIRST,
		    page_day(page, rec->first_at), NULL);
}

static void
add_sources(const struct page *page, struct record_view *view)
{
	struct row *row = NULL;

	for (const struct value *v = value_find(&view->rec->root, FIELD_SOURCE);
	     v != NULL; v = value_next(v)) {
		const char *publisher = value_get(v, FIELD_SOURCE_PUBLISHER);
		const char *url = value_get(v, FIELD_SOURCE_URL);
		const char *date = value_get(v, FIELD_SOURCE_RETRIEVED);
		struct item item = { .text = { publisher, NULL }, .href = url };

		if (publisher == NULL)
			item.text.text = url != NULL
					     ? url
					     : value_get(v, FIELD_SOURCE_ID);
		if (item.text.text == NULL)
			continue;
		if (date != NULL)
			item.note = page_say(page, TEXT_PROV_RETRIEVED, 0,
			    "date", page_date(page, date), NULL);
		if (row == NULL) {
			row_item(page, &view->provenance, TEXT_PROV_SOURCE,
			    item);
			for (row = view->provenance; row->next != NULL;)
				row = row->next;
		} else
			row_add(page, row, item);
	}
}

/* "CC-BY-4.0" has a page at SPDX. */
static void
add_licence(const struct page *page, struct record_view *view)
{
	static const char spdx[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-+";
	const char *licence = value_get(&view->rec->root, FIELD_LICENCE);
	struct item item = { .text = { licence, NULL } };

	if (licence == NULL)
		return;
	if (valid_url(licence))
		item.href = licence;
	else if (strspn(licence, spdx) == strlen(licence))
		item.href = arena_printf(page->arena,
		    "https://spdx.org/licenses/%s.html", licence);
	row_item(page, &view->provenance, TEXT_PROV_LICENCE, item);
}

/* ---- where nodes disagree ---- */

/* "access_note" -> "Access note" */
static const char *
field_title(const struct page *page, enum field_id id)
{
	char *name = arena_strdup(page->arena, field_get(id)->name);

	for (char *p = name; *p != '\0'; p++) {
		if (*p == '_')
			*p = ' ';
	}
	if (*name >= 'a' && *name <= 'z')
		*name -= 'a' - 'A';
	return name;
}

static int
add_disputes(const struct page *page, struct record_view *view, struct err *err)
{
	const struct merge_view *merged = view->merged;

	view->disputes = arena_alloc(page->arena,
	    DISPUTES_MAX * sizeof(*view->disputes));
	for (size_t i = 0;
	     i < merged->n_sources && view->n_disputes < DISPUTES_MAX; i++) {
		const struct merge_source *source = &merged->sources[i];
		struct dispute *d = &view->disputes[view->n_disputes];
		struct record *other;

		if (source->other_id == NULL)
			continue;
		if (catalogue_record(page->api->cat, page->arena,
			source->other_id, &other, err) == -1) {
			if (err->code != ERR_NOTFOUND)
				return -1;
			continue;
		}
		d->field = field_title(page, source->field);
		d->shown = field_words(page, view->rec, source->field);
		d->shown_node = page_node(page, source->id);
		d->other = field_words(page, other, source->field);
		d->other_node = page_node(page, source->other_id);
		view->n_disputes++;
	}
	return 0;
}

int
fill_provenance(const struct page *page, struct record_view *view,
    struct err *err)
{
	const char *node = page_node(page, view->rec->id);

	add_check(page, view);
	view->origin = node_item(page, node);
	row_item(page, &view->provenance, TEXT_PROV_NODE, view->origin);
	add_others(page, view);
	if (add_signature(page, view, node, err) == -1)
		return -1;
	add_versions(page, view);
	add_sources(page, view);
	add_licence(page, view);
	add_plain(page, view, TEXT_PROV_ID, view->rec->id, NULL);
	return add_disputes(page, view, err);
}

struct item
record_item(const struct page *page, const char *id)
{
	struct merge_view *other;
	struct err err;

	if (catalogue_view(page->api->cat, page->arena, id, &other, &err) == -1)
		return (struct item){
			.text = { page_text(page, TEXT_RELATED_UNKNOWN), NULL },
			.note = id
		};
	return (struct item){ .text = page_title(page, other->rec),
		.href = page_record_link(page, id) };
}
