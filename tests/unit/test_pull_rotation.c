/*
 * pull: peers that rotate their keys, and thieves of an online key. The chain
 * of statements is followed, also by who slept; whoever is not named by it is
 * refused, and what was accepted stays (pull.h, feed-protocol.md 6).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pull/limits.h"
#include "pull_scene.h"

static const char *
statement(int epoch)
{
	return arena_printf(arena, "%s/feed/rot/%d.xml", origin.folder, epoch);
}

static void
later(void)
{
	origin.now += 100;
	reader.now = origin.now;
}

/* The owner: new keys, and the head that they sign. */
static void
rotate(int times)
{
	world_rotate(&origin, times);
	later();
	world_publish(&origin);
}

static struct strbuf
published(void)
{
	struct strbuf bytes;

	if (file_read(world_path(&origin, arena, "feed/head.xml"),
		FEED_HEAD_MAX, &bytes, &err) == -1)
		fail_msg("%s", err.text);
	return bytes;
}

static void
put(const char *path, const struct strbuf *bytes)
{
	if (file_replace(path, bytes->buf, bytes->len, 0644, &err) == -1)
		fail_msg("%s", err.text);
}

static void
put_head(const struct strbuf *bytes)
{
	put(world_path(&origin, arena, "feed/head.xml"), bytes);
}

/* What a thief makes of the published head: newer, and as he likes it. */
static void
forge_head(const struct key *key, int64_t epoch, const char *nextkey)
{
	struct strbuf bytes = published(), forged;
	struct verify_policy policy = { .now = origin.now, .epoch = -1 };
	struct feed_head head;
	char own[65], digest[65];

	assert_int_equal(verify_own_key(FEED_DOC_HEAD, bytes.buf, bytes.len,
			     own, &err),
	    0);
	policy.key_hash = own;
	assert_int_equal(verify_head(arena, bytes.buf, bytes.len, &policy,
			     &head, digest, &err),
	    VERIFY_NEW);
	later();
	head.serial = origin.now;
	head.expires = head.serial + FEED_EXPIRES_S;
	head.next = head.serial + FEED_NEXT_S;
	head.epoch = epoch;
	(void)snprintf(head.nextkey, sizeof(head.nextkey), "%s", nextkey);
	strbuf_init(&forged, FEED_HEAD_MAX);
	if (verify_sign_head(arena, &head, key, &forged, digest, &err) == -1)
		fail_msg("%s", err.text);
	put_head(&forged);
	strbuf_release(&forged);
	strbuf_release(&bytes);
}

static void
forge_chain(const struct key *key, int epoch, const char *online,
    const char *nextkey)
{
	struct feed_rotation rotation = { .node = "ca", .epoch = epoch };
	struct strbuf bytes;

	(void)snprintf(rotation.nextkey, sizeof(rotation.nextkey), "%s",
	    nextkey);
	(void)snprintf(rotation.online, sizeof(rotation.online), "%s", online);
	strbuf_init(&bytes, 2 * FEED_ROTATION_MAX);
	if (verify_sign_rotation(arena, &rotation, key, &bytes, &err) == -1)
		fail_msg("%s", err.text);
	if (file_mkdirs(world_path(&origin, arena, "feed/rot"), 0755, &err) ==
	    -1)
		fail_msg("%s", err.text);
	put(statement(epoch), &bytes);
	strbuf_release(&bytes);
}

static void
forge_statement(const struct key *key, int epoch, const char *online)
{
	forge_chain(key, epoch, online, "");
}

/* The membership list in force was made then. */
static void
list_made_at(int64_t serial)
{
	struct ledger_alliance row = { .serial = serial };

	assert_int_equal(ledger_alliance_put(reader.ledger, &row, &err), 0);
}

