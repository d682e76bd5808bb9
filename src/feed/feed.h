/*
 * feed: the objects a node publishes, bytes <-> structs, and the prefix trie
 * that cuts a set of records into pages (design: feed-protocol.md 2 to 5).
 * Pure: no hashing of its own, no files, no trust. Who reads bytes of a peer
 * goes through verify/, which hashes first.
 */
#ifndef FEED_FEED_H
#define FEED_FEED_H

#include "base/base.h"
#include "record/record.h"
#include "feed/limits.h"

#define FEED_NS   "urn:gspd:feed:1"
#define RECORD_NS "urn:gspd:record:1"
#define ATOM_NS   "http://www.w3.org/2005/Atom"
#define DSIG_NS   "http://www.w3.org/2000/09/xmldsig#"

/* ---- entries and pages ---- */

/*
 * One record as an Atom entry in exclusive canonical form, self-contained
 * (own namespace declarations, own xml:lang). ERR_LIMIT above
 * FEED_RECORD_MAX bytes.
 */
int feed_entry_write(const struct record *rec, struct strbuf *ret_out,
    struct err *err) MUST_CHECK;
/*
 * Read one entry's bytes back. ERR_FORMAT, ERR_LIMIT, ERR_SCHEMA (structure
 * only: call record_validate() for the rest). The language of a TEXT value is
 * NULL when it is the record's. Elements this version does not know, below
 * `record`, are kept in canonical form; unknown attributes and whatever else
 * stands in the Atom entry are not.
 */
int feed_entry_read(struct arena *arena, const char *data, size_t len,
    struct record **ret_rec, struct err *err) MUST_CHECK;

struct feed_entry {
	const char *id;    /* record id */
	const char *bytes; /* the entry as it is served */
	size_t len;
	int64_t published_at; /* its <updated> */
};

/* A page: entries already sorted by id. `prefix` is "0110..." or "". */
void feed_page_write(const char *node, const char *prefix,
    const struct feed_entry *entries, size_t n, struct strbuf *ret_out);

/*
 * Walk a page. For each entry the callback gets the record, or NULL and why
 * when just this record is bad (the rest of the page is used), and the
 * entry's bytes as they stand in the page. The record lives in an arena
 * that is reset after the callback returns. Callback 0 goes on, -1 stops.
 * The page as a whole must be a page of `node` with `prefix`, ids of `node`
 * only and ascending: else ERR_FORMAT. Buckets are checked by verify_page().
 */
typedef int (*feed_page_cb)(void *ctx, const char *id, struct record *rec,
    const struct err *why, const char *bytes, size_t len, struct err *err);
int feed_page_read(const char *data, size_t len, const char *node,
    const char *prefix, feed_page_cb callback, void *ctx,
    struct err *err) MUST_CHECK;

/*
 * The entries of a page, by counting tags: nothing is parsed, so neither is
 * anything said about them but that ids are of `node` and ascend. `bytes`
 * point into data, the rest is in the arena. For what is hashed afterwards.
 */
int feed_page_split(struct arena *arena, const char *data, size_t len,
    const char *node, struct feed_entry **ret_entries, size_t *ret_n,
    struct err *err) MUST_CHECK;

/* ---- head and index ---- */

struct feed_ref { /* `e`: a page or an index */
	char prefix[FEED_PREFIX_MAX + 1];
	char hash[65]; /* lower-case hex */
	uint32_t n;    /* records in it */
	uint32_t len;  /* bytes */
	bool is_index;
};

struct feed_hint {
	int64_t from; /* serial it starts from */
	int64_t to;   /* serial it leads to */
	char hash[65];
	uint32_t len;
};

struct feed_seen {
	char node[RECORD_NODE_MAX];
	int64_t serial;
	int64_t epoch;
	char digest[65];
};

struct feed_head {
	char node[RECORD_NODE_MAX];
	int64_t serial;   /* Unix time of publication */
	int64_t next;     /* promise of the next head, Unix time */
	int64_t expires;  /* Unix time */
	int64_t epoch;    /* 0 until the first rotation */
	char *key;        /* base64 SPKI: only the pin makes it trusted */
	char nextkey[65]; /* hash of the offline key's SPKI, or "" */
	uint64_t records;
	struct feed_ref *refs;
	size_t n_refs;
	struct feed_hint *hints;
	size_t n_hints;
	struct feed_seen *seen;
	size_t n_seen;
};

