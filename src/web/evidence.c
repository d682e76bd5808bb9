/*
 * evidence: the verdict first, then the study, its numbers, where to read
 * it. "No effect found" and "not rated" are verdicts like any other.
 * Neighbours: cite.c, rows.c, record.c.
 */
#include "web/record_page.h"

#include <string.h>
#include <strings.h>

static void
fill_verdict(const struct page *page, struct record_view *view)
{
	static const struct {
		const char *code;
		enum text_id words, text;
		const char *class;
	} table[] = {
		{ "benefit", TEXT_VERDICT_BENEFIT, TEXT_VERDICT_BENEFIT_TEXT,
		    "good" },
		{ "no-difference", TEXT_VERDICT_NONE, TEXT_VERDICT_NONE_TEXT,
		    "none" },
		{ "harm", TEXT_VERDICT_HARM, TEXT_VERDICT_HARM_TEXT, "bad" },
		{ "mixed", TEXT_VERDICT_MIXED, TEXT_VERDICT_MIXED_TEXT,
		    "mixed" },
		{ "not-measured", TEXT_VERDICT_UNMEASURED,
		    TEXT_VERDICT_UNMEASURED_TEXT, "none" },
	};
	const char *direction = value_get(&view->rec->root, FIELD_DIRECTION);

	view->verdict = page_text(page, TEXT_VERDICT_UNRATED);
	view->verdict_text = page_text(page, TEXT_VERDICT_UNRATED_TEXT);
	view->verdict_class = "unrated";
	for (size_t i = 0; direction != NULL && i < ARRAY_LEN(table); i++) {
		if (strcmp(direction, table[i].code) != 0)
			continue;
		view->verdict = page_text(page, table[i].words);
		view->verdict_text = page_text(page, table[i].text);
		view->verdict_class = table[i].class;
	}
}

static void
add_grades(const struct page *page, struct section *section,
    const struct value *root)
{
	const struct value *v = value_find(root, FIELD_GRADE);
	struct row *row = row_new(page, section, TEXT_STRENGTH);

	if (v == NULL)
		row_add(page, row,
		    (struct item){
			.text = { page_text(page, TEXT_STRENGTH_UNRATED),
			    NULL } });
	for (; v != NULL; v = value_next(v)) {
		const char *scale = value_get(v, FIELD_GRADE_SCALE);
		const char *level = value_get(v, FIELD_GRADE_LEVEL);

		row_add(page, row,
		    (struct item){ .text = { level, NULL },
			.note = scale != NULL
				    ? page_label(page, VOCAB_GRADE_SCALE, scale)
				    : NULL });
	}
}

static void
add_outcomes(const struct page *page, struct section *section,
    const struct value *root)
{
	struct row *row = NULL;

	for (const struct value *v = value_find(root, FIELD_OUTCOME); v != NULL;
	     v = value_next(v)) {
		const char *text = value_get(v, FIELD_OUTCOME_TEXT);
		const char *term = value_get(v, FIELD_OUTCOME_TERM);

		if (text == NULL && term != NULL)
			text = page_label(page, VOCAB_OUTCOME, term);
		if (text == NULL)
			continue;
		if (row == NULL)
			row = row_new(page, section, TEXT_OUTCOMES);
		row_add(page, row,
		    (struct item){ .text = { text, NULL },
			.note = value_get(v, FIELD_OUTCOME_INSTRUMENT) });
	}
}

static void
fill_study(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	const char *n = value_get(root, FIELD_N);
	struct section *s = section_add(page, view, "study", TEXT_STUDY);

	row_field(page, s, TEXT_DESIGN, root, FIELD_DESIGN);
	add_grades(page, s, root);
	row_field(page, s, TEXT_TYPE, root, FIELD_TYPE);
	row_plain(page, s, TEXT_PARTICIPANTS, n);
	row_field(page, s, TEXT_COUNTRY, root, FIELD_COUNTRY);
	row_text(page, s, TEXT_POPULATION, view->rec, root, FIELD_POPULATION);
	row_text(page, s, TEXT_SETTING, view->rec, root, FIELD_SETTING);
	row_text(page, s, TEXT_INTERVENTION, view->rec, root,
	    FIELD_INTERVENTION);
	row_text(page, s, TEXT_COMPARATOR, view->rec, root, FIELD_COMPARATOR);
	add_outcomes(page, s, root);
	row_field(page, s, TEXT_RISK_OF_BIAS, root, FIELD_RISK_OF_BIAS);
	row_field(page, s, TEXT_ZONE, root, FIELD_ZONE);
	row_field(page, s, TEXT_NEEDS, root, FIELD_NEED);
	row_field(page, s, TEXT_TERMS, root, FIELD_TERM);
}

