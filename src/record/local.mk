noinst_LIBRARIES += src/record/librecord.a
src_record_librecord_a_SOURCES = src/record/fields.def src/record/record.h \
	src/record/check.c src/record/check.h \
	src/record/content.c \
	src/record/field.c src/record/field.h \
	src/record/id.c \
	src/record/identifier.c \
	src/record/pack.c \
	src/record/problem.c \
	src/record/rules.c \
	src/record/schedule.c \
	src/record/scheme.c src/record/scheme.h \
	src/record/validate.c \
	src/record/value.c \
	src/record/view.c \
	src/record/strength.c src/record/vocab.c src/record/vocab.h \
	src/record/vocab_key.c
nodist_src_record_librecord_a_SOURCES = \
	src/record/field_index.c src/record/vocab_data.c
BUILT_SOURCES += src/record/field_index.c src/record/vocab_data.c
CLEANFILES += src/record/field_index.c src/record/vocab_data.c

# In the order of enum vocab.
VOCABULARIES = \
	schemas/vocabulary/method.tsv \
	schemas/vocabulary/relation.tsv \
	schemas/vocabulary/status.tsv \
	schemas/vocabulary/zone.tsv \
	schemas/vocabulary/model.tsv \
	schemas/vocabulary/building_block.tsv \
	schemas/vocabulary/need.tsv \
	schemas/vocabulary/situation.tsv \
	schemas/vocabulary/access.tsv \
	schemas/vocabulary/attendance.tsv \
	schemas/vocabulary/cost.tsv \
	schemas/vocabulary/role.tsv \
	schemas/vocabulary/sdg.tsv \
	schemas/vocabulary/evidence_type.tsv \
	schemas/vocabulary/access_right.tsv \
	schemas/vocabulary/design.tsv \
	schemas/vocabulary/grade_scale.tsv \
	schemas/vocabulary/outcome.tsv \
	schemas/vocabulary/outcome_domain.tsv \
	schemas/vocabulary/measure.tsv \
	schemas/vocabulary/better_if.tsv \
	schemas/vocabulary/analysis.tsv \
	schemas/vocabulary/direction.tsv \
	schemas/vocabulary/organisation_type.tsv \
	schemas/vocabulary/resource_type.tsv \
	schemas/vocabulary/country.tsv \
	schemas/vocabulary/language.tsv \
	schemas/vocabulary/kind.tsv \
	schemas/vocabulary/strength.tsv
EXTRA_DIST += schemas/vocabulary/aliases.tsv $(VOCABULARIES)

src/record/field_index.c: tools/fieldindex$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) src/record && \
	tools/fieldindex$(EXEEXT) > $@.tmp && mv $@.tmp $@

src/record/vocab_data.c: tools/vocab$(EXEEXT) $(VOCABULARIES) \
		schemas/vocabulary/aliases.tsv
	$(AM_V_GEN)$(MKDIR_P) src/record && files= && \
	for f in $(VOCABULARIES); do files="$$files $(top_srcdir)/$$f"; done && \
	tools/vocab$(EXEEXT) $(top_srcdir)/schemas/vocabulary/aliases.tsv \
		$$files > $@.tmp && mv $@.tmp $@

UNIT_TESTS += tests/unit/test_record
tests_unit_test_record_SOURCES = tests/unit/test_record.c
tests_unit_test_record_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_record_rng
tests_unit_test_record_rng_SOURCES = tests/unit/test_record_rng.c
tests_unit_test_record_rng_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_record_table
tests_unit_test_record_table_SOURCES = tests/unit/test_record_table.c
tests_unit_test_record_table_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_record_vocab
tests_unit_test_record_vocab_SOURCES = tests/unit/test_record_vocab.c
tests_unit_test_record_vocab_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_record_identifier
tests_unit_test_record_identifier_SOURCES = tests/unit/test_record_identifier.c
tests_unit_test_record_identifier_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_record_validate
tests_unit_test_record_validate_SOURCES = tests/unit/test_record_validate.c
tests_unit_test_record_validate_LDADD = $(UNIT_LDADD)
