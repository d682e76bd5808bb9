#!/bin/sh
# Does R's metafor, as it is today, still draw what expected.csv has stored?
# The other half, whether we draw the same, is tests/unit/test_forest.c.
dir=${GSPD_SOURCE:-.}/tests/metafor
echo 1..1
if ! Rscript -e 'library(metafor)' > /dev/null 2>&1; then
	echo "ok 1 # SKIP no R with metafor (apt-get install r-cran-metafor)"
	exit 0
fi
new=$(mktemp) || exit 99
trap 'rm -f "$new"' EXIT
# The same but for the last digits: 1e-9 of an axis.
if Rscript "$dir/forest.R" "$dir/cases.csv" > "$new" &&
	paste -d '\n' "$dir/expected.csv" "$new" | awk -F, '
	NR % 2 { n = split($0, old, ","); next }
	{
		if (NF != n) { print "# " $0; bad = 1; next }
		for (i = 1; i <= NF; i++) {
			d = $i - old[i]
			if (($i == "") != (old[i] == "") ||
			    (i < 3 ? $i != old[i] : d > 1e-9 || d < -1e-9)) {
				if (NR > 2 || $i != old[i]) {
					print "# " $0
					bad = 1
					break
				}
			}
		}
	}
	END { exit bad || NR < 4 }'
then
	echo "ok 1 - metafor draws what is stored"
else
	echo "not ok 1 - metafor draws what is stored"
fi
