/*
 * view: what a reader of some language sees of a record: the best of a
 * language map, a title, a summary, a country. Neighbour: value.c. Design:
 * records.md, "language map".
 */
#include <string.h>
#include <strings.h>

#include "record/record.h"

/* How well a tag serves: 3 the same, 2 same primary language, else 0. */
static int
match(const char *have, const char *want)
{
	size_t n = strcspn(want, "-");

	if (*want == '\0')
		return 0;
	if (strcasecmp(have, want) == 0)
		return 3;
	if (strcspn(have, "-") == n && strncasecmp(have, want, n) == 0)
		return 2;
	return 0;
}

const char *
value_text(const struct record *rec, const struct value *parent,
    enum field_id id, const char *lang, const char **ret_lang)
{
	const struct value *best = NULL;
	int best_score = -1;

	if (parent == NULL)
		parent = &rec->root;
	for (const struct value *v = value_find(parent, id); v != NULL;
	     v = value_next(v)) {
		const char *have = v->lang != NULL ? v->lang : rec->lang;
		int own = match(have, rec->lang);
		int score = lang != NULL ? 10 * match(have, lang) + own : own;

		if (v->text != NULL && score > best_score) {
			best = v;
			best_score = score;
		}
	}
	if (best == NULL)
		return NULL;
	if (ret_lang != NULL)
		*ret_lang = best->lang != NULL ? best->lang : rec->lang;
	return best->text;
}

const char *
record_title(const struct record *rec, const char *lang)
{
	static const enum field_id fields[RECORD_KIND_COUNT] = {
		[RECORD_KIND_PROGRAMME] = FIELD_NAME,
		[RECORD_KIND_EVIDENCE] = FIELD_TITLE,
		[RECORD_KIND_ORGANISATION] = FIELD_NAME,
		[RECORD_KIND_RESOURCE] = FIELD_TITLE,
		[RECORD_KIND_CHAMPION] = FIELD_DISPLAY_NAME,
		[RECORD_KIND_TERM] = FIELD_LABEL,
	};
	const char *text;

	text = value_text(rec, NULL, fields[rec->kind], lang, NULL);
	return text != NULL ? text : "";
}

const char *
record_summary(const struct record *rec, const char *lang)
{
	static const enum field_id fields[RECORD_KIND_COUNT][2] = {
		[RECORD_KIND_PROGRAMME] = { FIELD_SUMMARY, FIELD_DESCRIPTION },
		[RECORD_KIND_EVIDENCE] = { FIELD_PLAIN_SUMMARY,
		    FIELD_ABSTRACT },
		[RECORD_KIND_ORGANISATION] = { FIELD_DESCRIPTION,
		    FIELD_ALTERNATE_NAME },
		[RECORD_KIND_RESOURCE] = { FIELD_SUMMARY, FIELD_DESCRIPTION },
		[RECORD_KIND_CHAMPION] = { FIELD_CHAMPION_ROLE, FIELD_TOPIC },
		[RECORD_KIND_TERM] = { FIELD_DEFINITION, FIELD_LABEL },
	};

	for (int i = 0; i < 2; i++) {
		const char *text = value_text(rec, NULL, fields[rec->kind][i],
		    lang, NULL);

		if (text != NULL)
			return text;
	}
	return "";
}

const char *
record_country(const struct record *rec)
{
	const char *country = value_get(&rec->root, FIELD_COUNTRY);
	const struct value *area;

	if (country != NULL)
		return country;
	for (area = value_find(&rec->root, FIELD_AREA); area != NULL;
	     area = value_next(area)) {
		country = value_get(area, FIELD_AREA_COUNTRY);
		if (country != NULL)
			return country;
	}
	return NULL;
}

bool
date_is_over(const char *date, int64_t now)
{
	char today[CLOCK_TEXT_LEN];
	size_t len = strlen(date);

	clock_format(now, today);
	/* A month or a year is over with its last day. */
	return strncmp(date, today, len < 10 ? len : 10) < 0;
}

bool
record_has_lapsed(const struct record *rec, int64_t now)
{
	const struct value *consent;
	const char *expires;

	if (rec->kind != RECORD_KIND_CHAMPION)
		return false;
	consent = value_find(&rec->root, FIELD_CONSENT);
	if (consent == NULL)
		return true;
	expires = value_get(consent, FIELD_CONSENT_EXPIRES);
	return expires == NULL || *expires == '\0' ||
	       date_is_over(expires, now);
}
