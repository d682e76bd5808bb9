/*
 * catalogue: the merged view of all feeds, stored. Derived: `gspd rebuild`
 * makes it again. Types know nothing of SQLite; another store can stand
 * behind this door.
 *
 * One struct catalogue belongs to one thread. One writer (pull), many
 * readers (web workers).
 */
#ifndef CATALOGUE_CATALOGUE_H
#define CATALOGUE_CATALOGUE_H

#include "base/base.h"
#include "record/record.h"
#include "merge/merge.h"

struct catalogue;

enum catalogue_mode { CATALOGUE_READ, CATALOGUE_WRITE };

/*
 * Opens <folder>/catalogue.db, made when absent by CATALOGUE_WRITE;
 * ERR_NOTFOUND for CATALOGUE_READ. ERR_DB when damaged or of another version,
 * then and at any later call: the caller rebuilds (catalogue_destroy(), then
 * pull_rebuild()). Readers that have it open when it is destroyed keep the
 * old state until they open it again.
 */
struct catalogue *catalogue_open(const char *folder, enum catalogue_mode mode,
    struct err *err) MUST_CHECK;
void catalogue_close(struct catalogue *cat);
int catalogue_destroy(const char *folder, struct err *err) MUST_CHECK;
/* The folder it was opened in, and the name of this database: 32 hexadecimal
 * digits, random, made with it. What is derived from a catalogue and lies
 * beside it states of which. */
#define CATALOGUE_ID_LEN 32
const char *catalogue_folder(const struct catalogue *cat);
bool catalogue_is_readonly(const struct catalogue *cat);
const char *catalogue_id(const struct catalogue *cat);

/* ---- writing: one transaction per peer ---- */

int catalogue_begin(struct catalogue *cat, struct err *err) MUST_CHECK;
/*
 * Put a record as received from its node. `digest` is SHA-256 of its entry
 * bytes: the same digest again is a no-op. Groups and views of whatever it
 * touches are computed at commit.
 */
int catalogue_put(struct catalogue *cat, const struct record *rec,
    const uint8_t digest[32], struct err *err) MUST_CHECK;
/* ERR_NOTFOUND when it is not there. */
int catalogue_remove(struct catalogue *cat, const char *id,
    struct err *err) MUST_CHECK;
/*
 * Pages of a node that are applied, so that a pull knows what to skip. Put
 * and drop within the transaction. `hash` is the page's (hex).
 */
int catalogue_page_put(struct catalogue *cat, const char *node,
    const char *prefix, const char *hash, struct err *err) MUST_CHECK;
int catalogue_page_drop(struct catalogue *cat, const char *node,
    const char *prefix, struct err *err) MUST_CHECK;
/* Ids of a node's records that are applied below prefix, sorted by id; by
 * SHA-256(id) range. For replacing a page's content: the callback may put
 * and remove. Hidden ones too. */
typedef int (*catalogue_id_cb)(void *ctx, const char *id,
    const uint8_t digest[32], struct err *err);
int catalogue_ids(struct catalogue *cat, const char *node, const char *prefix,
    catalogue_id_cb callback, void *ctx, struct err *err) MUST_CHECK;

/* What is applied of a node's feed. */
struct catalogue_feed {
	char node[RECORD_NODE_MAX];
	int64_t serial;
	char digest[65]; /* signed digest of the applied head */
	int64_t records;
	int64_t verified_at;
	int64_t expires_at;
	bool is_hidden; /* stale for 30 d, or removed */
};
/* Inside the transaction. A change of is_hidden takes all records of the
 * node out of groups, views, counts and digest, or brings them back. */
int catalogue_feed_put(struct catalogue *cat, const struct catalogue_feed *feed,
    struct err *err) MUST_CHECK;
/* Forget a node: its records, pages and feed row. */
int catalogue_feed_remove(struct catalogue *cat, const char *node,
    struct err *err) MUST_CHECK;
/*
 * Whoever keeps something in step with the catalogue. Each of the three may
 * be NULL. changed: a view is new, changed (view) or gone (view NULL), in the
 * order of numbers; the view lives until the call returns. prepare: all
 * changes are told; `version` is what is about to be committed (the same as
 * before when nothing changed). Both inside the transaction, and -1 of
 * either rolls everything back. settled: the commit has happened, or has not
 * and everything is rolled back; called once when one of the others was.
 */
typedef int (*catalogue_change_cb)(void *ctx, int64_t group,
    const struct merge_view *view, struct err *err);
struct catalogue_watch {
	catalogue_change_cb changed;
	int (*prepare)(void *ctx, int64_t version, struct err *err);
	void (*settled)(void *ctx, bool is_committed);
	void *ctx;
};
/*
 * Regroup what was touched, recompute views, update the digest, tell the
 * watch (may be NULL), then commit. On -1 everything is rolled back. Records
 * that hang together in larger components than MERGE_COMPONENT_MAX each
 * stand alone.
 */
int catalogue_commit(struct catalogue *cat, const struct catalogue_watch *watch,
    struct err *err) MUST_CHECK;
