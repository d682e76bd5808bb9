/*
 * The tree of values: table order, language maps, copies, packed bytes and
 * content.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/record.h"

#define ID "urn:gspd:ca:0b5a6f0e-3a51-4a2b-8a55-0f1e2d3c4b5a"

static int
set_up(void **state)
{
	*state = arena_new();
	return 0;
}

static int
tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static struct record *
programme(struct arena *arena)
{
	struct record *rec = record_new(arena, RECORD_KIND_PROGRAMME, ID, "en");
	struct value *group;

	group = record_add(rec, NULL, FIELD_AREA, NULL, NULL);
	record_add(rec, group, FIELD_AREA_COUNTRY, "CA", NULL);
	record_add(rec, NULL, FIELD_ZONE, "nature", NULL);
	record_add(rec, NULL, FIELD_ZONE, "arts", NULL);
	record_add(rec, NULL, FIELD_NAME, "Garden choir", "en");
	record_add(rec, NULL, FIELD_NAME, "Choeur du jardin", "fr-CA")->made =
	    "machine";
	record_add(rec, NULL, FIELD_SUMMARY, "We sing outdoors.", NULL);
	record_add(rec, NULL, FIELD_STATUS, "active", NULL);
	record_add(rec, NULL, FIELD_ACCESS, "self", NULL);
	group = record_add(rec, NULL, FIELD_ORGANISATION, NULL, NULL);
	record_add(rec, group, FIELD_ORGANISATION_NAME, "Example Society",
	    NULL);
	record_add_unknown(rec, NULL, "<later xmlns=\"x\"></later>", 26);
	rec->published_at = 1700000000;
	rec->modified_at = -1;
	return rec;
}

static void
test_order(void **state)
{
	struct record *rec = programme(*state);
	unsigned last = 0;
	size_t n = 0;

	for (const struct value *v = rec->root.first; v; v = v->next, n++) {
		unsigned at = v->field != NULL ? v->field->id : FIELD_COUNT;

		assert_true(at >= last);
		last = at;
	}
	assert_int_equal(n, 10);
	assert_int_equal(rec->n_values, 12);
	assert_string_equal(value_get(&rec->root, FIELD_ZONE), "nature");
	record_remove(rec, NULL, FIELD_AREA);
	record_remove(rec, NULL, FIELD_ZONE);
	assert_null(value_find(&rec->root, FIELD_ZONE));
	assert_int_equal(rec->n_values, 8);
}

static void
test_language(void **state)
{
	struct record *rec = programme(*state);
	const char *lang = NULL;

	assert_string_equal(value_text(rec, NULL, FIELD_NAME, "fr", &lang),
	    "Choeur du jardin");
	assert_string_equal(lang, "fr-CA");
	assert_string_equal(record_title(rec, "cy"), "Garden choir");
	assert_string_equal(record_title(rec, NULL), "Garden choir");
	assert_string_equal(record_title(rec, "FR-ca"), "Choeur du jardin");
	assert_string_equal(record_summary(rec, "fr"), "We sing outdoors.");
	assert_string_equal(record_country(rec), "CA");
	assert_null(value_text(rec, NULL, FIELD_DESCRIPTION, "en", NULL));
	rec = record_new(*state, RECORD_KIND_EVIDENCE, ID, "en");
	assert_string_equal(record_title(rec, "en"), "");
	assert_string_equal(record_summary(rec, NULL), "");
	assert_null(record_country(rec));
}

static void
pack(const struct record *rec, struct strbuf *sb)
{
	strbuf_init(sb, 1 << 20);
	record_pack(rec, sb);
}

static void
test_pack(void **state)
{
	struct record *rec = programme(*state), *back;
	struct strbuf one, two;
	struct err err;

	pack(rec, &one);
	back = record_unpack(*state, one.buf, one.len, &err);
	assert_non_null(back);
	pack(back, &two);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.buf, two.buf, one.len);
	assert_int_equal(back->modified_at, -1);
	assert_int_equal(back->n_values, rec->n_values);
	strbuf_release(&two);
	pack(record_copy(*state, rec), &two);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.buf, two.buf, one.len);
	strbuf_release(&one);
	strbuf_release(&two);
}

/* Cut short at every byte, and every byte broken in eight ways. */
static void
test_pack_hostile(void **state)
{
	struct strbuf sb;
	struct err err;

	pack(programme(*state), &sb);
	for (size_t len = 0; len < sb.len; len++) {
		/* An exact copy, so that a reader past the end is seen. */
		char *cut = xmalloc(len);

		memcpy(cut, sb.buf, len);
		assert_null(record_unpack(*state, cut, len, &err));
		assert_int_equal(err.code, ERR_FORMAT);
		free(cut);
	}
	for (size_t i = 0; i < sb.len * 8; i++) {
		struct arena *arena = arena_new();
		struct record *rec;

		sb.buf[i / 8] = (char)(sb.buf[i / 8] ^ (1 << (i % 8)));
		rec = record_unpack(arena, sb.buf, sb.len, &err);
		if (rec != NULL) {
			struct strbuf out;

			pack(rec, &out);
			strbuf_release(&out);
		}
		sb.buf[i / 8] = (char)(sb.buf[i / 8] ^ (1 << (i % 8)));
		arena_free(arena);
	}
	strbuf_release(&sb);
}

