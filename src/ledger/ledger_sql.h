/*
 * ledger: every statement of this room. A statement that reads a whole table
 * says why in a comment that starts with "scan:"; tests/unit/test_sql.c
 * refuses it otherwise.
 */
#ifndef LEDGER_LEDGER_SQL_H
#define LEDGER_LEDGER_SQL_H

enum ledger_sql {
	LEDGER_SQL_NAME,
	LEDGER_SQL_NAME_PUT,
	LEDGER_SQL_NAME_SET,
	LEDGER_SQL_RECORD,
	LEDGER_SQL_RECORD_ADD,
	LEDGER_SQL_RECORD_SET,
	LEDGER_SQL_VERSION_ADD,
	LEDGER_SQL_VERSION,
	LEDGER_SQL_HISTORY,
	LEDGER_SQL_SOURCE_ADD,
	LEDGER_SQL_SOURCE,
	LEDGER_SQL_TOUCH,
	LEDGER_SQL_TOUCHED_LAST,
	LEDGER_SQL_TOUCHED,
	LEDGER_SQL_TOUCHED_CLEAR,
	LEDGER_SQL_TOTAL,
	LEDGER_SQL_TOTAL_ADD,
	LEDGER_SQL_ENTRIES,
	LEDGER_SQL_MEASURE,
	LEDGER_SQL_PAGES,
	LEDGER_SQL_PAGE_PUT,
	LEDGER_SQL_PAGE_DROP,
	LEDGER_SQL_LINGER_PUT,
	LEDGER_SQL_LINGER_DUE,
	LEDGER_SQL_LINGER_CLEAR,
	LEDGER_SQL_LINGER_UNDO,
	LEDGER_SQL_HEAD,
	LEDGER_SQL_HEAD_PUT,
	LEDGER_SQL_PEER,
	LEDGER_SQL_PEER_PUT,
	LEDGER_SQL_PEER_DROP,
	LEDGER_SQL_PULL_ADD,
	LEDGER_SQL_PULL_TRIM,
	LEDGER_SQL_PULL_DROP,
	LEDGER_SQL_PULLS,
	LEDGER_SQL_BAD_ADD,
	LEDGER_SQL_BAD_DROP,
	LEDGER_SQL_BAD,
	LEDGER_SQL_AUDIT_ADD,
	LEDGER_SQL_AUDIT,
	LEDGER_SQL_ACCEPTED_ADD,
	LEDGER_SQL_ACCEPTED_TRIM,
	LEDGER_SQL_ACCEPTED,
	LEDGER_SQL_ACCEPTED_LAST,
	LEDGER_SQL_ACCEPTED_LIST,
	LEDGER_SQL_ACCEPTED_DROP,
	LEDGER_SQL_SEEN_PUT,
	LEDGER_SQL_SEEN,
	LEDGER_SQL_SEEN_BY,
	LEDGER_SQL_SEEN_OF,
	LEDGER_SQL_SEEN_DROP,
	LEDGER_SQL_ALARM,
	LEDGER_SQL_ALARM_PUT,
	LEDGER_SQL_ALARMS,
	LEDGER_SQL_ALARMS_OF,
	LEDGER_SQL_ALARM_END,
	LEDGER_SQL_ALARM_DROP,
	LEDGER_SQL_LIAR_PUT,
	LEDGER_SQL_LIARS,
	LEDGER_SQL_LIARS_OF,
	LEDGER_SQL_LIAR_DROP,
	LEDGER_SQL_ALLIANCE,
	LEDGER_SQL_ALLIANCE_PUT,
	LEDGER_SQL_MEMBER_ADD,
	LEDGER_SQL_MEMBER_CLEAR,
	LEDGER_SQL_MEMBERS,
	LEDGER_SQL_HINTS,
	LEDGER_SQL_HINT_PUT,
	LEDGER_SQL_HINT_DROP,
	LEDGER_SQL_REPORT_ADD,
	LEDGER_SQL_REPORT_SAME,
	LEDGER_SQL_REPORT,
	LEDGER_SQL_REPORT_CLOSE,
	LEDGER_SQL_REPORT_PURGE,
	LEDGER_SQL_REPORTS,
	LEDGER_SQL_REPORTS_ALL,
	LEDGER_SQL_REPORTS_SINCE,
	LEDGER_SQL_REPORTS_OPEN,
	LEDGER_SQL_REPORTS_OPEN_OF,
	LEDGER_SQL_COUNT
};

