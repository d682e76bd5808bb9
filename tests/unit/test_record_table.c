/*
 * The table of fields holds together: parents before children, names that
 * are found again, types that fit their vocabularies, limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "record/record.h"

static void
test_kinds(void **state)
{
	enum record_kind kind;

	(void)state;
	for (int i = 0; i < RECORD_KIND_COUNT; i++) {
		const char *name = record_kind_name((enum record_kind)i);

		assert_int_equal(record_kind_parse(name, &kind), 0);
		assert_int_equal(kind, i);
		assert_true(vocab_has(VOCAB_KIND, name));
	}
	assert_int_equal(record_kind_parse("Programme", &kind), -1);
	assert_int_equal(record_kind_parse("", &kind), -1);
}

static void
test_shape(void **state)
{
	(void)state;
	for (int i = FIELD_ROOT + 1; i < FIELD_COUNT; i++) {
		const struct field *f = field_get((enum field_id)i);
		const struct field *parent = field_get(f->parent);

		assert_int_equal(f->id, i);
		assert_true(f->parent < f->id);
		assert_int_equal(parent->type, FIELD_TYPE_GROUP);
		assert_true(strspn(f->name, "abcdefghijklmnopqrstuvwxyz_0123"
					    "456789") == strlen(f->name));
		assert_true(strlen(f->help) > 0);
		assert_int_equal(f->type == FIELD_TYPE_GROUP, f->max == 0);
		assert_int_equal(f->type == FIELD_TYPE_CODE,
		    f->vocab != VOCAB_NONE);
		/* Who must carry it or may repeat it may carry it. */
		assert_int_equal(f->required & ~f->kinds, 0);
		assert_int_equal(f->many & ~f->kinds, 0);
		assert_true(f->kinds != 0);
		if (f->flags & FIELD_SET)
			assert_true(f->many != 0);
	}
}

static void
test_find(void **state)
{
	(void)state;
	for (int i = FIELD_ROOT + 1; i < FIELD_COUNT; i++) {
		const struct field *f = field_get((enum field_id)i);

		for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
			const struct field *found = field_find(f->parent,
			    f->name, (enum record_kind)kind);

			if (field_has(f, (enum record_kind)kind))
				assert_ptr_equal(found, f);
			else
				assert_ptr_not_equal(found, f);
		}
	}
	assert_null(field_find(FIELD_ROOT, "", RECORD_KIND_TERM));
	assert_null(field_find(FIELD_ROOT, "zzz", RECORD_KIND_TERM));
	assert_null(field_find(FIELD_ROOT, "title", RECORD_KIND_PROGRAMME));
	assert_null(field_find(FIELD_SITE, "zone", RECORD_KIND_PROGRAMME));
	assert_null(field_find(FIELD_NAME, "name", RECORD_KIND_PROGRAMME));
}

static void
test_required(void **state)
{
	(void)state;
	assert_true(
	    field_is_required(field_get(FIELD_ZONE), RECORD_KIND_PROGRAMME));
	assert_false(
	    field_is_required(field_get(FIELD_ZONE), RECORD_KIND_EVIDENCE));
	assert_true(
	    field_is_many(field_get(FIELD_SITE), RECORD_KIND_PROGRAMME));
	assert_false(
	    field_is_many(field_get(FIELD_NAME), RECORD_KIND_PROGRAMME));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_required),
	};

	return cmocka_run_group_tests_name("record_table", tests, NULL, NULL);
}
