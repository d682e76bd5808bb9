/*
 * forest: geometry of a forest plot: an axis for intervals, and where on it
 * squares, diamonds and whiskers stand. Nothing is pooled here: a diamond is
 * drawn where a study states a pooled estimate, from its own numbers. The
 * same places as R's metafor has them (tests/unit/test_forest.c). Neighbours:
 * plot.c makes drawings of it, measure.c breaks labels. Design:
 * docs/evidence-pages.md.
 */
#include "web/forest.h"

#include <math.h>
#include <string.h>

#define VALUE_MAX  1e9  /* larger is no effect but a mistake */
#define RATIO_MAX  1e4  /* on a logarithmic axis; its inverse the least */
#define LEAST_SPAN 1e-9 /* an axis this short shows nothing: widened */
#define REACH      2.0  /* an interval goes on for so many core widths */
#define STEPS      5.0  /* about so many ticks */
#define LOG_PLAIN  4.0  /* axes of a smaller ratio have even ticks */
#define SLACK      1e-9 /* sums of steps are not exact */

bool
forest_is_sound(const struct forest_row *row, enum forest_scale scale)
{
	double most = scale == FOREST_LOG ? RATIO_MAX : VALUE_MAX;
	double least = scale == FOREST_LOG ? 1 / RATIO_MAX : -VALUE_MAX;

	/* Written so that a NaN fails too. */
	return row->low >= least && row->low <= row->estimate &&
	       row->estimate <= row->high && row->high <= most;
}

double
forest_turn(double value, enum forest_scale scale, bool is_mirrored)
{
	double turned = scale == FOREST_LOG ? log(value) : value;

	return is_mirrored && turned != 0 ? -turned : turned;
}

static double
smaller(double a, double b)
{
	return a < b ? a : b;
}

static double
larger(double a, double b)
{
	return a > b ? a : b;
}

/* A row's ends on the axis' scale, low before high. */
static void
ends_of(const struct forest_row *row, enum forest_scale scale, double *ret_low,
    double *ret_high)
{
	double a = forest_turn(row->low, scale, row->is_mirrored);
	double b = forest_turn(row->high, scale, row->is_mirrored);

	*ret_low = smaller(a, b);
	*ret_high = larger(a, b);
}

/*
 * From the least to the greatest end, but one very wide interval must not
 * squeeze all others: beyond the estimates and the null value it gets twice
 * as much room as those take, or as the middle interval does.
 */
static void
span_of(const struct forest_row *rows, size_t n, struct forest_axis *axis)
{
	double widths[FOREST_ROWS_MAX];
	double low = INFINITY, high = -INFINITY;
	double first = axis->has_null ? axis->null : INFINITY;
	double last = axis->has_null ? axis->null : -INFINITY;
	double room;

	for (size_t i = 0; i < n; i++) {
		double at = forest_turn(rows[i].estimate, axis->scale,
		    rows[i].is_mirrored);
		double from, to;
		size_t k = i;

		ends_of(&rows[i], axis->scale, &from, &to);
		low = smaller(low, from);
		high = larger(high, to);
		first = smaller(first, at);
		last = larger(last, at);
		/* Sorted as they come: there are few. */
		for (; k > 0 && widths[k - 1] > to - from; k--)
			widths[k] = widths[k - 1];
		widths[k] = to - from;
	}
	room = REACH * larger(last - first, widths[n / 2]);
	axis->low = smaller(first, larger(low, first - room));
	axis->high = larger(last, smaller(high, last + room));
	if (axis->high - axis->low < LEAST_SPAN) {
		double more = larger(fabs(axis->high) / 2, LEAST_SPAN);

		if (axis->high == 0)
			more = 1;
		axis->low -= more;
		axis->high += more;
	}
}

