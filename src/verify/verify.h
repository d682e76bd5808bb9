/*
 * verify: bytes -> verdict. Signature over the head's bytes with the pinned
 * key before any parser sees them; freshness; hash before use of a page
 * (design: feed-protocol.md 5 to 7).
 */
#ifndef VERIFY_VERIFY_H
#define VERIFY_VERIFY_H

#include "base/base.h"
#include "feed/feed.h"

struct key;

/*
 * Who makes structs of verified bytes. A NULL reader is feed/ in this
 * process; parse/ has one that does it in another.
 */
struct verify_reader {
	void *ctx;
	/* As feed_head_read(). */
	int (*head)(void *ctx, struct arena *arena, const char *body,
	    size_t len, struct feed_head *ret_head, struct err *err);
	/* As verify_index_read(). */
	int (*index)(void *ctx, struct arena *arena, const struct feed_ref *ref,
	    const char *node, const char *data, size_t len,
	    struct feed_ref **ret_refs, size_t *ret_n, struct err *err);
	/* As verify_page_read(). */
	int (*page)(void *ctx, const struct feed_ref *ref, const char *node,
	    const char *data, size_t len, feed_page_cb callback,
	    void *callback_ctx, struct err *err);
	/* As feed_rotation_read(). */
	int (*rotation)(void *ctx, struct arena *arena, const char *body,
	    size_t len, struct feed_rotation *ret_rotation, struct err *err);
	/* As feed_endorsement_read(). */
	int (*endorsement)(void *ctx, struct arena *arena, const char *body,
	    size_t len, struct feed_endorsement *ret_endorsement,
	    struct err *err);
	/* As feed_alliance_read(). */
	int (*alliance)(void *ctx, struct arena *arena, const char *data,
	    size_t len, struct feed_alliance *ret_list, struct err *err);
};

struct verify_policy {
	const char *node;     /* node expected; NULL: any */
	const char *key_hash; /* pinned, lower-case hex */
	int64_t now;
	int64_t min_serial;     /* last accepted serial, 0 for none */
	const char *min_digest; /* its signed digest (hex), or NULL */
	/* Its expires: a head with that very digest is judged by what is known
	 * of it and not read again. 0: read whatever comes. */
	int64_t min_expires;
	int64_t epoch;       /* stored epoch; -1: any (first contact) */
	const char *nextkey; /* that of the stored epoch; NULL, "": any */
	const struct verify_reader *reader; /* or NULL */
};

enum verify_verdict {
	VERIFY_NEW,     /* good and newer */
	VERIFY_SAME,    /* the one we hold */
	VERIFY_EXPIRED, /* good signature, past expires */
	VERIFY_FORK,    /* same serial, other digest */
	VERIFY_REFUSED
};

/*
 * The whole of section 5 and 7 but the shrink guard. On NEW, SAME and
 * EXPIRED *ret_head (arrays in the arena) and ret_digest (hex of the signed
 * digest) are filled, but of a head that was not read again (min_expires)
 * only node, serial, epoch, nextkey and expires; on FORK the digest too. err says why for EXPIRED,
 * FORK and REFUSED (codes TRUST, STALE, FORMAT, LIMIT).
 */
enum verify_verdict verify_head(struct arena *arena, const char *data,
    size_t len, const struct verify_policy *policy, struct feed_head *ret_head,
    char ret_digest[65], struct err *err) MUST_CHECK;

/*
 * Sign: the bytes of a head with its Signature, checked by reading them
 * back. head->key is filled in by this call (arena).
 */
int verify_sign_head(struct arena *arena, struct feed_head *head,
    const struct key *key, struct strbuf *ret_out, char ret_digest[65],
    struct err *err) MUST_CHECK;

/*
 * Why was it refused? true: it is a head by its form, and names another key
 * than the policy's or a later epoch, as after a rotation. Nothing of it is
 * trusted: look for a statement that says so, and judge again.
 */
bool verify_is_rotated(const char *data, size_t len,
    const struct verify_policy *policy);

/*
 * A rotation statement: of this node, for this epoch, signed by the key that
 * was named before as its next one (hash in lower-case hex). ERR_FORMAT,
 * ERR_LIMIT, ERR_TRUST, ERR_SYS of the reader, which may be NULL.
 */
int verify_rotation(struct arena *arena, const char *data, size_t len,
    const char *node, int64_t epoch, const char *nextkey,
    const struct verify_reader *reader, struct feed_rotation *ret_rotation,
    struct err *err) MUST_CHECK;
/* Sign: the bytes of a statement, checked by reading them back.
 * rotation->key is filled in by this call (arena). */
int verify_sign_rotation(struct arena *arena, struct feed_rotation *rotation,
    const struct key *key, struct strbuf *ret_out, struct err *err) MUST_CHECK;
/* Hash of the key that a signed document names as its own; nothing is
 * checked. ERR_FORMAT, ERR_LIMIT. */
int verify_own_key(enum feed_doc doc, const char *data, size_t len,
    char ret_hash[65], struct err *err) MUST_CHECK;

