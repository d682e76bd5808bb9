/*
 * csv: one line for a record of any kind, RFC 4180, for spreadsheets. Cells
 * with many values hold "a; b; c". A cell that a spreadsheet would take for
 * a formula gets an apostrophe in front. Codes stay codes, as in the JSON.
 */
#include "export/export.h"

#include <string.h>

#include "export/reference.h"

/* A byte order mark: without one Excel reads UTF-8 as the code page of its
 * country, and readers that need none pass over it. */
#define BOM "\xef\xbb\xbf"

static const char header[] = BOM
    "id,kind,title,summary,country,place,lat,lon,zones,needs,activities,"
    "languages,status,access,cost,organisation,type,design,direction,year,"
    "authors,journal,volume,issue,pages,publisher,doi,pmid,pmcid,url,"
    "deadline,checked,modified,node,licence,language,page\r\n";

struct row {
	struct strbuf *out;
	bool has_cells;
};

/* What begins a formula, also in the wide forms of East Asian keyboards; some
 * spreadsheets pass over blanks before it. */
static bool
is_formula(const char *text)
{
	static const char *const wide[] = { "\xef\xbc\x9d", "\xef\xbc\x8b",
		"\xef\xbc\x8d", "\xef\xbc\xa0" };

	text += strspn(text, " \t\r\n");
	if (*text != '\0' && strchr("=+-@", *text) != NULL)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
		if (strncmp(text, wide[i], 3) == 0)
			return true;
	}
	return false;
}

/* "-33.86" is a number, whatever it begins with. */
static bool
is_number(const char *text)
{
	size_t whole, part = 0;

	text += *text == '-' || *text == '+' ? 1 : 0;
	whole = strspn(text, "0123456789");
	text += whole;
	if (*text == '.')
		part = strspn(text + 1, "0123456789") + 1;
	return whole != 0 && part != 1 && text[part] == '\0';
}

static void
cell(struct row *row, const char *text)
{
	struct strbuf line;

	if (row->has_cells)
		strbuf_addch(row->out, ',');
	row->has_cells = true;
	if (text == NULL || *text == '\0')
		return;
	strbuf_init(&line, row->out->cap);
	if (is_formula(text) && !is_number(text))
		strbuf_addch(&line, '\'');
	line_add(&line, text);
	if (strpbrk(line.buf, "\",;'") == NULL) {
		strbuf_add(row->out, line.buf, line.len);
	} else {
		strbuf_addch(row->out, '"');
		for (size_t i = 0; i < line.len; i++) {
			if (line.buf[i] == '"')
				strbuf_addch(row->out, '"');
			strbuf_addch(row->out, line.buf[i]);
		}
		strbuf_addch(row->out, '"');
	}
	strbuf_release(&line);
}

static void
join(struct strbuf *list, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	strbuf_addstr(list, list->len != 0 ? "; " : "");
	strbuf_addstr(list, text);
}

static void
cell_list(struct row *row, struct strbuf *list)
{
	cell(row, list->len != 0 ? list->buf : NULL);
	strbuf_reset(list);
}

static void
cell_all(struct row *row, struct strbuf *list, const struct value *parent,
    enum field_id id)
{
	const struct value *v = parent != NULL ? value_find(parent, id) : NULL;

	for (; v != NULL; v = value_next(v))
		join(list, v->text);
	cell_list(row, list);
}

/* The first site with a point. */
static const struct value *
find_point(const struct record *rec)
{
	const struct value *v = value_find(&rec->root, FIELD_SITE);

	while (v != NULL && (value_get(v, FIELD_SITE_LAT) == NULL ||
				value_get(v, FIELD_SITE_LON) == NULL))
		v = value_next(v);
	return v;
}

static const char *
place_of(const struct record *rec, const char *lang)
{
	const struct value *v = value_find(&rec->root, FIELD_AREA);
	const char *place = NULL;

	if (v != NULL)
		place = value_text(rec, v, FIELD_AREA_NAME, lang, NULL);
	if (place == NULL && (v = value_find(&rec->root, FIELD_SITE)) != NULL)
		place = value_text(rec, v, FIELD_SITE_NAME, lang, NULL);
	if (place == NULL)
		place = value_get(&rec->root, FIELD_PLACE);
	return place;
}

static void
cells_where(struct row *row, struct strbuf *list, const struct record *rec,
    const char *lang)
{
	const struct value *root = &rec->root;
	const struct value *point = find_point(rec);

	for (const struct value *v = value_find(root, FIELD_COUNTRY); v != NULL;
	     v = value_next(v))
		join(list, v->text);
	if (list->len == 0)
		join(list, record_country(rec));
	cell_list(row, list);
	cell(row, place_of(rec, lang));
	cell(row, point != NULL ? value_get(point, FIELD_SITE_LAT) : NULL);
	cell(row, point != NULL ? value_get(point, FIELD_SITE_LON) : NULL);
}

