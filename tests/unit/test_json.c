/*
 * json: what is read, what is refused, and that what is written reads back.
 */
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct json *
parse(const char *text)
{
	struct err err;

	return json_parse(text, strlen(text), &err);
}

static void
test_reads(void **state)
{
	struct arena *arena = arena_new();
	struct json *root = parse("{\"b\": [1, -0.50, \"x\", true, null], "
				  "\"a\": {\"\xc3\xa9\": \"\\u00e9\"}}");
	const struct json *list = json_get(root, "b");
	const char *key;

	(void)state;
	assert_non_null(root);
	assert_int_equal(json_type(root), JSON_TYPE_OBJECT);
	assert_int_equal(json_size(root), 2);
	assert_int_equal(json_size(list), 5);
	assert_int_equal(json_int(json_at(list, 0)), 1);
	assert_int_equal(json_type(json_at(list, 1)), JSON_TYPE_REAL);
	assert_null(json_string(json_at(list, 1)));
	assert_string_equal(json_scalar(arena, json_at(list, 1)), "-0.50");
	assert_true(json_real(json_at(list, 1)) == -0.5);
	assert_string_equal(json_string(json_at(list, 2)), "x");
	assert_true(json_bool(json_at(list, 3)));
	assert_int_equal(json_type(json_at(list, 4)), JSON_TYPE_NULL);
	assert_null(json_at(list, 5));
	assert_ptr_equal(json_member(root, 0, &key), list);
	assert_string_equal(key, "b");
	assert_non_null(json_member(root, 1, &key));
	assert_string_equal(key, "a");
	assert_null(json_member(root, 2, &key));
	assert_string_equal(json_get_string(json_get(root, "a"), "\xc3\xa9"),
	    "\xc3\xa9");
	assert_null(json_get(list, "x"));
	assert_int_equal(json_type(NULL), JSON_TYPE_NULL);
	assert_int_equal(json_size(NULL), 0);
	json_free(root);
	arena_free(arena);
}

static void
test_numbers_keep_their_text(void **state)
{
	static const char *const numbers[] = { "0", "-1", "12.0", "1e5",
		"1E-400", "-0", "123456789012345678901234567890",
		"9223372036854775807", "0.1000", "1e999999999" };
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct json *root = parse(numbers[i]);

		assert_non_null(root);
		assert_string_equal(json_scalar(arena, root), numbers[i]);
		json_free(root);
	}
	arena_free(arena);
}

static void
test_refuses(void **state)
{
	static const char *const bad[] = { "", " ", "{", "}", "[1,]",
		"{\"a\":1,\"a\":2}", "\"\\u0000\"", "\"abc", "\"a\\\"", "01",
		"1.", ".5", "-", "1e", "[1] x", "nul", "\"\xff\"",
		"\"\xed\xa0\x80\"", "\"\\ud800\"", "{1:2}", "'a'", "[1 2]",
		"\"\xef\xbf\xbe"
		"1.5\"",
		"\"\\uFFFE1.5\"", "\"a\nb\"", "\xef\xbb\xbf[]", "{1.5:2}" };
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err.code = ERR_NONE;
		assert_null(json_parse(bad[i], strlen(bad[i]), &err));
		assert_int_equal(err.code, ERR_FORMAT);
	}
	assert_null(json_parse("[\0]", 3, &err));
	assert_null(json_parse("\"a\0b\"", 5, &err));
	assert_null(json_parse("[\0 1.5,2.5,3.5,4.5]", 18, &err));
}

static void
test_depth(void **state)
{
	struct strbuf sb;
	struct json *root;
	struct err err;

	(void)state;
	strbuf_init(&sb, 1 << 20);
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		strbuf_addch(&sb, '[');
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		strbuf_addch(&sb, ']');
	root = json_parse(sb.buf, sb.len, &err);
	assert_non_null(root);
	json_free(root);
	strbuf_reset(&sb);
	for (int i = 0; i < 100000; i++)
		strbuf_addch(&sb, '[');
	assert_null(json_parse(sb.buf, sb.len, &err));
	assert_non_null(strstr(err.text, "too deep"));
	strbuf_release(&sb);
}

static void
test_error_says_where(void **state)
{
	static const char text[] = "{\"lat\": 1.5,\n \"lon\": 2.5, x}";
	struct err err;

	(void)state;
	assert_null(json_parse(text, sizeof(text) - 1, &err));
	assert_non_null(strstr(err.text, "line 2"));
	assert_non_null(strstr(err.text, "column 14"));
}

static void
test_writes(void **state)
{
	struct json_writer w;
	struct strbuf sb;
	struct json *root;
	struct err err;

	(void)state;
	strbuf_init(&sb, 4096);
	json_writer_init(&w, &sb, 0);
	json_object(&w);
	json_pair(&w, "text", "<a href=\"x\">\n\t\x01&\xe2\x80\xa8\xff");
	json_pair(&w, "none", NULL);
	json_pair_int(&w, "int", -5);
	json_pair_bool(&w, "yes", true);
	json_key(&w, "list");
	json_array(&w);
	json_add_real(&w, 0.1);
	json_add_number(&w, "1.50");
	json_add_number(&w, "1.5x");
	json_add_number(&w, "01");
	json_add_null(&w);
	json_object(&w);
	json_object_end(&w);
	json_array_end(&w);
	json_object_end(&w);
	assert_string_equal(sb.buf,
	    "{\"text\":\"\\u003ca href=\\\"x\\\"\\u003e\\n\\t\\u0001\\u0026"
	    "\\u2028\xef\xbf\xbd\",\"int\":-5,\"yes\":true,\"list\":[0.1,"
	    "1.50,\"1.5x\",\"01\",null,{}]}");
	root = json_parse(sb.buf, sb.len, &err);
	assert_non_null(root);
	json_free(root);
	strbuf_release(&sb);
}

static void
test_indents(void **state)
{
	struct json_writer w;
	struct strbuf sb;

	(void)state;
	strbuf_init(&sb, 4096);
	json_writer_init(&w, &sb, 2);
	json_object(&w);
	json_key(&w, "a");
	json_array(&w);
	json_add_int(&w, 1);
	json_add_int(&w, 2);
	json_array_end(&w);
	json_key(&w, "b");
	json_array(&w);
	json_array_end(&w);
	json_object_end(&w);
	assert_string_equal(sb.buf,
	    "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": []\n}");
	strbuf_release(&sb);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_numbers_keep_their_text),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_error_says_where),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_indents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
