/*
 * tmplc: compile page templates (.tmpl) to C, at build time. Escaping comes
 * from where a placeholder stands: the compiler walks the HTML, and a place
 * where nothing can be safe is an error here, not a hole at run time.
 *
 *	%template name(struct strbuf *out, ...)   starts a function (static name:
 *	                                          for this file only)
 *	%end                                      ends it
 *	% C code                                  a line of C, as it is
 *	{{ expr }}     text: escaped for text, attribute, URL path, URL argument
 *	{{# expr }}    a whole number
 *	\ at the end of a line: no newline there
 *	{{_ KEY }}     interface text TEXT_KEY in the language of `page`
 *
 * In <script type="application/ld+json">, which browsers do not run, may stand
 * one {{ expr }} and nothing else: a text that is JSON.
 *
 * A C line may stand between tags or between attributes only, and a block
 * must end in the state in which it began. Usage: tmplc FILE > out.c
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_LEN  4096
#define NAME_LEN  32
#define DEPTH_MAX 64

enum state {
	STATE_TEXT,
	STATE_OPEN,     /* behind "<" */
	STATE_NAME,     /* in a tag's name */
	STATE_TAG,      /* between attributes */
	STATE_ATTR,     /* in an attribute's name */
	STATE_EQUALS,   /* behind "=" */
	STATE_VALUE,    /* in a quoted value */
	STATE_DECLARED, /* in <!doctype> */
};

static const char data_type[] = "application/ld+json";

static const char *const state_names[] = { "text", "a tag's start",
	"a tag's name", "a tag", "an attribute's name",
	"behind =", "an attribute's value", "a declaration" };

struct compiler {
	const char *path;
	int line;
	enum state state;
	char tag[NAME_LEN];
	char attr[NAME_LEN];
	size_t name_len;
	char quote;
	bool is_raw;          /* inside <script> or <style> */
	bool is_data;         /* ... a script that is data, not run */
	bool has_data;        /* ... and its value has come */
	char value[NAME_LEN]; /* of the attribute, as far as it is fixed */
	bool is_end_tag;      /* </...> */
	size_t value_len;     /* of the attribute so far */
	bool has_whole;       /* value began with a placeholder */
	bool has_question;    /* ... and "?" came */
	bool in_template;
	bool in_literal; /* an output call is open */
	enum state blocks[DEPTH_MAX];
	size_t depth;
};

static void
fail(const struct compiler *c, const char *what, const char *detail)
{
	fprintf(stderr, "%s:%d: %s%s%s\n", c->path, c->line, what,
	    *detail != '\0' ? ": " : "", detail);
	exit(1);
}

/* ---- output ---- */

static void
literal_end(struct compiler *c)
{
	if (c->in_literal)
		fputs("\");\n", stdout);
	c->in_literal = false;
}

static void
literal_char(struct compiler *c, char ch)
{
	unsigned char u = (unsigned char)ch;

	if (!c->in_literal)
		fputs("\tstrbuf_addstr(out, \"", stdout);
	c->in_literal = true;
	if (ch == '\n')
		fputs("\\n\"\n\t    \"", stdout);
	else if (ch == '"' || ch == '\\')
		printf("\\%c", ch);
	else if (u < 0x20 || u > 0x7e || ch == '?')
		printf("\\%03o", u);
	else
		putchar(ch);
}

static void
place(struct compiler *c)
{
	literal_end(c);
	printf("#line %d \"%s\"\n", c->line, c->path);
}

/* ---- the walk through the HTML ---- */

static void
name_add(struct compiler *c, char *name, char ch)
{
	if (c->name_len + 1 >= NAME_LEN)
		fail(c, "a name is too long", name);
	name[c->name_len++] = (char)tolower((unsigned char)ch);
	name[c->name_len] = '\0';
}

static void
tag_end(struct compiler *c)
{
	bool is_raw = strcmp(c->tag, "script") == 0 ||
		      strcmp(c->tag, "style") == 0;

	if (c->is_end_tag || strcmp(c->tag, "script") != 0)
		c->is_data = false;
	c->is_raw = is_raw && !c->is_end_tag;
	c->has_data = false;
	c->state = STATE_TEXT;
}

static void
tag_char(struct compiler *c, char ch)
{
	if (ch == '>')
		tag_end(c);
	else if (isalpha((unsigned char)ch)) {
		c->state = STATE_ATTR;
		c->name_len = 0;
		name_add(c, c->attr, ch);
	} else if (!isspace((unsigned char)ch) && ch != '/')
		fail(c, "unexpected character in a tag", (char[]){ ch, '\0' });
}

