/* publish's own: one run, shared by its parts. */
#ifndef PUBLISH_RUN_H
#define PUBLISH_RUN_H

#include "crypto/crypto.h"
#include "feed/feed.h"
#include "ledger/ledger.h"
#include "publish/publish.h"

#define RUN_PREFIX_LEN 48 /* as in struct ledger_page */

struct run_region { /* a subtree of the trie whose rows changed */
	char prefix[RUN_PREFIX_LEN];
};

struct run {
	struct ledger *ledger;
	const struct publish_options *options;
	struct publish_result *result;
	struct arena *arena;   /* lives for the run */
	struct arena *scratch; /* for one look-up */
	char *objects;         /* <folder>/feed/p */
	char *hints;           /* <folder>/feed/h */
	int64_t bytes_written; /* of objects, plain */
	int64_t linger_until;
	bool is_full; /* write every object again */
	struct run_region *regions;
	size_t n_regions;
	size_t cap_regions;
	/* Hashes of files written, until there are too many to count. */
	char (*written)[SHA256_HEX_LEN];
	size_t n_written;
	size_t cap_written;
};

/* ---- objects.c: immutable files named by hash ---- */

/* Write an object, over whatever is there. */
int object_write(struct run *run, const struct strbuf *bytes, const char *hash,
    struct err *err) MUST_CHECK;
/* The same for any path: gzip, not yet surely on the disk. */
int object_put(const char *path, const struct strbuf *bytes,
    struct err *err) MUST_CHECK;
/* All that was written is on the disk, the folder too. */
int objects_sync(struct run *run, struct err *err) MUST_CHECK;
/* A page, an index or a hint. */
int object_remove(const struct run *run, const char *hash,
    struct err *err) MUST_CHECK;
/* After a full run: whatever no row names is to go later. */
int objects_sweep(struct run *run, struct err *err) MUST_CHECK;

/* ---- rows.c: the stored layout ---- */

/*
 * The subtree in which a change at `path` (bits) happened, given the rows of
 * a level: the row that covers it, or the largest empty bucket it falls in,
 * or path itself when rows lie below.
 */
int rows_locate(struct run *run, int level, const char *path,
    char ret_prefix[RUN_PREFIX_LEN], struct err *err) MUST_CHECK;
/*
 * Make the rows of a level below prefix these (sorted by prefix); what left
 * lingers. Both are compared by prefix and hash.
 */
int rows_replace(struct run *run, int level, const char *prefix,
    const struct ledger_page *rows, size_t n, struct err *err) MUST_CHECK;
/* The row of exactly this prefix among sorted ones, or NULL. */
const struct ledger_page *rows_find(const struct ledger_page *rows, size_t n,
    const char *prefix);
/* Rows of a level below prefix, sorted, in that arena. */
int rows_read(struct run *run, struct arena *arena, int level,
    const char *prefix, struct ledger_page **ret_rows, size_t *ret_n,
    struct err *err) MUST_CHECK;
/* true when path lies in the subtree of prefix. */
bool rows_covers(const char *prefix, const char *path);

/* ---- layout.c: records -> pages (level 0) ---- */

int layout_update(struct run *run, uint8_t (*touched)[32], size_t n,
    struct err *err) MUST_CHECK;

/* struct feed_entry by id, for qsort(). */
int layout_compare_ids(const void *a, const void *b);

/* ---- index.c: pages -> indexes (levels 1, 2) ---- */

/* Carries run->regions upward; *ret_refs is what the head lists. */
int index_update(struct run *run, struct feed_ref **ret_refs, size_t *ret_n,
    struct err *err) MUST_CHECK;

/* ---- hint.c: what changed, for peers that hold the rest ---- */

char *hint_path(const struct run *run, const char *hash);
/*
 * The layout is done: a hint for what was touched since `last`, the older
 * ones joined and trimmed; head->serial is set, head->hints is filled.
 */
int hints_update(struct run *run, const struct ledger_head *last,
    uint8_t (*touched)[32], size_t n, struct feed_head *head,
    struct err *err) MUST_CHECK;

#endif
