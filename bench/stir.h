/*
 * stir: what the files of this program share.
 */
#ifndef BENCH_STIR_H
#define BENCH_STIR_H

#include <sys/resource.h>
#include <time.h>

#include "base/base.h"
#include "catalogue/catalogue.h"

static inline double
wall_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static inline double
cpu_s(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static inline int64_t
groups_of(struct catalogue *cat)
{
	struct catalogue_status status;
	struct err err;

	return catalogue_status(cat, &status, &err) == -1 ? -1 : status.groups;
}

/* Title, summary or the rest: columns of FTS5. */
enum { STIR_TITLE, STIR_SUMMARY, STIR_REST, STIR_COLUMNS };
int stir_column(enum field_id id);
/* FTS5 in a file, from the views of a folder's catalogue. */
int stir_fts5(const char *folder, const char *path, struct err *err) MUST_CHECK;

#endif
