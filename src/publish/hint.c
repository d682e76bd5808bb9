/*
 * hint: what changed since the last head, as one small file, for peers that
 * hold the rest (feed-protocol.md 8). The list of the head is kept short by
 * joining neighbours: the older two are, the longer the time they may span,
 * so a second-by-second editor leaves a dozen hints and a peer that slept a
 * day still finds one that reaches back. Nobody relies on these files: they
 * are not synced, and one that is damaged just ends the list.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish/run.h"

#define SMALL 4096 /* pays however little was written */

struct list { /* oldest first, each begins where the one before ends */
	struct ledger_hint *items;
	size_t n;
};

char *
hint_path(const struct run *run, const char *hash)
{
	return arena_printf(run->arena, "%s/%s.xml.gz", run->hints, hash);
}

/* Take items[at] out of the list and the ledger. */
static int
drop(struct run *run, struct list *list, size_t at, struct err *err)
{
	struct ledger_hint gone = list->items[at];

	list->n--;
	memmove(&list->items[at], &list->items[at + 1],
	    (list->n - at) * sizeof(*list->items));
	if (ledger_hint_drop(run->ledger, gone.to, err) == -1)
		return -1;
	return ledger_linger_put(run->ledger, gone.hash, run->linger_until,
	    err);
}

/* The first n, for they lead nowhere any more. */
static int
drop_oldest(struct run *run, struct list *list, size_t n, struct err *err)
{
	while (n-- > 0)
		if (drop(run, list, 0, err) == -1)
			return -1;
	return 0;
}

/* ---- making one ---- */

struct find {
	const struct run *run;
	const uint8_t *hash;
	struct feed_entry *entry;
	bool is_found;
};

static int
on_entry(void *ctx, const struct ledger_entry *entry, struct err *err)
{
	struct find *find = ctx;

	(void)err;
	if (memcmp(entry->hash, find->hash, sizeof(entry->hash)) != 0)
		return 0;
	*find->entry = (struct feed_entry){
		.id = arena_strdup(find->run->arena, entry->id),
		.bytes = arena_strndup(find->run->arena, entry->bytes,
		    entry->len),
		.len = entry->len,
		.published_at = entry->published_at,
	};
	find->is_found = true;
	return 0;
}

static int
compare_gone(const void *a, const void *b)
{
	return strcmp(((const struct feed_gone *)a)->hash,
	    ((const struct feed_gone *)b)->hash);
}

static void
changes_init(struct feed_changes *changes, struct arena *arena, size_t n)
{
	changes->gone = arena_alloc(arena, n * sizeof(*changes->gone));
	changes->entries = arena_alloc(arena, n * sizeof(*changes->entries));
	changes->n_gone = changes->n_entries = 0;
}

static void
changes_sort(struct feed_changes *changes)
{
	if (changes->n_gone > 1)
		qsort(changes->gone, changes->n_gone, sizeof(*changes->gone),
		    compare_gone);
	if (changes->n_entries > 1)
		qsort(changes->entries, changes->n_entries,
		    sizeof(*changes->entries), layout_compare_ids);
}

static int
changes_of(struct run *run, uint8_t (*touched)[32], size_t n,
    struct feed_changes *changes, struct err *err)
{
	changes_init(changes, run->arena, n);
	for (size_t i = 0; i < n; i++) {
		struct find find = { .run = run,
			.hash = touched[i],
			.entry = &changes->entries[changes->n_entries] };
		char path[FEED_PREFIX_MAX + 1];

		for (unsigned bit = 0; bit < FEED_PREFIX_MAX; bit++)
			path[bit] = feed_bit(touched[i], bit) ? '1' : '0';
		path[FEED_PREFIX_MAX] = '\0';
		if (ledger_entries(run->ledger, path, on_entry, &find, err) ==
		    -1)
			return -1;
		if (find.is_found)
			changes->n_entries++;
		else
			hex_encode(touched[i], 32,
			    changes->gone[changes->n_gone++].hash);
	}
	changes_sort(changes);
	return 0;
}

/* 1 when it was written, 0 when it became too large. */
static int
write_hint(struct run *run, const struct feed_changes *changes, int64_t max,
    struct ledger_hint *ret_hint, struct err *err)
{
	struct strbuf bytes;
	struct err why = { 0 };
	int ret = -1;

