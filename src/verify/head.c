/*
 * The head: bytes -> verdict (design: feed-protocol.md 5 to 7). signed.c
 * says whether they are the pinned key's; only then they are parsed, and
 * asked whether they are fresh.
 */
#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "verify/verify.h"

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
	if (policy->epoch >= 0 && policy->nextkey != NULL &&
	    policy->nextkey[0] != '\0' &&
	    strcmp(policy->nextkey, head->nextkey) != 0) {
		err_set(err, ERR_TRUST,
		    "it names another next key than before: its online key "
		    "may be stolen; ask its operator");
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

/* The head that was accepted before: what is known of it suffices. */
static bool
is_held(const struct verify_policy *policy, const char *digest)
{
	return policy->min_expires != 0 && policy->min_digest != NULL &&
	       policy->node != NULL && policy->epoch >= 0 &&
	       policy->nextkey != NULL &&
	       strcmp(policy->min_digest, digest) == 0;
}

static int
read_body(struct arena *arena, const char *body, size_t len, const char *digest,
    const struct verify_policy *policy, struct feed_head *ret_head,
    struct err *err)
{
	const struct verify_reader *reader = policy->reader;

	if (is_held(policy, digest)) {
		*ret_head = (struct feed_head){
			.serial = policy->min_serial,
			.expires = policy->min_expires,
			.epoch = policy->epoch,
		};
		(void)snprintf(ret_head->node, sizeof(ret_head->node), "%s",
		    policy->node);
		(void)snprintf(ret_head->nextkey, sizeof(ret_head->nextkey),
		    "%s", policy->nextkey);
		return 0;
	}
	if (reader != NULL)
		return reader->head(reader->ctx, arena, body, len, ret_head,
		    err);
	return feed_head_read(arena, body, len, ret_head, err);
}

enum verify_verdict
verify_head(struct arena *arena, const char *data, size_t len,
    const struct verify_policy *policy, struct feed_head *ret_head,
    char ret_digest[65], struct err *err)
{
	enum verify_verdict verdict;
	struct feed_head head;
	const char *body;
	char digest[65];
	size_t body_len;

	if (verify_signed(arena, FEED_DOC_HEAD, data, len, policy->key_hash,
		&body, &body_len, digest, err) != 0 ||
	    read_body(arena, body, body_len, digest, policy, &head, err) != 0)
		return VERIFY_REFUSED;
	verdict = judge(&head, digest, policy, err);
	if (verdict == VERIFY_REFUSED)
		return verdict;
	memcpy(ret_digest, digest, sizeof(digest));
	if (verdict != VERIFY_FORK)
		*ret_head = head;
	return verdict;
}

int
verify_sign_head(struct arena *arena, struct feed_head *head,
    const struct key *key, struct strbuf *ret_out, char ret_digest[65],
    struct err *err)
{
	struct verify_policy policy = { .node = head->node,
		.now = head->serial,
		.epoch = head->epoch };
	struct strbuf body, out;
	struct feed_head again;
	char pin[SHA256_HEX_LEN];
	int rc = -1;

	strbuf_init(&body, FEED_HEAD_MAX);
	strbuf_init(&out, FEED_HEAD_MAX);
	head->key = verify_key_text(arena, key, err);
	if (head->key == NULL || feed_head_write(head, NULL, &body, err) != 0 ||
	    verify_sign(FEED_DOC_HEAD, body.buf, body.len, key, &out, err) != 0)
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
	strbuf_release(&body);
	strbuf_release(&out);
	return rc;
}