static void
check_key(int epoch)
{
	struct ledger_peer row = reader_row(&reader, "ca");
	struct key *key = publish_key_read(origin.folder, &err);
	char hash[65];

	assert_non_null(key);
	key_hash(key, hash);
	key_free(key);
	assert_int_equal(row.epoch, epoch);
	assert_string_equal(row.key, hash);
	assert_string_equal(row.pin, peer.key);
	for (int i = 1; i <= epoch; i++)
		assert_true(file_exists(arena_printf(arena,
		    "%s/pages/ca/rot/%d.xml", reader.folder, i)));
}

/* ---- the way it should go ---- */

static void
test_follow(void **state)
{
	(void)state;
	pull_to(PEER_FRESH, "");
	check_key(0);
	for (int epoch = 1; epoch <= 3; epoch++) {
		rotate(1);
		world_save(&origin, 17, epoch % 2 ? "Band" : "Choir");
		pull_to(PEER_FRESH, "");
		check_key(epoch);
		site_reset(&site);
		pull_to(PEER_FRESH, "");
		assert_int_equal(atomic_load(&site.unchanged), 1);
		assert_int_equal(atomic_load(&site.asked), 1);
	}
	assert_int_equal(reader_records(&reader), 300);
}

static void
test_slept(void **state)
{
	(void)state;
	pull_to(PEER_FRESH, "");
	rotate(3);
	site_reset(&site);
	pull_to(PEER_FRESH, "");
	check_key(3);
	assert_int_equal(atomic_load(&site.asked), 4);
	assert_int_equal(reader_row(&reader, "ca").failures, 0);
}

static void
test_slept_for_long(void **state)
{
	(void)state;
	pull_to(PEER_FRESH, "");
	rotate(65);
	pull_to(PEER_REJECTED, "goes on");
	assert_int_equal(reader_row(&reader, "ca").epoch, 64);
	pull_to(PEER_FRESH, "");
	check_key(65);
}

static void
test_older_ledger(void **state)
{
	struct ledger_peer row;

	(void)state;
	pull_to(PEER_FRESH, "");
	row = reader_row(&reader, "ca");
	row.pin[0] = row.key[0] = '\0';
	assert_int_equal(ledger_peer_put(reader.ledger, &row, &err), 0);
	rotate(1);
	pull_to(PEER_FRESH, "");
	check_key(1);
}

/* ---- thieves ---- */

static void
test_stolen(void **state)
{
	struct strbuf good;
	char thiefs[65];
	struct key *thief;

	(void)state;
	pull_to(PEER_FRESH, "");
	good = published();
	thief = key_new(&err);
	assert_non_null(thief);
	key_hash(thief, thiefs);
	/* The online key can name no successor, not even nobody. */
	forge_head(origin.key, 0, thiefs);
	pull_to(PEER_REJECTED, "stolen");
	forge_head(origin.key, 0, "");
	pull_to(PEER_REJECTED, "stolen");
	/* Nor begin an epoch, with or without a statement. */
	forge_head(origin.key, 1, thiefs);
	pull_to(PEER_REJECTED, "no rotation statement says so");
	forge_statement(origin.key, 1, thiefs);
	forge_head(thief, 1, origin.nextkey);
	pull_to(PEER_REJECTED, "not to be believed");
	assert_int_equal(reader_row(&reader, "ca").epoch, 0);
	assert_int_equal(reader_records(&reader), 300);
	/* The owner rotates. */
	assert_int_equal(file_remove(statement(1), &err), 0);
	put_head(&good);
	rotate(1);
	pull_to(PEER_FRESH, "");
	check_key(1);
	/* The thief again: as if nothing was, by replay, by another epoch. */
	forge_head(origin.key, 0, origin.nextkey);
	pull_to(PEER_REJECTED, "no rotation statement says so");
	put_head(&good);
	pull_to(PEER_REJECTED, "another key");
	forge_head(origin.key, 1, reader_row(&reader, "ca").nextkey);
	pull_to(PEER_REJECTED, "another key");
	forge_statement(origin.key, 2, thiefs);
	forge_head(thief, 2, thiefs);
	pull_to(PEER_REJECTED, "not to be believed");
	check_key(1);
	assert_int_equal(reader_records(&reader), 300);
	assert_int_equal(file_remove(statement(2), &err), 0);
	assert_int_equal(file_remove(world_path(&origin, arena,
					 "feed/head.xml"),
			     &err),
	    0);
	later();
	world_publish(&origin);
	pull_to(PEER_FRESH, "");
	key_free(thief);
	strbuf_release(&good);
}

