/*
 * edit: one own record from a file (our JSON, or an Atom entry as the feed
 * carries it) as a new record or as the next version of one, and its end
 * (design: records.md; ux.md).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "feed/feed.h"
#include "import/import.h"

#define RECORD_FILE_MAX (1024 * 1024)
#define SENDS_IT                                                               \
	"gspd publish sends it out (a running gspd serve does that by itself)"

/* Standard input for "-". */
static int
read_input(const char *path, struct strbuf *ret_sb, struct err *err)
{
	char piece[8192];
	ssize_t n;

	if (strcmp(path, "-") != 0)
		return file_read(path, RECORD_FILE_MAX, ret_sb, err);
	strbuf_init(ret_sb, RECORD_FILE_MAX);
	while ((n = read(STDIN_FILENO, piece, sizeof(piece))) > 0)
		strbuf_add(ret_sb, piece, (size_t)n);
	if (n == -1)
		return err_sys(err, "standard input");
	return strbuf_check(ret_sb, "standard input", err);
}

static int
parse_record(struct app *app, const struct strbuf *sb, struct record **ret_rec,
    struct problems *problems, struct err *err)
{
	size_t start = strspn(sb->buf, " \t\r\n");
	struct json *json;
	const char *id;
	int ret;

	if (sb->buf[start] == '<')
		return feed_entry_read(app->arena, sb->buf + start,
		    sb->len - start, ret_rec, err);
	if (sb->buf[start] != '{')
		return err_set(err, ERR_FORMAT,
		    "neither a JSON object nor an Atom entry: for other "
		    "formats use gspd import");
	json = json_parse(sb->buf, sb->len, err);
	if (json == NULL)
		return -1;
	id = json_get_string(json, "id");
	if (id != NULL)
		id = arena_strdup(app->arena, id);
	ret = import_record_json(app->arena, json, app->conf.node, ret_rec,
	    problems, err);
	json_free(json);
	/* An import gives another node's record an id of ours; here the id
	 * says which record is meant. */
	if (ret == 0 && id != NULL)
		(*ret_rec)->id = id;
	return ret;
}

static void
list_problems(const char *path, const struct problems *problems)
{
	for (size_t i = 0; i < problems->len; i++) {
		const struct problem *p = &problems->items[i];

		complain("%s: %s%s%s%s%s%s", path,
		    p->is_warning ? "warning: " : "", p->path,
		    p->path[0] ? ": " : "", p->value, p->value[0] ? ": " : "",
		    p->text);
	}
}

/* All that is wrong at once, or the one thing in err. */
static void
report(const char *path, const struct problems *problems, struct err *err)
{
	if (problems->errors > 1) {
		list_problems(path, problems);
		err_set(err, ERR_SCHEMA,
		    "%s: %zu things to put right: nothing was saved", path,
		    problems->errors);
		return;
	}
	err_prefix(err, "%s", path);
}

/* Read, check, and see that the record is ours. */
static int
load(struct app *app, bool is_new, struct record **ret_rec, struct err *err)
{
	const char *path = app->words[0];
	char node[RECORD_NODE_MAX], uuid[37];
	struct problems problems;
	struct record *rec = NULL;
	struct strbuf sb;
	int ret = -1;

	problems_init(&problems);
	if (read_input(path, &sb, err) == -1)
		goto out;
	if (parse_record(app, &sb, &rec, &problems, err) == -1) {
		report(path, &problems, err);
		goto out;
	}
	if (is_new && (rec->id == NULL || *rec->id == '\0')) {
		uuid_random(uuid);
		rec->id = record_id_make(rec->arena, app->conf.node, uuid);
	}
	if (record_validate(rec, &problems, err) == -1) {
		report(path, &problems, err);
		goto out;
	}
	list_problems(path, &problems);
	if (record_id_split(rec->id, node, uuid) == -1 ||
	    strcmp(node, app->conf.node) != 0) {
		err_set(err, ERR_CONFLICT,
		    "%s: %s is not a record of this node (%s): only its own "
		    "node can change it",
		    path, rec->id, app->conf.node);
		goto out;
	}
	*ret_rec = rec;
	ret = 0;
out:
	problems_release(&problems);
	strbuf_release(&sb);
	return ret;
}