static void
test_pack_version(void **state)
{
	struct strbuf sb;
	struct err err;

	pack(programme(*state), &sb);
	sb.buf[2]++;
	assert_null(record_unpack(*state, sb.buf, sb.len, &err));
	assert_non_null(strstr(err.text, "another version"));
	sb.buf[2]--;
	sb.buf[3]++;
	assert_null(record_unpack(*state, sb.buf, sb.len, &err));
	assert_non_null(strstr(err.text, "another version"));
	sb.buf[3]--;
	strbuf_addch(&sb, 'x');
	assert_null(record_unpack(*state, sb.buf, sb.len, &err));
	strbuf_release(&sb);
}

static int
same_content(const struct record *a, const struct record *b)
{
	struct strbuf one, two;
	int same;

	strbuf_init(&one, 1 << 20);
	strbuf_init(&two, 1 << 20);
	record_content(a, &one);
	record_content(b, &two);
	same = one.len == two.len && memcmp(one.buf, two.buf, one.len) == 0;
	strbuf_release(&one);
	strbuf_release(&two);
	return same;
}

static void
test_content(void **state)
{
	struct record *a = programme(*state), *b = programme(*state);
	struct value *v;

	b->published_at = 5;
	b->first_at = 6;
	b->modified_at = 7;
	assert_true(same_content(a, b));
	/* Order of a set, and of languages. */
	record_remove(b, NULL, FIELD_ZONE);
	record_add(b, NULL, FIELD_ZONE, "arts", NULL);
	record_add(b, NULL, FIELD_ZONE, "nature", NULL);
	record_remove(b, NULL, FIELD_NAME);
	record_add(b, NULL, FIELD_NAME, "Choeur du jardin", "fr-CA")->made =
	    "machine";
	record_add(b, NULL, FIELD_NAME, "Garden choir", NULL);
	assert_true(same_content(a, b));
	record_add(b, NULL, FIELD_ZONE, "wisdom", NULL);
	assert_false(same_content(a, b));
	/* Order of a list that is no set. */
	b = programme(*state);
	a = programme(*state);
	v = record_add(a, NULL, FIELD_SITE, NULL, NULL);
	record_add(a, v, FIELD_SITE_NAME, "One", NULL);
	v = record_add(a, NULL, FIELD_SITE, NULL, NULL);
	record_add(a, v, FIELD_SITE_NAME, "Two", NULL);
	v = record_add(b, NULL, FIELD_SITE, NULL, NULL);
	record_add(b, v, FIELD_SITE_NAME, "Two", NULL);
	v = record_add(b, NULL, FIELD_SITE, NULL, NULL);
	record_add(b, v, FIELD_SITE_NAME, "One", NULL);
	assert_false(same_content(a, b));
}

static void
test_ids(void **state)
{
	char node[RECORD_NODE_MAX], uuid[37];

	assert_int_equal(record_id_split(ID, node, uuid), 0);
	assert_string_equal(node, "ca");
	assert_string_equal(record_id_make(*state, node, uuid), ID);
	assert_true(valid_node("gb-eng"));
	assert_true(valid_node("us-ca-x1"));
	assert_false(valid_node("gb-"));
	assert_false(valid_node("g"));
	assert_false(valid_node("GB"));
	assert_false(valid_node("gb-eng-a-b"));
	assert_false(valid_node("gb-12345678901"));
	assert_false(valid_node(""));
	assert_int_equal(record_id_split("urn:gspd:ca", node, uuid), -1);
	assert_int_equal(record_id_split("urn:gspd:ca:0B5A6F0E-3a51-4a2b-8a55-"
					 "0f1e2d3c4b5a",
			     node, uuid),
	    -1);
	assert_int_equal(record_id_split(ID "0", node, uuid), -1);
	assert_int_equal(record_id_split("", node, uuid), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_language, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_pack, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pack_hostile, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_pack_version, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_content, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(test_ids, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
