#!/bin/sh
# Any XMLDSig tool can verify a head: xmlsec1 accepts ours and refuses a
# changed one. TAP; skipped where xmlsec1 is missing.
feeds=${GSPD_SOURCE:-.}/tests/feeds
command -v xmlsec1 >/dev/null 2>&1 || {
	echo "1..0 # SKIP no xmlsec1 (apt-get install xmlsec1)"
	exit 0
}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
n=0

check() { # check WANTED NAME KEY FILE
	n=$((n + 1))
	if xmlsec1 --verify --pubkey-pem "$feeds/key-$3.pub.pem" "$4" \
	    >"$dir/out" 2>&1; then
		got=accepted
	else
		got=refused
	fi
	if [ $got = "$1" ]; then
		echo "ok $n - $2 $got"
	else
		echo "not ok $n - $2 $got, not $1"
		sed 's/^/# /' "$dir/out"
	fi
}

for name in head-small head-empty head-hint-seen head-high-s head-256-refs; do
	check accepted "$name" ecdsa "$feeds/good/$name.xml"
done
check accepted head-rsa rsa "$feeds/good/head-rsa.xml"
sed 's/ records="120"/ records="121"/' "$feeds/good/head-small.xml" \
    >"$dir/changed.xml"
check refused "head-small with one digit changed" ecdsa "$dir/changed.xml"
check refused "head-small with the key of another" rsa \
    "$feeds/good/head-small.xml"
check refused head-der-signature ecdsa "$feeds/bad/head-der-signature.xml"
check refused head-wrap-borrowed ecdsa "$feeds/bad/head-wrap-borrowed.xml"
echo "1..$n"
