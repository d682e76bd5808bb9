/*
 * Inside web/ only: what every page knows, and the models that controllers
 * fill for templates. All of it lives in the request's arena.
 */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "base/base.h"
#include "api/api.h"
#include "web/text.h"
#include "web/tmpl.h"

/* ---- every page ---- */

struct page {
	const struct http_request *req;
	struct arena *arena;
	struct api *api;
	const struct conf *conf;
	int64_t now;
	const char *lang;   /* of the interface */
	const char *prefix; /* "" or "/en": in front of our own links */
	const char *path;   /* without prefix */
	const char *title;
	const char *q;         /* what stands in the search box */
	const char *canonical; /* path of the page's one address, or NULL */
	bool no_index;         /* search engines: leave it out */
	int64_t records;       /* in the catalogue; 0 when unknown */
	const struct cite *cite;
};

/* A text of a record with its language where that is not the page's. */
struct said {
	const char *text; /* NULL: none */
	const char *lang; /* NULL: the page's */
};

const char *page_text(const struct page *page, enum text_id id);
/* page_say(page, TEXT_X, n, "name", value, ..., NULL) */
const char *page_say(const struct page *page, enum text_id id, int64_t n, ...)
    __attribute__((sentinel));
/* prefix + path, where path starts with "/". */
const char *page_link(const struct page *page, const char *path);
const char *page_record_link(const struct page *page, const char *id);
/* "21 November 2026" from 2026-11-21, 2026-11, 2026; from a time. */
const char *page_date(const struct page *page, const char *date);
const char *page_day(const struct page *page, int64_t at);
/* The same as 2026-11-21, for <time datetime>. */
const char *page_day_iso(const struct page *page, int64_t at);
const char *page_time_iso(const struct page *page, int64_t at);
const char *page_age(const struct page *page, int64_t at);
/* 12,345 */
const char *page_number(const struct page *page, int64_t n);
const char *page_label(const struct page *page, enum vocab vocab,
    const char *code);
/* The best of a language map for the page. */
struct said page_said(const struct page *page, const struct record *rec,
    const struct value *parent, enum field_id id);
struct said page_title(const struct page *page, const struct record *rec);
struct said page_summary(const struct page *page, const struct record *rec);
/* 1 for what may follow mailto: (one plain address). */
int valid_mail(const char *text);

/* ---- lists of facts, as on record pages ---- */

struct item {
	struct said text;
	const char *href; /* NULL: no link */
	const char *note; /* behind it, NULL: none */
};

struct row {
	const char *label;
	struct item *items;
	size_t n;
	bool is_prose; /* keeps its line breaks */
	struct row *next;
};

struct section {
	const char *title;
	const char *anchor;
	struct row *rows;
	struct row **last;
	struct section *next;
};

struct effect {
	struct said outcome;
	const char *instrument;
	const char *measure;
	const char *estimate;
	const char *interval;
	const char *n;
	const char *timepoint;
	const char *notes;
};

/* For citations and reference managers. */
struct cite {
	const char *text; /* APA-like */
	const char *title;
	const char **authors;
	size_t n_authors;
	const char *year;
	const char *journal;
	const char *volume, *issue, *pages;
	const char *doi;
};

struct dispute {
	const char *field;
	const char *shown, *shown_node;
	const char *other, *other_node;
};

struct record_view {
	const struct record *rec;
	const struct merge_view *merged;
	const char *kind;
	struct said title;
	struct said alternate;
	struct said summary;
	const char *status; /* shown when it is not running */
	const char *verdict;
	const char *verdict_text;
	const char *verdict_class;
	const char *byline; /* authors, year, journal */
	struct section *sections;
	struct section **last;
	struct effect *effects;
	size_t n_effects;
	bool has_n, has_timepoint; /* else no column for it */
	const struct cite *cite;
	struct row *provenance;
	struct dispute *disputes;
	size_t n_disputes;
	struct item *linked;
	size_t n_linked;
	const char *file_path; /* /record/ID, for .json and others */
};

/* rows.c: making sections */
struct section *section_add(const struct page *page, struct record_view *view,
    const char *anchor, enum text_id title);
/* Each adds a row unless there is nothing to say. */
void row_item(const struct page *page, struct row **rows, enum text_id label,
    struct item item);
void row_plain(const struct page *page, struct section *section,
    enum text_id label, const char *text);
void row_text(const struct page *page, struct section *section,
    enum text_id label, const struct record *rec, const struct value *parent,
    enum field_id id);
/* All values of a field; with their labels when it has a vocabulary. */
void row_field(const struct page *page, struct section *section,
    enum text_id label, const struct value *parent, enum field_id id);
void row_link(const struct page *page, struct section *section,
    enum text_id label, const char *text, const char *href);
struct row *row_new(const struct page *page, struct section *section,
    enum text_id label);
void row_add(const struct page *page, struct row *row, struct item item);
/* Values of a field as one text, for comparing nodes. */
const char *field_words(const struct page *page, const struct record *rec,
    enum field_id id);

