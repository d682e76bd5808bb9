noinst_LIBRARIES += src/crypto/libcrypto.a
src_crypto_libcrypto_a_SOURCES = \
	src/crypto/crypto.h \
	src/crypto/base64.c \
	src/crypto/key.c src/crypto/key.h \
	src/crypto/sha256.c \
	src/crypto/sign.c \
	src/crypto/uuid.c \
	src/crypto/words.c src/crypto/words.def

UNIT_TESTS += tests/unit/test_crypto
tests_unit_test_crypto_SOURCES = tests/unit/test_crypto.c
tests_unit_test_crypto_LDADD = $(UNIT_LDADD)
