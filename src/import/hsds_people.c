/*
 * hsds_people: who it is for, how one gets in, what it costs, how to reach
 * it. Free text keeps its words; only what it says plainly becomes a code.
 */
#include "import/hsds.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define AGE_LIMIT 120

struct word {
	const char *word;
	const char *code;
};

static void
add_code(struct record *rec, enum field_id id, const char *code)
{
	const struct value *v = value_find(&rec->root, id);

	if (!vocab_has(field_get(id)->vocab, code))
		return;
	for (; v != NULL; v = value_next(v)) {
		if (strcmp(v->text, code) == 0)
			return;
	}
	record_add(rec, NULL, id, code, NULL);
}

void
hsds_access(struct import_ctx *ctx, struct record *rec,
    const struct json *service)
{
	static const struct word words[] = {
		{ "walk-in", "drop-in" },
		{ "walk in", "drop-in" },
		{ "drop-in", "drop-in" },
		{ "drop in", "drop-in" },
		{ "telephone", "self" },
		{ "phone", "self" },
		{ "online", "self" },
		{ "email", "self" },
		{ "e-mail", "self" },
		{ "self-refer", "self" },
		{ "self refer", "self" },
		{ "appointment", "appointment" },
		{ "link worker", "link-worker" },
		{ "gp for a referral", "professional" },
		{ "professional referral", "professional" },
		{ "membership", "membership" },
	};
	static const struct word attending[] = {
		{ "appointment", "appointment" },
		{ "drop-in", "drop-in" },
		{ "referral", "professional" },
		{ "membership", "membership" },
	};
	const char *text = hsds_text(ctx, service, "application_process");

	value_text_put(ctx, rec, NULL, FIELD_ACCESS_NOTE, text);
	for (size_t i = 0; text != NULL && i < ARRAY_LEN(words); i++) {
		if (text_has(text, words[i].word))
			add_code(rec, FIELD_ACCESS, words[i].code);
	}
	text = hsds_text(ctx, service, "attending_access"); /* before 3.0 */
	for (size_t i = 0; text != NULL && i < ARRAY_LEN(attending); i++) {
		if (text_has(text, attending[i].word))
			add_code(rec, FIELD_ACCESS, attending[i].code);
	}
}

/* "18" of 18, 18.0 and "18"; ages with a part of a year are rounded down. */
static const char *
age(struct import_ctx *ctx, const struct json *json, const char *key)
{
	const char *text = hsds_text(ctx, json, key);
	size_t digits;

	if (text == NULL)
		return NULL;
	digits = strspn(text, "0123456789");
	if (digits > 0 && text[digits] == '.')
		return arena_strndup(ctx->arena, text, digits);
	return text;
}

void
hsds_audience(struct import_ctx *ctx, struct record *rec,
    const struct json *service)
{
	const char *min = age(ctx, service, "minimum_age");
	const char *max = age(ctx, service, "maximum_age");
	const char *text = hsds_text(ctx, service, "eligibility_description");
	const struct json *list;
	struct value *group;

	if (hsds_list(ctx, service, "eligibilitys", &list) > 0) {
		/* before 3.0 */
		const struct json *one = json_at(list, 0);

		min = min != NULL ? min : age(ctx, one, "minimum_age");
		max = max != NULL ? max : age(ctx, one, "maximum_age");
		text = text != NULL ? text : hsds_text(ctx, one, "eligibility");
	}
	/* 200 or 999 is how many a form says "no limit". */
	if (max != NULL && strtol(max, NULL, 10) > AGE_LIMIT) {
		row_problem(ctx, true, "audience.max_age", max,
		    "nobody is that old: taken as no limit");
		max = NULL;
	}
	if (min == NULL && max == NULL && text == NULL)
		return;
	group = record_add(rec, NULL, FIELD_AUDIENCE, NULL, NULL);
	value_text_put(ctx, rec, group, FIELD_AUDIENCE_MIN_AGE, min);
	value_text_put(ctx, rec, group, FIELD_AUDIENCE_MAX_AGE, max);
	value_text_put(ctx, rec, group, FIELD_AUDIENCE_TEXT, text);
}

static const char *
cost_kind(const char *text, const char *amount)
{
	static const char *const some[] = { "some", "sliding", "donation",
		"depends", "may ", "var", "concession" };

	if (text != NULL && strncasecmp(text, "free", 4) == 0 &&
	    !isalpha((unsigned char)text[4]))
		return "free";
	if (amount != NULL)
		return strtod(amount, NULL) == 0.0 ? "free" : "fee";
	if (text != NULL && strncasecmp(text, "no ", 3) == 0)
		return "free";
	for (size_t i = 0; text != NULL && i < ARRAY_LEN(some); i++) {
		if (text_has(text, some[i]))
			return "some";
	}
	return "fee";
}

