/*
 * UTF-8 (RFC 3629): strict checking, walking, folding. The only user of
 * utf8proc.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/*
 * 1 when the bytes are strict UTF-8 (no surrogates, overlongs, > U+10FFFF).
 * ret_bad, when not NULL, gets the offset of the first bad byte.
 */
int valid_utf8(const void *data, size_t len, size_t *ret_bad);

/*
 * 1 when valid_utf8() and every character is allowed in XML 1.0 text: no C0
 * control but tab, newline (carriage return is refused: it does not survive
 * canonicalisation), no U+FFFE, U+FFFF.
 */
int valid_xml_text(const void *data, size_t len, size_t *ret_bad);

/*
 * Decode one character at *p (before end) and move *p behind it. A bad byte
 * gives U+FFFD and moves one byte, so a walk always ends.
 */
uint32_t utf8_next(const char **p, const char *end);

/* Append one character. */
void utf8_add(struct strbuf *sb, uint32_t ch);

/* Characters (code points) in valid UTF-8. */
size_t utf8_count(const char *text, size_t len);

/* Does it hold a character that turns the direction of what follows (U+202A
 * to U+202E, U+2066 to U+2069)? NULL: no. */
bool utf8_has_bidi(const char *text);

/* Largest n <= len that does not cut a character. */
size_t utf8_floor(const char *text, size_t len);

/* NFC; returns 0, or -1 with ERR_FORMAT for broken UTF-8. */
int utf8_nfc(const char *text, size_t len, struct strbuf *ret_out,
    struct err *err) MUST_CHECK;

/*
 * NFKC, case folded, diacritics dropped: the form in which words are
 * compared ("Ängste" -> "angste"). Broken bytes become U+FFFD.
 */
void utf8_fold(const char *text, size_t len, struct strbuf *ret_out);
/* As utf8_fold() but marks stay: for scripts whose vowels are marks. */
void utf8_fold_keep(const char *text, size_t len, struct strbuf *ret_out);

/* What a character is to one who looks for words. */
enum utf8_class { UTF8_OTHER, UTF8_LETTER, UTF8_DIGIT, UTF8_MARK };
enum utf8_class utf8_class(uint32_t ch);

/*
 * Latin-1 / Windows-1252 to UTF-8 (undefined bytes become U+FFFD); UTF-16
 * with the given byte order. For files whose encoding was detected.
 */
void utf8_from_cp1252(const void *data, size_t len, struct strbuf *ret_out);
int utf8_from_utf16(const void *data, size_t len, bool big_endian,
    struct strbuf *ret_out, struct err *err) MUST_CHECK;

#endif
