/*
 * The reader's list as it stands in an address: what is read of it, and the
 * links that change it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "web/keep.h"

#define ID_A   "urn:gspd:ca:11111111-1111-4111-8111-111111111111"
#define CODE_A "ca.ERERERERQRGBEREREREREQ"
#define ID_B   "urn:gspd:gb-eng:ffffffff-ffff-4fff-bfff-fffffffffffe"
#define CODE_B "gb-eng.________T_-__________g"

static struct arena *arena;
static struct http_request req;
static struct page page;

static int
begin(void **state)
{
	(void)state;
	arena = arena_new();
	req = (struct http_request){ .arena = arena, .query = "" };
	page = (struct page){ .req = &req,
		.arena = arena,
		.lang = "en",
		.prefix = "",
		.path = "/search" };
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void
assert_parse(const char *text, const char *want)
{
	const char *got = keep_parse(arena, text);

	if (want == NULL)
		assert_null(got);
	else {
		assert_non_null(got);
		assert_string_equal(got, want);
	}
}

static void
test_entry(void **state)
{
	const char **ids;
	const char *code;

	(void)state;
	assert_string_equal(keep_entry(arena, ID_A), CODE_A);
	assert_string_equal(keep_entry(arena, ID_B), CODE_B);
	assert_null(keep_entry(arena, ""));
	assert_null(keep_entry(arena, "urn:gspd:ca:1111"));
	/* There and back for every bit. */
	for (int bit = 0; bit < 128; bit++) {
		static const char zero[] =
		    "00000000-0000-0000-0000-000000000000";
		char uuid[37];
		int digit = bit / 4;

		memcpy(uuid, zero, sizeof(uuid));
		for (char *p = uuid; *p != '\0'; p++) {
			if (*p != '-' && digit-- == 0)
				*p = "1248"[bit % 4];
		}
		code = keep_entry(arena, record_id_make(arena, "sg", uuid));
		assert_non_null(code);
		assert_int_equal(strlen(code), 3 + 22);
		assert_int_equal(keep_ids(arena, code, &ids), 1);
		assert_string_equal(ids[0], record_id_make(arena, "sg", uuid));
	}
}

static void
test_parse(void **state)
{
	const char **ids;
	const char *code = keep_entry(arena, ID_B);
	const char *both = arena_printf(arena, CODE_A ",%s", code);

	(void)state;
	assert_parse(NULL, NULL);
	assert_parse("", NULL);
	assert_parse(",,,", NULL);
	assert_parse(CODE_A, CODE_A);
	assert_parse(both, both);
	/* Order stays, repeats and what is none go. */
	assert_parse(arena_printf(arena, ",x," CODE_A ",%s," CODE_A ",", code),
	    both);
	assert_int_equal(keep_ids(arena, both, &ids), 2);
	assert_string_equal(ids[0], ID_A);
	assert_string_equal(ids[1], ID_B);
	assert_int_equal(keep_ids(arena, NULL, &ids), 0);
	/* One byte too few, too many, of another alphabet, without a node. */
	assert_parse("ca.ERERERERQRGBERERERERE", NULL);
	assert_parse("ca.ERERERERQRGBEREREREREQA", NULL);
	assert_parse("ca.ERERERERQRGBERERERERE+", NULL);
	assert_parse("ca.ERERERERQRGBERERERERE=", NULL);
	assert_parse(".ERERERERQRGBEREREREREQ", NULL);
	assert_parse("CA.ERERERERQRGBEREREREREQ", NULL);
	assert_parse("ca:ERERERERQRGBEREREREREQ", NULL);
	assert_parse("ca.<script>alert(1)</sc", NULL);
	/* Bits behind the last of a uuid: a second way to write the same. */
	assert_parse("ca.ERERERERQRGBERERERERER", NULL);
}

static const char *
many(size_t n, const char *node)
{
	const char *list = "";

	for (size_t i = 0; i < n; i++) {
		const char *id = arena_printf(arena,
		    "urn:gspd:%s:%08zx-0000-4000-8000-000000000000", node, i);

		list = arena_printf(arena, "%s%s%s", list,
		    *list != '\0' ? "," : "", keep_entry(arena, id));
	}
	return list;
}

