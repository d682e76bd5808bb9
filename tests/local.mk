# Tests that are not unit tests of one room.
TESTS += tests/lint/lint.sh
EXTRA_DIST += tests/lint/lint.sh tests/README.md
