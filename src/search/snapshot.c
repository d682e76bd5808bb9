/*
 * snapshot: from the manifest to mapped segments, again whenever it changes.
 * A writer may replace the manifest and remove files at any moment: what is
 * mapped stays readable, and a name that vanished under our hands means that
 * there is a newer manifest to read. numbers.c numbers the values of facets
 * across segments. Section "Readers" of docs/search-index.md.
 */
#include "search/snapshot.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "search/numbers.h"

/* A manifest that changes so often while it is read is no manifest. */
#define REFRESH_TRIES 1000

enum step { STEP_DONE, STEP_AGAIN, STEP_FAILED };

/* Segments of a manifest that the snapshot does not have yet. */
struct fresh {
	struct snapshot_segment *items;
	size_t n;
};

static char *
path_of(const struct snapshot *snapshot, const char *name)
{
	struct strbuf sb;

	strbuf_init(&sb, 16384);
	strbuf_addf(&sb, "%s/%s", snapshot->folder, name);
	return strbuf_detach(&sb, NULL);
}

struct snapshot *
snapshot_new(const char *data_folder)
{
	struct snapshot *snapshot = xcalloc(1, sizeof(*snapshot));
	struct strbuf sb;

	strbuf_init(&sb, 16384);
	strbuf_addf(&sb, "%s/index", data_folder);
	snapshot->folder = strbuf_detach(&sb, NULL);
	snapshot->fd = -1;
	manifest_init(&snapshot->manifest);
	return snapshot;
}

/* Nothing is known any more, not even which manifest was read. */
static void
clear(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n; i++)
		segment_close(snapshot->segments[i].segment);
	numbers_release(snapshot);
	free(snapshot->segments);
	snapshot->segments = NULL;
	snapshot->n = 0;
	snapshot->docs = snapshot->words = 0;
	if (snapshot->is_ready)
		snapshot->generation++;
	snapshot->is_ready = false;
	manifest_release(&snapshot->manifest);
	if (snapshot->fd != -1)
		close(snapshot->fd);
	snapshot->fd = -1;
	snapshot->bad.code = ERR_NONE;
}

void
snapshot_free(struct snapshot *snapshot)
{
	if (snapshot == NULL)
		return;
	clear(snapshot);
	free(snapshot->folder);
	free(snapshot);
}

/* ---- which manifest ---- */

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void
remember(struct snapshot *snapshot, int fd, const struct stat *st)
{
	snapshot->fd = fd;
	snapshot->dev = st->st_dev;
	snapshot->ino = st->st_ino;
	snapshot->mtime = st->st_mtim;
}

static bool
is_this(const struct snapshot_segment *segment, const struct stat *st)
{
	return segment->dev == st->st_dev && segment->ino == st->st_ino &&
	       segment->size == st->st_size &&
	       segment->mtime.tv_sec == st->st_mtim.tv_sec &&
	       segment->mtime.tv_nsec == st->st_mtim.tv_nsec;
}

/* Are the files that are mapped still there, and as they were? Nobody is to
 * write into them; who does it all the same must not change what is found. */
static bool
is_whole(const struct snapshot *snapshot)
{
	bool whole = true;
	struct strbuf sb;
	struct stat st;

	strbuf_init(&sb, 16384);
	for (size_t i = 0; i < snapshot->n && whole; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%s/%s", snapshot->folder,
		    snapshot->segments[i].name);
		whole = stat(sb.buf, &st) == 0 &&
			is_this(&snapshot->segments[i], &st);
	}
	strbuf_release(&sb);
	return whole;
}

static bool
is_known(const struct snapshot *snapshot, const struct stat *st)
{
	return snapshot->fd != -1 && snapshot->dev == st->st_dev &&
	       snapshot->ino == st->st_ino &&
	       snapshot->mtime.tv_sec == st->st_mtim.tv_sec &&
	       snapshot->mtime.tv_nsec == st->st_mtim.tv_nsec;
}

/* Is the file of this name still the one that was stat'ed? */
static bool
is_still(const char *path, const struct stat *st)
{
	struct stat now;

	return stat(path, &now) == 0 && is_same(&now, st);
}