/* The version at the start of the transaction that is open; -1 without. */
int64_t catalogue_before(const struct catalogue *cat);
void catalogue_rollback(struct catalogue *cat);

/* ---- reading ---- */

/* Start and end a consistent read (optional around several calls). */
int catalogue_read_begin(struct catalogue *cat, struct err *err) MUST_CHECK;
void catalogue_read_end(struct catalogue *cat);
/* True within either, and within catalogue_begin() and its end. */
bool catalogue_is_inside(const struct catalogue *cat);

/*
 * The door of those who show records to anybody: from now on views and
 * records whose consent to be shown has ended by `now` (record_has_lapsed())
 * are not there: ERR_NOTFOUND, or left out. Searches on this handle do not
 * find them either. 0, as at first: all are there, for whoever makes an index.
 */
void catalogue_set_now(struct catalogue *cat, int64_t now);
int64_t catalogue_now(const struct catalogue *cat);

struct catalogue_status {
	int64_t records; /* of feeds that are not hidden */
	int64_t groups;
	int64_t version; /* rises with every commit that changed it */
	char digest[65]; /* of the set: equal on nodes that hold the same */
	int64_t kinds[RECORD_KIND_COUNT]; /* groups of each kind */
	int64_t last;                     /* no group has a higher number */
};
int catalogue_status(struct catalogue *cat, struct catalogue_status *ret_status,
    struct err *err) MUST_CHECK;
/* All applied feeds, sorted by node, in the arena. */
int catalogue_feeds(struct catalogue *cat, struct arena *arena,
    struct catalogue_feed **ret_feeds, size_t *ret_n,
    struct err *err) MUST_CHECK;
int catalogue_feed_get(struct catalogue *cat, const char *node,
    struct catalogue_feed *ret_feed, struct err *err) MUST_CHECK;
/* Applied pages of a node, sorted by prefix. */
struct catalogue_page {
	char prefix[48];
	char hash[65];
};
int catalogue_pages(struct catalogue *cat, struct arena *arena,
    const char *node, struct catalogue_page **ret_pages, size_t *ret_n,
    struct err *err) MUST_CHECK;
/* View of the group that holds record id (any member's id). ERR_NOTFOUND. */
int catalogue_view(struct catalogue *cat, struct arena *arena, const char *id,
    struct merge_view **ret_view, struct err *err) MUST_CHECK;
/* A record that is kept back since its consent has ended, to say so and no
 * more. ERR_NOTFOUND for all others. */
int catalogue_lapsed(struct catalogue *cat, struct arena *arena, const char *id,
    struct record **ret_rec, struct err *err) MUST_CHECK;
/* View by group number, as search/ returns them. Numbers are local to this
 * catalogue and never used again for something else. */
int catalogue_group(struct catalogue *cat, struct arena *arena, int64_t group,
    struct merge_view **ret_view, struct err *err) MUST_CHECK;
/* One record as received. ERR_NOTFOUND when absent or hidden. */
int catalogue_record(struct catalogue *cat, struct arena *arena, const char *id,
    struct record **ret_rec, struct err *err) MUST_CHECK;
/* All records as received but for hidden feeds, by node and then SHA-256 of
 * the id (the same order everywhere, and cheap to go on from), from the one
 * behind `after` (NULL: the first; need not exist any more). The record
 * lives until the callback returns. */
typedef int (
    *catalogue_record_cb)(void *ctx, struct record *rec, struct err *err);
int catalogue_each(struct catalogue *cat, const char *after,
    catalogue_record_cb callback, void *ctx, struct err *err) MUST_CHECK;
/* All views by group number (for building an index). */
int catalogue_each_view(struct catalogue *cat, catalogue_change_cb callback,
    void *ctx, struct err *err) MUST_CHECK;
/* Those with numbers above `after`, up to `last`. */
int catalogue_views(struct catalogue *cat, int64_t after, int64_t last,
    catalogue_change_cb callback, void *ctx, struct err *err) MUST_CHECK;
/* Records that name `id` in relation, organisation/id or parent: at most
 * 1,000 ids, sorted. */
int catalogue_linked(struct catalogue *cat, struct arena *arena, const char *id,
    const char ***ret_ids, size_t *ret_n, struct err *err) MUST_CHECK;
/*
 * What is remembered of a record that its node has withdrawn, not merely
 * hidden: of each node the newest CATALOGUE_GONE_MAX, nothing of champions,
 * and nothing from before a rebuild. ERR_NOTFOUND. Also of one that has come
 * back: ask catalogue_view() first.
 */
#define CATALOGUE_GONE_MAX 10000
struct catalogue_gone {
	enum record_kind kind;
	const char *title; /* in the record's default language */
	const char *lang;  /* of the title */
	int64_t at;        /* serial of the node's first head without it */
};
int catalogue_gone(struct catalogue *cat, struct arena *arena, const char *id,
    struct catalogue_gone *ret_gone, struct err *err) MUST_CHECK;
/* True when another connection changed it since the last call. */
bool catalogue_changed(struct catalogue *cat);

#endif
