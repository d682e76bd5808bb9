#!/bin/sh
# docs/security.md names the tests that hold each attack: every name must be
# that of a test, and every row must have one. As TAP.
cd "${GSPD_SOURCE:-.}" || exit 99
doc=docs/security.md
n=0
work=$(mktemp -d "${TMPDIR:-/tmp}/attacks.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 -B tests/conformance/gspd-conformance --list > "$work/cases" ||
	echo "# the cases of the conformance suite can not be listed"

is_test() { # is_test KIND NAME
	case $1 in
	corpus) [ -f "tests/feeds/good/$2.expect" ] ||
		[ -f "tests/feeds/bad/$2.expect" ] ;;
	conformance) grep -q "^$2 " "$work/cases" ;;
	unit) grep -qw "${2#*:}" "tests/unit/${2%%:*}.c" ;;
	nodes) grep -q "^def ${2#*:}(" "tests/t/${2%%:*}.py" ;;
	*) false ;;
	esac 2> /dev/null
}

verdict() { # verdict TEXT WRONG
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "#$2"
	fi
}

rows=$(awk '/^## Attacks/ { on = 1; next } /^## / { on = 0 }
    on && /^\| / && !/^\| (attack|fault|---)/' $doc)
[ -n "$rows" ] || verdict "the table of attacks" " $doc has none"
printf '%s\n' "$rows" > "$work/rows"
while IFS='|' read -r _ attack tests _; do
	wrong=
	kind=
	found=0
	for word in $tests; do
		case $word in
		\`*\`*)
			name=$(printf %s "$word" | tr -d '`;,')
			is_test "$kind" "$name" || wrong="$wrong $kind $name"
			found=$((found + 1)) ;;
		*) kind=$word ;;
		esac
	done
	[ $found != 0 ] || wrong=" no test is named"
	verdict "${attack# }" "$wrong"
done < "$work/rows"
echo "1..$n"
