/*
 * hints: those that the head lists now (design: feed-protocol.md 8). What is
 * in them publish/ knows.
 */
#include <stdlib.h>

#include "ledger/ledger_priv.h"
#include "ledger/ledger_sql.h"

int
ledger_hints(struct ledger *ledger, struct arena *arena,
    struct ledger_hint **ret_hints, size_t *ret_n, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_HINTS);
	struct ledger_hint *hints = NULL;
	size_t n = 0, cap = 0;
	int rc;

	while ((rc = db_step(stmt, err)) == 1) {
		struct ledger_hint hint = { .from = db_column_int(stmt, 0),
			.to = db_column_int(stmt, 1),
			.len = db_column_int(stmt, 3) };

		ledger_copy_text(hint.hash, sizeof(hint.hash), stmt, 2);
		VEC_PUSH(hints, n, cap, hint);
	}
	db_reset(stmt);
	*ret_hints = arena_items(arena, hints, n, sizeof(*hints));
	free(hints);
	*ret_n = n;
	return rc == -1 ? -1 : 0;
}

int
ledger_hint_put(struct ledger *ledger, const struct ledger_hint *hint,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_HINT_PUT);

	db_bind_int(stmt, 1, hint->to);
	db_bind_int(stmt, 2, hint->from);
	db_bind_text(stmt, 3, hint->hash);
	db_bind_int(stmt, 4, hint->len);
	return db_exec(stmt, err);
}

int
ledger_hint_drop(struct ledger *ledger, int64_t to, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_HINT_DROP);

	db_bind_int(stmt, 1, to);
	return db_exec(stmt, err);
}
