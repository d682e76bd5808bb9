/*
 * verify: a head is believed only whole, with the pinned key, in order and
 * in time; a page only with the signed hash, bucket and count. Every single
 * byte of a good head is flipped once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/feeds/sample.h"
#include "verify/verify.h"
#include "xml/xml.h"

static struct arena *arena;
static struct key *key;
static struct sample_feed feed;
static struct strbuf head;
static char digest[65], pin[SHA256_HEX_LEN];
static struct verify_policy policy;
static char dir[] = "/tmp/gspd-verify-XXXXXX";

static int
setup(void **state)
{
	struct err err;

	(void)state;
	xml_init();
	arena = arena_new();
	key = sample_key("ecdsa");
	key_hash(key, pin);
	sample_feed(arena, "ca", SAMPLE_NOW, 120, &feed);
	strbuf_init(&head, FEED_HEAD_MAX);
	if (mkdtemp(dir) == NULL)
		return -1;
	return verify_sign_head(arena, &feed.head, key, &head, digest, &err);
}

static int
teardown(void **state)
{
	struct err err;

	(void)state;
	strbuf_release(&head);
	key_free(key);
	arena_free(arena);
	xml_cleanup();
	return file_remove_tree(dir, &err);
}

static int
fresh_policy(void **state)
{
	(void)state;
	memset(&policy, 0, sizeof(policy));
	policy.node = "ca";
	policy.key_hash = pin;
	policy.now = SAMPLE_NOW + 60;
	policy.epoch = 0;
	return 0;
}

static enum verify_verdict
verdict(const char *data, size_t len, struct err *err)
{
	struct arena *scratch = arena_new();
	struct feed_head got;
	char hex[65] = "";
	enum verify_verdict v;

	err->code = ERR_NONE;
	err->text[0] = '\0';
	v = verify_head(scratch, data, len, &policy, &got, hex, err);
	if (v != VERIFY_REFUSED)
		assert_string_equal(hex, digest);
	else
		assert_string_equal(hex, "");
	assert_true(
	    v == VERIFY_NEW || v == VERIFY_SAME || err->text[0] != '\0');
	arena_free(scratch);
	return v;
}

static void
test_good(void **state)
{
	struct feed_head got;
	struct err err;
	char hex[65];

	(void)state;
	assert_int_equal(verify_head(arena, head.buf, head.len, &policy, &got,
			     hex, &err),
	    VERIFY_NEW);
	assert_string_equal(hex, digest);
	assert_int_equal(got.records, 120);
	assert_int_equal(got.n_refs, feed.n_pages);
	assert_memory_equal(got.refs, feed.head.refs,
	    got.n_refs * sizeof(*got.refs));
	policy.node = NULL;
	policy.epoch = -1;
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_NEW);
}

static void
test_policy(void **state)
{
	static const char other[] =
	    "1111111111111111111111111111111111111111111111111111111111111111";
	struct err err;

	(void)state;
	policy.min_serial = SAMPLE_NOW;
	policy.min_digest = digest;
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_SAME);
	policy.min_digest = NULL;
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_SAME);
	policy.min_digest = other;
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_FORK);
	policy.min_serial = SAMPLE_NOW - 1;
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_NEW);
	policy.min_serial = SAMPLE_NOW + 1;
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_REFUSED);
	assert_non_null(strstr(err.text, "rollback"));
	fresh_policy(NULL);
	policy.node = "pt";
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_REFUSED);
	fresh_policy(NULL);
	policy.epoch = 1;
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_REFUSED);
	fresh_policy(NULL);
	policy.key_hash = other;
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_REFUSED);
	assert_int_equal(err.code, ERR_TRUST);
	policy.key_hash = NULL;
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_REFUSED);
	policy.key_hash = "short";
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_REFUSED);
}

static void
test_clock(void **state)
{
	struct err err;

	(void)state;
	policy.now = SAMPLE_NOW - FEED_CLOCK_AHEAD_S;
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_NEW);
	policy.now--;
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_REFUSED);
	policy.now = SAMPLE_NOW + FEED_EXPIRES_S - 1;
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_NEW);
	policy.now++;
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_EXPIRED);
	assert_int_equal(err.code, ERR_STALE);
	/* too long a life is refused at signing already */
	{
		struct feed_head long_life = feed.head;
		struct strbuf sb;
		char hex[65];

		strbuf_init(&sb, FEED_HEAD_MAX);
		long_life.expires = long_life.serial + FEED_LIFE_MAX_S;
		assert_int_equal(verify_sign_head(arena, &long_life, key, &sb,
				     hex, &err),
		    0);
		long_life.expires++;
		assert_int_equal(verify_sign_head(arena, &long_life, key, &sb,
				     hex, &err),
		    -1);
		strbuf_release(&sb);
	}
}

