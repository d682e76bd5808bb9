/*
 * Hints (design: feed-protocol.md 8): a bag of changes, entries verbatim as
 * in pages. Taken apart by position and by counting tags only: nobody signed
 * these bytes, so no XML parser sees them before a page made with them has
 * the signed hash.
 */
#define _GNU_SOURCE /* memmem() */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed/part.h"

#define HINT_CLOSE "</hint>"
#define GONE_OPEN  "<gone h=\""
#define GONE_CLOSE "\"></gone>"
#define GONE_LEN   (sizeof(GONE_OPEN) - 1 + 64 + sizeof(GONE_CLOSE) - 1)
#define TEXT_LEN   20 /* of a time: 2026-11-21T10:00:00Z */

static int
too_many(struct err *err)
{
	return err_set(err, ERR_LIMIT, "hint: more than %d changes",
	    FEED_HINT_RECORDS);
}

static void
write_open(const char *node, int64_t from, int64_t to, struct strbuf *out)
{
	strbuf_addf(out,
	    "<hint xmlns=\"" FEED_NS "\" from=\"%" PRId64
	    "\" node=\"%s\" to=\"%" PRId64 "\">",
	    from, node, to);
}

int
feed_hint_write(const char *node, const struct feed_changes *changes,
    struct strbuf *ret_out, struct err *err)
{
	size_t start = ret_out->len, i;

	if (!valid_node(node) || changes->from < 0 ||
	    changes->to <= changes->from ||
	    changes->n_gone + changes->n_entries == 0)
		return err_set(err, ERR_FORMAT,
		    "hint: node or serials are malformed, or it is empty");
	if (changes->n_gone + changes->n_entries > FEED_HINT_RECORDS)
		return too_many(err);
	write_open(node, changes->from, changes->to, ret_out);
	for (i = 0; i < changes->n_gone; i++)
		strbuf_addf(ret_out, GONE_OPEN "%s" GONE_CLOSE,
		    changes->gone[i].hash);
	for (i = 0; i < changes->n_entries; i++)
		strbuf_add(ret_out, changes->entries[i].bytes,
		    changes->entries[i].len);
	strbuf_addstr(ret_out, HINT_CLOSE);
	if (ret_out->len - start > FEED_HINT_MAX)
		return err_set(err, ERR_LIMIT, "hint is larger than %d bytes",
		    FEED_HINT_MAX);
	return strbuf_check(ret_out, "hint", err);
}

/* The value of the next attribute when it is called so; *p goes behind it. */
static int
take_attr(const char **p, const char *end, const char *open, char *ret_text,
    size_t size)
{
	size_t len = strlen(open), n = 0;

	if ((size_t)(end - *p) < len || memcmp(*p, open, len) != 0)
		return -1;
	*p += len;
	while (*p + n < end && (*p)[n] != '"')
		n++;
	if (*p + n == end || n >= size)
		return -1;
	memcpy(ret_text, *p, n);
	ret_text[n] = '\0';
	*p += n + 1;
	return 0;
}

static int
read_open(const char *data, size_t len, const char *node, size_t *ret_pos,
    struct feed_changes *changes, struct err *err)
{
	static const char open[] = "<hint xmlns=\"" FEED_NS "\"";
	const char *p, *end = data + len;
	char from[24], to[24], owner[RECORD_NODE_MAX];
	uint64_t first, last;

	p = len < strlen(open) ? end : data + strlen(open);
	if (p == end || memcmp(data, open, strlen(open)) != 0 ||
	    take_attr(&p, end, " from=\"", from, sizeof(from)) != 0 ||
	    take_attr(&p, end, " node=\"", owner, sizeof(owner)) != 0 ||
	    take_attr(&p, end, " to=\"", to, sizeof(to)) != 0 || p == end ||
	    *p != '>' || feed_number(from, INT64_MAX, &first) != 0 ||
	    feed_number(to, INT64_MAX, &last) != 0 || last <= first)
		return err_set(err, ERR_FORMAT,
		    "hint does not begin as a hint");
	if (strcmp(owner, node) != 0)
		return err_set(err, ERR_FORMAT, "hint of %s, not of %s", owner,
		    node);
	changes->from = (int64_t)first;
	changes->to = (int64_t)last;
	*ret_pos = (size_t)(p + 1 - data);
	return 0;
}

static int
read_gone(struct arena *arena, const char *data, size_t close, size_t *pos,
    struct feed_changes *changes, struct err *err)
{
	const size_t open = strlen(GONE_OPEN);
	size_t n = 0;

