# Fuzz targets: see tests/fuzz/README.md for how to add one (five lines).
FUZZ_TARGETS =
FUZZ_LDADD = $(ROOM_LIBS) $(DEP_LIBS)
if FUZZ
FUZZ_MAIN =
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
else
FUZZ_MAIN = tests/fuzz/replay.c
FUZZ_LINK = $(AM_LDFLAGS)
endif

FUZZ_TARGETS += tests/fuzz/fuzz_xml
tests_fuzz_fuzz_xml_SOURCES = tests/fuzz/fuzz_xml.c $(FUZZ_MAIN)
tests_fuzz_fuzz_xml_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_xml_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_query
tests_fuzz_fuzz_query_SOURCES = tests/fuzz/fuzz_query.c $(FUZZ_MAIN)
tests_fuzz_fuzz_query_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_query_LDFLAGS = $(FUZZ_LDFLAGS)

check_PROGRAMS += $(FUZZ_TARGETS)
if !FUZZ
TESTS += $(FUZZ_TARGETS)
endif
EXTRA_DIST += tests/fuzz/README.md tests/fuzz/corpus
