/*
 * utf8: strict UTF-8 (RFC 3629), walking, folding, and the encodings that
 * files of people come in. The only user of utf8proc.
 */
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/arena.h"

#define REPLACEMENT 0xfffd

/* Length of the strict sequence at p (1 to 4), 0 when it is none. */
static size_t
sequence(const unsigned char *p, const unsigned char *end, uint32_t *ret_ch)
{
	size_t n, i;
	uint32_t ch, least;

	if (p[0] < 0x80) {
		*ret_ch = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		n = 2;
		ch = p[0] & 0x1f;
		least = 0x80;
	} else if ((p[0] & 0xf0) == 0xe0) {
		n = 3;
		ch = p[0] & 0x0f;
		least = 0x800;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		n = 4;
		ch = p[0] & 0x07;
		least = 0x10000;
	} else {
		return 0;
	}
	if ((size_t)(end - p) < n)
		return 0;
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		ch = ch << 6 | (p[i] & 0x3f);
	}
	if (ch < least || ch > 0x10ffff || (ch >= 0xd800 && ch <= 0xdfff))
		return 0;
	*ret_ch = ch;
	return n;
}

/* Eight bytes at a time: 1 when all are 0x20 to 0x7f. */
static int
is_plain(const unsigned char *p)
{
	const uint64_t high = 0x8080808080808080u;
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return (word & high) == 0 &&
	       ((word + 0x6060606060606060u) & high) == high;
}

static int
check(const void *data, size_t len, bool for_xml, size_t *ret_bad)
{
	const unsigned char *start = data, *p = start, *end = start + len;

	while (p < end) {
		uint32_t ch;
		size_t n;

		/* Most text is; every page of a feed comes through here. */
		while (end - p >= 8 && is_plain(p))
			p += 8;
		while (p < end && *p >= 0x20 && *p < 0x80)
			p++;
		if (p == end)
			break;
		n = sequence(p, end, &ch);
		if (n == 0 ||
		    (for_xml && ((ch < 0x20 && ch != '\t' && ch != '\n') ||
				    ch == 0xfffe || ch == 0xffff))) {
			if (ret_bad != NULL)
				*ret_bad = (size_t)(p - start);
			return 0;
		}
		p += n;
	}
	return 1;
}

int
valid_utf8(const void *data, size_t len, size_t *ret_bad)
{
	return check(data, len, false, ret_bad);
}

int
valid_xml_text(const void *data, size_t len, size_t *ret_bad)
{
	return check(data, len, true, ret_bad);
}

uint32_t
utf8_next(const char **p, const char *end)
{
	uint32_t ch = REPLACEMENT;
	size_t n = sequence((const unsigned char *)*p,
	    (const unsigned char *)end, &ch);

	if (n == 0) {
		ch = REPLACEMENT;
		n = 1;
	}
	*p += n;
	return ch;
}

void
utf8_add(struct strbuf *sb, uint32_t ch)
{
	unsigned char out[4];
	utf8proc_ssize_t n;

	if (ch > 0x10ffff || (ch >= 0xd800 && ch <= 0xdfff))
		ch = REPLACEMENT;
	n = utf8proc_encode_char((utf8proc_int32_t)ch, out);
	strbuf_add(sb, out, (size_t)n);
}

size_t
utf8_count(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			n++;
	}
	return n;
}

size_t
utf8_floor(const char *text, size_t len)
{
	/* text[len] may be the NUL, which starts no sequence. */
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* Words are mapped by the million: no memory of their own, and taken apart
 * once. Longer text than this goes through utf8proc_map(). */
#define MAP_CHARS 256

static bool
map_short(const char *text, size_t len, utf8proc_option_t options,
    struct strbuf *ret_out)
{
	/* One more: the end of the text is marked by a byte 0. */
	utf8proc_int32_t chars[MAP_CHARS + 1];
	utf8proc_ssize_t n;

	n = utf8proc_decompose((const utf8proc_uint8_t *)text,
	    (utf8proc_ssize_t)len, chars, MAP_CHARS, options);
	if (n > MAP_CHARS)
		return false;
	if (n > 0)
		n = utf8proc_reencode(chars, n, options);
	if (n > 0)
		strbuf_add(ret_out, chars, (size_t)n);
	return true;
}

static void
map_utf8(const char *text, size_t len, utf8proc_option_t options,
    struct strbuf *ret_out)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n;

	if (len <= MAP_CHARS && map_short(text, len, options, ret_out))
		return;
	n = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len,
	    &out, options);
	if (n > 0)
		strbuf_add(ret_out, out, (size_t)n);
	free(out);
}

/* Letters of large scripts that are composed as they stand and compose with
 * nothing before them. */
static bool
is_composed(uint32_t ch)
{
	return ch < 0x300 || (ch >= 0x400 && ch <= 0x45f) || /* Cyrillic */
	       (ch >= 0x621 && ch <= 0x64a) ||               /* Arabic */
	       (ch >= 0x3041 && ch <= 0x3096) ||             /* Hiragana */
	       (ch >= 0x30a1 && ch <= 0x30fa) ||             /* Katakana */
	       (ch >= 0x4e00 && ch <= 0x9fef) ||             /* Han */
	       (ch >= 0xac00 && ch <= 0xd7a3);               /* Hangul */
}

