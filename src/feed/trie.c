/*
 * The prefix trie (design: feed-protocol.md 3): a bucket that is too full
 * splits on the next bit of SHA-256(id). The layout follows from the set of
 * records alone: no history, no cascade.
 */
#include <stdio.h>
#include <string.h>

#include "feed/part.h"

int
feed_prefix_has(const char *prefix, const uint8_t hash[32])
{
	unsigned i;

	for (i = 0; prefix[i] != '\0'; i++)
		if (feed_bit(hash, i) != prefix[i] - '0')
			return 0;
	return 1;
}

int
feed_is_page(size_t n, uint64_t bytes, unsigned depth)
{
	if (depth >= FEED_PREFIX_MAX)
		return 1;
	return n <= FEED_PAGE_RECORDS && (bytes <= FEED_PAGE_BYTES || n <= 1);
}

struct trie {
	feed_trie_cb callback;
	void *ctx;
	char prefix[FEED_PREFIX_MAX + 1];
};

static int
cut(struct trie *t, unsigned depth, const struct feed_item *items, size_t n,
    struct err *err)
{
	uint64_t bytes = 0;
	size_t i, ones = 0;

	if (n == 0)
		return 0;
	for (i = 0; i < n; i++)
		bytes += items[i].len;
	if (feed_is_page(n, bytes, depth))
		return t->callback(t->ctx, t->prefix, items, n, err);
	while (ones < n && feed_bit(items[ones].hash, depth) == 0)
		ones++;
	t->prefix[depth] = '0';
	t->prefix[depth + 1] = '\0';
	if (cut(t, depth + 1, items, ones, err) != 0)
		return -1;
	t->prefix[depth] = '1';
	t->prefix[depth + 1] = '\0';
	if (cut(t, depth + 1, items + ones, n - ones, err) != 0)
		return -1;
	t->prefix[depth] = '\0';
	return 0;
}

int
feed_trie_cut(const char *prefix, const struct feed_item *items, size_t n,
    feed_trie_cb callback, void *ctx, struct err *err)
{
	struct trie t = { .callback = callback, .ctx = ctx };
	size_t i, len = strlen(prefix);

	if (!feed_valid_prefix(prefix))
		return err_set(err, ERR_FORMAT, "'%.40s' is no prefix", prefix);
	for (i = 0; i < n; i++)
		if (!feed_prefix_has(prefix, items[i].hash) ||
		    (i > 0 && memcmp(items[i - 1].hash, items[i].hash, 32) > 0))
			return err_set(err, ERR_FORMAT,
			    "items to cut are not sorted below '%s'", prefix);
	memcpy(t.prefix, prefix, len + 1);
	return cut(&t, (unsigned)len, items, n, err);
}

int
feed_index_cut(const char *prefix, const struct feed_ref *refs, size_t n,
    feed_index_cb callback, void *ctx, struct err *err)
{
	char child[FEED_PREFIX_MAX + 2];
	size_t depth = strlen(prefix), half = 0;

	if (n == 0)
		return 0;
	if (n <= FEED_REFS_MAX)
		return callback(ctx, prefix, refs, n, err);
	if (depth >= FEED_PREFIX_MAX)
		return err_set(err, ERR_FORMAT, "refs to cut overlap");
	while (half < n && refs[half].prefix[depth] != '1')
		half++;
	(void)snprintf(child, sizeof(child), "%s0", prefix);
	if (feed_index_cut(child, refs, half, callback, ctx, err) != 0)
		return -1;
	child[depth] = '1';
	return feed_index_cut(child, refs + half, n - half, callback, ctx, err);
}
