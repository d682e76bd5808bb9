/*
 * xml: what the reader refuses, that its offsets are exact, that the writer
 * writes canonical form (libxml2 agrees), and RelaxNG.
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

#include "xml/xml.h"

/* Writes down what the reader reports. */
struct trace {
	struct strbuf sb;
	const char *data;
	const char *stop_at; /* element that makes the handler say no */
	size_t starts[64];
	size_t depth;
};

static int
on_start(void *ctx, const char *name, const char *ns,
    const struct xml_attr *attrs, size_t n, size_t offset, struct err *err)
{
	struct trace *t = ctx;
	size_t i;

	if (t->stop_at != NULL && strcmp(t->stop_at, name) == 0)
		return err_set(err, ERR_SCHEMA, "no %s here", name);
	assert_int_equal(t->data[offset], '<');
	t->starts[t->depth++] = offset;
	strbuf_addf(&t->sb, "(%s{%s}", name, ns);
	for (i = 0; i < n; i++)
		strbuf_addf(&t->sb, " %s%s%s=[%s]", attrs[i].ns,
		    attrs[i].ns[0] != '\0' ? "|" : "", attrs[i].name,
		    attrs[i].value);
	strbuf_addch(&t->sb, ')');
	return 0;
}

static int
on_text(void *ctx, const char *text, size_t len, struct err *err)
{
	struct trace *t = ctx;

	(void)err;
	strbuf_add(&t->sb, text, len);
	return 0;
}

static int
on_end(void *ctx, const char *name, const char *ns, size_t offset,
    struct err *err)
{
	struct trace *t = ctx;

	(void)err;
	(void)ns;
	assert_true(t->depth > 0);
	t->depth--;
	assert_int_equal(t->data[offset - 1], '>');
	strbuf_addf(&t->sb, "(/%s %zu)", name, offset - t->starts[t->depth]);
	return 0;
}

static const struct xml_handler handler = { on_start, on_text, on_end };

static int
read_it(const char *data, size_t len, struct trace *t, struct err *err)
{
	/* An exact copy, so that the sanitizer sees a byte too far. */
	char *copy = malloc(len + (len == 0));
	int rc;

	memcpy(copy, data, len);
	memset(t, 0, sizeof(*t));
	strbuf_init(&t->sb, 1 << 20);
	t->data = copy;
	err->code = ERR_NONE;
	rc = xml_read(copy, len, &handler, t, err);
	free(copy);
	return rc;
}

static void
test_read(void **state)
{
	static const char *const cases[][2] = {
		{ "<a></a>", "(a{})(/a 7)" },
		{ "<a/>", "(a{})(/a 4)" },
		{ "<a>x&amp;y&lt;&gt;&quot;&#x41;</a>",
		    "(a{})x&y<>\"A(/a 34)" },
		{ "<a b=\"1\" xml:lang=\"en\" xmlns=\"urn:n\"><c/>t</a>",
		    "(a{urn:n} b=[1] "
		    "http://www.w3.org/XML/1998/namespace|lang=[en])"
		    "(c{urn:n})(/c 4)t(/a 46)" },
		{ "<p:a xmlns:p=\"urn:p\" p:q=\"&amp;&#38;amp;&lt;&#38;\">"
		  "</p:a>",
		    "(a{urn:p} urn:p|q=[&&amp;<&])(/a 57)" },
		{ "<a b='\"' c=\"'>'\"><d e='/'>\n</d></a >",
		    "(a{} b=[\"] c=['>'])(d{} e=[/])\n(/d 14)(/a 36)" },
		{ "<a>\xc3\xa9\xe2\x82\xac</a>",
		    "(a{})\xc3\xa9\xe2\x82\xac(/a 12)" },
		{ "<a><b/><b></b><b x=\"/\"/></a>",
		    "(a{})(b{})(/b 4)(b{})(/b 7)(b{} x=[/])(/b 10)(/a 28)" },
	};
	struct trace t;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		int rc = read_it(cases[i][0], strlen(cases[i][0]), &t, &err);

		if (rc != 0)
			fail_msg("%s: %s", cases[i][0], err.text);
		assert_string_equal(t.sb.buf, cases[i][1]);
		strbuf_release(&t.sb);
	}
}

