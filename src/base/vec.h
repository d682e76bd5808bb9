/*
 * Growing arrays in plain C: a pointer, a length and a capacity that belong
 * to the owner's struct. VEC_PUSH aborts when memory is gone.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stddef.h>

/* Make room for one more item of size bytes; returns the new array. */
void *vec_grow(void *items, size_t len, size_t *cap, size_t size);

#define VEC_PUSH(items, len, cap, item)                                        \
	do {                                                                   \
		(items) = vec_grow((items), (len), &(cap), sizeof(*(items)));  \
		(items)[(len)++] = (item);                                     \
	} while (0)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
