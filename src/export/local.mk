noinst_LIBRARIES += src/export/libexport.a
src_export_libexport_a_SOURCES = \
	src/export/export.h src/export/names.h src/export/reference.h \
	src/export/schema_org.h \
	src/export/bibtex.c src/export/citation.c src/export/coins.c \
	src/export/csl.c src/export/csv.c src/export/names.c \
	src/export/record_json.c src/export/reference.c src/export/ris.c \
	src/export/schema_org.c src/export/schema_org_service.c

UNIT_TESTS += tests/unit/test_export
tests_unit_test_export_SOURCES = tests/unit/test_export.c
tests_unit_test_export_LDADD = $(UNIT_LDADD)
