/*
 * draw: a forest plot as texts and paths of a drawing, from its geometry.
 * Numbers stand as the record reports them; only places are turned. Left and
 * right are the same in every language: the axis is one of numbers.
 * Neighbours: plot.c, forest.c, forest.tmpl. Design: docs/evidence-pages.md.
 */
#include "web/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TEXT_MAX 65536
#define EDGE     2.0 /* text stays so far from the drawing's edge */
#define FULL     (FOREST_WIDTH - 2 * EDGE)
#define HALF     (FOREST_WIDTH / 2 - 8)
#define TICK     5.0 /* its length */
#define TICK_GAP 6.0 /* between labels */
#define ARROW    5.0
#define DIGITS   9

/* ---- rows ---- */

static const char *
coordinate(const struct page *page, double value)
{
	return arena_printf(page->arena, "%.2f", value);
}

/* Lines of a text in a column; returns how many. */
static size_t
fill_lines(const struct page *page, const char *text, double x, double y,
    double width, double font, size_t max, struct plot_line *ret_lines)
{
	struct forest_line lines[FOREST_LABEL_LINES];
	size_t n = forest_wrap(text, width, font, max, lines);

	for (size_t i = 0; i < n; i++) {
		struct plot_line *line = &ret_lines[i];

		line->text = arena_printf(page->arena, "%.*s%s",
		    (int)lines[i].len, text + lines[i].start,
		    lines[i].is_cut ? "…" : "");
		line->x = coordinate(page, x);
		line->y = coordinate(page, y + FOREST_LINE * (double)i);
		if (lines[i].is_guessed)
			line->fit = coordinate(page,
			    lines[i].width < width ? lines[i].width : width);
	}
	return n;
}

static const char *
with(const struct page *page, const char *label, const char *more)
{
	return more == NULL ? label
			    : arena_printf(page->arena, "%s · %s", label, more);
}

static const char *
label_of(const struct page *page, const struct effect *e)
{
	const char *label = e->outcome.text != NULL ? e->outcome.text : "";
	const char *instrument = e->instrument;

	if (instrument != NULL && e->unit != NULL &&
	    strcasecmp(instrument, e->unit) == 0)
		instrument = NULL;
	return with(page, with(page, label, e->timepoint), instrument);
}

static const char *
value_of(const struct page *page, const struct effect *e)
{
	const struct value *v = e->value;

	return page_say(page, TEXT_FOREST_VALUE, 0, "estimate",
	    evidence_number(page, value_get(v, FIELD_EFFECT_ESTIMATE)), "low",
	    evidence_number(page, value_get(v, FIELD_EFFECT_CI_LOW)), "high",
	    evidence_number(page, value_get(v, FIELD_EFFECT_CI_HIGH)), NULL);
}

static const char *
mark_path(const struct page *page, const struct forest_mark *m)
{
	double half = m->side / 2;

	if (m->is_point_cut)
		return "";
	if (m->side == 0)
		return arena_printf(page->arena,
		    "M%.2f %.2fL%.2f %.2fL%.2f %.2fL%.2f %.2fZ", m->x_low, m->y,
		    m->x, m->y - FOREST_DIAMOND / 2, m->x_high, m->y, m->x,
		    m->y + FOREST_DIAMOND / 2);
	return arena_printf(page->arena, "M%.2f %.2fh%.2fv%.2fh%.2fZ",
	    m->x - half, m->y - half, m->side, m->side, -m->side);
}

/* Where an interval goes on beyond the axis. */
static const char *
arrow_path(const struct page *page, const struct forest_mark *m)
{
	const char *low = "", *high = "";

	if (m->is_cut_low)
		low = arena_printf(page->arena, "M%.2f %.2fl%.1f %.1fv%.1fZ",
		    m->x_low - ARROW, m->y, ARROW, -ARROW, 2 * ARROW);
	if (m->is_cut_high)
		high = arena_printf(page->arena, "M%.2f %.2fl%.1f %.1fv%.1fZ",
		    m->x_high + ARROW, m->y, -ARROW, -ARROW, 2 * ARROW);
	return arena_printf(page->arena, "%s%s", low, high);
}

static void
fill_row(const struct page *page, const struct effect *e,
    const struct forest_mark *mark, bool is_marked, bool is_rtl,
    struct plot_row *row)
{
	double start = is_rtl ? FOREST_WIDTH - EDGE : EDGE;
	const char *value = value_of(page, e);

	row->n_labels = fill_lines(page, label_of(page, e), start,
	    mark->y_label, FULL, FOREST_FONT, FOREST_LABEL_LINES, row->label);
	if (is_marked)
		value = page_say(page, TEXT_FOREST_VALUE_TURNED, 0, "value",
		    value, NULL);
	(void)fill_lines(page, value, start, mark->y_value, FULL, FOREST_SMALL,
	    1, &row->value);
	row->mark = mark_path(page, mark);
	row->arrows = arrow_path(page, mark);
	row->whisker = "";
	/* A diamond's ends are its interval already. */
	if (mark->side > 0 || mark->is_point_cut)
		row->whisker = arena_printf(page->arena, "M%.2f %.2fH%.2f",
		    mark->x_low, mark->y, mark->x_high);
}

