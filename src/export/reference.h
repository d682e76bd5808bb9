/*
 * reference: what every format of citations asks of a record, in one place;
 * inside this room only.
 */
#ifndef EXPORT_REFERENCE_H
#define EXPORT_REFERENCE_H

#include "record/record.h"

#define REFERENCE_KEY_MAX 80

struct reference {
	const struct record *rec;
	bool is_work;      /* evidence: published, with authors */
	const char *title; /* never NULL */
	const char *type;  /* of evidence; NULL when not stated */
	const char *genre; /* of anything else: "Programme", "Toolkit" */
	const struct value *authors; /* the first, or NULL */
	/* Who stands in the place of authors: an organisation, or NULL. */
	const char *by;
	const char *year, *date;
	const char *container, *volume, *issue, *pages;
	const char *publisher, *place;
	/* In canonical form; NULL when there is none. */
	const char *doi, *pmid, *pmcid, *isbn;
	const char *url;  /* where the thing itself is, or NULL */
	const char *page; /* where this record is, or NULL */
	const char *abstract;
	const char *note; /* what it found or is, in plain words */
	char key[REFERENCE_KEY_MAX];
};

/* `base` is the node's address, NULL: no page. Small texts go to the arena
 * of the record. */
void reference_read(const struct record *rec, const char *base,
    struct reference *ret_ref);
/* The one address to give: of the work, or of its record when there is no
 * other way to it. May be NULL. */
const char *reference_url(const struct reference *ref);
/* Code of the field; NULL when absent or not-stated. */
const char *reference_code(const struct record *rec, enum field_id id);
/* "journal", "report", ...: what a format calls a type of evidence. */
struct reference_type {
	const char *code;
	const char *name;
};
const char *reference_type(const struct reference *ref,
    const struct reference_type *table, size_t n, const char *other);
/* First and last page of "1-9", "1–9"; ret_last "" for a single one. */
void reference_pages(const struct reference *ref, struct strbuf *ret_first,
    struct strbuf *ret_last);

/* One line of text: whatever could end a line becomes a space. */
void line_add(struct strbuf *out, const char *text);
/* The values of subjects (zone, need, term), one at a time: start with
 * *state 0; NULL at the end. */
struct subject {
	unsigned field;
	const struct value *value;
};
const char *subject_next(const struct record *rec, struct subject *state);

#endif
