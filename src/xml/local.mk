noinst_LIBRARIES += src/xml/libxml.a
src_xml_libxml_a_SOURCES = \
	src/xml/xml.h \
	src/xml/check.c \
	src/xml/read.c \
	src/xml/scan.c src/xml/scan.h \
	src/xml/write.c

UNIT_TESTS += tests/unit/test_xml
tests_unit_test_xml_SOURCES = tests/unit/test_xml.c
tests_unit_test_xml_LDADD = $(UNIT_LDADD)
