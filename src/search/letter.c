/*
 * letter: what single characters are to the tokenizer, and how words fold:
 * Unicode's folding, and letters that Unicode does not take apart but people
 * do. Characters of one and two bytes (Latin, Greek, Cyrillic, Hebrew,
 * Arabic) come from a table made once, since nothing beside them matters.
 * Section "Tokens" of the search design; token.c walks the text.
 */
#include <pthread.h>
#include <string.h>

#include "search/letter.h"
#include "search/token.h"

static bool
is_between(uint32_t ch, uint32_t first, uint32_t last)
{
	return ch >= first && ch <= last;
}

bool
token_is_clustered(uint32_t ch)
{
	if (ch < 0x0e00)
		return false;
	return is_between(ch, 0x0e00, 0x0eff) || /* Thai, Lao */
	       is_between(ch, 0x1000, 0x109f) || /* Myanmar */
	       is_between(ch, 0x1100, 0x11ff) || /* Hangul letters */
	       is_between(ch, 0x1780, 0x17ff) || /* Khmer */
	       is_between(ch, 0x2e80, 0xa4cf) || /* Kana, Han, Yi */
	       is_between(ch, 0xa960, 0xa97f) || /* Hangul letters */
	       is_between(ch, 0xaa60, 0xaa7f) || /* Myanmar */
	       is_between(ch, 0xac00, 0xd7ff) || /* Hangul */
	       is_between(ch, 0xf900, 0xfaff) || /* Han */
	       is_between(ch, 0xff66, 0xffdc) || /* half-width */
	       is_between(ch, 0x20000, 0x3ffff);
}

bool
letter_is_plain(uint32_t ch)
{
	return is_between(ch, 0x4e00, 0x9fef) || /* Han */
	       is_between(ch, 0x3041, 0x3096) || /* Hiragana */
	       is_between(ch, 0x30a1, 0x30fa) || /* Katakana */
	       is_between(ch, 0xac00, 0xd7a3);   /* Hangul */
}

static enum shape
find_shape(uint32_t ch)
{
	if (letter_is_plain(ch))
		return SHAPE_CLUSTER;
	switch (ch) {
	case '\'':
	case '-':
	case 0x00b7: /* Catalan col-lega */
	case 0x02bb:
	case 0x02bc:
	case 0x2010:
	case 0x2011:
	case 0x2018:
	case 0x2019:
	case 0xff07:
	case 0xff0d: return SHAPE_JOIN;
	case 0x00ad: /* soft hyphen */
	case 0x0640: /* tatweel */
	case 0x200c:
	case 0x200d:
	case 0x2060:
	case 0xfeff: return SHAPE_SKIP;
	case 0xff9e: /* half-width voicing marks */
	case 0xff9f: return SHAPE_MARK;
	}
	/* Vowels and finals of spelt-out Hangul. */
	if (is_between(ch, 0x1160, 0x11ff) || is_between(ch, 0xd7b0, 0xd7ff))
		return SHAPE_MARK;
	switch (utf8_class(ch)) {
	case UTF8_LETTER:
		return token_is_clustered(ch) ? SHAPE_CLUSTER : SHAPE_WORD;
	case UTF8_DIGIT: return SHAPE_WORD;
	case UTF8_MARK: return SHAPE_MARK;
	default: return SHAPE_OTHER;
	}
}

/* Letters that Unicode does not take apart but people do. */
static const struct {
	uint32_t ch;
	const char *text;
} specials[] = { { 0x00e6, "ae" }, { 0x00f0, "d" }, { 0x00f8, "o" },
	{ 0x00fe, "th" }, { 0x0111, "d" }, { 0x0127, "h" }, { 0x0131, "i" },
	{ 0x0142, "l" }, { 0x0153, "oe" }, { 0x0629, "\xd9\x87" },
	{ 0x0649, "\xd9\x8a" }, { 0x0671, "\xd8\xa7" }, { 0x06a9, "\xd9\x83" },
	{ 0x06cc, "\xd9\x8a" } };

