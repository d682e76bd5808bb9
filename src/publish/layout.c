/*
 * layout: records -> pages, incrementally. The cut is a pure function of the
 * set (feed-protocol.md 3), so a change touches only the subtree where it
 * happened: the page that covers it, split when it became too big, or the
 * highest ancestor that has become small enough for one page.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish/run.h"

#define CHUNK_RECORDS 8192 /* read at once */
#define CHUNK_BYTES   (16 * 1024 * 1024)
#define MANY_TOUCHED  2000 /* think about doing it all at once */

struct chunk { /* records of one subtree, in order of hash */
	struct run *run;
	struct arena *arena;
	struct feed_item *items;
	struct feed_entry *entries;
	size_t n;
	size_t cap_items;
	size_t cap_entries;
	const struct ledger_page *old;
	size_t n_old;
	struct ledger_page *rows; /* made so far, whole region */
	size_t n_rows;
	size_t cap_rows;
};

static int
on_entry(void *ctx, const struct ledger_entry *entry, struct err *err)
{
	struct chunk *chunk = ctx;
	struct feed_item item = { .len = (uint32_t)entry->len };
	struct feed_entry copy = {
		.id = arena_strdup(chunk->arena, entry->id),
		.bytes = arena_strndup(chunk->arena, entry->bytes, entry->len),
		.len = entry->len,
		.published_at = entry->published_at,
	};
	size_t n = chunk->n;

	if (entry->len > FEED_RECORD_MAX)
		return err_set(err, ERR_LIMIT,
		    "record %s has %zu bytes, more than %d", entry->id,
		    entry->len, FEED_RECORD_MAX);
	memcpy(item.hash, entry->hash, sizeof(item.hash));
	VEC_PUSH(chunk->items, chunk->n, chunk->cap_items, item);
	VEC_PUSH(chunk->entries, n, chunk->cap_entries, copy);
	return 0;
}

int
layout_compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct feed_entry *)a)->id,
	    ((const struct feed_entry *)b)->id);
}

static int
on_page(void *ctx, const char *prefix, const struct feed_item *items, size_t n,
    struct err *err)
{
	struct chunk *chunk = ctx;
	struct run *run = chunk->run;
	struct feed_entry *entries = chunk->entries + (items - chunk->items);
	struct ledger_page row = { .n = (int64_t)n, .level = 0 };
	const struct ledger_page *old;
	struct strbuf page;
	int ret = -1;

	/* Each range is cut once: it may be reordered in place. */
	qsort(entries, n, sizeof(*entries), layout_compare_ids);
	strbuf_init(&page, FEED_PAGE_MAX);
	feed_page_write(run->options->node, prefix, entries, n, &page);
	if (strbuf_check(&page, "a page", err) == -1)
		goto out;
	(void)snprintf(row.prefix, sizeof(row.prefix), "%s", prefix);
	sha256_hex(page.buf, page.len, row.hash);
	row.len = (int64_t)page.len;
	old = rows_find(chunk->old, chunk->n_old, prefix);
	if (run->is_full || old == NULL || strcmp(old->hash, row.hash) != 0) {
		if (object_write(run, &page, row.hash, err) == -1)
			goto out;
		run->result->pages_written++;
	}
	VEC_PUSH(chunk->rows, chunk->n_rows, chunk->cap_rows, row);
	ret = 0;
out:
	strbuf_release(&page);
	return ret;
}

static bool
is_page(int64_t n, int64_t bytes, size_t depth)
{
	return n == 0 ||
	       feed_is_page((size_t)n, (uint64_t)bytes, (unsigned)depth);
}

/* Cut a subtree; a large one in pieces, so that memory stays small. */
static int
cut(struct chunk *chunk, const char *prefix, struct err *err)
{
	char child[RUN_PREFIX_LEN];
	size_t depth = strlen(prefix);
	int64_t n, bytes;

	if (ledger_measure(chunk->run->ledger, prefix, &n, &bytes, err) == -1)
		return -1;
	if (n == 0)
		return 0;
	if ((n > CHUNK_RECORDS || bytes > CHUNK_BYTES) &&
	    !is_page(n, bytes, depth)) {
		for (int bit = 0; bit < 2; bit++) {
			(void)snprintf(child, sizeof(child), "%s%d", prefix,
			    bit);
			if (cut(chunk, child, err) == -1)
				return -1;
		}
		return 0;
	}
	arena_reset(chunk->arena);
	chunk->n = 0;
	if (ledger_entries(chunk->run->ledger, prefix, on_entry, chunk, err) ==
	    -1)
		return -1;
	return feed_trie_cut(prefix, chunk->items, chunk->n, on_page, chunk,
	    err);
}

static int
region_replace(struct run *run, const char *prefix, struct err *err)
{
	struct chunk chunk = { .run = run, .arena = arena_new() };
	struct ledger_page *old;
	struct run_region region = { "" };
	int ret = -1;

	if (rows_read(run, run->arena, 0, prefix, &old, &chunk.n_old, err) ==
	    -1)
		goto out;
	chunk.old = old;
	if (cut(&chunk, prefix, err) == -1 ||
	    rows_replace(run, 0, prefix, chunk.rows, chunk.n_rows, err) == -1)
		goto out;
	(void)snprintf(region.prefix, sizeof(region.prefix), "%s", prefix);
	VEC_PUSH(run->regions, run->n_regions, run->cap_regions, region);
	if (prefix[0] == '\0')
		run->result->pages = (int64_t)chunk.n_rows;
	ret = 0;
out:
	free(chunk.items);
	free(chunk.entries);
	free(chunk.rows);
	arena_free(chunk.arena);
	return ret;
}

/* Up while the parent, as it is now, is one page. */
static int
climb(struct run *run, char prefix[RUN_PREFIX_LEN], struct err *err)
{
	size_t len = strlen(prefix);
	int64_t n, bytes;

	while (len > 0) {
		char last = prefix[len - 1];

		prefix[len - 1] = '\0';
		if (ledger_measure(run->ledger, prefix, &n, &bytes, err) == -1)
			return -1;
		if (!is_page(n, bytes, len - 1)) {
			prefix[len - 1] = last;
			break;
		}
		len--;
	}
	return 0;
}

static int
compare_hashes(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static int
is_bulk(struct run *run, size_t n, bool *ret_is, struct err *err)
{
	int64_t all;

	*ret_is = run->is_full;
	if (*ret_is || n < MANY_TOUCHED)
		return 0;
	if (ledger_count(run->ledger, &all, err) == -1)
		return -1;
	*ret_is = (int64_t)n > all / 16;
	return 0;
}

int
layout_update(struct run *run, uint8_t (*touched)[32], size_t n,
    struct err *err)
{
	char prefix[RUN_PREFIX_LEN] = "", path[RUN_PREFIX_LEN];
	bool has_region = false, is_whole;

	if (is_bulk(run, n, &is_whole, err) == -1)
		return -1;
	if (is_whole)
		return region_replace(run, "", err);
	if (n > 1)
		qsort(touched, n, sizeof(*touched), compare_hashes);
	for (size_t i = 0; i < n; i++) {
		for (unsigned bit = 0; bit < FEED_PREFIX_MAX; bit++)
			path[bit] = feed_bit(touched[i], bit) ? '1' : '0';
		path[FEED_PREFIX_MAX] = '\0';
		if (has_region && rows_covers(prefix, path))
			continue;
		if (rows_locate(run, 0, path, prefix, err) == -1 ||
		    climb(run, prefix, err) == -1 ||
		    region_replace(run, prefix, err) == -1)
			return -1;
		has_region = true;
	}
	return 0;
}
