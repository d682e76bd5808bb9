/*
 * store: the folder of one node's feed. What was accepted rests in head.xml
 * and p/, what is being fetched in staging/, as gzip files named by hash;
 * both are checked again when read, so a file cut by a crash is only fetched
 * once more.
 */
#include "crypto/crypto.h"
#include "pull/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX     ".xml.gz"
#define LAST       "last.xml" /* the head accepted before head.xml */
#define PACKED_MAX (2 * FEED_PAGE_MAX)
#define BLOCK      4096 /* a small file takes so much all the same */

void
store_init(struct store *store, struct arena *arena, const char *folder,
    const char *node)
{
	store->folder = arena_printf(arena, "%s/pages/%s", folder, node);
	store->objects = arena_printf(arena, "%s/p", store->folder);
	store->staging = arena_printf(arena, "%s/staging", store->folder);
}

void
store_init_own(struct store *store, struct arena *arena, const char *folder)
{
	store->folder = arena_printf(arena, "%s/feed", folder);
	store->objects = arena_printf(arena, "%s/p", store->folder);
	store->staging = NULL;
}

void
store_init_mirror(struct store *store, struct arena *arena, const char *into)
{
	store->folder = arena_strdup(arena, into);
	store->objects = arena_printf(arena, "%s/p", into);
	store->staging = store->objects;
}

static char *
path_of(struct arena *arena, const char *dir, const char *hash)
{
	return arena_printf(arena, "%s/%s" SUFFIX, dir, hash);
}

bool
store_has(const struct store *store, const char *hash)
{
	struct arena *arena = arena_new();
	bool has = (store->staging != NULL &&
		       file_exists(path_of(arena, store->staging, hash))) ||
		   file_exists(path_of(arena, store->objects, hash));

	arena_free(arena);
	return has;
}

static int
read_from(const char *path, const struct feed_ref *ref,
    struct strbuf *ret_bytes, struct err *err)
{
	struct strbuf packed;
	int ret = -1;

	if (file_read(path, PACKED_MAX, &packed, err) == -1)
		goto out;
	strbuf_reset(ret_bytes);
	if (gzip_unpack(packed.buf, packed.len, ref->len, ret_bytes, err) ==
	    -1) {
		if (err != NULL)
			err->code = ERR_TRUST;
		goto out;
	}
	ret = verify_bytes(ref, ret_bytes->buf, ret_bytes->len, err);
out:
	strbuf_release(&packed);
	return ret;
}

int
store_read(const struct store *store, const struct feed_ref *ref,
    struct strbuf *ret_bytes, struct err *err)
{
	struct arena *arena = arena_new();
	struct err why = { 0 };
	const char *path;
	int rc = -1;

	strbuf_init(ret_bytes, FEED_PAGE_MAX);
	if (store->staging != NULL) {
		path = path_of(arena, store->staging, ref->hash);
		if (file_exists(path)) {
			rc = read_from(path, ref, ret_bytes, &why);
			if (rc == 0)
				goto out;
			(void)unlink(path);
		}
	}
	path = path_of(arena, store->objects, ref->hash);
	rc = read_from(path, ref, ret_bytes, &why);
	/* Damage in a peer's folder heals by fetching again. */
	if (rc == -1 && store->staging != NULL && why.code == ERR_TRUST)
		(void)unlink(path);
	if (rc == -1 && err != NULL)
		*err = why;
out:
	arena_free(arena);
	return rc;
}

bool
store_is_good(const struct store *store, const struct feed_ref *ref)
{
	struct strbuf bytes;
	bool is_good;

	if (!store_has(store, ref->hash))
		return false;
	is_good = store_read(store, ref, &bytes, NULL) == 0;
	strbuf_release(&bytes);
	return is_good;
}

int
store_stage(const struct store *store, const char *hash, const void *data,
    size_t len, const void *packed, size_t packed_len, struct err *err)
{
	struct arena *arena = arena_new();
	struct strbuf own;
	int ret = -1;

	strbuf_init(&own, PACKED_MAX);
	if (packed == NULL) {
		gzip_pack(data, len, &own);
		if (strbuf_check(&own, "a packed object", err) == -1)
			goto out;
		packed = own.buf;
		packed_len = own.len;
	}
	if (file_mkdirs(store->staging, 0755, err) == -1)
		goto out;
	ret = file_put(path_of(arena, store->staging, hash), packed, packed_len,
	    0644, err);
out:
	strbuf_release(&own);
	arena_free(arena);
	return ret;
}