static const char *const ledger_sql[LEDGER_SQL_COUNT] = {
	[LEDGER_SQL_NAME] = "SELECT record, len FROM name WHERE hash = ?1",
	[LEDGER_SQL_NAME_PUT] = "INSERT INTO name (hash, record, len)"
				" VALUES (?1, ?2, ?3)",
	[LEDGER_SQL_NAME_SET] = "UPDATE name SET len = ?2 WHERE hash = ?1",

	[LEDGER_SQL_RECORD] = "SELECT version, first_at, modified_at,"
			      " published_at, content FROM record"
			      " WHERE record = ?1",
	[LEDGER_SQL_RECORD_ADD] = "INSERT INTO record (id, version, first_at,"
				  " modified_at, published_at, content, entry)"
				  " VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6)",
	[LEDGER_SQL_RECORD_SET] = "UPDATE record SET version = ?2,"
				  " modified_at = ?3, published_at = ?4,"
				  " content = ?5, entry = ?6 WHERE record = ?1",

	[LEDGER_SQL_VERSION_ADD] = "INSERT INTO version (no, saved_at, actor,"
				   " note, packed) VALUES (?1 * 1048576 + ?2,"
				   " ?3, ?4, ?5, ?6)",
	[LEDGER_SQL_VERSION] = "SELECT packed FROM version"
			       " WHERE no = ?1 * 1048576 + ?2",
	[LEDGER_SQL_HISTORY] = "SELECT no % 1048576, saved_at, actor, note,"
			       " packed FROM version"
			       " WHERE no BETWEEN ?1 * 1048576"
			       " AND ?1 * 1048576 + 1048575 ORDER BY no DESC",

	[LEDGER_SQL_SOURCE_ADD] = "INSERT OR IGNORE INTO source (key, record)"
				  " VALUES (?1, ?2)",
	[LEDGER_SQL_SOURCE] = "SELECT r.id, r.record, r.version"
			      " FROM source s JOIN record r USING (record)"
			      " WHERE s.key = ?1 AND r.entry IS NOT NULL"
			      " ORDER BY s.record",

	[LEDGER_SQL_TOUCH] = "INSERT INTO touched (hash) VALUES (?1)",
	[LEDGER_SQL_TOUCHED_LAST] = "SELECT max(no) FROM touched",
	[LEDGER_SQL_TOUCHED] = "SELECT DISTINCT hash FROM touched"
			       " WHERE no <= ?1 ORDER BY hash",
	[LEDGER_SQL_TOUCHED_CLEAR] = "DELETE FROM touched WHERE no <= ?1",

	[LEDGER_SQL_TOTAL] = "SELECT records, bytes FROM total WHERE one = 1",
	[LEDGER_SQL_TOTAL_ADD] = "UPDATE total SET records = records + ?1,"
				 " bytes = bytes + ?2 WHERE one = 1",

	[LEDGER_SQL_ENTRIES] = "SELECT n.hash, r.id, r.entry, r.published_at"
			       " FROM name n CROSS JOIN record r"
			       " USING (record)"
			       " WHERE n.hash BETWEEN ?1 AND ?2 AND n.len > 0"
			       " ORDER BY n.hash",
	[LEDGER_SQL_MEASURE] = "SELECT count(*), sum(len) FROM name"
			       " WHERE hash BETWEEN ?1 AND ?2 AND len > 0",

	/* Bits are 0 and 1, so "2" ends the range of a prefix. */
	[LEDGER_SQL_PAGES] = "SELECT prefix, hash, n, len FROM page"
			     " WHERE level = ?1 AND prefix >= ?2"
			     " AND prefix < ?2 || '2' ORDER BY prefix",
	[LEDGER_SQL_PAGE_PUT] = "INSERT OR REPLACE INTO page (level, prefix,"
				" hash, n, len) VALUES (?1, ?2, ?3, ?4, ?5)",
	[LEDGER_SQL_PAGE_DROP] = "DELETE FROM page"
				 " WHERE level = ?1 AND prefix = ?2",
	[LEDGER_SQL_LINGER_PUT] = "INSERT INTO linger (hash, until)"
				  " VALUES (?1, ?2) ON CONFLICT (hash)"
				  " DO UPDATE SET until ="
				  " max(until, excluded.until)",
	[LEDGER_SQL_LINGER_DUE] = "SELECT hash FROM linger WHERE until <= ?1"
				  " ORDER BY until, hash",
	[LEDGER_SQL_LINGER_CLEAR] = "DELETE FROM linger WHERE until <= ?1",
	[LEDGER_SQL_LINGER_UNDO] = "DELETE FROM linger WHERE hash = ?1",
	[LEDGER_SQL_HEAD] = "SELECT serial, expires, epoch, digest FROM head"
			    " WHERE one = 1",
	[LEDGER_SQL_HEAD_PUT] = "INSERT OR REPLACE INTO head (one, serial,"
				" expires, epoch, digest)"
				" VALUES (1, ?1, ?2, ?3, ?4)",

	[LEDGER_SQL_PEER] = "SELECT state, state_since, reason, serial, epoch,"
			    " digest, nextkey, next_promised, expires, etag,"
			    " last_try, last_good, retry_at, failures,"
			    " records, bad_records, held_serial, held_since,"
			    " held_heads, is_paused, is_released, pin, key,"
			    " via, refusals, refused_digest, churn, churn_at,"
			    " refused_at, held_digest, held_records,"
			    " held_until, fetched, fetched_at, own_failures,"
			    " own_retry_at, own_trouble"
			    " FROM peer WHERE name = ?1",
	[LEDGER_SQL_PEER_PUT] = "INSERT OR REPLACE INTO peer (name, state,"
				" state_since, reason, serial, epoch, digest,"
				" nextkey, next_promised, expires, etag,"
				" last_try, last_good, retry_at, failures,"
				" records, bad_records, held_serial,"
				" held_since, held_heads, is_paused,"
				" is_released, pin, key, via, refusals,"
				" refused_digest, churn, churn_at, refused_at,"
				" held_digest, held_records, held_until,"
				" fetched, fetched_at, own_failures,"
				" own_retry_at, own_trouble) VALUES"
				" (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
				" ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,"
				" ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28,"
				" ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36,"
				" ?37, ?38)",
	[LEDGER_SQL_PEER_DROP] = "DELETE FROM peer WHERE name = ?1",
	[LEDGER_SQL_PULL_ADD] = "INSERT INTO pull (name, no, at, state,"
				" took_ms, pages, bytes, changed) VALUES (?1,"
				" (SELECT coalesce(max(no), 0) + 1 FROM pull"
				" WHERE name = ?1), ?2, ?3, ?4, ?5, ?6, ?7)",
	[LEDGER_SQL_PULL_TRIM] = "DELETE FROM pull WHERE name = ?1 AND no <="
				 " (SELECT max(no) FROM pull"
				 " WHERE name = ?1) - ?2",
	[LEDGER_SQL_PULL_DROP] = "DELETE FROM pull WHERE name = ?1",
	[LEDGER_SQL_PULLS] = "SELECT at, state, took_ms, pages, bytes, changed"
			     " FROM pull WHERE name = ?1 ORDER BY no DESC",
	[LEDGER_SQL_BAD_ADD] = "INSERT INTO bad (name, no, id, reason)"
			       " VALUES (?1, ?2, ?3, ?4)",
	[LEDGER_SQL_BAD_DROP] = "DELETE FROM bad WHERE name = ?1",
	[LEDGER_SQL_BAD] = "SELECT id, reason FROM bad WHERE name = ?1"
			   " ORDER BY no",

	[LEDGER_SQL_AUDIT_ADD] = "INSERT INTO audit (at, actor, what, detail)"
				 " VALUES (?1, ?2, ?3, ?4)",
	[LEDGER_SQL_AUDIT] = "/* scan: newest first, stops at the limit */"
			     " SELECT at, actor, what, detail FROM audit"
			     " ORDER BY no DESC LIMIT ?1",

	[LEDGER_SQL_ACCEPTED_ADD] =
	    "INSERT OR REPLACE INTO accepted (node, serial, "
	    "epoch, digest, at) VALUES (?1, ?2, ?3, ?4, ?5)",
	[LEDGER_SQL_ACCEPTED_TRIM] =
	    "DELETE FROM accepted WHERE node = ?1 AND serial < "
	    "(SELECT serial FROM accepted WHERE node = ?1 ORDER "
	    "BY serial DESC LIMIT 1 OFFSET ?2)",
	[LEDGER_SQL_ACCEPTED] =
	    "SELECT digest FROM accepted WHERE node = ?1 AND "
	    "serial = ?2",
	[LEDGER_SQL_ACCEPTED_LAST] =
	    "SELECT coalesce(max(serial), 0) FROM"
	    " accepted WHERE node = ?1 AND serial <= ?2",
	[LEDGER_SQL_ACCEPTED_LIST] =
	    "SELECT serial, epoch, digest, at FROM accepted "
	    "WHERE node = ?1 ORDER BY serial",
	[LEDGER_SQL_ACCEPTED_DROP] = "DELETE FROM accepted WHERE node = ?1",
	[LEDGER_SQL_SEEN_PUT] =
	    "INSERT OR REPLACE INTO seen (witness, node, serial, "
	    "epoch, digest, said_at, ahead_since) VALUES (?1, ?2, ?3, ?4, "
	    "?5, ?6, ?7)",
	[LEDGER_SQL_SEEN] =
	    "/* scan: a line per pair of members, for the page of peers */ "
	    "SELECT witness, node, serial, epoch, digest, said_at, "
	    "ahead_since "
	    "FROM seen ORDER BY witness, node",
	[LEDGER_SQL_SEEN_BY] =
	    "SELECT witness, node, serial, epoch, digest, said_at, "
	    "ahead_since "
	    "FROM seen WHERE witness = ?1 ORDER BY node",
	[LEDGER_SQL_SEEN_OF] =
	    "SELECT witness, node, serial, epoch, digest, said_at, "
	    "ahead_since "
	    "FROM seen WHERE node = ?1 ORDER BY witness",
	[LEDGER_SQL_SEEN_DROP] = "DELETE FROM seen WHERE witness = ?1",
	[LEDGER_SQL_ALARM] = "SELECT serial, since, is_proven FROM alarm WHERE "
			     "node = ?1 AND kind = ?2 AND witness = ?3",
	[LEDGER_SQL_ALARM_PUT] =
	    "INSERT OR REPLACE INTO alarm (node, kind, witness, "
	    "serial, digest, held, is_proven, since) VALUES (?1, "
	    "?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[LEDGER_SQL_ALARMS] =
	    "/* scan: a few rows, for the page of peers */ "
	    "SELECT node, kind, witness, serial, digest, held, "
	    "is_proven, since FROM alarm ORDER BY node, kind, "
	    "witness",
	[LEDGER_SQL_ALARMS_OF] =
	    "SELECT node, kind, witness, serial, digest, held, "
	    "is_proven, since FROM alarm WHERE node = ?1 ORDER BY "
	    "kind, witness",
	[LEDGER_SQL_ALARM_END] =
	    "DELETE FROM alarm WHERE node = ?1 AND kind = ?2 AND "
	    "(?3 IS NULL OR witness = ?3)",
	[LEDGER_SQL_ALARM_DROP] = "DELETE FROM alarm WHERE node = ?1",
	[LEDGER_SQL_LIAR_PUT] =
	    "INSERT OR REPLACE INTO liar (relay, node, until, "
	    "reason) VALUES (?1, ?2, ?3, ?4)",
	[LEDGER_SQL_LIARS] =
	    "/* scan: a few rows, for the page of peers */ "
	    "SELECT relay, node, until, reason FROM liar WHERE "
	    "until > ?1 ORDER BY relay, node",
	[LEDGER_SQL_LIARS_OF] =
	    "/* scan: a few rows */ "
	    "SELECT relay, node, until, reason FROM liar WHERE "
	    "until > ?1 AND node = ?2 ORDER BY relay",
	[LEDGER_SQL_LIAR_DROP] =
	    "/* scan: a few rows */ "
	    "DELETE FROM liar WHERE node = ?1 OR relay = ?1",
	[LEDGER_SQL_ALLIANCE] =
	    "/* scan: one row */ "
	    "SELECT source, serial, digest, expires, endorsed, "
	    "last_try, last_good, failures, reason, retry_at, url, etag, "
	    "name "
	    "FROM alliance",
	[LEDGER_SQL_ALLIANCE_PUT] =
	    "INSERT OR REPLACE INTO alliance (one, source, "
	    "serial, digest, expires, endorsed, last_try, "
	    "last_good, failures, reason, retry_at, url, etag, name) "
	    "VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
	    "?12, ?13)",
	[LEDGER_SQL_MEMBER_ADD] =
	    "INSERT INTO member (node, urls, key, epoch, status, "
	    "least) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[LEDGER_SQL_MEMBER_CLEAR] = "DELETE FROM member",
	[LEDGER_SQL_MEMBERS] =
	    "/* scan: all of them are wanted */ "
	    "SELECT node, urls, key, epoch, status, least FROM "
	    "member ORDER BY node",
	[LEDGER_SQL_HINTS] = "/* scan: 24 rows */ "
			     "SELECT since, upto, hash, len FROM hint ORDER BY "
			     "upto",
	[LEDGER_SQL_HINT_PUT] =
	    "INSERT OR REPLACE INTO hint (upto, since, hash, len) "
	    "VALUES (?1, ?2, ?3, ?4)",
	[LEDGER_SQL_HINT_DROP] = "DELETE FROM hint WHERE upto = ?1",

	[LEDGER_SQL_REPORT_ADD] =
	    "INSERT INTO report (record, version, kind, words, reply, lang, "
	    "at, closed_at, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, '')",
	[LEDGER_SQL_REPORT_SAME] =
	    "SELECT no FROM report WHERE closed_at = 0 AND record = ?1 "
	    "AND kind = ?2 AND words = ?3 AND reply = ?4 LIMIT 1",
	[LEDGER_SQL_REPORT] =
	    "SELECT no, record, version, kind, words, reply, lang, at, "
	    "closed_at, note FROM report WHERE no = ?1",
	[LEDGER_SQL_REPORT_CLOSE] =
	    "UPDATE report SET closed_at = ?2, note = ?3, reply = '' "
	    "WHERE no = ?1 AND closed_at = 0",
	[LEDGER_SQL_REPORT_PURGE] = "DELETE FROM report "
				    "WHERE closed_at BETWEEN 1 AND ?1",
	[LEDGER_SQL_REPORTS] =
	    "SELECT no, record, version, kind, words, reply, lang, at, "
	    "closed_at, note FROM report WHERE closed_at = 0 "
	    "ORDER BY no LIMIT ?1",
	[LEDGER_SQL_REPORTS_ALL] =
	    "/* scan: newest first, stops at the limit */ "
	    "SELECT no, record, version, kind, words, reply, lang, at, "
	    "closed_at, note FROM report ORDER BY no DESC LIMIT ?1",
	[LEDGER_SQL_REPORTS_SINCE] = "SELECT count(*) FROM report "
				     "WHERE at > ?1",
	[LEDGER_SQL_REPORTS_OPEN] = "SELECT count(*) FROM report "
				    "WHERE closed_at = 0",
	[LEDGER_SQL_REPORTS_OPEN_OF] =
	    "SELECT count(*) FROM report WHERE closed_at = 0 "
	    "AND record = ?1",
};

#endif
