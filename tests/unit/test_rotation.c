/*
 * rotation: a statement round trip; every way in which a hostile one differs
 * from a good one is refused; a head can not name another successor
 * (feed.h, verify.h; feed-protocol.md 6).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/crypto.h"
#include "verify/verify.h"
#include "xml/xml.h"

#define NOW 1795000000

static struct arena *arena;
static struct key *offline, *online, *next;
static char offline_hash[65], online_hash[65], next_hash[65];
static struct feed_rotation rotation;
static struct strbuf bytes;

static struct key *
new_key(char ret_hash[65])
{
	struct err err = { 0 };
	struct key *key = key_new(&err);

	assert_non_null(key);
	key_hash(key, ret_hash);
	return key;
}

static void
sign(void)
{
	struct err err = { 0 };

	strbuf_reset(&bytes);
	if (verify_sign_rotation(arena, &rotation, offline, &bytes, &err) == -1)
		fail_msg("%s", err.text);
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	offline = new_key(offline_hash);
	online = new_key(online_hash);
	next = new_key(next_hash);
	rotation = (struct feed_rotation){ .node = "ca", .epoch = 1 };
	memcpy(rotation.nextkey, next_hash, 65);
	memcpy(rotation.online, online_hash, 65);
	strbuf_init(&bytes, 2 * FEED_ROTATION_MAX);
	sign();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	strbuf_release(&bytes);
	key_free(offline);
	key_free(online);
	key_free(next);
	arena_free(arena);
	return 0;
}

static enum err_code
judge_bytes(const char *data, size_t len, const char *node, int64_t epoch,
    const char *key)
{
	struct feed_rotation got;
	struct err err = { 0 };

	if (verify_rotation(arena, data, len, node, epoch, key, NULL, &got,
		&err) == 0)
		return ERR_NONE;
	assert_int_not_equal(err.code, ERR_NONE);
	assert_int_not_equal(err.text[0], '\0');
	return err.code;
}

static enum err_code
judge(const char *node, int64_t epoch, const char *key)
{
	return judge_bytes(bytes.buf, bytes.len, node, epoch, key);
}

static void
test_round_trip(void **state)
{
	struct feed_rotation got = { .epoch = 0 };
	struct err err = { 0 };
	char rng[500], own[65];
	const char *source = getenv("GSPD_SOURCE");

	(void)state;
	assert_int_equal(verify_rotation(arena, bytes.buf, bytes.len, "ca", 1,
			     offline_hash, NULL, &got, &err),
	    0);
	assert_string_equal(got.node, "ca");
	assert_int_equal(got.epoch, 1);
	assert_string_equal(got.online, online_hash);
	assert_string_equal(got.nextkey, next_hash);
	assert_string_equal(got.key, rotation.key);
	assert_int_equal(verify_own_key(FEED_DOC_ROTATION, bytes.buf, bytes.len,
			     own, &err),
	    0);
	assert_string_equal(own, offline_hash);
	(void)snprintf(rng, sizeof(rng), "%s/schemas/rotation.rng",
	    source != NULL ? source : ".");
	if (xml_validate(bytes.buf, bytes.len, rng, &err) == -1)
		fail_msg("%s", err.text);
	/* The last one of a node names no successor. */
	rotation.nextkey[0] = '\0';
	sign();
	assert_int_equal(judge("ca", 1, offline_hash), ERR_NONE);
}

static void
test_not_the_expected(void **state)
{
	(void)state;
	assert_int_equal(judge("ca", 1, offline_hash), ERR_NONE);
	assert_int_equal(judge("sg", 1, offline_hash), ERR_TRUST);
	assert_int_equal(judge("c", 1, offline_hash), ERR_TRUST);
	/* Replayed later, or handed out too early. */
	assert_int_equal(judge("ca", 2, offline_hash), ERR_TRUST);
	assert_int_equal(judge("ca", 0, offline_hash), ERR_TRUST);
	/* Not by its own next key, nor by the online one. */
	assert_int_equal(judge("ca", 1, online_hash), ERR_TRUST);
	assert_int_equal(judge("ca", 1, next_hash), ERR_TRUST);
	assert_int_equal(judge("ca", 1, ""), ERR_CONF);
	assert_int_equal(judge("ca", 1, NULL), ERR_CONF);
}

