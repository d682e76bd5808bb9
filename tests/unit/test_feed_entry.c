/*
 * feed: entries and pages both ways. The same record gives the same bytes,
 * bytes give the record back, unknown elements survive, a bad record costs
 * only itself and a bad page all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed/feed.h"
#include "tests/feeds/sample.h"
#include "xml/xml.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	xml_init();
	arena = arena_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	xml_cleanup();
	return 0;
}

static void
test_entry_round(void **state)
{
	struct strbuf first, second, packed, again;
	struct record *back;
	struct problems problems;
	struct err err;
	unsigned n;

	(void)state;
	strbuf_init(&first, FEED_RECORD_MAX);
	strbuf_init(&second, FEED_RECORD_MAX);
	strbuf_init(&packed, 1 << 20);
	strbuf_init(&again, 1 << 20);
	for (n = 0; n < 30; n++) {
		struct record *rec = sample_record(arena, "ca", n);

		strbuf_reset(&first);
		strbuf_reset(&second);
		strbuf_reset(&packed);
		strbuf_reset(&again);
		assert_int_equal(feed_entry_write(rec, &first, &err), 0);
		if (feed_entry_read(arena, first.buf, first.len, &back, &err) !=
		    0)
			fail_msg("%s: %s", err.text, first.buf);
		record_pack(rec, &packed);
		record_pack(back, &again);
		assert_int_equal(packed.len, again.len);
		assert_memory_equal(packed.buf, again.buf, packed.len);
		assert_int_equal(feed_entry_write(back, &second, &err), 0);
		assert_string_equal(first.buf, second.buf);
		problems_init(&problems);
		if (record_validate(back, &problems, &err) != 0)
			fail_msg("%s", err.text);
		problems_release(&problems);
		/* the writer's form is libxml2's canonical form */
		strbuf_reset(&second);
		assert_int_equal(xml_canonical(first.buf, first.len, &second,
				     &err),
		    0);
		assert_string_equal(first.buf, second.buf);
	}
	strbuf_release(&first);
	strbuf_release(&second);
	strbuf_release(&packed);
	strbuf_release(&again);
}

static const char entry[] =
    "<entry xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">"
    "<id>urn:gspd:ca:2ed6657d-e927-568b-95e1-2665a8aea6a2</id>"
    "<title type=\"text\">T</title>"
    "<updated>2027-01-15T08:00:00Z</updated>"
    "<published>2027-01-14T08:00:00Z</published>"
    "<category scheme=\"urn:gspd:kind\" term=\"programme\"></category>"
    "<content type=\"application/xml\">"
    "<record xmlns=\"urn:gspd:record:1\" first=\"2027-01-14T08:00:00Z\" "
    "kind=\"programme\" modified=\"2027-01-13T08:00:00Z\">"
    "<name xml:lang=\"en\">T</name><status>active</status>"
    "<zone>arts</zone><zone>nature</zone>"
    "<audience><min_age>18</min_age></audience>"
    "<site><name xml:lang=\"en\">A</name></site>"
    "</record></content></entry>";

/* The sample with `from` replaced by `to`. */
static int
read_edited(const char *from, const char *to, struct record **ret_rec,
    struct err *err)
{
	const char *at = strstr(entry, from);
	struct strbuf sb;
	int rc;

	assert_non_null(at);
	strbuf_init(&sb, 4 * FEED_RECORD_MAX);
	strbuf_add(&sb, entry, (size_t)(at - entry));
	strbuf_addstr(&sb, to);
	strbuf_addstr(&sb, at + strlen(from));
	err->text[0] = '\0';
	rc = feed_entry_read(arena, sb.buf, sb.len, ret_rec, err);
	strbuf_release(&sb);
	return rc;
}

