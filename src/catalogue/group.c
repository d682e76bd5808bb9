/*
 * group: at commit, every component (component.c) with a seed in it (seed.c)
 * is grouped anew by merge/. A group is first taken apart and then made
 * again, so that nothing of the old state can steer the new one: that is
 * what makes the result depend on the set only.
 */
#include <stdlib.h>
#include <string.h>

#include "catalogue/catalogue_priv.h"
#include "catalogue/catalogue_sql.h"

#define VIEW_CONTENT_MAX ((size_t)64 << 20)

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
		seed_add(cat, db_column_int(stmt, 0));
		note = notes_get(&cat->notes, db_column_int(stmt, 0));
		if (note->was == NOTE_WAS_UNSET && note->number != number)
			note->was = NOTE_WAS_NOTHING;
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

int
group_leave(struct catalogue *cat, int64_t record, enum record_kind kind,
    struct err *err)
{
	struct note *note;
	int64_t group;

	if (group_of(cat, record, &group, err) == -1)
		return -1;
	if (group != 0 && group_dissolve(cat, group, kind, err) == -1)
		return -1;
	note = notes_get(&cat->notes, record);
	if (note->was == NOTE_WAS_UNSET)
		note->was = NOTE_WAS_ONE;
	return 0;
}

/* ---- groups of a component ---- */

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
make_groups(struct catalogue *cat, struct component *part, struct err *err)
{
	size_t n = part->n, end, m;
	size_t *group = arena_alloc(part->arena, n * sizeof(*group));
	struct placed *placed = arena_alloc(part->arena, n * sizeof(*placed));
	int64_t *records = arena_alloc(part->arena, n * sizeof(*records));
	struct record **recs = arena_alloc(part->arena, n * sizeof(*recs));

	merge_group(part->nodes, n, group);
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

static int
compare_numbers(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

int
group_all(struct catalogue *cat, struct err *err)
{
	struct component part = { .arena = NULL };
	int rc = 0;

	if (seed_keys(cat, err) == -1)
		return -1;
	/* Sorted to read in the order of the file; more come on the way. */
	if (cat->n_seeds > 1)
		qsort(cat->seeds, cat->n_seeds, sizeof(*cat->seeds),
		    compare_numbers);
	for (size_t i = 0; i < cat->n_seeds && rc == 0; i++) {
		int64_t record = cat->seeds[i];
		const struct note *note = notes_get(&cat->notes, record);

		if (note->is_done || note->is_absent)
			continue;
		rc = component_walk(cat, &part, record, err);
		if (rc == 0 && part.n > 1 && !part.is_too_large)
			rc = make_groups(cat, &part, err);
	}
	component_release(&part);
	return rc;
}
