/*
 * merge: records of many nodes -> groups of the same thing and one view per
 * group with provenance (design: records.md, "Merging"). Pure functions of
 * sets: the order of arrival never shows.
 */
#ifndef MERGE_MERGE_H
#define MERGE_MERGE_H

#include "base/base.h"
#include "record/record.h"

/* A key that more records share than this proves nothing: it is a mistake
 * of an import, or somebody who wants to make others work. */
#define MERGE_KEY_MAX 100
/* More members than this a group does not get. */
#define MERGE_GROUP_MAX 200
/*
 * Records hang together that share a key (one that not more than
 * MERGE_KEY_MAX share), or of which same_as counts: both state it, or one
 * does and both are of one node. A component of more members than this is
 * somebody's mistake or attack; whoever has components grouped makes no
 * groups in such a one, whatever its members say. The limit is part of what
 * the catalogue digest means: all nodes have the same.
 */
#define MERGE_COMPONENT_MAX 5000
/* Values of one united field in a view. */
#define MERGE_SET_MAX 200

/*
 * Proof keys of a record: two records with an equal key are the same thing.
 * "evidence|doi|10.1/x", "organisation|GB-CHC|123", "programme|url|..".
 * Preprints and protocols carry their type in the key, so that they never
 * meet the article. Sorted, distinct; in the arena.
 */
size_t merge_keys(struct arena *arena, const struct record *rec,
    const char ***ret_keys);
/*
 * Records of different classes are never the same, whatever is stated: the
 * kind, and for evidence preprint and protocol apart from the rest.
 */
unsigned merge_class(const struct record *rec);

/* What grouping needs to know of one record. */
struct merge_node {
	const char *id;
	unsigned klass; /* merge_class() */
	const char *const *keys;
	size_t n_keys;
	const char *const *same_as; /* ids it states */
	size_t n_same_as;
	const char *const *not_same_as;
	size_t n_not_same_as;
};
/* Filled from a record; all in the arena. */
void merge_node_init(struct arena *arena, const struct record *rec,
    struct merge_node *ret_node);

/*
 * Group a closed set of records with distinct ids (whoever shares a key or a
 * link with one of them is in it, but for keys that more than MERGE_KEY_MAX
 * share: those may be left out of the nodes). ret_group[i] gets the index of
 * the member with the lowest id of i's group. same_as counts when both sides
 * state it or both records are of one node; not_same_as, stated by either
 * side, beats every rule. Statements are used before keys, both in the
 * order of ids. Deterministic: depends on the set only.
 */
void merge_group(const struct merge_node *nodes, size_t n, size_t *ret_group);

/* ---- views ---- */

/* Which member a value of the view comes from, and who disagrees. */
struct merge_source {
	enum field_id field;  /* a child of the root */
	const char *id;       /* record that gave the shown value(s) */
	const char *other_id; /* a record that says otherwise, or NULL */
};

struct merge_view {
	struct record *rec;           /* id = lowest member id */
	struct merge_source *sources; /* one per field shown, table order */
	size_t n_sources;
	const char **members; /* ids, sorted */
	size_t n_members;
};

/*
 * One view of members (any order, n > 0). Field by field: the node whose
 * country owns the record, later assured date, later modified, lower node
 * name, lower id. Sets (and sources) are united; they and who checked a
 * record, when and under what licence are never a disagreement.
 *
 * rec->published_at and modified_at are the latest of the members, first_at
 * the earliest. The view of one record shares that record.
 */
struct merge_view *merge_view(struct arena *arena,
    struct record *const *members, size_t n);
/* Bytes of a view that enter the catalogue digest. */
void merge_view_content(const struct merge_view *view, struct strbuf *ret_out);

#endif
