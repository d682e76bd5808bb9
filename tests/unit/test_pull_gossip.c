/*
 * pull: what members say they took, held against what was shown here: forks
 * that nobody sees alone, freezes, heads of ours that we never published, and
 * members who lie about it (gossip.c, proof.c; feed-protocol.md 13).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pull_scene.h"
#include "relay_world.h"

#define N_WITNESSES 2

static struct world worlds[N_WITNESSES]; /* nz, pt: their own feeds */
static struct relay relays[N_WITNESSES]; /* and what they carry */
static struct conf_peer items[1 + N_WITNESSES];
static struct conf_peers peers = { .items = items, .n = 1 + N_WITNESSES };
static int notices;
static char noticed[400];

static void
on_notice(void *ctx, const struct pull_notice *notice)
{
	(void)ctx;
	notices++;
	(void)snprintf(noticed, sizeof(noticed), "%s %s %s %d: %s",
	    notice->event, notice->node, notice->witness, notice->is_grave,
	    notice->text);
}

static void
expect_notice(const char *start, const char *word)
{
	if (notices != 1 || strncmp(noticed, start, strlen(start)) != 0 ||
	    strstr(noticed, word) == NULL)
		fail_msg("%d: %s", notices, noticed);
	notices = 0;
}

static int
start(void **state)
{
	static const char *const nodes[] = { "nz", "pt" };

	scene_full(state);
	items[0] = peer;
	for (size_t i = 0; i < N_WITNESSES; i++) {
		world_init(&worlds[i], nodes[i]);
		world_save(&worlds[i], 1, "Haka");
		relay_init(&relays[i], nodes[i]);
		relays[i].own = worlds[i].folder;
		items[i + 1] = relay_peer(&relays[i], worlds[i].key_hash);
		if (reader_pull(&relays[i].reader, &peer).state != PEER_FRESH)
			fail();
		relay_reset(&relays[i]);
	}
	site_reset(&site);
	reader.env.peers = &peers;
	reader.env.interval_s = 1800;
	reader.env.notice = on_notice;
	notices = 0;
	pull_to(PEER_FRESH, "");
	return 0;
}

static int
end(void **state)
{
	for (size_t i = 0; i < N_WITNESSES; i++) {
		relay_release(&relays[i]);
		world_release(&worlds[i]);
	}
	return scene_end(state);
}

/* Witness i publishes a head that says so, and we take it. */
static void
says(size_t i, const char *node, int64_t serial, const char *digest)
{
	struct feed_seen seen = { .serial = serial };
	struct publish_result published;
	struct pull_result result;

	(void)snprintf(seen.node, sizeof(seen.node), "%s", node);
	(void)snprintf(seen.digest, sizeof(seen.digest), "%s", digest);
	worlds[i].seen = &seen;
	worlds[i].n_seen = 1;
	reader.now++;
	worlds[i].now = reader.now;
	if (world_try_publish(&worlds[i], true, false, &published, &err) == -1)
		fail_msg("%s", err.text);
	result = reader_pull(&reader, &items[i + 1]);
	if (result.state != PEER_FRESH)
		fail_msg("%s", result.reason);
}

static struct strbuf
head_bytes(void)
{
	struct strbuf bytes;

	if (file_read(world_path(&origin, arena, "feed/head.xml"),
		FEED_HEAD_MAX, &bytes, &err) == -1)
		fail_msg("%s", err.text);
	return bytes;
}

/* What ca published, but another head of the same serial; its digest. */
static const char *
forge(struct strbuf *ret_bytes, int64_t change)
{
	struct verify_policy policy = { .node = "ca",
		.key_hash = origin.key_hash,
		.now = origin.now,
		.epoch = -1 };
	struct strbuf bytes = head_bytes();
	struct feed_head head;
	char digest[65];

	assert_int_equal(verify_head(arena, bytes.buf, bytes.len, &policy,
			     &head, digest, &err),
	    VERIFY_NEW);
	strbuf_release(&bytes);
	head.next += change;
	strbuf_init(ret_bytes, FEED_HEAD_MAX);
	assert_int_equal(verify_sign_head(arena, &head, origin.key, ret_bytes,
			     digest, &err),
	    0);
	return arena_strdup(arena, digest);
}

