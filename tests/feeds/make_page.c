/*
 * The pages and indexes of the corpus, good and bad. A page in which only a
 * record is bad is a good page: the expectation counts it. See make.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/feeds/make.h"

static void
put_page(struct maker *m, const char *name, const char *data, size_t len,
    const char *prefix, unsigned n, const char *verdict, const char *more)
{
	put(m, name, data, len,
	    arena_printf(m->arena,
		"kind = page\nnode = ca\nprefix = %s\nn = %u\nverdict = %s\n%s",
		prefix, n, verdict, more));
}

/* Changed inside one entry: the page stands, that record falls. */
static const struct edit bad_records[] = {
	{ "bad-kind", "kind=\"", "kind=\"x", "is not known" },
	{ "bad-nesting", "<licence>CC-BY-4.0</licence>",
	    "<licence>CC-BY-4.0</licens>", "well-formed" },
	{ "bad-prefix", "<licence>", "<a:x></a:x><licence>", "prefix" },
	{ "bad-entity", "<licence>", "<licence>&nbsp;", "well-formed" },
	{ "bad-twice", "<licence>", "<licence>x</licence><licence>",
	    "given twice" },
	{ "bad-place", "<licence>", "<min_age>3</min_age><licence>",
	    "does not belong" },
	{ "bad-invalid", "<licence>",
	    "<review_due>never</review_due>"
	    "<licence>",
	    "review_due" },
	{ "bad-no-content", "<content type=\"application/xml\">",
	    "<content type=\"html\">", "application/xml" },
	{ "bad-lang", " xml:lang=\"en\"", "", "xml:lang" },
	{ "bad-time", "<published>2027", "<published>27", "" },
};

static void
make_bombs(struct maker *m, const char *page, size_t n)
{
	struct strbuf sb;
	const char *t;
	int i;

	strbuf_init(&sb, FEED_PAGE_MAX);
	for (i = 0; i < 40; i++)
		strbuf_addstr(&sb, "<d>");
	for (i = 0; i < 40; i++)
		strbuf_addstr(&sb, "</d>");
	strbuf_addstr(&sb, "<licence>");
	t = edit(m, page, "<licence>", sb.buf);
	put_page(m, "page-bad-deep", t, strlen(t), "", (unsigned)n, "good",
	    "good = 2\nbad = 1\nreason = elements deep\n");
	strbuf_reset(&sb);
	strbuf_addstr(&sb, "<licence");
	for (i = 0; i < 5000; i++)
		strbuf_addf(&sb, " a%d=\"\"", i);
	strbuf_addch(&sb, '>');
	t = edit(m, page, "<licence>", sb.buf);
	put_page(m, "page-bad-attributes", t, strlen(t), "", (unsigned)n,
	    "good", "good = 2\nbad = 1\nreason = attributes\n");
	strbuf_release(&sb);
}

static void
put_index(struct maker *m, const char *name, const char *data, unsigned n,
    const char *verdict, const char *more)
{
	put(m, name, data, strlen(data),
	    arena_printf(m->arena,
		"kind = index\nnode = ca\nprefix = \nn = %u\n"
		"verdict = %s\n%s",
		n, verdict, more));
}

static char *
index_text(struct maker *m)
{
	struct strbuf sb;
	struct err err;
	char *text;

	strbuf_init(&sb, FEED_INDEX_MAX);
	if (feed_index_write("ca", "", m->feed.head.refs, m->feed.head.n_refs,
		&sb, &err) != 0)
		die(err.text);
	text = arena_strdup(m->arena, sb.buf);
	strbuf_release(&sb);
	return text;
}

