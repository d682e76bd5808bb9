/*
 * verdict: what a study found, how strong that is and what it cost, in
 * sentences that claim no more than the record does. "No effect found", "not
 * rated", "not measured" and "not reported" are answers like any other.
 * Neighbours: evidence.c, limits.c. Design: docs/evidence-pages.md.
 */
#include "web/evidence_page.h"

#include <string.h>
#include <strings.h>

#define COSTS_MAX 4

/* ---- effect ---- */

static const struct {
	const char *code;
	enum text_id words, text;
	const char *class;
} directions[] = {
	{ "benefit", TEXT_VERDICT_BENEFIT, TEXT_VERDICT_BENEFIT_TEXT, "good" },
	{ "no-difference", TEXT_VERDICT_NONE, TEXT_VERDICT_NONE_TEXT, "none" },
	{ "harm", TEXT_VERDICT_HARM, TEXT_VERDICT_HARM_TEXT, "bad" },
	{ "mixed", TEXT_VERDICT_MIXED, TEXT_VERDICT_MIXED_TEXT, "mixed" },
	{ "not-measured", TEXT_VERDICT_UNMEASURED, TEXT_VERDICT_UNMEASURED_TEXT,
	    "none" },
};

static void
fill_direction(const struct page *page, const struct record *rec,
    struct evidence *view)
{
	const char *direction = value_get(&rec->root, FIELD_DIRECTION);
	const char *type = value_get(&rec->root, FIELD_TYPE);

	view->verdict = page_text(page, TEXT_VERDICT_UNRATED);
	view->verdict_text = page_text(page, view->n_effects != 0
						 ? TEXT_VERDICT_UNRATED_TEXT
						 : TEXT_VERDICT_UNRATED_BARE);
	view->verdict_class = "unrated";
	for (size_t i = 0; direction != NULL && i < ARRAY_LEN(directions);
	     i++) {
		if (strcmp(direction, directions[i].code) != 0)
			continue;
		view->verdict = page_text(page, directions[i].words);
		view->verdict_text = page_text(page, directions[i].text);
		view->verdict_class = directions[i].class;
		return;
	}
	if (type != NULL && strcmp(type, "protocol") == 0) {
		view->verdict = page_text(page, TEXT_VERDICT_PLANNED);
		view->verdict_text = page_text(page, TEXT_VERDICT_PLANNED_TEXT);
		view->verdict_class = "none";
	}
}

/* ---- strength ---- */

static enum text_id
strength_text(const char *strength)
{
	static const struct {
		const char *code;
		enum text_id text;
	} table[] = {
		{ "review", TEXT_STRENGTH_REVIEW },
		{ "trial", TEXT_STRENGTH_TRIAL },
		{ "comparison", TEXT_STRENGTH_COMPARISON },
		{ "no-comparison", TEXT_STRENGTH_ALONE },
		{ "views", TEXT_STRENGTH_VIEWS },
	};

	for (size_t i = 0; strength != NULL && i < ARRAY_LEN(table); i++) {
		if (strcmp(table[i].code, strength) == 0)
			return table[i].text;
	}
	return TEXT_STRENGTH_UNKNOWN;
}

/* GRADE's four levels have words of their own; others stand as they are. */
static const char *
grade_words(const struct page *page, const char *scale, const char *level)
{
	static const struct {
		const char *level;
		enum text_id text;
	} table[] = {
		{ "high", TEXT_GRADE_HIGH },
		{ "moderate", TEXT_GRADE_MODERATE },
		{ "low", TEXT_GRADE_LOW },
		{ "very low", TEXT_GRADE_VERY_LOW },
		{ "very-low", TEXT_GRADE_VERY_LOW },
		{ "very_low", TEXT_GRADE_VERY_LOW },
	};

	for (size_t i = 0;
	     strcasecmp(scale, "grade") == 0 && i < ARRAY_LEN(table); i++) {
		if (strcasecmp(table[i].level, level) == 0)
			return page_text(page, table[i].text);
	}
	return page_say(page, TEXT_GRADE_OTHER, 0, "scale",
	    page_label(page, VOCAB_GRADE_SCALE, scale), "level", level, NULL);
}

/* A row at the end of the verdict. */
static struct row *
verdict_row(const struct page *page, struct evidence *view, enum text_id label)
{
	struct row *row = arena_alloc(page->arena, sizeof(*row));
	struct row **last = &view->verdict_rows;

	while (*last != NULL)
		last = &(*last)->next;
	*last = row;
	row->label = page_text(page, label);
	return row;
}

static void
fill_grades(const struct page *page, const struct record *rec,
    struct evidence *view)
{
	struct row *row = verdict_row(page, view, TEXT_GRADED);

	for (const struct value *v = value_find(&rec->root, FIELD_GRADE);
	     v != NULL; v = value_next(v)) {
		const char *scale = value_get(v, FIELD_GRADE_SCALE);
		const char *level = value_get(v, FIELD_GRADE_LEVEL);

		if (scale != NULL && level != NULL)
			row_add(page, row,
			    (struct item){
				.text = { grade_words(page, scale, level),
				    NULL } });
	}
	if (row->n == 0)
		row_add(page, row,
		    (struct item){
			.text = { page_text(page, TEXT_GRADE_NONE), NULL } });
}

static void
fill_strength(const struct page *page, const struct record *rec,
    struct evidence *view)
{
	const char *design = value_get(&rec->root, FIELD_DESIGN);
	const char *text = page_text(page, strength_text(record_strength(rec)));

	if (design != NULL && strcmp(design, "not-stated") != 0)
		text = page_say(page, TEXT_STRENGTH_DESIGN, 0, "design",
		    page_label(page, VOCAB_DESIGN, design), "text", text, NULL);
	row_add(page, verdict_row(page, view, TEXT_STRENGTH),
	    (struct item){ .text = { text, NULL } });
}

