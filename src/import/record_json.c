/*
 * record_json: our own JSON -> a record, by the table of fields; the other
 * half of src/export/record_json.c. A text may be a string or a map of
 * languages, a value that may repeat an array or a single one.
 */
#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "import/run.h"

#define PATH_MAX_LEN 160

struct reader {
	struct arena *arena;
	struct record *rec;
	struct problems *problems;
};

/* Where the reader is, for problems: built only when one is reported. */
struct place {
	const struct place *up;
	const char *name;
	size_t index; /* from 1; 0: not in an array */
};

static void
place_text(const struct place *place, struct strbuf *out)
{
	if (place->up != NULL)
		place_text(place->up, out);
	if (out->len > 0)
		strbuf_addch(out, '.');
	strbuf_addstr(out, place->name);
	if (place->index > 0)
		strbuf_addf(out, "[%zu]", place->index);
}

static void
problem(struct reader *r, bool is_warning, const struct place *place,
    const char *value, const char *text)
{
	struct strbuf path;

	strbuf_init(&path, PATH_MAX_LEN);
	if (place != NULL)
		place_text(place, &path);
	problems_add(r->problems, is_warning, path.buf,
	    value != NULL ? value : "", "%s", text);
	strbuf_release(&path);
}

static void
add_scalar(struct reader *r, struct value *parent, const struct field *field,
    const struct json *json, const struct place *place)
{
	const char *text = json_scalar(r->arena, json);

	if (text == NULL) {
		problem(r, false, place, "",
		    "expected one value, found a list or an object");
		return;
	}
	text = text_clean(r->arena, text, strlen(text), true);
	if (text != NULL)
		record_add(r->rec, parent, field->id, text, NULL);
}

/* "..." or {"text", "made", "of"} in one language. */
static void
add_text(struct reader *r, struct value *parent, const struct field *field,
    const char *lang, const struct json *json, const struct place *place)
{
	const char *made = NULL, *of = NULL, *text;
	struct value *v;

	if (json_type(json) == JSON_TYPE_OBJECT) {
		made = json_get_string(json, "made");
		of = json_get_string(json, "of");
		json = json_get(json, "text");
	}
	text = json_scalar(r->arena, json);
	if (text == NULL) {
		problem(r, false, place, "", "expected a text");
		return;
	}
	text = text_clean(r->arena, text, strlen(text), true);
	if (text == NULL)
		return;
	if (lang != NULL && strcmp(lang, r->rec->lang) == 0)
		lang = NULL;
	v = record_add(r->rec, parent, field->id, text, lang);
	if (made != NULL)
		v->made = arena_strdup(r->arena, made);
	if (of != NULL)
		v->of = arena_strdup(r->arena, of);
}

static void
add_texts(struct reader *r, struct value *parent, const struct field *field,
    const struct json *json, const struct place *place)
{
	struct json_iter iter = { 0 };
	const struct json *one;
	const char *lang;

	if (json_type(json) != JSON_TYPE_OBJECT) {
		add_text(r, parent, field, NULL, json, place);
		return;
	}
	if (json_size(json) > IMPORT_LIST_MAX) {
		problem(r, false, place, "", "too many languages");
		return;
	}
	while (json_next(json, &iter, &lang, &one))
		add_text(r, parent, field, lang, one, place);
}

static void add_members(struct reader *r, struct value *parent,
    enum field_id group, const struct json *json, const struct place *place,
    int depth);

static void
add_one(struct reader *r, struct value *parent, const struct field *field,
    const struct json *json, const struct place *place, int depth)
{
	struct value *group;

	if (json_type(json) == JSON_TYPE_NULL)
		return;
	if (field->type != FIELD_TYPE_GROUP) {
		add_scalar(r, parent, field, json, place);
		return;
	}
	if (json_type(json) != JSON_TYPE_OBJECT) {
		problem(r, false, place, "", "expected an object {...}");
		return;
	}
	group = record_add(r->rec, parent, field->id, NULL, NULL);
	add_members(r, group, field->id, json, place, depth + 1);
}