struct bytes {
	const char *data;
	size_t len;
};
#define BYTES(s)                                                               \
	{                                                                      \
		s, sizeof(s) - 1                                               \
	}

static void
test_refused(void **state)
{
	static const struct bytes cases[] = { BYTES(""), BYTES("<"), BYTES("x"),
		BYTES(" <a/>"), BYTES("<a"), BYTES("<a>"), BYTES("<a></b>"),
		BYTES("<a/><b/>"), BYTES("<a/>x"), BYTES("</a>"),
		BYTES("<a></a></a>"), BYTES("<a><b></a></b>"),
		BYTES("<a b></a>"), BYTES("<a b=1></a>"),
		BYTES("<a b=\"1\" b=\"2\"/>"), BYTES("<a b=\"<\"/>"),
		BYTES("<a b=\"1></a>"), BYTES("<p:a/>"), BYTES("<a p:b=\"\"/>"),
		BYTES("<a>&foo;</a>"), BYTES("<a b=\"&foo;\"/>"),
		BYTES("<a>&#0;</a>"), BYTES("<a>&#x1;</a>"), BYTES("<a>&</a>"),
		BYTES("<a>]]></a>"), BYTES("<?xml version=\"1.0\"?><a/>"),
		BYTES("<!DOCTYPE a><a/>"), BYTES("<a><!-- x --></a>"),
		BYTES("<a><![CDATA[x]]></a>"), BYTES("<a><?pi x?></a>"),
		BYTES("<a/><!-- x -->"), BYTES("\xef\xbb\xbf<a/>"),
		BYTES("\xff\xfe<\0a\0/\0>\0"), BYTES("<\0a\0/\0>\0"),
		BYTES("\0<\0a\0/\0>"), BYTES("<a>\xe9</a>"),
		BYTES("<a>\xc0\xaf</a>"), BYTES("<a>\xed\xa0\x80</a>"),
		BYTES("<a>\xef\xbf\xbe</a>"), BYTES("<a>\r\n</a>"),
		BYTES("<a>\x01</a>"), BYTES("<a>\0</a>"), BYTES("<a/>\0"),
		BYTES("<a xmlns:x=\"\"/>"), BYTES("< a/>"), BYTES("<a><"),
		BYTES("<a></a") };
	struct trace t;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		if (read_it(cases[i].data, cases[i].len, &t, &err) != -1)
			fail_msg("accepted: %s", cases[i].data);
		assert_int_equal(err.code, ERR_FORMAT);
		assert_true(strlen(err.text) > 0);
		assert_null(strchr(err.text, '\n'));
		strbuf_release(&t.sb);
	}
}

/* A bad byte is found at every place, whatever stands around it. */
static void
test_prefilter_places(void **state)
{
	static const char bad[] = { '\x01', '\x1f', '\r', '\0', '\x80',
		'\xff' };
	char doc[] = "<a>0123456789 abcdefghijklmnop \t\n~\x7f ABC</a>";
	size_t i, k, at;
	struct err err;

	(void)state;
	assert_int_equal(xml_prefilter(doc, strlen(doc), &err), 0);
	for (i = 1; i < sizeof(doc) - 1; i++) {
		char was = doc[i];

		for (k = 0; k < sizeof(bad); k++) {
			doc[i] = bad[k];
			at = 0;
			assert_int_equal(valid_xml_text(doc, sizeof(doc) - 1,
					     &at),
			    0);
			assert_int_equal(at, i);
			assert_int_equal(xml_prefilter(doc, sizeof(doc) - 1,
					     &err),
			    -1);
		}
		doc[i] = was;
	}
}

