/*
 * bibtex: one record as BibTeX. UTF-8 stays UTF-8 (biber and every reference
 * manager read it); only what TeX itself would take amiss is escaped, and
 * the title stands in double braces so that its capitals stay (design:
 * mappings.md).
 */
#include "export/export.h"

#include <string.h>

#include "export/reference.h"

static const struct reference_type types[] = {
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

/* Do the braces of a text match? BibTeX counts even those behind "\". */
static bool
is_balanced(const char *text)
{
	long depth = 0;

	for (; *text != '\0'; text++) {
		if (*text == '{')
			depth++;
		else if (*text == '}' && --depth < 0)
			return false;
	}
	return depth == 0;
}

static void
add_tex(struct strbuf *out, const char *raw)
{
	bool is_whole;
	struct strbuf text;

	strbuf_init(&text, out->cap);
	line_add(&text, raw);
	is_whole = is_balanced(text.len != 0 ? text.buf : "");
	for (size_t i = 0; i < text.len; i++) {
		char ch = text.buf[i];

		switch (ch) {
		case '&':
		case '%':
		case '$':
		case '#':
		case '_':
			strbuf_addch(out, '\\');
			strbuf_addch(out, ch);
			break;
		case '{':
			strbuf_addstr(out,
			    is_whole ? "\\{" : "\\textbraceleft{}");
			break;
		case '}':
			strbuf_addstr(out,
			    is_whole ? "\\}" : "\\textbraceright{}");
			break;
		case '\\': strbuf_addstr(out, "\\textbackslash{}"); break;
		case '~': strbuf_addstr(out, "\\textasciitilde{}"); break;
		case '^': strbuf_addstr(out, "\\textasciicircum{}"); break;
		default: strbuf_addch(out, ch); break;
		}
	}
	strbuf_release(&text);
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
		unsigned char u = (unsigned char)*p;

		if (u <= ' ' || u == 0x7f || strchr("{}\\", *p) != NULL)
			strbuf_addf(out, "%%%02X", u);
		else
			strbuf_addch(out, *p);
	}
	strbuf_addstr(out, "},\n");
}

/* In braces of its own: capitals stay, a group's name is one name. */
static void
field_whole(struct strbuf *out, const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	strbuf_addf(out, "  %s = {{", name);
	add_tex(out, text);
	strbuf_addstr(out, "}},\n");
}

/* A comma or an "and" in a name would make two of it. */
static void
add_name(struct strbuf *out, const char *name)
{
	bool is_split = strchr(name, ',') != NULL ||
			strstr(name, " and ") != NULL;

	strbuf_addstr(out, is_split ? "{" : "");
	add_tex(out, name);
	strbuf_addstr(out, is_split ? "}" : "");
}

static void
add_author(struct strbuf *out, const struct value *author)
{
	const char *family = value_get(author, FIELD_AUTHOR_FAMILY);
	const char *given = value_get(author, FIELD_AUTHOR_GIVEN);

	if (family == NULL) {
		strbuf_addch(out, '{');
		add_tex(out, value_get(author, FIELD_AUTHOR_LITERAL));
		strbuf_addch(out, '}');
		return;
	}
	add_name(out, family);
	if (given != NULL) {
		strbuf_addstr(out, ", ");
		add_name(out, given);
	}
}

static void
authors(struct strbuf *out, const struct reference *ref)
{
	const char *sep = "  author = {";

	for (const struct value *v = ref->authors; v != NULL;
	     v = value_next(v)) {
		if (value_get(v, FIELD_AUTHOR_FAMILY) == NULL &&
		    value_get(v, FIELD_AUTHOR_LITERAL) == NULL)
			continue;
		strbuf_addstr(out, sep);
		sep = " and ";
		add_author(out, v);
	}
	if (*sep == ' ' && sep[1] == 'a')
		strbuf_addstr(out, "},\n");
	field_whole(out, "author", ref->by);
}

static void
keywords(struct strbuf *out, const struct record *rec)
{
	const char *sep = "  keywords = {";
	struct subject subject = { 0 };
	const char *word;

	while ((word = subject_next(rec, &subject)) != NULL) {
		strbuf_addstr(out, sep);
		add_tex(out, word);
		sep = "; ";
	}
	if (*sep == ';')
		strbuf_addstr(out, "},\n");
}

static void
pages(struct strbuf *out, const struct reference *ref)
{
	struct strbuf first, last;

	strbuf_init(&first, 4096);
	strbuf_init(&last, 4096);
	reference_pages(ref, &first, &last);
	if (first.len != 0) {
		strbuf_addstr(out, "  pages = {");
		add_tex(out, first.buf);
		if (last.len != 0) {
			strbuf_addstr(out, "--");
			add_tex(out, last.buf);
		}
		strbuf_addstr(out, "},\n");
	}
	strbuf_release(&last);
	strbuf_release(&first);
}

static void
identifiers(struct strbuf *out, const struct reference *ref)
{
	field_plain(out, "doi", ref->doi);
	field_plain(out, "pmid", ref->pmid);
	field_plain(out, "pmcid", ref->pmcid);
	field_plain(out, "isbn", ref->isbn);
	field_plain(out, "url", reference_url(ref));
}

void
export_bibtex(const struct record *rec, const char *base,
    struct strbuf *ret_out)
{
	struct reference ref;
	const char *type;
	bool is_article, is_report;

	reference_read(rec, base, &ref);
	type = reference_type(&ref, types, ARRAY_LEN(types), "misc");
	is_article = strcmp(type, "article") == 0;
	is_report = strcmp(type, "techreport") == 0;
	strbuf_addf(ret_out, "@%s{%s,\n", type, ref.key);
	field_whole(ret_out, "title", ref.title);
	authors(ret_out, &ref);
	field(ret_out, "year", ref.year);
	field(ret_out, "date", ref.date);
	field(ret_out, is_article ? "journal" : "howpublished", ref.container);
	field(ret_out, "volume", ref.volume);
	field(ret_out, "number", ref.issue);
	pages(ret_out, &ref);
	field(ret_out,
	    is_report                        ? "institution"
	    : strcmp(type, "phdthesis") == 0 ? "school"
					     : "publisher",
	    ref.publisher);
	field(ret_out, "address", ref.place);
	identifiers(ret_out, &ref);
	field(ret_out, "abstract", ref.abstract);
	field(ret_out, "note", ref.note);
	field(ret_out, "type", ref.is_work ? ref.type : ref.genre);
	field(ret_out, "studydesign", reference_code(rec, FIELD_DESIGN));
	keywords(ret_out, rec);
	field(ret_out, "language", rec->lang);
	strbuf_addstr(ret_out, "}\n\n");
}