/* ---- the axis ---- */

/* As many digits as tell one tick from the next. */
static const char *
tick_text(const struct page *page, const struct forest_axis *axis, size_t i,
    bool is_reported)
{
	double value = is_reported ? -axis->ticks[i] : axis->ticks[i];
	double step = axis->n_ticks > 1 ? fabs(axis->ticks[1] - axis->ticks[0])
					: 0;
	int digits = 0;
	char text[64];

	if (axis->scale == FOREST_LOG) {
		(void)snprintf(text, sizeof(text), "%.3g", exp(value));
		return evidence_number(page, arena_strdup(page->arena, text));
	}
	if (step > 0 && step < 1)
		digits = (int)ceil(-log10(step) - 1e-9);
	if (fabs(value) < step / 2)
		value = 0; /* not "-0" */
	(void)snprintf(text, sizeof(text), "%.*f",
	    digits < DIGITS ? digits : DIGITS, value);
	return evidence_number(page, arena_strdup(page->arena, text));
}

static double
clamped(double x, double half)
{
	double low = EDGE + half, high = FOREST_WIDTH - EDGE - half;

	if (low > high)
		return FOREST_WIDTH / 2;
	return x < low ? low : x > high ? high : x;
}

/* Labels of those ticks that have room for one. */
static void
fill_ticks(const struct page *page, const struct forest *f, bool is_reported,
    struct plot *plot)
{
	double free_from = 0;

	for (size_t i = 0; i < f->axis.n_ticks; i++) {
		const char *text = tick_text(page, &f->axis, i, is_reported);
		struct plot_line *line = &plot->ticks[plot->n_ticks];
		bool guessed;
		double half = forest_text_width(text, strlen(text),
				  FOREST_SMALL, &guessed) /
			      2;
		double x = clamped(forest_x(&f->axis, f->axis.ticks[i]), half);

		if (x - half < free_from)
			continue;
		line->text = text;
		line->x = coordinate(page, x);
		line->y = coordinate(page, f->y_axis + 8 + FOREST_SMALL);
		free_from = x + half + TICK_GAP;
		plot->n_ticks++;
	}
}

static void
fill_axis(const struct page *page, const struct forest *f, struct plot *plot)
{
	struct strbuf sb;

	strbuf_init(&sb, TEXT_MAX);
	strbuf_addf(&sb, "M%.2f %.2fH%.2f", FOREST_MARGIN, f->y_axis,
	    FOREST_WIDTH - FOREST_MARGIN);
	for (size_t i = 0; i < f->axis.n_ticks; i++)
		strbuf_addf(&sb, "M%.2f %.2fv%.0f",
		    forest_x(&f->axis, f->axis.ticks[i]), f->y_axis, TICK);
	plot->axis = arena_strndup(page->arena, sb.buf, sb.len);
	strbuf_release(&sb);
}

/* Beside each mark only: it must not cross what is written between them. */
static const char *
null_path(const struct page *page, const struct forest *f)
{
	const char *path;
	struct strbuf sb;

	strbuf_init(&sb, TEXT_MAX);
	for (size_t i = 0; f->axis.has_null && i < f->n; i++)
		strbuf_addf(&sb, "M%.2f %.2fv%.0f",
		    forest_x(&f->axis, f->axis.null),
		    f->marks[i].y - FOREST_MARK / 2, FOREST_MARK + FOREST_GAP);
	path = arena_strndup(page->arena, sb.buf != NULL ? sb.buf : "", sb.len);
	strbuf_release(&sb);
	return path;
}

/* What lies to the left and to the right of the null value. */
static void
fill_sides(const struct page *page, const struct effect *e, struct forest *f,
    struct plot *plot)
{
	enum text_id left = TEXT_FOREST_LESS_GOOD;
	enum text_id right = TEXT_FOREST_MORE_GOOD;
	double y = f->height + FOREST_SMALL;
	size_t lines;

