/*
 * group: at commit, whoever may be affected is found by following keys and
 * statements, and grouped anew by merge/. A group is first taken apart and
 * then made again, so that nothing of the old state can steer the new one:
 * that is what makes the result depend on the set only.
 */
#include <stdlib.h>
#include <string.h>

#include "catalogue/catalogue_priv.h"
#include "catalogue/catalogue_sql.h"

/* Records that hang together by keys and statements. Honest ones are a
 * handful; a chain of more is somebody's mistake or attack. */
#define COMPONENT_MAX 5000
/* Statements of a node's own records about one of them. */
#define SAME_MAX         1000
#define VIEW_CONTENT_MAX ((size_t)64 << 20)

struct component {
	struct arena *arena;
	int64_t *records; /* as found; n_read of them are read */
	size_t n;
	size_t alloc;
	size_t n_read;
	struct record **recs; /* NULL: not seen */
};

int
group_of(struct catalogue *cat, int64_t record, int64_t *ret_group,
    struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_MEMBER);
	int rc;

	db_bind_int(stmt, 1, record);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	*ret_group = rc == 1 ? db_column_int(stmt, 0) : 0;
	db_reset(stmt);
	return 0;
}

static int
note_members(struct catalogue *cat, int64_t number, int64_t *ret_n,
    struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_MEMBERS);
	struct note *note;
	int64_t n = 0;
	int rc;

	db_bind_int(stmt, 1, number);
	while ((rc = db_step(stmt, err)) == 1) {
		note = notes_get(&cat->notes, db_column_int(stmt, 0));
		if (note->was == NOTE_WAS_UNSET && note->number != number)
			note->was = NOTE_WAS_NOTHING;
		note->is_seed = true;
		note->is_absent = false;
		n++;
	}
	*ret_n = n;
	return rc;
}

static int
note_element(struct catalogue *cat, int64_t number, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_GROUP);
	uint8_t element[SHA256_LEN] = { 0 };
	struct note *note;
	const void *data;
	size_t len;
	int rc;

	db_bind_int(stmt, 1, number);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	data = rc == 1 ? db_column_blob(stmt, 0, &len) : NULL;
	if (data == NULL || len != SHA256_LEN) {
		db_reset(stmt);
		return err_set(err, ERR_DB,
		    "the catalogue has lost group %lld: rebuild it",
		    (long long)number);
	}
	memcpy(element, data, SHA256_LEN);
	db_reset(stmt);
	sum_subtract(cat->state.digest, element);
	note = notes_get(&cat->notes, number);
	note->is_element = 0;
	if (note->was == NOTE_WAS_UNSET) {
		note->was = NOTE_WAS_MANY;
		note->was_element = notes_element(&cat->notes, element);
	}
	return 0;
}

int
group_dissolve(struct catalogue *cat, int64_t number, enum record_kind kind,
    struct err *err)
{
	static const enum catalogue_sql drops[] = { CATALOGUE_SQL_MEMBERS_DROP,
		CATALOGUE_SQL_GROUP_DROP };
	int64_t n;

	if (note_element(cat, number, err) == -1 ||
	    note_members(cat, number, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(drops); i++) {
		struct db_stmt *stmt = catalogue_stmt(cat, drops[i]);

		db_bind_int(stmt, 1, number);
		if (db_exec(stmt, err) == -1)
			return -1;
	}
	cat->state.groups += n - 1;
	cat->state.kinds[kind] += n - 1;
	return 0;
}

/* ---- the closed set around a seed ---- */

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
reach_holders(struct catalogue *cat, struct component *part, size_t sql,
    int64_t key, size_t max, bool *ret_flooded, struct err *err)
{
	int64_t *holders;
	size_t n;

	if (edge_holders(cat, sql, key, max, part->arena, &holders, &n, err) ==
	    -1)
		return -1;
	*ret_flooded = n > max;
	for (size_t i = 0; i < n && n <= max; i++)
		reach(cat, part, holders[i]);
	return 0;
}

static int
reach_id(struct catalogue *cat, struct component *part, const char *id,
    struct err *err)
{
	uint8_t digest[SHA256_LEN];
	struct node_row node;
	struct name name;
	int64_t record;

	if (name_init(&name, id) == -1)
		return 0;
	if (node_find(cat, name.node, &node, err) == -1 ||
	    record_find(cat, &node, &name, &record, digest, err) == -1)
		return -1;
	if (record != 0 && !node.is_hidden)
		reach(cat, part, record);
	return 0;
}

/*
 * Statements of the same node count from one side, so they are followed
 * backwards; those of others count only when this record states them too.
 */
static int
reach_stated(struct catalogue *cat, struct component *part,
    const struct merge_node *node, struct err *err)
{
	struct node_row own;
	struct name name;
	struct db_stmt *stmt;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < node->n_same_as; i++) {
		if (reach_id(cat, part, node->same_as[i], err) == -1)
			return -1;
	}
	if (name_init(&name, node->id) == -1)
		return 0;
	if (node_find(cat, name.node, &own, err) == -1)
		return -1;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_SAME_OWN);
	db_bind_int(stmt, 1, edge_key(node->id));
	db_bind_int(stmt, 2, own.node);
	while ((rc = db_step(stmt, err)) == 1 && n++ < SAME_MAX)
		reach(cat, part, db_column_int(stmt, 0));
	db_reset(stmt);
	return rc == -1 ? -1 : 0;
}

