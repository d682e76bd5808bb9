/*
 * page: what every page says the same way: texts, links, dates, numbers,
 * texts of records in the reader's language. Neighbours: controllers and
 * templates use it, text.c has the words.
 */
#include "web/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PAIRS_MAX 8

const char *
page_text(const struct page *page, enum text_id id)
{
	return text_get(page->lang, id);
}

const char *
page_say(const struct page *page, enum text_id id, int64_t n, ...)
{
	const char *pairs[2 * PAIRS_MAX + 1];
	size_t len = 0;
	va_list ap;

	va_start(ap, n);
	while (len < 2 * PAIRS_MAX) {
		const char *name = va_arg(ap, const char *);

		if (name == NULL)
			break;
		pairs[len++] = name;
		pairs[len++] = va_arg(ap, const char *);
	}
	va_end(ap);
	pairs[len] = NULL;
	return text_fill(page->arena, page->lang, id, n, pairs);
}

const char *
page_date(const struct page *page, const char *date)
{
	unsigned month, day;
	size_t len = date != NULL ? strlen(date) : 0;

	if (len == 0 || !valid_date(date))
		return date != NULL ? date : "";
	if (len == 4)
		return date;
	month = (unsigned)(date[5] - '0') * 10 + (unsigned)(date[6] - '0');
	if (len == 7)
		return arena_printf(page->arena, "%s %.4s",
		    page_text(page, TEXT_MONTH_1 + month - 1), date);
	day = (unsigned)(date[8] - '0') * 10 + (unsigned)(date[9] - '0');
	return arena_printf(page->arena, "%u %s %.4s", day,
	    page_text(page, TEXT_MONTH_1 + month - 1), date);
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

const char *
page_age(const struct page *page, int64_t at)
{
	char text[40];

	if (at == 0)
		return page_text(page, TEXT_PEERS_NEVER);
	clock_format_age(page->now > at ? page->now - at : 0, text,
	    sizeof(text));
	return page_say(page, TEXT_PEERS_AGO, 0, "age", text, NULL);
}

const char *
page_number(const struct page *page, int64_t n)
{
	char digits[32];
	char text[48];
	size_t len, out = 0;

	(void)snprintf(digits, sizeof(digits), "%lld", (long long)n);
	len = strlen(digits);
	for (size_t i = 0; i < len; i++) {
		if (i != 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
			text[out++] = ',';
		text[out++] = digits[i];
	}
	return arena_strndup(page->arena, text, out);
}

const char *
page_label(const struct page *page, enum vocab vocab, const char *code)
{
	if (vocab == VOCAB_NONE)
		return code;
	return vocab_label(vocab, code, page->lang);
}

/* Marked only where it is not what the page says of itself. */
static struct said
said_in(const struct page *page, const char *text, const char *lang)
{
	struct said said = { text, NULL };

	if (text != NULL && *text == '\0')
		said.text = NULL;
	if (said.text != NULL && lang != NULL &&
	    strcasecmp(lang, page->lang) != 0)
		said.lang = lang;
	return said;
}

struct said
page_said(const struct page *page, const struct record *rec,
    const struct value *parent, enum field_id id)
{
	const char *lang = NULL;
	const char *text = value_text(rec, parent, id, page->lang, &lang);

	return said_in(page, text, lang);
}

/* Fields that titles and summaries come from, to know their language. */
static struct said
best_of(const struct page *page, const struct record *rec, const char *text,
    const enum field_id *ids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct said said = page_said(page, rec, &rec->root, ids[i]);

		if (said.text != NULL && strcmp(said.text, text) == 0)
			return said;
	}
	return said_in(page, text, NULL);
}

struct said
page_title(const struct page *page, const struct record *rec)
{
	static const enum field_id ids[] = { FIELD_NAME, FIELD_TITLE,
		FIELD_LABEL };
	const char *title = record_title(rec, page->lang);

	return best_of(page, rec, *title != '\0' ? title : rec->id, ids,
	    ARRAY_LEN(ids));
}

struct said
page_summary(const struct page *page, const struct record *rec)
{
	static const enum field_id ids[] = { FIELD_SUMMARY, FIELD_PLAIN_SUMMARY,
		FIELD_DESCRIPTION, FIELD_ABSTRACT, FIELD_DEFINITION };

	return best_of(page, rec, record_summary(rec, page->lang), ids,
	    ARRAY_LEN(ids));
}

int
valid_mail(const char *text)
{
	const char *at = strchr(text, '@');

	if (at == NULL || at == text || strchr(at + 1, '@') != NULL ||
	    strchr(at + 1, '.') == NULL || strlen(text) > 254)
		return 0;
	for (const char *p = text; *p != '\0'; p++) {
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			(*p >= '0' && *p <= '9') ||
			strchr("@.!#$*+-/=^_{|}~", *p) != NULL))
			return 0;
	}
	return 1;
}
