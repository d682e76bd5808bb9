/*
 * hsds: HSDS 3.0 and Open Referral UK -> programmes. Takes what such APIs
 * and files hold: single services, pages of them, service_at_location, and
 * organisations with their services (design: mappings.md, programme).
 */
#include "import/hsds.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *
hsds_text(struct import_ctx *ctx, const struct json *json, const char *key)
{
	const char *text = json_scalar(ctx->arena, json_get(json, key));

	return text != NULL && *text != '\0' ? text : NULL;
}

size_t
hsds_list(struct import_ctx *ctx, const struct json *json, const char *key,
    const struct json **ret_list)
{
	const struct json *list = json_get(json, key);
	size_t n = json_type(list) == JSON_TYPE_ARRAY ? json_size(list) : 0;

	*ret_list = list;
	if (n > IMPORT_LIST_MAX) {
		row_problem(ctx, false, key, "", "more than %d items",
		    IMPORT_LIST_MAX);
		n = 0;
	}
	return n;
}

const char *
hsds_date(struct import_ctx *ctx, const char *text)
{
	char *date;

	if (text == NULL || strlen(text) < 10)
		return NULL;
	date = arena_strndup(ctx->arena, text, 10);
	return valid_date(date) ? date : NULL;
}

static const char *
location_country(struct import_ctx *ctx, const struct json *location)
{
	const struct json *addresses;
	size_t n = hsds_list(ctx, location, "addresses", &addresses);

	for (size_t i = 0; i < n; i++) {
		const char *text = json_get_string(json_at(addresses, i),
		    "country");
		const char *code = text != NULL && *text != '\0'
				       ? text_country(text)
				       : NULL;

		if (code != NULL)
			return code;
	}
	return NULL;
}

const char *
hsds_country(struct import_ctx *ctx, const struct json *service)
{
	static const char *const lists[] = { "service_at_locations",
		"locations" };

	for (size_t l = 0; l < ARRAY_LEN(lists); l++) {
		const struct json *list;
		size_t n = hsds_list(ctx, service, lists[l], &list);

		for (size_t i = 0; i < n; i++) {
			const struct json *at = json_at(list, i);
			const struct json *location = json_get(at, "location");
			const char *code = location_country(ctx,
			    location != NULL ? location : at);

			if (code != NULL)
				return code;
		}
	}
	return ctx->options->country;
}

static void
put_status(struct import_ctx *ctx, struct record *rec,
    const struct json *service)
{
	static const struct {
		const char *hsds;
		const char *ours;
	} words[] = {
		{ "active", "active" },
		{ "inactive", "paused" },
		{ "temporarily closed", "paused" },
		{ "defunct", "closed" },
	};
	const char *text = hsds_text(ctx, service, "status");

	if (text == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcasecmp(text, words[i].hsds) == 0)
			text = words[i].ours;
	}
	value_put(ctx, rec, NULL, field_get(FIELD_STATUS), text, strlen(text),
	    NULL);
}

static void
put_languages(struct import_ctx *ctx, struct record *rec,
    const struct json *service)
{
	const struct json *list;
	size_t n = hsds_list(ctx, service, "languages", &list);

	for (size_t i = 0; i < n; i++) {
		const struct json *one = json_at(list, i);
		const char *text = hsds_text(ctx, one, "code");
		const char *tag = NULL;

		if (text != NULL)
			tag = text_language(ctx->arena, text);
		text = hsds_text(ctx, one, "name");
		if (text == NULL) /* before 3.0 */
			text = hsds_text(ctx, one, "language");
		if (tag == NULL && text != NULL)
			tag = text_language(ctx->arena, text);
		if (tag != NULL)
			record_add(rec, NULL, FIELD_LANGUAGE_OFFERED, tag,
			    NULL);
		else if (text != NULL)
			row_problem(ctx, true, "language_offered", text,
			    "no language of this name: left out");
	}
}

static void
put_areas(struct import_ctx *ctx, struct record *rec,
    const struct json *service)
{
	const char *country = hsds_country(ctx, service);
	const struct json *list;
	size_t n = hsds_list(ctx, service, "service_areas", &list);

	for (size_t i = 0; i < n; i++) {
		const struct json *one = json_at(list, i);
		const char *name = hsds_text(ctx, one, "name");
		struct value *area;

		if (name == NULL)
			name = hsds_text(ctx, one, "service_area");
		if (name == NULL)
			name = hsds_text(ctx, one, "description");
		area = record_add(rec, NULL, FIELD_AREA, NULL, NULL);
		if (country != NULL)
			record_add(rec, area, FIELD_AREA_COUNTRY, country,
			    NULL);
		value_text_put(ctx, rec, area, FIELD_AREA_NAME, name);
	}
	if (n == 0 && country != NULL) {
		struct value *area = record_add(rec, NULL, FIELD_AREA, NULL,
		    NULL);

		record_add(rec, area, FIELD_AREA_COUNTRY, country, NULL);
	}
}

