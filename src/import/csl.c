/*
 * csl: CSL-JSON, what Zotero and citation.js write, -> citations.
 */
#include <stdlib.h>
#include <string.h>

#include "import/citation.h"

static const char *
text_of(struct import_ctx *ctx, const struct json *json, const char *key)
{
	const struct json *value = json_get(json, key);
	const char *text;

	if (json_type(value) == JSON_TYPE_ARRAY)
		value = json_at(value, 0);
	text = json_scalar(ctx->arena, value);
	if (text == NULL)
		return NULL;
	return text_clean(ctx->arena, text, strlen(text), true);
}

/* {"date-parts": [[2023, 5, 1]]}, or "raw". */
static const char *
date_of(struct import_ctx *ctx, const struct json *issued)
{
	const struct json *parts =
	    json_at(json_at(json_get(issued, "date-parts"), 0), 0);
	const char *date, *part;

	if (parts == NULL)
		return text_of(ctx, issued, "raw");
	parts = json_at(json_get(issued, "date-parts"), 0);
	date = json_scalar(ctx->arena, json_at(parts, 0));
	for (size_t i = 1; date != NULL && i < 3; i++) {
		part = json_scalar(ctx->arena, json_at(parts, i));
		if (part == NULL)
			break;
		date = arena_printf(ctx->arena, "%s-%s%s", date,
		    strlen(part) == 1 ? "0" : "", part);
	}
	return date;
}

static void
add_authors(struct import_ctx *ctx, const struct json *json, struct citation *c)
{
	const struct json *list = json_get(json, "author");
	size_t n = json_type(list) == JSON_TYPE_ARRAY ? json_size(list) : 0;

	if (n > CITATION_AUTHORS_MAX) {
		c->broken = "more authors than a record holds: name the group";
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct json *one = json_at(list, i);
		struct citation_author *a = &c->authors[c->n_authors++];
		const char *particle = text_of(ctx, one,
		    "non-dropping-particle");

		memset(a, 0, sizeof(*a));
		a->family = text_of(ctx, one, "family");
		a->given = text_of(ctx, one, "given");
		a->literal = text_of(ctx, one, "literal");
		a->orcid = text_of(ctx, one, "ORCID");
		if (a->family == NULL && a->literal != NULL &&
		    citation_initials(a->literal) != NULL) {
			a->given = citation_initials(a->literal);
			a->family = arena_strndup(ctx->arena, a->literal,
			    (size_t)(a->given - 1 - a->literal));
			a->literal = NULL;
		}
		if (particle != NULL && a->family != NULL)
			a->family = arena_printf(ctx->arena, "%s %s", particle,
			    a->family);
	}
}

static const char *
kind_of(const char *type)
{
	static const char *const kinds[][2] = {
		{ "article-journal", "JOUR" },
		{ "article-magazine", "JOUR" },
		{ "article-newspaper", "JOUR" },
		{ "paper-conference", "CONF" },
		{ "review", "JOUR" },
		{ "report", "RPRT" },
		{ "book", "BOOK" },
		{ "thesis", "THES" },
		{ "dataset", "DATA" },
		{ "standard", "STAND" },
		{ "webpage", "ELEC" },
	};

	for (size_t i = 0; type != NULL && i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i][0], type) == 0)
			return kinds[i][1];
	}
	return "GEN";
}

static void
read_citation(struct import_ctx *ctx, const struct json *json,
    struct citation *c)
{
	const char *url = text_of(ctx, json, "URL");
	const char *words = text_of(ctx, json, "keyword");

	c->line = ctx->line;
	c->key = text_of(ctx, json, "id");
	if (c->key == NULL)
		c->key = text_of(ctx, json, "citation-key");
	c->kind = kind_of(json_get_string(json, "type"));
	c->genre = text_of(ctx, json, "genre");
	c->title = text_of(ctx, json, "title");
	c->container = text_of(ctx, json, "container-title");
	c->date = date_of(ctx, json_get(json, "issued"));
	c->year = c->date;
	c->volume = text_of(ctx, json, "volume");
	c->issue = text_of(ctx, json, "issue");
	c->pages = text_of(ctx, json, "page");
	c->publisher = text_of(ctx, json, "publisher");
	c->place = text_of(ctx, json, "publisher-place");
	c->doi = text_of(ctx, json, "DOI");
	c->pmid = text_of(ctx, json, "PMID");
	c->pmcid = text_of(ctx, json, "PMCID");
	c->isbn = text_of(ctx, json, "ISBN");
	c->abstract = text_of(ctx, json, "abstract");
	c->note = text_of(ctx, json, "note");
	c->lang = text_of(ctx, json, "language");
	if (url != NULL)
		citation_url(ctx->arena, c, url);
	if (words != NULL)
		citation_keywords(ctx->arena, c, words, ",;");
	add_authors(ctx, json, c);
}

int
csl_row(struct import_ctx *ctx, const struct json *value, struct err *err)
{
	struct citation *c;

	if (json_type(value) != JSON_TYPE_OBJECT) {
		row_problem(ctx, false, "", "",
		    "expected a reference: {\"type\": ..., \"title\": ...}");
		row_fail(ctx);
		return 0;
	}
	c = arena_alloc(ctx->arena, sizeof(*c));
	read_citation(ctx, value, c);
	return citation_row(ctx, c, err);
}