/* A peer that rotates without end fills no disk. */
static void
test_statements_bounded(void **state)
{
	struct ledger_peer row;
	struct key *next = key_new(&err), *online = key_new(&err);
	char path[300], hash[65];

	(void)state;
	assert_non_null(next);
	assert_non_null(online);
	pull_to(PEER_FRESH, "");
	row = reader_row(&reader, "ca");
	row.epoch = PULL_STATEMENTS;
	key_hash(next, row.nextkey);
	assert_int_equal(ledger_peer_put(reader.ledger, &row, &err), 0);
	(void)snprintf(path, sizeof(path), "%s/pages/ca/rot", reader.folder);
	assert_int_equal(file_mkdirs(path, 0755, &err), 0);
	for (int i = 1; i < 3; i++)
		assert_int_equal(file_put(arena_printf(arena, "%s/%d.xml", path,
					      i),
				     "<rotation/>", 11, 0644, &err),
		    0);
	key_hash(online, hash);
	forge_statement(next, PULL_STATEMENTS + 1, hash);
	forge_head(online, PULL_STATEMENTS + 1, "");
	pull_to(PEER_FRESH, "");
	assert_true(file_exists(
	    arena_printf(arena, "%s/%d.xml", path, PULL_STATEMENTS + 1)));
	assert_false(file_exists(arena_printf(arena, "%s/1.xml", path)));
	assert_true(file_exists(arena_printf(arena, "%s/2.xml", path)));
	key_free(next);
	key_free(online);
}

/* A statement stays followed, whatever head came with it. */
static void
test_statement_alone(void **state)
{
	struct key *thief = key_new(&err);
	struct strbuf old, new;

	(void)state;
	assert_non_null(thief);
	pull_to(PEER_FRESH, "");
	old = published();
	rotate(1);
	new = published();
	forge_head(thief, 1, "");
	pull_to(PEER_REJECTED, "no rotation statement says so");
	check_key(1);
	assert_int_equal(reader_records(&reader), 300);
	/* What was accepted is shown on, also after a rebuild. */
	reader_close(&reader);
	assert_int_equal(catalogue_destroy(reader.folder, &err), 0);
	reader_open(&reader);
	{
		struct conf_peers peers = { .items = &peer, .n = 1 };

		if (pull_rebuild(&reader.env, &peers, origin.key_hash, &err) ==
		    -1)
			fail_msg("%s", err.text);
	}
	assert_int_equal(reader_records(&reader), 300);
	put_head(&old);
	pull_to(PEER_REJECTED, "another key");
	put_head(&new);
	pull_to(PEER_FRESH, "");
	key_free(thief);
	strbuf_release(&old);
	strbuf_release(&new);
}

/* The statement ends the process that reads it: that is all it can do. */
static void
test_reader(void **state)
{
	const char *build = getenv("GSPD_BUILD");
	const char *liar = arena_printf(arena, "%s/hates-<rotation",
	    reader.folder);

	(void)state;
	if (build == NULL)
		build = ".";
	assert_int_equal(symlink(arena_printf(arena, "%s/tests/unit/parse_liar",
				     build),
			     liar),
	    0);
	reader.env.parser = liar;
	pull_to(PEER_FRESH, "");
	rotate(2);
	pull_to(PEER_REJECTED, "killed by signal 11");
	assert_int_equal(reader_row(&reader, "ca").epoch, 0);
	assert_false(file_exists(
	    arena_printf(arena, "%s/pages/ca/rot/1.xml", reader.folder)));
	assert_int_equal(reader_records(&reader), 300);
	reader.env.parser = arena_printf(arena, "%s/gspd", build);
	pull_to(PEER_FRESH, "");
	check_key(2);
	assert_int_equal(reader_records(&reader), 300);
	reader.env.parser = NULL;
}

