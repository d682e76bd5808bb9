# Tests that are not unit tests of one room.
TESTS += tests/lint/lint.sh tests/lint/attacks.sh
EXTRA_DIST += tests/lint/lint.sh tests/lint/attacks.sh tests/README.md tests/soak

# The corpus of good and bad feeds: tests/feeds/README.md.
check_PROGRAMS += tests/feeds/corpus tests/feeds/make
TESTS += tests/feeds/corpus
tests_feeds_corpus_SOURCES = tests/feeds/corpus.c \
	tests/feeds/sample.c tests/feeds/sample.h
tests_feeds_corpus_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_feeds_corpus_LDADD = $(ROOM_LIBS) $(DEP_LIBS)
tests_feeds_make_SOURCES = tests/feeds/make.c tests/feeds/make.h \
	tests/feeds/make_bad.c tests/feeds/make_page.c \
	tests/feeds/sample.c tests/feeds/sample.h
tests_feeds_make_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_feeds_make_LDADD = $(ROOM_LIBS) $(DEP_LIBS)
EXTRA_DIST += tests/feeds/README.md tests/feeds/good tests/feeds/bad \
	tests/feeds/key-ecdsa.pem tests/feeds/key-rsa.pem \
	tests/feeds/key-other.pem \
	tests/feeds/key-ecdsa.pub.pem tests/feeds/key-rsa.pub.pem

# Other hands than ours: XMLDSig by xmlsec1 and Java, Atom by xmllint.
TESTS += tests/xmlsec.sh tests/javaxml.sh tests/atom.sh
EXTRA_DIST += tests/xmlsec.sh tests/javaxml.sh tests/VerifyHead.java \
	tests/atom.sh schemas/atom.rng

include tests/conformance/local.mk

# Whole nodes: run by script/test with pytest.
EXTRA_DIST += tests/t/conftest.py \
	tests/t/test_alliance.py \
	tests/t/test_backup.py \
	tests/t/test_bad_input.py \
	tests/t/test_commands.py \
	tests/t/test_faults.py \
	tests/t/test_federate.py \
	tests/t/test_guard.py \
	tests/t/test_hints.py \
	tests/t/test_index_mended.py \
	tests/t/test_kill.py \
	tests/t/test_peers_shown.py \
	tests/t/test_reports.py \
	tests/t/test_real_data.py \
	tests/t/test_relay.py \
	tests/t/test_rotate.py \
	tests/t/test_sandbox.py \
	tests/t/test_sample.py tests/t/test_search_shown.py

# Pages in a real browser: run by script/test.
EXTRA_DIST += tests/web/README.md tests/web/package.json \
	tests/web/package-lock.json tests/web/browser.js \
	tests/web/federation.js tests/web/hostile.test.js \
	tests/web/hostile tests/web/html.test.js \
	tests/web/journeys.test.js tests/web/keyboard.test.js \
	tests/web/pages.js tests/web/pages.test.js tests/web/run.js \
	tests/web/screenshots.js

# What people type and must find: run by script/test.
EXTRA_DIST += tests/relevance/README.md tests/relevance/baseline \
	tests/relevance/queries.tsv tests/relevance/records.ndjson \
	tests/relevance/relevance.py
