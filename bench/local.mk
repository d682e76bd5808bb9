# Benchmarks: not tests, and not built by plain make. `make bench-tools`, then
# bench/run (see bench/README.md).
EXTRA_PROGRAMS = bench/generate bench/raw bench/publish
bench_generate_SOURCES = bench/generate.c
# The same bytes on every machine: no fused multiply and add.
bench_generate_CFLAGS = $(AM_CFLAGS) -ffp-contract=off
bench_raw_SOURCES = bench/raw.c
bench_raw_LDADD = $(DEP_LIBS)
bench_publish_SOURCES = bench/publish.c
bench_publish_LDADD = $(ROOM_LIBS) $(DEP_LIBS)
bench-tools: bench/generate$(EXEEXT) bench/raw$(EXEEXT) \
	bench/publish$(EXEEXT)
.PHONY: bench-tools
CLEANFILES += bench/generate$(EXEEXT) bench/raw$(EXEEXT) \
	bench/publish$(EXEEXT)
EXTRA_DIST += bench/README.md bench/run
