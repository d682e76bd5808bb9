/*
 * rows: facts of a record as labelled rows in sections, the model of the
 * record page. Neighbours: programme.c, evidence.c, others.c fill them.
 */
#include "web/record_page.h"

#include <string.h>

#define WORDS_MAX 600
/* A record of a peer may say thousands of things: a page says so many. */
#define ROWS_MAX  120 /* of a section */
#define ITEMS_MAX 60  /* of a row */

struct section *
section_add(const struct page *page, struct record_view *view,
    const char *anchor, enum text_id title)
{
	struct section *section = arena_alloc(page->arena, sizeof(*section));

	section->title = page_text(page, title);
	section->anchor = anchor;
	section->last = &section->rows;
	*view->last = section;
	view->last = &section->next;
	return section;
}

void
row_put(struct section *section, struct row *row)
{
	/* Those beyond are filled, too, and nobody sees them. */
	if (section->n++ >= ROWS_MAX)
		return;
	*section->last = row;
	section->last = &row->next;
}

struct row *
row_new(const struct page *page, struct section *section, enum text_id label)
{
	struct row *row = arena_alloc(page->arena, sizeof(*row));

	row->label = page_text(page, label);
	row_put(section, row);
	return row;
}

void
row_add(const struct page *page, struct row *row, struct item item)
{
	if (row->n == ITEMS_MAX) {
		row->n_hidden++;
		row->more = page_say(page, TEXT_ROW_MORE, row->n_hidden, "n",
		    page_number(page, row->n_hidden), NULL);
		return;
	}
	/* Doubles at powers of two: the arena keeps the old ones. */
	if ((row->n & (row->n - 1)) == 0) {
		struct item *items = arena_alloc(page->arena,
		    (row->n != 0 ? row->n * 2 : 1) * sizeof(*items));

		if (row->n != 0)
			memcpy(items, row->items, row->n * sizeof(*items));
		row->items = items;
	}
	row->items[row->n++] = item;
}

void
row_item(const struct page *page, struct row **rows, enum text_id label,
    struct item item)
{
	struct row *row = arena_alloc(page->arena, sizeof(*row));

	while (*rows != NULL)
		rows = &(*rows)->next;
	row->label = page_text(page, label);
	*rows = row;
	row_add(page, row, item);
}

void
row_plain(const struct page *page, struct section *section, enum text_id label,
    const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	row_add(page, row_new(page, section, label),
	    (struct item){ .text = { text, NULL } });
}

void
row_text(const struct page *page, struct section *section, enum text_id label,
    const struct record *rec, const struct value *parent, enum field_id id)
{
	struct said said = page_said(page, rec, parent, id);
	struct row *row;

	if (said.text == NULL)
		return;
	row = row_new(page, section, label);
	row->is_prose = true;
	row_add(page, row, (struct item){ .text = said });
}

void
row_link(const struct page *page, struct section *section, enum text_id label,
    const char *text, const char *href)
{
	if (text == NULL || *text == '\0')
		return;
	row_add(page, row_new(page, section, label),
	    (struct item){ .text = { text, NULL }, .href = href });
}

/* What to show of one scalar. */
static const char *
value_words(const struct page *page, const struct value *value)
{
	const struct field *field = value->field;

	if (value->text == NULL)
		return NULL;
	switch (field->type) {
	case FIELD_TYPE_CODE:
		return page_label(page, field->vocab, value->text);
	case FIELD_TYPE_COUNTRY:
		return page_label(page, VOCAB_COUNTRY, value->text);
	case FIELD_TYPE_LANG:
		return page_label(page, VOCAB_LANGUAGE, value->text);
	case FIELD_TYPE_DATE: return page_date(page, value->text);
	default: return value->text;
	}
}

void
row_field(const struct page *page, struct section *section, enum text_id label,
    const struct value *parent, enum field_id id)
{
	const struct value *value = value_find(parent, id);
	struct row *row;

	if (value == NULL)
		return;
	row = row_new(page, section, label);
	for (; value != NULL; value = value_next(value)) {
		struct item item = { .text = { value_words(page, value),
					 NULL } };

		if (value->field->type == FIELD_TYPE_URI)
			item.href = value->text;
		row_add(page, row, item);
	}
}

static void
add_words(const struct page *page, const struct value *value,
    struct strbuf *out, int depth)
{
	const char *words;

	if (value->field == NULL || depth > RECORD_MAX_DEPTH)
		return;
	for (const struct value *child = value->first; child != NULL;
	     child = child->next)
		add_words(page, child, out, depth + 1);
	if ((words = value_words(page, value)) == NULL)
		return;
	if (out->len != 0)
		strbuf_addstr(out, ", ");
	strbuf_addstr(out, words);
}

const char *
field_words(const struct page *page, const struct record *rec, enum field_id id)
{
	const char *result;
	struct strbuf sb;
	size_t len;

	strbuf_init(&sb, 65536);
	for (const struct value *value = value_find(&rec->root, id);
	     value != NULL; value = value_next(value))
		add_words(page, value, &sb, 0);
	len = sb.len;
	if (len > WORDS_MAX)
		len = utf8_floor(sb.buf, WORDS_MAX);
	result = arena_printf(page->arena, "%.*s%s", (int)len,
	    len != 0 ? sb.buf : "", len < sb.len ? " …" : "");
	strbuf_release(&sb);
	return result;
}

struct item
organisation_item(const struct page *page, const struct record *rec,
    const struct value *organisation)
{
	const char *id = value_get(organisation, FIELD_ORGANISATION_ID);
	struct item item = { .text = page_said(page, rec, organisation,
				 FIELD_ORGANISATION_NAME) };

	if (id != NULL && item.text.text == NULL)
		return record_item(page, id);
	item.href = id != NULL
			? page_record_link(page, id)
			: value_get(organisation, FIELD_ORGANISATION_URL);
	return item;
}
