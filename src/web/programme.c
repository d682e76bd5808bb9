/*
 * programme: the facts of a programme in the order a link worker asks for
 * them: who for, how to refer, practical, when and where, contact, more.
 * Neighbours: rows.c, record.c.
 */
#include "web/record_page.h"

#include <stdlib.h>
#include <string.h>

static void
add_ages(const struct page *page, struct section *section,
    const struct value *audience)
{
	const char *from = value_get(audience, FIELD_AUDIENCE_MIN_AGE);
	const char *to = value_get(audience, FIELD_AUDIENCE_MAX_AGE);
	enum text_id id = from != NULL && to != NULL ? TEXT_AGE_RANGE
			  : from != NULL             ? TEXT_AGE_FROM
						     : TEXT_AGE_TO;

	if (from != NULL || to != NULL)
		row_plain(page, section, TEXT_AGES,
		    page_say(page, id, 0, "from", from, "to", to, NULL));
}

static void
fill_who(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	const struct value *audience = value_find(root, FIELD_AUDIENCE);
	struct section *s = section_add(page, view, "who", TEXT_WHO_FOR);

	row_field(page, s, TEXT_NEEDS, root, FIELD_NEED);
	if (audience != NULL) {
		add_ages(page, s, audience);
		row_field(page, s, TEXT_SITUATION, audience,
		    FIELD_AUDIENCE_SITUATION);
		row_text(page, s, TEXT_AUDIENCE, view->rec, audience,
		    FIELD_AUDIENCE_TEXT);
	}
	row_text(page, s, TEXT_EXCLUSION, view->rec, root, FIELD_EXCLUSION);
}

static void
add_capacity(const struct page *page, struct section *section,
    const struct value *capacity)
{
	const char *n = value_get(capacity, FIELD_CAPACITY_AVAILABLE);
	const char *m = value_get(capacity, FIELD_CAPACITY_MAXIMUM);
	const char *as_of = value_get(capacity, FIELD_CAPACITY_AS_OF);
	enum text_id id = n != NULL && m != NULL ? TEXT_CAPACITY_OF
			  : n != NULL            ? TEXT_CAPACITY_FREE
						 : TEXT_CAPACITY_MAX;
	struct item item = { 0 };

	if (n == NULL && m == NULL)
		return;
	item.text.text = page_say(page, id, 0, "n", n, "m", m, NULL);
	if (as_of != NULL)
		item.note = page_say(page, TEXT_AS_OF, 0, "date",
		    page_date(page, as_of), NULL);
	row_add(page, row_new(page, section, TEXT_CAPACITY), item);
}

/* What each way in asks of whom, in a sentence. */
static void
add_ways(const struct page *page, struct section *section,
    const struct value *root)
{
	static const struct {
		const char *code;
		enum text_id words;
	} table[] = {
		{ "self", TEXT_WAY_SELF },
		{ "professional", TEXT_WAY_PROFESSIONAL },
		{ "link-worker", TEXT_WAY_LINK_WORKER },
		{ "drop-in", TEXT_WAY_DROP_IN },
		{ "appointment", TEXT_WAY_APPOINTMENT },
		{ "membership", TEXT_WAY_MEMBERSHIP },
		{ "not-stated", TEXT_WAY_NOT_STATED },
	};
	struct row *row = NULL;

	for (const struct value *v = value_find(root, FIELD_ACCESS); v != NULL;
	     v = value_next(v)) {
		struct item item = {
			.text = { page_label(page, VOCAB_ACCESS, v->text),
			    NULL }
		};

		for (size_t i = 0; i < ARRAY_LEN(table); i++) {
			if (strcmp(table[i].code, v->text) == 0)
				item.text.text = page_text(page,
				    table[i].words);
		}
		if (row == NULL)
			row = row_new(page, section, TEXT_ACCESS);
		row_add(page, row, item);
	}
}

