/*
 * po_read: the strict reader of the files of po/. Takes what po_write in potext.c and
 * the usual editors write: comments, msgctxt, msgid, msgid_plural, msgstr,
 * strings over several lines. Obsolete entries (#~) are passed over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "po.h"

#define FILE_MAX    (4 << 20)
#define ENTRIES_MAX 10000

enum part { PART_NONE, PART_KEY, PART_ONE, PART_MANY, PART_FORM };

struct reader {
	struct arena *arena;
	struct po *po;
	int line;
	enum part part; /* which string the next one continues */
	int form;
	bool is_begun;
	struct po_entry entry;
};

static int
wrong(const struct reader *r, const char *what)
{
	fprintf(stderr, "potext: %s:%d: %s\n", r->po->path, r->line, what);
	return -1;
}

static const char *
joined(struct reader *r, const char *a, const char *b)
{
	return a == NULL ? b : arena_printf(r->arena, "%s%s", a, b);
}

/* "..." with its escapes to bytes. */
static int
read_string(struct reader *r, const char *p, const char **ret_text)
{
	char *text = arena_alloc(r->arena, strlen(p) + 1);
	size_t n = 0;

	if (*p++ != '"')
		return wrong(r, "a string in \" is missing");
	for (; *p != '"'; p++) {
		if (*p == '\0')
			return wrong(r, "a string without end");
		if ((unsigned char)*p < ' ')
			return wrong(r, "a control character");
		if (*p != '\\') {
			text[n++] = *p;
			continue;
		}
		switch (*++p) {
		case 'n': text[n++] = '\n'; break;
		case 't': text[n++] = '\t'; break;
		case '"':
		case '\\': text[n++] = *p; break;
		default:
			return wrong(r,
			    "an escape other than \\n \\t \\\" \\\\");
		}
	}
	if (p[1 + strspn(p + 1, " ")] != '\0')
		return wrong(r, "something behind a string");
	text[n] = '\0';
	*ret_text = text;
	return 0;
}

/* The value of "Name: value\n" in the header, or NULL. */
static const char *
head_line(struct reader *r, const char *name)
{
	const char *p = r->po->head.forms[0];
	size_t len = strlen(name);

	while (p != NULL && *p != '\0') {
		size_t n = strcspn(p, "\n");

		if (n > len + 2 && strncmp(p, name, len) == 0 &&
		    strncmp(p + len, ": ", 2) == 0)
			return arena_strndup(r->arena, p + len + 2,
			    n - len - 2);
		p += n + (p[n] != '\0');
	}
	return NULL;
}

static int
take_head(struct reader *r)
{
	const char *lang, *type, *plurals;

	if (r->po->n != 0 || r->po->language != NULL)
		return wrong(r, "an entry without msgctxt");
	r->po->head = r->entry;
	lang = head_line(r, "Language");
	type = head_line(r, "Content-Type");
	plurals = head_line(r, "Plural-Forms");
	if (lang == NULL || (r->po->language = language_find(lang)) == NULL)
		return wrong(r, "the header's Language is none of ours");
	if (type == NULL || strcmp(type, "text/plain; charset=UTF-8") != 0)
		return wrong(r, "the header's charset is not UTF-8");
	if (plurals == NULL ||
	    strcmp(plurals, r->po->language->plural_forms) != 0) {
		fprintf(stderr, "potext: %s: Plural-Forms must be: %s\n",
		    r->po->path, r->po->language->plural_forms);
		return -1;
	}
	return 0;
}

static int
end_entry(struct reader *r)
{
	struct po *po = r->po;

	if (!r->is_begun)
		return 0;
	if (r->entry.one == NULL || r->entry.n_forms == 0)
		return wrong(r, "the entry above is cut short");
	if (r->entry.key == NULL && *r->entry.one != '\0')
		return wrong(r, "the entry above has no msgctxt");
	if (r->entry.key == NULL) {
		if (take_head(r) == -1)
			return -1;
	} else {
		if (po->language == NULL)
			return wrong(r, "the file must begin with its header");
		for (size_t i = 0; i < po->n; i++) {
			if (strcmp(po->entries[i].key, r->entry.key) == 0)
				return wrong(r, "the entry above stands twice");
		}
		if (po->n == ENTRIES_MAX)
			return wrong(r, "too many entries");
		po->entries[po->n++] = r->entry;
	}
	r->entry = (struct po_entry){ 0 };
	r->is_begun = false;
	r->part = PART_NONE;
	return 0;
}

