/*
 * pull: attacks on state that need more than one head: a signature that is
 * malleable, pages of two heads mixed, a publication seen half-way, a serial
 * from the future, one bad record among ten thousand (docs/security.md).
 * After each the catalogue is the old one or the new one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "flip.h"
#include "pull_scene.h"

static const char *
digest(void)
{
	struct catalogue_status status;

	if (catalogue_status(reader.catalogue, &status, &err) == -1)
		fail_msg("%s", err.text);
	return arena_strdup(arena, status.digest);
}

static struct strbuf
read_file(const char *path)
{
	struct strbuf bytes;

	if (file_read(path, 1 << 20, &bytes, &err) == -1)
		fail_msg("%s", err.text);
	return bytes;
}

static char *
head_path(void)
{
	return world_path(&origin, arena, "feed/head.xml");
}

static void
test_flipped_s(void **state)
{
	struct strbuf low = read_file(head_path()),
		      high = read_file(head_path());
	const char *before;

	(void)state;
	flip_s(&high);
	assert_memory_not_equal(low.buf, high.buf, low.len);
	pull_to(PEER_FRESH, "");
	before = digest();
	/* Who sends it changes nothing, and raises no alarm. */
	for (int i = 0; i < 4; i++) {
		const struct strbuf *now = i % 2 == 0 ? &high : &low;

		assert_int_equal(file_replace(head_path(), now->buf, now->len,
				     0644, &err),
		    0);
		reader.now += 10;
		pull_to(PEER_FRESH, "");
		assert_string_equal(digest(), before);
	}
	strbuf_release(&low);
	strbuf_release(&high);
}

static void
test_flipped_s_first(void **state)
{
	struct strbuf bytes = read_file(head_path());

	(void)state;
	flip_s(&bytes);
	assert_int_equal(file_replace(head_path(), bytes.buf, bytes.len, 0644,
			     &err),
	    0);
	pull_to(PEER_FRESH, "");
	assert_int_equal(reader_records(&reader), 300);
	strbuf_release(&bytes);
}

/* Names of the pages on the disk. */
static char **
pages(size_t *ret_n)
{
	char **names;

	assert_int_equal(file_list(arena, world_path(&origin, arena, "feed/p"),
			     &names, ret_n, &err),
	    0);
	return names;
}

