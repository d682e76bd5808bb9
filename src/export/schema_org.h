/*
 * schema_org: small parts of JSON-LD; inside this room only.
 */
#ifndef EXPORT_SCHEMA_ORG_H
#define EXPORT_SCHEMA_ORG_H

#include "export/export.h"
#include "export/reference.h"

/* A thing of which only the name is known; key NULL: in an array. */
void ld_named(struct json_writer *w, const char *key, const char *type,
    const char *name);
void ld_country(struct json_writer *w, const char *key, const char *code);
/* All values of a field as an array. */
void ld_strings(struct json_writer *w, const char *key,
    const struct record *rec, enum field_id id);
/* Nothing for what is no http(s) address: programs follow these. */
void ld_url(struct json_writer *w, const char *key, const char *url);
/* Members of a programme. */
void ld_service(struct json_writer *w, const struct reference *ref,
    const char *base);

#endif
