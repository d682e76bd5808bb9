/*
 * pull: what a peer with good signatures may cost and change: quarantine,
 * shrink guard, budgets of changes and bytes (feed-protocol.md 7 and 9).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pull_scene.h"

#define DAY 86400

/* Publish, and one round that must end so. */
static void
next_head(int seconds, enum site_mode mode, enum peer_state state,
    const char *word)
{
	origin.now += seconds;
	reader.now = origin.now;
	world_publish(&origin);
	site_reset(&site);
	atomic_store(&site.mode, (int)mode);
	pull_to(state, word);
}

/* Time passes, the head is the same. */
static void
same_head(int seconds, enum peer_state state, const char *word)
{
	reader.now += seconds;
	site_reset(&site);
	pull_to(state, word);
}

static void
release(void)
{
	struct ledger_peer row;

	if (pull_release(reader.ledger, "ca", &err) == -1)
		fail_msg("%s", err.text);
	row = reader_row(&reader, "ca");
	assert_int_equal(pull_due(&row, 1800, reader.now), 0);
}

static void
test_quarantine(void **state)
{
	struct ledger_peer row;

	(void)state;
	pull_to(PEER_FRESH, "");
	world_save(&origin, 1, "Band");
	next_head(10, SITE_PAGES_WRONG, PEER_REJECTED,
	    "quarantined until it publishes another head");
	assert_int_equal(reader_row(&reader, "ca").refusals, 1);
	/* One small request a poll, however good the pages are now. */
	for (int i = 0; i < 3; i++) {
		same_head(10, PEER_REJECTED, "another head");
		assert_int_equal(site.heads, 1);
		assert_int_equal(site.objects, 0);
	}
	assert_int_equal(reader_row(&reader, "ca").refusals, 1);
	assert_int_equal(reader_records(&reader), 300);
	/* The reason is known again after something else. */
	site_reset(&site);
	atomic_store(&site.mode, SITE_BUSY);
	pull_to(PEER_UNREACHABLE, "503");
	same_head(10, PEER_REJECTED, "quarantined");
	assert_int_equal(site.objects, 0);
	world_save(&origin, 1, "Bands");
	next_head(10, SITE_GOOD, PEER_FRESH, "");
	row = reader_row(&reader, "ca");
	assert_int_equal(row.refusals, 0);
	assert_string_equal(row.refused_digest, "");
	assert_int_equal(pull_release(reader.ledger, "ca", &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	/* Nobody publishes, but what was wrong was mended: a day. */
	world_save(&origin, 1, "Choirs");
	next_head(10, SITE_PAGES_WRONG, PEER_REJECTED, "quarantined");
	same_head(DAY - 1, PEER_REJECTED, "quarantined");
	same_head(1, PEER_FRESH, "");
}

static void
test_quarantine_thrice(void **state)
{
	struct strbuf good;
	struct ledger_peer row;
	const char *path = arena_printf(arena, "%s/feed/head.xml",
	    origin.folder);

	(void)state;
	pull_to(PEER_FRESH, "");
	assert_int_equal(file_read(path, FEED_HEAD_MAX, &good, &err), 0);
	for (int i = 1; i <= 3; i++) {
		/* The old good head again in between is no new good one. */
		assert_int_equal(file_replace(path, good.buf, good.len, 0644,
				     &err),
		    0);
		same_head(10, PEER_FRESH, "");
		world_save(&origin, i, "Band");
		next_head(20, SITE_PAGES_WRONG, PEER_REJECTED,
		    i < 3 ? "another head" : "once a day");
		row = reader_row(&reader, "ca");
		assert_int_equal(row.refusals, i);
		assert_true(
		    (pull_due(&row, 1800, reader.now) > 60000) == (i == 3));
	}
	/* Nor does an answer with nothing good in it bring it back sooner. */
	same_head(10, PEER_REJECTED, "once a day");
	row = reader_row(&reader, "ca");
	assert_in_range(pull_due(&row, 1800, reader.now), 60000, DAY);
	release();
	same_head(10, PEER_FRESH, "");
	assert_int_equal(reader_row(&reader, "ca").refusals, 0);
	strbuf_release(&good);
}

/* A release is a word about what was there then, and is used once. */
static void
test_release_is_used_once(void **state)
{
	struct ledger_peer row;

	(void)state;
	pull_to(PEER_FRESH, "");
	world_save(&origin, 1, "Band");
	next_head(10, SITE_PAGES_WRONG, PEER_REJECTED, "quarantined");
	release();
	site_reset(&site);
	atomic_store(&site.mode, SITE_PAGES_WRONG);
	pull_to(PEER_REJECTED, "quarantined");
	assert_true(atomic_load(&site.objects) > 0);
	row = reader_row(&reader, "ca");
	assert_false(row.is_released);
	assert_true(pull_due(&row, 1800, reader.now) > 0);
	/* The end of a quarantine lets no shrink through. */
	release();
	world_retire_many(&origin, 0, 200);
	next_head(10, SITE_GOOD, PEER_HELD, "records would go");
	assert_false(reader_row(&reader, "ca").is_released);
	same_head(10, PEER_HELD, "records would go");
	assert_int_equal(reader_records(&reader), 300);
	release();
	same_head(10, PEER_FRESH, "");
	assert_int_equal(reader_records(&reader), 100);
}

static void
test_shrink_bounds(void **state)
{
	(void)state;
	pull_to(PEER_FRESH, "");
	world_retire_many(&origin, 0, 87); /* 29 % */
	next_head(10, SITE_GOOD, PEER_FRESH, "");
	assert_int_equal(reader_records(&reader), 213);
	world_retire_many(&origin, 87, 67); /* 31 % */
	next_head(10, SITE_GOOD, PEER_HELD, "67 of 213");
	/* The same head costs one request, and no transaction. */
	same_head(10, PEER_HELD, "67 of 213");
	assert_int_equal(site.objects, 0);
	world_retire_many(&origin, 87, 213); /* all */
	next_head(10, SITE_GOOD, PEER_HELD, "213 of 213");
	assert_int_equal(reader_records(&reader), 213);
}

/* Heads that alternate never agree; a clock set back begins the day anew. */
static void
test_shrink_alternates(void **state)
{
	(void)state;
	pull_to(PEER_FRESH, "");
	world_retire_many(&origin, 0, 150);
	next_head(10, SITE_GOOD, PEER_HELD, "150 of 300");
	for (int i = 0; i < 4; i++) {
		world_retire_many(&origin, 150, 120);
		next_head(DAY / 4 + 1, SITE_GOOD, PEER_HELD, "270 of 300");
		world_save_many(&origin, 150, 120, "Choir");
		next_head(DAY / 4 + 1, SITE_GOOD, PEER_HELD, "150 of 300");
	}
	assert_int_equal(reader_records(&reader), 300);
	assert_int_equal(reader_row(&reader, "ca").held_heads, 0);
	for (int i = 0; i < 3; i++) {
		world_save(&origin, 290 + i, "Band");
		next_head(10, SITE_GOOD, PEER_HELD, "150 of 300");
	}
	assert_int_equal(reader_row(&reader, "ca").held_heads, 3);
	same_head(DAY - 40, PEER_HELD, "");
	same_head(20, PEER_FRESH, "");
	assert_int_equal(reader_records(&reader), 150);
}

static void
test_churn(void **state)
{
	struct ledger_peer row;

	(void)state;
	reader.env.churn_min = 100;
	pull_to(PEER_FRESH, ""); /* 300 changes: the first pull is free */
	assert_int_equal(reader_row(&reader, "ca").churn, 0);
	world_save_many(&origin, 0, 200, "Band");
	next_head(10, SITE_GOOD, PEER_FRESH, "");
	assert_int_equal(reader_row(&reader, "ca").churn, 200);
	/* 150 more: 100 are left, the others take 4 hours. */
	world_save_many(&origin, 0, 150, "Trio");
	next_head(10, SITE_GOOD, PEER_HELD,
	    "150 changes at once, 100 are left of the 300 a day: held until");
	row = reader_row(&reader, "ca");
	assert_in_range(row.held_until - reader.now, 14000, 14500);
	assert_int_equal(reader_records(&reader), 300);
	/* Nothing is fetched until then, whatever comes. */
	same_head(3600, PEER_HELD, "150 changes");
	assert_int_equal(site.objects, 0);
	world_save(&origin, 290, "Solo");
	world_save_many(&origin, 0, 250, "Quartet");
	origin.now = reader.now;
	next_head(10, SITE_GOOD, PEER_HELD, "150 changes");
	assert_int_equal(site.objects, 0);
	/* Then all of it, and the budget is used up. */
	same_head(14000, PEER_FRESH, "");
	assert_int_equal(reader_row(&reader, "ca").churn, 300);
	assert_int_equal(reader_row(&reader, "ca").held_until, 0);
	world_save_many(&origin, 0, 30, "Quintet");
	origin.now = reader.now;
	next_head(10, SITE_GOOD, PEER_HELD, "30 changes");
	release();
	same_head(10, PEER_FRESH, "");
	/* A day later it is as on the first. */
	world_save_many(&origin, 0, 290, "Sextet");
	origin.now = reader.now;
	next_head(DAY, SITE_GOOD, PEER_FRESH, "");
}

/* More than any day allows: a day at most, and never later than said. */
static void
test_churn_import(void **state)
{
	struct ledger_peer row;
	int64_t until;

	(void)state;
	reader.env.churn_min = 100;
	pull_to(PEER_FRESH, "");
	world_save_many(&origin, 1000, 700, "Import");
	next_head(10, SITE_GOOD, PEER_HELD, "more than 300 changes");
	row = reader_row(&reader, "ca");
	until = row.held_until;
	assert_int_equal(until, reader.now + DAY);
	for (int i = 0; i < 5; i++) {
		world_save(&origin, 2000 + i, "More");
		next_head(3600, SITE_GOOD, PEER_HELD, "more than 300");
		row = reader_row(&reader, "ca");
		assert_int_equal(row.held_until, until);
	}
	origin.now = reader.now = until;
	world_save(&origin, 3000, "More");
	next_head(0, SITE_GOOD, PEER_FRESH, "");
	assert_int_equal(reader_records(&reader), 1006);
	/* The other way: all ids are others, the count is the same. */
	world_retire_many(&origin, 0, 300);
	world_retire_many(&origin, 1000, 700);
	world_save_many(&origin, 5000, 1000, "Other");
	next_head(2 * DAY, SITE_GOOD, PEER_HELD, "records would go");
	assert_int_equal(reader_records(&reader), 1006);
}

/* What was a mistake there is taken back: that need not wait. */
static void
test_churn_taken_back(void **state)
{
	(void)state;
	reader.env.churn_min = 100;
	pull_to(PEER_FRESH, "");
	world_save_many(&origin, 1000, 400, "Mistake");
	next_head(10, SITE_GOOD, PEER_HELD, "more than 300 changes");
	world_retire_many(&origin, 1000, 400);
	next_head(10, SITE_GOOD, PEER_FRESH, "");
	assert_int_equal(reader_row(&reader, "ca").held_until, 0);
	/* Clock 10 years ahead and back again: held, but not for years. */
	world_save_many(&origin, 1000, 400, "Mistake");
	next_head(10, SITE_GOOD, PEER_HELD, "more than 300 changes");
	{
		struct ledger_peer row = reader_row(&reader, "ca");

		row.held_until += INT64_C(315360000);
		assert_int_equal(ledger_peer_put(reader.ledger, &row, &err), 0);
	}
	same_head(10, PEER_FRESH, "");
}

static void
test_bytes(void **state)
{
	struct ledger_peer row = reader_row(&reader, "ca");

	(void)state;
	row.fetched = peer.max_bytes * 4;
	row.fetched_at = reader.now;
	assert_int_equal(ledger_peer_put(reader.ledger, &row, &err), 0);
	pull_to(PEER_UNREACHABLE, "more than max-bytes allows for a day");
	assert_int_equal(site.heads, 1);
	assert_int_equal(site.objects, 0);
	row = reader_row(&reader, "ca");
	assert_true(row.fetched >= peer.max_bytes * 4);
	same_head(DAY / 2, PEER_FRESH, "");
	row = reader_row(&reader, "ca");
	assert_in_range(row.fetched, peer.max_bytes, peer.max_bytes * 3);
	/* The clock was ahead when that was counted. */
	row.fetched = peer.max_bytes * 4;
	row.fetched_at = reader.now + INT64_C(315360000);
	assert_int_equal(ledger_peer_put(reader.ledger, &row, &err), 0);
	world_save(&origin, 1, "Band");
	origin.now = reader.now;
	next_head(10, SITE_GOOD, PEER_FRESH, "");
	row = reader_row(&reader, "ca");
	assert_true(row.fetched > 0 && row.fetched < 1 << 20);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_full, scene_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_quarantine),
		ROW(test_quarantine_thrice),
		ROW(test_release_is_used_once),
		ROW(test_shrink_bounds),
		ROW(test_shrink_alternates),
		ROW(test_churn),
		ROW(test_churn_import),
		ROW(test_churn_taken_back),
		ROW(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
