/*
 * read: views, records as received, and walks over all of them. Views are
 * made when they are asked for: a group has a handful of members, and most
 * records stand alone, so that storing views would cost more than it saves.
 */
#include <stdlib.h>
#include <string.h>

#include "catalogue/catalogue_priv.h"
#include "catalogue/catalogue_sql.h"

/* Ids that catalogue_linked() returns at most. */
#define LINKED_MAX 1000

/* Several statements see one state: a read of its own unless there is one. */
static int
join(struct catalogue *cat, bool *ret_own, struct err *err)
{
	*ret_own = !db_in_transaction(cat->db);
	return *ret_own ? db_begin_read(cat->db, err) : 0;
}

static void
leave(struct catalogue *cat, bool own)
{
	if (own)
		db_rollback(cat->db);
}

void
catalogue_set_now(struct catalogue *cat, int64_t now)
{
	cat->now = now;
}

int64_t
catalogue_now(const struct catalogue *cat)
{
	return cat->now;
}

static bool
is_kept_back(const struct catalogue *cat, const struct record *rec)
{
	return cat->now != 0 && record_has_lapsed(rec, cat->now);
}

static int
read_members(struct catalogue *cat, struct arena *arena, int64_t group,
    struct record *ret_members[MERGE_GROUP_MAX], size_t *ret_n, struct err *err)
{
	static const enum catalogue_sql tries[] = { CATALOGUE_SQL_VIEW_MEMBERS,
		CATALOGUE_SQL_VIEW_SINGLE };
	size_t n = 0;
	int rc = 0;

	for (size_t t = 0; t < ARRAY_LEN(tries) && n == 0; t++) {
		struct db_stmt *stmt = catalogue_stmt(cat, tries[t]);

		db_bind_int(stmt, 1, group);
		while ((rc = db_step(stmt, err)) == 1 && n < MERGE_GROUP_MAX) {
			ret_members[n] = record_read(arena, stmt, 0, err);
			if (ret_members[n] == NULL) {
				rc = -1;
				break;
			}
			if (!is_kept_back(cat, ret_members[n]))
				n++;
		}
		db_reset(stmt);
		if (rc == -1)
			return -1;
	}
	*ret_n = n;
	return 0;
}

int
view_load(struct catalogue *cat, struct arena *arena, int64_t group,
    struct merge_view **ret_view, struct err *err)
{
	struct record *members[MERGE_GROUP_MAX];
	size_t n;

	if (read_members(cat, arena, group, members, &n, err) == -1)
		return -1;
	*ret_view = n == 0 ? NULL : merge_view(arena, members, n);
	return 0;
}

/* Record number of an id; 0 when there is none or it is hidden. */
static int
find_visible(struct catalogue *cat, const char *id, int64_t *ret_record,
    struct err *err)
{
	uint8_t digest[SHA256_LEN];
	struct node_row node;
	struct name name;

	*ret_record = 0;
	if (name_init(&name, id) == -1)
		return 0;
	if (node_find(cat, name.node, &node, err) == -1)
		return -1;
	if (node.is_hidden)
		return 0;
	return record_find(cat, &node, &name, ret_record, digest, err);
}

int
catalogue_view(struct catalogue *cat, struct arena *arena, const char *id,
    struct merge_view **ret_view, struct err *err)
{
	struct merge_view *view = NULL;
	int64_t record, group = 0;
	bool own;
	int rc = -1;

	if (join(cat, &own, err) == -1)
		return -1;
	if (find_visible(cat, id, &record, err) == -1 ||
	    (record != 0 && group_of(cat, record, &group, err) == -1))
		goto out;
	if (record != 0 && view_load(cat, arena, group == 0 ? record : group,
			       &view, err) == -1)
		goto out;
	if (view == NULL) {
		err_set(err, ERR_NOTFOUND, "%.100s: no such record", id);
		goto out;
	}
	*ret_view = view;
	rc = 0;
out:
	leave(cat, own);
	return rc;
}

int
catalogue_group(struct catalogue *cat, struct arena *arena, int64_t group,
    struct merge_view **ret_view, struct err *err)
{
	struct merge_view *view = NULL;
	bool own;
	int rc;

