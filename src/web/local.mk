noinst_LIBRARIES += src/web/libweb.a
src_web_libweb_a_SOURCES = src/web/web.h src/web/page.h src/web/inside.h \
	src/web/home_page.h src/web/keep.h src/web/list_page.h src/web/map_page.h src/web/project.h src/web/country_points.def src/web/peers_page.h src/web/record_page.h \
	src/web/results_page.h src/web/routes.h \
	src/web/assets.h src/web/text.h src/web/tmpl.h \
	src/web/assets.c src/web/cards.c src/web/cite.c src/web/compare.c src/web/compare_rows.c \
	src/web/failure.c src/web/fast.c src/web/feed.c src/web/handler.c src/web/home.c src/web/keep.c src/web/link.c src/web/list.c src/web/map.c src/web/map_marks.c src/web/map_view.c src/web/project.c \
	src/web/others.c src/web/page.c src/web/peer.c src/web/peers.c \
	src/web/programme.c src/web/provenance.c src/web/record.c src/web/relay.c \
	src/web/results.c src/web/routes.c src/web/rows.c src/web/schedule.c \
	src/web/spark.c src/web/text.c src/web/tmpl.c src/web/web.c \
	src/web/worker.c
# Files to take away.
src_web_libweb_a_SOURCES += src/web/export_page.h src/web/atom.c \
	src/web/exports.c src/web/opensearch.c src/web/sitemap.c
nodist_src_web_libweb_a_SOURCES = src/web/embedded.c src/web/compare_tmpl.c \
	src/web/list_tmpl.c src/web/land_tmpl.c src/web/map_tmpl.c src/web/about_tmpl.c \
	src/web/home_tmpl.c src/web/layout_tmpl.c src/web/peer_tmpl.c \
	src/web/peers_tmpl.c src/web/record_tmpl.c src/web/results_tmpl.c
WEB_TEMPLATES = src/web/about.tmpl src/web/compare.tmpl src/web/list.tmpl src/web/land.tmpl src/web/map.tmpl src/web/home.tmpl src/web/layout.tmpl \
	src/web/peer.tmpl src/web/peers.tmpl src/web/record.tmpl \
	src/web/results.tmpl
WEB_TEXTS = src/web/text.def src/web/texts/about.def \
	src/web/texts/dates.def src/web/texts/errors.def \
	src/web/texts/evidence.def src/web/texts/frame.def \
	src/web/texts/home.def src/web/texts/list.def src/web/texts/map.def src/web/texts/others.def \
	src/web/texts/peers.def src/web/texts/programme.def \
	src/web/texts/provenance.def src/web/texts/results.def
WEB_ASSETS = src/web/style.css src/web/favicon.svg
EXTRA_DIST += $(WEB_TEMPLATES) $(WEB_ASSETS) $(WEB_TEXTS)
WEB_TEXTS += src/web/texts/exports.def
CLEANFILES += $(nodist_src_web_libweb_a_SOURCES) src/web/style.min.css

src/web/style.min.css: src/web/style.css tools/cssmin$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) src/web && tools/cssmin$(EXEEXT) \
		$(srcdir)/src/web/style.css > $@.tmp && mv $@.tmp $@
src/web/embedded.c: src/web/style.min.css $(WEB_ASSETS) tools/embed$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) src/web && tools/embed$(EXEEXT) \
		web_style src/web/style.min.css \
		web_icon $(srcdir)/src/web/favicon.svg > $@.tmp && mv $@.tmp $@

# A template becomes C: src/web/home.tmpl -> src/web/home_tmpl.c
src/web/about_tmpl.c: src/web/about.tmpl
src/web/compare_tmpl.c: src/web/compare.tmpl
src/web/list_tmpl.c: src/web/list.tmpl
src/web/land_tmpl.c: src/web/land.tmpl
src/web/map_tmpl.c: src/web/map.tmpl
src/web/home_tmpl.c: src/web/home.tmpl
src/web/layout_tmpl.c: src/web/layout.tmpl
src/web/peer_tmpl.c: src/web/peer.tmpl
src/web/peers_tmpl.c: src/web/peers.tmpl
src/web/record_tmpl.c: src/web/record.tmpl
src/web/results_tmpl.c: src/web/results.tmpl
TMPLC = $(MKDIR_P) $(@D) && tools/tmplc$(EXEEXT)
src/web/about_tmpl.c src/web/compare_tmpl.c src/web/list_tmpl.c \
src/web/land_tmpl.c src/web/map_tmpl.c \
src/web/home_tmpl.c src/web/layout_tmpl.c \
src/web/peer_tmpl.c src/web/peers_tmpl.c src/web/record_tmpl.c \
src/web/results_tmpl.c: \
    tools/tmplc$(EXEEXT)
	$(AM_V_GEN)$(TMPLC) $(srcdir)/src/web/$$(basename $@ _tmpl.c).tmpl \
		> $@.tmp && mv $@.tmp $@

