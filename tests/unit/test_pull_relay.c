/*
 * pull: a peer whose own address fails is taken from members that carry it,
 * honest ones and liars (relay.c, feed-protocol.md 12).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pull_scene.h"
#include "relay_world.h"

#define INTERVAL 1800

static struct relay relays[3]; /* nz, pt, sg: members beside ca and us */
static struct conf_peer items[4];
static struct conf_peers peers = { .items = items, .n = 4 };
static int notices;
static char noticed[300];

static void
on_notice(void *ctx, const struct pull_notice *notice)
{
	(void)ctx;
	notices++;
	(void)snprintf(noticed, sizeof(noticed), "%s %s %s: %s", notice->event,
	    notice->node, notice->witness, notice->text);
}

/* Each relay takes what ca publishes; its own site is well for that. */
static void
carry(void)
{
	for (size_t i = 0; i < ARRAY_LEN(relays); i++) {
		struct pull_result result;

		relays[i].reader.now = reader.now;
		result = reader_pull(&relays[i].reader, &peer);
		assert_int_equal(result.state, PEER_FRESH);
		relay_reset(&relays[i]);
	}
	site_reset(&site);
	notices = 0;
	noticed[0] = '\0';
}

static int
start(void **state)
{
	static const char *const nodes[] = { "nz", "pt", "sg" };

	scene_full(state);
	items[0] = peer;
	for (size_t i = 0; i < ARRAY_LEN(relays); i++) {
		relay_init(&relays[i], nodes[i]);
		items[i + 1] = relay_peer(&relays[i], NULL);
	}
	reader.env.peers = &peers;
	reader.env.interval_s = INTERVAL;
	reader.env.notice = on_notice;
	carry();
	return 0;
}

static int
end(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(relays); i++)
		relay_release(&relays[i]);
	return scene_end(state);
}

/* A witness says what it took. */
static void
claim(const char *witness, const char *node, int64_t serial, int64_t since)
{
	struct ledger_seen seen = { .serial = serial,
		.said_at = serial,
		.ahead_since = since };

	(void)snprintf(seen.witness, sizeof(seen.witness), "%s", witness);
	(void)snprintf(seen.node, sizeof(seen.node), "%s", node);
	if (ledger_accepted(origin.ledger, node, serial, seen.digest, NULL) ==
	    -1)
		memset(seen.digest, 'a', 64);
	assert_int_equal(ledger_seen_put(reader.ledger, &seen, 1, &err), 0);
}

static size_t
count_liars(void)
{
	struct ledger_liar *liars;
	size_t n;

	assert_int_equal(ledger_liars(reader.ledger, arena, "ca", reader.now,
			     &liars, &n, &err),
	    0);
	return n;
}

static int
heads_asked(void)
{
	int n = 0;

	for (size_t i = 0; i < ARRAY_LEN(relays); i++)
		n += atomic_load(&relays[i].heads);
	return n;
}

static void
only(size_t which, enum relay_mode mode, enum relay_mode others)
{
	for (size_t i = 0; i < ARRAY_LEN(relays); i++) {
		relay_reset(&relays[i]);
		atomic_store(&relays[i].mode, i == which ? mode : others);
	}
}

static void
publish_more(const char *name)
{
	origin.now += 100;
	reader.now = origin.now;
	world_save(&origin, 17, name);
	world_publish(&origin);
}

static void
same_files(const char *name)
{
	struct strbuf ours, theirs;

	assert_int_equal(file_read(arena_printf(arena, "%s/pages/ca/%s",
				       reader.folder, name),
			     1 << 20, &ours, &err),
	    0);
	assert_int_equal(file_read(arena_printf(arena, "%s/pages/ca/%s",
				       relays[0].reader.folder, name),
			     1 << 20, &theirs, &err),
	    0);
	assert_int_equal(ours.len, theirs.len);
	assert_memory_equal(ours.buf, theirs.buf, ours.len);
	strbuf_release(&ours);
	strbuf_release(&theirs);
}

/* ---- good ones ---- */

static void
test_dead_origin(void **state)
{
	struct pull_result result;
	struct ledger_peer row;
	char **names;
	size_t n;

	(void)state;
	atomic_store(&site.mode, SITE_BUSY);
	only(0, RELAY_GOOD, RELAY_GONE);
	result = pull_to(PEER_FRESH, "taken from nz");
	assert_non_null(strstr(result.reason, "its own address fails: "));
	assert_non_null(strstr(result.reason, "503"));
	assert_int_equal(reader_records(&reader), 300);
	row = reader_row(&reader, "ca");
	assert_string_equal(row.via, "nz");
	assert_int_equal(row.failures, 0);
	assert_int_equal(row.own_failures, 1);
	assert_int_equal(row.own_retry_at, reader.now + 2 * INTERVAL);
	assert_int_equal(row.serial, origin.now);
	assert_int_equal(count_liars(), 0);
	/* Byte for byte what the other carries, so others may have it of us. */
	same_files("head.xml");
	assert_int_equal(file_list(arena,
			     arena_printf(arena, "%s/pages/ca/p",
				 reader.folder),
			     &names, &n, &err),
	    0);
	assert_true(n > 4);
	for (size_t i = 0; i < n; i++)
		same_files(arena_printf(arena, "p/%s", names[i]));
}

