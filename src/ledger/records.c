/*
 * records: a node's own records with every version: saving, retiring,
 * reading, history. Whether a version is a new one is decided by the digest
 * of record_content(), so that times alone make none.
 */
#include <assert.h>
#include <string.h>

#include "ledger/ledger_priv.h"
#include "ledger/ledger_sql.h"

#define SOURCE_KEY_LEN 16

/* What the ledger holds of an id. */
struct known {
	uint8_t hash[SHA256_LEN];
	int64_t record; /* 0: nothing */
	int64_t len;    /* 0: retired */
	int64_t version;
	int64_t first_at;
	int64_t modified_at;
	int64_t published_at;
	uint8_t content[SHA256_LEN];
};

static int
known_get(struct ledger *ledger, const char *id, struct known *ret_known,
    struct err *err)
{
	struct known known = { 0 };
	struct db_stmt *stmt;
	const void *content;
	size_t len;
	int rc;

	sha256(id, strlen(id), known.hash);
	stmt = ledger_stmt(ledger, LEDGER_SQL_NAME);
	db_bind_blob(stmt, 1, known.hash, sizeof(known.hash));
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 1) {
		known.record = db_column_int(stmt, 0);
		known.len = db_column_int(stmt, 1);
		db_reset(stmt);
		stmt = ledger_stmt(ledger, LEDGER_SQL_RECORD);
		db_bind_int(stmt, 1, known.record);
		if ((rc = db_step(stmt, err)) == -1)
			return -1;
		if (rc == 0)
			return err_set(err, ERR_DB,
			    "ledger: record %s has lost its row: restore a "
			    "backup",
			    id);
		known.version = db_column_int(stmt, 0);
		known.first_at = db_column_int(stmt, 1);
		known.modified_at = db_column_int(stmt, 2);
		known.published_at = db_column_int(stmt, 3);
		content = db_column_blob(stmt, 4, &len);
		if (len == sizeof(known.content))
			memcpy(known.content, content, len);
		db_reset(stmt);
	}
	*ret_known = known;
	return 0;
}

static int
content_digest(struct ledger *ledger, const struct record *rec,
    uint8_t ret_digest[SHA256_LEN], struct err *err)
{
	strbuf_reset(&ledger->content);
	record_content(rec, &ledger->content);
	if (strbuf_check(&ledger->content, rec->id, err) == -1)
		return -1;
	sha256(ledger->content.buf, ledger->content.len, ret_digest);
	return 0;
}

static void
source_key(const char *publisher, const char *id, uint8_t ret_key[SHA256_LEN])
{
	struct strbuf sb;

	strbuf_init(&sb, SIZE_MAX);
	strbuf_addstr(&sb, publisher);
	strbuf_addch(&sb, '\n');
	strbuf_addstr(&sb, id);
	sha256(sb.buf, sb.len, ret_key);
	strbuf_release(&sb);
}

/* Publisher and id of a source value; false when it has no id. */
static bool
source_parts(const struct value *source, const char **ret_publisher,
    const char **ret_id)
{
	const char *publisher = value_get(source, FIELD_SOURCE_PUBLISHER);
	const char *id = value_get(source, FIELD_SOURCE_ID);

	if (id == NULL)
		return false;
	*ret_publisher = publisher == NULL ? "" : publisher;
	*ret_id = id;
	return true;
}

static int
save_sources(struct ledger *ledger, const struct record *rec, int64_t record,
    struct err *err)
{
	const struct value *source = value_find(&rec->root, FIELD_SOURCE);
	uint8_t key[SHA256_LEN];

	for (; source != NULL; source = value_next(source)) {
		const char *publisher, *id;
		struct db_stmt *stmt;

		if (!source_parts(source, &publisher, &id))
			continue;
		source_key(publisher, id, key);
		stmt = ledger_stmt(ledger, LEDGER_SQL_SOURCE_ADD);
		db_bind_blob(stmt, 1, key, SOURCE_KEY_LEN);
		db_bind_int(stmt, 2, record);
		if (db_exec(stmt, err) == -1)
			return -1;
	}
	return 0;
}

static int
add_version(struct ledger *ledger, const struct known *known, int64_t now,
    const char *actor, const char *note, const struct strbuf *packed,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_VERSION_ADD);

	db_bind_int(stmt, 1, known->record);
	db_bind_int(stmt, 2, known->version);
	db_bind_int(stmt, 3, now);
	db_bind_text(stmt, 4, actor == NULL ? "" : actor);
	db_bind_text(stmt, 5, note == NULL ? "" : note);
	if (packed != NULL)
		db_bind_blob(stmt, 6, packed->buf, packed->len);
	if (db_exec(stmt, err) == -1)
		return -1;
	stmt = ledger_stmt(ledger, LEDGER_SQL_TOUCH);
	db_bind_blob(stmt, 1, known->hash, sizeof(known->hash));
	return db_exec(stmt, err);
}

