/*
 * numbers: each value of a facet gets one number across the segments of a
 * snapshot. Inside search/.
 */
#ifndef SEARCH_NUMBERS_H
#define SEARCH_NUMBERS_H

#include "search/snapshot.h"

/* Fill snapshot.values, and .values of its segments. */
void numbers_make(struct snapshot *snapshot);
void numbers_release(struct snapshot *snapshot);

#endif
