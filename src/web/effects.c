/*
 * effects: what a study measured, as its record reports it: the table's
 * words, and the same numbers read for drawing. Neighbours: verdict.c and
 * plot.c go on from it. Design: docs/evidence-pages.md.
 */
#include "web/evidence_page.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *
evidence_number(const struct page *page, const char *number)
{
	return number != NULL ? page_decimal(page, number) : "";
}

static const char *
interval_of(const struct page *page, const struct value *v)
{
	const char *low = value_get(v, FIELD_EFFECT_CI_LOW);
	const char *high = value_get(v, FIELD_EFFECT_CI_HIGH);
	const char *level = value_get(v, FIELD_EFFECT_CI_LEVEL);

	if (low == NULL || high == NULL)
		return page_text(page, TEXT_NOT_GIVEN);
	return page_say(page,
	    level != NULL ? TEXT_INTERVAL_LEVEL : TEXT_INTERVAL, 0, "low",
	    evidence_number(page, low), "high", evidence_number(page, high),
	    "level", level, NULL);
}

static const char *
joined(const struct page *page, const char *a, const char *b)
{
	if (b == NULL || *b == '\0')
		return a;
	return *a == '\0' ? b : arena_printf(page->arena, "%s; %s", a, b);
}

/* What the kind of analysis says already, or nothing. */
static bool
is_plain_comparator(const char *text)
{
	static const char *const words[] = { "none", "control", "controls",
		"control group" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcasecmp(text, words[i]) == 0)
			return true;
	}
	return false;
}

static const char *
notes_of(const struct page *page, const struct value *v)
{
	const char *better = value_get(v, FIELD_EFFECT_BETTER_IF);
	const char *analysis = value_get(v, FIELD_EFFECT_ANALYSIS);
	const char *comparator = value_get(v, FIELD_EFFECT_COMPARATOR);
	const char *pooled = value_get(v, FIELD_EFFECT_POOLED);
	const char *k = value_get(v, FIELD_EFFECT_K);
	const char *i2 = value_get(v, FIELD_EFFECT_I2);
	const char *notes = "";

	if (analysis != NULL)
		notes = page_label(page, VOCAB_ANALYSIS, analysis);
	if (comparator != NULL && !is_plain_comparator(comparator))
		notes = joined(page, notes, comparator);
	if (better != NULL)
		notes = joined(page, notes,
		    page_text(page, strcmp(better, "lower") == 0
					? TEXT_EFFECT_BETTER_LOWER
					: TEXT_EFFECT_BETTER_HIGHER));
	if (pooled != NULL && strcmp(pooled, "true") == 0)
		notes = joined(page, notes,
		    k != NULL
			? page_say(page, TEXT_EFFECT_POOLED, 0, "n", k, NULL)
			: page_text(page, TEXT_EFFECT_POOLED_PLAIN));
	if (i2 != NULL)
		notes = joined(page, notes,
		    page_say(page, TEXT_EFFECT_I2, 0, "n", i2, NULL));
	return notes;
}

/* -1 for what no number can be read from. */
static int
read_number(const char *text, double *ret_number)
{
	char *end;
	double number;

	if (text == NULL || *text == '\0')
		return -1;
	number = strtod(text, &end);
	if (*end != '\0')
		return -1;
	*ret_number = number;
	return 0;
}

static enum forest_scale
scale_of(const char *measure)
{
	return measure != NULL && (strcmp(measure, "rr") == 0 ||
				      strcmp(measure, "or") == 0 ||
				      strcmp(measure, "hr") == 0)
		   ? FOREST_LOG
		   : FOREST_LINEAR;
}

static void
read_numbers(const struct value *v, struct effect *e)
{
	struct forest_row *row = &e->numbers;
	const char *low = value_get(v, FIELD_EFFECT_CI_LOW);
	const char *high = value_get(v, FIELD_EFFECT_CI_HIGH);

	e->has_interval = low != NULL && high != NULL;
	row->is_pooled = e->is_pooled;
	row->is_mirrored = e->better != NULL && strcmp(e->better, "lower") == 0;
	if (read_number(e->n, &row->weight) == -1)
		row->weight = 0;
	e->is_sound = e->has_interval && read_number(low, &row->low) == 0 &&
		      read_number(high, &row->high) == 0 &&
		      read_number(value_get(v, FIELD_EFFECT_ESTIMATE),
			  &row->estimate) == 0 &&
		      forest_is_sound(row, scale_of(e->measure_code));
}

/* Codes of nodes come in any case. */
static const char *
code_of(const struct page *page, const struct value *v, enum field_id id)
{
	const char *code = value_get(v, id);
	char *lower;

	if (code == NULL)
		return NULL;
	lower = arena_strdup(page->arena, code);
	for (char *p = lower; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	}
	return lower;
}

static void
fill_effect(const struct page *page, const struct value *v, struct effect *e)
{
	const char *estimate = value_get(v, FIELD_EFFECT_ESTIMATE);
	const char *pooled = value_get(v, FIELD_EFFECT_POOLED);

	e->value = v;
	e->outcome.text = value_get(v, FIELD_EFFECT_OUTCOME);
	e->instrument = value_get(v, FIELD_EFFECT_INSTRUMENT);
	e->measure_code = code_of(page, v, FIELD_EFFECT_MEASURE);
	if (e->measure_code != NULL)
		e->measure = page_label(page, VOCAB_MEASURE, e->measure_code);
	if (e->measure == e->measure_code) /* unknown: as it is written */
		e->measure = value_get(v, FIELD_EFFECT_MEASURE);
	e->analysis = code_of(page, v, FIELD_EFFECT_ANALYSIS);
	e->better = code_of(page, v, FIELD_EFFECT_BETTER_IF);
	e->unit = value_get(v, FIELD_EFFECT_UNIT);
	e->estimate = estimate == NULL ? page_text(page, TEXT_NOT_GIVEN)
		      : e->unit != NULL
			  ? arena_printf(page->arena, "%s %s",
				evidence_number(page, estimate), e->unit)
			  : evidence_number(page, estimate);
	e->interval = interval_of(page, v);
	e->n = value_get(v, FIELD_EFFECT_N);
	e->timepoint = value_get(v, FIELD_EFFECT_TIMEPOINT);
	e->notes = notes_of(page, v);
	e->is_pooled = pooled != NULL && strcmp(pooled, "true") == 0;
	read_numbers(v, e);
}

void
fill_effects(const struct page *page, const struct record *rec,
    struct evidence *view)
{
	size_t n = 0;

	for (const struct value *v = value_find(&rec->root, FIELD_EFFECT);
	     v != NULL; v = value_next(v))
		n++;
	view->effects = arena_alloc(page->arena, n * sizeof(*view->effects));
	for (const struct value *v = value_find(&rec->root, FIELD_EFFECT);
	     v != NULL; v = value_next(v)) {
		struct effect *e = &view->effects[view->n_effects++];

		fill_effect(page, v, e);
		view->has_n |= e->n != NULL;
		view->has_timepoint |= e->timepoint != NULL;
	}
}
