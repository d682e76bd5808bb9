/*
 * finish: what a source leaves open. First what the caller says by --set,
 * then what follows from the row itself, then "not-stated", which says
 * honestly that nobody knows yet (design: records.md, required fields).
 */
#include <stdio.h>
#include <string.h>

#include "import/run.h"

int
sets_read(struct import_ctx *ctx, struct err *err)
{
	const struct import_options *options = ctx->options;

	if (options->n_set > IMPORT_SETS_MAX)
		return err_set(err, ERR_USAGE, "more than %d settings",
		    IMPORT_SETS_MAX);
	for (size_t i = 0; i < options->n_set; i++) {
		const char *equals = strchr(options->set[i], '=');
		struct import_path path;
		struct import_set *set = &ctx->sets[i];
		bool is_known = false;

		if (equals == NULL)
			return err_set(err, ERR_USAGE,
			    "--set %.60s: write it as field=value",
			    options->set[i]);
		set->path = arena_strndup(ctx->keep, options->set[i],
		    (size_t)(equals - options->set[i]));
		set->value = arena_strdup(ctx->keep, equals + 1);
		for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
			if (path_parse(set->path, (enum record_kind)kind,
				&path) == 0)
				is_known = true;
		}
		if (!is_known)
			return err_set(err, ERR_USAGE,
			    "--set %.60s: no such field", set->path);
		ctx->n_sets++;
	}
	return 0;
}

static void
apply_sets(struct import_ctx *ctx, struct record *rec)
{
	for (size_t i = 0; i < ctx->n_sets; i++) {
		const struct import_set *set = &ctx->sets[i];
		const struct value *top;
		struct import_path path;
		struct value *group;

		if (path_parse(set->path, rec->kind, &path) == -1)
			continue;
		/* A group that stands already is only completed. */
		top = value_find(&rec->root, path.ids[0]);
		if (path.n == 1 && top != NULL)
			continue;
		group = path_group(rec, &path);
		if (group != NULL &&
		    value_find(group, path.ids[path.n - 1]) != NULL)
			continue;
		value_put(ctx, rec, group, path_field(&path), set->value,
		    strlen(set->value), path.lang);
	}
}

static bool
has(const struct record *rec, enum field_id id)
{
	return value_find(&rec->root, id) != NULL;
}

/* The check warns about it wherever it stands. */
static void
not_stated(struct record *rec, enum field_id id)
{
	if (!has(rec, id) && vocab_has(field_get(id)->vocab, "not-stated"))
		record_add(rec, NULL, id, "not-stated", NULL);
}

/* Summary from the description in the record's own language, or the name. */
static void
fill_summary(struct import_ctx *ctx, struct record *rec)
{
	const char *text;

	if (has(rec, FIELD_SUMMARY))
		return;
	text = value_text(rec, &rec->root, FIELD_DESCRIPTION, NULL, NULL);
	if (text != NULL)
		text = text_summary(ctx->arena, text);
	if (text == NULL)
		text = value_text(rec, &rec->root, FIELD_NAME, NULL, NULL);
	if (text != NULL)
		record_add(rec, NULL, FIELD_SUMMARY, text, NULL);
}

/* Every area has a country: the one the file is about. */
static void
fill_area(struct import_ctx *ctx, struct record *rec)
{
	const char *country = ctx->options->country;

	if (country == NULL) {
		if (!has(rec, FIELD_AREA))
			row_problem(ctx, false, "area.country", "",
			    "the row names no country: say which one by "
			    "--country or a column area.country");
		return;
	}
	if (!has(rec, FIELD_AREA))
		record_add(rec, NULL, FIELD_AREA, NULL, NULL);
	for (const struct value *v = value_find(&rec->root, FIELD_AREA);
	     v != NULL; v = value_next(v)) {
		if (value_find(v, FIELD_AREA_COUNTRY) == NULL)
			record_add(rec, (struct value *)(uintptr_t)v,
			    FIELD_AREA_COUNTRY, country, NULL);
	}
}

static void
finish_programme(struct import_ctx *ctx, struct record *rec)
{
	fill_summary(ctx, rec);
	fill_area(ctx, rec);
	not_stated(rec, FIELD_ZONE);
	not_stated(rec, FIELD_ACCESS);
	if (has(rec, FIELD_STATUS))
		return;
	if (vocab_has(VOCAB_STATUS, "not-stated")) {
		not_stated(rec, FIELD_STATUS);
		return;
	}
	record_add(rec, NULL, FIELD_STATUS, "active", NULL);
	row_problem(ctx, true, "status", "",
	    "the source does not say: taken as active");
}

static void
fill_country(struct import_ctx *ctx, struct record *rec)
{
	if (!has(rec, FIELD_COUNTRY) && ctx->options->country != NULL)
		record_add(rec, NULL, FIELD_COUNTRY, ctx->options->country,
		    NULL);
}

static void
finish_organisation(struct import_ctx *ctx, struct record *rec)
{
	fill_country(ctx, rec);
	if (has(rec, FIELD_ORGANISATION_TYPE))
		return;
	if (vocab_has(VOCAB_ORGANISATION_TYPE, "not-stated"))
		not_stated(rec, FIELD_ORGANISATION_TYPE);
	else if (vocab_has(VOCAB_ORGANISATION_TYPE, "other"))
		record_add(rec, NULL, FIELD_ORGANISATION_TYPE, "other", NULL);
}

void
finish_record(struct import_ctx *ctx, struct record *rec)
{
	apply_sets(ctx, rec);
	switch (rec->kind) {
	case RECORD_KIND_PROGRAMME: finish_programme(ctx, rec); break;
	case RECORD_KIND_EVIDENCE: not_stated(rec, FIELD_DESIGN); break;
	case RECORD_KIND_ORGANISATION: finish_organisation(ctx, rec); break;
	case RECORD_KIND_CHAMPION: fill_country(ctx, rec); break;
	case RECORD_KIND_RESOURCE:
		if (!has(rec, FIELD_LANGUAGE))
			record_add(rec, NULL, FIELD_LANGUAGE, rec->lang, NULL);
		break;
	case RECORD_KIND_TERM:
	case RECORD_KIND_COUNT:
	default: break;
	}
}
