/* catalogue: what its .c files share. Not a door. */
#ifndef CATALOGUE_CATALOGUE_PRIV_H
#define CATALOGUE_CATALOGUE_PRIV_H

#include "catalogue/catalogue.h"
#include "crypto/crypto.h"
#include "db/db.h"

#define NAME_HASH_LEN 16
#define UUID_LEN      16

/* ---- notes.c: what a transaction has touched, and sums of digests ---- */

enum note_was { NOTE_WAS_UNSET, NOTE_WAS_NOTHING, NOTE_WAS_ONE, NOTE_WAS_MANY };

/* One group number: that of a record, too. */
struct note {
	int64_t number;       /* 0: an empty slot */
	uint32_t was_element; /* index into elements, when it was many */
	uint32_t is_element;  /* the same, when it is many; 0: it is not */
	uint8_t was;          /* enum note_was, before the transaction */
	bool is_touched;      /* its record was put */
	bool is_seed;         /* to be grouped again */
	bool is_done;         /* was grouped */
	bool is_absent;       /* removed, hidden, or in another's group */
};

struct notes {
	struct note *slots;
	size_t n;
	size_t alloc;                    /* a power of 2, or 0 */
	uint8_t (*elements)[SHA256_LEN]; /* [0] is unused */
	size_t n_elements;
	size_t alloc_elements;
};

void notes_clear(struct notes *notes);
/* Found or made; the pointer is good until the next call. */
struct note *notes_get(struct notes *notes, int64_t number);
uint32_t notes_element(struct notes *notes, const uint8_t element[SHA256_LEN]);
/* All numbers, sorted; malloc'd. */
int64_t *notes_sorted(const struct notes *notes, size_t *ret_n);
/* sum = sum +- element modulo 2^256, big-endian. */
void sum_add(uint8_t sum[SHA256_LEN], const uint8_t element[SHA256_LEN]);
void sum_subtract(uint8_t sum[SHA256_LEN], const uint8_t element[SHA256_LEN]);

/* ---- edges.c: proof keys and links, buffered ---- */

struct edge {
	int64_t key;
	int64_t record;
};

struct edges {
	struct edge *items;
	size_t n;
	size_t alloc;
	size_t flushed; /* items below are in the database */
};

int64_t edge_key(const char *text);

/* What of a record points elsewhere, hashed. */
struct record_edges {
	int64_t *proofs;
	size_t n_proofs;
	int64_t *sames;
	size_t n_sames;
	int64_t *links;
	size_t n_links;
};

/* ---- the handle ---- */

struct state {
	int64_t next;
	int64_t records;
	int64_t groups;
	int64_t version;
	uint8_t digest[SHA256_LEN];
	int64_t kinds[RECORD_KIND_COUNT];
};

struct node_row {
	char name[RECORD_NODE_MAX];
	int64_t node; /* 0: there is none */
	bool is_hidden;
};

struct catalogue {
	struct db *db;
	char *folder;
	char id[CATALOGUE_ID_LEN + 1];
	enum catalogue_mode mode;
	int64_t data_version;
	int64_t now;          /* what has lapsed by then is not there; or 0 */
	size_t component_max; /* MERGE_COMPONENT_MAX, smaller in tests */
	/* Of the transaction that is open: */
	bool is_writing;
	int64_t before; /* version at its start */
	struct state state;
	struct notes notes;
	struct edges proofs;  /* added; stays whole until commit */
	struct edges removed; /* proofs removed; never flushed */
	struct edges links;
	int64_t *seeds; /* in no order; each once */
	size_t n_seeds;
	size_t alloc_seeds;
	int64_t gone_first;   /* in table gone; 0: none was added yet */
	struct node_row last; /* the node that was asked for last */
	struct strbuf packed;
	struct arena *arena; /* of one record */
};

struct db_stmt *catalogue_stmt(struct catalogue *cat, size_t i);

/* An id taken apart and hashed. */
struct name {
	char node[RECORD_NODE_MAX];
	uint8_t uuid[UUID_LEN];
	uint8_t hash[SHA256_LEN];
};
/* -1: not an id (no err). */
int name_init(struct name *name, const char *id);
/* "urn:gspd:<node>:<uuid>" */
const char *name_id(struct arena *arena, const char *node,
    const uint8_t uuid[UUID_LEN]);

/* Row of a node; ret->node is 0 when there is none. */
int node_find(struct catalogue *cat, const char *name,
    struct node_row *ret_node, struct err *err) MUST_CHECK;
/* The same, made when it is absent. */
int node_need(struct catalogue *cat, const char *name,
    struct node_row *ret_node, struct err *err) MUST_CHECK;
