/*
 * limits: what to keep in mind when using a study: no comparison, no
 * intervals, studies that differ, few people, no peer review, risk of bias.
 * Each from the record, none from a judgement of ours. Neighbours: verdict.c.
 * Design: docs/evidence-pages.md.
 */
#include "web/evidence_page.h"

#include <stdlib.h>
#include <string.h>

/*
 * Cochrane Handbook for Systematic Reviews of Interventions, 10.10.2: I² of
 * 50 to 90 % may be substantial, 75 to 100 % considerable heterogeneity.
 */
#define I2_SUBSTANTIAL  50
#define I2_CONSIDERABLE 75
/* GRADE guidelines 6 (doi 10.1016/j.jclinepi.2011.01.012): fewer than about
 * 400 people are too few to be sure of a continuous outcome. */
#define N_SMALL 400

static bool
is_type(const struct record *rec, const char *type)
{
	const char *own = value_get(&rec->root, FIELD_TYPE);

	return own != NULL && strcmp(own, type) == 0;
}

static void
add_limit(const struct page *page, struct evidence *view, const char *text)
{
	if (view->limits == NULL)
		view->limits = arena_alloc(page->arena, sizeof(*view->limits));
	row_add(page, view->limits, (struct item){ .text = { text, NULL } });
}

static void
add_limit_count(const struct page *page, struct evidence *view, enum text_id id,
    size_t n)
{
	if (n != 0)
		add_limit(page, view,
		    page_say(page, id, (int64_t)n, "n",
			page_number(page, (int64_t)n), NULL));
}

static void
limit_spread(const struct page *page, struct evidence *view)
{
	double most = 0;
	enum text_id text = TEXT_LIMIT_I2_SUBSTANTIAL;

	for (size_t i = 0; i < view->n_effects; i++) {
		const char *i2 = value_get(view->effects[i].value,
		    FIELD_EFFECT_I2);
		double value = i2 != NULL ? strtod(i2, NULL) : 0;

		if (value > most && value <= 100)
			most = value;
	}
	if (most < I2_SUBSTANTIAL)
		return;
	if (most >= I2_CONSIDERABLE)
		text = TEXT_LIMIT_I2_CONSIDERABLE;
	add_limit(page, view,
	    page_say(page, text, 0, "n",
		arena_printf(page->arena, "%.0f", most), NULL));
}

static void
limit_effects(const struct page *page, bool is_alone, struct evidence *view)
{
	size_t n_bare = 0, n_alone = 0, n_unsided = 0;

	for (size_t i = 0; i < view->n_effects; i++) {
		const struct effect *e = &view->effects[i];

		n_bare += !e->has_interval;
		n_alone += e->analysis != NULL &&
			   strcmp(e->analysis, "pre-post") == 0;
		n_unsided += e->better == NULL;
	}
	if (!is_alone)
		add_limit_count(page, view, TEXT_LIMIT_PRE_POST, n_alone);
	add_limit_count(page, view, TEXT_LIMIT_NO_INTERVAL, n_bare);
	add_limit_count(page, view, TEXT_LIMIT_UNSIDED, n_unsided);
	limit_spread(page, view);
}

static void
limit_size(const struct page *page, const struct record *rec,
    struct evidence *view)
{
	const char *n = value_get(&rec->root, FIELD_N);
	long people = n != NULL ? strtol(n, NULL, 10) : 0;

	if (people > 0 && people < N_SMALL)
		add_limit(page, view,
		    page_say(page, TEXT_LIMIT_SMALL, people, "n",
			page_number(page, people), "most",
			page_number(page, N_SMALL), NULL));
	else if (people <= 0 && view->n_effects != 0)
		add_limit(page, view, page_text(page, TEXT_LIMIT_NO_N));
}

void
fill_limits(const struct page *page, const struct record *rec,
    struct evidence *view)
{
	const char *strength = record_strength(rec);
	const struct value *bias = value_find(&rec->root, FIELD_RISK_OF_BIAS);
	bool is_plan = is_type(rec, "protocol");
	bool is_alone = strength != NULL && !is_plan &&
			strcmp(strength, "no-comparison") == 0;

	if (is_type(rec, "preprint"))
		add_limit(page, view, page_text(page, TEXT_LIMIT_PREPRINT));
	if (is_plan)
		add_limit(page, view, page_text(page, TEXT_LIMIT_PROTOCOL));
	if (is_alone)
		add_limit(page, view, page_text(page, TEXT_LIMIT_ALONE));
	limit_effects(page, is_alone, view);
	limit_size(page, rec, view);
	for (const struct value *v = bias; v != NULL; v = value_next(v))
		add_limit(page, view,
		    page_say(page, TEXT_LIMIT_BIAS, 0, "text", v->text, NULL));
	if (bias == NULL && view->n_effects != 0)
		add_limit(page, view, page_text(page, TEXT_LIMIT_NO_BIAS));
}
