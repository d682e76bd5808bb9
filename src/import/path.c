/*
 * path: "site[2].name@fr" <-> a place in the table of fields, and text from
 * outside as a value at such a place. Columns, --set and our own JSON all
 * go through here.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/run.h"

#define INDEX_MAX 100 /* "site[100]" */

/* Field names and column names compare without case, space, _ and -. */
static bool
same_name(const char *name, const char *text, size_t len)
{
	const char *end = text + len;

	for (;;) {
		while (*name == '_')
			name++;
		while (text < end &&
		       (*text == '_' || *text == ' ' || *text == '-'))
			text++;
		if (*name == '\0' || text == end)
			return *name == '\0' && text == end;
		if (tolower((unsigned char)*text) != *name)
			return false;
		name++;
		text++;
	}
}

static const struct field *
find_field(enum field_id parent, const char *text, size_t len,
    enum record_kind kind)
{
	for (int id = FIELD_ROOT + 1; id < FIELD_COUNT; id++) {
		const struct field *field = field_get((enum field_id)id);

		if (field->parent == parent && field_has(field, kind) &&
		    same_name(field->name, text, len))
			return field;
	}
	return NULL;
}

/* "[2]" at *p: its number, 1 when there is none, 0 when it is no number. */
static unsigned
read_index(const char **p)
{
	char *end;
	unsigned long n;

	if (**p != '[')
		return 1;
	if (!isdigit((unsigned char)(*p)[1]))
		return 0;
	n = strtoul(*p + 1, &end, 10);
	if (*end != ']' || n < 1 || n > INDEX_MAX)
		return 0;
	*p = end + 1;
	return (unsigned)n;
}

int
path_parse(const char *text, enum record_kind kind,
    struct import_path *ret_path)
{
	struct import_path path = { .n = 0 };
	enum field_id parent = FIELD_ROOT;
	const struct field *field = NULL;
	const char *p = text;

	for (;;) {
		size_t len = strcspn(p, ".[@");

		if (path.n == PATH_DEPTH)
			return -1;
		field = find_field(parent, p, len, kind);
		if (field == NULL)
			return -1;
		p += len;
		path.index[path.n] = read_index(&p);
		if (path.index[path.n] == 0)
			return -1;
		path.ids[path.n++] = field->id;
		if (*p != '.')
			break;
		p++;
		parent = field->id;
	}
	if (*p == '@') {
		p++;
		if (strlen(p) < 2 || strlen(p) >= sizeof(path.lang) ||
		    field->type != FIELD_TYPE_TEXT)
			return -1;
		memcpy(path.lang, p, strlen(p) + 1);
	} else if (*p != '\0') {
		return -1;
	}
	if (field->type == FIELD_TYPE_GROUP)
		return -1;
	*ret_path = path;
	return 0;
}

const struct field *
path_field(const struct import_path *path)
{
	return field_get(path->ids[path->n - 1]);
}

struct value *
path_group(struct record *rec, const struct import_path *path)
{
	struct value *parent = NULL;

	for (size_t i = 0; i + 1 < path->n; i++) {
		const struct value *in = value_find(parent != NULL ? parent
								   : &rec->root,
		    path->ids[i]);
		struct value *group = NULL;
		unsigned n = 0;

		for (; in != NULL && n < path->index[i]; in = value_next(in)) {
			/* The record is ours: const is for its readers. */
			group = (struct value *)(uintptr_t)in;
			n++;
		}
		for (; n < path->index[i]; n++)
			group = record_add(rec, parent, path->ids[i], NULL,
			    NULL);
		parent = group;
	}
	return parent;
}

/* "38,72" as written where the comma is decimal. */
static const char *
decimal(struct arena *arena, const char *text)
{
	char *comma, *copy;

	if (strchr(text, '.') != NULL)
		return text;
	copy = arena_strdup(arena, text);
	comma = strchr(copy, ',');
	if (comma == NULL || strchr(comma + 1, ',') != NULL)
		return text;
	*comma = '.';
	return copy;
}

static const char *
boolean(const char *text)
{
	static const char *const yes[] = { "true", "yes", "y", "1" };
	static const char *const no[] = { "false", "no", "n", "0" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (strcasecmp(text, yes[i]) == 0)
			return "true";
		if (strcasecmp(text, no[i]) == 0)
			return "false";
	}
	return text;
}

static const char *
upper(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	for (char *p = copy; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return copy;
}

/* What cannot be converted stays, so that the check names it. */
static const char *
convert(struct arena *arena, const struct field *field, const char *text)
{
	const char *better = NULL;

	switch (field->type) {
	case FIELD_TYPE_CODE:
		if (!vocab_has(field->vocab, text))
			better = vocab_match(field->vocab, text);
		break;
	case FIELD_TYPE_COUNTRY: better = text_country(text); break;
	case FIELD_TYPE_LANG: better = text_language(arena, text); break;
	case FIELD_TYPE_NUMBER: better = decimal(arena, text); break;
	case FIELD_TYPE_BOOL: better = boolean(text); break;
	case FIELD_TYPE_CURRENCY: better = upper(arena, text); break;
	case FIELD_TYPE_URI: better = text_url(arena, text); break;
	case FIELD_TYPE_GROUP:
	case FIELD_TYPE_TEXT:
	case FIELD_TYPE_STRING:
	case FIELD_TYPE_INT:
	case FIELD_TYPE_YEAR:
	case FIELD_TYPE_DATE:
	case FIELD_TYPE_EMAIL:
	case FIELD_TYPE_ID:
	default: break;
	}
	return better != NULL ? better : text;
}

static void
put_one(struct import_ctx *ctx, struct record *rec, struct value *parent,
    const struct field *field, const char *text, size_t len, const char *lang)
{
	const char *clean = text_clean(ctx->arena, text, len,
	    field->type == FIELD_TYPE_TEXT && field->max > 500);

	if (clean == NULL)
		return;
	if (lang != NULL && (*lang == '\0' || strcmp(lang, rec->lang) == 0))
		lang = NULL;
	record_add(rec, parent, field->id, convert(ctx->arena, field, clean),
	    field->type == FIELD_TYPE_TEXT ? lang : NULL);
}

void
value_put(struct import_ctx *ctx, struct record *rec, struct value *parent,
    const struct field *field, const char *text, size_t len, const char *lang)
{
	size_t items = 0;

	if ((field->flags & FIELD_LIST) == 0 ||
	    !field_is_many(field, rec->kind)) {
		put_one(ctx, rec, parent, field, text, len, lang);
		return;
	}
	for (size_t start = 0; start <= len;) {
		size_t end = start;

		while (end < len && text[end] != ';' && text[end] != '|')
			end++;
		if (++items > IMPORT_LIST_MAX) {
			row_problem(ctx, false, field->name, "",
			    "more than %d items", IMPORT_LIST_MAX);
			return;
		}
		put_one(ctx, rec, parent, field, text + start, end - start,
		    lang);
		start = end + 1;
	}
}

void
value_text_put(struct import_ctx *ctx, struct record *rec, struct value *parent,
    enum field_id id, const char *text)
{
	if (text != NULL)
		put_one(ctx, rec, parent, field_get(id), text, strlen(text),
		    NULL);
}
