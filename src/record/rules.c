/*
 * rules: what must hold between the fields of one group or of the whole
 * record: ages, intervals, places, identifiers, money, dates. One function
 * per group, found by field. Called by validate.c behind the walk over the
 * group. Design: records.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/check.h"
#include "record/scheme.h"

#define SUMMARY_CHARS 300
#define AGE_MAX       130
#define WORK_AREAS    6
#define DIGITS        "0123456789"
#define CAPITALS      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static void
add(const struct group *g, bool is_warning, enum field_id id, const char *text)
{
	char path[CHECK_PATH_MAX];
	const char *name = field_get(id)->name;

	if (id == g->value->field->id)
		name = "";
	snprintf(path, sizeof(path), "%s%s%s", g->path,
	    *g->path != '\0' && *name != '\0' ? "." : "", name);
	problems_add(g->check->problems, is_warning, path,
	    value_get(g->value, id), "%s", text);
}

void
rule_wrong(const struct group *g, enum field_id id, const char *text)
{
	add(g, false, id, text);
}

void
rule_warn(const struct group *g, enum field_id id, const char *text)
{
	add(g, true, id, text);
}

const char *
rule_get(const struct group *g, enum field_id id)
{
	return value_get(g->value, id);
}

/* 1 when it is there; badly written numbers were reported already. */
static int
number(const struct group *g, enum field_id id, double *ret_number)
{
	const char *text = rule_get(g, id);
	char *end;
	double n;

	if (text == NULL || *text == '\0')
		return 0;
	n = strtod(text, &end);
	if (*end != '\0' || n != n)
		return 0;
	*ret_number = n;
	return 1;
}

static void
in_range(const struct group *g, enum field_id id, double low, double high,
    const char *text)
{
	double n;

	if (number(g, id, &n) && (n < low || n > high))
		rule_wrong(g, id, text);
}

/* Dates of unlike length compare by what both say. */
static int
is_before(const char *a, const char *b)
{
	size_t n;

	if (a == NULL || b == NULL)
		return 0;
	n = strlen(a) < strlen(b) ? strlen(a) : strlen(b);
	return strncmp(a, b, n) < 0;
}

static void
rule_assured(const struct group *g)
{
	if (rule_get(g, FIELD_ASSURED_METHOD) == NULL)
		rule_warn(g, FIELD_ASSURED_METHOD,
		    "nobody has said how it was checked: visit, call, "
		    "self-declared or imported");
}

static void
rule_identifier(const struct group *g)
{
	const char *scheme = rule_get(g, FIELD_IDENTIFIER_SCHEME);
	const char *value = rule_get(g, FIELD_IDENTIFIER_VALUE);
	struct err err;

	if (scheme == NULL || value == NULL)
		return;
	if (identifier_normalise(g->check->arena, scheme, value, &scheme,
		&value, &err) == -1)
		rule_wrong(g, FIELD_IDENTIFIER_VALUE, err.text);
}

static void
rule_other_id(const struct group *g, enum field_id id)
{
	const char *other = rule_get(g, id);

	if (other != NULL && strcmp(other, g->check->rec->id) == 0)
		rule_wrong(g, id,
		    "this is the record itself: name another record or "
		    "remove it");
}

static void
rule_same_as(const struct group *g)
{
	rule_other_id(g, FIELD_SAME_AS_ID);
}

static void
rule_not_same_as(const struct group *g)
{
	rule_other_id(g, FIELD_NOT_SAME_AS_ID);
}

static void
rule_relation(const struct group *g)
{
	rule_other_id(g, FIELD_RELATION_ID);
}

