/*
 * parse: what a helper reads is what is read here; a helper that dies, hangs
 * or lies costs nothing but its own peer; the walls hold (parse.h). The
 * corpus of tests/feeds goes through a helper as well: tests/feeds/corpus.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parse/part.h"
#include "tests/feeds/sample.h"
#include "xml/xml.h"

#define SHORT_MS 300

static struct arena *arena;
static struct sample_feed feed;
static struct strbuf body;
static char dir[] = "/tmp/gspd-parse-XXXXXX";
static struct err err;

static int
setup(void **state)
{
	(void)state;
	xml_init();
	arena = arena_new();
	sample_feed(arena, "ca", SAMPLE_NOW, 300, &feed);
	feed.head.key = arena_strdup(arena, "a2V5");
	strbuf_init(&body, FEED_HEAD_MAX);
	if (mkdtemp(dir) == NULL)
		return -1;
	return feed_head_write(&feed.head, NULL, &body, &err);
}

static int
teardown(void **state)
{
	(void)state;
	strbuf_release(&body);
	arena_free(arena);
	xml_cleanup();
	return file_remove_tree(dir, &err);
}

/* A parser whose helper misbehaves so. */
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

/* What a page said, as one digest, and how much of it. */
struct tale {
	struct strbuf text;
	int n;
	int stop_at;
};

static int
on_record(void *ctx, const char *id, struct record *rec, const struct err *why,
    const char *bytes, size_t len, struct err *error)
{
	struct tale *tale = ctx;

	strbuf_addf(&tale->text, "%s %.*s %s\n", id, (int)len, bytes,
	    why != NULL ? why->text : "good");
	if (rec != NULL)
		record_pack(rec, &tale->text);
	if (++tale->n == tale->stop_at)
		return err_set(error, ERR_DB, "stopped");
	return 0;
}

static int
tell(struct parser *parser, const struct sample_page *page, struct tale *tale)
{
	tale->n = 0;
	strbuf_init(&tale->text, 16 << 20);
	err = (struct err){ 0 };
	return parser_page(parser, &page->ref, "ca", page->bytes, page->len,
	    on_record, tale, &err);
}

static void
test_same_pages(void **state)
{
	struct parser *here = parser_new(NULL, 0), *there = liar("honest");

	(void)state;
	assert_true(feed.n_pages > PARSE_WINDOW);
	for (size_t i = 0; i < feed.n_pages; i++) {
		struct tale one = { .n = 0 }, two = { .n = 0 };

		if (tell(here, &feed.pages[i], &one) == -1 ||
		    tell(there, &feed.pages[i], &two) == -1)
			fail_msg("%s", err.text);
		assert_int_equal(one.n, feed.pages[i].ref.n);
		assert_int_equal(one.n, two.n);
		assert_int_equal(one.text.len, two.text.len);
		assert_memory_equal(one.text.buf, two.text.buf, one.text.len);
		strbuf_release(&one.text);
		strbuf_release(&two.text);
	}
	parser_free(here);
	parser_free(there);
}

/* Each answer in time, but every one of them a little late. */
static void
test_dawdles(void **state)
{
	struct parser *honest = liar("honest"), *slow = liar("dawdles");
	struct feed_head head;

	(void)state;
	for (int i = 0; i < 30; i++)
		if (parser_head(honest, arena, body.buf, body.len, &head,
			&err) == -1 ||
		    parser_head(slow, arena, body.buf, body.len, &head, &err) ==
			-1)
			fail_msg("%s", err.text);
	assert_int_equal(parser_slow_ms(honest), 0);
	assert_in_range(parser_slow_ms(slow), 300, 20000);
	parser_free(honest);
	parser_free(slow);
}

static void
test_same_head(void **state)
{
	struct parser *there = liar("honest");
	struct feed_head head;

	(void)state;
	if (parser_head(there, arena, body.buf, body.len, &head, &err) == -1)
		fail_msg("%s", err.text);
	assert_string_equal(head.node, "ca");
	assert_int_equal(head.serial, SAMPLE_NOW);
	assert_int_equal(head.n_refs, feed.n_pages);
	assert_memory_equal(head.refs, feed.head.refs,
	    head.n_refs * sizeof(*head.refs));
	/* What is wrong is wrong there, too, and it lives on. */
	assert_int_equal(parser_head(there, arena, body.buf, body.len - 1,
			     &head, &err),
	    -1);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_int_equal(parser_head(there, arena, "", 0, &head, &err), -1);
	assert_false(parser_is_done(there));
	/* Larger than is ever asked. */
	assert_int_equal(parser_head(there, arena, body.buf, 8 << 20, &head,
			     &err),
	    -1);
	assert_int_equal(err.code, ERR_LIMIT);
	parser_rest(there);
	assert_int_equal(parser_head(there, arena, body.buf, body.len, &head,
			     &err),
	    0);
	parser_free(there);
}

