/*
 * ledger: opening, transactions, the audit log and copies. records.c has a
 * node's own records, entries.c what the feed is made from, pages.c the
 * published layout, peers.c what is known of others. Section "Two stores"
 * of the architecture.
 */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_priv.h"
#include "ledger/ledger_sql.h"

extern const char ledger_sql_1[]; /* sql/ledger-1.sql */
extern const char ledger_sql_2[]; /* sql/ledger-2.sql */
extern const char ledger_sql_3[]; /* sql/ledger-3.sql */

#define LEDGER_FILE "ledger.db"
/* Larger than any packed record: its entry is at most RECORD_MAX_BYTES. */
#define PACKED_MAX ((size_t)1 << 20)

static char *
ledger_path(const char *folder)
{
	struct strbuf sb;

	strbuf_init(&sb, 8192);
	strbuf_addf(&sb, "%s/%s", folder, LEDGER_FILE);
	return strbuf_detach(&sb, NULL);
}

/* What init left behind when it was killed at its first step. */
static int
drop_empty(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
		return file_remove(path, err);
	return 0;
}

struct ledger *
ledger_open(const char *folder, bool create, struct err *err)
{
	const struct db_migration migrations[] = { { 1, ledger_sql_1 },
		{ 2, ledger_sql_2 }, { 3, ledger_sql_3 } };
	struct ledger *ledger = NULL;
	char *path = ledger_path(folder);
	struct db *db = NULL;

	if (!create && !file_exists(path)) {
		err_set(err, ERR_NOTFOUND,
		    "%s: there is no ledger here: is the folder right? "
		    "`gspd init` makes a new node",
		    path);
		goto out;
	}
	if (create && drop_empty(path, err) == -1)
		goto out;
	db = db_open(path, DB_MODE_PRECIOUS, migrations, ARRAY_LEN(migrations),
	    err);
	if (db == NULL ||
	    db_prepare(db, ledger_sql, LEDGER_SQL_COUNT, err) == -1)
		goto out;
	ledger = xcalloc(1, sizeof(*ledger));
	ledger->db = db;
	db = NULL;
	ledger->data_version = db_data_version(ledger->db);
	strbuf_init(&ledger->packed, PACKED_MAX);
	strbuf_init(&ledger->content, PACKED_MAX);
	strbuf_init(&ledger->entry, PACKED_MAX);
out:
	db_close(db);
	free(path);
	return ledger;
}

void
ledger_close(struct ledger *ledger)
{
	if (ledger == NULL)
		return;
	db_close(ledger->db);
	strbuf_release(&ledger->packed);
	strbuf_release(&ledger->content);
	strbuf_release(&ledger->entry);
	free(ledger);
}

struct db_stmt *
ledger_stmt(struct ledger *ledger, size_t i)
{
	return db_stmt(ledger->db, 0, i);
}

int
ledger_begin(struct ledger *ledger, struct err *err)
{
	ledger->more_records = 0;
	ledger->more_bytes = 0;
	return db_begin(ledger->db, err);
}

int
ledger_commit(struct ledger *ledger, struct err *err)
{
	struct db_stmt *stmt;

	if (ledger->more_records != 0 || ledger->more_bytes != 0) {
		stmt = ledger_stmt(ledger, LEDGER_SQL_TOTAL_ADD);
		db_bind_int(stmt, 1, ledger->more_records);
		db_bind_int(stmt, 2, ledger->more_bytes);
		if (db_exec(stmt, err) == -1) {
			ledger_rollback(ledger);
			return -1;
		}
	}
	ledger->more_records = 0;
	ledger->more_bytes = 0;
	return db_commit(ledger->db, err);
}

void
ledger_rollback(struct ledger *ledger)
{
	ledger->more_records = 0;
	ledger->more_bytes = 0;
	db_rollback(ledger->db);
}

int
ledger_join(struct ledger *ledger, bool *ret_own, struct err *err)
{
	bool own = !db_in_transaction(ledger->db);

	if (own && ledger_begin(ledger, err) == -1)
		return -1;
	*ret_own = own;
	return 0;
}

int
ledger_join_end(struct ledger *ledger, bool own, int rc, struct err *err)
{
	if (!own)
		return rc;
	if (rc == 0)
		return ledger_commit(ledger, err);
	ledger_rollback(ledger);
	return rc;
}

const char *
ledger_text(struct arena *arena, struct db_stmt *stmt, int i)
{
	const char *text = db_column_text(stmt, i);

	return arena_strdup(arena, text == NULL ? "" : text);
}

void
ledger_copy_text(char *ret_to, size_t size, struct db_stmt *stmt, int i)
{
	const char *text = db_column_text(stmt, i);

	snprintf(ret_to, size, "%s", text == NULL ? "" : text);
}

int
ledger_audit(struct ledger *ledger, int64_t now, const char *actor,
    const char *what, const char *detail, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_AUDIT_ADD);

	db_bind_int(stmt, 1, now);
	db_bind_text(stmt, 2, actor == NULL ? "" : actor);
	db_bind_text(stmt, 3, what);
	db_bind_text(stmt, 4, detail == NULL ? "" : detail);
	return db_exec(stmt, err);
}

int
ledger_audits(struct ledger *ledger, struct arena *arena, size_t max,
    struct ledger_note **ret_notes, size_t *ret_n, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_AUDIT);
	struct ledger_note *notes = arena_alloc(arena, max * sizeof(*notes));
	size_t n = 0;
	int rc;

	db_bind_int(stmt, 1, (int64_t)max);
	while ((rc = db_step(stmt, err)) == 1 && n < max) {
		notes[n].at = db_column_int(stmt, 0);
		notes[n].actor = ledger_text(arena, stmt, 1);
		notes[n].what = ledger_text(arena, stmt, 2);
		notes[n].detail = ledger_text(arena, stmt, 3);
		n++;
	}
	db_reset(stmt);
	if (rc == -1)
		return -1;
	*ret_notes = notes;
	*ret_n = n;
	return 0;
}

int
ledger_copy(struct ledger *ledger, const char *path, struct err *err)
{
	return db_copy(ledger->db, path, err);
}

int
ledger_check(struct ledger *ledger, struct err *err)
{
	return db_check(ledger->db, err);
}

void
ledger_rest(struct ledger *ledger)
{
	db_rest(ledger->db);
}

bool
ledger_changed(struct ledger *ledger)
{
	int64_t version = db_data_version(ledger->db);
	bool changed = version != ledger->data_version;

	ledger->data_version = version;
	return changed;
}
