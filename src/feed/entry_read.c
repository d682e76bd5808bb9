/*
 * An Atom entry back into a record (design: feed-protocol.md 3, records.md).
 * The Atom fields are for others and are skipped, but for id, language and
 * times; the typed record is read through the field table. An element this
 * version does not know is kept as canonical bytes; one it knows, in a place
 * where it has no business, makes the record bad.
 */
#include <string.h>

#include "feed/part.h"

#define SCALAR_MAX FEED_RECORD_MAX

enum level_kind {
	LEVEL_ENTRY,
	LEVEL_ATOM_TEXT, /* id, updated, published */
	LEVEL_SKIP,
	LEVEL_CONTENT,
	LEVEL_RECORD,
	LEVEL_GROUP,
	LEVEL_SCALAR,
	LEVEL_UNKNOWN
};

struct level {
	enum level_kind kind;
	struct value *value; /* RECORD: NULL, the root */
	const struct field *field;
	size_t offset; /* UNKNOWN */
};

struct entry_reader {
	struct arena *arena;
	const char *data;
	struct record *rec;
	struct level levels[XML_DEPTH_MAX];
	size_t depth;
	size_t n_values;
	struct strbuf text;
	const char *lang; /* of the scalar being read */
	const char *made;
	const char *of;
	const char *entry_lang;
	const char *id;
	const char **target; /* which of these three ATOM_TEXT fills */
	const char *updated;
	const char *published;
	const char *first;
	bool has_content;
};

static const char *
attr_get(const struct xml_attr *attrs, size_t n, const char *ns,
    const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(attrs[i].name, name) == 0 &&
		    strcmp(attrs[i].ns, ns) == 0)
			return attrs[i].value;
	return NULL;
}

static const char *
keep(struct arena *arena, const char *text)
{
	return text != NULL ? arena_strdup(arena, text) : NULL;
}

static struct level *
push(struct entry_reader *r, enum level_kind kind)
{
	struct level *level = &r->levels[r->depth++];

	memset(level, 0, sizeof(*level));
	level->kind = kind;
	return level;
}

static int
start_atom(struct entry_reader *r, const char *name, const char *ns,
    const struct xml_attr *attrs, size_t n, struct err *err)
{
	const char *type;

	r->target = NULL;
	if (strcmp(ns, ATOM_NS) != 0) {
		push(r, LEVEL_SKIP);
		return 0;
	}
	if (strcmp(name, "id") == 0)
		r->target = &r->id;
	else if (strcmp(name, "updated") == 0)
		r->target = &r->updated;
	else if (strcmp(name, "published") == 0)
		r->target = &r->published;
	if (r->target != NULL) {
		if (*r->target != NULL)
			return err_set(err, ERR_FORMAT,
			    "entry: more than one '%s'", name);
		strbuf_reset(&r->text);
		push(r, LEVEL_ATOM_TEXT);
		return 0;
	}
	if (strcmp(name, "content") != 0) {
		push(r, LEVEL_SKIP);
		return 0;
	}
	type = attr_get(attrs, n, "", "type");
	if (r->has_content || type == NULL ||
	    strcmp(type, "application/xml") != 0)
		return err_set(err, ERR_FORMAT,
		    "entry: content is not one of type application/xml");
	r->has_content = true;
	push(r, LEVEL_CONTENT);
	return 0;
}

static int
start_record(struct entry_reader *r, const char *name, const char *ns,
    const struct xml_attr *attrs, size_t n, struct err *err)
{
	const char *kind_name = attr_get(attrs, n, "", "kind");
	const char *first = attr_get(attrs, n, "", "first");
	const char *modified = attr_get(attrs, n, "", "modified");
	char node[RECORD_NODE_MAX], uuid[37];
	enum record_kind kind;

	if (strcmp(name, "record") != 0 || strcmp(ns, RECORD_NS) != 0 ||
	    r->rec != NULL)
		return err_set(err, ERR_FORMAT,
		    "content is not one record of " RECORD_NS);
	if (kind_name == NULL || first == NULL || modified == NULL)
		return err_set(err, ERR_FORMAT,
		    "record: kind, first or modified is missing");
	if (r->id == NULL || record_id_split(r->id, node, uuid) != 0)
		return err_set(err, ERR_SCHEMA,
		    "entry has no id urn:gspd:<node>:<uuid> before its "
		    "content");
	if (record_kind_parse(kind_name, &kind) != 0)
		return err_set(err, ERR_SCHEMA,
		    "kind '%.40s' is not known to this version", kind_name);
	r->rec = record_new(r->arena, kind, r->id, r->entry_lang);
	if (clock_parse(modified, &r->rec->modified_at, err) != 0)
		return err_prefix(err, "record: modified");
	r->first = arena_strdup(r->arena, first);
	push(r, LEVEL_RECORD);
	return 0;
}

