/*
 * peers: the high-water mark of each peer's accepted heads, how the peer
 * is, its last pulls and the records that were skipped (design:
 * feed-protocol.md 7 and 10). States are stored as words, so that a new
 * state needs no migration.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_priv.h"
#include "ledger/ledger_sql.h"

#define BAD_KEPT 100

static const char *const state_names[] = {
	[PEER_NEW] = "new",
	[PEER_FRESH] = "fresh",
	[PEER_LATE] = "late",
	[PEER_STALE] = "stale",
	[PEER_UNREACHABLE] = "unreachable",
	[PEER_REJECTED] = "rejected",
	[PEER_FORKED] = "forked",
	[PEER_HELD] = "held",
	[PEER_PAUSED] = "paused",
};

const char *
peer_state_name(enum peer_state state)
{
	return state_names[state];
}

enum peer_state
ledger_state_parse(const char *name)
{
	for (size_t i = 0; name != NULL && i < ARRAY_LEN(state_names); i++) {
		if (strcmp(state_names[i], name) == 0)
			return (enum peer_state)i;
	}
	return PEER_NEW;
}

static void
read_peer(struct db_stmt *stmt, struct ledger_peer *peer)
{
	peer->state = ledger_state_parse(db_column_text(stmt, 0));
	peer->state_since = db_column_int(stmt, 1);
	ledger_copy_text(peer->reason, sizeof(peer->reason), stmt, 2);
	peer->serial = db_column_int(stmt, 3);
	peer->epoch = db_column_int(stmt, 4);
	ledger_copy_text(peer->digest, sizeof(peer->digest), stmt, 5);
	ledger_copy_text(peer->nextkey, sizeof(peer->nextkey), stmt, 6);
	peer->next_promised = db_column_int(stmt, 7);
	peer->expires = db_column_int(stmt, 8);
	ledger_copy_text(peer->etag, sizeof(peer->etag), stmt, 9);
	peer->last_try = db_column_int(stmt, 10);
	peer->last_good = db_column_int(stmt, 11);
	peer->retry_at = db_column_int(stmt, 12);
	peer->failures = db_column_int(stmt, 13);
	peer->records = db_column_int(stmt, 14);
	peer->bad_records = db_column_int(stmt, 15);
	peer->held_serial = db_column_int(stmt, 16);
	peer->held_since = db_column_int(stmt, 17);
	peer->held_heads = db_column_int(stmt, 18);
	peer->is_paused = db_column_int(stmt, 19) != 0;
	peer->is_released = db_column_int(stmt, 20) != 0;
	ledger_copy_text(peer->pin, sizeof(peer->pin), stmt, 21);
	ledger_copy_text(peer->key, sizeof(peer->key), stmt, 22);
	ledger_copy_text(peer->via, sizeof(peer->via), stmt, 23);
	peer->refusals = db_column_int(stmt, 24);
	ledger_copy_text(peer->refused_digest, sizeof(peer->refused_digest),
	    stmt, 25);
	peer->churn = db_column_int(stmt, 26);
	peer->churn_at = db_column_int(stmt, 27);
	peer->refused_at = db_column_int(stmt, 28);
	ledger_copy_text(peer->held_digest, sizeof(peer->held_digest), stmt,
	    29);
	peer->held_records = db_column_int(stmt, 30);
	peer->held_until = db_column_int(stmt, 31);
	peer->fetched = db_column_int(stmt, 32);
	peer->fetched_at = db_column_int(stmt, 33);
	peer->own_failures = db_column_int(stmt, 34);
	peer->own_retry_at = db_column_int(stmt, 35);
	ledger_copy_text(peer->own_trouble, sizeof(peer->own_trouble), stmt,
	    36);
}

int
ledger_peer_get(struct ledger *ledger, const char *name,
    struct ledger_peer *ret_peer, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_PEER);
	struct ledger_peer peer = { .state = PEER_NEW };
	int rc;

	db_bind_text(stmt, 1, name);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 1)
		read_peer(stmt, &peer);
	db_reset(stmt);
	snprintf(peer.name, sizeof(peer.name), "%s", name);
	*ret_peer = peer;
	return 0;
}

int
ledger_peer_put(struct ledger *ledger, const struct ledger_peer *peer,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_PEER_PUT);

	db_bind_text(stmt, 1, peer->name);
	db_bind_text(stmt, 2, peer_state_name(peer->state));
	db_bind_int(stmt, 3, peer->state_since);
	db_bind_text(stmt, 4, peer->reason);
	db_bind_int(stmt, 5, peer->serial);
	db_bind_int(stmt, 6, peer->epoch);
	db_bind_text(stmt, 7, peer->digest);
	db_bind_text(stmt, 8, peer->nextkey);
	db_bind_int(stmt, 9, peer->next_promised);
	db_bind_int(stmt, 10, peer->expires);
	db_bind_text(stmt, 11, peer->etag);
	db_bind_int(stmt, 12, peer->last_try);
	db_bind_int(stmt, 13, peer->last_good);
	db_bind_int(stmt, 14, peer->retry_at);
	db_bind_int(stmt, 15, peer->failures);
	db_bind_int(stmt, 16, peer->records);
	db_bind_int(stmt, 17, peer->bad_records);
	db_bind_int(stmt, 18, peer->held_serial);
	db_bind_int(stmt, 19, peer->held_since);
	db_bind_int(stmt, 20, peer->held_heads);
	db_bind_int(stmt, 21, peer->is_paused);
	db_bind_int(stmt, 22, peer->is_released);
	db_bind_text(stmt, 23, peer->pin);
	db_bind_text(stmt, 24, peer->key);
	db_bind_text(stmt, 25, peer->via);
	db_bind_int(stmt, 26, peer->refusals);
	db_bind_text(stmt, 27, peer->refused_digest);
	db_bind_int(stmt, 28, peer->churn);
	db_bind_int(stmt, 29, peer->churn_at);
	db_bind_int(stmt, 30, peer->refused_at);
	db_bind_text(stmt, 31, peer->held_digest);
	db_bind_int(stmt, 32, peer->held_records);
	db_bind_int(stmt, 33, peer->held_until);
	db_bind_int(stmt, 34, peer->fetched);
	db_bind_int(stmt, 35, peer->fetched_at);
	db_bind_int(stmt, 36, peer->own_failures);
	db_bind_int(stmt, 37, peer->own_retry_at);
	db_bind_text(stmt, 38, peer->own_trouble);
	return db_exec(stmt, err);
}

int
ledger_peer_remove(struct ledger *ledger, const char *name, struct err *err)
{
	static const enum ledger_sql drops[] = { LEDGER_SQL_PEER_DROP,
		LEDGER_SQL_PULL_DROP, LEDGER_SQL_BAD_DROP,
		LEDGER_SQL_ACCEPTED_DROP, LEDGER_SQL_SEEN_DROP,
		LEDGER_SQL_ALARM_DROP, LEDGER_SQL_LIAR_DROP };
	bool own;
	int rc = 0;

	if (ledger_join(ledger, &own, err) == -1)
		return -1;
	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(drops); i++) {
		struct db_stmt *stmt = ledger_stmt(ledger, drops[i]);

		db_bind_text(stmt, 1, name);
		rc = db_exec(stmt, err);
	}
	return ledger_join_end(ledger, own, rc, err);
}

int
ledger_pull_add(struct ledger *ledger, const char *name,
    const struct ledger_pull *pull, struct err *err)
{
	struct db_stmt *stmt;
	bool own;
	int rc;

	if (ledger_join(ledger, &own, err) == -1)
		return -1;
	stmt = ledger_stmt(ledger, LEDGER_SQL_PULL_ADD);
	db_bind_text(stmt, 1, name);
	db_bind_int(stmt, 2, pull->at);
	db_bind_text(stmt, 3, peer_state_name(pull->state));
	db_bind_int(stmt, 4, pull->took_ms);
	db_bind_int(stmt, 5, pull->pages);
	db_bind_int(stmt, 6, pull->bytes);
	db_bind_int(stmt, 7, pull->changed);
	rc = db_exec(stmt, err);
	if (rc == 0) {
		stmt = ledger_stmt(ledger, LEDGER_SQL_PULL_TRIM);
		db_bind_text(stmt, 1, name);
		db_bind_int(stmt, 2, LEDGER_PULLS_KEPT);
		rc = db_exec(stmt, err);
	}
	return ledger_join_end(ledger, own, rc, err);
}

int
ledger_pulls(struct ledger *ledger, struct arena *arena, const char *name,
    struct ledger_pull **ret_pulls, size_t *ret_n, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_PULLS);
	struct ledger_pull *pulls;
	size_t n = 0;
	int rc;

	pulls = arena_alloc(arena, LEDGER_PULLS_KEPT * sizeof(*pulls));
	db_bind_text(stmt, 1, name);
	while ((rc = db_step(stmt, err)) == 1 && n < LEDGER_PULLS_KEPT) {
		pulls[n].at = db_column_int(stmt, 0);
		pulls[n].state = ledger_state_parse(db_column_text(stmt, 1));
		pulls[n].took_ms = db_column_int(stmt, 2);
		pulls[n].pages = db_column_int(stmt, 3);
		pulls[n].bytes = db_column_int(stmt, 4);
		pulls[n].changed = db_column_int(stmt, 5);
		n++;
	}
	db_reset(stmt);
	if (rc == -1)
		return -1;
	*ret_pulls = pulls;
	*ret_n = n;
	return 0;
}

int
ledger_bad_set(struct ledger *ledger, const char *name, const char *const *ids,
    const char *const *reasons, size_t n, struct err *err)
{
	struct db_stmt *stmt;
	bool own;
	int rc;

	if (ledger_join(ledger, &own, err) == -1)
		return -1;
	stmt = ledger_stmt(ledger, LEDGER_SQL_BAD_DROP);
	db_bind_text(stmt, 1, name);
	rc = db_exec(stmt, err);
	for (size_t i = 0; rc == 0 && i < n && i < BAD_KEPT; i++) {
		stmt = ledger_stmt(ledger, LEDGER_SQL_BAD_ADD);
		db_bind_text(stmt, 1, name);
		db_bind_int(stmt, 2, (int64_t)i);
		db_bind_text(stmt, 3, ids[i]);
		db_bind_text(stmt, 4, reasons[i]);
		rc = db_exec(stmt, err);
	}
	return ledger_join_end(ledger, own, rc, err);
}

int
ledger_bad(struct ledger *ledger, struct arena *arena, const char *name,
    const char ***ret_ids, const char ***ret_reasons, size_t *ret_n,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_BAD);
	const char **ids, **reasons;
	size_t n = 0;
	int rc;

	ids = arena_alloc(arena, BAD_KEPT * sizeof(*ids));
	reasons = arena_alloc(arena, BAD_KEPT * sizeof(*reasons));
	db_bind_text(stmt, 1, name);
	while ((rc = db_step(stmt, err)) == 1 && n < BAD_KEPT) {
		ids[n] = ledger_text(arena, stmt, 0);
		reasons[n] = ledger_text(arena, stmt, 1);
		n++;
	}
	db_reset(stmt);
	if (rc == -1)
		return -1;
	*ret_ids = ids;
	*ret_reasons = reasons;
	*ret_n = n;
	return 0;
}
