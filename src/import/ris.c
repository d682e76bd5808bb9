/*
 * ris: references in RIS, as the common tools write it and as they do not
 * (design: mappings.md, "RIS import facts"): AN is a PMID, C2 a PMCID with
 * or without its letters, addresses of PubMed are PMIDs too.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/citation.h"

struct ris {
	const char *p;
	const char *end;
	int64_t line; /* of the line just read */
	int64_t next_line;
};

struct ris_line {
	const char *text;
	size_t len;
};

static bool
next_line(struct ris *r, struct ris_line *ret_line)
{
	const char *start = r->p;

	if (r->p == r->end)
		return false;
	while (r->p < r->end && *r->p != '\n' && *r->p != '\r')
		r->p++;
	ret_line->text = start;
	ret_line->len = (size_t)(r->p - start);
	if (r->p < r->end && *r->p == '\r')
		r->p++;
	if (r->p < r->end && *r->p == '\n')
		r->p++;
	r->line = r->next_line++;
	return true;
}

/* "TY  - text": the offset of its text, 0 when it is no tag line. */
static size_t
tag_len(const struct ris_line *line)
{
	const char *t = line->text;
	size_t i = 2;

	if (line->len < 4 || !isupper((unsigned char)t[0]) ||
	    !(isupper((unsigned char)t[1]) || isdigit((unsigned char)t[1])) ||
	    t[2] != ' ')
		return 0;
	while (i < line->len && t[i] == ' ')
		i++;
	if (i > 4 || i == line->len || t[i] != '-')
		return 0;
	i++;
	if (i < line->len && t[i] != ' ')
		return 0;
	while (i < line->len && t[i] == ' ')
		i++;
	return i;
}

static void
first(const char **slot, const char *text)
{
	if (*slot == NULL)
		*slot = text;
}

static bool
all_digits(const char *text)
{
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* PMID, PMCID or a number of somebody's own, told apart by their form. */
static void
accession(struct citation *c, const char *tag, const char *text)
{
	const char *p = text;

	if (strncasecmp(p, "PMID", 4) == 0) {
		p += 4;
		p += strspn(p, ": ");
		if (all_digits(p))
			first(&c->pmid, p);
		return;
	}
	if (strncasecmp(p, "PMC", 3) == 0)
		first(&c->pmcid, p);
	else if (all_digits(p) && strcmp(tag, "AN") == 0)
		first(&c->pmid, p);
	else if (all_digits(p))
		first(&c->pmcid, p);
}

struct ris_tag {
	const char *tag;
	size_t offset; /* of a const char * in struct citation */
};

#define AT(member) offsetof(struct citation, member)

static const struct ris_tag simple_tags[] = {
	{ "TY", AT(kind) },
	{ "ID", AT(key) },
	{ "TI", AT(title) },
	{ "T1", AT(title) },
	{ "CT", AT(title) },
	{ "T2", AT(container) },
	{ "JO", AT(container) },
	{ "JF", AT(container) },
	{ "JA", AT(container) },
	{ "J2", AT(container) },
	{ "BT", AT(container) },
	{ "PY", AT(year) },
	{ "Y1", AT(year) },
	{ "DA", AT(date) },
	{ "VL", AT(volume) },
	{ "IS", AT(issue) },
	{ "CP", AT(issue) },
	{ "PB", AT(publisher) },
	{ "CY", AT(place) },
	{ "PP", AT(place) },
	{ "DO", AT(doi) },
	{ "AB", AT(abstract) },
	{ "N2", AT(abstract) },
	{ "N1", AT(note) },
	{ "LA", AT(lang) },
	{ "M3", AT(genre) },
};

static void
pages(struct arena *arena, struct citation *c, const char *tag,
    const char *text)
{
	if (strcmp(tag, "SP") == 0 || c->pages == NULL)
		c->pages = c->pages == NULL
			       ? text
			       : arena_printf(arena, "%s-%s", text, c->pages);
	else if (strchr(c->pages, '-') == NULL)
		c->pages = arena_printf(arena, "%s-%s", c->pages, text);
}

static void
take(struct arena *arena, struct citation *c, const char *tag, const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(simple_tags); i++) {
		if (strcmp(tag, simple_tags[i].tag) == 0) {
			first((const char **)(void *)((char *)c +
						      simple_tags[i].offset),
			    text);
			return;
		}
	}
	if (strcmp(tag, "AU") == 0 || strcmp(tag, "A1") == 0)
		citation_name(arena, c, text);
	else if (strcmp(tag, "SP") == 0 || strcmp(tag, "EP") == 0)
		pages(arena, c, tag, text);
	else if (strcmp(tag, "AN") == 0 || strcmp(tag, "C2") == 0)
		accession(c, tag, text);
	else if (strcmp(tag, "UR") == 0 || strcmp(tag, "L2") == 0 ||
		 strcmp(tag, "LK") == 0)
		citation_url(arena, c, text);
	else if (strcmp(tag, "KW") == 0)
		citation_keywords(arena, c, text, ";\n");
	else if (strcmp(tag, "SN") == 0 && strlen(text) >= 10 &&
		 (strncmp(text, "978", 3) == 0 || strncmp(text, "979", 3) == 0))
		first(&c->isbn, text);
}

