/*
 * schedule: the common recurrences of RFC 5545 in words; what is rarer is
 * left to the text its node wrote. Neighbours: programme.c.
 */
#include "web/record_page.h"

#include <stdlib.h>
#include <string.h>

#define WEEKDAYS 7

/* Value of KEY in "FREQ=WEEKLY;BYDAY=TU", or NULL. */
static const char *
part(const struct page *page, const char *rrule, const char *key)
{
	size_t len = strlen(key);
	const char *p = rrule;

	while (*p != '\0') {
		size_t n = strcspn(p, ";");

		if (n > len && strncmp(p, key, len) == 0 && p[len] == '=')
			return arena_strndup(page->arena, p + len + 1,
			    n - len - 1);
		p += n;
		if (*p == ';')
			p++;
	}
	return NULL;
}

/* "TU,TH" -> "Tuesday and Thursday"; NULL when one is no plain weekday. */
static const char *
day_names(const struct page *page, const char *list)
{
	static const char codes[] = "MOTUWETHFRSASU";
	const char *names[WEEKDAYS];
	size_t n_names = 0;

	while (*list != '\0') {
		size_t n = strcspn(list, ",");
		const char *found = NULL;

		for (size_t i = 0; n == 2 && i < sizeof(codes) - 1; i += 2) {
			if (memcmp(codes + i, list, 2) == 0)
				found = page_text(page,
				    TEXT_DAY_MO + (unsigned)(i / 2));
		}
		if (found == NULL || n_names == WEEKDAYS)
			return NULL;
		names[n_names++] = found;
		list += n;
		if (*list == ',')
			list++;
	}
	return n_names != 0 ? page_list(page, names, n_names) : NULL;
}

static const char *
rule_words(const struct page *page, const char *rrule)
{
	const char *freq = part(page, rrule, "FREQ");
	const char *interval = part(page, rrule, "INTERVAL");
	const char *byday = part(page, rrule, "BYDAY");
	long n = interval != NULL ? strtol(interval, NULL, 10) : 1;
	const char *days = NULL;
	enum text_id id;

	if (freq == NULL || n < 1 || n > 999)
		return NULL;
	if (strcmp(freq, "DAILY") == 0)
		id = TEXT_EVERY_DAY;
	else if (strcmp(freq, "WEEKLY") == 0)
		id = TEXT_EVERY_WEEK;
	else if (strcmp(freq, "MONTHLY") == 0)
		id = TEXT_EVERY_MONTH;
	else
		return NULL;
	if (byday != NULL) {
		/* Of every day or month, weekdays are those of every week. */
		if ((n != 1 && id != TEXT_EVERY_WEEK) ||
		    (days = day_names(page, byday)) == NULL)
			return NULL;
		id = TEXT_EVERY_WEEK_ON;
	}
	/* The texts of every n-th day and so on follow in the same order. */
	if (n != 1)
		id += TEXT_EVERY_DAYS - TEXT_EVERY_DAY;
	return page_say(page, id, n, "n", page_number(page, n), "days", days,
	    NULL);
}

/* "10:00" of "2026-11-21T10:00:00", or NULL. */
static const char *
clock_part(const struct page *page, const char *at)
{
	const char *t = at != NULL ? strchr(at, 'T') : NULL;

	if (t == NULL && at != NULL && strlen(at) >= 5 && at[2] == ':')
		return arena_strndup(page->arena, at, 5);
	if (t == NULL || strlen(t) < 6)
		return NULL;
	return arena_strndup(page->arena, t + 1, 5);
}

const char *
schedule_words(const struct page *page, const char *rrule, const char *start,
    const char *end)
{
	const char *words = rrule != NULL ? rule_words(page, rrule) : NULL;
	const char *from = clock_part(page, start);
	const char *to = clock_part(page, end);

	if (words == NULL && rrule == NULL && start != NULL)
		words = page_date(page,
		    arena_strndup(page->arena, start,
			strlen(start) < 10 ? strlen(start) : 10));
	if (words == NULL)
		return NULL;
	if (from == NULL)
		return words;
	return page_say(page,
	    to != NULL ? TEXT_SCHEDULE_FROM_TO : TEXT_SCHEDULE_FROM, 0, "when",
	    words, "from", from, "to", to, NULL);
}