static bool
is_known_name(const char *name)
{
	unsigned id;

	for (id = FIELD_ROOT + 1; id < FIELD_COUNT; id++)
		if (strcmp(field_get((enum field_id)id)->name, name) == 0)
			return true;
	return false;
}

/* A second value of a field that has one; a language has one text. */
static int
check_single(struct entry_reader *r, const struct value *parent,
    const struct field *field, const char *lang, struct err *err)
{
	const struct value *v = value_find(parent, field->id);

	if (v == NULL || field_is_many(field, r->rec->kind))
		return 0;
	if (field->type != FIELD_TYPE_TEXT)
		return err_set(err, ERR_SCHEMA, "'%s' is given twice",
		    field->name);
	if (lang == NULL)
		lang = r->rec->lang;
	for (; v != NULL; v = value_next(v))
		if (strcmp(v->lang != NULL ? v->lang : r->rec->lang, lang) == 0)
			return err_set(err, ERR_SCHEMA,
			    "'%s' is given twice in language %.35s",
			    field->name, lang);
	return 0;
}

static int
start_value(struct entry_reader *r, const struct level *parent,
    const char *name, const char *ns, const struct xml_attr *attrs, size_t n,
    size_t offset, struct err *err)
{
	struct value *owner = parent->value != NULL ? parent->value
						    : &r->rec->root;
	const struct field *field = NULL;
	struct level *level;

	if (++r->n_values > RECORD_MAX_VALUES)
		return err_set(err, ERR_LIMIT, "more than %d values",
		    RECORD_MAX_VALUES);
	if (strcmp(ns, RECORD_NS) == 0) {
		field = field_find(owner->field->id, name, r->rec->kind);
		if (field == NULL && is_known_name(name))
			return err_set(err, ERR_SCHEMA,
			    "'%.60s' does not belong in %s", name,
			    parent->value != NULL
				? owner->field->name
				: record_kind_name(r->rec->kind));
	}
	if (field == NULL) {
		level = push(r, LEVEL_UNKNOWN);
		level->offset = offset;
		return 0;
	}
	r->lang = NULL;
	r->made = r->of = NULL;
	if (field->type == FIELD_TYPE_TEXT) {
		const char *lang = attr_get(attrs, n, XML_LANG_NS, "lang");

		if (lang != NULL && strcmp(lang, r->rec->lang) != 0)
			r->lang = arena_strdup(r->arena, lang);
		r->made = keep(r->arena, attr_get(attrs, n, "", "made"));
		r->of = keep(r->arena, attr_get(attrs, n, "", "of"));
	}
	if (check_single(r, owner, field, r->lang, err) != 0)
		return -1;
	strbuf_reset(&r->text);
	if (field->type == FIELD_TYPE_GROUP) {
		struct value *group;

		if (r->depth > RECORD_MAX_DEPTH + 3)
			return err_set(err, ERR_LIMIT,
			    "more than %d groups within one another",
			    RECORD_MAX_DEPTH);
		group = record_add(r->rec, parent->value, field->id, NULL,
		    NULL);
		level = push(r, LEVEL_GROUP);
		level->value = group;
	} else {
		level = push(r, LEVEL_SCALAR);
		level->value = parent->value;
	}
	level->field = field;
	return 0;
}

static int
on_start(void *ctx, const char *name, const char *ns,
    const struct xml_attr *attrs, size_t n, size_t offset, struct err *err)
{
	struct entry_reader *r = ctx;
	const struct level *top;
	const char *lang;

	if (r->depth == 0) {
		lang = attr_get(attrs, n, XML_LANG_NS, "lang");
		if (strcmp(name, "entry") != 0 || strcmp(ns, ATOM_NS) != 0 ||
		    lang == NULL || lang[0] == '\0')
			return err_set(err, ERR_FORMAT,
			    "not an Atom entry with xml:lang");
		r->entry_lang = arena_strdup(r->arena, lang);
		push(r, LEVEL_ENTRY);
		return 0;
	}
	top = &r->levels[r->depth - 1];
	switch (top->kind) {
	case LEVEL_ENTRY: return start_atom(r, name, ns, attrs, n, err);
	case LEVEL_CONTENT: return start_record(r, name, ns, attrs, n, err);
	case LEVEL_RECORD:
	case LEVEL_GROUP:
		return start_value(r, top, name, ns, attrs, n, offset, err);
	case LEVEL_SKIP:
	case LEVEL_UNKNOWN: push(r, top->kind); return 0;
	default:
		return err_set(err, ERR_FORMAT,
		    "element '%.40s' within a plain value", name);
	}
}

static int
on_text(void *ctx, const char *text, size_t len, struct err *err)
{
	struct entry_reader *r = ctx;
	size_t i;

	if (r->depth == 0)
		return 0;
	switch (r->levels[r->depth - 1].kind) {
	case LEVEL_ATOM_TEXT:
	case LEVEL_SCALAR: strbuf_add(&r->text, text, len); return 0;
	case LEVEL_SKIP:
	case LEVEL_UNKNOWN: return 0;
	default: break;
	}
	for (i = 0; i < len; i++)
		if (strchr(" \t\n", text[i]) == NULL || text[i] == '\0')
			return err_set(err, ERR_FORMAT,
			    "text between elements, where none belongs");
	return 0;
}

