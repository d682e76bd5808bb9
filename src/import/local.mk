noinst_LIBRARIES += src/import/libimport.a
src_import_libimport_a_SOURCES = \
	src/import/import.h src/import/run.h \
	src/import/bibtex.c \
	src/import/bibtex_lex.c src/import/bibtex_lex.h \
	src/import/citation.c src/import/citation.h \
	src/import/csl.c \
	src/import/csv.c src/import/csv.h \
	src/import/csv_columns.c \
	src/import/csv_reader.c \
	src/import/detect.c \
	src/import/effects.c \
	src/import/encoding.c \
	src/import/errors.c \
	src/import/finish.c \
	src/import/gspd.c \
	src/import/hsds.c src/import/hsds.h \
	src/import/hsds_organisation.c \
	src/import/hsds_people.c \
	src/import/hsds_place.c \
	src/import/import.c \
	src/import/path.c \
	src/import/record_json.c \
	src/import/ris.c \
	src/import/row.c \
	src/import/rows_json.c \
	src/import/seen.c \
	src/import/tex.c \
	src/import/text.c

IMPORT_HELP = tests/unit/import_help.c tests/unit/import_help.h
UNIT_TESTS += \
	tests/unit/test_import_csv \
	tests/unit/test_import_hsds \
	tests/unit/test_import_json \
	tests/unit/test_import_references
tests_unit_test_import_csv_SOURCES = tests/unit/test_import_csv.c \
	$(IMPORT_HELP)
tests_unit_test_import_csv_LDADD = $(UNIT_LDADD)
tests_unit_test_import_hsds_SOURCES = tests/unit/test_import_hsds.c \
	$(IMPORT_HELP)
tests_unit_test_import_hsds_LDADD = $(UNIT_LDADD)
tests_unit_test_import_json_SOURCES = tests/unit/test_import_json.c \
	$(IMPORT_HELP)
tests_unit_test_import_json_LDADD = $(UNIT_LDADD)
tests_unit_test_import_references_SOURCES = \
	tests/unit/test_import_references.c $(IMPORT_HELP)
tests_unit_test_import_references_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_sample
tests_unit_test_sample_SOURCES = tests/unit/test_sample.c $(IMPORT_HELP)
tests_unit_test_sample_LDADD = $(UNIT_LDADD)
