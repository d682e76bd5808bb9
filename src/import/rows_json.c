/*
 * rows_json: a JSON file by rows. An array is taken apart by a scan for the
 * ends of its elements, so that a file of a gigabyte never stands in memory
 * as a tree, and each row knows its line.
 */
#include <stdio.h>
#include <string.h>

#include "import/run.h"

struct walk {
	const char *p;
	const char *end;
	int64_t line;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip_space(struct walk *w)
{
	while (w->p < w->end && is_space(*w->p))
		w->line += *w->p++ == '\n';
}

/* End of the value at p: by brackets and strings only. NULL: no end. */
static const char *
value_end(const char *p, const char *end)
{
	size_t depth = 0;
	bool in_string = false;

	for (; p < end; p++) {
		if (in_string) {
			if (*p == '\\' && p + 1 < end)
				p++;
			else if (*p == '"')
				in_string = false;
			continue;
		}
		switch (*p) {
		case '"': in_string = true; break;
		case '{':
		case '[': depth++; break;
		case '}':
		case ']':
			if (depth == 0)
				return p;
			if (--depth == 0)
				return p + 1;
			break;
		case ',':
			if (depth == 0)
				return p;
			break;
		default: break;
		}
	}
	return in_string || depth > 0 ? NULL : end;
}

static int
one_row(struct import_ctx *ctx, const char *p, size_t len, int64_t line,
    json_row_cb callback, struct err *err)
{
	struct json *value;
	struct err parse_err;
	int ret;

	row_begin(ctx, line);
	row_names(ctx, "", "");
	if (len > IMPORT_ROW_MAX) {
		row_problem(ctx, false, "", "", "row of more than %d bytes",
		    IMPORT_ROW_MAX);
		row_fail(ctx);
		return 0;
	}
	value = json_parse(p, len, &parse_err);
	if (value == NULL) {
		char start[64];

		(void)snprintf(start, sizeof(start), "%.*s",
		    (int)utf8_floor(p, len < 60 ? len : 60), p);
		if (!valid_utf8(start, strlen(start), NULL))
			start[0] = '\0';
		row_problem(ctx, false, "", start, "%.150s", parse_err.text);
		row_fail(ctx);
		return 0;
	}
	ret = callback(ctx, value, err);
	json_free(value);
	return ret;
}

static int
array_rows(struct import_ctx *ctx, struct walk *w, json_row_cb callback,
    struct err *err)
{
	w->p++;
	for (;;) {
		const char *start, *stop;

		skip_space(w);
		if (w->p == w->end)
			break;
		if (*w->p == ']') {
			w->p++;
			skip_space(w);
			if (w->p < w->end)
				return err_set(err, ERR_FORMAT,
				    "line %lld: text after the end of the "
				    "array",
				    (long long)w->line);
			return 0;
		}
		if (*w->p == ',') {
			w->p++;
			continue;
		}
		start = w->p;
		stop = value_end(start, w->end);
		if (stop == NULL || stop == start)
			break;
		if (one_row(ctx, start, (size_t)(stop - start), w->line,
			callback, err) == -1)
			return -1;
		for (; w->p < stop; w->p++)
			w->line += *w->p == '\n';
	}
	return err_set(err, ERR_FORMAT,
	    "line %lld: the JSON array has no end: is the file cut off?",
	    (long long)w->line);
}

static const char *
line_end(const struct walk *w)
{
	const char *lf = memchr(w->p, '\n', (size_t)(w->end - w->p));

	return lf != NULL ? lf : w->end;
}

/*
 * NDJSON when the first value ends on its line, or when, that line being
 * broken, the next one starts a value as well.
 */
static bool
is_ndjson(struct walk w)
{
	const char *eol = line_end(&w);
	const char *stop = value_end(w.p, w.end);

	if (stop != NULL && stop <= eol)
		return true;
	w.p = eol;
	skip_space(&w);
	return w.p < w.end && *w.p == '{';
}

static int
line_rows(struct import_ctx *ctx, struct walk *w, json_row_cb callback,
    struct err *err)
{
	for (;;) {
		const char *eol;

		skip_space(w);
		if (w->p == w->end)
			return 0;
		eol = line_end(w);
		if (one_row(ctx, w->p, (size_t)(eol - w->p), w->line, callback,
			err) == -1)
			return -1;
		w->p = eol;
	}
}

int
json_rows(struct import_ctx *ctx, const struct strbuf *data,
    json_row_cb callback, struct err *err)
{
	struct walk w = { data->buf, data->buf + data->len, 1 };
	const char *how = "JSON";
	int ret;

	skip_space(&w);
	if (w.p < w.end && *w.p == '[') {
		how = "JSON array";
		ret = array_rows(ctx, &w, callback, err);
	} else if (is_ndjson(w)) {
		how = "NDJSON";
		ret = line_rows(ctx, &w, callback, err);
	} else {
		ret = one_row(ctx, w.p, (size_t)(w.end - w.p), w.line, callback,
		    err);
	}
	(void)snprintf(ctx->report->read_as, sizeof(ctx->report->read_as),
	    "%s, %s", import_format_name(ctx->report->format), how);
	return ret;
}

struct json *
json_rows_first(const struct strbuf *data)
{
	struct walk w = { data->buf, data->buf + data->len, 1 };
	const char *stop;
	struct err err;

	skip_space(&w);
	if (w.p < w.end && *w.p == '[') {
		w.p++;
		skip_space(&w);
	}
	stop = value_end(w.p, w.end);
	if (stop == NULL || stop == w.p || stop - w.p > IMPORT_ROW_MAX)
		return NULL;
	return json_parse(w.p, (size_t)(stop - w.p), &err);
}
