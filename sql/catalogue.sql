-- The catalogue: the merged view of all feeds. Derived: never migrated,
-- another version is made again from the pages. Change user_version below
-- and CATALOGUE_VERSION together with anything in this file, or with what
-- merge/ computes.
--
-- Written for a fast first pull: rows of `record` go to the end; `name` is
-- entered page by page in its own order; `proof` and `link` are narrow,
-- gathered in memory and sorted before they are written.

-- One row: counters, and the digest of the whole set.
CREATE TABLE meta (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  next         INTEGER NOT NULL,        -- next record number, never again
  records      INTEGER NOT NULL,        -- visible ones
  groups       INTEGER NOT NULL,
  version      INTEGER NOT NULL,        -- rises with every change
  digest       BLOB NOT NULL,           -- 32 bytes, sum modulo 2^256
  id           TEXT NOT NULL            -- of this file: what was derived
                                        -- from another one is not for it
) STRICT;
INSERT INTO meta
  VALUES (1, 1, 0, 0, 0, zeroblob(32), lower(hex(randomblob(16))));

-- Groups of each kind (enum record_kind).
CREATE TABLE kind (
  kind         INTEGER PRIMARY KEY,
  groups       INTEGER NOT NULL
) STRICT;

-- Nodes, and what is applied of their feeds.
CREATE TABLE node (
  node         INTEGER PRIMARY KEY,
  name         TEXT NOT NULL UNIQUE,
  is_feed      INTEGER NOT NULL,        -- catalogue_feed_put() was called
  is_hidden    INTEGER NOT NULL,        -- its records are in no group
  serial       INTEGER NOT NULL,
  digest       TEXT NOT NULL,
  records      INTEGER NOT NULL,
  verified_at  INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL
) STRICT;

-- Records as received.
CREATE TABLE record (
  record       INTEGER PRIMARY KEY,
  node         INTEGER NOT NULL,
  uuid         BLOB NOT NULL,           -- 16 bytes
  packed       BLOB NOT NULL            -- record_pack()
) STRICT;

-- Records by SHA-256(id), the order of a feed's pages.
CREATE TABLE name (
  node         INTEGER NOT NULL,
  hash         BLOB NOT NULL,           -- first 16 bytes
  record       INTEGER NOT NULL,
  uuid         BLOB NOT NULL,
  digest       BLOB NOT NULL,           -- SHA-256 of the entry, 32 bytes
  PRIMARY KEY (node, hash)
) STRICT, WITHOUT ROWID;

-- Proof keys of visible records: first 8 bytes of SHA-256(merge_keys()).
-- merge_group() compares the keys themselves.
CREATE TABLE proof (
  key          INTEGER NOT NULL,
  record       INTEGER NOT NULL,
  PRIMARY KEY (key, record)
) STRICT, WITHOUT ROWID;

-- Visible records that state same_as, by the id they name (hashed alike).
CREATE TABLE same (
  target       INTEGER NOT NULL,
  record       INTEGER NOT NULL,
  PRIMARY KEY (target, record)
) STRICT, WITHOUT ROWID;

-- Visible records that name an id in relation, organisation or parent.
CREATE TABLE link (
  target       INTEGER NOT NULL,
  record       INTEGER NOT NULL,
  PRIMARY KEY (target, record)
) STRICT, WITHOUT ROWID;

-- Members of groups of two and more. A group is called by the lowest number
-- among its members; a record that is not here is a group of its own.
CREATE TABLE member (
  record       INTEGER PRIMARY KEY,
  grp          INTEGER NOT NULL
) STRICT;
CREATE INDEX member_grp ON member (grp);

-- What each such group adds to the digest.
CREATE TABLE grp (
  grp          INTEGER PRIMARY KEY,
  element      BLOB NOT NULL            -- 32 bytes
) STRICT;

-- Pages that are applied.
CREATE TABLE page (
  node         INTEGER NOT NULL,
  prefix       TEXT NOT NULL,
  hash         TEXT NOT NULL,
  PRIMARY KEY (node, prefix)
) STRICT, WITHOUT ROWID;

-- What nodes have withdrawn: the newest of each, for whoever follows an old
-- link. Nothing of champions.
CREATE TABLE gone (
  no           INTEGER PRIMARY KEY,     -- rising: in the order they went
  node         INTEGER NOT NULL,
  hash         BLOB NOT NULL,           -- of the id, first 16 bytes
  kind         INTEGER NOT NULL,
  title        TEXT NOT NULL,
  lang         TEXT NOT NULL,           -- of the title
  at           INTEGER NOT NULL,        -- serial of the first head without it
  UNIQUE (node, hash)
) STRICT;
CREATE INDEX gone_node ON gone (node, no);

PRAGMA user_version = 3;
