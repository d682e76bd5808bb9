# Tests that are not unit tests of one room.
TESTS += tests/lint/lint.sh
EXTRA_DIST += tests/lint/lint.sh tests/README.md
# The corpus of good and bad feeds and the keys it is signed with.
EXTRA_DIST += tests/feeds/good tests/feeds/bad \
	tests/feeds/key-ecdsa.pem tests/feeds/key-rsa.pem \
	tests/feeds/key-other.pem
