/*
 * pull_due(): when a peer is asked again (feed-protocol.md 9). Each property
 * is held over many rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "pull/pull.h"

#define NOW   INT64_C(1795000000)
#define DAY   INT64_C(86400)
#define YEARS (10 * 365 * DAY)

static void
test_spread(void **state)
{
	int64_t bins[8] = { 0 };
	struct ledger_peer row = { .name = "ca" };
	int64_t due;

	(void)state;
	assert_int_equal(pull_due(&row, 1800, NOW), 0); /* never pulled */
	/* 1,000 peers that were pulled in one second spread over 12 minutes. */
	row.last_try = NOW;
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(row.name, sizeof(row.name), "x-%d", i);
		due = pull_due(&row, 1800, NOW);
		assert_in_range(due, 1440, 2160);
		bins[(due - 1440) * 8 / 721]++;
		/* Asking again and later gives the same moment. */
		assert_int_equal(pull_due(&row, 1800, NOW + 100), due - 100);
		assert_int_equal(pull_due(&row, 1800, NOW + due), 0);
		assert_int_equal(pull_due(&row, 1800, NOW + due - 1), 1);
	}
	for (int i = 0; i < 8; i++)
		assert_in_range(bins[i], 80, 170);
	/* And one peer is not always early. */
	due = 0;
	for (row.last_try = NOW; row.last_try < NOW + 500; row.last_try++)
		due += pull_due(&row, 1800, row.last_try);
	assert_in_range(due / 500, 1750, 1850);
}

static void
test_back_off(void **state)
{
	static const int64_t intervals[] = { 1, 3, 300, 1800, 86400, 604800 };
	struct ledger_peer row = { .name = "ca", .last_try = NOW };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(intervals); k++) {
		for (row.failures = 0; row.failures < 70; row.failures++) {
			int64_t base = intervals[k], due;

			for (int64_t i = 0; i < row.failures && base < DAY; i++)
				base *= 2;
			if (base > DAY)
				base = DAY;
			due = pull_due(&row, intervals[k], NOW);
			assert_true(due >= base * 8 / 10);
			assert_true(due <= base * 12 / 10 + 1);
			assert_true(due <= DAY);
		}
	}
	/* Never given up. */
	row.failures = INT64_MAX;
	assert_in_range(pull_due(&row, 1800, NOW), DAY * 8 / 10, DAY);
	assert_int_equal(pull_due(&row, 1800, NOW + DAY), 0);
	row.failures = 0;
	assert_in_range(pull_due(&row, 0, NOW), 0, 2);
	assert_in_range(pull_due(&row, INT64_MAX, NOW), DAY * 8 / 10, DAY);
}

static void
test_retry_after(void **state)
{
	struct ledger_peer row = { .name = "ca", .last_try = NOW };

	(void)state;
	row.retry_at = NOW + 40000;
	assert_int_equal(pull_due(&row, 1800, NOW), 40000);
	row.retry_at = NOW + 10; /* sooner than we would: no */
	assert_in_range(pull_due(&row, 1800, NOW), 1440, 2160);
	row.retry_at = NOW + YEARS;
	assert_int_equal(pull_due(&row, 1800, NOW), DAY);
	row.retry_at = INT64_MAX;
	assert_int_equal(pull_due(&row, 1800, NOW), DAY);
	row.failures = 5;
	row.retry_at = NOW + 60;
	assert_true(pull_due(&row, 1800, NOW) > 40000);
}

/* Whatever the clock did, a peer is asked within a day. */
static void
test_clock(void **state)
{
	static const int64_t jumps[] = { -YEARS, -DAY, -3600, -1, 0, 1, 3600,
		DAY, YEARS };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jumps); i++)
		for (size_t k = 0; k < ARRAY_LEN(jumps); k++)
			for (int64_t n = 0; n < 10; n++) {
				struct ledger_peer row = { .name = "ca",
					.last_try = NOW + jumps[i],
					.retry_at = NOW + jumps[k],
					.failures = n };

				assert_in_range(pull_due(&row, 1800, NOW), 0,
				    DAY);
				if (jumps[i] != 0 && jumps[i] != -1 &&
				    jumps[i] != -3600)
					assert_int_equal(pull_due(&row, 1800,
							     NOW),
					    0);
			}
}

static void
test_operator(void **state)
{
	struct ledger_peer row = { .name = "ca",
		.last_try = NOW,
		.failures = 9,
		.refusals = 3 };

	(void)state;
	row.state = PEER_HELD;
	row.is_released = true;
	assert_int_equal(pull_due(&row, 1800, NOW), 0);
	row.state = PEER_REJECTED;
	assert_int_equal(pull_due(&row, 1800, NOW), 0);
	row.state = PEER_UNREACHABLE; /* not every second for ever */
	assert_true(pull_due(&row, 1800, NOW) > 0);
	/* Quarantine: once a day, and not a moment longer. */
	row = (struct ledger_peer){ .name = "ca",
		.last_try = NOW,
		.state = PEER_REJECTED,
		.refusals = 3 };
	assert_in_range(pull_due(&row, 1800, NOW), DAY * 8 / 10, DAY);
	row.refusals = 2;
	assert_in_range(pull_due(&row, 1800, NOW), 1440, 2160);
	row.refusals = 3;
	row.state = PEER_FRESH;
	assert_in_range(pull_due(&row, 1800, NOW), 1440, 2160);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_back_off),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_operator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