/* "tel:+442920123456" of "+44 29 2012 3456 (mornings)", or NULL. */
static const char *
phone_link(const struct page *page, const char *phone)
{
	char digits[24];
	size_t n = 0;

	for (const char *p = phone; *p != '\0'; p++) {
		if ((*p >= '0' && *p <= '9') || (*p == '+' && n == 0)) {
			if (n + 1 >= sizeof(digits))
				return NULL;
			digits[n++] = *p;
		} else if (strchr(" -./()", *p) == NULL)
			break;
	}
	digits[n] = '\0';
	return n >= 3 ? arena_printf(page->arena, "tel:%s", digits) : NULL;
}

static struct item
mail_item(const struct page *page, const char *mail)
{
	return (struct item){ .text = { mail, NULL },
		.href = valid_mail(mail)
			    ? arena_printf(page->arena, "mailto:%s", mail)
			    : NULL };
}

static struct item
phone_item(const struct page *page, const char *phone)
{
	return (struct item){ .text = { phone, NULL },
		.href = phone_link(page, phone) };
}

/* The first telephone and e-mail, where one looks for what to do. */
static void
add_reach(const struct page *page, struct section *section,
    const struct value *root)
{
	const struct value *contact = value_find(root, FIELD_CONTACT);
	const char *phone, *mail;
	struct row *row;

	if (contact == NULL)
		return;
	phone = value_get(contact, FIELD_CONTACT_PHONE);
	mail = value_get(contact, FIELD_CONTACT_EMAIL);
	if (phone == NULL && mail == NULL)
		return;
	row = row_new(page, section, TEXT_REACH);
	if (phone != NULL)
		row_add(page, row, phone_item(page, phone));
	if (mail != NULL)
		row_add(page, row, mail_item(page, mail));
}

static void
fill_refer(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	const struct value *capacity = value_find(root, FIELD_CAPACITY);
	struct section *s = section_add(page, view, "refer", TEXT_HOW_TO_REFER);

	add_ways(page, s, root);
	row_text(page, s, TEXT_ACCESS_NOTE, view->rec, root, FIELD_ACCESS_NOTE);
	row_field(page, s, TEXT_ACCESS_URL, root, FIELD_ACCESS_URL);
	add_reach(page, s, root);
	row_text(page, s, TEXT_WAIT, view->rec, root, FIELD_WAIT);
	if (capacity != NULL)
		add_capacity(page, s, capacity);
}

static void
add_cost(const struct page *page, struct section *section,
    const struct record *rec, const struct value *cost)
{
	const char *kind = value_get(cost, FIELD_COST_KIND);
	const char *amount = value_get(cost, FIELD_COST_AMOUNT);
	const char *currency = value_get(cost, FIELD_COST_CURRENCY);
	struct said words = page_said(page, rec, cost, FIELD_COST_TEXT);
	struct row *row;

	if (kind == NULL && words.text == NULL)
		return;
	row = row_new(page, section, TEXT_COST);
	if (kind != NULL)
		row_add(page, row,
		    (struct item){
			.text = { page_label(page, VOCAB_COST, kind), NULL },
			.note = amount != NULL
				    ? arena_printf(page->arena, "%s %s", amount,
					  currency != NULL ? currency : "")
				    : NULL });
	if (words.text != NULL)
		row_add(page, row, (struct item){ .text = words });
}

static void
fill_practical(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	const struct value *cost = value_find(root, FIELD_COST);
	struct section *s = section_add(page, view, "practical",
	    TEXT_PRACTICAL);

	if (cost != NULL)
		add_cost(page, s, view->rec, cost);
	row_field(page, s, TEXT_LANGUAGES, root, FIELD_LANGUAGE_OFFERED);
	row_text(page, s, TEXT_INTERPRETING, view->rec, root,
	    FIELD_INTERPRETING);
	row_field(page, s, TEXT_ACCESSIBILITY, root, FIELD_ACCESSIBILITY);
	row_field(page, s, TEXT_ATTENDANCE, root, FIELD_ATTENDANCE);
}

