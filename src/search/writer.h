/*
 * writer: keeps the index in step with the catalogue. Changes of a
 * transaction are gathered (build.c) and written as a segment before the
 * catalogue commits; the manifest that names it is put in place after. What
 * a kill leaves between the two is finished or thrown away by the next
 * writer, which compares versions. Small segments are joined (compact.c) by
 * a thread. Inside search/.
 */
#ifndef SEARCH_WRITER_H
#define SEARCH_WRITER_H

#include "catalogue/catalogue.h"
#include "search/search.h"

struct writer;

/*
 * On a catalogue open for writing. Brings the index to the catalogue's state:
 * finishes what waits, and makes all again when it is absent, damaged or of
 * another catalogue or version. ERR_SYS, ERR_DB.
 */
struct writer *writer_open(struct catalogue *cat, struct err *err) MUST_CHECK;
/* Waits for a thread that joins segments. NULL is legal. */
void writer_close(struct writer *writer);

/* The catalogue's calls (catalogue_watch); ctx is the writer. */
int writer_changed(void *ctx, int64_t group, const struct merge_view *view,
    struct err *err) MUST_CHECK;
int writer_prepare(void *ctx, int64_t version, struct err *err) MUST_CHECK;
void writer_settled(void *ctx, bool is_committed);

/* search_look(), search_tend() */
int writer_look(struct writer *writer, bool *ret_new, bool *ret_wanting,
    struct err *err) MUST_CHECK;
int writer_tend(struct writer *writer, struct err *err) MUST_CHECK;

/* Make the whole index again from catalogue_each_view(). */
int writer_rebuild(struct writer *writer, struct err *err) MUST_CHECK;

#endif
