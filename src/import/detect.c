/*
 * detect: what a file is, by its first characters rather than its name.
 */
#include <string.h>
#include <strings.h>

#include "import/run.h"

static bool
ends_with(const char *path, const char *end)
{
	size_t len = strlen(path), n = strlen(end);

	return len >= n && strcasecmp(path + len - n, end) == 0;
}

static bool
is_csl(const struct json *value)
{
	return json_get_string(value, "type") != NULL &&
	       json_get(value, "title") != NULL &&
	       json_get(value, "name") == NULL;
}

static enum import_format
detect_json(const struct strbuf *data)
{
	struct json *first = json_rows_first(data);
	enum import_format format = IMPORT_HSDS;
	const char *kind_name = json_get_string(first, "kind");
	enum record_kind kind;

	if (kind_name != NULL && record_kind_parse(kind_name, &kind) == 0)
		format = IMPORT_GSPD;
	else if (is_csl(first))
		format = IMPORT_CSL;
	json_free(first);
	return format;
}

/* A tag line of RIS starts some line of the first few. */
static bool
is_ris(const char *p, const char *end)
{
	for (int line = 0; line < 50 && p < end; line++) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		if (end - p >= 5 && p[0] == 'T' && p[1] == 'Y' && p[2] == ' ' &&
		    strchr(" -", p[3]) != NULL)
			return true;
		if (lf == NULL)
			break;
		p = lf + 1;
	}
	return false;
}

enum import_format
detect_format(const char *path, const struct strbuf *data)
{
	const char *p = data->buf, *end = data->buf + data->len;

	while (p < end && strchr(" \t\r\n", *p) != NULL)
		p++;
	if (p == end)
		return IMPORT_CSV;
	if (ends_with(path, ".csv") || ends_with(path, ".tsv"))
		return IMPORT_CSV;
	if (*p == '{' || *p == '[')
		return detect_json(data);
	if (ends_with(path, ".bib") || ends_with(path, ".bibtex") || *p == '@')
		return IMPORT_BIBTEX;
	if (ends_with(path, ".ris") || is_ris(p, end))
		return IMPORT_RIS;
	return IMPORT_CSV;
}
