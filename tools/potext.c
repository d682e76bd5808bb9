/*
 * potext: between src/web/text.def, which it includes, and the files of po/.
 *	potext FILE ...           C tables for src/web, by text and language
 *	potext --pot              a template: all keys with the English words
 *	potext --update FILE      the file brought up to date, on stdout
 *	potext --check FILE ...   what is missing, stale or wrong; exit 1
 * An entry is known by its msgctxt, the key; its msgid is the English words it
 * was made from. Where those are not today's the entry is stale, and pages
 * say the English until a translator has looked. See docs/translating.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "po.h"

#define BLANKS_MAX 16

static const struct text {
	const char *key;
	const char *words; /* "one|many" */
	const char *file;
} texts[] = {
#define TEXT(id, english) { #id, english, __FILE__ },
#include "web/text.def"
#undef TEXT
};

static struct arena *arena;

static const char *
one_of(const struct text *text)
{
	return arena_strndup(arena, text->words, strcspn(text->words, "|"));
}

static const char *
many_of(const struct text *text)
{
	const char *bar = strchr(text->words, '|');

	return bar != NULL ? bar + 1 : NULL;
}

static const char *
page_of(const struct text *text)
{
	const char *slash = strrchr(text->file, '/');

	return slash != NULL ? slash + 1 : text->file;
}

static const struct po_entry *
entry_of(const struct po *po, const struct text *text)
{
	for (size_t i = 0; i < po->n; i++) {
		if (strcmp(po->entries[i].key, text->key) == 0)
			return &po->entries[i];
	}
	return NULL;
}

/* ---- what is wrong with an entry ---- */

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
has_blank(const char *words, const char *blank, size_t len)
{
	while ((words = strchr(words, '{')) != NULL) {
		if (strncmp(words, blank, len) == 0)
			return true;
		words++;
	}
	return false;
}

/* The first {blank} of `words` that is not in `other`, or NULL; braces that
 * do not pair are one as well. {n} may go where may_drop_n ("one record"). */
static const char *
lacking(const char *words, const char *other, bool may_drop_n)
{
	while (*(words += strcspn(words, "{}")) != '\0') {
		size_t len = strcspn(words + 1, "{}") + 2;

		if (*words == '}' || words[len - 1] != '}')
			return "{";
		if (!has_blank(other, words, len) &&
		    !(may_drop_n && strncmp(words, "{n}", 3) == 0))
			return arena_strndup(arena, words, len);
		words += len;
	}
	return NULL;
}

static size_t
count(const char *words, char ch)
{
	size_t n = 0;

	for (; *words != '\0'; words++)
		n += *words == ch;
	return n;
}

static const char *
trouble_of_form(const struct text *text, const char *form)
{
	const char *many = many_of(text);
	const char *blank;
	size_t len = strlen(form);

	if (len == 0)
		return "no translation";
	if (strchr(form, '|') != NULL)
		return "a bar | in the translation";
	if (count(form, '\n') != count(text->words, '\n'))
		return "not as many line ends as the English has";
	if (form[0] == ' ' || form[len - 1] == ' ')
		return "a space at the start or the end";
	if ((blank = lacking(form, text->words, false)) != NULL)
		return arena_printf(arena, "the English has no %s", blank);
	blank = lacking(many != NULL ? many : text->words, form, many != NULL);
	if (blank != NULL)
		return arena_printf(arena, "%s is left out", blank);
	return NULL;
}

/* NULL when the entry can be shown. */
static const char *
trouble_of(const struct po *po, const struct text *text,
    const struct po_entry *entry)
{
	const char *trouble = NULL;

	if (entry == NULL)
		return "no such key: run script/po-update";
	if (!same(entry->one, one_of(text)) ||
	    !same(entry->many, many_of(text)))
		return "the English has changed: run script/po-update";
	if (entry->is_fuzzy)
		return "marked fuzzy: look, and take the mark away";
	if (entry->n_forms != (entry->many != NULL ? po->language->n_forms : 1))
		return "not as many forms as the language has";
	for (int i = 0; trouble == NULL && i < entry->n_forms; i++)
		trouble = trouble_of_form(text, entry->forms[i]);
	return trouble;
}

