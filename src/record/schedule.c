/*
 * schedule: recurrence rules (RFC 5545), local times and IANA zones, as far
 * as a directory needs them to be right. Called by rules.c for a schedule of
 * a programme or of a site. Design: records.md, "programme".
 */
#include <string.h>

#include "record/check.h"

#define DIGITS   "0123456789"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static int
valid_local_time(const char *text)
{
	char date[11];
	size_t len = strlen(text);

	if ((len != 16 && len != 19) || text[10] != 'T' || text[13] != ':' ||
	    (len == 19 && text[16] != ':'))
		return 0;
	memcpy(date, text, 10);
	date[10] = '\0';
	if (!valid_date(date))
		return 0;
	for (size_t i = 11; i < len; i++) {
		if (i != 13 && i != 16 && (text[i] < '0' || text[i] > '9'))
			return 0;
	}
	return strncmp(text + 11, "24", 2) < 0 &&
	       strncmp(text + 14, "60", 2) < 0 &&
	       (len == 16 || strncmp(text + 17, "60", 2) < 0);
}

static int
valid_time_zone(const char *text)
{
	size_t n = strspn(text,
	    CAPITALS DIGITS "abcdefghijklmnopqrstuvwxyz_+-/");

	return text[n] == '\0' && n > 2 &&
	       (strcmp(text, "UTC") == 0 ||
		   (strchr(text, '/') != NULL && *text != '/' &&
		       text[n - 1] != '/'));
}

/* FREQ is there once and every part is NAME=VALUE. */
static int
valid_rrule(const char *text)
{
	static const char *const names[] = { "FREQ", "UNTIL", "COUNT",
		"INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY",
		"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS",
		"WKST" };
	int has_freq = 0;

	while (*text != '\0') {
		size_t n = strspn(text, CAPITALS), value;
		int known = 0;

		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			known = known || (strlen(names[i]) == n &&
					     strncmp(names[i], text, n) == 0);
		if (!known || text[n] != '=')
			return 0;
		has_freq += strncmp(text, "FREQ", 4) == 0;
		value = strspn(text + n + 1, CAPITALS DIGITS ",+-");
		if (value == 0)
			return 0;
		text += n + 1 + value;
		if (*text == ';')
			text++;
		else if (*text != '\0')
			return 0;
	}
	return has_freq == 1;
}

void
check_schedule(const struct group *g, enum field_id rrule, enum field_id start,
    enum field_id end, enum field_id zone)
{
	const char *from = rule_get(g, start), *to = rule_get(g, end);
	const char *rule = rule_get(g, rrule), *where = rule_get(g, zone);

	if (rule != NULL && !valid_rrule(rule))
		rule_wrong(g, rrule,
		    "not a recurrence rule (RFC 5545): write it like "
		    "FREQ=WEEKLY;BYDAY=TU");
	if (from != NULL && !valid_local_time(from))
		rule_wrong(g, start,
		    "not a local time: write it like 2026-11-21T10:00");
	if (to != NULL && !valid_local_time(to))
		rule_wrong(g, end,
		    "not a local time: write it like 2026-11-21T12:00");
	if (from != NULL && to != NULL && strcmp(to, from) < 0)
		rule_wrong(g, end,
		    "ends before it starts: correct one of the two");
	if (where != NULL && !valid_time_zone(where))
		rule_wrong(g, zone,
		    "not an IANA time zone: write it like Europe/London");
	if ((from != NULL || to != NULL) && where == NULL)
		rule_warn(g, zone,
		    "is missing: a local time needs its zone, such as "
		    "Europe/London");
	if (rule != NULL && from == NULL)
		rule_warn(g, start,
		    "is missing: a recurrence needs its first local time");
}
