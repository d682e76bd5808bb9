/*
 * ledger: what this node itself says and knows. Source of truth, every
 * version kept; the only precious file. Types know nothing of SQLite.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include "base/base.h"
#include "conf/conf.h"
#include "record/record.h"

struct ledger;

/* Opens <folder>/ledger.db. A damaged one is ERR_DB and never touched.
 * `create` is for init only; else an absent file is ERR_NOTFOUND. */
struct ledger *ledger_open(const char *folder, bool create,
    struct err *err) MUST_CHECK;
void ledger_close(struct ledger *ledger);

int ledger_begin(struct ledger *ledger, struct err *err) MUST_CHECK;
int ledger_commit(struct ledger *ledger, struct err *err) MUST_CHECK;
void ledger_rollback(struct ledger *ledger);

/* ---- own records ---- */

enum ledger_change { LEDGER_NEW, LEDGER_CHANGED, LEDGER_SAME };

/*
 * Save a record as its next version when its content (record_content()) is
 * not that of the current one; sets rec->published_at, first_at (and
 * modified_at when it is 0) from now. `entry` is made by the callback after
 * the times are set (feed_entry_write() by the caller: this room knows no
 * XML). `actor` and `note` go to the history. Inside ledger_begin().
 * LEDGER_SAME writes nothing and sets rec's times to the stored ones. A
 * retired record that is saved again is LEDGER_NEW and keeps its history.
 */
typedef int (*ledger_entry_cb)(const struct record *rec, struct strbuf *ret_out,
    struct err *err);
int ledger_save(struct ledger *ledger, struct record *rec, int64_t now,
    const char *actor, const char *note, ledger_entry_cb entry,
    enum ledger_change *ret_change, struct err *err) MUST_CHECK;
/* End a record: gone from the feed, history kept. ERR_NOTFOUND. */
int ledger_retire(struct ledger *ledger, const char *id, int64_t now,
    const char *actor, const char *note, struct err *err) MUST_CHECK;
/* What ledger_save() would do, without doing it. */
int ledger_compare(struct ledger *ledger, const struct record *rec,
    enum ledger_change *ret_change, struct err *err) MUST_CHECK;
int ledger_record(struct ledger *ledger, struct arena *arena, const char *id,
    struct record **ret_rec, struct err *err) MUST_CHECK;
struct ledger_version {
	int64_t version;
	int64_t saved_at;
	const char *actor;
	const char *note;
	bool is_retired;
	struct record *rec; /* NULL for a retirement */
};
/* History, newest first. */
int ledger_history(struct ledger *ledger, struct arena *arena, const char *id,
    struct ledger_version **ret_versions, size_t *ret_n,
    struct err *err) MUST_CHECK;
int ledger_count(struct ledger *ledger, int64_t *ret_n,
    struct err *err) MUST_CHECK;
/* Own records from an upstream id ("source" + "\n" + id), for imports that
 * come again; NULL in *ret_id when there is none. */
int ledger_by_source(struct ledger *ledger, struct arena *arena,
    const char *publisher, const char *upstream_id, const char **ret_id,
    struct err *err) MUST_CHECK;

/* ---- for publish/: live entries in the order of SHA-256(id) ---- */

struct ledger_entry {
	uint8_t hash[32]; /* SHA-256 of the id */
	const char *id;
	const char *bytes; /* NULL unless asked for */
	size_t len;
	int64_t published_at;
};
typedef int (*ledger_each_cb)(void *ctx, const struct ledger_entry *entry,
    struct err *err);
/* Live entries whose hash starts with prefix ("" for all), with bytes. The
 * callback may call anything of the ledger but this. */
int ledger_entries(struct ledger *ledger, const char *prefix,
    ledger_each_cb callback, void *ctx, struct err *err) MUST_CHECK;
/* n and bytes of the same range, without reading the entries: the whole at
 * once, else the time goes with n. */
int ledger_measure(struct ledger *ledger, const char *prefix, int64_t *ret_n,
    int64_t *ret_bytes, struct err *err) MUST_CHECK;
/* Hashes of ids saved or retired since ledger_published(), sorted and
 * distinct; "touched". */
int ledger_touched(struct ledger *ledger, struct arena *arena,
    uint8_t (**ret_hashes)[32], size_t *ret_n, struct err *err) MUST_CHECK;

