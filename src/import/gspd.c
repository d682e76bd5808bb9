/*
 * gspd: rows of our own JSON. A record without an id gets one that the same
 * row gives again: from its upstream id, or from what it is called.
 */
#include <string.h>

#include "import/run.h"

static const char *
upstream_key(const struct record *rec)
{
	const struct value *source = value_find(&rec->root, FIELD_SOURCE);

	return source != NULL ? value_get(source, FIELD_SOURCE_ID) : NULL;
}

static const char *
made_id(struct import_ctx *ctx, const struct record *rec)
{
	const struct value *organisation = value_find(&rec->root,
	    FIELD_ORGANISATION);
	const char *key = upstream_key(rec), *who = NULL;

	if (key != NULL)
		return row_id(ctx, key);
	if (organisation != NULL)
		who = value_text(rec, organisation, FIELD_ORGANISATION_NAME,
		    NULL, NULL);
	return row_id_named(ctx,
	    arena_printf(ctx->arena, "%s\n%s\n%s", record_kind_name(rec->kind),
		who != NULL ? who : "", record_title(rec, NULL)));
}

int
gspd_row(struct import_ctx *ctx, const struct json *value, struct err *err)
{
	const char *id = json_get_string(value, "id");
	const char *name = json_get_string(value, "name");
	struct record *rec;
	struct err row_err;

	row_names(ctx, id,
	    name != NULL ? name : json_get_string(value, "title"));
	if (import_record_json(ctx->arena, value, ctx->options->node, &rec,
		&ctx->problems, &row_err) == -1) {
		row_problem(ctx, false, "", "", "%.150s", row_err.text);
		row_fail(ctx);
		return 0;
	}
	if (id == NULL) {
		rec->id = made_id(ctx, rec);
	} else if (strcmp(id, rec->id) != 0) {
		row_source(ctx, rec, id);
	}
	return row_save(ctx, rec, err);
}
