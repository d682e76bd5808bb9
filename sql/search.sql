-- The first search engine: tables inside catalogue.db, derived from the views
-- of groups and made again by search_rebuild(). Run at every open for
-- writing, so everything is IF NOT EXISTS.

-- A document is one indexing of one group. A changed group gets a new number
-- and its old one dies, because a full-text index without a copy of the text
-- can not take words back. Readers skip the dead; a rebuild drops them.
CREATE TABLE IF NOT EXISTS search_doc (
	doc INTEGER PRIMARY KEY,     -- rowid in search_text, always rising
	grp INTEGER NOT NULL UNIQUE, -- catalogue_group()
	modified INTEGER NOT NULL,   -- seconds
	checked INTEGER NOT NULL,    -- 20261121; 0 never
	year INTEGER NOT NULL,       -- 0 none
	codes BLOB NOT NULL,         -- search_value.id, 16 bits each, low first
	title TEXT NOT NULL          -- folded start, for sorting
) STRICT;

CREATE TABLE IF NOT EXISTS search_dead (
	seq INTEGER PRIMARY KEY,
	doc INTEGER NOT NULL
) STRICT;

-- Every value of a facet that was ever seen.
CREATE TABLE IF NOT EXISTS search_value (
	id INTEGER PRIMARY KEY,
	facet INTEGER NOT NULL,      -- enum search_facet
	value TEXT NOT NULL
) STRICT;

-- One row. epoch rises when all was made again: readers start anew.
CREATE TABLE IF NOT EXISTS search_state (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	epoch INTEGER NOT NULL,
	next_doc INTEGER NOT NULL,
	dead INTEGER NOT NULL,       -- rows of search_dead
	vals INTEGER NOT NULL        -- rows of search_value
) STRICT;
INSERT OR IGNORE INTO search_state (id, epoch, next_doc, dead, vals)
	VALUES (1, 1, 1, 0, 0);

-- Words come folded and separated by spaces (search_tokens()): the plainest
-- tokenizer will do. No copy of the text is kept, and no index of starts of
-- words: it made the index a third larger and building a third slower, for
-- 23 instead of 39 ms at 27,000 hits.
CREATE VIRTUAL TABLE IF NOT EXISTS search_text USING fts5(
	title, summary, people, place, rest,
	content = '', tokenize = 'ascii');
