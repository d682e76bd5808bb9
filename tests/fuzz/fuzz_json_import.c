/*
 * Our own JSON on any bytes: a record that is valid comes back equal from
 * what export/ writes of it.
 */
#include <assert.h>
#include <string.h>

#include "export/export.h"
#include "import/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct record *
read_record(struct arena *arena, const char *data, size_t len,
    struct problems *problems)
{
	struct record *rec = NULL;
	struct json *json;
	struct err err;

	json = json_parse(data, len, &err);
	if (json == NULL)
		return NULL;
	if (import_record_json(arena, json, "ca", &rec, problems, &err) == -1)
		rec = NULL;
	json_free(json);
	return rec;
}

static void
check_round_trip(struct arena *arena, const struct record *rec)
{
	struct problems problems;
	struct json_writer w;
	struct strbuf text, first, second;
	struct record *again;

	problems_init(&problems);
	strbuf_init(&text, 64 << 20);
	strbuf_init(&first, 64 << 20);
	strbuf_init(&second, 64 << 20);
	json_writer_init(&w, &text, 1);
	export_record_json(&w, rec);
	again = read_record(arena, text.buf, text.len, &problems);
	assert(again != NULL);
	record_pack(rec, &first);
	record_pack(again, &second);
	assert(first.len == second.len);
	assert(memcmp(first.buf, second.buf, first.len) == 0);
	strbuf_reset(&text);
	export_ris(rec, NULL, &text);
	export_bibtex(rec, NULL, &text);
	assert(valid_utf8(text.buf, text.len, NULL));
	strbuf_release(&second);
	strbuf_release(&first);
	strbuf_release(&text);
	problems_release(&problems);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new();
	struct problems problems;
	struct record *rec;
	struct err err;

	problems_init(&problems);
	rec = read_record(arena, (const char *)data, len, &problems);
	if (rec != NULL && record_validate(rec, &problems, &err) == 0)
		check_round_trip(arena, rec);
	problems_release(&problems);
	arena_free(arena);
	return 0;
}
