/*
 * cursor: the order of hits, the first k of many, and opaque cursors. A
 * cursor is the sort key and the group of the last hit shown, so that paging
 * goes on at the right place also when records came or went in between.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "search/search_priv.h"

/* Longest cursor that is looked at. */
#define CURSOR_MAX 400

static int
compare_titles(const char *a, const char *b)
{
	/* Records without a title come last. */
	if (a[0] == '\0' || b[0] == '\0')
		return (a[0] == '\0') - (b[0] == '\0');
	return strcmp(a, b);
}

int
order_compare(const struct order *order, const struct match *a,
    const struct match *b)
{
	int c;

	if (order->by_title) {
		c = compare_titles(cache_title(order->cache, a->doc),
		    cache_title(order->cache, b->doc));
		if (c != 0)
			return c;
	} else if (a->key != b->key) {
		return a->key > b->key ? -1 : 1;
	}
	return (a->group > b->group) - (a->group < b->group);
}

/* Restore the heap (the last in order on top) below item i. */
static void
sift(const struct order *order, struct match *heap, size_t n, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1;
		struct match swap;

		if (child >= n)
			return;
		if (child + 1 < n &&
		    order_compare(order, &heap[child], &heap[child + 1]) < 0)
			child++;
		if (order_compare(order, &heap[i], &heap[child]) >= 0)
			return;
		swap = heap[i];
		heap[i] = heap[child];
		heap[child] = swap;
		i = child;
	}
}

void
order_select(const struct order *order, struct match *items, size_t n, size_t k)
{
	struct match swap;

	if (k > n)
		k = n;
	if (k == 0)
		return;
	for (size_t i = k / 2; i-- > 0;)
		sift(order, items, k, i);
	for (size_t i = k; i < n; i++) {
		if (order_compare(order, &items[i], &items[0]) >= 0)
			continue;
		swap = items[0];
		items[0] = items[i];
		items[i] = swap;
		sift(order, items, k, 0);
	}
	for (size_t i = k - 1; i > 0; i--) {
		swap = items[0];
		items[0] = items[i];
		items[i] = swap;
		sift(order, items, i, 0);
	}
}

/* ---- base64url without padding ---- */

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static char *
encode(struct arena *arena, const char *text)
{
	size_t len = strlen(text), n = 0;
	char *out = arena_alloc(arena, len * 4 / 3 + 4);

	for (size_t i = 0; i < len; i += 3) {
		uint32_t bits = 0;

		for (size_t j = 0; j < 3; j++) {
			bits <<= 8;
			if (i + j < len)
				bits |= (unsigned char)text[i + j];
		}
		for (size_t j = 0; j < 4 && i + j <= len; j++)
			out[n++] = digits[bits >> (18 - 6 * j) & 63];
	}
	return out;
}

static char *
decode(struct arena *arena, const char *text)
{
	size_t len = strnlen(text, CURSOR_MAX + 1), n = 0;
	uint32_t bits = 0;
	int have = 0;
	char *out;

	if (len == 0 || len > CURSOR_MAX)
		return NULL;
	out = arena_alloc(arena, len);
	for (size_t i = 0; i < len; i++) {
		const char *at = strchr(digits, text[i]);

		if (at == NULL)
			return NULL;
		bits = bits << 6 | (uint32_t)(at - digits);
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (char)(bits >> have & 0xff);
			if (out[n - 1] == '\0')
				return NULL;
		}
	}
	return out;
}

char *
cursor_make(struct arena *arena, const struct order *order,
    const struct match *last)
{
	const char *title = order->by_title
				? cache_title(order->cache, last->doc)
				: "";

	return encode(arena,
	    arena_printf(arena, "%c%" PRIx64 ".%" PRIx64 ".%s", order->name,
		(uint64_t)last->key, (uint64_t)last->group, title));
}

/* Hexadecimal up to a dot. */
static int
parse_part(const char **p, int64_t *ret_value)
{
	char *end;

	if (strchr("0123456789abcdef", **p) == NULL || **p == '\0')
		return -1;
	errno = 0;
	*ret_value = (int64_t)strtoull(*p, &end, 16);
	if (errno != 0 || *end != '.')
		return -1;
	*p = end + 1;
	return 0;
}

int
cursor_parse(struct arena *arena, const struct order *order, const char *text,
    struct cursor *ret_cursor)
{
	const char *p = decode(arena, text);
	struct cursor cursor;

	if (p == NULL || p[0] != order->name)
		return -1;
	p++;
	if (parse_part(&p, &cursor.key) == -1 ||
	    parse_part(&p, &cursor.group) == -1)
		return -1;
	if (!order->by_title && p[0] != '\0')
		return -1;
	cursor.title = p;
	*ret_cursor = cursor;
	return 0;
}

bool
cursor_is_before(const struct order *order, const struct cursor *cursor,
    const struct match *match)
{
	int c;

	if (order->by_title) {
		c = compare_titles(cursor->title,
		    cache_title(order->cache, match->doc));
		if (c != 0)
			return c < 0;
	} else if (cursor->key != match->key) {
		return cursor->key > match->key;
	}
	return cursor->group < match->group;
}
