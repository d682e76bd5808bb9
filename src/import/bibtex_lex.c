/*
 * bibtex_lex: BibTeX by hand: entries in braces or parentheses, values in
 * braces, quotes, numbers, macros, joined by #. After an error it goes on
 * at the next line that starts an entry.
 */
#include "import/bibtex_lex.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define VALUE_MAX (1024 * 1024)

static void
advance(struct bibtex_lexer *l)
{
	l->line += *l->p == '\n';
	l->p++;
}

static void
skip_space(struct bibtex_lexer *l)
{
	while (l->p < l->end && isspace((unsigned char)*l->p))
		advance(l);
}

/* To the next @ (at_line: only one that starts a line). */
static void
skip_to_entry(struct bibtex_lexer *l, bool at_line)
{
	bool is_start = !at_line;

	while (l->p < l->end && !(*l->p == '@' && is_start)) {
		if (*l->p == '\n')
			is_start = true;
		else if (at_line && *l->p != ' ' && *l->p != '\t')
			is_start = false;
		advance(l);
	}
}

static const char *
read_name(struct bibtex_lexer *l, bool lower)
{
	const char *start;
	char *name;

	skip_space(l);
	start = l->p;
	while (l->p < l->end && !isspace((unsigned char)*l->p) &&
	       strchr("{}(),=\"#@", *l->p) == NULL)
		l->p++;
	if (l->p == start)
		return NULL;
	name = arena_strndup(l->arena, start, (size_t)(l->p - start));
	for (char *c = name; lower && *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return name;
}

static bool
take(struct bibtex_lexer *l, char c)
{
	skip_space(l);
	if (l->p == l->end || *l->p != c)
		return false;
	l->p++;
	return true;
}

/*
 * The text of {...} or "..." whose opening character was just passed;
 * braces nest in both. false: it has no end.
 */
static bool
read_delimited(struct bibtex_lexer *l, char close, struct strbuf *out)
{
	const char *start = l->p;
	int64_t depth = 0;

	while (l->p < l->end) {
		char c = *l->p;

		if (c == close && depth == 0) {
			strbuf_add(out, start, (size_t)(l->p - start));
			l->p++;
			return true;
		}
		if (c == '\\' && l->p + 1 < l->end)
			advance(l);
		else if (c == '{')
			depth++;
		else if (c == '}')
			depth--;
		if (depth < 0)
			return false;
		advance(l);
	}
	return false;
}

static const char *
macro(const struct bibtex_lexer *l, const char *name)
{
	static const char *const months[] = { "jan", "feb", "mar", "apr", "may",
		"jun", "jul", "aug", "sep", "oct", "nov", "dec" };
	static const char *const numbers[] = { "01", "02", "03", "04", "05",
		"06", "07", "08", "09", "10", "11", "12" };

	for (size_t i = l->n_macros; i > 0; i--) {
		if (strcasecmp(l->macros[i - 1].name, name) == 0)
			return l->macros[i - 1].value;
	}
	for (size_t i = 0; i < ARRAY_LEN(months); i++) {
		if (strcasecmp(months[i], name) == 0)
			return numbers[i];
	}
	return name;
}

/* One or more parts joined by #; NULL when it is no value. */
static const char *
read_value(struct bibtex_lexer *l)
{
	struct strbuf sb;
	const char *value = NULL;

	strbuf_init(&sb, VALUE_MAX);
	do {
		bool is_good = true;

		if (take(l, '{')) {
			is_good = read_delimited(l, '}', &sb);
		} else if (take(l, '"')) {
			is_good = read_delimited(l, '"', &sb);
		} else {
			const char *name = read_name(l, false);

			if (name == NULL)
				goto out;
			strbuf_addstr(&sb, macro(l, name));
		}
		if (!is_good || sb.overflow)
			goto out;
	} while (take(l, '#'));
	value = arena_strndup(l->arena, sb.buf, sb.len);
out:
	strbuf_release(&sb);
	return value;
}

static void
add_macro(struct bibtex_lexer *l, const char *name, const char *value)
{
	if (l->n_macros == BIBTEX_MACROS_MAX)
		return;
	l->macros[l->n_macros].name = arena_strdup(l->keep, name);
	l->macros[l->n_macros].value = arena_strdup(l->keep, value);
	l->n_macros++;
}

static void
read_string(struct bibtex_lexer *l)
{
	const char *name, *value;

	if (!take(l, '{') && !take(l, '('))
		return;
	name = read_name(l, true);
	if (name == NULL || !take(l, '='))
		return;
	value = read_value(l);
	if (value == NULL)
		return;
	add_macro(l, name, value);
	if (!take(l, '}'))
		(void)take(l, ')');
}

static const char *
read_fields(struct bibtex_lexer *l, char close, struct bibtex_entry *entry)
{
	while (!take(l, close)) {
		struct bibtex_field *f = &entry->fields[entry->n_fields];

		if (take(l, ','))
			continue;
		if (l->p == l->end)
			return "ends without its closing brace";
		if (entry->n_fields == BIBTEX_FIELDS_MAX)
			return "too many fields";
		f->name = read_name(l, true);
		if (f->name == NULL || !take(l, '='))
			return "expected a field: name = {value}";
		f->value = read_value(l);
		if (f->value == NULL)
			return "a field's value has no end: close its brace "
			       "or quote";
		entry->n_fields++;
	}
	return NULL;
}

static void
read_entry(struct bibtex_lexer *l, struct bibtex_entry *entry)
{
	char close = '}';

	if (!take(l, '{')) {
		if (!take(l, '(')) {
			entry->broken = "expected { behind the entry's type";
			return;
		}
		close = ')';
	}
	entry->key = read_name(l, false);
	entry->broken = read_fields(l, close, entry);
}

bool
bibtex_next(struct bibtex_lexer *l, struct bibtex_entry *ret_entry)
{
	for (;;) {
		const char *type;
		int64_t line;

		skip_to_entry(l, false);
		if (l->p == l->end)
			return false;
		arena_reset(l->arena);
		line = l->line;
		l->p++;
		type = read_name(l, true);
		if (type == NULL)
			continue;
		if (strcmp(type, "string") == 0) {
			read_string(l);
			continue;
		}
		if (strcmp(type, "comment") == 0 ||
		    strcmp(type, "preamble") == 0) {
			skip_to_entry(l, true);
			continue;
		}
		/* An address in the text between entries is no entry. */
		skip_space(l);
		if (l->p == l->end || (*l->p != '{' && *l->p != '('))
			continue;
		memset(ret_entry, 0, sizeof(*ret_entry));
		ret_entry->line = line;
		ret_entry->type = type;
		read_entry(l, ret_entry);
		if (ret_entry->broken != NULL)
			skip_to_entry(l, true);
		return true;
	}
}

const char *
bibtex_get(const struct bibtex_entry *entry, const char *name)
{
	for (size_t i = 0; i < entry->n_fields; i++) {
		if (strcmp(entry->fields[i].name, name) == 0)
			return entry->fields[i].value;
	}
	return NULL;
}
