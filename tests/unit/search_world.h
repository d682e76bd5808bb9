/*
 * search_world: a small catalogue for tests of search/: views in memory, a
 * real database for the index. Its functions take the place of those of
 * src/catalogue, so that a test of search fails for reasons of search only.
 */
#ifndef TESTS_SEARCH_WORLD_H
#define TESTS_SEARCH_WORLD_H

#include "search/search.h"
#include "db/db.h"

#define WORLD_MAX 4096

struct catalogue {
	struct db *db;
	struct arena *arena;
	struct merge_view *views[WORLD_MAX]; /* by group number */
	int64_t version;
};

struct world {
	char folder[64];
	char path[96];
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
/* The same without begin and commit. */
void world_put_open(struct world *world, int64_t group,
    struct merge_view *view);
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
