/*
 * pull by hints: a peer that follows edits fetches no page, and a hint that
 * lies costs the pages and nothing else (feed-protocol.md 8).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pull_scene.h"

static uint64_t seed = 7;

static unsigned
pick(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static void
later(int64_t seconds)
{
	origin.now += seconds;
	reader.now = origin.now;
}

static struct feed_head
head_now(void)
{
	struct feed_head head;

	world_verify(&origin, &head, arena);
	return head;
}

/* The next round is good and takes every record; what it asked for. */
static struct pull_result
follow(int *ret_pages, int *ret_hints)
{
	struct pull_result result;

	site_reset(&site);
	result = pull_to(PEER_FRESH, "");
	*ret_hints = atomic_load(&site.hints);
	*ret_pages = atomic_load(&site.objects) - *ret_hints;
	assert_int_equal(result.records, head_now().records);
	assert_int_equal(result.serial, head_now().serial);
	return result;
}

static void
begin(int records, size_t pad)
{
	origin.pad = pad;
	world_save_many(&origin, 0, records, "Choir");
	world_publish(&origin);
	pull_to(PEER_FRESH, "");
}

/* Five edits, a new record, one that is gone: no page is asked for. */
static void
test_edits(void **state)
{
	int pages, hints;

	(void)state;
	begin(300, 300);
	for (int i = 0; i < 5; i++) {
		later(900);
		world_save(&origin, 31 * i, "Walk");
		if (i == 2)
			world_save(&origin, 1000, "New");
		if (i == 3)
			world_retire(&origin, 200);
		world_publish(&origin);
		assert_int_equal(follow(&pages, &hints).hints, 1);
		assert_int_equal(pages, 0);
		assert_int_equal(hints, 1);
	}
}

/* Splits, joins, empty buckets, indexes on two levels or none: a long life
 * is followed without a page, at any pace. */
static void
follow_life(int records, int rounds, int churn)
{
	int pages, hints, total = 0;

	begin(records, 0);
	for (int i = 0; i < rounds; i++) {
		int steps = 1 + (int)pick(3);

		for (int step = 0; step < steps; step++) {
			later(300 + pick(2000));
			for (int k = 0; k < churn; k++) {
				int at = (int)pick((unsigned)records * 3 / 2);

				if (pick(3) == 0)
					(void)world_retire_many(&origin, at,
					    1 + (int)pick(3));
				else
					world_save(&origin, at,
					    i % 2 ? "Odd" : "Even");
			}
			world_publish(&origin);
		}
		(void)follow(&pages, &hints);
		assert_int_equal(pages, 0);
		total += hints;
	}
	assert_in_range(total, rounds, rounds * 4);
}

static void
test_small(void **state)
{
	(void)state;
	follow_life(120, 25, 6);
}

static void
test_indexes(void **state)
{
	(void)state;
	follow_life(12000, 6, 20);
	assert_true(head_now().refs[0].is_index);
}

/* Around the number of pages where indexes begin. */
static void
test_regroup(void **state)
{
	int pages, hints;
	bool had = false, had_not = false, is_index;

	(void)state;
	begin(8000, 0);
	for (int i = 0; i < 8; i++) {
		later(900);
		if (i < 4)
			world_save_many(&origin, 8000 + i * 500, 500, "More");
		else
			world_retire_many(&origin, 8000 + (i - 4) * 500, 500);
		world_publish(&origin);
		(void)follow(&pages, &hints);
		/* Indexes may be cheaper than such a hint, pages are not. */
		assert_in_range(hints, 1, 2);
		is_index = head_now().refs[0].is_index;
		assert_in_range(pages, 0, is_index ? head_now().n_refs : 0);
		had = had || is_index;
		had_not = had_not || !is_index;
	}
	assert_true(had && had_not);
}

/* A peer that slept takes the joined ones; too long, and pages it is. */
static void
test_sleeper(void **state)
{
	int pages, hints;

	(void)state;
	begin(2000, 300);
	for (int i = 0; i < 60; i++) {
		later(900);
		world_save(&origin, (int)pick(2000), "Walk");
		world_publish(&origin);
	}
	(void)follow(&pages, &hints);
	assert_int_equal(pages, 0);
	assert_in_range(hints, 3, 14);
	/* A change too large for a hint is a gap. */
	later(900);
	world_save_many(&origin, 5000, FEED_HINT_RECORDS + 1, "Many");
	world_publish(&origin);
	later(900);
	world_save(&origin, 7, "Run");
	world_publish(&origin);
	(void)follow(&pages, &hints);
	assert_int_equal(hints, 0);
	assert_true(pages > 0);
}

static void
test_resigned(void **state)
{
	int pages, hints;

	(void)state;
	begin(300, 300);
	later(FEED_RESIGN_S);
	world_publish(&origin);
	(void)follow(&pages, &hints);
	assert_int_equal(pages + hints, 0);
	later(900);
	world_save(&origin, 7, "Run");
	world_publish(&origin);
	later(FEED_RESIGN_S);
	world_publish(&origin);
	(void)follow(&pages, &hints);
	assert_int_equal(pages, 0);
	assert_int_equal(hints, 1);
}

/* ---- hints that lie ---- */

static const char *
entry_text(const char *id)
{
	return arena_printf(arena,
	    "<entry xmlns=\"" ATOM_NS "\" xml:lang=\"en\"><id>%s</id>"
	    "<title type=\"text\">No</title>"
	    "<updated>2026-11-21T10:00:00Z</updated></entry>",
	    id);
}