/* Relay i carries this head of ca. */
static void
carries(size_t i, const struct strbuf *bytes)
{
	assert_int_equal(file_replace(arena_printf(arena,
					  "%s/pages/ca/head.xml",
					  relays[i].reader.folder),
			     bytes->buf, bytes->len, 0644, &err),
	    0);
}

static struct ledger_alarm *
alarms(const char *node, size_t n)
{
	struct ledger_alarm *list;
	size_t got;

	assert_int_equal(ledger_alarms(reader.ledger, arena, node, &list, &got,
			     &err),
	    0);
	assert_int_equal(got, n);
	return list;
}

static void
move_on(const char *name)
{
	origin.now += 100;
	reader.now = origin.now > reader.now ? origin.now : reader.now;
	world_save(&origin, 17, name);
	world_publish(&origin);
}

/* ---- forks ---- */

static void
test_fork_proven(void **state)
{
	struct strbuf other;
	const char *digest = forge(&other, 1);
	struct ledger_alarm *list;

	(void)state;
	carries(0, &other);
	says(0, "ca", origin.now, digest);
	expect_notice("gossip.fork ca nz 0: ", "a claim");
	list = alarms("ca", 1);
	assert_true(list[0].is_proven);
	assert_int_equal(list[0].kind, ALARM_FORK);
	assert_string_equal(list[0].witness, "nz");
	assert_string_equal(list[0].digest, digest);
	assert_string_equal(list[0].held, reader_row(&reader, "ca").digest);
	assert_int_equal(count_forks(), 2);
	assert_int_equal(reader_row(&reader, "ca").state, PEER_FORKED);
	assert_non_null(strstr(reader_row(&reader, "ca").reason, "nz"));
	assert_int_equal(reader_records(&reader), 301); /* one of nz */
	/* Its own address shows what we hold: that ends nothing. */
	pull_to(PEER_FORKED, "evidence");
	/* A higher serial does; the evidence and the alarm stay. */
	move_on("Band");
	pull_to(PEER_FRESH, "");
	list = alarms("ca", 1);
	assert_true(list[0].is_proven);
	assert_int_equal(count_forks(), 2);
	strbuf_release(&other);
}

/* The claim is about a head that we held before the present one. */
static void
test_fork_of_before(void **state)
{
	struct strbuf other;
	const char *digest = forge(&other, 1);
	int64_t serial = origin.now;

	(void)state;
	move_on("Band");
	pull_to(PEER_FRESH, "");
	carries(0, &other);
	says(0, "ca", serial, digest);
	assert_true(alarms("ca", 1)[0].is_proven);
	assert_int_equal(count_forks(), 2);
	assert_int_equal(reader_row(&reader, "ca").state, PEER_FORKED);
	move_on("Drum");
	pull_to(PEER_FRESH, "");
	strbuf_release(&other);
}

/* Two others were shown different heads, and we none of them. */
static void
test_fork_of_others(void **state)
{
	struct strbuf one, other;
	const char *first, *second;

	(void)state;
	move_on("Band");
	first = forge(&one, 1);
	second = forge(&other, 2);
	carries(0, &one);
	carries(1, &other);
	says(0, "ca", origin.now, first);
	alarms("ca", 0);
	assert_int_equal(reader_row(&reader, "ca").state, PEER_FRESH);
	says(1, "ca", origin.now, second);
	alarms("ca", 2);
	assert_int_equal(count_forks(), 2);
	assert_int_equal(reader_row(&reader, "ca").state, PEER_FORKED);
	strbuf_release(&one);
	strbuf_release(&other);
}