static void
test_limits(void **state)
{
	struct strbuf sb;
	struct trace t;
	struct err err;
	int i, n;

	(void)state;
	strbuf_init(&sb, 1 << 20);
	for (n = XML_DEPTH_MAX; n <= XML_DEPTH_MAX + 1; n++) {
		strbuf_reset(&sb);
		for (i = 0; i < n; i++)
			strbuf_addstr(&sb, "<a>");
		for (i = 0; i < n; i++)
			strbuf_addstr(&sb, "</a>");
		assert_int_equal(read_it(sb.buf, sb.len, &t, &err),
		    n > XML_DEPTH_MAX ? -1 : 0);
		if (n > XML_DEPTH_MAX)
			assert_int_equal(err.code, ERR_LIMIT);
		strbuf_release(&t.sb);
	}
	for (n = XML_ATTRS_MAX; n <= XML_ATTRS_MAX + 1; n++) {
		strbuf_reset(&sb);
		strbuf_addstr(&sb, "<a");
		for (i = 0; i < n; i++)
			strbuf_addf(&sb, " a%d=\"%d\"", i, i);
		strbuf_addstr(&sb, "/>");
		assert_int_equal(read_it(sb.buf, sb.len, &t, &err),
		    n > XML_ATTRS_MAX ? -1 : 0);
		if (n > XML_ATTRS_MAX)
			assert_int_equal(err.code, ERR_LIMIT);
		strbuf_release(&t.sb);
	}
	strbuf_release(&sb);
}

static void
test_handler_stops(void **state)
{
	static const char doc[] = "<a><b/><c/></a>";
	struct trace t;
	struct err err;

	(void)state;
	memset(&t, 0, sizeof(t));
	strbuf_init(&t.sb, 1000);
	t.data = doc;
	t.stop_at = "b";
	assert_int_equal(xml_read(doc, strlen(doc), &handler, &t, &err), -1);
	assert_int_equal(err.code, ERR_SCHEMA);
	assert_string_equal(err.text, "no b here");
	assert_string_equal(t.sb.buf, "(a{})");
	strbuf_release(&t.sb);
}

static void
test_truncated(void **state)
{
	static const char doc[] = "<a b=\"c&amp;\" xmlns=\"urn:x\"><d>\xc3\xa9"
				  "&lt;</d><e/></a>";
	struct trace t;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < strlen(doc); i++) {
		assert_int_equal(read_it(doc, i, &t, &err), -1);
		strbuf_release(&t.sb);
	}
	assert_int_equal(read_it(doc, i, &t, &err), 0);
	strbuf_release(&t.sb);
}

/* A kept parser forgets what it read, also after a refusal. */
static void
test_reader_kept(void **state)
{
	static const char *const docs[] = { "<a>1</a>", "<a><b",
		"<b x=\"&amp;\"/>", "<p:a/>", "<a>&x;</a>",
		"<c xmlns=\"urn:c\"><d/></c>", "<a></b>", "<a>1</a>" };
	struct err err;
	struct xml_reader *reader = xml_reader_new(&err);
	int round;
	size_t i;

	(void)state;
	assert_non_null(reader);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < ARRAY_LEN(docs); i++) {
			struct trace once, kept;
			int rc = read_it(docs[i], strlen(docs[i]), &once, &err);

			memset(&kept, 0, sizeof(kept));
			strbuf_init(&kept.sb, 1000);
			kept.data = docs[i];
			assert_int_equal(xml_reader_read(reader, docs[i],
					     strlen(docs[i]), &handler, &kept,
					     &err),
			    rc);
			assert_string_equal(once.sb.buf, kept.sb.buf);
			strbuf_release(&once.sb);
			strbuf_release(&kept.sb);
		}
	}
	xml_reader_free(reader);
	xml_reader_free(NULL);
}

static void
test_element_end(void **state)
{
	static const char doc[] = "<a><b c=\">\"><b/>x</b><d/></a>";
	struct err err;
	size_t end = 0;

	(void)state;
	assert_int_equal(xml_element_end(doc, strlen(doc), 0, &end, &err), 0);
	assert_int_equal(end, strlen(doc));
	assert_int_equal(xml_element_end(doc, strlen(doc), 3, &end, &err), 0);
	assert_memory_equal(doc + end, "<d/>", 4);
	assert_int_equal(xml_element_end(doc, strlen(doc), end, &end, &err), 0);
	assert_memory_equal(doc + end, "</a>", 4);
	assert_int_equal(xml_element_end(doc, strlen(doc), end, &end, &err),
	    -1);
	assert_int_equal(xml_element_end(doc, strlen(doc) - 1, 0, &end, &err),
	    -1);
}