/* Record number of an id, 0 when there is none. */
int record_find(struct catalogue *cat, const struct node_row *node,
    const struct name *name, int64_t *ret_record,
    uint8_t ret_digest[SHA256_LEN], struct err *err) MUST_CHECK;
/* Unpack; bytes of another version are ERR_DB. */
struct record *record_read(struct arena *arena, struct db_stmt *stmt,
    int column, struct err *err) MUST_CHECK;
/* NULL in *ret_rec when there is no such record or it is hidden. */
int record_visible(struct catalogue *cat, struct arena *arena, int64_t record,
    struct record **ret_rec, struct err *err) MUST_CHECK;

/* edges.c */
void record_edges(struct arena *arena, const struct record *rec,
    struct record_edges *ret_edges);
int edges_attach(struct catalogue *cat, int64_t record,
    const struct record_edges *edges, struct err *err) MUST_CHECK;
/* Change from `old` to `now` (either may be NULL). */
int edges_change(struct catalogue *cat, int64_t record,
    const struct record_edges *old, const struct record_edges *now,
    struct err *err) MUST_CHECK;
int edges_flush(struct catalogue *cat, struct err *err) MUST_CHECK;
void edges_clear(struct edges *edges);
/* Records of statement `sql` with ?1 = key, at most max + 1 of them. */
int edge_holders(struct catalogue *cat, size_t sql, int64_t key, size_t max,
    struct arena *arena, int64_t **ret_records, size_t *ret_n,
    struct err *err) MUST_CHECK;

/*
 * Both ends of same_as that counts (merge.h), as the tables have it: whoever
 * is one thing with rec by statements. In the arena.
 */
int edge_same(struct catalogue *cat, struct arena *arena,
    const struct record *rec, int64_t **ret_records, size_t *ret_n,
    struct err *err) MUST_CHECK;

/* seed.c: a record is to be grouped again. */
void seed_add(struct catalogue *cat, int64_t record);
/* Before rec's statements go: whoever they count for. */
int seed_same(struct catalogue *cat, const struct record *rec,
    struct err *err) MUST_CHECK;
/* Whoever is affected by the proof keys of this transaction. */
int seed_keys(struct catalogue *cat, struct err *err) MUST_CHECK;

/* component.c */
struct component {
	struct arena *arena; /* of recs and nodes */
	int64_t *records;    /* as found; n_read of them are read */
	size_t n;
	size_t alloc;
	size_t n_read;
	bool is_too_large; /* recs and nodes are not all there */
	struct record **recs;
	size_t alloc_recs;
	struct merge_node *nodes;
	size_t alloc_nodes;
};
/* Find all that hangs together with a seed; their groups are taken apart.
 * Start with zeros; may be walked again. */
int component_walk(struct catalogue *cat, struct component *part, int64_t seed,
    struct err *err) MUST_CHECK;
void component_release(struct component *part);

/* gone.c: rec, which is seen, is withdrawn; since when all that went in this
 * transaction is gone. */
int gone_add(struct catalogue *cat, const struct node_row *node,
    const struct name *name, const struct record *rec,
    struct err *err) MUST_CHECK;
int gone_date(struct catalogue *cat, int64_t node, int64_t at,
    struct err *err) MUST_CHECK;

/* put.c */
/* What one record adds to the digest. */
void record_element(const char *id, const uint8_t digest[SHA256_LEN],
    uint8_t ret_element[SHA256_LEN]);
/* Every record of a node leaves, or comes to, what is seen. */
int node_hide(struct catalogue *cat, const struct node_row *node, bool hide,
    struct err *err) MUST_CHECK;
int node_remove_records(struct catalogue *cat, const struct node_row *node,
    struct err *err) MUST_CHECK;

/* group.c: take group `number` apart; its members become seeds. */
int group_dissolve(struct catalogue *cat, int64_t number, enum record_kind kind,
    struct err *err) MUST_CHECK;
/* Take the group of a record apart if it is in one. */
int group_leave(struct catalogue *cat, int64_t record, enum record_kind kind,
    struct err *err) MUST_CHECK;
/* Group a record is a member of, 0 when it stands alone. */
int group_of(struct catalogue *cat, int64_t record, int64_t *ret_group,
    struct err *err) MUST_CHECK;
/* Group again whatever the notes say. */
int group_all(struct catalogue *cat, struct err *err) MUST_CHECK;

/* read.c: NULL in *ret_view when there is no such group. */
int view_load(struct catalogue *cat, struct arena *arena, int64_t group,
    struct merge_view **ret_view, struct err *err) MUST_CHECK;

#endif
