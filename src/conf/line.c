/*
 * line: a configuration file line by line: blank or comment, [section], or
 * key = value. Neighbours: conf.c and peers.c give the lines a meaning,
 * edit.c moves them about (design: style.md, "Configuration").
 */
#include <string.h>

#include "conf/conf.h"
#include "conf/option.h"

int
lines_check(const char *file, const char *data, size_t len, struct err *err)
{
	size_t bad;
	int number = 1;

	if (len > CONF_FILE_MAX)
		return err_set(err, ERR_CONF,
		    "%s: larger than 1 MiB: this is no configuration file",
		    file);
	if (valid_utf8(data, len, &bad) && memchr(data, '\0', len) == NULL)
		return 0;
	if (valid_utf8(data, len, NULL))
		bad = (size_t)((const char *)memchr(data, '\0', len) - data);
	for (size_t i = 0; i < bad; i++)
		number += data[i] == '\n';
	return err_set(err, ERR_CONF,
	    "%s:%d: not UTF-8 text: save the file as UTF-8", file, number);
}

static int
is_blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\r';
}

static const char *
trimmed(struct arena *arena, const char *text, size_t len)
{
	while (len > 0 && is_blank(*text)) {
		text++;
		len--;
	}
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	return arena_strndup(arena, text, len);
}

static int
parse_section(struct lines *lines, const char *text, struct line *line,
    struct err *err)
{
	size_t len = strlen(text);

	if (len < 3 || text[len - 1] != ']')
		return err_set(err, ERR_CONF,
		    "%s:%d: a section is written [name] on a line of its own",
		    lines->file, line->number);
	line->kind = LINE_SECTION;
	line->name = trimmed(lines->arena, text + 1, len - 2);
	return 1;
}

int
line_next(struct lines *lines, struct line *ret_line, struct err *err)
{
	struct line line = { .kind = LINE_BLANK, .number = lines->number + 1 };
	const char *start, *nl, *text, *equals;
	size_t len;

	if (lines->at >= lines->len)
		return 0;
	arena_reset(lines->arena);
	lines->number++;
	start = lines->data + lines->at;
	nl = memchr(start, '\n', lines->len - lines->at);
	len = nl == NULL ? lines->len - lines->at : (size_t)(nl - start);
	line.start = lines->at;
	line.end = lines->at + len + (nl != NULL);
	lines->at = line.end;
	if (len > CONF_LINE_MAX)
		return err_set(err, ERR_CONF,
		    "%s:%d: line longer than %d bytes", lines->file,
		    line.number, CONF_LINE_MAX);
	text = trimmed(lines->arena, start, len);
	for (const char *p = text; *p != '\0'; p++)
		if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
			return err_set(err, ERR_CONF,
			    "%s:%d: control character: remove it", lines->file,
			    line.number);
	*ret_line = line;
	if (*text == '\0' || *text == '#')
		return 1;
	if (*text == '[')
		return parse_section(lines, text, ret_line, err);
	equals = strchr(text, '=');
	if (equals == NULL || equals == text)
		return err_set(err, ERR_CONF,
		    "%s:%d: expected key = value, [section] or # comment",
		    lines->file, line.number);
	ret_line->kind = LINE_PAIR;
	ret_line->name = trimmed(lines->arena, text, (size_t)(equals - text));
	ret_line->value = trimmed(lines->arena, equals + 1, strlen(equals + 1));
	return 1;
}
