/*
 * doc: a view -> what the index holds of it: folded words by column, facet
 * values, dates, a title to sort by. Driven by the table of fields: a field
 * with FIELD_INDEXED is found without a line here, unless it belongs in a
 * column of more weight.
 */
#include <stdlib.h>
#include <string.h>

#include "search/search_priv.h"

/* Columns of search_text, in its order. */
enum column {
	COLUMN_TITLE,
	COLUMN_SUMMARY,
	COLUMN_PEOPLE,
	COLUMN_PLACE,
	COLUMN_REST
};

static enum column
column_of(enum field_id id)
{
	switch (id) {
	case FIELD_NAME:
	case FIELD_DISPLAY_NAME:
	case FIELD_TITLE:
	case FIELD_ALTERNATE_NAME:
	case FIELD_LABEL:
	case FIELD_CODE: return COLUMN_TITLE;
	case FIELD_SUMMARY:
	case FIELD_PLAIN_SUMMARY: return COLUMN_SUMMARY;
	case FIELD_ORGANISATION_NAME:
	case FIELD_AUTHOR_FAMILY:
	case FIELD_AUTHOR_GIVEN:
	case FIELD_AUTHOR_LITERAL: return COLUMN_PEOPLE;
	case FIELD_SITE_NAME:
	case FIELD_SITE_ADDRESS:
	case FIELD_AREA_NAME:
	case FIELD_ADDRESS: return COLUMN_PLACE;
	default: return COLUMN_REST;
	}
}

struct words {
	struct arena *arena;
	const struct record *rec;
	struct strbuf *columns;
	struct strbuf *forms; /* by column as well */
};

/* Words of text, and a gap that no phrase crosses. */
static void
add_text(struct words *w, enum column column, const char *text)
{
	struct strbuf *words = &w->columns[column];

	token_index(text, strlen(text), words, &w->forms[column]);
	strbuf_add(words, TOKEN_GAP " ", sizeof(TOKEN_GAP " ") - 1);
}

/* People write "Portugal" and "arts", records say PT and a code. */
static void
add_label(struct words *w, enum column column, enum vocab vocab,
    const char *code)
{
	const char *label = vocab_label(vocab, code, "en");
	const char *own = vocab_label(vocab, code, w->rec->lang);

	add_text(w, column, label);
	if (strcmp(own, label) != 0)
		add_text(w, column, own);
}

static void
add_identifier(struct words *w, const struct value *group)
{
	const char *scheme = value_get(group, FIELD_IDENTIFIER_SCHEME);
	const char *value = value_get(group, FIELD_IDENTIFIER_VALUE);
	const char *token;

	if (scheme == NULL || value == NULL)
		return;
	token = query_identifier(w->arena, scheme, value);
	if (token == NULL)
		return;
	strbuf_addstr(&w->forms[COLUMN_REST], token);
	strbuf_addch(&w->forms[COLUMN_REST], ' ');
}

static void
add_value(struct words *w, const struct value *value)
{
	const struct field *field = value->field;

	if (field->type == FIELD_TYPE_COUNTRY)
		add_label(w, COLUMN_PLACE, VOCAB_COUNTRY, value->text);
	else if (field->vocab != VOCAB_NONE &&
		 (field->flags & FIELD_FACET) != 0)
		add_label(w, column_of(field->id), field->vocab, value->text);
	else if ((field->flags & FIELD_INDEXED) != 0)
		add_text(w, column_of(field->id), value->text);
}

/* The words below a group, each to its column. */
static void
walk_words(struct words *w, const struct value *group, int depth)
{
	for (const struct value *v = group->first; v != NULL; v = v->next) {
		if (v->field == NULL)
			continue;
		if (v->field->type != FIELD_TYPE_GROUP) {
			if (v->text != NULL)
				add_value(w, v);
			continue;
		}
		if (depth < RECORD_MAX_DEPTH)
			walk_words(w, v, depth + 1);
		if (v->field->id == FIELD_IDENTIFIER)
			add_identifier(w, v);
	}
}

void
doc_words(struct arena *arena, const struct merge_view *view,
    struct strbuf columns[DOC_COLUMNS], struct strbuf forms[DOC_COLUMNS])
{
	struct words w = { arena, view->rec, columns, forms };

