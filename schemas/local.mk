# RelaxNG of records, pages and heads. record.rng is made from the table of
# fields by tools/rng and committed: run `make update-schemas` after a change
# of the table; tests/unit/test_record_rng fails until that is done.
rngdir = $(pkgdatadir)/schemas
dist_rng_DATA = schemas/record.rng schemas/page.rng schemas/head.rng
EXTRA_DIST += NOTICE

.PHONY: update-schemas
update-schemas: tools/rng$(EXEEXT)
	tools/rng$(EXEEXT) > $(srcdir)/schemas/record.rng

schemas/record.rng.made: tools/rng$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) schemas && tools/rng$(EXEEXT) > $@.tmp && \
	mv $@.tmp $@
check_DATA = schemas/record.rng.made
CLEANFILES += schemas/record.rng.made
