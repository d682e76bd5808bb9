/*
 * validate: walks a record and holds it against the table: allowed,
 * required, how many, language maps, size. Neighbours: check.c (one
 * scalar), rules.c (rules across fields), problem.c. Design: records.md.
 */
#include <stdio.h>
#include <string.h>

#include "record/check.h"
#include "record/field.h"

#define OF_MAX 100

static size_t
put(char path[CHECK_PATH_MAX], size_t at, const char *text)
{
	size_t len = strlen(text);

	if (len > CHECK_PATH_MAX - 1 - at)
		len = CHECK_PATH_MAX - 1 - at;
	memcpy(path + at, text, len);
	path[at + len] = '\0';
	return at + len;
}

/* Made for every value there is, though few are ever shown: no printf. */
void
check_path(const struct check *check, const char *parent_path,
    const struct value *value, size_t number, char ret_path[CHECK_PATH_MAX])
{
	size_t at = put(ret_path, 0, parent_path);
	char digits[24], *p = digits + sizeof(digits);

	if (at > 0)
		at = put(ret_path, at, ".");
	at = put(ret_path, at, value->field != NULL ? value->field->name : "?");
	if (value->field == NULL ||
	    !field_is_many(value->field, check->rec->kind))
		return;
	*--p = '\0';
	*--p = ']';
	do
		*--p = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	*--p = '[';
	(void)put(ret_path, at, p);
}

static const char *
lang_of(const struct check *check, const struct value *value)
{
	return value->lang != NULL ? value->lang : check->rec->lang;
}

/* What only a value of a language map has. */
static void
check_text(struct check *check, const struct value *value, const char *path)
{
	if (value->field->type != FIELD_TYPE_TEXT) {
		if (value->lang != NULL || value->made != NULL ||
		    value->of != NULL)
			problems_add(check->problems, false, path, value->text,
			    "%s is the same in every language: remove its "
			    "language mark",
			    value->field->name);
		return;
	}
	if (!valid_lang(lang_of(check, value)))
		problems_add(check->problems, false, path,
		    lang_of(check, value),
		    "not a language tag (BCP 47): write it like en, cy or "
		    "pt-BR");
	if (value->made != NULL && strcmp(value->made, "human") != 0 &&
	    strcmp(value->made, "machine") != 0)
		problems_add(check->problems, false, path, value->made,
		    "a translation is made by human or machine: write one of "
		    "them");
	if (value->of != NULL &&
	    (strnlen(value->of, OF_MAX + 1) > OF_MAX || *value->of == '\0' ||
		!valid_xml_text(value->of, strlen(value->of), NULL)))
		problems_add(check->problems, false, path, NULL,
		    "the version a translation is of has 1 to %d bytes",
		    OF_MAX);
}

/* One text per language and, for the reader's sake, one in the record's. */
static void
check_language_map(struct check *check, const struct value *first,
    const char *path)
{
	bool has_own = false;

	for (const struct value *v = first; v != NULL; v = value_next(v)) {
		const char *lang = lang_of(check, v);

		has_own = has_own || strcmp(lang, check->rec->lang) == 0;
		for (const struct value *w = first; w != v; w = value_next(w)) {
			if (strcmp(lang_of(check, w), lang) != 0)
				continue;
			problems_add(check->problems, false, path, v->text,
			    "stands twice in the language %s: keep one of "
			    "them",
			    lang);
			break;
		}
	}
	if (!has_own && valid_lang(check->rec->lang))
		problems_add(check->problems, true, path, first->text,
		    "not given in the record's own language %s: add it",
		    check->rec->lang);
}

static void
check_set(struct check *check, const struct value *value, const char *path)
{
	if ((value->field->flags & FIELD_SET) == 0 || value->text == NULL)
		return;
	for (const struct value *v = value_next(value); v != NULL;
	     v = value_next(v)) {
		if (v->text == NULL || strcmp(v->text, value->text) != 0)
			continue;
		problems_add(check->problems, true, path, value->text,
		    "stands twice: remove one");
		return;
	}
}

static void check_group(struct check *check, const struct value *group,
    const char *path, unsigned depth);

static void
check_value(struct check *check, const struct value *value, const char *path,
    unsigned depth)
{
	enum record_kind kind = check->rec->kind;
	const struct field *field = value->field;

	if (!field_has(field, kind)) {
		problems_add(check->problems, false, path, value->text,
		    "a record of kind %s has no field %s: remove it",
		    record_kind_name(kind), field->name);
		return;
	}
	if (field->type == FIELD_TYPE_GROUP) {
		if (value->text != NULL)
			problems_add(check->problems, false, path, value->text,
			    "%s has parts and no text of its own: move the "
			    "text into one of them",
			    field->name);
		check_group(check, value, path, depth + 1);
		return;
	}
	if (value->first != NULL)
		problems_add(check->problems, false, path, value->text,
		    "%s is a plain value and has no parts: remove them",
		    field->name);
	check_scalar(check, value, path);
	check_text(check, value, path);
	check_set(check, value, path);
}