# What stands around pages, filters, browsing, the pages about all this.
src_web_libweb_a_SOURCES += src/web/about.c src/web/browse.c \
	src/web/filters.c src/web/frame.c

# The pages of evidence.
src_web_libweb_a_SOURCES += src/web/evidence_map.c \
	src/web/evidence_map_page.h src/web/evidence_page.h src/web/forest.h \
	src/web/plot.h src/web/draw.c src/web/effects.c src/web/evidence.c \
	src/web/forest.c src/web/limits.c src/web/measure.c src/web/plot.c \
	src/web/verdict.c
nodist_src_web_libweb_a_SOURCES += src/web/evidence_map_tmpl.c \
	src/web/evidence_tmpl.c \
	src/web/forest_tmpl.c
WEB_TEMPLATES += src/web/evidence_map.tmpl src/web/evidence.tmpl src/web/forest.tmpl
WEB_TEXTS += src/web/texts/evidence_map.def
src/web/evidence_map_tmpl.c: src/web/evidence_map.tmpl
src/web/evidence_tmpl.c: src/web/evidence.tmpl
src/web/forest_tmpl.c: src/web/forest.tmpl
src/web/evidence_map_tmpl.c src/web/evidence_tmpl.c \
src/web/forest_tmpl.c: tools/tmplc$(EXEEXT)
	$(AM_V_GEN)$(TMPLC) $(srcdir)/src/web/$$(basename $@ _tmpl.c).tmpl \
		> $@.tmp && mv $@.tmp $@

UNIT_TESTS += tests/unit/test_forest
tests_unit_test_forest_SOURCES = tests/unit/test_forest.c
tests_unit_test_forest_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_web_evidence
tests_unit_test_web_evidence_SOURCES = tests/unit/test_web_evidence.c \
	tests/unit/site.c tests/unit/site.h tests/unit/client.h \
	tests/unit/visit.h
tests_unit_test_web_evidence_LDADD = $(UNIT_LDADD)
tests_unit_test_web_evidence_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=search_matrix
TESTS += tests/metafor/metafor.sh
EXTRA_DIST += docs/evidence-pages.md tests/metafor/metafor.sh tests/metafor/forest.R \
	tests/metafor/cases.csv tests/metafor/expected.csv

UNIT_TESTS += tests/unit/test_tmpl
tests_unit_test_tmpl_SOURCES = tests/unit/test_tmpl.c tests/unit/escape.h
nodist_tests_unit_test_tmpl_SOURCES = tests/unit/escape_tmpl.c
tests_unit_test_tmpl_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit
tests_unit_test_tmpl_LDADD = $(UNIT_LDADD)
tests/unit/escape_tmpl.c: tests/unit/escape.tmpl tools/tmplc$(EXEEXT)
	$(AM_V_GEN)$(TMPLC) $(srcdir)/tests/unit/escape.tmpl > $@.tmp && \
		mv $@.tmp $@
EXTRA_DIST += tests/unit/escape.tmpl
CLEANFILES += tests/unit/escape_tmpl.c

UNIT_TESTS += tests/unit/test_cssmin
tests_unit_test_cssmin_SOURCES = tests/unit/test_cssmin.c
tests_unit_test_cssmin_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_web tests/unit/test_web_relay
tests_unit_test_web_SOURCES = tests/unit/test_web.c tests/unit/site.c \
	tests/unit/site.h tests/unit/client.h tests/unit/visit.h
