/*
 * pull's own: what a head leads to, and the folder where accepted and staged
 * objects of one node rest.
 */
#ifndef PULL_PLAN_H
#define PULL_PLAN_H

#include "feed/feed.h"
#include "net/net.h"
#include "parse/parse.h"
#include "pull/limits.h"
#include "pull/pull.h"
#include "verify/verify.h"

/* ---- plan.c: head -> indexes -> pages ---- */

struct plan_index {
	struct feed_ref ref;
	int depth;     /* 1: named by the head */
	bool is_asked; /* on its way */
	bool is_read;
};

struct plan {
	const char *node;
	struct parser *parser; /* reads the indexes */
	uint64_t records;      /* as the head says */
	uint64_t max_bytes;
	uint64_t bytes;       /* of pages listed so far */
	uint64_t index_bytes; /* and of indexes */
	struct plan_index *indexes;
	size_t n_indexes;
	size_t cap_indexes;
	size_t n_read; /* of the indexes */
	struct feed_ref *pages;
	size_t n_pages;
	size_t cap_pages;
};

/* ERR_LIMIT when the head promises more than is allowed. */
int plan_init(struct plan *plan, const struct feed_head *head,
    struct parser *parser, uint64_t max_records, uint64_t max_bytes,
    struct err *err) MUST_CHECK;
void plan_release(struct plan *plan); /* a zeroed one is fine */
/* The bytes of index i, not yet checked. ERR_TRUST, ERR_FORMAT, ERR_LIMIT.
 * Adds to indexes and pages. */
int plan_read(struct plan *plan, size_t i, const char *data, size_t len,
    struct err *err) MUST_CHECK;
bool plan_is_complete(const struct plan *plan);
/* Complete: sorts the pages by prefix. */
void plan_finish(struct plan *plan);
/* The page of exactly this prefix and hash, or NULL (finished plans). */
const struct feed_ref *plan_find(const struct plan *plan, const char *prefix,
    const char *hash);

/* ---- store.c: <folder>/pages/<node>/ or <folder>/feed/ ---- */

struct store {
	char *folder;  /* holds head.xml, p/ */
	char *objects; /* p/ */
	char *staging; /* NULL for our own feed */
};

void store_init(struct store *store, struct arena *arena, const char *folder,
    const char *node);
void store_init_own(struct store *store, struct arena *arena,
    const char *folder);
/* A folder to mirror into: objects go where they rest at once. */
void store_init_mirror(struct store *store, struct arena *arena,
    const char *into);
bool store_has(const struct store *store, const char *hash);
/* Read, unpack, check against the ref. ERR_NOTFOUND; a file that is damaged
 * is removed from the staging area and ERR_TRUST. */
int store_read(const struct store *store, const struct feed_ref *ref,
    struct strbuf *ret_bytes, struct err *err) MUST_CHECK;
/* What was staged for heads that this plan has left behind goes. */
int store_trim(const struct store *store, const struct plan *plan,
    struct err *err) MUST_CHECK;
/*
 * What was staged for heads that never became whole goes, when it takes more
 * than so many bytes of the disk: such a head lists new objects each time.
 */
int store_bound(const struct store *store, uint64_t max_bytes,
    struct err *err) MUST_CHECK;
/* It rests here and is whole; a damaged one is removed. */
bool store_is_good(const struct store *store, const struct feed_ref *ref);
/* Keep a checked object; packed (may be NULL) is the same as gzip. */
int store_stage(const struct store *store, const char *hash, const void *data,
    size_t len, const void *packed, size_t packed_len,
    struct err *err) MUST_CHECK;
/*
 * This plan is applied: its objects to where they rest, then head.xml, then
 * everything else goes.
 */
int store_accept(const struct store *store, const struct plan *plan,
    const struct strbuf *head, struct err *err) MUST_CHECK;
int store_head(const struct store *store, struct strbuf *ret_bytes,
    struct err *err) MUST_CHECK;
/* Two heads of one serial, as evidence: fork-<serial>-<digest8>.xml, or with
 * all of the digest when that name is another's. */
int store_fork(const struct store *store, int64_t serial, const char *digest,
    const char *old_digest, const void *data, size_t len,
    struct err *err) MUST_CHECK;
/*
 * The same of a head that somebody else was shown; held: the digest of ours,
 * or "". *ret_is_proven: two different heads of this serial are kept now.
 */
int store_evidence(const struct store *store, int64_t serial,
    const char *digest, const char *held, const void *data, size_t len,
    bool *ret_is_proven, struct err *err) MUST_CHECK;

/* ---- apply.c: one transaction ---- */

enum apply_end {
	APPLY_DONE,
	APPLY_HELD,  /* the shrink guard; nothing was changed */
	APPLY_CHURN, /* too many changes: `changed` or more; none was made */
	APPLY_WRONG, /* a page is not what it should be; err says why */
	APPLY_OURS   /* disk or database; err says why */
};

struct apply {
	struct pull_env *env;
	const struct store *store;
	const struct plan *plan;
	const struct feed_head *head;
	struct parser *parser; /* reads the pages */
	const char *digest;
	int64_t now;
	bool is_guarded;     /* against a shrink */
	int64_t churn_limit; /* counting ends above it; 0: no guard */
	int64_t churn_left;  /* so many changes may be made */
	bool is_hidden;
	/* Filled: */
	int64_t changed; /* records put or removed */
	int64_t removed;
	int64_t records; /* of the node, good ones */
	struct bad_list *bad;
};

enum apply_end apply_run(struct apply *apply, struct err *err) MUST_CHECK;

/* ---- bad.c: records of accepted pages that were skipped ---- */

struct bad_record {
	const char *page; /* hash */
	const char *id;
	const char *reason;
};
struct bad_list {
	struct arena *arena;
	struct bad_record *items;
	size_t n;
	size_t cap;
	size_t total; /* also those past PULL_BAD_MAX */
};
void bad_init(struct bad_list *list);
void bad_release(struct bad_list *list);
void bad_add(struct bad_list *list, const char *page, const char *id,
    const char *reason);
/* Those known of pages that the plan keeps; an absent file is none. */
int bad_read(struct bad_list *list, const struct store *store,
    const struct plan *plan, const struct catalogue_page *applied, size_t n,
    struct err *err) MUST_CHECK;
int bad_write(const struct bad_list *list, const struct store *store,
    struct err *err) MUST_CHECK;
int bad_tell(const struct bad_list *list, struct ledger *ledger,
    const char *node, struct err *err) MUST_CHECK;

#endif
