noinst_LIBRARIES += src/pull/libpull.a
src_pull_libpull_a_SOURCES = \
	src/pull/pull.h \
	src/pull/limits.h \
	src/pull/peer.h \
	src/pull/plan.h \
	src/pull/alliance.c src/pull/follow.c src/pull/follow.h \
	src/pull/apply.c \
	src/pull/bad.c \
	src/pull/first.c src/pull/gossip.c src/pull/guard.c \
	src/pull/head.c src/pull/keys.c src/pull/local.c \
	src/pull/objects.c src/pull/peer.c \
	src/pull/plan.c \
	src/pull/proof.c src/pull/relay.c src/pull/round.c \
	src/pull/source.c src/pull/state.c \
	src/pull/store.c

RELAY_WORLD = tests/unit/relay_world.c tests/unit/relay_world.h
PULL_WORLD = tests/unit/pull_world.c tests/unit/pull_world.h \
	tests/unit/pull_scene.h \
	tests/unit/feed_world.c tests/unit/feed_world.h \
	tests/unit/liar.c tests/unit/liar.h
UNIT_TESTS += tests/unit/test_pull tests/unit/test_pull_due \
	tests/unit/test_pull_gossip tests/unit/test_pull_guard \
	tests/unit/test_pull_relay \
	tests/unit/test_pull_lies tests/unit/test_pull_loop
tests_unit_test_pull_guard_SOURCES = tests/unit/test_pull_guard.c $(PULL_WORLD)
tests_unit_test_pull_guard_LDADD = $(UNIT_LDADD)
tests_unit_test_pull_SOURCES = tests/unit/test_pull.c $(PULL_WORLD)
tests_unit_test_pull_LDADD = $(UNIT_LDADD)
tests_unit_test_pull_lies_SOURCES = tests/unit/test_pull_lies.c $(PULL_WORLD)
tests_unit_test_pull_lies_LDADD = $(UNIT_LDADD)
EXTRA_tests_unit_test_pull_lies_DEPENDENCIES = $(PARSE_HELPERS)
tests_unit_test_pull_due_SOURCES = tests/unit/test_pull_due.c
tests_unit_test_pull_due_LDADD = $(UNIT_LDADD)
tests_unit_test_pull_loop_SOURCES = tests/unit/test_pull_loop.c $(PULL_WORLD)
tests_unit_test_pull_loop_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_pull_rotation
tests_unit_test_pull_rotation_SOURCES = tests/unit/test_pull_rotation.c \
	$(PULL_WORLD)
tests_unit_test_pull_rotation_LDADD = $(UNIT_LDADD)
EXTRA_tests_unit_test_pull_rotation_DEPENDENCIES = $(PARSE_HELPERS)

UNIT_TESTS += tests/unit/test_pull_attacks
tests_unit_test_pull_attacks_SOURCES = tests/unit/test_pull_attacks.c \
	tests/unit/flip.h $(PULL_WORLD)
tests_unit_test_pull_attacks_LDADD = $(UNIT_LDADD)
tests_unit_test_pull_relay_SOURCES = tests/unit/test_pull_relay.c \
	$(RELAY_WORLD) $(PULL_WORLD)
tests_unit_test_pull_relay_LDADD = $(UNIT_LDADD)
tests_unit_test_pull_gossip_SOURCES = tests/unit/test_pull_gossip.c \
	$(RELAY_WORLD) $(PULL_WORLD)
tests_unit_test_pull_gossip_LDADD = $(UNIT_LDADD)


src_pull_libpull_a_SOURCES += src/pull/hint.c \
	src/pull/rebuild.c src/pull/rebuild.h
UNIT_TESTS += tests/unit/test_pull_hint
tests_unit_test_pull_hint_SOURCES = tests/unit/test_pull_hint.c $(PULL_WORLD)
tests_unit_test_pull_hint_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_pull_bounds
tests_unit_test_pull_bounds_SOURCES = tests/unit/test_pull_bounds.c \
	$(PULL_WORLD)
tests_unit_test_pull_bounds_LDADD = $(UNIT_LDADD)
