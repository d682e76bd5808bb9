/*
 * letter: what one character is to the tokenizer, and how it folds. Inside
 * search/.
 */
#ifndef SEARCH_LETTER_H
#define SEARCH_LETTER_H

#include "base/base.h"

enum shape {
	SHAPE_OTHER,   /* ends a word */
	SHAPE_WORD,    /* letter or digit of a script with spaces */
	SHAPE_CLUSTER, /* letter of a script without */
	SHAPE_MARK,    /* belongs to what stands before */
	SHAPE_SKIP,    /* invisible inside words */
	SHAPE_JOIN     /* apostrophe or hyphen */
};
enum shape letter_shape(uint32_t ch);

/*
 * Folded form of a character that is written with one or two bytes. What
 * stands beside these never matters: the form of a word is those of its
 * letters in a row.
 */
#define LETTERS_MAX 0x800
#define LETTER_TEXT 6
struct letter {
	uint8_t shape;
	uint8_t len;
	char text[LETTER_TEXT];
};

/* What a byte is at first sight: the letter it folds to, or one of these. */
#define BYTE_END  0 /* ends a word */
#define BYTE_TWO  1 /* first of two */
#define BYTE_SLOW 2 /* joins, is one of more than two, or none of UTF-8 */

struct letters {
	struct letter by_char[LETTERS_MAX];
	unsigned char by_byte[256];
};
const struct letters *letter_table(void);

/* A letter that folds to itself when no mark follows (Han, Kana, Hangul). */
bool letter_is_plain(uint32_t ch);
/* Fold a word into *out; keep: its marks are vowels. *spare is for the call. */
void letter_fold(const char *raw, size_t len, bool keep, struct strbuf *spare,
    struct strbuf *out);

#endif
