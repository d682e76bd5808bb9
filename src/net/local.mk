noinst_LIBRARIES += src/net/libnet.a
src_net_libnet_a_SOURCES = \
	src/net/net.h \
	src/net/limits.h \
	src/net/transfer.h \
	src/net/address.c \
	src/net/net.c \
	src/net/transfer.c

UNIT_TESTS += tests/unit/test_net
tests_unit_test_net_SOURCES = tests/unit/test_net.c \
	tests/unit/liar.c tests/unit/liar.h
tests_unit_test_net_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_net_slow
tests_unit_test_net_slow_SOURCES = tests/unit/test_net_slow.c \
	tests/unit/liar.c tests/unit/liar.h
tests_unit_test_net_slow_LDADD = $(UNIT_LDADD)

UNIT_TESTS += tests/unit/test_net_tls
tests_unit_test_net_tls_SOURCES = tests/unit/test_net_tls.c
tests_unit_test_net_tls_LDADD = $(UNIT_LDADD)
