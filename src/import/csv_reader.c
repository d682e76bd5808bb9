/*
 * csv_reader: RFC 4180 cells, also with line breaks in them. Reads what
 * spreadsheets write and says what is wrong with what they do not.
 */
#include <stdlib.h>
#include <string.h>

#include "import/csv.h"

void
csv_init(struct csv_reader *reader, const char *data, size_t len,
    char delimiter, struct arena *arena)
{
	memset(reader, 0, sizeof(*reader));
	reader->p = data;
	reader->end = data + len;
	reader->line = 1;
	reader->delimiter = delimiter;
	reader->arena = arena;
}

void
csv_release(struct csv_reader *reader)
{
	free(reader->cells);
	reader->cells = NULL;
}

static void
add_cell(struct csv_reader *r, const char *text, size_t len)
{
	struct csv_cell cell = { text, len };

	if (r->n >= IMPORT_COLUMNS_MAX) {
		r->broken = "more cells than any table has: is a quote "
			    "missing?";
		return;
	}
	VEC_PUSH(r->cells, r->n, r->alloc, cell);
}

static void
plain_cell(struct csv_reader *r)
{
	const char *start = r->p;

	while (r->p < r->end && *r->p != r->delimiter && *r->p != '\n' &&
	       *r->p != '\r')
		r->p++;
	add_cell(r, arena_strndup(r->arena, start, (size_t)(r->p - start)),
	    (size_t)(r->p - start));
}

/* After the closing quote: up to the delimiter there is nothing. */
static void
after_quote(struct csv_reader *r)
{
	while (r->p < r->end && *r->p == ' ')
		r->p++;
	if (r->p < r->end && *r->p != r->delimiter && *r->p != '\n' &&
	    *r->p != '\r') {
		r->broken = "text behind a closing quote: double the quotes "
			    "within the cell";
		while (r->p < r->end && *r->p != '\n')
			r->p++;
	}
}

static void
quoted_cell(struct csv_reader *r)
{
	const char *start, *quote;
	char *to, *text;
	size_t len = 0;

	start = ++r->p;
	/* The text is never longer than what stands in the quotes. */
	for (quote = start; quote < r->end; quote++) {
		if (*quote == '"') {
			if (quote + 1 == r->end || quote[1] != '"')
				break;
			quote++;
		}
	}
	if (quote >= r->end) {
		r->broken = "a quote is opened and never closed: close it, or "
			    "double it within the cell";
		r->p = r->end;
		add_cell(r, "", 0);
		return;
	}
	if (quote - start > IMPORT_ROW_MAX) {
		r->broken = "a cell of more than 100 MB: is a quote missing?";
		r->p = quote + 1;
		add_cell(r, "", 0);
		after_quote(r);
		return;
	}
	text = to = arena_alloc(r->arena, (size_t)(quote - start) + 1);
	for (; r->p < quote; r->p++) {
		if (*r->p == '"')
			r->p++;
		r->line += *r->p == '\n';
		*to++ = *r->p;
		len++;
	}
	r->p = quote + 1;
	add_cell(r, text, len);
	after_quote(r);
}

/* Over the end of the line; a lone CR ends one too. */
static void
end_line(struct csv_reader *r)
{
	if (r->p < r->end && *r->p == '\r')
		r->p++;
	if (r->p < r->end && *r->p == '\n')
		r->p++;
	r->line++;
}

static bool
is_empty(const struct csv_reader *r)
{
	for (size_t i = 0; i < r->n; i++) {
		for (size_t c = 0; c < r->cells[i].len; c++) {
			if (strchr(" \t", r->cells[i].text[c]) == NULL)
				return false;
		}
	}
	return r->broken == NULL;
}

bool
csv_next(struct csv_reader *r)
{
	do {
		const char *start = r->p;

		if (r->p == r->end)
			return false;
		r->n = 0;
		r->broken = NULL;
		r->row_line = r->line;
		for (;;) {
			if (r->p < r->end && *r->p == '"')
				quoted_cell(r);
			else
				plain_cell(r);
			if (r->p == r->end || *r->p != r->delimiter)
				break;
			r->p++;
		}
		if (r->p - start > IMPORT_ROW_MAX)
			r->broken = "a row of more than 100 MB: is a quote "
				    "missing?";
		end_line(r);
	} while (is_empty(r));
	return true;
}

char
csv_delimiter(const char *data, size_t len)
{
	static const char delimiters[] = { ',', ';', '\t', '|' };
	size_t counts[sizeof(delimiters)] = { 0 }, best = 0;
	bool in_quotes = false;

	for (size_t i = 0; i < len; i++) {
		if (data[i] == '"')
			in_quotes = !in_quotes;
		if (in_quotes)
			continue;
		if (data[i] == '\n' || data[i] == '\r')
			break;
		for (size_t d = 0; d < sizeof(delimiters); d++)
			counts[d] += data[i] == delimiters[d];
	}
	for (size_t d = 1; d < sizeof(delimiters); d++) {
		if (counts[d] > counts[best])
			best = d;
	}
	return delimiters[best];
}
