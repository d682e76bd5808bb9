/*
 * rows: the published layout as the ledger keeps it, one row per page
 * (level 0) and per index document (levels 1 and 2). Knows how to find where
 * a change belongs and how to turn old rows into new ones.
 */
#include <stdlib.h>
#include <string.h>

#include "publish/run.h"

static int
compare_rows(const void *a, const void *b)
{
	return strcmp(((const struct ledger_page *)a)->prefix,
	    ((const struct ledger_page *)b)->prefix);
}

int
rows_read(struct run *run, struct arena *arena, int level, const char *prefix,
    struct ledger_page **ret_rows, size_t *ret_n, struct err *err)
{
	if (ledger_pages(run->ledger, arena, level, prefix, ret_rows, ret_n,
		err) == -1)
		return -1;
	if (*ret_n > 1)
		qsort(*ret_rows, *ret_n, sizeof(**ret_rows), compare_rows);
	return 0;
}

const struct ledger_page *
rows_find(const struct ledger_page *rows, size_t n, const char *prefix)
{
	struct ledger_page key;

	if (n == 0 || strlen(prefix) >= sizeof(key.prefix))
		return NULL;
	strncpy(key.prefix, prefix, sizeof(key.prefix));
	return bsearch(&key, rows, n, sizeof(*rows), compare_rows);
}

bool
rows_covers(const char *prefix, const char *path)
{
	return strncmp(prefix, path, strlen(prefix)) == 0;
}

int
rows_locate(struct run *run, int level, const char *path,
    char ret_prefix[RUN_PREFIX_LEN], struct err *err)
{
	struct ledger_page *rows, *best = NULL;
	char prefix[RUN_PREFIX_LEN] = "";
	size_t n, len = strlen(path);
	/* Rows exist below path[:low] (-1: unknown), none below [:high]. */
	int low = -1, high = (int)len + 1;

	arena_reset(run->scratch);
	while (high - low > 1) {
		/* Short prefixes list many rows: reach them last. */
		int mid = low + (high - low + 1) / 2;

		if (mid == high)
			mid--;
		memcpy(prefix, path, (size_t)mid);
		prefix[mid] = '\0';
		if (rows_read(run, run->scratch, level, prefix, &rows, &n,
			err) == -1)
			return -1;
		if (n == 0) {
			high = mid;
		} else {
			low = mid;
			best = rows;
		}
	}
	if (low == -1) /* nothing at this level yet */
		low = 0;
	else if (best[0].prefix[low] != '\0' && low < (int)len)
		low++; /* a gap below the deepest known ancestor */
	memcpy(ret_prefix, path, (size_t)low);
	ret_prefix[low] = '\0';
	return 0;
}

static int
leave(struct run *run, const struct ledger_page *row, bool is_dropped,
    struct err *err)
{
	if (is_dropped &&
	    ledger_page_drop(run->ledger, row->level, row->prefix, err) == -1)
		return -1;
	return ledger_linger_put(run->ledger, row->hash, run->linger_until,
	    err);
}

int
rows_replace(struct run *run, int level, const char *prefix,
    const struct ledger_page *rows, size_t n, struct err *err)
{
	struct ledger_page *old;
	size_t n_old, i = 0, j = 0;

	if (rows_read(run, run->arena, level, prefix, &old, &n_old, err) == -1)
		return -1;
	while (i < n_old || j < n) {
		int order = i == n_old ? 1
			    : j == n   ? -1
				       : strcmp(old[i].prefix, rows[j].prefix);

		if (order < 0) {
			if (leave(run, &old[i++], true, err) == -1)
				return -1;
			continue;
		}
		if (order == 0 && strcmp(old[i].hash, rows[j].hash) == 0) {
			i++;
			j++;
			continue;
		}
		if (order == 0 && leave(run, &old[i++], false, err) == -1)
			return -1;
		if (ledger_page_put(run->ledger, &rows[j++], err) == -1)
			return -1;
	}
	return 0;
}
