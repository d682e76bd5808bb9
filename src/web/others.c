/*
 * others: resources, champions, terms, and the plain facts of organisations.
 * Neighbours: organisation.c has what those do; rows.c, record.c.
 */
#include "web/record_page.h"

#include <string.h>

static void
add_reference(const struct page *page, struct section *section,
    enum text_id label, const char *id)
{
	if (id != NULL)
		row_add(page, row_new(page, section, label),
		    record_item(page, id));
}

/* ---- organisations ---- */

static void
fill_organisation_facts(const struct page *page, struct record_view *view)
{
	const struct record *rec = view->rec;
	const struct value *root = &rec->root;
	struct section *s = section_add(page, view, "about", TEXT_ABOUT_IT);

	row_text(page, s, TEXT_DESCRIPTION, rec, root, FIELD_DESCRIPTION);
	row_field(page, s, TEXT_ORGANISATION_TYPE, root,
	    FIELD_ORGANISATION_TYPE);
	row_field(page, s, TEXT_COUNTRY, root, FIELD_COUNTRY);
	row_field(page, s, TEXT_WEBSITE, root, FIELD_WEBSITE);
	row_text(page, s, TEXT_ADDRESS, rec, root, FIELD_ADDRESS);
	add_reference(page, s, TEXT_PARENT, value_get(root, FIELD_PARENT));
	row_field(page, s, TEXT_ALLIANCE_ROLE, root, FIELD_ALLIANCE_ROLE);
	row_field(page, s, TEXT_TERMS, root, FIELD_TERM);
	row_identifiers(page, s, root);
	fill_organisation(page, view);
}

/* ---- resources ---- */

/* Calls and courses end: then that is what one must know first. */
static void
add_deadline(const struct page *page, struct record_view *view,
    struct section *section)
{
	const char *deadline = value_get(&view->rec->root, FIELD_DEADLINE);
	struct item item = { 0 };

	if (deadline == NULL)
		return;
	item.text.text = page_date(page, deadline);
	if (date_is_over(deadline, page->now)) {
		item.note = page_text(page, TEXT_DEADLINE_OVER);
		view->alert = page_text(page, TEXT_ALERT_DEADLINE);
		view->alert_text = page_say(page, TEXT_ALERT_DEADLINE_TEXT, 0,
		    "date", page_date(page, deadline), NULL);
	}
	row_add(page, row_new(page, section, TEXT_DEADLINE), item);
}

static void
add_areas(const struct page *page, struct section *section,
    const struct record *rec)
{
	struct row *row = NULL;

	for (const struct value *v = value_find(&rec->root, FIELD_AREA);
	     v != NULL; v = value_next(v)) {
		const char *country = value_get(v, FIELD_AREA_COUNTRY);
		struct item item = { .text = page_said(page, rec, v,
					 FIELD_AREA_NAME) };

		if (item.text.text == NULL && country != NULL)
			item.text.text = page_label(page, VOCAB_COUNTRY,
			    country);
		if (item.text.text == NULL)
			continue;
		if (row == NULL)
			row = row_new(page, section, TEXT_AREA);
		row_add(page, row, item);
	}
}

static void
fill_resource(const struct page *page, struct record_view *view)
{
	const struct record *rec = view->rec;
	const struct value *root = &rec->root;
	struct section *s = section_add(page, view, "get", TEXT_RESOURCE_GET);
	const char *url = value_get(root, FIELD_URL);

	row_link(page, s, TEXT_RESOURCE_OPEN, url, url);
	add_deadline(page, view, s);
	row_field(page, s, TEXT_RESOURCE_TYPE, root, FIELD_RESOURCE_TYPE);
	row_field(page, s, TEXT_LANGUAGE, root, FIELD_LANGUAGE);
	row_field(page, s, TEXT_PRICE, root, FIELD_PRICE);
	row_field(page, s, TEXT_DURATION, root, FIELD_DURATION);
	row_field(page, s, TEXT_CREDITS, root, FIELD_CREDITS);
	s = section_add(page, view, "about", TEXT_ABOUT_IT);
	row_text(page, s, TEXT_DESCRIPTION, rec, root, FIELD_DESCRIPTION);
	row_field(page, s, TEXT_FOR_WHOM, root, FIELD_RESOURCE_AUDIENCE);
	row_field(page, s, TEXT_PUBLISHER, root, FIELD_PUBLISHER);
	add_areas(page, s, rec);
	row_field(page, s, TEXT_WORK_AREA, root, FIELD_WORK_AREA);
	row_field(page, s, TEXT_BUILDING_BLOCK, root, FIELD_BUILDING_BLOCK);
	row_field(page, s, TEXT_TERMS, root, FIELD_TERM);
	row_identifiers(page, s, root);
}

/* ---- champions ---- */

/* The way to them: their organisation, never an address of their own. */
static void
add_organisations(const struct page *page, struct section *section,
    const struct record *rec)
{
	struct row *row = NULL;

	for (const struct value *v = value_find(&rec->root, FIELD_ORGANISATION);
	     v != NULL; v = value_next(v)) {
		struct item item = organisation_item(page, rec, v);

		if (item.text.text == NULL)
			continue;
		if (row == NULL)
			row = row_new(page, section, TEXT_CHAMPION_AT);
		row_add(page, row, item);
	}
}