static void
test_origin_is_spared(void **state)
{
	struct ledger_peer row;

	(void)state;
	atomic_store(&site.mode, SITE_BUSY);
	only(0, RELAY_GOOD, RELAY_GONE);
	claim("nz", "ca", origin.now, 0);
	pull_to(PEER_FRESH, "taken from nz");
	assert_true(site.asked > 0);
	/* The next poll does not wait for it ... */
	site_reset(&site);
	atomic_store(&site.mode, SITE_STALLS);
	only(0, RELAY_GOOD, RELAY_GONE);
	reader.now += INTERVAL;
	pull_to(PEER_FRESH, "its own address fails");
	assert_int_equal(site.asked, 0);
	assert_int_equal(relays[0].unchanged, 1);
	/* ... the one after it does: its account grows, up to a limit. */
	for (int i = 2; i < 6; i++) {
		site_reset(&site);
		atomic_store(&site.mode, SITE_BUSY);
		row = reader_row(&reader, "ca");
		reader.now = row.own_retry_at;
		pull_to(PEER_FRESH, "taken from nz");
		assert_int_equal(site.asked, 1);
		row = reader_row(&reader, "ca");
		assert_int_equal(row.own_failures, i);
		assert_true(row.own_retry_at - reader.now <= 6 * 3600);
	}
	/* Back: nothing is left of it. */
	site_reset(&site);
	reader.now = row.own_retry_at;
	pull_to(PEER_FRESH, "");
	row = reader_row(&reader, "ca");
	assert_string_equal(row.via, "");
	assert_string_equal(row.reason, "");
	assert_string_equal(row.own_trouble, "");
	assert_int_equal(row.own_failures, 0);
	/* Relays that fail too: its own address is asked at once. */
	atomic_store(&site.mode, SITE_BUSY);
	only(0, RELAY_GOOD, RELAY_GONE);
	pull_to(PEER_FRESH, "taken from nz");
	site_reset(&site);
	only(0, RELAY_GONE, RELAY_GONE);
	pull_to(PEER_FRESH, "");
	assert_int_equal(site.asked, 1);
	assert_string_equal(reader_row(&reader, "ca").via, "");
}

/* A head that moved on while the pages of the old one were fetched. */
static void
test_torn(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++)
		world_retire(&origin, i);
	assert_int_equal(file_read(world_path(&origin, arena, "feed/head.xml"),
			     FEED_HEAD_MAX, &relays[0].other, &err),
	    0);
	world_save_many(&origin, 1000, 200, "Band");
	origin.now += 10;
	reader.now = origin.now;
	world_publish(&origin);
	/* New folders: no guard holds this back. */
	for (size_t i = 0; i < ARRAY_LEN(relays); i++) {
		const char *node = relays[i].reader.env.node;

		reader_release(&relays[i].reader);
		reader_init(&relays[i].reader, node);
	}
	carry();
	atomic_store(&site.mode, SITE_BUSY);
	only(0, RELAY_OTHER_ONCE, RELAY_GONE);
	claim("nz", "ca", origin.now, 0);
	pull_to(PEER_FRESH, "taken from nz");
	assert_int_equal(relays[0].heads, 2);
	assert_int_equal(reader_records(&reader), 200);
	assert_int_equal(count_liars(), 0);
}

/* ---- liars ---- */

static void
assert_liar(enum relay_mode mode, const char *word)
{
	only(0, mode, RELAY_GONE);
	claim("nz", "ca", origin.now, 0);
	atomic_store(&relays[1].mode, RELAY_GOOD);
	notices = 0;
	pull_to(PEER_FRESH, "taken from pt");
	assert_int_equal(reader_records(&reader), 300);
	assert_int_equal(count_liars(), 1);
	assert_int_equal(notices, 1);
	if (strstr(noticed, "relay.lied ca nz: ") == NULL ||
	    strstr(noticed, word) == NULL)
		fail_msg("%s", noticed);
	/* It is not asked again, for this peer and for a while. */
	only(0, RELAY_GOOD, RELAY_GONE);
	atomic_store(&relays[1].mode, RELAY_GOOD);
	pull_to(PEER_FRESH, "taken from pt");
	assert_int_equal(relays[0].heads, 0);
	reader.now += 7 * 86400;
	origin.now = reader.now;
	world_publish(&origin);
	atomic_store(&site.mode, SITE_GOOD);
	carry();
	assert_int_equal(count_liars(), 0);
	atomic_store(&site.mode, SITE_BUSY);
}

