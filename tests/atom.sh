#!/bin/sh
# Every good page is a valid Atom feed (RFC 4287), so that any reader can read
# it. TAP; skipped where xmllint is missing.
source=${GSPD_SOURCE:-.}
command -v xmllint >/dev/null 2>&1 || {
	echo "1..0 # SKIP no xmllint (apt-get install libxml2-utils)"
	exit 0
}
n=0
for page in "$source"/tests/feeds/good/page-*.xml; do
	name=$(basename "$page" .xml)
	case $name in
	page-bad-*) continue ;; # a record in it is broken, on purpose
	esac
	n=$((n + 1))
	if out=$(xmllint --noout --nonet --relaxng \
	    "$source/schemas/atom.rng" "$page" 2>&1); then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		printf '%s\n' "$out" | head -5 | sed 's/^/# /'
	fi
done
# and the schema can say no
n=$((n + 1))
if sed 's/<a:updated>[^<]*/<a:updated>never/' \
    "$source/tests/feeds/good/page-one.xml" |
    xmllint --noout --nonet --relaxng "$source/schemas/atom.rng" - \
    >/dev/null 2>&1; then
	echo "not ok $n - a page with a bad date is refused"
else
	echo "ok $n - a page with a bad date is refused"
fi
echo "1..$n"