/* The rows of a new version, `known` being the state after it. */
static int
save_rows(struct ledger *ledger, const struct record *rec, struct known *known,
    struct err *err)
{
	bool is_new = known->record == 0;
	struct db_stmt *stmt = ledger_stmt(ledger,
	    is_new ? LEDGER_SQL_RECORD_ADD : LEDGER_SQL_RECORD_SET);

	if (is_new) {
		db_bind_text(stmt, 1, rec->id);
		db_bind_int(stmt, 2, rec->first_at);
	} else {
		db_bind_int(stmt, 1, known->record);
		db_bind_int(stmt, 2, known->version);
	}
	db_bind_int(stmt, 3, rec->modified_at);
	db_bind_int(stmt, 4, rec->published_at);
	db_bind_blob(stmt, 5, known->content, sizeof(known->content));
	db_bind_blob(stmt, 6, ledger->entry.buf, ledger->entry.len);
	if (db_exec(stmt, err) == -1)
		return -1;
	if (is_new)
		known->record = db_last_rowid(ledger->db);
	stmt = ledger_stmt(ledger,
	    is_new ? LEDGER_SQL_NAME_PUT : LEDGER_SQL_NAME_SET);
	db_bind_blob(stmt, 1, known->hash, sizeof(known->hash));
	db_bind_int(stmt, is_new ? 3 : 2, (int64_t)ledger->entry.len);
	if (is_new)
		db_bind_int(stmt, 2, known->record);
	return db_exec(stmt, err);
}

static void
set_times(struct record *rec, const struct known *known, int64_t now)
{
	rec->published_at = now;
	rec->first_at = known->record == 0 ? now : known->first_at;
	if (rec->modified_at == 0)
		rec->modified_at = now;
}

int
ledger_save(struct ledger *ledger, struct record *rec, int64_t now,
    const char *actor, const char *note, ledger_entry_cb entry,
    enum ledger_change *ret_change, struct err *err)
{
	uint8_t content[SHA256_LEN];
	struct known known;
	bool was_live;

	assert(db_in_transaction(ledger->db));
	if (known_get(ledger, rec->id, &known, err) == -1 ||
	    content_digest(ledger, rec, content, err) == -1)
		return -1;
	was_live = known.len > 0;
	if (was_live && memcmp(content, known.content, sizeof(content)) == 0) {
		rec->published_at = known.published_at;
		rec->first_at = known.first_at;
		rec->modified_at = known.modified_at;
		*ret_change = LEDGER_SAME;
		return 0;
	}
	set_times(rec, &known, now);
	memcpy(known.content, content, sizeof(content));
	known.version++;
	strbuf_reset(&ledger->entry);
	strbuf_reset(&ledger->packed);
	record_pack(rec, &ledger->packed);
	if (entry(rec, &ledger->entry, err) == -1 ||
	    strbuf_check(&ledger->entry, rec->id, err) == -1 ||
	    strbuf_check(&ledger->packed, rec->id, err) == -1 ||
	    save_rows(ledger, rec, &known, err) == -1 ||
	    add_version(ledger, &known, now, actor, note, &ledger->packed,
		err) == -1 ||
	    save_sources(ledger, rec, known.record, err) == -1)
		return -1;
	ledger->more_records += was_live ? 0 : 1;
	ledger->more_bytes += (int64_t)ledger->entry.len - known.len;
	*ret_change = was_live ? LEDGER_CHANGED : LEDGER_NEW;
	return 0;
}

int
ledger_retire(struct ledger *ledger, const char *id, int64_t now,
    const char *actor, const char *note, struct err *err)
{
	struct known known;
	struct db_stmt *stmt;
	bool own;
	int rc = -1;

	if (ledger_join(ledger, &own, err) == -1)
		return -1;
	if (known_get(ledger, id, &known, err) == -1)
		goto out;
	if (known.len == 0) {
		err_set(err, ERR_NOTFOUND, "%s: no such record here", id);
		goto out;
	}
	known.version++;
	stmt = ledger_stmt(ledger, LEDGER_SQL_RECORD_SET);
	db_bind_int(stmt, 1, known.record);
	db_bind_int(stmt, 2, known.version);
	db_bind_int(stmt, 3, known.modified_at);
	db_bind_int(stmt, 4, now);
	db_bind_blob(stmt, 5, known.content, sizeof(known.content));
	if (db_exec(stmt, err) == -1)
		goto out;
	stmt = ledger_stmt(ledger, LEDGER_SQL_NAME_SET);
	db_bind_blob(stmt, 1, known.hash, sizeof(known.hash));
	db_bind_int(stmt, 2, 0);
	if (db_exec(stmt, err) == -1 ||
	    add_version(ledger, &known, now, actor, note, NULL, err) == -1)
		goto out;
	ledger->more_records--;
	ledger->more_bytes -= known.len;
	rc = 0;
out:
	return ledger_join_end(ledger, own, rc, err);
}

int
ledger_compare(struct ledger *ledger, const struct record *rec,
    enum ledger_change *ret_change, struct err *err)
{
	uint8_t content[SHA256_LEN];
	struct known known;

