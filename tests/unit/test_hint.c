/*
 * Hints, made and taken apart: what a hint may look like, which of them the
 * publisher makes, joins and lists (feed-protocol.md 8). What a peer does
 * with them is in test_pull_hint.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "feed_world.h"
#include "xml/xml.h"

#define ID_A  "urn:gspd:ca:0000000a-0000-4000-8000-000000000000"
#define ID_B  "urn:gspd:ca:0000000b-0000-4000-8000-000000000000"
#define OPEN  "<hint xmlns=\"urn:gspd:feed:1\" from=\"5\" node=\"ca\" to=\"9\">"
#define CLOSE "</hint>"
#define HEX(c)                                                                 \
	c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c  \
	    c c c c c c c c c c c c c c c c c c c c c c c c c c c c c
#define GONE(c) "<gone h=\"" HEX(c) "\"></gone>"
#define ENTRY(id)                                                              \
	"<entry xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\"><id>" id \
	"</id><title type=\"text\">T</title>"                                  \
	"<updated>2026-11-21T10:00:00Z</updated></entry>"

static struct world world;
static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new();
	world_init(&world, "ca");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_release(&world);
	arena_free(arena);
	return 0;
}

/* ---- the form ---- */

static void
test_round_trip(void **state)
{
	static const char text[] = OPEN GONE("1") GONE("a") ENTRY(ID_A)
	    ENTRY(ID_B) CLOSE;
	struct feed_changes changes;
	struct strbuf out;
	struct err err = { 0 };

	(void)state;
	if (feed_hint_read(arena, text, strlen(text), "ca", &changes, &err) !=
	    0)
		fail_msg("%s", err.text);
	assert_int_equal(changes.from, 5);
	assert_int_equal(changes.to, 9);
	assert_int_equal(changes.n_gone, 2);
	assert_string_equal(changes.gone[1].hash, HEX("a"));
	assert_int_equal(changes.n_entries, 2);
	assert_string_equal(changes.entries[1].id, ID_B);
	assert_int_equal(changes.entries[0].len, strlen(ENTRY(ID_A)));
	assert_int_equal(changes.entries[0].published_at, 1795255200);
	strbuf_init(&out, FEED_HINT_MAX);
	assert_int_equal(feed_hint_write("ca", &changes, &out, &err), 0);
	assert_string_equal(out.buf, text);
	strbuf_reset(&out);
	assert_int_equal(xml_canonical(text, strlen(text), &out, &err), 0);
	assert_string_equal(out.buf, text);
	strbuf_release(&out);
}

static void
refuse(const char *text, size_t len)
{
	struct feed_changes changes;
	struct err err = { 0 };

	if (feed_hint_read(arena, text, len, "ca", &changes, &err) == 0)
		fail_msg("taken: %.300s", text);
	assert_true(err.text[0] != '\0');
}

static void
test_refused(void **state)
{
	static const char *const bad[] = { "", "<", "<hint", "garbage", CLOSE,
		OPEN CLOSE, OPEN GONE("1") "</hint >", " " OPEN GONE("1") CLOSE,
		OPEN GONE("1") CLOSE " ", OPEN GONE("a") GONE("1") CLOSE,
		OPEN GONE("1") GONE("1") CLOSE, OPEN GONE("G") CLOSE,
		OPEN "<gone h=\"12\"></gone>" CLOSE,
		OPEN "<gone h=\"" HEX("1") "\"/>" CLOSE,
		OPEN "<!-- -->" GONE("1") CLOSE,
		OPEN ENTRY(ID_A) GONE("1") CLOSE,
		OPEN ENTRY(ID_B) ENTRY(ID_A) CLOSE,
		OPEN ENTRY(ID_A) ENTRY(ID_A) CLOSE, OPEN ENTRY("x") CLOSE,
		OPEN ENTRY("urn:gspd:sg:0000000a-0000-4000-8000-000000000000")
		    CLOSE,
		OPEN ENTRY(ID_A) "text" CLOSE,
		OPEN "<entry xmlns=\"http://www.w3.org/2005/Atom\"><id>" ID_A
		     "</id><updated>soon</updated></entry>" CLOSE,
		OPEN "<entry xmlns=\"http://www.w3.org/2005/Atom\"><id>" ID_A
		     "</id></entry>" CLOSE,
		OPEN "<entry xmlns=\"http://www.w3.org/2005/Atom\"><id>" ID_A
		     "</id><updated>2026-11-21T10:00:00Z</updated>" CLOSE,
		"<hint xmlns=\"urn:gspd:feed:1\" from=\"9\" node=\"ca\" "
		"to=\"9\">" GONE("1") CLOSE,
		"<hint xmlns=\"urn:gspd:feed:1\" from=\"-1\" node=\"ca\" "
		"to=\"9\">" GONE("1") CLOSE,
		"<hint xmlns=\"urn:gspd:feed:1\" from=\"5\" node=\"sg\" "
		"to=\"9\">" GONE("1") CLOSE,
		"<hint xmlns=\"urn:gspd:feed:1\" from=\"5\" node=\"ca\" "
		"to=\"9\" x=\"\">" GONE("1") CLOSE,
		"<hint from=\"5\" node=\"ca\" to=\"9\">" GONE("1") CLOSE };
	static const char good[] = OPEN GONE("1") ENTRY(ID_A) CLOSE;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		refuse(bad[i], strlen(bad[i]));
	for (size_t len = 0; len < strlen(good); len++)
		refuse(good, len);
}

