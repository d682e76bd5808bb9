noinst_LIBRARIES += src/pull/libpull.a
src_pull_libpull_a_SOURCES = \
	src/pull/pull.h \
	src/pull/limits.h \
	src/pull/peer.h \
	src/pull/plan.h \
	src/pull/apply.c \
	src/pull/bad.c \
	src/pull/first.c \
	src/pull/local.c \
	src/pull/peer.c \
	src/pull/plan.c \
	src/pull/round.c \
	src/pull/state.c \
	src/pull/store.c
