/*
 * row: the common end of every format: a record is completed, checked,
 * counted, and saved or compared; what is wrong goes to the report and to
 * the errors file.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "import/run.h"

#define PROGRESS_ROWS 100

void
row_begin(struct import_ctx *ctx, int64_t line)
{
	arena_reset(ctx->arena);
	ctx->line = line;
	ctx->problems.len = 0;
	ctx->problems.errors = 0;
	ctx->cells = NULL;
	ctx->n_cells = 0;
}

void
row_problem(struct import_ctx *ctx, bool is_warning, const char *path,
    const char *value, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	problems_add(&ctx->problems, is_warning, path,
	    value != NULL ? value : "", "%s", text);
}

static void
copy_cut(char *to, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size)
		len = utf8_floor(text, size - 1);
	memcpy(to, text, len);
	to[len] = '\0';
}

static void
report_error(struct import_ctx *ctx, const char *column, const char *value,
    const char *text)
{
	struct import_report *report = ctx->report;
	struct import_problem *p;

	if (report->n_all_problems++ >= IMPORT_PROBLEMS_MAX)
		return;
	report->problems = vec_grow(report->problems, report->n_problems,
	    &ctx->problems_alloc, sizeof(*report->problems));
	p = &report->problems[report->n_problems++];
	memset(p, 0, sizeof(*p));
	p->row = ctx->line;
	copy_cut(p->column, sizeof(p->column), column);
	copy_cut(p->value, sizeof(p->value), value);
	copy_cut(p->text, sizeof(p->text), text);
}

/* "site[12].name" -> "site.name" */
static void
without_places(char *column)
{
	char *to = column;

	for (const char *p = column; *p != '\0'; p++) {
		size_t digits = *p == '[' ? strspn(p + 1, "0123456789") : 0;

		if (digits > 0 && p[1 + digits] == ']')
			p += digits + 1;
		else
			*to++ = *p;
	}
	*to = '\0';
}

void
report_warning(struct import_ctx *ctx, int64_t line, const char *column,
    const char *value, const char *text)
{
	struct import_report *report = ctx->report;
	struct import_warning new = { .first_row = line }, *w = NULL;

	copy_cut(new.column, sizeof(new.column), column);
	without_places(new.column);
	copy_cut(new.text, sizeof(new.text), text);
	copy_cut(new.value, sizeof(new.value), value);
	for (size_t i = 0; i < report->n_warnings && w == NULL; i++)
		if (strcmp(report->warnings[i].column, new.column) == 0 &&
		    strcmp(report->warnings[i].text, new.text) == 0)
			w = &report->warnings[i];
	if (w == NULL) {
		if (report->n_warnings >= IMPORT_WARNINGS_MAX)
			return;
		VEC_PUSH(report->warnings, report->n_warnings,
		    ctx->warnings_alloc, new);
		w = &report->warnings[report->n_warnings - 1];
	}
	/* Lines do not tell rows apart: a file may be one line. */
	if (w->rows == 0 || w->last != report->rows)
		w->rows++;
	w->last = report->rows;
}

const char *
row_column(const struct import_ctx *ctx, const char *path)
{
	const char *name = NULL;
	char *plain, *to;

	if (ctx->column_name != NULL)
		name = ctx->column_name(ctx->format, path);
	if (name != NULL)
		return name;
	/* The first of a list is what a person calls "the". */
	plain = arena_strdup(ctx->arena, path);
	to = plain;
	for (const char *p = plain; *p != '\0'; p++) {
		if (strncmp(p, "[1]", 3) == 0)
			p += 2;
		else
			*to++ = *p;
	}
	*to = '\0';
	return plain;
}

static void
count_row(struct import_ctx *ctx)
{
	struct import_report *report = ctx->report;

	report->rows++;
	for (size_t i = 0; i < ctx->problems.len; i++) {
		const struct problem *p = &ctx->problems.items[i];

		const char *column = row_column(ctx, p->path);

		if (p->is_warning)
			report_warning(ctx, ctx->line, column, p->value,
			    p->text);
		else
			report_error(ctx, column, p->value, p->text);
	}
	if (ctx->problems.errors > 0) {
		report->n_errors++;
		errors_row(ctx);
	}
	if (ctx->options->progress != NULL && report->rows % PROGRESS_ROWS == 0)
		ctx->options->progress(ctx->options->progress_ctx,
		    report->rows);
	/* A second record of the same row starts without them. */
	ctx->problems.len = 0;
	ctx->problems.errors = 0;
}

