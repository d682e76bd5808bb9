/*
 * crypto: digests, keys, signatures, random bytes. The only user of OpenSSL
 * (libcurl and libevent use it by themselves).
 */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include "base/base.h"

#define SHA256_LEN     32
#define SHA256_HEX_LEN 65 /* 64 digits and NUL */

struct sha256; /* running digest */
struct sha256 *sha256_new(void);
void sha256_free(struct sha256 *sha);
void sha256_update(struct sha256 *sha, const void *data, size_t len);
/* Ends the digest and readies the struct for a new one. */
void sha256_final(struct sha256 *sha, uint8_t ret_digest[SHA256_LEN]);
/* One call. */
void sha256(const void *data, size_t len, uint8_t ret_digest[SHA256_LEN]);
void sha256_hex(const void *data, size_t len, char ret_hex[SHA256_HEX_LEN]);

/* Equal in constant time. */
bool crypto_equal(const void *a, const void *b, size_t len);
void crypto_random(void *ret_data, size_t len); /* aborts when it can't */
/* Random UUID (RFC 9562 version 4) / name-based (version 5, SHA-1) in the
 * namespace given as text UUID; ret takes 37 bytes. */
void uuid_random(char ret_uuid[37]);
void uuid_named(const char *namespace_uuid, const char *name,
    char ret_uuid[37]);

/* Base64 (RFC 4648 section 4), no line breaks. */
void base64_encode(const void *data, size_t len, struct strbuf *ret_out);
/* Strict: padding required, no white space. ERR_FORMAT. */
int base64_decode(const char *text, size_t len, struct strbuf *ret_out,
    struct err *err) MUST_CHECK;

/* ---- keys ---- */

enum key_type { KEY_TYPE_P256, KEY_TYPE_RSA };

struct key; /* a public key, perhaps with its private half */

/* A new P-256 pair. */
struct key *key_new(struct err *err) MUST_CHECK;
void key_free(struct key *key); /* wipes; NULL is legal */
/*
 * Read a PEM file: PKCS#8 private key or SPKI public key. A private key that
 * others may read (mode & 077) is refused with ERR_CONF. Only P-256 and RSA
 * of 3072 to 4096 bits: else ERR_TRUST.
 */
struct key *key_read(const char *path, struct err *err) MUST_CHECK;
/* Write the private half as PKCS#8 PEM, mode 0600; never overwrites
 * (ERR_CONFLICT). */
int key_write(const struct key *key, const char *path,
    struct err *err) MUST_CHECK;
/* SubjectPublicKeyInfo, DER / from DER. */
int key_public_der(const struct key *key, struct strbuf *ret_out,
    struct err *err) MUST_CHECK;
struct key *key_from_public_der(const void *der, size_t len,
    struct err *err) MUST_CHECK;
/* PEM of the public half, for xmlsec1 and openssl. */
int key_public_pem(const struct key *key, struct strbuf *ret_out,
    struct err *err) MUST_CHECK;
/* Hex SHA-256 of the SPKI: what peers pin. */
void key_hash(const struct key *key, char ret_hex[SHA256_HEX_LEN]);
enum key_type key_type(const struct key *key);
bool key_is_private(const struct key *key);
/* The first 16 bytes of a hex hash as 16 words for the telephone (one word a
 * byte, words.def); in the arena. "" when hex is no hash. */
const char *key_words(struct arena *arena, const char *hex);

/*
 * ecdsa-sha256: r || s, 64 bytes, low s. rsa-sha256: PKCS#1 v1.5.
 */
int key_sign(const struct key *key, const void *data, size_t len,
    struct strbuf *ret_sig, struct err *err) MUST_CHECK;
/* 0 when good, else -1 with ERR_TRUST. High s is accepted. */
int key_verify(const struct key *key, const void *data, size_t len,
    const void *sig, size_t sig_len, struct err *err) MUST_CHECK;

#endif