	for (size_t i = 0; i < DOC_COLUMNS; i++) {
		strbuf_reset(&columns[i]);
		strbuf_reset(&forms[i]);
	}
	walk_words(&w, &view->rec->root, 1);
	for (size_t i = 0; i < DOC_COLUMNS; i++)
		strbuf_add(&columns[i], forms[i].buf, forms[i].len);
}

/* ---- facet values ---- */

struct facet_walk {
	struct arena *arena;
	doc_value_cb callback;
	void *ctx;
	bool has_language;
};

static void
facet_field(struct facet_walk *w, const struct value *value)
{
	enum search_facet facet;

	switch (value->field->id) {
	case FIELD_COUNTRY:
	case FIELD_AREA_COUNTRY: facet = SEARCH_COUNTRY; break;
	case FIELD_ZONE: facet = SEARCH_ZONE; break;
	case FIELD_NEED: facet = SEARCH_NEED; break;
	case FIELD_LANGUAGE_OFFERED:
	case FIELD_LANGUAGE:
		facet = SEARCH_LANGUAGE;
		w->has_language = true;
		break;
	case FIELD_DESIGN: facet = SEARCH_DESIGN; break;
	case FIELD_TYPE:
	case FIELD_RESOURCE_TYPE: facet = SEARCH_TYPE; break;
	default: return;
	}
	w->callback(w->ctx, facet,
	    facet == SEARCH_LANGUAGE || facet == SEARCH_COUNTRY
		? facet_value(w->arena, facet, value->text)
		: value->text);
}

static void
walk_facets(struct facet_walk *w, const struct value *group, int depth)
{
	for (const struct value *v = group->first; v != NULL; v = v->next) {
		if (v->field == NULL)
			continue;
		if (v->field->type == FIELD_TYPE_GROUP) {
			if (depth < RECORD_MAX_DEPTH)
				walk_facets(w, v, depth + 1);
		} else if (v->text != NULL && v->text[0] != '\0') {
			facet_field(w, v);
		}
	}
}

void
doc_values(struct arena *arena, const struct merge_view *view,
    doc_value_cb callback, void *ctx)
{
	struct facet_walk w = { arena, callback, ctx, false };
	const struct record *rec = view->rec;
	char node[RECORD_NODE_MAX], uuid[37];

	callback(ctx, SEARCH_KIND, record_kind_name(rec->kind));
	walk_facets(&w, &rec->root, 1);
	if (!w.has_language && rec->lang != NULL && rec->lang[0] != '\0')
		callback(ctx, SEARCH_LANGUAGE,
		    facet_value(arena, SEARCH_LANGUAGE, rec->lang));
	for (size_t i = 0; i < view->n_members; i++) {
		if (record_id_split(view->members[i], node, uuid) == 0)
			callback(ctx, SEARCH_NODE, node);
	}
}

/* ---- for sorting ---- */

int
doc_year(const struct record *rec)
{
	const char *text = value_get(&rec->root, FIELD_YEAR);
	long year = text == NULL ? 0 : strtol(text, NULL, 10);

	return year > 0 && year <= 9999 ? (int)year : 0;
}

int64_t
doc_checked(const struct record *rec)
{
	const struct value *assured = value_find(&rec->root, FIELD_ASSURED);
	const char *text;
	int64_t day = 0;
	int digits = 0;

	if (assured == NULL)
		return 0;
	text = value_get(assured, FIELD_ASSURED_DATE);
	if (text == NULL || !valid_date(text))
		return 0;
	/* "2026-11" is as good as its first day, and older than any. */
	for (; *text != '\0' && digits < 8; text++) {
		if (*text >= '0' && *text <= '9') {
			day = day * 10 + (*text - '0');
			digits++;
		}
	}
	for (; digits < 8; digits++)
		day *= 10;
	return day;
}

void
doc_title(const struct record *rec, struct strbuf *ret_title)
{
	const char *title = record_title(rec, NULL);

	/* Folding can make a character longer, never by more than this. */
	utf8_fold(title, utf8_floor(title, strnlen(title, 4 * DOC_TITLE_MAX)),
	    ret_title);
	if (ret_title->len > DOC_TITLE_MAX)
		strbuf_setlen(ret_title,
		    utf8_floor(ret_title->buf, DOC_TITLE_MAX));
}
