-- The ledger, version 3: what readers report of our own records, for the
-- editors. Personal is only the address for an answer: it goes when the
-- report is closed, and the report itself some time after that.

CREATE TABLE report (
  no           INTEGER PRIMARY KEY AUTOINCREMENT,
  record       TEXT NOT NULL,           -- id of the record
  version      INTEGER NOT NULL,        -- published_at of what was looked at
  kind         TEXT NOT NULL,           -- enum report_kind
  words        TEXT NOT NULL,
  reply        TEXT NOT NULL,           -- e-mail; '' none
  lang         TEXT NOT NULL,           -- of the form
  at           INTEGER NOT NULL,
  closed_at    INTEGER NOT NULL,        -- 0: open
  note         TEXT NOT NULL            -- of whoever closed it
) STRICT;
CREATE INDEX report_at ON report (at);
CREATE INDEX report_open ON report (closed_at, record);

PRAGMA user_version = 3;