static void
test_flipped(void **state)
{
	char *copy;

	(void)state;
	copy = arena_strndup(arena, bytes.buf, bytes.len);
	for (size_t i = 0; i < bytes.len; i++) {
		for (int bit = 0; bit < 8; bit += 3) {
			copy[i] = (char)(copy[i] ^ (1 << bit));
			assert_int_not_equal(judge_bytes(copy, bytes.len, "ca",
						 1, offline_hash),
			    ERR_NONE);
			copy[i] = bytes.buf[i];
		}
	}
	assert_int_equal(judge_bytes(copy, bytes.len, "ca", 1, offline_hash),
	    ERR_NONE);
}

static void
test_cut(void **state)
{
	(void)state;
	for (size_t len = 0; len < bytes.len; len++)
		assert_int_not_equal(judge_bytes(bytes.buf, len, "ca", 1,
					 offline_hash),
		    ERR_NONE);
	strbuf_addch(&bytes, '\n');
	assert_int_equal(judge("ca", 1, offline_hash), ERR_FORMAT);
	while (bytes.len <= FEED_ROTATION_MAX)
		strbuf_addch(&bytes, ' ');
	assert_int_equal(judge("ca", 1, offline_hash), ERR_LIMIT);
}

/* Signed by the right key, but not of the form: %K, %N and %O stand for the
 * three values. */
static enum err_code
judge_body(const char *form, const char *next_text, const char *online_text)
{
	struct strbuf body;
	struct err err = { 0 };

	strbuf_init(&body, FEED_ROTATION_MAX);
	for (const char *p = form; *p != '\0'; p++) {
		if (p[0] == '%' && p[1] == 'K')
			strbuf_addstr(&body, rotation.key);
		else if (p[0] == '%' && p[1] == 'N')
			strbuf_addstr(&body, next_text);
		else if (p[0] == '%' && p[1] == 'O')
			strbuf_addstr(&body, online_text);
		else
			strbuf_addch(&body, *p);
		p += *p == '%';
	}
	strbuf_reset(&bytes);
	if (verify_sign(FEED_DOC_ROTATION, body.buf, body.len, offline, &bytes,
		&err) == -1)
		fail_msg("%s", err.text);
	strbuf_release(&body);
	return judge("ca", 1, offline_hash);
}

#define OPEN "<rotation xmlns=\"urn:gspd:feed:1\" "

static void
test_form(void **state)
{
	static const char good[] = OPEN
	    "epoch=\"1\" key=\"%K\" nextkey=\"%N\" node=\"ca\" online=\"%O\">"
	    "</rotation>";
	static const char *const bad[] = {
		/* order, a number with a zero, children, text, more of it */
		OPEN "key=\"%K\" epoch=\"1\" nextkey=\"%N\" node=\"ca\" "
		     "online=\"%O\"></rotation>",
		OPEN "epoch=\"01\" key=\"%K\" nextkey=\"%N\" node=\"ca\" "
		     "online=\"%O\"></rotation>",
		OPEN "epoch=\"1\" key=\"%K\" nextkey=\"%N\" node=\"ca\" "
		     "online=\"%O\"><e></e></rotation>",
		OPEN "epoch=\"1\" key=\"%K\" nextkey=\"%N\" node=\"ca\" "
		     "online=\"%O\">x</rotation>",
		OPEN "epoch=\"1\" key=\"%K\" nextkey=\"%N\" node=\"ca\" "
		     "online=\"%O\" serial=\"1\"></rotation>",
		OPEN "epoch=\"1\" key=\"%K\" nextkey=\"%N\" node=\"ca\" "
		     "online=\"%O\"><!-- x --></rotation>",
		OPEN "epoch=\"1\" key=\"%K\" nextkey=\"%N\" node=\"CA\" "
		     "online=\"%O\"></rotation>",
		"<rotation xmlns=\"urn:gspd:feed:2\" epoch=\"1\" key=\"%K\" "
		"nextkey=\"%N\" node=\"ca\" online=\"%O\"></rotation>",
	};

	(void)state;
	assert_int_equal(judge_body(good, next_hash, online_hash), ERR_NONE);
	assert_int_equal(judge_body(good, "", online_hash), ERR_NONE);
	assert_int_equal(judge_body(good, next_hash, ""), ERR_FORMAT);
	assert_int_equal(judge_body(good, "abc", online_hash), ERR_FORMAT);
	assert_int_equal(judge_body(good, next_hash, "abc"), ERR_FORMAT);
	assert_int_equal(judge_body(good, online_hash, online_hash),
	    ERR_FORMAT);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(judge_body(bad[i], next_hash, online_hash),
		    ERR_FORMAT);
}