	strbuf_init(&bytes, FEED_HINT_MAX + 1);
	if (feed_hint_write(run->options->node, changes, &bytes, &why) == -1) {
		if (why.code == ERR_LIMIT)
			ret = 0;
		else if (err != NULL)
			*err = why;
		goto out;
	}
	if ((int64_t)bytes.len > max) {
		ret = 0;
		goto out;
	}
	*ret_hint = (struct ledger_hint){ .from = changes->from,
		.to = changes->to,
		.len = (int64_t)bytes.len };
	sha256_hex(bytes.buf, bytes.len, ret_hint->hash);
	if (object_put(hint_path(run, ret_hint->hash), &bytes, err) == -1 ||
	    ledger_hint_put(run->ledger, ret_hint, err) == -1)
		goto out;
	ret = 1;
out:
	strbuf_release(&bytes);
	return ret;
}

static int
add_hint(struct run *run, const struct ledger_head *last,
    uint8_t (*touched)[32], size_t n, int64_t serial, struct list *list,
    struct err *err)
{
	struct feed_changes changes = {
		.from = list->n > 0 ? list->items[list->n - 1].to
				    : last->serial,
		.to = serial
	};
	/* Worth its line in the head when it saves half of the bytes. */
	int64_t max = run->bytes_written / 2 > SMALL ? run->bytes_written / 2
						     : SMALL;
	int rc = 0;

	/* A serial below the last one: a clock was wrong, nobody holds it. */
	if (n <= FEED_HINT_RECORDS && last->serial > 0 &&
	    changes.from < serial) {
		if (changes_of(run, touched, n, &changes, err) == -1)
			return -1;
		rc = write_hint(run, &changes, max, &list->items[list->n], err);
	}
	if (rc == 1)
		list->n++;
	/* A gap: what came before no longer leads to this head. */
	if (rc == 0)
		rc = drop_oldest(run, list, list->n, err);
	return rc == -1 ? -1 : 0;
}

/* ---- joining two ---- */

/* The file as it should be: 1, or 0 when it is not. */
static int
read_hint(struct run *run, const struct ledger_hint *hint,
    struct feed_changes *ret_changes)
{
	struct strbuf packed, bytes;
	char hash[SHA256_HEX_LEN], *copy;
	int ret = 0;

	strbuf_init(&bytes, FEED_HINT_MAX);
	if (file_read(hint_path(run, hint->hash), 2 * FEED_HINT_MAX, &packed,
		NULL) == -1 ||
	    gzip_unpack(packed.buf, packed.len, FEED_HINT_MAX, &bytes, NULL) ==
		-1)
		goto out;
	sha256_hex(bytes.buf, bytes.len, hash);
	copy = arena_strndup(run->arena, bytes.buf, bytes.len);
	ret = strcmp(hash, hint->hash) == 0 &&
	      feed_hint_read(run->arena, copy, bytes.len, run->options->node,
		  ret_changes, NULL) == 0;
out:
	strbuf_release(&packed);
	strbuf_release(&bytes);
	return ret;
}

static bool
is_gone(const struct feed_changes *changes, const char *hash)
{
	struct feed_gone key;

	memcpy(key.hash, hash, sizeof(key.hash));
	return changes->n_gone > 0 &&
	       bsearch(&key, changes->gone, changes->n_gone, sizeof(key),
		   compare_gone) != NULL;
}

