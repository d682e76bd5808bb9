/*
 * bibtex: one evidence record as BibTeX. UTF-8 stays UTF-8 (biber and every
 * reference manager read it); only what TeX itself would take amiss is
 * escaped, and the title stands in double braces so that its capitals stay
 * (design: mappings.md).
 */
#include "export/export.h"

#include <string.h>

#include "export/evidence.h"

struct bib_type {
	const char *code;
	const char *entry;
};

static const struct bib_type bib_types[] = {
	{ "article", "article" },
	{ "review", "article" },
	{ "commentary", "article" },
	{ "protocol", "article" },
	{ "report", "techreport" },
	{ "guideline", "techreport" },
	{ "thesis", "phdthesis" },
	{ "dataset", "misc" },
	{ "preprint", "misc" },
};

static const char *
bib_type(const char *code)
{
	for (size_t i = 0; code != NULL && i < ARRAY_LEN(bib_types); i++) {
		if (strcmp(bib_types[i].code, code) == 0)
			return bib_types[i].entry;
	}
	return "misc";
}

static void
add_tex(struct strbuf *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		switch (*p) {
		case '&':
		case '%':
		case '$':
		case '#':
		case '_':
			strbuf_addch(out, '\\');
			strbuf_addch(out, *p);
			break;
		case '{': strbuf_addstr(out, "\\{"); break;
		case '}': strbuf_addstr(out, "\\}"); break;
		case '\\': strbuf_addstr(out, "\\textbackslash{}"); break;
		case '~': strbuf_addstr(out, "\\textasciitilde{}"); break;
		case '^': strbuf_addstr(out, "\\textasciicircum{}"); break;
		case '\n':
		case '\r':
		case '\t': strbuf_addch(out, ' '); break;
		default: strbuf_addch(out, *p); break;
		}
	}
}

static void
field(struct strbuf *out, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	strbuf_addf(out, "  %s = {", name);
	add_tex(out, text);
	strbuf_addstr(out, "},\n");
}

/* Addresses are read as they stand; a brace would end the field. */
static void
field_plain(struct strbuf *out, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	strbuf_addf(out, "  %s = {", name);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '{' || *p == '}' || *p == '\\')
			strbuf_addf(out, "%%%02X", (unsigned char)*p);
		else
			strbuf_addch(out, *p);
	}
	strbuf_addstr(out, "},\n");
}

static void
title(struct strbuf *out, const struct record *rec)
{
	const char *text = value_text(rec, &rec->root, FIELD_TITLE, NULL, NULL);

	if (text == NULL)
		return;
	strbuf_addstr(out, "  title = {{");
	add_tex(out, text);
	strbuf_addstr(out, "}},\n");
}

static void
authors(struct strbuf *out, const struct record *rec)
{
	const struct value *v = value_find(&rec->root, FIELD_AUTHOR);
	const char *sep = "";

	if (v == NULL)
		return;
	strbuf_addstr(out, "  author = {");
	for (; v != NULL; v = value_next(v)) {
		const char *family = value_get(v, FIELD_AUTHOR_FAMILY);
		const char *given = value_get(v, FIELD_AUTHOR_GIVEN);
		const char *literal = value_get(v, FIELD_AUTHOR_LITERAL);

		if (family == NULL && literal == NULL)
			continue;
		strbuf_addstr(out, sep);
		sep = " and ";
		if (family != NULL) {
			add_tex(out, family);
			if (given != NULL) {
				strbuf_addstr(out, ", ");
				add_tex(out, given);
			}
		} else {
			strbuf_addch(out, '{');
			add_tex(out, literal);
			strbuf_addch(out, '}');
		}
	}
	strbuf_addstr(out, "},\n");
}

static void
keywords(struct strbuf *out, const struct record *rec)
{
	static const enum field_id ids[] = { FIELD_ZONE, FIELD_NEED,
		FIELD_TERM };
	const char *sep = "  keywords = {";

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		const struct value *v = value_find(&rec->root, ids[i]);

		for (; v != NULL; v = value_next(v)) {
			if (v->text == NULL ||
			    strcmp(v->text, "not-stated") == 0)
				continue;
			strbuf_addstr(out, sep);
			add_tex(out, v->text);
			sep = "; ";
		}
	}
	if (*sep == ';')
		strbuf_addstr(out, "},\n");
}

static void
pages(struct strbuf *out, const struct record *rec)
{
	const char *text = value_get(&rec->root, FIELD_PAGES);

	if (text == NULL)
		return;
	strbuf_addstr(out, "  pages = {");
	for (const char *p = text; *p != '\0'; p++) {
		char one[2] = { *p, '\0' };

		if (*p == '-')
			strbuf_addstr(out, "--");
		else
			add_tex(out, one);
	}
	strbuf_addstr(out, "},\n");
}

void
export_bibtex(const struct record *rec, struct strbuf *ret_out)
{
	const char *type = value_get(&rec->root, FIELD_TYPE);
	const char *design = evidence_code(rec, FIELD_DESIGN);
	char key[EVIDENCE_KEY_MAX];
	bool is_article;

	if (rec->kind != RECORD_KIND_EVIDENCE)
		return;
	is_article = strcmp(bib_type(type), "article") == 0;
	evidence_key(rec, key);
	strbuf_addf(ret_out, "@%s{%s,\n", bib_type(type), key);
	title(ret_out, rec);
	authors(ret_out, rec);
	field(ret_out, "year", value_get(&rec->root, FIELD_YEAR));
	field(ret_out, "date", value_get(&rec->root, FIELD_DATE));
	field(ret_out, is_article ? "journal" : "howpublished",
	    value_get(&rec->root, FIELD_CONTAINER));
	field(ret_out, "volume", value_get(&rec->root, FIELD_VOLUME));
	field(ret_out, "number", value_get(&rec->root, FIELD_ISSUE));
	pages(ret_out, rec);
	field(ret_out,
	    strcmp(bib_type(type), "techreport") == 0 ? "institution"
						      : "publisher",
	    value_get(&rec->root, FIELD_PUBLISHER));
	field(ret_out, "address", value_get(&rec->root, FIELD_PLACE));
	field_plain(ret_out, "doi", evidence_identifier(rec, "doi"));
	field_plain(ret_out, "pmid", evidence_identifier(rec, "pmid"));
	field_plain(ret_out, "pmcid", evidence_identifier(rec, "pmcid"));
	field_plain(ret_out, "isbn", evidence_identifier(rec, "isbn"));
	field_plain(ret_out, "url", value_get(&rec->root, FIELD_URL));
	field(ret_out, "abstract",
	    value_text(rec, &rec->root, FIELD_ABSTRACT, NULL, NULL));
	field(ret_out, "note",
	    value_text(rec, &rec->root, FIELD_PLAIN_SUMMARY, NULL, NULL));
	field(ret_out, "type", evidence_code(rec, FIELD_TYPE));
	field(ret_out, "studydesign", design);
	keywords(ret_out, rec);
	field(ret_out, "language", rec->lang);
	strbuf_addstr(ret_out, "}\n\n");
}