tests_unit_test_web_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_web_peers
tests_unit_test_web_peers_SOURCES = tests/unit/test_web_peers.c \
	tests/unit/site.c tests/unit/site.h tests/unit/client.h \
	tests/unit/visit.h
tests_unit_test_web_peers_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_web_search
tests_unit_test_web_search_SOURCES = tests/unit/test_web_search.c \
	tests/unit/site.c tests/unit/site.h tests/unit/client.h \
	tests/unit/visit.h
tests_unit_test_web_search_LDADD = $(UNIT_LDADD)
tests_unit_test_web_search_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=search_run,--wrap=search_place,--wrap=search_suggest
UNIT_TESTS += tests/unit/test_web_frame
tests_unit_test_web_frame_SOURCES = tests/unit/test_web_frame.c \
	tests/unit/site.c tests/unit/site.h tests/unit/client.h \
	tests/unit/visit.h
tests_unit_test_web_frame_LDADD = $(UNIT_LDADD)
tests_unit_test_web_frame_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=search_run
UNIT_TESTS += tests/unit/test_web_list
tests_unit_test_web_list_SOURCES = tests/unit/test_web_list.c \
	tests/unit/site.c tests/unit/site.h tests/unit/client.h \
	tests/unit/visit.h
tests_unit_test_web_list_LDADD = $(UNIT_LDADD)
tests_unit_test_web_relay_SOURCES = tests/unit/test_web_relay.c \
	tests/unit/site.c tests/unit/site.h tests/unit/client.h \
	tests/unit/visit.h
tests_unit_test_web_relay_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_keep tests/unit/test_web_keep
tests_unit_test_keep_SOURCES = tests/unit/test_keep.c
tests_unit_test_keep_LDADD = $(UNIT_LDADD)
tests_unit_test_web_keep_SOURCES = tests/unit/test_web_keep.c \
	tests/unit/site.c tests/unit/site.h tests/unit/client.h \
	tests/unit/visit.h
tests_unit_test_web_keep_LDADD = $(UNIT_LDADD)

# Records that are gone, and reports of problems.
src_web_libweb_a_SOURCES += src/web/gone_page.h src/web/report_page.h \
	src/web/beside.c src/web/gone.c src/web/linked.c \
	src/web/organisation.c src/web/report.c
nodist_src_web_libweb_a_SOURCES += src/web/gone_tmpl.c src/web/report_tmpl.c
WEB_TEMPLATES += src/web/gone.tmpl src/web/report.tmpl
WEB_TEXTS += src/web/texts/gone.def src/web/texts/report.def
src/web/gone_tmpl.c: src/web/gone.tmpl
src/web/report_tmpl.c: src/web/report.tmpl
src/web/gone_tmpl.c src/web/report_tmpl.c: tools/tmplc$(EXEEXT)
	$(AM_V_GEN)$(TMPLC) $(srcdir)/src/web/$$(basename $@ _tmpl.c).tmpl \
		> $@.tmp && mv $@.tmp $@
UNIT_TESTS += tests/unit/test_web_report
tests_unit_test_web_report_SOURCES = tests/unit/test_web_report.c \
	tests/unit/site.c tests/unit/site.h tests/unit/client.h \
	tests/unit/visit.h
tests_unit_test_web_report_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_project tests/unit/test_web_map
tests_unit_test_project_SOURCES = tests/unit/test_project.c
tests_unit_test_project_LDADD = $(UNIT_LDADD)
tests_unit_test_web_map_SOURCES = tests/unit/test_web_map.c \
	tests/unit/site.c tests/unit/site.h tests/unit/client.h \
	tests/unit/visit.h
tests_unit_test_web_map_LDADD = $(UNIT_LDADD)
# Run by hand; what it writes is in git.
EXTRA_DIST += tools/land.py
UNIT_TESTS += tests/unit/test_web_exports
tests_unit_test_web_exports_SOURCES = tests/unit/test_web_exports.c \
	tests/unit/site.c tests/unit/site.h tests/unit/client.h \
	tests/unit/visit.h
tests_unit_test_web_exports_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_web_record
tests_unit_test_web_record_SOURCES = tests/unit/test_web_record.c \
	tests/unit/site.c tests/unit/site.h tests/unit/client.h \
	tests/unit/visit.h
tests_unit_test_web_record_LDADD = $(UNIT_LDADD)
