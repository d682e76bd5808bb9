/*
 * The membership list: what is no list is refused, on the way out and in; and
 * one is believed only with enough distinct keys of the board behind these
 * very bytes, in order and in time. And the peers that come of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flip.h"
#include "tests/feeds/sample.h"
#include "verify/verify.h"
#include "xml/xml.h"

#define DAY 86400
#define KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct arena *arena;
static struct key *keys[3];
static char hashes[3][SHA256_HEX_LEN];
static struct feed_member members[FEED_MEMBERS_MAX + 1];
static struct feed_alliance list;
static struct err err;

static void
set_member(struct feed_member *member, const char *node)
{
	*member = (struct feed_member){ .n_urls = 1 };
	(void)snprintf(member->node, sizeof(member->node), "%s", node);
	memcpy(member->key, KEY, sizeof(KEY));
	member->urls[0] = arena_printf(arena, "https://%s.example/", node);
}

static int
fresh_list(void **state)
{
	(void)state;
	arena_reset(arena);
	memset(members, 0, sizeof(members));
	set_member(&members[0], "fr");
	set_member(&members[1], "gb-eng");
	set_member(&members[2], "pt");
	members[1].has_left = true;
	members[2].epoch = 3;
	members[2].least = 1700000000;
	members[2].urls[1] = "http://pt.example:8080/gsp/";
	members[2].n_urls = 2;
	list = (struct feed_alliance){ .name = "A & <B> \"c\"",
		.serial = SAMPLE_NOW,
		.expires = SAMPLE_NOW + 365 * DAY,
		.members = members,
		.n = 3 };
	return 0;
}

static int
setup(void **state)
{
	static const char *const names[] = { "ecdsa", "rsa", "other" };

	(void)state;
	xml_init();
	arena = arena_new();
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		keys[i] = sample_key(names[i]);
		key_hash(keys[i], hashes[i]);
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		key_free(keys[i]);
	arena_free(arena);
	xml_cleanup();
	return 0;
}

static struct verify_file
file_of(const struct strbuf *sb)
{
	return (struct verify_file){ arena_strndup(arena, sb->buf, sb->len),
		sb->len };
}

static struct verify_file
written(void)
{
	struct strbuf sb;
	struct verify_file file;

	strbuf_init(&sb, FEED_ALLIANCE_MAX);
	if (feed_alliance_write(&list, &sb, &err) == -1)
		fail_msg("%s", err.text);
	file = file_of(&sb);
	strbuf_release(&sb);
	return file;
}

static struct verify_file
endorsed(const struct verify_file *file, size_t key, bool flip)
{
	struct strbuf sb;
	struct verify_file ret;

	strbuf_init(&sb, FEED_ENDORSEMENT_MAX);
	if (verify_sign_endorsement(file, NULL, keys[key], &sb, &err) == -1)
		fail_msg("%s", err.text);
	if (flip)
		flip_s(&sb);
	ret = file_of(&sb);
	strbuf_release(&sb);
	return ret;
}

/* ---- the form ---- */

static void
test_round_trip(void **state)
{
	struct verify_file file = written();
	struct feed_alliance read;
	struct strbuf sb;

	(void)state;
	assert_int_equal(feed_alliance_read(arena, file.data, file.len, &read,
			     &err),
	    0);
	assert_string_equal(read.name, list.name);
	assert_int_equal(read.n, 3);
	assert_true(read.members[1].has_left);
	assert_int_equal(read.members[2].epoch, 3);
	assert_int_equal(read.members[2].least, 1700000000);
	assert_string_equal(read.members[2].urls[1],
	    "http://pt.example:8080/gsp/");
	assert_ptr_equal(feed_member_find(&read, "fr"), &read.members[0]);
	assert_null(feed_member_find(&read, "de"));
	strbuf_init(&sb, FEED_ALLIANCE_MAX);
	assert_int_equal(feed_alliance_write(&read, &sb, &err), 0);
	assert_int_equal(sb.len, file.len);
	assert_memory_equal(sb.buf, file.data, file.len);
	strbuf_release(&sb);
	/* Without members too; and cut anywhere it is none. */
	list.n = 0;
	file = written();
	assert_int_equal(feed_alliance_read(arena, file.data, file.len, &read,
			     &err),
	    0);
	for (size_t len = 0; len < file.len; len++)
		assert_int_equal(feed_alliance_read(arena, file.data, len,
				     &read, &err),
		    -1);
}

