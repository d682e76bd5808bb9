/*
 * bytes: a growing array of bytes for what is written by the million: one
 * comparison where there is room. Unlike strbuf it has neither cap nor NUL;
 * its users bound what they add. Inside search/.
 */
#ifndef SEARCH_BYTES_H
#define SEARCH_BYTES_H

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

struct bytes {
	unsigned char *data;
	size_t len, cap;
};

void bytes_grow(struct bytes *b, size_t more);

/* Where the next `more` bytes may be written; b->len is the caller's. */
static inline unsigned char *
bytes_room(struct bytes *b, size_t more)
{
	if (b->cap - b->len < more)
		bytes_grow(b, more);
	return b->data + b->len;
}

static inline void
bytes_add(struct bytes *b, const void *data, size_t len)
{
	if (len > 0)
		memcpy(bytes_room(b, len), data, len);
	b->len += len;
}

static inline void
bytes_clear(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes){ 0 };
}

#endif
