/*
 * Inside web/ only: the pages of nodes: how fresh each is, its pulls, alarms.
 */
#ifndef WEB_PEERS_PAGE_H
#define WEB_PEERS_PAGE_H

#include "web/record_page.h"

/* The last pulls as paths of a drawing; words NULL: there were none. */
struct spark {
	const char *good, *bad, *words;
};

struct alarm_line {
	const char *words, *advice, *when, *href, *node;
	bool is_proven;
};

struct peer_line {
	const char *node, *href, *country, *records, *state, *state_code;
	const char *good, *good_iso, *reason, *published, *browse;
	const char *notes[5];
	size_t n_notes;
	struct spark spark;
	bool is_self;
};

/* The membership list; title NULL: none is followed. */
struct list_box {
	const char *title; /* the alliance's name, as it says; or "" */
	const char *url, *state, *state_code, *reason;
	const char *members, *endorsed, *good, *good_iso, *expires;
	bool is_fine;
};

struct peers_view {
	struct list_box list;
	struct peer_line *lines;
	size_t n;
	struct alarm_line *alarms;
	size_t n_alarms;
};

struct pull_line {
	const char *at, *at_iso, *state, *state_code, *took, *bytes, *changed;
};

struct seen_line {
	const char *witness, *href, *words, *serial, *digest;
};

struct peer_view {
	const struct api_peer *peer;
	const char *country;
	struct row *rows;
	struct spark spark;
	struct pull_line *pulls;
	size_t n_pulls;
	struct alarm_line *alarms;
	size_t n_alarms;
	struct seen_line *seen;
	size_t n_seen;
};

/* peers.c, spark.c */
const char *peer_country(const struct page *page, const char *node);
const char *peer_state_words(const struct page *page,
    const struct api_peer *peer);
const char *peer_link(const struct page *page, const char *node);
struct alarm_line peer_alarm(const struct page *page,
    const struct ledger_alarm *alarm);
struct spark spark_make(const struct page *page, const struct api_peer *peer);

void tmpl_peers(struct strbuf *out, const struct page *page,
    const struct peers_view *view);
void tmpl_peer(struct strbuf *out, const struct page *page,
    const struct peer_view *view);
void tmpl_spark(struct strbuf *out, const struct spark *spark);
void tmpl_alarms(struct strbuf *out, const struct page *page,
    const struct alarm_line *alarms, size_t n);

#endif
