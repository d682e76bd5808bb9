/*
 * pull: what a node makes of a peer that is well, and of what changes there
 * from day to day (pull.h, feed-protocol.md 7 to 10). For peers that lie see
 * test_pull_lies.c.
 */
#include <sys/wait.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pull_scene.h"

static void
assert_state(const struct pull_result *result, enum peer_state state)
{
	if (result->state != state)
		fail_msg("state %s (%s), not %s",
		    peer_state_name(result->state), result->reason,
		    peer_state_name(state));
}

/* Publish and let the reader see it. */
static struct pull_result
pass_on(int seconds)
{
	origin.now += seconds;
	reader.now = origin.now;
	world_publish(&origin);
	site_reset(&site);
	return reader_pull(&reader, &peer);
}

static const char *
name_of(int i)
{
	struct record *rec;

	if (catalogue_record(reader.catalogue, arena,
		world_id(&origin, arena, i), &rec, &err) == -1)
		return NULL;
	return record_title(rec, NULL);
}

/* pages/ca/ is a whole feed of its own. */
static uint64_t
held_records(void)
{
	struct verify_policy policy = { .node = "ca",
		.key_hash = origin.key_hash,
		.now = reader.now,
		.epoch = -1 };
	struct feed_head head;
	uint64_t n;

	if (verify_folder(arena_printf(arena, "%s/pages/ca", reader.folder),
		&policy, &head, arena, &n, &err) == -1)
		fail_msg("%s", err.text);
	return n;
}

static int64_t
found(const char *text)
{
	struct search_query query = { .text = text, .limit = 10 };
	struct search_result result;

	if (search_run(reader.search, arena, &query, &result, &err) == -1)
		fail_msg("%s", err.text);
	return result.count;
}

static void
test_first_and_second(void **state)
{
	struct pull_result result;
	struct ledger_peer row;
	struct ledger_pull *pulls;
	size_t n;

	(void)state;
	world_save_many(&origin, 0, 300, "Choir");
	result = pass_on(0);
	assert_state(&result, PEER_FRESH);
	assert_true(result.is_changed);
	assert_int_equal(result.records, 300);
	assert_int_equal(result.bad_records, 0);
	assert_true(result.pages > 4);
	assert_int_equal(result.pages_fetched, result.pages);
	assert_int_equal(site.objects, result.pages);
	assert_true(result.bytes > 1000);
	assert_int_equal(reader_records(&reader), 300);
	assert_int_equal(held_records(), 300);
	assert_string_equal(name_of(17), "Choir 17");
	assert_int_equal(found("choir"), 300);
	row = reader_row(&reader, "ca");
	assert_int_equal(row.serial, WORLD_NOW);
	assert_int_equal(row.records, 300);
	assert_int_equal(row.last_good, WORLD_NOW);
	assert_string_equal(row.nextkey, origin.nextkey);
	assert_int_equal(reader.changes, 1);

	/* Nothing changed: one question, one 304. */
	site_reset(&site);
	result = reader_pull(&reader, &peer);
	assert_state(&result, PEER_FRESH);
	assert_false(result.is_changed);
	assert_int_equal(site.heads, 1);
	assert_int_equal(site.unchanged, 1);
	assert_int_equal(site.objects, 0);
	assert_int_equal(reader.changes, 1);
	assert_int_equal(ledger_pulls(reader.ledger, arena, "ca", &pulls, &n,
			     &err),
	    0);
	assert_int_equal(n, 2);
	assert_int_equal(pulls[0].changed, 0);
	assert_int_equal(pulls[1].changed, 300);
}

static void
test_edits(void **state)
{
	struct pull_result result;

	(void)state;
	world_save_many(&origin, 0, 300, "Choir");
	pass_on(0);
	world_save(&origin, 17, "Band");
	result = pass_on(10);
	assert_state(&result, PEER_FRESH);
	assert_int_equal(result.pages_fetched, 0);
	assert_int_equal(result.hints, 1);
	assert_int_equal(site.objects, 1);
	assert_true(result.is_changed);
	assert_string_equal(name_of(17), "Band 17");
	assert_int_equal(found("band"), 1);
	assert_int_equal(found("choir"), 299);

	world_retire(&origin, 17);
	world_save(&origin, 1000, "Drum");
	result = pass_on(10);
	assert_state(&result, PEER_FRESH);
	assert_null(name_of(17));
	assert_string_equal(name_of(1000), "Drum 1000");
	assert_int_equal(found("band"), 0);
	assert_int_equal(reader_records(&reader), 300);
	assert_int_equal(held_records(), 300);

	/* A new head over the same pages. */
	result = pass_on(FEED_RESIGN_S + 10);
	assert_state(&result, PEER_FRESH);
	assert_false(result.is_changed);
	assert_int_equal(site.objects, 0);
	assert_int_equal(reader_row(&reader, "ca").serial, origin.now);
}

