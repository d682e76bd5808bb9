/*
 * rebuild: the publisher's layout, done over again from what is held here
 * and what changed. Pages are a pure function of the set of records, indexes
 * of the list of pages (feed-protocol.md 3 and 4), so only the regions where
 * something changed are read. One region is in memory at a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "pull/rebuild.h"

#define REGION_RECORDS 8192 /* more to be read at once is not tried */

struct slot { /* a record: held, or as a change leaves it */
	uint8_t hash[32];
	struct feed_entry entry; /* bytes NULL: gone */
	size_t order;            /* the later change wins */
};

struct slots {
	struct slot *items;
	size_t n;
	size_t cap;
};

struct refs {
	struct feed_ref *items;
	size_t n;
	size_t cap;
};

struct work {
	const struct rebuild *job;
	struct arena *region;    /* of the region being looked at */
	struct slots changes;    /* by hash, one each */
	struct slots set;        /* what is below `prefix` now, by hash */
	struct feed_item *items; /* of the set */
	char prefix[FEED_PREFIX_MAX + 1];
	char last[FEED_PREFIX_MAX + 1]; /* the region before ... */
	bool has_last;                  /* ... when there is one */
	struct refs out;
	size_t next; /* of held: what is before is in out */
};

struct range {
	size_t low;
	size_t high;
};

/* ---- who is where ---- */

static int
compare_slots(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;
	int order = memcmp(x->hash, y->hash, sizeof(x->hash));

	if (order != 0)
		return order;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void
path_of(const uint8_t hash[32], char ret_path[FEED_PREFIX_MAX + 1])
{
	for (unsigned bit = 0; bit < FEED_PREFIX_MAX; bit++)
		ret_path[bit] = feed_bit(hash, bit) ? '1' : '0';
	ret_path[FEED_PREFIX_MAX] = '\0';
}

/* The first held page at or behind this in order. */
static size_t
lower(const struct rebuild *job, const char *prefix)
{
	size_t low = 0, high = job->n_held;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(job->held[mid].prefix, prefix) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Held pages at and below prefix. */
static struct range
held_below(const struct rebuild *job, const char *prefix)
{
	struct range range;
	size_t len = strlen(prefix);
	char behind[FEED_PREFIX_MAX + 2];

	range.low = lower(job, prefix);
	/* '2' sorts behind both bits. */
	(void)snprintf(behind, sizeof(behind), "%.*s2", (int)len, prefix);
	range.high = lower(job, behind);
	return range;
}

/* Changes below prefix. */
static struct range
changes_below(const struct work *work, const char *prefix)
{
	struct range range = { 0, 0 };
	uint8_t first[32] = { 0 };
	size_t high = work->changes.n;

	for (size_t i = 0; prefix[i] != '\0'; i++)
		if (prefix[i] == '1')
			first[i / 8] |= (uint8_t)(0x80 >> (i % 8));
	while (range.low < high) {
		size_t mid = range.low + (high - range.low) / 2;

		if (memcmp(work->changes.items[mid].hash, first,
			sizeof(first)) < 0)
			range.low = mid + 1;
		else
			high = mid;
	}
	range.high = range.low;
	while (range.high < work->changes.n &&
	       feed_prefix_has(prefix, work->changes.items[range.high].hash))
		range.high++;
	return range;
}

/* The page that covers path, or the largest bucket around it that is empty. */
static void
locate(struct work *work, const char *path)
{
	const struct rebuild *job = work->job;

	for (size_t len = 0; len <= FEED_PREFIX_MAX; len++) {
		struct range range;

		memcpy(work->prefix, path, len);
		work->prefix[len] = '\0';
		range = held_below(job, work->prefix);
		if (range.low == range.high ||
		    strcmp(job->held[range.low].prefix, work->prefix) == 0)
			return;
	}
}

/* ---- the set of records below a prefix, as it is now ---- */

static const struct slot *
find_change(const struct work *work, const struct range *range,
    const uint8_t hash[32])
{
	size_t low = range->low, high = range->high;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = memcmp(work->changes.items[mid].hash, hash, 32);

		if (order == 0)
			return &work->changes.items[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static int
add_held(struct work *work, const struct feed_ref *ref,
    const struct range *changed, struct err *err)
{
	struct strbuf bytes;
	struct feed_entry *entries;
	size_t n;
	char *copy;

	if (work->job->read(work->job->ctx, ref, &bytes, err) == -1) {
		strbuf_release(&bytes);
		return -1;
	}
	copy = arena_strndup(work->region, bytes.buf, bytes.len);
	n = bytes.len;
	strbuf_release(&bytes);
	if (feed_page_split(work->region, copy, n, work->job->node, &entries,
		&n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct slot slot = { .entry = entries[i] };

		sha256(entries[i].id, strlen(entries[i].id), slot.hash);
		if (find_change(work, changed, slot.hash) == NULL)
			VEC_PUSH(work->set.items, work->set.n, work->set.cap,
			    slot);
	}
	return 0;
}

static int
collect(struct work *work, const char *prefix, struct err *err)
{
	struct range held = held_below(work->job, prefix);
	struct range changed = changes_below(work, prefix);

	arena_reset(work->region);
	work->set.n = 0;
	for (size_t i = held.low; i < held.high; i++) {
		if (work->set.n > REGION_RECORDS)
			return err_set(err, ERR_LIMIT,
			    "too much has changed at once below '%s'", prefix);
		if (add_held(work, &work->job->held[i], &changed, err) == -1)
			return -1;
	}
	for (size_t i = changed.low; i < changed.high; i++)
		if (work->changes.items[i].entry.bytes != NULL)
			VEC_PUSH(work->set.items, work->set.n, work->set.cap,
			    work->changes.items[i]);
	if (work->set.n > 1)
		qsort(work->set.items, work->set.n, sizeof(*work->set.items),
		    compare_slots);
	return 0;
}

static bool
is_page(const struct work *work, size_t depth)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < work->set.n; i++)
		bytes += work->set.items[i].entry.len;
	return work->set.n == 0 ||
	       feed_is_page(work->set.n, bytes, (unsigned)depth);
}

/* Below the sibling so many may be left at the least. */
static size_t
least_below(const struct work *work, const char *prefix)
{
	struct range held = held_below(work->job, prefix);
	struct range changed = changes_below(work, prefix);
	size_t n = 0, gone = 0;

	for (size_t i = held.low; i < held.high; i++)
		n += work->job->held[i].n;
	for (size_t i = changed.low; i < changed.high; i++)
		gone += work->changes.items[i].entry.bytes == NULL;
	return n > gone ? n - gone : 0;
}

/* Up while the parent, as it is now, is one page. The set is collected. */
static int
climb(struct work *work, struct err *err)
{
	char sibling[FEED_PREFIX_MAX + 1];
	bool is_done;
	size_t len;

	while ((len = strlen(work->prefix)) > 0) {
		char last = work->prefix[len - 1];

		memcpy(sibling, work->prefix, len + 1);
		sibling[len - 1] = last == '0' ? '1' : '0';
		if (work->set.n + least_below(work, sibling) >
		    FEED_PAGE_RECORDS)
			return 0;
		work->prefix[len - 1] = '\0';
		/* What was done already stays as it is. */
		is_done = work->has_last &&
			  strncmp(work->last, work->prefix, len - 1) == 0;
		if (!is_done && collect(work, work->prefix, err) == -1)
			return -1;
		if (is_done || !is_page(work, len - 1)) {
			work->prefix[len - 1] = last;
			return collect(work, work->prefix, err);
		}
	}
	return 0;
}

/* ---- out again ---- */

static int
compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct feed_entry *)a)->id,
	    ((const struct feed_entry *)b)->id);
}

