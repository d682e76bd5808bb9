noinst_LIBRARIES += src/api/libapi.a
src_api_libapi_a_SOURCES = src/api/api.h src/api/inside.h \
	src/api/alliance.c src/api/api.c src/api/export.c src/api/files.c \
	src/api/metrics.c src/api/near.c \
	src/api/near_place.c src/api/near_words.c src/api/peers.c \
	src/api/peers_json.c src/api/problem.c src/api/query.c \
	src/api/record.c src/api/search.c src/api/spool.c src/api/suggest.c

UNIT_TESTS += tests/unit/test_api_query
tests_unit_test_api_query_SOURCES = tests/unit/test_api_query.c
tests_unit_test_api_query_LDADD = $(UNIT_LDADD)
