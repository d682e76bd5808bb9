/*
 * catalogue: every statement of this room. A statement that reads a whole
 * table says why in a comment that starts with "scan:";
 * tests/unit/test_sql.c refuses it otherwise.
 */
#ifndef CATALOGUE_CATALOGUE_SQL_H
#define CATALOGUE_CATALOGUE_SQL_H

enum catalogue_sql {
	CATALOGUE_SQL_META,
	CATALOGUE_SQL_ID,
	CATALOGUE_SQL_META_SET,
	CATALOGUE_SQL_KINDS,
	CATALOGUE_SQL_KIND_SET,
	CATALOGUE_SQL_NODE,
	CATALOGUE_SQL_NODE_ADD,
	CATALOGUE_SQL_NODE_DROP,
	CATALOGUE_SQL_NODES,
	CATALOGUE_SQL_FEED,
	CATALOGUE_SQL_FEED_SET,
	CATALOGUE_SQL_FEEDS,
	CATALOGUE_SQL_PAGES,
	CATALOGUE_SQL_PAGE_PUT,
	CATALOGUE_SQL_PAGE_DROP,
	CATALOGUE_SQL_PAGES_DROP,
	CATALOGUE_SQL_NAME,
	CATALOGUE_SQL_NAME_ADD,
	CATALOGUE_SQL_NAME_SET,
	CATALOGUE_SQL_NAME_DROP,
	CATALOGUE_SQL_IDS,
	CATALOGUE_SQL_NODE_RECORDS,
	CATALOGUE_SQL_RECORD,
	CATALOGUE_SQL_RECORD_ADD,
	CATALOGUE_SQL_RECORD_SET,
	CATALOGUE_SQL_RECORD_DROP,
	CATALOGUE_SQL_PROOF_ADD,
	CATALOGUE_SQL_PROOF_DROP,
	CATALOGUE_SQL_PROOF_COUNT,
	CATALOGUE_SQL_PROOF_HOLDERS,
	CATALOGUE_SQL_SAME_ADD,
	CATALOGUE_SQL_SAME_DROP,
	CATALOGUE_SQL_SAME_HOLDERS,
	CATALOGUE_SQL_SAME_OWN,
	CATALOGUE_SQL_SAME_HAS,
	CATALOGUE_SQL_LINK_ADD,
	CATALOGUE_SQL_LINK_DROP,
	CATALOGUE_SQL_LINKED,
	CATALOGUE_SQL_GONE,
	CATALOGUE_SQL_GONE_ADD,
	CATALOGUE_SQL_GONE_DATE,
	CATALOGUE_SQL_GONE_TRIM,
	CATALOGUE_SQL_GONE_DROP,
	CATALOGUE_SQL_MEMBER,
	CATALOGUE_SQL_MEMBER_ADD,
	CATALOGUE_SQL_MEMBERS,
	CATALOGUE_SQL_MEMBERS_DROP,
	CATALOGUE_SQL_GROUP,
	CATALOGUE_SQL_GROUP_ADD,
	CATALOGUE_SQL_GROUP_DROP,
	CATALOGUE_SQL_VIEW_MEMBERS,
	CATALOGUE_SQL_VIEW_SINGLE,
	CATALOGUE_SQL_EACH,
	CATALOGUE_SQL_EACH_VIEW,
	CATALOGUE_SQL_COUNT
};

