noinst_LIBRARIES += src/verify/libverify.a
src_verify_libverify_a_SOURCES = \
	src/verify/verify.h \
	src/verify/alliance.c \
	src/verify/folder.c \
	src/verify/head.c src/verify/rotation.c src/verify/signed.c \
	src/verify/page.c

UNIT_TESTS += tests/unit/test_verify
tests_unit_test_verify_SOURCES = tests/unit/test_verify.c \
	tests/feeds/sample.c tests/feeds/sample.h
tests_unit_test_verify_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_test_verify_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_rotation
tests_unit_test_rotation_SOURCES = tests/unit/test_rotation.c
tests_unit_test_rotation_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_alliance
tests_unit_test_alliance_SOURCES = tests/unit/test_alliance.c \
	tests/unit/flip.h tests/feeds/sample.c tests/feeds/sample.h
tests_unit_test_alliance_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_test_alliance_LDADD = $(UNIT_LDADD)