static void
test_entry_refused(void **state)
{
	static const char *const edits[][3] = {
		{ "<record ", "<records ", "" },
		{ "urn:gspd:record:1", "urn:gspd:record:2", "not one record" },
		{ "kind=\"programme\"", "kind=\"patient\"", "patient" },
		{ "kind=\"programme\"", "", "missing" },
		{ "modified=\"2027", "modified=\"27", "modified" },
		{ "first=\"2027-01-14", "first=\"2027-01-13", "differ" },
		{ "<updated>2027-01-15T08:00:00Z</updated>", "", "updated" },
		{ "<updated>2027", "<updated>next 2027", "" },
		{ "<published>", "<published><b></b>", "within a plain" },
		{ " xml:lang=\"en\"><id>", "><id>", "xml:lang" },
		{ "<id>urn:gspd:ca:", "<id>urn:gspd:CA:", "id" },
		{ "<title ", "<id>urn:x</id><title ", "more than one" },
		{ "<content type=\"application/xml\">",
		    "<content type=\"text/xml\">", "application/xml" },
		{ "</content>",
		    "</content><content type=\"application/xml\">"
		    "</content>",
		    "application/xml" },
		{ "</record>",
		    "</record><record xmlns=\"urn:gspd:record:1\">"
		    "</record>",
		    "one record" },
		{ "<status>", "<year>2024</year><status>",
		    "'year' does not belong in programme" },
		{ "<min_age>", "<name>x</name><min_age>",
		    "'name' does not belong in audience" },
		{ "<status>active", "<status>active</status><status>closed",
		    "'status' is given twice" },
		{ "</name><status>",
		    "</name><name xml:lang=\"en\">U</name><status>",
		    "twice in language en" },
		{ "</name><status>", "</name><name>U</name><status>",
		    "twice in language en" },
		{ "<status>active", "<status><b>active</b>", "within a plain" },
		{ "<audience>", "<audience>text", "text between" },
		{ "<record xmlns", "text<record xmlns", "text between" },
		{ "<status>",
		    "<status xmlns:q=\"urn:q\"></status><q:later></q:later>",
		    "" },
	};
	struct record *rec = NULL;
	struct err err;
	size_t i;

	(void)state;
	assert_int_equal(read_edited("T", "T", &rec, &err), 0);
	assert_int_equal(rec->published_at - rec->first_at, 86400);
	for (i = 0; i < ARRAY_LEN(edits); i++) {
		rec = NULL;
		if (read_edited(edits[i][0], edits[i][1], &rec, &err) == 0)
			fail_msg("accepted: %s", edits[i][1]);
		assert_null(rec);
		if (strstr(err.text, edits[i][2]) == NULL)
			fail_msg("%s: %s", edits[i][1], err.text);
	}
	for (i = 0; i < strlen(entry); i++)
		assert_int_equal(feed_entry_read(arena, entry, i, &rec, &err),
		    -1);
}

static void
test_unknown_kept(void **state)
{
	static const struct {
		const char *before;
		const char *xml;
		const char *kept;
	} cases[] = {
		{ "</record>", "<later>x</later>", "<later>x</later>" },
		{ "</record>", "<later  b='1' a=\"&gt;\"><status/></later>",
		    "<later a=\">\" b=\"1\"><status></status></later>" },
		{ "<status>", "<x:l xmlns:x=\"urn:x\" x:a=\"1\"/>",
		    "<x:l xmlns:x=\"urn:x\" x:a=\"1\"></x:l>" },
		{ "</audience>", "<hair>grey &amp; &lt;</hair>",
		    "<hair>grey &amp; &lt;</hair></audience>" },
		{ "</audience>", "<name xmlns=\"urn:other\">n</name>",
		    "<name xmlns=\"urn:other\">n</name></audience>" },
	};
	struct strbuf sb;
	struct err err;
	size_t i;

	(void)state;
	strbuf_init(&sb, FEED_RECORD_MAX);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct record *rec = NULL, *again = NULL;
		const char *to = arena_printf(arena, "%s%s", cases[i].xml,
		    cases[i].before);

		if (read_edited(cases[i].before, to, &rec, &err) != 0)
			fail_msg("%s: %s", cases[i].xml, err.text);
		strbuf_reset(&sb);
		assert_int_equal(feed_entry_write(rec, &sb, &err), 0);
		if (strstr(sb.buf, cases[i].kept) == NULL)
			fail_msg("%s not in %s", cases[i].kept, sb.buf);
		assert_int_equal(feed_entry_read(arena, sb.buf, sb.len, &again,
				     &err),
		    0);
	}
	strbuf_release(&sb);
}