static void
check_unknown(struct check *check, const struct value *value, const char *path)
{
	if (value->text == NULL || *value->text != '<' ||
	    !valid_xml_text(value->text, strlen(value->text), NULL))
		problems_add(check->problems, false, path, value->text,
		    "an element of a later version is not well kept: take the "
		    "record again from where it came");
}

/* How often a field stands, at its first value. */
static void
check_count(struct check *check, const struct value *value, size_t number,
    const char *path)
{
	const struct field *field = value->field;

	if (number == 1 && field->type == FIELD_TYPE_TEXT &&
	    !field_is_many(field, check->rec->kind))
		check_language_map(check, value, path);
	if (number == 2 && field->type != FIELD_TYPE_TEXT &&
	    !field_is_many(field, check->rec->kind))
		problems_add(check->problems, false, path, value->text,
		    "%s stands more than once: keep one", field->name);
}

static void
check_required(struct check *check, const struct value *group, const char *path)
{
	enum record_kind kind = check->rec->kind;

	/* Others may stand between them. */
	for (unsigned i = field_children[group->field->id].first;
	     i <= field_children[group->field->id].last; i++) {
		const struct field *field = field_get((enum field_id)i);
		char missing[CHECK_PATH_MAX];

		if (field->parent != group->field->id ||
		    !field_is_required(field, kind) ||
		    value_find(group, field->id) != NULL)
			continue;
		snprintf(missing, sizeof(missing), "%s%s%s", path,
		    *path != '\0' ? "." : "", field->name);
		problems_add(check->problems, false, missing, NULL,
		    "is missing: fill it in (%s)", field->help);
	}
}

static void
check_group(struct check *check, const struct value *group, const char *path,
    unsigned depth)
{
	const struct field *last = NULL;
	size_t number = 0;

	if (depth > RECORD_MAX_DEPTH) {
		problems_add(check->problems, false, path, NULL,
		    "nested deeper than %d levels: flatten it",
		    RECORD_MAX_DEPTH);
		return;
	}
	if (group->first == NULL && group->field->id != FIELD_ROOT)
		problems_add(check->problems, false, path, NULL,
		    "is empty: fill it or leave it out");
	for (const struct value *v = group->first; v != NULL; v = v->next) {
		char own[CHECK_PATH_MAX];

		if (++check->values > RECORD_MAX_VALUES)
			return;
		number = v->field == last ? number + 1 : 1;
		last = v->field;
		check->bytes += v->text != NULL ? strlen(v->text) : 0;
		check_path(check, path, v, number, own);
		if (v->field == NULL) {
			check_unknown(check, v, own);
			continue;
		}
		check_count(check, v, number, own);
		check_value(check, v, own, depth);
	}
	check_required(check, group, path);
	check_rules(check, group, path);
}

static void
check_envelope(struct check *check)
{
	const struct record *rec = check->rec;
	char node[RECORD_NODE_MAX], uuid[37];

	if (record_id_split(rec->id, node, uuid) == -1)
		problems_add(check->problems, false, "id", rec->id,
		    "not a record id: write urn:gspd:NODE:UUID in lower case");
	if (!valid_lang(rec->lang))
		problems_add(check->problems, false, "lang", rec->lang,
		    "not a language tag (BCP 47): write it like en, cy or "
		    "pt-BR");
	if (rec->modified_at < 0 || rec->published_at < 0 || rec->first_at < 0)
		problems_add(check->problems, false, "modified", NULL,
		    "a time before 1970: correct the clock or the source");
}

static const struct problem *
first_error(const struct problems *problems)
{
	for (size_t i = 0; i < problems->len; i++) {
		if (!problems->items[i].is_warning)
			return &problems->items[i];
	}
	return NULL;
}

int
record_validate(const struct record *rec, struct problems *problems,
    struct err *err)
{
	struct check check = { .rec = rec, .problems = problems };
	size_t before = problems->errors;
	const struct problem *p;

	check.arena = arena_new();
	check_envelope(&check);
	check_group(&check, &rec->root, "", 0);
	if (check.values > RECORD_MAX_VALUES)
		problems_add(problems, false, "", NULL,
		    "holds more than %d values: split it", RECORD_MAX_VALUES);
	if (check.bytes > RECORD_MAX_BYTES)
		problems_add(problems, false, "", NULL,
		    "holds %zu bytes of text: shorten it to %d", check.bytes,
		    RECORD_MAX_BYTES);
	arena_free(check.arena);
	if (problems->errors == before)
		return 0;
	p = first_error(problems);
	if (p == NULL)
		return err_set(err, ERR_SCHEMA, "the record is not valid");
	if (p->value[0] != '\0')
		return err_set(err, ERR_SCHEMA, "%s: '%s': %s",
		    p->path[0] != '\0' ? p->path : "record", p->value, p->text);
	return err_set(err, ERR_SCHEMA, "%s: %s",
	    p->path[0] != '\0' ? p->path : "record", p->text);
}
