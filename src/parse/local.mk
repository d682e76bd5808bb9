noinst_LIBRARIES += src/parse/libparse.a
src_parse_libparse_a_SOURCES = \
	src/parse/parse.h \
	src/parse/documents.c \
	src/parse/helper.c \
	src/parse/objects.c \
	src/parse/page.c \
	src/parse/parser.c \
	src/parse/part.h \
	src/parse/sandbox.c \
	src/parse/wire.c src/parse/wire.h

# The helper of the tests, which misbehaves as its name says.
check_PROGRAMS += tests/unit/parse_liar
tests_unit_parse_liar_SOURCES = tests/unit/parse_liar.c
tests_unit_parse_liar_LDADD = $(ROOM_LIBS) $(DEP_LIBS)

# What tests start and do not link, so that they can be built alone.
PARSE_HELPERS = tests/unit/parse_liar$(EXEEXT) gspd$(EXEEXT)

UNIT_TESTS += tests/unit/test_parse
tests_unit_test_parse_SOURCES = tests/unit/test_parse.c \
	tests/feeds/sample.c tests/feeds/sample.h
tests_unit_test_parse_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_test_parse_LDADD = $(UNIT_LDADD)
EXTRA_tests_unit_test_parse_DEPENDENCIES = $(PARSE_HELPERS)

UNIT_TESTS += tests/unit/test_parse_documents
tests_unit_test_parse_documents_SOURCES = tests/unit/test_parse_documents.c \
	tests/feeds/sample.c tests/feeds/sample.h
tests_unit_test_parse_documents_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_test_parse_documents_LDADD = $(UNIT_LDADD)
EXTRA_tests_unit_test_parse_documents_DEPENDENCIES = $(PARSE_HELPERS)
