/*
 * feed: head and index both ways, the signature template by position, the
 * prefix trie. What must never be signed is refused on the way out too.
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
fill_ref(struct feed_ref *ref, const char *prefix, uint32_t n)
{
	memset(ref, 0, sizeof(*ref));
	snprintf(ref->prefix, sizeof(ref->prefix), "%s", prefix);
	memset(ref->hash, '5', 64);
	ref->n = n;
	ref->len = 1000 + n;
}

static void
fill_head(struct feed_head *head)
{
	memset(head, 0, sizeof(*head));
	snprintf(head->node, sizeof(head->node), "gb-eng");
	head->serial = SAMPLE_NOW;
	head->next = SAMPLE_NOW + 10;
	head->expires = SAMPLE_NOW + 20;
	head->epoch = 3;
	head->key = arena_strdup(arena, "QUJD");
	head->records = 7;
	head->n_refs = 2;
	head->refs = arena_alloc(arena, 2 * sizeof(*head->refs));
	fill_ref(&head->refs[0], "0", 3);
	fill_ref(&head->refs[1], "10", 4);
	head->refs[1].is_index = true;
	head->n_hints = 1;
	head->hints = arena_alloc(arena, sizeof(*head->hints));
	head->hints[0].from = 1;
	head->hints[0].to = 2;
	head->hints[0].len = 5;
	memset(head->hints[0].hash, '6', 64);
	head->n_seen = 2;
	head->seen = arena_alloc(arena, 2 * sizeof(*head->seen));
	snprintf(head->seen[0].node, sizeof(head->seen[0].node), "ca");
	snprintf(head->seen[1].node, sizeof(head->seen[1].node), "pt");
	memset(head->seen[0].digest, '7', 64);
	memset(head->seen[1].digest, '8', 64);
}

static void
test_head_round(void **state)
{
	static const char want[] =
	    "<head xmlns=\"urn:gspd:feed:1\" epoch=\"3\" "
	    "expires=\"1800000020\" key=\"QUJD\" next=\"1800000010\" "
	    "nextkey=\"\" node=\"gb-eng\" records=\"7\" "
	    "serial=\"1800000000\"><e b=\"0\" h=\"5555";
	struct feed_head head, back;
	struct strbuf sb, canonical;
	struct err err;

	(void)state;
	fill_head(&head);
	strbuf_init(&sb, FEED_HEAD_MAX);
	strbuf_init(&canonical, FEED_HEAD_MAX);
	assert_int_equal(feed_head_write(&head, NULL, &sb, &err), 0);
	assert_memory_equal(sb.buf, want, strlen(want));
	assert_int_equal(xml_canonical(sb.buf, sb.len, &canonical, &err), 0);
	assert_string_equal(sb.buf, canonical.buf);
	assert_int_equal(feed_head_read(arena, sb.buf, sb.len, &back, &err), 0);
	assert_string_equal(back.node, head.node);
	assert_string_equal(back.key, head.key);
	assert_string_equal(back.nextkey, "");
	assert_true(back.serial == head.serial && back.next == head.next &&
		    back.expires == head.expires && back.epoch == 3 &&
		    back.records == 7);
	assert_int_equal(back.n_refs, 2);
	assert_memory_equal(back.refs, head.refs, 2 * sizeof(*head.refs));
	assert_int_equal(back.n_hints, 1);
	assert_memory_equal(back.hints, head.hints, sizeof(*head.hints));
	assert_int_equal(back.n_seen, 2);
	assert_memory_equal(back.seen, head.seen, 2 * sizeof(*head.seen));
	strbuf_release(&canonical);
	strbuf_release(&sb);
}

static void
refuse_write(struct feed_head *head, enum err_code code)
{
	struct strbuf sb;
	struct err err = { .code = ERR_NONE };

	strbuf_init(&sb, FEED_HEAD_MAX);
	assert_int_equal(feed_head_write(head, NULL, &sb, &err), -1);
	assert_int_equal(err.code, code);
	strbuf_release(&sb);
	fill_head(head);
}

static void
test_head_not_written(void **state)
{
	struct feed_head head;

	(void)state;
	fill_head(&head);
	head.records = 8;
	refuse_write(&head, ERR_FORMAT);
	fill_ref(&head.refs[1], "0", 4); /* same */
	refuse_write(&head, ERR_FORMAT);
	fill_ref(&head.refs[1], "01", 4); /* overlaps */
	refuse_write(&head, ERR_FORMAT);
	fill_ref(&head.refs[0], "11", 3); /* not sorted */
	refuse_write(&head, ERR_FORMAT);
	fill_ref(&head.refs[1], "12", 4);
	refuse_write(&head, ERR_FORMAT);
	head.refs[0].hash[5] = 'A';
	refuse_write(&head, ERR_FORMAT);
	head.refs[0].len = FEED_PAGE_MAX + 1;
	refuse_write(&head, ERR_LIMIT);
	head.refs[0].n = FEED_PAGE_RECORDS + 1;
	refuse_write(&head, ERR_LIMIT);
	head.refs[0].n = 0;
	refuse_write(&head, ERR_FORMAT);
	head.node[0] = 'G';
	refuse_write(&head, ERR_FORMAT);
	head.key = NULL;
	refuse_write(&head, ERR_FORMAT);
	head.nextkey[0] = 'a';
	refuse_write(&head, ERR_FORMAT);
	head.expires = head.serial;
	refuse_write(&head, ERR_FORMAT);
	head.hints[0].to = head.hints[0].from;
	refuse_write(&head, ERR_FORMAT);
	head.seen[0].node[0] = 'x';
	refuse_write(&head, ERR_FORMAT);
	head.n_refs = FEED_REFS_MAX + 1;
	refuse_write(&head, ERR_LIMIT);
}

