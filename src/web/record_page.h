/*
 * Inside web/ only: the page of one record: rows of facts in sections, the
 * numbers of a study, citation, provenance.
 */
#ifndef WEB_RECORD_PAGE_H
#define WEB_RECORD_PAGE_H

#include "web/keep.h"
#include "web/page.h"

struct item {
	struct said text;
	const char *href; /* NULL: no link */
	const char *note; /* behind it, NULL: none */
};

struct row {
	const char *label;
	struct item *items;
	size_t n;
	bool is_prose;    /* keeps its line breaks */
	int64_t n_hidden; /* items that are too many */
	const char *more; /* says so; or NULL */
	struct row *next;
};

struct section {
	const char *title;
	const char *anchor;
	size_t n; /* rows */
	struct row *rows;
	struct row **last;
	struct section *next;
};

/* For citations and reference managers. */
struct cite {
	const char *apa, *vancouver; /* to copy */
	const char *title;
	const char *lang;
	const char **authors; /* "Family, Given" */
	size_t n_authors;
	const char *year, *date;
	const char *journal;
	const char *volume, *issue, *pages;
	const char *first_page, *last_page;
	const char *publisher;
	bool is_thesis, is_report;
	const char *doi, *pmid;
};

/* A record that names this one. */
#define LINKED_MAX 60
struct linked {
	const struct merge_view *view;
	bool is_shown; /* by some part of the page already */
};

struct card;
struct cards {
	struct card **items;
	size_t n;
	const char *words, *all; /* a search for all of them, or NULL */
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
	struct keep_offer keep;
	struct said title;
	struct said alternate;
	struct said summary;
	const char *status;             /* shown when it is not running */
	const char *alert, *alert_text; /* it is closed, paused ...; or NULL */
	const char *example;            /* it is an invented one; or NULL */
	const char *stated; /* one node's own words, not the merged view */
	const char *whole;  /* then: the page of the merged view */
	const char *byline; /* authors, year, journal */
	struct section *sections;
	struct section **last;
	const struct evidence *evidence; /* of a study (evidence_page.h) */
	const struct cite *cite;
	struct row *provenance;
	const char *checked; /* when, in short; NULL: nobody asks */
	struct item origin;  /* the node it comes from */
	struct dispute *disputes;
	size_t n_disputes;
	struct linked *links;
	size_t n_links;
	size_t n_unread;     /* more than are looked at */
	struct item *linked; /* those with no place of their own */
	size_t n_linked;
	const char *linked_more;
	struct cards studies, similar;
	const char *report_href;
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
/* A row that was made by hand. */
void row_put(struct section *section, struct row *row);
/* Values of a field as one text, for comparing nodes. */
const char *field_words(const struct page *page, const struct record *rec,
    enum field_id id);

/* schedule.c: "every week on Tuesday, 10:00 to 11:30" or NULL */
const char *schedule_words(const struct page *page, const char *rrule,
    const char *start, const char *end);

/* programme.c: ways to reach people, as a record states them. */
void contact_rows(const struct page *page, struct section *section,
    const struct record *rec);

/* linked.c: who names this record. Then, when all else is filled, what is
 * left over. */
int fill_links(const struct page *page, struct record_view *view,
    struct err *err) MUST_CHECK;
void fill_linked(const struct page *page, struct record_view *view);
bool is_member(const struct merge_view *merged, const char *id);
/* beside.c: evidence for a programme, similar ones near it */
void fill_beside(const struct page *page, struct record_view *view);
/* "38.7223,-9.1393" of a site with a point on Earth, or NULL. */
const char *site_point(const struct page *page, const struct value *site,
    double *ret_lat, double *ret_lon);
void fill_organisation(const struct page *page, struct record_view *view);

/* programme.c, evidence.c, others.c: kinds of records */
void fill_programme(const struct page *page, struct record_view *view);
/* Fills in the study's relations too: record.c need not. */
int fill_evidence(const struct page *page, struct record_view *view,
    struct err *err) MUST_CHECK;
void fill_others(const struct page *page, struct record_view *view);
/* cite.c */
struct cite *cite_make(const struct page *page, const struct record *rec);
/* For the title of <span class="Z3988">; NULL for what is no evidence. */
const char *cite_coins(const struct page *page, const struct record *rec);
/* The record in schema.org's words, NULL when it is too much for a page. */
const char *cite_json_ld(const struct page *page, const struct record *rec);
void row_identifiers(const struct page *page, struct section *section,
    const struct value *root);
const char *identifier_url(const struct page *page, const char *scheme,
    const char *value);
/* provenance.c */
int fill_provenance(const struct page *page, struct record_view *view,
    struct err *err) MUST_CHECK;
/* An organisation that a record names: its name, and where that leads, its
 * record or else its website. No text: it has neither. */
struct item organisation_item(const struct page *page, const struct record *rec,
    const struct value *organisation);
/* Title and link of another record; "a record this node does not hold". */
struct item record_item(const struct page *page, const char *id);

/* record.tmpl; parts that other pages use too */
void tmpl_record(struct strbuf *out, const struct page *page,
    const struct record_view *view);
void tmpl_rows(struct strbuf *out, const struct row *rows);
void tmpl_item(struct strbuf *out, const struct item *item);

#endif
