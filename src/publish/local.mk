noinst_LIBRARIES += src/publish/libpublish.a
src_publish_libpublish_a_SOURCES = src/publish/publish.h 