void
snapshot_damaged(struct snapshot *snapshot)
{
	char *path = path_of(snapshot, "manifest");
	struct stat st;

	if (stat(path, &st) == 0 && is_known(snapshot, &st))
		manifest_mark_damaged(snapshot->folder);
	free(path);
}

/* ---- segments ---- */

/* Is one of that name mapped already? The newest, when there are two. */
static const struct snapshot_segment *
find(const struct snapshot_segment *items, size_t n, const char *name)
{
	for (size_t i = n; i > 0; i--) {
		if (items[i - 1].segment != NULL &&
		    strcmp(items[i - 1].name, name) == 0)
			return &items[i - 1];
	}
	return NULL;
}

/* The file of a name is another one than it was, or was written into: it
 * should not happen, so every byte is looked at. */
static int
check_other(struct snapshot_segment *item, const char *path, struct err *err)
{
	if (segment_check(item->segment, err) == -1)
		return err_prefix(err, "%s", path);
	return 0;
}

static int
check_docs(const struct segment *segment, const struct manifest_segment *row,
    const char *path, struct err *err)
{
	if (segment->n_docs != row->n_docs)
		return err_set(err, ERR_FORMAT,
		    "%s: not the segment that the manifest names", path);
	return 0;
}

static int
open_one(struct snapshot *snapshot, const struct manifest_segment *row,
    struct fresh *fresh, struct err *err)
{
	char *path = path_of(snapshot, row->name);
	const struct snapshot_segment *old;
	struct snapshot_segment *item;
	struct stat st, after;
	int rc = -1;

	if (stat(path, &st) == -1) {
		err_sys(err, "%s", path);
		if (errno == ENOENT)
			err->code = ERR_NOTFOUND;
		goto out;
	}
	rc = 0;
	old = find(fresh->items, fresh->n, row->name);
	if (old == NULL)
		old = find(snapshot->segments, snapshot->n, row->name);
	if (old != NULL && is_this(old, &st)) {
		rc = check_docs(old->segment, row, path, err);
		goto out;
	}
	fresh->items = xrealloc(fresh->items,
	    (fresh->n + 1) * sizeof(*fresh->items));
	item = &fresh->items[fresh->n];
	memset(item, 0, sizeof(*item));
	item->segment = segment_open(path, 0, err);
	if (item->segment == NULL) {
		rc = -1;
		goto out;
	}
	fresh->n++;
	memcpy(item->name, row->name, sizeof(item->name));
	item->dev = st.st_dev;
	item->ino = st.st_ino;
	item->size = st.st_size;
	item->mtime = st.st_mtim;
	rc = check_docs(item->segment, row, path, err);
	if (rc == 0 && (stat(path, &after) == -1 || after.st_ino != st.st_ino ||
			   after.st_dev != st.st_dev))
		rc = err_set(err, ERR_NOTFOUND, "%s: replaced", path);
	else if (rc == 0 && old != NULL)
		rc = check_other(item, path, err);
out:
	free(path);
	return rc;
}

static void
fresh_release(struct fresh *fresh)
{
	for (size_t i = 0; i < fresh->n; i++)
		segment_close(fresh->items[i].segment);
	free(fresh->items);
}

/* All of its segments are mapped: the manifest is what the snapshot shows. */
static void
install(struct snapshot *snapshot, const struct manifest *manifest,
    struct fresh *fresh, int fd, const struct stat *st)
{
	struct snapshot_segment *segments, *from, *old = snapshot->segments;
	size_t n_old = snapshot->n;

