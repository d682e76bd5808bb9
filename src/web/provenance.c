/*
 * provenance: where a record comes from, who checked it and when, which
 * nodes list it, where they disagree. Neighbours: merge/ computed it,
 * record.c shows it.
 */
#include "web/record_page.h"

#include <string.h>

#define DISPUTES_MAX 40

static const char *
node_of(const struct page *page, const char *id)
{
	char node[RECORD_NODE_MAX];
	char uuid[37];

	if (record_id_split(id, node, uuid) == -1)
		return "";
	return arena_strdup(page->arena, node);
}

static void
add_plain(const struct page *page, struct record_view *view, enum text_id label,
    const char *text, const char *note)
{
	row_item(page, &view->provenance, label,
	    (struct item){ .text = { text, NULL }, .note = note });
}

static void
add_check(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	const struct value *assured = value_find(root, FIELD_ASSURED);
	const char *due = value_get(root, FIELD_REVIEW_DUE);
	const char *date, *method;

	if (assured == NULL ||
	    (date = value_get(assured, FIELD_ASSURED_DATE)) == NULL) {
		add_plain(page, view, TEXT_PROV_CHECKED,
		    page_text(page, TEXT_PROV_UNCHECKED), NULL);
	} else {
		method = value_get(assured, FIELD_ASSURED_METHOD);
		add_plain(page, view, TEXT_PROV_CHECKED,
		    method == NULL
			? page_date(page, date)
			: page_say(page, TEXT_PROV_CHECKED_BY, 0, "date",
			      page_date(page, date), "how",
			      page_label(page, VOCAB_METHOD, method), NULL),
		    value_get(assured, FIELD_ASSURED_ROLE));
	}
	if (due == NULL)
		return;
	date = page_date(page, due);
	if (strlen(due) == 10 && strcmp(due, page_day_iso(page, page->now)) < 0)
		date = page_say(page, TEXT_PROV_OVERDUE, 0, "date", date, NULL);
	add_plain(page, view, TEXT_PROV_REVIEW, date, NULL);
}

static void
add_versions(const struct page *page, struct record_view *view)
{
	const struct record *rec = view->rec;

	if (rec->published_at != 0)
		add_plain(page, view, TEXT_PROV_PUBLISHED,
		    page_day(page, rec->published_at), NULL);
	if (rec->first_at != 0 && rec->first_at != rec->published_at)
		add_plain(page, view, TEXT_PROV_FIRST,
		    page_day(page, rec->first_at), NULL);
	if (rec->modified_at != 0)
		add_plain(page, view, TEXT_PROV_MODIFIED,
		    page_day(page, rec->modified_at), NULL);
}

static void
add_sources(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;

	for (const struct value *v = value_find(root, FIELD_SOURCE); v != NULL;
	     v = value_next(v)) {
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
			item.note = page_date(page, date);
		row_item(page, &view->provenance, TEXT_PROV_SOURCE, item);
	}
	if (value_get(root, FIELD_LICENCE) != NULL) {
		const char *licence = value_get(root, FIELD_LICENCE);

		row_item(page, &view->provenance, TEXT_PROV_LICENCE,
		    (struct item){ .text = { licence, NULL },
			.href = valid_url(licence) ? licence : NULL });
	}
}

static int
add_nodes(const struct page *page, struct record_view *view, struct err *err)
{
	const char *own = node_of(page, view->rec->id);
	struct catalogue_feed feed;
	struct row *others = NULL;

	row_item(page, &view->provenance, TEXT_PROV_NODE,
	    (struct item){ .text = { own, NULL },
		.href = page_link(page, "/peers") });
	if (catalogue_feed_get(page->api->cat, own, &feed, err) == 0) {
		if (feed.verified_at != 0)
			add_plain(page, view, TEXT_PROV_VERIFIED,
			    page_day(page, feed.verified_at), NULL);
	} else if (err->code != ERR_NOTFOUND)
		return -1;
	for (size_t i = 0; i < view->merged->n_members; i++) {
		const char *id = view->merged->members[i];
		struct item item = { .text = { node_of(page, id), NULL },
			.note = id };

		if (strcmp(id, view->rec->id) == 0)
			continue;
		if (others == NULL) {
			row_item(page, &view->provenance, TEXT_PROV_OTHERS,
			    item);
			for (others = view->provenance; others->next != NULL;)
				others = others->next;
		} else
			row_add(page, others, item);
	}
	return 0;
}

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
		d->shown_node = node_of(page, source->id);
		d->other = field_words(page, other, source->field);
		d->other_node = node_of(page, source->other_id);
		view->n_disputes++;
	}
	return 0;
}

int
fill_provenance(const struct page *page, struct record_view *view,
    struct err *err)
{
	if (add_nodes(page, view, err) == -1)
		return -1;
	add_check(page, view);
	add_versions(page, view);
	add_sources(page, view);
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
