/*
 * text: text from other people's files made clean, and the few things that
 * are read out of it: a summary, an address, a country, a language.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "import/run.h"

#define SUMMARY_CHARS 300
#define UNKNOWN_CHAR  0xfffd /* also what stands for broken bytes */

/* Already as it should be: most text is. */
static bool
is_clean(const char *text, size_t len, bool multiline)
{
	if (len == 0 || text[0] == ' ' || text[len - 1] == ' ' ||
	    text[0] == '\n' || text[len - 1] == '\n')
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x7f || (c < 0x20 && !(multiline && c == '\n')))
			return false;
		if (!multiline && c == ' ' && text[i + 1] == ' ')
			return false;
	}
	return true;
}

static bool
is_space(uint32_t ch)
{
	return ch == ' ' || ch == '\n' || ch == '\t' || ch == 0xa0;
}

/* One character of a text, or 0 for one that goes. */
static uint32_t
clean_char(uint32_t ch, bool multiline)
{
	if (ch == 0x85 || ch == 0x2028 || ch == 0x2029 || ch == '\r' ||
	    ch == 0x0b || ch == 0x0c)
		ch = '\n';
	if (!multiline && (ch == '\n' || ch == '\t'))
		return ' ';
	if (ch == '\n' || ch == '\t')
		return ch;
	if (ch < 0x20 || (ch >= 0x7f && ch < 0xa0) || ch == 0xfeff ||
	    ch == 0xfffe || ch == 0xffff)
		return 0;
	return ch;
}

static void
clean_into(struct strbuf *out, const char *text, size_t len, bool multiline)
{
	const char *p = text, *end = text + len;
	bool after_space = true; /* nothing stands in front of the text */

	while (p < end) {
		const char *at = p;
		uint32_t was, ch;

		/* Most text is words of ASCII: each in one piece. */
		while (p<end && * p> ' ' && *p < 0x7f)
			p++;
		if (p > at) {
			strbuf_add(out, at, (size_t)(p - at));
			after_space = false;
			continue;
		}
		if (p[0] == '\r' && p + 1 < end && p[1] == '\n')
			at = ++p;
		was = utf8_next(&p, end);
		ch = clean_char(was, multiline);
		if (ch == 0)
			continue;
		if (is_space(ch) && after_space &&
		    (!multiline || out->len == 0))
			continue;
		after_space = is_space(ch);
		if (ch == was && ch != UNKNOWN_CHAR)
			strbuf_add(out, at, (size_t)(p - at));
		else
			utf8_add(out, ch);
	}
	/* Space at the end, also the no-break kind. */
	while (out->len > 0) {
		char c = out->buf[out->len - 1];

		if (c == ' ' || c == '\n' || c == '\t')
			strbuf_setlen(out, out->len - 1);
		else if (out->len >= 2 && c == '\xa0' &&
			 out->buf[out->len - 2] == '\xc2')
			strbuf_setlen(out, out->len - 2);
		else
			break;
	}
}

const char *
text_clean(struct arena *arena, const char *text, size_t len, bool multiline)
{
	struct strbuf clean, nfc;
	const char *ret = NULL;
	struct err err;

	if (len == 0)
		return NULL;
	if (is_clean(text, len, multiline))
		return arena_strndup(arena, text, len);
	strbuf_init(&clean, IMPORT_ROW_MAX * (size_t)3);
	strbuf_init(&nfc, IMPORT_ROW_MAX * (size_t)9);
	clean_into(&clean, text, len, multiline);
	if (utf8_nfc(clean.buf, clean.len, &nfc, &err) == 0 && nfc.len > 0)
		ret = arena_strndup(arena, nfc.buf, nfc.len);
	strbuf_release(&nfc);
	strbuf_release(&clean);
	return ret;
}

/* Bytes of the first SUMMARY_CHARS characters. */
static size_t
summary_room(const char *text)
{
	size_t len = strlen(text);
	const char *p = text, *end = text + len;

	if (len <= SUMMARY_CHARS)
		return len;
	for (size_t n = 0; n < SUMMARY_CHARS && p < end; n++)
		(void)utf8_next(&p, end);
	return (size_t)(p - text);
}

