/*
 * quality: one byte that breaks ties between records that match equally
 * well: checked lately, and complete. No clock: a record's own dates only,
 * so that a document scores the same whenever and wherever it is indexed.
 * Used by document.c; section "Order and counts" of docs/search.md.
 *
 *   quality = checked (0 to 200) + complete (0 to 55)
 *
 *   checked   0 never; 1 to 20 a point for each year from 2000 to 2019; from
 *             2020 on 21 and one more for each month, to 200 in December
 *             2034. A check after the last change of the record counts as
 *             of the month of that change: who wants to stand first can not
 *             write a date to come.
 *   complete  55 times the part of the fields below, of those that this kind
 *             of record may have, that are there.
 */
#include <string.h>
#include <time.h>

#include "search/document.h"

#define CHECKED_MAX  200
#define COMPLETE_MAX 55
#define FIRST_YEAR   2000
#define MONTHS_FROM  2020

/* What a reader asks for first. */
static const enum field_id important[] = { FIELD_SUMMARY, FIELD_DESCRIPTION,
	FIELD_ZONE, FIELD_NEED, FIELD_AUDIENCE, FIELD_ACCESS_NOTE, FIELD_COST,
	FIELD_SITE, FIELD_SCHEDULE, FIELD_ORGANISATION, FIELD_CONTACT,
	FIELD_IDENTIFIER, FIELD_AUTHOR, FIELD_CONTAINER, FIELD_URL,
	FIELD_ABSTRACT, FIELD_PLAIN_SUMMARY, FIELD_POPULATION, FIELD_EFFECT,
	FIELD_WEBSITE, FIELD_ADDRESS, FIELD_TOPIC, FIELD_DEFINITION };

uint32_t
document_checked(const struct record *rec)
{
	const struct value *assured = value_find(&rec->root, FIELD_ASSURED);
	const char *text;
	uint32_t day = 0;
	int digits = 0;

	if (assured == NULL)
		return 0;
	text = value_get(assured, FIELD_ASSURED_DATE);
	if (text == NULL || !valid_date(text))
		return 0;
	/* "2026-11" is as good as its first day, and older than any. */
	for (; *text != '\0' && digits < 8; text++) {
		if (*text >= '0' && *text <= '9') {
			day = day * 10 + (uint32_t)(*text - '0');
			digits++;
		}
	}
	for (; digits < 8; digits++)
		day *= 10;
	return day;
}

/* Months since the year 0. */
static long
month_of_time(int64_t at)
{
	time_t time = (time_t)at;
	struct tm tm;

	if (gmtime_r(&time, &tm) == NULL)
		return 0;
	return (tm.tm_year + 1900L) * 12 + tm.tm_mon;
}

static unsigned
checked_part(const struct record *rec, uint32_t checked)
{
	long year = checked / 10000, month = checked / 100 % 100;
	long at = year * 12 + (month > 0 ? month - 1 : 0);

	if (checked == 0)
		return 0;
	if (rec->modified_at > 0 && at > month_of_time(rec->modified_at))
		at = month_of_time(rec->modified_at);
	if (at < FIRST_YEAR * 12L)
		return 1;
	if (at < MONTHS_FROM * 12L)
		return (unsigned)(at / 12 - FIRST_YEAR) + 1;
	at = at - MONTHS_FROM * 12L + MONTHS_FROM - FIRST_YEAR + 1;
	return at > CHECKED_MAX ? CHECKED_MAX : (unsigned)at;
}

static unsigned
complete_part(const struct record *rec)
{
	bool is_there[FIELD_COUNT] = { false };
	unsigned all = 0, n = 0;

	for (const struct value *v = rec->root.first; v != NULL; v = v->next) {
		if (v->field != NULL)
			is_there[v->field->id] = true;
	}
	for (size_t i = 0; i < ARRAY_LEN(important); i++) {
		if (!field_has(field_get(important[i]), rec->kind))
			continue;
		all++;
		n += is_there[important[i]];
	}
	return all == 0 ? 0 : n * COMPLETE_MAX / all;
}

uint8_t
document_quality(const struct record *rec, uint32_t checked)
{
	return (uint8_t)(checked_part(rec, checked) + complete_part(rec));
}
