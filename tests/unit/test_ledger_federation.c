/*
 * ledger: gossip, alarms, relays, the membership list, hints; and a ledger
 * of version 1 that is opened by this one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "db/db.h"
#include "ledger_scene.h"

#define D1 "1111111111111111111111111111111111111111111111111111111111111111"
#define D2 "2222222222222222222222222222222222222222222222222222222222222222"

static void
test_peer_keys(void **state)
{
	struct ledger_peer peer = { .name = "ca",
		.pin = D1,
		.key = D2,
		.via = "sg",
		.refusals = 3,
		.refused_digest = D1,
		.churn = 17,
		.churn_at = 99,
		.refused_at = 98,
		.held_digest = D1,
		.held_records = 97,
		.held_until = 96,
		.fetched = 95,
		.fetched_at = 94,
		.own_failures = 93,
		.own_retry_at = 92,
		.own_trouble = "no answer" };
	struct ledger_peer got;

	(void)state;
	assert_int_equal(ledger_peer_put(ledger, &peer, &err), 0);
	assert_int_equal(ledger_peer_get(ledger, "ca", &got, &err), 0);
	assert_string_equal(got.pin, D1);
	assert_string_equal(got.key, D2);
	assert_string_equal(got.via, "sg");
	assert_int_equal(got.refusals, 3);
	assert_string_equal(got.refused_digest, D1);
	assert_int_equal(got.churn, 17);
	assert_int_equal(got.churn_at, 99);
	assert_int_equal(got.refused_at, 98);
	assert_string_equal(got.held_digest, D1);
	assert_int_equal(got.held_records, 97);
	assert_int_equal(got.held_until, 96);
	assert_int_equal(got.fetched, 95);
	assert_int_equal(got.fetched_at, 94);
	assert_int_equal(got.own_failures, 93);
	assert_int_equal(got.own_retry_at, 92);
	assert_string_equal(got.own_trouble, "no answer");
}

static void
test_accepted(void **state)
{
	struct ledger_accepted *list;
	char digest[65];
	size_t n;

	(void)state;
	for (int64_t i = 1; i <= 100; i++)
		assert_int_equal(ledger_accepted_add(ledger, "ca", i, 0, D1, i,
				     &err),
		    0);
	assert_int_equal(ledger_accepted_add(ledger, "sg", 5, 0, D2, 5, &err),
	    0);
	assert_int_equal(ledger_accepted(ledger, "ca", 100, digest, &err), 0);
	assert_string_equal(digest, D1);
	assert_int_equal(ledger_accepted(ledger, "ca", 37, digest, &err), 0);
	/* 64 are kept, of each node. */
	assert_int_equal(ledger_accepted(ledger, "ca", 36, digest, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_int_equal(ledger_accepted(ledger, "sg", 5, digest, &err), 0);
	assert_string_equal(digest, D2);
	assert_int_equal(ledger_accepted_list(ledger, arena, "ca", &list, &n,
			     &err),
	    0);
	assert_int_equal(n, 64);
	assert_int_equal(list[0].serial, 37);
	assert_int_equal(list[63].serial, 100);
	assert_int_equal(list[63].at, 100);
	assert_string_equal(list[63].digest, D1);
	assert_int_equal(ledger_accepted_list(ledger, arena, "xx", &list, &n,
			     &err),
	    0);
	assert_int_equal(n, 0);
}

static void
test_seen(void **state)
{
	struct ledger_seen first[] = {
		{ .witness = "sg", .node = "ca", .serial = 1, .digest = D1 },
		{ .witness = "sg", .node = "us", .serial = 2, .digest = D2 },
	};
	struct ledger_seen later = { .witness = "sg",
		.node = "ca",
		.serial = 7,
		.epoch = 1,
		.digest = D2,
		.said_at = 8,
		.ahead_since = 6 };
	struct ledger_seen *got;
	size_t n;

	(void)state;
	assert_int_equal(ledger_seen_put(ledger, first, 2, &err), 0);
	assert_int_equal(ledger_seen_put(ledger, &later, 1, &err), 0);
	assert_int_equal(ledger_seen(ledger, arena, NULL, NULL, &got, &n, &err),
	    0);
	assert_int_equal(n, 2);
	assert_int_equal(got[0].serial, 7);
	assert_int_equal(got[0].said_at, 8);
	assert_int_equal(got[0].ahead_since, 6);
	assert_string_equal(got[0].digest, D2);
	assert_string_equal(got[1].node, "us");
	assert_int_equal(ledger_seen(ledger, arena, NULL, "us", &got, &n, &err),
	    0);
	assert_int_equal(n, 1);
	assert_int_equal(ledger_seen(ledger, arena, "sg", "ca", &got, &n, &err),
	    0);
	assert_int_equal(n, 1);
	assert_int_equal(ledger_peer_remove(ledger, "sg", &err), 0);
	assert_int_equal(ledger_seen(ledger, arena, NULL, NULL, &got, &n, &err),
	    0);
	assert_int_equal(n, 0);
}

static void
test_alarms(void **state)
{
	struct ledger_alarm alarm = { .node = "ca",
		.kind = ALARM_FREEZE,
		.witness = "sg",
		.serial = 9,
		.digest = D1,
		.is_proven = true,
		.since = 100 };
	struct ledger_alarm *got;
	bool is_new;
	size_t n;

	(void)state;
	assert_int_equal(ledger_alarm_put(ledger, &alarm, &is_new, &err), 0);
	assert_true(is_new);
	alarm.is_proven = false;
	alarm.since = 200;
	assert_int_equal(ledger_alarm_put(ledger, &alarm, &is_new, &err), 0);
	assert_false(is_new);
	assert_int_equal(ledger_alarms(ledger, arena, "ca", &got, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_true(got->is_proven);
	assert_int_equal(got->since, 100);
	assert_int_equal(got->kind, ALARM_FREEZE);
	/* What a witness says next does not wipe out what was proven. */
	alarm.serial = 10;
	assert_int_equal(ledger_alarm_put(ledger, &alarm, &is_new, &err), 0);
	assert_true(is_new);
	assert_int_equal(ledger_alarms(ledger, arena, "ca", &got, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_true(got->is_proven);
	assert_int_equal(got->serial, 9);
	alarm.is_proven = true;
	assert_int_equal(ledger_alarm_put(ledger, &alarm, &is_new, &err), 0);
	assert_int_equal(ledger_alarms(ledger, arena, "ca", &got, &n, &err), 0);
	assert_int_equal(got->serial, 10);
	assert_int_equal(ledger_alarm_end(ledger, "ca", ALARM_FORK, NULL, &err),
	    0);
	assert_int_equal(ledger_alarm_end(ledger, "ca", ALARM_FREEZE, "us",
			     &err),
	    0);
	assert_int_equal(ledger_alarms(ledger, arena, NULL, &got, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(ledger_alarm_end(ledger, "ca", ALARM_FREEZE, NULL,
			     &err),
	    0);
	assert_int_equal(ledger_alarms(ledger, arena, NULL, &got, &n, &err), 0);
	assert_int_equal(n, 0);
}

static void
test_liars(void **state)
{
	struct ledger_liar liar = { .relay = "sg",
		.node = "ca",
		.until = 50,
		.reason = "wrong hash" };
	struct ledger_liar *got;
	size_t n;

	(void)state;
	assert_int_equal(ledger_liar_put(ledger, &liar, &err), 0);
	assert_int_equal(ledger_liars(ledger, arena, "ca", 49, &got, &n, &err),
	    0);
	assert_int_equal(n, 1);
	assert_string_equal(got->relay, "sg");
	assert_int_equal(got->until, 50);
	assert_string_equal(got->reason, "wrong hash");
	assert_int_equal(ledger_liars(ledger, arena, "us", 49, &got, &n, &err),
	    0);
	assert_int_equal(n, 0);
	assert_int_equal(ledger_liars(ledger, arena, NULL, 50, &got, &n, &err),
	    0);
	assert_int_equal(n, 0);
}

static void
test_members(void **state)
{
	struct ledger_alliance list = { .source = "https://a.example/ 2 " D1,
		.serial = 5,
		.digest = D2,
		.expires = 9,
		.endorsed = 2,
		.name = "Coast",
		.reason = "none" };
	struct ledger_alliance got_list;
	struct ledger_member members[] = {
		{ .node = "sg", .urls = "https://sg.example/", .key = D1 },
		{ .node = "ca",
		    .urls = "https://ca.example/ https://c/",
		    .key = D2,
		    .epoch = 3,
		    .is_left = true,
		    .least = 44 },
	};
	struct ledger_member *got;
	size_t n;

	(void)state;
	assert_int_equal(ledger_alliance_get(ledger, &got_list, &err), 0);
	assert_int_equal(got_list.serial, 0);
	assert_int_equal(ledger_alliance_put(ledger, &list, &err), 0);
	assert_int_equal(ledger_alliance_get(ledger, &got_list, &err), 0);
	assert_string_equal(got_list.source, list.source);
	assert_int_equal(got_list.serial, 5);
	assert_string_equal(got_list.digest, D2);
	assert_string_equal(got_list.name, "Coast");
	assert_int_equal(got_list.endorsed, 2);
	assert_string_equal(got_list.reason, "none");
	assert_int_equal(ledger_members_put(ledger, members, 2, &err), 0);
	assert_int_equal(ledger_members(ledger, arena, &got, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_string_equal(got[0].node, "ca");
	assert_true(got[0].is_left);
	assert_int_equal(got[0].least, 44);
	assert_int_equal(got[0].epoch, 3);
	assert_string_equal(got[0].urls, members[1].urls);
	assert_false(got[1].is_left);
	assert_int_equal(ledger_members_put(ledger, members, 1, &err), 0);
	assert_int_equal(ledger_members(ledger, arena, &got, &n, &err), 0);
	assert_int_equal(n, 1);
}

static void
test_hints(void **state)
{
	struct ledger_hint hints[] = {
		{ .from = 2, .to = 3, .hash = D2, .len = 20 },
		{ .from = 1, .to = 2, .hash = D1, .len = 10 },
	};
	struct ledger_hint *got;
	size_t n;

	(void)state;
	assert_int_equal(ledger_hint_put(ledger, &hints[0], &err), 0);
	assert_int_equal(ledger_hint_put(ledger, &hints[1], &err), 0);
	assert_int_equal(ledger_hints(ledger, arena, &got, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_int_equal(got[0].from, 1);
	assert_int_equal(got[0].to, 2);
	assert_int_equal(got[0].len, 10);
	assert_string_equal(got[0].hash, D1);
	assert_int_equal(got[1].to, 3);
	assert_string_equal(got[1].hash, D2);
	assert_int_equal(ledger_hint_drop(ledger, 2, &err), 0);
	assert_int_equal(ledger_hints(ledger, arena, &got, &n, &err), 0);
	assert_int_equal(n, 1);
}

/* A node that was made by version 1 keeps its peers. */
static void
test_migration(void **state)
{
	const char *source = getenv("GSPD_SOURCE");
	struct db_migration first = { 1, NULL };
	struct ledger_peer peer;
	struct strbuf sql;
	struct db *db;

	(void)state;
	ledger_close(ledger);
	assert_int_equal(unlink(arena_printf(arena, "%s/ledger.db", dir)), 0);
	assert_int_equal(file_read(arena_printf(arena, "%s/sql/ledger-1.sql",
				       source != NULL ? source : "."),
			     1 << 20, &sql, &err),
	    0);
	first.sql = sql.buf;
	db = db_open(arena_printf(arena, "%s/ledger.db", dir), DB_MODE_PRECIOUS,
	    &first, 1, &err);
	assert_non_null(db);
	assert_int_equal(db_script(db,
			     "INSERT INTO peer VALUES ('ca','fresh',1,'',7,0,"
			     "'','',1,2,'',3,4,0,0,55,0,0,0,0,0,0)",
			     &err),
	    0);
	db_close(db);
	strbuf_release(&sql);
	ledger = ledger_open(dir, false, &err);
	assert_non_null(ledger);
	assert_int_equal(ledger_peer_get(ledger, "ca", &peer, &err), 0);
	assert_int_equal(peer.records, 55);
	assert_int_equal(peer.state, PEER_FRESH);
	assert_string_equal(peer.key, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_begin, scene_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_peer_keys),
		TEST(test_accepted),
		TEST(test_seen),
		TEST(test_alarms),
		TEST(test_liars),
		TEST(test_members),
		TEST(test_hints),
		TEST(test_migration),
	};

	return cmocka_run_group_tests_name("ledger_federation", tests, NULL,
	    NULL);
}