static void
test_every_flip(void **state)
{
	static const unsigned char masks[] = { 0x01, 0x20, 0x80 };
	struct err err;
	size_t i, k;

	(void)state;
	for (i = 0; i < head.len; i++) {
		for (k = 0; k < sizeof(masks); k++) {
			enum verify_verdict v;

			head.buf[i] = (char)(head.buf[i] ^ masks[k]);
			v = verdict(head.buf, head.len, &err);
			head.buf[i] = (char)(head.buf[i] ^ masks[k]);
			if (v != VERIFY_REFUSED)
				fail_msg("byte %zu flipped: accepted", i);
		}
	}
	assert_int_equal(verdict(head.buf, head.len, &err), VERIFY_NEW);
}

static void
test_every_cut(void **state)
{
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < head.len; i++)
		assert_int_equal(verdict(head.buf, i, &err), VERIFY_REFUSED);
}

static void
test_rsa(void **state)
{
	struct key *rsa = sample_key("rsa");
	char rsa_pin[SHA256_HEX_LEN], hex[65];
	struct feed_head signed_head = feed.head, got;
	struct strbuf sb;
	struct err err;

	(void)state;
	strbuf_init(&sb, FEED_HEAD_MAX);
	key_hash(rsa, rsa_pin);
	assert_int_equal(verify_sign_head(arena, &signed_head, rsa, &sb, hex,
			     &err),
	    0);
	policy.key_hash = rsa_pin;
	assert_int_equal(verify_head(arena, sb.buf, sb.len, &policy, &got, hex,
			     &err),
	    VERIFY_NEW);
	sb.buf[sb.len - 100] ^= 1;
	assert_int_equal(verify_head(arena, sb.buf, sb.len, &policy, &got, hex,
			     &err),
	    VERIFY_REFUSED);
	strbuf_release(&sb);
	key_free(rsa);
}

/* A public key cannot sign, and what cannot be verified is not handed out. */
static void
test_sign_refused(void **state)
{
	struct feed_head bad = feed.head;
	struct strbuf der, sb;
	struct key *pub;
	struct err err;
	char hex[65];

	(void)state;
	strbuf_init(&der, 1024);
	strbuf_init(&sb, FEED_HEAD_MAX);
	assert_int_equal(key_public_der(key, &der, &err), 0);
	pub = key_from_public_der(der.buf, der.len, &err);
	assert_int_equal(verify_sign_head(arena, &bad, pub, &sb, hex, &err),
	    -1);
	bad.records++;
	assert_int_equal(verify_sign_head(arena, &bad, key, &sb, hex, &err),
	    -1);
	assert_int_equal(sb.len, 0);
	key_free(pub);
	strbuf_release(&sb);
	strbuf_release(&der);
}

struct count {
	size_t good;
	size_t bad;
};

static int
on_record(void *ctx, const char *id, struct record *rec, const struct err *why,
    const char *bytes, size_t len, struct err *err)
{
	struct count *count = ctx;

	(void)err;
	assert_true(strlen(id) > 0 && len > 0 && bytes[0] == '<');
	if (rec != NULL) {
		count->good++;
	} else {
		assert_true(why->text[0] != '\0');
		count->bad++;
	}
	return 0;
}

