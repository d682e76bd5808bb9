/*
 * Inside web/ only: what the page of a study has beside the rows of every
 * record: a verdict in words, effects as a table and as forest plots, limits.
 */
#ifndef WEB_EVIDENCE_PAGE_H
#define WEB_EVIDENCE_PAGE_H

#include "web/forest.h"
#include "web/record_page.h"

/* One measured effect as the record has it, and as words. */
struct effect {
	const struct value *value;
	struct said outcome;
	const char *instrument;
	const char *measure_code; /* NULL: not said */
	const char *measure;
	const char *analysis; /* code, NULL: not said */
	const char *better;   /* code, NULL: not said */
	const char *unit;
	const char *estimate;
	const char *interval;
	const char *n;
	const char *timepoint;
	const char *notes;
	bool is_pooled;
	/* Can it be drawn: an interval, and numbers that fit together? */
	bool has_interval, is_sound;
	struct forest_row numbers;
};

/* A line of text in a drawing. */
struct plot_line {
	const char *text;
	const char *x, *y;
	const char *fit; /* width to squeeze it into, NULL: as it is */
};

struct plot_row {
	struct plot_line label[FOREST_LABEL_LINES];
	size_t n_labels;
	struct plot_line value; /* the numbers as reported */
	const char *whisker;    /* paths; "" for nothing */
	const char *mark;       /* square or diamond */
	const char *arrows;
};

/* A forest plot as forest.tmpl draws it. */
struct plot {
	const char *id; /* of its elements: "plot1" */
	const char *caption;
	const char *description;
	const char *turned; /* what was mirrored, NULL: nothing */
	const char *view;   /* the viewBox */
	const char *width, *height;
	bool is_rtl;
	const char *axis, *null; /* paths; null "" without */
	struct plot_row *rows;
	size_t n_rows;
	struct plot_line ticks[FOREST_TICKS_MAX];
	size_t n_ticks;
	/* What the sides mean, at the physical left and right. */
	struct plot_line left[FOREST_LABEL_LINES];
	struct plot_line right[FOREST_LABEL_LINES];
	size_t n_left, n_right;
};

struct evidence {
	const char *verdict;
	const char *verdict_text;
	const char *verdict_class;
	struct row *verdict_rows; /* strength, certainty, cost */
	struct said plain;        /* the summary in plain words */
	struct effect *effects;
	size_t n_effects;
	bool has_n, has_timepoint; /* else no column for it */
	struct plot *plots;
	size_t n_plots;
	struct row *plot_notes; /* what is not drawn; NULL: nothing */
	struct row *limits;     /* NULL: none to speak of */
	struct row *programmes; /* that use it; NULL: none known */
};

/* A number as reported, in the way the page's language writes it. */
const char *evidence_number(const struct page *page, const char *number);
/* effects.c: the table; what can be drawn. */
void fill_effects(const struct page *page, const struct record *rec,
    struct evidence *view);
/* verdict.c: effect, strength, cost in words. */
void fill_verdict(const struct page *page, const struct record *rec,
    struct evidence *view);
/* limits.c: what to keep in mind. */
void fill_limits(const struct page *page, const struct record *rec,
    struct evidence *view);
/* plot.c: which effects share an axis, and each axis as a drawing. */
void fill_plots(const struct page *page, struct evidence *view);

void tmpl_evidence(struct strbuf *out, const struct page *page,
    const struct evidence *view);
void tmpl_plot(struct strbuf *out, const struct page *page,
    const struct plot *plot);

#endif
