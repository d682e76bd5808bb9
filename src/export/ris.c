/*
 * ris: one evidence record as RIS (CRLF, UTF-8). A PMID goes out as AN and
 * as a UR line, because no common tool carries it otherwise (design:
 * mappings.md, "RIS import facts").
 */
#include "export/export.h"

#include <string.h>

#include "export/evidence.h"

struct ris_type {
	const char *code;
	const char *ty;
};

static const struct ris_type ris_types[] = {
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

static const char *
ris_type(const char *code)
{
	for (size_t i = 0; code != NULL && i < ARRAY_LEN(ris_types); i++) {
		if (strcmp(ris_types[i].code, code) == 0)
			return ris_types[i].ty;
	}
	return "GEN";
}

/* One tag, one line: line ends inside the text become spaces. */
static void
tag(struct strbuf *out, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	strbuf_addf(out, "%s  - ", name);
	for (const char *p = text; *p != '\0'; p++)
		strbuf_addch(out,
		    *p == '\n' || *p == '\r' || *p == '\t' ? ' ' : *p);
	strbuf_addstr(out, "\r\n");
}

static void
tag_all(struct strbuf *out, const char *name, const struct record *rec,
    enum field_id id)
{
	const struct value *v = value_find(&rec->root, id);

	for (; v != NULL; v = value_next(v)) {
		if (v->text != NULL && strcmp(v->text, "not-stated") != 0)
			tag(out, name, v->text);
	}
}

static void
authors(struct strbuf *out, const struct record *rec)
{
	const struct value *v = value_find(&rec->root, FIELD_AUTHOR);
	struct strbuf name;

	strbuf_init(&name, 4096);
	for (; v != NULL; v = value_next(v)) {
		const char *family = value_get(v, FIELD_AUTHOR_FAMILY);
		const char *given = value_get(v, FIELD_AUTHOR_GIVEN);

		strbuf_reset(&name);
		if (family != NULL) {
			strbuf_addstr(&name, family);
			if (given != NULL)
				strbuf_addf(&name, ", %s", given);
		} else if (value_get(v, FIELD_AUTHOR_LITERAL) != NULL) {
			/* A comma at the end keeps a group's name whole. */
			strbuf_addf(&name, "%s,",
			    value_get(v, FIELD_AUTHOR_LITERAL));
		}
		tag(out, "AU", name.buf);
	}
	strbuf_release(&name);
}

static void
date(struct strbuf *out, const struct record *rec)
{
	const char *text = value_get(&rec->root, FIELD_DATE);
	char slashed[16];
	size_t n;

	tag(out, "PY", value_get(&rec->root, FIELD_YEAR));
	if (text == NULL || strlen(text) >= sizeof(slashed) - 3)
		return;
	n = strlen(text);
	for (size_t i = 0; i <= n; i++)
		slashed[i] = text[i] == '-' ? '/' : text[i];
	/* RIS wants three slashes: YYYY/MM/DD/. */
	strbuf_addf(out, "DA  - %s%s\r\n", slashed,
	    n == 10  ? "/"
	    : n == 7 ? "//"
		     : "///");
}

static void
pages(struct strbuf *out, const struct record *rec)
{
	const char *text = value_get(&rec->root, FIELD_PAGES);
	const char *dash;
	char start[64];

	if (text == NULL)
		return;
	dash = strchr(text, '-');
	if (dash == NULL || dash == text || strchr(dash + 1, '-') != NULL ||
	    (size_t)(dash - text) >= sizeof(start)) {
		tag(out, "SP", text);
		return;
	}
	memcpy(start, text, (size_t)(dash - text));
	start[dash - text] = '\0';
	tag(out, "SP", start);
	tag(out, "EP", dash + 1);
}

static void
identifiers(struct strbuf *out, const struct record *rec)
{
	const char *pmid = evidence_identifier(rec, "pmid");

	tag(out, "DO", evidence_identifier(rec, "doi"));
	tag(out, "AN", pmid);
	tag(out, "C2", evidence_identifier(rec, "pmcid"));
	tag(out, "SN", evidence_identifier(rec, "isbn"));
	tag(out, "UR", value_get(&rec->root, FIELD_URL));
	if (pmid != NULL)
		strbuf_addf(out, "UR  - https://pubmed.ncbi.nlm.nih.gov/%s\r\n",
		    pmid);
}

/* M3 names type and design, so that a preprint comes back as one. */
static void
classification(struct strbuf *out, const struct record *rec)
{
	const char *type = evidence_code(rec, FIELD_TYPE);
	const char *design = evidence_code(rec, FIELD_DESIGN);

	if (type == NULL && design == NULL)
		return;
	strbuf_addf(out, "M3  - %s%s%s\r\n", type != NULL ? type : "",
	    type != NULL && design != NULL ? "; " : "",
	    design != NULL ? design : "");
}

void
export_ris(const struct record *rec, struct strbuf *ret_out)
{
	char key[EVIDENCE_KEY_MAX];

	if (rec->kind != RECORD_KIND_EVIDENCE)
		return;
	evidence_key(rec, key);
	tag(ret_out, "TY", ris_type(value_get(&rec->root, FIELD_TYPE)));
	tag(ret_out, "ID", key);
	tag(ret_out, "TI",
	    value_text(rec, &rec->root, FIELD_TITLE, NULL, NULL));
	authors(ret_out, rec);
	date(ret_out, rec);
	tag(ret_out, "T2", value_get(&rec->root, FIELD_CONTAINER));
	tag(ret_out, "VL", value_get(&rec->root, FIELD_VOLUME));
	tag(ret_out, "IS", value_get(&rec->root, FIELD_ISSUE));
	pages(ret_out, rec);
	tag(ret_out, "PB", value_get(&rec->root, FIELD_PUBLISHER));
	tag(ret_out, "CY", value_get(&rec->root, FIELD_PLACE));
	identifiers(ret_out, rec);
	tag(ret_out, "AB",
	    value_text(rec, &rec->root, FIELD_ABSTRACT, NULL, NULL));
	tag(ret_out, "N1",
	    value_text(rec, &rec->root, FIELD_PLAIN_SUMMARY, NULL, NULL));
	classification(ret_out, rec);
	tag_all(ret_out, "KW", rec, FIELD_ZONE);
	tag_all(ret_out, "KW", rec, FIELD_NEED);
	tag_all(ret_out, "KW", rec, FIELD_TERM);
	tag(ret_out, "LA", rec->lang);
	strbuf_addstr(ret_out, "ER  - \r\n\r\n");
}
