noinst_LIBRARIES += src/pull/libpull.a
src_pull_libpull_a_SOURCES = src/pull/pull.h 
