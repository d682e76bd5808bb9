/*
 * others: organisations, resources, champions, terms. Neighbours: rows.c,
 * record.c.
 */
#include "web/record_page.h"

static void
add_reference(const struct page *page, struct section *section,
    enum text_id label, const char *id)
{
	if (id != NULL)
		row_add(page, row_new(page, section, label),
		    record_item(page, id));
}

static void
add_champion_organisations(const struct page *page, struct section *section,
    const struct record *rec)
{
	for (const struct value *v = value_find(&rec->root, FIELD_ORGANISATION);
	     v != NULL; v = value_next(v)) {
		const char *id = value_get(v, FIELD_ORGANISATION_ID);
		struct said name = page_said(page, rec, v,
		    FIELD_ORGANISATION_NAME);

		if (name.text == NULL)
			add_reference(page, section, TEXT_RUN_BY, id);
		else
			row_add(page, row_new(page, section, TEXT_RUN_BY),
			    (struct item){ .text = name,
				.href = id != NULL
					    ? page_record_link(page, id)
					    : value_get(v,
						  FIELD_ORGANISATION_URL) });
	}
}

static void
fill_about(const struct page *page, struct record_view *view, struct section *s)
{
	const struct record *rec = view->rec;
	const struct value *root = &rec->root;

	row_text(page, s, TEXT_DESCRIPTION, rec, root, FIELD_DESCRIPTION);
	row_field(page, s, TEXT_ORGANISATION_TYPE, root,
	    FIELD_ORGANISATION_TYPE);
	row_field(page, s, TEXT_RESOURCE_TYPE, root, FIELD_RESOURCE_TYPE);
	row_field(page, s, TEXT_ROLE, root, FIELD_CHAMPION_ROLE);
	row_field(page, s, TEXT_COUNTRY, root, FIELD_COUNTRY);
	row_field(page, s, TEXT_WEBSITE, root, FIELD_WEBSITE);
	row_field(page, s, TEXT_FULL_TEXT, root, FIELD_URL);
	row_text(page, s, TEXT_ADDRESS, rec, root, FIELD_ADDRESS);
	add_reference(page, s, TEXT_PARENT, value_get(root, FIELD_PARENT));
	add_champion_organisations(page, s, rec);
	row_field(page, s, TEXT_ALLIANCE_ROLE, root, FIELD_ALLIANCE_ROLE);
}

static void
fill_details(const struct page *page, struct record_view *view,
    struct section *s)
{
	const struct record *rec = view->rec;
	const struct value *root = &rec->root;

	row_field(page, s, TEXT_LANGUAGE, root, FIELD_LANGUAGE);
	row_field(page, s, TEXT_FOR_WHOM, root, FIELD_RESOURCE_AUDIENCE);
	row_field(page, s, TEXT_WORK_AREA, root, FIELD_WORK_AREA);
	row_field(page, s, TEXT_BUILDING_BLOCK, root, FIELD_BUILDING_BLOCK);
	row_field(page, s, TEXT_DURATION, root, FIELD_DURATION);
	row_field(page, s, TEXT_CREDITS, root, FIELD_CREDITS);
	row_field(page, s, TEXT_PRICE, root, FIELD_PRICE);
	row_field(page, s, TEXT_DEADLINE, root, FIELD_DEADLINE);
	row_field(page, s, TEXT_PUBLISHER, root, FIELD_PUBLISHER);
	row_field(page, s, TEXT_TOPICS, root, FIELD_TOPIC);
	row_field(page, s, TEXT_VOCABULARY, root, FIELD_VOCABULARY);
	row_field(page, s, TEXT_CODE, root, FIELD_CODE);
	row_text(page, s, TEXT_DEFINITION, rec, root, FIELD_DEFINITION);
	row_field(page, s, TEXT_BROADER, root, FIELD_BROADER);
	row_field(page, s, TEXT_EXACT_MATCH, root, FIELD_EXACT_MATCH);
	row_field(page, s, TEXT_REPLACED_BY, root, FIELD_REPLACED_BY);
	row_field(page, s, TEXT_TERMS, root, FIELD_TERM);
	row_identifiers(page, s, root);
}

void
fill_others(const struct page *page, struct record_view *view)
{
	struct section *s = section_add(page, view, "about", TEXT_ABOUT_IT);
	const char *orcid = value_get(&view->rec->root, FIELD_ORCID);

	/* Their summary is the description, which has a row of its own. */
	if (value_find(&view->rec->root, FIELD_SUMMARY) == NULL)
		view->summary.text = NULL;
	fill_about(page, view, s);
	fill_details(page, view, s);
	if (orcid != NULL)
		row_link(page, s, TEXT_IDENTIFIERS,
		    arena_printf(page->arena, "ORCID %s", orcid),
		    identifier_url(page, "orcid", orcid));
}