static void
rule_audience(const struct group *g)
{
	double min, max;

	in_range(g, FIELD_AUDIENCE_MIN_AGE, 0, AGE_MAX,
	    "nobody is that old: give an age in years up to 130");
	in_range(g, FIELD_AUDIENCE_MAX_AGE, 0, AGE_MAX,
	    "nobody is that old: leave it out where there is no limit");
	if (number(g, FIELD_AUDIENCE_MIN_AGE, &min) &&
	    number(g, FIELD_AUDIENCE_MAX_AGE, &max) && min > max)
		rule_wrong(g, FIELD_AUDIENCE_MAX_AGE,
		    "is below min_age: exchange the two or correct one");
}

static void
rule_cost(const struct group *g)
{
	const char *kind = rule_get(g, FIELD_COST_KIND);
	double amount;

	if (!number(g, FIELD_COST_AMOUNT, &amount))
		return;
	if (amount < 0)
		rule_wrong(g, FIELD_COST_AMOUNT,
		    "is below 0: give what a participant pays");
	if (amount > 0 && kind != NULL && strcmp(kind, "free") == 0)
		rule_wrong(g, FIELD_COST_KIND,
		    "is free and has an amount: write fee or some, or remove "
		    "the amount");
	if (rule_get(g, FIELD_COST_CURRENCY) == NULL)
		rule_wrong(g, FIELD_COST_CURRENCY,
		    "is missing: an amount needs its currency, such as GBP");
}

static void
rule_capacity(const struct group *g)
{
	double available, maximum;

	if (number(g, FIELD_CAPACITY_AVAILABLE, &available) &&
	    number(g, FIELD_CAPACITY_MAXIMUM, &maximum) && available > maximum)
		rule_wrong(g, FIELD_CAPACITY_AVAILABLE,
		    "is above maximum: correct one of the two");
	if (rule_get(g, FIELD_CAPACITY_AVAILABLE) != NULL &&
	    rule_get(g, FIELD_CAPACITY_AS_OF) == NULL)
		rule_warn(g, FIELD_CAPACITY_AS_OF,
		    "is missing: a number of free places needs its day");
}

static void
rule_site(const struct group *g)
{
	double lat, lon;
	int has_lat = rule_get(g, FIELD_SITE_LAT) != NULL;
	int has_lon = rule_get(g, FIELD_SITE_LON) != NULL;

	if (has_lat && !has_lon)
		rule_wrong(g, FIELD_SITE_LON,
		    "is missing: latitude and longitude go together");
	if (has_lon && !has_lat)
		rule_wrong(g, FIELD_SITE_LAT,
		    "is missing: latitude and longitude go together");
	in_range(g, FIELD_SITE_LAT, -90, 90,
	    "is no latitude: give degrees from -90 to 90 (are lat and lon "
	    "exchanged?)");
	in_range(g, FIELD_SITE_LON, -180, 180,
	    "is no longitude: give degrees from -180 to 180");
	if (number(g, FIELD_SITE_LAT, &lat) &&
	    number(g, FIELD_SITE_LON, &lon) && lat == 0 && lon == 0)
		rule_warn(g, FIELD_SITE_LAT,
		    "lies in the sea off Africa: 0 and 0 mostly mean unknown, "
		    "leave both out");
}

static void
rule_site_schedule(const struct group *g)
{
	check_schedule(g, FIELD_SITE_SCHEDULE_RRULE, FIELD_SITE_SCHEDULE_START,
	    FIELD_SITE_SCHEDULE_END, FIELD_SITE_SCHEDULE_ZONE);
}

static void
rule_schedule(const struct group *g)
{
	check_schedule(g, FIELD_SCHEDULE_RRULE, FIELD_SCHEDULE_START,
	    FIELD_SCHEDULE_END, FIELD_SCHEDULE_ZONE);
}

