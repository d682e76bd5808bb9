/*
 * edges: proof keys, same_as and links of records, as narrow rows that find
 * whoever else holds the same key. Rows of new records are gathered and
 * sorted before they are written, because random inserts one by one are
 * what makes a first pull slow.
 */
#include <stdlib.h>
#include <string.h>

#include "catalogue/catalogue_priv.h"
#include "catalogue/catalogue_sql.h"

/* Rows gathered before they are sorted and written. */
#define EDGES_MAX 200000

int64_t
edge_key(const char *text)
{
	uint8_t digest[SHA256_LEN];
	uint64_t key = 0;

	sha256(text, strlen(text), digest);
	for (int i = 0; i < 8; i++)
		key = key << 8 | digest[i];
	return (int64_t)key;
}

void
edges_clear(struct edges *edges)
{
	free(edges->items);
	memset(edges, 0, sizeof(*edges));
}

static int
compare_keys(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static size_t
sort_distinct(int64_t *keys, size_t n)
{
	size_t kept = 0;

	if (n > 1)
		qsort(keys, n, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || keys[kept - 1] != keys[i])
			keys[kept++] = keys[i];
	}
	return kept;
}

static size_t
count(const struct record *rec, enum field_id id)
{
	size_t n = 0;

	for (const struct value *v = value_find(&rec->root, id); v != NULL;
	     v = value_next(v))
		n++;
	return n;
}

static size_t
add_targets(const struct record *rec, enum field_id group, enum field_id child,
    int64_t *keys, size_t n)
{
	for (const struct value *v = value_find(&rec->root, group); v != NULL;
	     v = value_next(v)) {
		const char *id = value_get(v, child);

		if (id != NULL)
			keys[n++] = edge_key(id);
	}
	return n;
}

static size_t
links_of(struct arena *arena, const struct record *rec, int64_t **ret_links)
{
	const char *parent = value_get(&rec->root, FIELD_PARENT);
	int64_t *keys;
	size_t n;

	n = count(rec, FIELD_RELATION) + count(rec, FIELD_ORGANISATION);
	keys = arena_alloc(arena, (n + 1) * sizeof(*keys));
	n = add_targets(rec, FIELD_RELATION, FIELD_RELATION_ID, keys, 0);
	n = add_targets(rec, FIELD_ORGANISATION, FIELD_ORGANISATION_ID, keys,
	    n);
	if (parent != NULL)
		keys[n++] = edge_key(parent);
	*ret_links = keys;
	return sort_distinct(keys, n);
}

void
record_edges(struct arena *arena, const struct record *rec,
    struct record_edges *ret_edges)
{
	const char **keys;
	size_t n = merge_keys(arena, rec, &keys);

	ret_edges->proofs = arena_alloc(arena, (n + 1) * sizeof(int64_t));
	for (size_t i = 0; i < n; i++)
		ret_edges->proofs[i] = edge_key(keys[i]);
	ret_edges->n_proofs = sort_distinct(ret_edges->proofs, n);
	n = count(rec, FIELD_SAME_AS);
	ret_edges->sames = arena_alloc(arena, (n + 1) * sizeof(int64_t));
	n = add_targets(rec, FIELD_SAME_AS, FIELD_SAME_AS_ID, ret_edges->sames,
	    0);
	ret_edges->n_sames = sort_distinct(ret_edges->sames, n);
	ret_edges->n_links = links_of(arena, rec, &ret_edges->links);
}

static int
write_edge(struct catalogue *cat, size_t sql, int64_t key, int64_t record,
    struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, sql);

	db_bind_int(stmt, 1, key);
	db_bind_int(stmt, 2, record);
	return db_exec(stmt, err);
}

static int
compare_edges(const void *a, const void *b)
{
	const struct edge *left = a, *right = b;

	if (left->key != right->key)
		return left->key < right->key ? -1 : 1;
	return (left->record > right->record) - (left->record < right->record);
}