static void
test_entry_limits(void **state)
{
	struct record *rec = sample_record(arena, "ca", 0), *back;
	char *big = calloc(1, FEED_RECORD_MAX + 1);
	struct strbuf sb, many;
	struct err err;
	int i;

	(void)state;
	strbuf_init(&sb, 4 * FEED_RECORD_MAX);
	strbuf_init(&many, 4 * FEED_RECORD_MAX);
	memset(big, 'x', FEED_RECORD_MAX);
	(void)record_add(rec, NULL, FIELD_DESCRIPTION, big, NULL);
	assert_int_equal(feed_entry_write(rec, &sb, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(sb.len, 0);
	for (i = 0; i < RECORD_MAX_VALUES; i++)
		strbuf_addstr(&many, "<zone>arts</zone>");
	assert_int_equal(read_edited("<zone>arts</zone>", many.buf, &back,
			     &err),
	    -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(feed_entry_read(arena, big, FEED_RECORD_MAX + 1, &back,
			     &err),
	    -1);
	free(big);
	strbuf_release(&many);
	strbuf_release(&sb);
}

/* ---- pages ---- */

struct walked {
	size_t good;
	size_t bad;
	size_t stop_after;
	bool handmade; /* not by our writer: do not compare */
	struct err why;
};

static int
on_record(void *ctx, const char *id, struct record *rec, const struct err *why,
    const char *bytes, size_t len, struct err *err)
{
	struct walked *w = ctx;

	assert_int_equal(strncmp(id, "urn:gspd:ca:", 12), 0);
	assert_memory_equal(bytes, "<entry ", 7);
	assert_memory_equal(bytes + len - 8, "</entry>", 8);
	if (rec != NULL) {
		struct strbuf sb;

		/* bytes cut from the page are those that were written */
		assert_null(why);
		assert_string_equal(rec->id, id);
		strbuf_init(&sb, FEED_RECORD_MAX);
		assert_int_equal(feed_entry_write(rec, &sb, err), 0);
		if (!w->handmade) {
			assert_int_equal(sb.len, len);
			assert_memory_equal(sb.buf, bytes, len);
		}
		strbuf_release(&sb);
		w->good++;
	} else {
		w->why = *why;
		w->bad++;
	}
	if (w->stop_after > 0 && w->good + w->bad == w->stop_after)
		return err_set(err, ERR_CONFLICT, "enough");
	return 0;
}

static void
test_page_round(void **state)
{
	struct sample_page page, twice;
	struct walked w = { .good = 0 };
	struct strbuf canonical;
	struct err err;

	(void)state;
	sample_page(arena, "ca", "", 0, 48, &page);
	sample_page(arena, "ca", "", 0, 48, &twice);
	assert_string_equal(page.bytes, twice.bytes);
	assert_int_equal(feed_page_read(page.bytes, page.len, "ca", "",
			     on_record, &w, &err),
	    0);
	assert_int_equal(w.good, 48);
	assert_int_equal(w.bad, 0);
	strbuf_init(&canonical, FEED_PAGE_MAX);
	assert_int_equal(xml_canonical(page.bytes, page.len, &canonical, &err),
	    0);
	assert_string_equal(canonical.buf, page.bytes);
	strbuf_release(&canonical);
	memset(&w, 0, sizeof(w));
	w.stop_after = 3;
	assert_int_equal(feed_page_read(page.bytes, page.len, "ca", "",
			     on_record, &w, &err),
	    -1);
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(w.good, 3);
}

static void
test_page_refused(void **state)
{
	static const char *const edits[][2] = {
		{ "<a:feed ", "<b:feed " },
		{ "urn:gspd:ca:page:", "urn:gspd:pt:page:" },
		{ "urn:gspd:ca:page:", "urn:gspd:ca:page:0" },
		{ "<a:updated>", "<a:updated>x" },
		{ "<a:title>", "<a:id>x</a:id><a:title>" },
		{ "<entry ", " <entry " },
		{ "<entry ", "text<entry " },
		{ "<entry ", "<other></other><entry " },
		{ "<entry ", "<!-- c --><entry " },
		{ "<id>urn:gspd:ca:", "<id>urn:gspd:pt:" },
		{ "<id>urn:gspd:ca:", "<id>xrn:gspd:ca:" },
		{ "<id>urn", "<title></title><id>urn" },
		{ "</entry></a:feed>", "</entry></a:feed>\n" },
		{ "</entry></a:feed>", "</entry><x></x></a:feed>" },
		{ "</entry></a:feed>", "</a:feed>" },
		{ "<record ", "\xff<record " },
	};
	struct sample_page page;
	struct walked w = { .good = 0 };
	struct strbuf sb;
	struct err err;
	size_t i;

	(void)state;
	sample_page(arena, "ca", "", 0, 2, &page);
	strbuf_init(&sb, FEED_PAGE_MAX);
	for (i = 0; i < ARRAY_LEN(edits); i++) {
		const char *at = strstr(page.bytes, edits[i][0]);

		assert_non_null(at);
		strbuf_reset(&sb);
		strbuf_add(&sb, page.bytes, (size_t)(at - page.bytes));
		strbuf_addstr(&sb, edits[i][1]);
		strbuf_addstr(&sb, at + strlen(edits[i][0]));
		if (feed_page_read(sb.buf, sb.len, "ca", "", on_record, &w,
			&err) == 0)
			fail_msg("accepted: %s", edits[i][1]);
	}
	for (i = 0; i < page.len; i++)
		assert_int_equal(feed_page_read(page.bytes, i, "ca", "",
				     on_record, &w, &err),
		    -1);
	/* no entry at all */
	strbuf_reset(&sb);
	feed_page_write("ca", "", NULL, 0, &sb);
	assert_int_equal(feed_page_read(sb.buf, sb.len, "ca", "", on_record, &w,
			     &err),
	    -1);
	strbuf_release(&sb);
}

static void
test_page_order(void **state)
{
	struct walked w = { .handmade = true };
	struct feed_entry e = { .len = strlen(entry), .bytes = entry };
	struct feed_entry twice[2] = { e, e };
	struct strbuf sb;
	struct err err;

	(void)state;
	strbuf_init(&sb, FEED_PAGE_MAX);
	feed_page_write("ca", "1", twice, 2, &sb);
	assert_int_equal(feed_page_read(sb.buf, sb.len, "ca", "1", on_record,
			     &w, &err),
	    -1);
	assert_non_null(strstr(err.text, "ascend"));
	strbuf_release(&sb);
}

/* Not self-contained, or broken inside: only that record is lost. */
static void
test_page_one_bad(void **state)
{
	static const char *const edits[][2] = {
		{ "<licence>", "<a:licence>" }, /* ends do not match */
		{ "<licence>CC-BY-4.0</licence>", "<a:x></a:x>" },
		{ "<licence>", "<licence>&nbsp;" },
		{ "kind=\"", "kind=\"x" },
	};
	struct sample_page page;
	struct strbuf sb;
	struct err err;
	size_t i;

	(void)state;
	sample_page(arena, "ca", "", 0, 5, &page);
	strbuf_init(&sb, FEED_PAGE_MAX);
	for (i = 0; i < ARRAY_LEN(edits); i++) {
		const char *at = strstr(page.bytes, edits[i][0]);
		struct walked w = { .good = 0 };

		assert_non_null(at);
		strbuf_reset(&sb);
		strbuf_add(&sb, page.bytes, (size_t)(at - page.bytes));
		strbuf_addstr(&sb, edits[i][1]);
		strbuf_addstr(&sb, at + strlen(edits[i][0]));
		if (feed_page_read(sb.buf, sb.len, "ca", "", on_record, &w,
			&err) != 0)
			fail_msg("%s: %s", edits[i][1], err.text);
		assert_int_equal(w.good, 4);
		assert_int_equal(w.bad, 1);
		assert_true(w.why.text[0] != '\0');
	}
	strbuf_release(&sb);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entry_round),
		cmocka_unit_test(test_entry_refused),
		cmocka_unit_test(test_unknown_kept),
		cmocka_unit_test(test_entry_limits),
		cmocka_unit_test(test_page_round),
		cmocka_unit_test(test_page_refused),
		cmocka_unit_test(test_page_order),
		cmocka_unit_test(test_page_one_bad),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
