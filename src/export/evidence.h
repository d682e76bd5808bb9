/*
 * evidence: what RIS and BibTeX both need to know of an evidence record;
 * inside this room only.
 */
#ifndef EXPORT_EVIDENCE_H
#define EXPORT_EVIDENCE_H

#include "record/record.h"

/* Value of the first identifier of this scheme, or NULL. */
const char *evidence_identifier(const struct record *rec, const char *scheme);
/* The key it had where it came from when that is a plain word, else its
 * UUID; in buf. */
#define EVIDENCE_KEY_MAX 80
void evidence_key(const struct record *rec, char buf[EVIDENCE_KEY_MAX]);
/* Code of the field; NULL when absent or not-stated. */
const char *evidence_code(const struct record *rec, enum field_id id);

#endif