static void
fill_texts(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	struct section *s = section_add(page, view, "texts", TEXT_ABOUT_IT);

	row_text(page, s, TEXT_PLAIN_SUMMARY, view->rec, root,
	    FIELD_PLAIN_SUMMARY);
	row_text(page, s, TEXT_ABSTRACT, view->rec, root, FIELD_ABSTRACT);
}

static void
fill_reading(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	struct section *s = section_add(page, view, "read", TEXT_FULL_TEXT);

	row_field(page, s, TEXT_WEBSITE, root, FIELD_URL);
	row_identifiers(page, s, root);
	row_field(page, s, TEXT_OPEN_ACCESS, root, FIELD_OPEN_ACCESS);
	row_field(page, s, TEXT_PUBLISHER, root, FIELD_PUBLISHER);
}

/* ---- effects ---- */

static const char *
interval_of(const struct page *page, const struct value *v)
{
	const char *low = value_get(v, FIELD_EFFECT_CI_LOW);
	const char *high = value_get(v, FIELD_EFFECT_CI_HIGH);
	const char *level = value_get(v, FIELD_EFFECT_CI_LEVEL);

	if (low == NULL || high == NULL)
		return page_text(page, TEXT_NOT_GIVEN);
	return page_say(page,
	    level != NULL ? TEXT_INTERVAL_LEVEL : TEXT_INTERVAL, 0, "low", low,
	    "high", high, "level", level, NULL);
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

static void
fill_effects(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	size_t n = 0;

	for (const struct value *v = value_find(root, FIELD_EFFECT); v != NULL;
	     v = value_next(v))
		n++;
	view->effects = arena_alloc(page->arena, n * sizeof(*view->effects));
	for (const struct value *v = value_find(root, FIELD_EFFECT); v != NULL;
	     v = value_next(v)) {
		struct effect *e = &view->effects[view->n_effects++];
		const char *measure = value_get(v, FIELD_EFFECT_MEASURE);
		const char *unit = value_get(v, FIELD_EFFECT_UNIT);
		const char *estimate = value_get(v, FIELD_EFFECT_ESTIMATE);

		e->outcome.text = value_get(v, FIELD_EFFECT_OUTCOME);
		e->instrument = value_get(v, FIELD_EFFECT_INSTRUMENT);
		e->measure = measure != NULL
				 ? page_label(page, VOCAB_MEASURE, measure)
				 : NULL;
		e->estimate = estimate == NULL ? page_text(page, TEXT_NOT_GIVEN)
			      : unit != NULL   ? arena_printf(page->arena,
						     "%s %s", estimate, unit)
					       : estimate;
		e->interval = interval_of(page, v);
		e->n = value_get(v, FIELD_EFFECT_N);
		e->timepoint = value_get(v, FIELD_EFFECT_TIMEPOINT);
		e->notes = notes_of(page, v);
		view->has_n |= e->n != NULL;
		view->has_timepoint |= e->timepoint != NULL;
	}
}

static void
fill_byline(const struct page *page, struct record_view *view)
{
	const struct cite *cite = view->cite;
	const char *who = "";

	if (cite->n_authors != 0)
		who = arena_printf(page->arena, "%s%s%s", cite->authors[0],
		    cite->n_authors == 2  ? " & "
		    : cite->n_authors > 2 ? " et al."
					  : "",
		    cite->n_authors == 2 ? cite->authors[1] : "");
	view->byline = arena_printf(page->arena, "%s%s%s%s%s", who,
	    *who != '\0' ? " · " : "", cite->year != NULL ? cite->year : "",
	    cite->journal != NULL ? " · " : "",
	    cite->journal != NULL ? cite->journal : "");
}

void
fill_evidence(const struct page *page, struct record_view *view)
{
	view->cite = cite_make(page, view->rec);
	/* The summary of evidence has a row of its own. */
	view->summary.text = NULL;
	fill_byline(page, view);
	fill_verdict(page, view);
	fill_texts(page, view);
	fill_effects(page, view);
	fill_study(page, view);
	fill_reading(page, view);
}