static void
test_not_written(void **state)
{
	struct feed_rotation good = rotation, bad;
	struct strbuf out;
	struct err err = { 0 };

	(void)state;
	strbuf_init(&out, 2 * FEED_ROTATION_MAX);
	bad = good;
	bad.epoch = 0;
	assert_int_equal(feed_rotation_write(&bad, &out, &err), -1);
	bad = good;
	memcpy(bad.node, "C!", 3);
	assert_int_equal(feed_rotation_write(&bad, &out, &err), -1);
	bad = good;
	bad.online[3] = 'g';
	assert_int_equal(feed_rotation_write(&bad, &out, &err), -1);
	bad = good;
	bad.key = NULL;
	assert_int_equal(feed_rotation_write(&bad, &out, &err), -1);
	assert_int_equal(out.len, 0);
	strbuf_release(&out);
}

/* ---- the successor that a head names ---- */

static enum verify_verdict
judge_head(const struct feed_head *head, const struct key *key,
    const struct verify_policy *policy, bool *ret_is_rotated, struct err *err)
{
	struct feed_head copy = *head, got;
	struct strbuf out;
	char digest[65];
	enum verify_verdict verdict;

	strbuf_init(&out, FEED_HEAD_MAX);
	if (verify_sign_head(arena, &copy, key, &out, digest, err) == -1)
		fail_msg("%s", err->text);
	verdict = verify_head(arena, out.buf, out.len, policy, &got, digest,
	    err);
	*ret_is_rotated = verify_is_rotated(out.buf, out.len, policy);
	strbuf_release(&out);
	return verdict;
}

static void
test_successor(void **state)
{
	struct feed_head head = { .node = "ca",
		.serial = NOW,
		.next = NOW + 60,
		.expires = NOW + 600 };
	struct verify_policy policy = { .node = "ca",
		.key_hash = online_hash,
		.now = NOW,
		.nextkey = next_hash };
	struct err err = { 0 };
	bool rotated;

	(void)state;
	memcpy(head.nextkey, next_hash, 65);
	assert_int_equal(judge_head(&head, online, &policy, &rotated, &err),
	    VERIFY_NEW);
	assert_false(rotated);
	/* A thief with the online key names its own; or nobody at all. */
	memcpy(head.nextkey, offline_hash, 65);
	assert_int_equal(judge_head(&head, online, &policy, &rotated, &err),
	    VERIFY_REFUSED);
	assert_int_equal(err.code, ERR_TRUST);
	assert_non_null(strstr(err.text, "stolen"));
	assert_false(rotated);
	head.nextkey[0] = '\0';
	assert_int_equal(judge_head(&head, online, &policy, &rotated, &err),
	    VERIFY_REFUSED);
	/* Where none is known yet, any will do. */
	policy.nextkey = "";
	assert_int_equal(judge_head(&head, online, &policy, &rotated, &err),
	    VERIFY_NEW);
	policy.nextkey = NULL;
	assert_int_equal(judge_head(&head, online, &policy, &rotated, &err),
	    VERIFY_NEW);
	policy.nextkey = next_hash;
	policy.epoch = -1;
	assert_int_equal(judge_head(&head, online, &policy, &rotated, &err),
	    VERIFY_NEW);
	/* Another key, or a later epoch, asks for a statement. */
	policy.epoch = 0;
	assert_int_equal(judge_head(&head, offline, &policy, &rotated, &err),
	    VERIFY_REFUSED);
	assert_true(rotated);
	head.epoch = 1;
	assert_int_equal(judge_head(&head, online, &policy, &rotated, &err),
	    VERIFY_REFUSED);
	assert_true(rotated);
	policy.epoch = 2;
	assert_int_equal(judge_head(&head, online, &policy, &rotated, &err),
	    VERIFY_REFUSED);
	assert_false(rotated);
	assert_false(verify_is_rotated("", 0, &policy));
	assert_false(verify_is_rotated(bytes.buf, bytes.len, &policy));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_not_the_expected, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_flipped, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_form, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_written, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_successor, set_up,
		    tear_down),
	};
	int failed;

	xml_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	xml_cleanup();
	return failed;
}
