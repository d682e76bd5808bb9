/*
 * component: the records that hang together with one of them, found by
 * following edges; merge.h says what an edge is. Of a component with too many
 * members only the numbers are kept, however large somebody makes it.
 * Neighbours: edges.c has the edges, group.c makes groups of the members.
 */
#include <stdlib.h>

#include "catalogue/catalogue_priv.h"
#include "catalogue/catalogue_sql.h"

void
component_release(struct component *part)
{
	arena_free(part->arena);
	free(part->records);
	free(part->recs);
	free(part->nodes);
}

static void
reach(struct catalogue *cat, struct component *part, int64_t record)
{
	struct note *note = notes_get(&cat->notes, record);

	if (note->is_done || note->is_absent)
		return;
	note->is_done = true;
	VEC_PUSH(part->records, part->n, part->alloc, record);
}

static int
reach_holders(struct catalogue *cat, struct component *part, int64_t key,
    bool *ret_flooded, struct err *err)
{
	int64_t *holders;
	size_t n;

	if (edge_holders(cat, CATALOGUE_SQL_PROOF_HOLDERS, key, MERGE_KEY_MAX,
		part->arena, &holders, &n, err) == -1)
		return -1;
	*ret_flooded = n > MERGE_KEY_MAX;
	for (size_t i = 0; i < n && !*ret_flooded; i++)
		reach(cat, part, holders[i]);
	return 0;
}

/* Follow one record's edges; keys that are flooded are left out. */
static int
follow(struct catalogue *cat, struct component *part, const struct record *rec,
    struct merge_node *node, struct err *err)
{
	const char **keys;
	int64_t *ends;
	size_t kept = 0, n;
	bool flooded;

	keys = arena_alloc(part->arena, (node->n_keys + 1) * sizeof(*keys));
	for (size_t i = 0; i < node->n_keys; i++) {
		if (reach_holders(cat, part, edge_key(node->keys[i]), &flooded,
			err) == -1)
			return -1;
		if (!flooded)
			keys[kept++] = node->keys[i];
	}
	node->keys = keys;
	node->n_keys = kept;
	if (edge_same(cat, part->arena, rec, &ends, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		reach(cat, part, ends[i]);
	return 0;
}

static void
keep(struct component *part, struct record *rec, const struct merge_node *node)
{
	part->recs = vec_grow(part->recs, part->n_read, &part->alloc_recs,
	    sizeof(*part->recs));
	part->recs[part->n_read] = rec;
	part->nodes = vec_grow(part->nodes, part->n_read, &part->alloc_nodes,
	    sizeof(*part->nodes));
	part->nodes[part->n_read] = *node;
}

/* Read the next member; one that is not seen is taken out. */
static int
read_one(struct catalogue *cat, struct component *part, struct err *err)
{
	int64_t record = part->records[part->n_read];
	struct merge_node node;
	struct record *rec;

	if (part->is_too_large)
		arena_reset(part->arena);
	if (record_visible(cat, part->arena, record, &rec, err) == -1)
		return -1;
	if (rec == NULL) {
		notes_get(&cat->notes, record)->is_absent = true;
		part->records[part->n_read] = part->records[--part->n];
		return 0;
	}
	merge_node_init(part->arena, rec, &node);
	if (group_leave(cat, record, rec->kind, err) == -1 ||
	    follow(cat, part, rec, &node, err) == -1)
		return -1;
	if (part->n_read == cat->component_max)
		part->is_too_large = true;
	if (!part->is_too_large)
		keep(part, rec, &node);
	part->n_read++;
	return 0;
}

int
component_walk(struct catalogue *cat, struct component *part, int64_t seed,
    struct err *err)
{
	if (part->arena == NULL)
		part->arena = arena_new();
	arena_reset(part->arena);
	part->n = 0;
	part->n_read = 0;
	part->is_too_large = false;
	reach(cat, part, seed);
	while (part->n_read < part->n) {
		if (read_one(cat, part, err) == -1)
			return -1;
	}
	return 0;
}