static int
flush(struct catalogue *cat, struct edges *edges, size_t sql, struct err *err)
{
	struct edge *items = edges->items + edges->flushed;
	size_t n = edges->n - edges->flushed;

	if (n > 1)
		qsort(items, n, sizeof(*items), compare_edges);
	for (size_t i = 0; i < n; i++) {
		if (write_edge(cat, sql, items[i].key, items[i].record, err) ==
		    -1)
			return -1;
	}
	edges->flushed = edges->n;
	return 0;
}

int
edges_flush(struct catalogue *cat, struct err *err)
{
	if (flush(cat, &cat->proofs, CATALOGUE_SQL_PROOF_ADD, err) == -1 ||
	    flush(cat, &cat->links, CATALOGUE_SQL_LINK_ADD, err) == -1)
		return -1;
	cat->links.n = 0;
	cat->links.flushed = 0;
	return 0;
}

static void
push(struct edges *edges, int64_t key, int64_t record)
{
	struct edge edge = { key, record };

	VEC_PUSH(edges->items, edges->n, edges->alloc, edge);
}

int
edges_attach(struct catalogue *cat, int64_t record,
    const struct record_edges *edges, struct err *err)
{
	for (size_t i = 0; i < edges->n_proofs; i++)
		push(&cat->proofs, edges->proofs[i], record);
	for (size_t i = 0; i < edges->n_links; i++)
		push(&cat->links, edges->links[i], record);
	/* Few, and looked for at once: not gathered. */
	for (size_t i = 0; i < edges->n_sames; i++) {
		if (write_edge(cat, CATALOGUE_SQL_SAME_ADD, edges->sames[i],
			record, err) == -1)
			return -1;
	}
	if (cat->proofs.n - cat->proofs.flushed > EDGES_MAX ||
	    cat->links.n > EDGES_MAX)
		return edges_flush(cat, err);
	return 0;
}

/* Drop what is in old and not in now; both sorted. */
static int
drop_missing(struct catalogue *cat, size_t sql, int64_t record,
    const int64_t *old, size_t n_old, const int64_t *now, size_t n_now,
    struct edges *log, struct err *err)
{
	size_t j = 0;

	for (size_t i = 0; i < n_old; i++) {
		while (j < n_now && now[j] < old[i])
			j++;
		if (j < n_now && now[j] == old[i])
			continue;
		if (write_edge(cat, sql, old[i], record, err) == -1)
			return -1;
		if (log != NULL)
			push(log, old[i], record);
	}
	return 0;
}

/* Keys of now that are not in old; in the arena. */
static size_t
only_new(struct arena *arena, const int64_t *old, size_t n_old,
    const int64_t *now, size_t n_now, int64_t **ret_keys)
{
	int64_t *keys = arena_alloc(arena, (n_now + 1) * sizeof(*keys));
	size_t n = 0, j = 0;

	for (size_t i = 0; i < n_now; i++) {
		while (j < n_old && old[j] < now[i])
			j++;
		if (j == n_old || old[j] != now[i])
			keys[n++] = now[i];
	}
	*ret_keys = keys;
	return n;
}

int
edges_change(struct catalogue *cat, int64_t record,
    const struct record_edges *old, const struct record_edges *now,
    struct err *err)
{
	static const struct record_edges none;
	struct record_edges fresh;

	if (old == NULL)
		old = &none;
	if (now == NULL)
		now = &none;
	/* What is to be dropped must be there. */
	if (edges_flush(cat, err) == -1 ||
	    drop_missing(cat, CATALOGUE_SQL_PROOF_DROP, record, old->proofs,
		old->n_proofs, now->proofs, now->n_proofs, &cat->removed,
		err) == -1 ||
	    drop_missing(cat, CATALOGUE_SQL_SAME_DROP, record, old->sames,
		old->n_sames, now->sames, now->n_sames, NULL, err) == -1 ||
	    drop_missing(cat, CATALOGUE_SQL_LINK_DROP, record, old->links,
		old->n_links, now->links, now->n_links, NULL, err) == -1)
		return -1;
	fresh.n_proofs = only_new(cat->arena, old->proofs, old->n_proofs,
	    now->proofs, now->n_proofs, &fresh.proofs);
	fresh.n_sames = only_new(cat->arena, old->sames, old->n_sames,
	    now->sames, now->n_sames, &fresh.sames);
	fresh.n_links = only_new(cat->arena, old->links, old->n_links,
	    now->links, now->n_links, &fresh.links);
	return edges_attach(cat, record, &fresh, err);
}

