# The words of the pages in other languages: PO files become src/web/text_po.c.
PO_FILES = po/ar.po po/cy.po po/de.po po/es.po po/fr.po po/ja.po po/pt.po
EXTRA_DIST += $(PO_FILES) po/GLOSSARY.md docs/translating.md \
	script/po-update tests/lint/po.sh

noinst_PROGRAMS += tools/potext
tools_potext_SOURCES = tools/potext.c tools/po_read.c tools/po.h \
	src/web/language.c src/web/language.h
tools_potext_LDADD = src/base/libbase.a $(UTF8PROC_LIBS) $(ZLIB_LIBS)

src_web_libweb_a_SOURCES += src/web/language.c src/web/language.h \
	src/web/locale.c src/web/negotiate.c
nodist_src_web_libweb_a_SOURCES += src/web/text_po.c
CLEANFILES += src/web/text_po.c
src/web/text_po.c: $(PO_FILES) tools/potext$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) src/web && here=`pwd` && \
		(cd $(srcdir) && "$$here/tools/potext$(EXEEXT)" $(PO_FILES)) \
		> $@.tmp && mv $@.tmp $@

TESTS += tests/lint/po.sh
UNIT_TESTS += tests/unit/test_text tests/unit/test_web_language
tests_unit_test_text_SOURCES = tests/unit/test_text.c
tests_unit_test_text_LDADD = $(UNIT_LDADD)
tests_unit_test_web_language_SOURCES = tests/unit/test_web_language.c \
	tests/unit/site.c tests/unit/site.h tests/unit/client.h \
	tests/unit/visit.h
tests_unit_test_web_language_LDADD = $(UNIT_LDADD)
