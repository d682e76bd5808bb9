# RelaxNG of records, pages and heads. record.rng is made from the table of
# fields by tools/rng and committed: run `make update-schemas` after a change
# of the table; tests/unit/test_record_rng fails until that is done.
rngdir = $(pkgdatadir)/schemas
dist_rng_DATA = schemas/record.rng schemas/page.rng schemas/head.rng \
	schemas/hint.rng schemas/rotation.rng schemas/alliance.rng
EXTRA_DIST += NOTICE

.PHONY: update-schemas
update-schemas: tools/rng$(EXEEXT)
	tools/rng$(EXEEXT) > $(srcdir)/schemas/record.rng

schemas/record.rng.made: tools/rng$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) schemas && tools/rng$(EXEEXT) > $@.tmp && \
	mv $@.tmp $@
check_DATA = schemas/record.rng.made
CLEANFILES += schemas/record.rng.made

# The records that script/server starts with.
EXTRA_DIST += sample/README.md \
	sample/au/records.ndjson sample/bh/records.ndjson \
	sample/ca/evidence.ris sample/ca/programmes.csv \
	sample/ca/records.ndjson \
	sample/de/records.ndjson sample/es/records.ndjson \
	sample/fr/records.ndjson \
	sample/gb-eng/evidence.bib sample/gb-eng/programmes.csv \
	sample/gb-eng/records.ndjson sample/gb-wls/records.ndjson \
	sample/jp/records.ndjson sample/mt/records.ndjson \
	sample/mx/records.ndjson sample/pt/records.ndjson \
	sample/sg/programmes.csv sample/sg/records.ndjson
