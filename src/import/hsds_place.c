/*
 * hsds_place: where and when. Locations become sites, schedules become
 * RFC 5545 rules. In HSDS the time zone is a number of hours, which is no
 * zone: such times stay local (design: mappings.md, traps).
 */
#include "import/hsds.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *
hsds_address(struct import_ctx *ctx, const struct json *location)
{
	static const char *const parts[] = { "address_1", "address_2", "city",
		"region", "state_province", "postal_code" };
	const struct json *list, *one;
	const char *sep = "", *text;
	struct strbuf sb;

	if (hsds_list(ctx, location, "addresses", &list) == 0) {
		/* before 3.0 */
		if (hsds_list(ctx, location, "physical_addresses", &list) == 0)
			return NULL;
	}
	one = json_at(list, 0);
	strbuf_init(&sb, 64 * 1024);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		text = hsds_text(ctx, one, parts[i]);
		if (text == NULL)
			continue;
		strbuf_addstr(&sb, sep);
		strbuf_addstr(&sb, text);
		sep = ", ";
	}
	text = sb.len > 0 ? arena_strndup(ctx->arena, sb.buf, sb.len) : NULL;
	strbuf_release(&sb);
	return text;
}

static bool
is_within(const char *text, double limit)
{
	char *end;
	double x = strtod(text, &end);

	return end != text && *end == '\0' && x >= -limit && x <= limit;
}

static void
put_position(struct import_ctx *ctx, struct record *rec, struct value *site,
    const struct json *location)
{
	const char *lat = hsds_text(ctx, location, "latitude");
	const char *lon = hsds_text(ctx, location, "longitude");

	if (lat == NULL || lon == NULL)
		return;
	if (!is_within(lat, 90.0) || !is_within(lon, 180.0)) {
		row_problem(ctx, true, "site.lat",
		    arena_printf(ctx->arena, "%.30s, %.30s", lat, lon),
		    "no such place on earth: position left out");
		return;
	}
	record_add(rec, site, FIELD_SITE_LAT, lat, NULL);
	record_add(rec, site, FIELD_SITE_LON, lon, NULL);
}

static void
put_attendance(struct record *rec, const char *code)
{
	const struct value *v = value_find(&rec->root, FIELD_ATTENDANCE);

	if (!vocab_has(VOCAB_ATTENDANCE, code))
		return;
	for (; v != NULL; v = value_next(v)) {
		if (strcmp(v->text, code) == 0)
			return;
	}
	record_add(rec, NULL, FIELD_ATTENDANCE, code, NULL);
}

static void
put_accessibility(struct import_ctx *ctx, struct record *rec,
    const struct json *location)
{
	const struct json *list;
	size_t n = hsds_list(ctx, location, "accessibility", &list);

	if (n == 0)
		n = hsds_list(ctx, location, "accessibility_for_disabilities",
		    &list);
	for (size_t i = 0; i < n; i++) {
		const struct json *one = json_at(list, i);
		const char *text = hsds_text(ctx, one, "description");
		const struct value *v = value_find(&rec->root,
		    FIELD_ACCESSIBILITY);

		if (text == NULL)
			text = hsds_text(ctx, one, "accessibility");
		if (text == NULL)
			continue;
		text = text_clean(ctx->arena, text, strlen(text), false);
		while (v != NULL && text != NULL && strcmp(v->text, text) != 0)
			v = value_next(v);
		if (v == NULL && text != NULL)
			record_add(rec, NULL, FIELD_ACCESSIBILITY, text, NULL);
	}
}

void
hsds_site(struct import_ctx *ctx, struct record *rec, const struct json *at)
{
	const struct json *inner = json_get(at, "location");
	const struct json *location = inner != NULL ? inner : at;
	const char *type = hsds_text(ctx, location, "location_type");
	const char *name = hsds_text(ctx, location, "name");
	const char *address = hsds_address(ctx, location);
	struct value *site;

	put_accessibility(ctx, rec, location);
	if (type != NULL && strcasecmp(type, "virtual") == 0) {
		put_attendance(rec, "online");
		return;
	}
	if (type != NULL && strcasecmp(type, "physical") == 0)
		put_attendance(rec, "venue");
	if (name == NULL && address == NULL &&
	    hsds_text(ctx, location, "latitude") == NULL)
		return;
	site = record_add(rec, NULL, FIELD_SITE, NULL, NULL);
	value_text_put(ctx, rec, site, FIELD_SITE_NAME, name);
	put_position(ctx, rec, site, location);
	value_text_put(ctx, rec, site, FIELD_SITE_ADDRESS, address);
	hsds_schedules(ctx, rec, site, location);
	if (at != location)
		hsds_schedules(ctx, rec, site, at);
}

void
hsds_sites(struct import_ctx *ctx, struct record *rec,
    const struct json *service)
{
	static const char *const lists[] = { "service_at_locations",
		"locations" };

	for (size_t l = 0; l < ARRAY_LEN(lists); l++) {
		const struct json *list;
		size_t n = hsds_list(ctx, service, lists[l], &list);

		for (size_t i = 0; i < n; i++)
			hsds_site(ctx, rec, json_at(list, i));
	}
}

/* ";BYDAY=" "MO,TU": letters, digits, commas and signs only. */
static void
rule_part(struct import_ctx *ctx, struct strbuf *rule, const char *name,
    const struct json *schedule, const char *key)
{
	static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789,+-";
	const char *text = hsds_text(ctx, schedule, key);

	if (text != NULL && strspn(text, legal) == strlen(text))
		strbuf_addf(rule, ";%s=%s", name, text);
}