static void
open_char(struct compiler *c, char ch)
{
	if (ch == '!')
		c->state = STATE_DECLARED;
	else if (ch == '/' && !c->is_end_tag)
		c->is_end_tag = true;
	else if (isalpha((unsigned char)ch)) {
		c->state = STATE_NAME;
		c->name_len = 0;
		c->is_data = false;
		name_add(c, c->tag, ch);
	} else
		fail(c, "write &lt; for a plain <", "");
}

static void
attr_char(struct compiler *c, char ch)
{
	if (ch == '=')
		c->state = STATE_EQUALS;
	else if (ch == '>' || ch == '/' || isspace((unsigned char)ch)) {
		c->state = STATE_TAG;
		tag_char(c, ch);
	} else
		name_add(c, c->attr, ch);
}

static void
equals_char(struct compiler *c, char ch)
{
	if (ch != '"' && ch != '\'')
		fail(c, "quote the value of", c->attr);
	c->quote = ch;
	c->state = STATE_VALUE;
	c->value_len = 0;
	c->value[0] = '\0';
	c->has_whole = false;
	c->has_question = false;
}

static void
value_char(struct compiler *c, char ch)
{
	if (ch == c->quote) {
		c->state = STATE_TAG;
		if (strcmp(c->attr, "type") == 0)
			c->is_data = strcmp(c->value, data_type) == 0;
		return;
	}
	if (c->value_len + 1 < NAME_LEN) {
		c->value[c->value_len] = ch;
		c->value[c->value_len + 1] = '\0';
	}
	c->value_len++;
	if (ch == '?')
		c->has_question = true;
}

static void
html_char(struct compiler *c, char ch, const char *rest)
{
	switch (c->state) {
	case STATE_TEXT:
		if (c->is_data && ch != '<' && !isspace((unsigned char)ch))
			fail(c, "nothing but a placeholder can stand in",
			    c->tag);
		if (ch != '<' || (c->is_raw && *rest != '/'))
			break;
		c->is_end_tag = false;
		c->state = STATE_OPEN;
		break;
	case STATE_OPEN: open_char(c, ch); break;
	case STATE_NAME:
		if (ch == '>' || ch == '/' || isspace((unsigned char)ch)) {
			c->state = STATE_TAG;
			tag_char(c, ch);
		} else
			name_add(c, c->tag, ch);
		break;
	case STATE_TAG: tag_char(c, ch); break;
	case STATE_ATTR: attr_char(c, ch); break;
	case STATE_EQUALS: equals_char(c, ch); break;
	case STATE_VALUE: value_char(c, ch); break;
	case STATE_DECLARED:
		if (ch == '-')
			fail(c, "no comments in the page", "use % /* */");
		if (ch == '>')
			c->state = STATE_TEXT;
		break;
	}
}

/* ---- placeholders ---- */

static bool
is_url_attr(const char *attr)
{
	static const char *const names[] = { "href", "src", "action",
		"formaction", "cite", "poster", "data" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(attr, names[i]) == 0)
			return true;
	}
	return false;
}

/* The function that makes a text safe where the compiler stands now. */
static const char *
escape_here(struct compiler *c)
{
	static const char *const never[] = { "style", "srcdoc", "srcset" };
	bool is_first = c->value_len == 0;

	if (c->state == STATE_TEXT && !c->is_raw)
		return "tmpl_text";
	if (c->state == STATE_TEXT && c->is_data && !c->has_data) {
		c->has_data = true;
		return "tmpl_json";
	}
	if (c->state != STATE_VALUE)
		fail(c, "a placeholder can not stand in",
		    c->is_raw ? c->tag : state_names[c->state]);
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		if (strcmp(c->attr, never[i]) == 0 ||
		    strncmp(c->attr, "on", 2) == 0)
			fail(c, "a placeholder can not stand in", c->attr);
	}
	c->value_len++;
	/* A script's type must be known here. */
	if (strcmp(c->tag, "script") == 0 && strcmp(c->attr, "type") == 0)
		fail(c, "a placeholder can not stand in", c->attr);
	if (!is_url_attr(c->attr))
		return "tmpl_attr";
	if (is_first) {
		c->has_whole = true;
		return "tmpl_url";
	}
	if (c->has_question)
		return "tmpl_arg";
	if (c->has_whole)
		fail(c, "nothing but ?... can follow a whole URL in", c->attr);
	return "tmpl_path";
}

/* Cut blanks at both ends. */
static char *
trim(char *text)
{
	size_t len;

	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len != 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}

