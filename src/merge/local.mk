noinst_LIBRARIES += src/merge/libmerge.a
src_merge_libmerge_a_SOURCES = src/merge/merge.h \
	src/merge/group.c src/merge/keys.c src/merge/view.c

UNIT_TESTS += tests/unit/test_merge
tests_unit_test_merge_SOURCES = tests/unit/test_merge.c
tests_unit_test_merge_LDADD = $(UNIT_LDADD)
