/*
 * feed: nodes, what is applied of their feeds, and which of their pages
 * (design: feed-protocol.md 7). A hidden feed stays stored, but its records
 * leave all groups.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue/catalogue_priv.h"
#include "catalogue/catalogue_sql.h"

int
node_find(struct catalogue *cat, const char *name, struct node_row *ret_node,
    struct err *err)
{
	bool writes = cat->mode == CATALOGUE_WRITE &&
		      db_in_transaction(cat->db);
	struct node_row node = { .node = 0 };
	struct db_stmt *stmt;
	int rc;

	/* Only who writes knows that the row can not change meanwhile. */
	if (writes && cat->last.node != 0 &&
	    strcmp(cat->last.name, name) == 0) {
		*ret_node = cat->last;
		return 0;
	}
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_NODE);
	db_bind_text(stmt, 1, name);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	snprintf(node.name, sizeof(node.name), "%s", name);
	if (rc == 1) {
		node.node = db_column_int(stmt, 0);
		node.is_hidden = db_column_int(stmt, 1) != 0;
		db_reset(stmt);
		if (writes)
			cat->last = node;
	}
	*ret_node = node;
	return 0;
}

int
node_need(struct catalogue *cat, const char *name, struct node_row *ret_node,
    struct err *err)
{
	struct db_stmt *stmt;

	assert(db_in_transaction(cat->db));
	if (node_find(cat, name, ret_node, err) == -1)
		return -1;
	if (ret_node->node != 0)
		return 0;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_NODE_ADD);
	db_bind_text(stmt, 1, name);
	if (db_exec(stmt, err) == -1)
		return -1;
	return node_find(cat, name, ret_node, err);
}

static int
check_node(const char *name, struct err *err)
{
	if (valid_node(name))
		return 0;
	return err_set(err, ERR_FORMAT, "%.40s is not a node's name", name);
}

int
catalogue_page_put(struct catalogue *cat, const char *node, const char *prefix,
    const char *hash, struct err *err)
{
	struct node_row row;
	struct db_stmt *stmt;

	if (check_node(node, err) == -1 ||
	    node_need(cat, node, &row, err) == -1)
		return -1;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_PAGE_PUT);
	db_bind_int(stmt, 1, row.node);
	db_bind_text(stmt, 2, prefix);
	db_bind_text(stmt, 3, hash);
	return db_exec(stmt, err);
}

int
catalogue_page_drop(struct catalogue *cat, const char *node, const char *prefix,
    struct err *err)
{
	struct node_row row;
	struct db_stmt *stmt;

	if (node_find(cat, node, &row, err) == -1)
		return -1;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_PAGE_DROP);
	db_bind_int(stmt, 1, row.node);
	db_bind_text(stmt, 2, prefix);
	return db_exec(stmt, err);
}

int
catalogue_pages(struct catalogue *cat, struct arena *arena, const char *node,
    struct catalogue_page **ret_pages, size_t *ret_n, struct err *err)
{
	struct catalogue_page *pages = NULL;
	size_t n = 0, alloc = 0;
	struct node_row row;
	struct db_stmt *stmt;
	int rc;

	if (node_find(cat, node, &row, err) == -1)
		return -1;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_PAGES);
	db_bind_int(stmt, 1, row.node);
	while ((rc = db_step(stmt, err)) == 1) {
		struct catalogue_page page;

		snprintf(page.prefix, sizeof(page.prefix), "%s",
		    db_column_text(stmt, 0));
		snprintf(page.hash, sizeof(page.hash), "%s",
		    db_column_text(stmt, 1));
		VEC_PUSH(pages, n, alloc, page);
	}
	if (rc == 0) {
		*ret_pages = arena_items(arena, pages, n, sizeof(*pages));
		*ret_n = n;
	}
	free(pages);
	return rc;
}