struct value_text {
	char tag[3];
	struct strbuf text;
};

static void
flush(struct arena *arena, struct citation *c, struct value_text *v)
{
	const char *text;

	if (v->tag[0] != '\0' && v->text.len > 0) {
		text = text_clean(arena, v->text.buf, v->text.len, true);
		if (text != NULL)
			take(arena, c, v->tag, text);
	}
	v->tag[0] = '\0';
	strbuf_reset(&v->text);
}

struct reader {
	struct arena *arena;
	struct citation *c;
	struct value_text value;
	bool is_open;
	citation_cb callback;
	void *ctx;
};

static int
finish(struct reader *r, const char *broken, struct err *err)
{
	flush(r->arena, r->c, &r->value);
	r->is_open = false;
	if (broken != NULL)
		r->c->broken = broken;
	return r->callback(r->ctx, r->c, err);
}

static void
start(struct reader *r, int64_t line)
{
	arena_reset(r->arena);
	memset(r->c, 0, sizeof(*r->c));
	r->c->line = line;
	r->is_open = true;
}

static int
tag_line(struct reader *r, const struct ris *ris, const struct ris_line *line,
    size_t skip, struct err *err)
{
	char tag[3] = { line->text[0], line->text[1], '\0' };

	if (strcmp(tag, "TY") == 0) {
		if (r->is_open &&
		    finish(r, "ends without ER: add a line \"ER  - \"", err) ==
			-1)
			return -1;
		start(r, ris->line);
	}
	if (!r->is_open)
		return 0; /* between records, as some exporters note there */
	flush(r->arena, r->c, &r->value);
	if (strcmp(tag, "ER") == 0)
		return finish(r, NULL, err);
	memcpy(r->value.tag, tag, sizeof(tag));
	strbuf_add(&r->value.text, line->text + skip, line->len - skip);
	return 0;
}

int
ris_read(const char *data, size_t len, citation_cb callback, void *ctx,
    struct err *err)
{
	struct ris ris = { data, data + len, 0, 1 };
	struct reader r = { .callback = callback, .ctx = ctx };
	struct ris_line line;
	int ret = -1;

	r.arena = arena_new();
	r.c = xcalloc(1, sizeof(*r.c));
	strbuf_init(&r.value.text, IMPORT_ROW_MAX);
	while (next_line(&ris, &line)) {
		size_t skip = tag_len(&line);

		if (skip > 0) {
			if (tag_line(&r, &ris, &line, skip, err) == -1)
				goto out;
		} else if (r.is_open && r.value.tag[0] != '\0') {
			/* A long value goes on in the next line. */
			strbuf_addch(&r.value.text, '\n');
			strbuf_add(&r.value.text, line.text, line.len);
		}
	}
	if (r.is_open &&
	    finish(&r, "ends without ER: is the file cut off?", err) == -1)
		goto out;
	ret = 0;
out:
	strbuf_release(&r.value.text);
	free(r.c);
	arena_free(r.arena);
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
ris_run(struct import_ctx *ctx, const struct strbuf *data, struct err *err)
{
	if (ris_read(data->buf, data->len, on_citation, ctx, err) == -1)
		return -1;
	if (ctx->report->rows == 0)
		return err_set(err, ERR_FORMAT,
		    "no RIS record in it: each starts with a line \"TY  - \"");
	return 0;
}
