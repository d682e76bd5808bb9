/*
 * value: building and walking the tree of values of one record. Neighbours:
 * view.c reads it for people, validate.c checks it against the table,
 * pack.c turns it into bytes. Design: records.md.
 */
#include <assert.h>
#include <string.h>

#include "record/record.h"

struct record *
record_new(struct arena *arena, enum record_kind kind, const char *id,
    const char *lang)
{
	struct record *rec = arena_alloc(arena, sizeof(*rec));

	assert((unsigned)kind < RECORD_KIND_COUNT);
	rec->arena = arena;
	rec->kind = kind;
	rec->id = arena_strdup(arena, id != NULL ? id : "");
	rec->lang = arena_strdup(arena, lang != NULL ? lang : "");
	rec->root.field = field_get(FIELD_ROOT);
	return rec;
}

/* Unknown elements stand behind every known one. */
static unsigned
order(const struct field *field)
{
	return field != NULL ? (unsigned)field->id : (unsigned)FIELD_COUNT;
}

static struct value *
insert(struct record *rec, struct value *parent, const struct field *field)
{
	struct value *value = arena_alloc(rec->arena, sizeof(*value));
	struct value **at;

	if (parent == NULL)
		parent = &rec->root;
	assert(
	    parent->field != NULL && parent->field->type == FIELD_TYPE_GROUP);
	assert(field == NULL || field->parent == parent->field->id);
	at = &parent->first;
	if (rec->last != NULL && rec->last_parent == parent &&
	    order(rec->last->field) <= order(field))
		at = &rec->last->next;
	for (; *at != NULL; at = &(*at)->next) {
		if (order((*at)->field) > order(field))
			break;
	}
	rec->last = value;
	rec->last_parent = parent;
	value->field = field;
	value->next = *at;
	*at = value;
	rec->n_values++;
	return value;
}

struct value *
record_add(struct record *rec, struct value *parent, enum field_id id,
    const char *text, const char *lang)
{
	struct value *value = insert(rec, parent, field_get(id));

	assert(id != FIELD_ROOT);
	if (text != NULL)
		value->text = arena_strdup(rec->arena, text);
	if (lang != NULL)
		value->lang = arena_strdup(rec->arena, lang);
	return value;
}

struct value *
record_add_unknown(struct record *rec, struct value *parent, const char *xml,
    size_t len)
{
	struct value *value = insert(rec, parent, NULL);

	value->text = arena_strndup(rec->arena, xml, len);
	return value;
}

static size_t
count(const struct value *value)
{
	size_t n = 1;

	for (const struct value *v = value->first; v != NULL; v = v->next)
		n += count(v);
	return n;
}

void
record_remove(struct record *rec, struct value *parent, enum field_id id)
{
	struct value **at;

	if (parent == NULL)
		parent = &rec->root;
	rec->last = NULL;
	at = &parent->first;
	while (*at != NULL) {
		if ((*at)->field != NULL && (*at)->field->id == id) {
			rec->n_values -= count(*at);
			*at = (*at)->next;
		} else {
			at = &(*at)->next;
		}
	}
}

static const char *
copy_text(struct arena *arena, const char *text)
{
	return text != NULL ? arena_strdup(arena, text) : NULL;
}

static struct value *
copy_list(struct arena *arena, const struct value *from)
{
	struct value *first = NULL, **end = &first;

	for (; from != NULL; from = from->next) {
		struct value *value = arena_alloc(arena, sizeof(*value));

		value->field = from->field;
		value->text = copy_text(arena, from->text);
		value->lang = copy_text(arena, from->lang);
		value->made = copy_text(arena, from->made);
		value->of = copy_text(arena, from->of);
		value->first = copy_list(arena, from->first);
		*end = value;
		end = &value->next;
	}
	return first;
}

struct record *
record_copy(struct arena *arena, const struct record *rec)
{
	struct record *copy = record_new(arena, rec->kind, rec->id, rec->lang);

	copy->published_at = rec->published_at;
	copy->first_at = rec->first_at;
	copy->modified_at = rec->modified_at;
	copy->n_values = rec->n_values;
	copy->root.first = copy_list(arena, rec->root.first);
	return copy;
}

const struct value *
value_find(const struct value *parent, enum field_id id)
{
	if (parent == NULL)
		return NULL;
	for (const struct value *v = parent->first; v != NULL; v = v->next) {
		if (v->field == NULL || v->field->id > id)
			return NULL;
		if (v->field->id == id)
			return v;
	}
	return NULL;
}

const struct value *
value_next(const struct value *value)
{
	if (value == NULL || value->next == NULL || value->field == NULL ||
	    value->next->field != value->field)
		return NULL;
	return value->next;
}

const char *
value_get(const struct value *parent, enum field_id id)
{
	const struct value *value = value_find(parent, id);

	return value != NULL ? value->text : NULL;
}