/* The same five fields stand below a site and below the programme. */
struct schedule_fields {
	enum field_id group, rrule, start, end, text;
};
static const struct schedule_fields at_site = { FIELD_SITE_SCHEDULE,
	FIELD_SITE_SCHEDULE_RRULE, FIELD_SITE_SCHEDULE_START,
	FIELD_SITE_SCHEDULE_END, FIELD_SITE_SCHEDULE_TEXT };
static const struct schedule_fields at_root = { FIELD_SCHEDULE,
	FIELD_SCHEDULE_RRULE, FIELD_SCHEDULE_START, FIELD_SCHEDULE_END,
	FIELD_SCHEDULE_TEXT };

static void
add_schedules(const struct page *page, struct row **row,
    struct section *section, const struct record *rec,
    const struct value *parent, const struct schedule_fields *fields)
{
	for (const struct value *v = value_find(parent, fields->group);
	     v != NULL; v = value_next(v)) {
		struct item item = { .text = page_said(page, rec, v,
					 fields->text) };
		const char *words = schedule_words(page,
		    value_get(v, fields->rrule), value_get(v, fields->start),
		    value_get(v, fields->end));

		if (item.text.text == NULL)
			item.text.text = words;
		else
			item.note = words;
		if (item.text.text == NULL)
			continue;
		if (*row == NULL)
			*row = row_new(page, section, TEXT_SCHEDULE);
		row_add(page, *row, item);
	}
}

const char *
site_point(const struct page *page, const struct value *site, double *ret_lat,
    double *ret_lon)
{
	const char *lat = value_get(site, FIELD_SITE_LAT);
	const char *lon = value_get(site, FIELD_SITE_LON);
	double y, x;

	if (lat == NULL || lon == NULL)
		return NULL;
	y = strtod(lat, NULL);
	x = strtod(lon, NULL);
	if (!(y >= -90 && y <= 90 && x >= -180 && x <= 180) ||
	    (y == 0 && x == 0))
		return NULL;
	*ret_lat = y;
	*ret_lon = x;
	return arena_printf(page->arena, "%.5f,%.5f", y, x);
}

static void
add_map(const struct page *page, struct row *row, const struct value *site)
{
	struct link link;
	double lat, lon;
	const char *point = site_point(page, site, &lat, &lon);

	if (point == NULL)
		return;
	link_start(&link, page, "/map");
	link_add(&link, "near", point);
	row_add(page, row,
	    (struct item){ .text = { page_text(page, TEXT_SITE_MAP), NULL },
		.href = link_end(&link) });
	row_add(page, row,
	    (struct item){ .text = { page_text(page, TEXT_SITE_GEO), NULL },
		.href = arena_printf(page->arena, "geo:%s", point) });
}

static void
add_site(const struct page *page, struct section *section,
    const struct record *rec, const struct value *site)
{
	struct said name = page_said(page, rec, site, FIELD_SITE_NAME);
	struct said address = page_said(page, rec, site, FIELD_SITE_ADDRESS);
	struct row *row = arena_alloc(page->arena, sizeof(*row));

	row->label = page_text(page, TEXT_SITE_PLACE);
	row->is_prose = true;
	if (name.text != NULL)
		row_add(page, row, (struct item){ .text = name });
	if (address.text != NULL)
		row_add(page, row, (struct item){ .text = address });
	add_map(page, row, site);
	if (row->n != 0)
		row_put(section, row);
}

static void
fill_where(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	struct section *s = section_add(page, view, "where", TEXT_WHEN_WHERE);
	struct row *row = NULL;

	for (const struct value *v = value_find(root, FIELD_SITE); v != NULL;
	     v = value_next(v)) {
		struct row *at = NULL;

		add_site(page, s, view->rec, v);
		add_schedules(page, &at, s, view->rec, v, &at_site);
	}
	add_schedules(page, &row, s, view->rec, root, &at_root);
	row = NULL;
	for (const struct value *v = value_find(root, FIELD_AREA); v != NULL;
	     v = value_next(v)) {
		struct said name = page_said(page, view->rec, v,
		    FIELD_AREA_NAME);
		const char *country = value_get(v, FIELD_AREA_COUNTRY);
		struct item item = { .text = name };

		country = country != NULL
			      ? page_label(page, VOCAB_COUNTRY, country)
			      : NULL;
		if (name.text == NULL)
			item.text.text = country;
		else if (country != NULL && strcmp(name.text, country) != 0)
			item.note = country;
		if (row == NULL)
			row = row_new(page, s, TEXT_AREA);
		row_add(page, row, item);
	}
}

