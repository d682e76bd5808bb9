/*
 * import: a file of somebody else's format into the ledger, with a report
 * of every row that is not right (design: ux.md, "Members' first ten
 * minutes"). import/ does the work.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "feed/feed.h"
#include "import/import.h"

#define SHOWN_PROBLEMS 20
#define SHOWN_WARNINGS 20
#define PROGRESS_ROWS  500

static void
show_progress(void *ctx, int64_t row)
{
	(void)ctx;
	if (row % PROGRESS_ROWS == 0)
		(void)fprintf(stderr, "\rrow %" PRId64, row);
}

static void
json_report(struct json_writer *w, const struct import_report *report,
    bool dry_run)
{
	json_object(w);
	json_pair_int(w, "new", report->n_new);
	json_pair_int(w, "changed", report->n_changed);
	json_pair_int(w, "same", report->n_same);
	json_pair_int(w, "errors", report->n_errors);
	json_pair_int(w, "rows", report->rows);
	json_pair(w, "format", import_format_name(report->format));
	json_pair(w, "read_as", report->read_as);
	json_pair_bool(w, "dry_run", dry_run);
	if (report->errors_path[0] != '\0')
		json_pair(w, "errors_file", report->errors_path);
	json_key(w, "problems");
	json_array(w);
	for (size_t i = 0; i < report->n_problems; i++) {
		const struct import_problem *p = &report->problems[i];

		json_object(w);
		json_pair_int(w, "row", p->row);
		json_pair(w, "column", p->column);
		json_pair(w, "value", p->value);
		json_pair(w, "text", p->text);
		json_object_end(w);
	}
	json_array_end(w);
	json_key(w, "warnings");
	json_array(w);
	for (size_t i = 0; i < report->n_warnings; i++) {
		const struct import_warning *p = &report->warnings[i];

		json_object(w);
		json_pair(w, "column", p->column);
		json_pair(w, "text", p->text);
		json_pair(w, "value", p->value);
		json_pair_int(w, "rows", p->rows);
		json_pair_int(w, "first_row", p->first_row);
		json_object_end(w);
	}
	json_array_end(w);
	json_object_end(w);
}

static void
text_errors(const struct import_report *report, const char *path)
{
	size_t n = report->n_problems < SHOWN_PROBLEMS ? report->n_problems
						       : SHOWN_PROBLEMS;

	for (size_t i = 0; i < n; i++) {
		const struct import_problem *p = &report->problems[i];
		struct strbuf value;

		strbuf_init(&value, 1000);
		/* "name 'x': ", "name: ", "'x': " or nothing at all */
		strbuf_addstr(&value, p->column);
		if (p->value[0] != '\0') {
			strbuf_addstr(&value, value.len > 0 ? " '" : "'");
			log_quote(&value, p->value, strlen(p->value), 80);
			strbuf_addch(&value, '\'');
		}
		if (value.len > 0)
			strbuf_addstr(&value, ": ");
		complain("%s:%" PRId64 ": %s%s", path, p->row, value.buf,
		    p->text);
		strbuf_release(&value);
	}
	if (report->n_all_problems > (int64_t)n)
		complain("... and %" PRId64 " more%s%s",
		    report->n_all_problems - (int64_t)n,
		    report->errors_path[0] ? ", all in " : "",
		    report->errors_path);
}

/* Every row may have the same one: a line for each kind. */
static void
text_warnings(const struct import_report *report, const char *path)
{
	size_t n = report->n_warnings < SHOWN_WARNINGS ? report->n_warnings
						       : SHOWN_WARNINGS;

	for (size_t i = 0; i < n; i++) {
		const struct import_warning *p = &report->warnings[i];
		const char *colon = p->column[0] != '\0' ? ": " : "";

		if (p->first_row == 0)
			complain("%s: warning: %s%s%s", path, p->column, colon,
			    p->text);
		else if (p->rows == 1)
			complain("%s:%" PRId64 ": warning: %s%s%s", path,
			    p->first_row, p->column, colon, p->text);
		else
			complain("%s: warning: %s%s%s (%" PRId64
				 " rows, the first is %" PRId64 ")",
			    path, p->column, colon, p->text, p->rows,
			    p->first_row);
	}
	if (report->n_warnings > n)
		complain("... and %zu more kinds of warnings: --json has them",
		    report->n_warnings - n);
}

