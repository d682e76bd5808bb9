/*
 * seed: whose groups have to be looked at again at commit. A component (see
 * merge.h) that changed has a member here: who came or changed, both ends of
 * every edge that came or went, and the members of groups taken apart.
 * Neighbours: put.c and edges.c tell what changed, group.c works it off.
 */
#include <stdlib.h>

#include "catalogue/catalogue_priv.h"
#include "catalogue/catalogue_sql.h"

void
seed_add(struct catalogue *cat, int64_t record)
{
	struct note *note = notes_get(&cat->notes, record);

	if (note->is_seed)
		return;
	note->is_seed = true;
	VEC_PUSH(cat->seeds, cat->n_seeds, cat->alloc_seeds, record);
}

int
seed_same(struct catalogue *cat, const struct record *rec, struct err *err)
{
	int64_t *ends;
	size_t n;

	if (edge_same(cat, cat->arena, rec, &ends, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		seed_add(cat, ends[i]);
	return 0;
}

static int
count_key(struct catalogue *cat, int64_t key, int64_t max, int64_t *ret_n,
    struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_PROOF_COUNT);

	db_bind_int(stmt, 1, key);
	db_bind_int(stmt, 2, max);
	if (db_step(stmt, err) == -1)
		return -1;
	*ret_n = db_column_int(stmt, 0);
	db_reset(stmt);
	return 0;
}

static int
seed_holders(struct catalogue *cat, int64_t key, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_PROOF_HOLDERS);
	int rc;

	db_bind_int(stmt, 1, key);
	db_bind_int(stmt, 2, -1);
	while ((rc = db_step(stmt, err)) == 1)
		seed_add(cat, db_column_int(stmt, 0));
	return rc;
}

/*
 * A key that n_added records got and n_removed lost. When it comes to be
 * flooded, or ceases to be, everybody who holds it is affected; so are those
 * who hold it still when others do no more, for their component may have
 * been too large before.
 */
static int
seed_key(struct catalogue *cat, const struct edge *added, size_t n_added,
    size_t n_removed, int64_t key, struct err *err)
{
	int64_t now, before;

	if (count_key(cat, key, MERGE_KEY_MAX + 1, &now, err) == -1)
		return -1;
	if (now <= 1 && n_removed == 0)
		return 0;
	if (now > MERGE_KEY_MAX && count_key(cat, key, -1, &now, err) == -1)
		return -1;
	before = now - (int64_t)n_added + (int64_t)n_removed;
	if ((before > MERGE_KEY_MAX) != (now > MERGE_KEY_MAX) ||
	    (n_removed > 0 && now <= MERGE_KEY_MAX))
		return seed_holders(cat, key, err);
	for (size_t i = 0; i < n_added && now <= MERGE_KEY_MAX; i++)
		seed_add(cat, added[i].record);
	return 0;
}

static int
compare_edge_keys(const void *a, const void *b)
{
	const struct edge *left = a, *right = b;

	return (left->key > right->key) - (left->key < right->key);
}

static size_t
run(const struct edges *edges, size_t at, int64_t key)
{
	size_t end = at;

	while (end < edges->n && edges->items[end].key == key)
		end++;
	return end - at;
}

int
seed_keys(struct catalogue *cat, struct err *err)
{
	struct edges *added = &cat->proofs, *removed = &cat->removed;
	size_t a = 0, r = 0, n_added, n_removed;
	int64_t key;

	if (added->n > 1)
		qsort(added->items, added->n, sizeof(*added->items),
		    compare_edge_keys);
	if (removed->n > 1)
		qsort(removed->items, removed->n, sizeof(*removed->items),
		    compare_edge_keys);
	while (a < added->n || r < removed->n) {
		if (r == removed->n ||
		    (a < added->n &&
			added->items[a].key < removed->items[r].key))
			key = added->items[a].key;
		else
			key = removed->items[r].key;
		n_added = run(added, a, key);
		n_removed = run(removed, r, key);
		if (seed_key(cat, added->items + a, n_added, n_removed, key,
			err) == -1)
			return -1;
		a += n_added;
		r += n_removed;
	}
	return 0;
}
