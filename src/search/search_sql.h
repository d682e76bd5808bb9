/*
 * search_sql: every statement of search/. The tables are those of
 * sql/search.sql.
 */
#ifndef SEARCH_SEARCH_SQL_H
#define SEARCH_SEARCH_SQL_H

enum search_sql {
	SEARCH_SQL_STATE,
	SEARCH_SQL_VALUES,
	SEARCH_SQL_DOCS,
	SEARCH_SQL_DEAD,
	SEARCH_SQL_TITLES,
	SEARCH_SQL_MATCH,
	SEARCH_SQL_MATCH_RANKED,
	/* writing */
	SEARCH_SQL_FIND,
	SEARCH_SQL_DOC_ADD,
	SEARCH_SQL_DOC_DROP,
	SEARCH_SQL_DEAD_ADD,
	SEARCH_SQL_VALUE_ADD,
	SEARCH_SQL_TEXT_ADD,
	SEARCH_SQL_STATE_SET,
	SEARCH_SQL_CLEAR_DOC,
	SEARCH_SQL_CLEAR_DEAD,
	SEARCH_SQL_CLEAR_VALUE,
	SEARCH_SQL_CLEAR_TEXT,
	SEARCH_SQL_TUNE,
	SEARCH_SQL_OPTIMIZE,
	SEARCH_SQL_COUNT
};

static const char *const search_sql[SEARCH_SQL_COUNT] = {
	[SEARCH_SQL_STATE] = "SELECT epoch, next_doc, dead, vals "
			     "FROM search_state WHERE id = 1",
	[SEARCH_SQL_VALUES] = "SELECT id, facet, value FROM search_value "
			      "WHERE id > ?1 ORDER BY id",
	[SEARCH_SQL_DOCS] = "SELECT doc, grp, modified, checked, year, codes "
			    "FROM search_doc WHERE doc >= ?1 ORDER BY doc",
	[SEARCH_SQL_DEAD] = "SELECT doc FROM search_dead WHERE seq > ?1",
	[SEARCH_SQL_TITLES] = "SELECT doc, title FROM search_doc "
			      "WHERE doc >= ?1 ORDER BY doc",
	[SEARCH_SQL_MATCH] = "SELECT rowid FROM search_text "
			     "WHERE search_text MATCH ?1",
	/* title, summary, people, place, rest */
	[SEARCH_SQL_MATCH_RANKED] =
	    "SELECT rowid, bm25(search_text, 10.0, 4.0, 2.0, 2.0, 1.0) "
	    "FROM search_text WHERE search_text MATCH ?1",
	[SEARCH_SQL_FIND] = "SELECT doc FROM search_doc WHERE grp = ?1",
	[SEARCH_SQL_DOC_ADD] =
	    "INSERT INTO search_doc "
	    "(doc, grp, modified, checked, year, codes, title) "
	    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[SEARCH_SQL_DOC_DROP] = "DELETE FROM search_doc WHERE doc = ?1",
	[SEARCH_SQL_DEAD_ADD] =
	    "INSERT INTO search_dead (seq, doc) VALUES (?1, ?2)",
	[SEARCH_SQL_VALUE_ADD] = "INSERT INTO search_value (id, facet, value) "
				 "VALUES (?1, ?2, ?3)",
	[SEARCH_SQL_TEXT_ADD] = "INSERT INTO search_text "
				"(rowid, title, summary, people, place, rest) "
				"VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[SEARCH_SQL_STATE_SET] =
	    "UPDATE search_state SET epoch = ?1, next_doc = ?2, dead = ?3, "
	    "vals = ?4 WHERE id = 1",
	[SEARCH_SQL_CLEAR_DOC] = "DELETE FROM search_doc",
	[SEARCH_SQL_CLEAR_DEAD] = "DELETE FROM search_dead",
	[SEARCH_SQL_CLEAR_VALUE] = "DELETE FROM search_value",
	[SEARCH_SQL_CLEAR_TEXT] =
	    "INSERT INTO search_text (search_text) VALUES ('delete-all')",
	[SEARCH_SQL_TUNE] =
	    "INSERT INTO search_text (search_text, rank) VALUES (?1, ?2)",
	[SEARCH_SQL_OPTIMIZE] =
	    "INSERT INTO search_text (search_text) VALUES ('optimize')",
};

#endif
