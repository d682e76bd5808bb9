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

FUZZ_TARGETS += tests/fuzz/fuzz_conf
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c $(FUZZ_MAIN)
tests_fuzz_fuzz_conf_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_conf_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_xml
tests_fuzz_fuzz_xml_SOURCES = tests/fuzz/fuzz_xml.c $(FUZZ_MAIN)
tests_fuzz_fuzz_xml_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_xml_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_query
tests_fuzz_fuzz_query_SOURCES = tests/fuzz/fuzz_query.c $(FUZZ_MAIN)
tests_fuzz_fuzz_query_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_query_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_request
tests_fuzz_fuzz_request_SOURCES = tests/fuzz/fuzz_request.c $(FUZZ_MAIN)
tests_fuzz_fuzz_request_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_request_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_head
tests_fuzz_fuzz_head_SOURCES = tests/fuzz/fuzz_head.c $(FUZZ_MAIN)
tests_fuzz_fuzz_head_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_head_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_rotation
tests_fuzz_fuzz_rotation_SOURCES = tests/fuzz/fuzz_rotation.c $(FUZZ_MAIN)
tests_fuzz_fuzz_rotation_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_rotation_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_hint
tests_fuzz_fuzz_hint_SOURCES = tests/fuzz/fuzz_hint.c $(FUZZ_MAIN)
tests_fuzz_fuzz_hint_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_hint_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_page
tests_fuzz_fuzz_page_SOURCES = tests/fuzz/fuzz_page.c $(FUZZ_MAIN)
tests_fuzz_fuzz_page_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_page_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_record
tests_fuzz_fuzz_record_SOURCES = tests/fuzz/fuzz_record.c $(FUZZ_MAIN)
tests_fuzz_fuzz_record_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_record_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_http
tests_fuzz_fuzz_http_SOURCES = tests/fuzz/fuzz_http.c $(FUZZ_MAIN)
tests_fuzz_fuzz_http_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_http_LDFLAGS = $(FUZZ_LINK)
FUZZ_TARGETS += tests/fuzz/fuzz_bibtex
tests_fuzz_fuzz_bibtex_SOURCES = tests/fuzz/fuzz_bibtex.c \
	tests/fuzz/fuzz_citation.h $(FUZZ_MAIN)
tests_fuzz_fuzz_bibtex_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_bibtex_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_csv
tests_fuzz_fuzz_csv_SOURCES = tests/fuzz/fuzz_csv.c $(FUZZ_MAIN)
tests_fuzz_fuzz_csv_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_csv_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_json_import
tests_fuzz_fuzz_json_import_SOURCES = tests/fuzz/fuzz_json_import.c $(FUZZ_MAIN)
tests_fuzz_fuzz_json_import_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_json_import_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_pack
tests_fuzz_fuzz_pack_SOURCES = tests/fuzz/fuzz_pack.c $(FUZZ_MAIN)
tests_fuzz_fuzz_pack_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_pack_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_ris
tests_fuzz_fuzz_ris_SOURCES = tests/fuzz/fuzz_ris.c $(FUZZ_MAIN)
tests_fuzz_fuzz_ris_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_ris_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_alliance
tests_fuzz_fuzz_alliance_SOURCES = tests/fuzz/fuzz_alliance.c $(FUZZ_MAIN)
tests_fuzz_fuzz_alliance_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_alliance_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_segment
tests_fuzz_fuzz_segment_SOURCES = tests/fuzz/fuzz_segment.c \
	tests/fuzz/segment_walk.h $(FUZZ_MAIN)
tests_fuzz_fuzz_segment_LDADD = $(FUZZ_LDADD)
tests_fuzz_fuzz_segment_LDFLAGS = $(FUZZ_LINK)

check_PROGRAMS += $(FUZZ_TARGETS)

# For smoke.sh: the targets and nothing else.
fuzz-targets: $(FUZZ_TARGETS)
.PHONY: fuzz-targets
if !FUZZ
TESTS += $(FUZZ_TARGETS)
endif
EXTRA_DIST += tests/fuzz/README.md tests/fuzz/smoke.sh tests/fuzz/corpus
