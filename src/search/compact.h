/*
 * compact: several segments -> one, without their dead documents, as a
 * stream: terms of all inputs side by side in order, one posting at a time.
 * Documents are ordered by group. Inside search/.
 */
#ifndef SEARCH_COMPACT_H
#define SEARCH_COMPACT_H

#include <stdatomic.h>

#include "search/segment.h"

struct compact_input {
	struct segment *segment;
	const uint64_t *dead; /* NULL: none */
};

/*
 * Write path, which must not exist. *cancel (may be NULL) set by another
 * thread ends it early with ERR_BUSY. ERR_SYS; ERR_FORMAT when an input is
 * damaged. *ret_docs is 0, and no file is made, when all are dead.
 */
int compact(const struct compact_input *inputs, size_t n, const char *path,
    const atomic_bool *cancel, uint32_t *ret_docs, struct err *err) MUST_CHECK;

#endif
