/*
 * rebuild: the catalogue made again from the pages on disk, without the
 * network; and export, the catalogue as it was received (design:
 * architecture.md, "Two stores").
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "app/app.h"
#include "export/export.h"
#include "feed/feed.h"

static int
run_rebuild(struct app *app, struct err *err)
{
	struct catalogue_status status;

	if (app_conf(app, err) == -1)
		return -1;
	if (app_is_served(app))
		return err_set(err, ERR_BUSY,
		    "%s: gspd serve is running: stop it first", app->folder);
	if (app_lock(app, APP_LOCK_S, err) == -1 ||
	    app_rebuild(app, err) == -1 ||
	    app_catalogue(app, CATALOGUE_READ, err) == -1 ||
	    catalogue_status(app->catalogue, &status, err) == -1)
		return -1;
	if (app->json)
		return out_printf(err,
		    "{\"records\":%" PRId64 ",\"groups\":%" PRId64
		    ",\"digest\":\"%s\"}\n",
		    status.records, status.groups, status.digest);
	return out_printf(err,
	    "%" PRId64 " records, %" PRId64 " groups, digest %s\n",
	    status.records, status.groups, status.digest);
}

/* ---- export ---- */

enum form { FORM_NDJSON, FORM_XML, FORM_RIS, FORM_BIBTEX };
static const char *const form_names[] = { "ndjson", "xml", "ris", "bibtex" };

struct export
{
	enum form form;
	struct arena *arena;
	struct strbuf sb;
};

static int
put_record(void *ctx, struct record *rec, struct err *err)
{
	struct export *ex = ctx;
	struct json_writer w;

	strbuf_reset(&ex->sb);
	switch (ex->form) {
	case FORM_NDJSON:
		json_writer_init(&w, &ex->sb, 0);
		export_record_json(&w, rec);
		strbuf_addch(&ex->sb, '\n');
		break;
	case FORM_XML:
		if (feed_entry_write(rec, &ex->sb, err) == -1)
			return err_prefix(err, "%s", rec->id);
		strbuf_addch(&ex->sb, '\n');
		break;
	/* What is no study would come back as one. */
	case FORM_RIS:
		if (rec->kind == RECORD_KIND_EVIDENCE)
			export_ris(rec, NULL, &ex->sb);
		break;
	case FORM_BIBTEX:
		if (rec->kind == RECORD_KIND_EVIDENCE)
			export_bibtex(rec, NULL, &ex->sb);
		break;
	}
	if (strbuf_check(&ex->sb, rec->id, err) == -1)
		return -1;
	if (fwrite(ex->sb.buf, 1, ex->sb.len, stdout) != ex->sb.len)
		return err_sys(err, "standard output");
	return 0;
}

static int
put_entry(void *ctx, const struct ledger_entry *entry, struct err *err)
{
	struct export *ex = ctx;
	struct record *rec;

	arena_reset(ex->arena);
	if (feed_entry_read(ex->arena, entry->bytes, entry->len, &rec, err) ==
	    -1)
		return err_prefix(err, "%s", entry->id);
	return put_record(ctx, rec, err);
}

static int
run_export(struct app *app, struct err *err)
{
	const char *form = args_value(app, "--format");
	struct export ex = { .form = FORM_NDJSON };
	char at[CLOCK_TEXT_LEN];
	size_t i = 0;
	int ret = -1;

	while (form != NULL && i < ARRAY_LEN(form_names) &&
	       strcmp(form, form_names[i]) != 0)
		i++;
	if (i == ARRAY_LEN(form_names))
		return err_set(err, ERR_USAGE,
		    "--format: ndjson, xml, ris or bibtex");
	ex.form = (enum form)i;
	ex.arena = arena_new();
	strbuf_init(&ex.sb, 4 << 20);
	if (app_conf(app, err) == -1)
		goto out;
	clock_format(clock_now(), at);
	if (ex.form == FORM_XML &&
	    out_printf(err,
		"<feed xmlns=\"" ATOM_NS "\">\n<id>urn:gspd:%s:export</id>\n"
		"<title>%s</title>\n<updated>%s</updated>\n"
		"<author><name>%s</name></author>\n",
		app->conf.node, app->conf.node, at, app->conf.node) == -1)
		goto out;
	if (args_flag(app, "--own"))
		ret = app_ledger(app, err) == -1 ? -1
						 : ledger_entries(app->ledger,
						       "", put_entry, &ex, err);
	else
		ret = app_catalogue(app, CATALOGUE_READ, err) == -1
			  ? -1
			  : catalogue_each(app->catalogue, NULL, put_record,
				&ex, err);
	if (ret == 0)
		ret = out_printf(err, "%s",
		    ex.form == FORM_XML ? "</feed>\n" : "");
out:
	strbuf_release(&ex.sb);
	arena_free(ex.arena);
	return ret;
}

static const struct app_option none[] = { { NULL, NULL, NULL } };
static const struct app_option export_options[] = {
	{ "--format", "NAME", "ndjson (the default), xml, ris or bibtex" },
	{ "--own", NULL, "only this node's records, saved or published" },
	{ NULL, NULL, NULL },
};

const struct command cmd_rebuild = {
	.name = "rebuild",
	.words = "",
	.summary = "make the catalogue again from the pages on disk",
	.help = "No network is used. The digest is the one it had. Stop gspd "
		"serve first.",
	.has_json = true,
	.options = none,
	.run = run_rebuild,
};

const struct command cmd_export = {
	.name = "export",
	.words = "",
	.summary = "all records as they were received, to standard output",
	.help = "One record a line as JSON, an Atom feed, or the evidence as "
		"RIS or BibTeX.",
	.options = export_options,
	.run = run_export,
};
