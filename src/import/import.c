/*
 * import: one file from its bytes to the ledger. The file is read whole,
 * made UTF-8, handed to its format row by row (run.h), and everything is
 * saved in one transaction (design: ux.md, "import in five steps").
 */
#include "import/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/run.h"

static const char *const format_names[] = {
	[IMPORT_AUTO] = "auto",
	[IMPORT_HSDS] = "hsds",
	[IMPORT_CSV] = "csv",
	[IMPORT_RIS] = "ris",
	[IMPORT_BIBTEX] = "bibtex",
	[IMPORT_CSL] = "csl",
	[IMPORT_GSPD] = "gspd",
};

const char *
import_format_name(enum import_format format)
{
	if ((size_t)format >= ARRAY_LEN(format_names))
		return "auto";
	return format_names[format];
}

int
import_format_parse(const char *name, enum import_format *ret_format)
{
	for (size_t i = 0; i < ARRAY_LEN(format_names); i++) {
		if (strcasecmp(name, format_names[i]) == 0) {
			*ret_format = (enum import_format)i;
			return 0;
		}
	}
	return -1;
}

/* File name without folders, up to its first dot. */
static void
source_name(const char *path, char *ret_name, size_t size)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	size_t len = strcspn(name, ".");

	if (len == 0)
		len = strlen(name);
	if (len >= size)
		len = size - 1;
	len = utf8_floor(name, len);
	memcpy(ret_name, name, len);
	ret_name[len] = '\0';
}

static int
ctx_init(struct import_ctx *ctx, struct ledger *ledger,
    const struct import_options *options, struct import_report *report,
    struct err *err)
{
	memset(ctx, 0, sizeof(*ctx));
	ctx->ledger = ledger;
	ctx->options = options;
	ctx->report = report;
	ctx->arena = arena_new();
	ctx->keep = arena_new();
	ctx->delimiter = ',';
	problems_init(&ctx->problems);
	strbuf_init(&ctx->errors, IMPORT_FILE_MAX);
	if (options->source != NULL)
		(void)snprintf(ctx->source, sizeof(ctx->source), "%s",
		    options->source);
	else
		source_name(options->path, ctx->source, sizeof(ctx->source));
	if (!valid_node(options->node))
		return err_set(err, ERR_USAGE,
		    "import: the node's name is not valid");
	return sets_read(ctx, err);
}

static void
ctx_release(struct import_ctx *ctx)
{
	free(ctx->seen.items);
	free(ctx->memo);
	strbuf_release(&ctx->errors);
	problems_release(&ctx->problems);
	arena_free(ctx->keep);
	arena_free(ctx->arena);
}

static int
run_format(struct import_ctx *ctx, const struct strbuf *data, struct err *err)
{
	switch (ctx->report->format) {
	case IMPORT_GSPD: return json_rows(ctx, data, gspd_row, err);
	case IMPORT_HSDS: return json_rows(ctx, data, hsds_row, err);
	case IMPORT_CSL: return json_rows(ctx, data, csl_row, err);
	case IMPORT_RIS: return ris_run(ctx, data, err);
	case IMPORT_BIBTEX: return bibtex_run(ctx, data, err);
	case IMPORT_CSV:
	case IMPORT_AUTO:
	default: return csv_run(ctx, data, err);
	}
}

/* What a person reads first: how the file was understood. */
static void
read_as(struct import_report *report, const char *encoding)
{
	char rest[sizeof(report->read_as)];

	memcpy(rest, report->read_as, sizeof(rest));
	if (rest[0] == '\0')
		(void)snprintf(rest, sizeof(rest), "%s",
		    import_format_name(report->format));
	(void)snprintf(report->read_as, sizeof(report->read_as), "%s, %.120s",
	    encoding, rest);
}

static bool
is_json(enum import_format format)
{
	return format == IMPORT_HSDS || format == IMPORT_CSL ||
	       format == IMPORT_GSPD;
}

static bool
is_blank(const struct strbuf *data)
{
	for (size_t i = 0; i < data->len; i++) {
		if (strchr(" \t\r\n", data->buf[i]) == NULL)
			return false;
	}
	return true;
}

static int
run_data(struct import_ctx *ctx, struct strbuf *data, struct err *err)
{
	struct import_report *report = ctx->report;
	const char *encoding = "UTF-8";

	/* JSON is UTF-8 or broken; the others may be older than that. */
	if (encoding_fix(data, !is_json(report->format), &encoding, err) == -1)
		return -1;
	if (is_blank(data))
		return err_set(err, ERR_FORMAT,
		    "%s is empty: nothing to import", ctx->options->path);
	if (report->format == IMPORT_AUTO)
		report->format = detect_format(ctx->options->path, data);
	if (run_format(ctx, data, err) == -1)
		return -1;
	read_as(report, encoding);
	return 0;
}

int
import_run(struct ledger *ledger, const struct import_options *options,
    struct import_report *ret_report, struct err *err)
{
	struct import_report report = { .format = options->format };
	struct import_ctx ctx;
	struct strbuf data;
	bool is_open = false;
	int ret = -1;

	strbuf_init(&data, 0);
	if (ctx_init(&ctx, ledger, options, &report, err) == -1)
		goto out;
	if (file_read(options->path, IMPORT_FILE_MAX, &data, err) == -1)
		goto out;
	if (!options->dry_run) {
		if (ledger_begin(ledger, err) == -1)
			goto out;
		is_open = true;
	}
	if (run_data(&ctx, &data, err) == -1)
		goto out;
	if (errors_write(&ctx, err) == -1)
		goto out;
	if (is_open) {
		is_open = false;
		if (ledger_commit(ledger, err) == -1) {
			ledger_rollback(ledger);
			goto out;
		}
	}
	*ret_report = report;
	report.problems = NULL;
	report.warnings = NULL;
	ret = 0;
out:
	if (is_open)
		ledger_rollback(ledger);
	import_report_release(&report);
	strbuf_release(&data);
	ctx_release(&ctx);
	return ret;
}

void
import_report_release(struct import_report *report)
{
	free(report->problems);
	report->problems = NULL;
	report->n_problems = 0;
	free(report->warnings);
	report->warnings = NULL;
	report->n_warnings = 0;
}