static int
check(const struct po *po)
{
	int wrong = 0;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const struct po_entry *entry = entry_of(po, &texts[i]);
		const char *trouble = trouble_of(po, &texts[i], entry);

		if (trouble == NULL)
			continue;
		printf("%s:%d: %s: %s\n", po->path,
		    entry != NULL ? entry->line : 0, texts[i].key, trouble);
		wrong++;
	}
	for (size_t i = 0; i < po->n; i++) {
		bool is_known = false;

		for (size_t k = 0; k < ARRAY_LEN(texts); k++)
			is_known |= same(texts[k].key, po->entries[i].key);
		if (is_known)
			continue;
		printf("%s:%d: %s: no text has this key: run "
		       "script/po-update\n",
		    po->path, po->entries[i].line, po->entries[i].key);
		wrong++;
	}
	return wrong;
}

/* ---- C ---- */

static void
print_c(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\' || *text == '?' ||
		    (unsigned char)*text >= 0x7f || (unsigned char)*text < ' ')
			printf("\\%03o", (unsigned char)*text);
		else
			putchar(*text);
	}
}

static void
print_table(const struct po *po)
{
	printf("static const char *const texts_%s[TEXT_COUNT] = {\n",
	    po->language->code);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const struct po_entry *entry = entry_of(po, &texts[i]);

		if (trouble_of(po, &texts[i], entry) != NULL)
			continue;
		printf("\t[TEXT_%s] = \"", texts[i].key);
		for (int k = 0; k < entry->n_forms; k++) {
			printf("%s", k != 0 ? "|" : "");
			print_c(entry->forms[k]);
		}
		printf("\",\n");
	}
	printf("};\n");
}

static void
print_tables(const struct po *pos, size_t n)
{
	printf("#include \"web/text.h\"\n\n");
	for (size_t i = 0; i < n; i++)
		print_table(&pos[i]);
	printf("const struct text_table text_tables[] = {\n");
	for (size_t i = 0; i < n; i++)
		printf("\t{ \"%s\", texts_%s },\n", pos[i].language->code,
		    pos[i].language->code);
	printf("};\nconst size_t text_n_tables = %zu;\n", n);
}

/* ---- PO ---- */

static void
print_po(const char *word, const char *text)
{
	printf("%s%s\"", word, *word != '\0' ? " " : "");
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			/* The header has one line for each of its lines. */
			printf("\\n%s", text[1] != '\0' ? "\"\n\"" : "");
		else if (*text == '\t')
			printf("\\t");
		else
			printf("%s%c",
			    *text == '"' || *text == '\\' ? "\\" : "", *text);
	}
	printf("\"\n");
}

static void
print_head(const struct language *language, const struct po_entry *head)
{
	if (head != NULL) {
		printf("%smsgid \"\"\n",
		    head->notes != NULL ? head->notes : "");
		printf("msgstr \"\"\n");
		print_po("", head->forms[0]);
		return;
	}
	printf("# The words of gspd's pages. Translators: "
	       "docs/translating.md.\n"
	       "msgid \"\"\n"
	       "msgstr \"\"\n"
	       "\"Project-Id-Version: gspd\\n\"\n"
	       "\"PO-Revision-Date: 2026-11-22 00:00+0000\\n\"\n"
	       "\"Last-Translator: gspd\\n\"\n"
	       "\"Language-Team: gspd\\n\"\n"
	       "\"Language: %s\\n\"\n"
	       "\"MIME-Version: 1.0\\n\"\n"
	       "\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
	       "\"Content-Transfer-Encoding: 8bit\\n\"\n"
	       "\"Plural-Forms: %s\\n\"\n",
	    language != NULL ? language->code : "",
	    language != NULL ? language->plural_forms
			     : "nplurals=INTEGER; plural=EXPRESSION;");
}