/* schedule.c: "every week on Tuesday, 10:00 to 11:30" or NULL */
const char *schedule_words(const struct page *page, const char *rrule,
    const char *start, const char *end);

/* programme.c, evidence.c, others.c: kinds of records */
void fill_programme(const struct page *page, struct record_view *view);
void fill_evidence(const struct page *page, struct record_view *view);
void fill_others(const struct page *page, struct record_view *view);
/* cite.c */
struct cite *cite_make(const struct page *page, const struct record *rec);
void row_identifiers(const struct page *page, struct section *section,
    const struct value *root);
const char *identifier_url(const struct page *page, const char *scheme,
    const char *value);
/* provenance.c */
int fill_provenance(const struct page *page, struct record_view *view,
    struct err *err) MUST_CHECK;
/* Title and link of another record; "a record this node does not hold". */
struct item record_item(const struct page *page, const char *id);

/* ---- results ---- */

struct mark {
	const char *text;
	bool is_hit;
};

struct card {
	const char *href;
	const char *kind_code;
	const char *kind;
	struct said title;
	struct said summary;
	struct mark *marks; /* of the summary when words were found */
	size_t n_marks;
	const char *place;
	const char *distance; /* NULL: not asked for */
	const char *facts;    /* languages, design, verdict ... */
	const char *checked;
	const char *checked_iso; /* NULL: not checked */
	const char *node;
	const char *also; /* other nodes, NULL: none */
};

struct choice {
	const char *value;
	const char *label;
	const char *count;
	const char *href; /* the search with just this */
	bool is_selected;
};

struct facet {
	const char *name;
	const char *title;
	struct choice *choices;
	size_t n;
	size_t n_shown; /* the rest folds away */
	const char *more;
};

struct active {
	const char *label;
	const char *remove; /* what to tell a screen reader */
	const char *href;   /* the search without it */
};

struct results {
	const char *heading;
	const char *dropped;
	const char *corrected; /* whose results these are instead */
	const char *meant;     /* what may have been meant; and its search */
	const char *meant_href;
	const char *lost; /* why there is no distance although one was asked */
	const char *too_far;
	bool is_empty;
	bool has_filters;
	const char *near, *within, *since; /* as they stand in the form */
	struct card *cards;
	size_t n_cards;
	struct active *active;
	size_t n_active;
	const char *clear;
	struct facet *facets;
	size_t n_facets;
	struct choice *sorts;
	size_t n_sorts;
	const char *previous, *next; /* NULL: none */
	const char *position;
	const char *json;
};

/* cards.c */
struct card *card_make(const struct page *page, const struct merge_view *view,
    const char *snippet);

/* ---- home, peers, errors ---- */

struct home {
	bool is_empty;
	struct choice *needs, *zones, *countries, *kinds;
	size_t n_needs, n_zones, n_countries, n_kinds;
	struct card *cards;
	size_t n_cards;
	const char *peers;
};

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

struct failure {
	int status;
	const char *heading;
	const char *text;
	const char *again; /* a search that may help, or NULL */
	const char *id;    /* request number, or NULL */
};

/* ---- controllers: fill, render, 0 or -1 ---- */

int show_home(struct page *page, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_results(struct page *page, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_record(struct page *page, const char *id, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_peers(struct page *page, struct http_response *res,
    struct err *err) MUST_CHECK;
int show_peer(struct page *page, const char *name, struct http_response *res,
    struct err *err) MUST_CHECK;
void show_about(struct page *page, struct http_response *res);
void show_failure(struct page *page, int status, const char *text,
    struct http_response *res);

/* Facets as choices, and links of searches (results.c). */
struct choice *choices_of(const struct page *page,
    const struct search_result *result, enum search_facet facet, size_t max,
    size_t *ret_n);

/* ---- templates ---- */

void tmpl_home(struct strbuf *out, const struct page *page,
    const struct home *home);
void tmpl_results(struct strbuf *out, const struct page *page,
    const struct results *results);
void tmpl_record(struct strbuf *out, const struct page *page,
    const struct record_view *view);
void tmpl_peers(struct strbuf *out, const struct page *page,
    const struct peers_view *view);
void tmpl_peer(struct strbuf *out, const struct page *page,
    const struct peer_view *view);
void tmpl_about(struct strbuf *out, const struct page *page);
void tmpl_failure(struct strbuf *out, const struct page *page,
    const struct failure *failure);
/* Parts. */
void tmpl_top(struct strbuf *out, const struct page *page);
void tmpl_bottom(struct strbuf *out, const struct page *page);
void tmpl_said(struct strbuf *out, struct said said);
void tmpl_card(struct strbuf *out, const struct card *card);
void tmpl_rows(struct strbuf *out, const struct row *rows);
void tmpl_spark(struct strbuf *out, const struct spark *spark);
void tmpl_alarms(struct strbuf *out, const struct page *page,
    const struct alarm_line *alarms, size_t n);

/* assets.c: embedded files */
const char *asset_style_path(void); /* "/style.<hash>.css" */

#endif
