/*
 * Hints from any bytes: one that is taken is written again without loss, its
 * entries are where it says, ids ascend; and a page is taken apart alike.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "feed/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check_entries(const char *data, size_t len, const struct feed_entry *entries,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert(entries[i].bytes >= data &&
		       entries[i].bytes + entries[i].len <= data + len);
		assert(entries[i].len <= FEED_RECORD_MAX);
		assert(strncmp(entries[i].id, "urn:gspd:ca:", 12) == 0);
		assert(i == 0 || strcmp(entries[i - 1].id, entries[i].id) < 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct arena *arena = arena_new();
	struct feed_changes changes;
	struct feed_entry *entries;
	struct strbuf out;
	struct err err = { 0 };
	size_t n;

	strbuf_init(&out, FEED_HINT_MAX + 1);
	if (feed_hint_read(arena, text, len, "ca", &changes, &err) == 0) {
		check_entries(text, len, changes.entries, changes.n_entries);
		assert(feed_hint_write("ca", &changes, &out, &err) == 0);
		assert(out.len == len && memcmp(out.buf, text, len) == 0);
	} else {
		assert(err.code != ERR_NONE && err.text[0] != '\0');
	}
	if (feed_page_split(arena, text, len, "ca", &entries, &n, &err) == 0)
		check_entries(text, len, entries, n);
	strbuf_release(&out);
	arena_free(arena);
	return 0;
}
