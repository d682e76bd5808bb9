/*
 * hsds_organisation: the organisation of a service, within the programme
 * and, for files that start from organisations, as a record of its own.
 */
#include "import/hsds.h"

#include <string.h>

static const char *
organisation_id(struct import_ctx *ctx, const char *id)
{
	return id != NULL ? row_id(ctx, id) : NULL;
}

void
hsds_organisation(struct import_ctx *ctx, struct record *rec,
    const struct json *service, const struct json *organisation)
{
	const struct json *org = json_get(service, "organization");
	const char *id, *name, *url;
	struct value *group;

	if (org == NULL)
		org = organisation;
	id = hsds_text(ctx, org, "id");
	if (id == NULL)
		id = hsds_text(ctx, service, "organization_id");
	name = hsds_text(ctx, org, "name");
	if (id == NULL && name == NULL)
		return;
	group = record_add(rec, NULL, FIELD_ORGANISATION, NULL, NULL);
	if (id != NULL)
		record_add(rec, group, FIELD_ORGANISATION_ID,
		    organisation_id(ctx, id), NULL);
	value_text_put(ctx, rec, group, FIELD_ORGANISATION_NAME, name);
	if (vocab_has(VOCAB_ROLE, "provider"))
		record_add(rec, group, FIELD_ORGANISATION_ROLE, "provider",
		    NULL);
	url = hsds_text(ctx, org, "website");
	if (url == NULL)
		url = hsds_text(ctx, org, "url");
	if (url != NULL)
		value_text_put(ctx, rec, group, FIELD_ORGANISATION_URL, url);
	value_text_put(ctx, rec, group, FIELD_ORGANISATION_DESCRIPTION,
	    hsds_text(ctx, org, "description"));
}

static void
put_identifiers(struct import_ctx *ctx, struct record *rec,
    const struct json *json)
{
	const struct json *list;
	size_t n = hsds_list(ctx, json, "organization_identifiers", &list);

	for (size_t i = 0; i < n; i++) {
		const struct json *one = json_at(list, i);
		const char *scheme = hsds_text(ctx, one, "identifier_scheme");
		const char *value = hsds_text(ctx, one, "identifier");
		struct value *group;
		struct err err;

		if (scheme == NULL)
			scheme = hsds_text(ctx, one, "identifier_type");
		if (scheme == NULL || value == NULL)
			continue;
		if (identifier_normalise(ctx->arena, scheme, value, &scheme,
			&value, &err) == -1) {
			row_problem(ctx, true, "identifier", value,
			    "left out: %.120s", err.text);
			continue;
		}
		group = record_add(rec, NULL, FIELD_IDENTIFIER, NULL, NULL);
		value_text_put(ctx, rec, group, FIELD_IDENTIFIER_SCHEME,
		    scheme);
		value_text_put(ctx, rec, group, FIELD_IDENTIFIER_VALUE, value);
	}
}

static void
put_place(struct import_ctx *ctx, struct record *rec, const struct json *json)
{
	const struct json *list;

	if (hsds_list(ctx, json, "locations", &list) > 0)
		value_text_put(ctx, rec, NULL, FIELD_ADDRESS,
		    hsds_address(ctx, json_at(list, 0)));
	if (hsds_country(ctx, json) != NULL)
		record_add(rec, NULL, FIELD_COUNTRY, hsds_country(ctx, json),
		    NULL);
}

int
hsds_organisation_row(struct import_ctx *ctx, const struct json *json,
    struct err *err)
{
	const char *id = hsds_text(ctx, json, "id"), *key = id;
	const char *name = hsds_text(ctx, json, "name");
	const char *parent = hsds_text(ctx, json, "parent_organization_id");
	const char *url = hsds_text(ctx, json, "website");
	struct record *rec;

	row_names(ctx, id, name);
	if (key == NULL)
		key = arena_printf(ctx->arena, "organisation\n%s",
		    name != NULL ? name : "");
	rec = record_new(ctx->arena, RECORD_KIND_ORGANISATION,
	    organisation_id(ctx, key), ctx->options->lang);
	row_source(ctx, rec, id);
	value_text_put(ctx, rec, NULL, FIELD_NAME, name);
	value_text_put(ctx, rec, NULL, FIELD_ALTERNATE_NAME,
	    hsds_text(ctx, json, "alternate_name"));
	value_text_put(ctx, rec, NULL, FIELD_DESCRIPTION,
	    hsds_text(ctx, json, "description"));
	if (url == NULL)
		url = hsds_text(ctx, json, "url");
	value_text_put(ctx, rec, NULL, FIELD_WEBSITE, url);
	if (parent != NULL)
		record_add(rec, NULL, FIELD_PARENT,
		    organisation_id(ctx, parent), NULL);
	put_identifiers(ctx, rec, json);
	put_place(ctx, rec, json);
	return row_save(ctx, rec, err);
}
