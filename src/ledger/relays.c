/*
 * relays: who gave wrong bytes for whom. Such a relay is left alone for that
 * node for a while (design: feed-protocol.md 9).
 */
#include <stdlib.h>

#include "ledger/ledger_priv.h"
#include "ledger/ledger_sql.h"

int
ledger_liar_put(struct ledger *ledger, const struct ledger_liar *liar,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_LIAR_PUT);

	db_bind_text(stmt, 1, liar->relay);
	db_bind_text(stmt, 2, liar->node);
	db_bind_int(stmt, 3, liar->until);
	db_bind_text(stmt, 4, liar->reason);
	return db_exec(stmt, err);
}

int
ledger_liars(struct ledger *ledger, struct arena *arena, const char *node,
    int64_t now, struct ledger_liar **ret_liars, size_t *ret_n, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger,
	    node != NULL ? LEDGER_SQL_LIARS_OF : LEDGER_SQL_LIARS);
	struct ledger_liar *liars = NULL;
	size_t n = 0, cap = 0;
	int rc;

	db_bind_int(stmt, 1, now);
	if (node != NULL)
		db_bind_text(stmt, 2, node);
	while ((rc = db_step(stmt, err)) == 1) {
		struct ledger_liar liar = { .until = db_column_int(stmt, 2) };

		ledger_copy_text(liar.relay, sizeof(liar.relay), stmt, 0);
		ledger_copy_text(liar.node, sizeof(liar.node), stmt, 1);
		ledger_copy_text(liar.reason, sizeof(liar.reason), stmt, 3);
		VEC_PUSH(liars, n, cap, liar);
	}
	db_reset(stmt);
	*ret_liars = arena_items(arena, liars, n, sizeof(*liars));
	free(liars);
	*ret_n = n;
	return rc == -1 ? -1 : 0;
}