/*
 * Bytes of an unknown element in the form in which they stand alone below
 * record: canonical in that context, and refused when they lean on a prefix
 * declared further up.
 */
static int
keep_unknown(struct entry_reader *r, struct value *parent, size_t start,
    size_t end, struct err *err)
{
	static const char open[] = "<record xmlns=\"" RECORD_NS "\">";
	static const char close[] = "</record>";
	struct strbuf plain, canonical;
	size_t from = strlen(open), skip = strlen(close);
	int rc = -1;

	strbuf_init(&plain, FEED_RECORD_MAX + 256);
	strbuf_init(&canonical, 4 * FEED_RECORD_MAX);
	strbuf_addstr(&plain, open);
	strbuf_add(&plain, r->data + start, end - start);
	strbuf_addstr(&plain, close);
	if (strbuf_check(&plain, "unknown element", err) != 0 ||
	    xml_canonical(plain.buf, plain.len, &canonical, err) != 0)
		goto out;
	/* Element and text exist, so the frame is as it was written. */
	(void)record_add_unknown(r->rec, parent, canonical.buf + from,
	    canonical.len - from - skip);
	rc = 0;
out:
	strbuf_release(&plain);
	strbuf_release(&canonical);
	return rc;
}

static int
end_scalar(struct entry_reader *r, const struct level *level, struct err *err)
{
	struct value *v;

	if (strbuf_check(&r->text, level->field->name, err) != 0)
		return -1;
	if (memchr(r->text.buf, '\0', r->text.len) != NULL)
		return err_set(err, ERR_FORMAT, "'%s' holds a NUL",
		    level->field->name);
	v = record_add(r->rec, level->value, level->field->id, r->text.buf,
	    r->lang);
	v->made = r->made;
	v->of = r->of;
	return 0;
}

static int
on_end(void *ctx, const char *name, const char *ns, size_t offset,
    struct err *err)
{
	struct entry_reader *r = ctx;
	struct level level = r->levels[--r->depth];
	struct level *top;

	(void)name;
	(void)ns;
	if (level.kind == LEVEL_ATOM_TEXT)
		*r->target = arena_strndup(r->arena, r->text.buf, r->text.len);
	else if (level.kind == LEVEL_SCALAR)
		return end_scalar(r, &level, err);
	else if (level.kind == LEVEL_UNKNOWN) {
		top = &r->levels[r->depth - 1];
		if (top->kind != LEVEL_UNKNOWN)
			return keep_unknown(r, top->value, level.offset, offset,
			    err);
	}
	return 0;
}

static int
finish(struct entry_reader *r, struct err *err)
{
	int64_t first;

	if (r->rec == NULL)
		return err_set(err, ERR_FORMAT, "entry holds no record");
	if (r->updated == NULL || r->published == NULL)
		return err_set(err, ERR_FORMAT,
		    "entry: updated or published is missing");
	if (clock_parse(r->updated, &r->rec->published_at, err) != 0 ||
	    clock_parse(r->published, &r->rec->first_at, err) != 0 ||
	    clock_parse(r->first, &first, err) != 0)
		return err_prefix(err, "entry");
	if (first != r->rec->first_at)
		return err_set(err, ERR_SCHEMA,
		    "published of the entry and first of its record differ");
	return 0;
}

static int
read_entry(struct xml_reader *reader, struct arena *arena, const char *data,
    size_t len, bool again, struct record **ret_rec, struct err *err)
{
	static const struct xml_handler handler = { on_start, on_text, on_end };
	struct entry_reader r = { .arena = arena, .data = data };
	int rc;

	if (len > FEED_RECORD_MAX)
		return err_set(err, ERR_LIMIT, "record is larger than %d bytes",
		    FEED_RECORD_MAX);
	strbuf_init(&r.text, SCALAR_MAX);
	if (again)
		rc = xml_reader_again(reader, &handler, &r, err);
	else
		rc = xml_reader_read(reader, data, len, &handler, &r, err);
	if (rc == 0)
		rc = finish(&r, err);
	if (rc == 0)
		*ret_rec = r.rec;
	strbuf_release(&r.text);
	return rc;
}

int
feed_entry_parse(struct xml_reader *reader, struct arena *arena,
    const char *data, size_t len, struct record **ret_rec, struct err *err)
{
	return read_entry(reader, arena, data, len, true, ret_rec, err);
}

int
feed_entry_read(struct arena *arena, const char *data, size_t len,
    struct record **ret_rec, struct err *err)
{
	struct xml_reader *reader = xml_reader_new(err);
	int rc;

	if (reader == NULL)
		return -1;
	rc = read_entry(reader, arena, data, len, false, ret_rec, err);
	xml_reader_free(reader);
	return rc;
}