/* ---- cost ---- */

/* "GBP per participant", "EUR", "£ per year": an amount of money. */
static bool
is_money(const char *unit)
{
	static const char *const codes[] = { "GBP", "EUR", "USD", "CAD", "AUD",
		"NZD", "SGD", "JPY", "CNY", "HKD", "KRW", "INR", "CHF", "SEK",
		"NOK", "DKK", "ISK", "PLN", "BRL", "MXN", "ZAR", "AED", "BHD",
		"SAR", "QAR", "TWD", "MYR", "THB", "IDR", "TRY", "ILS" };
	static const char *const signs[] = { "£", "€", "$", "¥" };

	if (unit == NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		if (strncmp(unit, codes[i], 3) == 0 &&
		    (unit[3] == '\0' || unit[3] == ' ' || unit[3] == '/'))
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (strncmp(unit, signs[i], strlen(signs[i])) == 0)
			return true;
	}
	return false;
}

static bool
is_return(const struct effect *e)
{
	return (e->measure_code != NULL &&
		   strcmp(e->measure_code, "sroi") == 0) ||
	       (e->instrument != NULL &&
		   strcasecmp(e->instrument, "sroi") == 0);
}

/* Does the record list the effect's outcome as an economic one? */
static bool
is_economic(const struct page *page, const struct record *rec,
    const struct effect *e)
{
	for (const struct value *v = value_find(&rec->root, FIELD_OUTCOME);
	     v != NULL && e->outcome.text != NULL; v = value_next(v)) {
		const char *domain = value_get(v, FIELD_OUTCOME_DOMAIN);
		const char *text = value_get(v, FIELD_OUTCOME_TEXT);
		const char *term = value_get(v, FIELD_OUTCOME_TERM);

		if (domain == NULL || strcmp(domain, "economic") != 0)
			continue;
		if (text != NULL && strcasecmp(text, e->outcome.text) == 0)
			return true;
		if (term != NULL &&
		    (strcasecmp(term, e->outcome.text) == 0 ||
			strcasecmp(page_label(page, VOCAB_OUTCOME, term),
			    e->outcome.text) == 0))
			return true;
	}
	return false;
}

static bool
is_uncompared(const struct effect *e, const char *strength)
{
	const char *comparator = value_get(e->value, FIELD_EFFECT_COMPARATOR);

	if (comparator != NULL && strcasecmp(comparator, "none") == 0)
		return true;
	if (e->analysis != NULL)
		return strcmp(e->analysis, "pre-post") == 0;
	return strength == NULL || strcmp(strength, "no-comparison") == 0 ||
	       strcmp(strength, "views") == 0;
}

/* "GBP per GBP 1" -> "GBP" */
static const char *
return_currency(const struct page *page, const char *unit)
{
	if (unit == NULL || strlen(unit) != strlen("GBP per GBP 1") ||
	    strncmp(unit, unit + 8, 3) != 0 ||
	    strncmp(unit + 3, " per ", 5) != 0 || strcmp(unit + 11, " 1") != 0)
		return NULL;
	return arena_strndup(page->arena, unit, 3);
}

static const char *
cost_words(const struct page *page, const struct effect *e)
{
	const char *number = value_get(e->value, FIELD_EFFECT_ESTIMATE);
	const char *currency = return_currency(page, e->unit);
	const char *outcome = e->outcome.text != NULL ? e->outcome.text : "";

	if (number == NULL)
		return page_say(page,
		    is_return(e) ? TEXT_COST_RETURN_UNKNOWN
				 : TEXT_COST_OTHER_UNKNOWN,
		    0, "outcome", outcome, NULL);
	if (is_return(e) && currency != NULL)
		return page_say(page, TEXT_COST_RETURN, 0, "n",
		    evidence_number(page, number), "currency", currency, NULL);
	if (is_return(e))
		return page_say(page, TEXT_COST_RETURN_PLAIN, 0, "n",
		    e->estimate, NULL);
	return page_say(page, TEXT_COST_OTHER, 0, "outcome", outcome, "n",
	    e->estimate, NULL);
}

/* How far a number of costs can be trusted, in a few words. */
static const char *
cost_note(const struct page *page, const struct effect *e, const char *strength)
{
	bool is_many = e->is_pooled ||
		       (strength != NULL && strcmp(strength, "review") == 0);

	if (value_get(e->value, FIELD_EFFECT_ESTIMATE) == NULL)
		return NULL;
	if (is_uncompared(e, strength))
		return page_text(page,
		    is_many ? TEXT_COST_ALONE : TEXT_COST_ONE_ALONE);
	return is_many ? NULL : page_text(page, TEXT_COST_ONE);
}

static void
fill_cost(const struct page *page, const struct record *rec,
    struct evidence *view)
{
	struct row *row = verdict_row(page, view, TEXT_COST_VERDICT);

	for (size_t i = 0; i < view->n_effects && row->n < COSTS_MAX; i++) {
		const struct effect *e = &view->effects[i];

		if (is_return(e) || is_money(e->unit) ||
		    is_economic(page, rec, e))
			row_add(page, row,
			    (struct item){
				.text = { cost_words(page, e), NULL },
				.note = cost_note(page, e,
				    record_strength(rec)) });
	}
	if (row->n == 0)
		row_add(page, row,
		    (struct item){
			.text = { page_text(page, TEXT_COST_NONE), NULL } });
}

void
fill_verdict(const struct page *page, const struct record *rec,
    struct evidence *view)
{
	fill_direction(page, rec, view);
	fill_strength(page, rec, view);
	fill_grades(page, rec, view);
	fill_cost(page, rec, view);
}
