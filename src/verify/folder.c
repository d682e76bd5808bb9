/*
 * A whole feed that lies in a folder, for `gspd verify`: the head, every
 * index, every page, every record (design: feed-protocol.md 2 to 7).
 */
#include <string.h>

#include "crypto/crypto.h"
#include "verify/verify.h"

struct folder {
	const char *path;
	const char *node;
	const struct verify_reader *reader;
	struct arena *arena;
	uint64_t good;
	uint64_t bad;
	struct err first_bad;
};

/* A page or index, plain or gzip at rest. */
static int
read_object(struct folder *f, const struct feed_ref *ref, struct strbuf *ret_sb,
    struct err *err)
{
	struct strbuf packed;
	const char *path = arena_printf(f->arena, "%s/p/%s.xml", f->path,
	    ref->hash);
	int rc = -1;

	if (file_read(path, FEED_PAGE_MAX, ret_sb, err) == 0)
		return 0;
	if (err->code != ERR_NOTFOUND)
		return -1;
	/* gzip of random bytes is a little larger than they are */
	if (file_read(arena_printf(f->arena, "%s.gz", path),
		FEED_PAGE_MAX + 4096, &packed, err) != 0) {
		if (err->code == ERR_NOTFOUND)
			err_set(err, ERR_NOTFOUND, "page '%s' is missing: %s",
			    ref->prefix, path);
		goto out;
	}
	strbuf_release(ret_sb);
	strbuf_init(ret_sb, FEED_PAGE_MAX);
	rc = gzip_unpack(packed.buf, packed.len, ref->len, ret_sb, err);
	if (rc != 0)
		err_prefix(err, "page '%s'", ref->prefix);
out:
	strbuf_release(&packed);
	return rc;
}

static int
on_record(void *ctx, const char *id, struct record *rec, const struct err *why,
    const char *bytes, size_t len, struct err *err)
{
	struct folder *f = ctx;

	(void)bytes;
	(void)len;
	(void)err;
	if (rec != NULL) {
		f->good++;
		return 0;
	}
	if (f->bad++ == 0) {
		f->first_bad = *why;
		err_prefix(&f->first_bad, "record %s", id);
	}
	return 0;
}

static int
read_page(struct folder *f, const struct feed_ref *ref,
    const struct strbuf *bytes, struct err *err)
{
	const struct verify_reader *reader = f->reader;

	if (verify_bytes(ref, bytes->buf, bytes->len, err) != 0)
		return -1;
	if (reader != NULL)
		return reader->page(reader->ctx, ref, f->node, bytes->buf,
		    bytes->len, on_record, f, err);
	return verify_page_read(ref, f->node, bytes->buf, bytes->len, on_record,
	    f, err);
}

static int
read_index(struct folder *f, const struct feed_ref *ref,
    const struct strbuf *bytes, struct feed_ref **ret_refs, size_t *ret_n,
    struct err *err)
{
	const struct verify_reader *reader = f->reader;

	if (verify_bytes(ref, bytes->buf, bytes->len, err) != 0)
		return -1;
	if (reader != NULL)
		return reader->index(reader->ctx, f->arena, ref, f->node,
		    bytes->buf, bytes->len, ret_refs, ret_n, err);
	return verify_index_read(f->arena, ref, f->node, bytes->buf, bytes->len,
	    ret_refs, ret_n, err);
}

/* Recursion ends at FEED_INDEX_LEVELS. */
static int
verify_refs(struct folder *f, const struct feed_ref *refs, size_t n,
    unsigned level, struct err *err)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct feed_ref *below = NULL;
		struct strbuf sb;
		size_t n_below = 0;
		int rc;

		strbuf_init(&sb, 0);
		rc = read_object(f, &refs[i], &sb, err);
		if (rc == 0 && !refs[i].is_index)
			rc = read_page(f, &refs[i], &sb, err);
		else if (rc == 0 && level >= FEED_INDEX_LEVELS)
			rc = err_set(err, ERR_LIMIT,
			    "index '%s': more than %d levels of indexes",
			    refs[i].prefix, FEED_INDEX_LEVELS);
		else if (rc == 0)
			rc = read_index(f, &refs[i], &sb, &below, &n_below,
			    err);
		strbuf_release(&sb);
		if (rc != 0)
			return -1;
		if (n_below > 0 &&
		    verify_refs(f, below, n_below, level + 1, err) != 0)
			return -1;
	}
	return 0;
}

int
verify_folder(const char *path, const struct verify_policy *policy,
    struct feed_head *ret_head, struct arena *arena, uint64_t *ret_records,
    struct err *err)
{
	struct folder f = { .path = path,
		.reader = policy->reader,
		.arena = arena };
	struct strbuf sb;
	char digest[65];
	int rc = -1;

	*ret_records = 0;
	if (file_read(arena_printf(arena, "%s/head.xml", path), FEED_HEAD_MAX,
		&sb, err) != 0)
		goto out;
	switch (
	    verify_head(arena, sb.buf, sb.len, policy, ret_head, digest, err)) {
	case VERIFY_NEW:
	case VERIFY_SAME: break;
	default: goto out;
	}
	f.node = ret_head->node;
	rc = verify_refs(&f, ret_head->refs, ret_head->n_refs, 0, err);
	*ret_records = f.good;
	if (rc == 0 && f.bad > 0) {
		*err = f.first_bad;
		rc = err_prefix(err, "%llu of %llu records are bad, the first",
		    (unsigned long long)f.bad,
		    (unsigned long long)(f.good + f.bad));
	}
out:
	strbuf_release(&sb);
	return rc;
}
