noinst_LIBRARIES += src/verify/libverify.a
src_verify_libverify_a_SOURCES = src/verify/verify.h 