static void
print_hints(const struct text *text)
{
	const char *p = text->words;
	const char *blanks = "";

	while ((p = strchr(p, '{')) != NULL) {
		size_t len = strcspn(p, "}") + 1;
		const char *blank = arena_strndup(arena, p, len);

		if (!has_blank(blanks, blank, len))
			blanks = arena_printf(arena, "%s %s", blanks, blank);
		p++;
	}
	if (*blanks != '\0')
		printf("#. Blanks:%s\n", blanks);
	printf("#: texts/%s\n", page_of(text));
}

/* The lines "#| msgid ..." of an entry made from other words than today's. */
static void
print_was(const struct text *text, const struct po_entry *entry)
{
	if (same(entry->one, one_of(text)) &&
	    same(entry->many, many_of(text))) {
		if (entry->is_fuzzy && entry->was != NULL)
			printf("%s", entry->was);
		return;
	}
	print_po("#| msgid", entry->one);
	if (entry->many != NULL)
		print_po("#| msgid_plural", entry->many);
}

static void
print_entry(const struct text *text, const struct po_entry *entry, int n_forms)
{
	const char *many = many_of(text);
	bool is_said = entry != NULL && *entry->forms[0] != '\0';
	bool is_fuzzy = is_said &&
			(entry->is_fuzzy || !same(entry->one, one_of(text)) ||
			    !same(entry->many, many));
	int n = many != NULL ? n_forms : 1;

	putchar('\n');
	if (entry != NULL && entry->notes != NULL)
		printf("%s", entry->notes);
	print_hints(text);
	if (is_fuzzy) {
		printf("#, fuzzy\n");
		print_was(text, entry);
	}
	print_po("msgctxt", text->key);
	print_po("msgid", one_of(text));
	if (many != NULL)
		print_po("msgid_plural", many);
	for (int i = 0; i < n; i++) {
		const char *said = entry != NULL && i < entry->n_forms
				       ? entry->forms[i]
				       : "";

		print_po(many != NULL ? arena_printf(arena, "msgstr[%d]", i)
				      : "msgstr",
		    said);
	}
}

/* Of "po/fr.po", for a file that does not exist yet. */
static const struct language *
language_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	return language_find(arena_strndup(arena, name, strcspn(name, ".")));
}

static int
update(const char *path)
{
	const struct language *language = language_of(path);
	struct po po = { 0 };
	bool is_new = access(path, F_OK) == -1;

	if (language == NULL) {
		fprintf(stderr,
		    "potext: %s: no language of "
		    "src/web/language.c\n",
		    path);
		return -1;
	}
	if (!is_new && po_read(arena, path, &po) == -1)
		return -1;
	print_head(language, is_new ? NULL : &po.head);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		print_entry(&texts[i], entry_of(&po, &texts[i]),
		    language->n_forms);
	return 0;
}

static void
print_template(void)
{
	print_head(NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		print_entry(&texts[i], NULL, 2);
}

/* ---- the command ---- */

static int
run(int argc, char **argv)
{
	bool is_check = argc > 1 && strcmp(argv[1], "--check") == 0;
	int first = is_check ? 2 : 1;
	size_t n = (size_t)(argc - first);
	struct po *pos;
	int wrong = 0;

	if (argc == 2 && strcmp(argv[1], "--pot") == 0) {
		print_template();
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "--update") == 0)
		return update(argv[2]) == 0 ? 0 : 1;
	if (argc <= first || argv[first][0] == '-') {
		fprintf(stderr, "usage: potext [--check] FILE ... | "
				"--update FILE | --pot\n");
		return 2;
	}
	pos = arena_alloc(arena, n * sizeof(*pos));
	for (size_t i = 0; i < n; i++) {
		if (po_read(arena, argv[first + (int)i], &pos[i]) == -1)
			return 1;
		for (size_t k = 0; k < i; k++) {
			if (pos[k].language != pos[i].language)
				continue;
			fprintf(stderr,
			    "potext: %s: %s is in the same "
			    "language\n",
			    pos[i].path, pos[k].path);
			return 1;
		}
		if (is_check)
			wrong += check(&pos[i]);
	}
	if (!is_check)
		print_tables(pos, n);
	return wrong == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	int status;

	arena = arena_new();
	status = run(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout))
		status = 1;
	arena_free(arena);
	return status;
}