static void
test_liars(void **state)
{
	struct world other;

	(void)state;
	atomic_store(&site.mode, SITE_BUSY);
	only(2, RELAY_GONE, RELAY_GONE);
	claim("pt", "ca", origin.now - 1, 0);
	assert_liar(RELAY_WRONG_PAGES, "");
	assert_liar(RELAY_GARBAGE, "");
	assert_liar(RELAY_ENDLESS, "");
	world_init(&other, "nz");
	world_save(&other, 1, "Haka");
	world_publish(&other);
	assert_int_equal(file_read(world_path(&other, arena, "feed/head.xml"),
			     FEED_HEAD_MAX, &relays[0].other, &err),
	    0);
	assert_liar(RELAY_OTHER_HEAD, "key");
	world_release(&other);
	/* One byte of the right one. */
	strbuf_release(&relays[0].other);
	assert_int_equal(file_read(world_path(&origin, arena, "feed/head.xml"),
			     FEED_HEAD_MAX, &relays[0].other, &err),
	    0);
	relays[0].other.buf[relays[0].other.len / 2] ^= 1;
	assert_liar(RELAY_OTHER_HEAD, "");
}

/* Branded by a clock that was years ahead. */
static void
test_liar_by_clock(void **state)
{
	struct ledger_liar liar = { .relay = "nz",
		.node = "ca",
		.until = reader.now + 10 * 365 * 86400LL };

	(void)state;
	assert_int_equal(ledger_liar_put(reader.ledger, &liar, &err), 0);
	atomic_store(&site.mode, SITE_BUSY);
	only(0, RELAY_GOOD, RELAY_GONE);
	pull_to(PEER_FRESH, "taken from nz");
}

/* It joined after the rotations, so it has no statement of them. */
static void
test_joined_later(void **state)
{
	(void)state;
	pull_to(PEER_FRESH, "");
	world_rotate(&origin, 2);
	publish_more("Band");
	assert_int_equal(file_read(world_path(&origin, arena, "feed/head.xml"),
			     FEED_HEAD_MAX, &relays[0].other, &err),
	    0);
	only(0, RELAY_OTHER_HEAD, RELAY_GONE);
	atomic_store(&site.mode, SITE_BUSY);
	claim("nz", "ca", origin.now, 0);
	pull_to(PEER_UNREACHABLE, "503");
	assert_int_equal(count_liars(), 0);
	site_reset(&site);
	reader.now += 3600;
	pull_to(PEER_FRESH, "");
	assert_int_equal(reader_row(&reader, "ca").epoch, 2);
}

/* Old, gone, slow: of no use, but no lie. */
static void
test_useless(void **state)
{
	(void)state;
	pull_to(PEER_FRESH, "");
	assert_int_equal(file_read(world_path(&origin, arena, "feed/head.xml"),
			     FEED_HEAD_MAX, &relays[0].other, &err),
	    0);
	publish_more("Band");
	carry();
	pull_to(PEER_FRESH, "");
	site_reset(&site);
	atomic_store(&site.mode, SITE_BUSY);
	only(0, RELAY_OTHER_HEAD, RELAY_GONE);
	atomic_store(&relays[1].mode, RELAY_STALLS);
	pull_to(PEER_UNREACHABLE, "503");
	assert_int_equal(reader_row(&reader, "ca").retry_at, reader.now + 120);
	assert_int_equal(count_liars(), 0);
	assert_int_equal(notices, 0);
	atomic_store(&relays[2].mode, RELAY_GOOD);
	pull_to(PEER_FRESH, "taken from sg");
	/* A page that is not there is no lie either. */
	publish_more("Drum");
	site_reset(&site);
	carry();
	atomic_store(&site.mode, SITE_BUSY);
	only(0, RELAY_NO_SUCH_PAGES, RELAY_GONE);
	reader.now += 10;
	pull_to(PEER_UNREACHABLE, "503");
	assert_int_equal(count_liars(), 0);
}

