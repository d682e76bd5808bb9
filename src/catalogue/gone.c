/*
 * gone: a short memory of what nodes have withdrawn, so that whoever follows
 * an old link is told what became of it. Title and kind, never content;
 * nothing at all of champions. Rebuilt, the catalogue has forgotten it.
 * Neighbours: put.c removes records, feed.c knows since when.
 */
#include <string.h>

#include "catalogue/catalogue_priv.h"
#include "catalogue/catalogue_sql.h"

#define TITLE_MAX 300

int
gone_add(struct catalogue *cat, const struct node_row *node,
    const struct name *name, const struct record *rec, struct err *err)
{
	const char *title = record_title(rec, NULL);
	size_t len = strlen(title);
	struct db_stmt *stmt;

	/* Who asked to be forgotten is. */
	if (rec->kind == RECORD_KIND_CHAMPION)
		return 0;
	if (len > TITLE_MAX)
		title = arena_printf(cat->arena, "%.*s …",
		    (int)utf8_floor(title, TITLE_MAX), title);
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_GONE_ADD);
	db_bind_int(stmt, 1, node->node);
	db_bind_blob(stmt, 2, name->hash, NAME_HASH_LEN);
	db_bind_int(stmt, 3, rec->kind);
	db_bind_text(stmt, 4, title);
	db_bind_text(stmt, 5, rec->lang != NULL ? rec->lang : "");
	if (db_exec(stmt, err) == -1)
		return -1;
	if (cat->gone_first == 0)
		cat->gone_first = db_last_rowid(cat->db);
	return 0;
}

int
gone_date(struct catalogue *cat, int64_t node, int64_t at, struct err *err)
{
	struct db_stmt *stmt;

	if (cat->gone_first == 0)
		return 0;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_GONE_DATE);
	db_bind_int(stmt, 1, node);
	db_bind_int(stmt, 2, cat->gone_first);
	db_bind_int(stmt, 3, at);
	if (db_exec(stmt, err) == -1)
		return -1;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_GONE_TRIM);
	db_bind_int(stmt, 1, node);
	db_bind_int(stmt, 2, CATALOGUE_GONE_MAX);
	return db_exec(stmt, err);
}

int
catalogue_gone(struct catalogue *cat, struct arena *arena, const char *id,
    struct catalogue_gone *ret_gone, struct err *err)
{
	struct node_row node;
	struct db_stmt *stmt;
	struct name name;
	const char *text;
	int rc;

	if (name_init(&name, id) == -1)
		return err_set(err, ERR_NOTFOUND, "%.100s is no record's id",
		    id);
	if (node_find(cat, name.node, &node, err) == -1)
		return -1;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_GONE);
	db_bind_int(stmt, 1, node.node);
	db_bind_blob(stmt, 2, name.hash, NAME_HASH_LEN);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 0)
		return err_set(err, ERR_NOTFOUND, "nothing is known of %.100s",
		    id);
	ret_gone->kind = (enum record_kind)db_column_int(stmt, 0);
	text = db_column_text(stmt, 1);
	ret_gone->title = arena_strdup(arena, text != NULL ? text : "");
	text = db_column_text(stmt, 2);
	ret_gone->lang = arena_strdup(arena, text != NULL ? text : "");
	ret_gone->at = db_column_int(stmt, 3);
	db_reset(stmt);
	if (ret_gone->kind < 0 || ret_gone->kind >= RECORD_KIND_COUNT)
		return err_set(err, ERR_DB,
		    "the catalogue is of another version: rebuild it");
	return 0;
}