static void
test_same_index(void **state)
{
	struct parser *there = liar("honest");
	struct feed_ref ref = { .prefix = "", .is_index = true }, *refs;
	struct strbuf index;
	size_t n;

	(void)state;
	strbuf_init(&index, FEED_INDEX_MAX);
	assert_int_equal(feed_index_write("ca", "", feed.head.refs,
			     feed.head.n_refs, &index, &err),
	    0);
	ref.n = (uint32_t)feed.head.records;
	if (parser_index(there, arena, &ref, "ca", index.buf, index.len, &refs,
		&n, &err) == -1)
		fail_msg("%s", err.text);
	assert_int_equal(n, feed.head.n_refs);
	assert_memory_equal(refs, feed.head.refs, n * sizeof(*refs));
	ref.n++;
	assert_int_equal(parser_index(there, arena, &ref, "ca", index.buf,
			     index.len, &refs, &n, &err),
	    -1);
	assert_int_equal(err.code, ERR_TRUST);
	assert_false(parser_is_done(there));
	strbuf_release(&index);
	parser_free(there);
}

static int
add(struct parser *parser, const struct sample_page *page)
{
	struct strbuf bytes;
	int rc;

	strbuf_init(&bytes, FEED_PAGE_MAX);
	strbuf_add(&bytes, page->bytes, page->len);
	rc = parser_page_add(parser, &page->ref, "ca", &bytes, &err);
	strbuf_release(&bytes);
	return rc;
}

/* Pages come back in the order they went, however many went ahead. */
static void
ahead(struct parser *parser)
{
	struct tale tale = { .n = 0 };
	size_t sent = 0, taken = 0;

	strbuf_init(&tale.text, 16 << 20);
	for (int round = 0; round < 3; round++) {
		for (sent = taken = 0; taken < feed.n_pages; taken++) {
			while (sent < feed.n_pages && !parser_is_full(parser))
				assert_int_equal(add(parser,
						     &feed.pages[sent++]),
				    0);
			assert_ptr_equal(parser_page_next(parser),
			    &feed.pages[taken].ref);
			tale.n = 0;
			if (parser_page_take(parser, on_record, &tale, &err) ==
			    -1)
				fail_msg("%s", err.text);
			assert_int_equal(tale.n, feed.pages[taken].ref.n);
		}
		assert_null(parser_page_next(parser));
	}
	strbuf_release(&tale.text);
}

static void
test_ahead(void **state)
{
	struct parser *here = parser_new(NULL, 0), *there = liar("honest");
	struct tale tale = { .stop_at = 1 };

	(void)state;
	ahead(here);
	ahead(there);
	/* The one who takes them has had enough: nothing is left behind. */
	strbuf_init(&tale.text, 1 << 20);
	for (size_t i = 0; i < PARSE_WINDOW; i++)
		assert_int_equal(add(there, &feed.pages[i]), 0);
	assert_int_equal(add(there, &feed.pages[0]), -1);
	assert_int_equal(parser_page_take(there, on_record, &tale, &err), -1);
	assert_int_equal(err.code, ERR_DB);
	assert_null(parser_page_next(there));
	strbuf_release(&tale.text);
	assert_false(parser_is_done(there));
	ahead(there);
	/* Forgotten in the middle. */
	assert_int_equal(add(there, &feed.pages[0]), 0);
	assert_int_equal(add(there, &feed.pages[1]), 0);
	parser_page_forget(there);
	ahead(there);
	assert_int_equal(add(there, &feed.pages[0]), 0);
	parser_free(there);
	parser_free(here);
}

/* Ends as ERR_TRUST, says so, stays so. */
static void
refused(const char *mode, const char *word)
{
	struct parser *parser = liar(mode);
	struct tale tale = { .n = 0 };
	struct feed_head head;

	if (tell(parser, &feed.pages[0], &tale) == 0)
		fail_msg("%s was believed", mode);
	strbuf_release(&tale.text);
	if (err.code != ERR_TRUST || strstr(err.text, word) == NULL)
		fail_msg("%s: '%s' lacks '%s'", mode, err.text, word);
	assert_true(parser_is_done(parser));
	err = (struct err){ 0 };
	assert_int_equal(tell(parser, &feed.pages[1], &tale), -1);
	assert_non_null(strstr(err.text, word));
	strbuf_release(&tale.text);
	assert_int_equal(parser_head(parser, arena, body.buf, body.len, &head,
			     &err),
	    -1);
	assert_int_equal(err.code, ERR_TRUST);
	parser_free(parser);
}

