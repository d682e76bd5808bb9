/*
 * put: records as received come and go. Rows and the digest change at once;
 * groups wait for commit. A record counts as a group of its own until
 * group.c finds it others of the same thing.
 */
#include <stdlib.h>
#include <string.h>

#include "catalogue/catalogue_priv.h"
#include "catalogue/catalogue_sql.h"

static int
hex_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	return ch - 'a' + 10;
}

int
name_init(struct name *name, const char *id)
{
	const char *p;
	char uuid[37];

	if (record_id_split(id, name->node, uuid) == -1)
		return -1;
	p = uuid;
	for (int i = 0; i < UUID_LEN; i++) {
		if (*p == '-')
			p++;
		name->uuid[i] = (uint8_t)(hex_digit(p[0]) << 4 |
					  hex_digit(p[1]));
		p += 2;
	}
	sha256(id, strlen(id), name->hash);
	return 0;
}

const char *
name_id(struct arena *arena, const char *node, const uint8_t uuid[UUID_LEN])
{
	static const char digits[] = "0123456789abcdef";
	char text[37], *p = text;

	for (int i = 0; i < UUID_LEN; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = digits[uuid[i] >> 4];
		*p++ = digits[uuid[i] & 15];
	}
	*p = '\0';
	return record_id_make(arena, node, text);
}

int
record_find(struct catalogue *cat, const struct node_row *node,
    const struct name *name, int64_t *ret_record,
    uint8_t ret_digest[SHA256_LEN], struct err *err)
{
	struct db_stmt *stmt;
	const void *digest;
	size_t len;
	int rc;

	*ret_record = 0;
	if (node->node == 0)
		return 0;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_NAME);
	db_bind_int(stmt, 1, node->node);
	db_bind_blob(stmt, 2, name->hash, NAME_HASH_LEN);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 1) {
		*ret_record = db_column_int(stmt, 0);
		digest = db_column_blob(stmt, 1, &len);
		memset(ret_digest, 0, SHA256_LEN);
		memcpy(ret_digest, digest, len < SHA256_LEN ? len : SHA256_LEN);
		db_reset(stmt);
	}
	return 0;
}

struct record *
record_read(struct arena *arena, struct db_stmt *stmt, int column,
    struct err *err)
{
	struct record *rec;
	const void *packed;
	struct err why;
	size_t len;

	packed = db_column_blob(stmt, column, &len);
	rec = record_unpack(arena, packed, len, &why);
	if (rec == NULL)
		err_set(err, ERR_DB,
		    "the catalogue is of another version or "
		    "damaged (%.200s): rebuild it",
		    why.text);
	return rec;
}

int
record_visible(struct catalogue *cat, struct arena *arena, int64_t record,
    struct record **ret_rec, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_RECORD);
	struct record *rec = NULL;
	int rc;

	db_bind_int(stmt, 1, record);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 1 && db_column_int(stmt, 1) == 0) {
		rec = record_read(arena, stmt, 0, err);
		if (rec == NULL) {
			db_reset(stmt);
			return -1;
		}
	}
	db_reset(stmt);
	*ret_rec = rec;
	return 0;
}

/*
 * Digest of the catalogue: the sum of this over all visible records, and of
 * what group.c adds for each group of two and more. A record's view follows
 * from its entry, so the entry's digest is enough.
 */
void
record_element(const char *id, const uint8_t digest[SHA256_LEN],
    uint8_t ret_element[SHA256_LEN])
{
	uint8_t bytes[1 + RECORD_ID_MAX + 1 + SHA256_LEN];
	size_t len = strnlen(id, RECORD_ID_MAX);

	bytes[0] = 'r';
	memcpy(bytes + 1, id, len);
	bytes[1 + len] = '\0';
	memcpy(bytes + 2 + len, digest, SHA256_LEN);
	sha256(bytes, 2 + len + SHA256_LEN, ret_element);
}

static void
count_record(struct catalogue *cat, const struct record *rec,
    const uint8_t digest[SHA256_LEN], int sign)
{
	uint8_t element[SHA256_LEN];

	record_element(rec->id, digest, element);
	if (sign > 0)
		sum_add(cat->state.digest, element);
	else
		sum_subtract(cat->state.digest, element);
	cat->state.records += sign;
	cat->state.groups += sign;
	cat->state.kinds[rec->kind] += sign;
}

