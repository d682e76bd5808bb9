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

/*
 * What follows takes records of all kinds. `base` is the address of the node
 * ("https://ca.example/"), from which the record's own page follows; NULL:
 * no such address. Small texts go to the arena of the record.
 */

/* For reference managers: RIS (CRLF), BibTeX, one item of CSL-JSON. What is
 * no study is cited as a page of whoever stands behind it. */
void export_ris(const struct record *rec, const char *base,
    struct strbuf *ret_out);
void export_bibtex(const struct record *rec, const char *base,
    struct strbuf *ret_out);
void export_csl(struct json_writer *w, const struct record *rec,
    const char *base);
/* The same as one line of plain text, in the language of the record. */
void export_apa(const struct record *rec, const char *base,
    struct strbuf *ret_out);
void export_vancouver(const struct record *rec, const char *base,
    struct strbuf *ret_out);
/* The title of <span class="Z3988">, not escaped for HTML; nothing for what
 * is no evidence. */
void export_coins(const struct record *rec, const char *base,
    struct strbuf *ret_out);
/* An object of schema.org's JSON-LD; safe inside HTML as it is. */
void export_schema_org(struct json_writer *w, const struct record *rec,
    const char *base);
/*
 * For spreadsheets: the line of names (behind a byte order mark), and a line
 * for a record with its title and summary as a reader of `lang` likes them
 * (NULL: the record's own language).
 */
void export_csv_header(struct strbuf *ret_out);
void export_csv(const struct record *rec, const char *base, const char *lang,
    struct strbuf *ret_out);

#endif
