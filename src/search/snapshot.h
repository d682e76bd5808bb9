/*
 * snapshot: the index as a reader sees it at one moment: the segments of a
 * manifest, mapped, and the values of facets across them. Refreshed before
 * each search by a stat() of each file; what is no longer named is unmapped.
 * For one thread. Inside search/.
 */
#ifndef SEARCH_SNAPSHOT_H
#define SEARCH_SNAPSHOT_H

#include <time.h>

#include "search/manifest.h"
#include "search/search.h"
#include "search/segment.h"

struct snapshot_segment {
	struct segment *segment;
	char name[MANIFEST_NAME_MAX];
	uint32_t n_dead;
	const uint64_t *dead; /* of the manifest; NULL when none */
	uint32_t *values;     /* number in snapshot.values by local value */
	/* Of the file when it was mapped. */
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
};

struct snapshot_value {
	enum search_facet facet;
	const char *text; /* lives in a segment */
};

struct snapshot {
	char *folder; /* "<data>/index" */
	bool is_ready;
	struct manifest manifest;
	struct snapshot_segment *segments;
	size_t n;
	struct snapshot_value *values; /* of all segments, each once */
	size_t n_values;
	int64_t docs;        /* dead ones too, for statistics */
	int64_t words;       /* sum of their lengths */
	uint64_t generation; /* rises with every change of the above */
	bool is_plain; /* set behind snapshot_new(): no values, for a writer */
	/* Of the manifest's file when it was read. It stays open, so that no
	 * other file gets its number: equal numbers are the same file. */
	int fd;
	dev_t dev;
	ino_t ino;
	struct timespec mtime;
	struct err bad; /* what was wrong with it, for as long as it is there */
};

struct snapshot *snapshot_new(const char *data_folder);
void snapshot_free(struct snapshot *snapshot); /* NULL is legal */
/*
 * What the manifest says now. Not ready (0 is returned) when there is no
 * index yet. ERR_FORMAT when it is damaged: nothing is ready then, and the
 * writer is told by index/damaged.
 */
int snapshot_refresh(struct snapshot *snapshot, struct err *err) MUST_CHECK;
/* Tell the writer, by index/damaged, that a segment is not as written.
 * Nothing happens when it may not write there, or a newer manifest is out. */
void snapshot_damaged(struct snapshot *snapshot);

static inline bool
snapshot_is_dead(const struct snapshot_segment *s, uint32_t doc)
{
	return s->dead != NULL && (s->dead[doc >> 6] >> (doc & 63) & 1) != 0;
}

#endif