/* First of ten digits of other scripts. */
static const uint32_t zeros[] = { 0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50,
	0x0ed0, 0x1040, 0x17e0 };

static void
add_letter(struct strbuf *out, uint32_t ch)
{
	for (size_t i = 0; i < ARRAY_LEN(specials); i++) {
		if (specials[i].ch == ch) {
			strbuf_addstr(out, specials[i].text);
			return;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(zeros); i++) {
		if (is_between(ch, zeros[i], zeros[i] + 9)) {
			strbuf_addch(out, (char)('0' + (ch - zeros[i])));
			return;
		}
	}
	if (utf8_class(ch) != UTF8_OTHER)
		utf8_add(out, ch);
}

static void
fold_slowly(const char *raw, size_t len, bool keep, struct strbuf *spare,
    struct strbuf *out)
{
	const char *p, *end;

	strbuf_reset(spare);
	if (keep)
		utf8_fold_keep(raw, len, spare);
	else
		utf8_fold(raw, len, spare);
	p = spare->buf;
	end = p + spare->len;
	while (p < end) {
		uint32_t ch = utf8_next(&p, end);

		if (ch < 0x80 && utf8_class(ch) != UTF8_OTHER)
			strbuf_addch(out, (char)ch);
		else
			add_letter(out, ch);
	}
}

/* ---- the table ---- */

static struct letters table;
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void
make_table(void)
{
	struct strbuf raw, spare, out;

	strbuf_init(&raw, 8);
	strbuf_init(&spare, 64);
	strbuf_init(&out, 64);
	for (uint32_t ch = 0; ch < LETTERS_MAX; ch++) {
		struct letter *letter = &table.by_char[ch];

		letter->shape = (uint8_t)find_shape(ch);
		if (letter->shape != SHAPE_WORD)
			continue;
		strbuf_reset(&raw);
		strbuf_reset(&out);
		utf8_add(&raw, ch);
		fold_slowly(raw.buf, raw.len, false, &spare, &out);
		if (out.len > LETTER_TEXT)
			out.len = utf8_floor(out.buf, LETTER_TEXT);
		memcpy(letter->text, out.buf, out.len);
		letter->len = (uint8_t)out.len;
	}
	strbuf_release(&raw);
	strbuf_release(&spare);
	strbuf_release(&out);
	for (unsigned byte = 0; byte < 256; byte++) {
		const struct letter *letter = &table.by_char[byte];

		if (byte >= 0xc2 && byte <= 0xdf)
			table.by_byte[byte] = BYTE_TWO;
		else if (byte >= 0x80 || letter->shape == SHAPE_JOIN)
			table.by_byte[byte] = BYTE_SLOW;
		else
			table.by_byte[byte] = letter->shape == SHAPE_WORD
						  ? (unsigned char)
							letter->text[0]
						  : BYTE_END;
	}
}

const struct letters *
letter_table(void)
{
	pthread_once(&table_once, make_table);
	return &table;
}

enum shape
letter_shape(uint32_t ch)
{
	return ch < LETTERS_MAX ? (enum shape)letter_table()->by_char[ch].shape
				: find_shape(ch);
}

bool
token_is_inside(uint32_t ch)
{
	return letter_shape(ch) != SHAPE_OTHER;
}

void
letter_fold(const char *raw, size_t len, bool keep, struct strbuf *spare,
    struct strbuf *out)
{
	const struct letter *letters = letter_table()->by_char;
	const char *p = raw, *end = raw + len;

	strbuf_reset(out);
	while (p < end) {
		uint32_t ch = utf8_next(&p, end);

		if (ch >= LETTERS_MAX) {
			strbuf_reset(out);
			fold_slowly(raw, len, keep, spare, out);
			return;
		}
		strbuf_add(out, letters[ch].text, letters[ch].len);
	}
}
