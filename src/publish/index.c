/*
 * index: when more than FEED_REFS_MAX pages stand, the head points to index
 * documents (feed-protocol.md 4). One index per largest subtree with at most
 * FEED_REFS_MAX entries: a pure function of the level below, updated like
 * the pages only where something changed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish/run.h"

struct group {
	struct run *run;
	int level;
	const struct ledger_page *old;
	size_t n_old;
	struct ledger_page *rows;
	size_t n_rows;
	size_t cap_rows;
};

static struct feed_ref *
refs_of(struct arena *arena, const struct ledger_page *rows, size_t n)
{
	struct feed_ref *refs = arena_alloc(arena, (n + 1) * sizeof(*refs));

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(refs[i].prefix, sizeof(refs[i].prefix), "%.*s",
		    FEED_PREFIX_MAX, rows[i].prefix);
		memcpy(refs[i].hash, rows[i].hash, sizeof(refs[i].hash));
		refs[i].n = (uint32_t)rows[i].n;
		refs[i].len = (uint32_t)rows[i].len;
		refs[i].is_index = rows[i].level > 0;
	}
	return refs;
}

static int
group_write(void *ctx, const char *prefix, const struct feed_ref *below,
    size_t n, struct err *err)
{
	struct group *group = ctx;
	struct run *run = group->run;
	struct ledger_page row = { .level = group->level };
	const struct ledger_page *old;
	struct strbuf bytes;
	int ret = -1;

	strbuf_init(&bytes, FEED_INDEX_MAX);
	if (feed_index_write(run->options->node, prefix, below, n, &bytes,
		err) == -1 ||
	    strbuf_check(&bytes, "an index", err) == -1)
		goto out;
	(void)snprintf(row.prefix, sizeof(row.prefix), "%s", prefix);
	sha256_hex(bytes.buf, bytes.len, row.hash);
	row.len = (int64_t)bytes.len;
	for (size_t i = 0; i < n; i++)
		row.n += below[i].n;
	old = rows_find(group->old, group->n_old, prefix);
	if (run->is_full || old == NULL || strcmp(old->hash, row.hash) != 0) {
		if (object_write(run, &bytes, row.hash, err) == -1)
			goto out;
		run->result->indexes_written++;
	}
	VEC_PUSH(group->rows, group->n_rows, group->cap_rows, row);
	ret = 0;
out:
	strbuf_release(&bytes);
	return ret;
}

static int
climb(struct run *run, int level, char prefix[RUN_PREFIX_LEN], struct err *err)
{
	size_t len = strlen(prefix), n;
	struct ledger_page *rows;

	while (len > 0) {
		char last = prefix[len - 1];

		prefix[len - 1] = '\0';
		arena_reset(run->scratch);
		if (rows_read(run, run->scratch, level - 1, prefix, &rows, &n,
			err) == -1)
			return -1;
		if (n > FEED_REFS_MAX) {
			prefix[len - 1] = last;
			break;
		}
		len--;
	}
	return 0;
}

static int
region_replace(struct run *run, int level, const char *prefix, struct err *err)
{
	struct group group = { .run = run, .level = level };
	struct ledger_page *below, *old;
	size_t n;
	int ret = -1;

	if (rows_read(run, run->arena, level - 1, prefix, &below, &n, err) ==
		-1 ||
	    rows_read(run, run->arena, level, prefix, &old, &group.n_old,
		err) == -1)
		goto out;
	group.old = old;
	/* What fits into the head needs no index at all. */
	if (prefix[0] != '\0' || n > FEED_REFS_MAX)
		if (feed_index_cut(prefix, refs_of(run->arena, below, n), n,
			group_write, &group, err) == -1)
			goto out;
	ret = rows_replace(run, level, prefix, group.rows, group.n_rows, err);
out:
	free(group.rows);
	return ret;
}

/* Carry the regions that changed one level up; they become its regions. */
static int
level_update(struct run *run, int level, struct err *err)
{
	char prefix[RUN_PREFIX_LEN] = "";
	size_t kept = 0;

	for (size_t i = 0; i < run->n_regions; i++) {
		if (kept > 0 && rows_covers(prefix, run->regions[i].prefix))
			continue;
		if (rows_locate(run, level, run->regions[i].prefix, prefix,
			err) == -1 ||
		    climb(run, level, prefix, err) == -1 ||
		    region_replace(run, level, prefix, err) == -1)
			return -1;
		memcpy(run->regions[kept++].prefix, prefix, sizeof(prefix));
	}
	run->n_regions = kept;
	return 0;
}

int
index_update(struct run *run, struct feed_ref **ret_refs, size_t *ret_n,
    struct err *err)
{
	struct ledger_page *rows = NULL;
	size_t n = 0;
	int top = 0;

	for (int level = 1; level <= FEED_INDEX_LEVELS; level++)
		if (level_update(run, level, err) == -1)
			return -1;
	/* The highest level in use; an empty one has been dropped. */
	for (int level = FEED_INDEX_LEVELS; level > 0 && top == 0; level--) {
		if (rows_read(run, run->arena, level, "", &rows, &n, err) == -1)
			return -1;
		if (n > 0)
			top = level;
	}
	if (top == 0 && rows_read(run, run->arena, 0, "", &rows, &n, err) == -1)
		return -1;
	if (n > FEED_REFS_MAX)
		return err_set(err, ERR_LIMIT,
		    "too many pages for %d levels of indexes",
		    FEED_INDEX_LEVELS);
	*ret_refs = refs_of(run->arena, rows, n);
	*ret_n = n;
	if (top == 0)
		run->result->pages = (int64_t)n;
	return 0;
}