static void
add_field(struct reader *r, struct value *parent, const struct field *field,
    const struct json *json, const struct place *place, int depth)
{
	struct place item = *place;

	if (json_type(json) == JSON_TYPE_NULL)
		return;
	if (field->type == FIELD_TYPE_TEXT) {
		add_texts(r, parent, field, json, place);
		return;
	}
	if (json_type(json) != JSON_TYPE_ARRAY) {
		add_one(r, parent, field, json, place, depth);
		return;
	}
	if (json_size(json) > IMPORT_LIST_MAX) {
		problem(r, false, place, "", "the list is too long");
		return;
	}
	for (size_t i = 0; i < json_size(json); i++) {
		item.index = i + 1;
		add_one(r, parent, field, json_at(json, i), &item, depth);
	}
}

/* Members of the envelope, and what pages and APIs add beside a record. */
static bool
is_envelope(const char *key)
{
	static const char *const keys[] = { "id", "kind", "node", "lang",
		"published", "first_published", "modified", "provenance",
		"same", "url", "version", "unknown" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (strcmp(key, keys[i]) == 0)
			return true;
	}
	return false;
}

static void
add_members(struct reader *r, struct value *parent, enum field_id group,
    const struct json *json, const struct place *place, int depth)
{
	struct json_iter iter = { 0 };
	const struct json *value;
	const char *key;

	if (depth > RECORD_MAX_DEPTH) {
		problem(r, false, place, "", "nested too deeply");
		return;
	}
	while (json_next(json, &iter, &key, &value)) {
		const struct field *field = field_find(group, key,
		    r->rec->kind);
		struct place here = { place, key, 0 };

		if (field != NULL) {
			add_field(r, parent, field, value, &here, depth);
			continue;
		}
		if (group == FIELD_ROOT && is_envelope(key) &&
		    strcmp(key, "unknown") != 0)
			continue;
		if (r->problems->len < IMPORT_LIST_MAX)
			problem(r, true, &here, "",
			    "this kind of record has no such field: left out");
	}
}

static int
read_time(const struct json *json, const char *key, int64_t *ret_at,
    struct err *err)
{
	const char *text = json_get_string(json, key);

	if (text == NULL)
		return 0;
	if (clock_parse(text, ret_at, err) == -1)
		return err_prefix(err, "%s", key);
	return 0;
}

/* Ids of our node stay; another's is a name to make ours from. */
static const char *
read_id(struct arena *arena, const struct json *json, const char *node)
{
	const char *id = json_get_string(json, "id");
	char id_node[RECORD_NODE_MAX], uuid[37];

	if (id == NULL)
		return "";
	if (record_id_split(id, id_node, uuid) == 0 &&
	    (node == NULL || strcmp(node, id_node) == 0))
		return id;
	if (node == NULL)
		return id;
	if (valid_uuid(id))
		return record_id_make(arena, node, id);
	uuid_named(IMPORT_NAMESPACE, id, uuid);
	return record_id_make(arena, node, uuid);
}

int
import_record_json(struct arena *arena, const struct json *json,
    const char *node, struct record **ret_rec, struct problems *problems,
    struct err *err)
{
	struct reader r = { .arena = arena, .problems = problems };
	enum record_kind kind;
	const char *name, *lang;

	if (json_type(json) != JSON_TYPE_OBJECT)
		return err_set(err, ERR_FORMAT, "expected a record: {...}");
	name = json_get_string(json, "kind");
	if (name == NULL || record_kind_parse(name, &kind) == -1)
		return err_set(err, ERR_FORMAT,
		    "kind: expected programme, evidence, organisation, "
		    "resource, champion or term");
	lang = json_get_string(json, "lang");
	if (lang == NULL || strlen(lang) > 35)
		lang = "en";
	r.rec = record_new(arena, kind, read_id(arena, json, node), lang);
	if (read_time(json, "published", &r.rec->published_at, err) == -1 ||
	    read_time(json, "first_published", &r.rec->first_at, err) == -1 ||
	    read_time(json, "modified", &r.rec->modified_at, err) == -1)
		return -1;
	add_members(&r, NULL, FIELD_ROOT, json, NULL, 0);
	*ret_rec = r.rec;
	return 0;
}