/*
 * Any signed document: cut by position, pinned key (hash in lower-case hex),
 * digest, signature; nothing is parsed. 0: *ret_body (arena) are its bytes
 * without Signature, ret_digest the hex of the signed digest. ERR_FORMAT,
 * ERR_LIMIT, ERR_TRUST.
 */
int verify_signed(struct arena *arena, enum feed_doc doc, const char *data,
    size_t len, const char *key_hash, const char **ret_body,
    size_t *ret_body_len, char ret_digest[65], struct err *err) MUST_CHECK;
/* body (canonical, with its end tag) with a Signature as last child. */
int verify_sign(enum feed_doc doc, const char *body, size_t len,
    const struct key *key, struct strbuf *ret_out, struct err *err) MUST_CHECK;
/* The `key` attribute of a signed document: base64 of the SPKI. NULL: err. */
char *verify_key_text(struct arena *arena, const struct key *key,
    struct err *err) MUST_CHECK;

/* ---- the membership list ---- */

struct verify_file { /* bytes as they came */
	const char *data;
	size_t len;
};

struct verify_board {
	const char *const *keys; /* hashes, lower-case hex */
	size_t n;
	int64_t needed; /* so many of them must have endorsed the list */
	int64_t now;
	int64_t min_serial;     /* of the list in force, 0 for none */
	const char *min_digest; /* SHA-256 of its bytes (hex), or NULL */
	const struct verify_reader *reader; /* or NULL */
};

/*
 * One endorsement against one key of the board: 0 when the key signed that it
 * endorses the list of this digest. *ret_endorsement lives in the arena.
 * ERR_FORMAT, ERR_LIMIT, ERR_TRUST (wrong key, other list), ERR_SYS of the
 * reader, which may be NULL.
 */
int verify_endorsement(struct arena *arena, const struct verify_file *file,
    const char *key_hash, const char *list_digest,
    const struct verify_reader *reader,
    struct feed_endorsement *ret_endorsement, struct err *err) MUST_CHECK;
/*
 * A list with the endorsements found beside it. Before the list is parsed, as
 * many distinct keys of the board as are needed must have endorsed these very
 * bytes; files of other keys, doubled ones and those of other lists count
 * nothing. On NEW, SAME and EXPIRED *ret_list (arena) is filled, and on FORK
 * too ret_digest; *ret_endorsed whenever the bytes were small enough to look.
 * EXPIRED may still be newer than the list in force. REFUSED with ERR_SYS is
 * trouble of the reader: nothing was judged.
 */
enum verify_verdict verify_alliance(struct arena *arena,
    const struct verify_file *list, const struct verify_file *endorsements,
    size_t n, const struct verify_board *board, struct feed_alliance *ret_list,
    char ret_digest[65], int64_t *ret_endorsed, struct err *err) MUST_CHECK;
/* Sign an endorsement of the list with these bytes, which must be a list. */
int verify_sign_endorsement(const struct verify_file *list,
    const struct verify_reader *reader, const struct key *key,
    struct strbuf *ret_out, struct err *err) MUST_CHECK;

/* Size and SHA-256 are the signed ones: 0, else ERR_TRUST. */
int verify_bytes(const struct feed_ref *ref, const void *data, size_t len,
    struct err *err) MUST_CHECK;
/*
 * verify_bytes(), then walk the page; every id is of `node`, in its bucket,
 * and the count is the signed one (else ERR_TRUST for the whole page).
 * Records that do not validate are handed over as NULL with the reason.
 */
int verify_page(const struct feed_ref *ref, const char *node, const char *data,
    size_t len, feed_page_cb callback, void *ctx, struct err *err) MUST_CHECK;
/* The same of bytes that have passed verify_bytes() already. */
int verify_page_read(const struct feed_ref *ref, const char *node,
    const char *data, size_t len, feed_page_cb callback, void *ctx,
    struct err *err) MUST_CHECK;

/*
 * verify_bytes(), then the refs of an index (in the arena); their sum is the
 * signed one (else ERR_TRUST). At most FEED_INDEX_LEVELS below one another:
 * the caller counts.
 */
int verify_index(struct arena *arena, const struct feed_ref *ref,
    const char *node, const char *data, size_t len, struct feed_ref **ret_refs,
    size_t *ret_n, struct err *err) MUST_CHECK;
/* The same of bytes that have passed verify_bytes() already. */
int verify_index_read(struct arena *arena, const struct feed_ref *ref,
    const char *node, const char *data, size_t len, struct feed_ref **ret_refs,
    size_t *ret_n, struct err *err) MUST_CHECK;

/*
 * A whole feed in a folder (head.xml, p/<hash>.xml or .xml.gz): every page,
 * index and record. 0, or -1 with the first thing that is wrong; an expired
 * head is (ERR_STALE), and so is a bad record, after everything was read.
 * ret_records counts the good records, also on failure; ret_head is filled
 * as by verify_head(). For `gspd verify`; a URL is first fetched into a
 * folder by pull/.
 */
int verify_folder(const char *path, const struct verify_policy *policy,
    struct feed_head *ret_head, struct arena *arena, uint64_t *ret_records,
    struct err *err) MUST_CHECK;

#endif