int
edge_holders(struct catalogue *cat, size_t sql, int64_t key, size_t max,
    struct arena *arena, int64_t **ret_records, size_t *ret_n, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, sql);
	int64_t *found = NULL;
	size_t n = 0, alloc = 0;
	int rc;

	db_bind_int(stmt, 1, key);
	db_bind_int(stmt, 2, (int64_t)max + 1);
	while ((rc = db_step(stmt, err)) == 1)
		VEC_PUSH(found, n, alloc, db_column_int(stmt, 0));
	if (rc == 0) {
		*ret_records = arena_items(arena, found, n, sizeof(*found));
		*ret_n = n;
	}
	free(found);
	return rc;
}

static int
is_stated(struct catalogue *cat, int64_t target, int64_t record,
    bool *ret_stated, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_SAME_HAS);
	int rc;

	db_bind_int(stmt, 1, target);
	db_bind_int(stmt, 2, record);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	db_reset(stmt);
	*ret_stated = rc == 1;
	return 0;
}

/* The record that `id` names when stating it counts for `target`, else 0. */
static int
same_end(struct catalogue *cat, const struct name *own, int64_t target,
    const char *id, int64_t *ret_record, struct err *err)
{
	uint8_t digest[SHA256_LEN];
	struct node_row node;
	struct name name;
	int64_t record;
	bool counts;

	*ret_record = 0;
	if (name_init(&name, id) == -1)
		return 0;
	if (node_find(cat, name.node, &node, err) == -1 ||
	    record_find(cat, &node, &name, &record, digest, err) == -1)
		return -1;
	if (record == 0 || node.is_hidden)
		return 0;
	counts = strcmp(name.node, own->node) == 0;
	if (!counts && is_stated(cat, target, record, &counts, err) == -1)
		return -1;
	if (counts)
		*ret_record = record;
	return 0;
}

int
edge_same(struct catalogue *cat, struct arena *arena, const struct record *rec,
    int64_t **ret_records, size_t *ret_n, struct err *err)
{
	int64_t target = edge_key(rec->id), record, *found = NULL;
	const struct value *v = value_find(&rec->root, FIELD_SAME_AS);
	size_t n = 0, alloc = 0;
	struct db_stmt *stmt;
	struct node_row node;
	struct name own;
	int rc = -1;

	*ret_n = 0;
	if (name_init(&own, rec->id) == -1)
		return 0;
	for (; v != NULL; v = value_next(v)) {
		const char *id = value_get(v, FIELD_SAME_AS_ID);

		if (id == NULL)
			continue;
		if (same_end(cat, &own, target, id, &record, err) == -1)
			goto out;
		if (record != 0)
			VEC_PUSH(found, n, alloc, record);
	}
	if (node_find(cat, own.node, &node, err) == -1)
		goto out;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_SAME_OWN);
	db_bind_int(stmt, 1, target);
	db_bind_int(stmt, 2, node.node);
	while ((rc = db_step(stmt, err)) == 1)
		VEC_PUSH(found, n, alloc, db_column_int(stmt, 0));
	if (rc == -1)
		goto out;
	*ret_records = arena_alloc(arena, (n + 1) * sizeof(*found));
	if (n > 0)
		memcpy(*ret_records, found, n * sizeof(*found));
	*ret_n = n;
out:
	free(found);
	return rc;
}
