/*
 * The membership list: does the board stand behind these bytes, and may they
 * replace those in force? (design: feed-protocol.md 6). signed.c says whose
 * signature an endorsement has; the list is parsed only after enough keys
 * have endorsed it. pull/alliance.c fetches and keeps it.
 */
#include <string.h>

#include "crypto/crypto.h"
#include "verify/verify.h"

static int
read_endorsement(const struct verify_reader *reader, struct arena *arena,
    const char *body, size_t len, struct feed_endorsement *ret_endorsement,
    struct err *err)
{
	if (reader != NULL)
		return reader->endorsement(reader->ctx, arena, body, len,
		    ret_endorsement, err);
	return feed_endorsement_read(arena, body, len, ret_endorsement, err);
}

static int
read_list(const struct verify_reader *reader, struct arena *arena,
    const struct verify_file *file, struct feed_alliance *ret_list,
    struct err *err)
{
	if (reader != NULL)
		return reader->alliance(reader->ctx, arena, file->data,
		    file->len, ret_list, err);
	return feed_alliance_read(arena, file->data, file->len, ret_list, err);
}

int
verify_endorsement(struct arena *arena, const struct verify_file *file,
    const char *key_hash, const char *list_digest,
    const struct verify_reader *reader,
    struct feed_endorsement *ret_endorsement, struct err *err)
{
	struct feed_endorsement endorsement;
	const char *body;
	char digest[65];
	size_t len;

	if (verify_signed(arena, FEED_DOC_ENDORSEMENT, file->data, file->len,
		key_hash, &body, &len, digest, err) != 0 ||
	    read_endorsement(reader, arena, body, len, &endorsement, err) != 0)
		return -1;
	if (strcmp(endorsement.list, list_digest) != 0)
		return err_set(err, ERR_TRUST,
		    "endorsement is for another list, of serial %lld",
		    (long long)endorsement.serial);
	*ret_endorsement = endorsement;
	return 0;
}

/* How many keys of the board stand behind the bytes; all must name the same
 * serial, which is the list's, as judge() sees to. -1: the reader's trouble,
 * which says nothing about any key. */
static int64_t
count_keys(struct arena *arena, const struct verify_file *endorsements,
    size_t n, const struct verify_board *board, const char *digest,
    int64_t *serials, struct err *err)
{
	int64_t count = 0;

	for (size_t k = 0; k < board->n; k++) {
		bool is_twin = false;

		/* A key listed twice is one key. */
		for (size_t i = 0; i < k; i++)
			is_twin |= strcmp(board->keys[i], board->keys[k]) == 0;
		for (size_t i = 0; i < n && !is_twin; i++) {
			struct feed_endorsement endorsement;
			struct err why = { 0 };

			if (verify_endorsement(arena, &endorsements[i],
				board->keys[k], digest, board->reader,
				&endorsement, &why) != 0) {
				if (why.code != ERR_SYS)
					continue;
				*err = why;
				return -1;
			}
			serials[count++] = endorsement.serial;
			break;
		}
	}
	return count;
}

static enum verify_verdict
judge(const struct feed_alliance *list, const char *digest,
    const struct verify_board *board, struct err *err)
{
	if (list->serial - FEED_CLOCK_AHEAD_S > board->now) {
		err_set(err, ERR_TRUST,
		    "membership list: serial %lld is %lld s ahead of the clock "
		    "here",
		    (long long)list->serial,
		    (long long)(list->serial - board->now));
		return VERIFY_REFUSED;
	}
	if (list->serial < board->min_serial) {
		err_set(err, ERR_TRUST,
		    "membership list: rollback: serial %lld is older than "
		    "%lld, which is in force",
		    (long long)list->serial, (long long)board->min_serial);
		return VERIFY_REFUSED;
	}
	if (list->serial == board->min_serial && board->min_digest != NULL &&
	    strcmp(board->min_digest, digest) != 0) {
		err_set(err, ERR_TRUST,
		    "membership list: fork: the board endorsed two lists of "
		    "serial %lld; the one in force stays, ask the board",
		    (long long)list->serial);
		return VERIFY_FORK;
	}
	if (list->expires <= board->now) {
		char text[CLOCK_TEXT_LEN];

		clock_format(list->expires, text);
		err_set(err, ERR_STALE,
		    "membership list expired at %s: the board is late", text);
		return VERIFY_EXPIRED;
	}
	return list->serial == board->min_serial ? VERIFY_SAME : VERIFY_NEW;
}