static bool
is_among(const char *name, char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Publish an edit; the path of a page that came with it. */
static const char *
edit(int i, const char *name)
{
	size_t n_old, n_new;
	char **old = pages(&n_old), **new;

	origin.now += 100;
	reader.now = origin.now;
	world_save(&origin, i, name);
	world_publish(&origin);
	new = pages(&n_new);
	for (size_t k = 0; k < n_new; k++)
		if (!is_among(new[k], old, n_old))
			return arena_printf(arena, "%s/feed/p/%s",
			    origin.folder, new[k]);
	fail_msg("no page was written");
	return NULL;
}

static void
test_mixed_pages(void **state)
{
	struct strbuf first, second;
	const char *before, *page, *other;

	(void)state;
	site.no_hints = true; /* which would heal it */
	pull_to(PEER_FRESH, "");
	page = edit(17, "Band");
	first = read_file(page);
	pull_to(PEER_FRESH, "");
	before = digest();
	/* The head of the third publication, a page of the second. */
	other = edit(17, "Orchestra");
	second = read_file(other);
	assert_int_equal(file_replace(other, first.buf, first.len, 0644, &err),
	    0);
	pull_to(PEER_REJECTED, "");
	assert_string_equal(digest(), before);
	assert_int_equal(reader_records(&reader), 300);
	assert_int_equal(file_replace(other, second.buf, second.len, 0644,
			     &err),
	    0);
	/* A later head brings it back, whatever was remembered of this one. */
	edit(18, "Quartet");
	pull_to(PEER_FRESH, "");
	assert_string_not_equal(digest(), before);
	strbuf_release(&first);
	strbuf_release(&second);
}

static void
test_torn_publish(void **state)
{
	const char *before, *page;
	struct strbuf bytes;

	(void)state;
	site.no_hints = true; /* which would heal it */
	pull_to(PEER_FRESH, "");
	before = digest();
	page = edit(17, "Band");
	bytes = read_file(page);
	assert_int_equal(unlink(page), 0);
	pull_to(PEER_UNREACHABLE, "404");
	assert_string_equal(digest(), before);
	assert_int_equal(file_replace(page, bytes.buf, bytes.len, 0644, &err),
	    0);
	pull_to(PEER_FRESH, "");
	assert_string_not_equal(digest(), before);
	strbuf_release(&bytes);
}

/* A signed head with this serial, in place of the published one. */
static void
forge_serial(int64_t serial)
{
	struct verify_policy policy = { .node = "ca",
		.key_hash = origin.key_hash,
		.now = origin.now,
		.epoch = -1 };
	struct strbuf bytes = read_file(head_path()), out;
	struct feed_head head;
	char hex[65];

	assert_int_equal(verify_head(arena, bytes.buf, bytes.len, &policy,
			     &head, hex, &err),
	    VERIFY_NEW);
	head.serial = serial;
	head.next = head.expires = serial + 86400;
	strbuf_init(&out, FEED_HEAD_MAX);
	assert_int_equal(verify_sign_head(arena, &head, origin.key, &out, hex,
			     &err),
	    0);
	assert_int_equal(file_replace(arena_printf(arena, "%s/feed/next.xml",
					  origin.folder),
			     bytes.buf, bytes.len, 0644, &err),
	    0);
	assert_int_equal(file_replace(head_path(), out.buf, out.len, 0644,
			     &err),
	    0);
	strbuf_release(&bytes);
	strbuf_release(&out);
}

static void
unforge(void)
{
	assert_int_equal(rename(arena_printf(arena, "%s/feed/next.xml",
				    origin.folder),
			     head_path()),
	    0);
}

/* A serial from the future would silence its owner for as long. */
static void
test_fast_forward(void **state)
{
	static const int64_t ahead[] = { 301, 86400, 10 * 365 * 86400LL,
		(INT64_C(1) << 53) };
	const char *before;

	(void)state;
	pull_to(PEER_FRESH, "");
	before = digest();
	for (size_t i = 0; i < ARRAY_LEN(ahead); i++) {
		forge_serial(reader.now + ahead[i]);
		pull_to(PEER_REJECTED, "");
		unforge();
		pull_to(PEER_FRESH, "");
		assert_string_equal(digest(), before);
	}
	forge_serial(reader.now + 300);
	pull_to(PEER_FRESH, "");
	/* The owner who finds it on his disk outbids it; who does not is
	 * heard again five minutes later. */
	assert_int_equal(unlink(head_path()), 0);
	edit(17, "Band");
	pull_to(PEER_REJECTED, "rollback");
	origin.now += 300;
	edit(17, "Orchestra");
	pull_to(PEER_FRESH, "");
}

static void
test_one_bad_of_many(void **state)
{
	struct pull_result result;

	(void)state;
	world_save_many(&origin, 0, 9999, "Walk");
	world_save_bad(&origin, 9999);
	world_publish(&origin);
	result = pull_to(PEER_FRESH, "");
	assert_int_equal(result.bad_records, 1);
	assert_int_equal(reader_records(&reader), 9999);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_flipped_s, scene_full,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_flipped_s_first,
		    scene_full, scene_end),
		cmocka_unit_test_setup_teardown(test_mixed_pages, scene_full,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_torn_publish, scene_full,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_fast_forward, scene_full,
		    scene_end),
		cmocka_unit_test_setup_teardown(test_one_bad_of_many,
		    scene_empty, scene_end),
	};

	return cmocka_run_group_tests_name("pull_attacks", tests, NULL, NULL);
}
