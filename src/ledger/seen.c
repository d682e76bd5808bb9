/*
 * seen: gossip. Which heads were accepted, what witnesses say they took of
 * others, and the alarms that came of comparing the two (design:
 * feed-protocol.md 4). Who compares is pull/.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_priv.h"
#include "ledger/ledger_sql.h"

#define ACCEPTED_KEPT 64

static const char *const kind_names[] = {
	[ALARM_FORK] = "fork",
	[ALARM_FREEZE] = "freeze",
	[ALARM_STOLEN] = "stolen",
};

const char *
alarm_kind_name(enum alarm_kind kind)
{
	return kind_names[kind];
}

static enum alarm_kind
parse_kind(const char *name)
{
	for (size_t i = 0; name != NULL && i < ARRAY_LEN(kind_names); i++)
		if (strcmp(kind_names[i], name) == 0)
			return (enum alarm_kind)i;
	return ALARM_FORK;
}

int
ledger_accepted_add(struct ledger *ledger, const char *node, int64_t serial,
    int64_t epoch, const char *digest, int64_t now, struct err *err)
{
	struct db_stmt *stmt;
	bool own;
	int rc;

	if (ledger_join(ledger, &own, err) == -1)
		return -1;
	stmt = ledger_stmt(ledger, LEDGER_SQL_ACCEPTED_ADD);
	db_bind_text(stmt, 1, node);
	db_bind_int(stmt, 2, serial);
	db_bind_int(stmt, 3, epoch);
	db_bind_text(stmt, 4, digest);
	db_bind_int(stmt, 5, now);
	rc = db_exec(stmt, err);
	if (rc == 0) {
		stmt = ledger_stmt(ledger, LEDGER_SQL_ACCEPTED_TRIM);
		db_bind_text(stmt, 1, node);
		db_bind_int(stmt, 2, ACCEPTED_KEPT - 1);
		rc = db_exec(stmt, err);
	}
	return ledger_join_end(ledger, own, rc, err);
}

int
ledger_accepted(struct ledger *ledger, const char *node, int64_t serial,
    char ret_digest[65], struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_ACCEPTED);
	int rc;

	db_bind_text(stmt, 1, node);
	db_bind_int(stmt, 2, serial);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 1)
		ledger_copy_text(ret_digest, 65, stmt, 0);
	db_reset(stmt);
	return rc == 1 ? 0
		       : err_set(err, ERR_NOTFOUND,
			     "no head of %s with serial %lld was accepted",
			     node, (long long)serial);
}

int
ledger_accepted_last(struct ledger *ledger, const char *node, int64_t most,
    int64_t *ret_serial, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_ACCEPTED_LAST);

	db_bind_text(stmt, 1, node);
	db_bind_int(stmt, 2, most);
	if (db_step(stmt, err) == -1)
		return -1;
	*ret_serial = db_column_int(stmt, 0);
	db_reset(stmt);
	return 0;
}

int
ledger_accepted_list(struct ledger *ledger, struct arena *arena,
    const char *node, struct ledger_accepted **ret_list, size_t *ret_n,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_ACCEPTED_LIST);
	struct ledger_accepted *list = NULL;
	size_t n = 0, cap = 0;
	int rc;

	db_bind_text(stmt, 1, node);
	while ((rc = db_step(stmt, err)) == 1) {
		struct ledger_accepted one = {
			.serial = db_column_int(stmt, 0),
			.epoch = db_column_int(stmt, 1),
			.at = db_column_int(stmt, 3),
		};

		ledger_copy_text(one.digest, sizeof(one.digest), stmt, 2);
		VEC_PUSH(list, n, cap, one);
	}
	db_reset(stmt);
	*ret_list = arena_items(arena, list, n, sizeof(*list));
	free(list);
	*ret_n = n;
	return rc == -1 ? -1 : 0;
}

int
ledger_seen_put(struct ledger *ledger, const struct ledger_seen *seen, size_t n,
    struct err *err)
{
	bool own;
	int rc = 0;

	if (ledger_join(ledger, &own, err) == -1)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_SEEN_PUT);

		db_bind_text(stmt, 1, seen[i].witness);
		db_bind_text(stmt, 2, seen[i].node);
		db_bind_int(stmt, 3, seen[i].serial);
		db_bind_int(stmt, 4, seen[i].epoch);
		db_bind_text(stmt, 5, seen[i].digest);
		db_bind_int(stmt, 6, seen[i].said_at);
		db_bind_int(stmt, 7, seen[i].ahead_since);
		rc = db_exec(stmt, err);
	}
	return ledger_join_end(ledger, own, rc, err);
}

static struct ledger_seen
read_seen(struct db_stmt *stmt)
{
	struct ledger_seen seen = { .serial = db_column_int(stmt, 2),
		.epoch = db_column_int(stmt, 3),
		.said_at = db_column_int(stmt, 5),
		.ahead_since = db_column_int(stmt, 6) };

	ledger_copy_text(seen.witness, sizeof(seen.witness), stmt, 0);
	ledger_copy_text(seen.node, sizeof(seen.node), stmt, 1);
	ledger_copy_text(seen.digest, sizeof(seen.digest), stmt, 4);
	return seen;
}

int
ledger_seen(struct ledger *ledger, struct arena *arena, const char *witness,
    const char *node, struct ledger_seen **ret_seen, size_t *ret_n,
    struct err *err)
{
	enum ledger_sql which = witness != NULL ? LEDGER_SQL_SEEN_BY
				: node != NULL  ? LEDGER_SQL_SEEN_OF
						: LEDGER_SQL_SEEN;
	struct db_stmt *stmt = ledger_stmt(ledger, which);
	struct ledger_seen *seen = NULL;
	size_t n = 0, cap = 0;
	int rc;

	if (which != LEDGER_SQL_SEEN)
		db_bind_text(stmt, 1, witness != NULL ? witness : node);
	while ((rc = db_step(stmt, err)) == 1) {
		struct ledger_seen one = read_seen(stmt);

		if (witness != NULL && node != NULL &&
		    strcmp(one.node, node) != 0)
			continue;
		VEC_PUSH(seen, n, cap, one);
	}
	db_reset(stmt);
	*ret_seen = arena_items(arena, seen, n, sizeof(*seen));
	free(seen);
	*ret_n = n;
	return rc == -1 ? -1 : 0;
}

int
ledger_alarm_put(struct ledger *ledger, const struct ledger_alarm *alarm,
    bool *ret_is_new, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_ALARM);
	int64_t since = alarm->since;
	bool is_new = true, is_proven = alarm->is_proven, was_proven = false;
	int rc;

	db_bind_text(stmt, 1, alarm->node);
	db_bind_text(stmt, 2, alarm_kind_name(alarm->kind));
	db_bind_text(stmt, 3, alarm->witness);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 1) {
		is_new = db_column_int(stmt, 0) != alarm->serial;
		since = db_column_int(stmt, 1);
		was_proven = db_column_int(stmt, 2) != 0;
	}
	db_reset(stmt);
	/* Else whoever proved it could talk it away. */
	if (was_proven && is_new && !is_proven) {
		*ret_is_new = true;
		return 0;
	}
	is_proven |= was_proven;
	stmt = ledger_stmt(ledger, LEDGER_SQL_ALARM_PUT);
	db_bind_text(stmt, 1, alarm->node);
	db_bind_text(stmt, 2, alarm_kind_name(alarm->kind));
	db_bind_text(stmt, 3, alarm->witness);
	db_bind_int(stmt, 4, alarm->serial);
	db_bind_text(stmt, 5, alarm->digest);
	db_bind_text(stmt, 6, alarm->held);
	db_bind_int(stmt, 7, is_proven);
	db_bind_int(stmt, 8, since);
	if (db_exec(stmt, err) == -1)
		return -1;
	*ret_is_new = is_new;
	return 0;
}

