/*
 * plot: which effects of a study may share an axis, and each axis as a forest
 * plot. Only what has an interval is drawn; comparisons with a control group
 * and changes from before to after never together; one measure to an axis,
 * and plain differences only in one unit and instrument. Benefit is on the
 * right: where lower is better, the axis is turned. Neighbours: effects.c
 * reads, forest.c places, draw.c writes. Design: docs/evidence-pages.md.
 */
#include "web/plot.h"

#include <string.h>
#include <strings.h>

#define PLOTS_MAX 8

static bool
same(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcasecmp(a, b) == 0;
}

static bool
is_measure(const struct effect *e, const char *code)
{
	return e->measure_code != NULL && strcmp(e->measure_code, code) == 0;
}

bool
effect_is_ratio(const struct effect *e)
{
	return is_measure(e, "rr") || is_measure(e, "or") ||
	       is_measure(e, "hr");
}

bool
effect_is_return(const struct effect *e)
{
	return is_measure(e, "sroi") ||
	       (is_measure(e, "ratio") && same(e->instrument, "sroi"));
}

/* Free of units: one axis for all outcomes. */
static bool
is_unitless(const struct effect *e)
{
	return effect_is_ratio(e) || is_measure(e, "smd") ||
	       is_measure(e, "pct");
}

bool
effect_null(const struct effect *e, double *ret_null)
{
	*ret_null = effect_is_ratio(e) || effect_is_return(e) ? 1 : 0;
	return is_unitless(e) || is_measure(e, "md") || effect_is_return(e);
}

/* "mmHg" is the same whatever it measures, "points" of one scale are not those
 * of another. */
static bool
is_physical(const char *unit)
{
	static const char *const vague[] = { "point", "points", "score",
		"scores", "unit", "units", "scale", "%" };

	for (size_t i = 0; unit != NULL && i < ARRAY_LEN(vague); i++) {
		if (strcasecmp(unit, vague[i]) == 0)
			return false;
	}
	return unit != NULL;
}

static bool
share_axis(const struct effect *a, const struct effect *b)
{
	if (!same(a->measure_code, b->measure_code) ||
	    !same(a->analysis, b->analysis) ||
	    (a->better == NULL) != (b->better == NULL))
		return false;
	if (is_unitless(a))
		return true;
	if (!same(a->unit, b->unit) || !same(a->instrument, b->instrument))
		return false;
	return a->instrument != NULL || is_physical(a->unit) ||
	       same(a->outcome.text, b->outcome.text);
}

static void
add_note(const struct page *page, struct evidence *view, enum text_id id,
    size_t n)
{
	const char *text;

	if (n == 0)
		return;
	if (view->plot_notes == NULL)
		view->plot_notes = arena_alloc(page->arena,
		    sizeof(*view->plot_notes));
	text = page_say(page, id, (int64_t)n, "n",
	    page_number(page, (int64_t)n), NULL);
	row_add(page, view->plot_notes,
	    (struct item){ .text = { text, NULL } });
}

/* Those that share an axis with effect `from` and are in no plot yet; too
 * many for one are counted. */
static size_t
gather(const struct evidence *view, size_t from, bool *taken,
    const struct effect **ret_group, size_t *n_left)
{
	size_t n = 0;

	for (size_t i = from; i < view->n_effects; i++) {
		const struct effect *e = &view->effects[i];

		if (taken[i] || !e->is_sound ||
		    !share_axis(&view->effects[from], e))
			continue;
		taken[i] = true;
		if (n < FOREST_ROWS_MAX)
			ret_group[n++] = e;
		else
			(*n_left)++;
	}
	return n;
}

void
fill_plots(const struct page *page, struct evidence *view)
{
	const struct effect *group[FOREST_ROWS_MAX];
	bool *taken = arena_alloc(page->arena,
	    view->n_effects * sizeof(*taken));
	size_t n_bare = 0, n_unsound = 0, n_left = 0;

	view->plots = arena_alloc(page->arena,
	    PLOTS_MAX * sizeof(*view->plots));
	for (size_t i = 0; i < view->n_effects; i++) {
		const struct effect *e = &view->effects[i];
		size_t n;

		n_bare += !e->has_interval;
		n_unsound += e->has_interval && !e->is_sound;
		if (taken[i] || !e->is_sound)
			continue;
		n = gather(view, i, taken, group, &n_left);
		if (view->n_plots == PLOTS_MAX) {
			n_left += n;
			continue;
		}
		plot_draw(page, group, n, view->n_plots + 1,
		    &view->plots[view->n_plots]);
		view->n_plots++;
	}
	if (view->n_plots != 0)
		add_note(page, view, TEXT_FOREST_BARE, n_bare);
	add_note(page, view, TEXT_FOREST_UNSOUND, n_unsound);
	add_note(page, view, TEXT_FOREST_LEFT, n_left);
}
