/*
 * Times are int64_t seconds UTC since 1970 (RFC 3339 in text). Only app/
 * reads the wall clock; every other room is handed `now`.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define CLOCK_TEXT_LEN 21 /* "2026-11-21T10:00:00Z" and its NUL */

/* RFC 3339 with Z, whole seconds. Years 0000 to 9999; else clamps. */
void clock_format(int64_t at, char ret_text[CLOCK_TEXT_LEN]);
/* RFC 3339 date-time with any offset, fraction dropped. ERR_FORMAT. */
int clock_parse(const char *text, int64_t *ret_at, struct err *err) MUST_CHECK;
/* "2026-11-21" (also "2026-11" and "2026"): 1 when such a date exists. */
int valid_date(const char *text);
/* RFC 9110 IMF-fixdate "Sat, 21 Nov 2026 10:00:00 GMT" (30 with NUL). */
void clock_format_http(int64_t at, char ret_text[30]);
/* "3 min", "2 h", "4 d": a duration for people. */
void clock_format_age(int64_t age_s, char *ret_text, size_t len);
/* The wall clock and a monotonic one in milliseconds: app/ and tests only. */
int64_t clock_now(void);
int64_t clock_monotonic_ms(void);
/* Microseconds of no known origin, for saying how long something took. */
int64_t clock_monotonic_us(void);

#endif
