/*
 * parse: the small documents, rotations, endorsements and membership lists.
 * What a helper reads is what is read here, a lie is found, and one board key
 * that ends its helper spoils nothing for the others (parse.h, verify.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "parse/part.h"
#include "tests/feeds/sample.h"
#include "xml/xml.h"

#define SHORT_MS 300
#define DAY      86400
#define HASH     "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define OTHER    "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"

static struct arena *arena;
static struct key *keys[3];
static char hashes[3][SHA256_HEX_LEN];
static const char *const board_keys[] = { hashes[0], hashes[1], hashes[2] };
static struct feed_member members[FEED_MEMBERS_MAX];
static char dir[] = "/tmp/gspd-parse-XXXXXX";
static struct err err;

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
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		key_free(keys[i]);
	arena_free(arena);
	xml_cleanup();
	return file_remove_tree(dir, &err);
}

static struct parser *
liar(const char *mode)
{
	const char *build = getenv("GSPD_BUILD");
	const char *path = arena_printf(arena, "%s/%s", dir, mode);

	if (access(path, F_OK) == -1 &&
	    symlink(arena_printf(arena, "%s/tests/unit/parse_liar",
			build != NULL ? build : "."),
		path) == -1)
		fail_msg("%s", path);
	return parser_new(path, strcmp(mode, "honest") == 0 ? 0 : SHORT_MS);
}

/* ---- documents ---- */

static struct verify_file
file_of(const struct strbuf *sb)
{
	return (struct verify_file){ arena_strndup(arena, sb->buf, sb->len),
		sb->len };
}

static struct verify_file
rotation_file(void)
{
	struct feed_rotation rotation = { .node = "ca",
		.epoch = 7,
		.key = arena_strdup(arena, "a2V5"),
		.nextkey = HASH,
		.online = OTHER };
	struct strbuf sb;
	struct verify_file file;

	strbuf_init(&sb, FEED_ROTATION_MAX);
	if (feed_rotation_write(&rotation, &sb, &err) == -1)
		fail_msg("%s", err.text);
	file = file_of(&sb);
	strbuf_release(&sb);
	return file;
}

static struct verify_file
endorsement_file(void)
{
	struct feed_endorsement endorsement = { .list = HASH,
		.key = arena_strdup(arena, "a2V5"),
		.serial = SAMPLE_NOW };
	struct strbuf sb;
	struct verify_file file;

	strbuf_init(&sb, FEED_ENDORSEMENT_MAX);
	if (feed_endorsement_write(&endorsement, &sb, &err) == -1)
		fail_msg("%s", err.text);
	file = file_of(&sb);
	strbuf_release(&sb);
	return file;
}

/* n members, with addresses of so many bytes. */
static struct verify_file
alliance_file(size_t n, size_t url_len)
{
	struct feed_alliance list = { .name = "A & <B> \"c\" \xc3\xa9",
		.serial = SAMPLE_NOW,
		.expires = SAMPLE_NOW + 365 * DAY,
		.members = members,
		.n = n };
	struct strbuf sb;
	struct verify_file file;

	for (size_t i = 0; i < n; i++) {
		members[i] = (struct feed_member){ .epoch = (int64_t)i % 3,
			.least = i % 5 == 0 ? SAMPLE_NOW : 0,
			.has_left = i % 7 == 0,
			.n_urls = 1 + i % FEED_MEMBER_URLS };
		(void)snprintf(members[i].node, sizeof(members[i].node),
		    "pt-%04zu", i);
		memcpy(members[i].key, HASH, sizeof(HASH));
		for (size_t k = 0; k < members[i].n_urls; k++)
			members[i].urls[k] = arena_printf(arena,
			    "https://%zu.example/%0*zu/", k, (int)url_len, i);
	}
	strbuf_init(&sb, FEED_ALLIANCE_MAX);
	if (feed_alliance_write(&list, &sb, &err) == -1)
		fail_msg("%s", err.text);
	file = file_of(&sb);
	strbuf_release(&sb);
	return file;
}

/* Read, and written again into `out`: 0, or -1 with err. */
enum kind { ROTATION, ENDORSEMENT, ALLIANCE, KINDS };

static int
reread(struct parser *parser, enum kind kind, const struct verify_file *file,
    struct strbuf *out)
{
	struct feed_rotation rotation;
	struct feed_endorsement endorsement;
	struct feed_alliance list;
	int rc;

	err = (struct err){ 0 };
	strbuf_init(out, FEED_ALLIANCE_MAX);
	switch (kind) {
	case ROTATION:
		rc = parser_rotation(parser, arena, file->data, file->len,
		    &rotation, &err);
		return rc == -1 ? -1
				: feed_rotation_write(&rotation, out, &err);
	case ENDORSEMENT:
		rc = parser_endorsement(parser, arena, file->data, file->len,
		    &endorsement, &err);
		return rc == -1
			   ? -1
			   : feed_endorsement_write(&endorsement, out, &err);
	default:
		rc = parser_alliance(parser, arena, file->data, file->len,
		    &list, &err);
		return rc == -1 ? -1 : feed_alliance_write(&list, out, &err);
	}
}