int
catalogue_feed_put(struct catalogue *cat, const struct catalogue_feed *feed,
    struct err *err)
{
	struct node_row row;
	struct db_stmt *stmt;

	if (check_node(feed->node, err) == -1 ||
	    node_need(cat, feed->node, &row, err) == -1)
		return -1;
	if (row.is_hidden != feed->is_hidden &&
	    node_hide(cat, &row, feed->is_hidden, err) == -1)
		return -1;
	stmt = catalogue_stmt(cat, CATALOGUE_SQL_FEED_SET);
	db_bind_int(stmt, 1, row.node);
	db_bind_int(stmt, 2, feed->serial);
	db_bind_text(stmt, 3, feed->digest);
	db_bind_int(stmt, 4, feed->records);
	db_bind_int(stmt, 5, feed->verified_at);
	db_bind_int(stmt, 6, feed->expires_at);
	db_bind_int(stmt, 7, feed->is_hidden);
	cat->last.node = 0;
	if (db_exec(stmt, err) == -1)
		return -1;
	return gone_date(cat, row.node, feed->serial, err);
}

int
catalogue_feed_remove(struct catalogue *cat, const char *node, struct err *err)
{
	static const enum catalogue_sql drops[] = { CATALOGUE_SQL_PAGES_DROP,
		CATALOGUE_SQL_GONE_DROP, CATALOGUE_SQL_NODE_DROP };
	struct node_row row;

	assert(db_in_transaction(cat->db));
	if (node_find(cat, node, &row, err) == -1)
		return -1;
	if (row.node == 0)
		return err_set(err, ERR_NOTFOUND,
		    "the catalogue holds nothing of %.40s", node);
	if (node_remove_records(cat, &row, err) == -1)
		return -1;
	cat->last.node = 0;
	for (size_t i = 0; i < ARRAY_LEN(drops); i++) {
		struct db_stmt *stmt = catalogue_stmt(cat, drops[i]);

		db_bind_int(stmt, 1, row.node);
		if (db_exec(stmt, err) == -1)
			return -1;
	}
	return 0;
}

static void
read_feed(struct db_stmt *stmt, struct catalogue_feed *feed)
{
	memset(feed, 0, sizeof(*feed));
	snprintf(feed->node, sizeof(feed->node), "%s", db_column_text(stmt, 0));
	feed->serial = db_column_int(stmt, 1);
	snprintf(feed->digest, sizeof(feed->digest), "%s",
	    db_column_text(stmt, 2));
	feed->records = db_column_int(stmt, 3);
	feed->verified_at = db_column_int(stmt, 4);
	feed->expires_at = db_column_int(stmt, 5);
	feed->is_hidden = db_column_int(stmt, 6) != 0;
}

int
catalogue_feeds(struct catalogue *cat, struct arena *arena,
    struct catalogue_feed **ret_feeds, size_t *ret_n, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_FEEDS);
	struct catalogue_feed *feeds = NULL, feed;
	size_t n = 0, alloc = 0;
	int rc;

	while ((rc = db_step(stmt, err)) == 1) {
		read_feed(stmt, &feed);
		VEC_PUSH(feeds, n, alloc, feed);
	}
	if (rc == 0) {
		*ret_feeds = arena_items(arena, feeds, n, sizeof(*feeds));
		*ret_n = n;
	}
	free(feeds);
	return rc;
}

int
catalogue_feed_get(struct catalogue *cat, const char *node,
    struct catalogue_feed *ret_feed, struct err *err)
{
	struct db_stmt *stmt = catalogue_stmt(cat, CATALOGUE_SQL_FEED);
	int rc;

	db_bind_text(stmt, 1, node);
	if ((rc = db_step(stmt, err)) == -1)
		return -1;
	if (rc == 0)
		return err_set(err, ERR_NOTFOUND,
		    "no feed of %.40s is applied here", node);
	read_feed(stmt, ret_feed);
	db_reset(stmt);
	return 0;
}
