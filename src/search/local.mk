noinst_LIBRARIES += src/search/libsearch.a
src_search_libsearch_a_SOURCES = src/search/search.h 