/* A record comes to be seen. */
static int
attach(struct catalogue *cat, int64_t record, const struct record *rec,
    const uint8_t digest[SHA256_LEN], struct err *err)
{
	struct record_edges edges;
	struct note *note;
	int64_t *holders;
	size_t n;

	record_edges(cat->arena, rec, &edges);
	if (edges_attach(cat, record, &edges, err) == -1 ||
	    edge_holders(cat, CATALOGUE_SQL_SAME_HOLDERS, edge_key(rec->id), 0,
		cat->arena, &holders, &n, err) == -1)
		return -1;
	note = notes_get(&cat->notes, record);
	if (note->was == NOTE_WAS_UNSET)
		note->was = NOTE_WAS_NOTHING;
	note->is_touched = true;
	note->is_absent = false;
	if (edges.n_sames > 0 || n > 0)
		seed_add(cat, record);
	count_record(cat, rec, digest, 1);
	return 0;
}

/* A record is seen no more. */
static int
detach(struct catalogue *cat, int64_t record, const struct record *rec,
    const uint8_t digest[SHA256_LEN], struct err *err)
{
	struct record_edges edges;

	record_edges(cat->arena, rec, &edges);
	if (group_leave(cat, record, rec->kind, err) == -1 ||
	    seed_same(cat, rec, err) == -1 ||
	    edges_change(cat, record, &edges, NULL, err) == -1)
		return -1;
	notes_get(&cat->notes, record)->is_absent = true;
	count_record(cat, rec, digest, -1);
	return 0;
}

static int
put_new(struct catalogue *cat, const struct node_row *node,
    const struct name *name, const struct record *rec,
    const uint8_t digest[SHA256_LEN], struct err *err)
{
	int64_t record = cat->state.next++;
	struct db_stmt *stmt;

	stmt = catalogue_stmt(cat, CATALOGUE_SQL_RECORD_ADD);
	db_bind_int(stmt, 1, record);
	db_bind_int(stmt, 2, node->node);
	db_bind_blob(stmt, 3, name->uuid, UUID_LEN);
	db_bind_blob(stmt, 4, cat->packed.buf, cat->packed.len);
	if (db_exec(stmt, err) == -1)
		return -1;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_NAME_ADD);
	db_bind_int(stmt, 1, node->node);
	db_bind_blob(stmt, 2, name->hash, NAME_HASH_LEN);
	db_bind_int(stmt, 3, record);
	db_bind_blob(stmt, 4, name->uuid, UUID_LEN);
	db_bind_blob(stmt, 5, digest, SHA256_LEN);
	if (db_exec(stmt, err) == -1)
		return -1;
	return node->is_hidden ? 0 : attach(cat, record, rec, digest, err);
}

/* The visible record changes what it says. */
static int
change(struct catalogue *cat, int64_t record, const struct record *rec,
    const uint8_t old_digest[SHA256_LEN], const uint8_t digest[SHA256_LEN],
    struct err *err)
{
	struct record_edges before, after;
	struct record *old;
	struct note *note;

	if (record_visible(cat, cat->arena, record, &old, err) == -1)
		return -1;
	if (old == NULL)
		return err_set(err, ERR_DB,
		    "the catalogue has lost %s: rebuild it", rec->id);
	record_edges(cat->arena, old, &before);
	record_edges(cat->arena, rec, &after);
	if (group_leave(cat, record, old->kind, err) == -1 ||
	    seed_same(cat, old, err) == -1 ||
	    edges_change(cat, record, &before, &after, err) == -1)
		return -1;
	count_record(cat, old, old_digest, -1);
	count_record(cat, rec, digest, 1);
	note = notes_get(&cat->notes, record);
	note->is_touched = true;
	seed_add(cat, record);
	return 0;
}

static int
put_again(struct catalogue *cat, const struct node_row *node,
    const struct name *name, int64_t record, const struct record *rec,
    const uint8_t old_digest[SHA256_LEN], const uint8_t digest[SHA256_LEN],
    struct err *err)
{
	struct db_stmt *stmt;

	if (!node->is_hidden &&
	    change(cat, record, rec, old_digest, digest, err) == -1)
		return -1;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_RECORD_SET);
	db_bind_int(stmt, 1, record);
	db_bind_blob(stmt, 2, cat->packed.buf, cat->packed.len);
	if (db_exec(stmt, err) == -1)
		return -1;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_NAME_SET);
	db_bind_int(stmt, 1, node->node);
	db_bind_blob(stmt, 2, name->hash, NAME_HASH_LEN);
	db_bind_blob(stmt, 3, digest, SHA256_LEN);
	return db_exec(stmt, err);
}

int
catalogue_put(struct catalogue *cat, const struct record *rec,
    const uint8_t digest[32], struct err *err)
{
	uint8_t old_digest[SHA256_LEN];
	struct node_row node;
	struct name name;
	int64_t record;

	if (name_init(&name, rec->id) == -1)
		return err_set(err, ERR_FORMAT, "%.100s is not a record's id",
		    rec->id);
	arena_reset(cat->arena);
	if (node_need(cat, name.node, &node, err) == -1 ||
	    record_find(cat, &node, &name, &record, old_digest, err) == -1)
		return -1;
	if (record != 0 && memcmp(old_digest, digest, SHA256_LEN) == 0)
		return 0;
	strbuf_reset(&cat->packed);
	record_pack(rec, &cat->packed);
	if (strbuf_check(&cat->packed, rec->id, err) == -1)
		return -1;
	if (record == 0)
		return put_new(cat, &node, &name, rec, digest, err);
	return put_again(cat, &node, &name, record, rec, old_digest, digest,
	    err);
}