/* ---- broken chains ---- */

static void
test_gap(void **state)
{
	struct strbuf second, first, large;

	(void)state;
	pull_to(PEER_FRESH, "");
	rotate(3);
	if (file_read(statement(2), FEED_ROTATION_MAX, &second, &err) == -1 ||
	    file_read(statement(1), FEED_ROTATION_MAX, &first, &err) == -1)
		fail_msg("%s", err.text);
	assert_int_equal(file_remove(statement(2), &err), 0);
	pull_to(PEER_REJECTED, "no rotation statement says so");
	assert_int_equal(reader_row(&reader, "ca").epoch, 1);
	/* One of before in its place; one that was forged; one too large. */
	put(statement(2), &first);
	pull_to(PEER_REJECTED, "not to be believed");
	forge_statement(origin.key, 2, origin.key_hash);
	pull_to(PEER_REJECTED, "not to be believed");
	strbuf_init(&large, 2 * FEED_ROTATION_MAX);
	strbuf_add(&large, second.buf, second.len);
	while (large.len <= FEED_ROTATION_MAX)
		strbuf_addch(&large, ' ');
	put(statement(2), &large);
	pull_to(PEER_REJECTED, "not to be had");
	assert_int_equal(reader_row(&reader, "ca").epoch, 1);
	assert_int_equal(reader_records(&reader), 300);
	put(statement(2), &second);
	pull_to(PEER_FRESH, "");
	check_key(3);
	strbuf_release(&large);
	strbuf_release(&second);
	strbuf_release(&first);
}

/* ---- pins ---- */

static void
test_first_contact(void **state)
{
	struct key *key;
	char hash[65];

	(void)state;
	rotate(2);
	/* Nothing says that the pinned key named this one. */
	pull_to(PEER_REJECTED, "never pulled");
	assert_int_equal(reader_records(&reader), 0);
	key = publish_key_read(origin.folder, &err);
	assert_non_null(key);
	key_hash(key, hash);
	key_free(key);
	peer.key = hash;
	pull_to(PEER_FRESH, "");
	assert_int_equal(reader_row(&reader, "ca").epoch, 2);
	rotate(1);
	pull_to(PEER_FRESH, "");
	assert_int_equal(reader_row(&reader, "ca").epoch, 3);
}

static void
test_pins(void **state)
{
	static char wrong[] =
	    "5555555555555555555555555555555555555555555555555555555555555555";
	struct ledger_peer row;
	char *first = peer.key, now[65];

	(void)state;
	pull_to(PEER_FRESH, "");
	rotate(1);
	pull_to(PEER_FRESH, "");
	row = reader_row(&reader, "ca");
	/* A slip of the operator forgets nothing. */
	peer.key = wrong;
	pull_to(PEER_REJECTED, "another key");
	peer.key = first;
	pull_to(PEER_FRESH, "");
	check_key(1);
	/* The pin follows by hand. */
	memcpy(now, row.key, sizeof(now));
	peer.key = now;
	pull_to(PEER_FRESH, "");
	check_key(1);
	rotate(1);
	pull_to(PEER_FRESH, "");
	check_key(2);
	/* The list names the key of the epoch before, then the one of now. */
	peer.key = wrong;
	pull_to(PEER_REJECTED, "another key");
	peer.key = now;
	peer.is_member = true;
	peer.epoch = 1;
	list_made_at(reader.now + 1);
	pull_to(PEER_FRESH, "");
	check_key(2);
}

