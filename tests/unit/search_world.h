/*
 * search_world: a small catalogue for tests of search/: views in memory, a
 * real folder for the index. Its functions take the place of those of
 * src/catalogue, so that a test of search fails for reasons of search only.
 */
#ifndef TESTS_SEARCH_WORLD_H
#define TESTS_SEARCH_WORLD_H

#include "search/search.h"

#define WORLD_MAX 4096

struct catalogue {
	char folder[64];
	struct arena *arena;
	struct merge_view *views[WORLD_MAX];  /* by group number */
	struct merge_view *before[WORLD_MAX]; /* at world_begin() */
	int64_t version;
	bool is_readonly;
	bool is_writing; /* between world_begin() and its end */
};

struct world {
	struct catalogue cat;    /* writes */
	struct catalogue reader; /* its own handle, the same views */
	struct search *search;
	struct search *reading;
	struct arena *arena; /* of results */
};

struct world *world_new(void);
void world_free(struct world *world);
/*
 * A record of the node with (field, text) pairs up to FIELD_ROOT. A field of
 * a group opens a new group of its kind unless the last pair's still lacks
 * it; ":xx" in front of a text gives its language.
 */
struct merge_view *world_view(struct world *world, enum record_kind kind,
    const char *node, const char *lang, ...);
/* Add, replace or (NULL) remove, in a transaction of its own. */
void world_put(struct world *world, int64_t group, struct merge_view *view);
/* Several in one transaction: groups rise. */
void world_begin(struct world *world);
void world_put_open(struct world *world, int64_t group,
    struct merge_view *view);
void world_commit(struct world *world);
void world_rollback(struct world *world);
/* A second handle, for reading: world->reading. */
void world_open_reader(struct world *world);
/* Run a query that can not fail. */
struct search_result world_run(struct world *world,
    const struct search_query *query);
/* Groups found by a text, in order of rank: "3 1 2". */
const char *world_find(struct world *world, const char *text);
/* The same sorted by number. */
const char *world_set(struct world *world, const char *text);
int64_t world_count(const struct search_result *result, enum search_facet facet,
    const char *value);

#endif
