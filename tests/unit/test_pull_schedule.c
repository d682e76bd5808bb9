/*
 * The schedule with peers that stall: the good ones are never later than two
 * polls (feed-protocol.md 9). The same as bench/schedule, smaller: 8 of 24
 * stall, for as long as an interval each, and there are 4 places. Were those
 * not free again early, the good ones would wait for 3 polls and more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../bench/polls.h"

static void
test_never_late(void **state)
{
	char folder[] = "/tmp/gspd-polls-XXXXXX";
	struct peers peers = { 0 };
	struct polls polls = { .peers = &peers,
		.poll_ms = 3000,
		.polls = 4,
		.transfers = 4,
		.request_ms = 3000,
		.patience_ms = 100 };
	struct err err = { 0 };

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(polls.folder, sizeof(polls.folder), "%s/node", folder);
	if (peers_start(&peers, folder, 24, 8, 200, clock_now(), &err) == -1 ||
	    polls_run(&polls, &err) == -1)
		fail_msg("%s", err.text);
	/* They did stall, and that was no reason to give up on the others. */
	assert_true(atomic_load(&peers.flags->stalled) >= 16);
	assert_true(polls.stalled >= 8);
	assert_int_equal(polls.failed, 0);
	assert_true(polls.good >= 2 * 16);
	if (polls.latest > 2)
		fail_msg("a good peer waited for %.2f polls", polls.latest);
	peers_stop(&peers);
	assert_int_equal(file_remove_tree(folder, &err), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
