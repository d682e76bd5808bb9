/*
 * The reports of readers in the ledger: what is kept, the limits, what is
 * forgotten and when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger_scene.h"

#define NOW   INT64_C(1795255200)
#define DAY   INT64_C(86400)
#define OURS  "urn:gspd:ca:11111111-1111-4111-8111-111111111111"
#define OURS2 "urn:gspd:ca:22222222-2222-4222-8222-222222222222"

static struct ledger_report
make(const char *text)
{
	struct ledger_report report = { .record = OURS,
		.version = NOW - DAY,
		.kind = REPORT_CONTACT,
		.text = text,
		.reply = "reader@example.org",
		.lang = "pt",
		.at = NOW };

	return report;
}

static int64_t
add(const struct ledger_report *report)
{
	int64_t no;

	assert_int_equal(ledger_report_add(ledger, report, &no, &err), 0);
	return no;
}

static int64_t
count(const char *record)
{
	int64_t n;

	assert_int_equal(ledger_reports_open(ledger, record, &n, &err), 0);
	return n;
}

static void
test_keeps_what_was_said(void **state)
{
	struct ledger_report report = make("The number is \"wrong\"; '); --");
	struct ledger_report got;
	int64_t no = add(&report);

	(void)state;
	assert_int_equal(ledger_report_get(ledger, arena, no, &got, &err), 0);
	assert_string_equal(got.record, OURS);
	assert_string_equal(got.text, report.text);
	assert_string_equal(got.reply, "reader@example.org");
	assert_string_equal(got.lang, "pt");
	assert_int_equal(got.kind, REPORT_CONTACT);
	assert_int_equal(got.version, NOW - DAY);
	assert_int_equal(got.at, NOW);
	assert_int_equal(got.closed_at, 0);
	assert_int_equal(count(NULL), 1);
	assert_int_equal(count(OURS), 1);
	assert_int_equal(count(OURS2), 0);
	assert_int_equal(ledger_report_get(ledger, arena, no + 1, &got, &err),
	    -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
}

/* A second press of the button is no second report. */
static void
test_same_is_one(void **state)
{
	struct ledger_report report = make("Twice");
	int64_t no = add(&report);

	(void)state;
	report.at = NOW + 3;
	assert_int_equal(add(&report), no);
	report.text = "Other words";
	assert_int_not_equal(add(&report), no);
	assert_int_equal(count(NULL), 2);
	assert_int_equal(ledger_report_close(ledger, no, NOW, "", &err), 0);
	report.text = "Twice";
	assert_int_not_equal(add(&report), no);
}