static int
drop_rows(struct catalogue *cat, int64_t node, const struct name *name,
    int64_t record, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_NAME_DROP);

	db_bind_int(stmt, 1, node);
	db_bind_blob(stmt, 2, name->hash, NAME_HASH_LEN);
	if (db_exec(stmt, err) == -1)
		return -1;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_RECORD_DROP);
	db_bind_int(stmt, 1, record);
	return db_exec(stmt, err);
}

int
catalogue_remove(struct catalogue *cat, const char *id, struct err *err)
{
	uint8_t digest[SHA256_LEN];
	struct node_row node;
	struct record *rec;
	struct name name;
	int64_t record;

	if (name_init(&name, id) == -1)
		return err_set(err, ERR_FORMAT, "%.100s is not a record's id",
		    id);
	arena_reset(cat->arena);
	if (node_find(cat, name.node, &node, err) == -1 ||
	    record_find(cat, &node, &name, &record, digest, err) == -1)
		return -1;
	if (record == 0)
		return err_set(err, ERR_NOTFOUND, "%s: no such record", id);
	if (record_visible(cat, cat->arena, record, &rec, err) == -1)
		return -1;
	if (rec != NULL && (gone_add(cat, &node, &name, rec, err) == -1 ||
			       detach(cat, record, rec, digest, err) == -1))
		return -1;
	return drop_rows(cat, node.node, &name, record, err);
}

/* Numbers of all records of a node; malloc'd. */
static int
node_records(struct catalogue *cat, int64_t node, int64_t **ret_records,
    size_t *ret_n, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_NODE_RECORDS);
	int64_t *found = NULL;
	size_t n = 0, alloc = 0;
	int rc;

	db_bind_int(stmt, 1, node);
	while ((rc = db_step(stmt, err)) == 1)
		VEC_PUSH(found, n, alloc, db_column_int(stmt, 0));
	if (rc == -1) {
		free(found);
		return -1;
	}
	*ret_records = found;
	*ret_n = n;
	return 0;
}

/* Any record, hidden or not, with its name and digest. */
static int
record_any(struct catalogue *cat, const struct node_row *node, int64_t record,
    struct record **ret_rec, struct name *ret_name,
    uint8_t ret_digest[SHA256_LEN], struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_RECORD);
	struct record *rec = NULL;
	int64_t found;
	int rc;

	db_bind_int(stmt, 1, record);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 1)
		rec = record_read(cat->arena, stmt, 0, err);
	else
		err_set(err, ERR_DB,
		    "the catalogue has lost record %lld: rebuild it",
		    (long long)record);
	db_reset(stmt);
	if (rec == NULL)
		return -1;
	if (name_init(ret_name, rec->id) == -1)
		return err_set(err, ERR_DB,
		    "the catalogue holds %.100s, which is no id: rebuild it",
		    rec->id);
	*ret_rec = rec;
	return record_find(cat, node, ret_name, &found, ret_digest, err);
}

int
node_hide(struct catalogue *cat, const struct node_row *node, bool hide,
    struct err *err)
{
	uint8_t digest[SHA256_LEN];
	struct record *rec;
	struct name name;
	int64_t *records;
	size_t n;
	int rc = 0;

	if (node_records(cat, node->node, &records, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n && rc == 0; i++) {
		arena_reset(cat->arena);
		rc = record_any(cat, node, records[i], &rec, &name, digest,
		    err);
		if (rc == 0)
			rc = hide ? detach(cat, records[i], rec, digest, err)
				  : attach(cat, records[i], rec, digest, err);
	}
	free(records);
	return rc;
}

int
node_remove_records(struct catalogue *cat, const struct node_row *node,
    struct err *err)
{
	uint8_t digest[SHA256_LEN];
	struct record *rec;
	struct name name;
	int64_t *records;
	size_t n;
	int rc = 0;

	if (node_records(cat, node->node, &records, &n, err) == -1)
		return -1;
	for (size_t i = 0; i < n && rc == 0; i++) {
		arena_reset(cat->arena);
		rc = record_any(cat, node, records[i], &rec, &name, digest,
		    err);
		if (rc == 0 && !node->is_hidden)
			rc = detach(cat, records[i], rec, digest, err);
		if (rc == 0)
			rc = drop_rows(cat, node->node, &name, records[i], err);
	}
	free(records);
	return rc;
}