enum verify_verdict
verify_alliance(struct arena *arena, const struct verify_file *list,
    const struct verify_file *endorsements, size_t n,
    const struct verify_board *board, struct feed_alliance *ret_list,
    char ret_digest[65], int64_t *ret_endorsed, struct err *err)
{
	enum verify_verdict verdict;
	struct feed_alliance read;
	char digest[SHA256_HEX_LEN];
	struct err local = { 0 };
	int64_t *serials, count;

	if (list->len > FEED_ALLIANCE_MAX) {
		err_set(err, ERR_LIMIT,
		    "membership list is larger than %d bytes",
		    FEED_ALLIANCE_MAX);
		return VERIFY_REFUSED;
	}
	serials = arena_alloc(arena, (board->n + 1) * sizeof(*serials));
	sha256_hex(list->data, list->len, digest);
	count = count_keys(arena, endorsements, n, board, digest, serials,
	    &local);
	if (count == -1) {
		if (err != NULL)
			*err = local;
		return VERIFY_REFUSED;
	}
	*ret_endorsed = count;
	if (count < board->needed || count == 0) {
		err_set(err, ERR_TRUST,
		    "membership list: endorsed by %lld of the %lld keys of the "
		    "board that are needed",
		    (long long)count, (long long)board->needed);
		return VERIFY_REFUSED;
	}
	if (read_list(board->reader, arena, list, &read, err) != 0)
		return VERIFY_REFUSED;
	for (int64_t i = 0; i < count; i++)
		if (serials[i] != read.serial) {
			err_set(err, ERR_TRUST,
			    "membership list: an endorsement says serial %lld, "
			    "the list %lld",
			    (long long)serials[i], (long long)read.serial);
			return VERIFY_REFUSED;
		}
	verdict = judge(&read, digest, board, err);
	if (verdict == VERIFY_REFUSED)
		return verdict;
	memcpy(ret_digest, digest, sizeof(digest));
	if (verdict != VERIFY_FORK)
		*ret_list = read;
	return verdict;
}

int
verify_sign_endorsement(const struct verify_file *list,
    const struct verify_reader *reader, const struct key *key,
    struct strbuf *ret_out, struct err *err)
{
	struct arena *arena = arena_new();
	struct feed_endorsement endorsement = { .key = NULL }, again;
	struct feed_alliance read;
	struct verify_file signed_file;
	char hash[SHA256_HEX_LEN];
	struct strbuf body, out;
	int ret = -1;

	strbuf_init(&body, FEED_ENDORSEMENT_MAX);
	strbuf_init(&out, FEED_ENDORSEMENT_MAX);
	if (read_list(reader, arena, list, &read, err) != 0)
		goto out;
	sha256_hex(list->data, list->len, endorsement.list);
	endorsement.serial = read.serial;
	endorsement.key = verify_key_text(arena, key, err);
	if (endorsement.key == NULL ||
	    feed_endorsement_write(&endorsement, &body, err) != 0 ||
	    verify_sign(FEED_DOC_ENDORSEMENT, body.buf, body.len, key, &out,
		err) != 0)
		goto out;
	/* Never publish what a node would not accept. */
	key_hash(key, hash);
	signed_file = (struct verify_file){ out.buf, out.len };
	if (verify_endorsement(arena, &signed_file, hash, endorsement.list,
		NULL, &again, err) != 0)
		goto out;
	strbuf_add(ret_out, out.buf, out.len);
	ret = strbuf_check(ret_out, "endorsement", err);
out:
	strbuf_release(&body);
	strbuf_release(&out);
	arena_free(arena);
	return ret;
}
