/*
 * pull: what a hostile peer leaves on the disk (store.c; feed-protocol.md 9):
 * objects of heads that are never completed are bounded, and no two heads are
 * so alike in name that one of them is no evidence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pull/plan.h"
#include "pull_scene.h"

#define JUNK      20
#define JUNK_SIZE (128 * 1024)

/* What was staged for heads of which nothing came. */
static void
put_junk(void)
{
	const char *dir = arena_printf(arena, "%s/pages/ca/staging",
	    reader.folder);
	char *junk = arena_alloc(arena, JUNK_SIZE);

	memset(junk, 'x', JUNK_SIZE);
	if (file_mkdirs(dir, 0755, &err) == -1)
		fail_msg("%s", err.text);
	for (int i = 0; i < JUNK; i++)
		if (file_put(arena_printf(arena, "%s/%064d.xml.gz", dir, i),
			junk, JUNK_SIZE, 0644, &err) == -1)
			fail_msg("%s", err.text);
}

static size_t
count_staged(void)
{
	char **names;
	size_t n;

	assert_int_equal(file_list(arena,
			     arena_printf(arena, "%s/pages/ca/staging",
				 reader.folder),
			     &names, &n, &err),
	    0);
	return n;
}

/* However its rounds end. */
static void
test_staging_bounded(void **state)
{
	(void)state;
	put_junk();
	peer.max_records = 10;
	/* Less than is allowed: it may be of use yet. */
	peer.max_bytes = JUNK * JUNK_SIZE;
	pull_to(PEER_REJECTED, "max-records");
	assert_int_equal(count_staged(), JUNK);
	peer.max_bytes = 1 << 20;
	pull_to(PEER_REJECTED, "max-records");
	assert_int_equal(count_staged(), 0);
	peer.max_records = 1000;
	pull_to(PEER_FRESH, "");
}

/* Indexes count as well: they are staged before the first page is known. */
static void
test_plan_counts_indexes(void **state)
{
	struct feed_ref refs[64];
	struct feed_head head = { .node = "ca",
		.records = 64,
		.refs = refs,
		.n_refs = ARRAY_LEN(refs) };
	struct plan plan;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refs); i++) {
		refs[i] = (struct feed_ref){ .is_index = true,
			.n = 1,
			.len = FEED_INDEX_MAX };
		memset(refs[i].hash, 'a', 64);
	}
	assert_int_equal(plan_init(&plan, &head, NULL, 1000,
			     ARRAY_LEN(refs) * FEED_INDEX_MAX, &err),
	    0);
	plan_release(&plan);
	assert_int_equal(plan_init(&plan, &head, NULL, 1000,
			     ARRAY_LEN(refs) * FEED_INDEX_MAX - 1, &err),
	    -1);
	assert_int_equal(err.code, ERR_LIMIT);
	plan_release(&plan);
}

/* Two heads can be ground, in seconds, until their digests begin alike. */
static void
test_evidence_alike(void **state)
{
	const char *one = arena_printf(arena, "deadbeef%056d", 1);
	const char *two = arena_printf(arena, "deadbeef%056d", 2);
	struct store store;
	bool is_proven = true;

	(void)state;
	store_init(&store, arena, reader.folder, "ca");
	assert_int_equal(store_evidence(&store, 7, one, "", "one", 3,
			     &is_proven, &err),
	    0);
	assert_false(is_proven);
	assert_int_equal(store_evidence(&store, 7, two, "", "two", 3,
			     &is_proven, &err),
	    0);
	assert_true(is_proven);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_full, scene_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_staging_bounded),
		ROW(test_plan_counts_indexes),
		ROW(test_evidence_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
