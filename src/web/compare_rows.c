/*
 * compare_rows: what is worth comparing of records, by their kinds: one table
 * says which rows there are and which function fills a cell. Neighbours:
 * compare.c, and rows.c for the values of fields.
 */
#include "web/list_page.h"

#include <string.h>

#define LINKED_SHOWN  5
#define EFFECTS_SHOWN 6
#define CELL_SHOWN    12

#define PROGRAMME (1u << RECORD_KIND_PROGRAMME)
#define EVIDENCE  (1u << RECORD_KIND_EVIDENCE)
#define ALL       ((1u << RECORD_KIND_COUNT) - 1)

static void
add_text(const struct page *page, struct row *cell, const char *text,
    const char *note)
{
	if (text != NULL && *text != '\0')
		row_add(page, cell,
		    (struct item){ .text = { text, NULL }, .note = note });
}

static void
add_said(const struct page *page, struct row *cell, const struct record *rec,
    const struct value *parent, enum field_id id)
{
	struct said said = page_said(page, rec, parent, id);

	if (said.text != NULL)
		row_add(page, cell, (struct item){ .text = said });
}

/* All values of a field, as the record's own page writes them. */
static void
add_field(const struct page *page, struct row *cell, const struct value *parent,
    enum field_id id)
{
	struct section section = { 0 };

	section.last = &section.rows;
	row_field(page, &section, TEXT_ZONE, parent, id);
	for (size_t i = 0; section.rows != NULL && i < section.rows->n; i++)
		row_add(page, cell, section.rows->items[i]);
}

/* ---- what every kind has ---- */

static void
add_summary(const struct page *page, const struct record *rec, struct row *cell)
{
	struct said said = page_summary(page, rec);

	if (said.text != NULL)
		row_add(page, cell, (struct item){ .text = said });
}

static void
add_countries(const struct page *page, const struct record *rec,
    struct row *cell)
{
	const char *country = record_country(rec);

	add_field(page, cell, &rec->root, FIELD_COUNTRY);
	if (cell->n == 0 && country != NULL)
		add_text(page, cell, page_label(page, VOCAB_COUNTRY, country),
		    NULL);
}

static void
add_checked(const struct page *page, const struct record *rec, struct row *cell)
{
	const struct value *assured = value_find(&rec->root, FIELD_ASSURED);
	const char *date = assured != NULL
			       ? value_get(assured, FIELD_ASSURED_DATE)
			       : NULL;

	if (date != NULL)
		add_text(page, cell, page_date(page, date), NULL);
	else
		add_text(page, cell, page_text(page, TEXT_CARD_UNCHECKED),
		    NULL);
}

static void
add_node(const struct page *page, const struct record *rec, struct row *cell)
{
	char node[RECORD_NODE_MAX] = "";
	char uuid[37];

	(void)record_id_split(rec->id, node, uuid);
	add_text(page, cell, arena_strdup(page->arena, node), NULL);
}

static void
add_zones(const struct page *page, const struct record *rec, struct row *cell)
{
	add_field(page, cell, &rec->root, FIELD_ZONE);
}

static void
add_needs(const struct page *page, const struct record *rec, struct row *cell)
{
	add_field(page, cell, &rec->root, FIELD_NEED);
}

/* ---- programmes ---- */

static void
add_who(const struct page *page, const struct record *rec, struct row *cell)
{
	const struct value *audience = value_find(&rec->root, FIELD_AUDIENCE);
	const char *from, *to;

	if (audience == NULL)
		return;
	from = value_get(audience, FIELD_AUDIENCE_MIN_AGE);
	to = value_get(audience, FIELD_AUDIENCE_MAX_AGE);
	if (from != NULL || to != NULL)
		add_text(page, cell,
		    page_say(page,
			from != NULL && to != NULL ? TEXT_AGE_RANGE
			: from != NULL             ? TEXT_AGE_FROM
						   : TEXT_AGE_TO,
			0, "from", from, "to", to, NULL),
		    NULL);
	add_field(page, cell, audience, FIELD_AUDIENCE_SITUATION);
	add_said(page, cell, rec, audience, FIELD_AUDIENCE_TEXT);
}

