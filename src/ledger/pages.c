/*
 * pages: the published layout, objects that linger until no head names
 * them, and the last head (design: feed-protocol.md 3 and 4).
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_priv.h"
#include "ledger/ledger_sql.h"

int
ledger_pages(struct ledger *ledger, struct arena *arena, int level,
    const char *prefix, struct ledger_page **ret_pages, size_t *ret_n,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_PAGES);
	struct ledger_page *pages = NULL;
	size_t n = 0, alloc = 0;
	int rc;

	db_bind_int(stmt, 1, level);
	db_bind_text(stmt, 2, prefix);
	while ((rc = db_step(stmt, err)) == 1) {
		struct ledger_page page = { .level = level };

		ledger_copy_text(page.prefix, sizeof(page.prefix), stmt, 0);
		ledger_copy_text(page.hash, sizeof(page.hash), stmt, 1);
		page.n = db_column_int(stmt, 2);
		page.len = db_column_int(stmt, 3);
		VEC_PUSH(pages, n, alloc, page);
	}
	if (rc == 0) {
		*ret_pages = arena_items(arena, pages, n, sizeof(*pages));
		*ret_n = n;
	}
	free(pages);
	return rc;
}

int
ledger_page_put(struct ledger *ledger, const struct ledger_page *page,
    struct err *err)
{
	struct db_stmt *stmt;
	bool own;
	int rc;

	if (ledger_join(ledger, &own, err) == -1)
		return -1;
	stmt = ledger_stmt(ledger, LEDGER_SQL_PAGE_PUT);
	db_bind_int(stmt, 1, page->level);
	db_bind_text(stmt, 2, page->prefix);
	db_bind_text(stmt, 3, page->hash);
	db_bind_int(stmt, 4, page->n);
	db_bind_int(stmt, 5, page->len);
	rc = db_exec(stmt, err);
	if (rc == 0) {
		/* It is wanted again: its file must not go. */
		stmt = ledger_stmt(ledger, LEDGER_SQL_LINGER_UNDO);
		db_bind_text(stmt, 1, page->hash);
		rc = db_exec(stmt, err);
	}
	return ledger_join_end(ledger, own, rc, err);
}

int
ledger_page_drop(struct ledger *ledger, int level, const char *prefix,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_PAGE_DROP);

	db_bind_int(stmt, 1, level);
	db_bind_text(stmt, 2, prefix);
	return db_exec(stmt, err);
}

int
ledger_linger_put(struct ledger *ledger, const char *hash, int64_t until,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_LINGER_PUT);

	db_bind_text(stmt, 1, hash);
	db_bind_int(stmt, 2, until);
	return db_exec(stmt, err);
}

int
ledger_linger_take(struct ledger *ledger, struct arena *arena, int64_t now,
    const char ***ret_hashes, size_t *ret_n, struct err *err)
{
	struct db_stmt *stmt;
	const char **hashes = NULL;
	size_t n = 0, alloc = 0;
	bool own;
	int rc;

	if (ledger_join(ledger, &own, err) == -1)
		return -1;
	stmt = ledger_stmt(ledger, LEDGER_SQL_LINGER_DUE);
	db_bind_int(stmt, 1, now);
	while ((rc = db_step(stmt, err)) == 1)
		VEC_PUSH(hashes, n, alloc, ledger_text(arena, stmt, 0));
	if (rc == 0) {
		stmt = ledger_stmt(ledger, LEDGER_SQL_LINGER_CLEAR);
		db_bind_int(stmt, 1, now);
		rc = db_exec(stmt, err);
	}
	rc = ledger_join_end(ledger, own, rc, err);
	if (rc == 0) {
		*ret_hashes = arena_items(arena, hashes, n, sizeof(*hashes));
		*ret_n = n;
	}
	free(hashes);
	return rc;
}

int
ledger_published(struct ledger *ledger, const struct ledger_head *head,
    struct err *err)
{
	struct db_stmt *stmt;
	bool own;
	int rc;

	if (ledger_join(ledger, &own, err) == -1)
		return -1;
	stmt = ledger_stmt(ledger, LEDGER_SQL_HEAD_PUT);
	db_bind_int(stmt, 1, head->serial);
	db_bind_int(stmt, 2, head->expires);
	db_bind_int(stmt, 3, head->epoch);
	db_bind_text(stmt, 4, head->digest);
	rc = db_exec(stmt, err);
	if (rc == 0) {
		stmt = ledger_stmt(ledger, LEDGER_SQL_TOUCHED_CLEAR);
		db_bind_int(stmt, 1, ledger->touched_last);
		rc = db_exec(stmt, err);
	}
	return ledger_join_end(ledger, own, rc, err);
}

int
ledger_head(struct ledger *ledger, struct ledger_head *ret_head,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_HEAD);
	struct ledger_head head = { 0 };
	int rc;

	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 1) {
		head.serial = db_column_int(stmt, 0);
		head.expires = db_column_int(stmt, 1);
		head.epoch = db_column_int(stmt, 2);
		ledger_copy_text(head.digest, sizeof(head.digest), stmt, 3);
		db_reset(stmt);
	}
	*ret_head = head;
	return 0;
}
