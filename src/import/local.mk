noinst_LIBRARIES += src/import/libimport.a
src_import_libimport_a_SOURCES = src/import/import.h 
