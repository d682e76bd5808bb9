/*
 * Pages and indexes: the signed size and hash before a byte is read, then
 * bucket and count (design: feed-protocol.md 3, 5, 7).
 */
#include <string.h>

#include "crypto/crypto.h"
#include "verify/verify.h"

int
verify_bytes(const struct feed_ref *ref, const void *data, size_t len,
    struct err *err)
{
	uint8_t want[SHA256_LEN], got[SHA256_LEN];

	if (len != ref->len)
		return err_set(err, ERR_TRUST,
		    "page '%s': %zu bytes, the head says %u", ref->prefix, len,
		    ref->len);
	sha256(data, len, got);
	if (hex_decode(ref->hash, want, sizeof(want)) != 0 ||
	    !crypto_equal(want, got, sizeof(want)))
		return err_set(err, ERR_TRUST,
		    "page '%s': its hash is not the one in the head",
		    ref->prefix);
	return 0;
}

struct page_walk {
	const struct feed_ref *ref;
	feed_page_cb callback;
	void *ctx;
	uint64_t n;
};

static int
on_record(void *ctx, const char *id, struct record *rec, const struct err *why,
    const char *bytes, size_t len, struct err *err)
{
	struct page_walk *walk = ctx;
	struct problems problems;
	struct err invalid = { .code = ERR_NONE };
	uint8_t hash[SHA256_LEN];
	int rc;

	sha256(id, strlen(id), hash);
	if (!feed_prefix_has(walk->ref->prefix, hash))
		return err_set(err, ERR_TRUST,
		    "record %s does not belong in this bucket", id);
	if (++walk->n > walk->ref->n)
		return err_set(err, ERR_TRUST,
		    "more than the %u records the head says", walk->ref->n);
	if (rec == NULL)
		return walk->callback(walk->ctx, id, NULL, why, bytes, len,
		    err);
	problems_init(&problems);
	if (record_validate(rec, &problems, &invalid) != 0)
		rc = walk->callback(walk->ctx, id, NULL, &invalid, bytes, len,
		    err);
	else
		rc = walk->callback(walk->ctx, id, rec, NULL, bytes, len, err);
	problems_release(&problems);
	return rc;
}

int
verify_page(const struct feed_ref *ref, const char *node, const char *data,
    size_t len, feed_page_cb callback, void *ctx, struct err *err)
{
	if (verify_bytes(ref, data, len, err) != 0)
		return -1;
	return verify_page_read(ref, node, data, len, callback, ctx, err);
}

int
verify_page_read(const struct feed_ref *ref, const char *node, const char *data,
    size_t len, feed_page_cb callback, void *ctx, struct err *err)
{
	struct page_walk walk = { .ref = ref,
		.callback = callback,
		.ctx = ctx };

	if (ref->is_index)
		return err_set(err, ERR_FORMAT, "'%s' is an index, not a page",
		    ref->prefix);
	if (feed_page_read(data, len, node, ref->prefix, on_record, &walk,
		err) != 0)
		return err_prefix(err, "page '%s'", ref->prefix);
	if (walk.n != ref->n)
		return err_set(err, ERR_TRUST,
		    "page '%s': %llu records, the head says %u", ref->prefix,
		    (unsigned long long)walk.n, ref->n);
	return 0;
}

int
verify_index(struct arena *arena, const struct feed_ref *ref, const char *node,
    const char *data, size_t len, struct feed_ref **ret_refs, size_t *ret_n,
    struct err *err)
{
	if (verify_bytes(ref, data, len, err) != 0)
		return -1;
	return verify_index_read(arena, ref, node, data, len, ret_refs, ret_n,
	    err);
}

int
verify_index_read(struct arena *arena, const struct feed_ref *ref,
    const char *node, const char *data, size_t len, struct feed_ref **ret_refs,
    size_t *ret_n, struct err *err)
{
	struct feed_ref *refs;
	uint64_t sum = 0;
	size_t n, i;

	if (!ref->is_index)
		return err_set(err, ERR_FORMAT, "'%s' is a page, not an index",
		    ref->prefix);
	if (feed_index_read(arena, data, len, node, ref->prefix, &refs, &n,
		err) != 0)
		return -1;
	for (i = 0; i < n; i++)
		sum += refs[i].n;
	if (sum != ref->n)
		return err_set(err, ERR_TRUST,
		    "index '%s': %llu records, the head says %u", ref->prefix,
		    (unsigned long long)sum, ref->n);
	*ret_refs = refs;
	*ret_n = n;
	return 0;
}
