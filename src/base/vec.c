/*
 * vec: growing arrays (vec.h).
 */
#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"

void *
vec_grow(void *items, size_t len, size_t *cap, size_t size)
{
	if (len < *cap)
		return items;
	if (*cap > SIZE_MAX / 2 / size)
		abort();
	*cap = *cap == 0 ? 8 : *cap * 2;
	return xrealloc(items, *cap * size);
}
