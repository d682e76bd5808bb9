/*
 * notes: which group numbers a transaction has touched and what they were
 * before it, in one open-addressed table, so that commit tells search/
 * each change once. Sums of digests are kept here as well: adding is what
 * makes the digest of a set independent of order.
 */
#include <stdlib.h>
#include <string.h>

#include "catalogue/catalogue_priv.h"

void
notes_clear(struct notes *notes)
{
	free(notes->slots);
	free(notes->elements);
	memset(notes, 0, sizeof(*notes));
}

static size_t
slot_of(const struct notes *notes, int64_t number)
{
	uint64_t h = (uint64_t)number * 0x9e3779b97f4a7c15u;
	size_t mask = notes->alloc - 1;
	size_t i = (size_t)(h >> 20) & mask;

	while (notes->slots[i].number != 0 && notes->slots[i].number != number)
		i = (i + 1) & mask;
	return i;
}

static void
grow(struct notes *notes)
{
	struct notes old = *notes;

	notes->alloc = old.alloc == 0 ? 1024 : old.alloc * 2;
	notes->slots = xcalloc(notes->alloc, sizeof(*notes->slots));
	for (size_t i = 0; i < old.alloc; i++) {
		if (old.slots[i].number != 0)
			notes->slots[slot_of(notes, old.slots[i].number)] =
			    old.slots[i];
	}
	free(old.slots);
}

struct note *
notes_get(struct notes *notes, int64_t number)
{
	struct note *note;

	if (notes->n * 3 >= notes->alloc * 2)
		grow(notes);
	note = &notes->slots[slot_of(notes, number)];
	if (note->number == 0) {
		note->number = number;
		notes->n++;
	}
	return note;
}

uint32_t
notes_element(struct notes *notes, const uint8_t element[SHA256_LEN])
{
	if (notes->n_elements == 0)
		notes->n_elements = 1;
	notes->elements = vec_grow(notes->elements, notes->n_elements,
	    &notes->alloc_elements, sizeof(*notes->elements));
	memcpy(notes->elements[notes->n_elements], element, SHA256_LEN);
	return (uint32_t)notes->n_elements++;
}

static int
compare(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

int64_t *
notes_sorted(const struct notes *notes, size_t *ret_n)
{
	int64_t *numbers = xcalloc(notes->n + 1, sizeof(*numbers));
	size_t n = 0;

	for (size_t i = 0; i < notes->alloc; i++) {
		if (notes->slots[i].number != 0)
			numbers[n++] = notes->slots[i].number;
	}
	if (n > 1)
		qsort(numbers, n, sizeof(*numbers), compare);
	*ret_n = n;
	return numbers;
}

void
sum_add(uint8_t sum[SHA256_LEN], const uint8_t element[SHA256_LEN])
{
	unsigned carry = 0;

	for (int i = SHA256_LEN - 1; i >= 0; i--) {
		carry += (unsigned)sum[i] + element[i];
		sum[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

void
sum_subtract(uint8_t sum[SHA256_LEN], const uint8_t element[SHA256_LEN])
{
	unsigned carry = 1;

	for (int i = SHA256_LEN - 1; i >= 0; i--) {
		carry += (unsigned)sum[i] + (uint8_t)~element[i];
		sum[i] = (uint8_t)carry;
		carry >>= 8;
	}
}