/* Found first and read then: as if read by itself. */
static void
test_element_again(void **state)
{
	static const char *const docs[] = { "<a>1</a>",
		"<b x=\"&amp;\" y=\">\"><c/>t<d>u</d></b>", "<a><b></a></b>",
		"<p:a/>", "<a>&x;</a>", "<c xmlns=\"urn:c\"><d/></c>" };
	struct err err, other;
	struct xml_reader *reader = xml_reader_new(&err);
	size_t i, end;

	(void)state;
	assert_non_null(reader);
	assert_int_equal(xml_reader_again(reader, &handler, NULL, &err), -1);
	for (i = 0; i < ARRAY_LEN(docs); i++) {
		struct trace once, again;
		struct strbuf all;
		int rc = read_it(docs[i], strlen(docs[i]), &once, &other);

		strbuf_init(&all, 1000);
		strbuf_addf(&all, "<r>%s<z/></r>", docs[i]);
		memset(&again, 0, sizeof(again));
		strbuf_init(&again.sb, 1000);
		again.data = docs[i];
		assert_int_equal(xml_reader_element(reader, all.buf, all.len, 3,
				     &end, &err),
		    0);
		assert_int_equal(end, 3 + strlen(docs[i]));
		assert_int_equal(xml_reader_again(reader, &handler, &again,
				     &err),
		    rc);
		assert_string_equal(once.sb.buf, again.sb.buf);
		if (rc == -1)
			assert_string_equal(err.text, other.text);
		strbuf_release(&once.sb);
		strbuf_release(&again.sb);
		strbuf_release(&all);
	}
	assert_int_equal(xml_reader_element(reader, "<a><b/>", 7, 0, &end,
			     &err),
	    -1);
	assert_int_equal(xml_reader_again(reader, &handler, NULL, &err), -1);
	xml_reader_free(reader);
}

