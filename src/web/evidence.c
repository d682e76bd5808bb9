/*
 * evidence: the page of a study: the verdict first, then its numbers, what to
 * keep in mind, the study, where to read it, who uses it. Neighbours:
 * verdict.c, effects.c, plot.c make the parts, cite.c, rows.c, record.c.
 */
#include "web/evidence_page.h"

#include <string.h>

#define PROGRAMMES_MAX 30
#define LOOKED_MAX     200 /* of the records that name it */

static void
add_outcomes(const struct page *page, struct section *section,
    const struct value *root)
{
	struct row *row = NULL;

	for (const struct value *v = value_find(root, FIELD_OUTCOME); v != NULL;
	     v = value_next(v)) {
		const char *text = value_get(v, FIELD_OUTCOME_TEXT);
		const char *term = value_get(v, FIELD_OUTCOME_TERM);

		if (text == NULL && term != NULL)
			text = page_label(page, VOCAB_OUTCOME, term);
		if (text == NULL)
			continue;
		if (row == NULL)
			row = row_new(page, section, TEXT_OUTCOMES);
		row_add(page, row,
		    (struct item){ .text = { text, NULL },
			.note = value_get(v, FIELD_OUTCOME_INSTRUMENT) });
	}
}

static void
fill_study(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	const char *n = value_get(root, FIELD_N);
	struct section *s = section_add(page, view, "study", TEXT_STUDY);

	row_field(page, s, TEXT_DESIGN, root, FIELD_DESIGN);
	row_field(page, s, TEXT_TYPE, root, FIELD_TYPE);
	row_plain(page, s, TEXT_PARTICIPANTS, n);
	row_field(page, s, TEXT_COUNTRY, root, FIELD_COUNTRY);
	row_text(page, s, TEXT_POPULATION, view->rec, root, FIELD_POPULATION);
	row_text(page, s, TEXT_SETTING, view->rec, root, FIELD_SETTING);
	row_text(page, s, TEXT_INTERVENTION, view->rec, root,
	    FIELD_INTERVENTION);
	row_text(page, s, TEXT_COMPARATOR, view->rec, root, FIELD_COMPARATOR);
	add_outcomes(page, s, root);
	row_field(page, s, TEXT_ZONE, root, FIELD_ZONE);
	row_field(page, s, TEXT_NEEDS, root, FIELD_NEED);
	row_field(page, s, TEXT_TERMS, root, FIELD_TERM);
}

static void
fill_texts(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	struct section *s = section_add(page, view, "texts", TEXT_ABOUT_IT);

	row_text(page, s, TEXT_ABSTRACT, view->rec, root, FIELD_ABSTRACT);
}

static void
fill_reading(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	struct section *s = section_add(page, view, "read", TEXT_FULL_TEXT);

	row_field(page, s, TEXT_WEBSITE, root, FIELD_URL);
	row_identifiers(page, s, root);
	row_field(page, s, TEXT_OPEN_ACCESS, root, FIELD_OPEN_ACCESS);
	row_field(page, s, TEXT_PUBLISHER, root, FIELD_PUBLISHER);
}

static void
fill_byline(const struct page *page, struct record_view *view)
{
	const struct cite *cite = view->cite;
	const char *who = "";

	if (cite->n_authors != 0)
		who = arena_printf(page->arena, "%s%s%s", cite->authors[0],
		    cite->n_authors == 2  ? " & "
		    : cite->n_authors > 2 ? " et al."
					  : "",
		    cite->n_authors == 2 ? cite->authors[1] : "");
	view->byline = arena_printf(page->arena, "%s%s%s%s%s", who,
	    *who != '\0' ? " · " : "", cite->year != NULL ? cite->year : "",
	    cite->journal != NULL ? " · " : "",
	    cite->journal != NULL ? cite->journal : "");
}

/* ---- other records ---- */

static void
add_item(const struct page *page, struct row **row, struct item item)
{
	if (*row == NULL)
		*row = arena_alloc(page->arena, sizeof(**row));
	for (size_t i = 0; i < (*row)->n; i++) {
		if (strcmp((*row)->items[i].href, item.href) == 0)
			return;
	}
	if ((*row)->n < PROGRAMMES_MAX)
		row_add(page, *row, item);
}

static bool
is_type(const struct record *rec, const char *type)
{
	const char *own = value_get(&rec->root, FIELD_TYPE);

	return own != NULL && strcmp(own, type) == 0;
}

/* What `rec` is to another record by a relation of its own. */
static const char *
relation_label(const struct page *page, const struct record *rec,
    const char *type)
{
	if (strcmp(type, "version-of") == 0) {
		if (is_type(rec, "preprint"))
			return page_text(page, TEXT_PREPRINT_OF);
		if (is_type(rec, "protocol"))
			return page_text(page, TEXT_PROTOCOL_OF);
	}
	return page_label(page, VOCAB_RELATION, type);
}

