/*
 * objects: pages and indexes as immutable gzip files <folder>/feed/p/<hash>
 * .xml.gz. They are on the disk before any head names them, and leave it
 * only when the heads that named them have expired (feed-protocol.md 2).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "publish/run.h"

#define SYNC_SINGLY 32 /* more files than this: sync the file system */
#define SUFFIX      ".xml.gz"

static char *
object_path(const struct run *run, const char *hash)
{
	return arena_printf(run->arena, "%s/%s" SUFFIX, run->objects, hash);
}

int
object_put(const char *path, const struct strbuf *bytes, struct err *err)
{
	struct strbuf packed;
	int ret = -1;

	strbuf_init(&packed, 2 * FEED_HINT_MAX);
	gzip_pack(bytes->buf, bytes->len, &packed);
	if (strbuf_check(&packed, path, err) == 0)
		ret = file_put(path, packed.buf, packed.len, 0644, err);
	strbuf_release(&packed);
	return ret;
}

int
object_write(struct run *run, const struct strbuf *bytes, const char *hash,
    struct err *err)
{
	/* Also over a file that is there: a crash may have left it cut.
	 * A hash on its way out stays because ledger_page_put() says so. */
	if (object_put(object_path(run, hash), bytes, err) == -1)
		return -1;
	run->bytes_written += (int64_t)bytes->len;
	if (run->n_written <= SYNC_SINGLY) {
		char name[SHA256_HEX_LEN];

		(void)snprintf(name, sizeof(name), "%s", hash);
		run->written = vec_grow(run->written, run->n_written,
		    &run->cap_written, sizeof(*run->written));
		memcpy(run->written[run->n_written], name, sizeof(name));
	}
	run->n_written++;
	return 0;
}

int
objects_sync(struct run *run, struct err *err)
{
	if (run->n_written == 0)
		return 0;
	if (run->n_written > SYNC_SINGLY)
		return file_sync_fs(run->objects, err);
	for (size_t i = 0; i < run->n_written; i++)
		if (file_sync(object_path(run, run->written[i]), err) == -1)
			return -1;
	return file_sync_dir(run->objects, err);
}

int
object_remove(const struct run *run, const char *hash, struct err *err)
{
	if (file_remove(object_path(run, hash), err) == -1)
		return -1;
	return file_remove(hint_path(run, hash), err);
}

static int
strings_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Files of a folder that are not among the live ones are to go later. */
static int
sweep_folder(struct run *run, const char *folder, char *const *live,
    size_t n_live, struct err *err)
{
	char **names;
	size_t n, at = 0;

	if (file_list(run->arena, folder, &names, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(names[i]);
		char hash[SHA256_HEX_LEN];

		if (len != 64 + strlen(SUFFIX) ||
		    strcmp(names[i] + 64, SUFFIX) != 0)
			continue;
		memcpy(hash, names[i], 64);
		hash[64] = '\0';
		while (at < n_live && strcmp(live[at], hash) < 0)
			at++;
		if (at < n_live && strcmp(live[at], hash) == 0)
			continue;
		if (ledger_linger_put(run->ledger, hash, run->linger_until,
			err) == -1)
			return -1;
	}
	return 0;
}

int
objects_sweep(struct run *run, struct err *err)
{
	char **live = NULL;
	size_t n_live = 0, cap_live = 0, n;
	struct ledger_page *rows;
	struct ledger_hint *hints;
	int ret = -1;

	for (int level = 0; level <= FEED_INDEX_LEVELS; level++) {
		if (rows_read(run, run->arena, level, "", &rows, &n, err) == -1)
			goto out;
		for (size_t i = 0; i < n; i++)
			VEC_PUSH(live, n_live, cap_live, rows[i].hash);
	}
	if (ledger_hints(run->ledger, run->arena, &hints, &n, err) == -1)
		goto out;
	for (size_t i = 0; i < n; i++)
		VEC_PUSH(live, n_live, cap_live, hints[i].hash);
	if (n_live > 1)
		qsort(live, n_live, sizeof(*live), strings_compare);
	if (sweep_folder(run, run->objects, live, n_live, err) == 0)
		ret = sweep_folder(run, run->hints, live, n_live, err);
out:
	free(live);
	return ret;
}