static struct ledger_alarm
read_alarm(struct db_stmt *stmt)
{
	struct ledger_alarm alarm = {
		.kind = parse_kind(db_column_text(stmt, 1)),
		.serial = db_column_int(stmt, 3),
		.is_proven = db_column_int(stmt, 6) != 0,
		.since = db_column_int(stmt, 7),
	};

	ledger_copy_text(alarm.node, sizeof(alarm.node), stmt, 0);
	ledger_copy_text(alarm.witness, sizeof(alarm.witness), stmt, 2);
	ledger_copy_text(alarm.digest, sizeof(alarm.digest), stmt, 4);
	ledger_copy_text(alarm.held, sizeof(alarm.held), stmt, 5);
	return alarm;
}

int
ledger_alarms(struct ledger *ledger, struct arena *arena, const char *node,
    struct ledger_alarm **ret_alarms, size_t *ret_n, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger,
	    node != NULL ? LEDGER_SQL_ALARMS_OF : LEDGER_SQL_ALARMS);
	struct ledger_alarm *alarms = NULL;
	size_t n = 0, cap = 0;
	int rc;

	if (node != NULL)
		db_bind_text(stmt, 1, node);
	while ((rc = db_step(stmt, err)) == 1)
		VEC_PUSH(alarms, n, cap, read_alarm(stmt));
	db_reset(stmt);
	*ret_alarms = arena_items(arena, alarms, n, sizeof(*alarms));
	free(alarms);
	*ret_n = n;
	return rc == -1 ? -1 : 0;
}

int
ledger_alarm_end(struct ledger *ledger, const char *node, enum alarm_kind kind,
    const char *witness, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_ALARM_END);

	db_bind_text(stmt, 1, node);
	db_bind_text(stmt, 2, alarm_kind_name(kind));
	db_bind_text(stmt, 3, witness);
	return db_exec(stmt, err);
}
