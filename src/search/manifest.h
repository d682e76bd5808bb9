/*
 * manifest: which segments an index consists of, which of their documents
 * are dead, and of which state of which catalogue it was made. One small file,
 * replaced by rename; everything else in the folder is made before it is
 * named here and removed after. Inside search/.
 *
 *   index/manifest          what readers use
 *   index/next-<version>    waits for the catalogue's commit (writer.c)
 *   index/lock              held while one of these changes
 *   index/damaged           a reader met bytes that are not as written
 *   index/<number>.seg      segments
 */
#ifndef SEARCH_MANIFEST_H
#define SEARCH_MANIFEST_H

#include "base/base.h"

#define MANIFEST_SEGMENTS_MAX 256
#define MANIFEST_NAME_MAX     24

struct manifest_segment {
	char name[MANIFEST_NAME_MAX]; /* "0000002a.seg" */
	uint32_t n_docs;
	uint32_t n_dead;
	uint64_t *dead; /* a bit for each document, NULL when none */
};

struct manifest {
	char catalogue[33]; /* catalogue_id() */
	int64_t version;    /* catalogue_status().version */
	uint64_t next_name; /* number of the next segment to be made */
	struct manifest_segment *segments;
	size_t n;
};

void manifest_init(struct manifest *manifest);
void manifest_release(struct manifest *manifest);
void manifest_copy(struct manifest *to, const struct manifest *from);
void manifest_add(struct manifest *manifest, const char *name, uint32_t n_docs);
/* The i-th goes; the others keep their order. */
void manifest_drop(struct manifest *manifest, size_t i);
/* The segment of that name, or MANIFEST_NONE. */
#define MANIFEST_NONE SIZE_MAX
size_t manifest_find(const struct manifest *manifest, const char *name);
/* True when the document was alive. */
bool manifest_kill(struct manifest *manifest, size_t i, uint32_t doc);

/*
 * ERR_NOTFOUND when absent, ERR_FORMAT when damaged or of another version
 * (checked by XXH3 and by bounds). *ret_manifest is initialised by this call.
 */
int manifest_read(const char *path, struct manifest *ret_manifest,
    struct err *err) MUST_CHECK;
/* Temporary file, rename, fsync. ERR_SYS. */
int manifest_write(const char *path, const struct manifest *manifest,
    struct err *err) MUST_CHECK;
/* Make <folder>/damaged, which tells the writer to make all again. A reader
 * that may not write there does nothing: others have seen it too. */
void manifest_mark_damaged(const char *folder);

#endif
