noinst_LIBRARIES += src/http/libhttp.a
src_http_libhttp_a_SOURCES = src/http/http.h src/http/limits.h \
	src/http/server.h \
	src/http/address.c src/http/conn.c src/http/listen.c \
	src/http/pool.c src/http/reader.c src/http/request.c \
	src/http/response.c src/http/server.c src/http/tls.c

UNIT_TESTS += tests/unit/test_http_reader tests/unit/test_http_server
tests_unit_test_http_reader_SOURCES = tests/unit/test_http_reader.c
tests_unit_test_http_reader_LDADD = $(UNIT_LDADD)
tests_unit_test_http_server_SOURCES = tests/unit/test_http_server.c \
	tests/unit/client.h
tests_unit_test_http_server_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_http_tls
tests_unit_test_http_tls_SOURCES = tests/unit/test_http_tls.c \
	tests/unit/client.h
tests_unit_test_http_tls_LDADD = $(UNIT_LDADD)
