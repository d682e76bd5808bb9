noinst_LIBRARIES += src/db/libdb.a
src_db_libdb_a_SOURCES = \
	src/db/db.h src/db/db_priv.h src/db/db_sql.h \
	src/db/copy.c src/db/db.c src/db/fail.c src/db/stmt.c

UNIT_TESTS += tests/unit/test_db
tests_unit_test_db_SOURCES = tests/unit/test_db.c
tests_unit_test_db_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_sql
tests_unit_test_sql_SOURCES = tests/unit/test_sql.c
tests_unit_test_sql_LDADD = $(UNIT_LDADD)