	if (e->better == NULL) {
		left = TEXT_FOREST_LOWER;
		right = TEXT_FOREST_HIGHER;
	} else if (effect_is_return(e)) {
		left = TEXT_FOREST_LESS_VALUE;
		right = TEXT_FOREST_MORE_VALUE;
	} else if (e->analysis != NULL && f->axis.has_null) {
		bool is_alone = strcmp(e->analysis, "pre-post") == 0;

		left = is_alone ? TEXT_FOREST_WORSE : TEXT_FOREST_COMPARISON;
		right = is_alone ? TEXT_FOREST_BETTER : TEXT_FOREST_PROGRAMME;
	}
	plot->n_left = fill_lines(page, page_text(page, left), EDGE, y, HALF,
	    FOREST_SMALL, FOREST_LABEL_LINES, plot->left);
	plot->n_right = fill_lines(page, page_text(page, right),
	    FOREST_WIDTH - EDGE, y, HALF, FOREST_SMALL, FOREST_LABEL_LINES,
	    plot->right);
	lines = plot->n_left > plot->n_right ? plot->n_left : plot->n_right;
	f->height += FOREST_LINE * (double)lines + 4;
}

/* ---- the whole ---- */

/* One sentence a row, for those who do not see the drawing. */
static const char *
describe(const struct page *page, const struct effect *const *group, size_t n)
{
	const char *text;
	struct strbuf sb;

	strbuf_init(&sb, TEXT_MAX);
	strbuf_addstr(&sb, page_say(page, TEXT_FOREST_DESCRIPTION, (int64_t)n,
			       "n", page_number(page, (int64_t)n), NULL));
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&sb, " %s: %s.", label_of(page, group[i]),
		    value_of(page, group[i]));
	text = arena_strndup(page->arena, sb.buf, utf8_floor(sb.buf, sb.len));
	strbuf_release(&sb);
	return text;
}

static const char *
caption_of(const struct page *page, const struct effect *e)
{
	const char *analysis = page_text(page, TEXT_FOREST_NO_ANALYSIS);
	bool has_unit = e->unit != NULL && !effect_is_ratio(e);

	if (e->analysis != NULL)
		analysis = page_label(page, VOCAB_ANALYSIS, e->analysis);
	return page_say(page,
	    has_unit ? TEXT_FOREST_CAPTION_UNIT : TEXT_FOREST_CAPTION, 0,
	    "analysis", analysis, "measure",
	    e->measure != NULL ? e->measure : "", "unit", e->unit, NULL);
}

/* Turned round as a whole, its ticks can say what was reported. */
static void
fill_turned(const struct page *page, size_t mirrored, size_t n,
    struct plot *plot)
{
	if (mirrored == n)
		plot->turned = page_text(page, TEXT_FOREST_TURNED_ALL);
	else if (mirrored != 0)
		plot->turned = page_text(page, TEXT_FOREST_TURNED_SOME);
}

static size_t
fill_geometry(const struct page *page, const struct effect *const *group,
    size_t n, struct forest *ret_forest)
{
	bool is_ratio = effect_is_ratio(group[0]);
	struct forest_line lines[FOREST_LABEL_LINES];
	struct forest_row rows[FOREST_ROWS_MAX];
	struct forest_axis axis;
	size_t mirrored = 0;
	bool has_null;
	double null;

	for (size_t i = 0; i < n; i++) {
		rows[i] = group[i]->numbers;
		rows[i].lines = (unsigned)forest_wrap(label_of(page, group[i]),
		    FULL, FOREST_FONT, FOREST_LABEL_LINES, lines);
		mirrored += rows[i].is_mirrored;
	}
	has_null = effect_null(group[0], &null);
	/* 1 turned round is not 1 on an axis that is not logarithmic. */
	if (has_null && !is_ratio && mirrored == n)
		null = -null;
	else if (null != 0 && !is_ratio && mirrored != 0)
		has_null = false;
	forest_fit(rows, n, is_ratio ? FOREST_LOG : FOREST_LINEAR, has_null,
	    null, &axis);
	forest_place(rows, n, &axis, ret_forest);
	return mirrored;
}

void
plot_draw(const struct page *page, const struct effect *const *group, size_t n,
    size_t number, struct plot *ret_plot)
{
	struct plot *plot = ret_plot;
	struct forest f;
	size_t mirrored = fill_geometry(page, group, n, &f);

	plot->id = arena_printf(page->arena, "plot%zu", number);
	plot->is_rtl = strcmp(page->dir, "rtl") == 0;
	plot->caption = caption_of(page, group[0]);
	plot->description = describe(page, group, n);
	fill_turned(page, mirrored, n, plot);
	plot->rows = arena_alloc(page->arena, n * sizeof(*plot->rows));
	plot->n_rows = n;
	for (size_t i = 0; i < n; i++)
		fill_row(page, group[i], &f.marks[i],
		    group[i]->numbers.is_mirrored && mirrored != n,
		    plot->is_rtl, &plot->rows[i]);
	fill_axis(page, &f, plot);
	plot->null = null_path(page, &f);
	fill_ticks(page, &f, mirrored == n, plot);
	fill_sides(page, group[0], &f, plot);
	plot->width = coordinate(page, FOREST_WIDTH);
	plot->height = coordinate(page, f.height);
	plot->view = arena_printf(page->arena, "0 0 %.0f %.2f", FOREST_WIDTH,
	    f.height);
}
