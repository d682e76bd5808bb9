/*
 * writer: the catalogue's calls, and opening. A change is gathered in the
 * builder and in a copy of the manifest (writer_begin.c); prepare writes
 * both, settled renames the manifest or throws all away. Small segments are
 * joined by writer_join.c. Section "Commit" of docs/search-index.md.
 */
#include "search/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "search/writer_priv.h"

static char *
next_path(const struct writer *writer)
{
	char name[40];

	(void)snprintf(name, sizeof(name), "next-%" PRId64,
	    writer->work.version);
	return writer_path(writer->folder, name);
}

/* ---- one change ---- */

int
writer_changed(void *ctx, int64_t group, const struct merge_view *view,
    struct err *err)
{
	struct writer *writer = ctx;
	struct snapshot *snapshot = writer->snapshot;

	if (writer_begin(writer, err) == -1)
		return -1;
	/* What is made from all views has seen this one. */
	if (writer->is_all)
		return 0;
	writer->is_changed = true;
	for (size_t i = 0; i < snapshot->n; i++) {
		uint32_t doc = segment_find_group(snapshot->segments[i].segment,
		    group);

		if (doc != UINT32_MAX && manifest_kill(&writer->work, i, doc))
			break; /* at most one document of a group lives */
	}
	return view == NULL ? 0 : writer_add(writer, group, view, err);
}

static void
drop_dead(struct manifest *manifest)
{
	for (size_t i = manifest->n; i > 0; i--) {
		if (manifest->segments[i - 1].n_dead ==
		    manifest->segments[i - 1].n_docs)
			manifest_drop(manifest, i - 1);
	}
}

int
writer_prepare(void *ctx, int64_t version, struct err *err)
{
	struct writer *writer = ctx;
	char *path;
	int rc;

	if (writer_begin(writer, err) == -1)
		return -1;
	if (!writer->is_all && !writer->is_changed &&
	    version == writer->work.version)
		return 0;
	if (!writer->is_all && writer_join_small(writer, err) == -1)
		return -1;
	if (writer_spill(writer, err) == -1)
		return -1;
	drop_dead(&writer->work);
	writer->work.version = version;
	path = next_path(writer);
	rc = manifest_write(path, &writer->work, err);
	writer->is_waiting = rc == 0;
	free(path);
	return rc;
}

/* The new manifest takes its place. */
static bool
take_place(struct writer *writer)
{
	char *next = next_path(writer);
	char *path = writer_path(writer->folder, "manifest");
	char *marker = writer_path(writer->folder, "damaged");
	/* Should it not work, it waits for the next writer. */
	bool is_done = rename(next, path) == 0;

	if (is_done && writer->is_all) {
		writer->must_rebuild = false;
		(void)unlink(marker);
	}
	if (is_done)
		index_sweep(writer->folder, &writer->work);
	free(next);
	free(path);
	free(marker);
	return is_done;
}

static void
undo(struct writer *writer)
{
	char *path;

	for (size_t i = 0; i < writer->n_made; i++) {
		path = writer_path(writer->folder, writer->made[i]);
		(void)unlink(path);
		free(path);
	}
	if (writer->is_waiting) {
		path = next_path(writer);
		(void)unlink(path);
		free(path);
	}
}

void
writer_settled(void *ctx, bool is_committed)
{
	struct writer *writer = ctx;
	bool is_new = false;

	if (writer->lock == -1)
		return;
	if (!is_committed)
		undo(writer);
	else if (writer->is_waiting)
		is_new = take_place(writer);
	/* Lets go of files that are gone, and maps what the next change
	 * needs; what fails here fails there, and is said there. */
	if (is_new)
		(void)!snapshot_refresh(writer->snapshot, NULL);
	writer->seen = writer->snapshot->generation;
	index_unlock(writer->lock);
	writer->lock = -1;
	if (is_new)
		joiner_start(writer->joiner, &writer->work);
	writer->is_all = writer->is_changed = writer->is_waiting = false;
	writer->n_made = 0;
	manifest_release(&writer->work);
	builder_clear(writer->builder);
}

/* ---- opening ---- */

/* Does the manifest say what the catalogue does, with nothing marked? */
static int
is_current(struct writer *writer, bool *ret_current, struct err *err)
{
	struct snapshot *snapshot = writer->snapshot;
	struct catalogue_status status;
	struct err why = { 0 };
	char *marker;

	*ret_current = false;
	if (catalogue_status(writer->cat, &status, err) == -1)
		return -1;
	if (snapshot_refresh(snapshot, &why) == -1) {
		if (why.code == ERR_FORMAT)
			return 0;
		if (err != NULL)
			*err = why;
		return -1;
	}
	marker = writer_path(writer->folder, "damaged");
	*ret_current = snapshot->is_ready && !file_exists(marker) &&
		       snapshot->manifest.version == status.version &&
		       strcmp(snapshot->manifest.catalogue,
			   catalogue_id(writer->cat)) == 0;
	free(marker);
	return 0;
}