static void
placeholder(struct compiler *c, char *text)
{
	char kind = *text;
	const char *escape = escape_here(c);
	char *expr = trim(kind == '#' || kind == '_' ? text + 1 : text);

	if (*expr == '\0')
		fail(c, "an empty placeholder", "");
	if (c->is_data && c->state == STATE_TEXT &&
	    (kind == '#' || kind == '_'))
		fail(c, "a placeholder of that kind can not stand in", c->tag);
	place(c);
	if (kind == '#')
		printf("\ttmpl_int(out, (%s));\n", expr);
	else if (kind == '_')
		printf("\t%s(out, page_text(page, TEXT_%s));\n", escape, expr);
	else
		printf("\t%s(out, (%s));\n", escape, expr);
}

/* ---- lines ---- */

static void
html_line(struct compiler *c, char *line)
{
	char *p = line;

	if (c->state == STATE_TEXT || c->state == STATE_TAG) {
		while (*p == '\t' || *p == ' ')
			p++;
		if (*p == '\n')
			return;
		/* Attributes need a blank between them. */
		if (c->state == STATE_TAG && *p != '>' && *p != '/')
			literal_char(c, ' ');
	}
	while (*p != '\0') {
		char *end;

		if (p[0] == '{' && p[1] == '{') {
			if ((end = strstr(p, "}}")) == NULL)
				fail(c, "{{ without }}", "");
			*end = '\0';
			placeholder(c, p + 2);
			p = end + 2;
			continue;
		}
		if (p[0] == '\\' && p[1] == '\n')
			break;
		html_char(c, *p, p + 1);
		if (*p != '\n' || c->state == STATE_TEXT ||
		    c->state == STATE_VALUE)
			literal_char(c, *p);
		p++;
	}
}

static void
template_start(struct compiler *c, char *rest)
{
	if (c->in_template)
		fail(c, "%template inside a template", "%end is missing");
	c->in_template = true;
	c->state = STATE_TEXT;
	c->is_raw = false;
	c->depth = 0;
	place(c);
	rest = trim(rest);
	if (strncmp(rest, "static ", 7) == 0) {
		fputs("static ", stdout);
		rest = trim(rest + 7);
	}
	printf("void\n%s\n{\n", rest);
}

static void
template_end(struct compiler *c)
{
	if (!c->in_template)
		fail(c, "%end without %template", "");
	if (c->state != STATE_TEXT || c->is_raw || c->depth != 0)
		fail(c, "the template ends in", state_names[c->state]);
	literal_end(c);
	fputs("}\n\n", stdout);
	c->in_template = false;
}

/* Blocks of C must leave the HTML as they found it. */
static void
follow_blocks(struct compiler *c, const char *code)
{
	char quote = '\0';

	for (const char *p = code; *p != '\0'; p++) {
		if (quote != '\0') {
			if (*p == '\\' && p[1] != '\0')
				p++;
			else if (*p == quote)
				quote = '\0';
		} else if (*p == '"' || *p == '\'')
			quote = *p;
		else if (*p == '{') {
			if (c->depth == DEPTH_MAX)
				fail(c, "blocks too deep", "");
			c->blocks[c->depth++] = c->state;
		} else if (*p == '}') {
			if (c->depth == 0)
				fail(c, "} without {", "");
			if (c->blocks[--c->depth] != c->state)
				fail(c,
				    "a block ends in another place than "
				    "it began",
				    state_names[c->state]);
		}
	}
}

static void
c_line(struct compiler *c, char *code)
{
	if (strncmp(code, "template ", 9) == 0) {
		template_start(c, code + 9);
		return;
	}
	if (strcmp(trim(code), "end") == 0) {
		template_end(c);
		return;
	}
	if (c->in_template) {
		if (c->state != STATE_TEXT && c->state != STATE_TAG)
			fail(c, "C code can not stand in",
			    state_names[c->state]);
		if (c->is_raw)
			fail(c, "C code can not stand in", c->tag);
		follow_blocks(c, code);
	}
	place(c);
	printf("%s\n", code);
}

int
main(int argc, char **argv)
{
	struct compiler c = { 0 };
	char line[LINE_LEN];
	FILE *f;

	if (argc != 2) {
		fprintf(stderr, "usage: tmplc FILE > out.c\n");
		return 2;
	}
	c.path = argv[1];
	if ((f = fopen(c.path, "r")) == NULL) {
		fprintf(stderr, "tmplc: %s: %s\n", c.path, strerror(errno));
		return 1;
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		char *start = line;

		c.line++;
		if (strchr(line, '\n') == NULL)
			fail(&c, "a line is too long or the last has no end",
			    "");
		while (*start == '\t' || *start == ' ')
			start++;
		if (*start == '%')
			c_line(&c, start + 1);
		else if (c.in_template)
			html_line(&c, line);
		else if (*start != '\n')
			fail(&c, "text outside a template", "");
	}
	if (c.in_template)
		fail(&c, "%end is missing", "");
	fclose(f);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