static void
test_pages(void **state)
{
	struct count count = { 0, 0 };
	struct feed_ref ref;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < feed.n_pages; i++) {
		const struct sample_page *p = &feed.pages[i];

		assert_int_equal(verify_page(&p->ref, "ca", p->bytes, p->len,
				     on_record, &count, &err),
		    0);
	}
	assert_int_equal(count.good, 120);
	assert_int_equal(count.bad, 0);
	assert_true(feed.n_pages > 2);
	ref = feed.pages[0].ref;
	/* another page's bytes, one byte less, another node, another count */
	assert_int_equal(verify_page(&ref, "ca", feed.pages[1].bytes,
			     feed.pages[1].len, on_record, &count, &err),
	    -1);
	assert_int_equal(err.code, ERR_TRUST);
	assert_int_equal(verify_page(&ref, "ca", feed.pages[0].bytes,
			     feed.pages[0].len - 1, on_record, &count, &err),
	    -1);
	assert_int_equal(verify_page(&ref, "pt", feed.pages[0].bytes,
			     feed.pages[0].len, on_record, &count, &err),
	    -1);
	ref.n++;
	assert_int_equal(verify_page(&ref, "ca", feed.pages[0].bytes,
			     feed.pages[0].len, on_record, &count, &err),
	    -1);
	assert_int_equal(err.code, ERR_TRUST);
	ref.n -= 2;
	assert_int_equal(verify_page(&ref, "ca", feed.pages[0].bytes,
			     feed.pages[0].len, on_record, &count, &err),
	    -1);
	assert_int_equal(err.code, ERR_TRUST);
}

static void
test_wrong_bucket(void **state)
{
	struct sample_page page;
	struct count count = { 0, 0 };
	struct err err;

	(void)state;
	sample_page(arena, "ca", "0", 0, 10, &page); /* some begin with 1 */
	assert_int_equal(verify_page(&page.ref, "ca", page.bytes, page.len,
			     on_record, &count, &err),
	    -1);
	assert_int_equal(err.code, ERR_TRUST);
	assert_non_null(strstr(err.text, "bucket"));
}

/* ---- folders ---- */

static void
put(const char *name, const void *data, size_t len)
{
	struct err err;

	assert_int_equal(file_put(arena_printf(arena, "%s/%s", dir, name), data,
			     len, 0644, &err),
	    0);
}

static void
put_pages(const struct sample_feed *from, bool gzip)
{
	size_t i;

	for (i = 0; i < from->n_pages; i++) {
		const struct sample_page *p = &from->pages[i];
		struct strbuf sb;

		if (!gzip || i % 2 == 0) {
			put(arena_printf(arena, "p/%s.xml", p->ref.hash),
			    p->bytes, p->len);
			continue;
		}
		strbuf_init(&sb, FEED_PAGE_MAX);
		gzip_pack(p->bytes, p->len, &sb);
		put(arena_printf(arena, "p/%s.xml.gz", p->ref.hash), sb.buf,
		    sb.len);
		strbuf_release(&sb);
	}
}

static int
check_dir(uint64_t *ret_records, struct err *err)
{
	struct feed_head got;

	return verify_folder(dir, &policy, &got, arena, ret_records, err);
}

static void
clear_dir(void)
{
	struct err err;

	assert_int_equal(file_remove_tree(dir, &err), 0);
	assert_int_equal(file_mkdirs(arena_printf(arena, "%s/p", dir), 0755,
			     &err),
	    0);
}

