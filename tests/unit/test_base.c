/*
 * test_base: the ground floor. One table per function where a table will do;
 * each case that must fail says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

static void
test_err(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(err_set(&err, ERR_TRUST, "key %d", 7), -1);
	assert_int_equal(err.code, ERR_TRUST);
	assert_int_equal(err_prefix(&err, "peer %s", "pt"), -1);
	assert_string_equal(err.text, "peer pt: key 7");
	for (int i = 0; i < 200; i++)
		err_prefix(&err, "a long context %d", i);
	assert_true(strlen(err.text) < sizeof(err.text));
	assert_int_equal(err_set(NULL, ERR_SYS, "nobody asks"), -1);
	for (enum err_code c = ERR_NONE; c <= ERR_USAGE; c++)
		assert_string_not_equal(err_code_name(c), "unknown");
}

static void
test_arena(void **state)
{
	static const char zeros[256];
	struct arena *a = arena_new();
	char *texts[300], *copy;

	(void)state;
	for (int i = 0; i < 300; i++)
		texts[i] = arena_printf(a, "%d %0*d", i, i * 9 + 1, 0);
	for (int i = 0; i < 300; i++) {
		assert_int_equal(strtol(texts[i], NULL, 10), i);
		assert_true((uintptr_t)texts[i] % 16 == 0);
	}
	memset(arena_alloc(a, 256), 'x', 256);
	copy = arena_items(a, "abc", 3, 1);
	assert_memory_equal(copy, "abc", 4);
	assert_memory_equal(arena_items(a, NULL, 0, 16), zeros, 16);
	(void)arena_alloc(a, 3 * 1024 * 1024);
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	/* Memory that is used again is zeroed again. */
	assert_memory_equal(arena_alloc(a, 256), zeros, 256);
	arena_free(a);
	arena_free(NULL);
}

static void
test_strbuf(void **state)
{
	struct strbuf sb;
	struct err err;
	char *text;
	size_t len;

	(void)state;
	strbuf_init(&sb, 10);
	assert_string_equal(sb.buf, "");
	strbuf_addstr(&sb, "12345");
	strbuf_addf(&sb, "%d", 67890);
	assert_int_equal(strbuf_check(&sb, "it", &err), 0);
	strbuf_addch(&sb, 'x');
	assert_string_equal(sb.buf, "1234567890");
	assert_int_equal(strbuf_check(&sb, "it", &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	strbuf_reset(&sb);
	strbuf_add(&sb, "a\0b", 3);
	text = strbuf_detach(&sb, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(text, "a\0b", 4);
	free(text);
	strbuf_release(&sb);
}

static void
test_valid_utf8(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		int utf8;
		int xml;
	} cases[] = {
		{ "", 0, 1, 1 },
		{ "caf\xc3\xa9", 5, 1, 1 },
		{ "\xf0\x9f\x8e\xb6", 4, 1, 1 },
		{ "a\tb\nc", 5, 1, 1 },
		{ "a\rb", 3, 1, 0 },
		{ "a\0b", 3, 1, 0 },
		{ "\x1b[2J", 4, 1, 0 },
		{ "\xc0\x80", 2, 0, 0 },         /* overlong NUL */
		{ "\xe0\x80\xaf", 3, 0, 0 },     /* overlong slash */
		{ "\xed\xa0\x80", 3, 0, 0 },     /* half a pair */
		{ "\xf4\x90\x80\x80", 4, 0, 0 }, /* above U+10FFFF */
		{ "\xef\xbf\xbe", 3, 1, 0 },     /* U+FFFE */
		{ "\xc3", 1, 0, 0 },
		{ "\xff", 1, 0, 0 },
		{ "\x80", 1, 0, 0 },
	};
	size_t bad = 99;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(valid_utf8(cases[i].text, cases[i].len, NULL),
		    cases[i].utf8);
		assert_int_equal(valid_xml_text(cases[i].text, cases[i].len,
				     NULL),
		    cases[i].xml);
	}
	assert_int_equal(valid_utf8("ab\xff", 3, &bad), 0);
	assert_int_equal(bad, 2);
}

static void
test_fold(void **state)
{
	static const char *const cases[][2] = {
		{ "Choir", "choir" },
		{ "\xc3\x84ngste", "angste" },
		{ "BR\xc3\x9bL\xc3\x89", "brule" },
		{ "Stra\xc3\x9f"
		  "e",
		    "strasse" },
		{ "\xef\xbc\xa1\xef\xbc\xa2", "ab" }, /* full width */
		{ "x\xffy", "x\xef\xbf\xbdy" },
		{ "", "" },
	};
	struct strbuf sb;

	(void)state;
	strbuf_init(&sb, 1000);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		strbuf_reset(&sb);
		utf8_fold(cases[i][0], strlen(cases[i][0]), &sb);
		assert_string_equal(sb.buf, cases[i][1]);
	}
	strbuf_release(&sb);
}

