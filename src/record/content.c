/*
 * content: the bytes that say whether two versions of a record say the
 * same. Fields go by name, not by number, so that the bytes stay the same
 * when the table grows; language maps and SET fields are sorted, because
 * their order means nothing. Neighbour: pack.c. Design: records.md,
 * "Envelope" (published and modified are not content).
 */
#include <stdlib.h>
#include <string.h>

#include "record/record.h"

#define CONTENT_MAX (8u * 1024 * 1024)

struct piece {
	size_t at;
	size_t len;
	const char *base;
};

static void
put_string(struct strbuf *out, const char *text)
{
	size_t len = text != NULL ? strlen(text) + 1 : 0;

	/* Length first: no text can pretend to be a field's end. */
	for (int i = 0; i < 4; i++)
		strbuf_addch(out, (char)(len >> (8 * (3 - i))));
	if (text != NULL)
		strbuf_add(out, text, len);
}

static void put_values(const struct record *rec, const struct value *first,
    struct strbuf *out);

static void
put_value(const struct record *rec, const struct value *value,
    struct strbuf *out)
{
	const char *lang = value->lang;

	/* The record's own language may be left out or written. */
	if (value->field != NULL && value->field->type == FIELD_TYPE_TEXT &&
	    lang == NULL)
		lang = rec->lang;
	put_string(out, value->field != NULL ? value->field->name : "");
	put_string(out, value->text);
	put_string(out, lang);
	put_string(out, value->made);
	put_string(out, value->of);
	put_values(rec, value->first, out);
	strbuf_addch(out, '.');
}

static int
compare(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;
	size_t len = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->base + a->at, b->base + b->at, len);

	if (order != 0)
		return order;
	return (a->len > b->len) - (a->len < b->len);
}

static int
is_unordered(const struct field *field)
{
	return field == NULL || field->type == FIELD_TYPE_TEXT ||
	       (field->flags & FIELD_SET) != 0;
}

/* n values of one unordered field, sorted by their bytes. */
static void
put_sorted(const struct record *rec, const struct value *first, size_t n,
    struct strbuf *out)
{
	struct piece *pieces = xcalloc(n, sizeof(*pieces));
	struct strbuf bytes;
	size_t i = 0;

	strbuf_init(&bytes, CONTENT_MAX);
	for (const struct value *v = first; i < n; v = v->next, i++) {
		pieces[i].at = bytes.len;
		put_value(rec, v, &bytes);
		pieces[i].len = bytes.len - pieces[i].at;
	}
	for (i = 0; i < n; i++)
		pieces[i].base = bytes.buf;
	qsort(pieces, n, sizeof(*pieces), compare);
	for (i = 0; i < n; i++)
		strbuf_add(out, bytes.buf + pieces[i].at, pieces[i].len);
	strbuf_release(&bytes);
	free(pieces);
}

static void
put_values(const struct record *rec, const struct value *first,
    struct strbuf *out)
{
	while (first != NULL) {
		const struct value *end = first;
		size_t n = 0;

		while (end != NULL && end->field == first->field) {
			end = end->next;
			n++;
		}
		if (n > 1 && is_unordered(first->field)) {
			put_sorted(rec, first, n, out);
		} else {
			for (; first != end; first = first->next)
				put_value(rec, first, out);
		}
		first = end;
	}
}

void
record_content(const struct record *rec, struct strbuf *ret_out)
{
	strbuf_add(ret_out, "gspd-content-1", 15);
	put_string(ret_out, record_kind_name(rec->kind));
	put_string(ret_out, rec->id);
	put_string(ret_out, rec->lang);
	put_values(rec, rec->root.first, ret_out);
}