static bool
is_sentence_end(const char *p)
{
	if (*p == '\xe3') /* ideographic full stop */
		return p[1] == '\x80' && p[2] == '\x82';
	return (*p == '.' || *p == '!' || *p == '?') &&
	       (p[1] == ' ' || p[1] == '\0');
}

const char *
text_summary(struct arena *arena, const char *text)
{
	const char *one = text_clean(arena, text, strlen(text), false);
	size_t room, cut = 0;

	if (one == NULL)
		return NULL;
	room = summary_room(one);
	if (one[room] == '\0')
		return one;
	for (size_t i = 0; i < room; i++) {
		if (is_sentence_end(one + i))
			cut = i + (one[i] == '\xe3' ? 3 : 1);
	}
	/* A stop as early as "St." is no sentence. */
	if (cut > 40 && cut <= room)
		return arena_strndup(arena, one, cut);
	/* Room for the dots, then back to the end of a word. */
	room = utf8_floor(one, room > 3 ? room - 3 : 0);
	for (cut = room; cut > room / 2 && one[cut] != ' '; cut--)
		;
	if (cut <= room / 2)
		cut = room;
	return arena_printf(arena, "%.*s...", (int)cut, one);
}

const char *
text_url(struct arena *arena, const char *text)
{
	const char *clean = text_clean(arena, text, strlen(text), false);
	struct strbuf sb;

	if (clean == NULL)
		return NULL;
	if (strstr(clean, "://") == NULL && strchr(clean, '.') != NULL &&
	    strchr(clean, '@') == NULL && strchr(clean, ' ') == NULL)
		return arena_printf(arena, "http://%s", clean);
	if (strchr(clean, ' ') == NULL)
		return clean;
	strbuf_init(&sb, IMPORT_ROW_MAX);
	for (const char *p = clean; *p != '\0'; p++) {
		if (*p == ' ')
			strbuf_addstr(&sb, "%20");
		else
			strbuf_addch(&sb, *p);
	}
	clean = arena_strndup(arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return clean;
}

const char *
text_find(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char both[] = { (char)tolower((unsigned char)*word),
		(char)toupper((unsigned char)*word), '\0' };

	for (text += strcspn(text, both); *text != '\0';
	     text += strcspn(text, both)) {
		if (strncasecmp(text, word, len) == 0)
			return text;
		text++;
	}
	return NULL;
}

int
text_has(const char *text, const char *word)
{
	return text_find(text, word) != NULL;
}

const char *
text_lower(struct arena *arena, const char *text)
{
	char *lower = arena_strdup(arena, text);

	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return lower;
}

const char *
text_country(const char *text)
{
	char code[3];

	if (strlen(text) == 2) {
		code[0] = (char)toupper((unsigned char)text[0]);
		code[1] = (char)toupper((unsigned char)text[1]);
		code[2] = '\0';
		if (strcmp(code, "UK") == 0)
			return "GB";
		for (size_t i = 0; i < vocab_size(VOCAB_COUNTRY); i++) {
			if (strcmp(vocab_code(VOCAB_COUNTRY, i), code) == 0)
				return vocab_code(VOCAB_COUNTRY, i);
		}
		return NULL;
	}
	if (strcasecmp(text, "USA") == 0)
		return "US";
	if (strcasecmp(text, "England") == 0 ||
	    strcasecmp(text, "Scotland") == 0 || strcasecmp(text, "Wales") == 0)
		return "GB";
	return vocab_match(VOCAB_COUNTRY, text);
}

static bool
is_tag(const char *text)
{
	size_t first = strcspn(text, "-");

	if (first < 2 || first > 3 || strlen(text) > 35)
		return false;
	for (const char *p = text; *p != '\0'; p++) {
		if (!isalnum((unsigned char)*p) && *p != '-')
			return false;
	}
	return true;
}

const char *
text_language(struct arena *arena, const char *text)
{
	char *tag;

	if (!is_tag(text))
		return vocab_match(VOCAB_LANGUAGE, text);
	tag = arena_strdup(arena, text);
	for (char *p = tag; *p != '\0' && *p != '-'; p++)
		*p = (char)tolower((unsigned char)*p);
	return tag;
}