static void
test_death(void **state)
{
	struct parser *parser;
	struct tale tale = { .n = 0 };

	(void)state;
	refused("crashes", "killed by signal 11");
	refused("killed", "killed by signal 9");
	refused("exits", "exit code 3");
	refused("at-once", "exit code 5");
	refused("closes", "went away");
	refused("half", "no answer within 300 ms");
	refused("silent", "no answer within 300 ms");
	refused("trickle", "no answer within 300 ms");
	refused("noise", "of a size");
	refused("nothing", "of a size");
	/* Between two questions. */
	parser = liar("killed-later");
	if (tell(parser, &feed.pages[0], &tale) == -1)
		fail_msg("%s", err.text);
	strbuf_release(&tale.text);
	assert_int_equal(tell(parser, &feed.pages[1], &tale), -1);
	strbuf_release(&tale.text);
	assert_non_null(strstr(err.text, "killed by signal 9"));
	parser_free(parser);
}

static void
test_lies(void **state)
{
	static const char *const modes[] = { "other-node", "bad-place",
		"bad-length", "far-place", "no-mark", "huge-record", "more",
		"cut", "none", "flipped-node", "not-utf8" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		refused(modes[i], "gave back");
	refused("says-control", "gave back a reason that is none");
}

/* A helper can not make its peer's trouble ours. */
static void
test_blame(void **state)
{
	struct parser *parser = liar("says-trouble");
	struct tale tale = { .n = 0 };

	(void)state;
	assert_int_equal(tell(parser, &feed.pages[0], &tale), -1);
	strbuf_release(&tale.text);
	assert_int_equal(err.code, ERR_TRUST);
	assert_string_equal(err.text, "the disk is full");
	parser_free(parser);
	/* But when it can not even be started, that is. */
	parser = parser_new("/nonexistent/gspd", 0);
	assert_int_equal(tell(parser, &feed.pages[0], &tale), -1);
	strbuf_release(&tale.text);
	assert_int_equal(err.code, ERR_SYS);
	assert_false(parser_is_done(parser));
	parser_free(parser);
}

/* Another head than the signed one, an index that adds up to something else. */
static void
test_lies_of_objects(void **state)
{
	static const char *const modes[] = { "other-node", "more", "cut",
		"none", "other-number" };
	struct feed_head head;

	(void)state;
	for (size_t i = 1; i < ARRAY_LEN(modes); i++) {
		struct parser *parser = liar(modes[i]);

		if (parser_head(parser, arena, body.buf, body.len, &head,
			&err) == 0)
			fail_msg("%s was believed", modes[i]);
		assert_int_equal(err.code, ERR_TRUST);
		assert_true(parser_is_done(parser));
		parser_free(parser);
	}
}

/* ---- the walls ---- */

static bool
held(const char *mode)
{
	struct parser *parser = liar(mode);
	struct tale tale = { .n = 0 };
	bool is_held;

	assert_int_equal(tell(parser, &feed.pages[0], &tale), -1);
	strbuf_release(&tale.text);
	parser_free(parser);
	if (strstr(err.text, "exit code 42") != NULL) {
		print_message("# %s: this kernel has no such wall\n", mode);
		return true;
	}
#ifdef PARSE_RELAXED
	is_held = strstr(err.text, "exit code 40") != NULL;
#else
	is_held = strstr(err.text, "killed by signal 31") != NULL;
#endif
	return is_held;
}

static void
test_walls(void **state)
{
	static const char *const modes[] = { "open", "socket", "execute",
		"signal", "code", "list" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		if (!held(modes[i]))
			fail_msg("%s: %s", modes[i], err.text);
}

static void
test_empty_hands(void **state)
{
	static const char *const modes[] = { "files", "descriptors",
		"environment", "limits" };

	(void)state;
	assert_int_equal(dup2(1, 77), 77); /* without O_CLOEXEC */
	assert_int_equal(setenv("GSPD_SECRET", "x", 1), 0);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		struct parser *parser = liar(modes[i]);
		struct tale tale = { .n = 0 };

		assert_int_equal(tell(parser, &feed.pages[0], &tale), -1);
		strbuf_release(&tale.text);
		parser_free(parser);
		if (strstr(err.text, "exit code 40") == NULL &&
		    strstr(err.text, "exit code 42") == NULL)
			fail_msg("%s: %s", modes[i], err.text);
	}
	close(77);
}

static void
test_describe(void **state)
{
	const char *build = getenv("GSPD_BUILD");
	char text[100];

	(void)state;
	if (parser_describe(arena_printf(arena, "%s/gspd",
				build != NULL ? build : "."),
		text, sizeof(text), &err) == -1)
		fail_msg("%s", err.text);
	assert_non_null(strstr(text, "seccomp "));
	assert_non_null(strstr(text, "Landlock "));
	assert_int_equal(parser_describe("/nonexistent/gspd", text,
			     sizeof(text), &err),
	    -1);
	assert_int_equal(err.code, ERR_SYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_pages),
		cmocka_unit_test(test_same_head),
		cmocka_unit_test(test_dawdles),
		cmocka_unit_test(test_same_index),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_death),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_lies_of_objects),
		cmocka_unit_test(test_blame),
		cmocka_unit_test(test_walls),
		cmocka_unit_test(test_empty_hands),
		cmocka_unit_test(test_describe),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