static void
test_head_not_read(void **state)
{
	static const char *const edits[][2] = {
		{ " epoch=\"3\"", "" },
		{ " epoch=\"3\"", " epoch=\"03\"" },
		{ " epoch=\"3\"", " epoch=\"-3\"" },
		{ " epoch=\"3\"", " epoch=\"3\" extra=\"\"" },
		{ " epoch=\"3\"", " expires=\"1\"" },
		{ "records=\"7\"", "records=\"8\"" },
		{ "serial=\"1800000000\"",
		    "serial=\"99999999999999999999999\"" },
		{ "</head>", "<later></later></head>" },
		{ "</head>", "\n</head>" },
		{ "</head>", "<e b=\"11\" h=\"\" k=\"p\" n=\"1\" s=\"1\">"
			     "</e></head>" },
		{ "<hint ", "<x:hint xmlns:x=\"urn:x\" " },
		{ "k=\"p\"", "k=\"q\"" },
		{ "k=\"p\"", "k='p'" },
		{ "</hint>", "<hint></hint></hint>" },
		{ "urn:gspd:feed:1", "urn:gspd:feed:2" },
		{ "<head", "<index" },
		{ "QUJD", "QUJ&#68;" },
	};
	struct feed_head head, back;
	struct strbuf sb, bad;
	struct err err;
	size_t i;

	(void)state;
	fill_head(&head);
	strbuf_init(&sb, FEED_HEAD_MAX);
	strbuf_init(&bad, FEED_HEAD_MAX);
	assert_int_equal(feed_head_write(&head, NULL, &sb, &err), 0);
	for (i = 0; i < ARRAY_LEN(edits); i++) {
		const char *at = strstr(sb.buf, edits[i][0]);

		assert_non_null(at);
		strbuf_reset(&bad);
		strbuf_add(&bad, sb.buf, (size_t)(at - sb.buf));
		strbuf_addstr(&bad, edits[i][1]);
		strbuf_addstr(&bad, at + strlen(edits[i][0]));
		if (feed_head_read(arena, bad.buf, bad.len, &back, &err) == 0)
			fail_msg("accepted with %s", edits[i][1]);
	}
	for (i = 0; i < sb.len; i++)
		assert_int_equal(feed_head_read(arena, sb.buf, i, &back, &err),
		    -1);
	strbuf_release(&bad);
	strbuf_release(&sb);
}

static void
test_index(void **state)
{
	struct feed_ref refs[3], *back;
	struct strbuf sb;
	struct err err;
	size_t n;

	(void)state;
	fill_ref(&refs[0], "0100", 3);
	fill_ref(&refs[1], "0101", 4);
	fill_ref(&refs[2], "011", 5);
	strbuf_init(&sb, FEED_INDEX_MAX);
	assert_int_equal(feed_index_write("ca", "01", refs, 3, &sb, &err), 0);
	assert_int_equal(feed_index_read(arena, sb.buf, sb.len, "ca", "01",
			     &back, &n, &err),
	    0);
	assert_int_equal(n, 3);
	assert_memory_equal(back, refs, sizeof(refs));
	assert_int_equal(feed_index_read(arena, sb.buf, sb.len, "pt", "01",
			     &back, &n, &err),
	    -1);
	assert_int_equal(feed_index_read(arena, sb.buf, sb.len, "ca", "0",
			     &back, &n, &err),
	    -1);
	assert_int_equal(feed_index_read(arena, sb.buf, sb.len - 1, "ca", "01",
			     &back, &n, &err),
	    -1);
	strbuf_reset(&sb);
	assert_int_equal(feed_index_write("ca", "11", refs, 3, &sb, &err), -1);
	assert_int_equal(feed_index_write("ca", "01", refs, 0, &sb, &err), -1);
	strbuf_release(&sb);
}