/* The same, and every byte is as it was written. */
static int
check(struct writer *writer, bool *ret_good, struct err *err)
{
	struct snapshot *snapshot = writer->snapshot;

	if (is_current(writer, ret_good, err) == -1)
		return -1;
	for (size_t i = 0; *ret_good && i < snapshot->n; i++) {
		if (segment_check(snapshot->segments[i].segment, NULL) == -1) {
			writer->must_rebuild = true;
			*ret_good = false;
		}
	}
	return 0;
}

/* As a change of nothing: the catalogue stands still meanwhile. */
static int
bring_up(struct writer *writer, struct err *err)
{
	int rc;

	if (catalogue_begin(writer->cat, err) == -1)
		return -1;
	rc = writer_prepare(writer, catalogue_before(writer->cat), err);
	writer_settled(writer, rc == 0);
	catalogue_rollback(writer->cat);
	return rc;
}

/* What those left who were killed; whoever is at it may go on. */
static void
tidy(struct writer *writer)
{
	char *lock = writer_path(writer->folder, "lock");
	char *join = writer_path(writer->folder, "join.lock");
	char *temp = writer_path(writer->folder, "join.tmp");
	bool is_good;
	int fd;

	if (file_exists(temp) && (fd = file_lock(join, false, NULL)) != -1) {
		(void)unlink(temp);
		index_unlock(fd);
	}
	/* Under the lock nobody is between a manifest that waits and its
	 * commit: if the one in place is right, no other will ever be. */
	if ((fd = file_lock(lock, false, NULL)) != -1) {
		if (is_current(writer, &is_good, NULL) == 0 && is_good)
			index_sweep(writer->folder,
			    &writer->snapshot->manifest);
		index_unlock(fd);
	}
	free(lock);
	free(join);
	free(temp);
}

struct writer *
writer_open(struct catalogue *cat, struct err *err)
{
	struct writer *writer = xcalloc(1, sizeof(*writer));
	struct err why = { 0 };
	bool is_good;
	int rc;

	writer->cat = cat;
	writer->lock = -1;
	writer->folder = writer_path(catalogue_folder(cat), "index");
	writer->builder = builder_new();
	writer->arena = arena_new();
	writer->snapshot = snapshot_new(catalogue_folder(cat));
	writer->snapshot->is_plain = true;
	writer->joiner = joiner_new(writer->folder);
	manifest_init(&writer->work);
	rc = check(writer, &is_good, &why);
	/* In a transaction its commit brings it up. */
	if (rc == 0 && !is_good && catalogue_before(cat) == -1)
		rc = bring_up(writer, &why);
	if (rc == -1 && why.code == ERR_BUSY)
		rc = 0; /* so does the next one */
	if (rc == -1) {
		writer_close(writer);
		if (err != NULL)
			*err = why;
		return NULL;
	}
	if (writer->snapshot->is_ready)
		tidy(writer);
	if (writer->snapshot->is_ready)
		joiner_start(writer->joiner, &writer->snapshot->manifest);
	return writer;
}

int
writer_look(struct writer *writer, bool *ret_new, bool *ret_wanting,
    struct err *err)
{
	bool is_good;

	*ret_new = *ret_wanting = false;
	/* Its own commit sees to it. */
	if (writer->lock != -1 || catalogue_before(writer->cat) != -1)
		return 0;
	if (is_current(writer, &is_good, err) == -1)
		return -1;
	*ret_new = writer->snapshot->generation != writer->seen;
	*ret_wanting = writer->must_rebuild || !is_good;
	writer->seen = writer->snapshot->generation;
	return 0;
}

int
writer_tend(struct writer *writer, struct err *err)
{
	bool is_new, is_wanting;

	if (writer_look(writer, &is_new, &is_wanting, err) == -1)
		return -1;
	return is_wanting ? bring_up(writer, err) : 0;
}

int
writer_rebuild(struct writer *writer, struct err *err)
{
	writer->must_rebuild = true;
	return catalogue_before(writer->cat) == -1 ? bring_up(writer, err) : 0;
}

void
writer_close(struct writer *writer)
{
	if (writer == NULL)
		return;
	writer_settled(writer, false);
	joiner_free(writer->joiner);
	snapshot_free(writer->snapshot);
	manifest_release(&writer->work);
	builder_free(writer->builder);
	arena_free(writer->arena);
	free(writer->made);
	free(writer->folder);
	free(writer);
}