static const char *const catalogue_sql[CATALOGUE_SQL_COUNT] = {
	[CATALOGUE_SQL_META] = "SELECT next, records, groups, version, digest"
			       " FROM meta WHERE one = 1",
	[CATALOGUE_SQL_ID] = "SELECT id FROM meta WHERE one = 1",
	[CATALOGUE_SQL_META_SET] = "UPDATE meta SET next = ?1, records = ?2,"
				   " groups = ?3, version = ?4, digest = ?5"
				   " WHERE one = 1",
	[CATALOGUE_SQL_KINDS] = "/* scan: one row a kind */"
				" SELECT kind, groups FROM kind",
	[CATALOGUE_SQL_KIND_SET] = "INSERT OR REPLACE INTO kind (kind, groups)"
				   " VALUES (?1, ?2)",

	[CATALOGUE_SQL_NODE] = "SELECT node, is_hidden FROM node"
			       " WHERE name = ?1",
	[CATALOGUE_SQL_NODE_ADD] = "INSERT INTO node (name, is_feed,"
				   " is_hidden, serial, digest, records,"
				   " verified_at, expires_at)"
				   " VALUES (?1, 0, 0, 0, '', 0, 0, 0)",
	[CATALOGUE_SQL_NODE_DROP] = "DELETE FROM node WHERE node = ?1",
	[CATALOGUE_SQL_NODES] = "SELECT node, name FROM node WHERE name >= ?1"
				" AND is_hidden = 0 ORDER BY name",
	[CATALOGUE_SQL_FEED] = "SELECT name, serial, digest, records,"
			       " verified_at, expires_at, is_hidden FROM node"
			       " WHERE name = ?1 AND is_feed = 1",
	[CATALOGUE_SQL_FEED_SET] = "UPDATE node SET is_feed = 1, serial = ?2,"
				   " digest = ?3, records = ?4,"
				   " verified_at = ?5, expires_at = ?6,"
				   " is_hidden = ?7 WHERE node = ?1",
	[CATALOGUE_SQL_FEEDS] = "/* scan: one row a node */"
				" SELECT name, serial, digest, records,"
				" verified_at, expires_at, is_hidden FROM node"
				" WHERE is_feed = 1 ORDER BY name",
	[CATALOGUE_SQL_PAGES] = "SELECT prefix, hash FROM page WHERE node = ?1"
				" ORDER BY prefix",
	[CATALOGUE_SQL_PAGE_PUT] = "INSERT OR REPLACE INTO page (node, prefix,"
				   " hash) VALUES (?1, ?2, ?3)",
	[CATALOGUE_SQL_PAGE_DROP] = "DELETE FROM page"
				    " WHERE node = ?1 AND prefix = ?2",
	[CATALOGUE_SQL_PAGES_DROP] = "DELETE FROM page WHERE node = ?1",

	[CATALOGUE_SQL_NAME] = "SELECT record, digest FROM name"
			       " WHERE node = ?1 AND hash = ?2",
	[CATALOGUE_SQL_NAME_ADD] = "INSERT INTO name (node, hash, record,"
				   " uuid, digest) VALUES (?1, ?2, ?3, ?4, ?5)",
	[CATALOGUE_SQL_NAME_SET] = "UPDATE name SET digest = ?3"
				   " WHERE node = ?1 AND hash = ?2",
	[CATALOGUE_SQL_NAME_DROP] = "DELETE FROM name"
				    " WHERE node = ?1 AND hash = ?2",
	[CATALOGUE_SQL_IDS] = "SELECT uuid, digest FROM name WHERE node = ?1"
			      " AND hash BETWEEN ?2 AND ?3 ORDER BY hash",
	[CATALOGUE_SQL_NODE_RECORDS] = "SELECT record FROM name"
				       " WHERE node = ?1",
	[CATALOGUE_SQL_RECORD] = "SELECT r.packed, n.is_hidden FROM record r"
				 " CROSS JOIN node n USING (node)"
				 " WHERE r.record = ?1",
	[CATALOGUE_SQL_RECORD_ADD] = "INSERT INTO record (record, node, uuid,"
				     " packed) VALUES (?1, ?2, ?3, ?4)",
	[CATALOGUE_SQL_RECORD_SET] = "UPDATE record SET packed = ?2"
				     " WHERE record = ?1",
	[CATALOGUE_SQL_RECORD_DROP] = "DELETE FROM record WHERE record = ?1",

	[CATALOGUE_SQL_PROOF_ADD] = "INSERT OR IGNORE INTO proof (key, record)"
				    " VALUES (?1, ?2)",
	[CATALOGUE_SQL_PROOF_DROP] = "DELETE FROM proof"
				     " WHERE key = ?1 AND record = ?2",
	[CATALOGUE_SQL_PROOF_COUNT] = "SELECT count(*) FROM (SELECT 1"
				      " FROM proof WHERE key = ?1 LIMIT ?2)",
	[CATALOGUE_SQL_PROOF_HOLDERS] = "SELECT record FROM proof"
					" WHERE key = ?1 LIMIT ?2",
	[CATALOGUE_SQL_SAME_ADD] = "INSERT OR IGNORE INTO same (target, record)"
				   " VALUES (?1, ?2)",
	[CATALOGUE_SQL_SAME_DROP] = "DELETE FROM same"
				    " WHERE target = ?1 AND record = ?2",
	[CATALOGUE_SQL_SAME_HOLDERS] = "SELECT record FROM same"
				       " WHERE target = ?1 LIMIT ?2",
	[CATALOGUE_SQL_SAME_OWN] = "SELECT s.record FROM same s"
				   " CROSS JOIN record r USING (record)"
				   " WHERE s.target = ?1 AND r.node = ?2",
	[CATALOGUE_SQL_SAME_HAS] = "SELECT 1 FROM same"
				   " WHERE target = ?1 AND record = ?2",
	[CATALOGUE_SQL_LINK_ADD] = "INSERT OR IGNORE INTO link (target, record)"
				   " VALUES (?1, ?2)",
	[CATALOGUE_SQL_LINK_DROP] = "DELETE FROM link"
				    " WHERE target = ?1 AND record = ?2",
	[CATALOGUE_SQL_LINKED] = "SELECT n.name, r.uuid FROM link l"
				 " CROSS JOIN record r USING (record)"
				 " CROSS JOIN node n USING (node)"
				 " WHERE l.target = ?1 LIMIT ?2",

	[CATALOGUE_SQL_GONE] = "SELECT kind, title, lang, at FROM gone"
			       " WHERE node = ?1 AND hash = ?2",
	[CATALOGUE_SQL_GONE_ADD] = "INSERT OR REPLACE INTO gone (node, hash,"
				   " kind, title, lang, at)"
				   " VALUES (?1, ?2, ?3, ?4, ?5, 0)",
	[CATALOGUE_SQL_GONE_DATE] = "UPDATE gone SET at = ?3"
				    " WHERE node = ?1 AND no >= ?2",
	[CATALOGUE_SQL_GONE_TRIM] = "DELETE FROM gone WHERE node = ?1"
				    " AND no <= (SELECT no FROM gone"
				    " WHERE node = ?1 ORDER BY no DESC"
				    " LIMIT 1 OFFSET ?2)",
	[CATALOGUE_SQL_GONE_DROP] = "DELETE FROM gone WHERE node = ?1",

	[CATALOGUE_SQL_MEMBER] = "SELECT grp FROM member WHERE record = ?1",
	[CATALOGUE_SQL_MEMBER_ADD] = "INSERT INTO member (record, grp)"
				     " VALUES (?1, ?2)",
	[CATALOGUE_SQL_MEMBERS] = "SELECT record FROM member WHERE grp = ?1"
				  " ORDER BY record LIMIT coalesce(?2, -1)",
	[CATALOGUE_SQL_MEMBERS_DROP] = "DELETE FROM member WHERE grp = ?1",
	[CATALOGUE_SQL_GROUP] = "SELECT element FROM grp WHERE grp = ?1",
	[CATALOGUE_SQL_GROUP_ADD] = "INSERT INTO grp (grp, element)"
				    " VALUES (?1, ?2)",
	[CATALOGUE_SQL_GROUP_DROP] = "DELETE FROM grp WHERE grp = ?1",

	[CATALOGUE_SQL_VIEW_MEMBERS] = "SELECT r.packed FROM member m"
				       " CROSS JOIN record r USING (record)"
				       " WHERE m.grp = ?1 ORDER BY m.record",
	[CATALOGUE_SQL_VIEW_SINGLE] = "SELECT r.packed FROM record r"
				      " CROSS JOIN node n USING (node)"
				      " WHERE r.record = ?1"
				      " AND n.is_hidden = 0 AND NOT EXISTS"
				      " (SELECT 1 FROM member m"
				      " WHERE m.record = r.record)",
	[CATALOGUE_SQL_EACH] = "SELECT r.packed FROM name n"
			       " CROSS JOIN record r USING (record)"
			       " WHERE n.node = ?1 AND n.hash > ?2"
			       " ORDER BY n.hash",
	[CATALOGUE_SQL_EACH_VIEW] = "SELECT r.record, m.grp, r.packed"
				    " FROM record r"
				    " CROSS JOIN node n USING (node)"
				    " LEFT JOIN member m USING (record)"
				    " WHERE r.record > ?1 AND r.record <= ?2"
				    " AND n.is_hidden = 0 AND (m.grp IS NULL"
				    " OR m.grp = r.record) ORDER BY r.record",
};

#endif
