/* writer: what its .c files share. Inside search/. */
#ifndef SEARCH_WRITER_PRIV_H
#define SEARCH_WRITER_PRIV_H

#include "search/build.h"
#include "search/snapshot.h"
#include "search/writer.h"

struct joiner;

struct writer {
	struct catalogue *cat;
	char *folder; /* "<data>/index" */
	struct builder *builder;
	struct arena *arena;       /* of one document */
	struct snapshot *snapshot; /* plain; what the manifest says */
	struct joiner *joiner;
	bool must_rebuild;
	uint64_t seen; /* the snapshot's generation, as looked at last */
	/* The change under way, from the lock to writer_settled(): */
	int lock;        /* -1: there is none */
	bool is_all;     /* work is made from all views, not from snapshot */
	bool is_changed; /* something was told */
	bool is_waiting; /* next-<work.version> is written */
	struct manifest work; /* first the segments of the snapshot, as there */
	char (*made)[MANIFEST_NAME_MAX]; /* files of this change */
	size_t n_made;
};

/* "<folder>/<name>", malloc'd. */
char *writer_path(const char *folder, const char *name);

/* ---- writer_begin.c ---- */

/* Inside the catalogue's transaction: lock the index and bring it to the
 * state before the transaction; nothing when that is done already. */
int writer_begin(struct writer *writer, struct err *err) MUST_CHECK;
/* Make work anew from all views as the transaction sees them. */
int writer_anew(struct writer *writer, struct err *err) MUST_CHECK;
/* Add a view; writes a segment when the builder is full. */
int writer_add(struct writer *writer, int64_t group,
    const struct merge_view *view, struct err *err) MUST_CHECK;
/* Write what the builder holds as a segment and add it to work. */
int writer_spill(struct writer *writer, struct err *err) MUST_CHECK;
/* The name of a new segment; nothing lies there. */
void writer_name(struct writer *writer, char ret_name[MANIFEST_NAME_MAX]);

/* ---- writer_files.c: the folder; under index/lock ---- */

void index_unlock(int fd);
/* A segment number above all that lie there. */
uint64_t index_free_name(const char *folder);
/* Does a manifest wait for a commit? */
bool index_is_waiting(const char *folder);
/* Remove manifests that wait and, when named is not NULL, segments that it
 * does not name. */
void index_sweep(const char *folder, const struct manifest *named);

/* ---- writer_join.c, join_plan.c ---- */

/* So many segments of one size class are joined to one. */
#define JOIN_WIDTH 8
/* More segments than that are joined whatever their sizes. */
#define JOIN_SEGMENTS 24
/* Joined within the next commit: so small that it costs milliseconds, ... */
#define JOIN_SMALL_DOCS 1024
/* ... or so many that the thread does not keep up. */
#define JOIN_CROWD 64

/*
 * Which of the first n segments are to be joined now: their numbers, rising,
 * into ret_which; how many, 0 for none. Only joins of min_docs to max_docs
 * living documents are considered.
 */
size_t join_plan(const struct manifest *manifest, size_t n, uint64_t min_docs,
    uint64_t max_docs, size_t ret_which[MANIFEST_SEGMENTS_MAX]);
/* One small join within a commit. */
int writer_join_small(struct writer *writer, struct err *err) MUST_CHECK;

struct joiner *joiner_new(const char *folder);
/* Waits for the thread. NULL is legal. */
void joiner_free(struct joiner *joiner);
/* Start the thread unless it runs, or the manifest needs no joining. */
void joiner_start(struct joiner *joiner, const struct manifest *manifest);

#endif