static void
add_cost(const struct page *page, const struct record *rec, struct row *cell)
{
	const struct value *cost = value_find(&rec->root, FIELD_COST);
	const char *amount, *currency;

	if (cost == NULL)
		return;
	add_field(page, cell, cost, FIELD_COST_KIND);
	amount = value_get(cost, FIELD_COST_AMOUNT);
	currency = value_get(cost, FIELD_COST_CURRENCY);
	if (amount != NULL)
		add_text(page, cell,
		    arena_printf(page->arena, "%s %s", amount,
			currency != NULL ? currency : ""),
		    NULL);
	add_said(page, cell, rec, cost, FIELD_COST_TEXT);
}

static void
add_languages(const struct page *page, const struct record *rec,
    struct row *cell)
{
	add_field(page, cell, &rec->root, FIELD_LANGUAGE_OFFERED);
}

static void
add_access(const struct page *page, const struct record *rec, struct row *cell)
{
	add_field(page, cell, &rec->root, FIELD_ACCESS);
	add_said(page, cell, rec, &rec->root, FIELD_WAIT);
}

static void
add_places(const struct page *page, const struct record *rec, struct row *cell)
{
	for (const struct value *v = value_find(&rec->root, FIELD_SITE);
	     v != NULL; v = value_next(v)) {
		struct said name = page_said(page, rec, v, FIELD_SITE_NAME);
		struct said where = page_said(page, rec, v, FIELD_SITE_ADDRESS);

		if (name.text == NULL)
			name = where;
		if (name.text != NULL)
			row_add(page, cell,
			    (struct item){ .text = name,
				.note = name.text != where.text ? where.text
								: NULL });
	}
	for (const struct value *v = value_find(&rec->root, FIELD_AREA);
	     v != NULL && cell->n == 0; v = value_next(v)) {
		const char *country = value_get(v, FIELD_AREA_COUNTRY);

		add_said(page, cell, rec, v, FIELD_AREA_NAME);
		if (cell->n == 0 && country != NULL)
			add_text(page, cell,
			    page_label(page, VOCAB_COUNTRY, country), NULL);
	}
}

static void
add_schedule(const struct page *page, const struct record *rec,
    struct row *cell, const struct value *parent, bool is_site)
{
	enum field_id group = is_site ? FIELD_SITE_SCHEDULE : FIELD_SCHEDULE;

	for (const struct value *v = value_find(parent, group); v != NULL;
	     v = value_next(v)) {
		size_t before = cell->n;

		add_said(page, cell, rec, v,
		    is_site ? FIELD_SITE_SCHEDULE_TEXT : FIELD_SCHEDULE_TEXT);
		if (cell->n == before)
			add_text(page, cell,
			    schedule_words(page,
				value_get(v, is_site ? FIELD_SITE_SCHEDULE_RRULE
						     : FIELD_SCHEDULE_RRULE),
				value_get(v, is_site ? FIELD_SITE_SCHEDULE_START
						     : FIELD_SCHEDULE_START),
				value_get(v, is_site ? FIELD_SITE_SCHEDULE_END
						     : FIELD_SCHEDULE_END)),
			    NULL);
	}
}

static void
add_times(const struct page *page, const struct record *rec, struct row *cell)
{
	for (const struct value *v = value_find(&rec->root, FIELD_SITE);
	     v != NULL; v = value_next(v))
		add_schedule(page, rec, cell, v, true);
	add_schedule(page, rec, cell, &rec->root, false);
}

static void
add_contact(const struct page *page, const struct record *rec, struct row *cell)
{
	for (const struct value *v = value_find(&rec->root, FIELD_CONTACT);
	     v != NULL; v = value_next(v)) {
		const char *mail = value_get(v, FIELD_CONTACT_EMAIL);

		add_text(page, cell, value_get(v, FIELD_CONTACT_PHONE), NULL);
		if (mail != NULL && valid_mail(mail))
			row_add(page, cell,
			    (struct item){ .text = { mail, NULL },
				.href = arena_printf(page->arena, "mailto:%s",
				    mail) });
		add_field(page, cell, v, FIELD_CONTACT_URL);
	}
}

/* ---- evidence ---- */

static void
add_verdict(const struct page *page, const struct record *rec, struct row *cell)
{
	const char *direction = value_get(&rec->root, FIELD_DIRECTION);

	add_text(page, cell,
	    direction != NULL ? page_label(page, VOCAB_DIRECTION, direction)
			      : page_text(page, TEXT_VERDICT_UNRATED),
	    NULL);
}

