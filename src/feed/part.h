/* Inside feed/ only: pieces that several files share. */
#ifndef FEED_PART_H
#define FEED_PART_H

#include "feed/feed.h"
#include "xml/xml.h"

#define XML_LANG_NS "http://www.w3.org/XML/1998/namespace"
#define HEAD_END    "</head>"

/* Decimal digits, no sign, no leading zero, at most max. 0 or -1. */
int feed_number(const char *text, uint64_t max, uint64_t *ret_value);
/* 1 for 64 lower-case hex digits / for 0 to FEED_PREFIX_MAX of '0', '1'. */
int feed_valid_hash(const char *text);
int feed_valid_prefix(const char *text);

/* Values of exactly these attributes, none of them in a namespace. */
int feed_take_attrs(const char *element, const struct xml_attr *attrs,
    size_t n_attrs, const char *const *names, size_t n_names,
    const char **ret_values, struct err *err) MUST_CHECK;
int feed_take_number(const char *element, const char *name, const char *text,
    uint64_t max, uint64_t *ret_value, struct err *err) MUST_CHECK;
int feed_take_text(const char *element, const char *name, const char *text,
    char *ret_text, size_t size, struct err *err) MUST_CHECK;
/* Canonical form must give back the same bytes (section 5). */
int feed_check_canonical(const char *data, size_t len,
    struct err *err) MUST_CHECK;

/* Numbers, names and hashes of a head; refs too. */
int feed_head_check(const struct feed_head *head, struct err *err) MUST_CHECK;
void feed_refs_write(struct xml_writer *w, const struct feed_ref *refs,
    size_t n);

/* feed_entry_read() of the element that xml_reader_element() found: these
 * very bytes. */
int feed_entry_parse(struct xml_reader *reader, struct arena *arena,
    const char *data, size_t len, struct record **ret_rec,
    struct err *err) MUST_CHECK;

/* The id of an entry, by position: it opens with its start tag and <id>. */
int feed_entry_id(const char *data, size_t len, char ret_id[RECORD_ID_MAX],
    struct err *err) MUST_CHECK;
/* A record id of node that comes after `last`. ERR_FORMAT. */
int feed_id_check(const char *id, const char *node, const char *last,
    struct err *err) MUST_CHECK;
/* Entries from pos to end, one behind the other, taken apart without parsing;
 * prefiltered bytes. ERR_FORMAT, ERR_LIMIT. */
int feed_entries_split(struct arena *arena, const char *data, size_t end,
    size_t pos, const char *node, struct feed_entry **ret_entries,
    size_t *ret_n, struct err *err) MUST_CHECK;

#endif