static void
put_terms(struct import_ctx *ctx, struct record *rec,
    const struct json *service)
{
	static const char *const lists[] = { "attributes", "taxonomy_terms",
		"service_taxonomys" };

	for (size_t l = 0; l < ARRAY_LEN(lists); l++) {
		const struct json *list;
		size_t n = hsds_list(ctx, service, lists[l], &list);

		for (size_t i = 0; i < n; i++) {
			const struct json *one = json_at(list, i);
			const struct json *term = json_get(one,
			    "taxonomy_term");
			const char *text;

			if (term == NULL)
				term = json_get(one, "taxonomy");
			if (term == NULL)
				term = one;
			text = hsds_text(ctx, term, "name");
			if (text == NULL)
				text = hsds_text(ctx, one, "value");
			if (text == NULL)
				text = hsds_text(ctx, one, "label");
			subject_put(ctx, rec, text);
		}
	}
}

static void
put_funding(struct import_ctx *ctx, struct record *rec,
    const struct json *service)
{
	const struct json *list;
	size_t n = hsds_list(ctx, service, "funding", &list);

	for (size_t i = 0; i < n; i++) {
		const char *text = hsds_text(ctx, json_at(list, i), "source");
		struct value *funding;

		if (text == NULL)
			continue;
		funding = record_add(rec, NULL, FIELD_FUNDING, NULL, NULL);
		value_text_put(ctx, rec, funding, FIELD_FUNDING_SOURCE, text);
	}
}

static void
put_checked(struct import_ctx *ctx, struct record *rec,
    const struct json *service)
{
	const char *date = hsds_date(ctx,
	    hsds_text(ctx, service, "assured_date"));
	const char *text = hsds_text(ctx, service, "accreditations");
	struct value *group;
	struct err err;

	if (date != NULL) {
		group = record_add(rec, NULL, FIELD_ASSURED, NULL, NULL);
		record_add(rec, group, FIELD_ASSURED_DATE, date, NULL);
		record_add(rec, group, FIELD_ASSURED_METHOD, "imported", NULL);
	}
	if (text != NULL) {
		group = record_add(rec, NULL, FIELD_QUALITY, NULL, NULL);
		value_text_put(ctx, rec, group, FIELD_QUALITY_STANDARD, text);
	}
	text = hsds_text(ctx, service, "last_modified");
	if (text == NULL || clock_parse(text, &rec->modified_at, &err) == 0)
		return;
	date = hsds_date(ctx, text);
	if (date == NULL || strlen(date) != 10 ||
	    clock_parse(arena_printf(ctx->arena, "%sT00:00:00Z", date),
		&rec->modified_at, &err) == -1)
		row_problem(ctx, true, "modified", text,
		    "no date and time: write 2026-11-21T10:00:00Z");
}

static void
put_capacity(struct import_ctx *ctx, struct record *rec,
    const struct json *service)
{
	const struct json *list, *one;
	struct value *group;
	const char *date;

	if (hsds_list(ctx, service, "capacities", &list) == 0)
		return;
	one = json_at(list, 0);
	if (hsds_text(ctx, one, "available") == NULL &&
	    hsds_text(ctx, one, "maximum") == NULL)
		return;
	group = record_add(rec, NULL, FIELD_CAPACITY, NULL, NULL);
	value_text_put(ctx, rec, group, FIELD_CAPACITY_AVAILABLE,
	    hsds_text(ctx, one, "available"));
	value_text_put(ctx, rec, group, FIELD_CAPACITY_MAXIMUM,
	    hsds_text(ctx, one, "maximum"));
	date = hsds_date(ctx, hsds_text(ctx, one, "updated"));
	if (date != NULL)
		record_add(rec, group, FIELD_CAPACITY_AS_OF, date, NULL);
}