static int
emit(struct work *work, struct feed_ref *ref, const struct strbuf *bytes,
    struct err *err)
{
	const struct rebuild *job = work->job;
	size_t at = lower(job, ref->prefix);

	sha256_hex(bytes->buf, bytes->len, ref->hash);
	ref->len = (uint32_t)bytes->len;
	if (at < job->n_held && strcmp(job->held[at].hash, ref->hash) == 0)
		return 0;
	return job->emit(job->ctx, ref, bytes, err);
}

static int
on_page(void *ctx, const char *prefix, const struct feed_item *items, size_t n,
    struct err *err)
{
	struct work *work = ctx;
	const struct slot *slots = &work->set.items[items - work->items];
	struct feed_entry *entries = arena_alloc(work->region,
	    n * sizeof(*entries));
	struct feed_ref ref = { .n = (uint32_t)n };
	struct strbuf page;
	int ret = -1;

	for (size_t i = 0; i < n; i++)
		entries[i] = slots[i].entry;
	qsort(entries, n, sizeof(*entries), compare_ids);
	(void)snprintf(ref.prefix, sizeof(ref.prefix), "%s", prefix);
	strbuf_init(&page, FEED_PAGE_MAX);
	feed_page_write(work->job->node, prefix, entries, n, &page);
	if (strbuf_check(&page, "a page", err) == 0 &&
	    emit(work, &ref, &page, err) == 0) {
		VEC_PUSH(work->out.items, work->out.n, work->out.cap, ref);
		ret = 0;
	}
	strbuf_release(&page);
	return ret;
}

