/*
 * reports: what readers say is wrong with our own records, until an editor
 * has seen to it (design: ux.md, "report a problem"). Anybody may send one,
 * so there are limits for a minute, a day, a record and in all.
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_priv.h"
#include "ledger/ledger_sql.h"

#define MINUTE 60
#define DAY    86400

static const char *const kinds[] = {
	[REPORT_CONTACT] = "contact",
	[REPORT_CLOSED] = "closed",
	[REPORT_MOVED] = "moved",
	[REPORT_LINK] = "link",
	[REPORT_DUPLICATE] = "duplicate",
	[REPORT_PRIVACY] = "privacy",
	[REPORT_OTHER] = "other",
};

const char *
report_kind_name(enum report_kind kind)
{
	return kinds[kind];
}

int
report_kind_parse(const char *name, enum report_kind *ret_kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i], name) == 0) {
			*ret_kind = (enum report_kind)i;
			return 0;
		}
	}
	return -1;
}

/* One number out of a statement that is bound already. */
static int
count_of(struct db_stmt *stmt, int64_t *ret_n, struct err *err)
{
	int rc = db_step(stmt, err);

	if (rc == -1)
		return -1;
	*ret_n = rc == 1 ? db_column_int(stmt, 0) : 0;
	db_reset(stmt);
	return 0;
}

static int
count_since(struct ledger *ledger, int64_t since, int64_t *ret_n,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_REPORTS_SINCE);

	db_bind_int(stmt, 1, since);
	return count_of(stmt, ret_n, err);
}

int
ledger_reports_open(struct ledger *ledger, const char *record, int64_t *ret_n,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger,
	    record != NULL ? LEDGER_SQL_REPORTS_OPEN_OF
			   : LEDGER_SQL_REPORTS_OPEN);

	if (record != NULL)
		db_bind_text(stmt, 1, record);
	return count_of(stmt, ret_n, err);
}

static int
check_limits(struct ledger *ledger, const struct ledger_report *report,
    struct err *err)
{
	int64_t minute, day, record, all;

	if (count_since(ledger, report->at - MINUTE, &minute, err) == -1 ||
	    count_since(ledger, report->at - DAY, &day, err) == -1 ||
	    ledger_reports_open(ledger, report->record, &record, err) == -1 ||
	    ledger_reports_open(ledger, NULL, &all, err) == -1)
		return -1;
	if (record >= LEDGER_REPORTS_RECORD)
		return err_set(err, ERR_LIMIT,
		    "%.100s has %d open reports: close some first",
		    report->record, LEDGER_REPORTS_RECORD);
	if (minute >= LEDGER_REPORTS_MINUTE || day >= LEDGER_REPORTS_DAY ||
	    all >= LEDGER_REPORTS_OPEN)
		return err_set(err, ERR_LIMIT,
		    "too many reports just now: try again later");
	return 0;
}

/* The same one again, by a second press of the button. */
static int
find_same(struct ledger *ledger, const struct ledger_report *report,
    int64_t *ret_no, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_REPORT_SAME);

	db_bind_text(stmt, 1, report->record);
	db_bind_text(stmt, 2, report_kind_name(report->kind));
	db_bind_text(stmt, 3, report->text);
	db_bind_text(stmt, 4, report->reply);
	return count_of(stmt, ret_no, err);
}

static int
insert(struct ledger *ledger, const struct ledger_report *report,
    int64_t *ret_no, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_REPORT_ADD);

	db_bind_text(stmt, 1, report->record);
	db_bind_int(stmt, 2, report->version);
	db_bind_text(stmt, 3, report_kind_name(report->kind));
	db_bind_text(stmt, 4, report->text);
	db_bind_text(stmt, 5, report->reply);
	db_bind_text(stmt, 6, report->lang);
	db_bind_int(stmt, 7, report->at);
	if (db_exec(stmt, err) == -1)
		return -1;
	*ret_no = db_last_rowid(ledger->db);
	return 0;
}

int
ledger_reports_purge(struct ledger *ledger, int64_t now, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_REPORT_PURGE);

	db_bind_int(stmt, 1, now - (int64_t)LEDGER_REPORTS_KEPT_DAYS * DAY);
	return db_exec(stmt, err);
}

