/*
 * pull_due(): when a peer is asked again (feed-protocol.md 9).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pull/pull.h"

static void
test_due(void **state)
{
	struct ledger_peer row = { .name = "ca" };
	int64_t due, lowest = INT64_MAX, highest = 0;

	(void)state;
	assert_int_equal(pull_due(&row, 1800, 1000000), 0);
	for (int64_t at = 1000000; at < 1000200; at++) {
		row.last_try = at;
		due = pull_due(&row, 1800, at);
		assert_in_range(due, 1440, 2160);
		lowest = due < lowest ? due : lowest;
		highest = due > highest ? due : highest;
	}
	assert_true(highest - lowest > 500); /* it does spread */
	row.last_try = 1000000;
	due = pull_due(&row, 1800, 1000000);
	assert_int_equal(pull_due(&row, 1800, 1000000 + 100), due - 100);
	assert_int_equal(pull_due(&row, 1800, 1000000 + 3000), 0);
	assert_int_equal(pull_due(&row, 1800, 999000), 0); /* clock set back */
	for (row.failures = 0; row.failures < 8; row.failures++) {
		int64_t base = (int64_t)1800 << row.failures;

		base = base > 86400 ? 86400 : base;
		due = pull_due(&row, 1800, 1000000);
		assert_in_range(due, base * 8 / 10, base * 12 / 10);
		assert_true(due <= 86400);
	}
	row.failures = 1000;
	assert_true(pull_due(&row, 1800, 1000000) <= 86400);
	assert_true(pull_due(&row, 1800, 1000000) >= 69120);
	row.failures = 0;
	row.retry_at = 1000000 + 40000;
	assert_int_equal(pull_due(&row, 1800, 1000000), 40000);
	row.retry_at = 1000000 + 999999;
	assert_int_equal(pull_due(&row, 1800, 1000000), 86400);
	row.retry_at = 0;
	row.state = PEER_HELD;
	row.is_released = true;
	assert_int_equal(pull_due(&row, 1800, 1000000), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
