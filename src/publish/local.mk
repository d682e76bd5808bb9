noinst_LIBRARIES += src/publish/libpublish.a
src_publish_libpublish_a_SOURCES = \
	src/publish/publish.h \
	src/publish/chain.h src/publish/run.h \
	src/publish/chain.c \
	src/publish/hint.c \
	src/publish/index.c \
	src/publish/keys.c \
	src/publish/layout.c \
	src/publish/objects.c \
	src/publish/publish.c src/publish/rotate.c \
	src/publish/rows.c

UNIT_TESTS += tests/unit/test_publish tests/unit/test_rotate
tests_unit_test_publish_SOURCES = tests/unit/test_publish.c \
	tests/unit/feed_world.c tests/unit/feed_world.h
tests_unit_test_publish_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_hint
tests_unit_test_hint_SOURCES = tests/unit/test_hint.c \
	tests/unit/feed_world.c tests/unit/feed_world.h
tests_unit_test_hint_LDADD = $(UNIT_LDADD)
tests_unit_test_rotate_SOURCES = tests/unit/test_rotate.c \
	tests/unit/feed_world.c tests/unit/feed_world.h
tests_unit_test_rotate_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_publish_million
tests_unit_test_publish_million_SOURCES = tests/unit/test_publish_million.c \
	tests/unit/feed_world.c tests/unit/feed_world.h
tests_unit_test_publish_million_LDADD = $(UNIT_LDADD)