static const char *
schedule_rule(struct import_ctx *ctx, const struct json *schedule)
{
	static const char *const freqs[] = { "DAILY", "WEEKLY", "MONTHLY",
		"YEARLY" };
	const char *freq = hsds_text(ctx, schedule, "freq");
	const char *until = hsds_date(ctx, hsds_text(ctx, schedule, "until"));
	const char *rule = NULL;
	struct strbuf sb;

	strbuf_init(&sb, 500);
	for (size_t i = 0; freq != NULL && i < ARRAY_LEN(freqs); i++) {
		if (strcasecmp(freq, freqs[i]) == 0)
			strbuf_addf(&sb, "FREQ=%s", freqs[i]);
	}
	if (sb.len > 0) {
		/* COUNT and UNTIL exclude each other. */
		if (until != NULL)
			strbuf_addf(&sb, ";UNTIL=%.4s%.2s%.2s", until,
			    until + 5, until + 8);
		else
			rule_part(ctx, &sb, "COUNT", schedule, "count");
		rule_part(ctx, &sb, "INTERVAL", schedule, "interval");
		rule_part(ctx, &sb, "BYDAY", schedule, "byday");
		rule_part(ctx, &sb, "BYMONTHDAY", schedule, "bymonthday");
		rule_part(ctx, &sb, "BYYEARDAY", schedule, "byyearday");
		rule_part(ctx, &sb, "BYWEEKNO", schedule, "byweekno");
		rule_part(ctx, &sb, "WKST", schedule, "wkst");
	}
	if (sb.len > 0 && !sb.overflow)
		rule = arena_strndup(ctx->arena, sb.buf, sb.len);
	strbuf_release(&sb);
	return rule;
}

/* "10:00:00" -> "10:00", or NULL. */
static const char *
clock_time(struct import_ctx *ctx, const char *text)
{
	if (text == NULL || strlen(text) < 5 || text[2] != ':' ||
	    strspn(text, "0123456789:") < 5)
		return NULL;
	return arena_strndup(ctx->arena, text, 5);
}

static const char *
schedule_text(struct import_ctx *ctx, const struct json *schedule,
    const char *opens, const char *closes, bool is_dated)
{
	const char *text = hsds_text(ctx, schedule, "description");
	const char *notes = hsds_text(ctx, schedule, "notes");

	if (text == NULL)
		text = notes;
	else if (notes != NULL)
		text = arena_printf(ctx->arena, "%s\n%s", text, notes);
	if (is_dated || opens == NULL)
		return text;
	/* Without a day the times can only be told in words. */
	if (closes != NULL)
		opens = arena_printf(ctx->arena, "%s-%s", opens, closes);
	if (text == NULL)
		return opens;
	return arena_printf(ctx->arena, "%s\n%s", opens, text);
}

static void
put_schedule(struct import_ctx *ctx, struct record *rec, struct value *site,
    const struct json *schedule)
{
	const char *rule = schedule_rule(ctx, schedule);
	const char *day = hsds_date(ctx, hsds_text(ctx, schedule, "dtstart"));
	const char *opens = clock_time(ctx,
	    hsds_text(ctx, schedule, "opens_at"));
	const char *closes = clock_time(ctx,
	    hsds_text(ctx, schedule, "closes_at"));
	const char *zone = json_get_string(schedule, "timezone");
	const char *text;
	enum field_id base = site != NULL ? FIELD_SITE_SCHEDULE
					  : FIELD_SCHEDULE;
	struct value *group;

	if (day == NULL)
		day = hsds_date(ctx, hsds_text(ctx, schedule, "valid_from"));
	text = schedule_text(ctx, schedule, opens, closes, day != NULL);
	if (rule == NULL && day == NULL && text == NULL)
		return;
	group = record_add(rec, site, base, NULL, NULL);
	if (rule != NULL)
		record_add(rec, group,
		    site != NULL ? FIELD_SITE_SCHEDULE_RRULE
				 : FIELD_SCHEDULE_RRULE,
		    rule, NULL);
	if (day != NULL && opens != NULL)
		record_add(rec, group,
		    site != NULL ? FIELD_SITE_SCHEDULE_START
				 : FIELD_SCHEDULE_START,
		    arena_printf(ctx->arena, "%sT%s", day, opens), NULL);
	else if (day != NULL)
		record_add(rec, group,
		    site != NULL ? FIELD_SITE_SCHEDULE_START
				 : FIELD_SCHEDULE_START,
		    arena_printf(ctx->arena, "%sT00:00", day), NULL);
	if (day != NULL && closes != NULL)
		record_add(rec, group,
		    site != NULL ? FIELD_SITE_SCHEDULE_END : FIELD_SCHEDULE_END,
		    arena_printf(ctx->arena, "%sT%s", day, closes), NULL);
	if (zone != NULL && strchr(zone, '/') != NULL)
		value_text_put(ctx, rec, group,
		    site != NULL ? FIELD_SITE_SCHEDULE_ZONE
				 : FIELD_SCHEDULE_ZONE,
		    zone);
	value_text_put(ctx, rec, group,
	    site != NULL ? FIELD_SITE_SCHEDULE_TEXT : FIELD_SCHEDULE_TEXT,
	    text);
}

void
hsds_schedules(struct import_ctx *ctx, struct record *rec, struct value *site,
    const struct json *owner)
{
	static const char *const lists[] = { "schedules", "regular_schedules" };

	for (size_t l = 0; l < ARRAY_LEN(lists); l++) {
		const struct json *list;
		size_t n = hsds_list(ctx, owner, lists[l], &list);

		for (size_t i = 0; i < n; i++)
			put_schedule(ctx, rec, site, json_at(list, i));
	}
}