static bool
is_amount(const char *text)
{
	char *end;

	return text != NULL && strtod(text, &end) >= 0.0 && end != text &&
	       *end == '\0';
}

/* "Under 18s: 35 GBP per session" of one cost option. */
static const char *
option_text(struct import_ctx *ctx, const struct json *one)
{
	static const char *const keys[] = { "option", "amount", "currency",
		"amount_description" };
	const char *text = NULL;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *part = hsds_text(ctx, one, keys[i]);

		if (part == NULL)
			continue;
		text = text == NULL
			   ? part
			   : arena_printf(ctx->arena, "%s%s%s", text,
				 i == 1 && text != NULL ? ": " : " ", part);
	}
	return text;
}

void
hsds_cost(struct import_ctx *ctx, struct record *rec,
    const struct json *service)
{
	const char *text = hsds_text(ctx, service, "fees_description");
	const char *amount = NULL, *currency = NULL;
	const struct json *list;
	size_t n = hsds_list(ctx, service, "cost_options", &list);
	struct value *group;

	if (text == NULL)
		text = hsds_text(ctx, service, "fees");
	for (size_t i = 0; i < n; i++) {
		const struct json *one = json_at(list, i);
		const char *more = option_text(ctx, one);

		if (amount == NULL &&
		    is_amount(hsds_text(ctx, one, "amount"))) {
			amount = hsds_text(ctx, one, "amount");
			currency = hsds_text(ctx, one, "currency");
		}
		if (more != NULL)
			text = text == NULL ? more
					    : arena_printf(ctx->arena, "%s\n%s",
						  text, more);
	}
	if (text == NULL)
		return;
	group = record_add(rec, NULL, FIELD_COST, NULL, NULL);
	record_add(rec, group, FIELD_COST_KIND, cost_kind(text, amount), NULL);
	/* An amount without its currency says nothing. */
	if (amount != NULL && currency != NULL) {
		record_add(rec, group, FIELD_COST_AMOUNT, amount, NULL);
		value_text_put(ctx, rec, group, FIELD_COST_CURRENCY, currency);
	}
	value_text_put(ctx, rec, group, FIELD_COST_TEXT, text);
}

static const char *
phone_number(struct import_ctx *ctx, const struct json *phone)
{
	const char *text = hsds_text(ctx, phone, "number");
	const char *extension = hsds_text(ctx, phone, "extension");

	if (text == NULL)
		return NULL;
	/* Some publishers quote the number within its quotes. */
	if (*text == '"' && strlen(text) > 2 && text[strlen(text) - 1] == '"')
		text = arena_strndup(ctx->arena, text + 1, strlen(text) - 2);
	if (extension != NULL)
		text = arena_printf(ctx->arena, "%s ext. %s", text, extension);
	return text;
}

static void
put_contact(struct import_ctx *ctx, struct record *rec, const char *role,
    const char *email, const char *phone, const char *url)
{
	struct value *group;

	if (email == NULL && phone == NULL && url == NULL)
		return;
	group = record_add(rec, NULL, FIELD_CONTACT, NULL, NULL);
	value_text_put(ctx, rec, group, FIELD_CONTACT_ROLE, role);
	value_text_put(ctx, rec, group, FIELD_CONTACT_EMAIL, email);
	value_text_put(ctx, rec, group, FIELD_CONTACT_PHONE, phone);
	value_text_put(ctx, rec, group, FIELD_CONTACT_URL, url);
}

/* Names of people are left behind: a role is enough to ask for. */
void
hsds_contacts(struct import_ctx *ctx, struct record *rec,
    const struct json *service)
{
	const char *email = hsds_text(ctx, service, "email");
	const char *url = hsds_text(ctx, service, "url");
	const struct json *phones, *contacts;
	size_t n_phones = hsds_list(ctx, service, "phones", &phones);
	size_t n = hsds_list(ctx, service, "contacts", &contacts);

	put_contact(ctx, rec, NULL, email,
	    n_phones > 0 ? phone_number(ctx, json_at(phones, 0)) : NULL, url);
	for (size_t i = 1; i < n_phones; i++)
		put_contact(ctx, rec, NULL, NULL,
		    phone_number(ctx, json_at(phones, i)), NULL);
	for (size_t i = 0; i < n; i++) {
		const struct json *one = json_at(contacts, i);
		const struct json *list;
		const char *phone = NULL;

		if (hsds_list(ctx, one, "phones", &list) > 0)
			phone = phone_number(ctx, json_at(list, 0));
		put_contact(ctx, rec, hsds_text(ctx, one, "title"),
		    hsds_text(ctx, one, "email"), phone, NULL);
	}
}
