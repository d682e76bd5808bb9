/*
 * index_world: a catalogue with records and the index beside it, in a folder
 * of their own, for tests of what keeps the two in step.
 */
#ifndef TESTS_INDEX_WORLD_H
#define TESTS_INDEX_WORLD_H

#include "catalogue/catalogue.h"
#include "search/snapshot.h"
#include "search/writer.h"

struct index_world {
	char folder[64];
	char index[80]; /* <folder>/index */
	struct arena *arena;
	struct catalogue *cat;
	struct writer *writer; /* NULL: commits tell nobody */
};

/* An empty catalogue; no writer yet. */
void index_world_new(struct index_world *w);
void index_world_free(struct index_world *w);
/* Open catalogue and writer (again). */
void index_world_open(struct index_world *w);
void index_world_close(struct index_world *w);

void index_begin(struct index_world *w);
/* Record i as of revision `rev` (its modified_at). */
void index_put(struct index_world *w, int i, int rev);
void index_remove(struct index_world *w, int i);
void index_commit(struct index_world *w);
/* begin, put, commit. */
void index_edit(struct index_world *w, int i, int rev);

/*
 * What lives, sorted: "<group>:<modified> ". In the world's arena; NULL when
 * the snapshot can not be read.
 */
const char *index_alive(struct index_world *w, struct snapshot *snapshot);
const char *index_wanted(struct index_world *w);
/* The index, read anew, holds just what the catalogue does, every byte is as
 * written, and nothing else lies in the folder. */
void index_verify(struct index_world *w);
size_t index_segments(struct index_world *w);
/* Flip a byte of a file of the index. */
void index_flip(struct index_world *w, const char *name, long offset);
/* The name of some segment. */
const char *index_some(struct index_world *w, size_t i);

#endif