void
contact_rows(const struct page *page, struct section *s,
    const struct record *rec)
{
	for (const struct value *v = value_find(&rec->root, FIELD_CONTACT);
	     v != NULL; v = value_next(v)) {
		const char *mail = value_get(v, FIELD_CONTACT_EMAIL);
		const char *phone = value_get(v, FIELD_CONTACT_PHONE);
		const char *url = value_get(v, FIELD_CONTACT_URL);

		row_plain(page, s, TEXT_ROLE, value_get(v, FIELD_CONTACT_ROLE));
		if (phone != NULL)
			row_add(page, row_new(page, s, TEXT_PHONE),
			    phone_item(page, phone));
		if (mail != NULL)
			row_add(page, row_new(page, s, TEXT_EMAIL),
			    mail_item(page, mail));
		row_link(page, s, TEXT_WEBSITE, url, url);
	}
	row_field(page, s, TEXT_WEBSITE, &rec->root, FIELD_WEBSITE);
}

static void
fill_contact(const struct page *page, struct record_view *view)
{
	contact_rows(page, section_add(page, view, "contact", TEXT_CONTACT),
	    view->rec);
}

static void
add_organisations(const struct page *page, struct section *section,
    const struct record *rec)
{
	struct row *row = NULL;

	for (const struct value *v = value_find(&rec->root, FIELD_ORGANISATION);
	     v != NULL; v = value_next(v)) {
		const char *role = value_get(v, FIELD_ORGANISATION_ROLE);
		struct item item = organisation_item(page, rec, v);

		if (item.text.text == NULL)
			item.text.text = value_get(v, FIELD_ORGANISATION_URL);
		if (item.text.text == NULL)
			continue;
		if (role != NULL)
			item.note = page_label(page, VOCAB_ROLE, role);
		if (row == NULL)
			row = row_new(page, section, TEXT_RUN_BY);
		row_add(page, row, item);
	}
}

static void
add_quality(const struct page *page, struct section *section,
    const struct value *quality)
{
	const char *level = value_get(quality, FIELD_QUALITY_LEVEL);
	const char *by = value_get(quality, FIELD_QUALITY_BY);
	const char *until = value_get(quality, FIELD_QUALITY_UNTIL);

	row_plain(page, section, TEXT_QUALITY,
	    arena_printf(page->arena, "%s%s%s%s%s%s%s",
		value_get(quality, FIELD_QUALITY_STANDARD) != NULL
		    ? value_get(quality, FIELD_QUALITY_STANDARD)
		    : "",
		level != NULL ? ", " : "", level != NULL ? level : "",
		by != NULL ? ", " : "", by != NULL ? by : "",
		until != NULL ? ", " : "",
		until != NULL ? page_say(page, TEXT_DATE_TO, 0, "to",
				    page_date(page, until), NULL)
			      : ""));
}

static void
add_dates(const struct page *page, struct section *section,
    const struct value *root)
{
	const char *from = value_get(root, FIELD_START);
	const char *to = value_get(root, FIELD_END);
	struct row *row;

	if (from == NULL && to == NULL)
		return;
	row = row_new(page, section, TEXT_DATES);
	if (from != NULL)
		row_add(page, row,
		    (struct item){
			.text = { page_say(page, TEXT_DATE_FROM, 0, "from",
				      page_date(page, from), NULL),
			    NULL } });
	if (to != NULL)
		row_add(page, row,
		    (struct item){
			.text = { page_say(page, TEXT_DATE_TO, 0, "to",
				      page_date(page, to), NULL),
			    NULL } });
}

