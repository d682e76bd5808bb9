/*
 * db: the statements of this room. Pragmas that set up a connection are
 * here, and not in sql/, because they belong to a handle and not to a file.
 */
#ifndef DB_DB_SQL_H
#define DB_DB_SQL_H

enum db_sql {
	DB_SQL_BEGIN,
	DB_SQL_BEGIN_READ,
	DB_SQL_COMMIT,
	DB_SQL_ROLLBACK,
	DB_SQL_DATA_VERSION,
	DB_SQL_CHECKPOINT,
	DB_SQL_COUNT
};

static const char *const db_sql[DB_SQL_COUNT] = {
	[DB_SQL_BEGIN] = "BEGIN IMMEDIATE",
	[DB_SQL_BEGIN_READ] = "BEGIN",
	[DB_SQL_COMMIT] = "COMMIT",
	[DB_SQL_ROLLBACK] = "ROLLBACK",
	[DB_SQL_DATA_VERSION] = "PRAGMA data_version",
	[DB_SQL_CHECKPOINT] = "PRAGMA wal_checkpoint(RESTART)",
};

/* Prepared when they are wanted, not kept. */
#define DB_SQL_VERSION    "PRAGMA user_version"
#define DB_SQL_TABLES     "SELECT count(*) FROM sqlite_schema"
#define DB_SQL_CHECK      "PRAGMA integrity_check(3)"
#define DB_SQL_CHECK_KEYS "PRAGMA foreign_key_check"
#define DB_SQL_COPY       "VACUUM INTO ?1"
/* SQLite obeys these when they are prepared, not when they are stepped. */
#define DB_SQL_CACHE_SMALL "PRAGMA cache_size=-8192"
#define DB_SQL_CACHE_LARGE "PRAGMA cache_size=-65536"

/* Measured: pages of 8 KB are the best size for records of 1 to 4 KB. */
#define DB_SQL_NEW "PRAGMA page_size=8192"

#define DB_SQL_SETUP                                                           \
	"PRAGMA foreign_keys=ON;"                                              \
	"PRAGMA temp_store=MEMORY;"
#define DB_SQL_SETUP_READ                                                      \
	"PRAGMA cache_size=-8192;"                                             \
	"PRAGMA query_only=ON;"
/* The log is cut after a checkpoint, so that one big pull leaves no
 * gigabytes behind. */
#define DB_SQL_SETUP_WRITE                                                     \
	"PRAGMA journal_mode=WAL;"                                             \
	"PRAGMA synchronous=NORMAL;"                                           \
	"PRAGMA cache_size=-65536;"                                            \
	"PRAGMA wal_autocheckpoint=4000;"                                      \
	"PRAGMA journal_size_limit=67108864;"
#define DB_SQL_SETUP_PRECIOUS                                                  \
	"PRAGMA synchronous=FULL;"                                             \
	"PRAGMA cache_size=-32768;"

#endif