static int
print_report(struct app *app, const struct import_report *report, bool dry_run,
    struct err *err)
{
	struct json_writer w;
	struct strbuf sb;
	int ret;

	strbuf_init(&sb, 4 << 20);
	if (app->json) {
		json_writer_init(&w, &sb, 0);
		json_report(&w, report, dry_run);
		strbuf_addch(&sb, '\n');
	} else {
		text_errors(report, app->words[0]);
		text_warnings(report, app->words[0]);
		strbuf_addf(&sb,
		    "read as %s, %" PRId64 " rows: %" PRId64 " new, %" PRId64
		    " changed, %" PRId64 " same, %" PRId64 " with errors",
		    report->read_as, report->rows, report->n_new,
		    report->n_changed, report->n_same, report->n_errors);
		if (report->errors_path[0] != '\0')
			strbuf_addf(&sb, " -> %s", report->errors_path);
		strbuf_addstr(&sb,
		    dry_run ? "\nnothing was saved: a dry run\n"
		    : report->n_new + report->n_changed == 0
			? "\n"
			: "\nsaved; gspd publish sends it out (a running gspd "
			  "serve does that by itself)\n");
	}
	ret = out_text(&sb, err);
	strbuf_release(&sb);
	return ret;
}

/* "gb-eng" -> "GB" */
static const char *
node_country(struct app *app)
{
	char *country = arena_strndup(app->arena, app->conf.node, 2);

	for (char *p = country; *p != '\0'; p++)
		*p = (char)(*p & ~0x20);
	return country;
}

static int
run_import(struct app *app, struct err *err)
{
	const char *format = args_value(app, "--format");
	const char *lang = args_value(app, "--lang");
	const char *country = args_value(app, "--country");
	const char *set[APP_OPTIONS_MAX];
	struct import_report report = { 0 };
	struct import_options options = {
		.path = app->words[0],
		.source = args_value(app, "--source"),
		.actor = "command",
		.set = set,
		.dry_run = args_flag(app, "--dry-run"),
		.now = clock_now(),
		.entry = feed_entry_write,
	};
	int ret;

	if (format != NULL &&
	    import_format_parse(format, &options.format) == -1)
		return err_set(err, ERR_USAGE,
		    "--format: '%.40s' is none of hsds, csv, ris, bibtex, csl, "
		    "gspd",
		    format);
	if (app_conf(app, err) == -1 || app_ledger(app, err) == -1)
		return -1;
	while (options.n_set < APP_OPTIONS_MAX &&
	       (set[options.n_set] = args_each(app, "--set", options.n_set)))
		options.n_set++;
	options.node = app->conf.node;
	options.lang = lang != NULL
			   ? lang
			   : arena_strndup(app->arena, app->conf.languages,
				 strcspn(app->conf.languages, " "));
	options.country = country != NULL ? country : node_country(app);
	if (isatty(STDERR_FILENO))
		options.progress = show_progress;
	ret = import_run(app->ledger, &options, &report, err);
	if (options.progress != NULL)
		(void)fprintf(stderr, "\r\033[K");
	if (ret == -1 && strstr(err->text, options.path) == NULL)
		err_prefix(err, "%s", options.path);
	if (ret == 0)
		ret = print_report(app, &report, options.dry_run, err);
	if (ret == 0 && report.n_errors > 0)
		ret = EXIT_PROBLEM;
	import_report_release(&report);
	return ret;
}

static const struct app_option options[] = {
	{ "--format", "NAME",
	    "hsds, csv, ris, bibtex, csl or gspd (detected)" },
	{ "--dry-run", NULL, "check every row, save nothing" },
	{ "--source", "NAME", "who published the file (its name)" },
	{ "--lang", "CODE", "language where the file names none" },
	{ "--country", "CODE", "country where the file names none" },
	{ "--set", "FIELD=VALUE", "for what rows leave empty; may repeat" },
	{ NULL, NULL, NULL },
};

const struct command cmd_import = {
	.name = "import",
	.words = "FILE",
	.summary = "take in a file: HSDS, CSV, RIS, BibTeX, CSL, gspd JSON",
	.help = "Every row is checked before anything is saved. Good rows are "
		"saved in one\ntransaction; the bad ones go to FILE.errors.csv "
		"with what to do, and the exit\ncode is 1. The same file again "
		"changes nothing.",
	.min_words = 1,
	.max_words = 1,
	.has_json = true,
	.options = options,
	.run = run_import,
};