static void
test_refuses_nothing_and_too_much(void **state)
{
	static char much[LEDGER_REPORT_TEXT_BYTES + 2];
	struct ledger_report report = make("");
	int64_t no;

	(void)state;
	assert_int_equal(ledger_report_add(ledger, &report, &no, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	memset(much, 'x', LEDGER_REPORT_TEXT_BYTES + 1);
	report.text = much;
	assert_int_equal(ledger_report_add(ledger, &report, &no, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	much[LEDGER_REPORT_TEXT_BYTES] = '\0';
	(void)add(&report);
}

/* Adds until it is refused; how many were taken. */
static int
fill(int64_t at, int64_t step, const char *const *records, int n_records,
    int most)
{
	struct ledger_report report = make(NULL);
	int64_t no;
	int n = 0;

	for (; n < most; n++) {
		char text[32];

		snprintf(text, sizeof(text), "No. %d", n);
		report.text = text;
		report.at = at + n * step;
		report.record = records[n % n_records];
		if (ledger_report_add(ledger, &report, &no, &err) == -1) {
			assert_int_equal(err.code, ERR_LIMIT);
			break;
		}
	}
	return n;
}

static void
test_limit_of_a_record(void **state)
{
	static const char *const one[] = { OURS };
	struct ledger_report other = make("Of another");
	struct ledger_report *list;
	size_t n;

	(void)state;
	assert_int_equal(fill(NOW, 60, one, 1, 100), LEDGER_REPORTS_RECORD);
	other.record = OURS2;
	other.at = NOW + DAY;
	(void)add(&other);
	/* Whoever closes one makes room. */
	assert_int_equal(ledger_reports(ledger, arena, false, 100, &list, &n,
			     &err),
	    0);
	assert_int_equal(n, LEDGER_REPORTS_RECORD + 1);
	assert_int_equal(ledger_report_close(ledger, list[0].no, NOW, "", &err),
	    0);
	other = make("Room again");
	other.at = NOW + DAY;
	(void)add(&other);
}

static void
test_limit_of_a_minute(void **state)
{
	char ids[60][64];
	const char *records[60];
	struct ledger_report later = make("A minute later");

	(void)state;
	for (int i = 0; i < 60; i++) {
		snprintf(ids[i], sizeof(ids[i]),
		    "urn:gspd:ca:11111111-1111-4111-8111-1111111111%02d", i);
		records[i] = ids[i];
	}
	assert_int_equal(fill(NOW, 0, records, 60, 100), LEDGER_REPORTS_MINUTE);
	later.at = NOW + 60;
	(void)add(&later);
}

static void
test_limit_of_a_day(void **state)
{
	char ids[60][64];
	const char *records[60];

	(void)state;
	for (int i = 0; i < 60; i++) {
		snprintf(ids[i], sizeof(ids[i]),
		    "urn:gspd:ca:11111111-1111-4111-8111-1111111111%02d", i);
		records[i] = ids[i];
	}
	assert_int_equal(fill(NOW, 10, records, 60, 1000), LEDGER_REPORTS_DAY);
}

static void
test_close_forgets(void **state)
{
	struct ledger_report report = make("Closed soon");
	struct ledger_report got, *list;
	int64_t no = add(&report);
	size_t n;

	(void)state;
	assert_int_equal(ledger_report_close(ledger, no, NOW + 5, "put right",
			     &err),
	    0);
	assert_int_equal(ledger_report_close(ledger, no, NOW + 6, "", &err),
	    -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_int_equal(ledger_report_get(ledger, arena, no, &got, &err), 0);
	assert_string_equal(got.reply, "");
	assert_string_equal(got.note, "put right");
	assert_int_equal(got.closed_at, NOW + 5);
	assert_int_equal(count(NULL), 0);
	assert_int_equal(ledger_reports(ledger, arena, false, 9, &list, &n,
			     &err),
	    0);
	assert_int_equal(n, 0);
	assert_int_equal(ledger_reports(ledger, arena, true, 9, &list, &n,
			     &err),
	    0);
	assert_int_equal(n, 1);
}

/* Closed long ago: gone with the next one that comes. Open ones stay. */
static void
test_old_ones_go(void **state)
{
	struct ledger_report report = make("Old");
	struct ledger_report got;
	int64_t old = add(&report), open;

	(void)state;
	report.text = "Open";
	open = add(&report);
	assert_int_equal(ledger_report_close(ledger, old, NOW, "", &err), 0);
	report.text = "New";
	report.at = NOW + LEDGER_REPORTS_KEPT_DAYS * DAY - 1;
	(void)add(&report);
	assert_int_equal(ledger_report_get(ledger, arena, old, &got, &err), 0);
	report.text = "Newer";
	report.at = NOW + LEDGER_REPORTS_KEPT_DAYS * DAY;
	(void)add(&report);
	assert_int_equal(ledger_report_get(ledger, arena, old, &got, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_int_equal(ledger_report_get(ledger, arena, open, &got, &err), 0);
}

static void
test_names(void **state)
{
	enum report_kind kind;

	(void)state;
	for (int i = 0; i <= REPORT_OTHER; i++) {
		assert_int_equal(report_kind_parse(report_kind_name(
						       (enum report_kind)i),
				     &kind),
		    0);
		assert_int_equal(kind, i);
	}
	assert_int_equal(report_kind_parse("spam", &kind), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_keeps_what_was_said),
		TEST(test_same_is_one),
		TEST(test_refuses_nothing_and_too_much),
		TEST(test_limit_of_a_record),
		TEST(test_limit_of_a_minute),
		TEST(test_limit_of_a_day),
		TEST(test_close_forgets),
		TEST(test_old_ones_go),
		TEST(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
