/*
 * The layout at a million records (feed-protocol.md 4): ids are hashed and
 * cut for real, indexes and head are written and signed for real; only the
 * bytes of the pages are made up, for 30,000 files would test the disk. A
 * node with a million real ones is tests/soak/million.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feed_world.h"
#include "publish/run.h"

#define RECORDS   1000000
#define ENTRY_LEN 1000
#define FRAME_LEN 400
#define HINTS_TO  WORLD_NOW

static struct world world;
static struct arena *arena;
static struct publish_result result;
static struct publish_options options;
static struct run run;
static struct err err;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new();
	world_init(&world, "ca");
	options = (struct publish_options){ .folder = world.folder,
		.node = "ca",
		.now = world.now };
	run = (struct run){ .ledger = world.ledger,
		.options = &options,
		.result = &result,
		.arena = arena_new(),
		.scratch = arena_new(),
		.objects = world_path(&world, arena, "feed/p"),
		.linger_until = world.now + 3600 };
	assert_int_equal(file_mkdirs(run.objects, 0755, &err), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(run.regions);
	free(run.written);
	arena_free(run.scratch);
	arena_free(run.arena);
	world_release(&world);
	arena_free(arena);
	return 0;
}

/* ---- pages ---- */

static int
compare_items(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static struct ledger_page
page_row(const char *prefix, size_t n, int version)
{
	struct ledger_page row = { .n = (int64_t)n,
		.len = (int64_t)n * ENTRY_LEN + FRAME_LEN };
	char text[64];

	(void)snprintf(row.prefix, sizeof(row.prefix), "%s", prefix);
	(void)snprintf(text, sizeof(text), "%s %d", prefix, version);
	sha256_hex(text, strlen(text), row.hash);
	return row;
}

static int
on_page(void *ctx, const char *prefix, const struct feed_item *items, size_t n,
    struct err *why)
{
	struct ledger_page row = page_row(prefix, n, 0);

	(void)items;
	++*(size_t *)ctx;
	return ledger_page_put(world.ledger, &row, why);
}

static size_t
make_pages(int records)
{
	struct feed_item *items = xcalloc((size_t)records, sizeof(*items));
	size_t n = 0;

	for (int i = 0; i < records; i++) {
		char id[RECORD_ID_MAX];

		(void)snprintf(id, sizeof(id),
		    "urn:gspd:ca:%08x-0000-4000-8000-000000000000",
		    (unsigned)i);
		sha256(id, strlen(id), items[i].hash);
		items[i].len = ENTRY_LEN;
	}
	qsort(items, (size_t)records, sizeof(*items), compare_items);
	if (feed_trie_cut("", items, (size_t)records, on_page, &n, &err) == -1)
		fail_msg("%s", err.text);
	free(items);
	return n;
}

/* ---- indexes and head ---- */

static struct feed_ref *
update(const char *region, size_t *ret_n)
{
	struct run_region where = { "" };
	struct feed_ref *refs;

	(void)snprintf(where.prefix, sizeof(where.prefix), "%s", region);
	run.n_regions = 0;
	VEC_PUSH(run.regions, run.n_regions, run.cap_regions, where);
	memset(&result, 0, sizeof(result));
	if (index_update(&run, &refs, ret_n, &err) == -1)
		fail_msg("%s", err.text);
	assert_in_range(*ret_n, 1, FEED_REFS_MAX);
	return refs;
}

/* With as much in it as a head may have. */
static struct feed_head
full_head(struct feed_ref *refs, size_t n)
{
	struct feed_head head = { .node = "ca",
		.serial = world.now,
		.next = world.now + FEED_NEXT_S,
		.expires = world.now + FEED_EXPIRES_S,
		.refs = refs,
		.n_refs = n };
	static const char hash[] = "0123456789abcdef0123456789abcdef"
				   "0123456789abcdef0123456789abcdef";

	memcpy(head.nextkey, world.nextkey, sizeof(head.nextkey));
	for (size_t i = 0; i < n; i++)
		head.records += refs[i].n;
	head.n_hints = FEED_HINTS_MAX;
	head.hints = arena_alloc(arena, head.n_hints * sizeof(*head.hints));
	for (size_t i = 0; i < head.n_hints; i++) {
		head.hints[i] = (struct feed_hint){ .from = HINTS_TO - 24 +
							    (int64_t)i,
			.to = HINTS_TO - 23 + (int64_t)i,
			.len = FEED_HINT_MAX };
		memcpy(head.hints[i].hash, hash, sizeof(hash));
	}
	head.n_seen = FEED_SEEN_MAX;
	head.seen = arena_alloc(arena, head.n_seen * sizeof(*head.seen));
	for (size_t i = 0; i < head.n_seen; i++) {
		head.seen[i] = (struct feed_seen){ .serial = world.now,
			.epoch = 999 };
		(void)snprintf(head.seen[i].node, sizeof(head.seen[i].node),
		    "gb-abcdefghij-abcdefg%03u", (unsigned)(i % 1000));
		memcpy(head.seen[i].digest, hash, sizeof(hash));
	}
	return head;
}

static size_t
check_head(struct feed_ref *refs, size_t n)
{
	struct verify_policy policy = { .node = "ca",
		.key_hash = world.key_hash,
		.now = world.now,
		.epoch = 0 };
	struct feed_head head = full_head(refs, n), again;
	struct strbuf bytes;
	char digest[65];
	size_t len;

	strbuf_init(&bytes, FEED_HEAD_MAX);
	if (verify_sign_head(arena, &head, world.key, &bytes, digest, &err) ==
		-1 ||
	    verify_head(arena, bytes.buf, bytes.len, &policy, &again, digest,
		&err) != VERIFY_NEW)
		fail_msg("%s", err.text);
	len = bytes.len;
	strbuf_release(&bytes);
	assert_true(len < FEED_HEAD_MAX);
	assert_int_equal(again.records, RECORDS);
	assert_int_equal(again.n_refs, n);
	assert_int_equal(again.n_seen, FEED_SEEN_MAX);
	return len;
}

/* Pages below these, by reading every index back from the disk. */
static size_t
check_indexes(const struct feed_ref *refs, size_t n, int depth)
{
	size_t pages = 0;

	for (size_t i = 0; i < n; i++) {
		struct strbuf packed, bytes;
		struct feed_ref *below;
		size_t n_below;

		if (!refs[i].is_index) {
			pages++;
			continue;
		}
		assert_in_range(depth, 1, FEED_INDEX_LEVELS);
		strbuf_init(&bytes, FEED_INDEX_MAX);
		if (file_read(arena_printf(arena, "%s/%s.xml.gz", run.objects,
				  refs[i].hash),
			FEED_INDEX_MAX, &packed, &err) == -1 ||
		    gzip_unpack(packed.buf, packed.len, FEED_INDEX_MAX, &bytes,
			&err) == -1 ||
		    verify_index(arena, &refs[i], "ca", bytes.buf, bytes.len,
			&below, &n_below, &err) == -1)
			fail_msg("%s", err.text);
		strbuf_release(&packed);
		strbuf_release(&bytes);
		pages += check_indexes(below, n_below, depth + 1);
	}
	return pages;
}

static size_t
count_changed(const struct feed_ref *a, const struct feed_ref *b, size_t n)
{
	size_t changed = 0;

	for (size_t i = 0; i < n; i++) {
		assert_string_equal(a[i].prefix, b[i].prefix);
		changed += strcmp(a[i].hash, b[i].hash) != 0;
	}
	return changed;
}

static void
test_million(void **state)
{
	struct feed_ref *refs, *after;
	struct ledger_page *pages, row;
	size_t n, n_after, n_pages, n_read, len;

	(void)state;
	assert_int_equal(ledger_begin(world.ledger, &err), 0);
	n_pages = make_pages(RECORDS);
	assert_in_range(n_pages, RECORDS / 48, RECORDS / 20);
	refs = update("", &n);
	assert_true(refs[0].is_index);
	assert_true((size_t)result.indexes_written >= n);
	len = check_head(refs, n);
	assert_int_equal(check_indexes(refs, n, 1), n_pages);
	print_message("%zu pages, %lld indexes, %zu in the head, which has %zu "
		      "bytes with %d seen and %d hints\n",
	    n_pages, (long long)result.indexes_written, n, len, FEED_SEEN_MAX,
	    FEED_HINTS_MAX);

	/* One edit: its page, its index on each level, one line of the head. */
	assert_int_equal(ledger_pages(world.ledger, arena, 0, "0110", &pages,
			     &n_read, &err),
	    0);
	row = page_row(pages[0].prefix, (size_t)pages[0].n, 1);
	assert_int_equal(rows_replace(&run, 0, row.prefix, &row, 1, &err), 0);
	after = update(row.prefix, &n_after);
	assert_int_equal(n_after, n);
	assert_in_range(result.indexes_written, 1, FEED_INDEX_LEVELS);
	assert_int_equal(count_changed(refs, after, n), 1);
	assert_int_equal(check_indexes(after, n, 1), n_pages);
	(void)check_head(after, n);

	/* The page leaves: as if it had never been. */
	assert_int_equal(rows_replace(&run, 0, row.prefix, NULL, 0, &err), 0);
	after = update(row.prefix, &n_after);
	assert_int_equal(check_indexes(after, n_after, 1), n_pages - 1);
	ledger_rollback(world.ledger);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_million, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