/*
 * Canonical bytes of the head without Signature, or with `signature` (a
 * complete Signature element) as last child. What a peer would refuse is not
 * written: ERR_FORMAT, ERR_LIMIT. `seen` are sorted by node.
 */
int feed_head_write(const struct feed_head *head, const char *signature,
    struct strbuf *ret_out, struct err *err) MUST_CHECK;
/*
 * Parse verified bytes, with or without their Signature; arrays live in the
 * arena. Checks shape, order, prefix-freeness, sums, caps (section 4) and
 * that canonical form gives back the same bytes. ERR_FORMAT, ERR_LIMIT.
 */
int feed_head_read(struct arena *arena, const char *data, size_t len,
    struct feed_head *ret_head, struct err *err) MUST_CHECK;

/* An index document: refs under `prefix`. That their sum is what the ref of
 * the index says is checked by verify_index(). */
int feed_index_write(const char *node, const char *prefix,
    const struct feed_ref *refs, size_t n, struct strbuf *ret_out,
    struct err *err) MUST_CHECK;
int feed_index_read(struct arena *arena, const char *data, size_t len,
    const char *node, const char *prefix, struct feed_ref **ret_refs,
    size_t *ret_n, struct err *err) MUST_CHECK;
/*
 * Refs below prefix: sorted, prefix-free, each within its caps, at most
 * FEED_REFS_MAX. *ret_records is their sum. ERR_FORMAT, ERR_LIMIT.
 */
int feed_refs_check(const char *prefix, const struct feed_ref *refs, size_t n,
    uint64_t *ret_records, struct err *err) MUST_CHECK;

/* ---- hints (section 8): what changed between two serials ---- */

struct feed_gone { /* no longer there: SHA-256 of the id, lower-case hex */
	char hash[65];
};
struct feed_changes {
	int64_t from;
	int64_t to;
	struct feed_gone *gone; /* sorted, distinct */
	size_t n_gone;
	struct feed_entry *entries; /* new or changed; sorted by id, distinct */
	size_t n_entries;
};
/* ERR_LIMIT above FEED_HINT_MAX bytes or FEED_HINT_RECORDS changes. */
int feed_hint_write(const char *node, const struct feed_changes *changes,
    struct strbuf *ret_out, struct err *err) MUST_CHECK;
/*
 * Take a hint apart as feed_page_split() does a page: no parser sees what no
 * signature stands for. `bytes` of entries point into data, the rest is in
 * the arena. ERR_FORMAT, ERR_LIMIT.
 */
int feed_hint_read(struct arena *arena, const char *data, size_t len,
    const char *node, struct feed_changes *ret_changes,
    struct err *err) MUST_CHECK;

/* ---- key rotation (section 6) ---- */

struct feed_rotation {
	char node[RECORD_NODE_MAX];
	int64_t epoch;    /* the one that begins with it; 1 or more */
	char *key;        /* base64 SPKI: the `nextkey` of the epoch before */
	char nextkey[65]; /* hash of the new offline key's SPKI, or "" */
	char online[65];  /* hash of the key that signs heads from now on */
};

/* Canonical bytes without Signature. ERR_FORMAT, ERR_LIMIT. */
int feed_rotation_write(const struct feed_rotation *rotation,
    struct strbuf *ret_out, struct err *err) MUST_CHECK;
/* Parse verified bytes without their Signature (verify_rotation() gives
 * them); key lives in the arena. ERR_FORMAT, ERR_LIMIT. */
int feed_rotation_read(struct arena *arena, const char *data, size_t len,
    struct feed_rotation *ret_rotation, struct err *err) MUST_CHECK;

/* ---- the membership list ---- */

struct feed_member {
	char node[RECORD_NODE_MAX];
	char key[65];  /* hash of its key */
	int64_t epoch; /* of that key */
	int64_t least; /* heads with a smaller serial are refused; 0 for none */
	bool has_left;
	const char *urls[FEED_MEMBER_URLS]; /* end in "/", asked in order */
	size_t n_urls;
};

struct feed_alliance {
	const char *name;
	int64_t serial;  /* Unix time of the change */
	int64_t expires; /* Unix time */
	struct feed_member *members;
	size_t n;
};

/*
 * Canonical bytes of a list; nothing in it is signed. What a node would
 * refuse is not written: ERR_FORMAT, ERR_LIMIT. Members are sorted by node.
 */
int feed_alliance_write(const struct feed_alliance *list,
    struct strbuf *ret_out, struct err *err) MUST_CHECK;