static void
fill_champion(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	const struct value *consent = value_find(root, FIELD_CONSENT);
	const char *orcid = value_get(root, FIELD_ORCID);
	struct section *s = section_add(page, view, "about", TEXT_CHAMPION);

	row_field(page, s, TEXT_ROLE, root, FIELD_CHAMPION_ROLE);
	row_field(page, s, TEXT_TOPICS, root, FIELD_TOPIC);
	row_field(page, s, TEXT_LANGUAGES, root, FIELD_LANGUAGE);
	row_field(page, s, TEXT_COUNTRY, root, FIELD_COUNTRY);
	if (orcid != NULL)
		row_link(page, s, TEXT_IDENTIFIERS,
		    arena_printf(page->arena, "ORCID %s", orcid),
		    identifier_url(page, "orcid", orcid));
	s = section_add(page, view, "reach", TEXT_CHAMPION_REACH);
	add_organisations(page, s, view->rec);
	row_plain(page, s, TEXT_CHAMPION_HOW,
	    page_text(page, TEXT_CHAMPION_HOW_TEXT));
	if (consent == NULL)
		return;
	s = section_add(page, view, "consent", TEXT_CONSENT);
	row_plain(page, s, TEXT_CONSENT_GIVEN,
	    page_date(page, value_get(consent, FIELD_CONSENT_DATE)));
	row_plain(page, s, TEXT_CONSENT_ENDS,
	    page_date(page, value_get(consent, FIELD_CONSENT_EXPIRES)));
	row_plain(page, s, TEXT_CONSENT_MEANS,
	    page_text(page, TEXT_CONSENT_MEANS_TEXT));
}

/* ---- terms ---- */

static void
add_labels(const struct page *page, struct section *section,
    const struct record *rec)
{
	struct row *row = NULL;

	for (const struct value *v = value_find(&rec->root, FIELD_LABEL);
	     v != NULL; v = value_next(v)) {
		const char *lang = v->lang != NULL ? v->lang : rec->lang;

		if (v->text == NULL)
			continue;
		if (row == NULL)
			row = row_new(page, section, TEXT_TERM_LABELS);
		row_add(page, row,
		    (struct item){
			.text = { v->text,
			    strcmp(lang, page->lang) != 0 ? lang : NULL },
			.note = page_label(page, VOCAB_LANGUAGE, lang) });
	}
}

/* The search for records that use it, where its vocabulary is a filter. */
static void
add_use(const struct page *page, struct section *section,
    const struct value *root)
{
	const char *vocabulary = value_get(root, FIELD_VOCABULARY);
	const char *code = value_get(root, FIELD_CODE);
	struct search_query query = { .limit = 1,
		.no_facets = true,
		.no_views = true };
	struct search_result result = { 0 };
	enum search_facet facet;
	const char *href;
	struct link link;
	struct err err;

	if (vocabulary == NULL || code == NULL || page->api->search == NULL)
		return;
	if (strcmp(vocabulary, "situation") == 0)
		facet = SEARCH_AUDIENCE;
	else if (strcmp(vocabulary, "attendance") == 0)
		facet = SEARCH_SETTING;
	else if (strcmp(vocabulary, "building_block") == 0)
		facet = SEARCH_BLOCK;
	else if (search_facet_parse(vocabulary, &facet) == -1)
		return;
	query.filters[0].facet = facet;
	query.filters[0].value = code;
	query.n_filters = 1;
	if (search_run(page->api->search, page->arena, &query, &result, &err) ==
		-1 ||
	    !result.is_ready)
		return;
	link_start(&link, page, "/search");
	link_add(&link, search_facet_name(facet), code);
	href = link_end(&link);
	row_link(page, section, TEXT_TERM_USED,
	    page_say(page, TEXT_TERM_USED_BY, result.count, "n",
		page_number(page, result.count), NULL),
	    href);
}

/* A code of the same vocabulary: its term may be a record as well. */
static void
add_code(const struct page *page, struct section *section, enum text_id label,
    const char *code)
{
	struct link link;

	if (code == NULL)
		return;
	link_start(&link, page, "/search");
	link_add(&link, "kind", "term");
	link_add(&link, "q", code);
	row_link(page, section, label, code, link_end(&link));
}

static void
fill_term(const struct page *page, struct record_view *view)
{
	const struct record *rec = view->rec;
	const struct value *root = &rec->root;
	const char *replaced = value_get(root, FIELD_REPLACED_BY);
	struct section *s = section_add(page, view, "about", TEXT_TERM_MEANS);

	if (replaced != NULL) {
		view->alert = page_text(page, TEXT_ALERT_TERM);
		view->alert_text = page_say(page, TEXT_ALERT_TERM_TEXT, 0,
		    "code", replaced, NULL);
	}
	row_text(page, s, TEXT_DEFINITION, rec, root, FIELD_DEFINITION);
	add_labels(page, s, rec);
	add_code(page, s, TEXT_BROADER, value_get(root, FIELD_BROADER));
	add_code(page, s, TEXT_REPLACED_BY, replaced);
	row_field(page, s, TEXT_EXACT_MATCH, root, FIELD_EXACT_MATCH);
	add_use(page, s, root);
	row_field(page, s, TEXT_VOCABULARY, root, FIELD_VOCABULARY);
	row_field(page, s, TEXT_TERM_VERSION, root, FIELD_VERSION);
	row_field(page, s, TEXT_CODE, root, FIELD_CODE);
	row_identifiers(page, s, root);
}

void
fill_others(const struct page *page, struct record_view *view)
{
	/* Their summary is the description, which has a row of its own. */
	if (value_find(&view->rec->root, FIELD_SUMMARY) == NULL)
		view->summary.text = NULL;
	switch (view->rec->kind) {
	case RECORD_KIND_ORGANISATION:
		fill_organisation_facts(page, view);
		break;
	case RECORD_KIND_RESOURCE: fill_resource(page, view); break;
	case RECORD_KIND_CHAMPION: fill_champion(page, view); break;
	default: fill_term(page, view); break;
	}
}
