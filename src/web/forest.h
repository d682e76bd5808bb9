/*
 * Inside web/ only: geometry of a forest plot. Pure functions of numbers:
 * rows in, coordinates out. Which rows may share an axis is plot.c's to say.
 * Rules and their sources: docs/evidence-pages.md.
 */
#ifndef WEB_FOREST_H
#define WEB_FOREST_H

#include <stdbool.h>
#include <stddef.h>

#define FOREST_ROWS_MAX    24 /* on one axis */
#define FOREST_TICKS_MAX   8
#define FOREST_LABEL_LINES 2

/* The drawing's own units; as wide as a telephone in its pixels. */
#define FOREST_WIDTH      360.0
#define FOREST_MARGIN     12.0 /* from the edge to the axis' ends */
#define FOREST_LINE       17.0 /* from line of text to line of text */
#define FOREST_FONT       13.0
#define FOREST_SMALL      12.0
#define FOREST_MARK       22.0 /* height of the line that has the mark */
#define FOREST_GAP        7.0  /* between rows */
#define FOREST_DIAMOND    13.0 /* its height */
#define FOREST_SQUARE_MIN 4.0
#define FOREST_SQUARE_MAX 12.0
#define FOREST_SQUARE     8.0 /* where sizes of studies are not known */

enum forest_scale { FOREST_LINEAR, FOREST_LOG };

struct forest_row {
	double estimate, low, high; /* as reported */
	double weight;              /* participants, 0: not known */
	bool is_pooled;
	bool is_mirrored; /* lower is better: turned to the benefit side */
	unsigned lines;   /* of its label */
};

/* Values of an axis are turned ones, and logarithms when it is FOREST_LOG. */
struct forest_axis {
	enum forest_scale scale;
	double low, high;
	double null;
	bool has_null;
	double ticks[FOREST_TICKS_MAX];
	size_t n_ticks;
};

struct forest_mark {
	double x, x_low, x_high; /* whiskers, cut at the axis' ends */
	double y;                /* middle of the mark */
	double y_label;          /* base line of the first label line */
	double y_value;          /* base line of the numbers */
	double side;             /* of the square; 0: a diamond */
	bool is_cut_low, is_cut_high;
	bool is_point_cut; /* the estimate itself lies beyond the axis */
};

struct forest {
	struct forest_axis axis;
	struct forest_mark marks[FOREST_ROWS_MAX];
	size_t n;
	double y_axis;
	double height; /* without the lines below the axis */
};

/*
 * Numbers that a plot can draw: finite, not absurdly large, low <= estimate
 * <= high, and above zero on a logarithmic axis.
 */
bool forest_is_sound(const struct forest_row *row, enum forest_scale scale);
/* Where a reported value stands on an axis' own scale. */
double forest_turn(double value, enum forest_scale scale, bool is_mirrored);
/* An axis for sound rows (at most FOREST_ROWS_MAX): round ticks, the null
 * value, itself as reported, on it. */
void forest_fit(const struct forest_row *rows, size_t n,
    enum forest_scale scale, bool has_null, double null,
    struct forest_axis *ret_axis);
/* x of a value of the axis, also beyond its ends. */
double forest_x(const struct forest_axis *axis, double value);
/* Place sound rows (at most FOREST_ROWS_MAX) on an axis. */
void forest_place(const struct forest_row *rows, size_t n,
    const struct forest_axis *axis, struct forest *ret_forest);

/* ---- texts in it (measure.c) ---- */

struct forest_line {
	size_t start, len; /* bytes of the text */
	double width;
	bool is_cut;     /* an ellipsis belongs behind it */
	bool is_guessed; /* has signs whose width nobody knows */
};
/*
 * Break a text into at most `max` lines of `width` units at a font size, by
 * an estimate of its width; the last is cut when there is more. Returns how
 * many lines.
 */
size_t forest_wrap(const char *text, double width, double font, size_t max,
    struct forest_line *ret_lines);
double forest_text_width(const char *text, size_t len, double font,
    bool *ret_guessed);

#endif