/* What is so after b, of all that a and b touched. */
static void
join(struct arena *arena, const struct feed_changes *a,
    const struct feed_changes *b, struct feed_changes *ret)
{
	struct feed_changes back = { 0 };
	char hash[SHA256_HEX_LEN];

	changes_init(ret, arena,
	    a->n_gone + b->n_gone + a->n_entries + b->n_entries);
	back.gone = arena_alloc(arena, (b->n_entries + 1) * sizeof(*back.gone));
	for (size_t i = 0; i < b->n_entries; i++) {
		ret->entries[ret->n_entries++] = b->entries[i];
		sha256_hex(b->entries[i].id, strlen(b->entries[i].id),
		    back.gone[back.n_gone++].hash);
	}
	changes_sort(&back);
	for (size_t i = 0; i < b->n_gone; i++)
		ret->gone[ret->n_gone++] = b->gone[i];
	for (size_t i = 0; i < a->n_gone; i++)
		if (!is_gone(b, a->gone[i].hash) &&
		    !is_gone(&back, a->gone[i].hash))
			ret->gone[ret->n_gone++] = a->gone[i];
	for (size_t i = 0; i < a->n_entries; i++) {
		sha256_hex(a->entries[i].id, strlen(a->entries[i].id), hash);
		if (!is_gone(b, hash) && !is_gone(&back, hash))
			ret->entries[ret->n_entries++] = a->entries[i];
	}
	changes_sort(ret);
	ret->from = a->from;
	ret->to = b->to;
}

/* 1: items[at] and the next are one now; 0: too large together. */
static int
join_at(struct run *run, struct list *list, size_t at, struct err *err)
{
	struct feed_changes a, b, both;
	struct ledger_hint hint, *items = list->items;
	int rc;

	if (!read_hint(run, &items[at + 1], &b))
		return drop_oldest(run, list, at + 2, err) == -1 ? -1 : 1;
	if (!read_hint(run, &items[at], &a))
		return drop_oldest(run, list, at + 1, err) == -1 ? -1 : 1;
	join(run->arena, &a, &b, &both);
	rc = write_hint(run, &both, FEED_HINT_MAX, &hint, err);
	if (rc != 1)
		return rc;
	/* Under b's serial the joined one stands now. */
	if (ledger_linger_put(run->ledger, items[at + 1].hash,
		run->linger_until, err) == -1)
		return -1;
	items[at + 1] = hint;
	return drop(run, list, at, err) == -1 ? -1 : 1;
}

/* Two neighbours together may span as much time as has passed since. */
static int
join_old(struct run *run, struct list *list, int64_t serial, struct err *err)
{
	size_t at = 0;

	while (at + 1 < list->n) {
		const struct ledger_hint *a = &list->items[at], *b = a + 1;
		int rc = 0;

		if (b->to - a->from <= serial - b->to &&
		    a->len + b->len <= FEED_HINT_MAX)
			rc = join_at(run, list, at, err);
		if (rc == -1)
			return -1;
		at = rc == 1 ? 0 : at + 1;
	}
	return 0;
}

/* ---- the list ---- */

/* Of a feed that was lost its hints are lost too; those beyond this serial
 * are of a clock that went wrong. */
static int
drop_useless(struct run *run, struct list *list, int64_t serial,
    struct err *err)
{
	size_t useless = 0;

	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].to >= serial ||
		    (run->is_full &&
			!file_exists(hint_path(run, list->items[i].hash))))
			useless = i + 1;
	return drop_oldest(run, list, useless, err);
}

int
hints_update(struct run *run, const struct ledger_head *last,
    uint8_t (*touched)[32], size_t n, struct feed_head *head, struct err *err)
{
	struct ledger_hint *known;
	struct list list = { 0 };

	if (ledger_hints(run->ledger, run->arena, &known, &list.n, err) == -1)
		return -1;
	list.items = arena_alloc(run->arena,
	    (list.n + 1) * sizeof(*list.items));
	if (list.n > 0)
		memcpy(list.items, known, list.n * sizeof(*list.items));
	if (drop_useless(run, &list, head->serial, err) == -1 ||
	    (n > 0 && add_hint(run, last, touched, n, head->serial, &list,
			  err) == -1) ||
	    join_old(run, &list, head->serial, err) == -1)
		return -1;
	if (list.n > FEED_HINTS_MAX &&
	    drop_oldest(run, &list, list.n - FEED_HINTS_MAX, err) == -1)
		return -1;
	head->hints = arena_alloc(run->arena,
	    (list.n + 1) * sizeof(*head->hints));
	head->n_hints = list.n;
	for (size_t i = 0; i < list.n; i++) {
		head->hints[i].from = list.items[i].from;
		head->hints[i].to = list.items[i].to;
		head->hints[i].len = (uint32_t)list.items[i].len;
		memcpy(head->hints[i].hash, list.items[i].hash,
		    sizeof(head->hints[i].hash));
	}
	return 0;
}
