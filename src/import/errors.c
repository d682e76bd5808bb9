/*
 * errors: FILE.errors.csv, only the bad rows, with what is wrong in front,
 * ready to be put right and imported again (design: ux.md). Cells that a
 * spreadsheet would take for a formula get an apostrophe.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "import/run.h"

const char *const errors_columns[ERRORS_COLUMNS] = { "row", "column", "value",
	"what_to_do" };

static void
cell(struct import_ctx *ctx, const char *text)
{
	struct strbuf *out = &ctx->errors;
	char special[] = { ctx->delimiter, '"', '\n', '\r', '\0' };
	bool is_quoted = text[strcspn(text, special)] != '\0';

	if (is_quoted)
		strbuf_addch(out, '"');
	if (*text == '=' || *text == '+' || *text == '-' || *text == '@' ||
	    *text == '\t' || *text == '\r')
		strbuf_addch(out, '\'');
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"')
			strbuf_addch(out, '"');
		strbuf_addch(out, *p);
	}
	if (is_quoted)
		strbuf_addch(out, '"');
}

static void
cells(struct import_ctx *ctx, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		strbuf_addch(&ctx->errors, ctx->delimiter);
		cell(ctx, texts[i]);
	}
}

static void
header(struct import_ctx *ctx)
{
	strbuf_addstr(&ctx->errors, "\xef\xbb\xbf"); /* for spreadsheets */
	cell(ctx, errors_columns[0]);
	cells(ctx, errors_columns + 1, ERRORS_COLUMNS - 1);
	cells(ctx, ctx->header, ctx->n_header);
	strbuf_addstr(&ctx->errors, "\r\n");
}

/* All errors of the row in one cell, so that the row stays one row. */
static void
joined(struct import_ctx *ctx, size_t which)
{
	struct strbuf sb;

	strbuf_init(&sb, 64 * 1024);
	for (size_t i = 0; i < ctx->problems.len; i++) {
		const struct problem *p = &ctx->problems.items[i];
		const char *text = which == 2 ? p->value : p->text;

		if (p->is_warning)
			continue;
		if (which == 1)
			text = row_column(ctx, p->path);
		if (sb.len > 0)
			strbuf_addstr(&sb, " | ");
		strbuf_addstr(&sb, text);
	}
	strbuf_addch(&ctx->errors, ctx->delimiter);
	cell(ctx, sb.buf);
	strbuf_release(&sb);
}

void
errors_row(struct import_ctx *ctx)
{
	if (ctx->errors.len == 0)
		header(ctx);
	strbuf_addf(&ctx->errors, "%" PRId64, ctx->line);
	for (size_t which = 1; which < ERRORS_COLUMNS; which++)
		joined(ctx, which);
	cells(ctx, ctx->cells, ctx->n_cells);
	strbuf_addstr(&ctx->errors, "\r\n");
}

/* "folder/file.csv" -> "folder/file.errors.csv" */
static int
errors_path(const char *path, char *ret_path, size_t size, struct err *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	const char *dot = strrchr(name, '.');
	size_t len = dot != NULL && dot != name ? (size_t)(dot - path)
						: strlen(path);

	if (len + sizeof(".errors.csv") > size)
		return err_set(err, ERR_LIMIT,
		    "the file's name is too long for its errors file");
	(void)snprintf(ret_path, size, "%.*s.errors.csv", (int)len, path);
	return 0;
}

int
errors_write(struct import_ctx *ctx, struct err *err)
{
	char path[sizeof(ctx->report->errors_path)];
	struct err write_err;

	if (errors_path(ctx->options->path, path, sizeof(path), err) == -1)
		return -1;
	if (ctx->report->n_errors == 0)
		return file_remove(path, err);
	if (strbuf_check(&ctx->errors, "the errors file", err) == -1)
		return -1;
	/* A folder that may not be written must not undo the good rows. */
	if (file_put(path, ctx->errors.buf, ctx->errors.len, 0600,
		&write_err) == -1) {
		report_warning(ctx, 0, "", "", write_err.text);
		return 0;
	}
	memcpy(ctx->report->errors_path, path, sizeof(path));
	return 0;
}