static void
rule_area(const struct group *g)
{
	const char *country = rule_get(g, FIELD_AREA_COUNTRY);

	for (const struct value *v =
		 value_find(g->value, FIELD_AREA_SUBDIVISION);
	     v != NULL; v = value_next(v)) {
		const char *text = v->text != NULL ? v->text : "";
		size_t n = strlen(text);
		char path[CHECK_PATH_MAX];

		snprintf(path, sizeof(path), "%s.subdivision", g->path);
		if (n < 4 || n > 6 || text[2] != '-' ||
		    strspn(text, CAPITALS) != 2 ||
		    strspn(text + 3, CAPITALS DIGITS) != n - 3)
			problems_add(g->check->problems, false, path, text,
			    "not a code of ISO 3166-2: write it like GB-WLS");
		else if (country != NULL && strncmp(text, country, 2) != 0)
			problems_add(g->check->problems, false, path, text,
			    "does not lie in the country %.2s: correct one of "
			    "the two",
			    country);
	}
}

static void
rule_organisation(const struct group *g)
{
	if (rule_get(g, FIELD_ORGANISATION_ID) == NULL &&
	    rule_get(g, FIELD_ORGANISATION_NAME) == NULL)
		rule_wrong(g, FIELD_ORGANISATION_NAME,
		    "is missing: give the organisation's name or the id of "
		    "its record");
}

static void
rule_contact(const struct group *g)
{
	if (rule_get(g, FIELD_CONTACT_EMAIL) == NULL &&
	    rule_get(g, FIELD_CONTACT_PHONE) == NULL &&
	    rule_get(g, FIELD_CONTACT_URL) == NULL)
		rule_warn(g, FIELD_CONTACT,
		    "reaches nobody: give an e-mail, a telephone or a page");
}

static void
rule_funding(const struct group *g)
{
	if (is_before(rule_get(g, FIELD_FUNDING_TO),
		rule_get(g, FIELD_FUNDING_FROM)))
		rule_wrong(g, FIELD_FUNDING_TO,
		    "ends before it starts: correct one of the two");
	if (rule_get(g, FIELD_FUNDING_AMOUNT) != NULL &&
	    rule_get(g, FIELD_FUNDING_CURRENCY) == NULL)
		rule_wrong(g, FIELD_FUNDING_CURRENCY,
		    "is missing: an amount needs its currency, such as GBP");
}

static void
orcid(const struct group *g, enum field_id id)
{
	const char *text = rule_get(g, id);

	if (text != NULL && !valid_orcid(text))
		rule_wrong(g, id,
		    "not an ORCID: write 0000-0002-1825-0097 and compare "
		    "every digit");
}

static void
rule_author(const struct group *g)
{
	if (rule_get(g, FIELD_AUTHOR_FAMILY) == NULL &&
	    rule_get(g, FIELD_AUTHOR_LITERAL) == NULL)
		rule_wrong(g, FIELD_AUTHOR_FAMILY,
		    "is missing: give a family name, or literal for a group");
	orcid(g, FIELD_AUTHOR_ORCID);
}

static void
rule_outcome(const struct group *g)
{
	if (rule_get(g, FIELD_OUTCOME_TERM) == NULL &&
	    rule_get(g, FIELD_OUTCOME_TEXT) == NULL)
		rule_wrong(g, FIELD_OUTCOME_TERM,
		    "is missing: give a term or a text");
}

static int
is_ratio(const char *measure)
{
	return measure != NULL &&
	       (strcmp(measure, "rr") == 0 || strcmp(measure, "or") == 0 ||
		   strcmp(measure, "hr") == 0);
}