static void
cells_programme(struct row *row, struct strbuf *list, const struct record *rec,
    const char *lang)
{
	const struct value *root = &rec->root;
	const struct value *cost = value_find(root, FIELD_COST);
	const struct value *v;

	cell_all(row, list, root, FIELD_ZONE);
	cell_all(row, list, root, FIELD_NEED);
	cell_all(row, list, root, FIELD_ACTIVITY);
	cell_all(row, list, root,
	    rec->kind == RECORD_KIND_PROGRAMME ? FIELD_LANGUAGE_OFFERED
					       : FIELD_LANGUAGE);
	cell(row, value_get(root, FIELD_STATUS));
	cell_all(row, list, root, FIELD_ACCESS);
	cell(row, cost != NULL ? value_get(cost, FIELD_COST_KIND)
			       : value_get(root, FIELD_PRICE));
	for (v = value_find(root, FIELD_ORGANISATION); v != NULL;
	     v = value_next(v))
		join(list,
		    value_text(rec, v, FIELD_ORGANISATION_NAME, lang, NULL));
	cell_list(row, list);
}

static const char *
type_of(const struct record *rec)
{
	static const enum field_id ids[RECORD_KIND_COUNT] = {
		[RECORD_KIND_EVIDENCE] = FIELD_TYPE,
		[RECORD_KIND_ORGANISATION] = FIELD_ORGANISATION_TYPE,
		[RECORD_KIND_RESOURCE] = FIELD_RESOURCE_TYPE,
		[RECORD_KIND_PROGRAMME] = FIELD_MODEL,
		[RECORD_KIND_CHAMPION] = FIELD_CHAMPION_ROLE,
		[RECORD_KIND_TERM] = FIELD_VOCABULARY,
	};

	return value_get(&rec->root, ids[rec->kind]);
}

/* "Okafor, Ada; Lee, Bo" */
static void
cell_authors(struct row *row, struct strbuf *list, const struct reference *ref)
{
	for (const struct value *v = ref->authors; v != NULL;
	     v = value_next(v)) {
		const char *family = value_get(v, FIELD_AUTHOR_FAMILY);
		const char *given = value_get(v, FIELD_AUTHOR_GIVEN);

		join(list, family != NULL ? family
					  : value_get(v, FIELD_AUTHOR_LITERAL));
		if (family != NULL && given != NULL) {
			strbuf_addstr(list, ", ");
			strbuf_addstr(list, given);
		}
	}
	cell_list(row, list);
}

static void
cells_work(struct row *row, struct strbuf *list, const struct reference *ref)
{
	const struct value *root = &ref->rec->root;

	cell(row, type_of(ref->rec));
	cell(row, value_get(root, FIELD_DESIGN));
	cell(row, value_get(root, FIELD_DIRECTION));
	cell(row, ref->is_work ? ref->year : NULL);
	cell_authors(row, list, ref);
	cell(row, ref->container);
	cell(row, ref->volume);
	cell(row, ref->issue);
	cell(row, ref->pages);
	cell(row, value_get(root, FIELD_PUBLISHER));
	cell(row, ref->doi);
	cell(row, ref->pmid);
	cell(row, ref->pmcid);
	cell(row, ref->url);
}

static void
cells_record(struct row *row, const struct reference *ref)
{
	const struct value *root = &ref->rec->root;
	const struct value *assured = value_find(root, FIELD_ASSURED);
	int64_t at = ref->rec->modified_at != 0 ? ref->rec->modified_at
						: ref->rec->published_at;
	char node[RECORD_NODE_MAX] = "";
	char when[CLOCK_TEXT_LEN] = "";
	char uuid[37];

	(void)record_id_split(ref->rec->id, node, uuid);
	if (at != 0)
		clock_format(at, when);
	cell(row, value_get(root, FIELD_DEADLINE));
	cell(row,
	    assured != NULL ? value_get(assured, FIELD_ASSURED_DATE) : NULL);
	cell(row, when);
	cell(row, node);
	cell(row, value_get(root, FIELD_LICENCE));
	cell(row, ref->rec->lang);
	cell(row, ref->page);
	strbuf_addstr(row->out, "\r\n");
}

void
export_csv_header(struct strbuf *ret_out)
{
	strbuf_addstr(ret_out, header);
}

void
export_csv(const struct record *rec, const char *base, const char *lang,
    struct strbuf *ret_out)
{
	struct row row = { ret_out, false };
	struct reference ref;
	struct strbuf list;

	strbuf_init(&list, ret_out->cap);
	reference_read(rec, base, &ref);
	cell(&row, rec->id);
	cell(&row, record_kind_name(rec->kind));
	cell(&row, record_title(rec, lang));
	cell(&row, record_summary(rec, lang));
	cells_where(&row, &list, rec, lang);
	cells_programme(&row, &list, rec, lang);
	cells_work(&row, &list, &ref);
	cells_record(&row, &ref);
	strbuf_release(&list);
}
