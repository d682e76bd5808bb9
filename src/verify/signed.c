/*
 * A signed document: are these the bytes that the pinned key signed? (design:
 * feed-protocol.md 5). The order of the steps is the point: cut by position,
 * find the pinned key, hash, verify; nothing is parsed here. head.c,
 * rotation.c and alliance.c go on from there.
 */
#include <string.h>

#include "crypto/crypto.h"
#include "verify/verify.h"

#define KEY_MAX   2048
#define VALUE_MAX 1024

/* The key in the head, once it is known to be the pinned one. */
static struct key *
pinned_key(enum feed_doc doc, const struct feed_cut *cut, const char *pin,
    enum feed_alg alg, struct err *err)
{
	struct strbuf der;
	struct key *key = NULL;
	uint8_t want[SHA256_LEN], got[SHA256_LEN];

	strbuf_init(&der, KEY_MAX);
	if (pin == NULL || hex_decode(pin, want, sizeof(want)) != 0) {
		err_set(err, ERR_CONF, "no key is pinned (64 hex digits)");
		goto out;
	}
	if (base64_decode(cut->key, cut->key_len, &der, err) != 0 ||
	    strbuf_check(&der, "key", err) != 0) {
		err_prefix(err, "%s: key", feed_doc_name(doc));
		goto out;
	}
	sha256(der.buf, der.len, got);
	if (!crypto_equal(want, got, sizeof(want))) {
		err_set(err, ERR_TRUST,
		    "%s is signed with another key than the pinned one",
		    feed_doc_name(doc));
		goto out;
	}
	key = key_from_public_der(der.buf, der.len, err);
	if (key != NULL &&
	    (key_type(key) == KEY_TYPE_P256) != (alg == FEED_ALG_ECDSA)) {
		err_set(err, ERR_TRUST,
		    "signature algorithm is not that of the pinned key");
		key_free(key);
		key = NULL;
	}
out:
	strbuf_release(&der);
	return key;
}

/* SHA-256 of the body and its end tag is what DigestValue says. */
static int
check_digest(enum feed_doc doc, const char *data, const struct feed_cut *cut,
    uint8_t ret_digest[SHA256_LEN], struct err *err)
{
	struct sha256 *sha = NULL;
	const char *name = feed_doc_name(doc), *end = feed_doc_end(doc);
	struct strbuf want;
	uint8_t got[SHA256_LEN];
	int rc = -1;

	strbuf_init(&want, SHA256_LEN + 1);
	if (base64_decode(cut->digest, 44, &want, err) != 0) {
		err_prefix(err, "%s: digest", name);
		goto out;
	}
	if (want.len != SHA256_LEN) {
		err_set(err, ERR_FORMAT, "%s: digest is not 32 bytes", name);
		goto out;
	}
	sha = sha256_new();
	sha256_update(sha, data, cut->body_len);
	sha256_update(sha, end, strlen(end));
	sha256_final(sha, got);
	if (!crypto_equal(want.buf, got, SHA256_LEN)) {
		err_set(err, ERR_TRUST,
		    "%s was changed after it was signed: digest differs", name);
		goto out;
	}
	memcpy(ret_digest, got, SHA256_LEN);
	rc = 0;
out:
	sha256_free(sha);
	strbuf_release(&want);
	return rc;
}

static int
check_signature(enum feed_doc doc, const struct key *key,
    const struct feed_cut *cut, struct err *err)
{
	struct strbuf sig;
	int rc = -1;

	strbuf_init(&sig, VALUE_MAX);
	if (base64_decode(cut->signature, cut->signature_len, &sig, err) != 0 ||
	    strbuf_check(&sig, "signature", err) != 0)
		err_prefix(err, "%s: signature", feed_doc_name(doc));
	else if (key_verify(key, cut->signed_info, cut->signed_info_len,
		     sig.buf, sig.len, err) != 0)
		err_prefix(err, "%s", feed_doc_name(doc));
	else
		rc = 0;
	strbuf_release(&sig);
	return rc;
}

