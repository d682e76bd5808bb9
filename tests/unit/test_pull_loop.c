/*
 * pull: many peers at once, one of which stalls; the loop that has no end;
 * operators who act meanwhile (pull.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pull_scene.h"

static void
test_stalled_peer(void **state)
{
	struct world slow_origin;
	struct site slow_site;
	struct conf_peer slow;
	const struct conf_peer *peers[2];
	struct pull_result results[2];
	int64_t start = clock_monotonic_ms();

	(void)state;
	world_init(&slow_origin, "nz");
	site_init(&slow_site, slow_origin.folder);
	atomic_store(&slow_site.mode, SITE_STALLS);
	slow = reader_peer(&slow_site, &slow_origin);
	peers[0] = &slow;
	peers[1] = &peer;
	if (pull_round(&reader.env, peers, 2, results, &err) == -1)
		fail_msg("%s", err.text);
	assert_int_equal(results[0].state, PEER_UNREACHABLE);
	assert_int_equal(results[1].state, PEER_FRESH);
	assert_true(clock_monotonic_ms() - start >= 1900);
	/* The other was done, and told so, long before. */
	assert_true(reader.changed_ms - start < 1700);
	assert_int_equal(reader_records(&reader), 300);
	site_release(&slow_site);
	world_release(&slow_origin);
}

/* ---- a loop that does not end with the round ---- */

struct told {
	int fresh;
	int unreachable;
};

static void
on_done(void *ctx, const struct pull_result *result)
{
	struct told *told = ctx;

	told->fresh += result->state == PEER_FRESH;
	told->unreachable += result->state == PEER_UNREACHABLE;
}

static void
test_loop(void **state)
{
	struct world slow_origin;
	struct site slow_site;
	struct conf_peer slow;
	struct told told = { 0 };
	struct pull_loop *loop;
	size_t left = 1;

	(void)state;
	world_init(&slow_origin, "nz");
	site_init(&slow_site, slow_origin.folder);
	atomic_store(&slow_site.mode, SITE_STALLS);
	slow = reader_peer(&slow_site, &slow_origin);
	loop = pull_loop_new(&reader.env, on_done, &told, &err);
	assert_non_null(loop);
	assert_int_equal(pull_loop_start(loop, &slow, &err), 0);
	/* One peer is asked again and again while another one stalls. */
	for (int i = 0; i < 3; i++) {
		char *name = xstrdup("ca");
		struct conf_peer copy = peer;

		origin.now += 10;
		reader.now = origin.now;
		world_save(&origin, i, "Band");
		world_publish(&origin);
		copy.name = name;
		assert_int_equal(pull_loop_start(loop, &copy, &err), 0);
		assert_int_equal(pull_loop_start(loop, &peer, &err), 0);
		free(name); /* it keeps its own */
		assert_true(pull_loop_has(loop, "ca"));
		while (pull_loop_has(loop, "ca"))
			assert_int_equal(pull_loop_run(loop, 500, &left, &err),
			    0);
		assert_int_equal(told.fresh, i + 1);
		assert_int_equal(told.unreachable, 0);
		assert_int_equal(left, 1);
	}
	assert_int_equal(reader_records(&reader), 300);
	while (left > 0)
		assert_int_equal(pull_loop_run(loop, 500, &left, &err), 0);
	assert_int_equal(told.unreachable, 1);
	assert_int_equal(pull_loop_run(loop, 500, &left, &err), 0);
	/* Freed while somebody is under way. */
	assert_int_equal(pull_loop_start(loop, &slow, &err), 0);
	assert_int_equal(pull_loop_run(loop, 10, &left, &err), 0);
	assert_int_equal(left, 1);
	pull_loop_free(loop);
	site_release(&slow_site);
	world_release(&slow_origin);
}

/* Operators act while a pull is under way; and nobody pulls himself. */
static void
test_operators(void **state)
{
	struct pull_loop *loop;
	struct told told = { 0 };
	struct ledger_peer row;
	struct conf_peer self = peer;
	struct pull_result result;
	size_t left = 1;

	(void)state;
	loop = pull_loop_new(&reader.env, on_done, &told, &err);
	assert_non_null(loop);
	assert_int_equal(pull_loop_start(loop, &peer, &err), 0);
	row = reader_row(&reader, "ca");
	row.is_paused = true;
	assert_int_equal(ledger_begin(reader.ledger, &err), 0);
	assert_int_equal(ledger_peer_put(reader.ledger, &row, &err), 0);
	assert_int_equal(ledger_commit(reader.ledger, &err), 0);
	while (left > 0)
		assert_int_equal(pull_loop_run(loop, 500, &left, &err), 0);
	assert_int_equal(told.fresh, 1);
	assert_true(reader_row(&reader, "ca").is_paused);
	pull_loop_free(loop);
	pull_to(PEER_PAUSED, "paused");
	self.name = (char *)(uintptr_t) "gb-eng";
	result = reader_pull(&reader, &self);
	assert_int_equal(result.state, PEER_REJECTED);
	assert_non_null(strstr(result.reason, "itself"));
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, scene_full, scene_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_stalled_peer),
		ROW(test_loop),
		ROW(test_operators),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