int
ledger_report_add(struct ledger *ledger, const struct ledger_report *report,
    int64_t *ret_no, struct err *err)
{
	int64_t no = 0;
	bool own;
	int rc = -1;

	if (*report->text == '\0' ||
	    strlen(report->text) > LEDGER_REPORT_TEXT_BYTES ||
	    strlen(report->reply) > LEDGER_REPORT_REPLY_BYTES)
		return err_set(err, ERR_FORMAT,
		    "a report has no text, or one that is too long");
	/* Whoever waits is a person with a page open. */
	db_patience(ledger->db, LEDGER_REPORT_WAIT_MS);
	rc = ledger_join(ledger, &own, err);
	db_patience(ledger->db, 0);
	if (rc == -1)
		return -1;
	rc = ledger_reports_purge(ledger, report->at, err);
	if (rc == 0)
		rc = find_same(ledger, report, &no, err);
	if (rc == 0 && no == 0) {
		rc = check_limits(ledger, report, err);
		if (rc == 0)
			rc = insert(ledger, report, &no, err);
	}
	if (rc == 0)
		*ret_no = no;
	return ledger_join_end(ledger, own, rc, err);
}

static void
read_report(struct arena *arena, struct db_stmt *stmt,
    struct ledger_report *report)
{
	const char *kind = db_column_text(stmt, 3);

	report->no = db_column_int(stmt, 0);
	report->record = ledger_text(arena, stmt, 1);
	report->version = db_column_int(stmt, 2);
	report->kind = REPORT_OTHER;
	if (kind != NULL && report_kind_parse(kind, &report->kind) == -1)
		report->kind = REPORT_OTHER;
	report->text = ledger_text(arena, stmt, 4);
	report->reply = ledger_text(arena, stmt, 5);
	report->lang = ledger_text(arena, stmt, 6);
	report->at = db_column_int(stmt, 7);
	report->closed_at = db_column_int(stmt, 8);
	report->note = ledger_text(arena, stmt, 9);
}

int
ledger_reports(struct ledger *ledger, struct arena *arena, bool with_closed,
    size_t max, struct ledger_report **ret_reports, size_t *ret_n,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger,
	    with_closed ? LEDGER_SQL_REPORTS_ALL : LEDGER_SQL_REPORTS);
	struct ledger_report *reports = NULL;
	size_t n = 0, cap = 0;
	int rc;

	db_bind_int(stmt, 1, (int64_t)max);
	while ((rc = db_step(stmt, err)) == 1) {
		struct ledger_report report = { .no = 0 };

		read_report(arena, stmt, &report);
		VEC_PUSH(reports, n, cap, report);
	}
	db_reset(stmt);
	*ret_reports = arena_items(arena, reports, n, sizeof(*reports));
	free(reports);
	*ret_n = n;
	return rc == -1 ? -1 : 0;
}

int
ledger_report_get(struct ledger *ledger, struct arena *arena, int64_t no,
    struct ledger_report *ret_report, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_REPORT);
	int rc;

	db_bind_int(stmt, 1, no);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 0)
		return err_set(err, ERR_NOTFOUND,
		    "there is no report %lld: gspd report list shows those "
		    "there are",
		    (long long)no);
	read_report(arena, stmt, ret_report);
	db_reset(stmt);
	return 0;
}

static int
close_it(struct ledger *ledger, int64_t no, int64_t now, const char *note,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_REPORT_CLOSE);

	db_bind_int(stmt, 1, no);
	db_bind_int(stmt, 2, now);
	db_bind_text(stmt, 3, note);
	if (db_exec(stmt, err) == -1)
		return -1;
	if (db_changes(ledger->db) == 0)
		return err_set(err, ERR_NOTFOUND,
		    "there is no open report %lld: gspd report list shows "
		    "those there are",
		    (long long)no);
	return ledger_reports_purge(ledger, now, err);
}

int
ledger_report_close(struct ledger *ledger, int64_t no, int64_t now,
    const char *note, struct err *err)
{
	bool own;

	if (ledger_join(ledger, &own, err) == -1)
		return -1;
	return ledger_join_end(ledger, own,
	    close_it(ledger, no, now, note, err), err);
}
