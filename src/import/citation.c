/*
 * citation: a reference -> an evidence record. Type and design are set only
 * where the source says them plainly; what only our own records know (its
 * effects, say) stays when the reference is imported again (design:
 * mappings.md, evidence).
 */
#include "import/citation.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct pair {
	const char *word;
	const char *code;
};

const char *
citation_date(struct arena *arena, const char *text)
{
	char date[11] = "";
	size_t len = 0;

	/* Digits, with one dash between groups: 4, 4-2 or 4-2-2. */
	for (const char *p = text; *p != '\0' && len < 10; p++) {
		if (isdigit((unsigned char)*p)) {
			if (len == 4 || len == 7)
				date[len++] = '-';
			if (len < 10)
				date[len++] = *p;
		} else if (*p != '-' && *p != '/' && *p != ' ') {
			break;
		}
	}
	date[len] = '\0';
	for (; len >= 4; date[--len] = '\0') {
		if ((len == 4 || len == 7 || len == 10) && valid_date(date))
			return arena_strdup(arena, date);
	}
	return NULL;
}

void
citation_url(struct arena *arena, struct citation *c, const char *url)
{
	const char *p;

	if (text_find(url, "doi.org/10.") != NULL) {
		if (c->doi == NULL)
			c->doi = url;
		return;
	}
	p = text_find(url, "ncbi.nlm.nih.gov/");
	if (p != NULL && text_find(p, "PMC") != NULL &&
	    isdigit((unsigned char)text_find(p, "PMC")[3])) {
		if (c->pmcid == NULL)
			c->pmcid = text_find(p, "PMC");
	} else if (p != NULL && text_find(url, "pubmed") != NULL) {
		size_t n;

		p += strlen("ncbi.nlm.nih.gov/");
		p += strcspn(p, "0123456789");
		n = strspn(p, "0123456789");
		if (n > 0 && c->pmid == NULL)
			c->pmid = arena_strndup(arena, p, n);
	} else if (c->url == NULL) {
		c->url = url;
	}
}

void
citation_keywords(struct arena *arena, struct citation *c, const char *text,
    const char *separators)
{
	while (*text != '\0' && c->n_keywords < CITATION_KEYWORDS_MAX) {
		size_t len = strcspn(text, separators);

		if (len > 0)
			c->keywords[c->n_keywords++] = arena_strndup(arena,
			    text, len);
		text += len;
		text += strspn(text, separators);
	}
}

const char *
citation_initials(const char *text)
{
	/* "Age UK" is nobody's name. */
	static const char *const places[] = { "UK", "US", "USA", "EU", "UN",
		"WHO", "NHS", "NZ" };
	const char *last = strrchr(text, ' ');
	size_t len;

	if (last == NULL || last == text)
		return NULL;
	last++;
	len = strspn(last, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	if (len < 1 || len > 3 || last[len] != '\0')
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (strcmp(last, places[i]) == 0)
			return NULL;
	}
	return last;
}

void
citation_name(struct arena *arena, struct citation *c, const char *text)
{
	struct citation_author *a;
	const char *comma = strchr(text, ',');

	if (c->n_authors == CITATION_AUTHORS_MAX) {
		c->broken = "more authors than a record holds: name the group";
		return;
	}
	a = &c->authors[c->n_authors++];
	memset(a, 0, sizeof(*a));
	if (comma == NULL) {
		const char *initials = citation_initials(text);

		if (initials == NULL) {
			a->literal = text;
			return;
		}
		a->family = arena_strndup(arena, text,
		    (size_t)(initials - 1 - text));
		a->given = initials;
		return;
	}
	if (comma[1 + strspn(comma + 1, " ")] == '\0') {
		a->literal = arena_strndup(arena, text, (size_t)(comma - text));
		return;
	}
	a->family = arena_strndup(arena, text, (size_t)(comma - text));
	a->given = comma + 1;
}

static bool
is_preprint_server(const char *container)
{
	static const char *const servers[] = { "medrxiv", "biorxiv", "arxiv",
		"preprints.org", "ssrn", "research square", "psyarxiv",
		"osf preprints", "socarxiv", "authorea", "jmir preprints" };

	for (size_t i = 0; container != NULL && i < ARRAY_LEN(servers); i++) {
		if (text_has(container, servers[i]))
			return true;
	}
	return false;
}

static const char *
type_of(const struct citation *c)
{
	static const struct pair kinds[] = {
		{ "RPRT", "report" },
		{ "BOOK", "report" },
		{ "ELEC", "report" },
		{ "WEB", "report" },
		{ "GOVDOC", "report" },
		{ "THES", "thesis" },
		{ "DATA", "dataset" },
		{ "AGGR", "dataset" },
		{ "DBASE", "dataset" },
		{ "STAND", "guideline" },
	};
	const char *kind = c->kind != NULL ? c->kind : "GEN";

	if (is_preprint_server(c->container) ||
	    (strcasecmp(kind, "JOUR") != 0 && c->doi != NULL &&
		strstr(c->doi, "10.1101/") != NULL))
		return "preprint";
	if (c->title != NULL && text_has(c->title, "protocol"))
		return "protocol";
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcasecmp(kind, kinds[i].word) == 0)
			return kinds[i].code;
	}
	return "article";
}