/* Letters that utf8_nfc() takes for composed are so in any company: U+03A9
 * sends the text through the whole of it. */
static void
test_nfc_composed(void **state)
{
	static const uint32_t ranges[][2] = { { 0xa0, 0x2ff }, { 0x400, 0x45f },
		{ 0x621, 0x64a }, { 0x3041, 0x3096 }, { 0x30a1, 0x30fa },
		{ 0x4e00, 0x9fef }, { 0xac00, 0xd7a3 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		for (uint32_t ch = ranges[i][0]; ch <= ranges[i][1]; ch++) {
			struct strbuf text, nfc;
			struct err err;

			strbuf_init(&text, 64);
			strbuf_init(&nfc, 64);
			strbuf_addch(&text, 'e');
			utf8_add(&text, ch);
			utf8_add(&text, ch);
			utf8_add(&text, 0x3a9);
			utf8_add(&text, ch);
			assert_int_equal(utf8_nfc(text.buf, text.len, &nfc,
					     &err),
			    0);
			assert_string_equal(nfc.buf, text.buf);
			strbuf_release(&text);
			strbuf_release(&nfc);
		}
	}
}

static void
test_encodings(void **state)
{
	struct strbuf sb;
	struct err err;

	(void)state;
	strbuf_init(&sb, 1000);
	utf8_from_cp1252("caf\xe9 \x80\x81", 7, &sb);
	assert_string_equal(sb.buf, "caf\xc3\xa9 \xe2\x82\xac\xef\xbf\xbd");
	strbuf_reset(&sb);
	assert_int_equal(utf8_from_utf16("a\0\x3c\xd8\xb6\xdf", 6, false, &sb,
			     &err),
	    0);
	assert_string_equal(sb.buf, "a\xf0\x9f\x8e\xb6" + 0);
	assert_int_equal(utf8_from_utf16("\xd8\x3c\0a", 4, true, &sb, &err),
	    -1);
	assert_int_equal(utf8_from_utf16("abc", 3, true, &sb, &err), -1);
	strbuf_reset(&sb);
	assert_int_equal(utf8_nfc("e\xcc\x81", 3, &sb, &err), 0);
	assert_string_equal(sb.buf, "\xc3\xa9");
	strbuf_reset(&sb);
	assert_int_equal(utf8_nfc("d\xc3\xa9j\xc3\xa0 vu", 9, &sb, &err), 0);
	assert_string_equal(sb.buf, "d\xc3\xa9j\xc3\xa0 vu");
	strbuf_reset(&sb);
	/* the angstrom sign is the letter, also behind plain text */
	assert_int_equal(utf8_nfc("plain \xe2\x84\xab", 9, &sb, &err), 0);
	assert_string_equal(sb.buf, "plain \xc3\x85");
	assert_int_equal(utf8_nfc("\xff", 1, &sb, &err), -1);
	strbuf_release(&sb);
}

static void
test_clock(void **state)
{
	static const struct {
		const char *text;
		int64_t at;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-21T10:00:00Z", 1795255200 },
		{ "2026-11-21T11:30:00+01:30", 1795255200 },
		{ "2026-11-21T10:00:00.999Z", 1795255200 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "2000-02-29T00:00:00Z", 951782400 },
	};
	static const char *const bad[] = { "", "2026-11-21",
		"2026-11-21T10:00:00", "2026-02-30T10:00:00Z",
		"2026-11-21T25:00:00Z", "2026-11-21T10:00:00.Z",
		"2026-11-21T10:00:00Zx", "2026-11-21T10:00:00+0100" };
	char text[CLOCK_TEXT_LEN], http[30], age[32];
	struct err err;
	int64_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(clock_parse(cases[i].text, &at, &err), 0);
		assert_int_equal(at, cases[i].at);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(clock_parse(bad[i], &at, &err), -1);
	for (int64_t t = -62167219200; t < 250000000000; t += 86399999) {
		clock_format(t, text);
		assert_int_equal(clock_parse(text, &at, &err), 0);
		assert_int_equal(at, t);
	}
	clock_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	clock_format_http(1795255200, http);
	assert_string_equal(http, "Sat, 21 Nov 2026 10:00:00 GMT");
	clock_format_age(200, age, sizeof(age));
	assert_string_equal(age, "3 min");
	assert_int_equal(valid_date("2026-02-29"), 0);
	assert_int_equal(valid_date("2024-02-29"), 1);
	assert_int_equal(valid_date("2024-13"), 0);
	assert_int_equal(valid_date("2024"), 1);
	assert_int_equal(valid_date("24"), 0);
}

static void
test_url_parse(void **state)
{
	static const char *const bad[] = { "", "ftp://a/", "http://", "//a",
		"http://u@a/", "http://a b/", "javascript:alert(1)",
		"http://a:0/", "http://a:70000/", "http://a:x/", "http://[::1",
		"http://a\n/", "http://a/\"", "http:///x" };
	struct arena *a = arena_new();
	struct url url;
	struct err err;

	(void)state;
	assert_int_equal(url_parse(a, "HTTPS://Ex.Org:8443/a?b=c#d", &url,
			     &err),
	    0);
	assert_string_equal(url.scheme, "https");
	assert_string_equal(url.host, "ex.org");
	assert_int_equal(url.port, 8443);
	assert_string_equal(url.path, "/a");
	assert_string_equal(url.query, "b=c");
	assert_int_equal(url_parse(a, "http://[::1]:80", &url, &err), 0);
	assert_string_equal(url.host, "::1");
	assert_string_equal(url.path, "/");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(valid_url(bad[i]), 0);
	assert_string_equal(url_join(a, "http://a/b/", "/c"), "http://a/b/c");
	arena_free(a);
}

static void
test_url_coding(void **state)
{
	static const char *const bad[] = { "%00", "%4", "%", "%zz", "%ff" };
	struct arena *a = arena_new();
	struct strbuf sb;
	struct err err;
	char *text;

	(void)state;
	strbuf_init(&sb, 100);
	url_encode(&sb, "a b/\xc3\xa9", 6);
	assert_string_equal(sb.buf, "a%20b%2F%C3%A9");
	assert_int_equal(url_decode(a, sb.buf, sb.len, false, &text, &err), 0);
	assert_string_equal(text, "a b/\xc3\xa9");
	assert_int_equal(url_decode(a, "a+b%41", 6, true, &text, &err), 0);
	assert_string_equal(text, "a bA");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(url_decode(a, bad[i], strlen(bad[i]), false,
				     &text, &err),
		    -1);
	strbuf_release(&sb);
	arena_free(a);
}

static void
test_quote(void **state)
{
	static const char *const names[] = { "listen", "workers", "url" };
	static const char *const options[] = { "--organisation", "--language",
		"--languages" };
	static const char *const cases[][2] = {
		{ "a\n\x1b[2J'\xff", "a\\n\\x1b[2J\\'\\xff" },
		{ "\xe2\x80\xae"
		  "abc",
		    "\\u{202e}abc" }, /* bidi override */
		{ "caf\xc3\xa9 and more than ten", "caf\xc3\xa9 and ..." },
	};
	struct strbuf sb;
	uint8_t bytes[3];
	char hex[7];

	(void)state;
	strbuf_init(&sb, 1000);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		strbuf_reset(&sb);
		log_quote(&sb, cases[i][0], strlen(cases[i][0]), 10);
		assert_string_equal(sb.buf, cases[i][1]);
	}
	hex_encode("\x00\xab\xff", 3, hex);
	assert_string_equal(hex, "00abff");
	assert_int_equal(hex_decode(hex, bytes, 3), 0);
	assert_memory_equal(bytes, "\x00\xab\xff", 3);
	assert_int_equal(hex_decode("00ABff", bytes, 3), -1);
	assert_int_equal(hex_decode("00abff0", bytes, 3), -1);
	assert_int_equal(hex_decode("00ab", bytes, 3), -1);
	assert_string_equal(nearest_name("lisen", names, 3), "listen");
	assert_null(nearest_name("banana", names, 3));
	assert_string_equal(nearest_name("--org", options, 3),
	    "--organisation");
	assert_null(nearest_name("--o", options, 3));
	assert_null(nearest_name("--langu", options, 3));
	strbuf_release(&sb);
}

