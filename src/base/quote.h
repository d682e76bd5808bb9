/*
 * Foreign text made harmless for a terminal or a log line; hex.
 */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/strbuf.h"

/*
 * Append text for a log line or an error: control characters, broken UTF-8,
 * bidirectional marks, quote and backslash escaped (\xNN, \u{N}); at most
 * max bytes of input, then "...".
 */
void log_quote(struct strbuf *sb, const char *text, size_t len, size_t max);
/* As log_quote() into the arena, at most 120 bytes, within quotes '...'. */
const char *quoted(struct arena *arena, const char *text);

/* Lower-case hex of len bytes; ret_text takes 2 * len + 1. */
void hex_encode(const void *data, size_t len, char *ret_text);
/* Exactly 2 * len lower-case hex digits and then the end: 0, else -1. */
int hex_decode(const char *text, void *ret_data, size_t len);

/* Nearest of names[0..n) to text by edit distance <= 2, or NULL. */
const char *nearest_name(const char *text, const char *const *names, size_t n);

#endif
