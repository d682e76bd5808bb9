/*
 * Arena: the memory of one page being merged or of one request. Everything
 * taken from it is freed at once. Running out of memory aborts, which is
 * safe only because every input has a cap.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/err.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is legal */
/* Give everything back but keep the blocks for the next round. */
void arena_reset(struct arena *arena);

/* Zeroed memory, aligned for any type; never NULL. */
void *arena_alloc(struct arena *arena, size_t len);
/* A copy with a NUL behind it. */
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *fmt, ...) ERR_PRINTF(2, 3);
/*
 * A copy of an array of n items (items may be NULL when n is 0), with one
 * zeroed item behind the last.
 */
void *arena_items(struct arena *arena, const void *items, size_t n,
    size_t size);
/* Bytes handed out since arena_new() or arena_reset(). */
size_t arena_used(const struct arena *arena);

/* malloc family that aborts with one line when memory is gone. */
void *xmalloc(size_t len);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *old, size_t len);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);

#endif
