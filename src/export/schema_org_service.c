/*
 * schema_org_service: a programme as a Service: who runs it, for whom, where
 * and how one gets in, what it costs (design: mappings.md, programme).
 */
#include "export/schema_org.h"

#include <string.h>

static void
add_area(struct json_writer *w, const struct record *rec)
{
	const struct value *v = value_find(&rec->root, FIELD_AREA);

	if (v == NULL)
		return;
	json_key(w, "areaServed");
	json_array(w);
	for (; v != NULL; v = value_next(v)) {
		const char *name = value_text(rec, v, FIELD_AREA_NAME, NULL,
		    NULL);
		const char *country = value_get(v, FIELD_AREA_COUNTRY);

		json_object(w);
		json_pair(w, "@type",
		    name != NULL ? "AdministrativeArea" : "Country");
		json_pair(w, "name",
		    name != NULL ? name
		    : country != NULL
			? vocab_label(VOCAB_COUNTRY, country, "en")
			: NULL);
		if (name != NULL)
			ld_country(w, "containedInPlace", country);
		else
			json_pair(w, "identifier", country);
		json_object_end(w);
	}
	json_array_end(w);
}

static void
add_provider(struct json_writer *w, const struct record *rec, const char *base)
{
	const struct value *v = value_find(&rec->root, FIELD_ORGANISATION);

	if (v == NULL)
		return;
	json_key(w, "provider");
	json_array(w);
	for (; v != NULL; v = value_next(v)) {
		const char *id = value_get(v, FIELD_ORGANISATION_ID);

		json_object(w);
		json_pair(w, "@type", "Organization");
		json_pair(w, "@id", id);
		json_pair(w, "name",
		    value_text(rec, v, FIELD_ORGANISATION_NAME, NULL, NULL));
		ld_url(w, "sameAs", value_get(v, FIELD_ORGANISATION_URL));
		if (id != NULL && base != NULL)
			json_pair(w, "url",
			    url_join(rec->arena, base,
				arena_printf(rec->arena, "record/%s", id)));
		json_object_end(w);
	}
	json_array_end(w);
}

static void
add_audience(struct json_writer *w, const struct record *rec)
{
	const struct value *v = value_find(&rec->root, FIELD_AUDIENCE);
	const struct value *s;

	if (v == NULL)
		return;
	json_key(w, "audience");
	json_object(w);
	json_pair(w, "@type", "PeopleAudience");
	if (value_get(v, FIELD_AUDIENCE_MIN_AGE) != NULL) {
		json_key(w, "suggestedMinAge");
		json_add_number(w, value_get(v, FIELD_AUDIENCE_MIN_AGE));
	}
	if (value_get(v, FIELD_AUDIENCE_MAX_AGE) != NULL) {
		json_key(w, "suggestedMaxAge");
		json_add_number(w, value_get(v, FIELD_AUDIENCE_MAX_AGE));
	}
	if ((s = value_find(v, FIELD_AUDIENCE_SITUATION)) != NULL) {
		json_key(w, "audienceType");
		json_array(w);
		for (; s != NULL; s = value_next(s))
			json_add_string(w,
			    vocab_label(VOCAB_SITUATION, s->text, "en"));
		json_array_end(w);
	}
	json_pair(w, "description",
	    value_text(rec, v, FIELD_AUDIENCE_TEXT, NULL, NULL));
	json_object_end(w);
}

static void
add_place(struct json_writer *w, const struct record *rec,
    const struct value *site)
{
	const char *lat = value_get(site, FIELD_SITE_LAT);
	const char *lon = value_get(site, FIELD_SITE_LON);

	json_object(w);
	json_pair(w, "@type", "Place");
	json_pair(w, "name",
	    value_text(rec, site, FIELD_SITE_NAME, NULL, NULL));
	json_pair(w, "address",
	    value_text(rec, site, FIELD_SITE_ADDRESS, NULL, NULL));
	if (lat != NULL && lon != NULL) {
		json_key(w, "geo");
		json_object(w);
		json_pair(w, "@type", "GeoCoordinates");
		json_key(w, "latitude");
		json_add_number(w, lat);
		json_key(w, "longitude");
		json_add_number(w, lon);
		json_object_end(w);
	}
	json_object_end(w);
}

static void
add_channel(struct json_writer *w, const struct record *rec)
{
	const struct value *site = value_find(&rec->root, FIELD_SITE);
	const char *url = value_get(&rec->root, FIELD_ACCESS_URL);

	json_key(w, "availableChannel");
	json_object(w);
	json_pair(w, "@type", "ServiceChannel");
	ld_url(w, "serviceUrl", url);
	json_pair(w, "description",
	    value_text(rec, NULL, FIELD_ACCESS_NOTE, NULL, NULL));
	ld_strings(w, "availableLanguage", rec, FIELD_LANGUAGE_OFFERED);
	if (site != NULL) {
		json_key(w, "serviceLocation");
		json_array(w);
		for (; site != NULL; site = value_next(site))
			add_place(w, rec, site);
		json_array_end(w);
	}
	json_object_end(w);
}

static void
add_cost(struct json_writer *w, const struct record *rec)
{
	const struct value *cost = value_find(&rec->root, FIELD_COST);
	const char *kind = cost != NULL ? value_get(cost, FIELD_COST_KIND)
					: NULL;
	const char *amount;

	if (kind == NULL)
		return;
	amount = strcmp(kind, "free") == 0 ? "0"
					   : value_get(cost, FIELD_COST_AMOUNT);
	json_key(w, "offers");
	json_object(w);
	json_pair(w, "@type", "Offer");
	if (amount != NULL) {
		json_key(w, "price");
		json_add_number(w, amount);
	}
	json_pair(w, "priceCurrency", value_get(cost, FIELD_COST_CURRENCY));
	json_pair(w, "description",
	    value_text(rec, cost, FIELD_COST_TEXT, NULL, NULL));
	json_object_end(w);
}

static void
add_contact(struct json_writer *w, const struct record *rec)
{
	const struct value *v = value_find(&rec->root, FIELD_CONTACT);

	if (v == NULL)
		return;
	json_key(w, "contactPoint");
	json_array(w);
	for (; v != NULL; v = value_next(v)) {
		json_object(w);
		json_pair(w, "@type", "ContactPoint");
		json_pair(w, "contactType", value_get(v, FIELD_CONTACT_ROLE));
		json_pair(w, "email", value_get(v, FIELD_CONTACT_EMAIL));
		json_pair(w, "telephone", value_get(v, FIELD_CONTACT_PHONE));
		ld_url(w, "url", value_get(v, FIELD_CONTACT_URL));
		json_object_end(w);
	}
	json_array_end(w);
}

void
ld_service(struct json_writer *w, const struct reference *ref, const char *base)
{
	const struct record *rec = ref->rec;
	const struct value *zone = value_find(&rec->root, FIELD_ZONE);

	json_pair(w, "@type", "Service");
	json_pair(w, "name", ref->title);
	json_pair(w, "alternateName",
	    value_text(rec, NULL, FIELD_ALTERNATE_NAME, NULL, NULL));
	json_pair(w, "description", ref->note);
	ld_strings(w, "serviceType", rec, FIELD_ACTIVITY);
	if (zone != NULL) {
		json_key(w, "category");
		json_array(w);
		for (; zone != NULL; zone = value_next(zone))
			json_add_string(w,
			    vocab_label(VOCAB_ZONE, zone->text, "en"));
		json_array_end(w);
	}
	add_area(w, rec);
	add_provider(w, rec, base);
	add_audience(w, rec);
	add_channel(w, rec);
	add_cost(w, rec);
	add_contact(w, rec);
}