static void
test_limits(void **state)
{
	const char **ids;
	const char *list = keep_parse(arena, many(2000, "ca"));

	(void)state;
	assert_int_equal(keep_ids(arena, list, &ids), KEEP_MAX);
	page.keep = list;
	assert_int_equal(keep_count(&page), KEEP_MAX);
	/* Full: nothing is added, what is on it may be asked for again. */
	assert_null(keep_add(&page, ID_A));
	assert_non_null(keep_add(&page, ids[3]));
	assert_true(strlen(keep_add(&page, ids[3])) < 1200);
	page.keep = NULL;
	/* Node names as long as they get: fewer, never a longer address. */
	list = keep_parse(arena, many(200, "gb-abcdefghij-abcdefghij"));
	assert_true(strlen(list) <= KEEP_BYTES);
	assert_true(keep_ids(arena, list, &ids) > 20);
	page.keep = list;
	assert_null(
	    keep_add(&page, "urn:gspd:gb-abcdefghij-abcdefghij:" ID_A + 12));
	page.keep = NULL;
}

static void
test_links(void **state)
{
	(void)state;
	req.query = "q=a+b&need=x%26y";
	assert_string_equal(keep_add(&page, ID_A),
	    "/search?q=a+b&need=x%26y&keep=" CODE_A);
	assert_string_equal(keep_remove(&page, ID_A),
	    "/search?q=a+b&need=x%26y");
	assert_null(keep_add(&page, "nonsense"));
	assert_false(keep_has(&page, ID_A));
	req.query = "keep=" CODE_A "&q=choir&&page=2&keep=other";
	page.keep = CODE_A;
	assert_true(keep_has(&page, ID_A));
	assert_false(keep_has(&page, ID_B));
	assert_string_equal(keep_remove(&page, ID_A), "/search?q=choir&page=2");
	assert_string_equal(keep_add(&page, ID_B),
	    arena_printf(arena, "/search?q=choir&page=2&keep=" CODE_A ",%s",
		keep_entry(arena, ID_B)));
	page.keep = arena_printf(arena, "%s," CODE_A, keep_entry(arena, ID_B));
	req.query = "";
	assert_string_equal(keep_remove(&page, ID_B), "/search?keep=" CODE_A);
	/* A path that needs encoding, in a language. */
	page.prefix = "/en";
	page.path = "/record/a b\"<";
	page.keep = NULL;
	assert_string_equal(keep_add(&page, ID_A),
	    "/en/record/a%20b%22%3C?keep=" CODE_A);
	assert_string_equal(keep_remove(&page, ID_A), "/en/record/a%20b%22%3C");
	page.prefix = "";
	page.path = "/search";
}

/* Links carry the list along, and a page's other arguments stay. */
static void
test_carry(void **state)
{
	(void)state;
	page.keep = CODE_A;
	assert_string_equal(page_link(&page, "/peers"), "/peers?keep=" CODE_A);
	assert_string_equal(page_link(&page, "/search?a=1"),
	    "/search?a=1&keep=" CODE_A);
	assert_string_equal(page_link(&page, "/about#x"),
	    "/about?keep=" CODE_A "#x");
	assert_string_equal(keep_title(&page), "My list (1)");
	page.keep = NULL;
	assert_string_equal(page_link(&page, "/peers"), "/peers");
	assert_string_equal(keep_title(&page), "My list");
}

/* A record that two nodes list is on the list by either of its ids. */
static void
test_offer(void **state)
{
	const char *members[] = { ID_A, ID_B };
	struct merge_view view = { .rec = record_new(arena,
				       RECORD_KIND_PROGRAMME, ID_A, "en"),
		.members = members,
		.n_members = 2 };
	struct keep_offer offer;

	(void)state;
	req.query = "";
	page.keep = NULL;
	offer = keep_offer(&page, &view, true);
	assert_string_equal(offer.label, "Add to my list");
	assert_string_equal(offer.anchor, "r-ERERERERQRGBEREREREREQ");
	page.keep = keep_entry(arena, ID_B);
	offer = keep_offer(&page, &view, false);
	assert_string_equal(offer.label, "On my list: remove");
	assert_string_equal(offer.href, "/search");
	assert_null(offer.anchor);
	page.keep = many(KEEP_MAX, "ca");
	offer = keep_offer(&page, &view, true);
	assert_null(offer.href);
	assert_string_equal(offer.label, "My list is full (40 records)");
	page.keep = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entry),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_carry),
		cmocka_unit_test(test_offer),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
