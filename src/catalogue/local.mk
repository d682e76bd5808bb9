noinst_LIBRARIES += src/catalogue/libcatalogue.a
src_catalogue_libcatalogue_a_SOURCES = src/catalogue/catalogue.h 
