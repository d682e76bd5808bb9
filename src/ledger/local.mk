noinst_LIBRARIES += src/ledger/libledger.a
src_ledger_libledger_a_SOURCES = \
	src/ledger/ledger.h src/ledger/ledger_priv.h src/ledger/ledger_sql.h \
	src/ledger/effective.c src/ledger/entries.c src/ledger/ledger.c \
	src/ledger/pages.c \
	src/ledger/health.c src/ledger/hints.c src/ledger/members.c \
	src/ledger/peers.c src/ledger/records.c src/ledger/relays.c \
	src/ledger/reports.c \
	src/ledger/seen.c
nodist_src_ledger_libledger_a_SOURCES = src/ledger/schema.c
EXTRA_DIST += sql/ledger-1.sql sql/ledger-2.sql sql/ledger-3.sql
CLEANFILES += src/ledger/schema.c

src/ledger/schema.c: $(srcdir)/sql/ledger-1.sql $(srcdir)/sql/ledger-2.sql $(srcdir)/sql/ledger-3.sql tools/embed$(EXEEXT)
	@$(MKDIR_P) src/ledger
	$(AM_V_GEN)tools/embed$(EXEEXT) ledger_sql_1 $(srcdir)/sql/ledger-1.sql ledger_sql_2 $(srcdir)/sql/ledger-2.sql ledger_sql_3 $(srcdir)/sql/ledger-3.sql >$@.tmp && mv $@.tmp $@

UNIT_TESTS += tests/unit/test_ledger
tests_unit_test_ledger_SOURCES = tests/unit/test_ledger.c \
	tests/unit/ledger_scene.h
tests_unit_test_ledger_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_ledger_federation
tests_unit_test_ledger_federation_SOURCES = \
	tests/unit/test_ledger_federation.c tests/unit/ledger_scene.h
tests_unit_test_ledger_federation_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_effective
tests_unit_test_effective_SOURCES = tests/unit/test_effective.c
tests_unit_test_effective_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_report
tests_unit_test_report_SOURCES = tests/unit/test_report.c \
	tests/unit/ledger_scene.h
tests_unit_test_report_LDADD = $(UNIT_LDADD)