static void
keep_until(struct work *work, size_t end)
{
	for (; work->next < end; work->next++)
		VEC_PUSH(work->out.items, work->out.n, work->out.cap,
		    work->job->held[work->next]);
}

/* The region of change i; returns the first change behind it, or 0. */
static size_t
do_region(struct work *work, size_t i, struct err *err)
{
	char path[FEED_PREFIX_MAX + 1];
	struct range held;

	path_of(work->changes.items[i].hash, path);
	locate(work, path);
	if (collect(work, work->prefix, err) == -1 || climb(work, err) == -1)
		return 0;
	held = held_below(work->job, work->prefix);
	keep_until(work, held.low);
	work->items = arena_alloc(work->region,
	    (work->set.n + 1) * sizeof(*work->items));
	for (size_t k = 0; k < work->set.n; k++) {
		memcpy(work->items[k].hash, work->set.items[k].hash, 32);
		work->items[k].len = (uint32_t)work->set.items[k].entry.len;
	}
	if (feed_trie_cut(work->prefix, work->items, work->set.n, on_page, work,
		err) == -1)
		return 0;
	work->next = held.high;
	memcpy(work->last, work->prefix, sizeof(work->last));
	work->has_last = true;
	return changes_below(work, work->prefix).high;
}

/* ---- indexes ---- */

struct level {
	struct work *work;
	struct refs above;
};

static int
on_index(void *ctx, const char *prefix, const struct feed_ref *refs, size_t n,
    struct err *err)
{
	struct level *level = ctx;
	struct feed_ref ref = { .is_index = true };
	struct strbuf bytes;
	int ret = -1;

	(void)snprintf(ref.prefix, sizeof(ref.prefix), "%s", prefix);
	for (size_t i = 0; i < n; i++)
		ref.n += refs[i].n;
	strbuf_init(&bytes, FEED_INDEX_MAX);
	if (feed_index_write(level->work->job->node, prefix, refs, n, &bytes,
		err) == 0 &&
	    emit(level->work, &ref, &bytes, err) == 0) {
		VEC_PUSH(level->above.items, level->above.n, level->above.cap,
		    ref);
		ret = 0;
	}
	strbuf_release(&bytes);
	return ret;
}

static int
do_indexes(struct work *work, struct err *err)
{
	for (int i = 0; i < FEED_INDEX_LEVELS && work->out.n > FEED_REFS_MAX;
	     i++) {
		struct level level = { .work = work };
		int rc = feed_index_cut("", work->out.items, work->out.n,
		    on_index, &level, err);

		free(work->out.items);
		work->out = level.above;
		if (rc == -1)
			return -1;
	}
	return 0;
}

/* ---- the changes ---- */

static void
take_changes(struct work *work, const struct feed_changes *changes, size_t n)
{
	struct slots *all = &work->changes;
	size_t order = 0, kept = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < changes[i].n_gone; k++) {
			struct slot slot = { .order = order++ };

			if (hex_decode(changes[i].gone[k].hash, slot.hash,
				sizeof(slot.hash)) == 0)
				VEC_PUSH(all->items, all->n, all->cap, slot);
		}
		for (size_t k = 0; k < changes[i].n_entries; k++) {
			struct slot slot = { .entry = changes[i].entries[k],
				.order = order++ };

			sha256(slot.entry.id, strlen(slot.entry.id), slot.hash);
			VEC_PUSH(all->items, all->n, all->cap, slot);
		}
	}
	if (all->n > 1)
		qsort(all->items, all->n, sizeof(*all->items), compare_slots);
	for (size_t i = 0; i < all->n; i++)
		if (i + 1 == all->n ||
		    memcmp(all->items[i].hash, all->items[i + 1].hash, 32) != 0)
			all->items[kept++] = all->items[i];
	all->n = kept;
}

int
rebuild_run(const struct rebuild *rebuild, const struct feed_changes *changes,
    size_t n, struct err *err)
{
	struct work work = { .job = rebuild, .region = arena_new() };
	int ret = -1;

	take_changes(&work, changes, n);
	for (size_t i = 0; i < work.changes.n;) {
		i = do_region(&work, i, err);
		if (i == 0)
			goto out;
	}
	keep_until(&work, rebuild->n_held);
	ret = do_indexes(&work, err);
out:
	free(work.changes.items);
	free(work.set.items);
	free(work.out.items);
	arena_free(work.region);
	return ret;
}