int
utf8_nfc(const char *text, size_t len, struct strbuf *ret_out, struct err *err)
{
	const char *p = text, *end = text + len;
	bool is_done = true;
	size_t bad;

	if (!valid_utf8(text, len, &bad)) {
		return err_set(err, ERR_FORMAT, "byte %zu is not UTF-8",
		    bad + 1);
	}
	/* Most text is composed already. Bytes below 0xcc: below U+0300. */
	while (p < end && is_done) {
		if ((unsigned char)*p < 0xcc)
			p++;
		else
			is_done = is_composed(utf8_next(&p, end));
	}
	if (is_done)
		strbuf_add(ret_out, text, len);
	else
		map_utf8(text, len, UTF8PROC_STABLE | UTF8PROC_COMPOSE,
		    ret_out);
	return 0;
}

static void
fold(const char *text, size_t len, int options, struct strbuf *ret_out)
{
	const utf8proc_option_t all =
	    (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE |
				UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
				UTF8PROC_IGNORE | options);
	const char *p = text, *end = text + len;
	struct strbuf clean;

	/* Most text is ASCII and needs no table. */
	while (p < end && (unsigned char)*p < 0x80)
		p++;
	if (p == end) {
		for (size_t i = 0; i < len; i++) {
			char ch = text[i];

			strbuf_addch(ret_out,
			    ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch);
		}
		return;
	}
	if (valid_utf8(text, len, NULL)) {
		map_utf8(text, len, all, ret_out);
		return;
	}
	strbuf_init(&clean, len * 3);
	for (p = text; p < end;)
		utf8_add(&clean, utf8_next(&p, end));
	map_utf8(clean.buf, clean.len, all, ret_out);
	strbuf_release(&clean);
}

void
utf8_fold(const char *text, size_t len, struct strbuf *ret_out)
{
	fold(text, len, UTF8PROC_STRIPMARK, ret_out);
}

void
utf8_fold_keep(const char *text, size_t len, struct strbuf *ret_out)
{
	fold(text, len, 0, ret_out);
}

enum utf8_class
utf8_class(uint32_t ch)
{
	if (ch < 0x80) {
		if (ch >= '0' && ch <= '9')
			return UTF8_DIGIT;
		return (ch | 0x20) >= 'a' && (ch | 0x20) <= 'z' ? UTF8_LETTER
								: UTF8_OTHER;
	}
	switch (utf8proc_category((utf8proc_int32_t)ch)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO: return UTF8_LETTER;
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO: return UTF8_DIGIT;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME: return UTF8_MARK;
	default: return UTF8_OTHER;
	}
}

void
utf8_from_cp1252(const void *data, size_t len, struct strbuf *ret_out)
{
	/* 0x80 to 0x9f; the five holes become U+FFFD. */
	static const uint16_t high[32] = { 0x20ac, 0xfffd, 0x201a, 0x0192,
		0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
		0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c,
		0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
		0x0153, 0xfffd, 0x017e, 0x0178 };
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++) {
		utf8_add(ret_out,
		    p[i] >= 0x80 && p[i] < 0xa0 ? high[p[i] - 0x80] : p[i]);
	}
}

int
utf8_from_utf16(const void *data, size_t len, bool big_endian,
    struct strbuf *ret_out, struct err *err)
{
	const unsigned char *p = data;
	int hi = big_endian ? 0 : 1, lo = 1 - hi;

	if (len % 2 != 0)
		return err_set(err, ERR_FORMAT, "UTF-16 text of odd length");
	for (size_t i = 0; i < len; i += 2) {
		uint32_t ch = (uint32_t)p[i + (size_t)hi] << 8 |
			      p[i + (size_t)lo];

		if (ch >= 0xd800 && ch <= 0xdbff && i + 3 < len) {
			uint32_t low = (uint32_t)p[i + 2 + (size_t)hi] << 8 |
				       p[i + 2 + (size_t)lo];

			if (low >= 0xdc00 && low <= 0xdfff) {
				ch = 0x10000 + ((ch - 0xd800) << 10) +
				     (low - 0xdc00);
				i += 2;
			}
		}
		if (ch >= 0xd800 && ch <= 0xdfff)
			return err_set(err, ERR_FORMAT,
			    "byte %zu: half a UTF-16 pair", i + 1);
		utf8_add(ret_out, ch);
	}
	return 0;
}

bool
utf8_has_bidi(const char *text)
{
	const char *p = text;

	while (p != NULL && (p = strchr(p, '\xe2')) != NULL) {
		unsigned char b = (unsigned char)p[1];
		unsigned char c = b != 0 ? (unsigned char)p[2] : 0;

		if ((b == 0x80 && c >= 0xaa && c <= 0xae) ||
		    (b == 0x81 && c >= 0xa6 && c <= 0xa9))
			return true;
		p++;
	}
	return false;
}