static int
print_change(struct app *app, const char *id, const char *what, struct err *err)
{
	struct json_writer w;
	struct strbuf sb;
	int ret;

	if (!app->json)
		return out_printf(err, "%s %s; %s\n", what, id,
		    strcmp(what, "same") == 0 ? "nothing was saved" : SENDS_IT);
	strbuf_init(&sb, 65536);
	json_writer_init(&w, &sb, 0);
	json_object(&w);
	json_pair(&w, "id", id);
	json_pair(&w, "change", what);
	json_object_end(&w);
	strbuf_addch(&sb, '\n');
	ret = out_text(&sb, err);
	strbuf_release(&sb);
	return ret;
}

static int
save(struct app *app, bool is_new, struct err *err)
{
	static const char *const names[] = { "new", "changed", "same" };
	const char *note = args_value(app, "--note");
	enum ledger_change change;
	struct record *rec, *old;
	int64_t now = clock_now();

	if (app_conf(app, err) == -1 || app_ledger(app, err) == -1 ||
	    load(app, is_new, &rec, err) == -1 ||
	    ledger_begin(app->ledger, err) == -1)
		return -1;
	if (ledger_record(app->ledger, app->arena, rec->id, &old, err) == 0) {
		if (is_new) {
			err_set(err, ERR_CONFLICT,
			    "%s exists already: gspd edit changes it", rec->id);
			goto fail;
		}
	} else if (err->code != ERR_NOTFOUND) {
		goto fail;
	} else if (!is_new) {
		err_set(err, ERR_NOTFOUND,
		    "there is no record %s: gspd add makes new ones", rec->id);
		goto fail;
	}
	if (ledger_save(app->ledger, rec, now, "command",
		note == NULL ? "" : note, feed_entry_write, &change,
		err) == -1 ||
	    ledger_commit(app->ledger, err) == -1)
		goto fail;
	return print_change(app, rec->id, names[change], err);
fail:
	ledger_rollback(app->ledger);
	return -1;
}

static int
run_add(struct app *app, struct err *err)
{
	return save(app, true, err);
}

static int
run_edit(struct app *app, struct err *err)
{
	return save(app, false, err);
}

static int
run_retire(struct app *app, struct err *err)
{
	const char *note = args_value(app, "--note"), *id = app->words[0];

	if (app_conf(app, err) == -1 || app_ledger(app, err) == -1)
		return -1;
	if (valid_uuid(id))
		id = record_id_make(app->arena, app->conf.node, id);
	if (ledger_begin(app->ledger, err) == -1)
		return -1;
	if (ledger_retire(app->ledger, id, clock_now(), "command",
		note == NULL ? "" : note, err) == -1 ||
	    ledger_commit(app->ledger, err) == -1) {
		ledger_rollback(app->ledger);
		return -1;
	}
	return print_change(app, id, "retired", err);
}

static const struct app_option options[] = {
	{ "--note", "TEXT", "why, for the record's history" },
	{ NULL, NULL, NULL },
};

const struct command cmd_add = {
	.name = "add",
	.words = "FILE",
	.summary = "save a new record from a file",
	.help = "FILE (or - for standard input) holds one record as JSON, as "
		"gspd show --own\n--json prints it, or an Atom entry of the "
		"feed. Without an id it gets one.",
	.min_words = 1,
	.max_words = 1,
	.has_json = true,
	.options = options,
	.run = run_add,
};

const struct command cmd_edit = {
	.name = "edit",
	.words = "FILE",
	.summary = "save the next version of a record from a file",
	.help = "FILE (or - for standard input) holds the whole record with "
		"its id. Start from\ngspd show ID --own --json. Every version "
		"is kept: gspd show ID --history.",
	.min_words = 1,
	.max_words = 1,
	.has_json = true,
	.options = options,
	.run = run_edit,
};

const struct command cmd_retire = {
	.name = "retire",
	.words = "ID",
	.summary = "end a record of this node",
	.help = "The record leaves the feed with the next gspd publish, and so "
		"every peer's\ncatalogue. Its history is kept.",
	.min_words = 1,
	.max_words = 1,
	.has_json = true,
	.options = options,
	.run = run_retire,
};