static struct verify_file
sample(enum kind kind)
{
	return kind == ROTATION      ? rotation_file()
	       : kind == ENDORSEMENT ? endorsement_file()
				     : alliance_file(20, 30);
}

static void
same(struct parser *parser, enum kind kind, const struct verify_file *file)
{
	struct strbuf out;

	if (reread(parser, kind, file, &out) == -1)
		fail_msg("kind %d: %s", kind, err.text);
	assert_int_equal(out.len, file->len);
	assert_memory_equal(out.buf, file->data, file->len);
	strbuf_release(&out);
}

/* Refused alike, here and there. */
static void
same_refusal(struct parser *there, enum kind kind, const char *data, size_t len)
{
	struct parser *here = parser_new(NULL, 0);
	struct verify_file file = { data, len };
	struct strbuf out;
	struct err first;

	assert_int_equal(reread(here, kind, &file, &out), -1);
	strbuf_release(&out);
	first = err;
	assert_int_equal(reread(there, kind, &file, &out), -1);
	strbuf_release(&out);
	assert_int_equal(err.code, first.code);
	assert_string_equal(err.text, first.text);
	assert_false(parser_is_done(there));
	parser_free(here);
}

static void
test_same(void **state)
{
	struct parser *here = parser_new(NULL, 0), *there = liar("honest");

	(void)state;
	for (int kind = 0; kind < KINDS; kind++) {
		struct verify_file file = sample((enum kind)kind);

		same(here, (enum kind)kind, &file);
		same(there, (enum kind)kind, &file);
	}
	parser_free(here);
	parser_free(there);
}

static void
test_sizes(void **state)
{
	struct parser *there = liar("honest");
	struct verify_file file = alliance_file(0, 0);

	(void)state;
	same(there, ALLIANCE, &file);
	file = alliance_file(FEED_MEMBERS_MAX, 40);
	same(there, ALLIANCE, &file);
	file = alliance_file(200, 1900);
	assert_true(file.len > FEED_ALLIANCE_MAX - 100000);
	same(there, ALLIANCE, &file);
	parser_free(there);
}

static void
test_same_refusals(void **state)
{
	struct parser *there = liar("honest");

	(void)state;
	for (int k = 0; k < KINDS; k++) {
		enum kind kind = (enum kind)k;
		struct verify_file file = sample(kind);
		char *copy = arena_strndup(arena, file.data, file.len);

		same_refusal(there, kind, "", 0);
		same_refusal(there, kind, "<a/>", 4);
		for (size_t len = 1; len < file.len; len += file.len / 20 + 1)
			same_refusal(there, kind, file.data, len);
		copy[file.len / 2] = '<';
		same_refusal(there, kind, copy, file.len);
		copy[file.len / 2] = '\0';
		same_refusal(there, kind, copy, file.len);
		same(there, kind, &file);
	}
	/* Larger than is ever asked. */
	{
		size_t len = FEED_ALLIANCE_MAX + 1;
		struct verify_file file = { arena_alloc(arena, len), len };
		struct strbuf out;

		assert_int_equal(reread(there, ALLIANCE, &file, &out), -1);
		assert_int_equal(err.code, ERR_LIMIT);
		strbuf_release(&out);
		assert_int_equal(reread(there, ROTATION, &file, &out), -1);
		assert_int_equal(err.code, ERR_LIMIT);
		strbuf_release(&out);
	}
	parser_free(there);
}

/* ---- liars ---- */

static void
test_lies(void **state)
{
	static const struct {
		const char *mode;
		const char *word;
	} lies[] = { { "more", "gave back another" },
		{ "cut", "gave back another" }, { "none", "gave back another" },
		{ "other-number", "gave back another" },
		{ "bad-place", "gave back another" },
		{ "says-control", "a reason that is none" },
		{ "noise", "of a size" }, { "nothing", "of a size" },
		{ "crashes", "killed by signal 11" },
		{ "exits", "exit code 3" },
		{ "silent", "no answer within 300 ms" } };

	(void)state;
	for (int kind = 0; kind < KINDS; kind++) {
		struct verify_file file = sample((enum kind)kind);

		for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
			struct parser *parser = liar(lies[i].mode);
			struct strbuf out;

			if (reread(parser, (enum kind)kind, &file, &out) == 0)
				fail_msg("kind %d: %s was believed", kind,
				    lies[i].mode);
			strbuf_release(&out);
			assert_int_equal(err.code, ERR_TRUST);
			if (strstr(err.text, lies[i].word) == NULL)
				fail_msg("kind %d: %s: '%s'", kind,
				    lies[i].mode, err.text);
			assert_true(parser_is_done(parser));
			parser_free(parser);
		}
	}
}