static void
add_strength(const struct page *page, const struct record *rec,
    struct row *cell)
{
	const char *strength = record_strength(rec);

	if (strength != NULL)
		add_text(page, cell, page_label(page, VOCAB_STRENGTH, strength),
		    NULL);
}

static void
add_grade(const struct page *page, const struct record *rec, struct row *cell)
{
	for (const struct value *v = value_find(&rec->root, FIELD_GRADE);
	     v != NULL; v = value_next(v)) {
		const char *scale = value_get(v, FIELD_GRADE_SCALE);

		add_text(page, cell, value_get(v, FIELD_GRADE_LEVEL),
		    scale != NULL ? page_label(page, VOCAB_GRADE_SCALE, scale)
				  : NULL);
	}
}

static void
add_design(const struct page *page, const struct record *rec, struct row *cell)
{
	add_field(page, cell, &rec->root, FIELD_DESIGN);
}

static void
add_size(const struct page *page, const struct record *rec, struct row *cell)
{
	add_text(page, cell, value_get(&rec->root, FIELD_N), NULL);
}

static void
add_outcomes(const struct page *page, const struct record *rec,
    struct row *cell)
{
	for (const struct value *v = value_find(&rec->root, FIELD_OUTCOME);
	     v != NULL; v = value_next(v)) {
		const char *text = value_get(v, FIELD_OUTCOME_TEXT);
		const char *term = value_get(v, FIELD_OUTCOME_TERM);

		if (text == NULL && term != NULL)
			text = page_label(page, VOCAB_OUTCOME, term);
		add_text(page, cell, text, NULL);
	}
}

/* "Loneliness: SMD -0.05", and the interval behind it. */
static void
add_effects(const struct page *page, const struct record *rec, struct row *cell)
{
	for (const struct value *v = value_find(&rec->root, FIELD_EFFECT);
	     v != NULL && cell->n < EFFECTS_SHOWN; v = value_next(v)) {
		const char *measure = value_get(v, FIELD_EFFECT_MEASURE);
		const char *low = value_get(v, FIELD_EFFECT_CI_LOW);
		const char *high = value_get(v, FIELD_EFFECT_CI_HIGH);
		const char *estimate = value_get(v, FIELD_EFFECT_ESTIMATE);

		if (estimate == NULL)
			continue;
		add_text(page, cell,
		    page_say(page, TEXT_COMPARE_EFFECT, 0, "outcome",
			value_get(v, FIELD_EFFECT_OUTCOME), "measure",
			measure != NULL
			    ? page_label(page, VOCAB_MEASURE, measure)
			    : NULL,
			"estimate", page_decimal(page, estimate), NULL),
		    low != NULL && high != NULL
			? page_say(page, TEXT_INTERVAL, 0, "low",
			      page_decimal(page, low), "high",
			      page_decimal(page, high), NULL)
			: NULL);
	}
}

static void
add_year(const struct page *page, const struct record *rec, struct row *cell)
{
	add_text(page, cell, value_get(&rec->root, FIELD_YEAR), NULL);
}

/* ---- the rows ---- */

struct rule {
	enum text_id label;
	unsigned kinds;
	void (*fill)(const struct page *page, const struct record *rec,
	    struct row *cell);
};
static const struct rule rules[] = {
	{ TEXT_COMPARE_SUMMARY, ALL, add_summary },
	{ TEXT_VERDICT, EVIDENCE, add_verdict },
	{ TEXT_STRENGTH, EVIDENCE, add_strength },
	{ TEXT_DESIGN, EVIDENCE, add_design },
	{ TEXT_COMPARE_GRADE, EVIDENCE, add_grade },
	{ TEXT_PARTICIPANTS, EVIDENCE, add_size },
	{ TEXT_OUTCOMES, EVIDENCE, add_outcomes },
	{ TEXT_EFFECTS, EVIDENCE, add_effects },
	{ TEXT_COMPARE_YEAR, EVIDENCE, add_year },
	{ TEXT_ZONE, ALL, add_zones },
	{ TEXT_NEEDS, ALL, add_needs },
	{ TEXT_WHO_FOR, PROGRAMME, add_who },
	{ TEXT_COST, PROGRAMME, add_cost },
	{ TEXT_LANGUAGES, PROGRAMME, add_languages },
	{ TEXT_ACCESS, PROGRAMME, add_access },
	{ TEXT_COMPARE_WHERE, PROGRAMME, add_places },
	{ TEXT_SCHEDULE, PROGRAMME, add_times },
	{ TEXT_CONTACT, PROGRAMME, add_contact },
	{ TEXT_COUNTRY, ALL, add_countries },
	{ TEXT_PROV_CHECKED, ALL, add_checked },
	{ TEXT_PROV_NODE, ALL, add_node },
};

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_cell(const struct row *a, const struct row *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (!same_text(a->items[i].text.text, b->items[i].text.text) ||
		    !same_text(a->items[i].note, b->items[i].note))
			return false;
	}
	return true;
}