/* What another record is to this one, as its own relation says; NULL: not of
 * a kind that has a word. */
static const char *
inverse_label(const struct page *page, const struct record *other,
    const char *type)
{
	static const struct {
		const char *type;
		enum text_id label;
	} table[] = {
		{ "version-of", TEXT_VERSION_OTHER },
		{ "replaces", TEXT_REPLACED_BY },
		{ "cites", TEXT_CITED_BY },
		{ "translation-of", TEXT_TRANSLATED_AS },
	};

	if (strcmp(type, "version-of") == 0 && is_type(other, "preprint"))
		return page_text(page, TEXT_PREPRINT_HERE);
	if (strcmp(type, "version-of") == 0 && is_type(other, "protocol"))
		return page_text(page, TEXT_PROTOCOL_HERE);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (strcmp(table[i].type, type) == 0)
			return page_text(page, table[i].label);
	}
	return NULL;
}

static const struct record *
find_record(const struct page *page, const char *id)
{
	struct merge_view *view;
	struct err err;

	if (catalogue_view(page->api->cat, page->arena, id, &view, &err) == -1)
		return NULL;
	return view->rec;
}

/* Relations that the study itself names. */
static void
add_named(const struct page *page, struct record_view *view,
    struct evidence *evidence, struct section *works)
{
	for (const struct value *v =
		 value_find(&view->rec->root, FIELD_RELATION);
	     v != NULL; v = value_next(v)) {
		const char *id = value_get(v, FIELD_RELATION_ID);
		const char *type = value_get(v, FIELD_RELATION_TYPE);
		const struct record *other;
		struct row *row;

		if (id == NULL || type == NULL)
			continue;
		other = find_record(page, id);
		if (other != NULL && other->kind == RECORD_KIND_PROGRAMME) {
			add_item(page, &evidence->programmes,
			    record_item(page, id));
			continue;
		}
		row = row_new(page, works, TEXT_RELATED);
		row->label = relation_label(page, view->rec, type);
		row_add(page, row, record_item(page, id));
	}
}

/* Is it a work that names this one with a word of its own? Then a row. */
static bool
add_work(const struct page *page, const char *id, const struct record *other,
    struct section *works, const struct record *rec)
{
	for (const struct value *v = value_find(&other->root, FIELD_RELATION);
	     v != NULL; v = value_next(v)) {
		const char *to = value_get(v, FIELD_RELATION_ID);
		const char *type = value_get(v, FIELD_RELATION_TYPE);
		const char *label;
		struct row *row;

		if (to == NULL || type == NULL || strcmp(to, rec->id) != 0 ||
		    (label = inverse_label(page, other, type)) == NULL)
			continue;
		row = row_new(page, works, TEXT_RELATED);
		row->label = label;
		row_add(page, row, record_item(page, id));
		return true;
	}
	return false;
}

/* Records that name the study. */
static int
add_naming(const struct page *page, struct record_view *view,
    struct evidence *evidence, struct section *works, struct err *err)
{
	struct row *others = NULL;
	const char **ids;
	size_t n;

	if (catalogue_linked(page->api->cat, page->arena, view->rec->id, &ids,
		&n, err) == -1)
		return -1;
	for (size_t i = 0; i < n && i < LOOKED_MAX; i++) {
		const struct record *other = find_record(page, ids[i]);

		if (other == NULL)
			continue;
		if (other->kind == RECORD_KIND_PROGRAMME)
			add_item(page, &evidence->programmes,
			    record_item(page, ids[i]));
		else if (!add_work(page, ids[i], other, works, view->rec))
			add_item(page, &others, record_item(page, ids[i]));
	}
	if (others != NULL) {
		view->linked = others->items;
		view->n_linked = others->n;
	}
	return 0;
}

int
fill_evidence(const struct page *page, struct record_view *view,
    struct err *err)
{
	struct evidence *evidence = arena_alloc(page->arena, sizeof(*evidence));
	struct section *works;

	view->evidence = evidence;
	view->cite = cite_make(page, view->rec);
	/* It stands in a section of its own, whole. */
	view->summary.text = NULL;
	evidence->plain = page_said(page, view->rec, &view->rec->root,
	    FIELD_PLAIN_SUMMARY);
	fill_byline(page, view);
	fill_effects(page, view->rec, evidence);
	fill_verdict(page, view->rec, evidence);
	fill_plots(page, evidence);
	fill_limits(page, view->rec, evidence);
	fill_study(page, view);
	fill_texts(page, view);
	fill_reading(page, view);
	works = section_add(page, view, "related", TEXT_RELATED);
	add_named(page, view, evidence, works);
	return add_naming(page, view, evidence, works, err);
}
