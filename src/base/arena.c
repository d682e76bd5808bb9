/*
 * arena: memory of one page or one request, given back at once. Blocks
 * double in size; a large piece gets a block of its own.
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_FIRST   8192
#define ARENA_LARGEST (1024 * 1024)
#define ARENA_ALIGN   16

struct block {
	struct block *next;
	size_t size;
	size_t used;
	/* Keeps the bytes behind the header aligned. */
	_Alignas(ARENA_ALIGN) char data[];
};

struct arena {
	struct block *first; /* the block in use; full ones follow */
	size_t used;
};

static void
out_of_memory(void)
{
	static const char text[] = "gspd: out of memory\n";

	(void)fwrite(text, 1, sizeof(text) - 1, stderr);
	abort();
}

void *
xmalloc(size_t len)
{
	void *p = malloc(len != 0 ? len : 1);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(n != 0 ? n : 1, size != 0 ? size : 1);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
xrealloc(void *old, size_t len)
{
	void *p = realloc(old, len != 0 ? len : 1);

	if (p == NULL)
		out_of_memory();
	return p;
}

char *
xstrndup(const char *text, size_t len)
{
	char *p = xmalloc(len + 1);

	memcpy(p, text, len);
	p[len] = '\0';
	return p;
}

char *
xstrdup(const char *text)
{
	return xstrndup(text, strlen(text));
}

static struct block *
block_new(size_t size)
{
	struct block *b = xmalloc(sizeof(*b) + size);

	b->next = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

struct arena *
arena_new(void)
{
	return xcalloc(1, sizeof(struct arena));
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	for (struct block *b = arena->first, *next; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(arena);
}

void
arena_reset(struct arena *arena)
{
	struct block *keep = arena->first;

	/* One block of ordinary size stays; giants go back. */
	while (keep != NULL && keep->size > ARENA_LARGEST) {
		struct block *next = keep->next;

		free(keep);
		keep = next;
	}
	if (keep != NULL) {
		for (struct block *b = keep->next, *next; b != NULL; b = next) {
			next = b->next;
			free(b);
		}
		keep->next = NULL;
		keep->used = 0;
	}
	arena->first = keep;
	arena->used = 0;
}

void *
arena_alloc(struct arena *arena, size_t len)
{
	struct block *b = arena->first;
	void *p;

	if (len > SIZE_MAX / 2)
		out_of_memory();
	len = (len + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (b == NULL || b->size - b->used < len) {
		size_t size = b == NULL ? ARENA_FIRST : b->size * 2;

		if (size > ARENA_LARGEST)
			size = ARENA_LARGEST;
		if (size < len)
			size = len;
		b = block_new(size);
		b->next = arena->first;
		arena->first = b;
	}
	p = b->data + b->used;
	b->used += len;
	arena->used += len;
	memset(p, 0, len);
	return p;
}

char *
arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *p = arena_alloc(arena, len + 1);

	if (len != 0)
		memcpy(p, text, len);
	return p;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap, again;
	int len;
	char *p;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = arena_alloc(arena, (size_t)(len < 0 ? 0 : len) + 1);
	if (len > 0)
		(void)vsnprintf(p, (size_t)len + 1, fmt, again);
	va_end(again);
	return p;
}

void *
arena_items(struct arena *arena, const void *items, size_t n, size_t size)
{
	void *copy;

	if (n >= SIZE_MAX / size)
		out_of_memory();
	copy = arena_alloc(arena, (n + 1) * size);
	if (n > 0)
		memcpy(copy, items, n * size);
	return copy;
}

size_t
arena_used(const struct arena *arena)
{
	return arena->used;
}