/* Follow one record's edges; keys that are flooded are left out. */
static int
follow(struct catalogue *cat, struct component *part, struct merge_node *node,
    struct err *err)
{
	const char **keys;
	size_t kept = 0;
	bool flooded;

	keys = arena_alloc(part->arena, (node->n_keys + 1) * sizeof(*keys));
	for (size_t i = 0; i < node->n_keys; i++) {
		if (reach_holders(cat, part, CATALOGUE_SQL_PROOF_HOLDERS,
			edge_key(node->keys[i]), MERGE_KEY_MAX, &flooded,
			err) == -1)
			return -1;
		if (!flooded)
			keys[kept++] = node->keys[i];
	}
	node->keys = keys;
	node->n_keys = kept;
	return reach_stated(cat, part, node, err);
}

/* Take a record's old group apart; all of it belongs to the set. */
static int
leave(struct catalogue *cat, struct component *part, int64_t record,
    const struct record *rec, struct err *err)
{
	struct note *note;
	int64_t group, *members;
	size_t n;

	if (group_of(cat, record, &group, err) == -1)
		return -1;
	if (group != 0) {
		if (edge_holders(cat, CATALOGUE_SQL_MEMBERS, group,
			MERGE_GROUP_MAX, part->arena, &members, &n,
			err) == -1 ||
		    group_dissolve(cat, group, rec->kind, err) == -1)
			return -1;
		for (size_t i = 0; i < n; i++)
			reach(cat, part, members[i]);
	}
	note = notes_get(&cat->notes, record);
	if (note->was == NOTE_WAS_UNSET)
		note->was = NOTE_WAS_ONE;
	return 0;
}

/* ---- groups of a closed set ---- */

struct entry {
	const char *id;
	uint8_t digest[SHA256_LEN];
};

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return strcmp(left->id, right->id);
}

/* What a group adds to the digest: its entries and its view. */
static int
group_element(struct catalogue *cat, struct arena *arena,
    struct record *const *recs, size_t n, uint8_t ret_element[SHA256_LEN],
    struct err *err)
{
	struct entry *entries = arena_alloc(arena, n * sizeof(*entries));
	struct strbuf sb;
	struct node_row node;
	struct name name;
	int64_t record;
	int rc = -1;

	strbuf_init(&sb, VIEW_CONTENT_MAX);
	for (size_t i = 0; i < n; i++) {
		entries[i].id = recs[i]->id;
		if (name_init(&name, recs[i]->id) == -1 ||
		    node_find(cat, name.node, &node, err) == -1 ||
		    record_find(cat, &node, &name, &record, entries[i].digest,
			err) == -1)
			goto out;
	}
	qsort(entries, n, sizeof(*entries), compare_entries);
	strbuf_addch(&sb, 'g');
	for (size_t i = 0; i < n; i++) {
		strbuf_add(&sb, entries[i].id, strlen(entries[i].id) + 1);
		strbuf_add(&sb, entries[i].digest, SHA256_LEN);
	}
	merge_view_content(merge_view(arena, recs, n), &sb);
	if (strbuf_check(&sb, "a view", err) == -1)
		goto out;
	sha256(sb.buf, sb.len, ret_element);
	rc = 0;
out:
	strbuf_release(&sb);
	return rc;
}

static int
group_make(struct catalogue *cat, struct arena *arena, const int64_t *records,
    struct record *const *recs, size_t n, struct err *err)
{
	uint8_t element[SHA256_LEN];
	int64_t number = records[0];
	struct db_stmt *stmt;
	struct note *note;

	for (size_t i = 1; i < n; i++) {
		if (records[i] < number)
			number = records[i];
	}
	if (group_element(cat, arena, recs, n, element, err) == -1)
		return -1;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_GROUP_ADD);
	db_bind_int(stmt, 1, number);
	db_bind_blob(stmt, 2, element, SHA256_LEN);
	if (db_exec(stmt, err) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		stmt = catalogue_stmt(cat, CATALOGUE_SQL_MEMBER_ADD);
		db_bind_int(stmt, 1, records[i]);
		db_bind_int(stmt, 2, number);
		if (db_exec(stmt, err) == -1)
			return -1;
		notes_get(&cat->notes, records[i])->is_absent = records[i] !=
								number;
	}
	note = notes_get(&cat->notes, number);
	note->is_element = notes_element(&cat->notes, element);
	sum_add(cat->state.digest, element);
	cat->state.groups -= (int64_t)n - 1;
	cat->state.kinds[recs[0]->kind] -= (int64_t)n - 1;
	return 0;
}