static void
test_indexes(void **state)
{
	struct pull_result result;

	(void)state;
	origin.pad = 7500;
	world_save_many(&origin, 0, 2000, "Choir");
	result = pass_on(0);
	assert_state(&result, PEER_FRESH);
	assert_true(result.pages > FEED_REFS_MAX);
	assert_true(site.objects > result.pages);
	assert_int_equal(reader_records(&reader), 2000);
	world_save(&origin, 17, "Band");
	result = pass_on(10);
	assert_state(&result, PEER_FRESH);
	assert_int_equal(result.pages_fetched, 0);
	assert_int_equal(site.objects, 1); /* a hint */
	site.no_hints = true;
	world_save(&origin, 17, "Band");
	world_save(&origin, 18, "Band");
	result = pass_on(10);
	assert_state(&result, PEER_FRESH);
	assert_int_equal(result.pages_fetched, 1);
	assert_int_equal(site.objects, 3); /* no hint, an index and a page */
	assert_string_equal(name_of(17), "Band 17");
	assert_int_equal(held_records(), 2000);
}

static void
test_bad_record(void **state)
{
	struct pull_result result;

	(void)state;
	world_save_many(&origin, 0, 300, "Choir");
	world_save_bad(&origin, 300);
	result = pass_on(0);
	assert_state(&result, PEER_FRESH);
	assert_int_equal(result.bad_records, 1);
	assert_int_equal(result.records, 300);
	assert_int_equal(reader_records(&reader), 300);
	assert_null(name_of(300));
	/* It stays known while other pages change. */
	for (int i = 0; i < 5; i++) {
		world_save(&origin, 40 * i, "Band");
		result = pass_on(10);
		assert_state(&result, PEER_FRESH);
		assert_int_equal(result.bad_records, 1);
	}
	/* Also when a kill or a power cut came before the list of it. */
	assert_int_equal(file_remove(arena_printf(arena, "%s/pages/ca/bad.txt",
					 reader.folder),
			     &err),
	    0);
	world_save(&origin, 40, "Bands");
	result = pass_on(10);
	assert_state(&result, PEER_FRESH);
	assert_int_equal(result.bad_records, 1);
	assert_int_equal(reader_records(&reader), 300);
	world_save(&origin, 300, "Good");
	result = pass_on(10);
	assert_int_equal(result.bad_records, 0);
	assert_string_equal(name_of(300), "Good 300");
	/* A good record that turns bad is no longer shown. */
	world_save_bad(&origin, 20);
	result = pass_on(10);
	assert_int_equal(result.bad_records, 1);
	assert_null(name_of(20));
	assert_int_equal(reader_records(&reader), 300);
}

static void
test_growing_old(void **state)
{
	struct pull_result result;
	struct catalogue_feed feed;

	(void)state;
	world_save_many(&origin, 0, 10, "Choir");
	pass_on(0);
	reader.now += FEED_NEXT_S + 60;
	result = reader_pull(&reader, &peer);
	assert_state(&result, PEER_LATE);
	reader.now = WORLD_NOW + FEED_EXPIRES_S + 60;
	result = reader_pull(&reader, &peer);
	assert_state(&result, PEER_STALE);
	assert_true(strlen(result.reason) > 10);
	assert_int_equal(catalogue_feed_get(reader.catalogue, "ca", &feed,
			     &err),
	    0);
	assert_false(feed.is_hidden);
	assert_int_equal(found("choir"), 10);
	/* Also when it can not be reached at all. */
	atomic_store(&site.mode, SITE_BUSY);
	reader.now += 29 * 86400;
	result = reader_pull(&reader, &peer);
	assert_state(&result, PEER_STALE);
	assert_non_null(strstr(result.reason, "503"));
	assert_int_equal(found("choir"), 10);
	reader.now += 2 * 86400;
	result = reader_pull(&reader, &peer);
	assert_state(&result, PEER_STALE);
	assert_int_equal(catalogue_feed_get(reader.catalogue, "ca", &feed,
			     &err),
	    0);
	assert_true(feed.is_hidden);
	assert_int_equal(found("choir"), 0);
	/* And back. */
	origin.now = reader.now;
	result = pass_on(10);
	assert_state(&result, PEER_FRESH);
	assert_int_equal(found("choir"), 10);
}