/* Limits hold as well when the tags are known, and any number is read. */
static void
test_element_limits(void **state)
{
	static const struct xml_handler nothing = { NULL, NULL, NULL };
	struct strbuf deep, wide;
	struct err err;
	struct xml_reader *reader = xml_reader_new(&err);
	size_t i, end;

	(void)state;
	assert_non_null(reader);
	strbuf_init(&deep, 1 << 20);
	strbuf_init(&wide, 1 << 20);
	for (i = 0; i <= XML_DEPTH_MAX; i++)
		strbuf_addstr(&deep, "<a>");
	for (i = 0; i <= XML_DEPTH_MAX; i++)
		strbuf_addstr(&deep, "</a>");
	assert_int_equal(xml_reader_element(reader, deep.buf, deep.len, 0, &end,
			     &err),
	    0);
	assert_int_equal(end, deep.len);
	assert_int_equal(xml_reader_again(reader, &nothing, NULL, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(xml_reader_element(reader, deep.buf, deep.len, 3, &end,
			     &err),
	    0);
	assert_int_equal(xml_reader_again(reader, &nothing, NULL, &err), 0);
	strbuf_addstr(&wide, "<a>");
	for (i = 0; i < 20000; i++)
		strbuf_addstr(&wide, "<b/>");
	strbuf_addstr(&wide, "</a>");
	assert_int_equal(xml_reader_element(reader, wide.buf, wide.len, 0, &end,
			     &err),
	    0);
	assert_int_equal(xml_reader_again(reader, &nothing, NULL, &err), 0);
	strbuf_release(&deep);
	strbuf_release(&wide);
	xml_reader_free(reader);
}

static void
write_sample(struct strbuf *sb)
{
	struct xml_writer *w = xml_writer_new(sb);

	xml_writer_start(w, "p:feed");
	xml_writer_attr(w, "xmlns:p", "urn:p");
	xml_writer_start(w, "e");
	xml_writer_attr(w, "xml:lang", "en");
	xml_writer_attr(w, "z", "<>&\"'\t\n\r");
	xml_writer_attr(w, "a", "\xc3\xa9");
	xml_writer_attr(w, "xmlns", "urn:e");
	xml_writer_text(w, "<>&\"'\t\n\r \xe2\x82\xac");
	xml_writer_start(w, "empty");
	xml_writer_end(w);
	xml_writer_element(w, "text", "t");
	xml_writer_element(w, "none", NULL);
	xml_writer_raw(w, "<raw></raw>", 11);
	xml_writer_end(w);
	xml_writer_end(w);
	xml_writer_free(w);
}

static void
test_write(void **state)
{
	static const char want[] =
	    "<p:feed xmlns:p=\"urn:p\"><e xmlns=\"urn:e\" a=\"\xc3\xa9\" "
	    "z=\"&lt;>&amp;&quot;'&#x9;&#xA;&#xD;\" xml:lang=\"en\">"
	    "&lt;&gt;&amp;\"'\t\n&#xD; \xe2\x82\xac<empty></empty>"
	    "<text>t</text><raw></raw></e></p:feed>";
	struct strbuf sb, canonical;
	struct trace t;
	struct err err;

	(void)state;
	strbuf_init(&sb, 1000);
	strbuf_init(&canonical, 1000);
	write_sample(&sb);
	assert_string_equal(sb.buf, want);
	assert_int_equal(xml_canonical(sb.buf, sb.len, &canonical, &err), 0);
	assert_string_equal(canonical.buf, want);
	/* and what was written is read back as it was */
	assert_int_equal(read_it(sb.buf, sb.len, &t, &err), 0);
	assert_non_null(strstr(t.sb.buf, "z=[<>&\"'\t\n\r]"));
	assert_non_null(strstr(t.sb.buf, ")<>&\"'\t\n\r \xe2\x82\xac("));
	strbuf_release(&t.sb);
	strbuf_release(&canonical);
	strbuf_release(&sb);
}

static void
test_write_bad_text(void **state)
{
	struct strbuf sb;
	struct xml_writer *w;

	(void)state;
	strbuf_init(&sb, 1000);
	w = xml_writer_new(&sb);
	xml_writer_element(w, "a", "x\x01y\xff\xef\xbf\xbez<");
	xml_writer_free(w);
	assert_string_equal(sb.buf,
	    "<a>x\xef\xbf\xbdy\xef\xbf\xbd\xef\xbf\xbdz&lt;</a>");
	strbuf_release(&sb);
	strbuf_init(&sb, 20);
	write_sample(&sb);
	assert_true(sb.overflow);
	strbuf_release(&sb);
}

static void
test_canonical(void **state)
{
	static const char doc[] = "<a  c='1' b=\"2\" xmlns:u='urn:u'><d/></a >";
	struct strbuf sb;
	struct err err;

	(void)state;
	strbuf_init(&sb, 1000);
	assert_int_equal(xml_canonical(doc, strlen(doc), &sb, &err), 0);
	assert_string_equal(sb.buf, "<a b=\"2\" c=\"1\"><d></d></a>");
	assert_int_equal(xml_canonical("<a>", 3, &sb, &err), -1);
	assert_int_equal(xml_canonical("<a xmlns=\"rel\"/>", 17, &sb, &err),
	    -1);
	assert_int_equal(xml_canonical("<!DOCTYPE a><a/>", 16, &sb, &err), -1);
	strbuf_release(&sb);
	strbuf_init(&sb, 5);
	assert_int_equal(xml_canonical(doc, strlen(doc), &sb, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	strbuf_release(&sb);
}

static void
test_validate(void **state)
{
	static const char rng[] =
	    "<element name=\"a\" xmlns=\"http://relaxng.org/ns/structure/1.0\">"
	    "<attribute name=\"b\"/><empty/></element>";
	char path[] = "/tmp/gspd-rng-XXXXXX";
	struct err err;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, rng, strlen(rng)), (ssize_t)strlen(rng));
	close(fd);
	assert_int_equal(xml_validate("<a b=\"\"/>", 9, path, &err), 0);
	assert_int_equal(xml_validate("<a c=\"\"/>", 9, path, &err), -1);
	assert_int_equal(err.code, ERR_SCHEMA);
	assert_int_equal(xml_validate("<a", 2, path, &err), -1);
	assert_int_equal(err.code, ERR_FORMAT);
	unlink(path);
	assert_int_equal(xml_validate("<a b=\"\"/>", 9, path, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
}

static int
setup(void **state)
{
	(void)state;
	xml_init();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	xml_cleanup();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_prefilter_places),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_handler_stops),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_reader_kept),
		cmocka_unit_test(test_element_end),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_element_again),
		cmocka_unit_test(test_element_limits),
		cmocka_unit_test(test_write_bad_text),
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_validate),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