static void
add_workforce(const struct page *page, struct section *section,
    const struct value *workforce)
{
	const char *title = value_get(workforce, FIELD_WORKFORCE_TITLE);
	const char *fte = value_get(workforce, FIELD_WORKFORCE_FTE);
	const char *n = fte != NULL ? page_say(page, TEXT_FTE, 0, "n",
					  page_decimal(page, fte), NULL)
				    : NULL;

	if (title != NULL || n != NULL)
		row_add(page, row_new(page, section, TEXT_WORKFORCE),
		    (struct item){ .text = { title != NULL ? title : n, NULL },
			.note = title != NULL ? n : NULL });
}

static void
fill_more(const struct page *page, struct record_view *view)
{
	const struct value *root = &view->rec->root;
	const struct value *quality = value_find(root, FIELD_QUALITY);
	struct section *s = section_add(page, view, "about", TEXT_ABOUT_IT);

	row_text(page, s, TEXT_DESCRIPTION, view->rec, root, FIELD_DESCRIPTION);
	add_organisations(page, s, view->rec);
	row_field(page, s, TEXT_ZONE, root, FIELD_ZONE);
	row_field(page, s, TEXT_ACTIVITY, root, FIELD_ACTIVITY);
	row_field(page, s, TEXT_MODEL, root, FIELD_MODEL);
	row_field(page, s, TEXT_BUILDING_BLOCK, root, FIELD_BUILDING_BLOCK);
	row_field(page, s, TEXT_TERMS, root, FIELD_TERM);
	add_dates(page, s, root);
	for (const struct value *v = value_find(root, FIELD_FUNDING); v != NULL;
	     v = value_next(v))
		row_plain(page, s, TEXT_FUNDING,
		    value_get(v, FIELD_FUNDING_SOURCE));
	if (value_find(root, FIELD_WORKFORCE) != NULL)
		add_workforce(page, s, value_find(root, FIELD_WORKFORCE));
	if (quality != NULL)
		add_quality(page, s, quality);
	row_field(page, s, TEXT_OUTCOME_MEASURES, root, FIELD_OUTCOME_MEASURE);
	row_field(page, s, TEXT_SDG, root, FIELD_SDG);
}

/* What nobody must miss: that one can not go there now. */
static void
fill_alert(const struct page *page, struct record_view *view)
{
	static const struct {
		const char *status;
		enum text_id alert, text;
	} table[] = {
		{ "planned", TEXT_ALERT_PLANNED, TEXT_ALERT_PLANNED_TEXT },
		{ "paused", TEXT_ALERT_PAUSED, TEXT_ALERT_PAUSED_TEXT },
		{ "closed", TEXT_ALERT_CLOSED, TEXT_ALERT_CLOSED_TEXT },
	};
	const struct value *root = &view->rec->root;
	const char *status = value_get(root, FIELD_STATUS);
	const char *end = value_get(root, FIELD_END);

	if (end != NULL && date_is_over(end, page->now)) {
		view->alert = page_text(page, TEXT_ALERT_ENDED);
		view->alert_text = page_say(page, TEXT_ALERT_ENDED_TEXT, 0,
		    "date", page_date(page, end), NULL);
	}
	for (size_t i = 0; status != NULL && i < ARRAY_LEN(table); i++) {
		if (strcmp(status, table[i].status) == 0) {
			view->alert = page_text(page, table[i].alert);
			view->alert_text = page_text(page, table[i].text);
		}
	}
}

void
fill_programme(const struct page *page, struct record_view *view)
{
	const char *status = value_get(&view->rec->root, FIELD_STATUS);

	if (status != NULL && strcmp(status, "active") != 0)
		view->status = page_label(page, VOCAB_STATUS, status);
	fill_alert(page, view);
	fill_who(page, view);
	fill_refer(page, view);
	fill_practical(page, view);
	fill_where(page, view);
	fill_contact(page, view);
	fill_more(page, view);
}
