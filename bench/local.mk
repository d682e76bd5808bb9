# Benchmarks: not tests, and not built by plain make. `make bench-tools`, then
# bench/run (see bench/README.md).
EXTRA_PROGRAMS = bench/generate bench/raw bench/publish bench/schedule \
	bench/follow bench/stems bench/stir bench/peers/own
bench_generate_SOURCES = bench/generate.c
# The same bytes on every machine: no fused multiply and add.
bench_generate_CFLAGS = $(AM_CFLAGS) -ffp-contract=off
bench_raw_SOURCES = bench/raw.c
bench_raw_LDADD = $(DEP_LIBS)
bench_publish_SOURCES = bench/publish.c
bench_publish_LDADD = $(ROOM_LIBS) $(DEP_LIBS)
bench_follow_SOURCES = bench/follow.c
bench_follow_LDADD = $(ROOM_LIBS) $(DEP_LIBS)
bench_stems_SOURCES = bench/stems.c
bench_stems_LDADD = $(ROOM_LIBS) $(DEP_LIBS)
bench_stir_SOURCES = bench/stir.c bench/stir_fts5.c bench/stir.h
bench_stir_LDADD = $(ROOM_LIBS) $(DEP_LIBS)
bench_peers_own_SOURCES = bench/peers/own.c bench/peers/peer.c \
	bench/peers/peer.h
bench_peers_own_LDADD = $(ROOM_LIBS) $(DEP_LIBS)
BENCH_POLLS = bench/peers.c bench/peers.h bench/polls.c bench/polls.h
bench_schedule_SOURCES = bench/schedule.c $(BENCH_POLLS)
bench_schedule_LDADD = $(ROOM_LIBS) $(DEP_LIBS)
UNIT_TESTS += tests/unit/test_pull_schedule
tests_unit_test_pull_schedule_SOURCES = tests/unit/test_pull_schedule.c \
	$(BENCH_POLLS)
tests_unit_test_pull_schedule_LDADD = $(UNIT_LDADD)
UNIT_TESTS += tests/unit/test_pull_helpers
tests_unit_test_pull_helpers_SOURCES = tests/unit/test_pull_helpers.c \
	$(BENCH_POLLS)
tests_unit_test_pull_helpers_LDADD = $(UNIT_LDADD)
EXTRA_tests_unit_test_pull_helpers_DEPENDENCIES = $(PARSE_HELPERS)
bench-tools: bench/generate$(EXEEXT) bench/raw$(EXEEXT) \
	bench/publish$(EXEEXT) bench/schedule$(EXEEXT) \
	bench/follow$(EXEEXT) bench/stems$(EXEEXT) \
	bench/stir$(EXEEXT) bench/peers/own$(EXEEXT)
.PHONY: bench-tools
CLEANFILES += bench/generate$(EXEEXT) bench/raw$(EXEEXT) \
	bench/publish$(EXEEXT) bench/schedule$(EXEEXT) \
	bench/follow$(EXEEXT) bench/stems$(EXEEXT) \
	bench/stir$(EXEEXT) bench/peers/own$(EXEEXT)
# The other engines are compiled by bench/search, where they are installed.
EXTRA_DIST += bench/README.md bench/run bench/bandwidth bench/bootstrap \
	bench/common.py bench/pages.py bench/queries bench/search bench/live bench/results \
	bench/peers/fts5.c bench/peers/groonga.c bench/peers/postgres.c \
	bench/peers/xapian.cc
