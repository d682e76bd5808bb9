/*
 * address: which addresses a fetch may connect to. Looked up names can point
 * anywhere, so the check is made on the very address a socket is opened for
 * (feed-protocol.md section 9). Ranges: IANA special-purpose registries.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include <string.h>

#include "net/transfer.h"

struct range4 {
	uint32_t base;
	int bits;
};

static const struct range4 private4[] = {
	{ 0x00000000, 8 },  /* this network */
	{ 0x0a000000, 8 },  /* private */
	{ 0x64400000, 10 }, /* shared, RFC 6598 */
	{ 0x7f000000, 8 },  /* loopback */
	{ 0xa9fe0000, 16 }, /* link-local */
	{ 0xac100000, 12 }, /* private */
	{ 0xc0000000, 24 }, /* protocol assignments */
	{ 0xc0000200, 24 }, /* documentation */
	{ 0xc0a80000, 16 }, /* private */
	{ 0xc6120000, 15 }, /* benchmarking */
	{ 0xc6336400, 24 }, /* documentation */
	{ 0xcb007100, 24 }, /* documentation */
	{ 0xe0000000, 4 },  /* multicast */
	{ 0xf0000000, 4 },  /* reserved, broadcast */
};

static int
is_private4(uint32_t address)
{
	for (size_t i = 0; i < ARRAY_LEN(private4); i++)
		if ((address ^ private4[i].base) >> (32 - private4[i].bits) ==
		    0)
			return 1;
	return 0;
}

static uint32_t
read_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static int
is_private6(const uint8_t a[16])
{
	static const uint8_t zero[12];
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };

	/* The wrappers of v4 are as private as what they wrap. */
	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return is_private4(read_be32(a + 12));
	if (memcmp(a, zero, 12) == 0) /* ::, ::1, v4-compatible */
		return 1;
	if (a[0] == 0x20 && a[1] == 0x02) /* 6to4 */
		return is_private4(read_be32(a + 2));
	/* Only 2000::/3 is given out; documentation and Teredo lie in it. */
	if ((a[0] & 0xe0) != 0x20)
		return 1;
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8)
		return 1;
	return a[0] == 0x20 && a[1] == 0x01 && a[2] == 0 && a[3] == 0;
}

int
address_is_private(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		return is_private4(ntohl(v4.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		return is_private6(v6.sin6_addr.s6_addr);
	}
	return 1;
}

int
net_address_is_private(const char *address)
{
	uint8_t raw[16];
	char bare[INET6_ADDRSTRLEN + 20];
	size_t len = strcspn(address, "%"); /* fe80::1%eth0 */

	if (len >= sizeof(bare))
		return 1;
	memcpy(bare, address, len);
	bare[len] = '\0';
	if (inet_pton(AF_INET, bare, raw) == 1)
		return is_private4(read_be32(raw));
	if (inet_pton(AF_INET6, bare, raw) == 1)
		return is_private6(raw);
	return 1;
}
