/*
 * csv_columns: the header of a table. A column is a path of the table of
 * fields ("site[2].name", "name@fr"), or one of the names people use for
 * it; what is neither is left out with a warning.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "import/csv.h"

struct alias {
	const char *name; /* lower case, no blanks, _ or - */
	const char *path; /* tried in order, separated by blanks */
};

static const struct alias aliases[] = {
	{ "title", "title name" },
	{ "name", "name title display_name" },
	{ "programme", "name" },
	{ "program", "name" },
	{ "service", "name" },
	{ "servicename", "name" },
	{ "programmename", "name" },
	{ "organisation", "organisation.name name" },
	{ "organization", "organisation.name name" },
	{ "organisationname", "organisation.name name" },
	{ "organizationname", "organisation.name name" },
	{ "organization.name", "organisation.name" },
	{ "organization.url", "organisation.url" },
	{ "provider", "organisation.name" },
	{ "email", "contact.email" },
	{ "mail", "contact.email" },
	{ "emailaddress", "contact.email" },
	{ "phone", "contact.phone" },
	{ "telephone", "contact.phone" },
	{ "tel", "contact.phone" },
	{ "phonenumber", "contact.phone" },
	{ "website", "website url contact.url" },
	{ "url", "url website contact.url" },
	{ "web", "url website contact.url" },
	{ "homepage", "url website contact.url" },
	{ "link", "url website contact.url" },
	{ "latitude", "site.lat" },
	{ "lat", "site.lat" },
	{ "longitude", "site.lon" },
	{ "lon", "site.lon" },
	{ "lng", "site.lon" },
	{ "long", "site.lon" },
	{ "venue", "site.name" },
	{ "location", "site.name place" },
	{ "place", "place site.name" },
	{ "sitename", "site.name" },
	{ "country", "country area.country" },
	{ "area", "area.name" },
	{ "areaserved", "area.name" },
	{ "servicearea", "area.name" },
	{ "region", "area.name" },
	{ "subdivision", "area.subdivision" },
	{ "category", "zone" },
	{ "zones", "zone" },
	{ "needs", "need" },
	{ "activities", "activity" },
	{ "keywords", "term" },
	{ "tags", "term" },
	{ "terms", "term" },
	{ "languages", "language_offered language" },
	{ "language", "language language_offered" },
	{ "price", "price cost.text" },
	{ "fee", "cost.text" },
	{ "fees", "cost.text" },
	{ "costs", "cost.text" },
	{ "cost", "cost.text" },
	{ "currency", "cost.currency" },
	{ "minage", "audience.min_age" },
	{ "minimumage", "audience.min_age" },
	{ "agefrom", "audience.min_age" },
	{ "maxage", "audience.max_age" },
	{ "maximumage", "audience.max_age" },
	{ "ageto", "audience.max_age" },
	{ "eligibility", "audience.text" },
	{ "audience", "audience.text for_whom" },
	{ "whofor", "audience.text for_whom" },
	{ "exclusions", "exclusion" },
	{ "referral", "access_note" },
	{ "howtorefer", "access_note" },
	{ "applicationprocess", "access_note" },
	{ "opening", "schedule.text" },
	{ "openinghours", "schedule.text" },
	{ "when", "schedule.text" },
	{ "schedule", "schedule.text" },
	{ "funder", "funding.source" },
	{ "funding", "funding.source" },
	{ "checked", "assured.date" },
	{ "lastchecked", "assured.date" },
	{ "assureddate", "assured.date" },
	{ "journal", "container" },
	{ "number", "issue" },
	{ "license", "licence" },
	{ "type", "type resource_type organisation_type" },
	{ "startdate", "start" },
	{ "enddate", "end" },
};

struct special {
	const char *name;
	enum column_role role;
	const char *path;
};

static const struct special specials[] = {
	{ "id", COLUMN_ID, "id" },
	{ "uuid", COLUMN_ID, "id" },
	{ "upstreamid", COLUMN_KEY, "source.upstream_id" },
	{ "source.upstreamid", COLUMN_KEY, "source.upstream_id" },
	{ "reference", COLUMN_KEY, "source.upstream_id" },
	{ "ref", COLUMN_KEY, "source.upstream_id" },
	{ "citationkey", COLUMN_KEY, "source.upstream_id" },
	{ "kind", COLUMN_KIND, "kind" },
	{ "lang", COLUMN_LANG, "lang" },
	{ "author", COLUMN_AUTHORS, "author" },
	{ "authors", COLUMN_AUTHORS, "author" },
	{ "doi", COLUMN_IDENTIFIER, "doi" },
	{ "pmid", COLUMN_IDENTIFIER, "pmid" },
	{ "pmcid", COLUMN_IDENTIFIER, "pmcid" },
	{ "isbn", COLUMN_IDENTIFIER, "isbn" },
	{ "ror", COLUMN_IDENTIFIER, "ror" },
	{ "address", COLUMN_ADDRESS, "site.address" },
	{ "siteaddress", COLUMN_ADDRESS, "site.address" },
	{ "street", COLUMN_ADDRESS, "site.address" },
	{ "address1", COLUMN_ADDRESS, "site.address" },
	{ "address2", COLUMN_ADDRESS, "site.address" },
	{ "town", COLUMN_ADDRESS, "site.address" },
	{ "city", COLUMN_ADDRESS, "site.address" },
	{ "county", COLUMN_ADDRESS, "site.address" },
	{ "postcode", COLUMN_ADDRESS, "site.address" },
	{ "postalcode", COLUMN_ADDRESS, "site.address" },
	{ "zip", COLUMN_ADDRESS, "site.address" },
	{ "zipcode", COLUMN_ADDRESS, "site.address" },
};