/* The published layout: pages (level 0) and indexes (1, 2). */
struct ledger_page {
	char prefix[48];
	char hash[65];
	int64_t n;
	int64_t len;
	int level;
};
int ledger_pages(struct ledger *ledger, struct arena *arena, int level,
    const char *prefix, struct ledger_page **ret_pages, size_t *ret_n,
    struct err *err) MUST_CHECK;
int ledger_page_put(struct ledger *ledger, const struct ledger_page *page,
    struct err *err) MUST_CHECK;
int ledger_page_drop(struct ledger *ledger, int level, const char *prefix,
    struct err *err) MUST_CHECK;
/* Objects that no head names any more but that stay on disk until a time.
 * The later time wins; ledger_page_put() of the same hash calls it back;
 * ledger_linger_take() gives those that are due, once. */
int ledger_linger_put(struct ledger *ledger, const char *hash, int64_t until,
    struct err *err) MUST_CHECK;
int ledger_linger_take(struct ledger *ledger, struct arena *arena, int64_t now,
    const char ***ret_hashes, size_t *ret_n, struct err *err) MUST_CHECK;
/* A new head stands: clears "touched" up to what ledger_touched() of this
 * handle last showed. */
struct ledger_head {
	int64_t serial;
	int64_t expires;
	int64_t epoch;
	char digest[65];
};
int ledger_published(struct ledger *ledger, const struct ledger_head *head,
    struct err *err) MUST_CHECK;
/* The last head published; serial 0 when there is none. */
int ledger_head(struct ledger *ledger, struct ledger_head *ret_head,
    struct err *err) MUST_CHECK;

/* ---- peers: what was accepted, and how they are ---- */

enum peer_state {
	PEER_NEW,
	PEER_FRESH,
	PEER_LATE,
	PEER_STALE,
	PEER_UNREACHABLE,
	PEER_REJECTED,
	PEER_FORKED,
	PEER_HELD,
	PEER_PAUSED
};
const char *peer_state_name(enum peer_state state); /* "fresh" */

struct ledger_peer {
	char name[RECORD_NODE_MAX]; /* node */
	enum peer_state state;
	int64_t state_since;
	char reason[256];
	int64_t serial; /* high-water mark of accepted heads */
	int64_t epoch;
	char digest[65];
	char nextkey[65];
	int64_t next_promised; /* head's next */
	int64_t expires;
	char etag[128]; /* of the head last seen */
	int64_t last_try;
	int64_t last_good;
	int64_t retry_at;
	int64_t failures; /* in a row */
	int64_t records;
	int64_t bad_records;
	int64_t held_serial; /* shrink guard: serial held, 0 for none */
	int64_t held_since;
	int64_t held_heads; /* later heads that agree */
	bool is_paused;
	bool is_released; /* operator let the held change through */
	char pin[65]; /* what `key` was taken on for: peers.conf, the list */
	char key[65]; /* signs now, after rotations; "" before a good head */
	char via[RECORD_NODE_MAX]; /* relay of the last good pull, or "" */
	int64_t refusals;        /* heads in a row whose content was refused */
	char refused_digest[65]; /* of the last of them, or "" */
	int64_t refused_at;      /* when that was fetched and read */
	int64_t churn;           /* changes used of the budget ... */
	int64_t churn_at;        /* ... as counted then */
	char held_digest[65];    /* of the head that is held, or "" */
	int64_t held_records;    /* it promises */
	int64_t held_until;      /* too much churn: held till then; or 0 */
	int64_t fetched;         /* bytes used of the budget ... */
	int64_t fetched_at;      /* ... as counted then */
	int64_t own_failures;    /* of its own address, in a row */
	int64_t own_retry_at;    /* it is not asked before, given relays */
	char own_trouble[160];   /* why it failed last, or "" */
};
/* Absent: ret_peer is zeroed with the name, state PEER_NEW, and 0. */
int ledger_peer_get(struct ledger *ledger, const char *name,
    struct ledger_peer *ret_peer, struct err *err) MUST_CHECK;
int ledger_peer_put(struct ledger *ledger, const struct ledger_peer *peer,
    struct err *err) MUST_CHECK;
int ledger_peer_remove(struct ledger *ledger, const char *name,
    struct err *err) MUST_CHECK;
