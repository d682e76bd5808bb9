/* Inside record/ only: what validate.c, check.c and rules.c share. */
#ifndef RECORD_CHECK_H
#define RECORD_CHECK_H

#include "record/record.h"

#define NOT_STATED "not-stated" /* a source said nothing */

#define CHECK_PATH_MAX 96

struct check {
	const struct record *rec;
	struct problems *problems;
	struct arena *arena; /* scratch */
	size_t bytes;
	size_t values;
};

/*
 * Path of a value: "site[2].lat", counted from 1; the number is left out
 * where the field can not repeat. parent_path is "" for the root.
 */
void check_path(const struct check *check, const char *parent_path,
    const struct value *value, size_t number, char ret_path[CHECK_PATH_MAX]);

/* One scalar against its type, vocabulary and length. */
void check_scalar(struct check *check, const struct value *value,
    const char *path);
/* 1 for a well-formed BCP 47 tag as far as this program needs it. */
int valid_lang(const char *lang);

/* One group being checked: what a rule is handed. */
struct group {
	struct check *check;
	const struct value *value;
	const char *path;
};

/* Report a field of the group (or the group itself) with its value. */
void rule_wrong(const struct group *g, enum field_id id, const char *text);
void rule_warn(const struct group *g, enum field_id id, const char *text);
const char *rule_get(const struct group *g, enum field_id id);
/* A schedule, whether of the programme or of a site. */
void check_schedule(const struct group *g, enum field_id rrule,
    enum field_id start, enum field_id end, enum field_id zone);

/* The rules across the fields of one group (or of the root). */
void check_rules(struct check *check, const struct value *group,
    const char *path);

#endif
