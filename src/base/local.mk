noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES = \
	src/base/base.h \
	src/base/arena.c src/base/arena.h \
	src/base/clock.c src/base/clock.h \
	src/base/err.c src/base/err.h \
	src/base/file.c src/base/file.h \
	src/base/gzip.c src/base/gzip.h \
	src/base/log.c src/base/log.h \
	src/base/quote.c src/base/quote.h \
	src/base/strbuf.c src/base/strbuf.h \
	src/base/url.c src/base/url.h \
	src/base/utf8.c src/base/utf8.h \
	src/base/vec.c src/base/vec.h

UNIT_TESTS += tests/unit/test_base
tests_unit_test_base_SOURCES = tests/unit/test_base.c
tests_unit_test_base_LDADD = src/base/libbase.a $(DEP_LIBS) $(CMOCKA_LIBS)
