/*
 * hits: a heap of the first k, and cursors as text. Section "What must hold"
 * of the search design: pages neither lose nor double a record.
 */
#include <inttypes.h>
#include <string.h>

#include "search/hits.h"

/* Bytes of a cursor's numbers, and of its text. */
#define CURSOR_MAX      1000
#define CURSOR_TEXT_MAX (CURSOR_MAX * 4 / 3 + 4)

/* a comes behind b. */
static bool
is_behind(const struct hit *a, const struct hit *b)
{
	return a->key != b->key ? a->key < b->key : a->group > b->group;
}

void
hits_init(struct hits *hits, struct arena *arena, size_t max,
    const struct cursor *after)
{
	memset(hits, 0, sizeof(*hits));
	hits->items = arena_alloc(arena, (max + 1) * sizeof(*hits->items));
	hits->max = max;
	hits->after = after;
}

/* Put an item where it belongs, from place i down, in a heap of n. */
static void
sift(struct hit *items, size_t n, size_t i, struct hit item)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= n)
			break;
		if (child + 1 < n &&
		    is_behind(&items[child + 1], &items[child]))
			child++;
		if (!is_behind(&items[child], &item))
			break;
		items[i] = items[child];
		i = child;
	}
	items[i] = item;
}

void
hits_add(struct hits *hits, uint64_t key, int64_t group, uint32_t segment,
    uint32_t doc)
{
	struct hit item = { key, group, segment, doc };
	const struct cursor *after = hits->after;

	if (after != NULL &&
	    (key > after->key || (key == after->key && group <= after->group)))
		return;
	if (hits->n < hits->max) {
		size_t i = hits->n++;

		while (i > 0 && is_behind(&item, &hits->items[(i - 1) / 2])) {
			hits->items[i] = hits->items[(i - 1) / 2];
			i = (i - 1) / 2;
		}
		hits->items[i] = item;
	} else if (hits->max > 0 && is_behind(&hits->items[0], &item)) {
		sift(hits->items, hits->n, 0, item);
	}
	if (hits->n == hits->max && hits->n > 0)
		hits->least = hits->items[0].key;
}

void
hits_sort(struct hits *hits)
{
	for (size_t n = hits->n; n > 1; n--) {
		struct hit last = hits->items[n - 1];

		hits->items[n - 1] = hits->items[0];
		sift(hits->items, n - 1, 0, last);
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
	size_t len = strnlen(text, CURSOR_TEXT_MAX + 1), n = 0;
	uint32_t bits = 0;
	int have = 0;
	char *out;

	if (len == 0 || len > CURSOR_TEXT_MAX)
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

/* ---- numbers of a cursor, in hexadecimal with dots between ---- */

char *
cursor_make(struct arena *arena, char order, const struct hit *last,
    const struct plan_stats *stats)
{
	struct strbuf sb;
	char *text;

	strbuf_init(&sb, CURSOR_MAX);
	strbuf_addf(&sb, "%c%" PRIx64 ".%" PRIx64, order, last->key,
	    (uint64_t)last->group);
	if (order == CURSOR_BY_SCORE) {
		strbuf_addf(&sb, ".%" PRIx64 ".%" PRIx64, (uint64_t)stats->docs,
		    (uint64_t)stats->words);
		for (size_t i = 0; i < stats->n; i++)
			strbuf_addf(&sb, ".%" PRIx64, (uint64_t)stats->dfs[i]);
	}
	text = encode(arena, sb.buf);
	strbuf_release(&sb);
	return text;
}

/* Hexadecimal up to a dot or the end. */
static int
parse_part(const char **p, uint64_t *ret_value)
{
	uint64_t value = 0;
	int n = 0;

	for (; **p != '\0' && **p != '.'; (*p)++, n++) {
		const char *at = strchr("0123456789abcdef", **p);

		if (at == NULL || n == 16)
			return -1;
		value = value << 4 |
			(uint64_t)(at - strchr("0123456789abcdef", '0'));
	}
	if (n == 0)
		return -1;
	if (**p == '.')
		(*p)++;
	*ret_value = value;
	return 0;
}

/* More documents than any catalogue has; sums of them still fit. */
#define COUNT_MAX ((uint64_t)1 << 40)

static int
parse_stats(const char *p, struct plan_stats *ret_stats)
{
	struct plan_stats stats = { 0 };
	uint64_t n;

	if (parse_part(&p, &n) == -1 || n == 0 || n > COUNT_MAX)
		return -1;
	stats.docs = (int64_t)n;
	if (parse_part(&p, &n) == -1 || n > COUNT_MAX)
		return -1;
	stats.words = (int64_t)n;
	while (*p != '\0') {
		if (stats.n == PLAN_STATS_MAX || parse_part(&p, &n) == -1 ||
		    n > COUNT_MAX)
			return -1;
		stats.dfs[stats.n++] = (int64_t)n;
	}
	*ret_stats = stats;
	return 0;
}

int
cursor_parse(struct arena *arena, char order, const char *text,
    struct cursor *ret_cursor)
{
	const char *p = decode(arena, text);
	struct cursor cursor = { .order = order };
	uint64_t group;

	if (p == NULL || p[0] != order)
		return -1;
	p++;
	if (parse_part(&p, &cursor.key) == -1 || parse_part(&p, &group) == -1 ||
	    group > INT64_MAX)
		return -1;
	cursor.group = (int64_t)group;
	if (order == CURSOR_BY_SCORE ? parse_stats(p, &cursor.stats) == -1
				     : *p != '\0')
		return -1;
	*ret_cursor = cursor;
	return 0;
}
