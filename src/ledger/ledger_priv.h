/* ledger: what its .c files share. Not a door. */
#ifndef LEDGER_LEDGER_PRIV_H
#define LEDGER_LEDGER_PRIV_H

#include "crypto/crypto.h"
#include "db/db.h"
#include "ledger/ledger.h"

struct ledger {
	struct db *db;
	int64_t data_version;
	/* Change of `total` in this transaction, written at its end. */
	int64_t more_records;
	int64_t more_bytes;
	int64_t touched_last; /* what ledger_touched() has shown */
	/* Used again and again by ledger_save(). */
	struct strbuf packed;
	struct strbuf content;
	struct strbuf entry;
};

/* Statement i (enum ledger_sql), ready to bind. */
struct db_stmt *ledger_stmt(struct ledger *ledger, size_t i);

/*
 * Several statements that belong together: opens a transaction unless there
 * is one, and ledger_join_end() ends just what was opened here. rc is handed
 * through.
 */
int ledger_join(struct ledger *ledger, bool *ret_own,
    struct err *err) MUST_CHECK;
int ledger_join_end(struct ledger *ledger, bool own, int rc,
    struct err *err) MUST_CHECK;

/* Text column into the arena, never NULL. */
const char *ledger_text(struct arena *arena, struct db_stmt *stmt, int i);
/* Text column into a fixed array, cut. */
void ledger_copy_text(char *ret_to, size_t size, struct db_stmt *stmt, int i);
enum peer_state ledger_state_parse(const char *name);

#endif