static void
test_cut(void **state)
{
	static const char d44[] =
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	struct feed_head head, back;
	struct feed_cut cut;
	struct strbuf sig, sb, info;
	enum feed_alg alg;
	struct err err;
	size_t i;
	int round;

	(void)state;
	fill_head(&head);
	for (round = 0; round < 2; round++) {
		enum feed_alg want = round == 0 ? FEED_ALG_ECDSA : FEED_ALG_RSA;

		strbuf_init(&sig, 8192);
		strbuf_init(&info, 8192);
		strbuf_init(&sb, FEED_HEAD_MAX);
		feed_signature(want, d44, "c2ln", &sig);
		feed_signed_info(want, d44, &info);
		assert_int_equal(feed_head_write(&head, sig.buf, &sb, &err), 0);
		assert_int_equal(feed_head_cut(sb.buf, sb.len, &alg, &cut,
				     &err),
		    0);
		assert_int_equal(alg, want);
		assert_memory_equal(cut.digest, d44, 44);
		assert_int_equal(cut.signature_len, 4);
		assert_memory_equal(cut.signature, "c2ln", 4);
		assert_int_equal(cut.signed_info_len, info.len);
		assert_memory_equal(cut.signed_info, info.buf, info.len);
		assert_int_equal(cut.key_len, 4);
		assert_memory_equal(cut.key, "QUJD", 4);
		assert_memory_equal(sb.buf + cut.body_len, "<Signature", 10);
		/* a signed head reads as its body does */
		assert_int_equal(feed_head_read(arena, sb.buf, sb.len, &back,
				     &err),
		    0);
		assert_int_equal(back.records, 7);
		for (i = 0; i < sb.len; i++)
			assert_int_equal(feed_head_cut(sb.buf, i, &alg, &cut,
					     &err),
			    -1);
		/* a NUL in the body hides nothing behind it */
		*strstr(sb.buf, "<e ") = '\0';
		assert_int_equal(feed_head_read(arena, sb.buf, sb.len, &back,
				     &err),
		    -1);
		assert_int_equal(err.code, ERR_FORMAT);
		strbuf_addch(&sb, '\n');
		assert_int_equal(feed_head_cut(sb.buf, sb.len, &alg, &cut,
				     &err),
		    -1);
		strbuf_release(&sb);
		strbuf_release(&info);
		strbuf_release(&sig);
	}
}

/* ---- the trie ---- */

struct seen_pages {
	char last[FEED_PREFIX_MAX + 1];
	size_t records;
	size_t pages;
	size_t longest;
};

static int
on_page(void *ctx, const char *prefix, const struct feed_item *items, size_t n,
    struct err *err)
{
	struct seen_pages *seen = ctx;
	uint64_t bytes = 0;
	size_t i;

	(void)err;
	assert_true(n > 0);
	for (i = 0; i < n; i++) {
		assert_true(feed_prefix_has(prefix, items[i].hash));
		bytes += items[i].len;
	}
	assert_true(feed_is_page(n, bytes, (unsigned)strlen(prefix)));
	if (seen->pages > 0) {
		assert_true(strcmp(seen->last, prefix) < 0);
		assert_true(
		    strncmp(seen->last, prefix, strlen(seen->last)) != 0);
	}
	snprintf(seen->last, sizeof(seen->last), "%s", prefix);
	seen->records += n;
	seen->pages++;
	if (strlen(prefix) > seen->longest)
		seen->longest = strlen(prefix);
	return 0;
}

static int
by_hash(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static void
test_trie(void **state)
{
	struct feed_item *items = calloc(5000, sizeof(*items));
	struct seen_pages seen;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		sha256(&i, sizeof(i), items[i].hash);
		items[i].len = i % 100 == 0 ? 60000 : 1500;
	}
	qsort(items, 5000, sizeof(*items), by_hash);
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(feed_trie_cut("", items, 5000, on_page, &seen, &err),
	    0);
	assert_int_equal(seen.records, 5000);
	assert_true(seen.pages > 100);
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(feed_trie_cut("", items, 0, on_page, &seen, &err), 0);
	assert_int_equal(seen.pages, 0);
	assert_int_equal(feed_trie_cut("", items, 48, on_page, &seen, &err), 0);
	/* one too large for a page's share still is a page */
	items[0].len = FEED_PAGE_BYTES + 1;
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(feed_trie_cut("", items, 1, on_page, &seen, &err), 0);
	assert_int_equal(seen.longest, 0);
	/* not sorted, not below */
	assert_int_equal(feed_trie_cut(feed_bit(items[0].hash, 0) ? "0" : "1",
			     items, 1, on_page, &seen, &err),
	    -1);
	items[0].hash[0] = 0xff;
	assert_int_equal(feed_trie_cut("", items, 2, on_page, &seen, &err), -1);
	free(items);
}

/* Hashes that share their first 40 bits end in one page. */
static void
test_trie_depth(void **state)
{
	struct feed_item items[60];
	struct seen_pages seen = { .pages = 0 };
	struct err err;
	size_t i;

	(void)state;
	memset(items, 0, sizeof(items));
	for (i = 0; i < ARRAY_LEN(items); i++) {
		items[i].hash[31] = (uint8_t)i;
		items[i].len = 100;
	}
	assert_int_equal(feed_trie_cut("", items, ARRAY_LEN(items), on_page,
			     &seen, &err),
	    0);
	assert_int_equal(seen.pages, 1);
	assert_int_equal(seen.longest, FEED_PREFIX_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head_round),
		cmocka_unit_test(test_head_not_written),
		cmocka_unit_test(test_head_not_read),
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_trie),
		cmocka_unit_test(test_trie_depth),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
