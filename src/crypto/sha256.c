/*
 * SHA-256, constant-time comparison and random bytes. The digest is fetched
 * from OpenSSL once; hashing ids and pages happens some millions of times in
 * a pull. See key.c for what is done with keys.
 */
#include "crypto/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *md_sha256;

struct sha256 {
	EVP_MD_CTX *ctx;
};

/* A digest that fails is a broken machine: going on would trust anything. */
static void
die(const char *what)
{
	fprintf(stderr, "crypto: %s failed in libcrypto\n", what);
	abort();
}

static void
fetch(void)
{
	md_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (md_sha256 == NULL)
		die("fetching SHA-256");
}

static const EVP_MD *
sha256_md(void)
{
	if (pthread_once(&once, fetch) != 0)
		die("fetching SHA-256");
	return md_sha256;
}

struct sha256 *
sha256_new(void)
{
	struct sha256 *sha = xcalloc(1, sizeof(*sha));

	sha->ctx = EVP_MD_CTX_new();
	if (sha->ctx == NULL ||
	    EVP_DigestInit_ex(sha->ctx, sha256_md(), NULL) != 1)
		die("SHA-256");
	return sha;
}

void
sha256_free(struct sha256 *sha)
{
	if (sha == NULL)
		return;
	EVP_MD_CTX_free(sha->ctx);
	free(sha);
}

void
sha256_update(struct sha256 *sha, const void *data, size_t len)
{
	if (EVP_DigestUpdate(sha->ctx, data, len) != 1)
		die("SHA-256");
}

void
sha256_final(struct sha256 *sha, uint8_t ret_digest[SHA256_LEN])
{
	if (EVP_DigestFinal_ex(sha->ctx, ret_digest, NULL) != 1 ||
	    EVP_DigestInit_ex(sha->ctx, sha256_md(), NULL) != 1)
		die("SHA-256");
}

void
sha256(const void *data, size_t len, uint8_t ret_digest[SHA256_LEN])
{
	if (EVP_Digest(data, len, ret_digest, NULL, sha256_md(), NULL) != 1)
		die("SHA-256");
}

void
sha256_hex(const void *data, size_t len, char ret_hex[SHA256_HEX_LEN])
{
	uint8_t digest[SHA256_LEN];

	sha256(data, len, digest);
	hex_encode(digest, sizeof(digest), ret_hex);
}

bool
crypto_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void
crypto_random(void *ret_data, size_t len)
{
	uint8_t *p = ret_data;

	while (len > 0) {
		int n = len > 65536 ? 65536 : (int)len;

		if (RAND_bytes(p, n) != 1)
			die("the random generator");
		p += n;
		len -= (size_t)n;
	}
}
