/*
 * linked: records that name the one on the page in a relation, as an
 * organisation or as a parent; and which of them say what. Neighbours:
 * record.c gathers, organisation.c and beside.c tell them apart.
 */
#include "web/record_page.h"

#include <string.h>

#define MEMBERS_ASKED 8

static bool
has_view(const struct record_view *view, const char *id)
{
	if (strcmp(view->rec->id, id) == 0)
		return true;
	for (size_t i = 0; i < view->n_links; i++) {
		if (strcmp(view->links[i].view->rec->id, id) == 0)
			return true;
	}
	return false;
}

static int
add_links_of(const struct page *page, struct record_view *view, const char *id,
    struct err *err)
{
	const char **ids;
	size_t n;

	if (catalogue_linked(page->api->cat, page->arena, id, &ids, &n, err) ==
	    -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct merge_view *other;

		if (view->n_links == LINKED_MAX) {
			view->n_unread += n - i;
			break;
		}
		if (catalogue_view(page->api->cat, page->arena, ids[i], &other,
			err) == -1) {
			if (err->code != ERR_NOTFOUND)
				return -1;
			continue;
		}
		if (has_view(view, other->rec->id))
			continue;
		view->links[view->n_links++] = (struct linked){ .view = other };
	}
	return 0;
}

int
fill_links(const struct page *page, struct record_view *view, struct err *err)
{
	const struct merge_view *merged = view->merged;

	view->links = arena_alloc(page->arena,
	    LINKED_MAX * sizeof(*view->links));
	for (size_t i = 0; i < merged->n_members && i < MEMBERS_ASKED; i++) {
		if (add_links_of(page, view, merged->members[i], err) == -1)
			return -1;
	}
	return 0;
}

bool
is_member(const struct merge_view *merged, const char *id)
{
	for (size_t i = 0; id != NULL && i < merged->n_members; i++) {
		if (strcmp(merged->members[i], id) == 0)
			return true;
	}
	return false;
}

/* What no other part of the page has shown. */
void
fill_linked(const struct page *page, struct record_view *view)
{
	view->linked = arena_alloc(page->arena,
	    (view->n_links != 0 ? view->n_links : 1) * sizeof(*view->linked));
	for (size_t i = 0; i < view->n_links; i++) {
		const struct record *rec = view->links[i].view->rec;

		if (view->links[i].is_shown)
			continue;
		view->linked[view->n_linked++] = (struct item){
			.text = page_title(page, rec),
			.href = page_record_link(page, rec->id),
			.note = page_label(page, VOCAB_KIND,
			    record_kind_name(rec->kind))
		};
	}
	if (view->n_unread != 0)
		view->linked_more = page_say(page, TEXT_LINKED_MORE,
		    (int64_t)view->n_unread, "n",
		    page_number(page, (int64_t)view->n_unread), NULL);
}