/*
 * Both keys are lost, and the board names a new one in a new list. Who has the
 * old ones reads it first, and leads from that very key on to one of his own.
 */
static void
test_thief_reads_the_list(void **state)
{
	struct key *owner = key_new(&err), *thief = key_new(&err);
	struct key *offline = key_read(world_path(&origin, arena,
					   "keys/next.pem"),
	    &err);
	struct ledger_peer row;
	char owners[65], thiefs[65], next[65] = "";

	(void)state;
	assert_true(owner != NULL && thief != NULL && offline != NULL);
	key_hash(owner, owners);
	key_hash(thief, thiefs);
	memset(next, 'e', 64);
	for (int last = 1; last <= 2; last++) {
		scene_end(NULL);
		scene_full(NULL);
		key_free(offline);
		offline = key_read(world_path(&origin, arena, "keys/next.pem"),
		    &err);
		assert_non_null(offline);
		pull_to(PEER_FRESH, "");
		list_made_at(reader.now + 1);
		forge_chain(offline, 1, owners, thiefs);
		if (last == 2)
			forge_chain(thief, 2, thiefs, next);
		forge_head(thief, last, next);
		pull_to(last == 2 ? PEER_FRESH : PEER_REJECTED, "");
		assert_int_equal(reader_row(&reader, "ca").epoch, last);
		/* The list is here. */
		peer.key = owners;
		peer.is_member = true;
		peer.epoch = 1;
		forge_head(owner, 1, next);
		pull_to(PEER_FRESH, "");
		row = reader_row(&reader, "ca");
		assert_int_equal(row.epoch, 1);
		assert_string_equal(row.key, owners);
		assert_string_equal(row.nextkey, next);
		forge_head(thief, 2, next);
		pull_to(PEER_REJECTED, "rotation statement");
	}
	key_free(owner);
	key_free(thief);
	key_free(offline);
}

/* Both keys were lost: the node began anew, and the pin says so. */
static void
test_anew(void **state)
{
	char *first = arena_strdup(arena, peer.key);

	(void)state;
	peer.key = first;
	pull_to(PEER_FRESH, "");
	rotate(1);
	pull_to(PEER_FRESH, "");
	assert_int_equal(file_remove_tree(world_path(&origin, arena, "keys"),
			     &err),
	    0);
	assert_int_equal(file_remove_tree(world_path(&origin, arena,
					      "feed/rot"),
			     &err),
	    0);
	key_free(origin.key);
	if (publish_keys_new(origin.folder, &err) == -1 ||
	    (origin.key = publish_key_read(origin.folder, &err)) == NULL ||
	    publish_nextkey_read(origin.folder, origin.nextkey, &err) == -1)
		fail_msg("%s", err.text);
	key_hash(origin.key, origin.key_hash);
	later();
	world_publish(&origin);
	pull_to(PEER_REJECTED, "no rotation statement says so");
	peer.key = origin.key_hash;
	pull_to(PEER_FRESH, "");
	assert_string_equal(reader_row(&reader, "ca").key, origin.key_hash);
	rotate(1);
	pull_to(PEER_FRESH, "");
	assert_string_not_equal(reader_row(&reader, "ca").key, origin.key_hash);
	peer.key = first;
	pull_to(PEER_REJECTED, "another key");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_follow, scene_full,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_reader, scene_full,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_slept, scene_full,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_slept_for_long, scene_full,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_older_ledger, scene_full,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_stolen, scene_full,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_statements_bounded,
		    scene_full, scene_end),
		cmocka_unit_test_setup_teardown(test_statement_alone,
		    scene_full, scene_end),
		cmocka_unit_test_setup_teardown(test_gap, scene_full,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_first_contact, scene_full,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_pins, scene_full,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_thief_reads_the_list,
		    scene_full, scene_end),
		cmocka_unit_test_setup_teardown(test_anew, scene_full,
		    scene_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