/* A copy of the good bytes with one piece replaced. */
static int
read_changed(const char *old, const char *new)
{
	struct verify_file file = written();
	struct feed_alliance read;
	const char *at = strstr(file.data, old);
	const char *text;

	assert_non_null(at);
	text = arena_printf(arena, "%.*s%s%s", (int)(at - file.data), file.data,
	    new, at + strlen(old));
	return feed_alliance_read(arena, text, strlen(text), &read, &err);
}

static void
test_hostile(void **state)
{
	static const struct {
		const char *old, *new, *says;
	} rows[] = {
		{ "status=\"left\"", "status=\"banned\"", "neither member" },
		{ "node=\"fr\"", "node=\"pt\"", "twice or out of order" },
		{ "node=\"fr\"", "node=\"zz\"", "twice or out of order" },
		{ "node=\"fr\"", "node=\"France\"", "no node name" },
		{ "key=\"00", "key=\"zz", "64 hex" },
		{ "key=\"00", "key=\"0", "64 hex" },
		{ "key=\"00", "key=\"000", "too long" },
		{ "epoch=\"3\"", "epoch=\"-3\"", "whole number" },
		{ "epoch=\"3\"", "epoch=\"03\"", "whole number" },
		{ "epoch=\"3\"", "epoch=\"4294967296\"", "whole number" },
		{ " epoch=\"3\"", "", "is missing" },
		{ " epoch=\"3\"", " epoch=\"3\" extra=\"\"", "not belong" },
		{ "https://fr.example/", "ftp://fr.example/", "no address" },
		{ "https://fr.example/", "https://fr.example", "no address" },
		{ "https://fr.example/", "https://fr.example/?q/",
		    "no address" },
		{ "https://fr.example/", "", "no address" },
		{ "<url>https://fr.example/</url>", "", "has no address" },
		{ "http://pt.example:8080/gsp/", "https://pt.example/",
		    "twice" },
		{ "<url>https://fr", " <url>https://fr", "text between" },
		{ "<url>https://fr", "<url lang=\"fr\">https://fr",
		    "no place" },
		{ "<url>", "<uri>", "no place" },
		{ "<alliance ", "<Alliance ", "no place" },
		{ "urn:gspd:feed:1", "urn:gspd:feed:2", "no place" },
		{ "name=\"A", "name=\"&#7;", "" },
		{ "serial=", "serial =", "canonical" },
		{ "&amp;", "&#38;", "canonical" },
		{ "<alliance", "<!DOCTYPE x><alliance", "" },
		{ "<alliance", "<?xml version=\"1.0\"?><alliance", "" },
		{ "</alliance>", "<!-- --></alliance>", "" },
		{ "</alliance>", "</alliance> ", "canonical" },
		{ "expires=\"1831536000\"", "expires=\"1800000000\"",
		    "expires" },
		{ "expires=\"1831536000\"", "expires=\"1834560001\"",
		    "expires" },
		{ "serial=\"1800000000\"", "serial=\"0\"", "expires" },
	};

	(void)state;
	assert_int_equal(read_changed("</alliance>", "</alliance>"), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		err = (struct err){ 0 };
		if (read_changed(rows[i].old, rows[i].new) != -1)
			fail_msg("row %zu: taken", i);
		if (strstr(err.text, rows[i].says) == NULL)
			fail_msg("row %zu: '%s' lacks '%s'", i, err.text,
			    rows[i].says);
	}
}

