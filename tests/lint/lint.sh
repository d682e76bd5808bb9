#!/bin/sh
# The rules of HACKING.md that a machine can hold, as TAP. Each check prints
# what is wrong and where. Needs only a POSIX shell, awk, grep and find; checks
# that need another tool are skipped with a word where it is absent.
cd "${GSPD_SOURCE:-.}" || exit 99
CC=${CC:-cc}
LC_ALL=C
export LC_ALL

n=0
verdict() { # verdict NAME OUTPUT: ok when OUTPUT is empty
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '%s\n' "$2" | head -40 | sed 's/^/# /'
	fi
}
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

sources=$(find src tools tests bench -name '*.c' | sort)
headers=$(find src -name '*.h' | sort)

# The table of rooms in src/README.md: "room|may include|libraries".
table=$(awk -F'|' '/^\| [a-z]+ \|/ && $2 !~ /room/ {
	gsub(/^ +| +$/, "", $2); gsub(/^ +| +$/, "", $4);
	gsub(/[ ,]+/, " ", $5); gsub(/^ +| +$/, "", $5);
	print $2 "|" $4 "|" $5 }' src/README.md)

rooms_of() { # rooms that $1 may include
	printf '%s\n' "$table" | awk -F'|' -v r="$1" '$1 == r { print $2 }'
}

check_rooms() {
	for file in $(find src -name '*.[ch]' -o -name '*.tmpl'); do
		room=${file#src/}; room=${room%%/*}
		[ -n "$(rooms_of "$room")" ] || {
			echo "$file: room '$room' is not in src/README.md"
			continue
		}
		may=" $(rooms_of "$room") "
		grep -no '#include "[^"]*"' "$file" |
		    sed 's/#include "//; s/"$//' |
		    while IFS=: read -r line target; do
			to=${target%%/*}
			case $target in
			config.h|"$room"/*) continue ;;
			*/*) ;;
			*) continue ;;
			esac
			case $may in
			*" $to "*|" everything ") ;;
			*) echo "$file:$line: $room may not include $to" ;;
			esac
			[ "$target" = "$to/$to.h" ] ||
				echo "$file:$line: include only the door $to/$to.h"
		done
	done
}
verdict "arrows between rooms go one way, through doors" "$(check_rooms)"

check_libraries() {
	lib() { # lib PATTERN ROOM...
		pattern=$1; shift
		grep -rnE "#include <($pattern)" src | while IFS= read -r hit; do
			room=${hit#src/}; room=${room%%/*}
			case " $* " in
			*" $room "*) ;;
			*) echo "$hit: only $* may" ;;
			esac
		done
	}
	lib 'sqlite3' db
	lib 'libxml/' xml
	lib 'jansson' json
	lib 'openssl/' crypto http
	lib 'curl/' net
	lib 'event2/' http
	lib 'utf8proc' base
	lib 'zlib' base
	lib 'seccomp|linux/landlock' parse
}
verdict "an outside library belongs to one room" "$(check_libraries)"

verdict "a .c file has at most 600 lines" "$(
	for f in $sources; do
		lines=$(wc -l < "$f")
		[ "$lines" -le 600 ] || echo "$f: $lines lines"
	done)"

verdict "a function has at most 80 lines" "$(
	for f in $sources; do
		awk -v f="$f" '/^\{/ { start = NR } /^\}/ && start {
			if (NR - start - 1 > 80)
				print f ":" start ": " NR - start - 1 " lines"
			start = 0 }' "$f"
	done)"

verdict "a .c file starts by saying what it is for" "$(
	for f in $sources; do
		[ "$(head -c 2 "$f")" = "/*" ] || echo "$f"
	done)"

verdict "banned functions are not called" "$(
	grep -nE '(^|[^a-z_])(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|system|popen|strtok|mktemp|tmpnam|alloca)\(' \
	    $sources $headers | grep -v '^src/[a-z]*/[a-z_]*\.[ch]:[0-9]*:[[:space:]]*\*')"

verdict "SQL stands in sql/ and in <room>_sql.h" "$(
	grep -nE '"[[:space:]]*(SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER) ' \
	    $(find src -name '*.c') /dev/null)"

verdict "HTML stands in templates" "$(
	grep -nE '"[^"]*</?(a|p|b|i|h[1-6]|div|span|ul|ol|li|form|input|html|body|table|tr|td|th|main|nav|mark|section)[ >]' \
	    $(find src/web src/api -name '*.c') /dev/null)"

verdict "the wall clock is read in app/ and base/ only" "$(
	grep -nE '(^|[^a-z_])(time|clock_gettime|gettimeofday|getenv|clock_now)\(' \
	    $(find src -name '*.c' | grep -vE '^src/(app|base)/') /dev/null)"

verdict "no left-over markers, no paths of one machine" "$(
	grep -nE 'TODO|FIXME|(^|[^X])XXX([^X]|$)|/(work|farm)/[a-z]|/root/[a-z]' \
	    $(find src tools tests bench script schemas sql man docs sample \
	    packaging README.md HACKING.md -name node_modules -prune -o \
	    -type f ! -name lint.sh -print 2>/dev/null) /dev/null)"

verdict "every door compiles alone" "$(
	for h in $headers; do
		"$CC" -std=gnu17 -fsyntax-only -Wall -Wno-unused -Isrc \
		    ${GSPD_BUILD:+-I"$GSPD_BUILD/src"} -x c "$h" 2>&1 |
		    grep -E 'error' | head -2
	done)"

format=$(command -v clang-format-14 || command -v clang-format)
case $("$format" --version 2>/dev/null) in
*"version 14."*)
	verdict "the code is formatted (clang-format 14)" "$(
		"$format" --dry-run $sources $headers 2>&1 |
		    grep -E 'warning' | cut -d: -f1 | sort | uniq -c)" ;;
*)
	skip "the code is formatted" "no clang-format 14" ;;
esac

if command -v mandoc > /dev/null && ls man/*.[0-9] > /dev/null 2>&1; then
	verdict "manual pages pass mandoc" "$(
		mandoc -T lint -W warning man/*.[0-9] 2>&1)"
else
	skip "manual pages pass mandoc" "no mandoc"
fi

if command -v xmllint > /dev/null && ls schemas/*.rng > /dev/null 2>&1; then
	verdict "schemas are well-formed" "$(
		xmllint --noout schemas/*.rng 2>&1 | head -5)"
else
	skip "schemas are well-formed" "no xmllint or no schema"
fi

verdict "scripts can be run" "$(
	for f in autogen.sh script/* .ci/run bench/run bench/search \
	    bench/live bench/queries bench/bandwidth bench/bootstrap; do
		[ ! -f "$f" ] || [ -x "$f" ] || echo "$f: no run bit"
	done)"

echo "1..$n"