/* Who only says so harms nobody. */
static void
test_fork_unproven(void **state)
{
	char digest[65] = "";
	struct ledger_peer row = reader_row(&reader, "ca");

	(void)state;
	memset(digest, 'd', 64);
	says(0, "ca", row.serial, digest);
	expect_notice("gossip.fork ca nz 0: ", "a claim");
	assert_false(alarms("ca", 1)[0].is_proven);
	assert_int_equal(count_forks(), 0);
	assert_int_equal(relays[0].heads, 1);
	pull_to(PEER_FRESH, "");
	/* The same again: nobody is asked or told anew. */
	says(0, "ca", row.serial, digest);
	assert_int_equal(relays[0].heads, 1);
	assert_int_equal(notices, 0);
	/* Another one takes the place of the first. */
	memset(digest, 'e', 64);
	atomic_store(&relays[0].mode, RELAY_GONE);
	says(0, "ca", row.serial, digest);
	assert_string_equal(alarms("ca", 1)[0].digest, digest);
	notices = 0;
	/* Taken back. */
	says(0, "ca", row.serial, row.digest);
	alarms("ca", 0);
	/* A proof that is none. */
	atomic_store(&relays[0].mode, RELAY_GARBAGE);
	says(0, "ca", row.serial, digest);
	assert_false(alarms("ca", 1)[0].is_proven);
	if (strncmp(noticed, "relay.lied ca nz 1: ", 20) != 0)
		fail_msg("%s", noticed);
	/* An endless one. */
	memset(digest, 'f', 64);
	atomic_store(&relays[0].mode, RELAY_ENDLESS);
	says(0, "ca", row.serial, digest);
	assert_int_equal(reader_row(&reader, "ca").state, PEER_FRESH);
	assert_int_equal(count_forks(), 0);
}

/* Of nobody we know, of itself, of times to come. */
static void
test_idle_talk(void **state)
{
	char digest[65] = "";
	struct ledger_seen *seen;
	size_t n;

	(void)state;
	memset(digest, 'd', 64);
	says(0, "xx", reader.now, digest);
	says(0, "nz", reader.now, digest);
	says(0, "ca", reader.now + 400, digest);
	says(0, "gb-eng", reader.now + 400, digest);
	assert_int_equal(ledger_seen(reader.ledger, arena, "nz", NULL, &seen,
			     &n, &err),
	    0);
	assert_int_equal(n, 0);
	alarms(NULL, 0);
	assert_int_equal(notices, 0);
	assert_int_equal(relays[0].heads, 0);
}

/* ---- freezes ---- */

static void
test_freeze(void **state)
{
	struct strbuf old = head_bytes();
	const char *path = world_path(&origin, arena, "feed/head.xml");
	struct ledger_alarm *list;
	char digest[65];
	int64_t serial;

	(void)state;
	move_on("Band");
	serial = origin.now;
	assert_int_equal(ledger_accepted(origin.ledger, "ca", serial, digest,
			     &err),
	    0);
	relays[0].reader.now = reader.now;
	assert_int_equal(reader_pull(&relays[0].reader, &peer).state,
	    PEER_FRESH);
	relay_reset(&relays[0]);
	assert_int_equal(file_replace(path, old.buf, old.len, 0644, &err), 0);
	atomic_store(&relays[0].mode, RELAY_GONE);
	says(0, "ca", serial, digest);
	reader.now += 7000;
	pull_to(PEER_FRESH, "");
	alarms("ca", 0);
	/* Its next head says the same: it is ahead since the first one. */
	says(0, "ca", serial, digest);
	reader.now += 300;
	pull_to(PEER_FRESH, "");
	expect_notice("gossip.freeze ca nz 0: ", "keeps showing");
	list = alarms("ca", 1);
	assert_int_equal(list[0].kind, ALARM_FREEZE);
	assert_int_equal(list[0].serial, serial);
	assert_false(list[0].is_proven);
	pull_to(PEER_FRESH, "");
	assert_int_equal(notices, 0);
	/* The relay is there: healed, and that is the end of it. */
	atomic_store(&relays[0].mode, RELAY_GOOD);
	pull_to(PEER_FRESH, "taken from nz");
	expect_notice("gossip.freeze ca nz 0: ", "taken from a member");
	alarms("ca", 0);
	assert_int_equal(reader_row(&reader, "ca").serial, serial);
	strbuf_release(&old);
}

/* What was learnt by a clock that was years ahead counts from now. */
static void
test_freeze_after_clock(void **state)
{
	struct ledger_seen *seen;
	char digest[65] = "";
	size_t n;

	(void)state;
	memset(digest, 'b', 64);
	says(0, "ca", origin.now + 200, digest);
	assert_int_equal(ledger_seen(reader.ledger, arena, "nz", "ca", &seen,
			     &n, &err),
	    0);
	assert_int_equal(n, 1);
	seen[0].ahead_since = reader.now + 10 * 365 * 86400LL;
	assert_int_equal(ledger_seen_put(reader.ledger, seen, 1, &err), 0);
	says(0, "ca", origin.now + 200, digest);
	assert_int_equal(ledger_seen(reader.ledger, arena, "nz", "ca", &seen,
			     &n, &err),
	    0);
	assert_int_equal(seen[0].ahead_since, reader.now);
}

