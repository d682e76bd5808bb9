# The suite for other nodes; ours runs in script/test.
EXTRA_DIST += tests/conformance/README.md \
	tests/conformance/gspd-conformance tests/conformance/gspd-client \
	tests/conformance/suite/__init__.py tests/conformance/suite/bench.py \
	tests/conformance/suite/feed.py tests/conformance/suite/keys.py \
	tests/conformance/suite/runner.py tests/conformance/suite/server.py \
	tests/conformance/cases/__init__.py \
	tests/conformance/cases/clock.py tests/conformance/cases/good.py \
	tests/conformance/cases/head.py tests/conformance/cases/hints.py \
	tests/conformance/cases/keys.py tests/conformance/cases/pages.py \
	tests/conformance/cases/relay.py tests/conformance/cases/rotation.py \
	tests/conformance/cases/signature.py \
	tests/conformance/cases/state.py \
	tests/conformance/cases/transport.py