static int
service_row(struct import_ctx *ctx, const struct json *service,
    const struct json *organisation, const struct json *at, struct err *err)
{
	const char *id = hsds_text(ctx, service, "id");
	const char *name = hsds_text(ctx, service, "name");
	const char *org = hsds_text(ctx, service, "organization_id");
	const char *key = id;
	struct record *rec;

	row_names(ctx, id, name);
	if (key == NULL)
		key = arena_printf(ctx->arena, "%s\n%s", org != NULL ? org : "",
		    name != NULL ? name : "");
	rec = record_new(ctx->arena, RECORD_KIND_PROGRAMME, row_id(ctx, key),
	    ctx->options->lang);
	row_source(ctx, rec, id);
	value_text_put(ctx, rec, NULL, FIELD_NAME, name);
	value_text_put(ctx, rec, NULL, FIELD_ALTERNATE_NAME,
	    hsds_text(ctx, service, "alternate_name"));
	value_text_put(ctx, rec, NULL, FIELD_DESCRIPTION,
	    hsds_text(ctx, service, "description"));
	value_text_put(ctx, rec, NULL, FIELD_WAIT,
	    hsds_text(ctx, service, "wait_time"));
	value_text_put(ctx, rec, NULL, FIELD_INTERPRETING,
	    hsds_text(ctx, service, "interpretation_services"));
	put_status(ctx, rec, service);
	put_languages(ctx, rec, service);
	put_areas(ctx, rec, service);
	put_terms(ctx, rec, service);
	put_funding(ctx, rec, service);
	put_checked(ctx, rec, service);
	put_capacity(ctx, rec, service);
	hsds_access(ctx, rec, service);
	hsds_audience(ctx, rec, service);
	hsds_cost(ctx, rec, service);
	hsds_contacts(ctx, rec, service);
	hsds_sites(ctx, rec, service);
	if (at != NULL)
		hsds_site(ctx, rec, at);
	hsds_schedules(ctx, rec, NULL, service);
	hsds_organisation(ctx, rec, service, organisation);
	return row_save(ctx, rec, err);
}

static bool
has_any(const struct json *json, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (json_get(json, keys[i]) != NULL)
			return true;
	}
	return false;
}

static bool
is_service(const struct json *json)
{
	static const char *const keys[] = { "organization", "organization_id",
		"status", "application_process", "service_at_locations",
		"eligibility_description", "fees_description",
		"service_areas" };

	return has_any(json, keys, ARRAY_LEN(keys));
}

static bool
is_organisation(const struct json *json)
{
	static const char *const keys[] = { "services", "legal_status",
		"year_incorporated", "website", "organization_identifiers",
		"parent_organization_id", "tax_status" };

	return has_any(json, keys, ARRAY_LEN(keys));
}

/* What an API serves beside services and organisations. */
static bool
is_other(const struct json *json)
{
	static const char *const keys[] = { "location_type", "latitude",
		"taxonomy", "taxonomy_detail", "term_uri", "openapi_url",
		"resources", "version", "uri" };

	return has_any(json, keys, ARRAY_LEN(keys));
}

static int element(struct import_ctx *ctx, const struct json *json, int depth,
    struct err *err);

static int
elements(struct import_ctx *ctx, const struct json *list, int depth,
    struct err *err)
{
	for (size_t i = 0; i < json_size(list); i++) {
		if (element(ctx, json_at(list, i), depth + 1, err) == -1)
			return -1;
	}
	return 0;
}

static int
organisation_and_services(struct import_ctx *ctx, const struct json *json,
    struct err *err)
{
	const struct json *services = json_get(json, "services");

	if (hsds_organisation_row(ctx, json, err) == -1)
		return -1;
	if (json_type(services) != JSON_TYPE_ARRAY)
		return 0;
	for (size_t i = 0; i < json_size(services); i++) {
		if (service_row(ctx, json_at(services, i), json, NULL, err) ==
		    -1)
			return -1;
	}
	return 0;
}

/* A page in a page is nobody's format. */
#define PAGE_DEPTH 1

static int
element(struct import_ctx *ctx, const struct json *json, int depth,
    struct err *err)
{
	static const char *const pages[] = { "contents", "content" };

	if (json_type(json) != JSON_TYPE_OBJECT) {
		row_problem(ctx, false, "", "", "expected a service: {...}");
		row_fail(ctx);
		return 0;
	}
	for (size_t i = 0; depth < PAGE_DEPTH && i < ARRAY_LEN(pages); i++) {
		const struct json *list = json_get(json, pages[i]);

		if (json_type(list) == JSON_TYPE_ARRAY)
			return elements(ctx, list, depth, err);
	}
	if (json_type(json_get(json, "service")) == JSON_TYPE_OBJECT)
		return service_row(ctx, json_get(json, "service"), NULL, json,
		    err);
	if (is_service(json))
		return service_row(ctx, json, NULL, NULL, err);
	if (is_organisation(json))
		return organisation_and_services(ctx, json, err);
	if (is_other(json) || json_get(json, "name") == NULL) {
		row_problem(ctx, false, "", "",
		    "neither a service nor an organisation: import the file "
		    "of services");
		row_fail(ctx);
		return 0;
	}
	return service_row(ctx, json, NULL, NULL, err);
}

int
hsds_row(struct import_ctx *ctx, const struct json *value, struct err *err)
{
	return element(ctx, value, 0, err);
}