/* Longer phrases first: an umbrella review is no systematic review. */
static const char *
design_said(const char *text)
{
	static const struct pair words[] = {
		{ "umbrella review", "umbrella-review" },
		{ "review of reviews", "umbrella-review" },
		{ "systematic review", "systematic-review" },
		{ "meta-analysis", "systematic-review" },
		{ "cluster randomi", "cluster-rct" },
		{ "cluster-randomi", "cluster-rct" },
		{ "non-randomi", "controlled-non-random" },
		{ "nonrandomi", "controlled-non-random" },
		{ "randomised controlled", "rct" },
		{ "randomized controlled", "rct" },
		{ "randomised trial", "rct" },
		{ "randomized trial", "rct" },
		{ "interrupted time", "interrupted-series" },
		{ "case-control", "case-control" },
		{ "cohort study", "cohort" },
		{ "cross-sectional", "cross-sectional" },
		{ "mixed methods", "mixed" },
		{ "mixed-methods", "mixed" },
		{ "qualitative", "qualitative" },
		{ "delphi", "consensus" },
		{ "cost-effectiveness", "economic" },
		{ "economic evaluation", "economic" },
	};

	/* Our vocabulary has no word for it, and it is not the next best. */
	if (text_has(text, "scoping review"))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (text_has(text, words[i].word))
			return words[i].code;
	}
	return NULL;
}

static void
put_classification(struct import_ctx *ctx, struct record *rec,
    const struct citation *c)
{
	const char *type = NULL, *design = NULL, *p = c->genre;

	while (p != NULL && *p != '\0') {
		size_t len = strcspn(p, ";");
		const char *word = text_clean(ctx->arena, p, len, false);

		if (word != NULL && type == NULL)
			type = vocab_match(VOCAB_EVIDENCE_TYPE, word);
		if (word != NULL && design == NULL)
			design = vocab_match(VOCAB_DESIGN, word);
		p += len;
		p += *p == ';';
	}
	for (size_t i = 0; design == NULL && i < c->n_keywords; i++)
		design = design_said(c->keywords[i]);
	if (design == NULL && c->title != NULL)
		design = design_said(c->title);
	record_add(rec, NULL, FIELD_TYPE, type != NULL ? type : type_of(c),
	    NULL);
	if (design != NULL)
		record_add(rec, NULL, FIELD_DESIGN, design, NULL);
}

static void
put_identifier(struct import_ctx *ctx, struct record *rec, const char *scheme,
    const char *value)
{
	struct value *group;
	struct err err;

	if (value == NULL)
		return;
	value = text_clean(ctx->arena, value, strlen(value), false);
	if (value == NULL)
		return;
	if (identifier_normalise(ctx->arena, scheme, value, &scheme, &value,
		&err) == -1) {
		row_problem(ctx, false, scheme, value, "%.150s", err.text);
		return;
	}
	group = record_add(rec, NULL, FIELD_IDENTIFIER, NULL, NULL);
	record_add(rec, group, FIELD_IDENTIFIER_SCHEME, scheme, NULL);
	record_add(rec, group, FIELD_IDENTIFIER_VALUE, value, NULL);
}

static void
put_authors(struct import_ctx *ctx, struct record *rec,
    const struct citation *c)
{
	for (size_t i = 0; i < c->n_authors; i++) {
		const struct citation_author *a = &c->authors[i];
		struct value *group = record_add(rec, NULL, FIELD_AUTHOR, NULL,
		    NULL);

		value_text_put(ctx, rec, group, FIELD_AUTHOR_FAMILY, a->family);
		value_text_put(ctx, rec, group, FIELD_AUTHOR_GIVEN, a->given);
		value_text_put(ctx, rec, group, FIELD_AUTHOR_LITERAL,
		    a->literal);
		value_text_put(ctx, rec, group, FIELD_AUTHOR_ORCID, a->orcid);
	}
}

static void
put_year(struct import_ctx *ctx, struct record *rec, const struct citation *c)
{
	const char *date = c->date != NULL ? citation_date(ctx->arena, c->date)
					   : NULL;
	const char *year = c->year != NULL ? citation_date(ctx->arena, c->year)
					   : NULL;

	if (date == NULL)
		date = year;
	if (year == NULL)
		year = date;
	if (year != NULL)
		record_add(rec, NULL, FIELD_YEAR,
		    arena_strndup(ctx->arena, year, 4), NULL);
	else
		value_text_put(ctx, rec, NULL, FIELD_YEAR,
		    c->year != NULL ? c->year : c->date);
	if (date != NULL && strlen(date) > 4)
		record_add(rec, NULL, FIELD_DATE, date, NULL);
}

