/*
 * clock: times in text (RFC 3339, RFC 9110) without the C library's time
 * zones. Only app/ and tests read the wall clock.
 */
#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_S 86400

/* Days from 1970-01-01 of a date in the proleptic Gregorian calendar. */
static int64_t
days_from_date(int64_t y, int64_t m, int64_t d)
{
	int64_t era, yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static void
date_from_days(int64_t days, int *ret_y, int *ret_m, int *ret_d)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int64_t m = mp + (mp < 10 ? 3 : -9);

	*ret_d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*ret_m = (int)m;
	*ret_y = (int)(yoe + era * 400 + (m <= 2));
}

static void
split(int64_t at, int *y, int *m, int *d, int *s)
{
	int64_t lowest = days_from_date(0, 1, 1) * DAY_S;
	int64_t highest = days_from_date(10000, 1, 1) * DAY_S - 1;
	int64_t days;

	if (at < lowest)
		at = lowest;
	if (at > highest)
		at = highest;
	days = at >= 0 ? at / DAY_S : -((DAY_S - 1 - at) / DAY_S);
	*s = (int)(at - days * DAY_S);
	date_from_days(days, y, m, d);
}

void
clock_format(int64_t at, char ret_text[CLOCK_TEXT_LEN])
{
	char text[64];
	int y, m, d, s;

	split(at, &y, &m, &d, &s);
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", y,
	    m, d, s / 3600, s / 60 % 60, s % 60);
	memcpy(ret_text, text, CLOCK_TEXT_LEN - 1);
	ret_text[CLOCK_TEXT_LEN - 1] = '\0';
}

static int
digits(const char *text, int n, int *ret_value)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	*ret_value = value;
	return 0;
}

static int
days_in_month(int y, int m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return days[m - 1] + (m == 2 && leap);
}

int
valid_date(const char *text)
{
	size_t len = strlen(text);
	int y, m, d;

	if (len != 4 && len != 7 && len != 10)
		return 0;
	if (digits(text, 4, &y) == -1)
		return 0;
	if (len == 4)
		return 1;
	if (text[4] != '-' || digits(text + 5, 2, &m) == -1 || m < 1 || m > 12)
		return 0;
	if (len == 7)
		return 1;
	return text[7] == '-' && digits(text + 8, 2, &d) == 0 && d >= 1 &&
	       d <= days_in_month(y, m);
}

/* "Z", "+hh:mm" or "-hh:mm" and then the end: seconds east of UTC. */
static int
parse_offset(const char *p, int *ret_offset)
{
	int sign, h, m;

	if ((*p == 'Z' || *p == 'z') && p[1] == '\0') {
		*ret_offset = 0;
		return 0;
	}
	if (*p != '+' && *p != '-')
		return -1;
	sign = *p == '-' ? -1 : 1;
	if (strlen(p) != 6 || p[3] != ':' || digits(p + 1, 2, &h) == -1 ||
	    digits(p + 4, 2, &m) == -1 || h > 23 || m > 59)
		return -1;
	*ret_offset = sign * (h * 3600 + m * 60);
	return 0;
}

int
clock_parse(const char *text, int64_t *ret_at, struct err *err)
{
	int y = 0, mon = 0, d = 0, h, min, s, offset;
	char date[11];
	const char *p;

	if (strlen(text) < 20)
		goto bad;
	memcpy(date, text, 10);
	date[10] = '\0';
	if (!valid_date(date) || (text[10] != 'T' && text[10] != 't') ||
	    digits(text + 11, 2, &h) == -1 || text[13] != ':' ||
	    digits(text + 14, 2, &min) == -1 || text[16] != ':' ||
	    digits(text + 17, 2, &s) == -1 || h > 23 || min > 59 || s > 60)
		goto bad;
	p = text + 19;
	if (*p == '.') {
		p++;
		if (*p < '0' || *p > '9')
			goto bad;
		while (*p >= '0' && *p <= '9')
			p++;
	}
	if (parse_offset(p, &offset) == -1)
		goto bad;
	(void)digits(text, 4, &y);
	(void)digits(text + 5, 2, &mon);
	(void)digits(text + 8, 2, &d);
	*ret_at = days_from_date(y, mon, d) * DAY_S + h * 3600 + min * 60 + s -
		  offset;
	return 0;
bad:
	return err_set(err, ERR_FORMAT,
	    "'%.40s' is not a time such as 2026-11-21T10:00:00Z", text);
}

void
clock_format_http(int64_t at, char ret_text[30])
{
	static const char *const week[] = { "Thu", "Fri", "Sat", "Sun", "Mon",
		"Tue", "Wed" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t day = at >= 0 ? at / DAY_S : 0;
	char text[64];
	int y, m, d, s;

	split(at >= 0 ? at : 0, &y, &m, &d, &s);
	(void)snprintf(text, sizeof(text),
	    "%s, %02d %s %04d %02d:%02d:%02d GMT", week[day % 7], d,
	    months[m - 1], y, s / 3600, s / 60 % 60, s % 60);
	memcpy(ret_text, text, 29);
	ret_text[29] = '\0';
}

void
clock_format_age(int64_t age_s, char *ret_text, size_t len)
{
	if (age_s < 0)
		age_s = 0;
	if (age_s < 120)
		(void)snprintf(ret_text, len, "%d s", (int)age_s);
	else if (age_s < 7200)
		(void)snprintf(ret_text, len, "%d min", (int)(age_s / 60));
	else if (age_s < 2 * DAY_S)
		(void)snprintf(ret_text, len, "%d h", (int)(age_s / 3600));
	else
		(void)snprintf(ret_text, len, "%lld d",
		    (long long)(age_s / DAY_S));
}

int64_t
clock_now(void)
{
	return (int64_t)time(NULL);
}

int64_t
clock_monotonic_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_monotonic_ms(void)
{
	return clock_monotonic_us() / 1000;
}