static int
take_comment(struct reader *r, const char *line)
{
	const char *whole = arena_printf(r->arena, "%s\n", line);

	/* A comment behind the words belongs to what follows. */
	if (r->entry.n_forms != 0 && end_entry(r) == -1)
		return -1;
	if (r->is_begun)
		return wrong(r, "a comment inside an entry");
	r->part = PART_NONE;
	if (line[1] == ',')
		r->entry.is_fuzzy = strstr(line, "fuzzy") != NULL;
	else if (line[1] == '|')
		r->entry.was = joined(r, r->entry.was, whole);
	else if (line[1] == ' ' || line[1] == '\0')
		r->entry.notes = joined(r, r->entry.notes, whole);
	return 0;
}

/* Where the string of the present part is kept. */
static const char **
slot(struct reader *r)
{
	switch (r->part) {
	case PART_KEY: return &r->entry.key;
	case PART_ONE: return &r->entry.one;
	case PART_MANY: return &r->entry.many;
	case PART_FORM: return &r->entry.forms[r->form];
	default: return NULL;
	}
}

static int
begin_part(struct reader *r, const char *word, size_t len)
{
	int form = 0;

	if (len == 7 && memcmp(word, "msgctxt", 7) == 0)
		r->part = PART_KEY;
	else if (len == 5 && memcmp(word, "msgid", 5) == 0)
		r->part = PART_ONE;
	else if (len == 12 && memcmp(word, "msgid_plural", 12) == 0)
		r->part = PART_MANY;
	else if (len == 6 && memcmp(word, "msgstr", 6) == 0 &&
		 r->entry.many == NULL)
		r->part = PART_FORM;
	else if (len == 9 && memcmp(word, "msgstr[", 7) == 0 &&
		 word[7] >= '0' && word[7] < '0' + LANGUAGE_FORMS_MAX &&
		 word[8] == ']' && r->entry.many != NULL) {
		r->part = PART_FORM;
		form = word[7] - '0';
	} else
		return wrong(r, "a word that does not belong here");
	if (r->entry.n_forms != 0 && r->part != PART_FORM && end_entry(r) == -1)
		return -1;
	/* end_entry() forgets the part. */
	if (r->part == PART_NONE)
		return begin_part(r, word, len);
	if (r->part == PART_FORM) {
		if (form != r->entry.n_forms || r->entry.one == NULL)
			return wrong(r, "a msgstr out of turn");
		r->form = form;
		r->entry.n_forms++;
	} else if (*slot(r) != NULL ||
		   (r->part == PART_MANY && r->entry.one == NULL))
		return wrong(r, "a word that stands twice or too early");
	if (!r->is_begun)
		r->entry.line = r->line;
	r->is_begun = true;
	return 0;
}

static int
take_line(struct reader *r, const char *line)
{
	const char *text = NULL;
	const char *p = line;
	size_t len;

	if (*line == '\0')
		return end_entry(r);
	if (strncmp(line, "#~", 2) == 0)
		return 0;
	if (*line == '#')
		return take_comment(r, line);
	if (*line != '"') {
		len = strcspn(line, " ");
		if (begin_part(r, line, len) == -1)
			return -1;
		p = line + len + strspn(line + len, " ");
	} else if (r->part == PART_NONE)
		return wrong(r, "a string that belongs to nothing");
	if (read_string(r, p, &text) == -1)
		return -1;
	*slot(r) = joined(r, *slot(r), text);
	return 0;
}

static int
check_utf8(struct reader *r, const struct strbuf *sb)
{
	size_t bad = 0;

	if (valid_utf8(sb->buf, sb->len, &bad) &&
	    memchr(sb->buf, '\0', sb->len) == NULL)
		return 0;
	for (size_t i = 0; i < bad; i++)
		r->line += sb->buf[i] == '\n';
	return wrong(r, "bytes that are no UTF-8");
}

int
po_read(struct arena *arena, const char *path, struct po *ret_po)
{
	struct reader r = { .arena = arena, .po = ret_po, .line = 1 };
	struct strbuf sb;
	struct err err;
	int result = -1;

	*ret_po = (struct po){ .path = path };
	ret_po->entries = arena_alloc(arena,
	    ENTRIES_MAX * sizeof(*ret_po->entries));
	strbuf_init(&sb, FILE_MAX + 1);
	if (file_read(path, FILE_MAX, &sb, &err) == -1) {
		fprintf(stderr, "potext: %s\n", err.text);
		goto out;
	}
	if (sb.len == 0) {
		(void)wrong(&r, "there is nothing in it");
		goto out;
	}
	if (check_utf8(&r, &sb) == -1)
		goto out;
	r.line = 0;
	for (const char *p = sb.buf, *end = sb.buf + sb.len; p < end;) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((stop != NULL ? stop : end) - p);

		r.line++;
		if (take_line(&r, arena_strndup(arena, p, len)) == -1)
			goto out;
		p += len + 1;
	}
	r.line++;
	if (end_entry(&r) == -1)
		goto out;
	if (ret_po->language == NULL) {
		(void)wrong(&r, "there is no header");
		goto out;
	}
	result = 0;
out:
	strbuf_release(&sb);
	return result;
}