void
row_fail(struct import_ctx *ctx)
{
	count_row(ctx);
}

static int
save(struct import_ctx *ctx, struct record *rec, struct err *err)
{
	const struct import_options *options = ctx->options;
	enum ledger_change change = LEDGER_SAME;
	int ret;

	if (options->dry_run)
		ret = ledger_compare(ctx->ledger, rec, &change, err);
	else
		ret = ledger_save(ctx->ledger, rec, options->now,
		    options->actor, ctx->source, options->entry, &change, err);
	if (ret == -1) {
		/* These are about the record, not about the ledger. */
		if (err->code != ERR_SCHEMA && err->code != ERR_LIMIT &&
		    err->code != ERR_FORMAT)
			return -1;
		row_problem(ctx, false, "", "", "%.150s", err->text);
		return 0;
	}
	if (change == LEDGER_NEW)
		ctx->report->n_new++;
	else if (change == LEDGER_CHANGED)
		ctx->report->n_changed++;
	else
		ctx->report->n_same++;
	return 0;
}

static int
check_and_save(struct import_ctx *ctx, struct record *rec, struct err *err)
{
	struct err row_err;
	int64_t first;

	if (ctx->report->rows >= IMPORT_ROWS_MAX)
		return err_set(err, ERR_LIMIT,
		    "more than %d rows: split the file", IMPORT_ROWS_MAX);
	/* The return value repeats what the problems say. */
	if (record_validate(rec, &ctx->problems, &row_err) == -1 &&
	    ctx->problems.errors == 0)
		row_problem(ctx, false, "", "", "%.150s", row_err.text);
	first = seen_add(ctx, rec->id, ctx->line);
	if (first != 0)
		row_problem(ctx, false, "id", rec->id,
		    "same record as row %" PRId64
		    ": keep one of them or give each its own id",
		    first);
	if (ctx->problems.errors == 0 && save(ctx, rec, err) == -1)
		return -1;
	count_row(ctx);
	return 0;
}

int
row_save(struct import_ctx *ctx, struct record *rec, struct err *err)
{
	finish_record(ctx, rec);
	return check_and_save(ctx, rec, err);
}

int
row_save_plain(struct import_ctx *ctx, struct record *rec, struct err *err)
{
	return check_and_save(ctx, rec, err);
}

void
row_names(struct import_ctx *ctx, const char *id, const char *name)
{
	static const char *const header[] = { "id", "name" };
	const char **cells = arena_alloc(ctx->arena, 2 * sizeof(*cells));

	cells[0] = id != NULL ? id : "";
	cells[1] = name != NULL ? name : "";
	ctx->cells = cells;
	ctx->n_cells = 2;
	ctx->header = header;
	ctx->n_header = 2;
}

const char *
row_id_named(struct import_ctx *ctx, const char *key)
{
	char uuid[37];

	uuid_named(IMPORT_NAMESPACE,
	    arena_printf(ctx->arena, "%s\n%s", ctx->source, key), uuid);
	return record_id_make(ctx->arena, ctx->options->node, uuid);
}

const char *
row_id(struct import_ctx *ctx, const char *key)
{
	const char *lower = text_lower(ctx->arena, key);

	if (valid_uuid(lower))
		return record_id_make(ctx->arena, ctx->options->node, lower);
	return row_id_named(ctx, key);
}

void
row_source(struct import_ctx *ctx, struct record *rec, const char *key)
{
	struct value *source;

	if (value_find(&rec->root, FIELD_SOURCE) != NULL)
		return;
	source = record_add(rec, NULL, FIELD_SOURCE, NULL, NULL);
	value_text_put(ctx, rec, source, FIELD_SOURCE_PUBLISHER, ctx->source);
	if (key != NULL)
		value_text_put(ctx, rec, source, FIELD_SOURCE_ID, key);
}
