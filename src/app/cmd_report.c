/*
 * report: what readers report of this node's records, by the form of each
 * record's page, and that an editor has seen to it (design: ux.md).
 * Neighbour: ledger/reports.c keeps them. Their words are by strangers.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"

#define OUT_MAX    (128 << 20)
#define LIST_MAX   6000 /* more than there can be open */
#define LINE_CHAR  60
#define PART_BYTES 1000

static int
open_ledger(struct app *app, struct err *err)
{
	return app_conf(app, err) == -1 ? -1 : app_ledger(app, err);
}

static int
read_no(const char *word, int64_t *ret_no, struct err *err)
{
	char *end;
	long long no;

	errno = 0;
	no = strtoll(word, &end, 10);
	if (errno != 0 || end == word || *end != '\0' || no < 1)
		return err_set(err, ERR_USAGE,
		    "%.40s is no number of a report: gspd report list shows "
		    "them",
		    word);
	*ret_no = no;
	return 0;
}

/* Title of the record as it is now, or as it was. */
static const char *
title_of(struct app *app, const char *id)
{
	struct ledger_version *versions;
	struct err err;
	size_t n;

	if (ledger_history(app->ledger, app->arena, id, &versions, &n, &err) ==
	    -1)
		return "";
	for (size_t i = 0; i < n; i++)
		if (versions[i].rec != NULL)
			return record_title(versions[i].rec, NULL);
	return "";
}

static void
json_report(struct app *app, struct json_writer *w,
    const struct ledger_report *report)
{
	json_object(w);
	json_pair_int(w, "no", report->no);
	json_pair(w, "record", report->record);
	json_pair(w, "title", title_of(app, report->record));
	json_pair_int(w, "version", report->version);
	json_pair(w, "kind", report_kind_name(report->kind));
	json_pair(w, "text", report->text);
	json_pair(w, "reply", report->reply);
	json_pair(w, "lang", report->lang);
	json_pair_int(w, "at", report->at);
	json_pair_bool(w, "open", report->closed_at == 0);
	json_pair_int(w, "closed_at", report->closed_at);
	json_pair(w, "note", report->note);
	json_object_end(w);
}

/* The start of a text, in one line. */
static void
text_start(struct app *app, struct strbuf *sb, const char *text)
{
	size_t len = strcspn(text, "\r\n");
	bool is_cut = text[len] != '\0';

	if (len > LINE_CHAR) {
		len = utf8_floor(text, LINE_CHAR);
		is_cut = true;
	}
	out_safe(sb, arena_strndup(app->arena, text, len));
	if (is_cut)
		strbuf_addstr(sb, " ...");
}

static void
text_list(struct app *app, struct strbuf *sb,
    const struct ledger_report *reports, size_t n)
{
	char age[40];

	if (n == 0)
		strbuf_addstr(sb, "no reports\n");
	for (size_t i = 0; i < n; i++) {
		const struct ledger_report *report = &reports[i];

		clock_format_age(clock_now() - report->at, age, sizeof(age));
		strbuf_addf(sb, "%6" PRId64 "  %-6s  %8s ago  %-9s  ",
		    report->no, report->closed_at == 0 ? "open" : "closed", age,
		    report_kind_name(report->kind));
		text_start(app, sb, title_of(app, report->record));
		strbuf_addstr(sb, "\n        ");
		text_start(app, sb, report->text);
		strbuf_addch(sb, '\n');
	}
}

static int
run_list(struct app *app, struct err *err)
{
	struct ledger_report *reports;
	struct json_writer w;
	struct strbuf sb;
	size_t n;
	int ret;

	if (open_ledger(app, err) == -1 ||
	    ledger_reports(app->ledger, app->arena, args_flag(app, "--all"),
		LIST_MAX, &reports, &n, err) == -1)
		return -1;
	strbuf_init(&sb, OUT_MAX);
	if (app->json) {
		json_writer_init(&w, &sb, 0);
		json_object(&w);
		json_key(&w, "reports");
		json_array(&w);
		for (size_t i = 0; i < n; i++)
			json_report(app, &w, &reports[i]);
		json_array_end(&w);
		json_object_end(&w);
		strbuf_addch(&sb, '\n');
	} else
		text_list(app, &sb, reports, n);
	ret = out_text(&sb, err);
	strbuf_release(&sb);
	return ret;
}

static void
text_field(struct strbuf *sb, const char *name, const char *text)
{
	if (*text == '\0')
		return;
	strbuf_addf(sb, "%-10s ", name);
	out_safe(sb, text);
	strbuf_addch(sb, '\n');
}

