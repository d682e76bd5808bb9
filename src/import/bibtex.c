/*
 * bibtex: entries of a BibTeX or biblatex file -> citations. Names are
 * split while they are still TeX, because a brace there means "this comma
 * or this and is part of a name".
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/bibtex_lex.h"
#include "import/citation.h"

/* Where the text at p that starts with "{" ends, when that is at end. */
static bool
is_one_group(const char *p, const char *end)
{
	int64_t depth = 0;

	if (p == end || *p != '{')
		return false;
	for (; p < end; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '{')
			depth++;
		else if (*p == '}' && --depth == 0)
			return p + 1 == end;
	}
	return false;
}

/* Next c at depth 0, or end. */
static const char *
find_plain(const char *p, const char *end, char c)
{
	int64_t depth = 0;

	for (; p < end; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '{')
			depth++;
		else if (*p == '}')
			depth--;
		else if (*p == c && depth <= 0)
			return p;
	}
	return end;
}

/* Start of the family name in "Ludwig van Beethoven". */
static const char *
family_start(const char *p, const char *end)
{
	const char *last = p, *von = NULL;
	const char *word = p;

	while (word < end) {
		const char *stop = find_plain(word, end, ' ');

		if (stop > word) {
			last = word;
			if (islower((unsigned char)*word) && word > p) {
				if (von == NULL)
					von = word;
			}
		}
		word = stop < end ? stop + 1 : end;
	}
	return von != NULL ? von : last;
}

static void
add_name(struct arena *arena, struct citation *c, const char *p,
    const char *end)
{
	struct citation_author *a;
	const char *comma, *second;

	while (p < end && isspace((unsigned char)*p))
		p++;
	while (end > p && isspace((unsigned char)end[-1]))
		end--;
	if (p == end || (end - p == 6 && strncasecmp(p, "others", 6) == 0))
		return;
	if (c->n_authors == CITATION_AUTHORS_MAX) {
		c->broken = "more authors than a record holds: name the group";
		return;
	}
	a = &c->authors[c->n_authors++];
	memset(a, 0, sizeof(*a));
	if (is_one_group(p, end)) {
		a->literal = tex_text(arena, p, (size_t)(end - p));
		return;
	}
	comma = find_plain(p, end, ',');
	if (comma == end) {
		const char *family = family_start(p, end);
		const char *whole = arena_strndup(arena, p, (size_t)(end - p));
		const char *initials = citation_initials(whole);

		if (initials != NULL) {
			a->family = tex_text(arena, whole,
			    (size_t)(initials - 1 - whole));
			a->given = initials;
			return;
		}
		a->family = tex_text(arena, family, (size_t)(end - family));
		a->given = tex_text(arena, p, (size_t)(family - p));
		return;
	}
	a->family = tex_text(arena, p, (size_t)(comma - p));
	second = find_plain(comma + 1, end, ',');
	if (second == end) {
		a->given = tex_text(arena, comma + 1,
		    (size_t)(end - comma - 1));
		return;
	}
	/* "Family, Jr, Given" */
	a->given = tex_text(arena, second + 1, (size_t)(end - second - 1));
	if (a->given != NULL)
		a->given = arena_printf(arena, "%s %.*s", a->given,
		    (int)(second - comma - 1), comma + 1);
}

static bool
is_and(const char *p, const char *start, const char *end)
{
	return p > start && isspace((unsigned char)p[-1]) && end - p > 3 &&
	       strncasecmp(p, "and", 3) == 0 && isspace((unsigned char)p[3]);
}

static void
add_names(struct arena *arena, struct citation *c, const char *text)
{
	const char *start = text, *end = text + strlen(text);
	int64_t depth = 0;

	for (const char *p = text; p < end; p++) {
		if (*p == '\\' && p + 1 < end) {
			p++;
		} else if (*p == '{') {
			depth++;
		} else if (*p == '}') {
			depth--;
		} else if (depth <= 0 && is_and(p, text, end)) {
			add_name(arena, c, start, p);
			start = p + 3;
			p += 3;
		}
	}
	add_name(arena, c, start, end);
}

static const char *
kind_of(const char *type)
{
	static const char *const kinds[][2] = {
		{ "article", "JOUR" },
		{ "techreport", "RPRT" },
		{ "report", "RPRT" },
		{ "book", "BOOK" },
		{ "phdthesis", "THES" },
		{ "mastersthesis", "THES" },
		{ "thesis", "THES" },
		{ "dataset", "DATA" },
		{ "inproceedings", "CONF" },
		{ "incollection", "CHAP" },
		{ "online", "ELEC" },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i][0], type) == 0)
			return kinds[i][1];
	}
	return "GEN";
}

struct names {
	size_t offset;
	const char *names[5];
};

#define AT(member) offsetof(struct citation, member)

static const struct names texts[] = {
	{ AT(title), { "title" } },
	{ AT(container), { "journal", "journaltitle", "booktitle",
			     "howpublished", "series" } },
	{ AT(year), { "year" } },
	{ AT(date), { "date" } },
	{ AT(volume), { "volume" } },
	{ AT(issue), { "number", "issue" } },
	{ AT(publisher),
	    { "publisher", "institution", "school", "organization" } },
	{ AT(place), { "address", "location" } },
	{ AT(doi), { "doi" } },
	{ AT(pmid), { "pmid" } },
	{ AT(pmcid), { "pmcid", "pmc" } },
	{ AT(isbn), { "isbn" } },
	{ AT(abstract), { "abstract" } },
	{ AT(note), { "note" } },
	{ AT(lang), { "language", "langid" } },
};

