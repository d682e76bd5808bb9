/*
 * organisation: what it is, and what it runs, pays for or takes part in, by
 * what other records say of it. Neighbours: linked.c, others.c.
 */
#include "web/record_page.h"

#include <string.h>

/* The role in which a programme names it; "" for none. NULL: it does not. */
static const char *
role_in(const struct record *rec, const struct merge_view *merged)
{
	for (const struct value *v = value_find(&rec->root, FIELD_ORGANISATION);
	     v != NULL; v = value_next(v)) {
		const char *role = value_get(v, FIELD_ORGANISATION_ROLE);

		if (is_member(merged, value_get(v, FIELD_ORGANISATION_ID)))
			return role != NULL ? role : "";
	}
	return NULL;
}

static enum text_id
label_of(const char *role)
{
	static const struct {
		const char *role;
		enum text_id label;
	} table[] = {
		{ "provider", TEXT_ORG_PROVIDES },
		{ "commissioner", TEXT_ORG_COMMISSIONS },
		{ "funder", TEXT_ORG_FUNDS },
		{ "evaluator", TEXT_ORG_EVALUATES },
		{ "", TEXT_ORG_PROVIDES },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (strcmp(table[i].role, role) == 0)
			return table[i].label;
	}
	return TEXT_ORG_PARTNER;
}

static struct item
item_of(const struct page *page, const struct record *rec)
{
	const char *status = value_get(&rec->root, FIELD_STATUS);

	return (struct item){ .text = page_title(page, rec),
		.href = page_record_link(page, rec->id),
		.note = status != NULL && strcmp(status, "active") != 0
			    ? page_label(page, VOCAB_STATUS, status)
			    : NULL };
}

/* One row of those that `is_of` says yes to. */
static void
add_programmes(const struct page *page, struct record_view *view,
    struct section *section, enum text_id label)
{
	struct row *row = NULL;

	for (size_t i = 0; i < view->n_links; i++) {
		struct linked *link = &view->links[i];
		const struct record *rec = link->view->rec;
		const char *role;

		if (rec->kind != RECORD_KIND_PROGRAMME || link->is_shown ||
		    (role = role_in(rec, view->merged)) == NULL ||
		    label_of(role) != label)
			continue;
		if (row == NULL)
			row = row_new(page, section, label);
		row_add(page, row, item_of(page, rec));
		link->is_shown = true;
	}
}

static void
add_kind(const struct page *page, struct record_view *view,
    struct section *section, enum text_id label, enum record_kind kind)
{
	struct row *row = NULL;

	for (size_t i = 0; i < view->n_links; i++) {
		struct linked *link = &view->links[i];
		const struct record *rec = link->view->rec;

		if (rec->kind != kind || link->is_shown)
			continue;
		/* Parts are those that name it as what they belong to. */
		if (kind == RECORD_KIND_ORGANISATION &&
		    !is_member(view->merged,
			value_get(&rec->root, FIELD_PARENT)))
			continue;
		if (row == NULL)
			row = row_new(page, section, label);
		row_add(page, row, item_of(page, rec));
		link->is_shown = true;
	}
}

void
fill_organisation(const struct page *page, struct record_view *view)
{
	static const enum text_id roles[] = { TEXT_ORG_PROVIDES,
		TEXT_ORG_COMMISSIONS, TEXT_ORG_FUNDS, TEXT_ORG_PARTNER,
		TEXT_ORG_EVALUATES };
	struct section *s = section_add(page, view, "does", TEXT_ORG_DOES);

	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		add_programmes(page, view, s, roles[i]);
	add_kind(page, view, s, TEXT_ORG_CHAMPIONS, RECORD_KIND_CHAMPION);
	add_kind(page, view, s, TEXT_ORG_PARTS, RECORD_KIND_ORGANISATION);
}
