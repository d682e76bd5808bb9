/*
 * entries: what publish/ reads: live entries in the order of SHA-256(id),
 * how many and how large they are, and which were touched since the last
 * head (design: feed-protocol.md 3).
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_priv.h"
#include "ledger/ledger_sql.h"

int
ledger_count(struct ledger *ledger, int64_t *ret_n, struct err *err)
{
	int64_t bytes;

	return ledger_measure(ledger, "", ret_n, &bytes, err);
}

int
ledger_entries(struct ledger *ledger, const char *prefix,
    ledger_each_cb callback, void *ctx, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_ENTRIES);
	uint8_t low[SHA256_LEN], high[SHA256_LEN];
	struct ledger_entry entry;
	const void *hash;
	size_t len;
	int rc;

	db_prefix_range(prefix, low, high);
	db_bind_blob(stmt, 1, low, sizeof(low));
	db_bind_blob(stmt, 2, high, sizeof(high));
	while ((rc = db_step(stmt, err)) == 1) {
		hash = db_column_blob(stmt, 0, &len);
		if (len != sizeof(entry.hash)) {
			db_reset(stmt);
			return err_set(err, ERR_DB,
			    "ledger: a hash of %zu bytes: restore a backup",
			    len);
		}
		memcpy(entry.hash, hash, len);
		entry.id = db_column_text(stmt, 1);
		entry.bytes = db_column_blob(stmt, 2, &entry.len);
		entry.published_at = db_column_int(stmt, 3);
		if (callback(ctx, &entry, err) == -1) {
			db_reset(stmt);
			return -1;
		}
	}
	return rc;
}

static int
measure_all(struct ledger *ledger, int64_t *ret_n, int64_t *ret_bytes,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_TOTAL);
	int rc = db_step(stmt, err);

	if (rc == -1)
		return -1;
	if (rc == 0)
		return err_set(err, ERR_DB,
		    "ledger: its totals are gone: restore a backup");
	*ret_n = db_column_int(stmt, 0) + ledger->more_records;
	*ret_bytes = db_column_int(stmt, 1) + ledger->more_bytes;
	db_reset(stmt);
	return 0;
}

int
ledger_measure(struct ledger *ledger, const char *prefix, int64_t *ret_n,
    int64_t *ret_bytes, struct err *err)
{
	struct db_stmt *stmt;
	uint8_t low[SHA256_LEN], high[SHA256_LEN];

	if (prefix[0] == '\0')
		return measure_all(ledger, ret_n, ret_bytes, err);
	stmt = ledger_stmt(ledger, LEDGER_SQL_MEASURE);
	db_prefix_range(prefix, low, high);
	db_bind_blob(stmt, 1, low, sizeof(low));
	db_bind_blob(stmt, 2, high, sizeof(high));
	if (db_step(stmt, err) == -1)
		return -1;
	*ret_n = db_column_int(stmt, 0);
	*ret_bytes = db_column_int(stmt, 1);
	db_reset(stmt);
	return 0;
}

int
ledger_touched(struct ledger *ledger, struct arena *arena,
    uint8_t (**ret_hashes)[32], size_t *ret_n, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_TOUCHED_LAST);
	uint8_t(*hashes)[32] = NULL;
	size_t n = 0, alloc = 0, len;
	int64_t last;
	int rc;

	if (db_step(stmt, err) == -1)
		return -1;
	last = db_column_int(stmt, 0);
	db_reset(stmt);
	stmt = ledger_stmt(ledger, LEDGER_SQL_TOUCHED);
	db_bind_int(stmt, 1, last);
	while ((rc = db_step(stmt, err)) == 1) {
		const void *hash = db_column_blob(stmt, 0, &len);

		hashes = vec_grow(hashes, n, &alloc, sizeof(*hashes));
		memcpy(hashes[n++], hash, len < 32 ? len : 32);
	}
	if (rc == 0) {
		*ret_hashes = arena_items(arena, hashes, n, sizeof(*hashes));
		*ret_n = n;
		ledger->touched_last = last;
	}
	free(hashes);
	return rc;
}
