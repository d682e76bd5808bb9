-- The ledger: what this node itself says and knows. Source of truth; every
-- version of every record is kept. Version 1.
--
-- Written for fast import: rows go to the end of `record`, `version` and
-- `touched`; only two narrow trees, `name` and `source`, are entered at
-- random places.

-- One row for each record that this node ever had.
CREATE TABLE record (
  record       INTEGER PRIMARY KEY,
  id           TEXT NOT NULL,           -- urn:gspd:<node>:<uuid>
  version      INTEGER NOT NULL,        -- the current one, from 1
  first_at     INTEGER NOT NULL,        -- first version entered the feed
  modified_at  INTEGER NOT NULL,
  published_at INTEGER NOT NULL,        -- current version entered the feed
  content      BLOB NOT NULL,           -- SHA-256 of what it says, 32 bytes
  entry        BLOB                     -- as served; NULL when retired
) STRICT;

-- The same rows by SHA-256(id), which is the order of the feed. Narrow, so
-- that measuring a range of it reads no entry.
CREATE TABLE name (
  hash         BLOB PRIMARY KEY,        -- 32 bytes
  record       INTEGER NOT NULL,
  len          INTEGER NOT NULL         -- bytes of the entry; 0 when retired
) STRICT, WITHOUT ROWID;

-- Every version. no = record * 1048576 + version, so that the history of a
-- record lies together and needs no index of its own.
CREATE TABLE version (
  no           INTEGER PRIMARY KEY,
  saved_at     INTEGER NOT NULL,
  actor        TEXT NOT NULL,
  note         TEXT NOT NULL,
  packed       BLOB                     -- record_pack(); NULL: retired
) STRICT;

-- Where records came from, for imports that come again. A row may be out of
-- date: whoever finds a record here looks at its current version.
CREATE TABLE source (
  key          BLOB NOT NULL,           -- 16 bytes of SHA-256
  record       INTEGER NOT NULL,
  PRIMARY KEY (key, record)
) STRICT, WITHOUT ROWID;

-- Records saved or retired since the last head. Numbers are never used
-- again, so that a head clears only what it has seen.
CREATE TABLE touched (
  no           INTEGER PRIMARY KEY AUTOINCREMENT,
  hash         BLOB NOT NULL
) STRICT;

-- Live records and the bytes of their entries, in one row.
CREATE TABLE total (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  records      INTEGER NOT NULL,
  bytes        INTEGER NOT NULL
) STRICT;
INSERT INTO total VALUES (1, 0, 0);

-- The published layout: pages (level 0) and indexes (levels 1 and 2).
CREATE TABLE page (
  level        INTEGER NOT NULL,
  prefix       TEXT NOT NULL,           -- bits, "0110"
  hash         TEXT NOT NULL,
  n            INTEGER NOT NULL,
  len          INTEGER NOT NULL,
  PRIMARY KEY (level, prefix)
) STRICT, WITHOUT ROWID;

-- Objects that no head names any more; their files stay until a time.
CREATE TABLE linger (
  hash         TEXT PRIMARY KEY,
  until        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX linger_until ON linger (until);

-- The last head published.
CREATE TABLE head (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  serial       INTEGER NOT NULL,
  expires      INTEGER NOT NULL,
  epoch        INTEGER NOT NULL,
  digest       TEXT NOT NULL
) STRICT;

-- Peers: the high-water mark of what was accepted, and how they are.
CREATE TABLE peer (
  name          TEXT PRIMARY KEY,
  state         TEXT NOT NULL,          -- a word: peer_state_name()
  state_since   INTEGER NOT NULL,
  reason        TEXT NOT NULL,
  serial        INTEGER NOT NULL,
  epoch         INTEGER NOT NULL,
  digest        TEXT NOT NULL,
  nextkey       TEXT NOT NULL,
  next_promised INTEGER NOT NULL,
  expires       INTEGER NOT NULL,
  etag          TEXT NOT NULL,
  last_try      INTEGER NOT NULL,
  last_good     INTEGER NOT NULL,
  retry_at      INTEGER NOT NULL,
  failures      INTEGER NOT NULL,
  records       INTEGER NOT NULL,
  bad_records   INTEGER NOT NULL,
  held_serial   INTEGER NOT NULL,
  held_since    INTEGER NOT NULL,
  held_heads    INTEGER NOT NULL,
  is_paused     INTEGER NOT NULL,
  is_released   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The last pulls of each peer.
CREATE TABLE pull (
  name         TEXT NOT NULL,
  no           INTEGER NOT NULL,        -- rises
  at           INTEGER NOT NULL,
  state        TEXT NOT NULL,
  took_ms      INTEGER NOT NULL,
  pages        INTEGER NOT NULL,
  bytes        INTEGER NOT NULL,
  changed      INTEGER NOT NULL,
  PRIMARY KEY (name, no)
) STRICT, WITHOUT ROWID;

-- Records of a peer that were skipped, and why.
CREATE TABLE bad (
  name         TEXT NOT NULL,
  no           INTEGER NOT NULL,
  id           TEXT NOT NULL,
  reason       TEXT NOT NULL,
  PRIMARY KEY (name, no)
) STRICT, WITHOUT ROWID;

-- Who did what. Only ever appended to.
CREATE TABLE audit (
  no           INTEGER PRIMARY KEY AUTOINCREMENT,
  at           INTEGER NOT NULL,
  actor        TEXT NOT NULL,
  what         TEXT NOT NULL,
  detail       TEXT NOT NULL
) STRICT;

PRAGMA user_version = 1;
