/*
 * fuzz_record: the bytes are told as a tree of values (field, text), however
 * absurd. Whatever comes out is judged without harm, packs and unpacks to
 * the same bytes, and an identifier in canonical form stays as it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "record/record.h"

#define ID "urn:gspd:ca:00000000-0000-4000-8000-000000000001"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Field byte, length byte, text: to the group added last where it fits. */
static void
build(struct record *rec, const uint8_t *data, size_t size)
{
	struct value *group = NULL;
	enum field_id group_id = FIELD_ROOT;

	while (size >= 2 && rec->n_values < RECORD_MAX_VALUES) {
		const struct field *field = field_get(
		    (enum field_id)(1 + data[0] % (FIELD_COUNT - 1)));
		size_t len = data[1];
		char *text;

		data += 2;
		size -= 2;
		if (len > size)
			len = size;
		text = arena_strndup(rec->arena, (const char *)data, len);
		data += len;
		size -= len;
		if (field->parent != FIELD_ROOT && field->parent != group_id) {
			record_add_unknown(rec, group, text, strlen(text));
		} else if (field->type == FIELD_TYPE_GROUP) {
			group = record_add(rec,
			    field->parent == FIELD_ROOT ? NULL : group,
			    field->id, NULL, NULL);
			group_id = field->id;
		} else {
			record_add(rec,
			    field->parent == FIELD_ROOT ? NULL : group,
			    field->id, text, len % 3 == 0 ? "fr" : NULL);
		}
	}
}

static void
check_pack(const struct record *rec)
{
	struct arena *arena = arena_new();
	struct strbuf one, two;
	struct record *back;
	struct err err;

	strbuf_init(&one, 1 << 22);
	strbuf_init(&two, 1 << 22);
	record_pack(rec, &one);
	back = record_unpack(arena, one.buf, one.len, &err);
	if (back == NULL)
		abort();
	record_pack(back, &two);
	if (one.len != two.len || memcmp(one.buf, two.buf, one.len) != 0)
		abort();
	strbuf_reset(&one);
	strbuf_reset(&two);
	record_content(rec, &one);
	record_content(record_copy(arena, back), &two);
	if (one.len != two.len || memcmp(one.buf, two.buf, one.len) != 0)
		abort();
	strbuf_release(&one);
	strbuf_release(&two);
	arena_free(arena);
}

static void
check_identifiers(struct arena *arena, const struct record *rec)
{
	for (const struct value *v = value_find(&rec->root, FIELD_IDENTIFIER);
	     v != NULL; v = value_next(v)) {
		const char *scheme = value_get(v, FIELD_IDENTIFIER_SCHEME);
		const char *value = value_get(v, FIELD_IDENTIFIER_VALUE);
		const char *scheme2, *value2;
		struct err err;

		if (scheme == NULL || value == NULL ||
		    identifier_normalise(arena, scheme, value, &scheme, &value,
			&err) == -1)
			continue;
		if (identifier_normalise(arena, scheme, value, &scheme2,
			&value2, &err) == -1 ||
		    strcmp(scheme, scheme2) != 0 || strcmp(value, value2) != 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems problems;
	struct arena *arena;
	struct record *rec;
	struct err err;

	if (size < 1)
		return 0;
	arena = arena_new();
	rec = record_new(arena, (enum record_kind)(data[0] % RECORD_KIND_COUNT),
	    ID, "en");
	build(rec, data + 1, size - 1);
	problems_init(&problems);
	if ((record_validate(rec, &problems, &err) == 0) !=
	    (problems.errors == 0))
		abort();
	problems_release(&problems);
	check_pack(rec);
	check_identifiers(arena, rec);
	for (const struct value *v = rec->root.first; v; v = v->next) {
		if (v->text != NULL)
			(void)vocab_match(VOCAB_ZONE, v->text);
	}
	(void)record_title(rec, "fr");
	(void)record_summary(rec, NULL);
	(void)record_country(rec);
	/* As bytes of a store gone bad. */
	(void)!record_unpack(arena, data, size, &err);
	arena_free(arena);
	return 0;
}