/* out_safe() cuts: in Japanese a line of a report can be three times as long
 * as it lets through. */
static void
text_whole(struct app *app, struct strbuf *sb, const char *text, size_t len)
{
	while (len > 0) {
		size_t part = len > PART_BYTES ? utf8_floor(text, PART_BYTES)
					       : len;

		if (part == 0)
			part = len;
		out_safe(sb, arena_strndup(app->arena, text, part));
		text += part;
		len -= part;
	}
}

static void
text_report(struct app *app, struct strbuf *sb,
    const struct ledger_report *report)
{
	char at[CLOCK_TEXT_LEN];

	clock_format(report->at, at);
	strbuf_addf(sb, "report     %" PRId64 ", %s\n", report->no,
	    report->closed_at == 0 ? "open" : "closed");
	text_field(sb, "about", title_of(app, report->record));
	text_field(sb, "record", report->record);
	text_field(sb, "sent", at);
	text_field(sb, "kind", report_kind_name(report->kind));
	text_field(sb, "language", report->lang);
	text_field(sb, "answer to", report->reply);
	if (report->closed_at != 0) {
		clock_format(report->closed_at, at);
		text_field(sb, "closed", at);
		text_field(sb, "note", report->note);
	}
	strbuf_addch(sb, '\n');
	for (const char *p = report->text; *p != '\0';) {
		size_t len = strcspn(p, "\n");
		size_t shown = len > 0 && p[len - 1] == '\r' ? len - 1 : len;

		strbuf_addstr(sb, "  ");
		text_whole(app, sb, p, shown);
		strbuf_addch(sb, '\n');
		p += p[len] != '\0' ? len + 1 : len;
	}
}

static int
run_show(struct app *app, struct err *err)
{
	struct ledger_report report;
	struct json_writer w;
	struct strbuf sb;
	int64_t no;
	int ret;

	if (read_no(app->words[0], &no, err) == -1 ||
	    open_ledger(app, err) == -1 ||
	    ledger_report_get(app->ledger, app->arena, no, &report, err) == -1)
		return -1;
	strbuf_init(&sb, OUT_MAX);
	if (app->json) {
		json_writer_init(&w, &sb, 0);
		json_report(app, &w, &report);
		strbuf_addch(&sb, '\n');
	} else
		text_report(app, &sb, &report);
	ret = out_text(&sb, err);
	strbuf_release(&sb);
	return ret;
}

/* All or none of them. */
static int
run_close(struct app *app, struct err *err)
{
	const char *note = args_value(app, "--note");
	int64_t no;

	if (open_ledger(app, err) == -1 || ledger_begin(app->ledger, err) == -1)
		return -1;
	for (size_t i = 0; i < app->n_words; i++) {
		if (read_no(app->words[i], &no, err) == -1 ||
		    ledger_report_close(app->ledger, no, clock_now(),
			note != NULL ? note : "", err) == -1) {
			ledger_rollback(app->ledger);
			return -1;
		}
	}
	if (ledger_commit(app->ledger, err) == -1)
		return -1;
	return out_printf(err, "closed %zu %s\n", app->n_words,
	    app->n_words == 1 ? "report" : "reports");
}

static const struct app_option no_options[] = { { NULL, NULL, NULL } };
static const struct app_option list_options[] = {
	{ "--all", NULL, "those closed within 90 days too, newest first" },
	{ NULL, NULL, NULL },
};
static const struct app_option close_options[] = {
	{ "--note", "TEXT", "what was done about it" },
	{ NULL, NULL, NULL },
};

const struct command cmd_report_list = {
	.name = "report list",
	.words = "",
	.summary = "what readers report of this node's records",
	.help = "Readers report by a form that every page of a record links "
		"to. Open ones, oldest\nfirst.",
	.has_json = true,
	.options = list_options,
	.run = run_list,
};

const struct command cmd_report_show = {
	.name = "report show",
	.words = "N",
	.summary = "one report in full",
	.help = "N is the number that gspd report list shows.",
	.min_words = 1,
	.max_words = 1,
	.has_json = true,
	.options = no_options,
	.run = run_show,
};

const struct command cmd_report_close = {
	.name = "report close",
	.words = "N...",
	.summary = "a report has been seen to",
	.help = "The reader's e-mail address is forgotten at once, the report "
		"after 90 days: answer\nbefore you close.",
	.min_words = 1,
	.max_words = APP_WORDS_MAX,
	.options = close_options,
	.run = run_close,
};
