/*
 * facts: how the index is, for whoever asks after the node's health: what
 * the manifest and the sizes of files say, and a look at every byte.
 * Searches do not come here. Neighbour: writer.c mends. Section "After a
 * kill" of docs/search-index.md.
 */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>

#include "search/run.h"
#include "search/writer_priv.h"

/* Adds up what is named; false when something of it is not there. */
static bool
add_segments(const struct snapshot *snapshot, const struct manifest *manifest,
    struct search_facts *facts)
{
	bool is_whole = true;

	facts->segments = (int64_t)manifest->n;
	for (size_t i = 0; i < manifest->n; i++) {
		const struct manifest_segment *row = &manifest->segments[i];
		char *path = writer_path(snapshot->folder, row->name);
		struct stat st;

		facts->docs += row->n_docs - row->n_dead;
		facts->dead += row->n_dead;
		if (stat(path, &st) == 0 && st.st_size > 0)
			facts->bytes += st.st_size;
		else
			is_whole = false;
		free(path);
	}
	return is_whole;
}

/* What lies there now; the version is compared by the caller. */
static int
gather(const struct search *search, struct search_facts *facts,
    struct manifest *manifest, struct err *err)
{
	const struct snapshot *snapshot = search->snapshot;
	char *path = writer_path(snapshot->folder, "manifest");
	char *marker = writer_path(snapshot->folder, "damaged");
	struct err why = { 0 };
	int rc = manifest_read(path, manifest, &why);

	facts->state = SEARCH_GOOD;
	if (rc == 0) {
		facts->version = manifest->version;
		if (!add_segments(snapshot, manifest, facts) ||
		    file_exists(marker))
			facts->state = SEARCH_DAMAGED;
	} else if (why.code == ERR_NOTFOUND) {
		facts->state = SEARCH_ABSENT;
		rc = 0;
	} else if (why.code == ERR_FORMAT) {
		facts->state = SEARCH_DAMAGED;
		rc = 0;
	} else {
		*err = why;
	}
	free(path);
	free(marker);
	return rc;
}

/* Somebody changes the index right now. */
static bool
is_locked(const struct search *search)
{
	char *path = writer_path(search->snapshot->folder, "lock");
	struct err why = { 0 };
	int fd = -1;

	if (file_exists(path))
		fd = file_lock(path, false, &why);
	free(path);
	if (fd != -1)
		index_unlock(fd);
	return fd == -1 && why.code == ERR_BUSY;
}

static int
compare(const struct search *search, const struct manifest *manifest,
    struct search_facts *facts, struct err *err)
{
	struct catalogue_status status;

	if (search->cat == NULL)
		return 0;
	if (catalogue_status(search->cat, &status, err) == -1)
		return -1;
	facts->behind = status.version - facts->version;
	if (facts->state == SEARCH_GOOD &&
	    (facts->behind != 0 ||
		strcmp(manifest->catalogue, catalogue_id(search->cat)) != 0))
		facts->state = SEARCH_OTHER;
	return 0;
}

int
search_facts(struct search *search, struct search_facts *ret_facts,
    struct err *err)
{
	struct search_facts facts = { 0 };
	struct manifest manifest;
	int rc;

	manifest_init(&manifest);
	rc = gather(search, &facts, &manifest, err);
	if (rc == 0)
		rc = compare(search, &manifest, &facts, err);
	manifest_release(&manifest);
	if (rc == -1)
		return -1;
	facts.is_locked = is_locked(search);
	*ret_facts = facts;
	return 0;
}

int
search_check(struct search *search, struct err *err)
{
	struct snapshot *snapshot = search->snapshot;

	if (snapshot_refresh(snapshot, err) == -1)
		return -1;
	for (size_t i = 0; i < snapshot->n; i++) {
		if (segment_check(snapshot->segments[i].segment, err) == 0)
			continue;
		snapshot_damaged(snapshot);
		return err_prefix(err, "%s/%s", snapshot->folder,
		    snapshot->segments[i].name);
	}
	return 0;
}

int
search_refresh(struct search *search, struct err *err)
{
	return snapshot_refresh(search->snapshot, err);
}

int
search_look(struct search *search, bool *ret_new, bool *ret_wanting,
    struct err *err)
{
	*ret_new = *ret_wanting = false;
	return search->writer == NULL
		   ? 0
		   : writer_look(search->writer, ret_new, ret_wanting, err);
}

int
search_tend(struct search *search, struct err *err)
{
	return search->writer == NULL ? 0 : writer_tend(search->writer, err);
}