static void
rule_effect_interval(const struct group *g)
{
	double low, high, estimate;
	int has_low = number(g, FIELD_EFFECT_CI_LOW, &low);
	int has_high = number(g, FIELD_EFFECT_CI_HIGH, &high);
	int has = number(g, FIELD_EFFECT_ESTIMATE, &estimate);

	if (rule_get(g, FIELD_EFFECT_ESTIMATE) == NULL)
		rule_warn(g, FIELD_EFFECT_ESTIMATE,
		    "is missing: without a number it is not drawn");
	if (has_low != has_high)
		rule_wrong(g,
		    has_low ? FIELD_EFFECT_CI_HIGH : FIELD_EFFECT_CI_LOW,
		    "is missing: an interval has two ends");
	if (has_low && has_high && low > high)
		rule_wrong(g, FIELD_EFFECT_CI_LOW,
		    "is above ci_high: exchange the two");
	else if (has && has_low && has_high &&
		 (estimate < low || estimate > high))
		rule_wrong(g, FIELD_EFFECT_ESTIMATE,
		    "lies outside its interval: compare with the source");
	if (is_ratio(rule_get(g, FIELD_EFFECT_MEASURE)) &&
	    ((has && estimate <= 0) || (has_low && low < 0)))
		rule_wrong(g, FIELD_EFFECT_ESTIMATE,
		    "a ratio is above 0: is it a logarithm, or a difference?");
}

static void
rule_effect(const struct group *g)
{
	rule_effect_interval(g);
	in_range(g, FIELD_EFFECT_CI_LEVEL, 50, 99.999,
	    "is no level of an interval: write 95 for 95 per cent");
	in_range(g, FIELD_EFFECT_I2, 0, 100,
	    "is no per cent: give a number from 0 to 100");
	if (rule_get(g, FIELD_EFFECT_BETTER_IF) == NULL)
		rule_warn(g, FIELD_EFFECT_BETTER_IF,
		    "nobody has said which way is better: lower or higher");
}

static void
rule_consent(const struct group *g)
{
	if (is_before(rule_get(g, FIELD_CONSENT_EXPIRES),
		rule_get(g, FIELD_CONSENT_DATE)))
		rule_wrong(g, FIELD_CONSENT_EXPIRES,
		    "expires before it was given: correct one of the two");
}

/* ---- rules of the whole record ---- */

static void
rule_not_stated(const struct group *g, enum field_id id)
{
	const struct value *first = value_find(g->value, id);

	if (value_next(first) == NULL)
		return;
	for (const struct value *v = first; v != NULL; v = value_next(v)) {
		if (v->text != NULL && strcmp(v->text, NOT_STATED) == 0)
			rule_warn(g, id,
			    "holds not-stated beside other codes: remove it");
	}
}

static void
rule_programme(const struct group *g)
{
	for (const struct value *v = value_find(g->value, FIELD_SUMMARY);
	     v != NULL; v = value_next(v)) {
		if (v->text != NULL &&
		    utf8_count(v->text, strlen(v->text)) > SUMMARY_CHARS)
			rule_warn(g, FIELD_SUMMARY,
			    "is longer than 300 characters: move the rest to "
			    "description");
	}
	if (value_find(g->value, FIELD_ASSURED) == NULL)
		rule_warn(g, FIELD_ASSURED,
		    "nobody has said who checked this record: add date, role "
		    "and method");
	if (is_before(rule_get(g, FIELD_END), rule_get(g, FIELD_START)))
		rule_wrong(g, FIELD_END,
		    "ends before it starts: correct one of the two");
	rule_not_stated(g, FIELD_ACCESS);
}

static void
rule_evidence(const struct group *g)
{
	int has_key = 0, has_other = rule_get(g, FIELD_URL) != NULL;
	const char *date = rule_get(g, FIELD_DATE),
		   *year = rule_get(g, FIELD_YEAR);

	for (const struct value *v = value_find(g->value, FIELD_IDENTIFIER);
	     v != NULL; v = value_next(v)) {
		const char *scheme = value_get(v, FIELD_IDENTIFIER_SCHEME);

		if (scheme != NULL && strcmp(scheme, "citation-key") == 0)
			has_key = 1;
		else
			has_other = 1;
	}
	if (!has_other && !has_key)
		rule_wrong(g, FIELD_IDENTIFIER,
		    "is missing: give a DOI, PMID or other identifier, or a "
		    "url");
	else if (!has_other)
		rule_warn(g, FIELD_IDENTIFIER,
		    "only a citation key: nobody else knows it, add a DOI or "
		    "a url");
	if (date != NULL && year != NULL && strlen(year) == 4 &&
	    strncmp(date, year, 4) != 0)
		rule_warn(g, FIELD_DATE,
		    "lies in another year than year: compare with the source");
}

