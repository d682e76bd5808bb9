/*
 * Signing and verifying: ecdsa-sha256 as r || s (what XML Signature wants,
 * never DER) with low s, and rsa-sha256 as PKCS#1 v1.5 (design:
 * feed-protocol.md 5). High s is accepted: two heads are the same when their
 * signed digest is, not when their signature bytes are.
 */
#include "crypto/key.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#define P256_SIG_LEN 64
#define SIG_MAX      1024

static int
raw_sign(const struct key *key, const void *data, size_t len,
    unsigned char *ret_sig, size_t *ret_len, struct err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t sig_len = SIG_MAX;
	int rc = -1;

	if (ctx == NULL ||
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key->pkey) != 1 ||
	    EVP_DigestSign(ctx, ret_sig, &sig_len, data, len) != 1) {
		crypto_err(err, ERR_TRUST, "signing");
	} else {
		*ret_len = sig_len;
		rc = 0;
	}
	EVP_MD_CTX_free(ctx);
	return rc;
}

/* s of an ECDSA signature, or order - s: whichever is lower. */
static BIGNUM *
low_s(const BIGNUM *s)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	BIGNUM *low = BN_dup(s), *half = BN_new();
	const BIGNUM *order = group != NULL ? EC_GROUP_get0_order(group) : NULL;

	if (low == NULL || half == NULL || order == NULL ||
	    BN_rshift1(half, order) != 1 ||
	    (BN_cmp(low, half) > 0 && BN_sub(low, order, low) != 1)) {
		BN_free(low);
		low = NULL;
	}
	BN_free(half);
	EC_GROUP_free(group);
	return low;
}

static int
der_to_pair(const unsigned char *der, size_t len, unsigned char *ret_pair)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
	BIGNUM *s = NULL;
	int rc = -1;

	if (sig == NULL)
		return -1;
	s = low_s(ECDSA_SIG_get0_s(sig));
	if (s != NULL &&
	    BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret_pair, 32) == 32 &&
	    BN_bn2binpad(s, ret_pair + 32, 32) == 32)
		rc = 0;
	BN_free(s);
	ECDSA_SIG_free(sig);
	return rc;
}

static int
pair_to_der(const unsigned char *pair, unsigned char **ret_der)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(pair, 32, NULL);
	BIGNUM *s = BN_bin2bn(pair + 32, 32, NULL);
	int len = -1;

	if (sig == NULL || r == NULL || s == NULL ||
	    ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
	} else {
		len = i2d_ECDSA_SIG(sig, ret_der);
	}
	ECDSA_SIG_free(sig);
	return len;
}

int
key_sign(const struct key *key, const void *data, size_t len,
    struct strbuf *ret_sig, struct err *err)
{
	unsigned char raw[SIG_MAX], pair[P256_SIG_LEN];
	size_t raw_len = 0;

	if (!key->is_private)
		return err_set(err, ERR_TRUST,
		    "cannot sign: only the public half of the key is here");
	if (raw_sign(key, data, len, raw, &raw_len, err) != 0)
		return -1;
	if (key->type == KEY_TYPE_RSA) {
		strbuf_add(ret_sig, raw, raw_len);
	} else {
		if (der_to_pair(raw, raw_len, pair) != 0)
			return crypto_err(err, ERR_TRUST, "signing");
		strbuf_add(ret_sig, pair, sizeof(pair));
	}
	return strbuf_check(ret_sig, "signature", err);
}

int
key_verify(const struct key *key, const void *data, size_t len, const void *sig,
    size_t sig_len, struct err *err)
{
	const unsigned char *raw = sig;
	unsigned char *der = NULL;
	EVP_MD_CTX *ctx = NULL;
	size_t want = key->type == KEY_TYPE_P256
			  ? P256_SIG_LEN
			  : (size_t)EVP_PKEY_get_size(key->pkey);
	int rc = -1;

	if (sig_len != want)
		return err_set(err, ERR_TRUST,
		    "signature of %zu bytes: this key makes %zu", sig_len,
		    want);
	if (key->type == KEY_TYPE_P256) {
		int n = pair_to_der(raw, &der);

		if (n <= 0) {
			crypto_err(err, ERR_TRUST, "signature");
			goto out;
		}
		raw = der;
		sig_len = (size_t)n;
	}
	ctx = EVP_MD_CTX_new();
	if (ctx == NULL || EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL,
			       key->pkey) != 1) {
		crypto_err(err, ERR_SYS, "verifying");
		goto out;
	}
	if (EVP_DigestVerify(ctx, raw, sig_len, data, len) != 1) {
		ERR_clear_error();
		err_set(err, ERR_TRUST,
		    "signature does not fit the key and the bytes");
		goto out;
	}
	rc = 0;
out:
	EVP_MD_CTX_free(ctx);
	OPENSSL_free(der);
	return rc;
}