/* Of very many values the first, and how many more there are. */
static void
cut_cell(const struct page *page, struct row *cell)
{
	int64_t more = (int64_t)cell->n - CELL_SHOWN;

	if (more <= 0)
		return;
	cell->n = CELL_SHOWN;
	add_text(page, cell,
	    page_say(page, TEXT_COMPARE_MORE, more, "n",
		page_number(page, more), NULL),
	    NULL);
}

/* Kept only when some record has something there. */
static struct compare_row **
keep_row(const struct page *page, const struct compare_view *view,
    struct compare_row *row, struct compare_row **last)
{
	bool has_any = false;

	for (size_t i = 0; i < view->n; i++) {
		has_any |= row->cells[i].n != 0;
		row->differs |= !same_cell(&row->cells[0], &row->cells[i]);
	}
	if (!has_any)
		return last;
	for (size_t i = 0; i < view->n; i++)
		cut_cell(page, &row->cells[i]);
	*last = row;
	return &row->next;
}

/* Studies of a programme: what names it, and what it names. */
static int
add_evidence(const struct page *page, const struct record *rec,
    struct row *cell, struct err *err)
{
	const char **ids;
	size_t n;

	if (catalogue_linked(page->api->cat, page->arena, rec->id, &ids, &n,
		err) == -1)
		return -1;
	for (size_t i = 0; i < n && cell->n < LINKED_SHOWN; i++) {
		struct merge_view *other;

		if (catalogue_view(page->api->cat, page->arena, ids[i], &other,
			err) == -1) {
			if (err->code != ERR_NOTFOUND)
				return -1;
			continue;
		}
		if (other->rec->kind == RECORD_KIND_EVIDENCE)
			row_add(page, cell, record_item(page, ids[i]));
	}
	for (const struct value *v = value_find(&rec->root, FIELD_RELATION);
	     v != NULL && cell->n < LINKED_SHOWN; v = value_next(v)) {
		const char *type = value_get(v, FIELD_RELATION_TYPE);
		const char *id = value_get(v, FIELD_RELATION_ID);

		if (id != NULL && type != NULL &&
		    strcmp(type, "evaluated-by") == 0)
			row_add(page, cell, record_item(page, id));
	}
	return 0;
}

int
compare_fill(const struct page *page, struct compare_view *view,
    struct err *err)
{
	struct compare_row **last = &view->rows;
	struct compare_row *row;
	unsigned kinds = 0;

	for (size_t i = 0; i < view->n; i++)
		kinds |= 1u << view->records[i].view->rec->kind;
	for (size_t r = 0; r < ARRAY_LEN(rules); r++) {
		if ((kinds & ~rules[r].kinds) != 0)
			continue;
		row = arena_alloc(page->arena, sizeof(*row));
		row->label = page_text(page, rules[r].label);
		for (size_t i = 0; i < view->n; i++)
			rules[r].fill(page, view->records[i].view->rec,
			    &row->cells[i]);
		last = keep_row(page, view, row, last);
		/* Two summaries are never the same: no news. */
		row->differs &= rules[r].fill != add_summary;
	}
	if (kinds != PROGRAMME)
		return 0;
	row = arena_alloc(page->arena, sizeof(*row));
	row->label = page_text(page, TEXT_NAV_EVIDENCE);
	for (size_t i = 0; i < view->n; i++) {
		if (add_evidence(page, view->records[i].view->rec,
			&row->cells[i], err) == -1)
			return -1;
	}
	(void)keep_row(page, view, row, last);
	return 0;
}
