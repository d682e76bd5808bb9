/*
 * The head: bytes -> verdict (design: feed-protocol.md 5 to 7). The order of
 * the steps is the point: cut by position, find the pinned key, hash, verify,
 * and only then parse and ask whether it is fresh.
 */
#include <string.h>

#include "crypto/crypto.h"
#include "verify/verify.h"

#define HEAD_END  "</head>"
#define KEY_MAX   2048
#define VALUE_MAX 1024

/* The key in the head, once it is known to be the pinned one. */
static struct key *
pinned_key(const struct feed_cut *cut, const char *pin, enum feed_alg alg,
    struct err *err)
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
		err_prefix(err, "head: key");
		goto out;
	}
	sha256(der.buf, der.len, got);
	if (!crypto_equal(want, got, sizeof(want))) {
		err_set(err, ERR_TRUST,
		    "head is signed with another key than the pinned one");
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
check_digest(const char *data, const struct feed_cut *cut,
    uint8_t ret_digest[SHA256_LEN], struct err *err)
{
	struct sha256 *sha = NULL;
	struct strbuf want;
	uint8_t got[SHA256_LEN];
	int rc = -1;

	strbuf_init(&want, SHA256_LEN + 1);
	if (base64_decode(cut->digest, 44, &want, err) != 0) {
		err_prefix(err, "head: digest");
		goto out;
	}
	if (want.len != SHA256_LEN) {
		err_set(err, ERR_FORMAT, "head: digest is not 32 bytes");
		goto out;
	}
	sha = sha256_new();
	sha256_update(sha, data, cut->body_len);
	sha256_update(sha, HEAD_END, strlen(HEAD_END));
	sha256_final(sha, got);
	if (!crypto_equal(want.buf, got, SHA256_LEN)) {
		err_set(err, ERR_TRUST,
		    "head was changed after it was signed: digest differs");
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
check_signature(const struct key *key, const struct feed_cut *cut,
    struct err *err)
{
	struct strbuf sig;
	int rc = -1;

	strbuf_init(&sig, VALUE_MAX);
	if (base64_decode(cut->signature, cut->signature_len, &sig, err) != 0 ||
	    strbuf_check(&sig, "signature", err) != 0)
		err_prefix(err, "head: signature");
	else if (key_verify(key, cut->signed_info, cut->signed_info_len,
		     sig.buf, sig.len, err) != 0)
		err_prefix(err, "head");
	else
		rc = 0;
	strbuf_release(&sig);
	return rc;
}

/* Section 7: is it theirs, in order, in time? */
static enum verify_verdict
judge(const struct feed_head *head, const char *digest,
    const struct verify_policy *policy, struct err *err)
{
	bool same = head->serial == policy->min_serial;

	if (policy->node != NULL && strcmp(policy->node, head->node) != 0) {
		err_set(err, ERR_TRUST, "head is that of node %s, not %s",
		    head->node, policy->node);
		return VERIFY_REFUSED;
	}
	if (policy->epoch >= 0 && head->epoch != policy->epoch) {
		err_set(err, ERR_TRUST,
		    "epoch %lld, %lld is expected: the keys were rotated",
		    (long long)head->epoch, (long long)policy->epoch);
		return VERIFY_REFUSED;
	}
	if (head->serial - FEED_CLOCK_AHEAD_S > policy->now) {
		err_set(err, ERR_TRUST,
		    "serial %lld is %lld s ahead of the clock here",
		    (long long)head->serial,
		    (long long)(head->serial - policy->now));
		return VERIFY_REFUSED;
	}
	if (head->expires - head->serial > FEED_LIFE_MAX_S) {
		err_set(err, ERR_TRUST,
		    "head wants to be trusted for more than %d days",
		    FEED_LIFE_MAX_S / 86400);
		return VERIFY_REFUSED;
	}
	if (head->serial < policy->min_serial) {
		err_set(err, ERR_TRUST,
		    "rollback: serial %lld is older than %lld, which was "
		    "accepted before",
		    (long long)head->serial, (long long)policy->min_serial);
		return VERIFY_REFUSED;
	}
	if (same && policy->min_digest != NULL &&
	    strcmp(policy->min_digest, digest) != 0) {
		err_set(err, ERR_TRUST,
		    "fork: another head with serial %lld was accepted before",
		    (long long)head->serial);
		return VERIFY_FORK;
	}
	if (head->expires <= policy->now) {
		char text[CLOCK_TEXT_LEN];

		clock_format(head->expires, text);
		err_set(err, ERR_STALE, "head expired at %s", text);
		return VERIFY_EXPIRED;
	}
	return same ? VERIFY_SAME : VERIFY_NEW;
}

enum verify_verdict
verify_head(struct arena *arena, const char *data, size_t len,
    const struct verify_policy *policy, struct feed_head *ret_head,
    char ret_digest[65], struct err *err)
{
	enum verify_verdict verdict = VERIFY_REFUSED;
	enum feed_alg alg = FEED_ALG_ECDSA;
	struct feed_head head;
	struct feed_cut cut;
	struct key *key = NULL;
	uint8_t digest[SHA256_LEN];
	char *body, hex[65];
	size_t body_len;

	if (feed_head_cut(data, len, &alg, &cut, err) != 0)
		return VERIFY_REFUSED;
	key = pinned_key(&cut, policy->key_hash, alg, err);
	if (key == NULL || check_digest(data, &cut, digest, err) != 0 ||
	    check_signature(key, &cut, err) != 0)
		goto out;
	hex_encode(digest, sizeof(digest), hex);
	body_len = cut.body_len + strlen(HEAD_END);
	body = arena_alloc(arena, body_len);
	memcpy(body, data, cut.body_len);
	memcpy(body + cut.body_len, HEAD_END, strlen(HEAD_END));
	if (feed_head_read(arena, body, body_len, &head, err) != 0)
		goto out;
	verdict = judge(&head, hex, policy, err);
	if (verdict == VERIFY_REFUSED)
		goto out;
	memcpy(ret_digest, hex, sizeof(hex));
	if (verdict != VERIFY_FORK)
		*ret_head = head;
out:
	key_free(key);
	return verdict;
}

static int
sign_body(const struct key *key, const struct strbuf *body,
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
	sha256(body->buf, body->len, hash);
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
verify_sign_head(struct arena *arena, struct feed_head *head,
    const struct key *key, struct strbuf *ret_out, char ret_digest[65],
    struct err *err)
{
	struct verify_policy policy = { .node = head->node,
		.now = head->serial,
		.epoch = head->epoch };
	struct strbuf der, key64, body, element, out;
	struct feed_head again;
	char pin[SHA256_HEX_LEN];
	int rc = -1;

	strbuf_init(&der, KEY_MAX);
	strbuf_init(&key64, 2 * KEY_MAX);
	strbuf_init(&body, FEED_HEAD_MAX);
	strbuf_init(&element, 8192);
	strbuf_init(&out, FEED_HEAD_MAX);
	if (key_public_der(key, &der, err) != 0)
		goto out;
	base64_encode(der.buf, der.len, &key64);
	head->key = arena_strndup(arena, key64.buf, key64.len);
	if (feed_head_write(head, NULL, &body, err) != 0 ||
	    sign_body(key, &body, &element, err) != 0 ||
	    feed_head_write(head, element.buf, &out, err) != 0)
		goto out;
	/* Never publish what a peer would not accept. */
	key_hash(key, pin);
	policy.key_hash = pin;
	if (verify_head(arena, out.buf, out.len, &policy, &again, ret_digest,
		err) != VERIFY_NEW) {
		err_prefix(err, "head just signed does not verify");
		goto out;
	}
	strbuf_add(ret_out, out.buf, out.len);
	rc = strbuf_check(ret_out, "head", err);
out:
	strbuf_release(&der);
	strbuf_release(&key64);
	strbuf_release(&body);
	strbuf_release(&element);
	strbuf_release(&out);
	return rc;
}
