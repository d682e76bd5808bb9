/*
 * record_json: a record in our own JSON, straight from the table of fields;
 * a new field needs no line here. src/import/record_json.c reads it back
 * (design: records.md).
 */
#include "export/export.h"

#include <string.h>

static void
add_time(struct json_writer *w, const char *key, int64_t at)
{
	char text[CLOCK_TEXT_LEN];

	if (at == 0)
		return;
	clock_format(at, text);
	json_pair(w, key, text);
}

/* "fr": "..." or, when it is a translation that says more about itself,
 * "fr": {"text", "made", "of"}. */
static void
add_text_value(struct json_writer *w, const struct value *value)
{
	if (value->made == NULL && value->of == NULL) {
		json_add_string(w, value->text);
		return;
	}
	json_object(w);
	json_pair(w, "text", value->text);
	json_pair(w, "made", value->made);
	json_pair(w, "of", value->of);
	json_object_end(w);
}

static const char *
lang_of(const struct record *rec, const struct value *value)
{
	return value->lang != NULL ? value->lang : rec->lang;
}

/* A language that came before: one member each. */
static bool
is_repeated(const struct record *rec, const struct value *first,
    const struct value *value)
{
	for (const struct value *v = first; v != value; v = value_next(v)) {
		if (strcmp(lang_of(rec, v), lang_of(rec, value)) == 0)
			return true;
	}
	return false;
}

static void
add_texts(struct json_writer *w, const struct record *rec,
    const struct value *first)
{
	if (value_next(first) == NULL && first->made == NULL &&
	    first->of == NULL && strcmp(lang_of(rec, first), rec->lang) == 0) {
		json_add_string(w, first->text);
		return;
	}
	json_object(w);
	for (const struct value *v = first; v != NULL; v = value_next(v)) {
		if (is_repeated(rec, first, v))
			continue;
		json_key(w, lang_of(rec, v));
		add_text_value(w, v);
	}
	json_object_end(w);
}

static void
add_scalar(struct json_writer *w, const struct value *value)
{
	switch (value->field->type) {
	case FIELD_TYPE_INT:
	case FIELD_TYPE_NUMBER:
	case FIELD_TYPE_YEAR: json_add_number(w, value->text); break;
	case FIELD_TYPE_BOOL:
		if (strcmp(value->text, "true") == 0)
			json_add_bool(w, true);
		else if (strcmp(value->text, "false") == 0)
			json_add_bool(w, false);
		else
			json_add_string(w, value->text);
		break;
	case FIELD_TYPE_GROUP:
	case FIELD_TYPE_TEXT:
	case FIELD_TYPE_STRING:
	case FIELD_TYPE_CODE:
	case FIELD_TYPE_DATE:
	case FIELD_TYPE_URI:
	case FIELD_TYPE_EMAIL:
	case FIELD_TYPE_COUNTRY:
	case FIELD_TYPE_LANG:
	case FIELD_TYPE_CURRENCY:
	case FIELD_TYPE_ID:
	default: json_add_string(w, value->text); break;
	}
}

static void add_members(struct json_writer *w, const struct record *rec,
    const struct value *group, int depth);

static void
add_one(struct json_writer *w, const struct record *rec,
    const struct value *value, int depth)
{
	if (value->field->type != FIELD_TYPE_GROUP) {
		add_scalar(w, value);
		return;
	}
	json_object(w);
	add_members(w, rec, value, depth + 1);
	json_object_end(w);
}

/* All values of one field, which stand together; returns what follows. */
static const struct value *
add_field(struct json_writer *w, const struct record *rec,
    const struct value *first, int depth)
{
	const struct field *field = first->field;
	const struct value *v;

	json_key(w, field->name);
	if (field->type == FIELD_TYPE_TEXT) {
		add_texts(w, rec, first);
	} else if (field_is_many(field, rec->kind)) {
		json_array(w);
		for (v = first; v != NULL && v->field == field; v = v->next)
			add_one(w, rec, v, depth);
		json_array_end(w);
	} else {
		add_one(w, rec, first, depth);
	}
	for (v = first; v != NULL && v->field == field; v = v->next)
		;
	return v;
}

static void
add_members(struct json_writer *w, const struct record *rec,
    const struct value *group, int depth)
{
	const struct value *v = group->first;
	bool has_unknown = false;

	if (depth > RECORD_MAX_DEPTH)
		return;
	while (v != NULL) {
		if (v->field == NULL) {
			has_unknown = true;
			v = v->next;
		} else {
			v = add_field(w, rec, v, depth);
		}
	}
	if (!has_unknown)
		return;
	json_key(w, "unknown");
	json_array(w);
	for (v = group->first; v != NULL; v = v->next) {
		if (v->field == NULL)
			json_add_string(w, v->text);
	}
	json_array_end(w);
}

void
export_record_members(struct json_writer *w, const struct record *rec)
{
	char node[RECORD_NODE_MAX], uuid[37];

	json_pair(w, "id", rec->id);
	json_pair(w, "kind", record_kind_name(rec->kind));
	if (record_id_split(rec->id, node, uuid) == 0)
		json_pair(w, "node", node);
	json_pair(w, "lang", rec->lang);
	add_time(w, "published", rec->published_at);
	add_time(w, "first_published", rec->first_at);
	add_time(w, "modified", rec->modified_at);
	add_members(w, rec, &rec->root, 0);
}

void
export_record_json(struct json_writer *w, const struct record *rec)
{
	json_object(w);
	export_record_members(w, rec);
	json_object_end(w);
}