/* Strings and members live in the arena. Checks shape, order, caps and that
 * canonical form gives back the same bytes. ERR_FORMAT, ERR_LIMIT. */
int feed_alliance_read(struct arena *arena, const char *data, size_t len,
    struct feed_alliance *ret_list, struct err *err) MUST_CHECK;
const struct feed_member *feed_member_find(const struct feed_alliance *list,
    const char *node);
/* 1 for an address that a list may name. */
int feed_valid_member_url(const char *url);

/* A board key's word on one list; the signed form comes from verify_sign(). */
struct feed_endorsement {
	char *key;      /* base64 SPKI: only the board in peers.conf makes it
			   trusted */
	char list[65];  /* SHA-256 of the list's bytes */
	int64_t serial; /* of the list */
};
int feed_endorsement_write(const struct feed_endorsement *endorsement,
    struct strbuf *ret_out, struct err *err) MUST_CHECK;
/* Verified bytes without their Signature. */
int feed_endorsement_read(struct arena *arena, const char *data, size_t len,
    struct feed_endorsement *ret_endorsement, struct err *err) MUST_CHECK;

/* ---- the one signature profile ---- */

/* SignedInfo bytes for a digest: what is signed. alg is the key's. */
enum feed_alg { FEED_ALG_ECDSA, FEED_ALG_RSA };
void feed_signed_info(enum feed_alg alg, const char *digest_base64,
    struct strbuf *ret_out);
/* The complete Signature element. */
void feed_signature(enum feed_alg alg, const char *digest_base64,
    const char *signature_base64, struct strbuf *ret_out);

/* The documents that are signed this way. */
enum feed_doc { FEED_DOC_HEAD, FEED_DOC_ROTATION, FEED_DOC_ENDORSEMENT };
const char *feed_doc_name(enum feed_doc doc); /* "head" */
const char *feed_doc_end(enum feed_doc doc);  /* "</head>" */

/*
 * Take a signed document apart by position, without parsing. All pieces point
 * into data. ERR_FORMAT when it is not exactly the template.
 */
struct feed_cut {
	size_t body_len; /* bytes before Signature; feed_doc_end() follows */
	const char *signed_info;
	size_t signed_info_len;
	const char *digest;    /* base64, 44 bytes */
	const char *signature; /* base64 */
	size_t signature_len;
	const char *key; /* base64 SPKI from the root's start tag */
	size_t key_len;
	const char *epoch; /* its digits; NULL in a document without */
	size_t epoch_len;
};
int feed_signed_cut(enum feed_doc doc, const char *data, size_t len,
    enum feed_alg *ret_alg, struct feed_cut *ret_cut,
    struct err *err) MUST_CHECK;
/* The same for FEED_DOC_HEAD. */
int feed_head_cut(const char *data, size_t len, enum feed_alg *ret_alg,
    struct feed_cut *ret_cut, struct err *err) MUST_CHECK;

/* ---- the prefix trie (section 3): a pure function of the set ---- */

struct feed_item {
	uint8_t hash[32]; /* SHA-256 of the record id */
	uint32_t len;     /* bytes of its entry */
};

/* Bit i (0 = most significant of byte 0). */
static inline int
feed_bit(const uint8_t hash[32], unsigned i)
{
	return (hash[i / 8] >> (7 - i % 8)) & 1;
}
/* 1 when hash starts with the bits of prefix. */
int feed_prefix_has(const char *prefix, const uint8_t hash[32]);
/* 1 when n records of `bytes` in all are one page at this depth. */
int feed_is_page(size_t n, uint64_t bytes, unsigned depth);
/*
 * Cut items (sorted by hash, all below `prefix`) into pages; callback per
 * page in order with its items. Empty buckets are not reported.
 */
typedef int (*feed_trie_cb)(void *ctx, const char *prefix,
    const struct feed_item *items, size_t n, struct err *err);
int feed_trie_cut(const char *prefix, const struct feed_item *items, size_t n,
    feed_trie_cb callback, void *ctx, struct err *err) MUST_CHECK;
/*
 * Cut refs (sorted, all below `prefix`) into index documents: one per largest
 * subtree with at most FEED_REFS_MAX; callback per index in order.
 */
typedef int (*feed_index_cb)(void *ctx, const char *prefix,
    const struct feed_ref *refs, size_t n, struct err *err);
int feed_index_cut(const char *prefix, const struct feed_ref *refs, size_t n,
    feed_index_cb callback, void *ctx, struct err *err) MUST_CHECK;

#endif