/* 1, 2 or 5 times a power of ten, at least as long as `span` / STEPS. */
static double
nice_step(double span)
{
	double raw = span / STEPS;
	double power = pow(10, floor(log10(raw)));
	double part = raw / power - SLACK;

	return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

static void
add_tick(struct forest_axis *axis, double value)
{
	if (axis->n_ticks < FOREST_TICKS_MAX)
		axis->ticks[axis->n_ticks++] = value;
}

static void
ticks_linear(struct forest_axis *axis)
{
	double step = nice_step(axis->high - axis->low);
	double from = floor(axis->low / step + SLACK);
	double to = ceil(axis->high / step - SLACK);

	for (int i = 0; i < FOREST_TICKS_MAX && from + i <= to; i++)
		add_tick(axis, (from + i) * step);
	axis->low = from * step;
	axis->high = to * step;
}

/* Even steps of the ratio itself where it stays within a few fold. */
static void
ticks_ratio(struct forest_axis *axis)
{
	double low = exp(axis->low), high = exp(axis->high);
	double step = nice_step(high - low);
	double from = ceil(low / step - SLACK);

	for (int i = 0; i < FOREST_TICKS_MAX; i++) {
		if ((from + i) * step <= high * (1 + SLACK))
			add_tick(axis, log((from + i) * step));
	}
}

/* 1, 2, 5, 10 ..., or only powers of ten, of a hundred when that is much. */
static void
ticks_decades(struct forest_axis *axis)
{
	static const double parts[] = { 1, 2, 5 };
	int from = (int)floor(axis->low / log(10) - SLACK);
	int to = (int)ceil(axis->high / log(10) + SLACK);
	size_t n_parts = to - from <= 2 ? 3 : 1;
	int leap = to - from > FOREST_TICKS_MAX - 1 ? 2 : 1;

	/* One of them is always 1, the null value. */
	if (leap == 2 && from % 2 != 0)
		from--;
	for (int d = from; d <= to; d += leap) {
		for (size_t i = 0; i < n_parts; i++) {
			double at = log(parts[i]) + d * log(10);

			if (at >= axis->low - SLACK && at <= axis->high + SLACK)
				add_tick(axis, at);
		}
	}
}

void
forest_fit(const struct forest_row *rows, size_t n, enum forest_scale scale,
    bool has_null, double null, struct forest_axis *ret_axis)
{
	memset(ret_axis, 0, sizeof(*ret_axis));
	ret_axis->scale = scale;
	ret_axis->has_null = has_null;
	ret_axis->null = has_null ? forest_turn(null, scale, false) : 0;
	if (n == 0 || n > FOREST_ROWS_MAX)
		return;
	span_of(rows, n, ret_axis);
	if (scale == FOREST_LINEAR)
		ticks_linear(ret_axis);
	else if (ret_axis->high - ret_axis->low < log(LOG_PLAIN))
		ticks_ratio(ret_axis);
	else
		ticks_decades(ret_axis);
}

double
forest_x(const struct forest_axis *axis, double value)
{
	double span = axis->high - axis->low;
	double wide = FOREST_WIDTH - 2 * FOREST_MARGIN;

	if (!(span > 0))
		return FOREST_WIDTH / 2;
	return FOREST_MARGIN + wide * ((value - axis->low) / span);
}

/* Its area grows with the number of participants, the largest of the plot
 * being the measure. */
static double
side_of(const struct forest_row *row, double largest)
{
	if (row->is_pooled)
		return 0;
	if (!(row->weight > 0) || !(largest > 0))
		return FOREST_SQUARE;
	return larger(FOREST_SQUARE_MAX * sqrt(row->weight / largest),
	    FOREST_SQUARE_MIN);
}

static double
within(const struct forest_axis *axis, double value)
{
	return smaller(larger(value, axis->low), axis->high);
}

static void
place(const struct forest_row *row, const struct forest_axis *axis,
    double largest, struct forest_mark *mark)
{
	double at = forest_turn(row->estimate, axis->scale, row->is_mirrored);
	double slack = (axis->high - axis->low) * SLACK;
	double low, high;

	ends_of(row, axis->scale, &low, &high);
	mark->is_cut_low = low < axis->low - slack;
	mark->is_cut_high = high > axis->high + slack;
	mark->is_point_cut = at < axis->low - slack || at > axis->high + slack;
	mark->x = forest_x(axis, within(axis, at));
	mark->x_low = forest_x(axis, within(axis, low));
	mark->x_high = forest_x(axis, within(axis, high));
	mark->side = side_of(row, largest);
}

void
forest_place(const struct forest_row *rows, size_t n,
    const struct forest_axis *axis, struct forest *ret_forest)
{
	double y = 4, largest = 0;

	memset(ret_forest, 0, sizeof(*ret_forest));
	ret_forest->axis = *axis;
	ret_forest->n = n < FOREST_ROWS_MAX ? n : FOREST_ROWS_MAX;
	for (size_t i = 0; i < ret_forest->n; i++) {
		if (!rows[i].is_pooled)
			largest = larger(largest, rows[i].weight);
	}
	for (size_t i = 0; i < ret_forest->n; i++) {
		struct forest_mark *mark = &ret_forest->marks[i];

		place(&rows[i], axis, largest, mark);
		mark->y_label = y + FOREST_FONT;
		y += FOREST_LINE * rows[i].lines;
		mark->y_value = y + FOREST_SMALL;
		y += FOREST_LINE;
		mark->y = y + FOREST_MARK / 2;
		y += FOREST_MARK + FOREST_GAP;
	}
	ret_forest->y_axis = y;
	ret_forest->height = y + 8 + FOREST_LINE;
}
