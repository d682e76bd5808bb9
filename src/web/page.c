/*
 * page: what every page says the same way: texts, labels, texts of records
 * in the reader's language. Neighbours: controllers and templates use it,
 * text.c has the words, locale.c dates and numbers.
 */
#include "web/page.h"

#include <stdarg.h>
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

bool
said_is_address(struct said said)
{
	return said.text != NULL &&
	       (*said.text == '+' || strncmp(said.text, "http", 4) == 0);
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

const char *
page_node(const struct page *page, const char *id)
{
	char node[RECORD_NODE_MAX];
	char uuid[37];

	if (record_id_split(id, node, uuid) == -1)
		return "";
	return arena_strdup(page->arena, node);
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