static void
rule_resource(const struct group *g)
{
	char path[CHECK_PATH_MAX];
	size_t i = 0;

	for (const struct value *v = value_find(g->value, FIELD_WORK_AREA);
	     v != NULL; v = value_next(v)) {
		long n = v->text != NULL ? strtol(v->text, NULL, 10) : 0;

		snprintf(path, sizeof(path), "work_area[%zu]", ++i);
		if (n < 1 || n > WORK_AREAS)
			problems_add(g->check->problems, false, path, v->text,
			    "no area of work: give a number from 1 to %d",
			    WORK_AREAS);
	}
}

static void
rule_term(const struct group *g)
{
	const char *code = rule_get(g, FIELD_CODE);
	const char *replaced = rule_get(g, FIELD_REPLACED_BY);

	if (code == NULL)
		return;
	for (const char *p = code; *p != '\0'; p++) {
		if ((unsigned char)*p <= ' ') {
			rule_wrong(g, FIELD_CODE,
			    "a code holds no blanks: write it like "
			    "long-term-condition");
			break;
		}
	}
	if (replaced != NULL && strcmp(replaced, code) == 0)
		rule_wrong(g, FIELD_REPLACED_BY,
		    "replaces itself: name another code or remove it");
}

static void
rule_root(const struct group *g)
{
	const struct value *assured = value_find(g->value, FIELD_ASSURED);

	if (assured != NULL && is_before(rule_get(g, FIELD_REVIEW_DUE),
				   value_get(assured, FIELD_ASSURED_DATE)))
		rule_warn(g, FIELD_REVIEW_DUE,
		    "lies before the last check: give the next one");
	rule_not_stated(g, FIELD_ZONE);
	switch (g->check->rec->kind) {
	case RECORD_KIND_PROGRAMME: rule_programme(g); break;
	case RECORD_KIND_EVIDENCE: rule_evidence(g); break;
	case RECORD_KIND_RESOURCE: rule_resource(g); break;
	case RECORD_KIND_CHAMPION: orcid(g, FIELD_ORCID); break;
	case RECORD_KIND_TERM: rule_term(g); break;
	case RECORD_KIND_ORGANISATION:
	case RECORD_KIND_COUNT: break;
	}
}

void
check_rules(struct check *check, const struct value *group, const char *path)
{
	static const struct {
		enum field_id id;
		void (*rule)(const struct group *g);
	} rules[] = {
		{ FIELD_ROOT, rule_root },
		{ FIELD_ASSURED, rule_assured },
		{ FIELD_IDENTIFIER, rule_identifier },
		{ FIELD_SAME_AS, rule_same_as },
		{ FIELD_NOT_SAME_AS, rule_not_same_as },
		{ FIELD_RELATION, rule_relation },
		{ FIELD_AUDIENCE, rule_audience },
		{ FIELD_COST, rule_cost },
		{ FIELD_CAPACITY, rule_capacity },
		{ FIELD_SITE, rule_site },
		{ FIELD_SITE_SCHEDULE, rule_site_schedule },
		{ FIELD_SCHEDULE, rule_schedule },
		{ FIELD_AREA, rule_area },
		{ FIELD_ORGANISATION, rule_organisation },
		{ FIELD_CONTACT, rule_contact },
		{ FIELD_FUNDING, rule_funding },
		{ FIELD_AUTHOR, rule_author },
		{ FIELD_OUTCOME, rule_outcome },
		{ FIELD_EFFECT, rule_effect },
		{ FIELD_CONSENT, rule_consent },
	};
	struct group g = { .check = check, .value = group, .path = path };

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		if (rules[i].id == group->field->id)
			rules[i].rule(&g);
	}
}