/* "E-Mail Address" -> "emailaddress"; the part behind @ or [ stays. */
static const char *
squeeze(struct arena *arena, const char *name)
{
	char *text = arena_strdup(arena, name), *to = text;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p != ' ' && *p != '_' && *p != '-')
			*to++ = (char)tolower((unsigned char)*p);
	}
	*to = '\0';
	return text;
}

/* The path as the check of a record writes it. */
static const char *
plain_path(struct arena *arena, const struct import_path *path)
{
	const char *text = "";

	for (size_t i = 0; i < path->n; i++) {
		text = arena_printf(arena, "%s%s%s", text, i > 0 ? "." : "",
		    field_get(path->ids[i])->name);
		if (path->index[i] > 1)
			text = arena_printf(arena, "%s[%u]", text,
			    path->index[i]);
	}
	return text;
}

static void
try_path(struct arena *arena, struct column *column, const char *path)
{
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		if (column->is_known[kind])
			continue;
		if (path_parse(path, (enum record_kind)kind,
			&column->paths[kind]) == -1)
			continue;
		column->is_known[kind] = true;
		column->plain[kind] = plain_path(arena, &column->paths[kind]);
	}
}

static bool
is_any_known(const struct column *column)
{
	for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
		if (column->is_known[kind])
			return true;
	}
	return false;
}

/* Every path of an alias, with the @language of the column. */
static void
try_alias(struct arena *arena, struct column *column, const char *paths,
    const char *lang)
{
	while (*paths != '\0') {
		size_t len = strcspn(paths, " ");

		try_path(arena, column,
		    arena_printf(arena, "%.*s%s", (int)len, paths, lang));
		paths += len;
		paths += *paths == ' ';
	}
}

static bool
read_special(struct column *column, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(specials); i++) {
		if (strcmp(specials[i].name, name) == 0) {
			column->role = specials[i].role;
			column->path = specials[i].path;
			return true;
		}
	}
	return false;
}

static void
read_column(struct arena *arena, struct column *column, const char *name)
{
	const char *at = strchr(name, '@');
	const char *lang = at != NULL ? at : "";
	const char *bare = squeeze(arena,
	    at != NULL ? arena_strndup(arena, name, (size_t)(at - name))
		       : name);

	column->name = name;
	column->path = name;
	column->role = COLUMN_FIELD;
	try_path(arena, column, name);
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++) {
		if (strcmp(aliases[i].name, bare) == 0)
			try_alias(arena, column, aliases[i].path, lang);
	}
	if (at == NULL && read_special(column, bare))
		return;
	if (!is_any_known(column))
		column->role = COLUMN_IGNORED;
}

static size_t
errors_front(const struct csv_cell *cells, size_t n)
{
	if (n <= ERRORS_COLUMNS)
		return 0;
	for (size_t i = 0; i < ERRORS_COLUMNS; i++) {
		if (strcmp(cells[i].text, errors_columns[i]) != 0)
			return 0;
	}
	return ERRORS_COLUMNS;
}

int
columns_read(struct import_ctx *ctx, struct csv_table *table,
    const struct csv_cell *cells, size_t n, struct err *err)
{
	const char **header = arena_alloc(ctx->keep, n * sizeof(*header));
	bool is_table = false;

	table->skip = errors_front(cells, n);
	table->n = n - table->skip;
	table->columns = arena_alloc(ctx->keep,
	    table->n * sizeof(*table->columns));
	for (size_t i = 0; i < table->n; i++) {
		const struct csv_cell *cell = &cells[i + table->skip];
		struct column *column = &table->columns[i];
		const char *name = text_clean(ctx->keep, cell->text, cell->len,
		    false);

		header[i] = name != NULL ? name : "";
		read_column(ctx->keep, column, header[i]);
		if (column->role != COLUMN_IGNORED)
			is_table = true;
		else if (name != NULL)
			report_warning(ctx, 1, name, "",
			    "no field of this name: the column is left out");
	}
	ctx->header = header;
	ctx->n_header = table->n;
	if (!is_table)
		return err_set(err, ERR_FORMAT,
		    "line 1: no column is known: the first row must name the "
		    "fields, such as name, summary, organisation.name");
	return 0;
}
