/*
 * text: the words of the pages from tables, by language, with plural forms
 * and named blanks. Neighbours: text.def has the English words, text_po.c is
 * made of the others (po/), page.c has the helpers.
 */
#include "web/text.h"

#include <string.h>

#define TEXT_FILLED_MAX 4096

/* First strong isolate, pop directional isolate. */
#define ISOLATE     "\xe2\x81\xa8"
#define ISOLATE_END "\xe2\x81\xa9"

/* U+2066 to U+2069. */
static bool
is_isolate(const char *p)
{
	const unsigned char *bytes = (const unsigned char *)p;

	return bytes[0] == 0xe2 && bytes[1] == 0x81 && bytes[2] >= 0xa6 &&
	       bytes[2] <= 0xa9;
}

static const char *const english[] = {
#define TEXT(id, words) [TEXT_##id] = words,
#include "web/text.def"
#undef TEXT
};

static const char *const *
table_of(const char *lang)
{
	for (size_t i = 0; i < text_n_tables; i++) {
		if (strcmp(text_tables[i].lang, lang) == 0)
			return text_tables[i].texts;
	}
	return NULL;
}

int
text_has_language(const char *lang)
{
	return strcmp(lang, "en") == 0 || table_of(lang) != NULL;
}

size_t
text_languages(const char *const **ret_codes)
{
	static const char *const codes[] = { "en", "fr", "es", "pt", "de", "cy",
		"ja", "ar" };

	*ret_codes = codes;
	return ARRAY_LEN(codes);
}

/* The text, and the language it is really in. */
static const char *
look_up(const char *lang, enum text_id id, const struct language **ret_language)
{
	const char *const *table = table_of(lang);

	if (table != NULL && table[id] != NULL) {
		*ret_language = language_find(lang);
		return table[id];
	}
	*ret_language = language_at(0);
	return english[id];
}

const char *
text_get(const char *lang, enum text_id id)
{
	const struct language *language;

	return look_up(lang, id, &language);
}

/* The form for n, between bars; *ret_len of its bytes. */
static const char *
plural(const struct language *language, const char *text, int64_t n,
    size_t *ret_len)
{
	uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	unsigned form = language->form(size);
	const char *bar;

	while (form-- > 0 && (bar = strchr(text, '|')) != NULL)
		text = bar + 1;
	*ret_len = strcspn(text, "|");
	return text;
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

/* Has it letters of the other direction, which would draw in neighbours? */
static bool
runs_against(const struct language *language, const char *value)
{
	bool is_rtl = strcmp(language->dir, "rtl") == 0;

	for (const char *p = value; *p != '\0'; p++) {
		unsigned char ch = (unsigned char)*p;

		if (is_rtl &&
		    ((ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z')))
			return true;
		/* Lead bytes of Hebrew to Thaana: U+0580 to U+07FF. */
		if (!is_rtl && ch >= 0xd6 && ch <= 0xdf)
			return true;
	}
	return false;
}

static void
add_value(const struct language *language, const char *value,
    struct strbuf *out)
{
	bool apart = runs_against(language, value);

	strbuf_addstr(out, apart ? ISOLATE : "");
	/* Isolates of its own could end ours. */
	for (const char *p = value; *p != '\0'; p++) {
		if (is_isolate(p))
			p += 2;
		else
			strbuf_addch(out, *p);
	}
	strbuf_addstr(out, apart ? ISOLATE_END : "");
}

const char *
text_fill(struct arena *arena, const char *lang, enum text_id id, int64_t n,
    const char *const *pairs)
{
	const struct language *language;
	const char *p = look_up(lang, id, &language);
	const char *result, *end;
	struct strbuf sb;
	size_t len;

	p = plural(language, p, n, &len);
	end = p + len;
	strbuf_init(&sb, TEXT_FILLED_MAX);
	while (p < end) {
		const char *blank = memchr(p, '{', (size_t)(end - p));
		const char *close;

		strbuf_add(&sb, p, (size_t)((blank != NULL ? blank : end) - p));
		if (blank == NULL)
			break;
		close = memchr(blank, '}', (size_t)(end - blank));
		if (close == NULL)
			break;
		add_value(language,
		    value_of(pairs, blank + 1, (size_t)(close - blank) - 1),
		    &sb);
		p = close + 1;
	}
	result = arena_strndup(arena, sb.buf, utf8_floor(sb.buf, sb.len));
	strbuf_release(&sb);
	return result;
}
