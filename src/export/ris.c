/*
 * ris: one record as RIS (CRLF, UTF-8). A PMID goes out as AN and as a UR
 * line, because no common tool carries it otherwise (design: mappings.md,
 * "RIS import facts").
 */
#include "export/export.h"

#include <string.h>

#include "export/reference.h"

static const struct reference_type types[] = {
	{ "article", "JOUR" },
	{ "review", "JOUR" },
	{ "commentary", "JOUR" },
	{ "protocol", "JOUR" },
	{ "report", "RPRT" },
	{ "guideline", "RPRT" },
	{ "thesis", "THES" },
	{ "dataset", "DATA" },
	{ "preprint", "GEN" },
};

/* One tag, one line. */
static void
tag(struct strbuf *out, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	strbuf_addf(out, "%s  - ", name);
	line_add(out, text);
	strbuf_addstr(out, "\r\n");
}

/* A comma at the end keeps the name of a group whole. */
static void
group_tag(struct strbuf *out, const char *name)
{
	strbuf_addstr(out, "AU  - ");
	line_add(out, name);
	strbuf_addstr(out, ",\r\n");
}

static void
authors(struct strbuf *out, const struct reference *ref)
{
	for (const struct value *v = ref->authors; v != NULL;
	     v = value_next(v)) {
		const char *family = value_get(v, FIELD_AUTHOR_FAMILY);
		const char *given = value_get(v, FIELD_AUTHOR_GIVEN);
		const char *literal = value_get(v, FIELD_AUTHOR_LITERAL);

		if (family != NULL) {
			strbuf_addstr(out, "AU  - ");
			line_add(out, family);
			if (given != NULL) {
				strbuf_addstr(out, ", ");
				line_add(out, given);
			}
			strbuf_addstr(out, "\r\n");
		} else if (literal != NULL)
			group_tag(out, literal);
	}
	if (ref->by != NULL)
		group_tag(out, ref->by);
}

static void
date(struct strbuf *out, const struct reference *ref)
{
	char slashed[16];
	size_t n;

	tag(out, "PY", ref->year);
	if (ref->date == NULL || !valid_date(ref->date))
		return;
	n = strlen(ref->date);
	for (size_t i = 0; i <= n; i++)
		slashed[i] = ref->date[i] == '-' ? '/' : ref->date[i];
	/* RIS wants three slashes: YYYY/MM/DD/. */
	strbuf_addf(out, "DA  - %s%s\r\n", slashed,
	    n == 10  ? "/"
	    : n == 7 ? "//"
		     : "///");
}

static void
pages(struct strbuf *out, const struct reference *ref)
{
	struct strbuf first, last;

	strbuf_init(&first, 4096);
	strbuf_init(&last, 4096);
	reference_pages(ref, &first, &last);
	tag(out, "SP", first.buf);
	tag(out, "EP", last.buf);
	strbuf_release(&last);
	strbuf_release(&first);
}

static void
identifiers(struct strbuf *out, const struct reference *ref)
{
	tag(out, "DO", ref->doi);
	tag(out, "AN", ref->pmid);
	tag(out, "C2", ref->pmcid);
	tag(out, "SN", ref->isbn);
	tag(out, "UR", ref->url);
	if (ref->pmid != NULL)
		strbuf_addf(out, "UR  - https://pubmed.ncbi.nlm.nih.gov/%s\r\n",
		    ref->pmid);
	/* A study has addresses of its own, mostly. */
	if (!ref->is_work || (ref->url == NULL && ref->doi == NULL))
		tag(out, "UR", ref->page);
}

/* M3 names type and design, so that a preprint comes back as one. */
static void
classification(struct strbuf *out, const struct reference *ref)
{
	const char *design = reference_code(ref->rec, FIELD_DESIGN);

	if (!ref->is_work)
		tag(out, "M3", ref->genre);
	else if (ref->type != NULL || design != NULL)
		strbuf_addf(out, "M3  - %s%s%s\r\n",
		    ref->type != NULL ? ref->type : "",
		    ref->type != NULL && design != NULL ? "; " : "",
		    design != NULL ? design : "");
}

void
export_ris(const struct record *rec, const char *base, struct strbuf *ret_out)
{
	struct subject subject = { 0 };
	struct reference ref;
	const char *word;

	reference_read(rec, base, &ref);
	tag(ret_out, "TY",
	    reference_type(&ref, types, ARRAY_LEN(types), "GEN"));
	tag(ret_out, "ID", ref.key);
	tag(ret_out, "TI", ref.title);
	authors(ret_out, &ref);
	date(ret_out, &ref);
	tag(ret_out, "T2", ref.container);
	tag(ret_out, "VL", ref.volume);
	tag(ret_out, "IS", ref.issue);
	pages(ret_out, &ref);
	tag(ret_out, "PB", ref.publisher);
	tag(ret_out, "CY", ref.place);
	identifiers(ret_out, &ref);
	tag(ret_out, "AB", ref.abstract);
	tag(ret_out, "N1", ref.note);
	classification(ret_out, &ref);
	while ((word = subject_next(rec, &subject)) != NULL)
		tag(ret_out, "KW", word);
	tag(ret_out, "LA", rec->lang);
	strbuf_addstr(ret_out, "ER  - \r\n\r\n");
}