static const char *
get_text(struct arena *arena, const struct bibtex_entry *entry,
    const char *name)
{
	const char *raw = bibtex_get(entry, name);

	return raw != NULL ? tex_text(arena, raw, strlen(raw)) : NULL;
}

/* "265--276" and its kin as RIS would have it: "265-276". */
static const char *
pages(struct arena *arena, const struct bibtex_entry *entry)
{
	const char *text = get_text(arena, entry, "pages");
	struct strbuf sb;

	if (text == NULL)
		return NULL;
	strbuf_init(&sb, 4096);
	for (const char *p = text; *p != '\0';) {
		if (strncmp(p, "\xe2\x80\x93", 3) == 0 ||
		    strncmp(p, "\xe2\x80\x94", 3) == 0) {
			strbuf_addch(&sb, '-');
			p += 3;
		} else {
			strbuf_addch(&sb, *p++);
		}
	}
	text = arena_strndup(arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return text;
}

/* An address is read as it stands but for what TeX made others escape. */
static const char *
plain(struct arena *arena, const char *raw)
{
	char *text = arena_strdup(arena, raw), *to = text;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0' && strchr("_&%#~{}", p[1]))
			continue;
		if (*p != '{' && *p != '}')
			*to++ = *p;
	}
	*to = '\0';
	return text;
}

static void
addresses(struct arena *arena, const struct bibtex_entry *entry,
    struct citation *c)
{
	const char *url = bibtex_get(entry, "url");
	const char *eprint = bibtex_get(entry, "eprint");
	const char *archive = bibtex_get(entry, "archiveprefix");

	if (url != NULL)
		citation_url(arena, c, plain(arena, url));
	if (archive == NULL)
		archive = bibtex_get(entry, "eprinttype");
	if (eprint != NULL && archive != NULL &&
	    strcasecmp(archive, "arxiv") == 0) {
		if (c->url == NULL)
			c->url = arena_printf(arena, "https://arxiv.org/abs/%s",
			    plain(arena, eprint));
		if (c->container == NULL)
			c->container = "arXiv";
	}
	if (c->container != NULL && strncmp(c->container, "http", 4) == 0) {
		citation_url(arena, c, c->container);
		c->container = NULL;
	}
}

static void
read_citation(struct arena *arena, const struct bibtex_entry *entry,
    struct citation *c)
{
	const char *genre = get_text(arena, entry, "type");
	const char *design = get_text(arena, entry, "studydesign");
	const char *month = get_text(arena, entry, "month");
	const char *words = get_text(arena, entry, "keywords");
	const char *author = bibtex_get(entry, "author");

	memset(c, 0, sizeof(*c));
	c->line = entry->line;
	c->broken = entry->broken;
	c->key = entry->key;
	c->kind = kind_of(entry->type);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char **slot = (const char **)(void *)((char *)c +
							    texts[i].offset);

		for (size_t n = 0; n < ARRAY_LEN(texts[i].names) &&
				   texts[i].names[n] != NULL && *slot == NULL;
		     n++)
			*slot = get_text(arena, entry, texts[i].names[n]);
	}
	if (bibtex_get(entry, "doi") != NULL)
		c->doi = plain(arena, bibtex_get(entry, "doi"));
	c->pages = pages(arena, entry);
	if (c->date == NULL && c->year != NULL && month != NULL &&
	    strlen(month) <= 2 && isdigit((unsigned char)*month))
		c->date = arena_printf(arena, "%s-%02ld", c->year,
		    strtol(month, NULL, 10));
	c->genre = genre;
	if (design != NULL)
		c->genre = arena_printf(arena, "%s;%s",
		    genre != NULL ? genre : "", design);
	addresses(arena, entry, c);
	if (author != NULL)
		add_names(arena, c, author);
	if (words != NULL)
		citation_keywords(arena, c, words, ",;");
}

int
bibtex_read(const char *data, size_t len, citation_cb callback, void *ctx,
    struct err *err)
{
	struct bibtex_lexer *l = xcalloc(1, sizeof(*l));
	struct bibtex_entry *entry = xcalloc(1, sizeof(*entry));
	struct citation *c = xcalloc(1, sizeof(*c));
	int ret = 0;

	l->p = data;
	l->end = data + len;
	l->line = 1;
	l->arena = arena_new();
	l->keep = arena_new();
	while (ret == 0 && bibtex_next(l, entry)) {
		read_citation(l->arena, entry, c);
		ret = callback(ctx, c, err);
	}
	arena_free(l->keep);
	arena_free(l->arena);
	free(c);
	free(entry);
	free(l);
	return ret;
}

static int
on_citation(void *arg, struct citation *c, struct err *err)
{
	struct import_ctx *ctx = arg;

	row_begin(ctx, c->line);
	return citation_row(ctx, c, err);
}

int
bibtex_run(struct import_ctx *ctx, const struct strbuf *data, struct err *err)
{
	if (bibtex_read(data->buf, data->len, on_citation, ctx, err) == -1)
		return -1;
	if (ctx->report->rows == 0)
		return err_set(err, ERR_FORMAT,
		    "no BibTeX entry in it: each starts like @article{key,");
	return 0;
}