	numbers_release(snapshot);
	segments = xcalloc(manifest->n + 1, sizeof(*segments));
	snapshot->docs = snapshot->words = 0;
	for (size_t i = 0; i < manifest->n; i++) {
		const struct manifest_segment *row = &manifest->segments[i];

		/* The names differ, and open_one() has closed the gap. */
		from = NULL;
		for (size_t j = fresh->n; j > 0 && from == NULL; j--) {
			if (fresh->items[j - 1].segment != NULL &&
			    strcmp(fresh->items[j - 1].name, row->name) == 0)
				from = &fresh->items[j - 1];
		}
		for (size_t j = 0; j < n_old && from == NULL; j++) {
			if (strcmp(old[j].name, row->name) == 0)
				from = &old[j];
		}
		segments[i] = *from;
		from->segment = NULL;
		segments[i].n_dead = row->n_dead;
		segments[i].dead = row->dead;
		segments[i].values = NULL;
		snapshot->docs += row->n_docs;
		snapshot->words += (int64_t)segments[i].segment->header->words;
	}
	for (size_t i = 0; i < n_old; i++)
		segment_close(old[i].segment);
	free(old);
	snapshot->segments = segments;
	snapshot->n = manifest->n;
	manifest_release(&snapshot->manifest);
	snapshot->manifest = *manifest;
	if (snapshot->fd != -1)
		close(snapshot->fd);
	remember(snapshot, fd, st);
	snapshot->bad.code = ERR_NONE;
	snapshot->is_ready = true;
	snapshot->generation++;
	if (!snapshot->is_plain)
		numbers_make(snapshot);
}

/* ---- refreshing ---- */

/* The manifest of this stat() says what is not so. */
static enum step
refuse(struct snapshot *snapshot, int fd, const struct stat *st,
    struct err *err)
{
	clear(snapshot);
	remember(snapshot, fd, st);
	err->code = ERR_FORMAT;
	snapshot->bad = *err;
	manifest_mark_damaged(snapshot->folder);
	return STEP_FAILED;
}

/* fd is the manifest's, and ours to keep or close. */
static enum step
load(struct snapshot *snapshot, const char *path, int fd, struct fresh *fresh,
    struct err *err)
{
	struct manifest manifest;
	enum step step = STEP_AGAIN;
	struct stat st;

	if (fstat(fd, &st) == -1) {
		close(fd);
		err_sys(err, "%s", path);
		return STEP_FAILED;
	}
	if (manifest_read(path, &manifest, err) == -1) {
		if (!is_still(path, &st))
			goto out;
		if (err->code == ERR_FORMAT)
			return refuse(snapshot, fd, &st, err);
		step = STEP_FAILED;
		goto out;
	}
	if (!is_still(path, &st))
		goto release;
	for (size_t i = 0; i < manifest.n; i++) {
		if (open_one(snapshot, &manifest.segments[i], fresh, err) == 0)
			continue;
		if (!is_still(path, &st))
			goto release;
		if (err->code == ERR_FORMAT || err->code == ERR_NOTFOUND) {
			manifest_release(&manifest);
			return refuse(snapshot, fd, &st, err);
		}
		step = STEP_FAILED;
		goto release;
	}
	install(snapshot, &manifest, fresh, fd, &st);
	return STEP_DONE;
release:
	manifest_release(&manifest);
out:
	close(fd);
	return step;
}

static enum step
refresh(struct snapshot *snapshot, const char *path, struct fresh *fresh,
    struct err *err)
{
	struct stat st;
	int fd;

	if (stat(path, &st) == -1) {
		if (errno == ENOENT || errno == ENOTDIR) {
			clear(snapshot);
			return STEP_DONE;
		}
		err_sys(err, "%s", path);
		return STEP_FAILED;
	}
	if (is_known(snapshot, &st) && snapshot->bad.code != ERR_NONE) {
		*err = snapshot->bad;
		return STEP_FAILED;
	}
	if (is_known(snapshot, &st) && is_whole(snapshot))
		return STEP_DONE;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1 && errno == ENOENT)
		return STEP_AGAIN;
	if (fd == -1) {
		err_sys(err, "%s", path);
		return STEP_FAILED;
	}
	return load(snapshot, path, fd, fresh, err);
}

int
snapshot_refresh(struct snapshot *snapshot, struct err *err)
{
	char *path = path_of(snapshot, "manifest");
	struct fresh fresh = { NULL, 0 };
	enum step step = STEP_AGAIN;
	struct err why = { 0 };

	for (unsigned i = 0; i < REFRESH_TRIES && step == STEP_AGAIN; i++)
		step = refresh(snapshot, path, &fresh, &why);
	fresh_release(&fresh);
	if (step == STEP_AGAIN)
		err_set(&why, ERR_BUSY, "%s changes too often to be read",
		    path);
	free(path);
	if (step != STEP_DONE && err != NULL)
		*err = why;
	return step == STEP_DONE ? 0 : -1;
}
