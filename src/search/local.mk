noinst_LIBRARIES += src/search/libsearch.a
src_search_libsearch_a_SOURCES = \
	src/search/search.h \
	src/search/plural.c \
	src/search/token.c src/search/token.h
UNIT_TESTS += tests/unit/test_token
tests_unit_test_token_SOURCES = tests/unit/test_token.c
tests_unit_test_token_LDADD = $(UNIT_LDADD)
