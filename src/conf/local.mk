noinst_LIBRARIES += src/conf/libconf.a
src_conf_libconf_a_SOURCES = \
	src/conf/conf.c src/conf/conf.h \
	src/conf/edit.c \
	src/conf/explain.c \
	src/conf/line.c \
	src/conf/option.c src/conf/option.h \
	src/conf/options.def \
	src/conf/peers.c

UNIT_TESTS += tests/unit/test_conf tests/unit/test_conf_peers
tests_unit_test_conf_SOURCES = tests/unit/test_conf.c
tests_unit_test_conf_LDADD = $(UNIT_LDADD)
tests_unit_test_conf_peers_SOURCES = tests/unit/test_conf_peers.c
tests_unit_test_conf_peers_LDADD = $(UNIT_LDADD)