/*
 * Late behind the time it promised its next head for, stale behind the end
 * of the last; the reason in words, "" when it is fresh or new.
 */
enum peer_state ledger_peer_promise(const struct ledger_peer *peer, int64_t now,
    char *ret_reason, size_t len);
/*
 * How it is now: what the last pull made of it and the clock since. One that
 * was fresh then and has broken its promise by now is late or stale; trouble
 * (rejected, forked, held) stays trouble. is_paused: also peers.conf may say
 * so. since: 0 when nobody knows.
 */
struct ledger_health {
	enum peer_state state;
	int64_t since;
	char reason[256];
};
struct ledger_health ledger_peer_health(const struct ledger_peer *peer,
    bool is_paused, int64_t now);

/* One line per pull, the last 30 kept, newest first. */
#define LEDGER_PULLS_KEPT 30
struct ledger_pull {
	int64_t at;
	enum peer_state state;
	int64_t took_ms;
	int64_t pages;
	int64_t bytes;
	int64_t changed;
};
int ledger_pull_add(struct ledger *ledger, const char *name,
    const struct ledger_pull *pull, struct err *err) MUST_CHECK;
int ledger_pulls(struct ledger *ledger, struct arena *arena, const char *name,
    struct ledger_pull **ret_pulls, size_t *ret_n, struct err *err) MUST_CHECK;
/* Records of a peer that were skipped, with the reason (at most 100). */
int ledger_bad_set(struct ledger *ledger, const char *name,
    const char *const *ids, const char *const *reasons, size_t n,
    struct err *err) MUST_CHECK;
int ledger_bad(struct ledger *ledger, struct arena *arena, const char *name,
    const char ***ret_ids, const char ***ret_reasons, size_t *ret_n,
    struct err *err) MUST_CHECK;

/* ---- gossip (seen.c): who saw which head of whom ---- */

struct ledger_seen {
	char witness[RECORD_NODE_MAX]; /* who says so */
	char node[RECORD_NODE_MAX];    /* of whom */
	int64_t serial;
	int64_t epoch;
	char digest[65];
	int64_t said_at;     /* serial of the witness's head */
	int64_t ahead_since; /* newer than what we hold since; 0: it is not */
};
/* A head of `node` was accepted, or published when it is ours: the last 64
 * of each node are kept. */
int ledger_accepted_add(struct ledger *ledger, const char *node, int64_t serial,
    int64_t epoch, const char *digest, int64_t now, struct err *err) MUST_CHECK;
/* The digest accepted of this serial; ERR_NOTFOUND. */
int ledger_accepted(struct ledger *ledger, const char *node, int64_t serial,
    char ret_digest[65], struct err *err) MUST_CHECK;
/* The highest serial accepted of a node that is not above `most`; or 0. */
int ledger_accepted_last(struct ledger *ledger, const char *node, int64_t most,
    int64_t *ret_serial, struct err *err) MUST_CHECK;
/* All that are kept of a node, by serial. */
struct ledger_accepted {
	int64_t serial;
	int64_t epoch;
	char digest[65];
	int64_t at; /* when it was accepted or published */
};
int ledger_accepted_list(struct ledger *ledger, struct arena *arena,
    const char *node, struct ledger_accepted **ret_list, size_t *ret_n,
    struct err *err) MUST_CHECK;
/* What a witness says now, instead of what it said before. A node with more
 * peers than fit into a head names them by turns: what it named before and
 * leaves out now stays. */
int ledger_seen_put(struct ledger *ledger, const struct ledger_seen *seen,
    size_t n, struct err *err) MUST_CHECK;
/* By witness, or of a node; NULL: any. */
int ledger_seen(struct ledger *ledger, struct arena *arena, const char *witness,
    const char *node, struct ledger_seen **ret_seen, size_t *ret_n,
    struct err *err) MUST_CHECK;

enum alarm_kind {
	ALARM_FORK,   /* a member was shown another head of this serial */
	ALARM_FREEZE, /* members have newer heads than we are shown */
	ALARM_STOLEN  /* a head of ours that we never published */
};
const char *alarm_kind_name(enum alarm_kind kind); /* "fork" */
struct ledger_alarm {
	char node[RECORD_NODE_MAX];
	enum alarm_kind kind;
	char witness[RECORD_NODE_MAX];
	int64_t serial;
	char digest[65]; /* what the witness saw */
	char held[65];   /* what we saw; "" for nothing */
	bool is_proven;  /* both signed heads are kept as evidence */
	int64_t since;
};
/* *ret_is_new: it was not known, or another serial. Keeps `since` of a known
 * one, and never takes is_proven back: what is only said of another serial
 * than the proven one is not kept. */
