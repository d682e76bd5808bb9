/*
 * hsds: the parts of the HSDS reader; between its files only.
 */
#ifndef IMPORT_HSDS_H
#define IMPORT_HSDS_H

#include "import/run.h"

/* Member as text in the row's arena (strings, numbers), or NULL. */
const char *hsds_text(struct import_ctx *ctx, const struct json *json,
    const char *key);
/* Elements of an array member to walk: capped, with a problem past it. */
size_t hsds_list(struct import_ctx *ctx, const struct json *json,
    const char *key, const struct json **ret_list);
/* First ten characters when they are a date, or NULL. */
const char *hsds_date(struct import_ctx *ctx, const char *text);
/* Country of any address of the service, or NULL. */
const char *hsds_country(struct import_ctx *ctx, const struct json *service);

/* hsds_place.c: sites, schedules, attendance, accessibility. */
void hsds_site(struct import_ctx *ctx, struct record *rec,
    const struct json *at);
void hsds_sites(struct import_ctx *ctx, struct record *rec,
    const struct json *service);
void hsds_schedules(struct import_ctx *ctx, struct record *rec,
    struct value *site, const struct json *owner);
const char *hsds_address(struct import_ctx *ctx, const struct json *location);

/* hsds_people.c: who gets in and how, cost, contacts. */
void hsds_access(struct import_ctx *ctx, struct record *rec,
    const struct json *service);
void hsds_audience(struct import_ctx *ctx, struct record *rec,
    const struct json *service);
void hsds_cost(struct import_ctx *ctx, struct record *rec,
    const struct json *service);
void hsds_contacts(struct import_ctx *ctx, struct record *rec,
    const struct json *service);

/* hsds_organisation.c */
void hsds_organisation(struct import_ctx *ctx, struct record *rec,
    const struct json *service, const struct json *organisation);
int hsds_organisation_row(struct import_ctx *ctx, const struct json *json,
    struct err *err) MUST_CHECK;

#endif