struct placed {
	size_t group;
	size_t i;
};

static int
compare_placed(const void *a, const void *b)
{
	const struct placed *left = a, *right = b;

	if (left->group != right->group)
		return left->group < right->group ? -1 : 1;
	return (left->i > right->i) - (left->i < right->i);
}

static int
make_groups(struct catalogue *cat, struct component *part,
    const struct merge_node *nodes, struct err *err)
{
	size_t n = part->n, end, m;
	size_t *group = arena_alloc(part->arena, n * sizeof(*group));
	struct placed *placed = arena_alloc(part->arena, n * sizeof(*placed));
	int64_t *records = arena_alloc(part->arena, n * sizeof(*records));
	struct record **recs = arena_alloc(part->arena, n * sizeof(*recs));

	merge_group(nodes, n, group);
	for (size_t i = 0; i < n; i++) {
		placed[i].group = group[i];
		placed[i].i = i;
	}
	qsort(placed, n, sizeof(*placed), compare_placed);
	for (size_t i = 0; i < n; i = end) {
		m = 0;
		for (end = i; end < n && placed[end].group == placed[i].group;
		     end++) {
			records[m] = part->records[placed[end].i];
			recs[m++] = part->recs[placed[end].i];
		}
		if (m > 1 &&
		    group_make(cat, part->arena, records, recs, m, err) == -1)
			return -1;
	}
	return 0;
}

/* Read record i of the set; one that is not seen is taken out of it. */
static int
read_one(struct catalogue *cat, struct component *part,
    struct merge_node *ret_node, bool *ret_seen, struct err *err)
{
	int64_t record = part->records[part->n_read];
	struct record *rec;

	if (record_visible(cat, part->arena, record, &rec, err) == -1)
		return -1;
	*ret_seen = rec != NULL;
	if (rec == NULL) {
		notes_get(&cat->notes, record)->is_absent = true;
		part->records[part->n_read] = part->records[--part->n];
		return 0;
	}
	part->recs[part->n_read++] = rec;
	merge_node_init(part->arena, rec, ret_node);
	if (leave(cat, part, record, rec, err) == -1)
		return -1;
	return follow(cat, part, ret_node, err);
}

static int
group_component(struct catalogue *cat, struct component *part, int64_t seed,
    struct err *err)
{
	struct merge_node *nodes = NULL;
	size_t alloc = 0, alloc_recs = 0;
	bool seen;
	int rc = -1;

	part->n = 0;
	part->n_read = 0;
	arena_reset(part->arena);
	reach(cat, part, seed);
	while (part->n_read < part->n) {
		size_t i = part->n_read;
		struct merge_node node;

		if (part->n > COMPONENT_MAX) {
			err_set(err, ERR_LIMIT,
			    "%s hangs together with more than %d records by "
			    "identifiers and same_as: correct them",
			    part->recs[0]->id, COMPONENT_MAX);
			goto out;
		}
		part->recs = vec_grow(part->recs, i, &alloc_recs,
		    sizeof(*part->recs));
		if (read_one(cat, part, &node, &seen, err) == -1)
			goto out;
		if (seen) {
			nodes = vec_grow(nodes, i, &alloc, sizeof(*nodes));
			nodes[i] = node;
		}
	}
	rc = part->n > 1 ? make_groups(cat, part, nodes, err) : 0;
out:
	free(nodes);
	free(part->recs);
	part->recs = NULL;
	return rc;
}

/* ---- who has to be looked at ---- */

static void
seed(struct catalogue *cat, int64_t record)
{
	notes_get(&cat->notes, record)->is_seed = true;
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
		seed(cat, db_column_int(stmt, 0));
	return rc;
}

/*
 * A key that n_added records got and n_removed lost. When it comes to be
 * flooded, or ceases to be, everybody who holds it is affected.
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
	if ((before > MERGE_KEY_MAX) != (now > MERGE_KEY_MAX))
		return seed_holders(cat, key, err);
	for (size_t i = 0; i < n_added && now <= MERGE_KEY_MAX; i++)
		seed(cat, added[i].record);
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

static int
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

int
group_all(struct catalogue *cat, struct err *err)
{
	struct component part = { .arena = NULL };
	int64_t *numbers = NULL;
	size_t n;
	int rc;

	if (seed_keys(cat, err) == -1)
		return -1;
	part.arena = arena_new();
	numbers = notes_sorted(&cat->notes, &n);
	rc = 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct note *note = notes_get(&cat->notes, numbers[i]);

		if (note->is_seed && !note->is_done && !note->is_absent)
			rc = group_component(cat, &part, numbers[i], err);
	}
	free(numbers);
	free(part.records);
	arena_free(part.arena);
	return rc;
}