int ledger_alarm_put(struct ledger *ledger, const struct ledger_alarm *alarm,
    bool *ret_is_new, struct err *err) MUST_CHECK;
/* The alarms of a node; NULL: all, by node. */
int ledger_alarms(struct ledger *ledger, struct arena *arena, const char *node,
    struct ledger_alarm **ret_alarms, size_t *ret_n,
    struct err *err) MUST_CHECK;
/* An operator has seen to it, or a later head ended it. witness NULL: all of
 * that kind. */
int ledger_alarm_end(struct ledger *ledger, const char *node,
    enum alarm_kind kind, const char *witness, struct err *err) MUST_CHECK;

/* ---- relays (relays.c) ---- */

struct ledger_liar {
	char relay[RECORD_NODE_MAX];
	char node[RECORD_NODE_MAX];
	int64_t until;
	char reason[256];
};
int ledger_liar_put(struct ledger *ledger, const struct ledger_liar *liar,
    struct err *err) MUST_CHECK;
/* Those not over at `now`; node NULL: all. */
int ledger_liars(struct ledger *ledger, struct arena *arena, const char *node,
    int64_t now, struct ledger_liar **ret_liars, size_t *ret_n,
    struct err *err) MUST_CHECK;

/* ---- the membership list that is followed (members.c) ---- */

struct ledger_alliance {
	char source[256]; /* what peers.conf says of it; another begins anew */
	char name[256];   /* of the alliance, as the list says; foreign text */
	int64_t serial;   /* 0: none was accepted yet */
	char digest[65];
	int64_t expires;
	int64_t endorsed; /* by so many board keys */
	int64_t last_try;
	int64_t last_good;
	int64_t failures;
	int64_t retry_at;
	char url[URL_MAX]; /* where the list was had from, or "" */
	char etag[128];    /* of the list there, or "" */
	char reason[256];  /* of the last failure, or "" */
};
struct ledger_member {
	char node[RECORD_NODE_MAX];
	const char *urls; /* separated by spaces */
	char key[65];
	int64_t epoch; /* of that key */
	bool is_left;
	int64_t least; /* heads below this serial are refused */
};
/* Zeroed when there is none. */
int ledger_alliance_get(struct ledger *ledger,
    struct ledger_alliance *ret_alliance, struct err *err) MUST_CHECK;
int ledger_alliance_put(struct ledger *ledger,
    const struct ledger_alliance *alliance, struct err *err) MUST_CHECK;
/* Every member at once, instead of those before. By node. */
int ledger_members_put(struct ledger *ledger,
    const struct ledger_member *members, size_t n, struct err *err) MUST_CHECK;
int ledger_members(struct ledger *ledger, struct arena *arena,
    struct ledger_member **ret_members, size_t *ret_n,
    struct err *err) MUST_CHECK;

/* ---- whom this node pulls from (effective.c) ---- */

/* What `source` of an accepted list must be, that it counts under this
 * section: the board, and how many of it are needed. */
void ledger_alliance_source(const struct conf_alliance *alliance,
    char ret_source[65]);
/*
 * The members into the peers that stand in peers.conf. What a section says of
 * a member wins: its settings, its key, its address (those of the list are
 * asked after it); what it leaves out is the list's. Members without a
 * section come behind, line 0. A section that leaves key or address to the
 * list, which does not name it, is dropped. `self` is never a peer of the
 * list.
 */
void ledger_peers_join(struct conf_peers *peers,
    const struct ledger_member *members, size_t n, const char *self);
/* peers.conf of the folder, joined with the members of the list that it
 * follows. ERR_CONF, ERR_DB. ledger NULL: peers.conf alone. */
int ledger_peers_read(struct ledger *ledger, const char *folder,
    const char *self, struct conf_peers *ret_peers, struct err *err) MUST_CHECK;

/* ---- hints of the head (hints.c) ---- */

