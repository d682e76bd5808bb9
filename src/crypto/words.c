/*
 * A key's hash in words, for two people on the telephone. The first 16 of
 * its 32 bytes, one word each: 128 bits are more than anybody can search for
 * a second key that reads the same.
 */
#include "crypto/crypto.h"

#include <string.h>

#define WORDS_BYTES 16

static const char *const words[] = {
#define WORD(text) text,
#include "crypto/words.def"
#undef WORD
};

_Static_assert(ARRAY_LEN(words) == 256, "one word for each byte value");

const char *
key_words(struct arena *arena, const char *hex)
{
	uint8_t bytes[WORDS_BYTES];
	char head[2 * WORDS_BYTES + 1];
	struct strbuf sb;
	const char *text;
	size_t i;

	if (strlen(hex) < 2 * WORDS_BYTES)
		return "";
	memcpy(head, hex, 2 * WORDS_BYTES);
	head[2 * WORDS_BYTES] = '\0';
	if (hex_decode(head, bytes, sizeof(bytes)) != 0)
		return "";
	strbuf_init(&sb, 1024);
	for (i = 0; i < WORDS_BYTES; i++) {
		if (i > 0)
			strbuf_addch(&sb, ' ');
		strbuf_addstr(&sb, words[bytes[i]]);
	}
	text = arena_strndup(arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return text;
}
