noinst_LIBRARIES += src/catalogue/libcatalogue.a
src_catalogue_libcatalogue_a_SOURCES = \
	src/catalogue/catalogue.h src/catalogue/catalogue_priv.h \
	src/catalogue/catalogue_sql.h \
	src/catalogue/catalogue.c src/catalogue/component.c \
	src/catalogue/edges.c src/catalogue/feed.c src/catalogue/gone.c src/catalogue/group.c \
	src/catalogue/notes.c src/catalogue/put.c src/catalogue/read.c \
	src/catalogue/seed.c
nodist_src_catalogue_libcatalogue_a_SOURCES = src/catalogue/schema.c
EXTRA_DIST += sql/catalogue.sql
CLEANFILES += src/catalogue/schema.c

src/catalogue/schema.c: $(srcdir)/sql/catalogue.sql tools/embed$(EXEEXT)
	@$(MKDIR_P) src/catalogue
	$(AM_V_GEN)tools/embed$(EXEEXT) catalogue_script $(srcdir)/sql/catalogue.sql >$@.tmp && mv $@.tmp $@

UNIT_TESTS += tests/unit/test_arrival tests/unit/test_catalogue \
	tests/unit/test_catalogue_file tests/unit/test_component
tests_unit_test_arrival_SOURCES = tests/unit/test_arrival.c
tests_unit_test_arrival_LDADD = $(UNIT_LDADD)
tests_unit_test_catalogue_SOURCES = tests/unit/test_catalogue.c \
	tests/unit/catalogue_help.h
tests_unit_test_catalogue_file_SOURCES = tests/unit/test_catalogue_file.c \
	tests/unit/catalogue_help.h
tests_unit_test_catalogue_file_LDADD = $(UNIT_LDADD)
tests_unit_test_component_SOURCES = tests/unit/test_component.c \
	tests/unit/catalogue_help.h
tests_unit_test_component_LDADD = $(UNIT_LDADD)
tests_unit_test_catalogue_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_gone
tests_unit_test_gone_SOURCES = tests/unit/test_gone.c \
	tests/unit/catalogue_help.h
tests_unit_test_gone_LDADD = $(UNIT_LDADD)
