/*
 * citation: a record as one line to copy, in the styles of APA 7 and
 * Vancouver; plain text, in the language of the record. Neighbours: names.c
 * has the authors, coins.c the same for programs.
 */
#include "export/export.h"

#include <string.h>

#include "export/names.h"

#define LINE_BYTES 16384

static const struct reference_type apa_types[] = {
	{ "thesis", "Thesis" },
	{ "preprint", "Preprint" },
	{ "dataset", "Data set" },
	{ "protocol", "Protocol" },
	{ "commentary", "Commentary" },
};
static const struct reference_type vancouver_types[] = {
	{ "thesis", "thesis" },
	{ "preprint", "preprint" },
	{ "dataset", "dataset" },
};

static bool
ends_sentence(const struct strbuf *line)
{
	static const char *const wide[] = { "\xe3\x80\x82" /* ideographic */,
		"\xef\xbc\x9f", "\xef\xbc\x81", "\xd8\x9f" /* Arabic ? */ };

	if (line->len == 0)
		return true;
	if (strchr(".?!", line->buf[line->len - 1]) != NULL)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
		size_t len = strlen(wide[i]);

		if (line->len >= len &&
		    memcmp(line->buf + line->len - len, wide[i], len) == 0)
			return true;
	}
	return false;
}

static void
end_sentence(struct strbuf *line)
{
	if (!ends_sentence(line))
		strbuf_addch(line, '.');
}

/* A blank between what is there and what follows. */
static void
gap(struct strbuf *line)
{
	if (line->len != 0)
		strbuf_addch(line, ' ');
}

static void
add_pages(const struct reference *ref, const char *before, const char *dash,
    struct strbuf *line)
{
	struct strbuf first, last;

	strbuf_init(&first, 4096);
	strbuf_init(&last, 4096);
	reference_pages(ref, &first, &last);
	if (first.len != 0) {
		strbuf_addstr(line, before);
		strbuf_addstr(line, first.buf);
		if (last.len != 0) {
			strbuf_addstr(line, dash);
			strbuf_addstr(line, last.buf);
		}
	}
	strbuf_release(&last);
	strbuf_release(&first);
}

/* An address is never followed by a full stop: it would be copied. */
static void
add_address(const struct reference *ref, const char *before,
    struct strbuf *line)
{
	if (ref->doi != NULL) {
		gap(line);
		strbuf_addstr(line, "https://doi.org/");
		line_add(line, ref->doi);
	} else if (ref->url != NULL || ref->page != NULL) {
		gap(line);
		strbuf_addstr(line, before);
		line_add(line, ref->url != NULL ? ref->url : ref->page);
	}
}

/* ---- APA ---- */

/* "Title [Thesis, University of X]." */
static void
apa_title(const struct reference *ref, struct strbuf *line)
{
	const char *genre = ref->is_work ? reference_type(ref, apa_types,
					       ARRAY_LEN(apa_types), NULL)
					 : ref->genre;
	bool is_thesis = ref->type != NULL && strcmp(ref->type, "thesis") == 0;

	/* In a journal its type is plain from the journal. */
	if (ref->container != NULL && ref->type != NULL &&
	    strcmp(ref->type, "preprint") != 0)
		genre = NULL;
	line_add(line, ref->title);
	if (genre == NULL)
		return;
	strbuf_addstr(line, " [");
	strbuf_addstr(line, genre);
	if (is_thesis && ref->publisher != NULL) {
		strbuf_addstr(line, ", ");
		line_add(line, ref->publisher);
	}
	strbuf_addch(line, ']');
}

static void
apa_where(const struct reference *ref, struct strbuf *line)
{
	bool is_thesis = ref->type != NULL && strcmp(ref->type, "thesis") == 0;

	if (ref->container != NULL) {
		gap(line);
		line_add(line, ref->container);
		if (ref->volume != NULL || ref->issue != NULL)
			strbuf_addstr(line, ", ");
		line_add(line, ref->volume);
		if (ref->issue != NULL) {
			strbuf_addch(line, '(');
			line_add(line, ref->issue);
			strbuf_addch(line, ')');
		}
		add_pages(ref, ", ", "\xe2\x80\x93", line);
		end_sentence(line);
	} else if (ref->publisher != NULL && !is_thesis) {
		gap(line);
		line_add(line, ref->publisher);
		end_sentence(line);
	}
}

/* Hand the line over, at most LINE_BYTES of it. */
static void
put_line(struct strbuf *line, struct strbuf *ret_out)
{
	strbuf_add(ret_out, line->len != 0 ? line->buf : "",
	    line->overflow ? utf8_floor(line->buf, line->len) : line->len);
	strbuf_release(line);
}

void
export_apa(const struct record *rec, const char *base, struct strbuf *ret_out)
{
	struct reference ref;
	struct strbuf line;

	reference_read(rec, base, &ref);
	strbuf_init(&line, LINE_BYTES);
	names_apa(&ref, &line);
	/* Without anybody the title stands in front of the year. */
	if (line.len == 0) {
		apa_title(&ref, &line);
		end_sentence(&line);
		gap(&line);
		strbuf_addf(&line, "(%s).",
		    ref.year != NULL ? ref.year : "n.d.");
	} else {
		end_sentence(&line);
		strbuf_addf(&line, " (%s). ",
		    ref.year != NULL ? ref.year : "n.d.");
		apa_title(&ref, &line);
		end_sentence(&line);
	}
	apa_where(&ref, &line);
	add_address(&ref, "", &line);
	put_line(&line, ret_out);
}

/* ---- Vancouver ---- */

static void
vancouver_title(const struct reference *ref, struct strbuf *line)
{
	const char *type = reference_type(ref, vancouver_types,
	    ARRAY_LEN(vancouver_types), NULL);

	line_add(line, ref->title);
	if (ref->is_work ? type != NULL : ref->genre != NULL) {
		strbuf_addstr(line, " [");
		if (ref->is_work)
			strbuf_addstr(line, type);
		else
			utf8_fold(ref->genre, strlen(ref->genre), line);
		strbuf_addch(line, ']');
	}
	end_sentence(line);
}

static void
vancouver_where(const struct reference *ref, struct strbuf *line)
{
	const char *year = ref->year;

	if (ref->container != NULL) {
		gap(line);
		line_add(line, ref->container);
		end_sentence(line);
		strbuf_addf(line, " %s",
		    year != NULL ? year : "[date unknown]");
		if (ref->volume != NULL || ref->issue != NULL)
			strbuf_addch(line, ';');
		line_add(line, ref->volume);
		if (ref->issue != NULL) {
			strbuf_addch(line, '(');
			line_add(line, ref->issue);
			strbuf_addch(line, ')');
		}
		add_pages(ref, ":", "-", line);
	} else if (ref->publisher != NULL) {
		gap(line);
		if (ref->place != NULL) {
			line_add(line, ref->place);
			strbuf_addstr(line, ": ");
		}
		line_add(line, ref->publisher);
		strbuf_addf(line, "; %s",
		    year != NULL ? year : "[date unknown]");
	} else
		strbuf_addf(line, " %s",
		    year != NULL ? year : "[date unknown]");
	end_sentence(line);
}

void
export_vancouver(const struct record *rec, const char *base,
    struct strbuf *ret_out)
{
	struct reference ref;
	struct strbuf line;

	reference_read(rec, base, &ref);
	strbuf_init(&line, LINE_BYTES);
	names_vancouver(&ref, &line);
	end_sentence(&line);
	gap(&line);
	vancouver_title(&ref, &line);
	vancouver_where(&ref, &line);
	add_address(&ref, "Available from: ", &line);
	put_line(&line, ret_out);
}
