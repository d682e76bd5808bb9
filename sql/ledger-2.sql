-- The ledger, version 2: federation. What members say of one another, the
-- membership list, and what publishing remembers for hints.

-- Keys of a peer. pin is what peers.conf or the list said when `key` was
-- taken on: another pin there begins anew. key is the one that signs now,
-- after the rotations that were followed; '' until the first good head.
ALTER TABLE peer ADD COLUMN pin TEXT NOT NULL DEFAULT '';
ALTER TABLE peer ADD COLUMN key TEXT NOT NULL DEFAULT '';
-- Which relay the last good pull came through; '' for its own address.
ALTER TABLE peer ADD COLUMN via TEXT NOT NULL DEFAULT '';
-- Its own address failed so often in a row, is not asked before, and why.
ALTER TABLE peer ADD COLUMN own_failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN own_retry_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN own_trouble TEXT NOT NULL DEFAULT '';
-- Quarantine: so many heads in a row led to something that was refused; the
-- last of them, and when that was.
ALTER TABLE peer ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN refused_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE peer ADD COLUMN refused_at INTEGER NOT NULL DEFAULT 0;
-- Churn budget: changes used of it, and when that was counted.
ALTER TABLE peer ADD COLUMN churn INTEGER NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN churn_at INTEGER NOT NULL DEFAULT 0;
-- What is held: the head, its records, and for too much churn until when.
ALTER TABLE peer ADD COLUMN held_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE peer ADD COLUMN held_records INTEGER NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;
-- Budget of bytes: used of it, and when that was counted.
ALTER TABLE peer ADD COLUMN fetched INTEGER NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN fetched_at INTEGER NOT NULL DEFAULT 0;

-- Heads that were accepted, or published (ours): the last of each node.
CREATE TABLE accepted (
  node         TEXT NOT NULL,
  serial       INTEGER NOT NULL,
  epoch        INTEGER NOT NULL,
  digest       TEXT NOT NULL,
  at           INTEGER NOT NULL,        -- when we took it
  PRIMARY KEY (node, serial)
) STRICT, WITHOUT ROWID;

-- Gossip: what a member's last accepted head says it took of another.
CREATE TABLE seen (
  witness      TEXT NOT NULL,           -- who says so
  node         TEXT NOT NULL,           -- of whom
  serial       INTEGER NOT NULL,
  epoch        INTEGER NOT NULL,
  digest       TEXT NOT NULL,
  said_at      INTEGER NOT NULL,        -- serial of the witness's head
  ahead_since  INTEGER NOT NULL,        -- newer than ours since; 0: it is not
  PRIMARY KEY (witness, node)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_node ON seen (node);

-- Alarms that gossip raised: fork, freeze, stolen (a head of ours that we
-- never published).
CREATE TABLE alarm (
  node         TEXT NOT NULL,
  kind         TEXT NOT NULL,
  witness      TEXT NOT NULL,
  serial       INTEGER NOT NULL,
  digest       TEXT NOT NULL,           -- what the witness saw
  held         TEXT NOT NULL,           -- what we saw; '' for nothing
  is_proven    INTEGER NOT NULL,        -- both signed heads are kept
  since        INTEGER NOT NULL,
  PRIMARY KEY (node, kind, witness)
) STRICT, WITHOUT ROWID;

-- Relays that gave wrong bytes for a node: not asked for it until then.
CREATE TABLE liar (
  relay        TEXT NOT NULL,
  node         TEXT NOT NULL,
  until        INTEGER NOT NULL,
  reason       TEXT NOT NULL,
  PRIMARY KEY (relay, node)
) STRICT, WITHOUT ROWID;

-- The membership list that is followed.
CREATE TABLE alliance (
  one          INTEGER PRIMARY KEY CHECK (one = 1),
  source       TEXT NOT NULL,           -- what peers.conf says of it
  serial       INTEGER NOT NULL,
  digest       TEXT NOT NULL,           -- SHA-256 of the list
  expires      INTEGER NOT NULL,
  endorsed     INTEGER NOT NULL,        -- by so many board keys
  last_try     INTEGER NOT NULL,
  last_good    INTEGER NOT NULL,
  failures     INTEGER NOT NULL,
  retry_at     INTEGER NOT NULL,        -- not asked before; 0
  url          TEXT NOT NULL,           -- where the list was had from ...
  etag         TEXT NOT NULL,           -- ... and its ETag there
  name         TEXT NOT NULL,           -- of the alliance, as it says
  reason       TEXT NOT NULL            -- of the last failure; ''
) STRICT;
CREATE TABLE member (
  node         TEXT PRIMARY KEY,
  urls         TEXT NOT NULL,           -- separated by spaces
  key          TEXT NOT NULL,           -- 64 hex
  epoch        INTEGER NOT NULL,        -- of that key
  status       TEXT NOT NULL,           -- member, left
  least        INTEGER NOT NULL         -- heads below this serial are refused
) STRICT, WITHOUT ROWID;

-- Hints that the head lists.
CREATE TABLE hint (
  upto         INTEGER PRIMARY KEY,     -- serial it leads to
  since        INTEGER NOT NULL,        -- serial it starts from
  hash         TEXT NOT NULL,
  len          INTEGER NOT NULL
) STRICT;

PRAGMA user_version = 2;
