/*
 * UUIDs (RFC 9562): random ones for new records, name-based ones for
 * imported records, so that importing the same row twice gives the same id.
 */
#include "crypto/crypto.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define UUID_BYTES 16

static void
format(uint8_t b[UUID_BYTES], unsigned version, char ret_uuid[37])
{
	static const uint8_t part[] = { 4, 2, 2, 2, 6 };
	size_t i, at = 0;

	b[6] = (uint8_t)((b[6] & 0x0f) | (version << 4));
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	for (i = 0; i < sizeof(part); i++) {
		if (i > 0)
			*ret_uuid++ = '-';
		hex_encode(b + at, part[i], ret_uuid);
		ret_uuid += 2 * part[i];
		at += part[i];
	}
}

void
uuid_random(char ret_uuid[37])
{
	uint8_t b[UUID_BYTES];

	crypto_random(b, sizeof(b));
	format(b, 4, ret_uuid);
}

void
uuid_named(const char *namespace_uuid, const char *name, char ret_uuid[37])
{
	uint8_t ns[UUID_BYTES] = { 0 }, digest[EVP_MAX_MD_SIZE];
	char hex[2 * UUID_BYTES + 1];
	size_t i, n = 0;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	for (i = 0; namespace_uuid[i] != '\0' && n < 2 * UUID_BYTES; i++)
		if (namespace_uuid[i] != '-')
			hex[n++] = namespace_uuid[i];
	hex[n] = '\0';
	/* The namespaces are our own constants: a wrong one is a bug. */
	if (hex_decode(hex, ns, sizeof(ns)) != 0)
		abort();
	if (ctx == NULL || EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) != 1 ||
	    EVP_DigestUpdate(ctx, ns, sizeof(ns)) != 1 ||
	    EVP_DigestUpdate(ctx, name, strlen(name)) != 1 ||
	    EVP_DigestFinal_ex(ctx, digest, NULL) != 1)
		abort();
	EVP_MD_CTX_free(ctx);
	format(digest, 5, ret_uuid);
}