void
make_good_pages(struct maker *m)
{
	struct sample_page page;
	const char *t;
	size_t i;

	sample_page(m->arena, "ca", "", 0, 1, &page);
	put_page(m, "page-one", page.bytes, page.len, "", 1, "good",
	    "good = 1\n");
	sample_page(m->arena, "ca", "", 0, 48, &page);
	put_page(m, "page-48", page.bytes, page.len, "", 48, "good",
	    "good = 48\n");
	for (i = 0; i < 2; i++) {
		const struct sample_page *p = &m->feed.pages[i];

		put_page(m, arena_printf(m->arena, "page-bucket-%zu", i),
		    p->bytes, p->len, p->ref.prefix, p->ref.n, "good",
		    arena_printf(m->arena, "good = %u\n", p->ref.n));
	}
	sample_page(m->arena, "ca", "", 0, 3, &page);
	t = edit(m, page.bytes, "<licence>",
	    "<later xmlns:x=\"urn:x\" x:y=\"1\"><x:z/></later><licence>");
	put_page(m, "page-later-version", t, strlen(t), "", 3, "good",
	    "good = 3\n");
	t = edit(m, page.bytes, "<a:author>",
	    "<a:generator>other</a:generator><a:author>");
	put_page(m, "page-generator", t, strlen(t), "", 3, "good",
	    "good = 3\n");
	for (i = 0; i < ARRAY_LEN(bad_records); i++) {
		const struct edit *e = &bad_records[i];

		t = edit(m, page.bytes, e->from, e->to);
		put_page(m, arena_printf(m->arena, "page-%s", e->name), t,
		    strlen(t), "", 3, "good",
		    arena_printf(m->arena, "good = 2\nbad = 1\nreason = %s\n",
			e->reason));
	}
	make_bombs(m, page.bytes, 3);
	put_index(m, "index", index_text(m), 120, "good", "");
}

static const struct edit bad_pages[] = {
	{ "other-page", ":page:", ":page:0", "calls itself" },
	{ "other-node", "urn:gspd:ca:page", "urn:gspd:pt:page",
	    "calls itself" },
	{ "foreign-record",
	    "<id>urn:gspd:ca:", "<id>urn:gspd:pt:", "another node" },
	{ "no-id", "<id>urn", "<title></title><id>urn",
	    "does not begin with its id" },
	{ "id-odd", "<id>urn:gspd:ca:", "<id>urn:gspd:ca:X", "no record id" },
	{ "id-entity",
	    "<id>urn:gspd:ca:", "<id>&#117;rn:gspd:ca:", "no record id" },
	{ "doctype", "<a:feed ", "<!DOCTYPE a><a:feed ", "as a page" },
	{ "declaration", "<a:feed ", "<?xml version=\"1.0\"?><a:feed ",
	    "as a page" },
	{ "bom", "<a:feed ", "\xef\xbb\xbf<a:feed ", "as a page" },
	{ "comment", "<entry ", "<!-- c --><entry ", "is taken" },
	{ "cdata", "<licence>", "<licence><![CDATA[x]]>", "is taken" },
	{ "pi", "<licence>", "<licence><?x y?>", "is taken" },
	{ "latin1", "<licence>", "<licence>\xe9", "not UTF-8" },
	{ "carriage-return", "<licence>", "<licence>\r", "not UTF-8" },
	{ "text-between", "<entry ", "x<entry ", "no element" },
	{ "newline-between", "</entry>", "</entry>\n", "no entry at byte" },
	{ "element-between", "</entry>", "</entry><x></x>",
	    "no entry at byte" },
	{ "trailing", "</a:feed>", "</a:feed>x", "as a page" },
	{ "default-namespace",
	    "<a:feed xmlns:a=", "<feed xmlns=", "as a page" },
	{ "no-updated", "<a:updated>", "<a:updated>x", "updated" },
	{ "foreign-frame", "<a:author>", "<x xmlns=\"urn:x\"></x><a:author>",
	    "not Atom's" },
	{ "unbalanced", "</entry>", "</entry></entry>", "no entry at byte" },
};

