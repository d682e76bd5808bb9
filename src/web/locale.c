/*
 * locale: dates, ages, numbers and lists as the language of the page writes
 * them. Neighbours: language.c has the signs, dates.def the order of parts.
 */
#include <stdio.h>
#include <string.h>

#include "web/page.h"

#define MINUTE_S 60
#define HOUR_S   3600
#define DAY_S    86400

static const char *
month_name(const struct page *page, const char *date)
{
	unsigned month = (unsigned)(date[5] - '0') * 10 +
			 (unsigned)(date[6] - '0');

	return page_text(page, TEXT_MONTH_1 + month - 1);
}

const char *
page_date(const struct page *page, const char *date)
{
	size_t len = date != NULL ? strlen(date) : 0;
	const char *year, *day;

	if (len == 0 || !valid_date(date))
		return date != NULL ? date : "";
	year = arena_strndup(page->arena, date, 4);
	if (len == 4)
		return page_say(page, TEXT_DATE_YEAR, 0, "year", year, NULL);
	if (len == 7)
		return page_say(page, TEXT_DATE_MONTH, 0, "month",
		    month_name(page, date), "year", year, NULL);
	day = date + 8 + (date[8] == '0');
	return page_say(page,
	    strcmp(day, "1") == 0 ? TEXT_DATE_FIRST : TEXT_DATE_DAY, 0, "day",
	    day, "month", month_name(page, date), "year", year, NULL);
}

const char *
page_day_iso(const struct page *page, int64_t at)
{
	char text[CLOCK_TEXT_LEN];

	clock_format(at, text);
	return arena_strndup(page->arena, text, 10);
}

const char *
page_time_iso(const struct page *page, int64_t at)
{
	char text[CLOCK_TEXT_LEN];

	clock_format(at, text);
	return arena_strdup(page->arena, text);
}

const char *
page_day(const struct page *page, int64_t at)
{
	return page_date(page, page_day_iso(page, at));
}

/* `minutes`, and behind it the texts for hours and days. */
static const char *
span_words(const struct page *page, enum text_id minutes, int64_t seconds)
{
	int64_t n = seconds / MINUTE_S;
	enum text_id id = minutes;

	if (seconds >= 2 * DAY_S) {
		n = seconds / DAY_S;
		id = minutes + 2;
	} else if (seconds >= 2 * HOUR_S) {
		n = seconds / HOUR_S;
		id = minutes + 1;
	}
	return page_say(page, id, n, "n", page_number(page, n), NULL);
}

const char *
page_age(const struct page *page, int64_t at)
{
	if (at == 0)
		return page_text(page, TEXT_PEERS_NEVER);
	if (page->now - at < MINUTE_S)
		return page_text(page, TEXT_AGO_NOW);
	return span_words(page, TEXT_AGO_MINUTES, page->now - at);
}

const char *
page_soon(const struct page *page, int64_t seconds)
{
	return span_words(page, TEXT_IN_MINUTES,
	    seconds > MINUTE_S ? seconds : MINUTE_S);
}

/* Digits, in groups where the language has them. */
static void
add_grouped(const struct language *language, const char *digits, size_t len,
    struct strbuf *out)
{
	for (size_t i = 0; i < len; i++) {
		if (i != 0 && (len - i) % 3 == 0 && len >= language->group_from)
			strbuf_addstr(out, language->group);
		strbuf_add(out, digits + i, 1);
	}
}

const char *
page_decimal(const struct page *page, const char *number)
{
	static const char digits[] = "0123456789";
	const struct language *language = language_find(page->lang);
	const char *p = number;
	const char *result;
	struct strbuf sb;
	size_t whole, part = 0;
	bool is_minus = *p == '-';

	if (*p == '-' || *p == '+')
		p++;
	whole = strspn(p, digits);
	if (p[whole] == '.')
		part = strspn(p + whole + 1, digits);
	/* Anything else than a plain number stays as its author wrote it. */
	if (language == NULL || whole == 0 ||
	    p[whole + (part != 0 ? part + 1 : 0)] != '\0')
		return number;
	strbuf_init(&sb, strlen(number) * 4 + 16);
	strbuf_addstr(&sb, is_minus ? language->minus : "");
	strbuf_addstr(&sb, *number == '+' ? "+" : "");
	add_grouped(language, p, whole, &sb);
	if (part != 0) {
		strbuf_addstr(&sb, language->decimal);
		strbuf_add(&sb, p + whole + 1, part);
	}
	result = arena_strndup(page->arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return result;
}

const char *
page_number(const struct page *page, int64_t n)
{
	return page_decimal(page,
	    arena_printf(page->arena, "%lld", (long long)n));
}

const char *
page_percent(const struct page *page, const char *number)
{
	return page_say(page, TEXT_PERCENT, 0, "n", page_decimal(page, number),
	    NULL);
}

const char *
page_join(const struct page *page, const char *list, const char *next)
{
	if (list == NULL || *list == '\0')
		return next;
	return page_say(page, TEXT_LIST_NEXT, 0, "list", list, "next", next,
	    NULL);
}

const char *
page_list(const struct page *page, const char *const *items, size_t n)
{
	const char *list = n != 0 ? items[0] : "";

	for (size_t i = 1; i + 1 < n; i++)
		list = page_join(page, list, items[i]);
	if (n < 2)
		return list;
	if (n == 2)
		return page_say(page, TEXT_LIST_TWO, 0, "first", list, "last",
		    items[1], NULL);
	return page_say(page, TEXT_LIST_LAST, 0, "list", list, "last",
	    items[n - 1], NULL);
}
