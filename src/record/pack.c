/*
 * pack: a record as compact bytes for stores, and back. Layout: "gr",
 * version, table mark (4 bytes), kind, three times (8 bytes each), id, lang,
 * values. A value is field + 1 (0: unknown element), flags, the strings the
 * flags name, and for a group its children. Numbers are LEB128, a list of
 * values starts with its length. Neighbour: content.c. Design: records.md.
 */
#include <string.h>

#include "record/record.h"

#define PACK_VERSION 1
#define PACK_MAX     (4u * 1024 * 1024)

enum pack_flag {
	HAS_TEXT = 1,
	HAS_LANG = 2,
	HAS_MADE = 4,
	HAS_OF = 8,
	HAS_CHILDREN = 16
};

/*
 * Numbers of fields change when the table does: the mark changes with them,
 * so that bytes of another table are refused and the store made anew.
 */
#define FIELD(id, parent, name, type, kinds, required, many, vocab, flags,     \
    max, hsds, fhir, dc, help)                                                 \
	+((uint32_t)FIELD_##id *                                               \
	    (uint32_t)(sizeof(name) + 64 * FIELD_TYPE_##type +                 \
		       1024 * FIELD_##parent))
static const uint32_t table_mark = (uint32_t)FIELD_COUNT
#include "record/fields.def"
    ;
#undef FIELD

static void
put_number(struct strbuf *out, uint64_t n)
{
	while (n >= 0x80) {
		strbuf_addch(out, (char)(n | 0x80));
		n >>= 7;
	}
	strbuf_addch(out, (char)n);
}

static void
put_fixed(struct strbuf *out, uint64_t n, int bytes)
{
	for (int i = 0; i < bytes; i++)
		strbuf_addch(out, (char)(n >> (8 * i)));
}

static void
put_string(struct strbuf *out, const char *text)
{
	size_t len = strlen(text);

	put_number(out, len);
	strbuf_add(out, text, len);
}

static void
put_values(struct strbuf *out, const struct value *first)
{
	uint64_t n = 0;

	for (const struct value *v = first; v != NULL; v = v->next)
		n++;
	put_number(out, n);
	for (const struct value *v = first; v != NULL; v = v->next) {
		unsigned flags = (v->text != NULL ? HAS_TEXT : 0) |
				 (v->lang != NULL ? HAS_LANG : 0) |
				 (v->made != NULL ? HAS_MADE : 0) |
				 (v->of != NULL ? HAS_OF : 0) |
				 (v->first != NULL ? HAS_CHILDREN : 0);

		put_number(out,
		    v->field != NULL ? (uint64_t)v->field->id + 1 : 0);
		put_number(out, flags);
		if (v->text != NULL)
			put_string(out, v->text);
		if (v->lang != NULL)
			put_string(out, v->lang);
		if (v->made != NULL)
			put_string(out, v->made);
		if (v->of != NULL)
			put_string(out, v->of);
		if (v->first != NULL)
			put_values(out, v->first);
	}
}

void
record_pack(const struct record *rec, struct strbuf *ret_out)
{
	strbuf_add(ret_out, "gr", 2);
	put_fixed(ret_out, PACK_VERSION, 1);
	put_fixed(ret_out, table_mark, 4);
	put_fixed(ret_out, rec->kind, 1);
	put_fixed(ret_out, (uint64_t)rec->published_at, 8);
	put_fixed(ret_out, (uint64_t)rec->first_at, 8);
	put_fixed(ret_out, (uint64_t)rec->modified_at, 8);
	put_string(ret_out, rec->id);
	put_string(ret_out, rec->lang);
	put_values(ret_out, rec->root.first);
}

struct cursor {
	const unsigned char *at;
	const unsigned char *end;
	struct arena *arena;
	const unsigned char *start;
	char *texts; /* as long as the bytes: each text at its own place */
	size_t n_values;
	bool bad;
};

static uint64_t
get_fixed(struct cursor *c, int bytes)
{
	uint64_t n = 0;

	if (c->end - c->at < bytes) {
		c->bad = true;
		return 0;
	}
	for (int i = 0; i < bytes; i++)
		n |= (uint64_t)*c->at++ << (8 * i);
	return n;
}

/* Numbers here are lengths and counts: five bytes of LEB128 suffice, and a
 * number has one form only. */
static size_t
get_number(struct cursor *c)
{
	uint64_t n = 0;

	for (int shift = 0; shift < 35 && c->at < c->end; shift += 7) {
		unsigned char byte = *c->at++;

		n |= (uint64_t)(byte & 0x7f) << shift;
		if (byte == 0 && shift > 0)
			break;
		if ((byte & 0x80) == 0)
			return (size_t)n;
	}
	c->bad = true;
	return 0;
}

static const char *
get_string(struct cursor *c)
{
	size_t len = get_number(c);
	char *text;

	if (c->bad || len > (size_t)(c->end - c->at) ||
	    memchr(c->at, '\0', len) != NULL) {
		c->bad = true;
		return "";
	}
	/* Behind each text stands at least the length of the next one, so
	 * there is room for its NUL. */
	text = c->texts + (c->at - c->start);
	memcpy(text, c->at, len);
	text[len] = '\0';
	c->at += len;
	return text;
}

static const struct field *
get_field(struct cursor *c, const struct field *parent)
{
	size_t id = get_number(c);
	const struct field *field;

	/* 1 would be the root inside itself. */
	if (id == 0 || c->bad)
		return NULL;
	if (id == 1 || id > FIELD_COUNT) {
		c->bad = true;
		return NULL;
	}
	field = field_get((enum field_id)(id - 1));
	if (field->parent != parent->id)
		c->bad = true;
	return field;
}

static void get_values(struct cursor *c, const struct field *parent,
    unsigned depth, struct value **ret_first);

static struct value *
get_value(struct cursor *c, const struct field *parent, unsigned depth)
{
	struct value *value = arena_alloc(c->arena, sizeof(*value));
	size_t flags;

	value->field = get_field(c, parent);
	flags = get_number(c);
	if (flags >= 2 * HAS_CHILDREN)
		c->bad = true;
	if (flags & HAS_TEXT)
		value->text = get_string(c);
	if (flags & HAS_LANG)
		value->lang = get_string(c);
	if (flags & HAS_MADE)
		value->made = get_string(c);
	if (flags & HAS_OF)
		value->of = get_string(c);
	/* Who reads a scalar relies on its text. */
	if ((value->field != NULL && value->field->type == FIELD_TYPE_GROUP) ==
	    (value->text != NULL))
		c->bad = true;
	if ((flags & HAS_CHILDREN) == 0 || c->bad)
		return value;
	if (value->field == NULL || value->field->type != FIELD_TYPE_GROUP)
		c->bad = true;
	else
		get_values(c, value->field, depth + 1, &value->first);
	if (value->first == NULL)
		c->bad = true;
	return value;
}

static void
get_values(struct cursor *c, const struct field *parent, unsigned depth,
    struct value **ret_first)
{
	size_t n = get_number(c);
	unsigned last = 0;
	struct value **end = ret_first;

	/* Every value takes two bytes at least. */
	if (depth > RECORD_MAX_DEPTH || n > (size_t)(c->end - c->at) / 2)
		c->bad = true;
	for (size_t i = 0; i < n && !c->bad; i++) {
		struct value *value = get_value(c, parent, depth);
		unsigned at = value->field != NULL ? (unsigned)value->field->id
						   : (unsigned)FIELD_COUNT;

		/* value_find() relies on table order. */
		if (at < last)
			c->bad = true;
		last = at;
		c->n_values++;
		*end = value;
		end = &value->next;
	}
}

struct record *
record_unpack(struct arena *arena, const void *data, size_t len,
    struct err *err)
{
	struct cursor c = { .at = data, .arena = arena };
	struct record *rec;
	int64_t times[3];
	const char *id, *lang;
	size_t kind;

	if (len > PACK_MAX || len < 8 || memcmp(data, "gr", 2) != 0) {
		err_set(err, ERR_FORMAT, "these %zu bytes are no packed record",
		    len);
		return NULL;
	}
	c.end = c.at + len;
	c.start = c.at;
	c.texts = arena_alloc(arena, len + 1);
	c.at += 2;
	if (get_fixed(&c, 1) != PACK_VERSION ||
	    get_fixed(&c, 4) != table_mark) {
		err_set(err, ERR_FORMAT,
		    "the record was packed by another version: run gspd "
		    "rebuild");
		return NULL;
	}
	kind = (size_t)get_fixed(&c, 1);
	for (int i = 0; i < 3; i++)
		times[i] = (int64_t)get_fixed(&c, 8);
	id = get_string(&c);
	lang = get_string(&c);
	if (c.bad || kind >= RECORD_KIND_COUNT)
		goto bad;
	rec = record_new(arena, (enum record_kind)kind, id, lang);
	rec->published_at = times[0];
	rec->first_at = times[1];
	rec->modified_at = times[2];
	get_values(&c, rec->root.field, 1, &rec->root.first);
	rec->n_values = c.n_values;
	if (!c.bad && c.at == c.end)
		return rec;
bad:
	err_set(err, ERR_FORMAT,
	    "the packed record is damaged near byte %zu of %zu: run gspd "
	    "rebuild",
	    len - (size_t)(c.end - c.at), len);
	return NULL;
}
