/*
 * The mark behind which a number keeps its text: between parse.c and
 * value.c only.
 */
#ifndef JSON_MARK_H
#define JSON_MARK_H

#define JSON_MARK     "\xef\xbf\xbe" /* U+FFFE, no character */
#define JSON_MARK_LEN 3

#endif