static void
test_shrink_guard(void **state)
{
	struct pull_result result;

	(void)state;
	world_save_many(&origin, 0, 300, "Choir");
	pass_on(0);
	/* Fewer than 50, or fewer than 30 %: nothing to see. */
	world_retire_many(&origin, 0, 50);
	result = pass_on(10);
	assert_state(&result, PEER_FRESH);
	world_retire_many(&origin, 50, 70);
	result = pass_on(10);
	assert_state(&result, PEER_FRESH);
	assert_int_equal(reader_records(&reader), 180);
	/* More, even when as many others come. */
	world_retire_many(&origin, 120, 80);
	world_save_many(&origin, 1000, 80, "Other");
	result = pass_on(10);
	assert_state(&result, PEER_HELD);
	assert_int_equal(reader_records(&reader), 180);
	assert_int_equal(held_records(), 180);
	assert_non_null(name_of(130));
	result = reader_pull(&reader, &peer);
	assert_state(&result, PEER_HELD);
	assert_int_equal(pull_release(reader.ledger, "nn", &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_int_equal(pull_release(reader.ledger, "ca", &err), 0);
	site_reset(&site);
	result = reader_pull(&reader, &peer);
	assert_state(&result, PEER_FRESH);
	assert_int_equal(site.objects, 0); /* it was staged */
	assert_null(name_of(130));
	assert_int_equal(reader_records(&reader), 180);
	assert_int_equal(held_records(), 180);
	assert_false(reader_row(&reader, "ca").is_released);
	assert_int_equal(pull_release(reader.ledger, "ca", &err), -1);
}

static void
test_shrink_agreed(void **state)
{
	struct pull_result result;

	(void)state;
	world_save_many(&origin, 0, 300, "Choir");
	pass_on(0);
	world_retire_many(&origin, 0, 200);
	result = pass_on(10);
	assert_state(&result, PEER_HELD);
	for (int i = 0; i < 3; i++) { /* three heads, but no day */
		result = pass_on(FEED_RESIGN_S + 1);
		assert_state(&result, PEER_HELD);
	}
	result = reader_pull(&reader, &peer); /* the same head again */
	assert_state(&result, PEER_HELD);
	result = pass_on(FEED_RESIGN_S + 1);
	assert_state(&result, PEER_FRESH);
	assert_int_equal(reader_records(&reader), 100);
	assert_int_equal(reader_row(&reader, "ca").held_serial, 0);
}

static void
test_shrink_came_back(void **state)
{
	struct pull_result result;

	(void)state;
	world_save_many(&origin, 0, 300, "Choir");
	pass_on(0);
	world_retire_many(&origin, 0, 200);
	result = pass_on(10);
	assert_state(&result, PEER_HELD);
	world_save_many(&origin, 0, 200, "Back");
	result = pass_on(10);
	assert_state(&result, PEER_FRESH);
	assert_int_equal(reader_row(&reader, "ca").held_serial, 0);
	assert_string_equal(name_of(0), "Back 0");
}

static void
test_paused(void **state)
{
	struct pull_result result;

	(void)state;
	world_save_many(&origin, 0, 10, "Choir");
	world_publish(&origin);
	peer.is_paused = true;
	result = reader_pull(&reader, &peer);
	assert_state(&result, PEER_PAUSED);
	assert_int_equal(site.heads, 0);
	peer.is_paused = false;
	result = reader_pull(&reader, &peer);
	assert_state(&result, PEER_FRESH);
}

/* ---- without the network ---- */

static void
test_rebuild(void **state)
{
	struct catalogue_status before, after;
	struct conf_peers peers = { .items = &peer, .n = 1 };
	struct pull_result result;

	(void)state;
	world_save_many(&origin, 0, 300, "Choir");
	world_save_bad(&origin, 300);
	pass_on(0);
	world_save(&origin, 5, "Band");
	pass_on(10);
	assert_int_equal(catalogue_status(reader.catalogue, &before, &err), 0);
	reader_close(&reader);
	assert_int_equal(catalogue_destroy(reader.folder, &err), 0);
	reader_open(&reader);
	site_reset(&site);
	if (pull_rebuild(&reader.env, &peers, origin.key_hash, &err) == -1)
		fail_msg("%s", err.text);
	assert_int_equal(catalogue_status(reader.catalogue, &after, &err), 0);
	assert_int_equal(before.records, after.records);
	assert_string_equal(before.digest, after.digest);
	assert_int_equal(found("band"), 1);
	assert_int_equal(site.heads, 0);
	result = reader_pull(&reader, &peer);
	assert_state(&result, PEER_FRESH);
	assert_int_equal(site.unchanged, 1);

	/* A damaged page: that peer waits for the network, which heals it. */
	reader_close(&reader);
	assert_int_equal(catalogue_destroy(reader.folder, &err), 0);
	reader_open(&reader);
	assert_int_equal(file_remove_tree(arena_printf(arena, "%s/pages/ca/p",
					      reader.folder),
			     &err),
	    0);
	assert_int_equal(pull_rebuild(&reader.env, &peers, origin.key_hash,
			     &err),
	    0);
	assert_int_equal(reader_records(&reader), 0);
	result = reader_pull(&reader, &peer);
	assert_state(&result, PEER_FRESH);
	assert_int_equal(catalogue_status(reader.catalogue, &after, &err), 0);
	assert_string_equal(before.digest, after.digest);
}

static void
test_self(void **state)
{
	struct reader self;
	struct pull_result result;

	(void)state;
	world_save_many(&origin, 0, 300, "Choir");
	world_publish(&origin);
	reader_init_at(&self, origin.folder, "ca");
	if (pull_self(&self.env, origin.key_hash, &result, &err) == -1)
		fail_msg("%s", err.text);
	assert_true(result.is_changed);
	assert_int_equal(result.records, 300);
	assert_int_equal(reader_records(&self), 300);
	assert_int_equal(pull_self(&self.env, origin.key_hash, &result, &err),
	    0);
	assert_false(result.is_changed);
	/* Our own may shrink as it likes, and its head may be old. */
	world_retire_many(&origin, 0, 290);
	world_publish(&origin);
	self.now += 90 * 86400;
	assert_int_equal(pull_self(&self.env, origin.key_hash, &result, &err),
	    0);
	assert_int_equal(reader_records(&self), 10);
	/* Not with another key. */
	world_save(&origin, 5, "Band");
	world_publish(&origin);
	assert_int_equal(pull_self(&self.env, origin.nextkey, &result, &err),
	    -1);
	assert_int_equal(err.code, ERR_TRUST);
	reader_close(&self);
}

static void
test_first_contact(void **state)
{
	char node[RECORD_NODE_MAX], hash[65];
	struct verify_policy policy = { .node = "ca",
		.key_hash = origin.key_hash,
		.now = WORLD_NOW,
		.epoch = -1 };
	struct feed_head head;
	const char *into = arena_printf(arena, "%s/mirror", reader.folder);
	uint64_t n;

	(void)state;
	world_save_many(&origin, 0, 300, "Choir");
	world_publish(&origin);
	assert_int_equal(pull_discover(&reader.env, site.url, true, true, node,
			     hash, &err),
	    0);
	assert_string_equal(node, "ca");
	assert_string_equal(hash, origin.key_hash);
	assert_int_equal(pull_discover(&reader.env, site.url, true, false, node,
			     hash, &err),
	    -1);
	assert_int_equal(err.code, ERR_NET);
	if (pull_mirror(&reader.env, site.url, into, &err) == -1)
		fail_msg("%s", err.text);
	assert_int_equal(verify_folder(into, &policy, &head, arena, &n, &err),
	    0);
	assert_int_equal(n, 300);
	atomic_store(&site.mode, SITE_PAGES_WRONG);
	assert_int_equal(pull_mirror(&reader.env, site.url,
			     arena_printf(arena, "%s/other", reader.folder),
			     &err),
	    -1);
	assert_int_equal(err.code, ERR_TRUST);
}

/* ---- kills ---- */

static void
test_kill(void **state)
{
	unsigned seed = 1;
	int64_t shown = 0;
	int killed = 0;

	(void)state;
	for (int round = 0; round < 12; round++) {
		struct pull_result result;
		int64_t all = 200 * (round + 1), now_shown;
		int status;
		pid_t pid;

		world_save_many(&origin, 200 * round, 200, "Choir");
		origin.now += 10;
		reader.now = origin.now;
		world_publish(&origin);
		reader_close(&reader);
		pid = fork();
		if (pid == 0) {
			reader_open(&reader);
			reader_pull(&reader, &peer);
			_exit(0);
		}
		seed = seed * 1103515245 + 12345;
		usleep(5000 + seed / 65536 % 60 * 1000);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		killed += WIFSIGNALED(status);
		reader_open(&reader);
		now_shown = reader_records(&reader);
		assert_true(now_shown == shown || now_shown == all);
		result = reader_pull(&reader, &peer);
		assert_state(&result, PEER_FRESH);
		assert_int_equal(reader_records(&reader), all);
		assert_int_equal(held_records(), all);
		shown = all;
		arena_reset(arena);
	}
	assert_true(killed > 0);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_empty, scene_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_first_and_second),
		ROW(test_edits),
		ROW(test_indexes),
		ROW(test_bad_record),
		ROW(test_growing_old),
		ROW(test_shrink_guard),
		ROW(test_shrink_agreed),
		ROW(test_shrink_came_back),
		ROW(test_paused),
		ROW(test_rebuild),
		ROW(test_self),
		ROW(test_first_contact),
		ROW(test_kill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
