/*
 * address: how many connections each client address holds, so that one can
 * not take them all. Loopback is a front proxy or a test and not counted.
 * Neighbours: conn.c takes and gives back.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "http/server.h"

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static void
address_of(const struct sockaddr *sa, struct address *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;

		memcpy(ret->bytes, mapped, sizeof(mapped));
		memcpy(ret->bytes + 12, &in->sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)sa;

		memcpy(ret->bytes, &in6->sin6_addr, 16);
		if (IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr))
			return;
	} else {
		return;
	}
	if (memcmp(ret->bytes, mapped, sizeof(mapped)) == 0)
		ret->is_counted = ret->bytes[12] != 127;
	else {
		memset(ret->bytes + 8, 0, 8);
		ret->is_counted = true;
	}
}

void
addresses_init(struct addresses *a, size_t max_connections)
{
	pthread_mutex_init(&a->lock, NULL);
	a->n_slots = 64;
	while (a->n_slots < 2 * max_connections)
		a->n_slots *= 2;
	a->slots = xcalloc(a->n_slots, sizeof(*a->slots));
}

void
addresses_release(struct addresses *a)
{
	pthread_mutex_destroy(&a->lock);
	free(a->slots);
}

static size_t
home(const struct addresses *a, const uint8_t bytes[16])
{
	uint32_t hash = 2166136261u;

	for (int i = 0; i < 16; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash & (a->n_slots - 1);
}

/* The slot of an address, or the free one where it belongs. */
static size_t
find(const struct addresses *a, const uint8_t bytes[16])
{
	size_t i = home(a, bytes);

	while (a->slots[i].n != 0 && memcmp(a->slots[i].bytes, bytes, 16) != 0)
		i = (i + 1) & (a->n_slots - 1);
	return i;
}

int
addresses_take(struct addresses *a, const struct sockaddr *sa,
    struct address *ret)
{
	int rc = 0;
	size_t i;

	address_of(sa, ret);
	if (!ret->is_counted)
		return 0;
	pthread_mutex_lock(&a->lock);
	i = find(a, ret->bytes);
	if (a->slots[i].n >= HTTP_PER_ADDRESS_MAX)
		rc = -1;
	else if (a->slots[i].n++ == 0)
		memcpy(a->slots[i].bytes, ret->bytes, 16);
	pthread_mutex_unlock(&a->lock);
	return rc;
}

void
addresses_give(struct addresses *a, const struct address *address)
{
	size_t i, j;

	if (!address->is_counted)
		return;
	pthread_mutex_lock(&a->lock);
	i = find(a, address->bytes);
	if (a->slots[i].n != 0 && --a->slots[i].n == 0) {
		/* Close the gap, so that probing still finds the rest. */
		for (j = (i + 1) & (a->n_slots - 1); a->slots[j].n != 0;
		     j = (j + 1) & (a->n_slots - 1)) {
			struct address_slot slot = a->slots[j];

			a->slots[j].n = 0;
			a->slots[find(a, slot.bytes)] = slot;
		}
	}
	pthread_mutex_unlock(&a->lock);
}