static void
test_limits(void **state)
{
	struct feed_changes changes = { .from = 1, .to = 2 };
	struct strbuf out;
	struct err err = { 0 };
	size_t n = FEED_HINT_RECORDS + 1;

	(void)state;
	strbuf_init(&out, 4 * FEED_HINT_MAX);
	changes.gone = arena_alloc(arena, n * sizeof(*changes.gone));
	for (size_t i = 0; i < n; i++)
		(void)snprintf(changes.gone[i].hash,
		    sizeof(changes.gone[i].hash), "%064zx", i);
	changes.n_gone = n;
	assert_int_equal(feed_hint_write("ca", &changes, &out, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	strbuf_reset(&out);
	changes.n_gone = n - 1;
	assert_int_equal(feed_hint_write("ca", &changes, &out, &err), 0);
	assert_int_equal(feed_hint_read(arena, out.buf, out.len, "ca", &changes,
			     &err),
	    0);
	/* One more. */
	strbuf_setlen(&out, out.len - strlen(CLOSE));
	strbuf_addf(&out, "<gone h=\"%064zx\"></gone>" CLOSE, n);
	refuse(out.buf, out.len);
	/* Too long. */
	strbuf_reset(&out);
	strbuf_addstr(&out, OPEN);
	while (out.len < FEED_HINT_MAX)
		strbuf_addstr(&out, ENTRY(ID_A));
	strbuf_addstr(&out, CLOSE);
	refuse(out.buf, out.len);
	strbuf_release(&out);
}

/* ---- what the publisher makes ---- */

static struct feed_head
published(void)
{
	struct feed_head head;

	world_publish(&world);
	world_verify(&world, &head, arena);
	return head;
}

static struct strbuf
hint_bytes(const struct feed_hint *hint)
{
	struct strbuf packed, bytes;
	struct err err = { 0 };
	char hash[SHA256_HEX_LEN];

	strbuf_init(&bytes, FEED_HINT_MAX);
	if (file_read(world_path(&world, arena,
			  arena_printf(arena, "feed/h/%s.xml.gz", hint->hash)),
		FEED_HINT_MAX, &packed, &err) == -1 ||
	    gzip_unpack(packed.buf, packed.len, FEED_HINT_MAX, &bytes, &err) ==
		-1)
		fail_msg("%s", err.text);
	assert_int_equal(bytes.len, hint->len);
	sha256_hex(bytes.buf, bytes.len, hash);
	assert_string_equal(hash, hint->hash);
	strbuf_release(&packed);
	return bytes;
}

/* It is there, whole, valid by schema; the caller gets what is in it. */
static struct feed_changes
hint_read(const struct feed_hint *hint)
{
	struct strbuf bytes = hint_bytes(hint);
	const char *source = getenv("GSPD_SOURCE");
	struct feed_changes changes;
	struct err err = { 0 };

	if (feed_hint_read(arena, arena_strndup(arena, bytes.buf, bytes.len),
		bytes.len, "ca", &changes, &err) != 0 ||
	    xml_validate(bytes.buf, bytes.len,
		arena_printf(arena, "%s/schemas/hint.rng",
		    source != NULL ? source : "."),
		&err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(changes.from, hint->from);
	assert_int_equal(changes.to, hint->to);
	strbuf_release(&bytes);
	return changes;
}

/* The newest leads to `to`, and each begins where the one before ends. */
static void
check_chain(const struct feed_head *head, int64_t to)
{
	assert_in_range(head->n_hints, 1, FEED_HINTS_MAX);
	assert_int_equal(head->hints[head->n_hints - 1].to, to);
	for (size_t i = 0; i < head->n_hints; i++) {
		(void)hint_read(&head->hints[i]);
		if (i > 0)
			assert_int_equal(head->hints[i].from,
			    head->hints[i - 1].to);
	}
}

static void
test_publish(void **state)
{
	struct feed_head first, head;
	struct feed_changes changes;
	char hash[SHA256_HEX_LEN];

	(void)state;
	world.pad = 200;
	world_save_many(&world, 0, 300, "Choir");
	first = published();
	assert_int_equal(first.n_hints, 0);
	world.now += 60;
	world_save(&world, 7, "Walk");
	world_save(&world, 1000, "New");
	world_retire(&world, 9);
	head = published();
	check_chain(&head, head.serial);
	assert_int_equal(head.n_hints, 1);
	assert_int_equal(head.hints[0].from, first.serial);
	changes = hint_read(&head.hints[0]);
	assert_int_equal(changes.n_entries, 2);
	assert_string_equal(changes.entries[0].id, world_id(&world, arena, 7));
	assert_string_equal(changes.entries[1].id,
	    world_id(&world, arena, 1000));
	assert_int_equal(changes.n_gone, 1);
	sha256_hex(world_id(&world, arena, 9),
	    strlen(world_id(&world, arena, 9)), hash);
	assert_string_equal(changes.gone[0].hash, hash);
}

/* A head without a change makes no hint and no gap. */
static void
test_resigned(void **state)
{
	struct feed_head head, again;

	(void)state;
	world_save_many(&world, 0, 300, "Choir");
	published();
	world.now += 60;
	world_save(&world, 7, "Walk");
	head = published();
	world.now += FEED_RESIGN_S;
	again = published();
	assert_true(again.serial > head.serial);
	assert_int_equal(again.n_hints, 1);
	assert_string_equal(again.hints[0].hash, head.hints[0].hash);
	world.now += 60;
	world_save(&world, 8, "Walk");
	again = published();
	check_chain(&again, again.serial);
	assert_int_equal(again.n_hints, 2);
	assert_int_equal(again.hints[1].from, head.serial);
}

/* Too much for a hint: those before it lead nowhere, the next begins anew. */
static void
test_gap(void **state)
{
	struct feed_head head;
	int64_t bulk;

	(void)state;
	world_save_many(&world, 0, 300, "Choir");
	published();
	world.now += 60;
	world_save(&world, 7, "Walk");
	assert_int_equal(published().n_hints, 1);
	world.now += 60;
	world_save_many(&world, 300, FEED_HINT_RECORDS + 1, "Many");
	head = published();
	assert_int_equal(head.n_hints, 0);
	bulk = head.serial;
	world.now += 60;
	world_save(&world, 8, "Walk");
	head = published();
	check_chain(&head, head.serial);
	assert_int_equal(head.hints[0].from, bulk);
	/* So many that pages are no dearer. */
	world.now += 60;
	world_save_many(&world, 0, 900, "Most of them");
	assert_int_equal(published().n_hints, 0);
}

/* Joined: what is so in the end, each record once. */
static void
test_joined(void **state)
{
	struct feed_head head;
	size_t entries = 0, gone = 0;

	(void)state;
	world.pad = 200;
	world_save_many(&world, 0, 300, "Choir");
	published();
	for (int i = 0; i < 64; i++) {
		world.now += 900;
		switch (i % 4) {
		case 0: world_save(&world, 7, i % 8 ? "Even" : "Odd"); break;
		case 1: world_retire(&world, 8); break;
		case 2: world_save(&world, 8, "Back"); break;
		case 3: world_save(&world, 1000 + i, "New"); break;
		}
		head = published();
		check_chain(&head, head.serial);
	}
	/* As far back as the first, in much fewer than 64. */
	assert_int_equal(head.hints[0].from, WORLD_NOW);
	assert_in_range(head.n_hints, 4, 12);
	for (size_t i = 0; i < head.n_hints; i++) {
		struct feed_changes changes = hint_read(&head.hints[i]);

		entries += changes.n_entries;
		gone += changes.n_gone;
	}
	assert_in_range(entries, 18, 48);
	assert_in_range(gone, 0, 2);
}

/* Who publishes every second still leaves hints that reach back. */
static void
test_busy(void **state)
{
	struct feed_head head;

	(void)state;
	world_save_many(&world, 0, 200, "Choir");
	published();
	for (int i = 0; i < 600; i++) {
		world.now++;
		world_save(&world, i % 200, i < 200 ? "Busy" : "Busier");
		world_publish(&world);
	}
	world_verify(&world, &head, arena);
	check_chain(&head, head.serial);
	assert_int_equal(head.hints[0].from, WORLD_NOW);
	assert_in_range(head.n_hints, 5, 20);
}

/* A file that was lost or damaged ends the list, and harms nothing else. */
static void
test_damaged(void **state)
{
	struct feed_head head;
	struct err err = { 0 };

	(void)state;
	world_save_many(&world, 0, 300, "Choir");
	published();
	for (int i = 0; i < 3; i++) {
		world.now += 900;
		world_save(&world, i, "Walk");
		head = published();
	}
	assert_int_equal(file_put(world_path(&world, arena,
				      arena_printf(arena, "feed/h/%s.xml.gz",
					  head.hints[0].hash)),
			     "torn", 4, 0644, &err),
	    0);
	for (int i = 0; i < 6; i++) {
		world.now += 900;
		world_save(&world, i, "Run");
		head = published();
	}
	check_chain(&head, head.serial);
	assert_true(head.hints[0].from > WORLD_NOW);
	/* The whole feed is lost. */
	assert_int_equal(file_remove_tree(world_path(&world, arena, "feed"),
			     &err),
	    0);
	world.now += 900;
	world_save(&world, 5, "Again");
	head = published();
	assert_in_range(head.n_hints, 0, 1);
	if (head.n_hints == 1)
		check_chain(&head, head.serial);
}

static size_t
count_files(void)
{
	char **names;
	size_t n;
	struct err err = { 0 };

	assert_int_equal(file_list(arena, world_path(&world, arena, "feed/h"),
			     &names, &n, &err),
	    0);
	return n;
}

/* Files stay until the heads that named them have expired; litter goes. */
static void
test_linger(void **state)
{
	struct publish_result result;
	struct feed_head head;
	struct err err = { 0 };
	size_t n;

	(void)state;
	world_save_many(&world, 0, 300, "Choir");
	published();
	for (int i = 0; i < 30; i++) {
		world.now += 900;
		world_save(&world, i, "Walk");
		head = published();
	}
	assert_true(count_files() > 30);
	assert_int_equal(file_put(world_path(&world, arena,
				      "feed/h/" HEX("e") ".xml.gz"),
			     "x", 1, 0644, &err),
	    0);
	if (world_try_publish(&world, true, true, &result, &err) == -1)
		fail_msg("%s", err.text);
	n = head.n_hints;
	world.now += FEED_EXPIRES_S + 3600;
	head = published();
	assert_true(head.n_hints <= n);
	world.now += FEED_EXPIRES_S + 3600;
	head = published();
	check_chain(&head, head.hints[head.n_hints - 1].to);
	assert_int_equal(count_files(), head.n_hints);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_publish, setup, teardown),
		cmocka_unit_test_setup_teardown(test_resigned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_joined, setup, teardown),
		cmocka_unit_test_setup_teardown(test_busy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_linger, setup, teardown),
	};
	int rc;

	xml_init();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	xml_cleanup();
	return rc;
}
