noinst_LIBRARIES += src/merge/libmerge.a
src_merge_libmerge_a_SOURCES = src/merge/merge.h 