/* Another hint in place of the newest: the head signs for it. */
static void
put_hint(const void *data, size_t len, bool is_packed)
{
	struct feed_head head = head_now();
	struct feed_hint *hint = &head.hints[head.n_hints - 1];
	struct strbuf bytes, packed;
	char digest[65];

	strbuf_init(&packed, 8 * FEED_HINT_MAX);
	if (is_packed)
		strbuf_add(&packed, data, len);
	else
		gzip_pack(data, len, &packed);
	sha256_hex(data, len, hint->hash);
	hint->len = len == 0 || len > FEED_HINT_MAX ? 5000 : (uint32_t)len;
	if (file_put(world_path(&origin, arena,
			 arena_printf(arena, "feed/h/%s.xml.gz", hint->hash)),
		packed.buf, packed.len, 0644, &err) == -1)
		fail_msg("%s", err.text);
	strbuf_init(&bytes, FEED_HEAD_MAX);
	head.serial++;
	if (verify_sign_head(arena, &head, origin.key, &bytes, digest, &err) ==
		-1 ||
	    file_replace(world_path(&origin, arena, "feed/head.xml"), bytes.buf,
		bytes.len, 0644, &err) == -1)
		fail_msg("%s", err.text);
	strbuf_release(&bytes);
	strbuf_release(&packed);
}

static const char *
hint_open(void)
{
	struct feed_head head = head_now();

	return arena_printf(arena,
	    "<hint xmlns=\"" FEED_NS "\" from=\"%lld\" node=\"ca\" "
	    "to=\"%lld\">",
	    (long long)head.hints[head.n_hints - 1].from,
	    (long long)head.hints[head.n_hints - 1].to);
}

/* Publish an edit, put this in place of its hint: pages, and no harm. */
static void
lie(const char *inside)
{
	int pages, hints;
	const char *text;

	later(900);
	world_save(&origin, 7, arena_printf(arena, "V%u", pick(1000000)));
	world_publish(&origin);
	text = arena_printf(arena, "%s%s</hint>", hint_open(), inside);
	put_hint(text, strlen(text), false);
	later(1);
	(void)follow(&pages, &hints);
	assert_int_equal(hints, 1);
	assert_int_equal(pages, 1);
}

static void
test_lies(void **state)
{
	static const char *const nonsense[] = { "", "garbage",
		"<gone h=\"\"></gone>", "<entry ", "<entry></entry>",
		"<!DOCTYPE x>", "<entry xmlns=\"a\"><id></id></entry>" };
	struct strbuf many;

	(void)state;
	begin(300, 300);
	for (size_t i = 0; i < ARRAY_LEN(nonsense); i++)
		lie(nonsense[i]);
	lie(entry_text(world_id(&origin, arena, 7)));   /* another text */
	lie(entry_text(world_id(&origin, arena, 9)));   /* another record */
	lie(entry_text(world_id(&origin, arena, 900))); /* one that is not */
	lie(entry_text("urn:gspd:sg:00000007-0000-4000-8000-000000000000"));
	strbuf_init(&many, FEED_HINT_MAX);
	for (int i = 0; i < 60; i++)
		strbuf_addf(&many, "<gone h=\"%064x\"></gone>", i);
	lie(many.buf);
	strbuf_release(&many);
}

/* All gone, by a hint that says so of records that are there. */
static void
test_all_gone(void **state)
{
	struct strbuf text;
	struct feed_gone all[300];
	int pages, hints;

	(void)state;
	begin(300, 3000);
	later(900);
	world_save(&origin, 7, "Walk");
	world_publish(&origin);
	strbuf_init(&text, FEED_HINT_MAX);
	strbuf_addstr(&text, hint_open());
	for (int i = 0; i < 300; i++) {
		const char *id = world_id(&origin, arena, i);

		sha256_hex(id, strlen(id), all[i].hash);
	}
	qsort(all, 300, sizeof(all[0]),
	    (int (*)(const void *, const void *))strcmp);
	for (int i = 0; i < 300; i++)
		strbuf_addf(&text, "<gone h=\"%s\"></gone>", all[i].hash);
	strbuf_addstr(&text, "</hint>");
	put_hint(text.buf, text.len, false);
	strbuf_release(&text);
	later(1);
	assert_int_equal(follow(&pages, &hints).records, 300);
	assert_int_equal(hints, 1);
	assert_int_equal(pages, 1);
}

/* Not what was signed for: missing, torn, a bomb. */
static void
test_transport(void **state)
{
	static char zeros[4 * FEED_HINT_MAX];
	struct strbuf bomb;
	int pages, hints;

	(void)state;
	begin(300, 300);
	strbuf_init(&bomb, FEED_HINT_MAX);
	gzip_pack(zeros, sizeof(zeros), &bomb);
	for (int i = 0; i < 4; i++) {
		struct feed_head head;
		const char *path;

		later(900);
		world_save(&origin, 7, arena_printf(arena, "Walk %d", i));
		world_publish(&origin);
		head = head_now();
		path = world_path(&origin, arena,
		    arena_printf(arena, "feed/h/%s.xml.gz",
			head.hints[head.n_hints - 1].hash));
		if (i == 0)
			assert_int_equal(file_remove(path, &err), 0);
		else if (i == 1)
			assert_int_equal(file_put(path, "torn", 4, 0644, &err),
			    0);
		else if (i == 2)
			assert_int_equal(file_put(path, bomb.buf, bomb.len,
					     0644, &err),
			    0);
		else
			put_hint(bomb.buf, bomb.len, true);
		later(1);
		(void)follow(&pages, &hints);
		assert_int_equal(hints, 1);
		assert_int_equal(pages, 1);
	}
	strbuf_release(&bomb);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_edits, scene_empty,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_small, scene_empty,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_indexes, scene_empty,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_regroup, scene_empty,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_sleeper, scene_empty,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_resigned, scene_empty,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_lies, scene_empty,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_all_gone, scene_empty,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_transport, scene_empty,
		    scene_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