/* Whoever follows a rotation before us says what is true. */
static void
test_ahead_by_rotation(void **state)
{
	struct strbuf bytes;
	struct ledger_liar *liars;
	char one[65] = "", two[65] = "";
	size_t n;

	(void)state;
	memset(one, 'b', 64);
	memset(two, 'c', 64);
	world_rotate(&origin, 2);
	move_on("Band");
	bytes = head_bytes();
	carries(0, &bytes);
	says(0, "ca", origin.now, one);
	/* The other one lies, and both are asked for what they saw. */
	atomic_store(&relays[1].mode, RELAY_GONE);
	says(1, "ca", origin.now, two);
	alarms("ca", 2);
	assert_int_equal(ledger_liars(reader.ledger, arena, "ca", reader.now,
			     &liars, &n, &err),
	    0);
	assert_int_equal(n, 0);
	strbuf_release(&bytes);
}

/* A peer that can not be reached is not frozen. */
static void
test_no_freeze(void **state)
{
	char digest[65] = "";

	(void)state;
	memset(digest, 'd', 64);
	says(0, "ca", origin.now + 10, digest);
	atomic_store(&site.mode, SITE_BUSY);
	atomic_store(&relays[0].mode, RELAY_GONE);
	atomic_store(&relays[1].mode, RELAY_GONE);
	reader.now += 3 * 3600;
	pull_to(PEER_UNREACHABLE, "");
	alarms("ca", 0);
}

/* ---- ours ---- */

static void
publish_ours(int64_t serial, int64_t at, char digit)
{
	char digest[65] = "";

	memset(digest, digit, 64);
	assert_int_equal(ledger_accepted_add(reader.ledger, "gb-eng", serial, 0,
			     digest, at, &err),
	    0);
}

static void
test_stolen(void **state)
{
	char mine[65] = "", other[65] = "";
	int64_t now = reader.now;

	(void)state;
	memset(mine, 'a', 64);
	memset(other, 'd', 64);
	/* Nothing was published that we know of. */
	says(0, "gb-eng", now, other);
	publish_ours(now - 1000, now - 1000, 'a');
	publish_ours(now - 500, now - 500, 'a');
	/* Two hundred ahead of its time: after a restore. */
	publish_ours(now - 100, now - 300, 'a');
	/* Ours; older than what is kept; lost with the ledger. */
	says(0, "gb-eng", now - 500, mine);
	says(0, "gb-eng", now - 2000, other);
	alarms(NULL, 0);
	assert_int_equal(notices, 0);
	says(0, "gb-eng", now - 400, other);
	alarms(NULL, 0);
	expect_notice("gossip.lost gb-eng nz 0: ", "lost with the ledger");
	/* Between two of ours; another one of a serial of ours; newer. */
	says(0, "gb-eng", now - 700, other);
	expect_notice("gossip.stolen gb-eng nz 1: ", "never published");
	assert_int_equal(alarms("gb-eng", 1)[0].kind, ALARM_STOLEN);
	says(0, "gb-eng", now - 500, mine);
	alarms(NULL, 0);
	says(0, "gb-eng", now - 500, other);
	expect_notice("gossip.stolen gb-eng nz 1: ", "never published");
	says(1, "gb-eng", now + 1, other);
	expect_notice("gossip.stolen gb-eng pt 1: ", "never published");
	alarms("gb-eng", 2);
	/* Said again: known. */
	says(1, "gb-eng", now + 1, other);
	assert_int_equal(notices, 0);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, start, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_fork_proven),
		ROW(test_fork_of_before),
		ROW(test_fork_of_others),
		ROW(test_fork_unproven),
		ROW(test_idle_talk),
		ROW(test_freeze),
		ROW(test_freeze_after_clock),
		ROW(test_ahead_by_rotation),
		ROW(test_no_freeze),
		ROW(test_stolen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