static void
make_bad_sets(struct maker *m)
{
	struct sample_page page;
	struct strbuf sb;
	const char *t, *from, *to;
	size_t len;

	sample_page(m->arena, "ca", "0", 0, 12, &page);
	put_page(m, "page-wrong-bucket", page.bytes, page.len, "0", 12,
	    "refused", "reason = bucket\n");
	sample_page(m->arena, "ca", "", 0, 3, &page);
	t = page.bytes;
	put_page(m, "page-count-less", t, page.len, "", 4, "refused",
	    "reason = 3 records, the head says 4\n");
	put_page(m, "page-count-more", t, page.len, "", 2, "refused",
	    "reason = more than the 2\n");
	put_page(m, "page-hash", t, page.len, "", 3, "refused",
	    arena_printf(m->arena, "hash = %064d\nreason = hash\n", 0));
	put_page(m, "page-length", t, page.len, "", 3, "refused",
	    "length = 100\nreason = bytes, the head says 100\n");
	put_page(m, "page-cut-in-frame", t, 100, "", 3, "refused", "");
	put_page(m, "page-cut-in-entry", t, page.len / 2, "", 3, "refused", "");
	put_page(m, "page-cut-last-byte", t, page.len - 1, "", 3, "refused",
	    "");
	put_page(m, "page-zero-bytes", t, 0, "", 3, "refused", "");
	strbuf_init(&sb, 4 * FEED_PAGE_MAX);
	feed_page_write("ca", "", NULL, 0, &sb);
	put_page(m, "page-no-entry", sb.buf, sb.len, "", 0, "refused",
	    "reason = no entry\n");
	/* the first entry once more, at the end and behind itself */
	from = strstr(t, "<entry ");
	to = strstr(from, "</entry>") + strlen("</entry>");
	len = (size_t)(to - from);
	strbuf_reset(&sb);
	strbuf_add(&sb, t, (size_t)(to - t));
	strbuf_add(&sb, from, len);
	strbuf_addstr(&sb, to);
	put_page(m, "page-id-twice", sb.buf, sb.len, "", 4, "refused",
	    "reason = ascend\n");
	strbuf_reset(&sb);
	strbuf_add(&sb, t, (size_t)(from - t));
	strbuf_add(&sb, to, page.len - (size_t)(to - t) - strlen("</a:feed>"));
	strbuf_add(&sb, from, len);
	strbuf_addstr(&sb, "</a:feed>");
	put_page(m, "page-unsorted", sb.buf, sb.len, "", 3, "refused",
	    "reason = ascend\n");
	strbuf_release(&sb);
}

static void
make_large_page(struct maker *m)
{
	struct strbuf sb;
	char *text;

	strbuf_init(&sb, 4 * FEED_PAGE_MAX);
	while (sb.len < FEED_PAGE_MAX)
		strbuf_addstr(&sb, "<a:title>large</a:title>");
	text = edit(m, m->feed.pages[0].bytes, "<entry ",
	    arena_printf(m->arena, "%s<entry ", sb.buf));
	put_page(m, "page-too-large", text, strlen(text),
	    m->feed.pages[0].ref.prefix, m->feed.pages[0].ref.n, "refused",
	    "reason = larger than\n");
	strbuf_release(&sb);
}

void
make_bad_pages(struct maker *m)
{
	struct sample_page page;
	const char *t;
	size_t i;

	sample_page(m->arena, "ca", "", 0, 3, &page);
	for (i = 0; i < ARRAY_LEN(bad_pages); i++) {
		const struct edit *e = &bad_pages[i];

		t = edit(m, page.bytes, e->from, e->to);
		put_page(m, arena_printf(m->arena, "page-%s", e->name), t,
		    strlen(t), "", 3, "refused",
		    arena_printf(m->arena, "reason = %s\n", e->reason));
	}
	make_bad_sets(m);
	make_large_page(m);
	t = index_text(m);
	put_index(m, "index-count", t, 121, "refused",
	    "reason = the head says 121\n");
	put_index(m, "index-as-head", edit(m, t, "<index ", "<head "), 120,
	    "refused", "");
	put_index(m, "index-other-node",
	    edit(m, t, "node=\"ca\"", "node=\"pt\""), 120, "refused",
	    "reason = not that of\n");
	put_index(m, "index-comment", edit(m, t, "<e ", "<!-- --><e "), 120,
	    "refused", "reason = is taken\n");
	put_index(m, "index-space", edit(m, t, "</index>", "</index >"), 120,
	    "refused", "reason = canonical\n");
	put_index(m, "index-cut", arena_strndup(m->arena, t, strlen(t) / 2),
	    120, "refused", "");
}
