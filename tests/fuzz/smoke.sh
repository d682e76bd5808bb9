#!/bin/sh
# Build the fuzz targets with libFuzzer in DIR and run each for a few seconds
# from its corpus: smoke.sh DIR [SECONDS]. TAP on standard output.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
dir=$1
seconds=${2:-5}

CC=clang "$top/script/build" "$dir" CC=clang --enable-fuzz \
    --enable-sanitize=address,undefined CFLAGS='-O1 -g' || exit 1
make -s -C "$dir" -j"$(nproc)" fuzz-targets || exit 1
n=0
bad=0
for target in "$dir"/tests/fuzz/fuzz_*; do
	[ -x "$target" ] && [ ! -d "$target" ] || continue
	case $target in *.o) continue ;; esac
	name=$(basename "$target")
	work=$dir/corpus/$name
	mkdir -p "$work"
	short=${name#fuzz_}
	# Folders of inputs: its own, and those that NAME.also lists.
	set --
	[ ! -d "$top/tests/fuzz/corpus/$short" ] ||
		set -- "$top/tests/fuzz/corpus/$short"
	if [ -f "$top/tests/fuzz/corpus/$short.also" ]; then
		while IFS= read -r folder; do
			set -- "$@" "$top/$folder"
		done < "$top/tests/fuzz/corpus/$short.also"
	fi
	n=$((n + 1))
	if "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 \
	    -artifact_prefix="$dir/$name-" "$work" \
	    "$@" > "$dir/$name.log" 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		tail -n 20 "$dir/$name.log" | sed 's/^/# /'
		bad=1
	fi
done
echo "1..$n"
[ $n -gt 0 ] && exit $bad
exit 1