static void
copy_value(struct record *rec, struct value *parent, const struct value *from,
    int depth)
{
	struct value *to;

	if (from->field == NULL || depth > RECORD_MAX_DEPTH)
		return;
	to = record_add(rec, parent, from->field->id, from->text, from->lang);
	to->made = from->made;
	to->of = from->of;
	for (const struct value *v = from->first; v != NULL; v = v->next)
		copy_value(rec, to, v, depth + 1);
}

static bool
is_not_stated(const struct value *v)
{
	return v != NULL && v->text != NULL &&
	       strcmp(v->text, "not-stated") == 0;
}

/* What no reference can carry is ours and outlives a new import. */
static int
keep_own(struct import_ctx *ctx, struct record *rec, struct err *err)
{
	static const enum field_id ids[] = { FIELD_LICENCE, FIELD_ASSURED,
		FIELD_REVIEW_DUE, FIELD_SAME_AS, FIELD_NOT_SAME_AS,
		FIELD_RELATION, FIELD_ZONE, FIELD_NEED, FIELD_TERM,
		FIELD_OPEN_ACCESS, FIELD_ABSTRACT, FIELD_PLAIN_SUMMARY,
		FIELD_DESIGN, FIELD_GRADE, FIELD_RISK_OF_BIAS, FIELD_COUNTRY,
		FIELD_N, FIELD_POPULATION, FIELD_SETTING, FIELD_INTERVENTION,
		FIELD_COMPARATOR, FIELD_OUTCOME, FIELD_EFFECT,
		FIELD_DIRECTION };
	struct record *old;
	struct err why;

	if (ledger_record(ctx->ledger, ctx->arena, rec->id, &old, &why) == -1) {
		if (why.code == ERR_NOTFOUND)
			return 0;
		*err = why;
		return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		const struct value *v = value_find(&old->root, ids[i]);

		if (value_find(&rec->root, ids[i]) != NULL || is_not_stated(v))
			continue;
		for (; v != NULL; v = value_next(v))
			copy_value(rec, NULL, v, 0);
	}
	return 0;
}

static const char *
key_of(struct import_ctx *ctx, const struct citation *c)
{
	if (c->key != NULL)
		return c->key;
	if (c->doi != NULL)
		return c->doi;
	return arena_printf(ctx->arena, "%s\n%s",
	    c->title != NULL ? c->title : "", c->year != NULL ? c->year : "");
}

static void
put_identifiers(struct import_ctx *ctx, struct record *rec,
    const struct citation *c)
{
	put_identifier(ctx, rec, "doi", c->doi);
	put_identifier(ctx, rec, "pmid", c->pmid);
	put_identifier(ctx, rec, "pmcid", c->pmcid);
	put_identifier(ctx, rec, "isbn", c->isbn);
	value_text_put(ctx, rec, NULL, FIELD_URL, c->url);
	/* Without any of these its key is all there is to find it by. */
	if (value_find(&rec->root, FIELD_IDENTIFIER) == NULL &&
	    value_find(&rec->root, FIELD_URL) == NULL && c->key != NULL)
		put_identifier(ctx, rec, "citation-key", c->key);
}

int
citation_row(struct import_ctx *ctx, struct citation *c, struct err *err)
{
	const char *lang = ctx->options->lang, *said = NULL;
	struct record *rec;

	row_names(ctx, c->key, c->title);
	if (c->broken != NULL) {
		row_problem(ctx, false, "", c->key, "%.150s", c->broken);
		row_fail(ctx);
		return 0;
	}
	if (c->lang != NULL)
		said = text_language(ctx->arena, c->lang);
	if (said != NULL)
		lang = said;
	rec = record_new(ctx->arena, RECORD_KIND_EVIDENCE,
	    row_id_named(ctx, key_of(ctx, c)), lang);
	row_source(ctx, rec, c->key);
	if (c->title != NULL)
		value_text_put(ctx, rec, NULL, FIELD_TITLE,
		    text_clean(ctx->arena, c->title, strlen(c->title), false));
	put_authors(ctx, rec, c);
	put_year(ctx, rec, c);
	put_classification(ctx, rec, c);
	value_text_put(ctx, rec, NULL, FIELD_CONTAINER, c->container);
	value_text_put(ctx, rec, NULL, FIELD_VOLUME, c->volume);
	value_text_put(ctx, rec, NULL, FIELD_ISSUE, c->issue);
	value_text_put(ctx, rec, NULL, FIELD_PAGES, c->pages);
	value_text_put(ctx, rec, NULL, FIELD_PUBLISHER, c->publisher);
	value_text_put(ctx, rec, NULL, FIELD_PLACE, c->place);
	value_text_put(ctx, rec, NULL, FIELD_ABSTRACT, c->abstract);
	value_text_put(ctx, rec, NULL, FIELD_PLAIN_SUMMARY, c->note);
	put_identifiers(ctx, rec, c);
	for (size_t i = 0; i < c->n_keywords; i++)
		subject_put(ctx, rec, c->keywords[i]);
	if (keep_own(ctx, rec, err) == -1)
		return -1;
	return row_save(ctx, rec, err);
}
