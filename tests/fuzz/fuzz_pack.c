/*
 * fuzz_pack: any bytes as a packed record, and as what a helper says of a
 * page. What is accepted packs to the same bytes, is judged without harm and
 * can be shown.
 */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "parse/part.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
unpack(struct arena *arena, const uint8_t *data, size_t len)
{
	struct record *rec;
	struct problems problems;
	struct strbuf again;
	struct err err = { 0 };

	rec = record_unpack(arena, data, len, &err);
	if (rec == NULL) {
		assert(err.code == ERR_FORMAT && err.text[0] != '\0');
		return;
	}
	strbuf_init(&again, 8 << 20);
	record_pack(rec, &again);
	assert(again.len == len && memcmp(again.buf, data, len) == 0);
	strbuf_reset(&again);
	record_content(rec, &again);
	strbuf_release(&again);
	problems_init(&problems);
	if (record_validate(rec, &problems, &err) == 0) {
		(void)record_title(rec, "fr");
		(void)record_summary(rec, NULL);
		(void)record_country(rec);
	}
	problems_release(&problems);
}

static int
on_record(void *ctx, const char *id, struct record *rec, const struct err *why,
    const char *bytes, size_t len, struct err *err)
{
	(void)ctx;
	(void)len;
	(void)err;
	assert(rec == NULL || strcmp(rec->id, id) == 0);
	assert((rec == NULL) == (why != NULL));
	assert(memcmp(bytes, "<entry ", 7) == 0);
	return 0;
}

/* The input is the page and, behind its end tag, the answer about it. */
static void
answer(struct arena *arena, const uint8_t *data, size_t len)
{
	struct feed_ref ref = { .n = 2 }, *refs;
	struct page_job job = { .ref = &ref, .node = "ca" };
	static const char close[] = "</a:feed>";
	const uint8_t *end = memmem(data, len, close, strlen(close));
	size_t n = end != NULL ? (size_t)(end - data) + strlen(close) : len / 2;
	struct wire in = wire_of(data + n, len - n);
	const char *wrong;
	struct err err;

	strbuf_init(&job.bytes, 8 << 20);
	strbuf_add(&job.bytes, data, n);
	if (page_answer(&in, &job, arena, on_record, NULL, &wrong, &err) == -1)
		assert(wrong != NULL);
	strbuf_release(&job.bytes);
	in = wire_of(data, len);
	if (refs_answer(&in, arena, &refs, &n) == 0)
		assert(n <= FEED_REFS_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new();

	unpack(arena, data, len);
	arena_reset(arena);
	answer(arena, data, len);
	arena_free(arena);
	return 0;
}
