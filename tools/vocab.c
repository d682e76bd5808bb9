/*
 * vocab: turn schemas/vocabulary/NAME.tsv into C tables for src/record.
 * Usage: vocab ALIASES FILE ... > vocab_data.c, files in the order of enum
 * vocab. A file's first line that is no comment names the columns; every
 * cell must be filled. ALIASES has lines vocabulary, text, code.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/vocab.h"

#define COLUMNS     (VOCAB_LANGS + 1)
#define ENTRIES_MAX 400
#define LINE_BYTES  4096

static const char header[] = "code\ten\tfr\tes\tpt\tde\tcy\tja\tar";
static char codes[ENTRIES_MAX][64];

static void
print_string(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\' ||
		    (unsigned char)*text >= 0x7f)
			printf("\\%03o", (unsigned char)*text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void
print_key(const char *text)
{
	struct strbuf key;

	strbuf_init(&key, LINE_BYTES);
	vocab_key(text, &key);
	print_string(key.buf);
	strbuf_release(&key);
}

static int
complain(const char *path, int line, const char *what)
{
	fprintf(stderr, "vocab: %s:%d: %s\n", path, line, what);
	return -1;
}

static char *
base_name(const char *path, char *ret_name, size_t len)
{
	const char *slash = strrchr(path, '/');

	snprintf(ret_name, len, "%s", slash != NULL ? slash + 1 : path);
	ret_name[strcspn(ret_name, ".")] = '\0';
	return ret_name;
}

/* Cut a line at its tabs. Returns the number of cells. */
static int
cut(char *line, char **cells, int most)
{
	int n = 0;

	for (char *p = line; p != NULL && n < most; n++) {
		char *tab = strchr(p, '\t');

		cells[n] = p;
		if (tab != NULL)
			*tab++ = '\0';
		p = tab;
		if (n == most - 1 && tab != NULL)
			return most + 1;
	}
	return n;
}

static int
print_entry(const char *path, int number, char *line, int n)
{
	char *cells[COLUMNS];

	if (cut(line, cells, COLUMNS) != COLUMNS)
		return complain(path, number, "not nine columns");
	for (int i = 0; i < COLUMNS; i++) {
		if (*cells[i] == '\0')
			return complain(path, number, "an empty cell");
	}
	if (n >= ENTRIES_MAX || strlen(cells[0]) >= sizeof(codes[0]))
		return complain(path, number, "too many or too long");
	for (int i = 0; i < n; i++) {
		if (strcmp(codes[i], cells[0]) == 0)
			return complain(path, number, "code stands twice");
	}
	snprintf(codes[n], sizeof(codes[n]), "%s", cells[0]);
	printf("\t{ ");
	print_string(cells[0]);
	printf(", { ");
	for (int i = 1; i < COLUMNS; i++) {
		print_string(cells[i]);
		printf(", ");
	}
	printf("},\n\t  { ");
	for (int i = 0; i < COLUMNS; i++) {
		print_key(cells[i]);
		printf(", ");
	}
	printf("} },\n");
	return 0;
}

static char *
next_line(FILE *f, char *line, int *number)
{
	while (fgets(line, LINE_BYTES, f) != NULL) {
		(*number)++;
		line[strcspn(line, "\r\n")] = '\0';
		if (*line != '#' && *line != '\0')
			return line;
	}
	return NULL;
}

static int
print_vocab(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[LINE_BYTES], name[64];
	int number = 0, n = 0, result = 0;

	if (f == NULL)
		return complain(path, 0, strerror(errno));
	if (next_line(f, line, &number) == NULL || strcmp(line, header) != 0)
		result = complain(path, number,
		    "columns are not "
		    "code en fr es pt de cy ja ar");
	printf("static const struct vocab_entry entries_%s[] = {\n",
	    base_name(path, name, sizeof(name)));
	while (result == 0 && next_line(f, line, &number) != NULL)
		result = print_entry(path, number, line, n++);
	printf("};\n");
	fclose(f);
	return n > 0 ? result : complain(path, number, "no entries");
}

static int
print_aliases(const char *path, const char *vocab)
{
	FILE *f = fopen(path, "r");
	char line[LINE_BYTES];
	char *cells[3];
	int number = 0;

	if (f == NULL)
		return complain(path, 0, strerror(errno));
	printf("static const struct vocab_alias aliases_%s[] = {\n", vocab);
	while (next_line(f, line, &number) != NULL) {
		if (cut(line, cells, 3) != 3) {
			fclose(f);
			return complain(path, number, "not three columns");
		}
		if (strcmp(cells[0], vocab) != 0)
			continue;
		printf("\t{ ");
		print_key(cells[1]);
		printf(", ");
		print_string(cells[2]);
		printf(" },\n");
	}
	printf("\t{ \"\", \"\" }\n};\n");
	fclose(f);
	return 0;
}

int
main(int argc, char **argv)
{
	char name[64];

	if (argc < 3) {
		fprintf(stderr, "usage: vocab ALIASES FILE ...\n");
		return 2;
	}
	printf("#include \"record/vocab.h\"\n"
	       "const char *const vocab_langs[VOCAB_LANGS] = {\n"
	       "\t\"en\", \"fr\", \"es\", \"pt\", \"de\", \"cy\", \"ja\", "
	       "\"ar\" };\n");
	for (int i = 2; i < argc; i++) {
		if (print_vocab(argv[i]) == -1 ||
		    print_aliases(argv[1],
			base_name(argv[i], name, sizeof(name))) == -1)
			return 1;
	}
	printf("const struct vocab_table vocab_tables[] = {\n");
	for (int i = 2; i < argc; i++) {
		base_name(argv[i], name, sizeof(name));
		printf("\t{ \"%s\", entries_%s, sizeof(entries_%s) / "
		       "sizeof(entries_%s[0]),\n\t  aliases_%s, "
		       "sizeof(aliases_%s) / sizeof(aliases_%s[0]) - 1 },\n",
		    name, name, name, name, name, name, name);
	}
	printf("};\n");
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
