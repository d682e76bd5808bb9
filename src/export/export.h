/*
 * export: records -> other people's formats.
 */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "base/base.h"
#include "json/json.h"
#include "record/record.h"

/*
 * A record in our own JSON form: {"id","kind","node","lang","published",
 * "first_published","modified", fields...}. TEXT with one language that is
 * the record's is a string, else {"en": "...", "fr": "..."}; fields that may
 * repeat are always arrays; numbers stay as written. A translation that
 * tells how it was made is {"text", "made", "of"}. Reads back by
 * import_record_json() to an equal record; only "unknown" (elements of a
 * later version, as XML) is for reading and never taken back in.
 */
void export_record_json(struct json_writer *w, const struct record *rec);
/* The same as an open object's members, so that a caller can add its own. */
void export_record_members(struct json_writer *w, const struct record *rec);

/* RIS (CRLF) and BibTeX of one evidence record; nothing for other kinds. */
void export_ris(const struct record *rec, struct strbuf *ret_out);
void export_bibtex(const struct record *rec, struct strbuf *ret_out);

#endif
