/*
 * What must be true of a head, an index and their refs, asked on the way out
 * and on the way in, so that we never sign what a peer would refuse (design:
 * feed-protocol.md 4 and 7).
 */
#include <string.h>

#include "feed/part.h"

int
feed_number(const char *text, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;
	size_t i;

	if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return -1;
	for (i = 0; text[i] != '\0'; i++) {
		if (text[i] < '0' || text[i] > '9' || i >= 18)
			return -1;
		value = value * 10 + (uint64_t)(text[i] - '0');
	}
	if (value > max)
		return -1;
	*ret_value = value;
	return 0;
}

int
feed_valid_hash(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

int
feed_valid_prefix(const char *text)
{
	size_t len = strlen(text);

	return len <= FEED_PREFIX_MAX && strspn(text, "01") == len;
}

static int
check_ref(const struct feed_ref *ref, struct err *err)
{
	uint32_t max = ref->is_index ? FEED_INDEX_MAX : FEED_PAGE_MAX;

	if (!feed_valid_prefix(ref->prefix) || !feed_valid_hash(ref->hash))
		return err_set(err, ERR_FORMAT,
		    "entry '%.40s': prefix or hash is malformed", ref->prefix);
	if (ref->n == 0 || ref->len == 0)
		return err_set(err, ERR_FORMAT,
		    "entry '%s': an empty page is not listed", ref->prefix);
	if (ref->len > max)
		return err_set(err, ERR_LIMIT,
		    "entry '%s': %u bytes, at most %u are taken", ref->prefix,
		    ref->len, max);
	if (!ref->is_index && ref->n > FEED_PAGE_RECORDS &&
	    strlen(ref->prefix) < FEED_PREFIX_MAX)
		return err_set(err, ERR_LIMIT,
		    "entry '%s': %u records in a page, at most %d are taken",
		    ref->prefix, ref->n, FEED_PAGE_RECORDS);
	return 0;
}

int
feed_refs_check(const char *prefix, const struct feed_ref *refs, size_t n,
    uint64_t *ret_records, struct err *err)
{
	uint64_t sum = 0;
	size_t i;

	if (n > FEED_REFS_MAX)
		return err_set(err, ERR_LIMIT,
		    "%zu entries, at most %d are taken", n, FEED_REFS_MAX);
	for (i = 0; i < n; i++) {
		const char *p = refs[i].prefix;

		if (check_ref(&refs[i], err) != 0)
			return -1;
		if (strncmp(p, prefix, strlen(prefix)) != 0)
			return err_set(err, ERR_FORMAT,
			    "entry '%s' is not below '%s'", p, prefix);
		if (i > 0 && strcmp(refs[i - 1].prefix, p) >= 0)
			return err_set(err, ERR_FORMAT,
			    "entries are not sorted: '%s' before '%s'",
			    refs[i - 1].prefix, p);
		if (i > 0 && strncmp(p, refs[i - 1].prefix,
				 strlen(refs[i - 1].prefix)) == 0)
			return err_set(err, ERR_FORMAT,
			    "entries overlap: '%s' and '%s'",
			    refs[i - 1].prefix, p);
		sum += refs[i].n;
	}
	*ret_records = sum;
	return 0;
}

static int
check_hints(const struct feed_head *head, struct err *err)
{
	size_t i;

	if (head->n_hints > FEED_HINTS_MAX)
		return err_set(err, ERR_LIMIT,
		    "%zu hints, at most %d are taken", head->n_hints,
		    FEED_HINTS_MAX);
	for (i = 0; i < head->n_hints; i++) {
		const struct feed_hint *hint = &head->hints[i];

		if (!feed_valid_hash(hint->hash) || hint->from < 0 ||
		    hint->to <= hint->from)
			return err_set(err, ERR_FORMAT, "hint %zu is malformed",
			    i + 1);
		if (hint->len == 0 || hint->len > FEED_HINT_MAX)
			return err_set(err, ERR_LIMIT,
			    "hint %zu: %u bytes, at most %d are taken", i + 1,
			    hint->len, FEED_HINT_MAX);
	}
	return 0;
}

static int
check_seen(const struct feed_head *head, struct err *err)
{
	size_t i;

	if (head->n_seen > FEED_SEEN_MAX)
		return err_set(err, ERR_LIMIT, "%zu seen, at most %d are taken",
		    head->n_seen, FEED_SEEN_MAX);
	for (i = 0; i < head->n_seen; i++) {
		const struct feed_seen *seen = &head->seen[i];

		if (!valid_node(seen->node) || !feed_valid_hash(seen->digest) ||
		    seen->serial < 0 || seen->epoch < 0)
			return err_set(err, ERR_FORMAT, "seen %zu is malformed",
			    i + 1);
		if (i > 0 && strcmp(head->seen[i - 1].node, seen->node) >= 0)
			return err_set(err, ERR_FORMAT,
			    "seen are not sorted by node at '%s'", seen->node);
	}
	return 0;
}

int
feed_head_check(const struct feed_head *head, struct err *err)
{
	uint64_t records = 0;

	if (!valid_node(head->node))
		return err_set(err, ERR_FORMAT, "'%.31s' is no node name",
		    head->node);
	if (head->key == NULL || head->key[0] == '\0')
		return err_set(err, ERR_FORMAT, "head has no key");
	if (head->nextkey[0] != '\0' && !feed_valid_hash(head->nextkey))
		return err_set(err, ERR_FORMAT,
		    "nextkey is neither empty nor 64 hex digits");
	if (head->serial <= 0 || head->epoch < 0 || head->next < head->serial ||
	    head->expires <= head->serial)
		return err_set(err, ERR_FORMAT,
		    "serial, next, expires and epoch do not go together");
	if (feed_refs_check("", head->refs, head->n_refs, &records, err) != 0)
		return -1;
	if (records != head->records)
		return err_set(err, ERR_FORMAT,
		    "head says %llu records, its entries add up to %llu",
		    (unsigned long long)head->records,
		    (unsigned long long)records);
	if (check_hints(head, err) != 0)
		return -1;
	return check_seen(head, err);
}