static void
test_caps(void **state)
{
	struct feed_alliance read;
	struct verify_file file;
	struct strbuf sb;
	char *big;

	(void)state;
	strbuf_init(&sb, 2 * FEED_ALLIANCE_MAX);
	for (size_t i = 0; i <= FEED_MEMBERS_MAX; i++)
		set_member(&members[i], arena_printf(arena, "pt-%04zu", i));
	list.n = FEED_MEMBERS_MAX;
	file = written();
	assert_int_equal(feed_alliance_read(arena, file.data, file.len, &read,
			     &err),
	    0);
	assert_int_equal(read.n, FEED_MEMBERS_MAX);
	list.n++;
	assert_int_equal(feed_alliance_write(&list, &sb, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	/* One member too many in somebody else's bytes. */
	big = arena_printf(arena, "%.*s%s</alliance>", (int)(file.len - 11),
	    file.data, strstr(file.data, "<member"));
	assert_int_equal(feed_alliance_read(arena, big, file.len + 200, &read,
			     &err),
	    -1);
	/* Larger than a list may be: not even looked at. */
	big = arena_alloc(arena, FEED_ALLIANCE_MAX + 1);
	memset(big, ' ', FEED_ALLIANCE_MAX + 1);
	assert_int_equal(feed_alliance_read(arena, big, FEED_ALLIANCE_MAX + 1,
			     &read, &err),
	    -1);
	assert_int_equal(err.code, ERR_LIMIT);
	/* Five addresses. */
	list.n = 3;
	assert_int_equal(read_changed("</url>",
			     "</url><url>https://a/</url><url>https://b/</url>"
			     "<url>https://c/</url><url>https://d/</url>"),
	    -1);
	assert_int_equal(err.code, ERR_LIMIT);
	list.name = arena_printf(arena, "%0*d", FEED_ALLIANCE_NAME + 1, 0);
	assert_int_equal(feed_alliance_write(&list, &sb, &err), -1);
	strbuf_release(&sb);
}

static void
test_schema(void **state)
{
	const char *source = getenv("GSPD_SOURCE");
	struct verify_file file = written(), signed_file;
	char *path;

	(void)state;
	path = arena_printf(arena, "%s/schemas/alliance.rng",
	    source != NULL ? source : ".");
	if (xml_validate(file.data, file.len, path, &err) == -1)
		fail_msg("%s", err.text);
	signed_file = endorsed(&file, 0, false);
	if (xml_validate(signed_file.data, signed_file.len, path, &err) == -1)
		fail_msg("%s", err.text);
	assert_int_equal(xml_validate("<a/>", 4, path, &err), -1);
}

/* ---- the board ---- */

static struct verify_board
board_of(size_t n, int64_t needed, const char *const *board_keys)
{
	return (struct verify_board){ .keys = board_keys,
		.n = n,
		.needed = needed,
		.now = SAMPLE_NOW + 60 };
}

static const char *const all[] = { hashes[0], hashes[1], hashes[2] };

static enum verify_verdict
judge(const struct verify_file *file, const struct verify_file *files, size_t n,
    const struct verify_board *board)
{
	struct feed_alliance read;
	char digest[65];
	int64_t count = -1;
	enum verify_verdict verdict;

	err = (struct err){ 0 };
	verdict = verify_alliance(arena, file, files, n, board, &read, digest,
	    &count, &err);
	if (verdict == VERIFY_NEW)
		assert_true(count >= board->needed);
	else
		assert_true(err.text[0] != '\0' || verdict == VERIFY_SAME);
	return verdict;
}

static void
test_two_of_three(void **state)
{
	struct verify_file file = written(), files[4];
	struct verify_board board = board_of(3, 2, all);

	(void)state;
	for (size_t i = 0; i < 3; i++)
		files[i] = endorsed(&file, i, false);
	assert_int_equal(judge(&file, files, 0, &board), VERIFY_REFUSED);
	assert_int_equal(judge(&file, files, 1, &board), VERIFY_REFUSED);
	assert_non_null(strstr(err.text, "endorsed by 1 of the 2"));
	assert_int_equal(judge(&file, files, 2, &board), VERIFY_NEW);
	assert_int_equal(judge(&file, files + 1, 2, &board), VERIFY_NEW);
	assert_int_equal(judge(&file, files, 3, &board), VERIFY_NEW);
	/* The same key twice is one; so is its other signature. */
	files[1] = files[0];
	assert_int_equal(judge(&file, files, 2, &board), VERIFY_REFUSED);
	files[1] = endorsed(&file, 0, true);
	assert_int_not_equal(memcmp(files[0].data, files[1].data, files[0].len),
	    0);
	assert_int_equal(judge(&file, files, 2, &board), VERIFY_REFUSED);
	files[0] = files[2];
	assert_int_equal(judge(&file, files, 2, &board), VERIFY_NEW);
}

static void
test_strangers(void **state)
{
	const char *const two[] = { hashes[0], hashes[1] };
	const char *const twice[] = { hashes[0], hashes[0] };
	struct verify_file file = written(), files[3], later;
	struct verify_board board = board_of(2, 2, two);

	(void)state;
	/* Not of the board: ignored, and no error beside enough others. */
	files[0] = endorsed(&file, 2, false);
	files[1] = endorsed(&file, 0, false);
	assert_int_equal(judge(&file, files, 2, &board), VERIFY_REFUSED);
	files[2] = endorsed(&file, 1, false);
	assert_int_equal(judge(&file, files, 3, &board), VERIFY_NEW);
	/* A board that names one key twice has one key. */
	board = board_of(2, 2, twice);
	assert_int_equal(judge(&file, files, 3, &board), VERIFY_REFUSED);
	/* None needed is none at all. */
	board = board_of(2, 0, two);
	assert_int_equal(judge(&file, files, 0, &board), VERIFY_REFUSED);
	/* Of another list. */
	board = board_of(2, 2, two);
	list.serial++;
	later = written();
	assert_int_equal(judge(&later, files, 3, &board), VERIFY_REFUSED);
	assert_non_null(strstr(err.text, "endorsed by 0"));
	files[0] = endorsed(&later, 0, false);
	assert_int_equal(judge(&later, files, 3, &board), VERIFY_REFUSED);
	assert_non_null(strstr(err.text, "endorsed by 1"));
	files[1] = endorsed(&later, 1, false);
	assert_int_equal(judge(&later, files, 3, &board), VERIFY_NEW);
}

/* No byte of list or endorsement may change. */
static void
test_every_flip(void **state)
{
	struct verify_file file = written(), signed_file;
	struct verify_board board = board_of(1, 1, all);
	char *data;

	(void)state;
	signed_file = endorsed(&file, 0, false);
	assert_int_equal(judge(&file, &signed_file, 1, &board), VERIFY_NEW);
	data = (char *)signed_file.data;
	for (size_t i = 0; i < signed_file.len; i++) {
		data[i] ^= 1;
		if (judge(&file, &signed_file, 1, &board) != VERIFY_REFUSED)
			fail_msg("endorsement: byte %zu", i);
		data[i] ^= 1;
	}
	data = (char *)file.data;
	for (size_t i = 0; i < file.len; i += 3) {
		data[i] ^= 1;
		if (judge(&file, &signed_file, 1, &board) != VERIFY_REFUSED)
			fail_msg("list: byte %zu", i);
		data[i] ^= 1;
	}
	assert_int_equal(judge(&file, &signed_file, 1, &board), VERIFY_NEW);
}

/* What a board key signs is only believed when it is an endorsement of a list
 * that is one: here of bytes that are none, and with another serial. */
static void
test_signed_nonsense(void **state)
{
	static const char text[] = "<alliance></alliance>";
	struct verify_file file = { text, sizeof(text) - 1 }, signed_file;
	struct verify_board board = board_of(1, 1, all);
	struct feed_endorsement endorsement = { .serial = SAMPLE_NOW };
	struct strbuf body, sb;

	(void)state;
	strbuf_init(&body, FEED_ENDORSEMENT_MAX);
	strbuf_init(&sb, FEED_ENDORSEMENT_MAX);
	assert_int_equal(verify_sign_endorsement(&file, NULL, keys[0], &sb,
			     &err),
	    -1);
	for (int i = 0; i < 2; i++) {
		strbuf_reset(&body);
		strbuf_reset(&sb);
		sha256_hex(file.data, file.len, endorsement.list);
		endorsement.key = verify_key_text(arena, keys[0], &err);
		assert_int_equal(feed_endorsement_write(&endorsement, &body,
				     &err),
		    0);
		assert_int_equal(verify_sign(FEED_DOC_ENDORSEMENT, body.buf,
				     body.len, keys[0], &sb, &err),
		    0);
		signed_file = file_of(&sb);
		assert_int_equal(judge(&file, &signed_file, 1, &board),
		    VERIFY_REFUSED);
		file = written();
		endorsement.serial = SAMPLE_NOW + 1;
	}
	assert_non_null(strstr(err.text, "an endorsement says serial"));
	strbuf_release(&body);
	strbuf_release(&sb);
}

static void
test_time(void **state)
{
	struct verify_file file = written(), signed_file;
	struct verify_board board = board_of(1, 1, all);
	char digest[65];

	(void)state;
	signed_file = endorsed(&file, 0, false);
	sha256_hex(file.data, file.len, digest);
	board.min_serial = SAMPLE_NOW;
	board.min_digest = digest;
	assert_int_equal(judge(&file, &signed_file, 1, &board), VERIFY_SAME);
	board.min_digest = KEY;
	assert_int_equal(judge(&file, &signed_file, 1, &board), VERIFY_FORK);
	assert_non_null(strstr(err.text, "fork"));
	board.min_serial = SAMPLE_NOW + 1;
	assert_int_equal(judge(&file, &signed_file, 1, &board), VERIFY_REFUSED);
	assert_non_null(strstr(err.text, "rollback"));
	board.min_serial = SAMPLE_NOW - 1;
	assert_int_equal(judge(&file, &signed_file, 1, &board), VERIFY_NEW);
	board.now = SAMPLE_NOW - FEED_CLOCK_AHEAD_S;
	assert_int_equal(judge(&file, &signed_file, 1, &board), VERIFY_NEW);
	board.now--;
	assert_int_equal(judge(&file, &signed_file, 1, &board), VERIFY_REFUSED);
	assert_non_null(strstr(err.text, "ahead of the clock"));
	board.now = SAMPLE_NOW + 365 * DAY - 1;
	assert_int_equal(judge(&file, &signed_file, 1, &board), VERIFY_NEW);
	board.now++;
	assert_int_equal(judge(&file, &signed_file, 1, &board), VERIFY_EXPIRED);
	assert_int_equal(err.code, ERR_STALE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_round_trip, fresh_list),
		cmocka_unit_test_setup(test_hostile, fresh_list),
		cmocka_unit_test_setup(test_caps, fresh_list),
		cmocka_unit_test_setup(test_schema, fresh_list),
		cmocka_unit_test_setup(test_two_of_three, fresh_list),
		cmocka_unit_test_setup(test_strangers, fresh_list),
		cmocka_unit_test_setup(test_every_flip, fresh_list),
		cmocka_unit_test_setup(test_signed_nonsense, fresh_list),
		cmocka_unit_test_setup(test_time, fresh_list),
	};

	return cmocka_run_group_tests_name("alliance", tests, setup, teardown);
}
