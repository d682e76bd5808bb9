/*
 * conf: gspd.conf and peers.conf. One option table (options.def) feeds the
 * parser, `gspd config --explain` and the manual page. A struct conf is
 * filled once and passed as const; a reload makes a new one.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "base/base.h"

#define CONF_FILE_MAX  (1024 * 1024)
#define CONF_PEERS_MAX 1000

/* The membership list: addresses to ask, keys of the board. */
#define CONF_ALLIANCE_URLS  4
#define CONF_ALLIANCE_BOARD 32

struct conf {
	/* [node] */
	char *node; /* "gb-eng" */
	char *organisation;
	char *url;       /* public address, ends in "/" */
	char *languages; /* "en fr", first is the default */
	char *contact;   /* e-mail shown to people, or "" */
	/* [web] */
	char *listen;          /* "127.0.0.1:8080 [::1]:8080" */
	char *tls_certificate; /* PEM files, or ""; absolute */
	char *tls_key;
	int64_t workers;
	int64_t max_connections;
	/* [feed] */
	int64_t resign_s;  /* 6 h */
	int64_t next_s;    /* 24 h */
	int64_t expires_s; /* 7 d */
	bool is_relay;     /* carry the feeds of peers at feed/m/ */
	/* [pull] */
	int64_t interval_s; /* 30 min; below 5 min only for tests */
	int64_t transfers;  /* 16 in all */
	/* [log] */
	char *log_level; /* error warn info debug */
};

/* One [peer NAME] section of peers.conf. */
struct conf_peer {
	char *name;       /* node */
	char *url;        /* the node's public address; "" left to the list */
	char *key;        /* 64 hex; "" left to the list */
	bool is_insecure; /* http allowed */
	bool allow_private;
	bool is_paused;
	int64_t max_records; /* 100,000 */
	int64_t max_bytes;   /* 256 MiB */
	int line;            /* in peers.conf; 0: from the membership list */
	/* From the list (NULL, 0 when by hand). */
	char *more_urls; /* further addresses, separated by spaces */
	int64_t epoch;   /* of `key`; -1: any */
	int64_t least;   /* heads below this serial are refused */
	bool is_member;  /* the list names it, whoever else does */
	unsigned given;  /* bit n: the n-th PEER_OPTION stands in the section */
};

/* The [alliance] section: the membership list that this node follows. */
struct conf_alliance {
	int line;       /* in peers.conf; 0: there is no such section */
	char *urls;     /* of the list, one blank between, asked in order */
	char *board;    /* hashes of the board's keys, one blank between */
	int64_t needed; /* so many of them must have endorsed the list */
	bool is_insecure;
	bool allow_private;
	int64_t max_records; /* of each member without a section of its own */
	int64_t max_bytes;
};

struct conf_peers {
	struct conf_peer *items;
	size_t n;
	struct conf_alliance alliance;
};

/* Defaults, then <folder>/gspd.conf. ERR_CONF "gspd.conf:12: ..." with the
 * nearest name for an unknown key; ERR_NOTFOUND when there is no file. */
int conf_read(const char *folder, struct conf *ret_conf,
    struct err *err) MUST_CHECK;
/* The same from bytes (fuzzing, tests); `name` stands in messages. */
int conf_parse(const char *name, const char *data, size_t len,
    struct conf *ret_conf, struct err *err) MUST_CHECK;
void conf_release(struct conf *conf);
/* Text of a new gspd.conf with every option explained. */
void conf_write(const struct conf *conf, struct strbuf *ret_out);
/*
 * Option i of gspd.conf: its section, key and value as it would be written.
 * -1 behind the last.
 */
int conf_option(const struct conf *conf, size_t i, const char **ret_section,
    const char **ret_key, struct strbuf *ret_value);
/* Table of options for people / for gspd.conf(5) as mdoc. */
void conf_explain(struct strbuf *ret_out);
void conf_explain_mdoc(struct strbuf *ret_out);
/* The same for peers.conf(5). */
void conf_peers_explain_mdoc(struct strbuf *ret_out);
/* Part i of a list whose parts have one blank between (urls, board), in the
 * arena; NULL behind the last. */
char *conf_word(struct arena *arena, const char *list, size_t i);

int conf_peers_read(const char *folder, struct conf_peers *ret_peers,
    struct err *err) MUST_CHECK; /* absent file: no peers */
int conf_peers_parse(const char *name, const char *data, size_t len,
    struct conf_peers *ret_peers, struct err *err) MUST_CHECK;
void conf_peers_release(struct conf_peers *peers);
/* A peer with every default, as a section without keys has it. */
void conf_peer_init(struct conf_peer *ret_peer, const char *name);
void conf_peer_release(struct conf_peer *peer);
/* Limits, and what may be connected to, as the section says or else the list's:
 * for a member. */
void conf_peer_inherit(struct conf_peer *peer,
    const struct conf_alliance *alliance);
const struct conf_peer *conf_peer_find(const struct conf_peers *peers,
    const char *name);
/*
 * Edit peers.conf in place, keeping comments and the order of what people
 * wrote: add a section, remove one, set one key of one. Written by
 * file_replace() after the new text parses.
 */
int conf_peer_add(const char *folder, const struct conf_peer *peer,
    struct err *err) MUST_CHECK;
int conf_peer_remove(const char *folder, const char *name,
    struct err *err) MUST_CHECK;
/* value NULL drops the key. ERR_NOTFOUND: no such peer. */
int conf_peer_set(const char *folder, const char *name, const char *key,
    const char *value, struct err *err) MUST_CHECK;

#endif
