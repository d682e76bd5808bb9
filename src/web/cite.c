/*
 * cite: a work as one line to copy (in the manner of APA), the values for
 * reference managers, and where identifiers lead. Neighbours: evidence.c.
 */
#include "web/record_page.h"

#include <string.h>
#include <strings.h>

#define LINE_MAX_BYTES 8192
#define AUTHORS_SHOWN  19

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

/* "Anna Maria" -> "A. M." */
static const char *
initials(const struct page *page, const char *given)
{
	const char *result = "";

	while (given != NULL && *given != '\0') {
		const char *start;
		const char *p;

		given += strspn(given, " .\t");
		start = p = given;
		if (*p == '\0')
			break;
		(void)utf8_next(&p, given + strlen(given));
		result = arena_printf(page->arena, "%s%s%.*s.", result,
		    *result != '\0' ? " " : "", (int)(p - start), start);
		given += strcspn(given, " .\t");
	}
	return result;
}

static const char *
author_name(const struct page *page, const struct value *author, bool is_short)
{
	const char *family = value_get(author, FIELD_AUTHOR_FAMILY);
	const char *given = value_get(author, FIELD_AUTHOR_GIVEN);

	if (family == NULL) {
		family = value_get(author, FIELD_AUTHOR_LITERAL);
		return family != NULL ? family : given;
	}
	if (given == NULL || *given == '\0')
		return family;
	return arena_printf(page->arena, "%s, %s", family,
	    is_short ? initials(page, given) : given);
}

static void
add_authors(const struct page *page, const struct record *rec,
    struct cite *cite, struct strbuf *line)
{
	size_t total = 0;
	size_t i = 0;

	for (const struct value *v = value_find(&rec->root, FIELD_AUTHOR);
	     v != NULL; v = value_next(v))
		total++;
	cite->authors = arena_alloc(page->arena,
	    total * sizeof(*cite->authors));
	for (const struct value *v = value_find(&rec->root, FIELD_AUTHOR);
	     v != NULL; v = value_next(v), i++) {
		const char *full = author_name(page, v, false);
		const char *brief = author_name(page, v, true);

		if (full == NULL)
			continue;
		cite->authors[cite->n_authors++] = full;
		if (i >= AUTHORS_SHOWN && i + 1 < total) {
			if (i == AUTHORS_SHOWN)
				strbuf_addstr(line, ", …");
			continue;
		}
		if (line->len != 0)
			strbuf_addstr(line, i + 1 == total ? ", & " : ", ");
		strbuf_addstr(line, brief);
	}
}

static void
add_where(const struct cite *cite, const struct value *root,
    struct strbuf *line)
{
	const char *publisher = value_get(root, FIELD_PUBLISHER);

	if (cite->journal != NULL) {
		strbuf_addf(line, " %s", cite->journal);
		if (cite->volume != NULL)
			strbuf_addf(line, ", %s", cite->volume);
		if (cite->issue != NULL)
			strbuf_addf(line, "(%s)", cite->issue);
		if (cite->pages != NULL)
			strbuf_addf(line, ", %s", cite->pages);
		strbuf_addch(line, '.');
	} else if (publisher != NULL)
		strbuf_addf(line, " %s.", publisher);
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
find_doi(const struct page *page, const struct value *root)
{
	const char *scheme, *value;

	for (const struct value *v = value_find(root, FIELD_IDENTIFIER);
	     v != NULL; v = value_next(v)) {
		if (read_identifier(page, v, &scheme, &value) &&
		    strcasecmp(scheme, "doi") == 0)
			return value;
	}
	return NULL;
}

static bool
ends_sentence(const char *text)
{
	size_t len = strlen(text);

	return len != 0 && strchr(".?!", text[len - 1]) != NULL;
}

struct cite *
cite_make(const struct page *page, const struct record *rec)
{
	const struct value *root = &rec->root;
	struct cite *cite = arena_alloc(page->arena, sizeof(*cite));
	const char *url = value_get(root, FIELD_URL);
	struct strbuf line;

	cite->title = record_title(rec, NULL);
	cite->year = value_get(root, FIELD_YEAR);
	cite->journal = value_get(root, FIELD_CONTAINER);
	cite->volume = value_get(root, FIELD_VOLUME);
	cite->issue = value_get(root, FIELD_ISSUE);
	cite->pages = value_get(root, FIELD_PAGES);
	cite->doi = find_doi(page, root);
	strbuf_init(&line, LINE_MAX_BYTES);
	add_authors(page, rec, cite, &line);
	if (line.len != 0)
		strbuf_addch(&line, ' ');
	strbuf_addf(&line, "(%s). %s%s",
	    cite->year != NULL ? cite->year : "n.d.", cite->title,
	    ends_sentence(cite->title) ? "" : ".");
	add_where(cite, root, &line);
	if (cite->doi != NULL)
		strbuf_addf(&line, " %s",
		    identifier_url(page, "doi", cite->doi));
	else if (url != NULL)
		strbuf_addf(&line, " %s", url);
	cite->text = arena_strndup(page->arena, line.buf,
	    utf8_floor(line.buf, line.len));
	strbuf_release(&line);
	return cite;
}
