noinst_LIBRARIES += src/feed/libfeed.a
src_feed_libfeed_a_SOURCES = \
	src/feed/feed.h src/feed/limits.h src/feed/part.h \
	src/feed/alliance.c src/feed/attr.c src/feed/check.c \
	src/feed/endorsement.c \
	src/feed/entry_read.c \
	src/feed/entry_write.c \
	src/feed/head_read.c \
	src/feed/head_write.c \
	src/feed/hint.c \
	src/feed/page.c \
	src/feed/rotation.c \
	src/feed/signature.c \
	src/feed/trie.c

UNIT_TESTS += tests/unit/test_feed_head tests/unit/test_feed_entry
tests_unit_test_feed_head_SOURCES = tests/unit/test_feed_head.c \
	tests/feeds/sample.c tests/feeds/sample.h
tests_unit_test_feed_head_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_test_feed_head_LDADD = $(UNIT_LDADD)
tests_unit_test_feed_entry_SOURCES = tests/unit/test_feed_entry.c \
	tests/feeds/sample.c tests/feeds/sample.h
tests_unit_test_feed_entry_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_test_feed_entry_LDADD = $(UNIT_LDADD)
