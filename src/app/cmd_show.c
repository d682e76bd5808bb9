/*
 * show: one record: the merged view with where each value comes from, what
 * this node itself says, or its history (design: records.md, "Merging").
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "app/app.h"
#include "export/export.h"

#define OUT_MAX (64 << 20)

static void
json_provenance(struct json_writer *w, const struct merge_view *view)
{
	json_key(w, "members");
	json_array(w);
	for (size_t i = 0; i < view->n_members; i++)
		json_add_string(w, view->members[i]);
	json_array_end(w);
	json_key(w, "provenance");
	json_array(w);
	for (size_t i = 0; i < view->n_sources; i++) {
		const struct merge_source *s = &view->sources[i];

		json_object(w);
		json_pair(w, "field", field_get(s->field)->name);
		json_pair(w, "from", s->id);
		json_pair(w, "differs", s->other_id);
		json_object_end(w);
	}
	json_array_end(w);
}

/* "  site:" and its children below it, for people. */
static void
text_value(struct strbuf *sb, const struct value *value, int depth)
{
	for (; value != NULL; value = value->next) {
		if (value->field == NULL)
			continue;
		strbuf_addf(sb, "%*s%s", depth * 2, "", value->field->name);
		if (value->lang != NULL)
			strbuf_addf(sb, " (%s)", value->lang);
		strbuf_addstr(sb, ": ");
		if (value->text != NULL)
			log_quote(sb, value->text, strlen(value->text),
			    strlen(value->text));
		strbuf_addch(sb, '\n');
		if (depth < RECORD_MAX_DEPTH)
			text_value(sb, value->first, depth + 1);
	}
}

static void
text_record(struct strbuf *sb, const struct record *rec)
{
	char at[CLOCK_TEXT_LEN];

	strbuf_addf(sb, "%s %s (%s)\n", record_kind_name(rec->kind), rec->id,
	    rec->lang);
	clock_format(rec->published_at, at);
	strbuf_addf(sb, "published: %s\n", at);
	text_value(sb, rec->root.first, 0);
}

static void
text_view(struct strbuf *sb, const struct merge_view *view)
{
	text_record(sb, view->rec);
	if (view->n_members > 1) {
		strbuf_addf(sb, "\nsame thing, %zu records:\n",
		    view->n_members);
		for (size_t i = 0; i < view->n_members; i++)
			strbuf_addf(sb, "  %s\n", view->members[i]);
	}
	for (size_t i = 0; i < view->n_sources; i++)
		if (view->sources[i].other_id != NULL)
			strbuf_addf(sb, "%s: shown from %s, %s differs\n",
			    field_get(view->sources[i].field)->name,
			    view->sources[i].id, view->sources[i].other_id);
}

static int
show_history(struct app *app, const char *id, struct strbuf *sb,
    struct json_writer *w, struct err *err)
{
	struct ledger_version *versions;
	size_t n;

	if (app_ledger(app, err) == -1 ||
	    ledger_history(app->ledger, app->arena, id, &versions, &n, err) ==
		-1)
		return -1;
	if (n == 0)
		return err_set(err, ERR_NOTFOUND,
		    "there is no record %s of this node", id);
	if (app->json)
		json_array(w);
	for (size_t i = 0; i < n; i++) {
		const struct ledger_version *v = &versions[i];
		char at[CLOCK_TEXT_LEN];

		clock_format(v->saved_at, at);
		if (!app->json) {
			strbuf_addf(sb, "%" PRId64 "  %s  %s  %s%s%s\n",
			    v->version, at, v->actor,
			    v->is_retired ? "retired" : "saved",
			    v->note && *v->note ? ": " : "",
			    v->note ? v->note : "");
			continue;
		}
		json_object(w);
		json_pair_int(w, "version", v->version);
		json_pair(w, "saved", at);
		json_pair(w, "actor", v->actor);
		json_pair(w, "note", v->note);
		json_pair_bool(w, "retired", v->is_retired);
		if (v->rec != NULL) {
			json_key(w, "record");
			export_record_json(w, v->rec);
		}
		json_object_end(w);
	}
	if (app->json)
		json_array_end(w);
	return 0;
}

static int
show_own(struct app *app, const char *id, struct strbuf *sb,
    struct json_writer *w, struct err *err)
{
	struct record *rec;

	if (app_ledger(app, err) == -1 ||
	    ledger_record(app->ledger, app->arena, id, &rec, err) == -1)
		return -1;
	if (app->json)
		export_record_json(w, rec);
	else
		text_record(sb, rec);
	return 0;
}

static int
show_view(struct app *app, const char *id, struct strbuf *sb,
    struct json_writer *w, struct err *err)
{
	struct merge_view *view;

	if (app_catalogue(app, CATALOGUE_READ, err) == -1)
		return -1;
	if (catalogue_view(app->catalogue, app->arena, id, &view, err) == -1) {
		struct err missing = *err;

		if (err->code != ERR_NOTFOUND)
			return -1;
		/* Saved, but not published yet. */
		if (show_own(app, id, sb, w, err) == 0)
			return 0;
		*err = missing;
		return err_set(err, ERR_NOTFOUND,
		    "there is no record %.100s here: gspd search finds ids",
		    id);
	}
	if (!app->json) {
		text_view(sb, view);
		return 0;
	}
	json_object(w);
	export_record_members(w, view->rec);
	json_provenance(w, view);
	json_object_end(w);
	return 0;
}

static int
run_show(struct app *app, struct err *err)
{
	const char *id = app->words[0];
	struct json_writer w;
	struct strbuf sb;
	int ret;

	if (app_conf(app, err) == -1)
		return -1;
	if (valid_uuid(id))
		id = record_id_make(app->arena, app->conf.node, id);
	strbuf_init(&sb, OUT_MAX);
	json_writer_init(&w, &sb, 2);
	if (args_flag(app, "--history"))
		ret = show_history(app, id, &sb, &w, err);
	else if (args_flag(app, "--own"))
		ret = show_own(app, id, &sb, &w, err);
	else
		ret = show_view(app, id, &sb, &w, err);
	if (ret == 0) {
		if (app->json)
			strbuf_addch(&sb, '\n');
		ret = out_text(&sb, err);
	}
	strbuf_release(&sb);
	return ret;
}

static const struct app_option options[] = {
	{ "--own", NULL, "what this node itself says, saved or published" },
	{ "--history", NULL, "every version of this node's record" },
	{ NULL, NULL, NULL },
};

const struct command cmd_show = {
	.name = "show",
	.words = "ID",
	.summary = "one record, merged, with where each value comes from",
	.help = "ID is urn:gspd:NODE:UUID, or the UUID alone for this node's "
		"own. Of records\nthat are the same thing one view is shown, "
		"whichever member is asked for.",
	.min_words = 1,
	.max_words = 1,
	.has_json = true,
	.options = options,
	.run = run_show,
};
