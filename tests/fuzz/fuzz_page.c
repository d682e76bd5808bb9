/*
 * Pages and entries from any bytes: a record that was read is written and
 * read again without loss, validated without a crash; ids ascend.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Written, read, written: the same bytes. */
static void
round_trip(const struct record *rec)
{
	struct arena *arena = arena_new();
	struct strbuf first, second;
	struct record *again;
	struct problems problems;
	struct err err;

	strbuf_init(&first, 4 * FEED_RECORD_MAX);
	strbuf_init(&second, 4 * FEED_RECORD_MAX);
	if (feed_entry_write(rec, &first, &err) == 0) {
		assert(feed_entry_read(arena, first.buf, first.len, &again,
			   &err) == 0);
		assert(feed_entry_write(again, &second, &err) == 0);
		assert(first.len == second.len &&
		       memcmp(first.buf, second.buf, first.len) == 0);
	} else {
		assert(err.code == ERR_LIMIT);
	}
	problems_init(&problems);
	if (record_validate(rec, &problems, &err) != 0)
		assert(err.text[0] != '\0');
	problems_release(&problems);
	strbuf_release(&first);
	strbuf_release(&second);
	arena_free(arena);
}

static int
on_record(void *ctx, const char *id, struct record *rec, const struct err *why,
    const char *bytes, size_t len, struct err *err)
{
	char *last = ctx;

	(void)err;
	assert(strcmp(last, id) < 0 && strlen(id) < RECORD_ID_MAX);
	memcpy(last, id, strlen(id) + 1);
	assert(len > 8 && memcmp(bytes, "<entry ", 7) == 0);
	if (rec != NULL) {
		assert(strcmp(rec->id, id) == 0);
		round_trip(rec);
	} else {
		assert(why->text[0] != '\0');
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct arena *arena = arena_new();
	char last[RECORD_ID_MAX] = "";
	struct record *rec;
	struct err err;

	if (feed_page_read(text, len, "ca", "", on_record, last, &err) != 0)
		assert(err.code != ERR_NONE && err.text[0] != '\0');
	if (feed_entry_read(arena, text, len, &rec, &err) == 0)
		round_trip(rec);
	arena_free(arena);
	return 0;
}
