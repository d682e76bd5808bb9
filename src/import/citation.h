/*
 * citation: one bibliographic reference, whatever it was written in; what
 * RIS, BibTeX and CSL-JSON have in common. Inside this room only.
 *
 * The readers (ris_read, bibtex_read) are pure: bytes in, citations out by
 * a callback; all of a citation's memory is the reader's and goes when the
 * callback returns.
 */
#ifndef IMPORT_CITATION_H
#define IMPORT_CITATION_H

#include "import/run.h"

#define CITATION_AUTHORS_MAX  900 /* a record holds 2,000 values */
#define CITATION_KEYWORDS_MAX 200

struct citation_author {
	const char *family;
	const char *given;
	const char *literal;
	const char *orcid;
};

struct citation {
	int64_t line;
	const char *broken; /* what is wrong with its form, or NULL */
	const char *key;
	const char *kind; /* TY of RIS: "JOUR", "GEN" ... */
	const char *genre;
	const char *title;
	const char *container;
	const char *year;
	const char *date;
	const char *volume;
	const char *issue;
	const char *pages;
	const char *publisher;
	const char *place;
	const char *doi;
	const char *pmid;
	const char *pmcid;
	const char *isbn;
	const char *url;
	const char *abstract;
	const char *note;
	const char *lang;
	struct citation_author authors[CITATION_AUTHORS_MAX];
	size_t n_authors;
	const char *keywords[CITATION_KEYWORDS_MAX];
	size_t n_keywords;
};

typedef int (
    *citation_cb)(void *ctx, struct citation *citation, struct err *err);

int ris_read(const char *data, size_t len, citation_cb callback, void *ctx,
    struct err *err) MUST_CHECK;
int bibtex_read(const char *data, size_t len, citation_cb callback, void *ctx,
    struct err *err) MUST_CHECK;

/* TeX as text: accents composed, braces and commands gone. */
const char *tex_text(struct arena *arena, const char *tex, size_t len);

/* "2023/05/01/", "2023-05", "2023" -> "2023-05-01" ...; NULL: none. */
const char *citation_date(struct arena *arena, const char *text);
/* An address that is an identifier in disguise goes to its own place. */
void citation_url(struct arena *arena, struct citation *c, const char *url);
void citation_keywords(struct arena *arena, struct citation *c,
    const char *text, const char *separators);
/* Where the initials of "Muhl C" start, as PubMed writes names; or NULL. */
const char *citation_initials(const char *text);
/* "Family, Given", "Family GN" or a group's name. */
void citation_name(struct arena *arena, struct citation *c, const char *text);

/* row_begin() was called. The citation as a record, to row_save(). */
int citation_row(struct import_ctx *ctx, struct citation *c,
    struct err *err) MUST_CHECK;

#endif