static void
test_file(void **state)
{
	char dir[] = "/tmp/gspd-base-XXXXXX";
	struct arena *a = arena_new();
	struct strbuf sb;
	struct stat st;
	struct err err;
	char **names;
	const char *path;
	size_t n;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = arena_printf(a, "%s/x/y/file", dir);
	assert_int_equal(file_mkdirs(arena_printf(a, "%s/x/y", dir), 0700,
			     &err),
	    0);
	assert_int_equal(file_read(path, 100, &sb, &err), -1);
	assert_int_equal(err.code, ERR_NOTFOUND);
	assert_int_equal(file_replace(path, "old", 3, 0644, &err), 0);
	assert_int_equal(file_put(path, "newer", 5, 0600, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(file_read(path, 5, &sb, &err), 0);
	assert_string_equal(sb.buf, "newer");
	strbuf_release(&sb);
	assert_int_equal(file_read(path, 4, &sb, &err), -1);
	assert_int_equal(err.code, ERR_LIMIT);
	strbuf_release(&sb);
	assert_int_equal(file_read(dir, 4, &sb, &err), -1);
	strbuf_release(&sb);
	/* No temporary file is left beside it. */
	assert_int_equal(file_list(a, arena_printf(a, "%s/x/y", dir), &names,
			     &n, &err),
	    0);
	assert_int_equal(n, 1);
	assert_string_equal(names[0], "file");
	assert_int_equal(file_list(a, "/nonexistent", &names, &n, &err), 0);
	assert_int_equal(n, 0);
	/* A link out of the tree is removed, what it points at stays. */
	assert_int_equal(symlink("/etc", arena_printf(a, "%s/x/l", dir)), 0);
	assert_int_equal(file_remove_tree(dir, &err), 0);
	assert_false(file_exists(dir));
	assert_true(file_exists("/etc"));
	arena_free(a);
}

static void
test_file_lock(void **state)
{
	char path[] = "/tmp/gspd-lock-XXXXXX";
	struct err err;
	int made = mkstemp(path), fd;

	(void)state;
	assert_true(made >= 0);
	fd = file_lock(path, false, &err);
	assert_true(fd >= 0);
	assert_int_equal(file_lock(path, false, &err), -1);
	assert_int_equal(err.code, ERR_BUSY);
	close(fd);
	fd = file_lock(path, false, &err);
	assert_true(fd >= 0);
	close(fd);
	close(made);
	unlink(path);
}

static void
test_gzip(void **state)
{
	static char zeros[100000];
	struct strbuf packed, plain;
	struct err err;

	(void)state;
	strbuf_init(&packed, 1000000);
	strbuf_init(&plain, 1000000);
	gzip_pack(zeros, sizeof(zeros), &packed);
	assert_true(packed.len < 1000);
	assert_int_equal(gzip_unpack(packed.buf, packed.len, sizeof(zeros),
			     &plain, &err),
	    0);
	assert_int_equal(plain.len, sizeof(zeros));
	strbuf_reset(&plain);
	assert_int_equal(gzip_unpack(packed.buf, packed.len, sizeof(zeros) - 1,
			     &plain, &err),
	    -1);
	assert_int_equal(err.code, ERR_LIMIT);
	for (size_t cut = 0; cut < packed.len; cut++) {
		strbuf_reset(&plain);
		assert_int_equal(gzip_unpack(packed.buf, cut, sizeof(zeros),
				     &plain, &err),
		    -1);
	}
	strbuf_addch(&packed, 'x');
	strbuf_reset(&plain);
	assert_int_equal(gzip_unpack(packed.buf, packed.len, sizeof(zeros),
			     &plain, &err),
	    -1);
	strbuf_release(&packed);
	strbuf_release(&plain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_err),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_strbuf),
		cmocka_unit_test(test_valid_utf8),
		cmocka_unit_test(test_nfc_composed),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_url_parse),
		cmocka_unit_test(test_url_coding),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_file_lock),
		cmocka_unit_test(test_gzip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