	while (close - *pos >= (n + 1) * GONE_LEN &&
	       memcmp(data + *pos + n * GONE_LEN, GONE_OPEN, open) == 0)
		n++;
	if (n > FEED_HINT_RECORDS)
		return too_many(err);
	changes->gone = arena_alloc(arena, (n + 1) * sizeof(*changes->gone));
	for (size_t i = 0; i < n; i++, *pos += GONE_LEN) {
		struct feed_gone *gone = &changes->gone[i];
		const char *p = data + *pos;

		memcpy(gone->hash, p + open, 64);
		gone->hash[64] = '\0';
		if (!feed_valid_hash(gone->hash) ||
		    memcmp(p + open + 64, GONE_CLOSE, strlen(GONE_CLOSE)) != 0)
			return err_set(err, ERR_FORMAT,
			    "hint: gone at byte %zu is malformed", *pos);
		if (i > 0 && strcmp(gone[-1].hash, gone->hash) >= 0)
			return err_set(err, ERR_FORMAT,
			    "hint: gone do not ascend at byte %zu", *pos);
	}
	changes->n_gone = n;
	return 0;
}

int
feed_hint_read(struct arena *arena, const char *data, size_t len,
    const char *node, struct feed_changes *ret_changes, struct err *err)
{
	struct feed_changes changes = { 0 };
	size_t tail = strlen(HINT_CLOSE), pos = 0;

	if (len > FEED_HINT_MAX)
		return err_set(err, ERR_LIMIT, "hint is larger than %d bytes",
		    FEED_HINT_MAX);
	if (xml_prefilter(data, len, err) != 0)
		return err_prefix(err, "hint");
	if (len < tail || memcmp(data + len - tail, HINT_CLOSE, tail) != 0)
		return err_set(err, ERR_FORMAT,
		    "hint does not end as a hint (truncated?)");
	if (read_open(data, len - tail, node, &pos, &changes, err) != 0 ||
	    read_gone(arena, data, len - tail, &pos, &changes, err) != 0)
		return -1;
	if (feed_entries_split(arena, data, len - tail, pos, node,
		&changes.entries, &changes.n_entries, err) != 0)
		return err_prefix(err, "hint");
	if (changes.n_gone + changes.n_entries > FEED_HINT_RECORDS)
		return too_many(err);
	if (changes.n_gone + changes.n_entries == 0)
		return err_set(err, ERR_FORMAT, "hint is empty");
	*ret_changes = changes;
	return 0;
}

/* ---- entries ---- */

/* A "<" in text or in an attribute is written as an entity: what looks like
 * this tag is this tag. */
static int
entry_updated(const char *data, size_t len, int64_t *ret_at, struct err *err)
{
	static const char open[] = "<updated>";
	const char *p = memmem(data, len, open, strlen(open));
	char text[TEXT_LEN + 1];

	if (p == NULL ||
	    (size_t)(data + len - p) < strlen(open) + TEXT_LEN + 1 ||
	    p[strlen(open) + TEXT_LEN] != '<')
		return err_set(err, ERR_FORMAT, "an entry has no time");
	memcpy(text, p + strlen(open), TEXT_LEN);
	text[TEXT_LEN] = '\0';
	return clock_parse(text, ret_at, err);
}

int
feed_entries_split(struct arena *arena, const char *data, size_t end,
    size_t pos, const char *node, struct feed_entry **ret_entries,
    size_t *ret_n, struct err *err)
{
	static const char open[] = "<entry ";
	struct feed_entry *entries = NULL;
	char id[RECORD_ID_MAX], last[RECORD_ID_MAX] = "";
	size_t n = 0, cap = 0, next;
	int ret = -1;

	for (; pos < end; pos = next) {
		struct feed_entry entry = { .bytes = data + pos };

		if (end - pos < strlen(open) ||
		    memcmp(data + pos, open, strlen(open)) != 0) {
			err_set(err, ERR_FORMAT, "no entry at byte %zu", pos);
			goto out;
		}
		if (xml_element_end(data, end, pos, &next, err) != 0 ||
		    feed_entry_id(data + pos, next - pos, id, err) != 0 ||
		    feed_id_check(id, node, last, err) != 0 ||
		    entry_updated(data + pos, next - pos, &entry.published_at,
			err) != 0)
			goto out;
		entry.len = next - pos;
		if (entry.len > FEED_RECORD_MAX) {
			err_set(err, ERR_LIMIT,
			    "an entry is larger than %d bytes",
			    FEED_RECORD_MAX);
			goto out;
		}
		entry.id = arena_strdup(arena, id);
		memcpy(last, id, sizeof(last));
		VEC_PUSH(entries, n, cap, entry);
	}
	*ret_entries = arena_alloc(arena, (n + 1) * sizeof(*entries));
	if (n > 0)
		memcpy(*ret_entries, entries, n * sizeof(*entries));
	*ret_n = n;
	ret = 0;
out:
	free(entries);
	return ret;
}