/* ---- accepting ---- */

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of the files that the plan keeps, sorted. */
static const char **
wanted_names(struct arena *arena, const struct plan *plan, size_t *ret_n)
{
	size_t n = plan->n_pages + plan->n_indexes;
	const char **names = arena_alloc(arena, (n + 1) * sizeof(*names));

	for (size_t i = 0; i < plan->n_pages; i++)
		names[i] = arena_printf(arena, "%s" SUFFIX,
		    plan->pages[i].hash);
	for (size_t i = 0; i < plan->n_indexes; i++)
		names[plan->n_pages + i] = arena_printf(arena, "%s" SUFFIX,
		    plan->indexes[i].ref.hash);
	if (n > 1)
		qsort(names, n, sizeof(*names), compare_names);
	*ret_n = n;
	return names;
}

static bool
is_wanted(const char *const *names, size_t n, const char *name)
{
	return n > 0 &&
	       bsearch(&name, names, n, sizeof(*names), compare_names) != NULL;
}

/* Move what is wanted from staging, or remove what is not from `from`. */
static int
sort_out(struct arena *arena, const char *from, const char *to,
    const char *const *wanted, size_t n_wanted, struct err *err)
{
	char **names;
	size_t n;

	if (file_list(arena, from, &names, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		char *path = arena_printf(arena, "%s/%s", from, names[i]);
		bool is_kept = is_wanted(wanted, n_wanted, names[i]);

		if (is_kept && to != NULL) {
			if (rename(path, arena_printf(arena, "%s/%s", to,
					     names[i])) == -1)
				return err_sys(err, "%s", path);
		} else if (!is_kept && file_remove(path, err) == -1) {
			return -1;
		}
	}
	return 0;
}

int
store_trim(const struct store *store, const struct plan *plan, struct err *err)
{
	struct arena *arena = arena_new();
	size_t n;
	const char **wanted = wanted_names(arena, plan, &n);
	int rc = sort_out(arena, store->staging, NULL, wanted, n, err);

	arena_free(arena);
	return rc;
}

int
store_bound(const struct store *store, uint64_t max_bytes, struct err *err)
{
	struct arena *arena = arena_new();
	uint64_t used = 0;
	char **names;
	size_t n;
	int ret = -1;

	if (file_list(arena, store->staging, &names, &n, err) == -1)
		goto out;
	for (size_t i = 0; i < n; i++) {
		struct stat st;

		if (stat(arena_printf(arena, "%s/%s", store->staging, names[i]),
			&st) == 0)
			used += (uint64_t)st.st_size + BLOCK;
	}
	ret = used <= max_bytes ? 0 : file_remove_tree(store->staging, err);
out:
	arena_free(arena);
	return ret;
}

/* The head before this one: evidence, should it turn out to be forked. */
static int
keep_last(struct arena *arena, const struct store *store,
    const struct strbuf *head, struct err *err)
{
	struct strbuf old;
	int rc = 0;

	strbuf_init(&old, FEED_HEAD_MAX);
	if (store_head(store, &old, NULL) == 0 &&
	    (old.len != head->len || memcmp(old.buf, head->buf, old.len) != 0))
		rc = file_put(arena_printf(arena, "%s/" LAST, store->folder),
		    old.buf, old.len, 0644, err);
	strbuf_release(&old);
	return rc;
}

/*
 * What is staged is on the disk before a head says that it is held: it is
 * not fetched again, and others get it from here.
 */
static int
sync_staged(struct arena *arena, const struct store *store, struct err *err)
{
	char **names;
	size_t n;

	if (file_list(arena, store->staging, &names, &n, err) == -1)
		return -1;
	return n == 0 ? 0 : file_sync_fs(store->staging, err);
}

int
store_accept(const struct store *store, const struct plan *plan,
    const struct strbuf *head, struct err *err)
{
	struct arena *arena = arena_new();
	size_t n;
	const char **wanted = wanted_names(arena, plan, &n);
	int ret = -1;

	if (file_mkdirs(store->objects, 0755, err) == -1 ||
	    sync_staged(arena, store, err) == -1 ||
	    sort_out(arena, store->staging, store->objects, wanted, n, err) ==
		-1 ||
	    keep_last(arena, store, head, err) == -1 ||
	    file_replace(arena_printf(arena, "%s/head.xml", store->folder),
		head->buf, head->len, 0644, err) == -1 ||
	    sort_out(arena, store->objects, NULL, wanted, n, err) == -1)
		goto out;
	ret = 0;
out:
	arena_free(arena);
	return ret;
}

int
store_head(const struct store *store, struct strbuf *ret_bytes, struct err *err)
{
	struct arena *arena = arena_new();
	int rc = file_read(arena_printf(arena, "%s/head.xml", store->folder),
	    FEED_HEAD_MAX, ret_bytes, err);

	arena_free(arena);
	return rc;
}

static bool
has_digest(const struct strbuf *head, const char *digest)
{
	uint8_t raw[SHA256_LEN];
	struct feed_cut cut;
	enum feed_alg alg;
	struct strbuf text;
	bool has = false;

	if (feed_head_cut(head->buf, head->len, &alg, &cut, NULL) != 0 ||
	    hex_decode(digest, raw, sizeof(raw)) == -1)
		return false;
	strbuf_init(&text, 100);
	base64_encode(raw, sizeof(raw), &text);
	has = text.len == 44 && memcmp(text.buf, cut.digest, 44) == 0;
	strbuf_release(&text);
	return has;
}

static int
put_evidence(struct arena *arena, const struct store *store, int64_t serial,
    const char *digest, const void *data, size_t len, struct err *err)
{
	const char *path = arena_printf(arena, "%s/fork-%lld-%.8s.xml",
	    store->folder, (long long)serial, digest);
	struct strbuf kept;

	/* Two heads can be ground until their digests begin alike. */
	if (file_read(path, FEED_HEAD_MAX, &kept, NULL) == 0 &&
	    !has_digest(&kept, digest))
		path = arena_printf(arena, "%s/fork-%lld-%s.xml", store->folder,
		    (long long)serial, digest);
	strbuf_release(&kept);
	return file_exists(path) ? 0 : file_replace(path, data, len, 0644, err);
}

/* How many are kept: of this serial, or of all (serial 0). */
static int
count_evidence(struct arena *arena, const struct store *store, int64_t serial,
    size_t *ret_n, struct err *err)
{
	const char *start = serial != 0 ? arena_printf(arena, "fork-%lld-",
					      (long long)serial)
					: "fork-";
	char **names;
	size_t n;

	*ret_n = 0;
	if (file_mkdirs(store->folder, 0755, err) == -1 ||
	    file_list(arena, store->folder, &names, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		*ret_n += strncmp(names[i], start, strlen(start)) == 0;
	return 0;
}

int
store_fork(const struct store *store, int64_t serial, const char *digest,
    const char *old_digest, const void *data, size_t len, struct err *err)
{
	struct arena *arena = arena_new();
	struct strbuf old;
	size_t forks;
	int ret = -1;

	strbuf_init(&old, FEED_HEAD_MAX);
	if (count_evidence(arena, store, 0, &forks, err) == -1)
		goto out;
	ret = 0;
	if (forks >= PULL_FORKS_MAX)
		goto out;
	ret = put_evidence(arena, store, serial, digest, data, len, err);
	if (ret == 0 && store_head(store, &old, NULL) == 0)
		ret = put_evidence(arena, store, serial, old_digest, old.buf,
		    old.len, err);
out:
	strbuf_release(&old);
	arena_free(arena);
	return ret;
}

/* The head of this digest, if it is the last one accepted or the one before:
 * both were verified when they came. */
static int
put_ours(struct arena *arena, const struct store *store, int64_t serial,
    const char *digest, struct err *err)
{
	static const char *const names[] = { "head.xml", LAST };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(names) && rc == 0; i++) {
		struct strbuf bytes;

		if (file_read(arena_printf(arena, "%s/%s", store->folder,
				  names[i]),
			FEED_HEAD_MAX, &bytes, NULL) == 0 &&
		    has_digest(&bytes, digest))
			rc = put_evidence(arena, store, serial, digest,
			    bytes.buf, bytes.len, err);
		strbuf_release(&bytes);
	}
	return rc;
}

int
store_evidence(const struct store *store, int64_t serial, const char *digest,
    const char *held, const void *data, size_t len, bool *ret_is_proven,
    struct err *err)
{
	struct arena *arena = arena_new();
	size_t forks;
	int ret = -1;

	if (count_evidence(arena, store, 0, &forks, err) == -1)
		goto out;
	if (forks < PULL_FORKS_MAX &&
	    (put_evidence(arena, store, serial, digest, data, len, err) == -1 ||
		(*held != '\0' &&
		    put_ours(arena, store, serial, held, err) == -1)))
		goto out;
	if (count_evidence(arena, store, serial, &forks, err) == -1)
		goto out;
	*ret_is_proven = forks >= 2;
	ret = 0;
out:
	arena_free(arena);
	return ret;
}