/* Whatever byte of an answer is another one, it is found. */
static void
test_every_flip(void **state)
{
	static const parse_work work[] = { rotation_work, endorsement_work,
		alliance_work };

	(void)state;
	for (int kind = 0; kind < KINDS; kind++) {
		struct verify_file file = kind == ALLIANCE
					      ? alliance_file(2, 3)
					      : sample((enum kind)kind);
		struct wire in = wire_of(file.data, file.len);
		struct strbuf answer;

		strbuf_init(&answer, FEED_ALLIANCE_MAX);
		assert_int_equal(work[kind](&in, &answer, &err), 0);
		for (size_t at = 0; at < answer.len; at++) {
			struct parser *parser = liar(
			    arena_printf(arena, "flips-%zu", at));
			struct strbuf out;

			/* A flag is one, whichever number says so. */
			if (reread(parser, (enum kind)kind, &file, &out) == 0)
				fail_msg("kind %d: byte %zu", kind, at);
			strbuf_release(&out);
			parser_free(parser);
			at += kind == ALLIANCE ? 6 : 4;
		}
		strbuf_release(&answer);
	}
}

/* ---- by way of verify/ ---- */

static struct verify_file
endorsed(const struct verify_file *list, size_t key)
{
	struct strbuf sb;
	struct verify_file file;

	strbuf_init(&sb, FEED_ENDORSEMENT_MAX);
	if (verify_sign_endorsement(list, NULL, keys[key], &sb, &err) == -1)
		fail_msg("%s", err.text);
	file = file_of(&sb);
	strbuf_release(&sb);
	return file;
}

static enum verify_verdict
judge(struct parser *parser, int64_t needed, int64_t *ret_count)
{
	struct verify_file list = alliance_file(20, 30);
	struct verify_file files[] = { endorsed(&list, 1), endorsed(&list, 0),
		endorsed(&list, 2) };
	struct verify_reader reader = parser_reader(parser);
	struct verify_board board = { .keys = board_keys,
		.n = ARRAY_LEN(board_keys),
		.needed = needed,
		.now = SAMPLE_NOW + 60,
		.reader = &reader };
	struct feed_alliance read;
	char digest[65];

	err = (struct err){ 0 };
	*ret_count = 0;
	return verify_alliance(arena, &list, files, ARRAY_LEN(files), &board,
	    &read, digest, ret_count, &err);
}

static void
test_board(void **state)
{
	struct parser *parser = liar("honest");
	int64_t count;

	(void)state;
	assert_int_equal(judge(parser, 3, &count), VERIFY_NEW);
	assert_int_equal(count, 3);
	parser_free(parser);
	/* What the holder of the RSA key signed ends its helper, only that. */
	parser = liar("hates-key=\"MII");
	assert_int_equal(judge(parser, 2, &count), VERIFY_NEW);
	assert_int_equal(count, 2);
	assert_int_equal(judge(parser, 3, &count), VERIFY_REFUSED);
	assert_int_equal(err.code, ERR_TRUST);
	parser_free(parser);
	parser = liar("hates-<alliance");
	assert_int_equal(judge(parser, 2, &count), VERIFY_REFUSED);
	assert_non_null(strstr(err.text, "killed by signal 11"));
	parser_free(parser);
	/* Our own trouble is no word about the board. */
	parser = parser_new("/nonexistent/gspd", 0);
	assert_int_equal(judge(parser, 2, &count), VERIFY_REFUSED);
	assert_int_equal(err.code, ERR_SYS);
	parser_free(parser);
}

static int
judge_rotation(struct parser *parser)
{
	struct verify_reader reader = parser_reader(parser);
	struct feed_rotation rotation = { .node = "ca", .epoch = 2 }, read;
	struct strbuf sb;
	int rc;

	memcpy(rotation.online, OTHER, sizeof(OTHER));
	strbuf_init(&sb, 2 * FEED_ROTATION_MAX);
	if (verify_sign_rotation(arena, &rotation, keys[0], &sb, &err) == -1)
		fail_msg("%s", err.text);
	rc = verify_rotation(arena, sb.buf, sb.len, "ca", 2, hashes[0], &reader,
	    &read, &err);
	if (rc == 0)
		assert_string_equal(read.online, OTHER);
	strbuf_release(&sb);
	return rc;
}

static void
test_rotation(void **state)
{
	struct parser *parser = liar("honest");

	(void)state;
	assert_int_equal(judge_rotation(parser), 0);
	assert_true(parser_is_awake(parser));
	parser_rest(parser);
	assert_false(parser_is_awake(parser));
	assert_int_equal(judge_rotation(parser), 0);
	parser_free(parser);
	parser = liar("hates-<rotation");
	assert_int_equal(judge_rotation(parser), -1);
	assert_int_equal(err.code, ERR_TRUST);
	assert_true(parser_is_done(parser));
	assert_false(parser_is_awake(parser));
	parser_free(parser);
	parser = parser_new("/nonexistent/gspd", 0);
	assert_int_equal(judge_rotation(parser), -1);
	assert_int_equal(err.code, ERR_SYS);
	parser_free(parser);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_same_refusals),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_every_flip),
		cmocka_unit_test(test_board),
		cmocka_unit_test(test_rotation),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