	if (known_get(ledger, rec->id, &known, err) == -1 ||
	    content_digest(ledger, rec, content, err) == -1)
		return -1;
	if (known.len == 0)
		*ret_change = LEDGER_NEW;
	else if (memcmp(content, known.content, sizeof(content)) == 0)
		*ret_change = LEDGER_SAME;
	else
		*ret_change = LEDGER_CHANGED;
	return 0;
}

static int
version_get(struct ledger *ledger, struct arena *arena, int64_t record,
    int64_t version, struct record **ret_rec, struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_VERSION);
	struct record *rec;
	const void *packed;
	size_t len;
	int rc;

	db_bind_int(stmt, 1, record);
	db_bind_int(stmt, 2, version);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 0)
		return err_set(err, ERR_DB,
		    "ledger: version %lld of record %lld is gone: restore a "
		    "backup",
		    (long long)version, (long long)record);
	packed = db_column_blob(stmt, 0, &len);
	rec = record_unpack(arena, packed, len, err);
	db_reset(stmt);
	if (rec == NULL)
		return err_prefix(err, "ledger");
	*ret_rec = rec;
	return 0;
}

int
ledger_record(struct ledger *ledger, struct arena *arena, const char *id,
    struct record **ret_rec, struct err *err)
{
	struct known known;

	if (known_get(ledger, id, &known, err) == -1)
		return -1;
	if (known.len == 0)
		return err_set(err, ERR_NOTFOUND, "%s: no such record here",
		    id);
	return version_get(ledger, arena, known.record, known.version, ret_rec,
	    err);
}

static int
read_version(struct arena *arena, struct db_stmt *stmt,
    struct ledger_version *ret_version, struct err *err)
{
	const void *packed;
	size_t len;

	ret_version->version = db_column_int(stmt, 0);
	ret_version->saved_at = db_column_int(stmt, 1);
	ret_version->actor = ledger_text(arena, stmt, 2);
	ret_version->note = ledger_text(arena, stmt, 3);
	ret_version->is_retired = db_column_is_null(stmt, 4);
	if (ret_version->is_retired)
		return 0;
	packed = db_column_blob(stmt, 4, &len);
	ret_version->rec = record_unpack(arena, packed, len, err);
	return ret_version->rec == NULL ? -1 : 0;
}

int
ledger_history(struct ledger *ledger, struct arena *arena, const char *id,
    struct ledger_version **ret_versions, size_t *ret_n, struct err *err)
{
	struct ledger_version *versions;
	struct known known;
	struct db_stmt *stmt;
	size_t n = 0;
	int rc;

	if (known_get(ledger, id, &known, err) == -1)
		return -1;
	if (known.record == 0)
		return err_set(err, ERR_NOTFOUND, "%s: no such record here",
		    id);
	versions = arena_alloc(arena,
	    (size_t)known.version * sizeof(*versions));
	stmt = ledger_stmt(ledger, LEDGER_SQL_HISTORY);
	db_bind_int(stmt, 1, known.record);
	while ((rc = db_step(stmt, err)) == 1 && n < (size_t)known.version) {
		if (read_version(arena, stmt, &versions[n], err) == -1) {
			db_reset(stmt);
			return err_prefix(err, "ledger: history of %s", id);
		}
		n++;
	}
	db_reset(stmt);
	if (rc == -1)
		return -1;
	*ret_versions = versions;
	*ret_n = n;
	return 0;
}

static bool
has_source(const struct record *rec, const char *publisher,
    const char *upstream_id)
{
	const struct value *source = value_find(&rec->root, FIELD_SOURCE);

	for (; source != NULL; source = value_next(source)) {
		const char *from, *id;

		if (source_parts(source, &from, &id) &&
		    strcmp(from, publisher) == 0 &&
		    strcmp(id, upstream_id) == 0)
			return true;
	}
	return false;
}

int
ledger_by_source(struct ledger *ledger, struct arena *arena,
    const char *publisher, const char *upstream_id, const char **ret_id,
    struct err *err)
{
	struct db_stmt *stmt = ledger_stmt(ledger, LEDGER_SQL_SOURCE);
	const char *from = publisher == NULL ? "" : publisher;
	uint8_t key[SHA256_LEN];
	struct record *rec;
	const char *id;
	int rc;

	source_key(from, upstream_id, key);
	db_bind_blob(stmt, 1, key, SOURCE_KEY_LEN);
	while ((rc = db_step(stmt, err)) == 1) {
		id = ledger_text(arena, stmt, 0);
		if (version_get(ledger, arena, db_column_int(stmt, 1),
			db_column_int(stmt, 2), &rec, err) == -1) {
			db_reset(stmt);
			return -1;
		}
		if (has_source(rec, from, upstream_id)) {
			db_reset(stmt);
			*ret_id = id;
			return 0;
		}
	}
	if (rc == -1)
		return -1;
	*ret_id = NULL;
	return 0;
}