/* Who says so much, and gives so little, is not all that is asked. */
static void
test_claims(void **state)
{
	int asked = 0;

	(void)state;
	pull_to(PEER_FRESH, "");
	publish_more("Band");
	carry();
	atomic_store(&site.mode, SITE_BUSY);
	claim("nz", "ca", INT64_MAX, 0);
	claim("pt", "ca", reader.now + 1000, 0);
	claim("sg", "ca", origin.now, 0);
	/* What cannot be is no claim: sg comes first. */
	only(2, RELAY_GOOD, RELAY_GOOD);
	pull_to(PEER_FRESH, "taken from sg");
	assert_int_equal(heads_asked(), 1);
	/* Two who claim most are asked, and one by turns. */
	claim("nz", "ca", reader.now + 2, 0);
	claim("pt", "ca", reader.now + 1, 0);
	only(2, RELAY_GOOD, RELAY_GONE);
	pull_to(PEER_FRESH, "taken from sg");
	/* A relay that has what we hold: another one may have more. */
	only(2, RELAY_GOOD, RELAY_GOOD);
	pull_to(PEER_FRESH, "taken from nz");
	asked = heads_asked();
	assert_int_equal(asked, 3);
}

/* ---- an origin that answers ---- */

static void
test_broken_origin(void **state)
{
	struct strbuf garbage;
	const char *path = world_path(&origin, arena, "feed/head.xml");

	(void)state;
	pull_to(PEER_FRESH, "");
	publish_more("Band");
	carry();
	strbuf_init(&garbage, 100);
	strbuf_addstr(&garbage, "<html>hacked</html>");
	assert_int_equal(file_replace(path, garbage.buf, garbage.len, 0644,
			     &err),
	    0);
	strbuf_release(&garbage);
	only(0, RELAY_GOOD, RELAY_GONE);
	pull_to(PEER_FRESH, "what its own address gives is refused: ");
	assert_int_equal(reader_row(&reader, "ca").serial, origin.now);
	assert_string_equal(reader_row(&reader, "ca").via, "nz");
	/* Without relays it is what it was. */
	only(0, RELAY_GONE, RELAY_GONE);
	pull_to(PEER_REJECTED, "");
	assert_int_equal(count_liars(), 0);
	assert_int_equal(notices, 0);
	assert_int_equal(reader_records(&reader), 300);
}

static void
test_fork_by_relay(void **state)
{
	struct verify_policy policy = { .node = "ca",
		.key_hash = origin.key_hash,
		.now = origin.now,
		.epoch = -1 };
	struct strbuf bytes;
	struct feed_head head;
	char digest[65];

	(void)state;
	pull_to(PEER_FRESH, "");
	assert_int_equal(file_read(world_path(&origin, arena, "feed/head.xml"),
			     FEED_HEAD_MAX, &bytes, &err),
	    0);
	assert_int_equal(verify_head(arena, bytes.buf, bytes.len, &policy,
			     &head, digest, &err),
	    VERIFY_NEW);
	strbuf_release(&bytes);
	head.next++;
	assert_int_equal(verify_sign_head(arena, &head, origin.key,
			     &relays[0].other, digest, &err),
	    0);
	atomic_store(&site.mode, SITE_BUSY);
	only(0, RELAY_OTHER_HEAD, RELAY_GONE);
	pull_to(PEER_FORKED, "gspd peer evidence");
	assert_int_equal(reader_records(&reader), 300);
	assert_int_equal(count_liars(), 0);
}

/* Witnesses are ahead while its own address shows the old head. */
static void
test_frozen_origin(void **state)
{
	struct strbuf old;
	const char *path = world_path(&origin, arena, "feed/head.xml");

	(void)state;
	pull_to(PEER_FRESH, "");
	assert_int_equal(file_read(path, FEED_HEAD_MAX, &old, &err), 0);
	publish_more("Band");
	carry();
	assert_int_equal(file_replace(path, old.buf, old.len, 0644, &err), 0);
	strbuf_release(&old);
	claim("nz", "ca", origin.now, reader.now);
	claim("xx", "ca", origin.now, 1);
	/* It may only be slow. */
	reader.now += 3600;
	pull_to(PEER_FRESH, "");
	assert_int_equal(heads_asked(), 0);
	reader.now += 2 * 3600;
	pull_to(PEER_FRESH, "its own address shows an old head; taken from nz");
	assert_int_equal(heads_asked(), 1);
	assert_int_equal(reader_row(&reader, "ca").serial, origin.now);
	/* From now on that address is one that rolls back. */
	pull_to(PEER_FRESH, "rollback");
	assert_string_equal(reader_row(&reader, "ca").via, "nz");
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, start, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_dead_origin),
		ROW(test_origin_is_spared),
		ROW(test_torn),
		ROW(test_liars),
		ROW(test_liar_by_clock),
		ROW(test_joined_later),
		ROW(test_useless),
		ROW(test_claims),
		ROW(test_broken_origin),
		ROW(test_fork_by_relay),
		ROW(test_frozen_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
