#!/bin/sh
# The same heads with Java's own javax.xml.crypto.dsig: a second hand that
# knows nothing of ours. TAP; skipped where java (11 or later) is missing.
tests=${GSPD_SOURCE:-.}/tests
command -v java >/dev/null 2>&1 || {
	echo "1..0 # SKIP no java (apt-get install default-jdk-headless)"
	exit 0
}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
sed 's/ records="120"/ records="121"/' "$tests/feeds/good/head-small.xml" \
    >"$dir/changed.xml"
# One start of the virtual machine for all files: each prints its verdict.
java "$tests/VerifyHead.java" \
    "$tests/feeds/key-ecdsa.pub.pem" \
    "$tests/feeds/good/head-small.xml" \
    "$tests/feeds/good/head-hint-seen.xml" \
    "$tests/feeds/good/head-high-s.xml" \
    "$tests/feeds/good/head-256-refs.xml" \
    "$dir/changed.xml" \
    "$tests/feeds/bad/head-wrap-borrowed.xml" \
    "$tests/feeds/bad/head-signed-by-other.xml" \
    "$tests/feeds/key-rsa.pub.pem" \
    "$tests/feeds/good/head-rsa.xml" >"$dir/got" 2>"$dir/err"
if grep -q 'no compiler\|jdk.compiler' "$dir/err"; then
	echo "1..0 # SKIP java without a compiler (apt-get install default-jdk-headless)"
	exit 0
fi
cat >"$dir/want" <<'END'
head-small.xml accepted
head-hint-seen.xml accepted
head-high-s.xml accepted
head-256-refs.xml accepted
changed.xml refused
head-wrap-borrowed.xml refused
head-signed-by-other.xml refused
head-rsa.xml accepted
END
n=0
while read -r name verdict; do
	n=$((n + 1))
	if grep -qx "$name $verdict" "$dir/got"; then
		echo "ok $n - $name $verdict"
	else
		echo "not ok $n - $name not $verdict"
		sed 's/^/# /' "$dir/err"
	fi
done <"$dir/want"
echo "1..$n"
