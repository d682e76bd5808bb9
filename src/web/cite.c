/*
 * cite: a work as lines to copy, the values for reference managers, and
 * where identifiers lead. Neighbours: export/ writes the lines, evidence.c
 * and others.c want them.
 */
#include "export/export.h"
#include "web/record_page.h"

#include <string.h>
#include <strings.h>

#define LINE_MAX_BYTES 16384
#define LD_MAX_BYTES   65536 /* a page has 30 KB; a record 64 */

static const struct {
	const char *scheme;
	const char *name;
	const char *base; /* NULL: no public address */
} schemes[] = {
	{ "doi", "DOI", "https://doi.org/" },
	{ "pmid", "PubMed", "https://pubmed.ncbi.nlm.nih.gov/" },
	{ "pmcid", "PMC", "https://www.ncbi.nlm.nih.gov/pmc/articles/" },
	{ "ror", "ROR", "https://ror.org/" },
	{ "orcid", "ORCID", "https://orcid.org/" },
	{ "isbn", "ISBN", NULL },
	{ "nct", "ClinicalTrials.gov", "https://clinicaltrials.gov/study/" },
	{ "gb-chc", "GB-CHC",
	    "https://register-of-charities.charitycommission.gov.uk/"
	    "charity-details/?regid=" },
};

static const char *
identifier_name(const char *scheme)
{
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		if (strcasecmp(scheme, schemes[i].scheme) == 0)
			return schemes[i].name;
	}
	return scheme;
}

const char *
identifier_url(const struct page *page, const char *scheme, const char *value)
{
	const char *url = NULL;

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct strbuf sb;

		if (schemes[i].base == NULL ||
		    strcasecmp(scheme, schemes[i].scheme) != 0)
			continue;
		strbuf_init(&sb, URL_MAX);
		strbuf_addstr(&sb, schemes[i].base);
		/* A DOI's slashes are part of its address. */
		for (const char *p = value; *p != '\0'; p++) {
			if (*p == '/')
				strbuf_addch(&sb, '/');
			else
				url_encode(&sb, p, 1);
		}
		url = arena_strndup(page->arena, sb.buf, sb.len);
		strbuf_release(&sb);
	}
	return url;
}

/* "Okafor, Ada Maria", as reference managers want them. */
static const char *
author_name(const struct page *page, const struct value *author)
{
	const char *family = value_get(author, FIELD_AUTHOR_FAMILY);
	const char *given = value_get(author, FIELD_AUTHOR_GIVEN);

	if (family == NULL)
		return value_get(author, FIELD_AUTHOR_LITERAL);
	return given != NULL
		   ? arena_printf(page->arena, "%s, %s", family, given)
		   : family;
}

static void
add_authors(const struct page *page, const struct record *rec,
    struct cite *cite)
{
	const struct value *first = value_find(&rec->root, FIELD_AUTHOR);
	size_t total = 0;

	for (const struct value *v = first; v != NULL; v = value_next(v))
		total++;
	cite->authors = arena_alloc(page->arena,
	    total * sizeof(*cite->authors));
	for (const struct value *v = first; v != NULL; v = value_next(v)) {
		const char *name = author_name(page, v);

		if (name != NULL)
			cite->authors[cite->n_authors++] = name;
	}
}

/* Both parts in canonical form; as written when they have none. */
static bool
read_identifier(const struct page *page, const struct value *v,
    const char **ret_scheme, const char **ret_value)
{
	const char *scheme = value_get(v, FIELD_IDENTIFIER_SCHEME);
	const char *value = value_get(v, FIELD_IDENTIFIER_VALUE);
	struct err err;

	if (scheme == NULL || value == NULL)
		return false;
	*ret_scheme = scheme;
	*ret_value = value;
	if (identifier_normalise(page->arena, scheme, value, &scheme, &value,
		&err) == 0) {
		*ret_scheme = scheme;
		*ret_value = value;
	}
	return true;
}

static bool
has_text(const struct row *row, const char *text)
{
	for (size_t i = 0; row != NULL && i < row->n; i++) {
		if (strcmp(row->items[i].text.text, text) == 0)
			return true;
	}
	return false;
}

