/*
 * text: the words of the pages from tables, by language, with plural forms
 * and named blanks. Neighbours: text.def has the words, page.c the helpers.
 */
#include "web/text.h"

#include <string.h>

#define TEXT_FILLED_MAX 4096

static const char *const english[] = {
#define TEXT(id, words) [TEXT_##id] = words,
#include "web/text.def"
#undef TEXT
};

static const struct {
	const char *lang;
	const char *const *texts;
} languages[] = { { "en", english } };

static const char *const *
table_of(const char *lang)
{
	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
		if (strcmp(languages[i].lang, lang) == 0)
			return languages[i].texts;
	}
	return NULL;
}

int
text_has_language(const char *lang)
{
	return table_of(lang) != NULL;
}

const char *
text_get(const char *lang, enum text_id id)
{
	const char *const *table = table_of(lang);

	return table != NULL && table[id] != NULL ? table[id] : english[id];
}

/* The form for n; English and its like: one, and all others. */
static const char *
plural(struct arena *arena, const char *text, int64_t n)
{
	const char *bar = strchr(text, '|');

	if (bar == NULL)
		return text;
	if (n != 1)
		return bar + 1;
	return arena_strndup(arena, text, (size_t)(bar - text));
}

static const char *
value_of(const char *const *pairs, const char *name, size_t len)
{
	for (; pairs != NULL && pairs[0] != NULL; pairs += 2) {
		if (strlen(pairs[0]) == len && memcmp(pairs[0], name, len) == 0)
			return pairs[1] != NULL ? pairs[1] : "";
	}
	return "";
}

const char *
text_fill(struct arena *arena, const char *lang, enum text_id id, int64_t n,
    const char *const *pairs)
{
	const char *p = plural(arena, text_get(lang, id), n);
	const char *result;
	struct strbuf sb;

	strbuf_init(&sb, TEXT_FILLED_MAX);
	while (*p != '\0') {
		size_t plain = strcspn(p, "{");
		const char *end;

		strbuf_add(&sb, p, plain);
		p += plain;
		if (*p != '{')
			break;
		if ((end = strchr(p, '}')) == NULL)
			break;
		strbuf_addstr(&sb,
		    value_of(pairs, p + 1, (size_t)(end - p) - 1));
		p = end + 1;
	}
	result = arena_strndup(arena, sb.buf, utf8_floor(sb.buf, sb.len));
	strbuf_release(&sb);
	return result;
}
