/*
 * writer_begin: what comes before a change: the lock, and the index brought
 * to the state that the catalogue had before its transaction. That is the
 * manifest as it stands, or the one that a killed writer left waiting, or all
 * made again. Sections "Commit" and "After a kill" of docs/search-index.md.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "search/document.h"
#include "search/writer_priv.h"

/* ---- segments of the change ---- */

void
writer_name(struct writer *writer, char ret_name[MANIFEST_NAME_MAX])
{
	char *path;

	(void)snprintf(ret_name, MANIFEST_NAME_MAX, "%08" PRIx64 ".seg",
	    writer->work.next_name++);
	writer->made = xrealloc(writer->made,
	    (writer->n_made + 1) * sizeof(*writer->made));
	memcpy(writer->made[writer->n_made++], ret_name, MANIFEST_NAME_MAX);
	/* A killed writer may have been at this very number. */
	path = writer_path(writer->folder, ret_name);
	(void)unlink(path);
	free(path);
}

int
writer_spill(struct writer *writer, struct err *err)
{
	size_t n = builder_docs(writer->builder);
	char name[MANIFEST_NAME_MAX];
	char *path;
	int rc;

	if (n == 0)
		return 0;
	writer_name(writer, name);
	path = writer_path(writer->folder, name);
	rc = builder_write(writer->builder, path, err);
	if (rc == 0)
		manifest_add(&writer->work, name, (uint32_t)n);
	free(path);
	return rc;
}

int
writer_add(struct writer *writer, int64_t group, const struct merge_view *view,
    struct err *err)
{
	arena_reset(writer->arena);
	document_add(writer->builder, writer->arena, group, view);
	return builder_is_full(writer->builder) ? writer_spill(writer, err) : 0;
}

/* ---- all anew ---- */

static int
add_view(void *ctx, int64_t group, const struct merge_view *view,
    struct err *err)
{
	return view == NULL ? 0 : writer_add(ctx, group, view, err);
}

int
writer_anew(struct writer *writer, struct err *err)
{
	struct manifest *work = &writer->work;
	uint64_t next = index_free_name(writer->folder);

	if (work->next_name > next)
		next = work->next_name;
	if (writer->snapshot->manifest.next_name > next)
		next = writer->snapshot->manifest.next_name;
	manifest_release(work);
	builder_clear(writer->builder);
	work->next_name = next;
	memcpy(work->catalogue, catalogue_id(writer->cat),
	    sizeof(work->catalogue));
	writer->is_all = true;
	return catalogue_each_view(writer->cat, add_view, writer, err);
}

/* ---- to the state before ---- */

static bool
fits(const struct writer *writer, const struct manifest *manifest)
{
	return strcmp(manifest->catalogue, catalogue_id(writer->cat)) == 0 &&
	       manifest->version == catalogue_before(writer->cat);
}

/* What the manifest says now; *ret_fits: just what is needed. */
static int
look(struct writer *writer, bool *ret_fits, struct err *err)
{
	struct err why = { 0 };

	*ret_fits = false;
	if (snapshot_refresh(writer->snapshot, &why) == 0) {
		*ret_fits = writer->snapshot->is_ready &&
			    fits(writer, &writer->snapshot->manifest);
		return 0;
	}
	if (why.code == ERR_FORMAT)
		return 0;
	*err = why;
	return -1;
}

/* The catalogue has committed, but its writer came no further. */
static int
finish(struct writer *writer, bool *ret_fits, struct err *err)
{
	char name[40];
	char *next, *path;
	struct manifest manifest;
	bool is_it = false;
	int rc = 0;

	(void)snprintf(name, sizeof(name), "next-%" PRId64,
	    catalogue_before(writer->cat));
	next = writer_path(writer->folder, name);
	path = writer_path(writer->folder, "manifest");
	if (manifest_read(next, &manifest, NULL) == 0)
		is_it = fits(writer, &manifest);
	manifest_release(&manifest);
	if (is_it && rename(next, path) == -1)
		rc = err_sys(err, "%s", path);
	else if (is_it)
		rc = look(writer, ret_fits, err);
	free(next);
	free(path);
	return rc;
}

static int
bring(struct writer *writer, struct err *err)
{
	char *marker = writer_path(writer->folder, "damaged");
	bool is_bad = writer->must_rebuild || file_exists(marker);
	bool is_good = false;

	free(marker);
	if (look(writer, &is_good, err) == -1)
		return -1;
	if (!is_bad && !is_good && finish(writer, &is_good, err) == -1)
		return -1;
	is_good = is_good && !is_bad;
	/* What is named stays until something else is. */
	index_sweep(writer->folder,
	    is_good ? &writer->snapshot->manifest : NULL);
	if (!is_good)
		return writer_anew(writer, err);
	manifest_copy(&writer->work, &writer->snapshot->manifest);
	return 0;
}

int
writer_begin(struct writer *writer, struct err *err)
{
	char *path;

	if (writer->lock != -1)
		return 0;
	if (file_mkdirs(writer->folder, 0755, err) == -1)
		return -1;
	path = writer_path(writer->folder, "lock");
	writer->lock = file_lock(path, true, err);
	free(path);
	if (writer->lock == -1)
		return -1;
	return bring(writer, err);
}
