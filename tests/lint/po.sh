#!/bin/sh
# The words in other languages, as TAP: every text there, made from today's
# English, with the same {blanks} and all plural forms; gettext's own check of
# the files; and potext refuses what is broken.
potext=$(cd "${GSPD_BUILD:-.}" && pwd)/tools/potext
cd "${GSPD_SOURCE:-.}" || exit 99
work=$(mktemp -d "${TMPDIR:-/tmp}/po.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
n=0
verdict() { # verdict NAME OUTPUT: ok when OUTPUT is empty
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

for file in po/*.po; do
	verdict "$file says every text" "$("$potext" --check "$file" 2>&1 |
		awk 'NR <= 20; END { if (NR > 20) print "and " NR - 20 " more" }')"
	if command -v msgfmt > /dev/null; then
		verdict "$file is good to msgfmt" "$(
			msgfmt --check -o /dev/null "$file" 2>&1)"
	else
		n=$((n + 1))
		echo "ok $n - $file is good to msgfmt # SKIP no gettext"
	fi
	# Sorted and formatted as script/po-update does it.
	verdict "$file is as po-update writes it" "$(
		"$potext" --update "$file" 2>&1 | cmp - "$file" 2>&1)"
done
if command -v msgfmt > /dev/null; then
	"$potext" --pot > "$work/all.pot"
	verdict "the template is good to msgfmt" "$(
		msgfmt -o /dev/null "$work/all.pot" 2>&1)"
fi

# A file of our own making: header, then what is to be tried.
head='msgid ""
msgstr ""
"Language: fr\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"
'
refused() { # refused NAME WORDS TEXT: no tables, and WORDS are said
	printf '%s\n' "$3" > "$work/fr.po"
	if "$potext" "$work/fr.po" > "$work/out" 2> "$work/err"; then
		verdict "refused: $1" "it was taken"
	else
		verdict "refused: $1" "$(grep -q "$2" "$work/err" ||
			cat "$work/err")"
	fi
}
entry='msgctxt "SKIP"
msgid "Skip to the content"
msgstr "Aller au contenu"'
refused "an empty file" "no header" ""
refused "no header" "begin with its header" "$entry"
refused "cut in a string" "without end" "$head
msgctxt \"SKIP"
refused "cut in an entry" "cut short" "$head
msgctxt \"SKIP\"
msgid \"Skip to the content\""
refused "an unknown escape" "escape" "$head
msgctxt \"SKIP\"
msgid \"a\"
msgstr \"\\x41\""
refused "an unknown word" "does not belong" "$head
domain \"x\""
refused "a word twice" "twice" "$head
msgctxt \"SKIP\"
msgid \"a\"
msgid \"b\"
msgstr \"c\""
refused "a key twice" "stands twice" "$head
$entry

$entry"
refused "a string of nothing" "belongs to nothing" "$head

\"x\""
refused "a form out of turn" "out of turn" "$head
msgctxt \"SKIP\"
msgid \"a\"
msgid_plural \"b\"
msgstr[1] \"c\""
refused "bytes that are no UTF-8" "UTF-8" "$head
# $(printf '\377')"
refused "plural forms of another language" "Plural-Forms must be" \
	"$(printf '%s\n' "$head" | sed 's/(n > 1)/(n != 1)/')"
refused "a language without pages" "none of ours" \
	"$(printf '%s\n' "$head" | sed 's/Language: fr/Language: tlh/')"

said() { # said NAME WORDS TEXT: --check says it, and the tables leave it out
	printf '%s\n' "$head" "$3" > "$work/fr.po"
	"$potext" --check "$work/fr.po" > "$work/out" 2>&1
	verdict "said: $1" "$(grep -q "$2" "$work/out" ||
		head -3 "$work/out"
		"$potext" "$work/fr.po" | grep 'TEXT_SKIP\|TEXT_SERVED_BY')"
}
said "a missing key" "SKIP: no such key" ""
said "no translation" "SKIP: no translation" 'msgctxt "SKIP"
msgid "Skip to the content"
msgstr ""'
said "other English" "SKIP: the English has changed" 'msgctxt "SKIP"
msgid "Skip to something"
msgstr "Aller au contenu"'
said "a fuzzy mark" "SKIP: marked fuzzy" "#, fuzzy
$entry"
said "a blank the English has not" "SKIP: the English has no {x}" \
	'msgctxt "SKIP"
msgid "Skip to the content"
msgstr "Aller {x}"'
said "a blank left out" "SERVED_BY: {organisation} is left out" \
	'msgctxt "SERVED_BY"
msgid "Served by node {node}, run by {organisation}."
msgstr "Servi par {node}."'
said "a brace alone" "SKIP: the English has no {" 'msgctxt "SKIP"
msgid "Skip to the content"
msgstr "Aller {"'
said "a key of no text" "NOBODY: no text has this key" 'msgctxt "NOBODY"
msgid "a"
msgstr "b"'

# A good one is taken; changed English keeps the old words, marked.
printf '%s\n' "$head" "$entry" > "$work/fr.po"
verdict "a good entry is taken" "$("$potext" "$work/fr.po" |
	grep -q 'TEXT_SKIP\] = "Aller au contenu"' || echo "it is not")"
printf '%s\n' "$head" "$entry" | sed 's/Skip to the/Go to the/' > "$work/fr.po"
verdict "an update keeps words whose English has changed" "$(
	"$potext" --update "$work/fr.po" > "$work/new"
	grep -A4 '^#, fuzzy' "$work/new" | tr '\n' ' ' | grep -q '#| msgid "Go to the content" msgctxt "SKIP" msgid "Skip to the content" msgstr "Aller au contenu"' ||
		{ echo "it does not:"; grep -A4 fuzzy "$work/new"; })"
verdict "an update of an update changes nothing" "$(
	mkdir "$work/po" && cp "$work/new" "$work/po/fr.po"
	"$potext" --update "$work/po/fr.po" | cmp - "$work/new" 2>&1)"
echo "1..$n"
