/*
 * measure: how wide a text will be in a drawing, and where to break it. The
 * server has no fonts, so widths are those of a wide one (DejaVu Sans, em per
 * sign), by kinds of signs; a text in a narrower font has room left. What is
 * of no known kind is said to be guessed, and the browser is told to squeeze
 * it into the width it was given. Neighbours: plot.c.
 */
#include "base/base.h"
#include "web/forest.h"

#include <string.h>

#define ELLIPSIS 1.0 /* em */
#define UNKNOWN  1.3

static const struct {
	uint32_t from, to;
	double em;
} kinds[] = {
	{ 0x00a0, 0x00ff, 0.68 },   /* Latin-1 */
	{ 0x0100, 0x024f, 0.68 },   /* Latin */
	{ 0x0250, 0x02ff, 0.66 },   /* phonetic */
	{ 0x0300, 0x036f, 0 },      /* marks on the sign before */
	{ 0x0370, 0x03ff, 0.75 },   /* Greek */
	{ 0x0400, 0x052f, 0.85 },   /* Cyrillic */
	{ 0x0530, 0x058f, 0.8 },    /* Armenian */
	{ 0x0590, 0x05cf, 0 },      /* Hebrew points */
	{ 0x05d0, 0x05ff, 0.68 },   /* Hebrew */
	{ 0x0600, 0x064a, 0.75 },   /* Arabic */
	{ 0x064b, 0x065f, 0 },      /* its vowels */
	{ 0x0660, 0x06ff, 0.75 },   /* Arabic */
	{ 0x1ab0, 0x1aff, 0 },      /* marks */
	{ 0x1e00, 0x1eff, 0.72 },   /* Latin: Vietnamese, Welsh */
	{ 0x2000, 0x200a, 0.6 },    /* blanks */
	{ 0x200b, 0x200f, 0 },      /* joiners, directions */
	{ 0x2010, 0x2027, 1.0 },    /* dashes, quotes */
	{ 0x202f, 0x202f, 0.4 },    /* narrow blank */
	{ 0x2030, 0x205e, 1.0 },    /* per mille ... */
	{ 0x2070, 0x209f, 0.5 },    /* raised digits */
	{ 0x20a0, 0x20bf, 0.85 },   /* money */
	{ 0x2190, 0x22ff, 0.95 },   /* arrows, mathematics */
	{ 0x3000, 0x30ff, 1.02 },   /* kana */
	{ 0x3130, 0x318f, 1.02 },   /* Hangul letters */
	{ 0x3400, 0x4dbf, 1.02 },   /* Han */
	{ 0x4e00, 0x9fff, 1.02 },   /* Han */
	{ 0xac00, 0xd7a3, 1.02 },   /* Hangul */
	{ 0xff01, 0xff60, 1.02 },   /* full width */
	{ 0x20000, 0x3ffff, 1.02 }, /* Han */
};

static double
ascii_width(uint32_t ch)
{
	if (ch != 0 && strchr("ijl.,:;'|!I ()[]/ft-r\"", (int)ch) != NULL)
		return 0.43;
	if (ch != 0 && strchr("mwMW%@", (int)ch) != NULL)
		return 1.0;
	if (ch >= 'A' && ch <= 'Z')
		return 0.78;
	return ch != 0 && strchr("+<>=~#&", (int)ch) != NULL ? 0.84 : 0.64;
}

static double
sign_width(uint32_t ch, bool *guessed)
{
	if (ch < 0x80)
		return ascii_width(ch);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (ch >= kinds[i].from && ch <= kinds[i].to)
			return kinds[i].em;
	}
	*guessed = true;
	return UNKNOWN;
}

double
forest_text_width(const char *text, size_t len, double font, bool *ret_guessed)
{
	const char *p = text, *end = text + len;
	double sum = 0;

	*ret_guessed = false;
	while (p < end)
		sum += sign_width(utf8_next(&p, end), ret_guessed);
	return sum * font;
}

/* Scripts without blanks between words break anywhere. */
static bool
is_wide(uint32_t ch)
{
	return (ch >= 0x3000 && ch <= 0x30ff) ||
	       (ch >= 0x3400 && ch <= 0x9fff) ||
	       (ch >= 0xac00 && ch <= 0xd7a3) ||
	       (ch >= 0xff01 && ch <= 0xff60) || ch >= 0x20000;
}

/* Bytes of `text` that fit into `width`, without a break inside a word when
 * there is another way; all of it when it fits. */
static size_t
fitting(const char *text, size_t len, double width, double font)
{
	const char *p = text, *end = text + len;
	size_t good = 0, hard = 0;
	double sum = 0;
	bool guessed;

	while (p < end) {
		const char *at = p;
		uint32_t ch = utf8_next(&p, end);
		double wide = sign_width(ch, &guessed) * font;

		if (at != text && (ch == ' ' || is_wide(ch)))
			good = (size_t)(at - text);
		if (sum + wide > width && ch != ' ')
			return good != 0 ? good : hard;
		sum += wide;
		hard = (size_t)(p - text);
	}
	return len;
}

size_t
forest_wrap(const char *text, double width, double font, size_t max,
    struct forest_line *ret_lines)
{
	size_t len = strlen(text), at = 0, n = 0;

	while (n < max) {
		struct forest_line *line = &ret_lines[n];

		while (at < len && text[at] == ' ')
			at++;
		if (at == len)
			break;
		*line = (struct forest_line){ .start = at };
		line->len = fitting(text + at, len - at, width, font);
		if (n + 1 == max && line->len < len - at) {
			line->is_cut = true;
			line->len = fitting(text + at, len - at,
			    width - ELLIPSIS * font, font);
		}
		if (line->len == 0)
			break;
		at += line->len;
		while (
		    line->len > 1 && text[line->start + line->len - 1] == ' ')
			line->len--;
		line->width = forest_text_width(text + line->start, line->len,
				  font, &line->is_guessed) +
			      (line->is_cut ? ELLIPSIS * font : 0);
		n++;
	}
	return n;
}