	if (join(cat, &own, err) == -1)
		return -1;
	rc = view_load(cat, arena, group, &view, err);
	leave(cat, own);
	if (rc == -1)
		return -1;
	if (view == NULL)
		return err_set(err, ERR_NOTFOUND, "no such group: %lld",
		    (long long)group);
	*ret_view = view;
	return 0;
}

int
catalogue_record(struct catalogue *cat, struct arena *arena, const char *id,
    struct record **ret_rec, struct err *err)
{
	struct record *rec = NULL;
	int64_t record;
	bool own;
	int rc;

	if (join(cat, &own, err) == -1)
		return -1;
	rc = find_visible(cat, id, &record, err);
	if (rc == 0 && record != 0)
		rc = record_visible(cat, arena, record, &rec, err);
	leave(cat, own);
	if (rc == -1)
		return -1;
	if (rec == NULL || is_kept_back(cat, rec))
		return err_set(err, ERR_NOTFOUND, "%.100s: no such record", id);
	*ret_rec = rec;
	return 0;
}

int
catalogue_lapsed(struct catalogue *cat, struct arena *arena, const char *id,
    struct record **ret_rec, struct err *err)
{
	int64_t now = cat->now;
	struct record *rec;
	int rc;

	cat->now = 0;
	rc = catalogue_record(cat, arena, id, &rec, err);
	cat->now = now;
	if (rc == -1)
		return -1;
	if (!is_kept_back(cat, rec))
		return err_set(err, ERR_NOTFOUND, "%.100s has not lapsed", id);
	*ret_rec = rec;
	return 0;
}

struct node_list {
	struct node_row *items;
	size_t n;
	size_t alloc;
};

static int
visible_nodes(struct catalogue *cat, const char *from, struct node_list *list,
    struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_NODES);
	int rc;

	db_bind_text(stmt, 1, from);
	while ((rc = db_step(stmt, err)) == 1) {
		struct node_row node = { .node = db_column_int(stmt, 0) };
		const char *name = db_column_text(stmt, 1);

		strncat(node.name, name, sizeof(node.name) - 1);
		VEC_PUSH(list->items, list->n, list->alloc, node);
	}
	return rc;
}

static int
each_of_node(struct catalogue *cat, int64_t node, const uint8_t *after,
    size_t after_len, catalogue_record_cb callback, void *ctx, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_EACH);
	struct arena *arena = arena_new();
	struct record *rec;
	int rc;

	db_bind_int(stmt, 1, node);
	db_bind_blob(stmt, 2, after, after_len);
	while ((rc = db_step(stmt, err)) == 1) {
		arena_reset(arena);
		rec = record_read(arena, stmt, 0, err);
		if (rec != NULL && is_kept_back(cat, rec))
			continue;
		if (rec == NULL || callback(ctx, rec, err) == -1) {
			rc = -1;
			break;
		}
	}
	db_reset(stmt);
	arena_free(arena);
	return rc;
}

int
catalogue_each(struct catalogue *cat, const char *after,
    catalogue_record_cb callback, void *ctx, struct err *err)
{
	struct node_list list = { NULL, 0, 0 };
	struct name name = { .node = "" };
	bool own;
	int rc;

	if (after != NULL && name_init(&name, after) == -1)
		return err_set(err, ERR_FORMAT, "%.100s is not a record's id",
		    after);
	if (join(cat, &own, err) == -1)
		return -1;
	rc = visible_nodes(cat, name.node, &list, err);
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		bool here = strcmp(list.items[i].name, name.node) == 0;

		rc = each_of_node(cat, list.items[i].node, name.hash,
		    here ? NAME_HASH_LEN : 0, callback, ctx, err);
	}
	free(list.items);
	leave(cat, own);
	return rc;
}

static int
tell_view(struct catalogue *cat, struct arena *arena, struct db_stmt *stmt,
    catalogue_change_cb callback, void *ctx, struct err *err)
{
	int64_t number = db_column_int(stmt, 0);
	struct merge_view *view = NULL;
	struct record *rec;

	if (!db_column_is_null(stmt, 1)) {
		if (view_load(cat, arena, number, &view, err) == -1)
			return -1;
	} else {
		rec = record_read(arena, stmt, 2, err);
		if (rec == NULL)
			return -1;
		if (!is_kept_back(cat, rec))
			view = merge_view(arena, &rec, 1);
	}
	return view == NULL ? 0 : callback(ctx, number, view, err);
}

