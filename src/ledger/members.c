/*
 * members: the membership list that is followed, as it was last accepted
 * (design: feed-protocol.md 6). Its signatures were checked before it came
 * here.
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_priv.h"
#include "ledger/ledger_sql.h"

int
ledger_alliance_get(struct ledger *ledger, struct ledger_alliance *ret_alliance,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_ALLIANCE);
	struct ledger_alliance a = { 0 };
	int rc;

	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 1) {
		ledger_copy_text(a.source, sizeof(a.source), stmt, 0);
		a.serial = db_column_int(stmt, 1);
		ledger_copy_text(a.digest, sizeof(a.digest), stmt, 2);
		a.expires = db_column_int(stmt, 3);
		a.endorsed = db_column_int(stmt, 4);
		a.last_try = db_column_int(stmt, 5);
		a.last_good = db_column_int(stmt, 6);
		a.failures = db_column_int(stmt, 7);
		ledger_copy_text(a.reason, sizeof(a.reason), stmt, 8);
		a.retry_at = db_column_int(stmt, 9);
		ledger_copy_text(a.url, sizeof(a.url), stmt, 10);
		ledger_copy_text(a.etag, sizeof(a.etag), stmt, 11);
		ledger_copy_text(a.name, sizeof(a.name), stmt, 12);
	}
	db_reset(stmt);
	*ret_alliance = a;
	return 0;
}

int
ledger_alliance_put(struct ledger *ledger,
    const struct ledger_alliance *alliance, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_ALLIANCE_PUT);

	db_bind_text(stmt, 1, alliance->source);
	db_bind_int(stmt, 2, alliance->serial);
	db_bind_text(stmt, 3, alliance->digest);
	db_bind_int(stmt, 4, alliance->expires);
	db_bind_int(stmt, 5, alliance->endorsed);
	db_bind_int(stmt, 6, alliance->last_try);
	db_bind_int(stmt, 7, alliance->last_good);
	db_bind_int(stmt, 8, alliance->failures);
	db_bind_text(stmt, 9, alliance->reason);
	db_bind_int(stmt, 10, alliance->retry_at);
	db_bind_text(stmt, 11, alliance->url);
	db_bind_text(stmt, 12, alliance->etag);
	db_bind_text(stmt, 13, alliance->name);
	return db_exec(stmt, err);
}

int
ledger_members_put(struct ledger *ledger, const struct ledger_member *members,
    size_t n, struct err *err)
{
	bool own;
	int rc;

	if (ledger_join(ledger, &own, err) == -1)
		return -1;
	rc = db_exec(ledger_stmt(ledger, LEDGER_SQL_MEMBER_CLEAR), err);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct db_stmt *stmt = ledger_stmt(ledger,
		    LEDGER_SQL_MEMBER_ADD);

		db_bind_text(stmt, 1, members[i].node);
		db_bind_text(stmt, 2, members[i].urls);
		db_bind_text(stmt, 3, members[i].key);
		db_bind_int(stmt, 4, members[i].epoch);
		db_bind_text(stmt, 5, members[i].is_left ? "left" : "member");
		db_bind_int(stmt, 6, members[i].least);
		rc = db_exec(stmt, err);
	}
	return ledger_join_end(ledger, own, rc, err);
}

int
ledger_members(struct ledger *ledger, struct arena *arena,
    struct ledger_member **ret_members, size_t *ret_n, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_MEMBERS);
	struct ledger_member *members = NULL;
	size_t n = 0, cap = 0;
	int rc;

	while ((rc = db_step(stmt, err)) == 1) {
		const char *status = db_column_text(stmt, 4);
		struct ledger_member member = {
			.urls = ledger_text(arena, stmt, 1),
			.epoch = db_column_int(stmt, 3),
			.is_left = status == NULL ||
				   strcmp(status, "member") != 0,
			.least = db_column_int(stmt, 5),
		};

		ledger_copy_text(member.node, sizeof(member.node), stmt, 0);
		ledger_copy_text(member.key, sizeof(member.key), stmt, 2);
		VEC_PUSH(members, n, cap, member);
	}
	db_reset(stmt);
	*ret_members = arena_items(arena, members, n, sizeof(*members));
	free(members);
	*ret_n = n;
	return rc == -1 ? -1 : 0;
}
