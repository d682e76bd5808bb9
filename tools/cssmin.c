/*
 * cssmin: make a style sheet small, at build time: no comments, no needless
 * white space, short names for custom properties (--paper becomes --a). It
 * knows statements by where they end: "selector {", "property: value;". What
 * is not whole (a comment, string or block left open) is an error here, not
 * a page without style. Usage: cssmin FILE > out.css
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX  (256 * 1024)
#define NAMES_MAX 26
#define NAME_LEN  64

static const char *path;
static char source[FILE_MAX + 1];
static char names[NAMES_MAX][NAME_LEN];
static size_t n_names;

static void
fail(const char *what)
{
	fprintf(stderr, "cssmin: %s: %s\n", path, what);
	exit(1);
}

static bool
is_space(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r' ||
	       ch == '\f';
}

static bool
is_name(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
	       (ch >= '0' && ch <= '9') || ch == '-' || ch == '_' ||
	       (unsigned char)ch > 127;
}

static void
read_source(void)
{
	FILE *f = fopen(path, "rb");
	size_t len;

	if (f == NULL)
		fail(strerror(errno));
	len = fread(source, 1, sizeof(source), f);
	if (ferror(f))
		fail(strerror(errno));
	fclose(f);
	if (len > FILE_MAX)
		fail("too large");
	if (memchr(source, '\0', len) != NULL)
		fail("holds a NUL");
	source[len] = '\0';
}

/* Length of the string that starts here, with its quotes. */
static size_t
string_len(const char *p)
{
	for (size_t i = 1; p[i] != '\0' && p[i] != '\n'; i++) {
		if (p[i] == p[0])
			return i + 1;
		if (p[i] == '\\' && p[i + 1] != '\0')
			i++;
	}
	fail("a string without an end");
	return 0;
}

/* Comments become a space, outside strings. */
static void
strip_comments(void)
{
	char *out = source;

	for (const char *p = source; *p != '\0';) {
		const char *end = p + 1;

		if (*p == '"' || *p == '\'') {
			end = p + string_len(p);
		} else if (p[0] == '/' && p[1] == '*') {
			if ((end = strstr(p + 2, "*/")) == NULL)
				fail("a comment without an end");
			*out++ = ' ';
			p = end += 2;
		}
		while (p < end)
			*out++ = *p++;
	}
	*out = '\0';
}

static void
put_property(const char *name, size_t len)
{
	size_t i = 0;

	if (len >= NAME_LEN)
		fail("a custom property with too long a name");
	while (i < n_names &&
	       (strlen(names[i]) != len || memcmp(names[i], name, len) != 0))
		i++;
	if (i == NAMES_MAX)
		fail("too many custom properties");
	if (i == n_names)
		memcpy(names[n_names++], name, len);
	printf("--%c", (int)('a' + i));
}

/* Characters beside which a space says nothing, by kind of statement. */
static const char *
tight_marks(const char *text, bool is_rule)
{
	if (!is_rule)
		return ":,!/";
	return *text == '@' ? ":," : ">+~,";
}

/* One statement without its end, trimmed. */
static void
put_statement(const char *text, size_t len, bool is_rule)
{
	const char *tight = tight_marks(text, is_rule);
	const char *end = text + len;
	char last = '\0';

	while (text < end) {
		size_t n = 1;

		if (is_space(*text)) {
			while (text < end && is_space(*text))
				text++;
			if (strchr(tight, last) == NULL && last != '(' &&
			    strchr(tight, *text) == NULL && *text != ')')
				putchar(last = ' ');
			continue;
		}
		if (*text == '"' || *text == '\'')
			n = string_len(text);
		else if (strncmp(text, "--", 2) == 0 && !is_name(last)) {
			while (is_name(text[n]))
				n++;
			put_property(text + 2, n - 2);
			last = 'a';
			text += n;
			continue;
		} else if (*text == '0' && text[1] == '.' && !is_name(last) &&
			   last != '.')
			text++;
		fwrite(text, 1, n, stdout);
		last = text[n - 1];
		text += n;
	}
}

/* Length up to the ";", "{" or "}" that ends the statement. */
static size_t
statement_len(const char *p)
{
	size_t i = 0;

	while (p[i] != '\0' && strchr(";{}", p[i]) == NULL)
		i += p[i] == '"' || p[i] == '\'' ? string_len(p + i) : 1;
	return i;
}

static void
put_sheet(void)
{
	bool is_due = false; /* a semicolon, when more comes in this block */
	int depth = 0;

	for (const char *p = source;;) {
		size_t len, end;

		while (is_space(*p))
			p++;
		len = end = statement_len(p);
		while (len > 0 && is_space(p[len - 1]))
			len--;
		if (len != 0 && is_due)
			putchar(';');
		if (len != 0)
			put_statement(p, len, p[end] == '{');
		is_due = p[end] != '{' && p[end] != '}' && (is_due || len != 0);
		if (p[end] == '\0')
			break;
		if (p[end] == '{')
			depth++;
		else if (p[end] == '}' && --depth < 0)
			fail("a } too many");
		if (p[end] != ';')
			putchar(p[end]);
		p += end + 1;
	}
	if (depth != 0)
		fail("a block without an end");
	putchar('\n');
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: cssmin FILE\n");
		return 2;
	}
	path = argv[1];
	read_source();
	strip_comments();
	put_sheet();
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