static void
test_folder(void **state)
{
	uint64_t records;
	struct err err;
	char *name;

	(void)state;
	clear_dir();
	assert_int_equal(check_dir(&records, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	put("head.xml", head.buf, head.len);
	assert_int_equal(check_dir(&records, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	put_pages(&feed, true);
	if (check_dir(&records, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(records, 120);
	name = arena_printf(arena, "p/%s.xml", feed.pages[0].ref.hash);
	put(name, feed.pages[0].bytes, feed.pages[0].len - 1);
	assert_int_equal(check_dir(&records, &err), -1);
	assert_int_equal(err.code, ERR_TRUST);
	put(name, feed.pages[0].bytes, feed.pages[0].len);
	put(arena_printf(arena, "p/%s.xml.gz", feed.pages[1].ref.hash), "gz",
	    2);
	assert_int_equal(check_dir(&records, &err), -1);
	policy.now = SAMPLE_NOW + FEED_EXPIRES_S;
	assert_int_equal(check_dir(&records, &err), -1);
	assert_int_equal(err.code, ERR_STALE);
}

/* Put an index over refs into the folder; returns its ref. */
static struct feed_ref
put_index(const char *prefix, const struct feed_ref *refs, size_t n)
{
	struct feed_ref ref = { .is_index = true };
	struct strbuf sb;
	struct err err;
	size_t i;

	strbuf_init(&sb, FEED_INDEX_MAX);
	assert_int_equal(feed_index_write("ca", prefix, refs, n, &sb, &err), 0);
	snprintf(ref.prefix, sizeof(ref.prefix), "%s", prefix);
	sha256_hex(sb.buf, sb.len, ref.hash);
	ref.len = (uint32_t)sb.len;
	for (i = 0; i < n; i++)
		ref.n += refs[i].n;
	put(arena_printf(arena, "p/%s.xml", ref.hash), sb.buf, sb.len);
	strbuf_release(&sb);
	return ref;
}

static void
test_folder_indexes(void **state)
{
	struct feed_head top = feed.head;
	struct strbuf sb;
	uint64_t records;
	struct err err;
	char hex[65];
	int levels;

	(void)state;
	clear_dir();
	put_pages(&feed, false);
	for (levels = 1; levels <= 3; levels++) {
		struct feed_ref *ref = arena_alloc(arena, sizeof(*ref));

		*ref = put_index("", top.refs, top.n_refs);
		top.refs = ref;
		top.n_refs = 1;
		strbuf_init(&sb, FEED_HEAD_MAX);
		assert_int_equal(verify_sign_head(arena, &top, key, &sb, hex,
				     &err),
		    0);
		put("head.xml", sb.buf, sb.len);
		strbuf_release(&sb);
		if (levels <= FEED_INDEX_LEVELS) {
			if (check_dir(&records, &err) != 0)
				fail_msg("%s", err.text);
			assert_int_equal(records, 120);
		} else {
			assert_int_equal(check_dir(&records, &err), -1);
			assert_int_equal(err.code, ERR_LIMIT);
		}
	}
	/* an index that adds up to another number */
	top.refs[0] = put_index("", feed.head.refs, feed.head.n_refs);
	top.refs[0].n++;
	top.records++;
	strbuf_init(&sb, FEED_HEAD_MAX);
	assert_int_equal(verify_sign_head(arena, &top, key, &sb, hex, &err), 0);
	put("head.xml", sb.buf, sb.len);
	strbuf_release(&sb);
	assert_int_equal(check_dir(&records, &err), -1);
	assert_int_equal(err.code, ERR_TRUST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_good, fresh_policy),
		cmocka_unit_test_setup(test_policy, fresh_policy),
		cmocka_unit_test_setup(test_clock, fresh_policy),
		cmocka_unit_test_setup(test_every_flip, fresh_policy),
		cmocka_unit_test_setup(test_every_cut, fresh_policy),
		cmocka_unit_test_setup(test_rsa, fresh_policy),
		cmocka_unit_test_setup(test_sign_refused, fresh_policy),
		cmocka_unit_test_setup(test_pages, fresh_policy),
		cmocka_unit_test_setup(test_wrong_bucket, fresh_policy),
		cmocka_unit_test_setup(test_folder, fresh_policy),
		cmocka_unit_test_setup(test_folder_indexes, fresh_policy),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