void
row_identifiers(const struct page *page, struct section *section,
    const struct value *root)
{
	const char *scheme, *value, *text;
	struct row *row = NULL;

	for (const struct value *v = value_find(root, FIELD_IDENTIFIER);
	     v != NULL; v = value_next(v)) {
		if (!read_identifier(page, v, &scheme, &value))
			continue;
		text = arena_printf(page->arena, "%s %s",
		    identifier_name(scheme), value);
		/* Nodes write the same one in different ways. */
		if (has_text(row, text))
			continue;
		if (row == NULL)
			row = row_new(page, section, TEXT_IDENTIFIERS);
		row_add(page, row,
		    (struct item){ .text = { text, NULL },
			.href = identifier_url(page, scheme, value) });
	}
}

static const char *
find_identifier(const struct page *page, const struct value *root,
    const char *wanted)
{
	const char *scheme, *value;

	for (const struct value *v = value_find(root, FIELD_IDENTIFIER);
	     v != NULL; v = value_next(v)) {
		if (read_identifier(page, v, &scheme, &value) &&
		    strcasecmp(scheme, wanted) == 0)
			return value;
	}
	return NULL;
}

static const char *
cite_line(const struct page *page, const struct record *rec,
    void (*write)(const struct record *rec, const char *base,
	struct strbuf *ret_out))
{
	const char *line;
	struct strbuf sb;

	strbuf_init(&sb, LINE_MAX_BYTES);
	write(rec, page->conf->url, &sb);
	line = arena_strndup(page->arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return line;
}

/* First and last page of "1-9", for those who want them apart. */
static void
split_pages(const struct page *page, struct cite *cite)
{
	size_t len = cite->pages != NULL ? strcspn(cite->pages, "-") : 0;

	if (len == 0)
		return;
	cite->first_page = arena_strndup(page->arena, cite->pages, len);
	if (cite->pages[len] == '-' && cite->pages[len + 1] != '\0' &&
	    strchr(cite->pages + len + 1, '-') == NULL)
		cite->last_page = cite->pages + len + 1;
	else
		cite->first_page = cite->pages;
}

const char *
cite_coins(const struct page *page, const struct record *rec)
{
	if (rec->kind != RECORD_KIND_EVIDENCE)
		return NULL;
	return cite_line(page, rec, export_coins);
}

const char *
cite_json_ld(const struct page *page, const struct record *rec)
{
	struct json_writer w;
	const char *text;
	struct strbuf sb;

	strbuf_init(&sb, LD_MAX_BYTES);
	json_writer_init(&w, &sb, 0);
	export_schema_org(&w, rec, page->conf->url);
	text = sb.overflow ? NULL : arena_strndup(page->arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return text;
}

struct cite *
cite_make(const struct page *page, const struct record *rec)
{
	const struct value *root = &rec->root;
	struct cite *cite = arena_alloc(page->arena, sizeof(*cite));
	const char *type = value_get(root, FIELD_TYPE);

	cite->title = record_title(rec, NULL);
	cite->lang = rec->lang;
	cite->year = value_get(root, FIELD_YEAR);
	cite->date = value_get(root, FIELD_DATE);
	cite->journal = value_get(root, FIELD_CONTAINER);
	cite->volume = value_get(root, FIELD_VOLUME);
	cite->issue = value_get(root, FIELD_ISSUE);
	cite->pages = value_get(root, FIELD_PAGES);
	cite->publisher = value_get(root, FIELD_PUBLISHER);
	cite->is_thesis = type != NULL && strcmp(type, "thesis") == 0;
	cite->is_report = type != NULL && (strcmp(type, "report") == 0 ||
					      strcmp(type, "guideline") == 0);
	cite->doi = find_identifier(page, root, "doi");
	cite->pmid = find_identifier(page, root, "pmid");
	split_pages(page, cite);
	add_authors(page, rec, cite);
	cite->apa = cite_line(page, rec, export_apa);
	cite->vancouver = cite_line(page, rec, export_vancouver);
	return cite;
}