struct ledger_hint {
	int64_t from;
	int64_t to;
	char hash[65];
	int64_t len;
};
/* By `to`, oldest first. */
int ledger_hints(struct ledger *ledger, struct arena *arena,
    struct ledger_hint **ret_hints, size_t *ret_n, struct err *err) MUST_CHECK;
int ledger_hint_put(struct ledger *ledger, const struct ledger_hint *hint,
    struct err *err) MUST_CHECK;
int ledger_hint_drop(struct ledger *ledger, int64_t to,
    struct err *err) MUST_CHECK;

/* ---- what readers report of our records (reports.c) ---- */

enum report_kind {
	REPORT_CONTACT,
	REPORT_CLOSED,
	REPORT_MOVED,
	REPORT_LINK,
	REPORT_DUPLICATE,
	REPORT_PRIVACY,
	REPORT_OTHER
};
const char *report_kind_name(enum report_kind kind); /* "contact" */
int report_kind_parse(const char *name, enum report_kind *ret_kind);

#define LEDGER_REPORT_TEXT_BYTES  8000
#define LEDGER_REPORT_REPLY_BYTES 254
#define LEDGER_REPORTS_MINUTE     20
#define LEDGER_REPORTS_DAY        500
#define LEDGER_REPORTS_RECORD     20   /* open ones of a record */
#define LEDGER_REPORTS_OPEN       5000 /* of all records */
#define LEDGER_REPORTS_KEPT_DAYS  90   /* closed ones */
#define LEDGER_REPORT_WAIT_MS     2000 /* for another who writes */

struct ledger_report {
	int64_t no;
	const char *record; /* its id */
	int64_t version;    /* published_at of the one looked at */
	enum report_kind kind;
	const char *text;
	const char *reply; /* e-mail for an answer, or "" */
	const char *lang;  /* of the form */
	int64_t at;
	int64_t closed_at; /* 0: open */
	const char *note;  /* of whoever closed it */
};
/*
 * record, version, kind, text, reply, lang and at of report are taken. The
 * same one again, while it is open, is that one. ERR_LIMIT: one of the above
 * is reached; ERR_BUSY within LEDGER_REPORT_WAIT_MS.
 */
int ledger_report_add(struct ledger *ledger, const struct ledger_report *report,
    int64_t *ret_no, struct err *err) MUST_CHECK;
/* Open ones, oldest first; with those closed: newest first. */
int ledger_reports(struct ledger *ledger, struct arena *arena, bool with_closed,
    size_t max, struct ledger_report **ret_reports, size_t *ret_n,
    struct err *err) MUST_CHECK;
int ledger_report_get(struct ledger *ledger, struct arena *arena, int64_t no,
    struct ledger_report *ret_report, struct err *err) MUST_CHECK;
/* Forgets the address for an answer at once; the report goes when it has
 * been closed for LEDGER_REPORTS_KEPT_DAYS. ERR_NOTFOUND: none such open. */
int ledger_report_close(struct ledger *ledger, int64_t no, int64_t now,
    const char *note, struct err *err) MUST_CHECK;
/* What is to be forgotten by now; adding and closing call it too. */
int ledger_reports_purge(struct ledger *ledger, int64_t now,
    struct err *err) MUST_CHECK;
/* How many are open: of a record, or (NULL) of all. */
int ledger_reports_open(struct ledger *ledger, const char *record,
    int64_t *ret_n, struct err *err) MUST_CHECK;

/* ---- audit, backup ---- */

int ledger_audit(struct ledger *ledger, int64_t now, const char *actor,
    const char *what, const char *detail, struct err *err) MUST_CHECK;
struct ledger_note {
	int64_t at;
	const char *actor;
	const char *what;
	const char *detail;
};
/* The last max notes of the audit log, newest first. */
int ledger_audits(struct ledger *ledger, struct arena *arena, size_t max,
    struct ledger_note **ret_notes, size_t *ret_n, struct err *err) MUST_CHECK;
/* A consistent copy into a new file (ERR_CONFLICT when it exists), mode
 * 0600, on disk when this returns. */
int ledger_copy(struct ledger *ledger, const char *path,
    struct err *err) MUST_CHECK;
/* Slow full check. */
int ledger_check(struct ledger *ledger, struct err *err) MUST_CHECK;
/* Give back what much reading has left in memory. */
void ledger_rest(struct ledger *ledger);
/* True when another connection wrote since the last call. */
bool ledger_changed(struct ledger *ledger);

#endif
