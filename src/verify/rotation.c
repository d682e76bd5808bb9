/*
 * A key rotation: bytes -> may they be believed? Only the key that was named
 * before as the next one may say who signs from now on, so that whoever holds
 * the online key can name nobody (design: feed-protocol.md 6). Neighbours:
 * signed.c looks at the signature, pull/ walks the chain.
 */
#include <inttypes.h>
#include <string.h>

#include "crypto/crypto.h"
#include "verify/verify.h"

#define KEY_MAX 2048

static int
hash_of(const struct feed_cut *cut, char ret_hash[65], struct err *err)
{
	struct strbuf der;
	int rc = -1;

	strbuf_init(&der, KEY_MAX);
	if (base64_decode(cut->key, cut->key_len, &der, err) == 0 &&
	    strbuf_check(&der, "key", err) == 0) {
		sha256_hex(der.buf, der.len, ret_hash);
		rc = 0;
	}
	strbuf_release(&der);
	return rc;
}

int
verify_own_key(enum feed_doc doc, const char *data, size_t len,
    char ret_hash[65], struct err *err)
{
	enum feed_alg alg = FEED_ALG_ECDSA;
	struct feed_cut cut;

	if (feed_signed_cut(doc, data, len, &alg, &cut, err) != 0)
		return -1;
	return hash_of(&cut, ret_hash, err);
}

bool
verify_is_rotated(const char *data, size_t len,
    const struct verify_policy *policy)
{
	enum feed_alg alg = FEED_ALG_ECDSA;
	struct feed_cut cut;
	struct err ignored = { 0 };
	char hash[SHA256_HEX_LEN];
	int64_t epoch = 0;

	if (feed_head_cut(data, len, &alg, &cut, &ignored) != 0 ||
	    hash_of(&cut, hash, &ignored) != 0)
		return false;
	if (policy->key_hash == NULL || strcmp(hash, policy->key_hash) != 0)
		return true;
	for (size_t i = 0; i < cut.epoch_len && epoch <= INT32_MAX; i++)
		epoch = epoch * 10 + (cut.epoch[i] - '0');
	return policy->epoch >= 0 && epoch > policy->epoch;
}

static int
read_body(const struct verify_reader *reader, struct arena *arena,
    const char *body, size_t len, struct feed_rotation *ret_rotation,
    struct err *err)
{
	if (reader != NULL)
		return reader->rotation(reader->ctx, arena, body, len,
		    ret_rotation, err);
	return feed_rotation_read(arena, body, len, ret_rotation, err);
}

int
verify_rotation(struct arena *arena, const char *data, size_t len,
    const char *node, int64_t epoch, const char *nextkey,
    const struct verify_reader *reader, struct feed_rotation *ret_rotation,
    struct err *err)
{
	struct feed_rotation rotation;
	const char *body;
	char digest[65];
	size_t body_len;

	if (verify_signed(arena, FEED_DOC_ROTATION, data, len, nextkey, &body,
		&body_len, digest, err) != 0 ||
	    read_body(reader, arena, body, body_len, &rotation, err) != 0)
		return -1;
	if (strcmp(rotation.node, node) != 0)
		return err_set(err, ERR_TRUST,
		    "rotation is that of node %s, not %s", rotation.node, node);
	if (rotation.epoch != epoch)
		return err_set(err, ERR_TRUST,
		    "rotation to epoch %" PRId64 ", that to %" PRId64
		    " is expected",
		    rotation.epoch, epoch);
	*ret_rotation = rotation;
	return 0;
}

int
verify_sign_rotation(struct arena *arena, struct feed_rotation *rotation,
    const struct key *key, struct strbuf *ret_out, struct err *err)
{
	struct feed_rotation again;
	struct strbuf body, out;
	char pin[SHA256_HEX_LEN];
	int rc = -1;

	strbuf_init(&body, FEED_ROTATION_MAX);
	strbuf_init(&out, 2 * FEED_ROTATION_MAX);
	rotation->key = verify_key_text(arena, key, err);
	key_hash(key, pin);
	if (rotation->key == NULL ||
	    feed_rotation_write(rotation, &body, err) != 0 ||
	    verify_sign(FEED_DOC_ROTATION, body.buf, body.len, key, &out,
		err) != 0)
		goto out;
	/* Never publish what a peer would not accept. */
	if (verify_rotation(arena, out.buf, out.len, rotation->node,
		rotation->epoch, pin, NULL, &again, err) != 0) {
		err_prefix(err, "rotation just signed does not verify");
		goto out;
	}
	strbuf_add(ret_out, out.buf, out.len);
	rc = strbuf_check(ret_out, "rotation", err);
out:
	strbuf_release(&body);
	strbuf_release(&out);
	return rc;
}