int
verify_signed(struct arena *arena, enum feed_doc doc, const char *data,
    size_t len, const char *key_hash, const char **ret_body,
    size_t *ret_body_len, char ret_digest[65], struct err *err)
{
	const char *end = feed_doc_end(doc);
	enum feed_alg alg = FEED_ALG_ECDSA;
	struct feed_cut cut;
	struct key *key;
	uint8_t digest[SHA256_LEN];
	char *body;
	int rc = -1;

	if (feed_signed_cut(doc, data, len, &alg, &cut, err) != 0)
		return -1;
	key = pinned_key(doc, &cut, key_hash, alg, err);
	if (key == NULL || check_digest(doc, data, &cut, digest, err) != 0 ||
	    check_signature(doc, key, &cut, err) != 0)
		goto out;
	hex_encode(digest, sizeof(digest), ret_digest);
	body = arena_alloc(arena, cut.body_len + strlen(end));
	memcpy(body, data, cut.body_len);
	memcpy(body + cut.body_len, end, strlen(end));
	*ret_body = body;
	*ret_body_len = cut.body_len + strlen(end);
	rc = 0;
out:
	key_free(key);
	return rc;
}

char *
verify_key_text(struct arena *arena, const struct key *key, struct err *err)
{
	struct strbuf der, text;
	char *ret = NULL;

	strbuf_init(&der, KEY_MAX);
	strbuf_init(&text, 2 * KEY_MAX);
	if (key_public_der(key, &der, err) == 0) {
		base64_encode(der.buf, der.len, &text);
		ret = arena_strndup(arena, text.buf, text.len);
	}
	strbuf_release(&der);
	strbuf_release(&text);
	return ret;
}

static int
make_signature(const struct key *key, const char *body, size_t len,
    struct strbuf *ret_element, struct err *err)
{
	enum feed_alg alg = key_type(key) == KEY_TYPE_P256 ? FEED_ALG_ECDSA
							   : FEED_ALG_RSA;
	struct strbuf digest, info, sig, sig64;
	uint8_t hash[SHA256_LEN];
	int rc;

	strbuf_init(&digest, 64);
	strbuf_init(&info, 4096);
	strbuf_init(&sig, VALUE_MAX);
	strbuf_init(&sig64, 2 * VALUE_MAX);
	sha256(body, len, hash);
	base64_encode(hash, sizeof(hash), &digest);
	feed_signed_info(alg, digest.buf, &info);
	rc = key_sign(key, info.buf, info.len, &sig, err);
	if (rc == 0) {
		base64_encode(sig.buf, sig.len, &sig64);
		feed_signature(alg, digest.buf, sig64.buf, ret_element);
		rc = strbuf_check(ret_element, "signature", err);
	}
	strbuf_release(&digest);
	strbuf_release(&info);
	strbuf_release(&sig);
	strbuf_release(&sig64);
	return rc;
}

int
verify_sign(enum feed_doc doc, const char *body, size_t len,
    const struct key *key, struct strbuf *ret_out, struct err *err)
{
	const char *end = feed_doc_end(doc);
	size_t end_len = strlen(end);
	struct strbuf element;
	int rc = -1;

	strbuf_init(&element, 8192);
	if (len < end_len || memcmp(body + len - end_len, end, end_len) != 0)
		err_set(err, ERR_FORMAT, "%s does not end in %s",
		    feed_doc_name(doc), end);
	else if (make_signature(key, body, len, &element, err) == 0) {
		strbuf_add(ret_out, body, len - end_len);
		strbuf_add(ret_out, element.buf, element.len);
		strbuf_addstr(ret_out, end);
		rc = strbuf_check(ret_out, feed_doc_name(doc), err);
	}
	strbuf_release(&element);
	return rc;
}