int
catalogue_each_view(struct catalogue *cat, catalogue_change_cb callback,
    void *ctx, struct err *err)
{
	return catalogue_views(cat, 0, INT64_MAX, callback, ctx, err);
}

int
catalogue_views(struct catalogue *cat, int64_t after, int64_t last,
    catalogue_change_cb callback, void *ctx, struct err *err)
{
	struct db_stmt *stmt;
	struct arena *arena;
	bool own;
	int rc;

	if (join(cat, &own, err) == -1)
		return -1;
	arena = arena_new();
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_EACH_VIEW);
	db_bind_int(stmt, 1, after);
	db_bind_int(stmt, 2, last);
	while ((rc = db_step(stmt, err)) == 1) {
		arena_reset(arena);
		if (tell_view(cat, arena, stmt, callback, ctx, err) == -1) {
			rc = -1;
			break;
		}
	}
	db_reset(stmt);
	arena_free(arena);
	leave(cat, own);
	return rc;
}

static int
compare_ids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int
catalogue_linked(struct catalogue *cat, struct arena *arena, const char *id,
    const char ***ret_ids, size_t *ret_n, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_LINKED);
	const char **ids = NULL;
	size_t n = 0, alloc = 0, len;
	int rc;

	db_bind_int(stmt, 1, edge_key(id));
	db_bind_int(stmt, 2, LINKED_MAX);
	while ((rc = db_step(stmt, err)) == 1) {
		const void *uuid = db_column_blob(stmt, 1, &len);

		if (len == UUID_LEN)
			VEC_PUSH(ids, n, alloc,
			    name_id(arena, db_column_text(stmt, 0), uuid));
	}
	if (rc == 0) {
		if (n > 1)
			qsort(ids, n, sizeof(*ids), compare_ids);
		*ret_ids = arena_items(arena, ids, n, sizeof(*ids));
		*ret_n = n;
	}
	free(ids);
	return rc;
}

struct applied {
	const char *id;
	uint8_t digest[SHA256_LEN];
};

static int
compare_applied(const void *a, const void *b)
{
	const struct applied *left = a, *right = b;

	return strcmp(left->id, right->id);
}

static int
read_applied(struct db_stmt *stmt, struct arena *arena, const char *node,
    struct applied *ret_applied)
{
	const void *uuid, *digest;
	size_t uuid_len, digest_len;

	uuid = db_column_blob(stmt, 0, &uuid_len);
	digest = db_column_blob(stmt, 1, &digest_len);
	if (uuid_len != UUID_LEN || digest_len != SHA256_LEN)
		return -1;
	ret_applied->id = name_id(arena, node, uuid);
	memcpy(ret_applied->digest, digest, SHA256_LEN);
	return 0;
}

int
catalogue_ids(struct catalogue *cat, const char *node, const char *prefix,
    catalogue_id_cb callback, void *ctx, struct err *err)
{
	uint8_t low[SHA256_LEN], high[SHA256_LEN];
	struct applied *list = NULL, item;
	struct arena *arena;
	struct node_row row;
	struct db_stmt *stmt;
	size_t n = 0, alloc = 0;
	int rc;

	if (node_find(cat, node, &row, err) == -1)
		return -1;
	arena = arena_new();
	db_prefix_range(prefix, low, high);
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_IDS);
	db_bind_int(stmt, 1, row.node);
	db_bind_blob(stmt, 2, low, NAME_HASH_LEN);
	db_bind_blob(stmt, 3, high, NAME_HASH_LEN);
	while ((rc = db_step(stmt, err)) == 1) {
		if (read_applied(stmt, arena, node, &item) == -1) {
			rc = err_set(err, ERR_DB,
			    "the catalogue has a bad name of %s: rebuild it",
			    node);
			break;
		}
		VEC_PUSH(list, n, alloc, item);
	}
	db_reset(stmt);
	if (n > 1)
		qsort(list, n, sizeof(*list), compare_applied);
	/* All is read first: the callback may put and remove. */
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = callback(ctx, list[i].id, list[i].digest, err);
	free(list);
	arena_free(arena);
	return rc;
}
